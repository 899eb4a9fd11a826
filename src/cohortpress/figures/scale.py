"""The axis of the values: where it begins and ends, and its ticks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..errors import Fault, StyleError

FEWEST_TICKS = 3
ROUND = [1, 2, 5, 10]  # steps from tick to tick, times a power of ten
BETWEEN_TICKS = 0.16  # of an axis of square roots, at least


@dataclass(frozen=True)
class Scale:
    """Both ends of an axis and its ticks, all in the unit of the values.

    Equal steps of ``of`` a value are equally long.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    of: Callable[[float], float] = float

    def share(self, value: float) -> float:
        """Return how far up the axis a value stands: 0 at its foot, 1 at its head."""
        return (self.of(value) - self.of(self.low)) / (self.of(self.high) - self.of(self.low))


def linear(values: Sequence[float], *, most: int = 4) -> Scale:
    """Return an axis from zero, or, where all values are far from it, around them.

    Nobody misses the zero of body weights: it is left out where the values use less than the upper half.
    """
    low, high = min(values, default=0.0), max(values, default=0.0)
    if low > high / 2 > 0 and high > low:
        pad = 0.05 * (high - low)
        low, high = low - pad, high + pad
    else:
        low, high = 1.03 * min(0.0, low), 1.03 * max(0.0, high)
        high = high if low < high else 1.0
    return Scale(low, high, _nice(low, high, most))


def logarithmic(values: Sequence[float], title: str) -> Scale:
    """Return an axis on which equal ratios are equally far apart, with ticks at round values.

    Raises StyleError where a value, in the panel ``title``, is not above zero.
    """
    if not values:
        return Scale(1.0, 10.0, (1.0, 10.0), math.log)
    if min(values) <= 0:
        mend = "Take 'scale: log' from this endpoint."
        raise StyleError(Fault(f"A log axis cannot show {min(values):g}.", mend, title))
    low, high = math.log10(min(values)), math.log10(max(values))
    pad = 0.05 * (high - low) or 0.1
    bottom, top = 10 ** (low - pad), 10 ** (high + pad)
    for steps in ((1,), (1, 3), (1, 2, 5)):
        ticks = [step * 10.0**power for power in range(math.floor(low - pad), math.ceil(high + pad)) for step in steps]
        ticks = [tick for tick in ticks if bottom <= tick <= top]
        if len(ticks) >= FEWEST_TICKS:
            break
    else:  # within less than a decade: as on a linear axis, only not equally far apart
        ticks = [*_nice(bottom, top, 4)]
    return Scale(bottom, top, tuple(ticks), math.log)


def square_root(values: Sequence[float]) -> Scale:
    """Return an axis from zero on which equal steps of the square root are equally far apart, with round ticks."""
    high = 1.03 * max(values, default=1.0) or 1.0
    powers = range(math.floor(math.log10(high)), math.floor(math.log10(high)) - 4, -1)
    scale = Scale(0.0, high, (), math.sqrt)
    ticks: list[float] = []
    for tick in (step * 10.0**power for power in powers for step in (5, 2, 1)):
        above = scale.share(ticks[-1]) if ticks else 2.0
        if tick <= high and BETWEEN_TICKS <= scale.share(tick) <= above - BETWEEN_TICKS:
            ticks.append(tick)
    return replace(scale, ticks=(0.0, *reversed(ticks)))


def _nice(low: float, high: float, most: int) -> tuple[float, ...]:
    """Return round ticks within an axis, in ``most`` steps or, where that leaves too few ticks, in one more.

    Nobody counts in steps of 2.5, which matplotlib would take as well.
    """
    from ._matplotlib import MaxNLocator

    found: tuple[float, ...] = ()
    for steps in (most, most + 1):
        ticks = MaxNLocator(steps, steps=ROUND).tick_values(low, high)
        if len(found := tuple(float(tick) for tick in ticks if low <= tick <= high)) >= FEWEST_TICKS:
            break
    return found
