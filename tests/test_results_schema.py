"""results.json keeps to its schema, the schema says what the code writes, and is tight enough to notice."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
import whole_study
from jsonschema import Draft202012Validator
from studies import ROOT, replace, write_second_study
from test_by_hand import results_json

from cohortpress import provenance, result
from cohortpress.glossary import MEASURES
from cohortpress.result import Kind, Population, Result
from cohortpress.study import Analysis, Study

SCHEMA = json.loads((Path(result.__file__).parent / "schema/results.schema.json").read_text(encoding="utf-8"))
VALID = Draft202012Validator(SCHEMA)
RECORD = SCHEMA["$defs"]["result"]["properties"]
EXAMPLES = sorted(path.parents[1] for path in ROOT.glob("examples/*/report/study.yml"))


@pytest.fixture(scope="module")
def flagship() -> Any:
    return json.loads(results_json(ROOT))


def faults(text: str) -> list[str]:
    return [f"{fault.json_path}: {fault.message}" for fault in VALID.iter_errors(json.loads(text))]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("folder", [ROOT, *EXAMPLES], ids=lambda folder: folder.name)
def test_the_results_of_our_studies_keep_to_it(folder: Path) -> None:
    assert faults(results_json(folder)) == []


@pytest.mark.parametrize("subjects", [1, 2, 14])
@pytest.mark.parametrize("publish", ["full", "aggregate"])
def test_so_do_those_of_a_study_with_everything(tmp_path: Path, subjects: int, publish: str) -> None:
    folder = whole_study.write(tmp_path / "whole", subjects)
    replace(folder / "report/study.yml", "analysis:\n", f"publish: {publish}\nanalysis:\n")
    text = results_json(folder)
    assert faults(text) == []
    if subjects == 14:
        used = {option for record in json.loads(text)["results"] for option in record.get("options", {})}
        assert used == RECORD["options"]["properties"].keys()


def test_so_do_those_of_the_second_study_and_of_nobody_measured(tmp_path: Path) -> None:
    folder = write_second_study(tmp_path)
    assert faults(results_json(folder)) == []
    (folder / "sessions.csv").write_text("climber,session,grip\nA,start,\n", encoding="utf-8")
    assert faults(results_json(folder)) == []


def test_it_names_what_the_code_writes() -> None:
    assert RECORD.keys() == {field.name for field in fields(Result)}
    assert RECORD["kind"]["enum"] == list(get_args(Kind))
    assert RECORD["measure"]["enum"] == list(MEASURES)
    people = SCHEMA["properties"]["populations"]["additionalProperties"]["properties"]
    assert people.keys() == {field.name for field in fields(Population)}
    note = SCHEMA["properties"]["provenance"]["properties"]
    study = Study.model_fields.keys()
    assert note["analysis"]["properties"].keys() == Analysis.model_fields.keys()
    assert note["declared"]["properties"].keys() == provenance.DECLARED <= study
    assert note["libraries"]["properties"].keys() == set(provenance.LIBRARIES)


def of(id_: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    """Return what changes a record; None takes a key out."""

    def change(whole: dict[str, Any]) -> None:
        record = next(record for record in whole["results"] if record["id"] == id_)
        record.update(changes)
        for name in [name for name, value in changes.items() if value is ...]:
            del record[name]

    return change


@pytest.mark.parametrize(
    "change",
    [
        of("esr.month_6.median", measure="middle"),
        of("esr.month_6.median", kind="number"),
        of("esr.month_6.median", value="15"),
        of("esr.month_6.median", value=None),
        of("esr.month_6.median", error="no"),
        of("esr.month_6.median", text=None),
        of("esr.month_6.median", label=...),
        of("esr.month_6.median", comment="odd"),
        of("esr.month_6.median", unit=""),
        of("esr.month_6.n", value=-1),
        of("esr.month_6.n", value=6.5),
        of("esr.month_6.vs_baseline.p_value", value=0),
        of("esr.month_6.vs_baseline.p_value", value=1.5),
        of("esr.month_6.vs_baseline.p_value", options={"alpha": 5}),
        of("esr.month_6.vs_baseline.p_value", options={"Alpha": 0.05}),
        of("esr.month_6.vs_baseline.p_value", population=...),
        of("esr.month_6.vs_baseline.methods_disagree", value=1),
        lambda whole: whole["provenance"].pop("declared"),
        lambda whole: whole["provenance"]["analysis"].update(alternative="both"),
        lambda whole: whole["provenance"].update(windows={"month_6": [1]}),
        lambda whole: whole["provenance"]["inputs"].update({"data/visits.csv": "unknown"}),
        lambda whole: whole["populations"]["esr.month_6"].update(subjects=["S01"], all_except=["S02"]),
        lambda whole: whole["populations"]["esr.month_6"].pop("n"),
    ],
)
def test_what_is_no_record_of_ours_does_not_keep_to_it(
    flagship: dict[str, Any], change: Callable[[dict[str, Any]], None]
) -> None:
    whole = copy.deepcopy(flagship)
    assert VALID.is_valid(whole)
    change(whole)
    assert not VALID.is_valid(whole)


def test_the_record_of_the_documentation_is_one_of_the_flagship(flagship: dict[str, Any]) -> None:
    page = (ROOT / "docs/results.md").read_text(encoding="utf-8")
    shown = json.loads(page.partition("```json\n")[2].partition("```")[0])
    assert shown in flagship["results"]


def test_the_documentation_explains_every_key_and_option(flagship: dict[str, Any]) -> None:
    page = (ROOT / "docs/results.md").read_text(encoding="utf-8")
    for name in (*RECORD, *RECORD["options"]["properties"], *flagship["provenance"]):
        assert f"`{name}`" in page, name
