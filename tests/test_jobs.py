"""Jobs wait for those before them, and tell all that went wrong."""

from __future__ import annotations

import threading

import pytest

from cohortpress.errors import DataError, Fault, StudyError
from cohortpress.jobs import Jobs


def fail(*problems: str) -> None:
    raise DataError(*(Fault(problem) for problem in problems))


def test_a_job_begins_when_those_before_it_have_ended() -> None:
    told: list[str] = []
    gate = threading.Event()

    def slow() -> None:
        assert gate.wait(10)
        told.append("first")

    with Jobs() as jobs:
        first = jobs.begin(slow)
        jobs.begin(told.append, "then", after=[first])
        jobs.begin(gate.set)
    assert told == ["first", "then"]


def test_what_depends_on_a_failure_does_not_run_and_repeats_no_fault() -> None:
    told: list[str] = []

    def run() -> None:
        with Jobs() as jobs:
            first = jobs.begin(fail, "a", "b")
            jobs.begin(told.append, "then", after=[first])
            jobs.begin(fail, "b", "c")
            jobs.begin(told.append, "beside")

    with pytest.raises(DataError) as raised:
        run()
    assert [fault.problem for fault in raised.value.faults] == ["a", "b", "c"]
    assert told == ["beside"]


def test_what_no_user_can_mend_comes_first() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    def run() -> None:
        with Jobs() as jobs:
            jobs.begin(fail, "a")
            jobs.begin(broken)

    with pytest.raises(ZeroDivisionError):
        run()


def test_an_error_outside_of_the_jobs_is_told_alone() -> None:
    def run() -> None:
        with Jobs() as jobs:
            jobs.begin(fail, "a")
            raise StudyError("outside")

    with pytest.raises(StudyError, match="outside"):
        run()
