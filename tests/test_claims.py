"""Statements that print only while the data support them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from cohortpress.analysis import analyse
from cohortpress.claims import judge
from cohortpress.cli import main
from cohortpress.cohort import read_cohort
from cohortpress.formatting import format_results
from cohortpress.result import ResultSet
from cohortpress.study import Claim, Study, read_study

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(ROOT)


@pytest.fixture(scope="module")
def results(study: Study) -> ResultSet:
    return format_results(analyse(study, read_cohort(ROOT, study)), study)


def verdict(study: Study, results: ResultSet, **claim: object) -> tuple[bool, bool, str]:
    asked = study.model_copy(update={"claims": {"it": Claim.model_validate(claim)}})
    found = judge("it", asked, results)
    return found.holds, found.near, str(found)


def test_the_claims_of_the_flagship_hold(study: Study, results: ResultSet) -> None:
    assert study.claims
    assert all(judge(name, study, results).holds for name in study.claims)


def test_the_exact_p_decides_unless_another_is_asked_for(study: Study, results: ResultSet) -> None:
    claim = {"endpoints": "das_crp", "visit": "month_6", "p_below": 0.05}
    holds, _, words = verdict(study, results, **claim)
    assert not holds
    assert "DAS-CRP at 6 months: the exact p must be below 0.05; it is 0.0625" in words
    assert verdict(study, results, **claim, by="asymptotic")[0]


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ({"direction": "decreased"}, True),
        ({"direction": "improved"}, True),  # lower is better
        ({"direction": "increased"}, False),
        ({"direction": "worsened"}, False),
        ({"at_least_percent": 98}, True),  # the median change of CRP is -98.8 %
        ({"at_least_percent": 99}, False),
        ({"n_at_least": 7}, True),
        ({"n_at_least": 8}, False),
        ({"in_all": True}, True),  # CRP fell in seven of seven
        ({"in_all": True, "direction": "worsened"}, False),
    ],
)
def test_each_condition(claim: dict[str, object], holds: bool, study: Study, results: ResultSet) -> None:
    assert verdict(study, results, endpoints="crp", visit="month_6", **claim)[0] is holds


def test_that_all_changed_is_more_than_that_the_median_did(study: Study, results: ResultSet) -> None:
    claim = {"endpoints": "das_crp", "visit": "month_6", "direction": "decreased"}
    assert verdict(study, results, **claim)[0]
    holds, _, words = verdict(study, results, **claim, in_all=True)
    assert not holds
    assert words == "DAS-CRP at 6 months: all 6 must have decreased; it is 5"


def test_so_many_of_the_endpoints_may_do(study: Study, results: ResultSet) -> None:
    claim = {"endpoints": ["das_crp", "esr", "crp"], "visit": "month_6", "p_below": 0.05}
    assert not verdict(study, results, **claim)[0]
    assert verdict(study, results, **claim, in_at_least=2)[0]


def test_a_claim_that_only_just_holds_is_near(study: Study, results: ResultSet) -> None:
    near = {"endpoints": "crp", "visit": "month_6", "n_at_least": 7}
    assert verdict(study, results, **near)[1]
    assert not verdict(study, results, endpoints="crp", visit="month_6", n_at_least=5)[1]


def changed(results: ResultSet, **values: float) -> ResultSet:
    """Return the results with other comparisons at 6 months: ``crp=-40`` percent, ``crp_p=0.01``."""
    changes = {}
    for name, value in values.items():
        measure = "p_exact" if name.endswith("_p") else "percent_change.median"
        id_ = f"{name.removesuffix('_p')}.month_6.vs_baseline.{measure}"
        changes[id_] = replace(results[id_], value=value)
    return results.map(changes)


@pytest.mark.parametrize(
    ("share", "holds", "near"), [(-39.99, False, False), (-40, True, True), (-47.99, True, True), (-48, True, False)]
)
def test_a_change_is_near_its_limit_up_to_a_fifth_above_it(
    share: float, holds: bool, near: bool, study: Study, results: ResultSet
) -> None:
    claim = {"endpoints": "crp", "visit": "month_6", "at_least_percent": 40}
    assert verdict(study, changed(results, crp=share), **claim)[:2] == (holds, near)


@pytest.mark.parametrize(
    ("p", "holds", "near"), [(0.08, True, False), (0.0801, True, True), (0.0999, True, True), (0.1, False, False)]
)
def test_a_p_is_near_its_limit_in_the_last_fifth_below_it(
    p: float, holds: bool, near: bool, study: Study, results: ResultSet
) -> None:
    claim = {"endpoints": "crp", "visit": "month_6", "p_below": 0.1}
    assert verdict(study, changed(results, crp_p=p), **claim)[:2] == (holds, near)


def test_an_endpoint_that_does_not_hold_makes_no_claim_near(study: Study, results: ResultSet) -> None:
    names = ["das_crp", "esr", "crp"]
    claim = {"endpoints": names, "visit": "month_6", "p_below": 0.1, "at_least_percent": 10}
    shares, ps = {"das_crp": -50, "esr": -50, "crp": -11}, {"das_crp": 0.01, "esr": 0.01, "crp": 0.2}
    lame = changed(results, **shares, **{f"{name}_p": p for name, p in ps.items()})
    # CRP is near its percentage, but its p is above the limit: two hold, and these by far.
    assert verdict(study, lame, **claim, in_at_least=2)[:2] == (True, False)
    near = changed(lame, esr=-11)
    assert verdict(study, near, **claim, in_at_least=2)[:2] == (True, True)
    assert verdict(study, near, **claim, in_at_least=1)[:2] == (True, False)  # one to spare
    assert verdict(study, near, **claim)[:2] == (False, False)


def test_a_claim_that_falls_stops_the_build_and_says_what_it_is_now(tmp_path: Path) -> None:
    for part in ("data", "report", "templates"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "_quarto.yml", tmp_path)
    visits = tmp_path / "data/visits.csv"
    relapse = visits.read_text().replace("S07,month_12,1.5,", "S07,month_12,7.5,")
    assert relapse != visits.read_text()
    visits.write_text(relapse)
    done = CliRunner().invoke(main, ["fill", "--study", str(tmp_path)])
    assert done.exit_code == 1
    assert "report/poster.qmd, line" in done.stderr or "report/abstract.qmd, line" in done.stderr
    assert "no longer support the claim 'persistent_decrease'" in done.stderr
    assert "DAS-CRP at 12 months" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("direction", "holds"), [("decreased", True), ("increased", False)])
def test_all_can_fall_where_no_side_is_better(direction: str, holds: bool) -> None:
    study = read_study(ROOT)
    neither = study.endpoints["crp"].model_copy(update={"direction": "neither"})
    study = study.model_copy(update={"endpoints": {**study.endpoints, "crp": neither}, "responses": {}})
    results = format_results(analyse(study, read_cohort(ROOT, study)), study)
    claim = {"endpoints": "crp", "visit": "month_6", "direction": direction, "in_all": True}
    assert verdict(study, results, **claim)[0] is holds
