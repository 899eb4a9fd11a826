"""Matched values, and their changes as whole numbers of the last decimal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import Floats, Integers
from .inference import Alternative, Inference, Option

# Changes are read at 13 significant digits of the largest value: far finer than any assay,
# far coarser than the noise of binary fractions (0.1 + 0.2 against 0.3).
_DIGITS = 13


@dataclass(frozen=True, slots=True)
class Differences:
    """Changes (follow-up minus baseline) in `units` of 10 ** -`decimals`, whole: ties and zeros are exact."""

    units: Integers
    decimals: int
    warnings: tuple[str, ...] = ()

    @property
    def values(self) -> Floats:
        """The changes in the unit of the data, shape (n,)."""
        units = self.units.astype(np.float64)
        return units / 10.0**self.decimals if self.decimals >= 0 else units * 10.0**-self.decimals

    def value(self, units: float) -> float:
        """Turn a number of units back into the unit of the data."""
        return units / 10.0**self.decimals if self.decimals >= 0 else units * 10.0**-self.decimals

    def record(
        self, method: str, options: Mapping[str, Option], alternative: Alternative | None = None
    ) -> Inference:
        """A record of these pairs and their warnings, still without results."""
        counts = np.unique(np.abs(self.units[self.units != 0]), return_counts=True)[1]
        return Inference(
            method=method,
            alternative=alternative,
            n_paired=self.units.size,
            n_zero=self.units.size - int(counts.sum()),
            n_ties=int(counts[counts > 1].sum()),
            options=options,
            warnings=self.warnings,
        )


def differences(baseline: ArrayLike, followup: ArrayLike, *, decimals: int | None = None) -> Differences:
    """Changes of matched pairs, shape (n,) each, compared on the decimals of the data.

    `decimals` is how many decimals were measured; without it changes are read at 13 significant digits of the
    largest value. Either way 0.3 - 0.2 and 0.2 - 0.1 tie. Raises ValueError on NaN, infinities, unequal
    lengths.
    """
    before, after = column(baseline, "baseline"), column(followup, "followup")
    check_lengths(before, after)
    largest = max(np.abs(before).max(initial=0), np.abs(after).max(initial=0))
    if largest > 1e300:
        raise ValueError("values beyond 1e300 cannot be subtracted: use a larger unit")
    finest = min(_DIGITS - 1 - math.floor(math.log10(largest)), 300) if largest > 0 else 0
    places = finest if decimals is None else min(decimals, finest)
    scaled = (after - before) * 10.0**places
    units = np.rint(scaled)
    warnings: tuple[str, ...] = ()
    if places < finest and np.abs(scaled - units).max(initial=0) > 0.05:  # a lost decimal leaves 0.1 or more
        warnings = (f"the data have more decimals than {decimals}: changes were rounded",)
    return Differences(units.astype(np.int64), places, warnings)


def column(values: ArrayLike, name: str = "values") -> Floats:
    """Return `values` as a 1-d float array of finite numbers; raise ValueError on anything else."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one column of numbers; it has {array.ndim} dimensions")
    finite = np.isfinite(array)
    if not finite.all():
        position = int(np.argmin(finite))
        kind = "a missing" if np.isnan(array[position]) else "an infinite"
        raise ValueError(f"{name} has {kind} value at position {position}: keep complete, finite cases only")
    return array


def check_lengths(*columns: NDArray[np.generic]) -> None:
    """Raise ValueError unless all `columns` have the same length."""
    lengths = [values.size for values in columns]
    if len(set(lengths)) > 1:
        raise ValueError(f"columns of unequal length ({', '.join(map(str, lengths))}) cannot be matched")
