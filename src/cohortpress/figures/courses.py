"""Courses: every subject's values over the visits, and the median. For cohorts small enough to see each subject."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from .asked import Asked, Kind, each_alone
from .canvas import Pen, Point, Ruler, Text, Words
from .labels import Label, Line, width
from .visits import Plot, VisitPanel, of_endpoint

# Where more subjects were measured at a visit courses are a texture: thin and transparent, none told from another.
MANY = 30
FAINTEST = 0.2
NARROW = 0.21  # of a panel, for a label in one line
GAP = (0, (2.5, 2))
WORSENING = {"lower_is_better": 1, "higher_is_better": -1}  # of a rise; where neither is better nothing is worse


@dataclass(frozen=True, kw_only=True)
class Courses(VisitPanel):
    """One endpoint: thin lines are subjects, the thick one is the median."""

    direction: str = "lower_is_better"

    @property
    def many(self) -> bool:
        return max((sum(value is not None for value in at) for at in zip(*self.courses, strict=True)), default=0) > MANY

    def start(self) -> Text | None:
        return self.medians[0].label if self.medians[0] and any(self.medians[1:]) else None

    def end(self, ruler: Ruler) -> tuple[Line, ...]:
        return (*self._median(ruler), *(line for label in self._worst(ruler.look.words) for line in label[1]))

    def _median(self, ruler: Ruler) -> tuple[Line, ...]:
        """Return the name of the thick line and its end, in one line where that leaves room for the plot."""
        word, last = ruler.look.words.median, [median.label for median in self.medians if median][-1:]
        whole = Line((Text(f"{word} "), *last), "accent")
        if width([whole], ruler) <= NARROW * ruler.look.size.width_mm:
            return (whole,)
        return tuple(Line((text,), "accent") for text in (Text(word), *last))

    def _worst(self, words: Words) -> Iterator[tuple[float, tuple[Line, ...]]]:
        """Yield, of few subjects, the last value that is worse than at the start by most, and what stands beside it."""
        ends = [(course[0], course[-1]) for course in self.courses if not self.many]
        worse = [(self._worsening(start, last), last) for start, last in ends if start is not None and last is not None]
        for worsening, last in sorted(worse)[-1:]:
            if worsening > 0:
                yield last, (Line((Text(words.worse),), "worse"),)

    def _worsening(self, start: float, value: float) -> float:
        return WORSENING.get(self.direction, 0) * (value - start)

    def draw(self, pen: Pen) -> None:
        plot = self.frame(pen)
        seen = [course for course in self.courses if any(value is not None for value in course)]
        dots: list[tuple[Point, bool]] = []
        for course in seen:
            if self.many:
                _faint(pen, course, plot, max(FAINTEST, MANY / 2 / len(seen)))
            else:
                dots += self._distinct(pen, course, plot)
        for among, token, size, marker in ((False, "course", 24, "o"), (True, "worse", 32, "D")):
            if points := [place for place, worse in dots if worse == among]:
                pen.dots(*points, token=token, size=size, z=4 + among, marker=marker)
        line = [(x, plot.y(median.value)) for x, median in zip(plot.xs, self.medians, strict=True) if median]
        self._draw_median(pen, plot)
        if first := self.start():
            x, height = line[0]
            pen.text(x - 0.55 * pen.em, height - 0.33 * pen.em, first, "accent", ha="right", strong=True)
        words = pen.look.words
        labels = [Label(height, self._median(pen), last=True) for _, height in line[-1:]]
        labels += [Label(plot.y(value), lines) for value, lines in self._worst(words)]
        self.label(pen, plot, *labels)

    def _draw_median(self, pen: Pen, plot: Plot) -> None:
        """Draw the median, thinner to and from where it is that of no more than half of those measured at first."""
        most = self.visits[0].n
        ends = [
            ((x, plot.y(median.value)), 2 * visit.n <= most)
            for x, median, visit in zip(plot.xs, self.medians, self.visits, strict=True)
            if median
        ]
        for few, steps in groupby(pairwise(ends), lambda step: step[0][1] or step[1][1]):
            (start, end), *more = steps
            points = (start[0], end[0], *(after[0] for _, after in more))
            pen.line(*points, token="accent", width=11 if few else 17, z=6)
        for few, size in ((False, 52), (True, 36)):
            if dots := [point for point, is_few in ends if is_few == few]:
                pen.dots(*dots, token="accent", size=size, z=6)

    def _distinct(self, pen: Pen, course: Sequence[float | None], plot: Plot) -> list[tuple[Point, bool]]:
        """Draw the lines of one subject: dashes bridge a gap, dark ones lead to what is worse than at the start.

        Returns its dots, and whether they are worse.
        """
        start = course[0]
        seen = [
            (visit, (plot.xs[visit], plot.y(value)), start is not None and self._worsening(start, value) > 0)
            for visit, value in enumerate(course)
            if value is not None
        ]
        for (gap, worse), steps in groupby(pairwise(seen), lambda step: (step[1][0] > step[0][0] + 1, step[1][2])):
            (before, after), *more = steps
            token, width = ("worse", 8) if worse else ("course", 6)
            points = (before[1], after[1], *(end[1] for _, end in more))
            pen.line(*points, token=token, width=width, z=3 + worse, dashes=GAP if gap else "-")
        return [(place, worse) for _, place, worse in seen]


def _faint(pen: Pen, course: Sequence[float | None], plot: Plot, opacity: float) -> None:
    """Draw one of many subjects: lines alone, and a dot where a value has no neighbour."""
    seen = [(visit, (plot.xs[visit], plot.y(value))) for visit, value in enumerate(course) if value is not None]
    if len(seen) == 1:
        pen.dots(seen[0][1], token="course", size=12, z=3, opacity=opacity)
    for dashed, steps in groupby(pairwise(seen), lambda step: step[1][0] > step[0][0] + 1):
        points: list[Point] = []
        for (_, a), (_, b) in steps:
            points += [b] if points else [a, b]
        pen.line(*points, token="course", width=4, z=3, opacity=opacity, dashes=GAP if dashed else "-")


def panels(asked: Asked) -> list[Courses]:
    """Return a panel an endpoint."""
    studied = asked.study.endpoints
    return [
        of_endpoint(Courses, asked, name, alt, direction=studied[name].direction)
        for name, alt in zip(asked.names, asked.alts, strict=True)
    ]


KIND = Kind(panels, each_alone, over="visits")
