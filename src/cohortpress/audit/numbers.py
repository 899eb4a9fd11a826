"""Numbers as people print them: with a decimal point or comma, in groups of thousands, broken over a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Mark = Literal["", ".", ","]

# One character for one character, so that places in the text stay where they are.
_SAME_LENGTH = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("\u00a0\u2009", "\u202f") | {"·": ".", "⩽": "≤", "⩾": "≥"}
)
# "0." may lose its decimals to the next line: no sentence ends so and goes on with digits.
NUMBER = r"(?:\d{1,3}(?:\u202f\d{3})+(?:[.,]\d+)?|\b0[.,]\s*\n\s*\d+|\d+(?:[.,]\d+){0,4}|[.,]\d+)"
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number: its ``text`` at ``start``, and all values that it may mean.

    "1.200" is 1.2 or 1200: both are tried. ``mark`` is the decimal mark, empty where that is not certain.
    """

    start: int
    text: str
    readings: tuple[Decimal, ...]
    mark: Mark = ""

    @property
    def step(self) -> Decimal:
        """One unit of the last printed digit."""
        exponent = self.readings[0].as_tuple().exponent
        return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


def same_length(text: str) -> str:
    """Return ``text`` with one kind of dash, of fixed space and of decimal point, all in their places."""
    return text.translate(_SAME_LENGTH)


def read_number(text: str, start: int = 0) -> Number | None:
    """Read a printed number; None for what is none, such as "1.2.3" or "1,2,3"."""
    sign, digits = text[: text.startswith("-")], re.sub(r"\s", "", text.removeprefix("-"))
    marks: list[Mark] = ["." if character == "." else "," for character in digits if character in ".,"]
    last = marks[-1] if marks else ""
    whole, _, fraction = digits.rpartition(last) if last else (digits, "", "")
    readings = []
    if not re.search(r"[.,]", whole) or (_THOUSANDS.fullmatch(whole) and last not in whole):
        readings.append(Decimal(f"{sign}{re.sub('[.,]', '', whole) or 0}.{fraction}"))
    if _THOUSANDS.fullmatch(digits):
        readings.append(Decimal(sign + re.sub("[.,]", "", digits)))
    return Number(start, text, tuple(readings), last if len(readings) == 1 else "") if readings else None
