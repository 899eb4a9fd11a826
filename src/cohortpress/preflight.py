"""What a print shop would complain about, read off the finished PDFs."""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import Fault, OutputError
from .paper import PAPER, PT_PER_MM, PageSize, parse_page_size
from .study import Documents, Press, Study

DPI = 150  # at final size; a poster is read from a metre away
HAIRLINE_PT = 0.25  # below this a line may vanish
SMALLEST_PT = 5.0
BODY_PT = 24.0  # of the text of a poster on A0; smaller posters in proportion
FIGURE_PT = 18.0  # of the letters of its figures, which are few; in proportion, too
CUT_MM = 0.5  # by which a page may differ, and how far inside an edge ink counts as reaching it
PIXELS_PER_MM = 4
WHITE = 250  # of 255
TOLERANCE_PT = 0.01
RGB = re.compile(rb"(?<![\w.])(?:[\d.]+\s+){3}(?:rg|RG)\b|/(?:ColorSpace|CS)\s*/DeviceRGB\b")
STREAM = re.compile(rb"\bstream\r?\n(.*?)\r?\nendstream", re.DOTALL)
Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]  # left, bottom, right and top
UNMOVED: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True)
class _Thing:
    """Something on a page, as PDFium has it.

    ``matrix`` leads from its own coordinates to those of the page, in pt, ``outer`` from those of its group, if any.
    """

    itself: Any
    outer: Matrix
    matrix: Matrix

    @property
    def scale(self) -> float:
        a, b, c, d, *_ = self.matrix
        return math.sqrt(abs(a * d - b * c))

    @property
    def box(self) -> Box:
        """Where it is on the page."""
        left, bottom, right, top = self.itself.get_bounds()
        a, b, c, d, e, f = self.outer
        corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
        xs, ys = zip(*corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


def check_outputs(study: Study, output: Path) -> dict[str, list[Fault]]:
    """Return the complaints about each file that would go to a print shop.

    That is the poster, as poster-press.pdf if the study asks for it, and the abstract only if it asks for that one.
    Raises OutputError where such a file is missing or no PDF.
    """
    found = {}
    for name in Documents.model_fields:
        spec = study.documents.of(name)
        if name != "poster" and not spec.press:
            continue
        page = parse_page_size(spec.page)
        pdf = output / (f"{name}-press.pdf" if spec.press else f"{name}.pdf")
        if not pdf.is_file():
            mend = "Build it first: 'cohortpress build'."
            raise OutputError(Fault("The file is missing.", mend, f"_output/{pdf.name}"))
        found[pdf.name] = complaints(pdf, page, spec.press, body_pt(page) if name == "poster" else 0)
    return found


def body_pt(page: PageSize) -> float:
    """Return how large the text of a poster should be at least, in pt."""
    width, height = PAPER["A0"]
    return BODY_PT * min(1, math.sqrt(page.width_mm * page.height_mm / (width * height)))


def complaints(pdf: Path, page: PageSize, press: Press | None, body: float = 0) -> list[Fault]:
    """Return what a print shop would complain about in one file: what, where on the page, how to mend it.

    ``page`` and ``press`` are what was asked for, ``body`` the least size of most of the text, in pt.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        raise OutputError(Fault("This is no PDF that can be read.", "Build it again.", f"_output/{pdf.name}")) from None
    with document:
        sheet = document[0]
        text = sheet.get_textpage()
        trim = sheet.get_trimbox()
        things = [*_things(sheet.get_objects(textpage=text))]
        faults = [
            *_pages(len(document)),
            *_size(trim, page),
            *_bleed(sheet, trim, press),
            *_grouped(_fonts(things), trim),
            *_grouped(_pictures(things), trim),
            *_grouped(_lines(things), trim),
            *_grouped(_letters(things), trim),
            *_grouped(_letters_of_figures(things, body * FIGURE_PT / BODY_PT), trim),
            *_body(things, body),
        ]
    faults += _colours(pdf) if press and press.profile else []
    return [Fault(f.problem, f.mend, f"{pdf.name}, {f.where or 'page 1'}") for f in faults]


def _things(objects: Iterable[Any]) -> Iterator[_Thing]:
    """Yield all that is drawn, also what stands within groups, but not the groups."""
    from pypdfium2 import raw

    for itself in objects:
        if itself.type != raw.FPDF_PAGEOBJ_FORM:
            outer = _of_group(itself.container)
            yield _Thing(itself, outer, _through(itself.get_matrix().get(), outer))


def _of_group(group: Any) -> Matrix:
    """Return what leads from the coordinates within a group, if it is one, to those of the page."""
    return _through(group.get_matrix().get(), _of_group(group.container)) if group else UNMOVED


def _through(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _pages(count: int) -> Iterator[Fault]:
    if count > 1:
        yield Fault(f"It has {count} pages.", "Send one: take out what begins a new page.", f"pages 1 to {count}")


def _size(trim: Sequence[float], page: PageSize) -> Iterator[Fault]:
    width, height = ((trim[side + 2] - trim[side]) / PT_PER_MM for side in (0, 1))
    if max(abs(width - page.width_mm), abs(height - page.height_mm)) > CUT_MM:
        yield Fault(
            f"The page is {width:.0f} x {height:.0f} mm, not {page.width_mm:.0f} x {page.height_mm:.0f} mm.",
            "Build it again; a file that has been through another program may have been scaled.",
        )


def _bleed(sheet: Any, trim: Sequence[float], press: Press | None) -> Iterator[Fault]:
    """Yield a fault where the bleed is less than asked for, or what reaches an edge does not go on into it."""
    bled = sheet.get_bleedbox()
    bleed = min(abs(outer - inner) for outer, inner in zip(bled, trim, strict=True)) / PT_PER_MM
    if press and bleed < press.bleed_mm - CUT_MM / 10:
        problem = f"The bleed is {bleed:.1f} mm, and {press.bleed_mm:g} mm was asked for."
        yield Fault(problem, "Build it again.")
    edges = [*_edges(sheet, trim, bleed)]
    if bleed < CUT_MM and edges:
        yield Fault(
            f"Colour reaches the edge of the page, and there is no bleed: {'; '.join(edges)}. "
            "A cut that is a little off leaves a white line.",
            "Write 'press: {bleed_mm: 3}' behind its page in report/study.yml, build, and send the file for the press.",
        )
    elif edges:
        yield Fault(
            f"What reaches the edge of the page ends there, and the bleed beside it is blank: {'; '.join(edges)}.",
            "Let it end well inside the page, or be a background, which goes on by itself.",
        )


def _edges(sheet: Any, trim: Sequence[float], bleed: float) -> Iterator[str]:
    """Yield the edges that ink reaches without going on beyond them, if there is a beyond."""
    from numpy import diff, flatnonzero, split

    left, bottom, right, top = sheet.get_mediabox()
    reach = bleed * PT_PER_MM
    inside = CUT_MM * PIXELS_PER_MM
    for name, begin, far in (("left", 0, 2), ("bottom", 1, 3), ("right", 2, 0), ("top", 3, 1)):
        strip = [*trim]
        strip[begin] += reach if begin > 1 else -reach
        strip[far] = trim[begin] + (-4 if begin > 1 else 4) * CUT_MM * PT_PER_MM
        cut = (strip[0] - left, strip[1] - bottom, right - strip[2], top - strip[3])
        drawn = sheet.render(scale=PIXELS_PER_MM / PT_PER_MM, crop=tuple(max(0, side) for side in cut)).to_numpy()
        inked = (drawn < WHITE).any(axis=2)
        lines = inked.T if begin in (0, 2) else inked  # a line is parallel to the edge
        lines = lines[::-1] if name in ("right", "bottom") else lines  # the outermost comes first
        edge = int(bleed * PIXELS_PER_MM + inside)
        blank = lines[edge] & ~lines[1] if bleed >= CUT_MM else lines[edge]
        found = flatnonzero(blank)
        runs = [run / PIXELS_PER_MM for run in split(found, flatnonzero(diff(found) > 1) + 1) if len(run) > 1]
        if runs:
            spans = ", ".join(f"{run[0]:.0f} to {run[-1]:.0f}" for run in runs[:3]) + (" ..." if runs[3:] else "")
            yield f"{name}, {spans} mm from the {'top' if begin in (0, 2) else 'left'}"


def _grouped(found: Iterable[tuple[Fault, _Thing]], trim: Sequence[float]) -> list[Fault]:
    """Return each fault once, with the place of the first thing that has it and the number of the others."""
    firsts: dict[Fault, str] = {}
    count: Counter[Fault] = Counter()
    for fault, thing in found:
        left, _, _, top = thing.box
        place = ((left - trim[0]) / PT_PER_MM, (trim[3] - top) / PT_PER_MM)
        firsts.setdefault(fault, f"page 1, {place[0]:.0f} mm from the left, {place[1]:.0f} mm from the top")
        count[fault] += 1
    more = {fault: f" (and {n - 1} more)" if n > 1 else "" for fault, n in count.items()}
    return [Fault(fault.problem, fault.mend, place + more[fault]) for fault, place in firsts.items()]


def _of(things: Iterable[_Thing], kind: str) -> Iterator[_Thing]:
    from pypdfium2 import raw

    wanted = {"text": raw.FPDF_PAGEOBJ_TEXT, "picture": raw.FPDF_PAGEOBJ_IMAGE, "path": raw.FPDF_PAGEOBJ_PATH}[kind]
    return (thing for thing in things if thing.itself.type == wanted)


def _fonts(things: Iterable[_Thing]) -> Iterator[tuple[Fault, _Thing]]:
    from pypdfium2 import raw

    for thing in _of(things, "text"):
        font = thing.itself.get_font()
        if raw.FPDFFont_GetIsEmbedded(font) != 1:
            problem = f"The font '{font.get_base_name()}' is not embedded: the shop would print another."
            yield Fault(problem, "Build it again; another program may have taken it out, or brought it in."), thing


def _pictures(things: Iterable[_Thing]) -> Iterator[tuple[Fault, _Thing]]:
    for thing in _of(things, "picture"):
        a, b, c, d, *_ = thing.matrix
        pixels = thing.itself.get_px_size()
        inches = (math.hypot(a, b) / 72, math.hypot(c, d) / 72)
        dpi = min(count / length for count, length in zip(pixels, inches, strict=True))
        if dpi < DPI - 0.5:
            wanted = " x ".join(str(math.ceil(DPI * length - 0.1)) for length in inches)
            problem = f"A picture of {pixels[0]} x {pixels[1]} pixels is printed at {dpi:.0f} dpi, below {DPI}."
            yield Fault(problem, f"Save it with {wanted} pixels or more, as SVG, or print it smaller."), thing


def _lines(things: Iterable[_Thing]) -> Iterator[tuple[Fault, _Thing]]:
    for thing in _of(things, "path"):
        width = _width(thing)
        if width < HAIRLINE_PT - TOLERANCE_PT:
            problem = f"A line is {width:.2f} pt wide, below {HAIRLINE_PT} pt: it may vanish."
            yield Fault(problem, "Make it wider, in the theme or in the picture."), thing


def _width(thing: _Thing) -> float:
    """Return the width in pt of a line, or of a surface so narrow that it looks like one."""
    from ctypes import byref, c_float, c_int

    from pypdfium2 import raw

    filled, stroked, width = c_int(), c_int(), c_float()
    raw.FPDFPath_GetDrawMode(thing.itself, byref(filled), byref(stroked))
    if stroked.value:
        raw.FPDFPageObj_GetStrokeWidth(thing.itself, byref(width))
        return width.value * thing.scale
    if filled.value == raw.FPDF_FILLMODE_ALTERNATE and (ring := _ring(thing)):
        return ring
    left, bottom, right, top = thing.box
    return min(right - left, top - bottom) if filled.value and max(right - left, top - bottom) > 0 else math.inf


def _ring(thing: _Thing) -> float | None:
    """Return how narrow the ring is that a path leaves between its two outlines, in pt; None where it has others.

    A border is drawn so, and on sides that have none the outlines lie on each other.
    """
    outlines = _outlines(thing)
    if len(outlines) != 2:
        return None
    (left, bottom, right, top), inner = sorted(outlines, key=_area, reverse=True)
    gaps = (inner[0] - left, inner[1] - bottom, right - inner[2], top - inner[3])
    if min(gaps) < -TOLERANCE_PT:
        return None
    return min((gap for gap in gaps if gap > TOLERANCE_PT), default=math.inf)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _outlines(thing: _Thing) -> list[Box]:
    """Return the left, bottom, right and top of each outline of a path, on the page."""
    from ctypes import byref, c_float

    from pypdfium2 import raw

    a, b, c, d, e, f = thing.matrix
    x, y = c_float(), c_float()
    outlines: list[list[tuple[float, float]]] = []
    for number in range(raw.FPDFPath_CountSegments(thing.itself)):
        segment = raw.FPDFPath_GetPathSegment(thing.itself, number)
        raw.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
            outlines.append([])
        outlines[-1].append((a * x.value + c * y.value + e, b * x.value + d * y.value + f))
    return [
        (min(xs), min(ys), max(xs), max(ys)) for xs, ys in (zip(*points, strict=True) for points in outlines)
    ]


def _letters(things: Iterable[_Thing]) -> Iterator[tuple[Fault, _Thing]]:
    for thing in _of(things, "text"):
        size = _text_size(thing)
        if size < SMALLEST_PT - TOLERANCE_PT and thing.itself.extract().strip():
            problem = f"Text is {size:.1f} pt high, below {SMALLEST_PT:g} pt: it cannot be read."
            yield Fault(problem, "Make it larger, in the theme or in the picture."), thing


def _letters_of_figures(things: Iterable[_Thing], least: float) -> Iterator[tuple[Fault, _Thing]]:
    """Yield each text of a figure that nobody reads from a metre away, as where the figure was made smaller."""
    for thing in _of(things, "text"):
        size = _text_size(thing)
        if SMALLEST_PT - TOLERANCE_PT <= size < least - 0.1 and _is_in_figure(thing.itself):
            problem = f"Text in a figure is {size:.1f} pt high; on such a poster it should be {least:.1f} pt or more."
            yield Fault(problem, "Give the figure more room, or let it show less side by side."), thing


def _is_in_figure(thing: Any) -> bool:
    """Tell whether something is marked as part of a figure, it or a group around it."""
    from ctypes import POINTER, byref, c_ulong, c_ushort, cast, create_string_buffer

    from pypdfium2 import raw

    for number in range(raw.FPDFPageObj_CountMarks(thing)):
        name, length = create_string_buffer(32), c_ulong()
        mark = raw.FPDFPageObj_GetMark(thing, number)
        raw.FPDFPageObjMark_GetName(mark, cast(name, POINTER(c_ushort)), len(name), byref(length))
        if name.raw[: max(0, length.value - 2)].decode("utf-16-le") == "Figure":
            return True
    return bool(thing.container) and _is_in_figure(thing.container)


def _body(things: Iterable[_Thing], smallest: float) -> Iterator[Fault]:
    """Yield a fault where most of the text is smaller than it should be."""
    sizes: Counter[int] = Counter()  # letters by their size, in tenths of a pt
    for thing in _of(things, "text"):
        sizes[int(10 * _text_size(thing) + 0.5)] += len(thing.itself.extract())
    if sizes and (body := sizes.most_common(1)[0][0] / 10) < smallest - 0.1:
        problem = f"Most of the text is {body:.1f} pt high; on such a poster it should be {smallest:.1f} pt or more."
        yield Fault(problem, "Shorten the text, or raise 'text_pt' of the theme.")


def _text_size(thing: _Thing) -> float:
    return float(thing.itself.get_font_size()) * thing.scale


def _colours(pdf: Path) -> Iterator[Fault]:
    """Yield a fault where colours are in RGB. PDFium tells of no colour how it was written: look for it ourselves."""
    content = pdf.read_bytes()
    streams = [content, *map(_unpacked, STREAM.findall(content))]
    if count := sum(len(RGB.findall(stream)) for stream in streams):
        problem = f"{count} colours are in RGB, and CMYK was asked for."
        yield Fault(problem, "Build it again; another program may have put them back.")


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:  # packed in another way, as pictures and fonts are
        return b""
