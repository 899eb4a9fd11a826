"""What the analysis makes of a study; the statistics themselves are held against R in tests/stats."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from studies import SECOND_STUDY, replace, write_second_study

from cohortpress.analysis import analyse
from cohortpress.analysis.multiplicity import adjusted
from cohortpress.cohort import read_cohort
from cohortpress.result import Population, Result, ResultSet
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
        ("grip.finish.vs_baseline.percent_improved", 75.0),
        ("grip.finish.vs_baseline.percent_unchanged", 0.0),
        ("grip.finish.vs_baseline.percent_worse", 25.0),
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


def test_where_aggregates_are_published_nothing_tells_of_one_or_two(second_study: Path) -> None:
    events = "climber,complaint,week\nB,Sore finger,1\nB,Sore finger,2\nB,Sore finger,4\nC,Cut,1\nA,Cut,2\nD,Cut,3\n"
    (second_study / "complaints.csv").write_text(events + "A,Sore finger,\nC,Sore finger,\n", encoding="utf-8")
    zeros = "".join(f"{subject},start,0\n{subject},finish,4\n" for subject in "ABC")
    sessions = f"climber,session,grip\n{zeros}D,start,2\nD,finish,3\nE,start,4\nE,finish,6\n"
    (second_study / "sessions.csv").write_text(sessions, encoding="utf-8")
    replace(second_study / STUDY, "documents:", "publish: aggregate\ndocuments:")
    results = results_of(second_study)
    assert results["adverse_events.cut.onset.median"].value == 2
    # Three events, all of one subject; of five pairs two have a percent change: from zero there is none.
    for id_ in ("adverse_events.sore_finger.onset.median", "grip.finish.vs_baseline.percent_change.median"):
        assert (results[id_].value, results[id_].error) == (None, "it describes fewer than 3 subjects")
    assert results["grip.finish.vs_baseline.median_difference"].value == 4


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
        assert "no exact p of 5 changed pairs lies below alpha" in warnings


def test_pairs_on_a_log_scale_have_geometric_means_too(second_study: Path) -> None:
    replace(second_study / STUDY, "unit: kg,", "unit: kg, scale: log,")
    results = results_of(second_study)
    four = math.prod((30.5, 41.0, 28.0, 52.5)) ** (1 / 4)  # of all but E, who has no pair
    assert results["grip.finish.vs_baseline.before.geometric_mean"].value == pytest.approx(four)
    assert results["grip.start.geometric_mean"].value == pytest.approx((four**4 * 36) ** (1 / 5))


def test_percent_changes_of_nothing_but_zeros_say_why(second_study: Path) -> None:
    (second_study / "sessions.csv").write_text("climber,session,grip\nA,start,0\nA,finish,1\n", encoding="utf-8")
    median = results_of(second_study)["grip.finish.vs_baseline.percent_change.median"]
    assert (median.value, median.error) == (None, "no baseline is above zero")


def limited(folder: Path, rows: str, more: str = "") -> ResultSet:
    """Analyse grip strength where some values are below what the device can tell."""
    (folder / "sessions.csv").write_text(f"climber,session,grip\n{rows}", encoding="utf-8")
    replace(folder / STUDY, "documents:", f"{more}\ndocuments:")
    return results_of(folder)


# Six falls of different sizes, and one that rises from below the limit: by 0.3 from the limit, by 0.9 from zero.
DECIDED = "".join(f"{s},start,{9 + i}\n{s},finish,{8.5 - i / 10}\n" for i, s in enumerate("ABCD"))
DECIDED += "E,start,2\nE,finish,1.6\nF,start,2\nF,finish,1.3\nG,start,<0.6\nG,finish,0.9\n"


def test_where_a_limit_decides_about_alpha_both_p_values_are_given(second_study: Path) -> None:
    people = second_study / "people.csv"
    people.write_text(people.read_text(encoding="utf-8") + "F,R,1\nG,L,1\n", encoding="utf-8")
    results = limited(second_study, DECIDED, "analysis: {alpha: 0.05}")
    at = "grip.finish.vs_baseline"
    # Of 128 patterns of signs: rank 1 rises in 2 as extreme, and in 2 that mirror them.
    assert results[f"{at}.p_value"].value == 4 / 128
    # With zero it rises by 0.9, rank 4 behind 0.4, 0.5 and 0.7: sums of up to 4 are {}, 1, 2, 3, 4, 1+2, 1+3.
    assert results[f"{at}.p_at_zero"].value == results[f"{at}.p_value"].options["value_at_zero"] == 14 / 128
    assert results[f"{at}.limit_decides"].value is True
    for measure in ("p_value", "n_worse", "median_difference"):
        warnings = results[f"{at}.{measure}"].warnings
        assert "1 of 7 changes involve a value below the limit, read here as the limit" in warnings
    assert results[f"{at}.n_paired"].warnings == ()


def test_what_does_not_hang_on_the_limit_is_not_said_to(results: ResultSet) -> None:
    assert results["grip.finish.vs_baseline.limit_decides"].value is False
    assert not any("value_at_zero" in result.options for result in results)
    assert "grip.finish.vs_baseline.p_at_zero" not in results


def test_no_single_number_is_given_for_values_below_a_limit(second_study: Path) -> None:
    replace(second_study / STUDY, "unit: kg,", "unit: kg, scale: log,")
    results = limited(second_study, "A,start,<0.6\nB,start,<0.6\nC,start,<0.6\nD,start,2\nE,start,3\n")
    assert {m: results[f"grip.start.{m}"].value for m in ("n", "n_below", "mean_low", "mean_high")} == {
        "n": 5, "n_below": 3, "mean_low": 1.0, "mean_high": pytest.approx(6.8 / 5),
    }  # fmt: skip
    median = results["grip.start.median"]
    assert (median.value, median.options["below"]) == (0.6, True)
    for measure in ("mean", "sd", "geometric_mean"):
        result = results[f"grip.start.{measure}"]
        assert (result.value, result.error) == (None, "values below the limit leave no single number")


def test_values_below_a_limit_rank_lowest_over_all_visits(second_study: Path) -> None:
    replace(second_study / STUDY, "  finish: {label", "  half: {label: Half, month: 1}\n  finish: {label")
    rows = "".join(f"{s},start,3\n{s},half,0.6\n{s},finish,<0.6\n" for s in "ABCDE")
    results = limited(second_study, rows)
    # As for any three values in the same order in all of five subjects: 5 * (3 - 1).
    assert results["grip.across_visits.statistic"].value == pytest.approx(10)
    warnings = results["grip.across_visits.p_value"].warnings
    assert "5 of 15 values lie below the limit, and rank lowest together" in warnings


RULES = (
    "responses:\n  under: {label: u, endpoint: grip, threshold: 0.6, strict: true}\n"
    "  lost: {label: l, endpoint: grip, improvement_percent: 90}"
)


def test_a_response_that_hangs_on_the_limit_says_so(second_study: Path) -> None:
    replace(second_study / STUDY, "higher_is_better", "lower_is_better")
    results = limited(second_study, "A,start,5\nA,finish,<0.6\nC,start,5\nC,finish,0.6\n", RULES)
    under, lost = results["under.finish.n"], results["lost.finish.n"]
    assert (under.value, results["under.finish.total"].value) == (1, 2)  # <0.6 is below 0.6, and 0.6 is not
    assert "value_at_zero" not in under.options
    assert (under.options["threshold"], under.options["strict"], under.options["endpoint"]) == (0.6, True, "grip")
    assert (lost.value, lost.options["value_at_zero"]) == (0, 1)  # 88 % at the limit, 100 % at zero


def test_who_cannot_lose_a_percentage_is_not_evaluable(second_study: Path) -> None:
    replace(second_study / STUDY, "higher_is_better", "lower_is_better")
    results = limited(second_study, "A,start,5\nA,finish,0.4\nB,start,0\nB,finish,0\nC,start,5\n", RULES)
    assert (results["under.finish.total"].value, results["under.finish.not_evaluable"].value) == (2, 3)
    assert (results["lost.finish.total"].value, results["lost.finish.not_evaluable"].value) == (1, 4)
    assert results.populations["lost.finish"].subjects == ("A",)
    assert results.populations["lost.finish.not_evaluable"] == Population(4, all_except=("A",))


def test_a_value_carried_forward_stays_below_its_limit(second_study: Path) -> None:
    replace(second_study / STUDY, "  finish: {label", "  half: {label: Half, month: 1}\n  finish: {label")
    rows = "".join(f"{s},start,{5 + i}\n{s},half,<0.6\n" for i, s in enumerate("ABCDE"))
    results = limited(second_study, rows, "analysis: {locf: true}")
    p = results["grip.finish.vs_baseline.locf.p_value"]
    assert (p.value, p.n_paired) == (2 / 32, 5)
    assert "5 of 5 changes involve a value below the limit, read here as the limit" in p.warnings
    assert results.populations["grip.finish.vs_baseline.locf"].n == 5
    assert results["grip.finish.vs_baseline.n_paired"].value == 0


def test_pairs_without_a_change_rank_with_the_others_also_where_values_are_carried_forward(second_study: Path) -> None:
    replace(second_study / STUDY, "  finish: {label", "  half: {label: Half, month: 1}\n  finish: {label")
    rows = "".join(f"{s},start,10\n{s},half,{10 + d}\n" for s, d in zip("ABCDE", (0, 1, 2, 3, -4), strict=True))
    results = limited(second_study, rows, "analysis: {locf: true, zero_method: pratt}")
    # The fall has rank 5. Of the 16 sets of ranks 2, 3, 4 and 5 six sum to 5 or less; of 1 to 4 seven to 4 or less.
    assert results["grip.finish.vs_baseline.locf.p_value"].value == 2 * 6 / 16


@pytest.mark.parametrize(("alpha", "out_of_reach"), [("0.125", True), ("0.126", False)])
def test_alpha_is_out_of_reach_where_the_smallest_p_is_not_below_it(
    second_study: Path, alpha: str, out_of_reach: bool
) -> None:
    replace(second_study / STUDY, "documents:", f"analysis: {{alpha: {alpha}}}\ndocuments:")
    results = results_of(second_study)
    assert results["grip.finish.vs_baseline.p_smallest"].value == 2 / 16  # of four pairs
    assert results["grip.finish.vs_baseline.alpha_out_of_reach"].value is out_of_reach


def test_adjusted_p_values_say_what_they_were_with_zero_below_the_limit() -> None:
    family = "analysis: {family: {endpoints: [grip, pinch, hook], visits: [finish]}}\ndocuments:"
    more = "  pinch: {label: Pinch}\n  hook: {label: Hook}\ncharacteristics:"
    text = SECOND_STUDY["report/study.yml"].replace("documents:", family).replace("characteristics:", more)
    p_values = {"grip": (0.01, 0.04), "pinch": (0.02, 0.02), "hook": (0.5, 0.5)}
    tests = [
        Result(f"{name}.finish.vs_baseline.p_value", name, name, "p_value", p,
               options={"value_at_zero": zero} if zero != p else {}, method="test")
        for name, (p, zero) in p_values.items()
    ]  # fmt: skip
    grip, pinch, hook = adjusted(parse_study(text, STUDY), tests)
    # Holm's steps: 3 * 0.01, 2 * 0.02 and 0.5; with zero 3 * 0.02, 2 * 0.04 and 0.5.
    assert (grip.value, grip.options["value_at_zero"]) == pytest.approx((0.03, 0.08))
    assert (pinch.value, pinch.options["value_at_zero"]) == pytest.approx((0.04, 0.06))
    assert (hook.value, dict(hook.options)) == (0.5, {})


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


def test_who_was_measured_is_not_counted_among_the_reasons(second_study: Path) -> None:
    file = second_study / "sessions.csv"
    rows = file.read_text(encoding="utf-8").replace("grip\n", "grip,reason\n").splitlines()
    rows[1:] = [f"{row},{'tired' if row.startswith(('E,finish', 'D,finish')) else ''}" for row in rows[1:]]
    file.write_text("\n".join(rows), encoding="utf-8")
    results = results_of(second_study)
    assert results["flow.finish.lost"].value == results["flow.finish.reason.tired.n"].value == 1


def test_the_second_study_shares_no_column_with_the_flagship() -> None:
    root = Path(__file__).parents[1] / "data"
    flagship = {c for file in root.glob("*.csv") for c in file.read_text().splitlines()[0].split(",")}
    second = {
        c for name, text in SECOND_STUDY.items() if name.endswith(".csv") for c in text.splitlines()[0].split(",")
    }
    assert flagship
    assert not flagship & second


def test_where_no_side_is_better_pairs_increase_or_decrease(tmp_path: Path) -> None:
    folder = write_second_study(tmp_path)
    replace(folder / STUDY, "direction: higher_is_better", "direction: neither")
    results = results_of(folder)
    change = "grip.finish.vs_baseline"
    # The changes, as above: 2.5, 3.5, -0.5, 2.5.
    assert {name: results[f"{change}.{name}"].value for name in ("n_increased", "n_decreased", "n_unchanged")} == {
        "n_increased": 3, "n_decreased": 1, "n_unchanged": 0,
    }  # fmt: skip
    assert results[f"{change}.percent_increased"].value == 75.0
    assert not any("improved" in result.id or "worse" in result.id for result in results)
    sided = results_of(write_second_study(tmp_path / "sided"))
    for size in ("hodges_lehmann", "rank_biserial", "median_difference", "mean_difference", "p_exact"):
        assert results[f"{change}.{size}"].value == sided[f"{change}.{size}"].value
