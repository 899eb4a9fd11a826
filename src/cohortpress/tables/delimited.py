"""Text files: encoding, separator and decimal mark are recognised, and said where they are not the usual ones."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from pathlib import Path

from ..errors import DataError, Fault
from ..study import File
from .grid import INVISIBLE, LOOKED_AT, Grid
from .packed import pack
from .table import composed

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DECLARED = re.compile(r"\Asep=(.)\r?\n")  # Excel's own way to name it
# Numbers that only this decimal mark explains; 1,234 is none.
DECIMAL = r"<?\s*[+-]?(?:0{0}\d+|\d+{0}(?:\d{{1,2}}|\d{{4,}})|\d{{4,}}{0}\d+)"


def read_delimited(path: Path, spec: File) -> Grid:
    """Read a CSV or TSV file. A cell may hold line breaks: a record is a row. Raises DataError."""
    encoding, text = _decode(path.read_bytes(), spec)
    text = composed(text)
    separator = spec.separator or _separator(text)
    decimal = spec.decimal or ("," if _has_decimal_commas(text, separator) else ".")
    packed = None if INVISIBLE.search(text) or (spec.head_row or 0) > LOOKED_AT else pack(text, separator)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        rows = list(itertools.islice(reader, None if packed is None else LOOKED_AT))
    except csv.Error as error:
        where = f"{spec.file}, line {reader.line_num}"
        raise DataError(Fault(f"This is not CSV: {error}.", "Check the quotation marks.", where)) from None
    said = [
        f"in {encoding}" if encoding not in ("utf-8", "utf-8-sig") else "",
        f"separated by {SEPARATORS.get(separator, repr(separator))}" if separator != "," else "",
        "with decimal commas" if decimal == "," else "",
    ]
    note = Fault(f"Read as text {', '.join(filter(None, said))}.", "", spec.file)
    return Grid(rows, decimal, notes=(note,) if any(said) else (), packed=packed)


def _decode(data: bytes, spec: File) -> tuple[str, str]:
    """Return the name of the encoding and the text. Raises DataError."""
    if data.startswith((b"PK\3\4", b"\xd0\xcf\x11\xe0")):
        mend = "Give it the ending .xlsx, .ods or .xls, or save it as 'CSV UTF-8'."
        raise DataError(Fault("This is a spreadsheet, and no text.", mend, spec.file))
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    for encoding in [spec.encoding] if spec.encoding else [marked] if marked else ["utf-8", "windows-1252"]:
        try:
            text = data.decode(encoding)
            if "\0" in text:
                raise DataError(Fault("This is no text file.", "Save it as 'CSV UTF-8'.", spec.file))
            return encoding, text
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
        except LookupError:
            mend = "Write for instance utf-8 or windows-1252."
            raise DataError(Fault(f"There is no encoding '{encoding}'.", mend, spec.file)) from None
    problem = f"The file is not {spec.encoding or marked or 'UTF-8'}."
    raise DataError(Fault(problem, "Save it as 'CSV UTF-8'.", f"{spec.file}, line {line}"))


def _separator(text: str) -> str:
    """Return the mark that parts most rows into equally many cells, the more the better."""
    if declared := _DECLARED.match(text):
        return declared[1]

    def evenness(mark: str) -> tuple[float, int]:
        sample = csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=mark)
        widths = Counter(len(row) for row, _ in zip(sample, range(LOOKED_AT), strict=False) if row)
        width, count = widths.most_common(1)[0] if widths else (1, 0)
        return (count / widths.total(), width) if width > 1 else (0, 0)

    return max(SEPARATORS, key=evenness)


def _has_decimal_commas(text: str, separator: str) -> bool:
    """Tell whether more cells are numbers with a decimal comma than with a point."""

    def count(mark: str) -> int:
        number, edge = DECIMAL.format(re.escape(mark)), f'[{re.escape(separator)}"\r\n]'
        within = rf'"\s*{number}\s*"' if mark == separator else rf"(?:^|(?<={edge})){number}\s*(?={edge}|\Z)"
        return sum(1 for _ in re.finditer(within, text))

    return (commas := count(",")) > 0 and commas > count(".")
