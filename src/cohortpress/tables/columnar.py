"""SPSS, Stata, SAS and Parquet: files that know the type of each column, and often what its codes mean."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DataError, Fault
from ..study import File
from .table import Table

_MIDNIGHT = re.compile(r" 00:00:00(\.0+)?$")


def read_statistics(path: Path, spec: File) -> Table:
    """Read a file of SPSS (.sav, .zsav), Stata (.dta) or SAS (.sas7bdat, .xpt). Raises DataError.

    Value labels become labels, variable labels titles; values that the file declares missing are empty.
    """
    import pyreadstat

    readers: dict[str, Callable[..., Any]] = {
        ".sav": pyreadstat.read_sav, ".zsav": pyreadstat.read_sav, ".por": pyreadstat.read_por,
        ".dta": pyreadstat.read_dta, ".sas7bdat": pyreadstat.read_sas7bdat, ".xpt": pyreadstat.read_xport,
    }  # fmt: skip
    try:
        data, meta = readers[path.suffix.lower()](path, output_format="dict", encoding=spec.encoding)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, LookupError) as error:
        raise DataError(Fault(f"The file cannot be read: {error}.", "Save it anew, or as CSV.", spec.file)) from None
    single = {name for name, kind in meta.readstat_variable_types.items() if kind == "float"}
    columns = {
        name: tuple(_text(np.float32(value) if value is not None and name in single else value) for value in values)
        for name, values in data.items()
    }
    labels = {
        name: {_text(code): str(label).strip() for code, label in codes.items()}
        for name, codes in meta.variable_value_labels.items()
    }
    titles = {name: title for name, title in meta.column_names_to_labels.items() if title}
    return _table(spec, columns, labels=labels, titles=titles)


def read_parquet(path: Path, spec: File) -> Table:
    """Read a Parquet file. Raises DataError."""
    import pyarrow as pa
    from pyarrow import compute as pc
    from pyarrow import parquet

    try:
        data = parquet.read_table(path)
    except pa.ArrowException:
        mend = "Write it anew, or save it as CSV."
        raise DataError(Fault("This is no Parquet file that can be read.", mend, spec.file)) from None
    columns: dict[str, tuple[str, ...]] = {}
    faults = []
    for name in data.column_names:
        column = data[name]
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), None, column)
        try:
            cells = column.cast(pa.string()).fill_null("").to_pylist()
        except pa.ArrowException:
            mend = "Save it with one number or text a cell."
            faults.append(Fault(f"The cells hold a {column.type}.", mend, f"{spec.file}, column {name}"))
            continue
        columns[name] = tuple(_MIDNIGHT.sub("", cell.strip()) for cell in cells)
    if faults:
        raise DataError(*faults)
    return _table(spec, columns)


def _table(spec: File, columns: dict[str, tuple[str, ...]], **more: Any) -> Table:
    count = len(next(iter(columns.values()), ()))
    return Table(spec.file, tuple(columns), range(1, count + 1), columns, head_row=0, **more)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case dt.datetime():
            return _MIDNIGHT.sub("", value.isoformat(" "))
        case float() | np.floating():
            return "" if np.isnan(value) else str(value).removesuffix(".0")
        case _:
            return str(value).strip()
