"""Values below a limit of detection (`<0.6`), kept as what they are: somewhere between zero and the limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Booleans, Floats
from .descriptive import Description, describe
from .pairs import column


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
    warning (Helsel 2012, Statistics for Censored Environmental Data, 2nd ed.); `n_below` counts those marked.
    Raises ValueError on a negative value or limit 0.
    """
    array = np.asarray(values, dtype=np.float64)
    marks = _marks(below, array)
    present = ~np.isnan(array)
    at_limit, under, warnings = _one_limit(array[present], marks[present])
    high, low = describe(at_limit), describe(np.where(under, 0.0, at_limit))
    return CensoredDescription(
        n=high.n,
        n_missing=array.size - high.n,
        n_below=int(marks[present].sum()),
        median=_limited(low, high, "median"),
        min=_limited(low, high, "min"),
        max=_limited(low, high, "max"),
        q1=_limited(low, high, "q1"),
        q3=_limited(low, high, "q3"),
        mean_low=low.mean,
        mean_high=high.mean,
        warnings=warnings,
    )


def rankable(values: ArrayLike, below: ArrayLike) -> tuple[Floats, tuple[str, ...]]:
    """Return `values`, of any shape, with all below the (highest) limit equal and lower than any other, and warnings.

    For what looks at the order of the values alone. Raises ValueError as `describe_censored`.
    """
    array = np.asarray(values, dtype=np.float64)
    at_limit, marks, warnings = _one_limit(array.ravel(), _marks(below, array).ravel())
    if marks.any():
        warnings += (f"{int(marks.sum())} of {array.size} values lie below the limit, and rank lowest together",)
    return np.where(marks, -1.0, at_limit).reshape(array.shape), warnings


@dataclass(frozen=True, slots=True)
class Readings:
    """Both ways to read pairs some of which lie below a limit; `at_zero` is None where none does.

    `followup_below` marks the later values that only lie below what stands in `at_limit`.
    """

    at_limit: tuple[Floats, Floats]
    at_zero: tuple[Floats, Floats] | None
    followup_below: Booleans
    warnings: tuple[str, ...]


def readings(
    baseline: ArrayLike, followup: ArrayLike, *, baseline_below: ArrayLike, followup_below: ArrayLike
) -> Readings:
    """Read pairs, shape (n,) each, at the limit and at zero: what differs between the two is not known better.

    At the limit two values below it have not changed; `warnings` say how many pairs that concerns. Raises
    ValueError as `describe_censored`.
    """
    before, after = column(baseline, "baseline"), column(followup, "followup")
    marks = np.concatenate([_marks(baseline_below, before), _marks(followup_below, after)])
    size = before.size
    if not marks.any():
        return Readings((before, after), None, marks[size:], ())
    at_limit, marks, warnings = _one_limit(np.concatenate([before, after]), marks)
    at_zero = np.where(marks, 0.0, at_limit)
    n_touched = int((marks[:size] | marks[size:]).sum())
    n_unknown = int((marks[:size] & marks[size:]).sum())
    warnings += (f"{n_touched} of {size} changes involve a value below the limit, read here as the limit",)
    if n_unknown:
        warnings += (
            f"{n_unknown} of {size} changes run between two values below the limit, read as no change",
        )
    return Readings((at_limit[:size], at_limit[size:]), (at_zero[:size], at_zero[size:]), marks[size:], warnings)


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
