"""What the analysis makes of a study; the statistics themselves are held against R in tests/stats."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from studies import SECOND_STUDY, replace, write_second_study

from cohortpress.analysis import analyse
from cohortpress.cohort import read_cohort
from cohortpress.result import Population, ResultSet
from cohortpress.study import parse_study

STUDY = "report/study.yml"


def results_of(folder: Path) -> ResultSet:
    study = parse_study((folder / STUDY).read_text(encoding="utf-8"), STUDY)
    return analyse(study, read_cohort(folder, study))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> ResultSet:
    return results_of(write_second_study(tmp_path_factory.mktemp("second")))


@pytest.mark.parametrize(
    ("id_", "value"),
    [
        ("cohort.n", 5),
        ("hand.left.n", 2),
        ("hand.left.total", 5),
        ("hand.left.percent", 40.0),
        ("practice.median", 3.0),
        ("practice.max", 8.0),
        ("practice.n_missing", 0),
        ("grip.start.median", 36.0),
        ("grip.start.min", 28.0),
        ("grip.start.max", 52.5),
        ("grip.start.n", 5),
        ("grip.finish.median", 38.75),  # (33.0 + 44.5) / 2
        ("grip.finish.n", 4),
        ("grip.finish.n_missing", 1),
        ("grip.finish.vs_baseline.n_paired", 4),
        ("grip.finish.vs_baseline.n_improved", 3),  # higher is better
        ("grip.finish.vs_baseline.n_worse", 1),
        ("grip.finish.vs_baseline.n_zero", 0),
        ("grip.finish.vs_baseline.n_ties", 2),
        # Changes 2.5, 3.5, -0.5, 2.5: the fall has rank 1 of 10, the rises share 2.5, 2.5 and 4.
        ("grip.finish.vs_baseline.statistic", 9.0),
        # Of the 16 patterns of signs two have falls of rank sum 1 or less, and two rises.
        ("grip.finish.vs_baseline.p_exact", 4 / 16),
        ("grip.finish.vs_baseline.p_value", 4 / 16),
        ("grip.finish.vs_baseline.p_smallest", 2 / 16),
        ("grip.finish.vs_baseline.p_asymptotic", math.erfc((9 - 5) / math.sqrt(7.375) / math.sqrt(2))),
        ("grip.finish.vs_baseline.median_difference", 2.5),
        ("adverse_events.n_events", 2),
        ("adverse_events.n_subjects", 2),
        ("adverse_events.sore_finger.n_events", 2),
        ("adverse_events.sore_finger.onset.median", 4.0),
        ("adverse_events.sore_finger.onset.n_missing", 1),
    ],
)
def test_what_a_reader_can_reckon_by_hand(results: ResultSet, id_: str, value: float) -> None:
    assert results[id_].value == pytest.approx(value, rel=1e-12)


def test_a_result_says_what_it_is_of_and_how_it_was_computed(results: ResultSet) -> None:
    p = results["grip.finish.vs_baseline.p_value"]
    assert (p.label, p.variable, p.visit, p.baseline, p.n_paired) == (
        "Grip strength",
        "grip",
        "finish",
        "start",
        4,
    )
    assert p.method == "Wilcoxon signed-rank test, exact"
    assert (p.options["alternative"], p.options["alpha"], p.options["exact"]) == ("two-sided", 0.05, True)
    median = results["grip.start.median"]
    assert (median.unit, median.n, median.kind) == ("kg", 5, "summary")


def test_the_published_test_is_run_where_the_study_asks_for_it(second_study: Path) -> None:
    replace(second_study / STUDY, "documents:", "analysis: {method: asymptotic}\ndocuments:")
    asked = results_of(second_study)
    p = asked["grip.finish.vs_baseline.p_value"]
    assert p.value == asked["grip.finish.vs_baseline.p_asymptotic"].value
    assert p.method == "Wilcoxon signed-rank test, normal approximation without continuity correction"
    assert asked["grip.finish.vs_baseline.p_exact"].value == 0.25


def test_it_is_known_who_went_in(results: ResultSet) -> None:
    assert results.populations["grip.finish"] == Population(4, all_except=("E",))
    assert results.populations["adverse_events"] == Population(2, subjects=("B", "C"))
    for result in results:
        assert result.population is None or result.population in results.populations


def test_no_subject_is_named_where_the_study_publishes_aggregates(second_study: Path) -> None:
    for file in ("people.csv", "sessions.csv", "complaints.csv"):
        text = (second_study / file).read_text(encoding="utf-8")
        head, *rows = text.splitlines()
        (second_study / file).write_text("\n".join([head, *(f"Subject-{row}" for row in rows)]), encoding="utf-8")
    assert "Subject-E" in results_of(second_study).to_json()
    replace(second_study / STUDY, "documents:", "publish: aggregate\ndocuments:")
    assert "Subject-" not in results_of(second_study).to_json()


def test_the_order_of_the_rows_is_no_matter(second_study: Path, results: ResultSet) -> None:
    file = second_study / "sessions.csv"
    head, *rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([head, *rows[::-1]]), encoding="utf-8")
    assert results_of(second_study).to_json() == results.to_json()


def test_what_does_not_exist_says_why(second_study: Path) -> None:
    (second_study / "sessions.csv").write_text("climber,session,grip\nA,start,30\nB,finish,31\n", encoding="utf-8")
    few = results_of(second_study)
    p = few["grip.finish.vs_baseline.p_value"]
    assert (p.value, p.n_paired) == (None, 0)
    assert p.error
    assert few["grip.start.sd"].error == "one value alone does not give it"
    (second_study / "sessions.csv").write_text("climber,session,grip\nA,start,30\n", encoding="utf-8")
    none = results_of(second_study)
    assert (none["grip.finish.n"].value, none["grip.finish.median"].value) == (0, None)
    assert none["grip.finish.median"].error == "nobody was measured"
    assert all(r.error for r in none if r.value is None)


def test_a_warning_stays_with_its_result(second_study: Path) -> None:
    rows = "".join(f"{s},start,{10 + i}\n{s},finish,{13 + 2 * i}\n" for i, s in enumerate("ABCDE"))
    (second_study / "sessions.csv").write_text(f"climber,session,grip\n{rows}", encoding="utf-8")
    results = results_of(second_study)
    # All five rose: the exact p is 2/32 = 0.0625, the approximate one 0.043.
    assert results["grip.finish.vs_baseline.p_exact"].value == 2 / 32
    assert results["grip.finish.vs_baseline.methods_disagree"].value is True
    assert results["grip.finish.vs_baseline.alpha_out_of_reach"].value is True
    for measure in ("p_value", "p_exact", "p_asymptotic"):
        warnings = results[f"grip.finish.vs_baseline.{measure}"].warnings
        assert any("the methods disagree about alpha" in warning for warning in warnings)


def test_why_a_visit_is_missing_is_counted_whatever_the_reason_says(second_study: Path) -> None:
    hostile = 'moved "away".]{.x}'
    file = second_study / "sessions.csv"
    rows = file.read_text(encoding="utf-8").replace("grip\n", "grip,reason\n").splitlines()
    quoted = hostile.replace('"', '""')
    rows[1:] = [f'{row},"{quoted}"' if row.startswith("E,finish") else f"{row}," for row in rows[1:]]
    file.write_text("\n".join(rows), encoding="utf-8")
    results = results_of(second_study)
    assert results["flow.finish.reason.moved_away_x.n"].value == 1
    assert all(set(r.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.") for r in results)


def test_the_second_study_shares_no_column_with_the_flagship() -> None:
    root = Path(__file__).parents[1] / "data"
    flagship = {c for file in root.glob("*.csv") for c in file.read_text().splitlines()[0].split(",")}
    second = {
        c for name, text in SECOND_STUDY.items() if name.endswith(".csv") for c in text.splitlines()[0].split(",")
    }
    assert flagship
    assert not flagship & second
