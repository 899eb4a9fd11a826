"""The shapes that measurements come in, made one: a row a subject and visit, a column an endpoint.

A block is a table whose rows belong to known visits. Where each visit has columns of its own ("wide") there is
a block for each visit; where each row holds one value of one variable ("tall"), or visits are found by dates, a
block for each endpoint; else there is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..arrays import Array, Flags, Indices
from ..errors import Doubt, Fault, did_you_mean
from ..study import STUDY_FILE, Study
from .checks import empty, repeated, unknown
from .dates import days
from .table import Cells, Table, pick

YEAR = 365  # days by which a date may miss the schedule before its year is doubted
SEVERAL = 3


@dataclass(frozen=True)
class Block:
    """Rows of one table, the visit of each ("" is unknown), and which column holds which endpoint."""

    table: Table
    visits: Cells
    columns: Mapping[str, str]


def column_of(study: Study, name: str) -> str:
    """Return what the data call a characteristic, or an endpoint that has one column."""
    column = (study.endpoints.get(name) or study.characteristics[name]).column
    return column if isinstance(column, str) else name


def needed(study: Study) -> list[str]:
    """Return the columns that the table of measurements must have."""
    data = study.data
    if wide := _by_visit(study):
        return [data.subject_id, *(column for columns in wide.values() for column in columns.values())]
    when = data.date if _has_windows(study) else data.visit
    tall = [data.parameter, data.value] if data.parameter else [column_of(study, n) for n in study.measured]
    return [data.subject_id, *filter(None, (when, data.date, *tall))]


def shape(
    table: Table, study: Study, starts: Mapping[str, float], faults: list[Fault], notes: list[Fault]
) -> tuple[list[Block], Array]:
    """Return the blocks of ``table``, and the time of each of its rows: whatever is smaller is earlier.

    ``starts`` holds the day on which time begins, for subjects of whom the data tell it.
    """
    subjects = table.text(study.data.subject_id)
    if wide := _by_visit(study):
        faults += repeated(table, study.data.subject_id, subjects)
        columns = {visit: {name: of[visit] for name, of in wide.items() if visit in of} for visit in study.visits}
        return [Block(table, (v,) * len(table.rows), columns[v]) for v in columns if columns[v]], np.zeros(
            len(table.rows)
        )
    kept = np.ones(len(table.rows), dtype=np.bool_)
    if skipped := frozenset(study.data.skip_visits):
        kept = np.array([cell not in skipped for cell in table.text(study.data.visit)], dtype=np.bool_)
    parts = [(np.flatnonzero(kept & rows), columns) for rows, columns in _parts(table, study, faults)]
    if _has_windows(study):
        day = _days(table, study, kept, starts, faults, notes)
        blocks = [
            _nearest(table, rows, day, study, name, column, faults, notes)
            for rows, columns in parts
            for name, column in columns.items()
        ]
        return [*blocks, _with_a_reason(table, kept, day, study)], day
    if study.data.date:
        notes += _another_year(table, study, days(table, study.data.date, [])[0])
    visits = _visits(table, study, kept, faults)
    blocks = [Block(table.take(rows), pick(visits, rows.tolist()), columns) for rows, columns in parts]
    for block in blocks:
        faults += repeated(block.table, study.data.visit, block.table.text(study.data.subject_id), block.visits)
    order = {visit: number for number, visit in enumerate(study.visits)}
    return blocks, np.array([order.get(visit, len(order)) for visit in visits], dtype=np.float64)


def _by_visit(study: Study) -> dict[str, dict[str, str]]:
    columns = {name: study.endpoints[name].column for name in study.measured}
    return {name: column for name, column in columns.items() if isinstance(column, dict)}


def _has_windows(study: Study) -> bool:
    return any(visit.days for visit in study.visits.values())


def _parts(table: Table, study: Study, faults: list[Fault]) -> list[tuple[Flags, dict[str, str]]]:
    """Return which rows hold which endpoints, and in which column."""
    data, columns = study.data, {name: column_of(study, name) for name in study.measured}
    if data.parameter is None or data.value is None:
        return [(np.ones(len(table.rows), dtype=np.bool_), columns)]
    variables = table.text(data.parameter)
    present = set(variables)
    for name, column in columns.items():
        if column not in present and data.parameter in table:
            mend = did_you_mean(column, present - {""})
            where = f"{table.where}, column {data.parameter}"
            faults.append(Fault(f"No row has '{column}', the values of '{name}'.", mend, where))
    return [
        (np.array([variable == column for variable in variables], dtype=np.bool_), {name: data.value})
        for name, column in columns.items()
    ]


def _visits(table: Table, study: Study, kept: Flags, faults: list[Fault]) -> Cells:
    """Return the visit of each row by what the data call it; unknown ones are faults, unless they are left out."""
    column = study.data.visit
    known = {value: name for name, visit in study.visits.items() for value in visit.value or (name,)}
    faults += empty(table, column, kept)
    faults += unknown(table, column, known, f"is not a visit of {STUDY_FILE}", kept)
    return tuple(known.get(cell, "") for cell in table.text(column))


def _days(
    table: Table, study: Study, kept: Flags, starts: Mapping[str, float], faults: list[Fault], notes: list[Fault]
) -> Array:
    """Return the day of each row since the start: the first date of its subject, where the data tell no other."""
    column = study.data.date or ""
    faults += empty(table, column, kept)
    day, are_dates = days(table, column, faults)
    notes += _another_year(table, study, day)
    subjects, first = table.text(study.data.subject_id), dict(starts)
    if are_dates and not starts:
        for index in np.flatnonzero(~np.isnan(day)).tolist():
            first[subjects[index]] = min(day[index], first.get(subjects[index], np.inf))
    without = np.nan if first else 0.0
    day -= np.array([first.get(subject, without) for subject in subjects])
    return day


def _another_year(table: Table, study: Study, day: Array) -> list[Fault]:
    """Return a doubt for each subject whose first or last date lies further from its others than any plan explains.

    That is: all its dates span a year more than the schedule; this one lies a year more than two planned visits from
    the next, and no other subject has a date within a year of it; or it lies several times the schedule away. Late
    follow-up alone is no slip. Of two such dates, the one further from its next; else the one with fewer others about.
    """
    planned = sorted(visit.planned_day for visit in study.visits.values() if visit.planned_day is not None)
    if len(planned) < 2:
        return []
    rows: defaultdict[str, dict[float, int]] = defaultdict(dict)
    subjects = table.text(study.data.subject_id)
    ids = np.array(subjects)
    for index, subject in enumerate(subjects):
        if not np.isnan(day[index]):
            rows[subject].setdefault(float(day[index]), index)
    span = planned[-1] - planned[0] + YEAR
    found: list[Fault] = []
    for subject, dates in rows.items():
        when = sorted(dates)
        if when[-1] - when[0] > span:
            ends = (when[0], when[1]), (when[-1], when[-2])
            gap, _, far = max((abs(end - next_), np.sum(np.abs(day - end) > span), end) for end, next_ in ends)
            far_off = gap > max(np.diff(planned)) + YEAR
            if gap > SEVERAL * span or (far_off and not np.any(np.abs(day[ids != subject] - far) <= YEAR)):
                column = study.data.date or ""
                cell = table.text(column)[dates[far]]
                problem = f"'{subject}' has the date '{cell}', more than {int(gap // YEAR)} years from all its others."
                found.append(Doubt(problem, "A slip of the year, or of a digit?", table.place(dates[far], column)))
    return found


def _nearest(
    table: Table,
    rows: Indices,
    day: Array,
    study: Study,
    name: str,
    column: str,
    faults: list[Fault],
    notes: list[Fault],
) -> Block:
    """Return the values of an endpoint that are nearest to a visit, within its window; of two, the earlier.

    Of two on the same date neither is: a fault, unless they are the same.
    """
    visits, cells = tuple(study.visits), table.codes(column)
    planned = np.array([visit.planned_day or 0 for visit in study.visits.values()])
    rows = rows[np.array([cells[row] != "" for row in rows.tolist()], dtype=np.bool_)]
    when = day[rows]
    visit, within = _windows_of(when, study)
    order = np.lexsort((when, np.abs(when - planned[visit])))
    order = order[within[order]]
    subjects = np.array(pick(table.text(study.data.subject_id), rows.tolist()), dtype=np.str_)
    number = np.unique(subjects, return_inverse=True)[1]
    chosen = order[np.sort(np.unique((number * len(visits) + visit)[order], return_index=True)[1])]
    outside, further = len(rows) - len(order), len(order) - len(chosen)
    if outside or further:
        problem = f"Of {len(rows)} values {outside} lie in no window, and {further} are not the nearest to the visit."
        notes.append(Fault(problem, "They are left out.", f"{table.where}, column {column}"))
    if further:
        faults += _at_once(table, rows[np.sort(order)], rows[chosen], study, column)
    chosen = np.sort(chosen)
    return Block(table.take(rows[chosen]), pick(visits, visit[chosen].tolist()), {name: column})


def _windows_of(when: Array, study: Study) -> tuple[Indices, Flags]:
    """Return the number of the visit in whose window each day lies, and whether it lies in any."""
    windows = [visit.days or (np.nan, np.nan) for visit in study.visits.values()]
    inside = np.array([(when >= low) & (when <= high) for low, high in windows])
    within: Flags = np.logical_or.reduce(inside)
    return inside.argmax(axis=0), within


def _with_a_reason(table: Table, kept: Flags, day: Array, study: Study) -> Block:
    """Return the rows that tell why a visit did not take place: these have no value by which they would be found."""
    told = np.array([reason != "" for reason in table.codes("reason")], dtype=np.bool_)
    visit, within = _windows_of(day, study)
    rows = np.flatnonzero(kept & told & within)
    return Block(table.take(rows), pick(tuple(study.visits), visit[rows].tolist()), {})


def _at_once(table: Table, rows: Indices, chosen: Indices, study: Study, column: str) -> list[Fault]:
    """Return a fault for each of ``rows`` with the subject and date of a ``chosen`` one before it, and other values."""
    date = study.data.date or ""
    keys = list(zip(table.text(study.data.subject_id), table.text(date), strict=True))
    values, below = table.numbers(column, [], limits=True)
    counts = {keys[row] for row in chosen.tolist()}
    different: dict[tuple[tuple[str, str], float, bool], int] = {}
    for row in rows.tolist():
        if keys[row] in counts:
            different.setdefault((keys[row], float(values[row]), bool(below[row])), row)
    part = table.take(np.array(sorted(different.values()), dtype=np.intp))
    return repeated(part, date, part.text(study.data.subject_id), part.text(date))
