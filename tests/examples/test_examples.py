"""The examples build, and R finds the same numbers in its own copies of the data."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from studies import ROOT, cohortpress, text_of_pdf

from cohortpress.build import DOCUMENTS, Build, Options
from cohortpress.errors import Fault

EXAMPLES = sorted(path.parent.parent.name for path in (ROOT / "examples").glob("*/report/study.yml"))
with (Path(__file__).parent / "expected.csv").open(encoding="utf-8") as file:
    EXPECTED = [(row["example"], row["id"], float(row["value"])) for row in csv.DictReader(file)]


@pytest.fixture
def example(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return Path(shutil.copytree(ROOT / "examples" / request.param, tmp_path / request.param))


def test_there_are_several_and_they_differ() -> None:
    assert len(EXAMPLES) >= 3
    assert {name for name, _, _ in EXPECTED} == set(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, indirect=True)
def test_an_example_is_filled_and_its_numbers_are_those_of_r(example: Path) -> None:
    said: list[Fault] = []
    with Build(example, Options("pandoc"), lambda step, seconds: None, said.append) as steps:
        for document in DOCUMENTS:
            steps.fill(document)
        results = steps.results
    assert [str(fault) for fault in said if ".qmd" in fault.where or "is typed" in fault.problem] == []
    for name, id_, value in EXPECTED:
        if name == example.name:
            assert results[id_].value == pytest.approx(value, rel=1e-12), id_
    source = (example / "README.md").read_text(encoding="utf-8")
    assert "Source: " in source
    assert "GPL" in source


@pytest.mark.parametrize("example", ["anorexia"], indirect=True)
def test_one_is_built_as_a_whole_without_templates_of_its_own(example: Path) -> None:
    done = cohortpress(example, "build")
    assert done.returncode == 0, done.stderr
    assert "body weight rose in 13 of 17" in text_of_pdf(example / "_output/poster.pdf")  # as in R: n_improved
    assert "given to 17 patients" in text_of_pdf(example / "_output/abstract.pdf")
