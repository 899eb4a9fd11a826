"""From the rows of a sheet or a text file to a table: which row is the head, and what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..errors import DataError, Fault
from .packed import Packed
from .table import Table, letters

# What nobody sees, and what turns the order of the letters about: no cell means to hold that.
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
LOOKED_AT = 50  # rows in which the head is looked for


@dataclass(frozen=True)
class Grid:
    """The rows of a file, the first being row 1, and what is known of them beside their text.

    ``merged`` holds the texts of cells that go over several columns, by each (row, column) that they cover. Of a
    file that is ``packed`` only the top is among the rows.
    """

    rows: Sequence[Sequence[str]]
    decimal: str = "."
    sheet: str = ""
    merged: Mapping[tuple[int, int], str] = field(default_factory=dict)
    notes: tuple[Fault, ...] = ()
    packed: Packed | None = None

    def table(self, file: str, wanted: str | None, head_row: int | None, faults: list[Fault]) -> Table:
        """Return the table below the head; rows that cannot be read are faults.

        The head is row ``head_row``, or the first that holds ``wanted``. Raises DataError if there is none.
        """
        table = Table(file, (), (), {}, sheet=self.sheet, decimal=self.decimal, notes=self.notes)
        at = head_row or self._find_head(wanted)
        if not at or at > len(self.rows) or not any(map(str.strip, self.rows[at - 1])):
            mend = "One row must hold the names of the columns."
            raise DataError(Fault("The file has no head.", mend, table.where))
        names = self.rows[at - 1]
        above = [self.merged.get((at - 1, column), "") for column in range(len(names))]
        if any(above):  # names in two rows: where the lower is empty the upper may hold the only one
            both = zip(above, self.rows[at - 2], names, strict=True)
            names = [name if group or name.strip() else upper for group, upper, name in both]
        head = tuple(" ".join(f"{group} {name}".split()) for group, name in zip(above, names, strict=True))
        table = replace(table, head=head, head_row=at)
        if self.packed is not None:
            filled = at + np.flatnonzero(self.packed.filled()[at:])
            columns = self.packed.take(filled, {name: column for column, name in enumerate(head)})
            return replace(table, rows=(filled + 1).tolist(), columns=columns)
        body = {row: cells for row, cells in enumerate(self.rows[at:], at + 1) if "".join(cells).strip()}
        faults += self._unreadable(body, len(head), table)
        blank = [""] * len(head)
        rows = (cells if len(cells) == len(head) else [*cells, *blank][: len(head)] for cells in body.values())
        cells = [tuple(map(str.strip, column)) for column in zip(*rows, strict=True)] if body else [()] * len(head)
        table = replace(table, rows=tuple(body), columns=dict(zip(head, cells, strict=True)))
        faults += invisible(table)
        return table

    def _find_head(self, wanted: str | None) -> int:
        top = [[cell.strip() for cell in row] for row in self.rows[:LOOKED_AT]]
        filled = [sum(map(bool, cells)) for cells in top]
        named = (row for row, cells in enumerate(top, 1) if wanted in cells)
        fullest = (row for row, count in enumerate(filled, 1) if 2 * count > max(filled))
        row = next(named, None) or next(fullest, 0)
        # Cells that go over several columns stand above the names of these.
        return row + 1 if any(covered == row for covered, _ in self.merged) else row

    def _unreadable(self, body: Mapping[int, Sequence[str]], width: int, table: Table) -> list[Fault]:
        faults = []
        for row, cells in body.items():
            if len(cells) != width and (len(cells) < width or any(cells[width:])):
                mend = "Put text that holds a comma into quotation marks, and write numbers with a decimal point."
                problem = f"The row has {len(cells)} cells, the head has {width}."
                faults.append(Fault(problem, mend, f"{table.where}, row {row}"))
        for (row, column), text in self.merged.items():
            if row in body and text and (row, column - 1) not in self.merged:
                where = f"{table.where}, {letters(column)}{row}"
                faults.append(Fault(f"'{text}' stands in merged cells.", "Unmerge them, or delete the row.", where))
        return faults


def invisible(table: Table) -> list[Fault]:
    """Return a fault for each row with a character that nobody sees."""
    faults = []
    for cells in table.columns.values():
        if not INVISIBLE.search("".join(cells)):
            continue
        for row, cell in zip(table.rows, cells, strict=True):
            if found := INVISIBLE.search(cell):
                problem = f"A cell holds the invisible character U+{ord(found[0]):04X}."
                faults.append(Fault(problem, "Delete it.", f"{table.where}, row {row}"))
    return faults
