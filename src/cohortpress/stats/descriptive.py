"""Description of one variable at one visit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Floats
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


def describe(values: ArrayLike) -> Description:
    """Describe `values`, shape (n,), in their unit; NaN is missing and counted, infinities raise ValueError.

    Quartiles are of type 7 (Hyndman, Fan 1996, Am Stat 50:361-365), as in R, NumPy and Excel's QUARTILE.INC.
    `sd` has the divisor n - 1.
    """
    array = np.asarray(values, dtype=np.float64)
    present = column(array[~np.isnan(array)])
    if not present.size:
        return Description(n=0, n_missing=array.size)
    lowest, q1, median, q3, highest = quantiles(present, 0, 0.25, 0.5, 0.75, 1)
    # Three times 0.1 has a float mean just above 0.1: a mean never leaves the range of its values.
    mean = min(max(math.fsum(present.tolist()) / present.size, lowest), highest)
    return Description(
        n=present.size,
        n_missing=array.size - present.size,
        median=median,
        min=lowest,
        max=highest,
        q1=q1,
        q3=q3,
        mean=mean,
        sd=_standard_deviation(present, mean),
    )


def geometric_mean(values: ArrayLike) -> float | None:
    """Return exp(mean of ln x) of `values`, shape (n,), without NaN; None unless all are above zero."""
    array = column(values)
    if not array.size or array.min() <= 0:
        return None
    return math.exp(math.fsum(map(math.log, array.tolist())) / array.size)


def quantiles(values: Floats, *probabilities: float) -> list[float]:
    """Type-7 quantiles of `values`, shape (n,), n > 0: at position (n - 1) * probability, interpolated."""
    positions = [(values.size - 1) * probability for probability in probabilities]
    below = [math.floor(position) for position in positions]
    above = [math.ceil(position) for position in positions]
    ordered = np.partition(values, sorted({*below, *above}))
    found = []
    for position, low, high in zip(positions, below, above, strict=True):
        share = position - low
        between = share and ordered[low] != ordered[high]  # of equal ones halves may be rounded, near the least float
        found.append(float(ordered[low] * (1 - share) + ordered[high] * share if between else ordered[low]))
    return found


def _standard_deviation(values: Floats, mean: float) -> float | None:
    if values.size < 2:
        return None
    widest = max(mean - float(values.min()), float(values.max()) - mean)
    if not widest:
        return 0.0
    scaled = (values - mean) / widest  # no overflow, no underflow
    return widest * math.sqrt(math.fsum((scaled * scaled).tolist()) / (values.size - 1))
