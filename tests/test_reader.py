"""What the card on a number says: what it is, of whom, and how it came about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import whole_study
from studies import ROOT, language_of

from cohortpress.analysis import analyse
from cohortpress.analysis.derived import derive
from cohortpress.cohort import read_cohort
from cohortpress.formatting import format_results
from cohortpress.reader import origins
from cohortpress.study import read_study

NARROW = str.maketrans(dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", " "))


def cards(folder: Path, *ids: str, code: str = "en", **data: str) -> list[dict[str, Any]]:
    study = read_study(folder)
    told = study.data.model_copy(update=data)
    study = study.model_copy(update={"language": code, "data": told})
    results = format_results(analyse(study, derive(study, read_cohort(folder, study))), study)
    return list(origins(ids, study, results, language_of(study)).values())


@pytest.mark.parametrize(
    ("code", "category", "measured"),
    [
        ("en", "number of subjects in this category", "number of subjects with a value"),
        ("nl", "aantal personen in deze categorie", "aantal personen met een waarde"),
        ("fr", "nombre de sujets dans cette catégorie", "nombre de sujets ayant une valeur"),
        ("de", "Anzahl der Personen in dieser Kategorie", "Anzahl der Personen mit einem Wert"),
    ],
)
def test_a_count_of_a_category_is_not_how_many_were_measured(code: str, category: str, measured: str) -> None:
    women, age = cards(ROOT, "sex.women.n", "age.n", code=code)
    assert (women["value"], women["total"], women["formula"]) == ("5", 8, category)
    assert "n" not in women
    assert (age["value"], age["n"], age["formula"]) == ("8", 8, measured)


def test_n_is_what_it_counts_in_each_kind_of_result() -> None:
    ids = "cohort.n", "adverse_events.subjects.n", "adverse_events.onset.n"
    formulas = [card["formula"] for card in cards(ROOT, *ids)]
    assert formulas == ["subjects of the cohort", "subjects with at least one event", "events whose onset is known"]


def test_what_the_subjects_file_tells_is_of_no_visit() -> None:
    ids = "steroid_course.reduced_or_stopped.n", "crp.month_6.median", "flow.month_6.measured"
    stopped, at_six, flow = cards(ROOT, *ids)
    assert stopped["label"] == "Steroids: reduced or stopped, n"
    assert flow["label"] == "6 months, measured"
    assert at_six["label"] == "CRP, 6 months, median"


@pytest.mark.parametrize(
    ("code", "label", "value"),
    [
        ("en", "Adverse events: onset, median", "7 months"),
        ("nl", "Ongewenste voorvallen: begin, mediaan", "7 maanden"),
        ("fr", "Événements indésirables : survenue, médiane", "7 mois"),
        ("de", "Unerwünschte Ereignisse: Beginn, Median", "7 Monate"),
    ],
)
def test_an_onset_says_that_it_is_one_and_in_what_unit(code: str, label: str, value: str) -> None:
    (card,) = cards(ROOT, "adverse_events.onset.median", code=code, onset_unit="")
    assert card["label"].translate(NARROW) == label
    assert card["value"] == value
    (card,) = cards(ROOT, "adverse_events.onset.median", code=code, onset_unit="moons")
    assert card["value"] == "7 moons"


def test_answers_before_and_after_are_told_apart(tmp_path: Path) -> None:
    folder = whole_study.write(tmp_path / "whole")
    labels = [card["label"] for card in cards(folder, "steroids.before.n", "steroids.after.n")]
    assert labels == ["On steroids: before, n", "On steroids: after, n"]
