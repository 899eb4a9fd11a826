"""Every number of results.json can be computed again from it, the data files and docs/statistics.md; see by_hand.py."""

from __future__ import annotations

from pathlib import Path

import pytest
import whole_study
from by_hand import differing
from studies import ROOT

from cohortpress.analysis import analyse
from cohortpress.analysis.derived import derive
from cohortpress.cohort import read_cohort
from cohortpress.formatting import format_results
from cohortpress.provenance import provenance
from cohortpress.study import read_study


def results_json(folder: Path) -> str:
    """Return results.json as a build writes it."""
    study = read_study(folder)
    cohort = derive(study, read_cohort(folder, study))
    note = provenance(folder, study, [str(note) for note in cohort.notes])
    return format_results(analyse(study, cohort), study).with_provenance(note).to_json()


@pytest.mark.parametrize("study", ["", "examples/cirrhosis", "examples/epilepsy", "examples/sleep"])
def test_the_numbers_of_a_study_are_those_by_hand(study: str) -> None:
    count, others = differing(ROOT / study, results_json(ROOT / study))
    assert count > 60
    assert others == []


@pytest.mark.parametrize(
    ("subjects", "options"),
    [
        (14, {}),
        (14, {"method": "exact", "alternative": "less"}),
        (3, {"alternative": "greater"}),
        (40, {"family": "benjamini_hochberg"}),
    ],
)
def test_so_are_those_of_a_study_with_everything(tmp_path: Path, subjects: int, options: dict[str, str]) -> None:
    folder = whole_study.write(tmp_path / "whole", subjects, **options)
    count, others = differing(folder, results_json(folder))
    assert count > 1000
    assert others == []
