from __future__ import annotations

import pickle

import pytest

from cohortpress.errors import MOST_SHOWN, CohortpressError, DataError, Fault, did_you_mean


def test_a_fault_says_where_what_and_the_mend() -> None:
    fault = Fault("'5,4' has a decimal comma.", "Write 5.4.", "data/visits.csv, row 3, column esr")
    assert str(fault) == "data/visits.csv, row 3, column esr: '5,4' has a decimal comma. Write 5.4."
    assert str(Fault("It is broken.")) == "It is broken."


def test_an_error_shows_one_fault_a_line() -> None:
    assert str(DataError(Fault("One."), "Two.")) == "One.\nTwo."


def test_very_many_faults_are_cut_short_and_counted() -> None:
    lines = str(DataError(*(Fault(f"Fault {i}.") for i in range(MOST_SHOWN + 5)))).splitlines()
    assert lines[:MOST_SHOWN] == [f"Fault {i}." for i in range(MOST_SHOWN)]
    assert lines[MOST_SHOWN:] == ["... and 5 more"]


def test_an_error_keeps_kind_and_faults_on_the_way_between_processes() -> None:
    error = DataError(Fault("One.", "Mend it.", "a.csv"), Fault("Two."))
    sent = pickle.loads(pickle.dumps(error))
    assert type(sent) is DataError
    assert sent.faults == error.faults


def test_every_kind_is_caught_by_its_base() -> None:
    with pytest.raises(CohortpressError):
        raise DataError("x")


@pytest.mark.parametrize(
    ("word", "known", "words"),
    [
        ("month_7", ["month_6", "baseline"], "Did you mean 'month_6'?"),
        ("ESR", ["esr", "crp"], "Did you mean 'esr'?"),
        ("esr", ["ESR", "CRP"], "Did you mean 'ESR'?"),
        ("zzz", ["b", "a"], "Known: a, b."),
        ("zzz", [], ""),
    ],
)
def test_did_you_mean(word: str, known: list[str], words: str) -> None:
    assert did_you_mean(word, known) == words


def test_a_long_list_of_known_words_is_cut_short() -> None:
    words = did_you_mean("zzz", [f"name_{i:03}" for i in range(300)])
    assert words.endswith(f"name_{MOST_SHOWN - 1:03} ...")
    assert "name_250" not in words
