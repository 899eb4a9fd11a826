"""The cells of a regular text file, left where they stand: cut out, or read as numbers, a column at a time.

A file is regular if it has equally many cells in every row, and quotation marks only around cells that would be
the same without them, as long files have that a program wrote. All others are for :mod:`csv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..arrays import Array, Flags, Indices
    from .table import Cells

    Ends = np.ndarray[tuple[int, int], np.dtype[np.int64]]
    Characters = np.ndarray[tuple[int, int], np.dtype[np.uint8]]

MOST_DIGITS = 15  # whole numbers of so many digits are exact as floats, and so are the powers of ten up to there
_POWERS = np.array([float(10**places) for places in range(MOST_DIGITS + 1)])
_FIRST_SOLID, _LAST_SOLID = 33, 126  # characters that are no white space


@dataclass(frozen=True)
class Numbers:
    """A column as numbers: the ``values`` of plain decimals, written with so many ``decimals`` at most; empty: NaN.

    Everything else, also what has an exponent or a plus sign, stands in ``cells``, at the places ``others``.
    """

    values: Array
    decimals: int
    others: Indices
    cells: Cells


class Packed(Mapping[str, tuple[str, ...]]):
    """The columns of a regular text file by name.

    ``ends`` has shape (rows, cells + 1): where in ``data`` the mark before each row is, and that behind each cell.
    """

    def __init__(self, data: bytes, ends: Ends, names: Mapping[str, int]) -> None:
        self._data, self._ends, self._names = data, ends, names
        self._cells: dict[str, Cells] = {}
        self._numbers: dict[str, Numbers] = {}

    def __getitem__(self, name: str) -> Cells:
        if name not in self._cells:
            self._cells[name] = self._cut(*self._places(name))
        return self._cells[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def take(self, rows: Indices, names: Mapping[str, int] | None = None) -> Packed:
        """Return the columns of some rows, in that order; ``names`` are new ones."""
        return Packed(self._data, self._ends[rows], names or self._names)

    def filled(self) -> Flags:
        """Tell which rows hold anything, shape (rows,)."""
        solid = np.zeros(256, dtype=np.bool_)
        solid[_FIRST_SOLID : _LAST_SOLID + 1] = True
        solid[self._data[self._ends[0, 1]]] = False  # the mark between cells
        found: Flags = np.logical_or.reduceat(solid[self._characters], self._ends[:, 0] + 1)
        return found

    def numbers(self, name: str, decimal: str) -> Numbers:
        """Return a column as numbers with ``decimal`` as their mark: each is the float next to what is written."""
        if name not in self._numbers:
            self._numbers[name] = self._read(*self._places(name), ord(decimal))
        return self._numbers[name]

    @property
    def _characters(self) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        return np.frombuffer(self._data, np.uint8)

    def _places(self, name: str) -> tuple[Indices, Indices]:
        column = self._names[name]
        return self._ends[:, column] + 1, self._ends[:, column + 1]

    def _cut(self, starts: Indices, ends: Indices) -> Cells:
        places = zip(starts.tolist(), ends.tolist(), strict=True)
        return tuple([self._data[start:end].decode().strip() for start, end in places])

    def _read(self, starts: Indices, ends: Indices, mark: int) -> Numbers:
        lengths, values, decimals = ends - starts, np.full(len(starts), np.nan), 0
        strange = lengths > MOST_DIGITS + 2
        for length in np.unique(lengths[~strange & (lengths > 0)]).tolist():
            rows = np.flatnonzero(lengths == length)
            found, places, is_plain = _decimals(self._characters[starts[rows, None] + np.arange(length)], mark)
            values[rows[is_plain]] = found[is_plain]
            strange[rows] = ~is_plain
            decimals = max(decimals, int(places.max(where=is_plain, initial=0)))
        others = np.flatnonzero(strange)
        return Numbers(values, decimals, others, self._cut(starts[others], ends[others]))


def _decimals(characters: Characters, mark: int) -> tuple[Array, Indices, Flags]:
    """Read numbers of equally many characters, one a row: value, digits behind the mark, and which are any."""
    digits = characters - ord("0")  # what is below wraps around
    is_digit, is_mark = digits < 10, characters == mark
    negative = characters[:, 0] == ord("-")
    n_digits, marks = is_digit.sum(axis=1), is_mark.sum(axis=1)
    is_whole = negative + n_digits + marks == digits.shape[1]
    is_plain = is_whole & (n_digits > 0) & (n_digits <= MOST_DIGITS) & (marks <= 1)
    whole = np.zeros(len(digits), dtype=np.int64)
    for column in range(digits.shape[1]):
        whole = np.where(is_digit[:, column], 10 * whole + digits[:, column], whole)
    places = np.where(marks == 1, digits.shape[1] - 1 - is_mark.argmax(axis=1), 0)
    values = whole / _POWERS[np.minimum(places, MOST_DIGITS)]
    return np.where(negative, -values, values), places, is_plain


def pack(text: str, separator: str) -> Packed | None:
    """Return the rows of a regular file, its columns not named yet; None if it is not regular."""
    text = text.replace("\r\n", "\n").rstrip("\n") + "\n"
    if '"' in text:
        mark = re.escape(separator)
        text = re.sub(rf'(?<![^{mark}\n])"([^"{mark}\n]*)"(?![^{mark}\n])', r"\1", text)
    if '"' in text or "\r" in text or not separator.isascii():
        return None
    data = text.encode()
    is_mark = np.zeros(256, dtype=np.bool_)
    is_mark[[ord(separator), ord("\n")]] = True
    characters = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero(is_mark[characters])
    width = text.count(separator, 0, text.index("\n")) + 1
    if marks.size % width:
        return None
    ends = marks.reshape(-1, width)
    is_last = np.arange(width) == width - 1
    if ((characters[ends] == ord("\n")) != is_last).any():
        return None
    packed = Packed(data, np.column_stack([np.append(-1, ends[:-1, -1]), ends]), {})
    # Some white space takes several bytes: whether such a row is filled is left to others.
    return packed if text.isascii() or packed.filled().all() else None
