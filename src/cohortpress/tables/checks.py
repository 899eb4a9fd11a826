"""What must hold of a column: faults with the cell, for all that breaks it."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np

from ..arrays import Flags
from ..errors import Doubt, Fault, Refused, did_you_mean
from ..summary_rows import odd_ids, summary_rows, unnamed_summaries
from .table import Cells, Table

NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
MOST_COMPARED = 10_000  # words; looking for the nearest among more takes longer than all the rest
MOST_SERIES, MOST_NAMED = 12, 3
COMMON, FEWEST_KEYS = 1.5, 6  # rows a key, and keys, from which on they are no slips
LAST_ROWS = 5  # in which notes are looked for
WORDS_OF_A_NOTE = 3  # at least, where no empty row stands above it


def empty(table: Table, column: str, among: Flags | None = None) -> list[Fault]:
    """Return a fault for each row without a value in a column that must have one."""
    cells = table.text(column)
    if column not in table or "" not in cells:
        return []
    return [
        table.fault(index, column, "The cell is empty.", "Every row needs it.")
        for index, cell in enumerate(cells)
        if not cell and (among is None or among[index])
    ]


def repeated(table: Table, column: str, *keys: Cells) -> list[Fault]:
    """Return a fault for each row whose key, one cell of each column of ``keys``, stands in an earlier row."""
    if len(set(zip(*keys, strict=True))) == len(table.rows):
        return []
    if series := series_column(table, *keys):
        values = [*dict.fromkeys(table.text(series))]
        more = " ..." if len(values) > MOST_NAMED else ""
        named = ", ".join(values[:MOST_NAMED]) + more
        problem = f"Rows differ in '{series}' alone ({named}): several series of a subject."
        mend = f"Keep one: write 'only: {{\"{series}\": \"{values[0]}\"}}' beside 'file:' under 'data:'."
        return [Fault(problem, mend, f"{table.where}, column {series}")]
    first: dict[tuple[str, ...], int] = {}
    faults = []
    for index, key in enumerate(zip(*keys, strict=True)):
        if all(key) and (earlier := first.setdefault(key, index)) != index:
            what = " at ".join(f"'{value}'" for value in key)
            problem = f"{what} stands in row {table.rows[earlier]} already."
            faults.append(table.fault(index, column, problem, "Keep one."))
    return faults


def series_column(table: Table, *keys: Cells) -> str | None:
    """Return the column of few values that tells apart the rows of one key, where most keys stand in several rows.

    Measurements may do so by chance; their values are more.
    """
    rows = list(zip(*keys, strict=True))
    count = len(set(rows))
    if count < FEWEST_KEYS or len(rows) < COMMON * count or not all(map(all, rows)):
        return None
    found: dict[str, int] = {}
    for column in filter(None, table.columns):
        cells = table.text(column)
        values = len(set(cells))
        few = "" not in cells and 1 < values <= MOST_SERIES
        if few and len(set(zip(rows, cells, strict=True))) == len(rows):
            found[column] = values
    return min(found, key=found.__getitem__, default=None)


def unknown(table: Table, column: str, known: Collection[str], problem: str, among: Flags | None = None) -> list[Fault]:
    """Return a fault for each spelling in a column that is none of ``known``, at its first cell.

    Of ``among`` only those rows count.
    """
    cells = table.text(column)
    if not (wrong := set(cells) - {*known, ""}):
        return []
    rows: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        if cell in wrong and (among is None or among[index]):
            rows.setdefault(cell, []).append(index)
    near = [name for name in known if name] if len(rows) * len(known) < MOST_COMPARED else []
    return [
        table.fault(found[0], column, f"'{cell}' {problem}{_more(len(found) - 1)}.", _meant(cell, near))
        for cell, found in rows.items()
    ]


def _meant(cell: str, known: Collection[str]) -> str:
    """Return what a cell may have been: of numbers the nearest in size, as 31 is near to 30 and not to 310."""
    numbers = {float(name): name for name in known if NUMBER.fullmatch(name)}
    if not NUMBER.fullmatch(cell) or not numbers:
        return did_you_mean(cell, known)
    return f"Did you mean '{numbers[min(numbers, key=lambda number: abs(number - float(cell)))]}'?"


def _more(rows: int) -> str:
    return f"; {rows} more row{'s have' if rows > 1 else ' has'} it" if rows else ""


def summaries(table: Table, column: str) -> list[Fault]:
    """Return each id that reads like a row which sums up the others, which a strict build refuses, or may be one."""
    cells = table.text(column)
    found = summary_rows(cells)
    problem = "'{}' reads like a summary, and counts as a subject."
    mend = "Delete the row, or write 'skip_subjects: [\"{}\"]' under 'data:'."
    sure: list[Fault] = [
        Refused(problem.format(cell), mend.format(cell), table.place(index, column))
        for index, cell in enumerate(cells)
        if cell in found
    ]
    odd = "'{}' has no number, as all ids above it have."
    asked = "Is it a subject? If not, write 'skip_subjects: [\"{}\"]' under 'data:'."
    return sure + [
        Doubt(odd.format(cell), asked.format(cell), table.place(cells.index(cell), column))
        for cell in odd_ids(cell for cell in cells if cell not in found)
    ]


def without_summaries(table: Table, column: str) -> tuple[Table, list[str]]:
    """Return the table without its rows that have a word such as Mean and no id in ``column``, and those words."""
    found = unnamed_summaries(table.text(column), table.columns.values())
    if not found or column not in table:
        return table, []
    return table.take(np.setdiff1d(np.arange(len(table.rows)), [*found])), [*dict.fromkeys(found.values())]


def without_notes(table: Table, faults: list[Fault]) -> Table:
    """Return the table without the notes below it, each a fault: rows of one cell, behind an empty row or in words."""
    count = len(table.rows)
    start = max(1, count - LAST_ROWS)
    last = table.take(np.arange(start, count))
    notes: list[Fault] = []
    for index, row in enumerate(last.rows):
        filled = [column for column in last.columns if last.codes(column)[index]]
        if len(filled) != 1 or len(last.columns) < 3:
            notes.clear()
            continue
        words = last.codes(filled[0])[index].split()
        if notes or row - 1 != table.rows[start + index - 1] or len(words) >= WORDS_OF_A_NOTE:
            notes.append(last.fault(index, filled[0], f"'{' '.join(words)}' looks like a note.", "Delete the row."))
    faults += notes
    return table.take(np.arange(count - len(notes))) if notes else table
