"""What looks wrong in data that can be read: warnings that stop nothing, and a page to look at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np

from .cohort import Cohort, Matrix, cohort_of, read_tables
from .errors import Fault
from .formatting import Formatter, own_decimals
from .glossary import headed
from .ledger import write
from .stats.descriptive import Description, describe
from .study import Study, read_study
from .tables.blocks import Block, column_of
from .tables.dates import days
from .tables.table import Array

REPORT = "data-report.html"
POWERS = (1, 2, 3)  # of ten, by which units differ and decimal marks slip
FAR = 3  # interquartile ranges of the logarithms: the outer fences of Tukey (1977), Exploratory Data Analysis
FEWEST = 6  # values; among fewer nothing is far from the others
BINS, HIGHEST = 24, 37
MOST_PATTERNS = 8


@dataclass(frozen=True)
class Distribution:
    """The values at one visit; the fullest of ``BINS`` bins has a height of ``HIGHEST``."""

    label: str
    heights: tuple[int, ...]
    description: Description


@dataclass(frozen=True)
class Section:
    """What the report says of one variable; ``patterns`` tell who was measured when, and how many such there are."""

    name: str
    label: str
    unit: str
    warnings: tuple[Fault, ...]
    distributions: tuple[Distribution, ...] = ()
    ends: tuple[float, float] = (0.0, 0.0)
    counts: tuple[tuple[str, int], ...] = ()
    patterns: tuple[tuple[tuple[bool, ...], int], ...] = ()


@dataclass(frozen=True)
class Checked:
    """What was noticed: how the files were read, what looks wrong, and the page that shows it."""

    notes: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    report: Path


def check_data(folder: Path) -> Checked:
    """Read the data of the study in ``folder``, look for what is hardly true, and write ``data-report.html``.

    Raises StudyError or DataError where study or data cannot be read.
    """
    study = read_study(folder)
    faults: list[Fault] = []
    cohort, blocks = cohort_of(read_tables(folder, study, faults), study, faults)
    text = Formatter(study.language, study.where("language"))

    def number(value: float) -> str:
        return text.number(value, own_decimals(value))

    of_subjects = (*_alike(cohort), *_never_measured(cohort), *_out_of_order(blocks, study), *_copied(study, cohort))
    sections = [_endpoint(name, study, cohort, blocks, number) for name in study.measured]
    sections += [_characteristic(name, study, cohort, number) for name in study.characteristics]
    write(folder / REPORT, _page(study, cohort, of_subjects, sections, number))
    warnings = (*of_subjects, *(warning for section in sections for warning in section.warnings))
    return Checked(cohort.notes, warnings, folder / REPORT)


# -- subjects


def _alike(cohort: Cohort) -> Iterator[Fault]:
    """Yield a warning for ids that only zeros, case or marks tell apart: P1, p-01."""
    first: dict[str, str] = {}
    for subject in cohort.subjects:
        plain = "".join(letter for letter in subject.casefold() if letter.isalnum() and letter != "0")
        if (other := first.setdefault(plain, subject)) != subject and _digits(other) == _digits(subject):
            yield Fault(f"'{other}' and '{subject}' are spelt almost alike.", "Are they one subject?")


def _digits(subject: str) -> list[int]:
    return [int(number) for number in "".join(c if c in "0123456789" else " " for c in subject).split()]


def _never_measured(cohort: Cohort) -> Iterator[Fault]:
    missing = np.logical_and.reduce([np.isnan(values).all(axis=1) for values in cohort.values.values()])
    for index in np.flatnonzero(missing).tolist():
        yield Fault(f"'{cohort.subjects[index]}' has no value of any endpoint.", "Is the id spelt otherwise?")


def _out_of_order(blocks: Sequence[Block], study: Study) -> Iterator[Fault]:
    """Yield a warning for each row that is dated before an earlier visit of its subject."""
    order = {visit: number for number, visit in enumerate(study.visits)}
    for block in blocks:
        if study.data.date is None or study.data.date not in block.table:
            continue
        when, _ = days(block.table, study.data.date, [])
        rows: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for index in np.flatnonzero(~np.isnan(when)).tolist():
            rows[block.table.text(study.data.subject_id)[index]].append((order[block.visits[index]], index))
        for subject, visits in rows.items():
            visits.sort()
            for (_, before), (_, row) in pairwise(visits):
                if when[row] < when[before]:
                    problem = f"'{subject}' has a date at '{block.visits[row]}' before '{block.visits[before]}'."
                    mend = "Are two dates exchanged, or day and month?"
                    yield block.table.fault(row, study.data.date, problem, mend)


def _copied(study: Study, cohort: Cohort) -> Iterator[Fault]:
    """Yield a warning for endpoints that have the same values throughout."""
    for one, other in combinations(study.measured, 2):
        values = cohort.values[one]
        if np.isfinite(values).sum() >= FEWEST and np.array_equal(values, cohort.values[other], equal_nan=True):
            names = " and ".join(f"'{study.endpoints[name].label}'" for name in (one, other))
            problem = f"{names} have the same values throughout."
            yield Fault(problem, "Was a column copied, or named twice?", study.where("endpoints", other))


# -- variables


def _endpoint(
    name: str, study: Study, cohort: Cohort, blocks: Sequence[Block], number: Callable[[float], str]
) -> Section:
    spec, values = study.endpoints[name], cohort.values[name]
    visits = tuple(study.visits)
    found = dict(_far(values, number)) | dict(_negative(values, number))
    keys = {(cohort.subjects[row], visits[column]): words for (row, column), words in sorted(found.items())}
    places = _places(blocks, study, name, keys)
    warnings = [
        Fault(f"'{who}' at '{when}': {problem}", mend, places[who, when])
        for (who, when), (problem, mend) in keys.items()
    ]
    warnings += _unchanging(name, cohort, number)
    ends = _ends(values)
    patterns = Counter(map(tuple, (~np.isnan(values)).tolist())).most_common(MOST_PATTERNS)
    distributions = tuple(
        Distribution(visit.label, _heights(values[:, column], ends), describe(values[:, column]))
        for column, visit in enumerate(study.visits.values())
    )
    return Section(name, headed(spec.label), spec.unit, tuple(warnings), distributions, ends, patterns=tuple(patterns))


def _characteristic(name: str, study: Study, cohort: Cohort, number: Callable[[float], str]) -> Section:
    spec, values = study.characteristics[name], cohort.characteristics[name]
    if isinstance(values, tuple):
        counts = Counter(value or "unknown" for value in values).most_common()
        return Section(name, headed(spec.label), spec.unit, (), counts=tuple(counts))
    column = values.reshape(-1, 1)
    file = (study.data.subjects or study.data.visits).file
    warnings = tuple(
        Fault(f"'{cohort.subjects[row]}': {problem}", mend, f"{file}, column {column_of(study, name)}")
        for (row, _), (problem, mend) in [*_far(column, number), *_negative(column, number)]
    )
    ends = _ends(column)
    distribution = Distribution("All", _heights(values, ends), describe(values))
    return Section(name, headed(spec.label), spec.unit, warnings, (distribution,), ends)


Found = tuple[tuple[int, int], tuple[str, str]]


def _far(values: Matrix, number: Callable[[float], str]) -> Iterator[Found]:
    """Yield values far from all others that would not be, were they 10, 100 or 1000 times smaller or larger."""
    positive = np.argwhere(values > 0)
    logs = np.log10(values[values > 0])
    if len(logs) < FEWEST:
        return
    of_logs, of_values = describe(logs), describe(values[~np.isnan(values)])
    assert of_logs.q1 is not None
    assert of_logs.q3 is not None
    assert of_values.median is not None
    reach = FAR * (of_logs.q3 - of_logs.q1)
    low, high = of_logs.q1 - reach, of_logs.q3 + reach
    for index in np.flatnonzero((logs < low) | (logs > high)).tolist():
        row, column = positive[index].tolist()
        for power in POWERS:
            power = -power if logs[index] > high else power
            if of_logs.q1 - reach / FAR <= logs[index] + power <= of_logs.q3 + reach / FAR:
                mended = Decimal(str(values[row, column])).scaleb(power)
                problem = f"{number(values[row, column])} is far from the others (median {number(of_values.median)})."
                mend = f"Another unit, or a slip of the decimal mark? {number(float(mended))} would not be far."
                yield (row, column), (problem, mend)
                break


def _negative(values: Matrix, number: Callable[[float], str]) -> Iterator[Found]:
    """Yield a value below zero where no other is."""
    below = np.argwhere(values < 0)
    if len(below) == 1 and np.isfinite(values).sum() >= FEWEST:
        row, column = below[0].tolist()
        yield (row, column), (f"{number(values[row, column])} is below 0, as no other is.", "A dash for a minus?")


def _unchanging(name: str, cohort: Cohort, number: Callable[[float], str]) -> Iterator[Fault]:
    """Yield a warning for subjects with one value at three visits or more, within the range of the others."""
    values = cohort.values[name]
    count = np.isfinite(values).sum(axis=1)
    low, high = np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
    least, most = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
    if len(np.unique(values[np.isfinite(values)])) < FEWEST:
        return
    for row in np.flatnonzero((count >= 3) & (low == high) & (low > least) & (low < most)).tolist():
        problem = f"'{cohort.subjects[row]}' has {number(low[row])} at all {count[row]} visits."
        yield Fault(problem, "Carried forward, or copied?", name)


def _places(
    blocks: Sequence[Block], study: Study, name: str, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Return where the values of an endpoint stand, for each (subject, visit) of ``keys``."""
    return {
        key: block.table.place(index, block.columns[name])
        for block in blocks
        if name in block.columns and keys
        for index, key in enumerate(zip(block.table.text(study.data.subject_id), block.visits, strict=True))
        if key in keys
    }


# -- the page


def _ends(values: Matrix) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)


def _heights(values: Array, ends: tuple[float, float]) -> tuple[int, ...]:
    counts = np.histogram(values[np.isfinite(values)], BINS, ends)[0]
    return tuple((-(-HIGHEST * counts // max(counts.max(), 1))).tolist())  # what is there shows


def _page(
    study: Study,
    cohort: Cohort,
    warnings: Sequence[Fault],
    sections: Sequence[Section],
    number: Callable[[float], str],
) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    skeleton = Path(str(files(__package__) / "skeleton"))
    environment = Environment(
        loader=FileSystemLoader(skeleton),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    template = environment.get_template("data-report.html")
    return template.render(study=study, cohort=cohort, warnings=warnings, sections=sections)
