"""What is hardly true in data that can be read: warnings that stop nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from .arrays import Array, FlagMatrix, Matrix
from .cohort import MOST_NAMED, Cohort
from .errors import Doubt, Fault
from .formatting import Formatter, own_decimals
from .stats.descriptive import Description, describe
from .study import Study
from .tables.blocks import Block, column_of
from .tables.dates import days

POWERS = (1, 2, 3)  # of ten, by which units differ and decimal marks slip
FAR = 3  # interquartile ranges of the logarithms: the outer fences of Tukey (1977), Exploratory Data Analysis
# How far a slip of the decimal mark stands out, in powers of ten: from the subject's other values at least, where
# those of other subjects are less apart than WIDE; and from the next highest value.
LEAP, WIDE, MARGIN = 0.5, 0.6, 0.2
FEWEST = 6  # values; among fewer nothing is far from the others

Written = Callable[[float], str]
Found = tuple[tuple[int, int], tuple[str, str]]


def doubts(study: Study, cohort: Cohort, blocks: Sequence[Block]) -> list[Fault]:
    """Return all that looks wrong in the data: what reading them noted, subjects, variables in the study's order.

    ``blocks`` are the tables that the cohort was read from; they know where a value stands.
    """
    written = as_written(study)
    return [
        *noted(cohort),
        *about_subjects(study, cohort, blocks),
        *(fault for name in study.measured for fault in about_endpoint(name, study, cohort, blocks, written)),
        *(fault for name in study.characteristics for fault in about_characteristic(name, study, cohort, written)),
    ]


def as_written(study: Study) -> Written:
    """Return the function that writes a value as it stands in the data, in the language of the study."""
    text = Formatter(study.language, study.where("language"))
    return lambda value: text.number(value, own_decimals(value))


def noted(cohort: Cohort) -> list[Fault]:
    """Return what was to be doubted when the files were read."""
    return [note for note in cohort.notes if isinstance(note, Doubt)]


# -- subjects


def about_subjects(study: Study, cohort: Cohort, blocks: Sequence[Block]) -> Iterator[Fault]:
    """Yield a warning for ids, dates and columns that look exchanged, misspelt or copied."""
    yield from _alike(cohort)
    yield from _never_measured(cohort)
    yield from _out_of_order(blocks, study)
    yield from _copied(study, cohort)
    yield from _other_visits(study)


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
        subjects = block.table.text(study.data.subject_id)
        rows: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for index in np.flatnonzero(~np.isnan(when)).tolist():
            rows[subjects[index]].append((order[block.visits[index]], index))
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


def _other_visits(study: Study) -> Iterator[Fault]:
    """Yield a warning for each column that stands for two visits, or whose head names another visit than its own."""
    for name in study.measured:
        columns = study.endpoints[name].column
        first: dict[str, str] = {}
        for visit, column in columns.items() if isinstance(columns, dict) else ():
            head = column.replace("_", " ")
            named = [v for v, spec in study.visits.items()
                     if re.search(rf"(?<!\w){re.escape(spec.label)}(?!\w)", head, re.IGNORECASE)]  # fmt: skip
            where = study.where("endpoints", name, "column", visit)
            if (other := first.setdefault(column, visit)) != visit:
                yield Fault(f"The column '{column}' is that of '{other}' too.", "Was it named twice?", where)
            elif named and visit not in named:
                problem = f"The column '{column}' is that of '{visit}', and names '{named[0]}'."
                yield Fault(problem, "Are two columns exchanged?", where)


# -- variables


def about_endpoint(
    name: str, study: Study, cohort: Cohort, blocks: Sequence[Block], written: Written
) -> list[Fault]:
    """Return a warning for each value of an endpoint that is hardly true, with its place in the file."""
    values, censored, visits = cohort.values[name], cohort.censored[name], tuple(study.visits)
    found = _doubtful(np.where(censored, np.nan, values), written) | dict(_hiding(values, censored, written))
    keys = {(cohort.subjects[row], visits[column]): words for (row, column), words in sorted(found.items())}
    places = _places(blocks, study, name, keys)
    warnings = [
        Fault(f"'{who}' at '{when}': {problem}", mend, places[who, when])
        for (who, when), (problem, mend) in keys.items()
    ]
    return [*warnings, *_unchanging(name, cohort, written), *_unprinted(name, study, cohort)]


def about_characteristic(name: str, study: Study, cohort: Cohort, written: Written) -> list[Fault]:
    """Return a warning for each value of a characteristic that is hardly true, or for subjects of unknown category."""
    values = cohort.characteristics[name]
    where = f"{(study.data.subjects or study.data.visits).file}, column {column_of(study, name)}"
    if isinstance(values, tuple):
        unknown = [subject for subject, value in zip(cohort.subjects, values, strict=True) if not value]
        of_them = f"{', '.join(map(repr, unknown[:MOST_NAMED]))}{' ...' if unknown[MOST_NAMED:] else ''}"
        problem = f"It is empty for {len(unknown)} of {len(values)} subjects: {of_them}."
        mend = "Counts of it do not add up to all: fill it in, or say so where they are printed."
        return [Fault(problem, mend, where)] if 0 < len(unknown) < len(values) else []
    column = values.reshape(-1, 1)
    found = _doubtful(column, written)
    return [
        Fault(f"'{cohort.subjects[row]}': {problem}", mend, where)
        for (row, _), (problem, mend) in sorted(found.items())
    ]


def _doubtful(values: Matrix, written: Written) -> dict[tuple[int, int], tuple[str, str]]:
    """Return what is hardly true, by row and column; of several reasons the last, which knows best how to mend it."""
    reasons = (_beyond, _far_at_its_visit, _slipped, _far, _negative)
    return {place: words for reason in reasons for place, words in reason(values, written)}


def _far(values: Matrix, written: Written) -> Iterator[Found]:
    """Yield values far from all others that would not be, were they 10, 100 or 1000 times smaller or larger."""
    logs = np.log10(values[values > 0])
    if len(logs) < FEWEST:
        return
    of_logs = describe(logs)
    low, high = _fences(of_logs, FAR)
    for power, far in ((-1, values > 10**high), (1, (values > 0) & (values < 10**low))):
        yield from _slips(values, far, of_logs, power, "from the others", written)


def _far_at_its_visit(values: Matrix, written: Written) -> Iterator[Found]:
    """Yield values as far from all others of their visit: a treatment spreads those of all visits too widely.

    A low one must be far as it stands, too: near zero logarithms leap, and many a score gets there.
    """
    for visit in range(values.shape[1] if values.shape[1] > 1 else 0):
        column = values[:, [visit]]
        ordered = np.sort(column[column > 0])
        if len(ordered) < FEWEST:
            continue
        # The others of a high value have the quartiles of all but the highest, as they lie below it.
        for power, others in ((-1, ordered[:-1]), (1, ordered[1:])):
            of_logs, of_values = describe(np.log10(others)), describe(others)
            low, high = (10**fence for fence in _fences(of_logs, FAR))
            within = others[(others >= low) & (others <= high)]
            # Half of them are alike, or they vary so widely that a power of ten leads from one to another.
            if of_values.q1 == of_values.q3 or within.max() > 10 * within.min():
                continue
            far = column > high if power < 0 else (column > 0) & (column < min(low, _fences(of_values, FAR)[0]))
            found = _slips(column, far, of_logs, power, "from the others at this visit", written)
            yield from (((row, visit), words) for (row, _), words in found)


def _slips(
    values: Matrix, far: FlagMatrix, of_logs: Description, sign: int, whence: str, written: Written
) -> Iterator[Found]:
    """Yield those ``far`` values that would be near, were they 10, 100 or 1000 times larger (smaller: ``sign`` -1)."""
    low, high = _fences(of_logs, 1, MARGIN / 2)
    median = describe(values[~np.isnan(values)]).median or 0
    for row, column in np.argwhere(far).tolist():
        value = values[row, column]
        power = next((sign * power for power in POWERS if low <= np.log10(value) + sign * power <= high), 0)
        if power:
            problem = f"{written(value)} is far {whence} (median {written(median)})."
            yield (row, column), (problem, _would_not_be_far(value, power, written))


def _would_not_be_far(value: float, power: int, written: Written) -> str:
    mended = float(Decimal(str(value)).scaleb(power))
    return f"Another unit, or a slip of the decimal mark? {written(mended)} would not be far."


def _slipped(values: Matrix, written: Written) -> Iterator[Found]:
    """Yield the highest value, where it is far from the others of its subject, and a power of ten less would be near.

    Far is more than other subjects' values are apart, who must not vary widely themselves.
    """
    logs = np.log10(values, out=np.full(values.shape, np.nan), where=values > 0)
    if np.isfinite(logs).sum() < FEWEST:
        return
    row, column = divmod(int(np.nanargmax(logs)), logs.shape[1])
    value, logs[row, column] = float(logs[row, column]), np.nan
    own, rest = logs[row][np.isfinite(logs[row])], logs[np.isfinite(logs)]
    if not own.size or value < rest.max() + MARGIN:
        return
    apart = _apart(np.delete(logs, row, axis=0))
    if apart.size < FEWEST:
        return
    usual = max(apart.max(), MARGIN / 2)
    if usual > WIDE or np.abs(own - value).min() < max(LEAP, 1.2 * usual):
        return
    for power in POWERS:
        near = np.abs(own - value + power).min() <= 1.5 * usual
        if near and rest.min() <= value - power + MARGIN / 2 and value - power <= rest.max():
            problem = f"{written(values[row, column])} is higher than all others, and far from those of its subject."
            yield (row, column), (problem, _would_not_be_far(values[row, column], -power, written))
            return


def _apart(logs: Matrix) -> Array:
    """Return how far each value is from the nearest other one of its subject, where there is one."""
    apart = np.abs(logs[:, :, np.newaxis] - logs[:, np.newaxis, :])
    apart[:, np.arange(logs.shape[1]), np.arange(logs.shape[1])] = np.nan
    nearest: Array = np.fmin.reduce(apart, axis=2).ravel()
    return nearest[np.isfinite(nearest)]


def _beyond(values: Matrix, written: Written) -> Iterator[Found]:
    """Yield values far from all others, as they stand and, if above zero, as logarithms: codes such as 0 or 999."""
    known = np.argwhere(~np.isnan(values))
    column = values[~np.isnan(values)]
    apart, median = _outside(column), describe(column).median
    positive = column > 0
    apart[positive] &= _outside(np.log10(column[positive]))
    for row, visit in known[apart].tolist():
        problem = f"{written(values[row, visit])} is far from the others (median {written(median or 0)})."
        mend = "A slip, or a code for a missing value? If so, declare it: data: {missing: [...]}."
        yield (row, visit), (problem, mend)


def _outside(values: Array) -> npt.NDArray[np.bool_]:
    """Tell which values lie outside the outer fences; where half of them are alike there are none."""
    found = describe(values)
    if values.size < FEWEST or found.q1 is None or found.q3 is None or found.q1 == found.q3:
        return np.zeros(values.shape, dtype=np.bool_)
    low, high = _fences(found, FAR)
    outside: npt.NDArray[np.bool_] = (values < low) | (values > high)
    return outside


def _fences(found: Description, reach: float, least: float = 0) -> tuple[float, float]:
    """Return the values that lie ``reach`` interquartile ranges, and ``least``, beyond the quartiles."""
    assert found.q1 is not None
    assert found.q3 is not None
    spread = max(reach * (found.q3 - found.q1), least)
    return found.q1 - spread, found.q3 + spread


def _negative(values: Matrix, written: Written) -> Iterator[Found]:
    """Yield a value below zero where no other is."""
    below = np.argwhere(values < 0)
    if len(below) == 1 and np.isfinite(values).sum() >= FEWEST:
        row, column = below[0].tolist()
        yield (row, column), (f"{written(values[row, column])} is below 0, as no other is.", "A dash for a minus?")


def _hiding(values: Matrix, below: FlagMatrix, written: Written) -> Iterator[Found]:
    """Yield the first cell with the highest limit, where that hides values: all below it count as below it."""
    if not below.any():
        return
    limit = float(values[below].max())
    hidden = int((~below & (values < limit)).sum())
    if hidden:
        (row, column), *others = np.argwhere(below & (values == limit)).tolist()
        cell = f"'<{written(limit)}'"
        more = f" (and {len(others)} more)" if others else ""
        lie = "value lies below it and counts" if hidden == 1 else "values lie below it and count"
        problem = f"{cell}{more} is a limit; {hidden} other {lie} as {cell} wherever it is described or compared."
        yield (row, column), (problem, "A slip? If not, results tell of no difference below it.")


def _unprinted(name: str, study: Study, cohort: Cohort) -> Iterator[Fault]:
    """Yield a warning where the decimals hide the values: most are not zero and print as zero, or all print alike."""
    values, decimals = cohort.values[name], study.endpoints[name].decimals
    known = np.unique(values[np.isfinite(values)])
    if len(known) < 2:
        return
    number = Formatter(study.language).number
    printed = {number(value, decimals) for value in (known[0], known[-1])}
    as_zero = np.isfinite(values) & (values != 0) & (np.abs(values) < 0.5 * 10.0**-decimals)
    of, how = f"values of '{name}'", f"with 'decimals: {decimals}'."
    mend, where = "Give it more, or another unit.", study.where("endpoints", name, "decimals")
    if 2 * as_zero.sum() > (np.isfinite(values) & (values != 0)).sum():
        yield Fault(f"Most {of} are not zero and print as {number(0, decimals)} {how}", mend, where)
    elif len(printed) == 1:
        yield Fault(f"All {of} print as {printed.pop()} {how}", mend, where)


def _unchanging(name: str, cohort: Cohort, written: Written) -> Iterator[Fault]:
    """Yield a warning for subjects with one value at three visits or more, within the range of the others."""
    values = cohort.values[name]
    count = np.isfinite(values).sum(axis=1)
    low, high = np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
    least, most = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
    if len(np.unique(values[np.isfinite(values)])) < FEWEST:
        return
    for row in np.flatnonzero((count >= 3) & (low == high) & (low > least) & (low < most)).tolist():
        problem = f"'{cohort.subjects[row]}' has {written(low[row])} at all {count[row]} visits."
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
