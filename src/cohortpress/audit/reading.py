"""From a file to its text: plain text, HTML, PDF or DOCX; nothing in it is run and nothing is fetched."""

from __future__ import annotations

import io
import sys
import zipfile
from contextlib import nullcontext
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from ..errors import DataError, Fault

LARGEST = 50_000_000  # bytes; also of a DOCX unpacked: a small file may swell without end
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WORD_MARKS = {"p": "\n", "br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_INLINE = {"a", "abbr", "b", "cite", "code", "em", "font", "i", "ins", "mark", "small", "span", "strong", "u"}
# A reference set high must not grow onto the number before it: 35<sup>1</sup> is not 351.
_SET_OFF = {"sup": "^", "sub": "_"}
_UNSEEN = {"title", "script", "style", "template", "noscript"}


def read_text(path: Path | str = "-") -> str:
    """Return the text of a file, or of standard input for "-"; what it is shows in its first bytes.

    Raises DataError for what is missing, too large, empty of text or none of the four kinds.
    """
    from_input = str(path) == "-"
    name = "standard input" if from_input else str(path)
    try:
        with nullcontext(sys.stdin.buffer) if from_input else Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise DataError(Fault(f"It cannot be read ({error.strerror}).", "Name a file, or -.", name)) from None
    if len(content) > LARGEST:
        raise DataError(Fault("It is larger than 50 MB.", "Save the abstract alone.", name))
    text = _text(content, name)
    if not text.strip():
        raise DataError(Fault("There is no text in it.", "A scan needs text recognition first.", name))
    return text


def _text(content: bytes, name: str) -> str:
    if b"%PDF-" in content[:1024]:
        return _pdf(content, name)
    if content.startswith(b"PK\3\4"):
        return _docx(content, name)
    text = _decoded(content)
    if "\0" in text:
        raise DataError(Fault("It is neither text nor HTML, PDF or DOCX.", "Save it as one of these.", name))
    start = text[:1000].lstrip().lower()
    return _html(text) if start.startswith(("<!doctype html", "<html", "<?xml")) or "<body" in start else text


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


class _Visible(HTMLParser):
    """Collects what a reader sees; anything but an inline element begins a new line."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        self.parts.append(_SET_OFF.get(tag, "" if tag in _INLINE else "\n"))

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        self.parts.append("" if tag in _INLINE | _SET_OFF.keys() else "\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def _html(text: str) -> str:
    page = _Visible()
    page.feed(text)
    page.close()
    return "".join(page.parts)


def _pdf(content: bytes, name: str) -> str:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as document:
            pages = [page.get_textpage().get_text_range() for page in document]
    except pypdfium2.PdfiumError as error:
        raise DataError(Fault(f"The PDF cannot be opened ({error}).", "Has it a password?", name)) from None
    # Pdfium marks a hyphen at the end of a line by U+FFFE.
    return "\n".join(pages).replace("\r\n", "\n").replace("\ufffe", "-")


def _docx(content: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            part = archive.getinfo("word/document.xml")
            if part.file_size > LARGEST:
                raise zipfile.BadZipFile("its text is too large")
            root = ElementTree.fromstring(archive.read(part))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError, RuntimeError) as error:
        raise DataError(Fault(f"It is no DOCX file ({error}).", "Save it as DOCX or PDF.", name)) from None
    return "".join(_run(node) for node in root.iter())


def _run(node: ElementTree.Element) -> str:
    return (node.text or "") if node.tag == f"{_WORD}t" else _WORD_MARKS.get(node.tag.removeprefix(_WORD), "")
