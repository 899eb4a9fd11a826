"""What each subject's change means: better or worse, by how many percent, responder or not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .pairs import Floats, column, differences
from .proportion import IntervalMethod, Proportion, proportion

Flags = NDArray[np.bool_]

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
    """Count the pairs, shape (n,) each, that improved, stayed and worsened."""
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


def responders(
    baseline: ArrayLike,
    followup: ArrayLike,
    *,
    lower_is_better: bool = True,
    threshold: float | None = None,
    strict: bool = False,
    percent: float | None = None,
    method: IntervalMethod = "wilson",
    conf_level: float = 0.95,
    decimals: int | None = None,
) -> Proportion:
    """Share of pairs, shape (n,) each, that reached `threshold`, improved by `percent`, or (both given) both.

    `threshold`, in the unit of the data, is reached by equality unless `strict` ("below 2.6"). `percent` is
    the improvement on the baseline (50: halved, if lower is better); pairs whose baseline is not above zero
    are then left out of the total, with a warning. Raises ValueError if neither criterion is given.
    """
    responded, counted = responds(
        baseline, followup, lower_is_better=lower_is_better, threshold=threshold, strict=strict, percent=percent,
        decimals=decimals,
    )  # fmt: skip
    share = proportion(int(responded.sum()), int(counted.sum()), method=method, conf_level=conf_level)
    if counted.all():
        return share
    left_out = f"{int((~counted).sum())} of {counted.size} pairs left out: their baseline is not above zero"
    return replace(share, warnings=(*share.warnings, left_out))


def responds(
    baseline: ArrayLike,
    followup: ArrayLike,
    *,
    lower_is_better: bool = True,
    threshold: float | None = None,
    strict: bool = False,
    percent: float | None = None,
    decimals: int | None = None,
) -> tuple[Flags, Flags]:
    """Tell of each pair, shape (n,), whether it responded, and whether that can be said; see `responders`."""
    if threshold is None and percent is None:
        raise ValueError("a responder needs a threshold, a percent improvement, or both")
    side = -1 if lower_is_better else 1
    after = column(followup, "followup")
    improvement = side * percent_changes(baseline, after, decimals=decimals)
    counted: Flags = ~np.isnan(improvement) if percent is not None else np.full(after.size, True)
    responded = counted.copy()
    if percent is not None:
        responded &= np.greater_equal(improvement, percent - _PERCENT_NOISE)
    if threshold is not None:
        beyond = side * (after - threshold)
        responded &= beyond > 0 if strict else beyond >= 0
    return responded, counted
