"""Statements that print only while the data support them."""

from __future__ import annotations

import shutil
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
