"""What kind of values a column holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..tables.delimited import DECIMAL
from ..tables.table import NO_NUMBER, NOTHING, NotANumber, Table, decimals_of, read_number

DATE = re.compile(r"\d{4}-\d\d?-\d\d?.*|\d\d?[./-]\d\d?[./-]\d{4}|\d\d?[- ]?[a-z]{3}[a-z]*[- ]?\d{4}", re.IGNORECASE)
DECIMAL_COMMA = re.compile(DECIMAL.format(","))
MOST_CATEGORIES = 8
SEX = {
    **dict.fromkeys(("f", "w", "v", "female", "woman", "weiblich", "frau", "vrouw", "vrouwelijk", "femme"), "women"),
    **dict.fromkeys(("m", "h", "male", "man", "m\u00e4nnlich", "mann", "mannelijk", "homme"), "men"),
}
OTHERS = frozenset({"d", "divers", "other", "non-binary"})
YES_NO = {
    **dict.fromkeys(("y", "yes", "j", "ja", "oui", "true"), "yes"),
    **dict.fromkeys(("n", "no", "nein", "nee", "non", "false"), "no"),
}
MOST_SLIPS = 0.2  # of the rows of a column that is one of numbers
MOST_DECIMALS = 4  # more come of computing, not of measuring
LOG_FROM = 100  # times the smallest value


@dataclass(frozen=True)
class Kind:
    """A column's values: what they are, and what they have in common."""

    name: Literal["empty", "number", "category", "date", "text"]
    cells: Counter[str]
    missing: tuple[str, ...] = ()
    decimals: int = 0
    limits: frozenset[str] = frozenset()
    positive: bool = True
    log: bool = False


def kind_of(table: Table, column: str, *, of_numbers: bool = False) -> Kind:
    """Return what a column holds; a few cells that say "not done" do not make numbers text.

    One that is ``of_numbers`` by what stands beside it may have more cells of which that is not true: slips.
    """
    codes, labels = table.codes(column), table.labels.get(column, {})
    cells = Counter(table.text(column) if set(codes) - {""} <= labels.keys() else codes)
    del cells[""]
    nothing = tuple(cell for cell in cells if NOTHING.fullmatch(cell))
    known = Counter({cell: count for cell, count in cells.items() if cell not in nothing})
    if not known:
        return Kind("empty", known)
    if all(map(DATE.fullmatch, known)):
        return Kind("date", known, nothing)
    words = tuple(cell for cell in known if NO_NUMBER.fullmatch(cell))
    numbers = {cell: _number(cell, table.decimal) for cell in known if cell not in words}
    read = {cell: number for cell, number in numbers.items() if number is not None}
    values = list(read.values())
    odd = sum(known[cell] for cell in numbers.keys() - read.keys())
    if values and (len(values) >= 0.9 * len(numbers) or (of_numbers and odd <= MOST_SLIPS * known.total())):
        whole = all(value.is_integer() for value in values)  # 2.0 comes of computing, too
        digits = 0 if whole else max(map(decimals_of, read))
        limits = frozenset(cell[1:].strip().replace(",", ".") for cell in read if cell.startswith("<"))
        positive = min(values) > 0
        log = positive and max(values) >= LOG_FROM * min(values)
        digits = 2 if digits > MOST_DECIMALS else digits
        return Kind("number", known, nothing + words, digits, limits, positive, log)
    different = len(set(meanings(known).values()))
    few = different <= MOST_CATEGORIES and (2 * different <= known.total() or different <= 2)
    return Kind("category" if few else "text", known, nothing)


def meanings(cells: Iterable[str]) -> dict[str, str]:
    """Return what each cell of a column says: F and female women, y and Yes yes, others themselves in small letters.

    F is a woman only beside men, and y a yes beside a no, if there is little else.
    """
    plain = {cell: cell.casefold() for cell in cells if cell}
    for words in (SEX, YES_NO):
        known = {words[text] for text in plain.values() if text in words}
        others = (text for text in plain.values() if text not in words)
        if known == set(words.values()) and all(text in OTHERS or NO_NUMBER.fullmatch(text) for text in others):
            return {cell: words.get(text, text) for cell, text in plain.items()}
    return plain


def decimal_comma(table: Table) -> str:
    """Return the first cell that is a number with a decimal comma, as text of a spreadsheet may be, or ""."""
    cells = (cell for column in table.columns for cell in table.codes(column))
    return next((cell for cell in cells if "," in cell and DECIMAL_COMMA.fullmatch(cell)), "")


def _number(cell: str, decimal: str) -> float | None:
    try:
        return read_number(cell, decimal, limits=True)
    except NotANumber:
        return None
