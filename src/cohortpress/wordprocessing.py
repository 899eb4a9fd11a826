"""The tables of a document outside the page: as rows of text, and as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .templating import plain

_TABLE = re.compile(r"^::: \{\.table-block \.([\w-]+)[^\n]*\}\n(.*?)^:::$", re.M | re.S)


@dataclass(frozen=True)
class Table:
    """A table of a filled document, its cells and words still Markdown; ``name`` is the kind of table."""

    name: str
    caption: str
    rows: tuple[tuple[str, ...], ...]
    note: str


def read_tables(markdown: str) -> Iterator[Table]:
    """Yield each table of a filled document, in their order."""
    for name, body in _TABLE.findall(markdown):
        block, _, note = body.partition("::: {.note}\n")
        lines = block.splitlines()
        rows = (line for line in lines if line.startswith("|") and not re.match(r"^\|[:|-]+$", line))
        captions = [line[1:].strip() for line in lines if line.startswith(":")]
        cells = (tuple(cell.strip() for cell in re.findall(r"\|((?:\\.|[^\\|])+)", row)) for row in rows)
        yield Table(name, " ".join(captions), tuple(cells), note.strip())


def tables(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield name and CSV of each table of a filled document; names that come again are numbered."""
    seen: Counter[str] = Counter()
    for table in read_tables(markdown):
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([_for_spreadsheets(plain(cell).strip()) for cell in row] for row in table.rows)
        seen[table.name] += 1
        number = f"-{seen[table.name]}" if seen[table.name] > 1 else ""
        yield f"{table.name}{number}", out.getvalue()


def _for_spreadsheets(cell: str) -> str:
    """Keep a spreadsheet from computing a cell that begins like a formula: an apostrophe makes it text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell
