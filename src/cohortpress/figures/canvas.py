"""What all figures share: colours as marks, a ruler for text, a pen, and panels made into SVG and PNG.

Colours are drawn as marks (:data:`MARKS`) that :func:`skin` turns into a theme's colours, so that a new theme needs
no new drawing. Lengths are mm, from the lower left corner of a panel.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, reduce
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..fonts import STAND_IN, bundled
from ..paper import PanelSize

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72
LINE = 1.3  # from one line of text to the next, in em
WIDE, NARROW = 22, 20  # a panel whose letters are too small on a phone, and one for a phone, in em
ROW_GAP, GUTTER = 1.0, 2.0  # between panels of a picture, below and beside one another, in em; on a page the theme's
BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}  # how much of a text stands before where it is put
SPACE = 0.21  # between words, in em

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

# A Word file is worked on by co-authors, not hung on a wall: its figures are plain whatever the theme.
PLAIN = {"paper": "#ffffff", "ink": "#000000", "muted": "#595959", "rule": "#d9d9d9", "course": "#8c8c8c",
         "worse": "#000000", "accent": "#005f78"}  # fmt: skip
DPI = 300

Point = tuple[float, float]


@dataclass(frozen=True)
class Words:
    """The words in a figure, in the language of the study; ``{...}`` is put in."""

    minute: str = "Minute"
    hour: str = "Hour"
    day: str = "Day"
    week: str = "Week"
    month: str = "Month"
    year: str = "Year"
    n: str = "n"
    median: str = "median"
    worse: str = "worse"
    log: str = "log scale"
    sqrt: str = "square-root scale"
    even: str = "visits evenly spaced"
    detection: str = "limit of detection"
    change: str = "change, {first} to {visit}"
    interval: str = "{level} CI"
    measured: str = "measured"
    missing: str = "missing"
    lost: str = "lost"


@dataclass(frozen=True)
class Look:
    """How the panels of a figure look: size and font on the finished page, and numbers and words in a language.

    A cut of the font is a file, and further ones for what that lacks.
    """

    size: PanelSize
    number: Callable[[float], str]
    percent: Callable[[float], str]
    words: Words = Words()
    regular: tuple[Path, ...] = field(default_factory=lambda: (bundled(STAND_IN, "Regular").file,))
    strong: tuple[Path, ...] = field(default_factory=lambda: (bundled(STAND_IN, "Semibold").file,))


@dataclass(frozen=True)
class Text:
    """A text, and what a number in it is: ``result=`` and an id, or ``axis=`` and what the author declared."""

    string: str
    of: str = ""


@dataclass(frozen=True)
class Room:
    """What a panel needs; panels of a figure get the room of the neediest, so that their plots are aligned.

    ``body`` is the height below the head (0: what the theme gives), ``head`` the lines of the head. From the left begin
    the ``axis`` and the plot (``left``), from the ``right`` the margin. ``even`` visits are not to scale.
    """

    body: float = 0.0
    head: int = 0
    axis: float = 0.0
    left: float = 0.0
    right: float = 0.0
    even: bool = False

    def and_of(self, other: Room) -> Room:
        """Return room for either."""
        return Room(*(max(one, two) for one, two in zip(vars(self).values(), vars(other).values(), strict=True)))


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A panel; ``note`` stands behind its title, ``alt`` tells its story to those who do not see it.

    ``alt_ids`` are the results that the alternative text prints, in order.
    """

    title: str
    note: str = ""
    alt: str
    alt_ids: tuple[str, ...] = ()

    def room(self, ruler: Ruler) -> Room:
        """Return what the panel needs."""
        raise NotImplementedError

    def draw(self, pen: Pen) -> None:
        """Draw all but the head."""
        raise NotImplementedError


def draw(panels: Sequence[Panel], look: Look, name: str) -> str:
    """Return an SVG a panel, in marked colours; ``name`` is unique in the document (the SVGs' ids begin with it).

    Panels whose letters a phone would show too small are drawn once more, narrow, for it alone.
    """
    em = Ruler(look).em
    if look.size.width_mm / em <= WIDE:
        return _drawn(panels, look, name)
    width = NARROW * em
    size = replace(look.size, width_mm=width, height_mm=min(look.size.height_mm, 0.8 * width), across=1, spare=0)
    narrow = _drawn(panels, replace(look, size=size), f"{name}-narrow", " narrow", " hidden")
    return _drawn(panels, look, name, " wide") + narrow


def _drawn(panels: Sequence[Panel], look: Look, name: str, more: str = "", hidden: str = "") -> str:
    look, rooms = _in_rooms(panels, look)
    size, svgs = look.size, []
    for index, (panel, room) in enumerate(zip(panels, rooms, strict=True)):
        figure = _figure(size.width_mm, size.height_mm)
        _draw(panel, Pen(look, room, Sheet(figure, 0, 0), MARKS))
        svgs.append(_tidy(_save(figure, "svg").decode(), panel, f"{name}-{index + 1}"))
    abreast = size.across + size.spare if size.spare else size.across
    opening = f'<div class="panels{more}" style="--across: {abreast}"{hidden}>'
    return f"{opening}\n{''.join(svgs)}</div>\n"


def picture(panels: Sequence[Panel], look: Look, tokens: Mapping[str, str] = PLAIN, dpi: int = DPI) -> bytes:
    """Return all panels as one PNG."""
    look, rooms = _in_rooms(panels, look)
    size, em = look.size, Ruler(look).em
    rows, gap, gutter = math.ceil(len(panels) / size.across), ROW_GAP * em, GUTTER * em
    figure = _figure((size.width_mm + gutter) * size.across - gutter, (size.height_mm + gap) * rows - gap)
    for index, (panel, room) in enumerate(zip(panels, rooms, strict=True)):
        row, column = divmod(index, size.across)
        corner = column * (size.width_mm + gutter), (rows - 1 - row) * (size.height_mm + gap)
        _draw(panel, Pen(look, room, Sheet(figure, *corner), tokens))
    return _save(figure, "png", dpi)


def _in_rooms(panels: Sequence[Panel], look: Look) -> tuple[Look, list[Room]]:
    """Return the room of each panel, and the look with the height that all of them need."""
    ruler = Ruler(look)
    rooms = [replace(panel.room(ruler), head=len(ruler.head(panel))) for panel in panels]
    room = reduce(Room.and_of, rooms)
    # Margins at the right are alike only below one another: a long label shall not narrow the plots beside it.
    across = look.size.across
    rooms = [replace(room, right=max(r.right for r in rooms[index % across :: across])) for index in range(len(rooms))]
    height = room.body + ruler.above(room) if room.body else look.size.height_mm
    return replace(look, size=replace(look.size, height_mm=height)), rooms


def skin(svg: str, tokens: Mapping[str, str], families: Sequence[str]) -> str:
    """Return ``svg`` in the colours and the font families of a theme.

    Colours stand in attributes, which print; a browser's style sheet may override them by class.
    """
    for token, mark in MARKS.items():
        svg = svg.replace(mark, escape(tokens[token]))
    # Without quotes "Source Sans 3" is no family, and WeasyPrint would take a space before them for part of the name.
    family = ",".join(f"'{family}'" for family in families) if len(families) > 1 else families[0]
    return svg.replace("<svg ", f'<svg font-family="{escape(family, quote=False)}" ')


class Ruler:
    """Measures text as it will stand in a panel; ``em`` is the height of its line of type."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.em = look.size.font_pt * MM_PER_POINT
        self._files = {False: look.regular, True: look.strong}
        self._fonts = {strong: _font(files, look.size.font_pt, strong) for strong, files in self._files.items()}

    def width(self, string: str, *, strong: bool = False) -> float:
        """Return the width of a text."""
        return _width(string, self._files[strong], self.look.size.font_pt, strong) if string else 0.0

    def widest(self, strings: Sequence[str], *, strong: bool = False) -> float:
        """Return the width of the widest of some texts, 0 of none."""
        return max((self.width(string, strong=strong) for string in strings), default=0.0)

    def wrap(self, string: str, width: float, *, strong: bool = False) -> list[str]:
        """Return the text in lines no wider than ``width``, unless a single word is."""
        lines: list[str] = []
        for word in string.split():
            if lines and self.width(f"{lines[-1]} {word}", strong=strong) <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines

    def above(self, room: Room) -> float:
        """Return the height of the head."""
        return (0.9 + LINE * room.head if room.head else 0.1) * self.em

    def head(self, panel: Panel) -> list[str]:
        """Return the lines of a panel's title; the note follows the last one, on a line of its own ("") if it must."""
        if not panel.title:
            return []
        full = self.look.size.width_mm
        lines = self.wrap(panel.title, full, strong=True)
        end = self.width(lines[-1], strong=True) + 0.5 * self.em
        return [*lines, ""] if panel.note and end + self.width(panel.note) > full else lines


@cache
def _font(files: tuple[Path, ...], size_pt: float, strong: bool) -> FontProperties:
    from ._matplotlib import FilesInTurn

    return FilesInTurn(files, size_pt, 600 if strong else 400)


@lru_cache(maxsize=1024)  # to measure is dear, and panels ask for the same labels many times
def _width(string: str, files: tuple[Path, ...], size_pt: float, strong: bool) -> float:
    """Return the width of a text, in mm."""
    from ._matplotlib import text_to_path

    extent = text_to_path.get_text_width_height_descent(string, _font(files, size_pt, strong), False)
    return float(extent[0]) * MM_PER_POINT


class Pen(Ruler):
    """Draws in the colours of tokens; lines and dots are sized in hundredths of the font's size."""

    def __init__(self, look: Look, room: Room, sheet: Sheet, colours: Mapping[str, str]) -> None:
        super().__init__(look)
        self.room = room
        self._sheet, self._colours, self._hundredth = sheet, colours, look.size.font_pt / 100

    @property
    def top(self) -> float:
        """Where the head ends."""
        return self.look.size.height_mm - self.above(self.room)

    @property
    def right(self) -> float:
        """Where the plot ends."""
        return self.look.size.width_mm - self.room.right

    def text(
        self, x: float, y: float, text: str | Text, token: str = "muted", ha: str = "left", *, strong: bool = False
    ) -> None:
        """Write a text that begins (``left``), has its middle (``center``), or ends (``right``) at ``x``."""
        from ._matplotlib import Text as Written

        if isinstance(text, str):
            text = Text(text)
        if text.string:
            # Printed, a text that a viewer would have to align is a group of its own: PDFium cuts off its first pixels.
            x -= BEFORE[ha] * self.width(text.string, strong=strong)
            self._sheet.put(Written(
                x, y, text.string, color=self._colours[token], fontproperties=self._fonts[strong],
                va="baseline", parse_math=False, gid=f"data-{text.of}" if text.of else None,
            ))  # fmt: skip

    def texts(self, x: float, y: float, texts: Sequence[Text], token: str, *, strong: bool = False) -> None:
        """Write texts one behind the other: each is something else."""
        for text in texts:
            x += SPACE * self.em * text.string.startswith(" ")
            self.text(x, y, replace(text, string=text.string.lstrip()), token, strong=strong)
            x += self.width(text.string.lstrip(), strong=strong)

    def line(
        self, *points: Point, token: str, width: float, z: float, dashes: Any = "-", opacity: float | None = None
    ) -> None:
        """Draw a line through the points."""
        self._add(
            points, color=self._colours[token], linewidth=width * self._hundredth, linestyle=dashes, zorder=z,
            solid_capstyle="round", solid_joinstyle="round", dash_capstyle="butt", alpha=opacity,
        )  # fmt: skip

    def dots(
        self, *points: Point, token: str, size: float, z: float, marker: str = "o", opacity: float | None = None
    ) -> None:
        """Draw a marker at each point."""
        self._add(
            points, color=self._colours[token], linestyle="none", marker=marker, zorder=z,
            markersize=size * self._hundredth, markeredgewidth=0, alpha=opacity,
        )  # fmt: skip

    def _add(self, points: Sequence[Point], **properties: Any) -> None:
        from ._matplotlib import Line2D

        xs, ys = zip(*points, strict=True)
        self._sheet.put(Line2D(xs, ys, **properties))

    def arrow(self, start: Point, end: Point) -> None:
        """Draw an arrow, across or down."""
        tip = 0.3 * self.em
        across = end[0] > start[0]
        self.line(start, (end[0] - tip, end[1]) if across else (end[0], end[1] + tip), token="muted", width=6, z=1)
        middle = (end[0] - tip, end[1]) if across else (end[0], end[1] + tip)
        self.dots(middle, token="muted", size=50, z=2, marker=">" if across else "v")

    def box(
        self, corner: Point, opposite: Point, *, token: str, z: float, width: float = 0, opacity: float = 1
    ) -> None:
        """Draw a rectangle: filled, or, with a ``width`` of line, its outline."""
        from ._matplotlib import Polygon

        (x, y), (x2, y2) = corner, opposite
        if width:
            around = ((x, y), (x2, y), (x2, y2), (x, y2), (x, y))
            self.line(*around, token=token, width=width, z=z)
        else:
            corners = ((x, y), (x2, y), (x2, y2), (x, y2))
            alpha = None if opacity == 1 else opacity
            self._sheet.put(Polygon(corners, color=self._colours[token], linewidth=0, zorder=z, alpha=alpha))


def _draw(panel: Panel, pen: Pen) -> None:
    baseline = pen.look.size.height_mm - 0.8 * pen.em
    for line in pen.head(panel):
        pen.text(0, baseline, Text(line, "axis=head"), "ink", strong=True)
        end, baseline = pen.width(line, strong=True), baseline - LINE * pen.em
    if panel.note:
        pen.text(end + 0.5 * pen.em if end else 0, baseline + LINE * pen.em, Text(panel.note, "axis=head"))
    panel.draw(pen)


def _figure(width_mm: float, height_mm: float) -> Figure:
    from ._matplotlib import Figure

    return Figure(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH))


class Sheet:
    """A place in a figure that holds a panel; its coordinates are mm from the panel's lower left corner.

    Axes would bring ticks, limits, cycles of colours and units: a third of the time.
    """

    def __init__(self, figure: Figure, left: float, bottom: float) -> None:
        from ._matplotlib import Affine2D

        self._figure = figure
        self._place = Affine2D().translate(left, bottom).scale(1 / MM_PER_INCH) + figure.dpi_scale_trans

    def put(self, drawn: Artist) -> None:
        """Add what is drawn."""
        drawn.set_transform(self._place)
        self._figure.add_artist(drawn, clip=False)


def _save(figure: Figure, kind: str, dpi: int = 72) -> bytes:
    from ._matplotlib import rc_context

    buffer = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "cohortpress"}):
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=metadata, transparent=kind == "svg")
    return buffer.getvalue()


def _tidy(svg: str, panel: Panel, name: str) -> str:
    """Return matplotlib's SVG fit to stand in a page: own ids, a title, colours by class, nothing idle."""
    box = re.search(r'viewBox="[^"]*"', svg)
    # A quotation mark in a text shall not look like that of an attribute.
    body = re.sub(r">[^<]+<", lambda text: text[0].replace('"', "&quot;"), svg[svg.index("<g") :])
    # Matplotlib puts what a text is of on the group around it.
    body = re.sub(r'<g id="data-(\w+)=([^"]*)">\s*<text', r'<g>\n<text data-\1="\2"', body)
    body = _with_circles(re.sub(r'style="([^"]*)"', _attributes, body))
    # Groups are bare and only the ids of markers ("m...") are referred to; turns by no angle say nothing.
    body = re.sub(r' id="(?!m)[^"]*"| transform="rotate\(-0[^"]*"|<!--.*?-->', "", body, flags=re.DOTALL)
    body = re.sub(r'<path d="[^"]*"\s+fill="none"/>|</?g>|<defs>\s*</defs>', "", body)
    body = re.sub(r'( id="|href="#)', rf"\1{name}-", body)
    body = re.sub(r'\s*\n\s*(?=[LCz"])', " ", re.sub(r"\s*\n\s*", "\n", body))
    # No eye sees a thousandth of a point.
    body = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\.\d\d)\d+", r"\1", tag[0]), body)
    told = f' data-results="{" ".join(panel.alt_ids)}"' if panel.alt_ids else ""
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {spaces} {box[0] if box else ""} role="img"{told}>\n<title>{escape(panel.alt)}</title>{body}'


def _with_circles(body: str) -> str:
    """Return the drawing with circles for round markers: eight curves a dot take longer to print."""
    for marker, radius in re.findall(r'<path id="(m\w+)" d="M 0 ([\d.]+)\s(?:\s*C[-\d.\s]+){8}\s*z\s*"', body):
        body = re.sub(rf'<path id="{marker}"[^>]*>', "", body)
        body = re.sub(
            rf'<use xlink:href="#{marker}" x="([^"]*)" y="([^"]*)"', rf'<circle cx="\1" cy="\2" r="{radius}"', body
        )
    return body


def _attributes(style: re.Match[str]) -> str:
    """Return style declarations as attributes, which a page's style sheet can override."""
    given = dict(part.split(": ", 1) for part in style[1].split("; ") if ": " in part)
    given.pop("font-family", None)
    classes = " ".join(f"{key}-{TOKENS[value]}" for key, value in given.items() if value in TOKENS)
    attributes = " ".join(f'{key}="{value}"' for key, value in given.items())
    return f'class="{classes}" {attributes}' if classes else attributes
