"""Texts of two formats, held against each other: nothing missing, nothing added, nothing changed.

Formats differ in line breaks, hyphens, quotation marks, white space and the order of reading; none of these
counts. Every letter, every digit and every sign of a number does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

_BREAK = "\n"  # where a piece was taken out
_GROUP = "\ue000"  # the narrow space of 12 345: some formats keep it, some do not
_THIN = re.compile(r"(?<=\d)[\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}](?=\d{3})")
_SPACE = re.compile(r"[^\S\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]+")  # but for those within a number
_HYPHENS = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}"
# A hyphen after a letter comes and goes with the end of a line; PDFium writes U+FFFE or U+0002 for some.
_HYPHEN_IN_WORD = re.compile(rf"(?<=[^\W\d_])[{_HYPHENS}]+")
_ELSE = re.compile(rf"[^\w%<>=/±+\-†‡≤≥.,{_GROUP}]|_|(?<!\d)[.,]|[.,](?!\d)")
_TOKEN = re.compile(r"[<>]?-?\d+(?:[.,]\d+)*%?|[^\W\d_]+|†")
EXCERPT = 48


@dataclass(frozen=True)
class Difference:
    """Where two texts differ: what it should be, and what it is ("" for nothing)."""

    place: str
    expected: str
    found: str


def canonical(text: str) -> str:
    """Return what counts in ``text``: letters in one case, numbers, their signs; ``_`` parts two numbers."""
    text = _THIN.sub(_GROUP, text).replace("\ufffe", "-").replace("\x02", "-").replace("\N{SOFT HYPHEN}", "")
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _HYPHEN_IN_WORD.sub("", text)
    text = re.sub(rf"[{_HYPHENS}\N{{MINUS SIGN}}]+", "-", text)
    text = _ELSE.sub(" ", text)
    return re.sub(r"\s+", "", re.sub(r"(?<=\d)\s+(?=\d)", "_", text))


def same(one: str, other: str) -> bool:
    """Tell whether two texts say the same."""
    return canonical(one).replace(_GROUP, "") == canonical(other).replace(_GROUP, "")


def compare(
    pieces: Iterable[str], text: str, *, may_have: Iterable[str] = (), scattered: Collection[str] = ()
) -> list[Difference]:
    """Hold ``text`` against the ``pieces`` that make it up, in whatever order; it may have others besides.

    The longest piece is looked for first and taken out; what is left must hold no number, nor part of one. The
    words of ``scattered`` pieces may stand in any order: labels of a figure are read as they lie on the page. So may
    those of a piece without a number, since where words repeat another piece may have taken the end of one.
    """
    rest = canonical(text).replace(_GROUP, "_")
    missing = []
    for piece in sorted(pieces, key=len, reverse=True):
        if (without := _take(canonical(piece), rest)) is None:
            missing.append(piece)
        else:
            rest = without
    for piece in [piece for piece in missing if piece in scattered or not re.search(r"\d", piece)]:
        if (without := _take_words(piece, rest)) is not None:
            rest = without
            missing.remove(piece)
    for piece in sorted(may_have, key=len, reverse=True):
        rest = _take(canonical(piece), rest) or rest
    left = [part for part in rest.split(_BREAK) if part]
    differences = []
    for piece in missing:
        wanted = canonical(piece)
        near = get_close_matches(wanted, left, n=1, cutoff=0.4)
        left = [part for part in left if part not in near]
        differences.append(Difference(excerpt(piece), *_first_difference(wanted, near[0] if near else "")))
    added = [part for part in left if re.search(r"[\d%<>≤≥†‡]", part)]
    return differences + [Difference(excerpt(part), "", part) for part in added]


def excerpt(text: str) -> str:
    """Return the beginning of a text."""
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()} ..."


def _take(piece: str, text: str) -> str | None:
    """Return ``text`` without the first ``piece`` that is no part of a longer number; None without one."""
    if not piece:
        return text
    for start, end in _places(piece, text):
        if not (_in_number(text, start) or _in_number(text, end)):
            return text[:start] + _BREAK + text[end:]
    return None


def _places(piece: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where ``piece`` begins and ends; of the spaces within a number, 100 000 000, a format may lose some."""
    if _GROUP in piece:
        # Looked ahead for, so that one found may overlap with the next.
        pattern = re.compile(f"(?=({'_?'.join(map(re.escape, piece.split(_GROUP)))}))")
        yield from (found.span(1) for found in pattern.finditer(text))
        return
    start = text.find(piece)
    while start >= 0:
        yield start, start + len(piece)
        start = text.find(piece, start + 1)


def _take_words(piece: str, text: str) -> str | None:
    """Return ``text`` without each word of ``piece``, the longest first; None where one is not there."""
    rest: str | None = text
    for word in sorted(_SPACE.split(piece), key=len, reverse=True):
        rest = _take(canonical(word), rest) if rest is not None else None
    return rest


def _in_number(text: str, place: int) -> bool:
    """Tell whether a number goes on over ``place``."""
    before, after = text[max(0, place - 2) : place], text[place : place + 2]
    return bool(re.search(r"\d[.,]?\Z", before) and re.match(r"\d|[.,]\d", after))


def _first_difference(expected: str, found: str) -> tuple[str, str]:
    """Return the first words or numbers in which two texts differ."""
    wanted, there = _TOKEN.findall(expected), _TOKEN.findall(found)
    for kind, a, b, c, d in SequenceMatcher(None, wanted, there, autojunk=False).get_opcodes():
        if kind != "equal":
            return " ".join(wanted[a:b]), " ".join(there[c:d])
    return expected, found
