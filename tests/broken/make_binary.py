"""Write the binary files of this folder anew: spreadsheets, and files of statistics programs.

Run it by hand, as ``python tests/broken/make_binary.py``; the files are kept, so that the tests read what is there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import openpyxl
import pandas as pd
import pyarrow as pa
import pyreadstat
from openpyxl.worksheet.worksheet import Worksheet
from pyarrow import parquet

FILES = Path(__file__).parent / "files"
HEAD: list[Any] = ["patient", "visit", "sex", "crp", "esr"]
ROWS: list[list[Any]] = [
    ["P1", "baseline", "f", 12.5, 30],
    ["P1", "month_6", "f", 3.1, 12],
    ["P2", "baseline", "m", 40.2, 55],
    ["P2", "month_6", "m", "<0.6", 20],
]


def sheet(name: str, change: Callable[[Worksheet], object], rows: Iterable[list[Any]] = (HEAD, *ROWS)) -> None:
    """Write a workbook whose sheet Labs holds ``rows``, after one ``change``."""
    book = openpyxl.Workbook()
    labs = book.active
    assert labs is not None
    labs.title = "Labs"
    for row in rows:
        labs.append(row)
    change(labs)
    book.properties.created = book.properties.modified = dt.datetime(2020, 1, 1)
    book.save(FILES / name)


def cell(place: str, value: Any) -> Callable[[Worksheet], object]:
    return lambda labs: labs.cell(labs[place].row, labs[place].column, value)


def frame(**columns: list[object]) -> pd.DataFrame:
    whole = {name: [row[i] for row in ROWS] for i, name in enumerate(HEAD)}
    whole["crp"] = [12.5, 3.1, 40.2, 0.6]
    return pd.DataFrame({**whole, **columns})


def spreadsheets() -> None:
    sheet("text_in_number.xlsx", cell("D3", "high"))
    sheet("decimal_comma.xlsx", cell("D2", "12,5"))
    sheet("formula_error.xlsx", cell("D2", "#DIV/0!"))
    sheet("formula_not_computed.xlsx", cell("D3", "=D2/2"))
    sheet("date_in_number.xlsx", cell("E2", dt.date(2024, 3, 1)))
    sheet("truth_in_number.xlsx", cell("E2", True))
    sheet("no_head.xlsx", lambda labs: None, rows=[])
    sheet("only_head.xlsx", lambda labs: None, rows=[HEAD])
    sheet("head_below_title.xlsx", lambda labs: None, rows=[["Export"], [], HEAD, *ROWS])
    sheet("empty_rows.xlsx", lambda labs: labs.insert_rows(4, 2))
    sheet("mean_below.xlsx", lambda labs: labs.append(["Mean", None, None, 14.1, 29]))
    note = [[], ["Measured by a nurse"]]
    sheet("note_below.xlsx", lambda labs: None, rows=[HEAD, *ROWS, *note])
    sheet("column_misspelt.xlsx", cell("D1", "CRP"))
    sheet("column_twice.xlsx", cell("F1", "crp"))
    sheet("other_sheets.xlsx", lambda labs: cast(openpyxl.Workbook, labs.parent).create_sheet("Key").append(["P1"]))
    sheet("wrong_sheet.xlsx", lambda labs: None)

    sheet("formula_in_last_cell.xlsx", cell("E6", "=AVERAGE(E2:E5)"))

    def merged_nothing(labs: Worksheet) -> None:
        labs.merge_cells("G9:H12")

    sheet("merged_nothing.xlsx", merged_nothing)

    def merged_ids(labs: Worksheet) -> None:
        labs["A3"] = labs["A5"] = None
        labs.merge_cells("A2:A3")
        labs.merge_cells("A4:A5")

    sheet("merged_ids.xlsx", merged_ids)

    def ids_once(labs: Worksheet) -> None:
        labs["A3"] = None

    sheet("id_once.xlsx", ids_once)

    def merged_values(labs: Worksheet) -> None:
        labs["E2"] = None
        labs.merge_cells("D2:E2")

    sheet("merged_values.xlsx", merged_values)

    def section_row(labs: Worksheet) -> None:
        labs.insert_rows(4)
        labs["A4"] = "Second patient"
        labs.merge_cells("A4:E4")

    sheet("section_row.xlsx", section_row)
    whole = (FILES / "text_in_number.xlsx").read_bytes()
    (FILES / "cut_short.xlsx").write_bytes(whole[: len(whole) // 2])
    (FILES / "no_spreadsheet.xlsx").write_text("patient,visit\n", encoding="utf-8")
    (FILES / "really_excel.csv").write_bytes(whole)


def statistics() -> None:
    pyreadstat.write_sav(frame(), FILES / "plain.sav")
    codes = frame(sex=[1.0, 1.0, 2.0, 2.0])
    pyreadstat.write_sav(codes, FILES / "labels.sav", variable_value_labels={"sex": {1.0: "f", 2.0: "m"}})
    pyreadstat.write_sav(codes, FILES / "unknown_label.sav", variable_value_labels={"sex": {1.0: "f", 2.0: "diverse"}})
    missing = frame(crp=[12.5, 999.0, 40.2, 0.6])
    labels: dict[str, dict[int | float, str]] = {"crp": {999: "not done"}}
    pyreadstat.write_sav(missing, FILES / "missing_code.sav", variable_value_labels=labels)
    pyreadstat.write_sav(missing, FILES / "missing_code_listed.sav", variable_value_labels=labels)
    pyreadstat.write_sav(missing, FILES / "missing_declared.sav", missing_ranges={"crp": [999]})
    pyreadstat.write_dta(frame().drop(columns="esr"), FILES / "lacks_column.dta")
    pyreadstat.write_xport(frame(visit=["baseline", "month 6", "baseline", "month_6"]), FILES / "visit.xpt")
    whole = (FILES / "plain.sav").read_bytes()
    (FILES / "cut_short.sav").write_bytes(whole[:100])
    (FILES / "no_statistics.dta").write_text("patient,visit\n", encoding="utf-8")


def columns() -> None:
    parquet.write_table(pa.Table.from_pandas(frame(), preserve_index=False), FILES / "plain.parquet")
    nested = pa.table({**{name: frame()[name].tolist() for name in HEAD}, "esr": [[30], [12], [55], [20]]})
    parquet.write_table(nested, FILES / "nested.parquet")
    text = frame(esr=["30", "12", "fifty", "20"])
    parquet.write_table(pa.Table.from_pandas(text, preserve_index=False), FILES / "text.parquet")
    (FILES / "cut_short.parquet").write_bytes((FILES / "plain.parquet").read_bytes()[:200])


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    spreadsheets()
    statistics()
    columns()
