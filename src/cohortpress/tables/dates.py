"""Dates as people write them, as days."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np

from ..arrays import Array
from ..errors import Fault
from .table import NUMBER, Table

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_ISO = re.compile(r"(?P<y>\d{4})[-/](?P<m>\d\d?)[-/](?P<d>\d\d?)(?:[T ].*)?", re.ASCII)
_POINTS = re.compile(r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{4})", re.ASCII)
_NAMED = re.compile(r"(?P<d>\d\d?)[- ]?(?P<m>[a-z]{3})[a-z]*[- ]?(?P<y>\d{4})", re.ASCII | re.IGNORECASE)
_SLASHES = re.compile(r"(?P<first>\d\d?)[-/](?P<second>\d\d?)[-/](?P<y>\d{4})", re.ASCII)


def days(table: Table, column: str, faults: list[Fault]) -> tuple[Array, bool]:
    """Return a column of dates as days (empty: NaN), and whether they are dates: mere numbers are days already.

    In 3/4/2024 the day comes first, or the month, if that is so in another cell of the column.
    """
    cells = table.text(column)
    spellings = set(cells) - {""}
    if all(map(NUMBER.fullmatch, spellings)):
        return table.numbers(column, faults)[0], False
    slashed = [found for found in map(_SLASHES.fullmatch, spellings) if found]
    day_first, month_first = (any(int(s[part]) > 12 for s in slashed) for part in ("first", "second"))
    orders = ("first", "second") if day_first else ("second", "first") if month_first else None
    known = {"": np.nan}
    wrong: dict[str, tuple[str, str]] = {}
    for cell in spellings:
        try:
            known[cell] = _day(cell, orders if day_first != month_first else None)
        except ValueError as error:
            known[cell] = np.nan
            wrong[cell] = f"'{cell}' {error}.", "Write it as 2024-03-31."
    faults += [table.fault(i, column, *wrong[cell]) for i, cell in enumerate(cells) if cell in wrong]
    return np.fromiter(map(known.__getitem__, cells), np.float64, len(cells)), True


def _day(cell: str, order: tuple[str, str] | None) -> float:
    if slashed := _SLASHES.fullmatch(cell):
        if order is None:
            raise ValueError("does not tell which is the day and which the month")
        return _ordinal(int(slashed["y"]), int(slashed[order[1]]), int(slashed[order[0]]))
    for pattern in (_ISO, _POINTS, _NAMED):
        if found := pattern.fullmatch(cell):
            name = found["m"].lower()
            month = int(name) if name.isdigit() else _MONTHS.index(name) + 1 if name in _MONTHS else 0
            return _ordinal(int(found["y"]), month, int(found["d"]))
    raise ValueError("is not a date")


def _ordinal(year: int, month: int, day: int) -> float:
    try:
        return float(dt.date(year, month, day).toordinal())
    except ValueError:
        raise ValueError("is no day of any calendar") from None
