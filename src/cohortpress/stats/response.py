"""What each subject's change means: better or worse, by how many percent, responder or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Booleans, Floats
from .pairs import column, differences

# A percentage is a quotient of decimals: 0.06 of 0.3 must reach 20 % although its float may fall short of it.
_PERCENT_NOISE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCounts:
    """How many pairs moved the better way, the worse way, or not at all."""

    n_improved: int
    n_unchanged: int
    n_worse: int


def change_counts(
    baseline: ArrayLike, followup: ArrayLike, *, lower_is_better: bool, decimals: int | None = None
) -> ChangeCounts:
    """Count the pairs, shape (n,) each, that improved, stayed and worsened.

    Where no side is better, take the rises for improved (`lower_is_better` false) and call them what they are.
    """
    units = differences(baseline, followup, decimals=decimals).units
    falls, rises = int((units < 0).sum()), int((units > 0).sum())
    better, worse = (falls, rises) if lower_is_better else (rises, falls)
    return ChangeCounts(n_improved=better, n_unchanged=units.size - falls - rises, n_worse=worse)


def percent_changes(baseline: ArrayLike, followup: ArrayLike, *, decimals: int | None = None) -> Floats:
    """100 (followup - baseline) / baseline of each pair, shape (n,); NaN where the baseline is not above 0.

    A percentage of zero or less has no meaning: `describe` of the result leaves such pairs out and counts
    them in `n_missing`.
    """
    changes, before = differences(baseline, followup, decimals=decimals).values, column(baseline)
    percents = np.full(before.size, np.nan)
    np.divide(100 * changes, before, out=percents, where=before > 0)
    return percents


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Responders:
    """Of pairs, which `responded`, and which could be judged (`evaluable`): marks with shape (n,)."""

    responded: Booleans
    evaluable: Booleans
    warnings: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return int(self.responded.sum())

    @property
    def total(self) -> int:
        return int(self.evaluable.sum())


def responders(
    baseline: ArrayLike,
    followup: ArrayLike,
    *,
    lower_is_better: bool = True,
    threshold: float | None = None,
    strict: bool = False,
    percent: float | None = None,
    decimals: int | None = None,
    followup_below: ArrayLike = False,
) -> Responders:
    """Tell which pairs, shape (n,) each, reached `threshold`, improved by `percent`, or (both given) both.

    `threshold`, in the unit of the data, is reached by equality unless `strict` ("below 2.6"); values marked in
    `followup_below` lie below what stands there. `percent` is the improvement on the baseline (50: halved, if
    lower is better); pairs whose baseline is not above zero are then not evaluable, with a warning. Raises
    ValueError if neither criterion is given.
    """
    if threshold is None and percent is None:
        raise ValueError("a responder needs a threshold, a percent improvement, or both")
    side = -1 if lower_is_better else 1
    after = column(followup, "followup")
    improvement = side * percent_changes(baseline, after, decimals=decimals)
    evaluable = ~np.isnan(improvement) if percent is not None else np.full(after.size, True)
    responded = evaluable.copy()
    if percent is not None:
        responded &= np.greater_equal(improvement, percent - _PERCENT_NOISE)
    if threshold is not None:
        beyond = side * (after - threshold)
        equal_will_do = np.where(followup_below, lower_is_better, not strict)
        responded &= (beyond > 0) | ((beyond == 0) & equal_will_do)
    left_out = f"{int((~evaluable).sum())} of {after.size} pairs left out: their baseline is not above zero"
    return Responders(responded=responded, evaluable=evaluable, warnings=() if evaluable.all() else (left_out,))
