"""The measured data: read, checked and frozen as subject x visit x variable."""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .errors import DataError, Fault, did_you_mean
from .study import STUDY_FILE, Characteristic, Study

Array = np.ndarray[tuple[int], np.dtype[np.float64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]
FlagMatrix = np.ndarray[tuple[int, int], np.dtype[np.bool_]]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
LARGEST = 1e300
# What nobody sees, and what turns the order of the letters about: no cell means to hold that.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
# What `adverse_events` has besides its terms.
_NOT_A_TERM = re.compile(r"(n_events|n_subjects|subjects|onset|rate|patient_years|name|branches)(_\w+)?")


@dataclass(frozen=True)
class Series:
    """The values of one variable at one visit, for the subjects who have one.

    ``values`` and ``censored`` have shape (n,). Where ``censored`` is true the true value lies somewhere
    below the number in ``values`` (the data say ``<0.6``).
    """

    subjects: tuple[str, ...]
    values: Array
    censored: Flags


@dataclass(frozen=True)
class Pairs:
    """One variable at two visits, for the subjects who have both; matched by subject id."""

    subjects: tuple[str, ...]
    baseline: Array
    followup: Array
    baseline_censored: Flags
    followup_censored: Flags


@dataclass(frozen=True)
class AdverseEvent:
    """One event of one subject; ``onset`` is None where it is not known."""

    subject: str
    term: str
    onset: float | None

    @property
    def name(self) -> str:
        """What prose calls the term: ``EBV-induced MAS`` is ``ebv_induced_mas``."""
        name = name_in_prose(self.term)
        return f"term_{name}" if _NOT_A_TERM.fullmatch(name) else name


def name_in_prose(text: str) -> str:
    """Return a name for what a cell says: letters, digits and underscores, whatever stands in the cell."""
    letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFC", "".join(letters)).casefold()
    name = re.sub(r"[\W_]+", "_", plain).strip("_")
    return name if name.isidentifier() else f"term_{name}"


@dataclass(frozen=True)
class Cohort:
    """A validated cohort.

    ``values[endpoint]`` and ``censored[endpoint]`` have shape (subjects, visits); NaN is "not measured".
    ``decimals[endpoint]`` are the digits behind the decimal mark that the data are written with (None: computed).
    ``patient_years`` is the time observed, where the data tell it; ``reasons[visit][subject]`` why a visit is
    missing.
    ``characteristics[name]`` holds floats (NaN: unknown) or category names ("": unknown), one a subject.
    """

    subjects: tuple[str, ...]
    visits: tuple[str, ...]
    values: Mapping[str, Matrix]
    censored: Mapping[str, FlagMatrix]
    decimals: Mapping[str, int | None]
    characteristics: Mapping[str, Array | tuple[str, ...]]
    adverse_events: tuple[AdverseEvent, ...] | None = None
    patient_years: float | None = None
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def observed(self, variable: str, visit: str) -> Series:
        """Return who has a value of ``variable`` at ``visit``, and the values."""
        column = self.visits.index(visit)
        values = self.values[variable][:, column]
        there = ~np.isnan(values)
        return Series(self._ids(there), values[there], self.censored[variable][there, column])

    def paired(self, variable: str, baseline: str, visit: str) -> Pairs:
        """Return the subjects with a value of ``variable`` at both visits, and the two values of each."""
        first, second = self.visits.index(baseline), self.visits.index(visit)
        values, censored = self.values[variable], self.censored[variable]
        both = ~np.isnan(values[:, first]) & ~np.isnan(values[:, second])
        return Pairs(
            self._ids(both),
            values[both, first],
            values[both, second],
            censored[both, first],
            censored[both, second],
        )

    def _ids(self, chosen: Flags) -> tuple[str, ...]:
        if chosen.all():
            return self.subjects
        return tuple(self.subjects[i] for i in np.flatnonzero(chosen))


def read_cohort(folder: Path, study: Study) -> Cohort:
    """Read the data files of ``study`` below ``folder``.

    Raises DataError with every fault of every file: file, row, column, value, mend.
    """
    faults: list[Fault] = []
    tables = {role: _read(folder, file, faults) for role, file in study.data.files.items()}
    for role, table in tables.items():
        faults += table.lacking(_columns(study)[role]) if table else ()
    subjects, visits, events = (tables.get(role) for role in ("subjects", "visits", "adverse_events"))
    faults += [
        Fault("The file has no rows.", "Add the data below the head.", table.file)
        for table in (subjects, visits)
        if table and not table.rows
    ]
    id_, visit = study.data.subject_id, study.data.visit
    if subjects:
        ids = subjects.text(id_)
        faults += [*_empty(subjects, id_), *_repeated(subjects, [id_])]
        characteristics = {
            name: _characteristic(subjects, name, spec, faults) for name, spec in study.characteristics.items()
        }
        patient_years = _patient_years(subjects, study.data.exposure_years, faults)
        for table in filter(None, (visits, events)):
            faults += _unknown(table, id_, ids, f"is not a subject of {subjects.file}") if id_ in subjects else ()
    if visits:
        faults += [*_empty(visits, id_), *_empty(visits, visit), *_repeated(visits, [id_, visit])]
        faults += _unknown(visits, visit, study.visits, f"is not a visit of {STUDY_FILE}")
        columns = {name: _endpoint(visits, name, study, faults) for name in study.measured}
    adverse_events = _events(events, study, faults) if events else None
    if faults or not subjects or not visits:
        raise DataError(*faults)
    values, censored = _cube(visits, columns, study, ids)
    decimals: dict[str, int | None] = {name: visits.decimals(name) for name in study.measured}
    return Cohort(ids, tuple(study.visits), values, censored, decimals, characteristics, adverse_events,
                  patient_years, _reasons(visits, id_, visit))  # fmt: skip


def _columns(study: Study) -> dict[str, list[str]]:
    data = study.data
    return {
        "subjects": [data.subject_id, *study.characteristics, *filter(None, [data.exposure_years])],
        "visits": [data.subject_id, data.visit, *study.measured],
        "adverse_events": [data.subject_id, data.term],
    }


@dataclass(frozen=True)
class _Table:
    """A file as text cells; ``rows`` are their numbers as a spreadsheet shows them: the head is row 1."""

    file: str
    rows: tuple[int, ...]
    columns: Mapping[str, tuple[str, ...]]

    def __contains__(self, column: object) -> bool:
        return column in self.columns

    def text(self, column: str) -> tuple[str, ...]:
        """Return the cells of a column, empty where the file lacks it."""
        return self.columns.get(column, ("",) * len(self.rows))

    def fault(self, index: int, column: str, problem: str, mend: str = "") -> Fault:
        return Fault(problem, mend, f"{self.file}, row {self.rows[index]}, column {column}")

    def lacking(self, columns: Sequence[str]) -> list[Fault]:
        """Return a fault for each of ``columns`` that the file lacks."""
        return [
            Fault(f"The column '{column}' is missing.", did_you_mean(column, self.columns), f"{self.file}, row 1")
            for column in columns
            if column not in self
        ]

    def decimals(self, column: str) -> int:
        """Return the most digits behind the decimal mark in the column, whose cells are numbers."""
        return max((_decimals(cell) for cell in self.text(column) if cell), default=0)

    def numbers(self, column: str, faults: list[Fault], *, limits: bool = False) -> tuple[Array, Flags]:
        """Return the column as floats (empty: NaN) and, if it may hold ``limits``, which are "less than"."""
        cells = self.text(column)
        numbers, below = np.full(len(cells), np.nan), np.zeros(len(cells), dtype=bool)
        for index, cell in enumerate(cells):
            below[index] = limits and cell.startswith("<")
            bare = cell[1:].strip() if below[index] else cell
            if _NUMBER.fullmatch(bare) and abs(float(bare)) <= LARGEST:
                numbers[index] = float(bare)
            elif cell:
                faults.append(self.fault(index, column, *_not_a_number(cell, limits)))
        return numbers, below


def _not_a_number(cell: str, limits: bool) -> tuple[str, str]:
    if _NUMBER.fullmatch(cell.removeprefix("<").strip()):
        if cell.startswith("<"):
            return f"'{cell}' is a limit, where a number belongs.", "Write the number, or leave the cell empty."
        return f"'{cell}' is too large.", "Use a larger unit."
    mended = cell.replace(",", ".").replace("\N{MINUS SIGN}", "-")
    if _NUMBER.fullmatch(mended.removeprefix("<").strip()):
        return f"'{cell}' has {'a decimal comma' if ',' in cell else 'a typeset minus sign'}.", f"Write {mended}."
    also = ", < and a number," if limits else ""
    return f"'{cell}' is not a number.", f"Write a number{also} or leave the cell empty."


def _decimals(number: str) -> int:
    mantissa, _, exponent = number.lower().partition("e")
    return max(0, len(mantissa.partition(".")[2]) - int(exponent or 0))


def _read(folder: Path, file: str, faults: list[Fault]) -> _Table | None:
    """Read a CSV file as text cells; a file that cannot be read is a fault and no table."""
    records = _records(folder / file, file)
    if isinstance(records, Fault):
        faults.append(records)
        return None
    head, *body = ([cell.strip() for cell in record] for record in records)
    rows = {row: cells for row, cells in enumerate(body, start=2) if any(cells)}
    width = len(head)
    for name in dict.fromkeys(filter(None, head)):
        if head.count(name) > 1:
            faults.append(Fault(f"The column '{name}' stands twice.", "Rename one.", f"{file}, row 1"))
    for row, cells in rows.items():
        if len(cells) < width or any(cells[width:]):
            mend = "Put text that holds a comma into quotation marks, and write numbers with a decimal point."
            problem = f"The row has {len(cells)} cells, the head has {width}."
            faults.append(Fault(problem, mend, f"{file}, row {row}"))
        for cell in cells:
            if found := _INVISIBLE.search(cell):
                problem = f"A cell holds the invisible character U+{ord(found[0]):04X}."
                faults.append(Fault(problem, "Delete it.", f"{file}, row {row}"))
    padded = [(*cells, *[""] * width)[:width] for cells in rows.values()]
    columns = zip(*padded, strict=True) if padded else ((),) * width
    return _Table(file, tuple(rows), dict(zip(head, columns, strict=True)))


def _records(path: Path, file: str) -> list[list[str]] | Fault:
    """Return the records of a CSV file, or why it is none. A cell may hold line breaks: a record is a row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            records = list(reader)
    except FileNotFoundError:
        return Fault("The file is missing.", f"Put it there, or name another in {STUDY_FILE}.", file)
    except OSError as error:
        return Fault(f"The file cannot be read: {error.strerror}.", "", file)
    except UnicodeDecodeError:
        return Fault("The file is not UTF-8.", "Save it as 'CSV UTF-8'.", file)
    except csv.Error as error:
        return Fault(f"This is not CSV: {error}.", "Check the quotation marks.", f"{file}, line {reader.line_num}")
    head = records[0] if records else []
    if not any(cell.strip() for cell in head):
        return Fault("The file has no head.", "Its first row must hold the names of the columns.", file)
    if len(head) == 1 and (mark := re.search(r"[;\t]", head[0])):
        separator = "semicolons" if mark[0] == ";" else "tabs"
        return Fault(f"The columns are separated by {separator}.", "Save it with commas, and decimal points.", file)
    return records


def _empty(table: _Table, column: str) -> list[Fault]:
    """Return a fault for each row without a value in a column that must have one."""
    if column not in table:
        return []
    return [
        table.fault(index, column, "The cell is empty.", "Every row needs it.")
        for index, cell in enumerate(table.text(column))
        if not cell
    ]


def _repeated(table: _Table, columns: Sequence[str]) -> list[Fault]:
    """Return a fault for each row whose ``columns`` stand in an earlier row."""
    first: dict[tuple[str, ...], int] = {}
    faults = []
    for index, key in enumerate(zip(*map(table.text, columns), strict=True)):
        row = first.setdefault(key, table.rows[index])
        if all(key) and row != table.rows[index]:
            what = " at ".join(f"'{value}'" for value in key)
            faults.append(table.fault(index, columns[-1], f"{what} stands in row {row} already.", "Keep one."))
    return faults


def _unknown(table: _Table, column: str, known: Collection[str], problem: str) -> list[Fault]:
    words = set(known)  # a hundred thousand subjects are looked up here
    return [
        table.fault(index, column, f"'{cell}' {problem}.", did_you_mean(cell, filter(None, known)))
        for index, cell in enumerate(table.text(column))
        if cell and cell not in words
    ]


def _endpoint(table: _Table, name: str, study: Study, faults: list[Fault]) -> tuple[Array, Flags]:
    """Return values and censoring of an endpoint, one a row."""
    numbers, below = table.numbers(name, faults, limits=True)
    if study.endpoints[name].scale == "log":
        mend = f"Write '<' and the limit of detection, or 'scale: linear' in {STUDY_FILE}."
        faults += [
            table.fault(int(i), name, f"'{table.text(name)[i]}' cannot stand on a log scale.", mend)
            for i in np.flatnonzero(numbers <= 0)
        ]
    return numbers, below


def _cube(
    table: _Table, columns: Mapping[str, tuple[Array, Flags]], study: Study, ids: Sequence[str]
) -> tuple[dict[str, Matrix], dict[str, FlagMatrix]]:
    """Return, for each endpoint, values and censoring with shape (subjects, visits)."""
    row = {subject: i for i, subject in enumerate(ids)}
    place = {visit: i for i, visit in enumerate(study.visits)}
    subjects, visits = table.text(study.data.subject_id), table.text(study.data.visit)
    at = [row[subject] for subject in subjects], [place[visit] for visit in visits]
    values, censored = {}, {}
    for name, (numbers, below) in columns.items():
        values[name] = np.full((len(ids), len(place)), np.nan)
        censored[name] = np.zeros((len(ids), len(place)), dtype=bool)
        values[name][at], censored[name][at] = numbers, below
    return values, censored


def _characteristic(
    table: _Table, name: str, spec: Characteristic, faults: list[Fault]
) -> Array | tuple[str, ...]:
    if spec.categories is None:
        return table.numbers(name, faults)[0]
    named = {value: category for category, values in spec.categories.items() for value in values}
    faults += _unknown(table, name, named, f"is no category of '{name}' in {STUDY_FILE}")
    return tuple(named.get(cell, "") for cell in table.text(name))


def _events(table: _Table, study: Study, faults: list[Fault]) -> tuple[AdverseEvent, ...]:
    id_, terms = study.data.subject_id, study.data.term
    faults += [*_empty(table, id_), *_empty(table, terms)]
    onsets = table.numbers(study.data.onset, faults)[0]
    events = tuple(
        AdverseEvent(subject, term, None if math.isnan(onset) else float(onset))
        for subject, term, onset in zip(table.text(id_), table.text(terms), onsets, strict=True)
    )
    spelt: dict[str, str] = {}
    for index, event in enumerate(events):
        if (first := spelt.setdefault(event.name, event.term)) != event.term:
            problem = f"'{event.term}' and '{first}' are spelt differently, and prose could not tell them apart."
            faults.append(table.fault(index, terms, problem, "Spell them alike, or make them differ in a letter."))
    return events


def _patient_years(table: _Table, column: str | None, faults: list[Fault]) -> float | None:
    if column is None:
        return None
    faults += _empty(table, column)
    years = table.numbers(column, faults)[0]
    for index in np.flatnonzero(years < 0):
        faults.append(table.fault(int(index), column, f"'{table.text(column)[index]}' is below 0.", "Years are not."))
    return math.fsum(years)


def _reasons(table: _Table, id_: str, visit_: str) -> dict[str, dict[str, str]]:
    """Return the reasons of missing visits, where the table has a column ``reason``."""
    reasons: dict[str, dict[str, str]] = {}
    for visit, subject, reason in zip(*map(table.text, (visit_, id_, "reason")), strict=True):
        if reason:
            reasons.setdefault(visit, {})[subject] = reason
    return reasons
