"""Responders: a bar a visit, or a responder rule, with n of N evaluable and the confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..formatting import RANGE
from ..glossary import headed
from .asked import Alt, Asked, Kind, value
from .canvas import LINE, Panel, Pen, Room, Ruler, Text
from .labels import Line, stack, width

NAMES = 0.4  # of a panel, at most for the names of the rows
FOOT = 1.7  # below the rows, in em: their scale
LOOSEST = 2.2  # times the height that the rows need: beside a higher figure they stand apart, but not lost
TICKS = (0.0, 25.0, 50.0, 75.0, 100.0)


@dataclass(frozen=True)
class Row:
    """A share and its interval, in percent; None of nobody. ``said`` are the lines behind its bar."""

    name: str
    percent: float | None
    low: float | None
    high: float | None
    said: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Responders(Panel):
    """One response over the visits, or several at one visit."""

    rows: tuple[Row, ...]

    def room(self, ruler: Ruler) -> Room:
        em = ruler.em
        names = max(ruler.widest(lines) for lines in self._names(ruler)) + 0.8 * em
        said = width([line for row in self.rows for line in row.said], ruler) + 1.1 * em
        needed = sum(self._heights(ruler))
        given = ruler.look.size.height_mm - ruler.above(Room(head=1)) - FOOT * em
        return Room(max(needed, min(given, LOOSEST * needed)) + FOOT * em, axis=names, left=names, right=said)

    def _names(self, ruler: Ruler) -> list[list[str]]:
        return [ruler.wrap(row.name, NAMES * ruler.look.size.width_mm) for row in self.rows]

    def _heights(self, ruler: Ruler) -> list[float]:
        pairs = zip(self._names(ruler), self.rows, strict=True)
        return [(LINE * max(len(names), len(row.said)) + 0.5) * ruler.em for names, row in pairs]

    def draw(self, pen: Pen) -> None:
        em, left, bottom, top = pen.em, pen.room.left, FOOT * pen.em, pen.top
        heights = self._heights(pen)
        loose = (top - bottom) / sum(heights)
        half = 0.6 * em * loose**0.5  # of a bar

        def x(percent: float) -> float:
            return left + (pen.right - left) * percent / 100

        crowded = (pen.right - left) / (len(TICKS) - 1) < pen.width(pen.look.percent(TICKS[-1])) + 0.8 * em
        for tick in TICKS[:: 2 if crowded else 1]:
            pen.line((x(tick), bottom), (x(tick), top), token="rule", width=4, z=1)
            pen.text(x(tick), 0.35 * em, Text(pen.look.percent(tick), "axis=value"), ha="center")
        for row, names, height in zip(self.rows, self._names(pen), heights, strict=True):
            middle = top - loose * height / 2
            top -= loose * height
            stack(pen, 0, middle, [Line((Text(name, "axis=response"),), "ink") for name in names])
            stack(pen, pen.right + 0.9 * em, middle, row.said)
            if row.percent is not None:
                foot, head = middle - half, middle + half
                pen.box((left, foot), (x(row.percent), head), token="accent", z=2, opacity=0.3)
                pen.line((x(row.percent), foot), (x(row.percent), head), token="accent", width=17, z=4)
            if row.low is not None and row.high is not None:
                pen.line((x(row.low), middle), (x(row.high), middle), token="accent", width=8, z=3)
                for end in (x(row.low), x(row.high)):
                    pen.line((end, middle - 0.25 * em), (end, middle + 0.25 * em), token="accent", width=8, z=3)
        pen.line((left, bottom), (left, pen.top), token="muted", width=5, z=5)


def panels(asked: Asked) -> list[Responders]:
    """Return a panel a response with the follow-ups, or, at one visit, a panel with all responses."""
    study = asked.study
    share = asked.look.percent(100 * study.analysis.conf_level)
    note = asked.look.words.interval.replace("{level}", share)
    if asked.visit:
        rows = [_row(asked, name, asked.visit, headed(study.responses[name].label)) for name in asked.names]
        return [_panel(study.visits[asked.visit].label, note, rows, asked.alts[0])]
    return [
        _panel(headed(study.responses[name].label), note,
               [_row(asked, name, visit, study.visits[visit].label) for visit in asked.visits], alt)
        for name, alt in zip(asked.names, asked.alts, strict=True)
    ]  # fmt: skip


def _panel(title: str, note: str, rows: Sequence[Row], alt: Alt) -> Responders:
    return Responders(title=title, note=note, rows=tuple(rows), alt=alt.text, alt_ids=alt.ids)


def _row(asked: Asked, name: str, visit: str, label: str) -> Row:
    at = f"{name}.{visit}"
    percent, low, high = (f"{at}.{measure}" for measure in ("percent", "wilson_low", "wilson_high"))
    share = value(asked.results[percent])
    said = Line(asked.share(at), "accent")
    if share is None:
        return Row(label, None, None, None, (said,))
    said = Line((*said.texts, Text(" ("), asked.printed(percent), Text(")")), "accent")
    interval = Line((asked.printed(low), Text(RANGE), asked.printed(high)))
    return Row(label, share, value(asked.results[low]), value(asked.results[high]), (said, interval))


def _alts(things: Sequence[Any], visit: Any) -> Sequence[Sequence[Any]]:
    return [(things, visit)] if visit else [([thing], None) for thing in things]


KIND = Kind(panels, _alts, of="responses", at_a_visit="may", over="followups")
