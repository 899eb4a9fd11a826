"""Excel and LibreOffice: the cells of a sheet as text, formulas by their values, merged cells filled."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ..errors import DataError, Fault, did_you_mean
from ..study import File
from .grid import Grid

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Place = tuple[int, int]  # row and column, from 0

# What a damaged file raises when its parts are read.
_UNSOUND = (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, LookupError, NotImplementedError, EOFError)
_EXACT = 2**53  # below it floats hold every whole number
_COMMA = re.compile(r"<?\s*[+-]?\d+,\d+")
# A cell with its attributes and what stands in it; some programs put a prefix before every name.
_CELL = re.compile(rb'<(?:\w+:)?c\s((?:[^>]*\s)?r="([A-Z]+)(\d+)"[^>]*)(?<!/)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*))")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>([^<]*))")


def read_spreadsheet(path: Path, spec: File) -> Grid:
    """Read a sheet of an Excel or LibreOffice file: the one that ``spec`` names, or the first with a table.

    Raises DataError.
    """
    merged: dict[Place, str] = {}
    with _opened(path, spec.file) as book:
        sheet = _sheet(book, spec)
        note = _other_sheets(book, sheet.name, spec)
        broken = dict(_without_value(path, book.sheet_names.index(sheet.name)))
        rows = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
        rows = _padded(rows, list(broken))
        for (row, column), text in broken.items():
            rows[row][column] = text
        width = max(map(len, rows), default=0)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            text = rows[top][left] if top < len(rows) and left < width else ""
            for row in range(top, min(bottom + 1, len(rows)) if text else top):
                rows[row][left] = text
                across = range(left, min(right + 1, width) if right > left else left)
                merged |= {(row + 1, column): text for column in across}
    if spec.decimal == ",":
        rows = [[cell.replace(",", ".") if _COMMA.fullmatch(cell) else cell for cell in row] for row in rows]
    return Grid(rows, sheet=sheet.name, merged=merged, notes=note)


def _padded(rows: list[list[str]], places: Sequence[Place]) -> list[list[str]]:
    """Return the rows with empty cells behind and below, so that all ``places`` are in them."""
    height = max([len(rows), *(row + 1 for row, _ in places)])
    width = max([*map(len, rows), *(column + 1 for _, column in places)], default=0)
    rows = [*rows, *([] for _ in range(height - len(rows)))]
    return [[*row, *[""] * (width - len(row))] for row in rows]


def sheet_names(path: Path, file: str) -> list[str]:
    """Return the names of the sheets of a file, without those that are empty if others are not. Raises DataError."""
    with _opened(path, file) as book:
        return [name for name in book.sheet_names if book.get_sheet_by_name(name).height] or book.sheet_names


@contextlib.contextmanager
def _opened(path: Path, file: str) -> Iterator[CalamineWorkbook]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            yield book
    except (python_calamine.CalamineError, *_UNSOUND):
        problem = "This is no spreadsheet that can be read: it is damaged, or protected by a password, or none at all."
        mend = "Open it in Excel or LibreOffice, and save it again without a password."
        raise DataError(Fault(problem, mend, file)) from None


def _sheet(book: CalamineWorkbook, spec: File) -> CalamineSheet:
    if spec.sheet is None:
        sheets = (book.get_sheet_by_name(name) for name in book.sheet_names)
        return next((sheet for sheet in sheets if sheet.height > 1), book.get_sheet_by_index(0))
    if spec.sheet not in book.sheet_names:
        mend = did_you_mean(spec.sheet, book.sheet_names)
        raise DataError(Fault(f"There is no sheet '{spec.sheet}'.", mend, spec.file))
    return book.get_sheet_by_name(spec.sheet)


def _other_sheets(book: CalamineWorkbook, name: str, spec: File) -> tuple[Fault, ...]:
    others = ", ".join(other for other in book.sheet_names if other != name)
    if spec.sheet or not others:
        return ()
    return (Fault(f"Read the sheet '{name}', the first with a table.", f"The others: {others}.", spec.file),)


def _text(value: object) -> str:
    match value:
        case float() if value.is_integer() and abs(value) < _EXACT:
            return str(int(value))  # an id of many digits, too
        case float():
            return f"{value:.15g}"  # all that Excel itself keeps and shows
        case bool():
            return str(value).upper()
        case dt.datetime():
            return value.isoformat(" ").removesuffix(" 00:00:00")
        case _:
            return str(value)


def _without_value(path: Path, position: int) -> Iterator[tuple[Place, str]]:
    """Yield the cells of an .xlsx file that only look empty: errors, and formulas that were never computed."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as file:
        if "xl/workbook.xml" not in file.namelist():
            return
        book = ElementTree.fromstring(file.read("xl/workbook.xml"))
        links = ElementTree.fromstring(file.read("xl/_rels/workbook.xml.rels"))
        sheet = list(book.iterfind(".//{*}sheet"))[position]
        keys = [value for name, value in sheet.items() if name.endswith("}id")]
        target = {link.get("Id", ""): link.get("Target", "") for link in links}[keys[0]]
        cells = file.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    if not (_FORMULA.search(cells) or b't="e"' in cells):
        return
    for kind, column, row, inside in _CELL.findall(cells):
        formula, error = _FORMULA.search(inside), b't="e"' in kind
        if not (formula or error):
            continue
        value = _VALUE.search(inside)
        computed = value and (value[1] or b't="str"' in kind)  # Excel keeps an empty text as an empty value
        if error or not computed:
            text = (value and value[1]) or (formula and b"=" + (formula[1] or b"..."))  # one copied down has no text
            yield (int(row) - 1, _column(column.decode())), unescape((text or b"").decode())


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
