"""Values below a limit of detection (`<0.6`), kept as what they are: somewhere between zero and the limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .descriptive import Description, describe
from .inference import Inference, Option
from .pairs import Floats, column

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Limited:
    """A statistic that equals `value`, or, if `below`, is only known to lie below it."""

    value: float
    below: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CensoredDescription:
    """What `describe_censored` returns; the mean lies from `mean_low` (below means zero) to `mean_high`."""

    n: int
    n_missing: int
    n_below: int
    median: Limited | None
    min: Limited | None
    max: Limited | None
    q1: Limited | None
    q3: Limited | None
    mean_low: float | None
    mean_high: float | None
    warnings: tuple[str, ...] = ()


def describe_censored(values: ArrayLike, below: ArrayLike) -> CensoredDescription:
    """Describe `values`, shape (n,): those marked in `below` hold the limit they lie below, NaN is missing.

    Every order statistic grows with every value: computed at zero and at the limit it is bounded, and where
    both agree it is known. With several limits all values under the highest count as below that, with a
    warning (Helsel 2012, Statistics for Censored Environmental Data, 2nd ed.). Raises ValueError on a
    negative value or limit 0.
    """
    array = np.asarray(values, dtype=np.float64)
    marks = _marks(below, array)
    present = ~np.isnan(array)
    at_limit, marks, warnings = _one_limit(array[present], marks[present])
    high, low = describe(at_limit), describe(np.where(marks, 0.0, at_limit))
    if marks.any():
        warnings += (
            f"{int(marks.sum())} of {high.n} values lie below the limit: the mean is known as a range only",
        )
    return CensoredDescription(
        n=high.n,
        n_missing=array.size - high.n,
        n_below=int(marks.sum()),
        median=_limited(low, high, "median"),
        min=_limited(low, high, "min"),
        max=_limited(low, high, "max"),
        q1=_limited(low, high, "q1"),
        q3=_limited(low, high, "q3"),
        mean_low=low.mean,
        mean_high=high.mean,
        warnings=warnings,
    )


def with_limits(
    statistic: Callable[..., Inference],
    baseline: ArrayLike,
    followup: ArrayLike,
    *,
    baseline_below: ArrayLike,
    followup_below: ArrayLike,
    **options: Option,
) -> Inference:
    """Run a paired `statistic` on values some of which lie below a limit: at the limit, and again at zero.

    The result is the one at the limit, where two values below it have not changed. If any value lies below
    the limit, `options` also holds `estimate_at_zero` and `p_value_at_zero`, and `warnings` how many pairs it
    concerns.
    """
    before, after = column(baseline, "baseline"), column(followup, "followup")
    marks = np.concatenate([_marks(baseline_below, before), _marks(followup_below, after)])
    at_limit, marks, warnings = _one_limit(np.concatenate([before, after]), marks)
    at_zero = np.where(marks, 0.0, at_limit)
    size = before.size
    result = statistic(at_limit[:size], at_limit[size:], **options)
    if not marks.any():
        return result
    second = statistic(at_zero[:size], at_zero[size:], **options)
    n_touched = int((marks[:size] | marks[size:]).sum())
    n_unknown = int((marks[:size] & marks[size:]).sum())
    warnings += (f"{n_touched} of {size} changes involve a value below the limit, read here as the limit",)
    if n_unknown:
        warnings += (
            f"{n_unknown} of {size} changes run between two values below the limit, read as no change",
        )
    at_zero_options = {"estimate_at_zero": second.estimate, "p_value_at_zero": second.p_value}
    return replace(result, options={**result.options, **at_zero_options}).warn(*warnings)


def _limited(low: Description, high: Description, name: str) -> Limited | None:
    value = getattr(high, name)
    return None if value is None else Limited(value, below=value != getattr(low, name))


def _one_limit(values: Floats, below: Booleans) -> tuple[Floats, Booleans, tuple[str, ...]]:
    """Bring all values under the highest limit to that limit: below it their order is unknown."""
    if not below.any():
        return values, below, ()
    if (values < 0).any() or (values[below] == 0).any():
        raise ValueError("values below a limit need a scale that starts at zero, and a limit above zero")
    limit = values[below].max()
    under = below | (values < limit)
    n_moved = int((values < limit).sum())
    moved = f"{n_moved} values under the highest limit count as below it: there is more than one limit"
    return np.where(under, limit, values), under, (moved,) if n_moved else ()


def _marks(below: ArrayLike, values: Floats) -> Booleans:
    marks = np.asarray(below, dtype=np.bool_)
    if marks.shape != values.shape:
        raise ValueError(f"{marks.size} marks for {values.size} values")
    return marks
