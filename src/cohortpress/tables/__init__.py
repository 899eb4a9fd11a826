"""Read a data file of any known kind as a table of text cells that know their place."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ..errors import DataError, Fault, did_you_mean
from ..study import STUDY_FILE, Data, File
from .checks import without_notes, without_summaries
from .columnar import read_parquet, read_statistics
from .delimited import read_delimited
from .dictionary import read_dictionary
from .grid import Grid, invisible
from .spreadsheet import read_spreadsheet, sheet_names
from .table import Table, shortest

# What reads a file, and the extra of this package that brings it, if it does not come with it.
READERS: dict[str, tuple[Callable[[Path, File], Grid | Table], str]] = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".tab"), (read_delimited, "")),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), (read_spreadsheet, "")),
    **dict.fromkeys((".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt"), (read_statistics, "statistics")),
    ".parquet": (read_parquet, "parquet"),
}


def read_table(
    folder: Path, spec: File, faults: list[Fault], data: Data | None = None, asked_by: str = ""
) -> Table | None:
    """Read the file of ``spec`` below ``folder``; what cannot be read is a fault, and no table.

    ``data`` says which column the subjects are in, and what cells count as empty; ``asked_by`` is where ``only``
    stands, if it must find a row.
    """
    try:
        table = _read(folder, spec, data.subject_id if data else None, faults)
        if spec.dictionary:
            table = read_dictionary(folder / spec.dictionary, spec.dictionary).explain(table)
    except DataError as error:
        faults += error.faults
        return None
    if data and data.missing:
        table = _without(table, frozenset(data.missing))
    if data:
        table, words = without_summaries(table, data.subject_id)
        if words:
            problem = f"Rows without an id sum up the others: {', '.join(words)}."
            note = Fault(problem, "They are left out.", f"{table.where}, column {data.subject_id}")
            table = replace(table, notes=(*table.notes, note))
    if data and data.skip_subjects:
        table = table.without(data.subject_id, data.skip_subjects)
    if lacking := table.lacking(spec.only):
        faults += lacking
        return None
    for column, value in spec.only.items():
        cells = frozenset(table.text(column)) if asked_by else frozenset((value,))
        if cells and value not in cells:
            problem = f"No row of {table.where} has {column} = '{value}'."
            faults.append(Fault(problem, did_you_mean("", cells - {""}), asked_by))
            return None
        table = table.only(column, value)
    return table


def sheets(folder: Path, file: str) -> list[File]:
    """Return how to read each table of a file: a spreadsheet may have several. Raises DataError."""
    if READERS.get(Path(file).suffix.lower(), (None,))[0] is not read_spreadsheet:
        return [File(file=file)]
    with _explained(folder / file, file):
        names = sheet_names(folder / file, file)
    return [File(file=file, sheet=name if len(names) > 1 else None) for name in names]


@contextlib.contextmanager
def _explained(path: Path, file: str, extra: str = "") -> Iterator[None]:
    """Say in a DataError why a file cannot be opened."""
    try:
        yield
    except FileNotFoundError:
        mend = f"Put it there, or name another in {STUDY_FILE}."
        raise DataError(Fault("The file is missing.", mend, file)) from None
    except OSError as error:
        raise DataError(Fault(f"The file cannot be read: {error.strerror}.", "", file)) from None
    except ModuleNotFoundError as error:
        problem = f"What reads {path.suffix} files is not installed ({error.name})."
        package = f"cohortpress[{extra}]" if extra else "cohortpress"
        mend = f"Run pip install --upgrade '{package}', or save the file as CSV."
        raise DataError(Fault(problem, mend, file)) from None


def _read(folder: Path, spec: File, wanted: str | None, faults: list[Fault]) -> Table:
    path = folder / spec.file
    reader, extra = READERS.get(path.suffix.lower(), (None, ""))
    if reader is None:
        mend = f"Save it as one of: {', '.join(READERS)}."
        raise DataError(Fault(f"Files that end in '{path.suffix}' cannot be read.", mend, spec.file))
    with _explained(path, spec.file, extra), path.open("rb"):
        found = reader(path, spec)
    if isinstance(found, Grid):
        return without_notes(found.table(spec.file, wanted, spec.head_row, faults).composed(), faults)
    faults += invisible(found)
    return found.composed()


def _without(table: Table, missing: frozenset[str]) -> Table:
    """Return the table without the cells that say in one way or another that there is nothing."""
    columns, codes = {}, missing | {shortest(code, mark) for code in missing for mark in (".", table.decimal)}
    for name, cells in table.columns.items():
        labels = table.labels.get(name, {})
        nothing = {c for c in set(cells) if {c, shortest(c, table.decimal), labels.get(c)} & codes}
        columns[name] = tuple("" if cell in nothing else cell for cell in cells) if nothing else cells
    return replace(table, columns=columns)
