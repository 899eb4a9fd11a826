"""Results as a table in a terminal, as CSV or as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Literal

from .result import Result

COLUMNS = ("id", "text", "unit", "n", "n_paired", "method", "note")


def listing(results: Sequence[Result], shape: Literal["table", "csv", "json"]) -> str:
    """Return ``results`` in one of three shapes; CSV and JSON hold the raw value beside the text."""
    if shape == "json":
        return json.dumps([result.record() for result in results], ensure_ascii=False, indent=1) + "\n"
    rows = [_row(result) for result in results]
    if shape == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("id", "value", *COLUMNS[1:]))
        writer.writerows((row[0], result.value, *row[1:]) for row, result in zip(rows, results, strict=True))
        return out.getvalue()
    return aligned([COLUMNS, *rows])


def _row(result: Result) -> tuple[str, ...]:
    cells = (result.id, result.text, result.unit, result.n, result.n_paired, result.method,
             "; ".join(filter(None, (result.error, *result.warnings))))  # fmt: skip
    return tuple("" if cell is None else str(cell) for cell in cells)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines of columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)
