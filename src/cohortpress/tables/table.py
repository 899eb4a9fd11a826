"""A table of text cells that know where in their file they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from ..arrays import Array, Flags, Indices
from ..errors import Fault, did_you_mean
from .packed import Numbers, Packed

Cells = tuple[str, ...]
Item = TypeVar("Item")

LARGEST = 1e300
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
# 1,234 is a thousand to some and a little more than one to others.
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,' \u00a0\u2009\u202f])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*", re.ASCII)
_WITH_UNIT = re.compile(r"(<?\s*[+-]?[\d.]+)(?:\s+[a-z\u00b5\u03bc\u00b0%][^\d]*|\s*%)", re.ASCII | re.IGNORECASE)
# What people write into a cell where there is nothing to write, and what a code means of which there is no number.
NOTHING = re.compile(r"na|#?n/a|n\.a\.|nan|null|[.\-\N{EN DASH}?/]+", re.IGNORECASE)
NO_NUMBER = re.compile(
    r"n\.?\s?[db]\.?|none|k\.?\s?a\.?|missing|unknown|refused|fehlt|fehlend|unbekannt|onbekend|inconnue?|"
    r"manquante?|no answer|x+|not (done|known|applicable|available|measured|answered)|"
    r"nicht (bekannt|bestimmt|erhoben|gemessen)|niet (bekend|bepaald|gedaan|gemeten)|non (connu|fait|mesur[\u00e9e])e?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Table:
    """The cells of a file by column, without white space around them; "" is empty.

    ``rows`` are their numbers as the program shows them that wrote the file, ``head`` is what it calls the
    columns; a spreadsheet has a ``sheet``. ``labels[column]`` says what codes in a column mean, and
    ``titles[column]`` what the column is.
    """

    file: str
    head: Cells
    rows: Sequence[int]
    columns: Mapping[str, Cells]
    sheet: str = ""
    head_row: int = 1
    decimal: str = "."
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Fault, ...] = ()

    def __contains__(self, column: object) -> bool:
        return column in self.columns

    @property
    def where(self) -> str:
        """The file, and the sheet where there are sheets."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file

    def composed(self) -> Table:
        """Return the table with each letter spelt in one way, that an id in two files be the same."""
        if isinstance(self.columns, Packed):  # cut from a text that is
            return self
        columns = {
            composed(name): cells if "".join(cells).isascii() else tuple(map(composed, cells))
            for name, cells in self.columns.items()
        }
        labels = {
            composed(name): {composed(code): composed(label) for code, label in of_codes.items()}
            for name, of_codes in self.labels.items()
        }
        titles = {composed(name): title for name, title in self.titles.items()}
        return replace(self, head=tuple(map(composed, self.head)), columns=columns, labels=labels, titles=titles)

    def codes(self, column: str) -> Cells:
        """Return the cells of a column as they stand, empty where the file lacks it."""
        return self.columns.get(column, ("",) * len(self.rows))

    def text(self, column: str) -> Cells:
        """Return what the cells of a column mean: a code's label where it has one."""
        cells, labels = self.codes(column), self.labels.get(column)
        return tuple(labels.get(cell, cell) for cell in cells) if labels else cells

    def place(self, index: int, column: str) -> str:
        """Return where a cell is: ``visits.xlsx, sheet Labs, D17 (CRP)``, or ``visits.csv, row 17, column CRP``."""
        row = self.rows[index]
        if self.sheet and column in self.head:
            return f"{self.where}, {letters(self.head.index(column))}{row} ({column})"
        return f"{self.where}, row {row}, column {column}"

    def fault(self, index: int, column: str, problem: str, mend: str = "") -> Fault:
        """Return a fault of one cell."""
        return Fault(problem, mend, self.place(index, column))

    def lacking(self, columns: Iterable[str]) -> list[Fault]:
        """Return a fault for each of ``columns`` that the file lacks, or has twice."""
        where = f"{self.where}, row {self.head_row}" if self.head_row else self.where
        faults = []
        for column in dict.fromkeys(columns):
            if column not in self:
                mend = did_you_mean(column, filter(None, self.columns))
                faults.append(Fault(f"The column '{column}' is missing.", mend, where))
            elif self.head.count(column) > 1:
                faults.append(Fault(f"The column '{column}' stands twice.", "Rename one.", where))
        return faults

    def take(self, index: Indices) -> Table:
        """Return the table of some rows, in that order."""
        if np.array_equal(index, np.arange(len(self.rows))):
            return self
        rows = pick(self.rows, index.tolist())
        if isinstance(self.columns, Packed):
            return replace(self, rows=rows, columns=self.columns.take(index))
        columns = {name: pick(cells, index.tolist()) for name, cells in self.columns.items()}
        return replace(self, rows=rows, columns=columns)

    def only(self, column: str, value: str) -> Table:
        """Return the table of the rows that have ``value`` in ``column``."""
        return self.take(np.flatnonzero([cell == value for cell in self.text(column)]))

    def without(self, column: str, values: Collection[str]) -> Table:
        """Return the table of the rows that have none of ``values`` in ``column``."""
        return self.take(np.flatnonzero([cell not in values for cell in self.text(column)]))

    def decimals(self, column: str) -> int:
        """Return the most digits behind the decimal mark in the column, whose cells are numbers."""
        found = self._numbers(column)
        return max([found.decimals, *(decimals_of(cell) for cell in set(found.cells) if cell)])

    def numbers(self, column: str, faults: list[Fault], *, limits: bool = False) -> tuple[Array, Flags]:
        """Return the column as floats (empty: NaN) and, if it may hold ``limits``, which are "less than".

        Each spelling is read once, however many cells have it.
        """
        found, labels = self._numbers(column), self.labels.get(column, {})
        read, wrong = {"": np.nan}, {}
        for cell in set(found.cells) - {""}:
            try:
                read[cell] = read_number(cell, self.decimal, limits=limits, label=labels.get(cell, ""))
            except NotANumber as error:
                read[cell], wrong[cell] = np.nan, (error.problem, error.mend)
        if wrong:
            places = zip(found.others.tolist(), found.cells, strict=True)
            faults += [self.fault(index, column, *wrong[cell]) for index, cell in places if cell in wrong]
        values, below = found.values.copy(), np.zeros(len(self.rows), dtype=np.bool_)
        limit = {cell: cell.startswith("<") for cell in read}
        values[found.others] = np.fromiter(map(read.__getitem__, found.cells), np.float64, len(found.cells))
        below[found.others] = np.fromiter(map(limit.__getitem__, found.cells), np.bool_, len(found.cells))
        return values, below

    def no_decimals(self, column: str) -> tuple[Indices, Cells]:
        """Return at least those cells of the column that are no plain decimals, and where they stand."""
        found = self._numbers(column)
        return found.others, found.cells

    def _numbers(self, column: str) -> Numbers:
        """Return the plain decimals of the column and all other cells; where codes have labels, every cell is one."""
        if isinstance(self.columns, Packed) and column in self and not self.labels.get(column):
            return self.columns.numbers(column, self.decimal)
        cells = self.codes(column)
        return Numbers(np.full(len(cells), np.nan), 0, np.arange(len(cells)), cells)


class NotANumber(ValueError):
    """A cell that holds something else: ``problem`` and ``mend`` are for a fault."""

    def __init__(self, problem: str, mend: str) -> None:
        self.problem, self.mend = problem, mend


def read_number(cell: str, decimal: str = ".", *, limits: bool = False, label: str = "") -> float:
    """Return the number in a cell, of ``<0.6`` the 0.6; raises NotANumber.

    ``decimal`` is the mark of the file; ``label`` what the cell means if it is a code.
    """
    bare = cell.removeprefix("<").strip()
    if decimal == "," and "." not in bare:
        bare = bare.replace(",", ".")
    elif decimal == "," and NUMBER.fullmatch(bare):
        raise NotANumber(f"'{cell}' has a decimal point, the file has commas.", f"Write {cell.replace('.', ',')}.")
    if not NUMBER.fullmatch(bare):
        raise NotANumber(*_not_a_number(cell, limits, decimal))
    if NO_NUMBER.fullmatch(label) or (label and NOTHING.fullmatch(label)):
        raise NotANumber(f"'{cell}' means '{label}'.", "List it in study.yml, 'data: {missing: [...]}'.")
    if cell.startswith("<") and not limits:
        mend = "Write the number, or leave the cell empty."
        raise NotANumber(f"'{cell}' is a limit, where a number belongs.", mend)
    if abs(number := float(bare)) > LARGEST:
        raise NotANumber(f"'{cell}' is too large.", "Use a larger unit.")
    return number


def _not_a_number(cell: str, limits: bool, decimal: str) -> tuple[str, str]:
    """Return what is wrong with a cell that is no number, and the likely mend."""
    bare = cell.removeprefix("<").strip()
    mended = cell.replace(",", ".").replace("\N{MINUS SIGN}", "-")
    if _EITHER.fullmatch(bare):
        return f"'{cell}' may mean {bare.replace(',', '')} or {bare.replace(',', '.')}.", "Write which."
    if NUMBER.fullmatch(mended.removeprefix("<").strip()):
        return f"'{cell}' has {'a decimal comma' if ',' in cell else 'a typeset minus sign'}.", f"Write {mended}."
    if grouped := _THOUSANDS.fullmatch(bare):
        plain = re.sub("[.,]", decimal, cell.replace(grouped[1], ""))
        return f"'{cell}' has a mark between its thousands.", f"Write {plain}."
    if NUMBER.fullmatch(bare.removesuffix("?").strip()):
        return f"'{cell}' has a question mark.", f"Write {bare.removesuffix('?').strip()}, or leave the cell empty."
    if cell.startswith("<") and bare.isalpha():
        return f"'{cell}' is a limit without its number.", "Write < and the number, as <0.6."
    if cell.startswith("#"):
        return f"'{cell}' is an error of a formula.", "Mend the formula, or empty the cell."
    if cell.startswith("="):
        return (
            f"'{cell}' is a formula without a value.",
            "Open the file in its program and save it, or write the value.",
        )
    if _DATE.fullmatch(cell):
        return (
            f"'{cell}' is a date, where a number belongs.",
            "Did the program make a date of 3.1 or 3/1? Write the number.",
        )
    if with_unit := _WITH_UNIT.fullmatch(cell):
        return f"'{cell}' has a unit.", f"Write {with_unit[1]}, and the unit in study.yml."
    problem = f"'{cell}' is not a number."
    if NOTHING.fullmatch(cell):
        return problem, f"Leave the cell empty, or write 'missing: [\"{cell}\"]' under 'data:' in study.yml."
    return problem, f"Write a number{', < and a number,' if limits else ''} or leave the cell empty."


def composed(text: str) -> str:
    """Return ``text`` with its accents in its letters, as NFC has them: programs write an \u00e9 in two ways."""
    return unicodedata.normalize("NFC", text)


def shortest(cell: str, decimal: str = ".") -> str:
    """Return a number without the zeros at its end, -99 for -99.00, and all else as it is: 099 may be a code."""
    whole, mark, places = cell.partition(decimal)
    if not mark or not NUMBER.fullmatch(f"{whole}.{places}"):
        return cell
    return f"{whole}.{places}".rstrip("0").removesuffix(".")


def letters(column: int) -> str:
    """Return what a spreadsheet calls a column: 0 is A, 26 is AA."""
    rest, last = divmod(column, 26)
    return (letters(rest - 1) if rest else "") + chr(ord("A") + last)


def pick(items: Sequence[Item], chosen: Sequence[int]) -> tuple[Item, ...]:
    """Return the items at the places ``chosen``."""
    return tuple(map(items.__getitem__, chosen))


def decimals_of(number: str) -> int:
    """Return the digits behind the decimal mark, whichever that is, of a number as it is written."""
    mantissa, _, exponent = number.lower().replace(",", ".").partition("e")
    return max(0, len(mantissa.partition(".")[2]) - int(exponent or 0))
