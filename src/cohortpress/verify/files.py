"""The finished files as text: PDF, Word, and whatever is text already."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from ..pdfium import opened

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
# Letters are one label where no more than this is between them, in their size; notes are raised by as much.
TOUCHING, RAISED = 0.22, 0.6

Outputs = Path | Mapping[str, Path]


class Unreadable(Exception):
    """A file is not what its name says."""


def outputs(where: Outputs) -> dict[str, Path]:
    """Return the files of an ``_output/`` folder by their names below it; a mapping is that already."""
    if isinstance(where, Mapping):
        return dict(where)
    return {file.relative_to(where).as_posix(): file for file in sorted(where.rglob("*")) if file.is_file()}


def read_text(path: Path) -> str:
    """Return all text of a finished file, the alternative texts of its pictures at the end.

    Raises Unreadable where the file is missing or broken.
    """
    readers = {".pdf": _read_pdf, ".docx": _read_docx}
    try:
        return readers.get(path.suffix, _read_plain)(path)
    except (OSError, ValueError, KeyError, BadZipFile, ElementTree.ParseError, RuntimeError) as error:
        raise Unreadable(str(error)) from None


def attachments(path: Path) -> list[str]:
    """Return what is attached to a PDF, as text; any other file has no attachments."""
    if path.suffix != ".pdf":
        return []
    with opened(path) as document:
        files = [document.get_attachment(index) for index in range(document.count_attachments())]
        return [bytes(file.get_data()).decode("utf-8", "replace") for file in files]


def _read_plain(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _read_docx(path: Path) -> str:
    with ZipFile(path) as archive:
        parts = [ElementTree.fromstring(archive.read(part)) for part in _PARTS if part in archive.namelist()]
    notes = count(1)
    paragraphs = ["".join(_runs(paragraph, notes)) for part in parts for paragraph in part.iter(f"{_WORD}p")]
    alts = [picture.get("descr", "") for part in parts for picture in part.iter(_PICTURE)]
    return "\n".join([*paragraphs, *alts])


def _runs(paragraph: ElementTree.Element, notes: Iterator[int]) -> Iterator[str]:
    """Yield the texts of a paragraph; Word numbers its footnotes as they come."""
    for element in paragraph.iter():
        if element.tag in (f"{_WORD}br", f"{_WORD}tab"):
            yield " "
        elif element.tag.endswith("}t"):
            yield element.text or ""
        elif element.tag == f"{_WORD}footnoteReference":
            yield str(next(notes))


def _read_pdf(path: Path) -> str:
    with opened(path) as document:
        return "\n".join(text for page in document for text in (*_drawn(page), *_alts(page)))


def _drawn(page: Any) -> Iterator[str]:
    """Yield the texts of a page in the order in which they were drawn; the letters of a label touch each other.

    PDFium would put all that stands on one line beside each other, also where it belongs to two columns.
    """
    from pypdfium2 import raw

    parts: list[str] = []
    edge, line = 0.0, 0.0
    for drawn in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], textpage=page.get_textpage()):
        matrix = drawn.get_matrix()
        left, _, right, _ = drawn.get_bounds()
        size = drawn.get_font_size() * abs(matrix.d)
        if not (abs(matrix.f - line) < RAISED * size and -0.1 * size < left - edge < TOUCHING * size):
            yield "".join(parts)
            parts.clear()
        parts.append(drawn.extract())
        edge, line = right, matrix.f
    yield "".join(parts)


def _alts(page: Any) -> Iterator[str]:
    """Yield the alternative texts of a page: its structure tree, which pypdfium2 offers in raw form only."""
    from pypdfium2 import raw

    def below(element: Any) -> Iterator[str]:
        size = raw.FPDF_StructElement_GetAltText(element, None, 0)
        buffer = ctypes.create_string_buffer(size)
        raw.FPDF_StructElement_GetAltText(element, buffer, size)
        yield buffer.raw.decode("utf-16-le").rstrip("\0")
        for index in range(raw.FPDF_StructElement_CountChildren(element)):
            if child := raw.FPDF_StructElement_GetChildAtIndex(element, index):
                yield from below(child)

    tree = raw.FPDF_StructTree_GetForPage(page)
    try:
        for index in range(raw.FPDF_StructTree_CountChildren(tree)):
            yield from below(raw.FPDF_StructTree_GetChildAtIndex(tree, index))
    finally:
        raw.FPDF_StructTree_Close(tree)
