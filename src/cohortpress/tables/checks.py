"""What must hold of a column: faults with the cell, for all that breaks it."""

from __future__ import annotations

from collections.abc import Collection

from ..errors import Fault, did_you_mean
from .table import Cells, Flags, Table

MOST_COMPARED = 10_000  # words; looking for the nearest among more takes longer than all the rest


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
    first: dict[tuple[str, ...], int] = {}
    faults = []
    for index, key in enumerate(zip(*keys, strict=True)):
        if all(key) and (earlier := first.setdefault(key, index)) != index:
            what = " at ".join(f"'{value}'" for value in key)
            problem = f"{what} stands in row {table.rows[earlier]} already."
            faults.append(table.fault(index, column, problem, "Keep one."))
    return faults


def unknown(table: Table, column: str, known: Collection[str], problem: str, among: Flags | None = None) -> list[Fault]:
    """Return a fault for each cell of a column that is none of ``known``; of ``among`` only those rows count."""
    cells = table.text(column)
    wrong = set(cells) - {*known, ""}
    near = [name for name in known if name] if len(wrong) * len(known) < MOST_COMPARED else []
    mends = {cell: did_you_mean(cell, near) for cell in wrong}
    return [
        table.fault(index, column, f"'{cell}' {problem}.", mends[cell])
        for index, cell in enumerate(cells if wrong else ())
        if cell in wrong and (among is None or among[index])
    ]
