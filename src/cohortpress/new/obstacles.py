"""Why a table is no study, or a column of it holds no measurements: where, and what to write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..errors import Fault
from ..tables.dates import days
from ..tables.table import NO_NUMBER, NOTHING, NotANumber, Table, read_number
from .columns import Kind
from .headings import time_of

MOST_NAMED = 3
MOST_FAULTS = 5  # of one table; the others have the same reason
_MEANT = re.compile(r"<|[~+\-\N{MINUS SIGN}]?\s*\d")  # how a number begins that was meant


def not_numbers(table: Table, column: str, kind: Kind) -> Fault | None:
    """Return why a column is not taken for numbers, if it looks as if numbers were meant."""
    meant = sum(count for cell, count in kind.cells.items() if _MEANT.match(cell))
    if kind.name not in ("text", "category") or 2 * meant < kind.cells.total():
        return None
    wrong = {cell: told for cell in kind.cells if (told := _told(cell, table.decimal))}
    if not wrong:
        return None
    first = next(iter(wrong))
    more = f" and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
    named = ", ".join(f"'{cell}'" for cell in [*wrong][:MOST_NAMED])
    problem = f"Not taken for numbers, because of {named}{more}. {wrong[first][0]}"
    return table.fault(table.text(column).index(first), column, problem, wrong[first][1])


def _told(cell: str, decimal: str) -> tuple[str, str] | None:
    if NO_NUMBER.fullmatch(cell) or NOTHING.fullmatch(cell):
        return None
    try:
        read_number(cell, decimal, limits=True)
    except NotANumber as error:
        return error.problem, error.mend
    return None


def obstacles(table: Table, kinds: dict[str, Kind]) -> list[Fault]:
    """Return what keeps measurements from being found in a table: a second table below it, or cells of its columns."""
    if second := second_table(table):
        return [second]
    undated = [fault for column, kind in kinds.items() if kind.name == "date" for fault in _undated(table, column)]
    odd = [fault for column, kind in kinds.items() if (fault := not_numbers(table, column, kind))]
    return [*undated, *odd][:MOST_FAULTS]


def second_table(table: Table) -> Fault | None:
    """Return a fault for the first row behind an empty one that is a head: several cells, and none of them a number."""
    for index in (i for i in range(1, len(table.rows)) if table.rows[i] - table.rows[i - 1] > 1):
        cells = [cells[index] for cells in table.columns.values() if cells[index]]
        if len(cells) > 1 and all(_told(c, ".") for c in cells):
            problem = f"A second table begins below an empty row: {', '.join(cells[:MOST_NAMED])} ..."
            where = f"{table.where}, row {table.rows[index]}"
            return Fault(problem, "Put it on a sheet, or into a file, of its own.", where)
    return None


def _undated(table: Table, column: str) -> Iterator[Fault]:
    """Yield the first fault of a column of dates."""
    faults: list[Fault] = []
    days(table, column, faults)
    yield from faults[:1]


def visits_apart(tables: Sequence[Table]) -> Fault | None:
    """Return a fault for tables of which each is a visit, as their sheets or files are called."""
    names = [table.sheet or re.sub(r".*/|\.\w+$", "", table.file) for table in tables]
    if len(tables) < 2 or not all(map(time_of, names)):
        return None
    problem = f"{', '.join(map(repr, names))} are a visit each, and a study reads all of them from one table."
    return Fault(problem, "Put their rows below each other, with a column 'Visit' that says which.", tables[0].file)
