"""Finished HTML to PDF: the page fills itself, nothing runs over, nothing is fetched, nothing varies."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .errors import Fault, PrintError
from .style import PageSize, font_file

if TYPE_CHECKING:
    from weasyprint import Document
    from weasyprint.urls import URLFetcher

MM_PER_PX = 25.4 / 96
# The share of the height that may stay empty before a larger text is tried; the finest step of texts, in pt.
SLACK = 0.018
FINEST = 0.08
# Rounding in the layout is no overflow.
TOLERANCE_MM = 0.3
FONT_URL = re.compile(r"data:font/woff2;face=([\w/%-]+);")
# What tells where a value comes from is for screens; on paper it would only double the time of a layout.
MARKED_VALUE = re.compile(r'<span class="(?:result|constant)"[^>]*>([^<]*)</span>')
LAST_WORDS = re.compile(r"(.*\S)\s+(\S{1,12})\s*", re.DOTALL)


@dataclass(frozen=True)
class Printed:
    """What came out. ``style`` are the declarations that make a browser print the same page.

    ``text_pt`` is the size of the text that was found, ``warnings`` what WeasyPrint had to say.
    """

    pages: int
    text_pt: float
    style: str
    layouts: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Layout:
    """A page laid out in one size of text. Lengths are in mm."""

    document: Document
    text_pt: float
    over: float  # height that is missing; below zero: that is left
    wide: tuple[Fault, ...]  # what is wider than its place
    areas: tuple[tuple[float, str], ...]  # heights and names, highest first
    rows: tuple[float, ...]  # heights of the rows of the grid, if there is one

    @property
    def fits(self) -> bool:
        return self.over <= TOLERANCE_MM and not self.wide

    @property
    def style(self) -> str:
        rows = " ".join(f"minmax(0, {row:.2f}fr)" for row in self.rows)
        return f"--text: {self.text_pt:.2f}pt" + (f"; --rows: {rows}" if rows else "")


def print_pdf(
    html: Path, pdf: Path, *, page: PageSize, text_pt: tuple[float, float, float], start: float | None = None
) -> Printed:
    """Print ``html`` as one page of tagged PDF (PDF/UA-1), in the largest text that fits.

    ``text_pt`` is the smallest, the usual and the largest size of the text in pt; ``start`` the size that was
    found last time, if any. Nothing is loaded but what stands in the file itself. Raises PrintError where the
    smallest text does not fit, or where something cannot be loaded or drawn.
    """
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    source = MARKED_VALUE.sub(r"\1", html.read_text(encoding="utf-8"))
    with _messages() as messages:
        tree = HTML(string=source, url_fetcher=_fetcher())
        fonts = FontConfiguration()
        _bind_last_words(tree.etree_element)
        # Laid out on longer paper, so that what runs over can be measured; the paper is cut afterwards.
        longer = CSS(string=f"@page {{ size: {page.width_mm}mm {4 * page.height_mm}mm !important }}")
        tried = 0

        def render(style: str) -> Document:
            nonlocal tried
            tried += 1
            messages.clear()
            tree.etree_element.set("style", style)
            return tree.render(font_config=fonts, stylesheets=[longer])

        def lay_out(size: float) -> _Layout:
            return _measure(render(f"--text: {size:.2f}pt"), size, page)

        smallest, usual, largest = text_pt
        layout = _fit(lay_out, smallest, start or usual, largest, page.height_mm)
        if not layout.fits:
            raise PrintError(*_too_much(layout, html.stem))
        document = render(layout.style) if layout.rows else layout.document
        document.pages[0].height = page.height_mm / MM_PER_PX
        # An identifier from the content alone, and no date: the same page gives the same file.
        document.write_pdf(pdf, pdf_variant="pdf/ua-1")
    pages = len(document.pages)
    return Printed(pages, layout.text_pt, layout.style, tried, tuple(dict.fromkeys(messages)))


def poster_preview(pdf: Path, png: Path, width_px: int) -> None:
    """Draw the first page of ``pdf`` as a picture of this width."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        page.render(scale=width_px / page.get_width()).to_pil().convert("RGB").save(png, optimize=True)
    finally:
        document.close()


def _fit(lay_out: Callable[[float], _Layout], low: float, start: float, high: float, height_mm: float) -> _Layout:
    """Return the layout in the largest text of [low, high] that fits, or the one in the smallest.

    The height that a page needs grows with its text almost in a straight line; each try narrows the bracket
    [fitting, failing], and the line through the last two says where to look next.
    """
    size = min(max(start, low), high)
    best: _Layout | None = None
    fitting, failing = low, high
    slope = 1.2 * height_mm / size  # mm of height per pt, until two tries tell
    last: _Layout | None = None
    while True:
        now = lay_out(size)
        if last and not now.wide:
            slope = max((now.over - last.over) / (now.text_pt - last.text_pt), 0.3 * slope)
        last = now
        if now.fits:
            best, fitting = now, size
            if size >= high or now.over >= -SLACK * height_mm:
                return best
        else:
            failing = size
            if size <= low:
                return now
        if best and failing - fitting < 2 * FINEST:
            return best
        wish = size - (now.over + 0.4 * SLACK * height_mm) / slope
        floor = fitting + FINEST if best else low
        ceiling = failing - FINEST if failing < high or not best else high
        size = max(min(wish, ceiling), floor)


def _bind_last_words(root: Any) -> None:
    """Join the last two words of each paragraph and heading, so that no short word stands alone on a line."""
    for element in root.iter():
        if element.tag not in ("p", "li", "h1", "h2", "h3"):
            continue
        place, name = (element[-1], "tail") if len(element) else (element, "text")
        if found := LAST_WORDS.fullmatch(getattr(place, name) or ""):
            setattr(place, name, "\N{NO-BREAK SPACE}".join(found.groups()))


def _measure(document: Document, size: float, page: PageSize) -> _Layout:
    paper = document.pages[0]._page_box
    main = next(box for box in _boxes(paper) if box.element is not None and box.element_tag == "main")
    heights = {_name(part): _natural_height(part) for part in main.children}
    if "grid" in main.style["display"]:
        names, gap = main.style["grid_template_areas"], _mm(main.style["row_gap"].value)
        rows = _rows(names, heights, gap)
        needed = sum(rows) + gap * (len(rows) - 1)
        if not any({*above} & {*below} - {None} for above, below in pairwise(names)):
            rows = ()  # no area spans rows: they are right as they are
    else:
        rows, needed = (), _mm(main.height)
    room = page.height_mm - _mm(paper.margin_top + paper.margin_bottom + main.padding_top + main.padding_bottom)
    wide = [fault for part in main.children for fault in _wide(part)]
    areas = sorted(((height, name) for name, height in heights.items()), reverse=True)
    return _Layout(document, size, needed - room, tuple(wide), tuple(areas), rows)


def _rows(names: Sequence[Sequence[str | None]], heights: Mapping[str, float], gap: float) -> tuple[float, ...]:
    """Return the lowest rows, in mm, that give each area of the grid its height, also where areas span rows.

    Each row ends no sooner than every area that ends with it; grids of CSS spread what spans rows over all.
    """
    ends = [0.0]
    for row, cells in enumerate(names, 1):
        last = [name for name in cells if name and (row == len(names) or name not in names[row])]
        starts = {name: next(y for y, line in enumerate(names) if name in line) for name in last}
        ends.append(max([ends[-1], *(ends[starts[name]] + heights.get(name, -gap) + gap for name in last)]))
    return tuple(max(0.0, end - start - gap) for start, end in pairwise(ends))


def _natural_height(part: Any) -> float:
    """Return the height in mm that the content of a stretched box needs."""
    inside = [child for child in part.children if child.is_in_normal_flow()]
    bottom = max((child.position_y + child.margin_height() for child in inside), default=part.content_box_y())
    return _mm(bottom + part.padding_bottom + part.border_bottom_width + part.margin_bottom - part.position_y)


def _boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(child)


def _wide(part: Any) -> Iterator[Fault]:
    """Yield a fault where text or a drawing reaches out of its part of the page."""
    edge = part.position_x + part.margin_width()
    leaves = (box for box in _boxes(part) if not getattr(box, "children", ()))
    reach = max((box.position_x + box.width for box in leaves), default=edge)
    if (excess := _mm(reach - edge)) > TOLERANCE_MM:
        mend = "Shorten its longest words, give it fewer columns, or more room in the theme's areas."
        yield Fault(f"'{_name(part)}' is {excess:.0f} mm wider than its place on the page.", mend)


def _name(box: Any) -> str:
    classes = [name for name in (box.element.get("class") or "").split() if name not in ("area", "title")]
    return classes[0] if classes else str(box.element_tag)


def _mm(px: float) -> float:
    return px * MM_PER_PX


def _too_much(layout: _Layout, name: str) -> list[Fault]:
    faults = list(layout.wide)
    if layout.over > TOLERANCE_MM:
        longest = ", ".join(f"{area} ({height:.0f} mm)" for height, area in layout.areas[:3])
        problem = f"The text is {layout.over:.0f} mm too long for the page, even in {layout.text_pt:.1f} pt."
        mend = f"Shorten it or take a larger page. Longest: {longest}."
        faults.append(Fault(problem, mend, f"report/{name}.qmd"))
    return faults


def _fetcher() -> URLFetcher:
    """Return what loads nothing but the data within the file, and fonts from where they are installed."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if font := FONT_URL.match(url):
                # Unpacking WOFF2 takes longer than reading the whole font, and the PDF gets its own subset.
                return URLFetcherResponse(url, font_file(unquote(font[1])).read_bytes(), {"Content-Type": "font/ttf"})
            return super().fetch(url, headers)

    return Fetcher(allowed_protocols=("data",))


@contextmanager
def _messages() -> Iterator[list[str]]:
    """Collect WeasyPrint's warnings; its errors become a PrintError at the end."""
    messages: list[str] = []
    errors: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            # Data URIs are long and say nothing.
            message = re.sub(r"(data:[\w/+-]*)[^\s'\"]*", r"\1...", record.getMessage())
            grave = record.levelno >= logging.ERROR or "cannot be loaded" in message
            (errors if grave else messages).append(message)

    logger = logging.getLogger("weasyprint")
    collector, propagate = Collector(logging.WARNING), logger.propagate
    logger.addHandler(collector)
    logger.propagate = False
    try:
        yield messages
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagate
    if errors:
        raise PrintError(*(Fault(error) for error in dict.fromkeys(errors)))
