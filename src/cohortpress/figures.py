"""Courses of single subjects over the visits, drawn as SVG for the pages and as PNG for Word.

Nothing is computed here: values, medians and n are given. Colours are drawn as marks (:data:`MARKS`) that
:func:`skin` turns into a theme's colours, so that a new theme needs no new drawing.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .errors import Fault, StyleError
from .style import PanelSize, font_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72

# Colours that no theme has: each stands for a token of the theme until `skin` puts the theme's colour there.
MARKS = {
    "ink": "#0202fe",
    "muted": "#0303fe",
    "rule": "#0404fe",
    "course": "#0505fe",
    "worse": "#0606fe",
    "accent": "#0707fe",
}
TOKENS = {mark: token for token, mark in MARKS.items()}


@dataclass(frozen=True)
class Visit:
    """A visit on the x axis; ``n`` is the number of values that its median rests on, ``id`` the result it is."""

    month: float
    n: int
    id: str = ""


@dataclass(frozen=True)
class Median:
    """A median: where it is drawn, and the text beside it; ``id`` is the result it is."""

    value: float
    text: str
    id: str = ""


@dataclass(frozen=True)
class Threshold:
    """A value with a name, drawn as a dotted line across the panel."""

    value: float
    label: str


@dataclass(frozen=True)
class Panel:
    """One endpoint: ``courses`` has a row a subject, a value (or None) a visit; ``medians`` one a visit.

    ``finding`` is a line below the title; ``alt`` tells the same to those who do not see the panel.
    """

    title: str
    visits: tuple[Visit, ...]
    courses: tuple[tuple[float | None, ...], ...]
    medians: tuple[Median | None, ...]
    alt: str
    unit: str = ""
    finding: str = ""
    direction: str = "lower_is_better"
    log: bool = False
    thresholds: tuple[Threshold, ...] = ()
    alt_ids: tuple[str, ...] = ()  # the results that the alternative text prints, in order


@dataclass(frozen=True)
class Words:
    """The words in a panel, in the language of the study."""

    month: str = "Month"
    n: str = "n"
    median: str = "median"
    log: str = "log scale"


ENGLISH = Words()


@dataclass(frozen=True)
class Drawing:
    """``svg`` holds an SVG a panel, in marked colours; ``png`` draws an image in given colours and dpi."""

    svg: str
    png: Callable[[Mapping[str, str], int], bytes] = field(compare=False)


def courses(
    panels: Sequence[Panel],
    *,
    name: str,
    size: PanelSize,
    number: Callable[[float], str],
    words: Words = ENGLISH,
    family: str = "Source Sans Pro",
) -> Drawing:
    """Draw every subject's course and the median, one panel an endpoint.

    ``name`` is unique in the document (the SVGs' ids begin with it); ``number`` makes text of the numbers on
    the axes; text is measured in the font ``family``. Raises StyleError for what a log axis cannot show.
    """
    draw = partial(_draw, size=size, family=family, number=number, words=words)
    svgs = []
    for index, panel in enumerate(panels):
        figure = _figure(size.width_mm, size.height_mm)
        draw(_axes(figure, 0, 0, size), panel, colours=MARKS)
        svgs.append(_tidy(_save(figure, "svg").decode(), panel, f"{name}-{index + 1}"))

    def png(tokens: Mapping[str, str], dpi: int) -> bytes:
        rows = math.ceil(len(panels) / size.across)
        figure = _figure(size.width_mm * size.across, size.height_mm * rows)
        for index, panel in enumerate(panels):
            row, column = divmod(index, size.across)
            draw(_axes(figure, column, rows - 1 - row, size), panel, colours=tokens)
        return _save(figure, "png", dpi)

    return Drawing(f'<div class="panels" style="--across: {size.across}">\n{"".join(svgs)}</div>\n', png)


def skin(svg: str, tokens: Mapping[str, str], family: str) -> str:
    """Return ``svg`` in the colours and the font family of a theme.

    Colours stand in attributes, which print; a browser's style sheet may override them by class.
    """
    for token, mark in MARKS.items():
        svg = svg.replace(mark, escape(tokens[token]))
    return svg.replace("<svg ", f'<svg font-family="{escape(family)}" ')


class _Pen:
    """Draws in mm and in the colours of tokens; lines and dots are sized in hundredths of the font's size."""

    def __init__(self, axes: Axes, colours: Mapping[str, str], family: str, font_pt: float) -> None:
        from matplotlib.font_manager import FontProperties

        self._axes, self._colours, self._hundredth = axes, colours, font_pt / 100
        self.em = font_pt * MM_PER_POINT
        self._fonts = {
            strong: FontProperties(fname=font_file(f"{family}/{cut}"), size=font_pt, weight=weight)
            for strong, cut, weight in ((False, "Regular", 400), (True, "Semibold", 600))
        }

    def width(self, string: str, *, strong: bool = False) -> float:
        from matplotlib.textpath import text_to_path

        if not string:
            return 0.0
        extent = text_to_path.get_text_width_height_descent(string, self._fonts[strong], False)
        return float(extent[0]) * MM_PER_POINT

    def text(
        self, x: float, y: float, string: str, token: str = "muted", ha: str = "left", *,
        strong: bool = False, of: str = "",
    ) -> None:
        """Write a text; ``of`` says what a number in it is: "axis=month", or "result=" and an id."""
        font, colour = self._fonts[strong], self._colours[token]
        self._axes.text(x, y, string, color=colour, fontproperties=font, ha=ha, va="baseline", parse_math=False,
                        gid=f"data-{of}" if of else None)

    def line(self, *points: tuple[float, float], token: str, width: float, z: float, dashes: Any = "-") -> None:
        xs, ys = zip(*points, strict=True)
        self._axes.plot(
            xs, ys, color=self._colours[token], linewidth=width * self._hundredth, linestyle=dashes, zorder=z,
            clip_on=False, solid_capstyle="round", solid_joinstyle="round", dash_capstyle="butt",
        )  # fmt: skip

    def dots(self, *points: tuple[float, float], token: str, size: float, z: float, marker: str = "o") -> None:
        xs, ys = zip(*points, strict=True)
        self._axes.plot(
            xs, ys, color=self._colours[token], linestyle="none", marker=marker, zorder=z,
            markersize=size * self._hundredth, markeredgewidth=0, clip_on=False,
        )  # fmt: skip


def _draw(
    axes: Axes,
    panel: Panel,
    *,
    colours: Mapping[str, str],
    size: PanelSize,
    family: str,
    number: Callable[[float], str],
    words: Words,
) -> None:
    pen = _Pen(axes, colours, family, size.font_pt)
    em = pen.em
    low, high, ticks = _scale(panel)
    labels = [number(tick) for tick in ticks]
    months = [number(visit.month) for visit in panel.visits]
    counts = [number(visit.n) for visit in panel.visits]
    shown = [median for median in panel.medians if median]

    # Where things are, in mm: the plot lies between the texts of the first and of the last median.
    axis = max(pen.width(label) for label in (*labels, words.month)) + 0.5 * em
    left = axis + (pen.width(shown[0].text, strong=True) + em if panel.medians[0] else 0.6 * em)
    last = [words.median, *(median.text for median in shown[-1:])]
    right = size.width_mm - max(pen.width(text, strong=True) for text in last) - 0.8 * em
    bottom, top = 3.3 * em, size.height_mm - (3.6 if panel.finding else 2.2) * em
    xs = _places([visit.month for visit in panel.visits], left, right)
    halves = [max(map(pen.width, texts)) / 2 for texts in zip(months, counts, strict=True)]
    if any(xs[i + 1] - xs[i] < 0.2 * em + halves[i] + halves[i + 1] for i in range(len(xs) - 1)):
        xs = _places(range(len(xs)), left, right)  # too close to be read: evenly spaced
    to_scale = math.log10 if panel.log else float

    def y(value: float) -> float:
        return bottom + (top - bottom) * (to_scale(value) - to_scale(low)) / (to_scale(high) - to_scale(low))

    # Title, unit and finding; rules with their values; months and n below.
    head = size.height_mm - 0.8 * em
    pen.text(0, head, panel.title, "ink", strong=True)
    note = ", ".join(filter(None, (panel.unit, words.log if panel.log else "")))
    pen.text(pen.width(panel.title, strong=True) + 0.5 * em, head, note)
    pen.text(0, head - 1.3 * em, panel.finding, "accent")
    for tick, label in zip(ticks, labels, strict=True):
        pen.line((axis, y(tick)), (right, y(tick)), token="rule", width=4, z=1)
        pen.text(axis - 0.5 * em, y(tick) - 0.33 * em, label, ha="right", of="axis=value")
    pen.line((axis, bottom), (right, bottom), token="muted", width=4, z=1.5)
    ids = [f"result={visit.id}" for visit in panel.visits]
    rows = ((1.7 * em, words.month, months, ["axis=month"] * len(xs)), (0.35 * em, words.n, counts, ids))
    for row, name, texts, origins in rows:
        pen.text(axis - 0.5 * em, row, name, ha="right")
        for x, string, of in zip(xs, texts, origins, strict=True):
            pen.text(x, row, string, "ink", ha="center", of=of)
    for x in xs:
        pen.line((x, bottom - 0.3 * em), (x, bottom), token="muted", width=4, z=1.5)
    for threshold in panel.thresholds:
        height = y(threshold.value)
        pen.line((axis, height), (right, height), token="muted", width=6, z=2, dashes=(0, (1, 2)))
        pen.text(right, height + 0.3 * em, threshold.label, ha="right", of="axis=threshold")

    for course in panel.courses:
        _draw_course(pen, panel, course, xs, y)

    found = [(x, y(median.value)) for x, median in zip(xs, panel.medians, strict=True) if median]
    if found:
        pen.line(*found, token="accent", width=17, z=6)
        pen.dots(*found, token="accent", size=52, z=6)
        x, height = found[-1]
        pen.text(x + 0.6 * em, height + 0.8 * em, words.median, "accent", strong=True)
        pen.text(x + 0.6 * em, height - 0.33 * em, shown[-1].text, "accent", strong=True,
                 of=f"result={shown[-1].id}")  # fmt: skip
        if panel.medians[0] and len(found) > 1:
            x, height = found[0]
            pen.text(x - 0.55 * em, height - 0.33 * em, shown[0].text, "accent", ha="right", strong=True,
                     of=f"result={shown[0].id}")  # fmt: skip


def _draw_course(
    pen: _Pen, panel: Panel, course: Sequence[float | None], xs: Sequence[float], y: Callable[[float], float]
) -> None:
    """Draw one subject: dashes bridge a gap, and a dark diamond marks what is worse than at the start."""
    sign = 1 if panel.direction == "lower_is_better" else -1
    start = course[0]
    seen = [
        (visit, (xs[visit], y(value)), start is not None and sign * (value - start) > 0)
        for visit, value in enumerate(course)
        if value is not None
    ]
    for (before, a, _), (visit, b, worse) in pairwise(seen):
        dashes = "-" if visit == before + 1 else (0, (2.5, 2))
        token, width = ("worse", 8) if worse else ("course", 6)
        pen.line(a, b, token=token, width=width, z=3 + worse, dashes=dashes)
    for _, place, worse in seen:
        token, size, marker = ("worse", 28, "D") if worse else ("course", 24, "o")
        pen.dots(place, token=token, size=size, z=4 + worse, marker=marker)


def _places(steps: Sequence[float], left: float, right: float) -> list[float]:
    span = max(steps, default=0) - min(steps, default=0) or 1
    return [left + (right - left) * (step - min(steps)) / span for step in steps]


def _scale(panel: Panel) -> tuple[float, float, list[float]]:
    """Return both ends of the y axis and its ticks: linear from zero (or below), or log around the values."""
    from matplotlib.ticker import MaxNLocator

    shown = [value for course in panel.courses for value in course if value is not None]
    shown += [median.value for median in panel.medians if median] + [line.value for line in panel.thresholds]
    if not panel.log or not shown:
        low, high = min([0.0, *shown]), 1.03 * max([0.0, *shown]) or 1.0
        locator = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10])
        ticks = [float(tick) for tick in locator.tick_values(low, high) if tick <= high]
        return min(low, *ticks), high, ticks
    if min(shown) <= 0:
        mend = "Take 'scale: log' from this endpoint."
        raise StyleError(Fault(f"A log axis cannot show {min(shown):g}.", mend, panel.title))
    low, high = math.log10(min(shown)), math.log10(max(shown))
    pad = 0.05 * (high - low) or 0.5
    low, high = low - pad, high + pad
    steps = (1,) if high - low > 1.2 else (1, 2, 5)
    ticks = [step * 10.0**power for power in range(math.floor(low), math.ceil(high)) for step in steps]
    return 10**low, 10**high, [tick for tick in ticks if 10**low <= tick <= 10**high]


def _figure(width_mm: float, height_mm: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH))


def _axes(figure: Figure, column: int, row: int, size: PanelSize) -> Axes:
    """Return bare axes over one panel's place; their coordinates are mm from its lower left corner."""
    width, height = figure.get_size_inches() * MM_PER_INCH
    share_x, share_y = size.width_mm / width, size.height_mm / height
    axes = figure.add_axes((column * share_x, row * share_y, share_x, share_y))
    axes.set_axis_off()
    axes.set_xlim(0, size.width_mm)
    axes.set_ylim(0, size.height_mm)
    return axes


def _save(figure: Figure, kind: str, dpi: int = 72) -> bytes:
    from matplotlib import rc_context

    buffer = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "cohortpress"}):
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=metadata, transparent=kind == "svg")
    return buffer.getvalue()


def _tidy(svg: str, panel: Panel, name: str) -> str:
    """Return matplotlib's SVG fit to stand in a page: own ids, a title, colours by class, nothing idle."""
    box = re.search(r'viewBox="[^"]*"', svg)
    # Matplotlib puts what a text is of on the group around it.
    body = re.sub(r'<g id="data-(\w+)=([^"]*)">\s*<text', r'<g>\n<text data-\1="\2"', svg[svg.index("<g") :])
    body = re.sub(r'style="([^"]*)"', _attributes, body)
    # Groups are bare and only the ids of markers ("m...") are referred to; turns by no angle say nothing.
    body = re.sub(r' id="(?!m)[^"]*"| transform="rotate\(-0[^"]*"|<!--.*?-->', "", body, flags=re.DOTALL)
    body = re.sub(r'<path d="[^"]*"\s+fill="none"/>|</?g>|<defs>\s*</defs>', "", body)
    body = re.sub(r'( id="|href="#)', rf"\1{name}-", body)
    body = re.sub(r'\s*\n\s*(?=[LCz"])', " ", re.sub(r"\s*\n\s*", "\n", body))
    told = f' data-results="{" ".join(panel.alt_ids)}"' if panel.alt_ids else ""
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {spaces} {box[0] if box else ""} role="img"{told}>\n<title>{escape(panel.alt)}</title>{body}'


def _attributes(style: re.Match[str]) -> str:
    """Return style declarations as attributes, which a page's style sheet can override."""
    given = dict(part.split(": ", 1) for part in style[1].split("; ") if ": " in part)
    given.pop("font-family", None)
    classes = " ".join(f"{key}-{TOKENS[value]}" for key, value in given.items() if value in TOKENS)
    attributes = " ".join(f'{key}="{value}"' for key, value in given.items())
    return f'class="{classes}" {attributes}' if classes else attributes
