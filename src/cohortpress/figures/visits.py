"""What panels over time share: an axis of values, the visits below it, thresholds, and labels that do not collide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any, Literal, TypeVar

from .asked import Alt, Asked, value
from .canvas import LINE, Panel, Pen, Room, Ruler, Text
from .labels import Label, Line, named, width, write
from .scale import Scale, linear, logarithmic, square_root

BESIDE = 0.6  # from the end of the axis to the labels behind it, in em
GAP, CLEAR = 0.22, 0.7  # the least between two texts in a row, and what tells them apart at a glance, in em
ASIDE = 0.24  # how far from its visit a text may stand for that, in em


@dataclass(frozen=True)
class Visit:
    """A visit: its time, or, where the study gives none, its label; ``n`` were measured, ``id`` is that result."""

    time: float | None
    n: int
    id: str = ""
    label: str = ""


@dataclass(frozen=True)
class Median:
    """A median: where it is drawn, and the text beside it; ``id`` is the result it is."""

    value: float
    text: str
    id: str = ""

    @property
    def label(self) -> Text:
        return Text(self.text, f"result={self.id}")


@dataclass(frozen=True)
class Threshold:
    """A value with a name, drawn as a dotted line across the panel."""

    value: float
    label: str


@dataclass(frozen=True)
class Row:
    """A row below the plot: its name, and a text a visit."""

    name: str
    texts: tuple[Text, ...]
    token: str = "ink"

    @property
    def strong(self) -> bool:
        return self.token == "accent"

    def half(self, visit: int, ruler: Ruler) -> float:
        """Return half of the width of the text at a visit."""
        return ruler.width(self.texts[visit].string, strong=self.strong) / 2

    def write(self, pen: Pen, xs: Sequence[float], height: float) -> None:
        """Write all texts, or, where they would touch, every second, fourth ..."""
        pen.text(0, height, self.name)
        halves = [self.half(visit, pen) for visit in range(len(self.texts))]
        for index in _legible(xs, halves, GAP * pen.em):
            pen.text(xs[index], height, self.texts[index], self.token, ha="center", strong=self.strong)


@dataclass(frozen=True)
class Plot:
    """Where the visits stand, and where a value does."""

    xs: tuple[float, ...]
    y: Callable[[float], float]


@dataclass(frozen=True, kw_only=True)
class VisitPanel(Panel):
    """One endpoint over the visits.

    ``courses`` has a row a subject and a value (or None) a visit, ``medians`` one a visit; ``time_unit`` is a name in
    :class:`Words`.
    """

    visits: tuple[Visit, ...]
    courses: tuple[tuple[float | None, ...], ...]
    medians: tuple[Median | None, ...]
    time_unit: str = "month"
    axis: Literal["linear", "log", "sqrt"] = "linear"
    thresholds: tuple[Threshold, ...] = ()

    @property
    def shown(self) -> list[float]:
        """All values that the axis must hold."""
        values = [value for course in self.courses for value in course if value is not None]
        return values + [m.value for m in self.medians if m] + [line.value for line in self.thresholds]

    @property
    def scale(self) -> Scale:
        if self.axis == "log":
            return logarithmic(self.shown, self.title)
        return square_root(self.shown) if self.axis == "sqrt" else linear(self.shown)

    @property
    def reach(self) -> float:
        """How far, in em, what is drawn at a visit may reach to its sides."""
        return 0.6

    @property
    def beyond(self) -> float:
        """How far, in em, the axis goes on behind the last visit: what is wider than a dot stands on it."""
        return 0.0

    def start(self) -> Text | None:
        """Return what stands between the axis and the first visit, at the height of its median."""
        return None

    def end(self, ruler: Ruler) -> tuple[Line, ...]:
        """Return what stands behind the last visit, beside the names of thresholds."""
        return ()

    def rows(self, ruler: Ruler) -> list[Row]:
        """Return the rows below the plot."""
        number, words = ruler.look.number, ruler.look.words
        timed = all(visit.time is not None for visit in self.visits)
        times = [visit.label if visit.time is None else number(visit.time) for visit in self.visits]
        return [
            Row(getattr(words, self.time_unit) if timed else "", tuple(Text(time, "axis=visit") for time in times)),
            Row(words.n, tuple(Text(number(visit.n), f"result={visit.id}") for visit in self.visits)),
        ]

    def room(self, ruler: Ruler) -> Room:
        em, start, rows = ruler.em, self.start(), self.rows(ruler)
        axis = ruler.widest([*map(ruler.look.number, self.scale.ticks)]) + 0.5 * em
        before = max(ruler.width(start.string, strong=True) + em if start else 0.0, self.reach * em)
        lines = [line for threshold in self.thresholds for line in named(threshold.label, ruler, "")]
        behind = width([*self.end(ruler), *lines], ruler) + (self.beyond + BESIDE) * em
        # Half of a text below the first or last visit stands outside the visits; before the first stand names of rows.
        first = max(row.half(0, ruler) + (ruler.width(row.name) + 0.5 * em if row.name else 0.0) for row in rows)
        last = max(row.half(-1, ruler) for row in rows)
        left, right = max(axis + before, first), max(behind, last, (self.reach + 0.4) * em)
        space = ruler.look.size.width_mm - left - right
        return Room(axis=axis, left=left, right=right, even=self._even(ruler, space))

    def _even(self, ruler: Ruler, space: float) -> bool:
        """Tell whether visits stand evenly in the space: without times, or because to scale they would collide."""
        if any(visit.time is None for visit in self.visits):
            return True
        halves = [
            max((self.reach - 0.35) * ruler.em, *(ruler.width(text.string) / 2 for text in texts))
            for texts in zip(*(row.texts for row in self.rows(ruler)), strict=True)
        ]
        xs = self._places(0, space, even=False)
        gap = GAP * ruler.em
        return any(b - a < h + k + gap for (a, b), (h, k) in zip(pairwise(xs), pairwise(halves), strict=True))

    def _places(self, left: float, right: float, *, even: bool) -> tuple[float, ...]:
        """Return where the visits stand."""
        steps = [index if even else visit.time or 0 for index, visit in enumerate(self.visits)]
        first, last = min(steps), max(steps)
        return tuple(left + (right - left) * (step - first) / (last - first or 1) for step in steps)

    def _breaks(self, xs: Sequence[float], *, even: bool) -> list[float]:
        """Return where an axis that is not to scale is cut: between all visits but those closest in time."""
        times = [visit.time for visit in self.visits if visit.time is not None]
        if not even or len(times) < len(xs):
            return []
        steps = [later - earlier for earlier, later in pairwise(times)]
        return [(a + b) / 2 for (a, b), step in zip(pairwise(xs), steps, strict=True) if step > min(steps)]

    def _texts_at(self, xs: Sequence[float], ruler: Ruler) -> list[float]:
        """Return where the texts below the visits stand: two that would read as one word move apart."""
        rows, places = self.rows(ruler), list(xs)
        halves = [max(row.half(visit, ruler) for row in rows) for visit in range(len(xs))]
        for left, right in pairwise(range(len(xs))):
            missing = halves[left] + halves[right] + CLEAR * ruler.em - (places[right] - places[left])
            aside = min(max(missing, 0.0) / 2, ASIDE * ruler.em)
            places[left], places[right] = places[left] - aside, places[right] + aside
        return places

    def _bottom(self, ruler: Ruler) -> float:
        return (0.7 + LINE * len(self.rows(ruler))) * ruler.em

    def frame(self, pen: Pen) -> Plot:
        """Draw axis, visits and the lines of thresholds; return where things stand."""
        em, scale, rows = pen.em, self.scale, self.rows(pen)
        bottom, end = self._bottom(pen), pen.right + self.beyond * em
        xs = self._places(pen.room.left, pen.right, even=pen.room.even)
        plot = Plot(xs, lambda value: bottom + (pen.top - bottom) * scale.share(value))
        first = self.medians[0] if self.start() else None

        def across(height: float, **how: Any) -> None:
            # A line leaves room for the text before the first visit.
            near = first is not None and abs(height - plot.y(first.value)) < 0.75 * em
            begin = pen.room.left - 0.3 * em if near else pen.room.axis
            pen.line((begin, height), (end, height), **how)

        for tick in scale.ticks:
            # Between gain and loss stands a line that is told apart from those that only help to read.
            parts = tick == 0 and scale.low < 0 < scale.high
            across(plot.y(tick), token="muted" if parts else "rule", width=5 if parts else 4, z=1.5 if parts else 1)
            label = Text(pen.look.number(tick), "axis=value")
            pen.text(pen.room.axis - 0.5 * em, plot.y(tick) - 0.33 * em, label, ha="right")
        for threshold in self.thresholds:
            across(plot.y(threshold.value), token="muted", width=6, z=2, dashes=(0, (1, 2)))
        across(bottom, token="muted", width=4, z=1.5)
        for x in plot.xs:
            pen.line((x, bottom - 0.3 * em), (x, bottom), token="muted", width=4, z=1.5)
        for x in self._breaks(plot.xs, even=pen.room.even):
            for side in (x - 0.12 * em, x + 0.12 * em):
                foot, head = (side - 0.12 * em, bottom - 0.28 * em), (side + 0.12 * em, bottom + 0.28 * em)
                pen.line(foot, head, token="muted", width=4, z=3)
        texts = self._texts_at(plot.xs, pen)
        for number, row in enumerate(reversed(rows)):
            row.write(pen, texts, (0.35 + LINE * number) * em)
        return plot

    def label(self, pen: Pen, plot: Plot, *first: Label) -> None:
        """Write ``first`` and the names of the thresholds into the right margin."""
        thresholds = [Label(plot.y(line.value), named(line.label, pen, "axis=threshold")) for line in self.thresholds]
        write(pen, pen.right + (self.beyond + BESIDE) * pen.em, [*first, *thresholds], self._bottom(pen))


AnyPanel = TypeVar("AnyPanel", bound=VisitPanel)


def of_endpoint(make: type[AnyPanel], asked: Asked, name: str, alt: Alt, **more: Any) -> AnyPanel:
    """Return a panel of an endpoint; the values of subjects are in it only where the study publishes them.

    Of visits that are left out nothing is in it: what is worse, missing or of few follows from what is shown.
    """
    study, endpoint, words = asked.study, asked.study.endpoints[name], asked.look.words
    untimed = len(asked.visits) > 2 and study.visits[study.baseline].unit is None
    notes = endpoint.unit, {"log": words.log, "sqrt": words.sqrt}.get(endpoint.scale), words.even if untimed else ""
    visits, medians = [], []
    for visit in asked.visits:
        spec = study.visits[visit]
        n, median = (asked.results[f"{name}.{visit}.{measure}"] for measure in ("n", "median"))
        visits.append(Visit(spec.time, int(value(n) or 0), n.id, spec.label))
        middle = value(median)
        medians.append(None if middle is None else Median(middle, median.text or "", median.id))
    limits = dict(endpoint.thresholds)
    if endpoint.limit_of_detection is not None:
        limits[words.detection] = endpoint.limit_of_detection
    columns = [index for index, visit in enumerate(study.visits) if visit in asked.visits]
    rows = asked.cohort.values[name][:, columns].tolist() if study.publish == "full" else []
    return make(
        title=endpoint.title,
        note=", ".join(filter(None, notes)),
        alt=alt.text,
        alt_ids=alt.ids,
        visits=tuple(visits),
        medians=tuple(medians),
        courses=tuple(tuple(None if cell != cell else cell for cell in row) for row in rows),
        axis=endpoint.scale,
        thresholds=tuple(Threshold(limit, _said(label, asked.look.number(limit))) for label, limit in limits.items()),
        time_unit=study.visits[study.baseline].unit or "",
        **more,
    )


def _said(label: str, number: str) -> str:
    """Return the name of a threshold and its value, unless the name says it already."""
    return label if number in label else f"{label} {number}"


def _legible(xs: Sequence[float], halves: Sequence[float], gap: float) -> Sequence[int]:
    """Return which texts to write so that none touches another: all, or every second, fourth ...

    What is written in little room is written in more: a drawing for phones says nothing that the wide one does not.
    """
    for power in count():
        chosen = range(0, len(xs), 2**power)
        if all(xs[j] - xs[i] >= halves[i] + halves[j] + gap for i, j in pairwise(chosen)):
            return chosen
    raise AssertionError
