"""Description of one variable at one visit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .pairs import column

QUARTILES = "linear interpolation of order statistics (Hyndman and Fan, type 7)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What `describe` returns; None where the number does not exist (no median of nobody, no SD of one)."""

    n: int
    n_missing: int
    median: float | None = None
    min: float | None = None
    max: float | None = None
    q1: float | None = None
    q3: float | None = None
    mean: float | None = None
    sd: float | None = None
    geometric_mean: float | None = None


def describe(values: ArrayLike) -> Description:
    """Describe `values`, shape (n,), in their unit; NaN is missing and counted, infinities raise ValueError.

    Quartiles are of type 7 (Hyndman, Fan 1996, Am Stat 50:361-365), as in R, NumPy and Excel's QUARTILE.INC.
    `sd` has the divisor n - 1. `geometric_mean` exists only if all values are above zero.
    """
    array = np.asarray(values, dtype=np.float64)
    present = column(array[~np.isnan(array)])
    if not present.size:
        return Description(n=0, n_missing=array.size)
    ordered = np.sort(present).tolist()
    # Three times 0.1 has a float mean just above 0.1: a mean never leaves the range of its values.
    mean = min(max(math.fsum(ordered) / len(ordered), ordered[0]), ordered[-1])
    return Description(
        n=len(ordered),
        n_missing=array.size - len(ordered),
        median=quantile(ordered, 0.5),
        min=ordered[0],
        max=ordered[-1],
        q1=quantile(ordered, 0.25),
        q3=quantile(ordered, 0.75),
        mean=mean,
        sd=_standard_deviation(ordered, mean),
        geometric_mean=math.exp(math.fsum(map(math.log, ordered)) / len(ordered)) if ordered[0] > 0 else None,
    )


def quantile(ordered: Sequence[float], probability: float) -> float:
    """Type-7 quantile of ascending, non-empty `ordered`: at position (n - 1) * probability, interpolated."""
    position = (len(ordered) - 1) * probability
    below = math.floor(position)
    share = position - below
    if not share:
        return ordered[below]
    return ordered[below] * (1 - share) + ordered[below + 1] * share


def _standard_deviation(ordered: list[float], mean: float) -> float | None:
    if len(ordered) < 2:
        return None
    widest = max(mean - ordered[0], ordered[-1] - mean)
    if not widest:
        return 0.0
    scaled = (np.array(ordered) - mean) / widest  # no overflow, no underflow
    squares = math.fsum((scaled * scaled).tolist())
    return widest * math.sqrt(squares / (len(ordered) - 1))
