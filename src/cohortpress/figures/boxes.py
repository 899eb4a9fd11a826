"""Boxes: median, quartiles and range at each visit, with a point a subject. For cohorts too large for courses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .asked import Asked, Kind, each_alone, value
from .canvas import Pen, Ruler, Text
from .visits import Row, VisitPanel, of_endpoint

# Quartiles of fewer values would say less than the values themselves.
FEWEST = 5
GOLDEN = (5**0.5 - 1) / 2
MOST_OPAQUE, FAINTEST = 0.8, 0.3


@dataclass(frozen=True)
class Box:
    """Where half of the values lie, and all of them."""

    low: float
    q1: float
    q3: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Boxes(VisitPanel):
    """One endpoint: a box a visit, over the values of the subjects."""

    boxes: tuple[Box | None, ...]

    @property
    def shown(self) -> list[float]:
        return super().shown + [end for box in self.boxes if box for end in (box.low, box.high)]

    def rows(self, ruler: Ruler) -> list[Row]:
        medians = tuple(median.label if median else Text("") for median in self.medians)
        return [*super().rows(ruler), Row(ruler.look.words.median, medians, "accent")]

    @property
    def reach(self) -> float:
        return 1.3

    @property
    def beyond(self) -> float:
        return self.reach

    def draw(self, pen: Pen) -> None:
        plot = self.frame(pen)
        xs, y = plot.xs, plot.y
        closest = min((b - a for a, b in pairwise(xs)), default=4 * pen.em)
        half = min(0.3 * closest, pen.em)
        opacity = min(MOST_OPAQUE, max(FAINTEST, 30 / (len(self.courses) or 1)))
        for visit, x in enumerate(xs):
            heights = sorted(y(value) for course in self.courses if (value := course[visit]) is not None)
            places = [x + 1.2 * half * offset for offset in scattered(heights, 0.5 * pen.em)]
            if heights:
                pen.dots(*zip(places, heights, strict=True), token="course", size=20, z=3, opacity=opacity)
            if box := self.boxes[visit]:
                corners = (x - half, y(box.q1)), (x + half, y(box.q3))
                pen.box(*corners, token="accent", z=4, opacity=0.16)
                pen.box(*corners, token="accent", z=5, width=6)
                for near, far in ((box.q1, box.low), (box.q3, box.high)):
                    pen.line((x, y(near)), (x, y(far)), token="accent", width=6, z=5)
            if median := self.medians[visit]:
                pen.line((x - half, y(median.value)), (x + half, y(median.value)), token="accent", width=17, z=6)
        self.label(pen, plot)


def scattered(heights: Sequence[float], near: float) -> list[float]:
    """Return an offset between -1 and 1 for each of the ascending ``heights``: wide where many lie ``near``.

    Neighbours are far apart, as the golden section deals out the places, and always the same. Who has none stands in
    the middle: beside the end of a whisker a lone point would look like a hook.
    """
    others = [bisect_right(heights, height + near) - bisect_left(heights, height - near) - 1 for height in heights]
    most = max(others, default=0) or 1
    return [(2 * (index * GOLDEN % 1) - 1) * crowd / most for index, crowd in enumerate(others, 1)]


def panels(asked: Asked) -> list[Boxes]:
    """Return a panel an endpoint."""
    return [
        of_endpoint(Boxes, asked, name, alt, boxes=tuple(_box(asked, f"{name}.{v}") for v in asked.visits))
        for name, alt in zip(asked.names, asked.alts, strict=True)
    ]


def _box(asked: Asked, at: str) -> Box | None:
    """Return the box of an endpoint at a visit; None of too few, or where a limit of detection hides an end."""
    n = value(asked.results[f"{at}.n"]) or 0
    ends = [value(asked.results[f"{at}.{measure}"]) for measure in ("min", "q1", "q3", "max")]
    known = [end for end in ends if end is not None]
    return Box(*known) if n >= FEWEST and len(known) == len(ends) else None


KIND = Kind(panels, each_alone, over="visits")
