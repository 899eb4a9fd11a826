"""A finished HTML page as its pieces of text: paragraphs, rows of tables, figures, alternative texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html.parser import HTMLParser

from ..line_ends import with_free_joints
from ..markup import SET_APART

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SKIPPED = {"head", "style", "script", "template"}
_BLOCK = re.compile(
    "html|body|main|div|section|header|footer|aside|article|nav|fig.*|table|caption|t(head|body|foot|r)|p|h[1-6]|[udo]l"
    "|li|d[td]|blockquote|pre|svg"
)
_APART = re.compile("t[dh]|text|br|" + _BLOCK.pattern)
_MARKS = {"data-result": "result", "data-constant": "constant", "data-axis": "axis"}
_RAISED = str.maketrans("0123456789-\N{MINUS SIGN}", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
# What abstract.txt leaves out: our own blocks, what a bibliography adds, and any figure.
_NO_PROSE = SET_APART | {"references"}


@dataclass(frozen=True)
class Mark:
    """A part of a text that says where it comes from: a ``result``, a ``constant`` or an ``axis``."""

    kind: str
    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """A text that stands together on a page.

    ``kind`` is text, heading, row, figure, alt, hidden (a figure that only phones show), or marker: the number that
    a browser puts before an item of a list. ``section`` is the heading above, ``table`` what the file of the table
    around is called, ``prints`` the results that an alternative text names, in order. ``in_prose`` tells that it stands
    in no block of ours.
    """

    text: str
    kind: str
    marks: tuple[Mark, ...] = ()
    section: str = ""
    table: str = ""
    cells: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()
    in_prose: bool = False

    def marked(self, mark: Mark) -> str:
        return self.text[mark.start : mark.end]


def read_page(html: str) -> list[Piece]:
    """Return the pieces of a page in their order; the same page is read once, in whatever size it was printed."""
    root, head, rest = html.partition("<head")
    return _read(head + rest or root)


@lru_cache(maxsize=4)  # two documents, before and after
def _read(html: str) -> list[Piece]:
    tree = _Tree()
    tree.feed(html)
    tree.close()
    section, pieces = "", []
    for piece in _pieces(tree.root, Counter(), "", True):
        section = piece.text if piece.kind == "heading" else section
        pieces.append(replace(piece, section=section))
    return pieces


@dataclass
class _Node:
    tag: str
    given: dict[str, str]
    parts: list[_Node | str] = field(default_factory=list)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = _Node("html", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].parts.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in (node.tag for node in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].parts.append(with_free_joints(data))


def _pieces(node: _Node, tables: Counter[str], table: str, in_prose: bool) -> Iterator[Piece]:
    """Yield the pieces of a block; ``tables`` counts those that have a name so far."""
    if "hidden" in node.given:
        shown = _Node(node.tag, {name: value for name, value in node.given.items() if name != "hidden"}, node.parts)
        for piece in _pieces(shown, tables, table, in_prose):
            yield replace(piece, kind="hidden") if piece.kind == "figure" else piece
        return
    classes = node.given.get("class", "")
    if node.tag in ("div", "section", "figure"):
        in_prose = in_prose and node.tag != "figure" and not _NO_PROSE & set(classes.split())
    if name := re.match(r"table-block ([\w-]+)", classes):
        tables[name[1]] += 1
        table = name[1] if tables[name[1]] == 1 else f"{name[1]}-{tables[name[1]]}"
    if node.tag in ("tr", "svg"):
        yield from _whole(node, table)
        return
    kind = "heading" if re.fullmatch(r"h\d", node.tag) else "text"
    number = int(node.given.get("start") or 1)
    line = _Node("p", {})
    for part in [*node.parts, None]:
        if isinstance(part, str) or (part and not _BLOCK.fullmatch(part.tag)):
            line.parts.append(part)
            continue
        yield from _alts(line)
        if (text := _Text(line)).text:
            yield Piece(text.text, kind, tuple(text.marks), table=table, in_prose=in_prose)
        line = _Node("p", {})
        if part is None:
            return
        if part.tag == "li" and node.tag == "ol":
            yield Piece(str(number), "marker")
            number += 1
        yield from _pieces(part, tables, table, in_prose)


def _whole(node: _Node, table: str) -> Iterator[Piece]:
    """Yield a row or a drawing as one piece."""
    yield from _alts(node)
    text = _Text(node)
    cells = tuple(
        _Text(part).text for part in node.parts if isinstance(part, _Node) and part.tag in ("td", "th")
    )
    if text.text:
        yield Piece(
            text.text, "row" if node.tag == "tr" else "figure", tuple(text.marks), table=table, cells=cells
        )


def _alts(node: _Node) -> Iterator[Piece]:
    """Yield the alternative texts of all pictures in ``node``."""
    if node.tag in _SKIPPED:
        return
    own = node.given.get("alt") or node.given.get("aria-label")
    texts = [
        _Text(part, alt=True).text for part in node.parts if isinstance(part, _Node) and part.tag == "title"
    ]
    for text in dict.fromkeys(filter(None, [own, *texts])):
        yield Piece(text, "alt", prints=tuple(node.given.get("data-results", "").split()))
    for part in node.parts:
        if isinstance(part, _Node):
            yield from _alts(part)


class _Text:
    """The text within a node, its white space as a browser shows it, and the marks in it."""

    def __init__(self, node: _Node, alt: bool = False) -> None:
        self.text = ""
        self.marks: list[Mark] = []
        self._skipped = _SKIPPED if alt else {*_SKIPPED, "title"}
        self._add(node)
        self.text = self.text.rstrip(" ")

    def _add(self, node: _Node | str) -> None:
        if isinstance(node, str):
            text = re.sub(r"[ \t\r\n\f]+", " ", node)
            self.text += text.lstrip(" ") if self.text[-1:] in ("", " ") else text
        elif node.tag not in self._skipped:
            if _APART.fullmatch(node.tag):
                self._add(" ")
            start = len(self.text)
            for part in node.parts:
                self._add(part)
            if node.tag == "sup" and self.text.endswith("10", 0, start):  # 10⁹: no number of its own
                self.text = self.text[:start] + self.text[start:].translate(_RAISED)
            end = len(self.text.rstrip(" "))
            self.marks += [
                Mark(kind, node.given[a], start, end) for a, kind in _MARKS.items() if a in node.given
            ]
