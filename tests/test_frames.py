"""Data frames hold what a build computes from; pandas itself is a second source for what it computes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cohortpress.errors import ResultError
from cohortpress.frames import measurements, results


def test_results_equal_what_pandas_makes_of_the_measurements(built_flagship: Path) -> None:
    found = results(built_flagship / "_output/results.json")["value"]
    by_visit = measurements(built_flagship)[["das_crp", "esr", "crp"]].groupby("visit")
    compared = 0
    for measure in ("count", "median", "min", "max", "mean", "std"):
        for row in by_visit.agg(measure).stack().reset_index().itertuples(index=False):
            visit, endpoint, value = row
            ours = found[f"{endpoint}.{visit}.{ {'count': 'n', 'std': 'sd'}.get(measure, measure) }"]
            assert ours == pytest.approx(value, rel=1e-12), (endpoint, visit, measure)
            compared += 1
    assert compared == 6 * 3 * 4


def test_subjects_and_visits_are_those_of_the_file(built_flagship: Path) -> None:
    file = pd.read_csv(built_flagship / "data/visits.csv").set_index(["subject_id", "visit"])
    measured = measurements(built_flagship)
    assert measured.index.names == ["subject", "visit"]
    assert list(measured.index) == list(file.index)
    for name in ("das_crp", "esr", "crp"):
        assert measured[name].equals(pd.Series(file[name].astype(float).to_numpy(), measured.index))


def test_values_below_the_limit_are_marked(flagship: Path) -> None:
    data = flagship / "data/visits.csv"
    rows = data.read_text(encoding="utf-8").splitlines()
    subject, visit, *_ = rows[-1].split(",")
    data.write_text("\n".join([*rows[:-1], f"{rows[-1].rpartition(',')[0]},<0.6\n"]), encoding="utf-8")
    measured = measurements(flagship)
    assert [measured.at[(subject, visit), name] for name in ("crp", "crp_below")] == [0.6, True]
    assert measured["crp_below"].tolist().count(True) == 1
    assert list(measured) == ["das_crp", "esr", "crp", "crp_below"]


def test_no_results_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"results\.json.*Build the study first"):
        results(tmp_path / "results.json")
