"""The exact sum of many numbers."""

from __future__ import annotations

import math

import numpy as np

from .pairs import Floats

_FEW = 500  # fewer are summed faster one by one


def total(values: Floats) -> float:
    """Return the sum of `values`, shape (n,), correctly rounded: `math.fsum`, several times faster for long ones."""
    sizes = np.abs(values)
    smallest, largest = sizes.min(where=sizes > 0, initial=np.inf), sizes.max(initial=0)
    if values.size < _FEW or smallest < 1e-100 or not 0 < largest < 1e100:
        return math.fsum(values.tolist())
    return _in_parts(values, float(largest))


def _in_parts(values: Floats, largest: float) -> float:
    """Cut each value into whole multiples of a power of two, of a smaller one ..., and add these as integers."""
    bits = 62 - values.size.bit_length()  # of each part: their sum fits into 64
    exponent = bits - math.frexp(largest)[1]
    rest, whole = values * 2.0**exponent, 0
    while rest.any():
        part = rest.astype(np.int64)
        whole = (whole << bits) + int(part.sum())
        rest = (rest - part) * 2.0**bits
        exponent += bits
    exponent -= bits
    return whole / (1 << exponent) if exponent > 0 else float(whole << -exponent)
