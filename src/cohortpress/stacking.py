"""Where the areas of a poster stand: each column stacks its own, and shares out what is left between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

# Below this, in mm, an area has no room to move.
STILL = 0.01


class Stacks:
    """The areas of a grid as columns of areas one below the other; an area of several columns is in all of them.

    ``lines`` are the grid's names (or none) of the cells, line by line; ``heights`` those of the areas that there
    are, in mm, and ``gap`` the least distance between two of them.
    """

    def __init__(self, lines: Sequence[Sequence[str | None]], heights: Mapping[str, float], gap: float) -> None:
        self._heights = {name: heights[name] for line in lines for name in line if name and name in heights}
        self._gap = gap
        self._above: dict[str, set[str]] = {name: set() for name in self._heights}
        self._below: dict[str, set[str]] = {name: set() for name in self._heights}
        for column in zip(*lines, strict=True):
            for upper, lower in pairwise(name for name in column if name and name in self._heights):
                if upper != lower:
                    self._above[lower].add(upper)
                    self._below[upper].add(lower)

    @property
    def height(self) -> float:
        """The least height that holds all areas, in mm."""
        return self._lowest(self._risen(self._gap))

    @property
    def longest(self) -> tuple[str, ...]:
        """The areas of the longest stack, from the top: only what makes one of these shorter makes the page shorter."""
        risen, sunk = self._risen(self._gap), self._sunk(self._gap, self.height)
        return tuple(name for name in risen if sunk[name] - risen[name] < STILL)

    def tops(self, room: float) -> dict[str, float]:
        """Return where each area begins, in mm from the top, so that the stacks fill ``room``.

        The longest stack is spread evenly. What is beside it begins with it and ends with it: what such areas
        leave goes between them, and below an area that is alone.
        """
        gap = self._gap
        for _ in self._heights:  # each step straightens one bend of height(gap), as areas overtake one another
            risen = self._risen(gap)
            gap += (room - self._lowest(risen)) / max(1, self._gaps(risen, gap))
        risen = self._risen(gap)
        sunk = self._sunk(gap, room)
        loose = {name: sunk[name] - risen[name] > STILL for name in risen}
        before = {name: self._count(name, self._above, loose) for name in risen}
        after = {name: self._count(name, self._below, loose) for name in risen}
        down = {
            name: (sunk[name] - risen[name]) * before[name] / max(1, before[name] + after[name]) for name in risen
        }
        # Those that follow the same areas begin side by side.
        return {
            name: top + min(down[other] for other in risen if self._above[other] == self._above[name])
            for name, top in risen.items()
        }

    def _risen(self, gap: float) -> dict[str, float]:
        """Return the tops of the areas, each as high as it can be; upper areas come first."""
        tops: dict[str, float] = {}
        for name in self._heights:
            tops[name] = max((tops[other] + self._heights[other] + gap for other in self._above[name]), default=0.0)
        return tops

    def _sunk(self, gap: float, room: float) -> dict[str, float]:
        """Return the tops of the areas, each as low as it can be."""
        tops: dict[str, float] = {}
        for name in reversed(self._heights):
            floor = min((tops[other] - gap for other in self._below[name]), default=room)
            tops[name] = floor - self._heights[name]
        return tops

    def _lowest(self, tops: Mapping[str, float]) -> float:
        return max((top + self._heights[name] for name, top in tops.items()), default=0.0)

    def _gaps(self, risen: Mapping[str, float], gap: float) -> int:
        """Return how many gaps the longest stack has."""
        gaps: dict[str, int] = {}
        for name, top in risen.items():
            touching = (o for o in self._above[name] if top - risen[o] - self._heights[o] - gap < STILL)
            gaps[name] = max((gaps[other] + 1 for other in touching), default=0)
        lowest = self._lowest(risen)
        return max(gaps[name] for name in risen if lowest - risen[name] - self._heights[name] < STILL)

    def _count(self, name: str, beside: Mapping[str, set[str]], loose: Mapping[str, bool]) -> int:
        """Return how many areas with room to move follow on each other, up or down from this one."""
        return max((1 + self._count(other, beside, loose) for other in beside[name] if loose[other]), default=0)
