"""Numbers as they stand in running text, and which of them are no results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# A number with its decimals; a sign only where it cannot be a dash between two numbers.
NUMBER = re.compile(r"(?<![\w.,])[-\N{MINUS SIGN}]?\d+(?:[\N{NARROW NO-BREAK SPACE}\u2009]\d{3})*(?:[.,]\d+)*")

# What readers of any language know is no result: names that hold a digit, identifiers, years, addresses.
CONVENTIONS = [
    re.compile(pattern, re.I)
    for pattern in (
        r"\b[A-Z][\w-]*[A-Z-]\d+\w*\+?",  # IL-6, CD4+, DAS28, COVID-19, P137, TNF-2a
        r"\b\d+[A-Z]{2,}\w*",  # 5HT, 2D
        r"\b(?:PMID|PMCID|NCT|ISRCTN|doi|ISBN|ISSN|EudraCT|UTN)[:\s]*[\w./-]+",
        r"\b(?:1[89]|20)\d{2}\b(?:\s*[\N{EN DASH}/-]\s*(?:(?:1[89]|20)\d{2}|\d{2})\b)?",  # years
        r"\bhttps?://\S+|\bwww\.\S+|\S+@\S+",
        r"\b24/7\b|\b1:1\b",
        r"\b10(?:[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\^-?\d+\^)",  # 10⁹/l, in Markdown also 10^9^/l
    )
]


@dataclass(frozen=True)
class Found:
    """A number, or a number word, at an offset of a text."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def numbers(text: str, conventions: Iterable[re.Pattern[str]] = ()) -> Iterator[Found]:
    """Yield every number of ``text`` that no convention, of any language or one of ``conventions``, explains."""
    excused = [match.span() for pattern in (*CONVENTIONS, *conventions) for match in pattern.finditer(text)]
    for match in NUMBER.finditer(text):
        if not any(start <= match.start() < end or start < match.end() <= end for start, end in excused):
            yield Found(match[0], match.start())


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, from 1, of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
