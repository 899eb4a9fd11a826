"""Finished HTML to PDF: the page fills itself, nothing runs over, nothing is fetched, nothing varies."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import Fault, PrintError
from .headlines import titles
from .paper import PageSize
from .remarks import remarks
from .stacking import Stacks

if TYPE_CHECKING:
    from weasyprint import Document

MM_PER_PX = 25.4 / 96
# What writes a page that has been laid out as one kind of PDF.
Writer = Callable[["Document", Path], None]
_Lines = Sequence[Sequence[str | None]]  # what grid-template-areas says: names (or none) of the cells, line by line
# The share of the height that may stay empty before a larger text is tried; the finest step of texts, in pt.
SLACK = 0.032
FINEST = 0.08
# Rounding in the layout is no overflow.
TOLERANCE_MM = 0.3
# The areas are placed here and not by WeasyPrint's grid, which would lay out each area several times and begin those
# of one row at the same height. Areas come one below the other, each in a cell as wide as its columns,
# on a page long enough for all; then the cells move to their places.
CELL = "data-area"
LONG = 50
ONE_BELOW_THE_OTHER = f"main {{ display: block !important }} [{CELL}] {{ display: flow-root }}"
# Half of a list, and how many letters as long the end of an item is, with the space to the next.
HALF, LINE_END = "half", 30
ABSOLUTE = ("absolute", "fixed")


@dataclass(frozen=True)
class Printed:
    """What came out. ``style`` are the declarations that make a browser print the same page.

    ``text_pt`` is the size of the text that was found, ``warnings`` what WeasyPrint had to say.
    """

    pages: int
    text_pt: float
    style: str
    layouts: int
    warnings: tuple[Fault, ...]


@dataclass(frozen=True)
class _Layout:
    """A page laid out in one size of text. Lengths are in mm."""

    document: Document
    text_pt: float
    needed: float  # height
    faults: tuple[Fault, ...]  # what is wider than its place, or has none
    areas: tuple[tuple[float, str], ...]  # heights and names, highest first
    stacks: Stacks | None  # of a poster
    room: float  # height that the page has

    @property
    def over(self) -> float:
        """The height that is missing; below zero: that is left."""
        return self.needed - self.room

    @property
    def fits(self) -> bool:
        return self.over <= TOLERANCE_MM and not self.faults

    @cached_property
    def tops(self) -> Mapping[str, float]:
        """Where the areas of a poster begin, from the top of ``main``."""
        return self.stacks.tops(self.room) if self.stacks else {}

    @property
    def style(self) -> str:
        places = (f"--top-{name}: {top:.2f}mm" for name, top in self.tops.items())
        return "; ".join((f"--text: {self.text_pt:.2f}pt", *places))


def accessible(document: Document, pdf: Path) -> None:
    """Write the PDF that readers get: tagged (PDF/UA-1)."""
    # An identifier from the content alone, and no date: the same page gives the same file.
    document.write_pdf(pdf, pdf_variant="pdf/ua-1", finisher=say_what_heads)


def say_what_heads(document: Document, pdf: Any) -> None:
    """Say of each head of a table whether a column or a row is below it; WeasyPrint says it of the cells alone."""
    rows = (thing for thing in pdf.objects if isinstance(thing, dict) and thing.get("S") == "/TR")
    for row in rows:
        cells = [pdf.objects[int(reference.split()[0])] for reference in row["K"]]
        in_body = any(cell["S"] == "/TD" for cell in cells)
        for cell in cells:
            if cell["S"] == "/TH":
                cell["A"]["Scope"] = "/Row" if in_body else "/Column"


def print_pdf(
    html: Path,
    pdf: Path,
    *,
    page: PageSize,
    text_pt: tuple[float, float, float],
    write: Writer = accessible,
    figures: str = "",
) -> Printed:
    """Print ``html`` as one page of PDF, in the largest text that fits.

    ``text_pt`` is the smallest, the usual (tried first) and the largest size of the text in pt; ``write`` the kind of
    PDF; ``figures`` says how to make those of a poster lower, if they fill it. Nothing is loaded but what
    stands in the file itself.
    Raises PrintError where the smallest text does not fit, or where something cannot be loaded or drawn.
    """
    from .typesetting import Manuscript

    with _messages() as messages:
        manuscript = Manuscript(text := html.read_text(encoding="utf-8"))
        _put_into_cells(manuscript.root)
        _halve_lists(manuscript.root)
        # Laid out on longer paper, so that what runs over can be measured; the paper is cut afterwards.
        size = f"{page.width_mm}mm {LONG * page.height_mm}mm"
        longer = f"@page {{ size: {size} !important }} {ONE_BELOW_THE_OTHER}"
        of_reading = tuple(messages)
        tried = 0

        smallest, usual, largest = text_pt
        headlines = manuscript.titles(f"--text: {usual:.2f}pt", longer)

        def lay_out(size: float) -> _Layout:
            nonlocal tried
            tried += 1
            messages[:] = of_reading  # and of the last layout
            for title, headline in zip(titles(manuscript.root), headlines, strict=True):
                title.set("style", headline.style(size / usual))
            return _measure(manuscript.lay_out(f"--text: {size:.2f}pt", longer), size, page)

        layout = _fit(lay_out, smallest, usual, largest, page.height_mm)
        if not layout.fits:
            raise PrintError(*_too_much(layout, html.stem, figures))
        if len(layout.document.pages) > 1:
            mend = "Take 'break-before: page' and the like out of its style sheets."
            raise PrintError(Fault("The theme breaks the page in two.", mend, f"report/{html.stem}.qmd"))
        document = _arranged(layout, page)
        write(document, pdf)
    pages = len(document.pages)
    return Printed(pages, layout.text_pt, layout.style, tried, tuple(remarks(messages, text, pdf.name)))


def _fit(lay_out: Callable[[float], _Layout], low: float, start: float, high: float, height_mm: float) -> _Layout:
    """Return the layout in the largest text of [low, high] that fits, or the one in the smallest.

    The height that a page needs grows with its text almost in a straight line; each try narrows the bracket
    [fitting, failing], and the line through the last two says where to look next.
    """
    size = min(max(start, low), high)
    best: _Layout | None = None
    fitting, failing = low, math.inf
    slope = 1.2 * height_mm / size  # mm of height per pt, until two tries tell
    last: _Layout | None = None
    while True:
        now = lay_out(size)
        if last and not now.faults:
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
        if now.faults:  # its height does not tell how much too wide it is
            wish = (fitting + failing) / 2 if best else low
        size = max(min(wish, high, failing - FINEST), fitting + FINEST if best else low)


def _put_into_cells(root: Any) -> None:
    """Wrap each area of a poster in a cell of its name; the style sheet says where the columns of a name stand."""
    for main in root.iterfind(".//body[@class='poster']//main"):
        for place, area in enumerate(list(main)):
            main[place] = cell = main.makeelement("div", {CELL: _name(area)})
            cell.append(area)


def _halve_lists(root: Any) -> None:
    """Part each list of an area in two of about the same length, which a style sheet may set side by side.

    WeasyPrint takes long to balance columns.
    """
    for area in root.iterfind(f".//*[@{CELL}]/*"):
        for whole in area.findall("ul"):
            items = list(whole)
            lengths = [LINE_END + len("".join(item.itertext())) for item in items]
            middle = min(range(1, len(items)), key=lambda n: abs(sum(lengths[:n]) - sum(lengths[n:])), default=0)
            if middle:
                rest = whole.makeelement("ul", {"class": HALF})
                whole.set("class", HALF)
                for item in items[middle:]:
                    whole.remove(item)
                    rest.append(item)
                rest.tail, whole.tail = whole.tail, None
                area.insert(list(area).index(whole) + 1, rest)


def _measure(document: Document, size: float, page: PageSize) -> _Layout:
    main = _main(document)
    cells = [*filter(_is_cell, main.children)]
    parts = [cell.children[0] for cell in cells] or main.children
    heights = {_name(part.element): _mm(cell.margin_height()) for part, cell in zip(parts, cells or parts, strict=True)}
    faults = [fault for part, place in zip(parts, cells or parts, strict=True) for fault in _wide(part, place)]
    lines = main.style["grid_template_areas"] if cells else ()
    stacks = None
    if cells:
        faults += _misplaced(lines, [_name(part.element) for part in parts])
        stacks = Stacks(lines, heights, _mm(main.style["row_gap"].value))
    needed = stacks.height if stacks else _mm(main.height)
    areas = sorted(((height, name) for name, height in heights.items()), reverse=True)
    return _Layout(document, size, needed, tuple(faults), tuple(areas), stacks, _room(document, page))


def _is_cell(box: Any) -> bool:
    """Tell whether a box is a cell with an area, and not one of what does not show, such as a script."""
    return box.element is not None and CELL in box.element.attrib and bool(box.children)


def _misplaced(lines: _Lines, names: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for each area that the grid has no place for."""
    for name in dict.fromkeys(names):
        if name == "footnotes":
            mend = "Write them as text, between '::: {.note}' and ':::'."
            yield Fault("A poster has no place for footnotes.", mend)
        elif not any(name in line for line in lines):
            known = ", ".join(dict.fromkeys(place for line in lines for place in line if place))
            mend = f"Name it in the theme's areas, or take one of: {known}."
            yield Fault(f"The theme has no place for '{name}'.", mend)
        elif names.count(name) > 1:
            yield Fault(f"There are {names.count(name)} areas '{name}'.", "Join them, or name one otherwise.")


def _main(document: Document) -> Any:
    paper = document.pages[0]._page_box
    return next(box for box in boxes(paper) if box.element is not None and box.element_tag == "main")


def _room(document: Document, page: PageSize) -> float:
    """Return the height in mm that ``page`` leaves to the content of ``main``."""
    paper, main = document.pages[0]._page_box, _main(document)
    return page.height_mm - _mm(paper.margin_top + paper.margin_bottom + main.padding_top + main.padding_bottom)


def _arranged(layout: _Layout, page: PageSize) -> Document:
    """Return the document with its cells in their places on the page, and its paper cut to its size."""
    document = layout.document
    if layout.tops:
        main = _main(document)
        for cell in filter(_is_cell, main.children):
            top = main.content_box_y() + layout.tops[cell.element.get(CELL)] / MM_PER_PX
            _place(cell, top, document.pages[0]._page_box)
        # A page gathers its links when it is made: make it anew, so that they are where they are now.
        document.pages[:] = [type(sheet)(sheet._page_box) for sheet in document.pages]
    document.pages[0].height = page.height_mm / MM_PER_PX
    return document


def _place(cell: Any, top: float, paper: Any) -> None:
    """Move a cell to ``top``, in px, with the grounds that it has."""
    down = top - cell.position_y
    cell.translate(0, down)
    for box in _placed_by_the_page(cell):
        box.translate(0, -down)
    lay_grounds([box for box in boxes(cell) if getattr(box, "background", None)], paper)


def lay_grounds(grounds: Sequence[Any], paper: Any) -> None:
    """Lay the grounds of boxes that have been moved anew, with the images that they have."""
    from weasyprint.layout.background import layout_box_backgrounds

    images = {
        value: layer.image
        for box in grounds
        for layer, (kind, value) in zip(box.background.layers, box.style["background_image"], strict=False)
        if kind == "url"
    }
    for box in grounds:
        layout_box_backgrounds(paper, box, lambda url, **_: images.get(url), layout_children=False)


def _placed_by_the_page(box: Any) -> Iterator[Any]:
    """Yield what stands at a place of the page, wherever the text is that it belongs to."""
    for child in getattr(box, "children", ()):
        if child.style["position"] in ABSOLUTE:
            if not child.is_outside_marker:  # bullets stand beside their items
                yield child
        elif child.style["position"] == "static":
            yield from _placed_by_the_page(child)


def boxes(box: Any, *, flowing: bool = False) -> Iterator[Any]:
    """Yield a box and all inside it, or only those that take room in the flow of the text."""
    yield box
    for child in getattr(box, "children", ()):
        if not (flowing and child.style["position"] in ABSOLUTE):
            yield from boxes(child, flowing=flowing)


def _wide(part: Any, place: Any) -> Iterator[Fault]:
    """Yield a fault where text or a drawing reaches out of its place on the page; a table is named by its caption."""

    start, end = _edges(place)

    def out(box: Any) -> tuple[float, float]:
        left, right = _reach(box)
        return _mm(start - left), _mm(right - end)

    left, right = out(part)
    if left > TOLERANCE_MM:
        problem = f"'{_name(part.element)}' reaches {_said(left)} out of its place on the page, to the left."
        yield Fault(problem, "Take negative margins, and what else moves it, out of the style sheets.")
    if right <= TOLERANCE_MM:
        return
    blocks = (box for box in boxes(part) if box.element is not None and "table-block" in _classes(box.element))
    if table := next((block for block in blocks if out(block)[1] > TOLERANCE_MM), None):
        name = f"The table '{table.element.get('aria-label')}'"
        mend = "Show fewer visits, by visits=[...], shorten its longest words, or give it more room in the theme."
    else:
        name = f"'{_name(part.element)}'"
        mend = "Shorten its longest words, or give it more room in the theme."
    yield Fault(f"{name} is {_said(right)} wider than its place on the page.", mend)


def _said(length: float) -> str:
    """Return a length in mm that is no 0 where it is less than one."""
    return f"{length:.{1 if length < 1 else 0}f} mm"


def _edges(place: Any) -> tuple[float, float]:
    """Return where a place begins and ends across the page, in px: a cell stands in its columns by its margins."""
    if _is_cell(place):
        return place.content_box_x(), place.content_box_x() + place.width
    return place.position_x, place.position_x + place.margin_width()


def _reach(part: Any) -> tuple[float, float]:
    """Return how far to the left and to the right something reaches, in px."""
    leaves = [box for box in boxes(part, flowing=True) if not getattr(box, "children", ()) and box.width]
    return (
        min((box.content_box_x() for box in leaves), default=math.inf),
        max((box.content_box_x() + box.width for box in leaves), default=-math.inf),
    )


def _classes(element: Any) -> list[str]:
    return str(element.get("class") or "").split()


def _name(element: Any) -> str:
    classes = [name for name in _classes(element) if name not in ("area", "title")]
    return classes[0] if classes else str(element.tag)


def _mm(px: float) -> float:
    return px * MM_PER_PX


def _too_much(layout: _Layout, name: str, figures: str) -> list[Fault]:
    faults = [replace(fault, where=f"report/{name}.qmd") for fault in layout.faults]
    if layout.over > TOLERANCE_MM:
        problem = f"The text is {layout.over:.0f} mm too long for the page, even in {layout.text_pt:.1f} pt."
        # What an abstract is made of has no names that its author knows.
        full = layout.stacks.longest if layout.stacks else ()
        longest = [(height, area) for height, area in layout.areas if area in full][:3]
        full_of_figures = figures and any(area == "figures" for _, area in longest)
        mend = "Shorten it or take a larger page."
        if full_of_figures:
            mend = f"Shorten it, take a larger page, or {figures}."
        if longest:
            mend += f" Longest: {', '.join(f'{area} ({height:.0f} mm)' for height, area in longest)}."
        faults.append(Fault(problem, mend, f"report/{name}.qmd"))
    return faults


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
