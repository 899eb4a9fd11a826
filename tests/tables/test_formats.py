"""Random cohorts, written by other libraries in every format and shape, come back with the same values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from writers import WRITERS, Cell, Rows

from cohortpress.cohort import Cohort, read_cohort
from cohortpress.study import parse_study

VISITS, ENDPOINTS = ("start", "later"), ("crp", "esr")
VALUES = st.none() | st.integers(-100_000, 1_000_000).map(lambda number: number / 100)
LIMITS = st.integers(1, 1000).map(lambda number: f"<{number / 100}")
Values = dict[tuple[str, str, str], Cell]


@st.composite
def cohorts(draw: st.DrawFn, *, limits: bool) -> Values:
    """Draw a value for each (subject, visit, endpoint); where some lie below a limit, none is below zero."""
    subjects = draw(st.lists(st.text("abÄé19-", min_size=1, max_size=4), min_size=2, max_size=5, unique=True))
    cells = VALUES.map(lambda value: value and abs(value)) | LIMITS if limits else VALUES
    return {(s, v, e): draw(cells) for s in subjects for v in VISITS for e in ENDPOINTS}


def read(folder: Path, file: str, columns: dict[str, object], **data: object) -> Cohort:
    text = json.dumps(
        {
            "title": "t",
            "data": {"visits": {"file": file}, "subject_id": "patient", **data},
            "visits": {visit: {"label": visit, "month": month} for month, visit in enumerate(VISITS)},
            "endpoints": {name: {"label": name, "column": columns.get(name)} for name in ENDPOINTS},
        }
    )
    return read_cohort(folder, parse_study(text, "report/study.yml"))


def long(values: Values) -> tuple[list[str], Rows]:
    subjects = dict.fromkeys(subject for subject, _, _ in values)
    rows = [[s, v, *(values[s, v, e] for e in ENDPOINTS)] for s in subjects for v in VISITS]
    return ["patient", "visit", *ENDPOINTS], rows


def wide(values: Values) -> tuple[list[str], Rows]:
    subjects = dict.fromkeys(subject for subject, _, _ in values)
    head = ["patient", *(f"{e}_{v}" for e in ENDPOINTS for v in VISITS)]
    return head, [[s, *(values[s, v, e] for e in ENDPOINTS for v in VISITS)] for s in subjects]


def tall(values: Values) -> tuple[list[str], Rows]:
    return ["patient", "visit", "param", "aval"], [[s, v, e, value] for (s, v, e), value in values.items()]


def same(cohort: Cohort, values: Values) -> None:
    """Assert that the cohort holds these values and no others."""
    assert cohort.subjects == tuple(dict.fromkeys(subject for subject, _, _ in values))
    for (subject, visit, name), value in values.items():
        at = cohort.subjects.index(subject), VISITS.index(visit)
        number = np.nan if value is None else float(str(value).removeprefix("<"))
        np.testing.assert_array_equal(cohort.values[name][at], number)
        assert cohort.censored[name][at] == isinstance(value, str)


@pytest.mark.parametrize("name", WRITERS)
@given(data=st.data())
@settings(deadline=None, max_examples=15)
def test_a_row_a_visit(tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject) -> None:
    ending, write, limits = WRITERS[name]
    values = data.draw(cohorts(limits=limits))
    folder = tmp_path_factory.mktemp("long")
    write(folder / f"data{ending}", *long(values))
    same(read(folder, f"data{ending}", {}), values)


@pytest.mark.parametrize("name", WRITERS)
@given(data=st.data())
@settings(deadline=None, max_examples=8)
def test_a_row_a_subject(tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject) -> None:
    ending, write, limits = WRITERS[name]
    values = data.draw(cohorts(limits=limits))
    folder = tmp_path_factory.mktemp("wide")
    columns = {name: {visit: f"{name}_{visit}" for visit in VISITS} for name in ENDPOINTS}
    write(folder / f"data{ending}", *wide(values))
    same(read(folder, f"data{ending}", dict(columns)), values)


@pytest.mark.parametrize("name", WRITERS)
@given(data=st.data())
@settings(deadline=None, max_examples=8)
def test_a_row_a_value(tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject) -> None:
    ending, write, limits = WRITERS[name]
    values = data.draw(cohorts(limits=limits))
    folder = tmp_path_factory.mktemp("tall")
    write(folder / f"data{ending}", *tall(values))
    same(read(folder, f"data{ending}", {}, parameter="param", value="aval"), values)


@pytest.mark.parametrize("name", sorted(WRITERS.keys() - {"csv of a German Excel", "SAS transport"}))
def test_an_accent_may_be_written_in_two_ways(tmp_path: Path, name: str) -> None:
    ending, write, _ = WRITERS[name]
    one, two = "andr\u00e9", "andre\u0301"
    write(tmp_path / f"data{ending}", ["patient", "visit", "d\u00e9bit"], [[one, "start", 1.5], [two, "later", 2.5]])
    cohort = read(tmp_path, f"data{ending}", {"crp": "de\u0301bit", "esr": "d\u00e9bit"})
    assert cohort.subjects == (one,)
    np.testing.assert_array_equal(cohort.values["crp"], [[1.5, 2.5]])


@pytest.mark.parametrize("name", [name for name in WRITERS if WRITERS[name][0] in (".xlsx", ".ods")])
def test_ids_of_many_digits_are_told_apart(tmp_path: Path, name: str) -> None:
    ending, write, _ = WRITERS[name]
    rows: Rows = [[id_, visit, 1.5] for id_ in (1e15, 1234567890123456.0, 1234567890123457.0) for visit in VISITS]
    write(tmp_path / f"data{ending}", ["patient", "visit", "crp"], rows)
    cohort = read(tmp_path, f"data{ending}", {"esr": "crp"})
    assert cohort.subjects == ("1000000000000000", "1234567890123456", "1234567890123457")
