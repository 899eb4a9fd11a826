"""P values adjusted for the number of tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Floats, Indices
from .pairs import column


def holm(p_values: ArrayLike) -> Floats:
    """Holm's step-down p values, shape (m,), in the order given: they bound the chance of any false positive.

    The i-th smallest p times m - i + 1, never below its predecessor, at most 1 (Holm 1979, Scand J Stat
    6:65-70). Raises ValueError on a p outside 0 to 1; tests without a p are the caller's to leave out.
    """
    ordered, places = _ordered(p_values)
    stepped = ordered * np.arange(ordered.size, 0, -1)
    return np.minimum(np.maximum.accumulate(stepped), 1.0)[places]


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Benjamini-Hochberg p values, shape (m,), in the order given: they bound the share of false positives.

    The i-th smallest p times m / i, never above its successor, at most 1 (Benjamini, Hochberg 1995, J R Stat
    Soc B 57:289-300). Raises ValueError on a p outside 0 to 1.
    """
    ordered, places = _ordered(p_values)
    stepped = ordered * ordered.size / np.arange(1, ordered.size + 1)
    return np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)[places]


def _ordered(p_values: ArrayLike) -> tuple[Floats, Indices]:
    """The p values ascending, and for each given p its place among them."""
    array = column(p_values, "p_values")
    if ((array < 0) | (array > 1)).any():
        raise ValueError("a p value lies outside 0 to 1")
    order = np.argsort(array, kind="stable")
    return array[order], np.argsort(order, kind="stable")
