"""The flow of subjects through the visits, as STROBE asks: expected, measured, missing, lost, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..result import Result
from .asked import Asked, Kind, value
from .canvas import LINE, Panel, Pen, Room, Ruler, Text
from .labels import Line, stack, width

PADDING, GAP = 0.6, 1.4  # in em: within a box, and between two
GROUPS = "measured", "missing", "lost"
WIDEST = 0.4  # of the panel, for the name of a visit


@dataclass(frozen=True)
class Absent:
    """A number of subjects who were not measured, and how or why they were not."""

    n: Text
    what: str


@dataclass(frozen=True)
class Stage:
    """A visit: who was measured of whom, and who was not."""

    visit: str
    measured: tuple[Text, ...]
    absent: tuple[Absent, ...]

    def lines(self, ruler: Ruler) -> list[Line]:
        """Return what stands in the box."""
        visit = ruler.wrap(self.visit, WIDEST * ruler.look.size.width_mm)
        return [*(Line((Text(line, "axis=visit"),), "ink") for line in visit), Line(self.measured, "accent")]


@dataclass(frozen=True, kw_only=True)
class Flow(Panel):
    """The visits as boxes: side by side where there is room, else one below the other."""

    stages: tuple[Stage, ...]

    def room(self, ruler: Ruler) -> Room:
        if self._abreast(ruler):
            absent = max(len(self._absent(stage, self._step(ruler) - 0.5 * ruler.em, ruler)) for stage in self.stages)
            below = (absent * LINE + 1.1) * ruler.em if absent else 0
            return Room(self._box(ruler)[1] + below + 0.1 * ruler.em)
        return Room(sum(self._heights(ruler)) - (GAP - 0.1) * ruler.em)

    def _box(self, ruler: Ruler) -> tuple[float, float]:
        """Return width and height of all boxes."""
        lines = [stage.lines(ruler) for stage in self.stages]
        wide = max(width(each, ruler) for each in lines)
        return wide + 2 * PADDING * ruler.em, (max(map(len, lines)) * LINE + 2 * PADDING - 0.2) * ruler.em

    def _step(self, ruler: Ruler) -> float:
        """Return how far apart boxes side by side begin."""
        spare = ruler.look.size.width_mm - self._box(ruler)[0] - 0.2 * ruler.em
        return spare / (len(self.stages) - 1)

    def _abreast(self, ruler: Ruler) -> bool:
        return self._step(ruler) >= self._box(ruler)[0] + GAP * ruler.em

    def _absent(self, stage: Stage, wide: float, ruler: Ruler) -> list[Line]:
        """Return who was not measured, in lines of some width."""
        lines = []
        for absent in stage.absent:
            first, *more = ruler.wrap(f"{absent.n.string} {absent.what}", wide)
            rest = first.removeprefix(absent.n.string)
            lines.append(Line((absent.n, Text(rest, "axis=reason")), "ink"))
            lines += [Line((Text(line, "axis=reason"),), "ink") for line in more]
        return lines

    def _heights(self, ruler: Ruler) -> list[float]:
        """Return the heights of the visits below one another, with the gap that follows."""
        beside = ruler.look.size.width_mm - self._box(ruler)[0] - 2 * ruler.em
        counts = [len(self._absent(stage, beside, ruler)) for stage in self.stages]
        return [max(self._box(ruler)[1], count * LINE * ruler.em) + GAP * ruler.em for count in counts]

    def draw(self, pen: Pen) -> None:
        em, (wide, high), step = pen.em, self._box(pen), self._step(pen)
        abreast, x, y = self._abreast(pen), 0.1 * em, pen.top
        for stage, height in zip(self.stages, self._heights(pen), strict=True):
            middle = y - high / 2
            pen.box((x, y - high), (x + wide, y), token="muted", z=2, width=6)
            stack(pen, x + PADDING * em, middle, stage.lines(pen))
            absent = self._absent(stage, step - 0.5 * em if abreast else pen.look.size.width_mm - wide - 2 * em, pen)
            if absent and abreast:
                pen.line((x + em, y - high), (x + em, y - high - 0.6 * em), token="muted", width=6, z=1)
                stack(pen, x + PADDING * em, y - high - (0.8 + len(absent) * LINE / 2) * em, absent)
            elif absent:
                pen.line((x + wide, middle), (x + wide + em, middle), token="muted", width=6, z=1)
                stack(pen, x + wide + 1.4 * em, y - max(high, len(absent) * LINE * em) / 2, absent)
            if stage is not self.stages[-1]:
                end = (x + step, middle) if abreast else (x + em, y - height)
                pen.arrow((x + wide, middle) if abreast else (x + em, y - high), end)
            x, y = (x + step, y) if abreast else (x, y - height)


def panels(asked: Asked) -> list[Flow]:
    """Return one panel, of all visits."""
    stages = tuple(_stage(asked, visit, spec.label) for visit, spec in asked.study.visits.items())
    return [Flow(title="", stages=stages, alt=asked.alts[0].text, alt_ids=asked.alts[0].ids)]


def _stage(asked: Asked, visit: str, label: str) -> Stage:
    at = f"flow.{visit}"
    words = {group: _bent(getattr(asked.look.words, group), asked.results[f"{at}.{group}"]) for group in GROUPS}
    said = Text(f" {words['measured']}")
    measured = asked.printed(f"{at}.measured"), Text("/"), asked.printed(f"{at}.expected"), said
    groups = {f"{at}.{group}": words[group] for group in ("missing", "lost")}
    groups |= {
        result.id: result.label.removeprefix(f"{label}: ")
        for result in asked.results
        if result.id.startswith(f"{at}.reason.")
    }
    absent = [Absent(asked.printed(id_), what) for id_, what in groups.items() if value(asked.results[id_])]
    return Stage(label, measured, tuple(absent))


def _bent(word: str, count: Result) -> str:
    """Return "manquant" or "manquants" of "manquant|manquants", as the count asks; other words as they are."""
    one, _, many = word.partition("|")
    return many if many and isinstance(count.value, int) and count.value > 1 else one


def _alts(things: Sequence[Any], visit: Any) -> Sequence[Sequence[Any]]:
    return [()]


KIND = Kind(panels, _alts, of=None, whole=True)
