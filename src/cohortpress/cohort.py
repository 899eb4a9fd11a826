"""The measured data: read, checked and frozen as subject x visit x variable."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from .arrays import Array, FlagMatrix, Flags, Indices, Matrix
from .errors import DataError, Doubt, Fault
from .study import STUDY_FILE, Study
from .tables import read_table
from .tables.blocks import Block, column_of, needed, shape
from .tables.checks import empty, repeated, summaries, unknown
from .tables.dates import days
from .tables.table import Table, pick

MOST_NAMED = 5  # subjects in one doubt
SCALES = {"log": "log", "sqrt": "square-root"}  # on which not every value can stand
# What `adverse_events` has besides its terms.
_NOT_A_TERM = re.compile(r"(n_events|n_subjects|subjects|onset|rate|patient_years|name|branches)(_\w+)?")


@dataclass(frozen=True)
class Series:
    """The values of one variable at one visit, for the subjects who have one: those who are ``there``.

    ``values`` and ``censored`` have shape (n,). Where ``censored`` is true the true value lies somewhere
    below the number in ``values`` (the data say ``<0.6``).
    """

    there: Flags
    values: Array
    censored: Flags


@dataclass(frozen=True)
class Pairs:
    """One variable at two visits, for the subjects who have both (``there``); matched by subject id."""

    there: Flags
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
    missing. ``notes`` say how the files were read, and what was left out of them.
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
    notes: tuple[Fault, ...] = ()

    def observed(self, variable: str, visit: str) -> Series:
        """Return who has a value of ``variable`` at ``visit``, and the values."""
        column = self.visits.index(visit)
        values = self.values[variable][:, column]
        there = ~np.isnan(values)
        return Series(there, values[there], self.censored[variable][there, column])

    def paired(self, variable: str, baseline: str, visit: str) -> Pairs:
        """Return the subjects with a value of ``variable`` at both visits, and the two values of each."""
        first, second = self.visits.index(baseline), self.visits.index(visit)
        values, censored = self.values[variable], self.censored[variable]
        both = ~np.isnan(values[:, first]) & ~np.isnan(values[:, second])
        return Pairs(
            both,
            values[both, first],
            values[both, second],
            censored[both, first],
            censored[both, second],
        )

    def carried_forward(self, variable: str, visit: str) -> Cohort:
        """Return the cohort with the last value of ``variable`` after the baseline where ``visit`` lacks one."""
        values, censored = self.values[variable].copy(), self.censored[variable].copy()
        for column in range(2, self.visits.index(visit) + 1):
            gaps = np.isnan(values[:, column])
            values[gaps, column] = values[gaps, column - 1]
            censored[gaps, column] = censored[gaps, column - 1]
        return replace(self, values={**self.values, variable: values}, censored={**self.censored, variable: censored})

    def ids(self, chosen: Flags) -> tuple[str, ...]:
        """Return the ids of the subjects that are marked in ``chosen``, in the order of the cohort."""
        return tuple(itertools.compress(self.subjects, chosen.tolist()))


def read_cohort(folder: Path, study: Study) -> Cohort:
    """Read the data files of ``study`` below ``folder``.

    Raises DataError with every fault of every file: file, row or cell, column, value, mend.
    """
    faults: list[Fault] = []
    return cohort_of(read_tables(folder, study, faults), study, faults)[0]


def read_tables(folder: Path, study: Study, faults: list[Fault]) -> dict[str, Table]:
    """Return the data files of ``study`` below ``folder`` by what they hold; of those that cannot be read, faults."""
    # There may be no events; but who picks subjects and measurements means some.
    asked_by = {role: study.where("data", role, "only") for role in ("subjects", "visits")}
    found = {
        role: read_table(folder, spec, faults, study.data, asked_by.get(role, ""))
        for role, spec in study.data.roles.items()
    }
    return {role: table for role, table in found.items() if table}


def cohort_of(tables: Mapping[str, Table], study: Study, faults: list[Fault]) -> tuple[Cohort, list[Block]]:
    """Return the cohort that ``tables`` tell of, and the blocks of cells that its measurements come from.

    Raises DataError with every fault of every table, ``faults`` first.
    """
    data = study.data
    measurements, events = tables.get("visits"), tables.get("adverse_events")
    subjects = tables.get("subjects") if data.subjects else measurements
    faults += _lacking(study, subjects, measurements, events)
    adverse_events = _events(events, study, faults) if events else None
    if subjects is None or measurements is None:
        raise DataError(*faults)
    notes = [note for table in tables.values() for note in table.notes]
    people = _people(subjects, study, faults)
    notes += summaries(subjects, data.subject_id)
    for table in (measurements, events):
        if table and data.subject_id in subjects:
            faults += unknown(table, data.subject_id, people.number, f"is not a subject of {subjects.where}")
    faults += _two_clocks(people, measurements, study)
    blocks, time = shape(measurements, study, _starts(people, study, faults), faults, notes)
    if subjects is measurements:
        people = replace(people, time=time)
    characteristics = {name: _characteristic(people, name, study, faults, notes) for name in study.characteristics}
    patient_years = _patient_years(people, data.exposure_years, faults, notes)
    numbers = [
        {name: _endpoint(block.table, column, name, study, faults, notes) for name, column in block.columns.items()}
        for block in blocks
    ]
    faults += _below_zero(blocks, numbers)
    if faults:
        raise DataError(*dict.fromkeys(faults))
    values, censored = _cube(blocks, numbers, study, people.number)
    reasons = _reasons(blocks, people.number, study, values, notes)
    cohort = Cohort(
        tuple(people.number),
        tuple(study.visits),
        values,
        censored,
        {name: _decimals(blocks, name) for name in study.measured},
        characteristics,
        adverse_events,
        patient_years,
        reasons,
        tuple(dict.fromkeys(notes)),
    )
    return cohort, blocks


def _lacking(study: Study, subjects: Table | None, measurements: Table | None, events: Table | None) -> list[Fault]:
    """Return a fault for each column that is missing, each row without a subject, and tables without rows."""
    data = study.data
    of_subjects = [data.subject_id, *(column_of(study, name) for name in study.characteristics)]
    of_subjects += filter(None, (data.exposure_years, data.start))
    must_have = (subjects, of_subjects), (measurements, needed(study)), (events, [data.subject_id, data.term])
    faults = [
        fault
        for table, columns in must_have
        if table
        for fault in (*table.lacking(columns), *empty(table, data.subject_id))
    ]
    faults += [
        Fault("The file has no rows.", "Add the data below the head.", table.where)
        for table in (subjects, measurements)
        if table and not table.rows
    ]
    return list(dict.fromkeys(faults))


@dataclass(frozen=True)
class _People:
    """Who takes part: ``number`` by subject id; whose each row of ``table`` is, and when, the earliest smallest."""

    table: Table
    number: Mapping[str, int]
    rows: Indices
    time: Array

    def earliest(self, values: Array, column: str, notes: list[Fault], *, may_change: bool = True) -> Array:
        """Return, for each subject, the first of the ``values``, one a row, that is known (NaN: none is).

        Where others follow that is noted; it is to be doubted unless the values ``may_change``, as an age does.
        """
        known = np.flatnonzero(~np.isnan(values) & (self.rows >= 0))
        known = known[np.argsort(self.time[known], kind="stable")][::-1]
        first = np.full(len(self.number), np.nan)
        first[self.rows[known]] = values[known]  # where a subject stands several times the last one stays
        differs = known[values[known] != first[self.rows[known]]]
        if len(differs):
            subjects = np.unique(self.rows[differs]).tolist()
            plural = "s" * (len(subjects) > 1)
            problem = f"The value differs from that of an earlier visit, in {len(subjects)} subject{plural}"
            place = self.table.place(int(differs.min()), column)
            if may_change:
                notes.append(Fault(f"{problem}.", "The earliest counts.", place))
            else:
                who = ", ".join(f"'{subject}'" for subject in pick(tuple(self.number), subjects[:MOST_NAMED]))
                more = " ..." if subjects[MOST_NAMED:] else "."
                notes.append(Doubt(f"{problem}: {who}{more}", "The earliest counts.", place))
        return first

    def fault(self, subject: int, column: str, problem: str, mend: str) -> Fault:
        """Return a fault in the first row of a subject."""
        return self.table.fault(int(np.argmax(self.rows == subject)), column, problem, mend)


def _people(table: Table, study: Study, faults: list[Fault]) -> _People:
    ids = table.text(study.data.subject_id)
    if study.data.subjects:
        faults += repeated(table, study.data.subject_id, ids)
    number = {subject: i for i, subject in enumerate(dict.fromkeys(filter(None, ids)))}
    rows = np.array([number.get(subject, -1) for subject in ids], dtype=np.intp)
    return _People(table, number, rows, np.zeros(len(ids)))


def _starts(people: _People, study: Study, faults: list[Fault]) -> dict[str, float]:
    """Return the day on which time begins for each subject, where the study names a column with it."""
    column = study.data.start
    if column is None or column not in people.table:
        return {}
    start = people.earliest(days(people.table, column, faults)[0], column, [])
    faults += _unknown_of(people, start, column)
    return dict(zip(people.number, start.tolist(), strict=True))


def _two_clocks(people: _People, measurements: Table, study: Study) -> list[Fault]:
    """Return a fault where dates are to be counted from a day that is a number, or the other way round."""
    start, date = study.data.start, study.data.date
    if not start or not date or not any(visit.days for visit in study.visits.values()):
        return []
    kinds = [
        "dates" if days(table, column, [])[1] else "numbers of days"
        for table, column in ((people.table, start), (measurements, date))
        if any(table.text(column))
    ]
    if len(set(kinds)) < 2:
        return []
    problem = f"The column '{start}' has {kinds[0]}, and the column '{date}' {kinds[1]}."
    return [Fault(problem, "Write both as dates, or both as numbers.", study.where("data", "start"))]


def _unknown_of(people: _People, values: Array, column: str) -> list[Fault]:
    subjects = np.flatnonzero(np.isnan(values)).tolist()
    return [people.fault(subject, column, "The cell is empty.", "Every subject needs it.") for subject in subjects]


def _endpoint(
    table: Table, column: str, name: str, study: Study, faults: list[Fault], notes: list[Fault]
) -> tuple[Array, Flags]:
    """Return values and censoring of an endpoint, one a row: what lies below its limit of detection is censored."""
    spec = study.endpoints[name]
    numbers, below = table.numbers(column, faults, limits=True)
    if (limit := spec.limit_of_detection) is not None:
        for index in np.flatnonzero(below & (numbers != limit)).tolist():
            where = study.where("endpoints", name, "limit_of_detection")
            problem = f"'{table.text(column)[index]}' is another limit of detection than that in {where}."
            mend = "Correct one of them, or leave the latter out: then each cell has its own."
            faults.append(table.fault(index, column, problem, mend))
        under = np.flatnonzero(~below & (numbers >= 0) & (numbers < limit))
        if len(under):
            # How many, not which: the note is published, also where nothing may tell of a single subject.
            lie = "values lie" if len(under) > 1 else "value lies"
            problem = f"{len(under)} {lie} below the limit of detection in {STUDY_FILE}."
            where = f"{table.where}, column {column}"
            notes.append(Fault(problem, "Such values count as less than the limit.", where))
        numbers[under], below[under] = limit, True
    refused = {"log": numbers <= 0, "sqrt": numbers < 0}.get(spec.scale, np.zeros(0, dtype=bool))
    for index in np.flatnonzero(refused).tolist():
        problem = f"'{table.text(column)[index]}' cannot stand on a {SCALES[spec.scale]} scale."
        mend = f"Write '<' and the limit of detection, or 'scale: linear' in {STUDY_FILE}."
        faults.append(table.fault(index, column, problem, mend))
    return numbers, below


def _below_zero(
    blocks: Sequence[Block], numbers: Sequence[Mapping[str, tuple[Array, Flags]]]
) -> Iterator[Fault]:
    """Yield a fault for each value that cannot be, where others lie below a limit: such a scale begins at zero."""
    limited = {
        name
        for measured in numbers
        for name, (values, below) in measured.items()
        if (below & ~np.isnan(values)).any()
    }
    for block, measured in zip(blocks, numbers, strict=True):
        for name in limited & measured.keys():
            values, below = measured[name]
            for index in np.flatnonzero((values < 0) | (below & (values == 0))).tolist():
                problem = f"'{block.table.text(block.columns[name])[index]}' cannot be, where others are below a limit."
                mend = "Such a scale begins at 0. Correct it, or write the limit."
                yield block.table.fault(index, block.columns[name], problem, mend)


def _cube(
    blocks: Sequence[Block],
    numbers: Sequence[Mapping[str, tuple[Array, Flags]]],
    study: Study,
    subjects: Mapping[str, int],
) -> tuple[dict[str, Matrix], dict[str, FlagMatrix]]:
    """Return, for each endpoint, values and censoring with shape (subjects, visits)."""
    order = {visit: number for number, visit in enumerate(study.visits)}
    values = {name: np.full((len(subjects), len(order)), np.nan) for name in study.measured}
    censored = {name: np.zeros((len(subjects), len(order)), dtype=np.bool_) for name in study.measured}
    for block, measured in zip(blocks, numbers, strict=True):
        n = len(block.visits)
        ids = block.table.text(study.data.subject_id)
        who = np.fromiter(map(subjects.__getitem__, ids), np.intp, n)
        at = who, np.fromiter(map(order.__getitem__, block.visits), np.intp, n)
        for name, (numbers_, below) in measured.items():
            values[name][at], censored[name][at] = numbers_, below
    return values, censored


def _decimals(blocks: Iterable[Block], name: str) -> int:
    """Return the digits behind the decimal mark that the values of an endpoint are written with."""
    return max((block.table.decimals(block.columns[name]) for block in blocks if name in block.columns), default=0)


def _characteristic(
    people: _People, name: str, study: Study, faults: list[Fault], notes: list[Fault]
) -> Array | tuple[str, ...]:
    column, categories = column_of(study, name), study.characteristics[name].categories
    table = people.table
    if categories is None:
        return people.earliest(table.numbers(column, faults)[0], column, notes)
    named = {value: number for number, values in enumerate(categories.values()) for value in values}
    faults += unknown(table, column, named, f"is no category of '{name}' in {STUDY_FILE}")
    numbers = np.array([named.get(cell, np.nan) for cell in table.text(column)], dtype=np.float64)
    names = tuple(categories)
    chosen = people.earliest(numbers, column, notes, may_change=False).tolist()
    return tuple("" if math.isnan(number) else names[int(number)] for number in chosen)


def _events(table: Table, study: Study, faults: list[Fault]) -> tuple[AdverseEvent, ...]:
    id_, terms = study.data.subject_id, study.data.term
    faults += [*empty(table, id_), *empty(table, terms)]
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


def _patient_years(people: _People, column: str | None, faults: list[Fault], notes: list[Fault]) -> float | None:
    if column is None or column not in people.table:
        return None
    table = people.table
    numbers = table.numbers(column, faults)[0]
    for index in np.flatnonzero(numbers < 0).tolist():
        faults.append(table.fault(index, column, f"'{table.text(column)[index]}' is below 0.", "Years are not."))
    years = people.earliest(numbers, column, notes, may_change=False)
    faults += _unknown_of(people, years, column)
    return math.fsum(years)


def _reasons(
    blocks: Iterable[Block], people: Mapping[str, int], study: Study, values: Mapping[str, Matrix], notes: list[Fault]
) -> dict[str, dict[str, str]]:
    """Return why visits are missing, where the table has a column ``reason``; one beside a value tells nothing."""
    seen = np.logical_or.reduce([~np.isnan(of_one) for of_one in values.values()])
    order = {visit: number for number, visit in enumerate(study.visits)}
    reasons: dict[str, dict[str, str]] = {}
    given, counting, where = set[int](), set[int](), ""
    for table, visits in ((block.table, block.visits) for block in blocks if "reason" in block.table):
        rows = zip(table.rows, visits, *map(table.text, (study.data.subject_id, "reason")), strict=True)
        for row, visit, subject, reason in (each for each in rows if each[-1]):
            given.add(row)
            where = f"{table.where}, column reason"
            if not seen[people[subject], order[visit]]:
                counting.add(row)
                reasons.setdefault(visit, {})[subject] = reason
    if idle := len(given - counting):
        problem = f"Of {len(given)} reasons {idle} stand at visits that were measured."
        notes.append(Fault(problem, "They are left out.", where))
    return reasons
