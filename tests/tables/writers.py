"""Write the same rows in each format that is read, by other libraries than those that read."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pandas as pd
import pyarrow as pa
import pyreadstat
from pyarrow import parquet

Cell = str | float | None
Rows = Sequence[Sequence[Cell]]
Writer = Callable[[Path, Sequence[str], Rows], object]


MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/"'
    ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)


def delimited(separator: str, decimal: str, encoding: str) -> Writer:
    def write(path: Path, head: Sequence[str], rows: Rows) -> None:
        text = io.StringIO()
        out = csv.writer(text, delimiter=separator)
        out.writerow(head)
        out.writerows([[_text(cell, decimal) for cell in row] for row in rows])
        path.write_bytes(text.getvalue().encode(encoding))

    return write


def _text(cell: Cell, decimal: str) -> str:
    if isinstance(cell, str) and not cell.startswith("<"):
        return cell
    return "" if cell is None else str(cell).replace(".", decimal)


def xlsx(path: Path, head: Sequence[str], rows: Rows) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (head, *rows):
        sheet.append(list(row))
    book.save(path)


def ods(path: Path, head: Sequence[str], rows: Rows) -> None:
    """Write the least that is an OpenDocument spreadsheet."""

    def cell(value: Cell) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value!r}"><text:p/></table:table-cell>'

    names = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")}
    spaces = " ".join(f'xmlns:{name}="{address}"' for name, address in names.items())
    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in (head, *rows))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Sheet">{lines}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", content)
        file.writestr("META-INF/manifest.xml", MANIFEST)


def frame(head: Sequence[str], rows: Rows) -> pd.DataFrame:
    columns: dict[str, list[Cell]] = {name: [row[i] for row in rows] for i, name in enumerate(head)}
    numbers = {name: pd.Series(cells, dtype=float) for name, cells in columns.items() if not _has_text(cells)}
    texts = {name: ["" if c is None else str(c) for c in cells] for name, cells in columns.items()}
    return pd.DataFrame({name: numbers.get(name, texts[name]) for name in head})


def _has_text(cells: Sequence[Cell]) -> bool:
    return any(isinstance(cell, str) for cell in cells)


def write_parquet(path: Path, head: Sequence[str], rows: Rows) -> None:
    parquet.write_table(pa.Table.from_pandas(frame(head, rows), preserve_index=False), path)


# Ending of the file, how to write it, and whether a column of numbers may hold a text such as "<0.6".
WRITERS: dict[str, tuple[str, Writer, bool]] = {
    "csv": (".csv", delimited(",", ".", "utf-8"), True),
    "csv with a mark": (".csv", delimited(",", ".", "utf-8-sig"), True),
    "csv of a German Excel": (".csv", delimited(";", ",", "windows-1252"), True),
    "unicode text of Excel": (".txt", delimited("\t", ".", "utf-16"), True),
    "tsv": (".tsv", delimited("\t", ".", "utf-8"), True),
    "Excel": (".xlsx", xlsx, True),
    "LibreOffice": (".ods", ods, True),
    "SPSS": (".sav", lambda path, head, rows: pyreadstat.write_sav(frame(head, rows), path), False),
    "Stata": (".dta", lambda path, head, rows: pyreadstat.write_dta(frame(head, rows), path), False),
    "SAS transport": (".xpt", lambda path, head, rows: pyreadstat.write_xport(frame(head, rows), path), False),
    "Parquet": (".parquet", write_parquet, True),
}
