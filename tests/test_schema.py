"""The JSON Schema of study.yml says what the models say, and stands where editors find it."""

from __future__ import annotations

import copy
import itertools
import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft7Validator
from pydantic import ValidationError
from studies import ROOT, SECOND_STUDY
from test_study import BROKEN

from cohortpress.cli import main
from cohortpress.new import start
from cohortpress.study import DAYS_IN, SCHEMA, Study, _Loader
from cohortpress.study.model import _Part

MADE = SCHEMA.read_text(encoding="utf-8")
VALID = Draft7Validator(json.loads(MADE))
STUDIES = sorted([ROOT / "report/study.yml", *ROOT.glob("examples/*/report/study.yml")])
# A study that has every key of every part.
WHOLE = """
title: t
design: d
language: en-GB
keywords: [k]
authors: [a]
affiliations: [a]
logos: {club: report/a.png}
poster_number: p
source: {citation: c, url: "https://example.org", licence: l}
notice: n
address: https://example.org
contact: c
funding: f
participants: {one: chick, many: chicks}
data:
  visits: {file: v.xlsx, sheet: s, head_row: 2, separator: ";", decimal: ",", encoding: cp1252, only: {a: b, c: 1},
           dictionary: d.csv}
  subjects: s.csv
  adverse_events: e.csv
  subject_id: id
  visit: v
  date: d
  start: s
  parameter: p
  value: w
  missing: [-99, ND]
  skip_visits: Screening
  skip_subjects: [Mean, SD]
  term: t
  onset: o
  onset_unit: weeks
  exposure_years: y
visits:
  start: {label: S, month: 0, value: [0, Start], days: [-30, 7], at: at start}
  end: {label: E, month: 6.5, value: End, days: [8, 300]}
endpoints:
  x: {label: X, column: {start: x0, end: x6}, unit: u, decimals: 1, summary_decimals: 2, direction: higher_is_better,
      role: primary, scale: log, limit_of_detection: 0.5, thresholds: {low: 1, high: 2.5}}
  d: {label: D, derive: {score: das28_crp, tender_joints: x, swollen_joints: x, crp: x, global_health: x}}
characteristics:
  sex: {label: Sex, column: s, unit: u, decimals: 0, summary_decimals: 1, listed: false, categories: {f: [0, w], m: 1},
        labels: {f: women}}
yes_no_changes:
  q: {label: Q, before: sex, after: sex, yes: f}
responses:
  r: {label: R, endpoint: x, threshold: 1, strict: true, improvement_percent: 50}
  e: {label: E, endpoint: d, eular: good}
claims:
  c: {endpoints: x, visit: end, direction: decreased, at_least_percent: 1, p_below: 0.05, by: main, in_at_least: 1,
      n_at_least: 1, in_all: true}
constants: {dose: 8 mg/kg, weeks: 8, share: 0.5}
analysis:
  test: wilcoxon
  method: exact
  correction: true
  zero_method: pratt
  alternative: less
  alpha: 0.05
  conf_level: 0.9
  family: {method: holm, endpoints: [x], visits: [end]}
  locf: true
documents:
  abstract: {page: A4}
  poster: {page: A0, press: {bleed_mm: 5, crop_marks: false, profile: coated.icc}, archive: true}
theme: classic
congress: generic
publish: aggregate
privacy: {smallest_group: 3, traits: sex, band: 5, allowed: [x]}
"""


def read(text: str) -> dict[str, Any]:
    return dict(yaml.load(text, Loader=_Loader))


def refused_by_the_models(raw: dict[str, Any]) -> bool:
    """Tell whether the structure is refused; what only a validator of ours refuses is beyond a schema."""
    try:
        Study.model_validate(raw)
    except ValidationError as error:
        return any(detail["type"] != "value_error" for detail in error.errors())
    return False


def test_it_is_up_to_date_with_the_models() -> None:
    assert runpy.run_path(str(ROOT / "tools/schema.py"))["text"]() == MADE, "run: make schema"
    Draft7Validator.check_schema(json.loads(MADE))
    assert CliRunner().invoke(main, ["schema"]).output == MADE


def test_every_key_has_a_description() -> None:
    found = json.loads(MADE)
    for part in (found, *found["$defs"].values()):
        assert part["description"]
        assert [key for key, spec in part["properties"].items() if len(spec.get("description", "")) < 4] == []


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.parents[1].name)
def test_each_study_here_is_accepted_and_names_the_schema_in_its_first_line(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert list(VALID.iter_errors(read(text))) == []
    start_, _, path = text.splitlines()[0].partition("$schema=")
    assert start_ == "# yaml-language-server: "
    assert (file.parent / path).resolve() == SCHEMA.resolve()


def test_a_new_study_has_the_schema_beside_it(tmp_path: Path) -> None:
    start(tmp_path / "my-study")
    report = tmp_path / "my-study/report"
    text = (report / "study.yml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=study.schema.json\n")
    assert (report / "study.schema.json").read_text(encoding="utf-8") == MADE
    assert list(VALID.iter_errors(read(text))) == []


def test_language_may_be_called_locale_but_not_stand_there_twice() -> None:
    raw = read(SECOND_STUDY["report/study.yml"])
    raw.pop("language", None)
    assert list(VALID.iter_errors({**raw, "locale": "nl"})) == []
    assert list(VALID.iter_errors({**raw, "locale": 1}))
    assert list(VALID.iter_errors({**raw, "locale": "nl", "language": "nl"}))


def test_the_study_with_every_key_has_every_key() -> None:
    raw = read(WHOLE)
    assert not refused_by_the_models(raw)
    assert list(VALID.iter_errors(raw)) == []
    # A visit has one time.
    assert {key for part in _Part.__subclasses__() for key in part.model_fields} - {*DAYS_IN} <= set(keys(raw))


def keys(raw: Any) -> Iterator[str]:
    if isinstance(raw, dict):
        yield from raw
    for inner in raw.values() if isinstance(raw, dict) else raw if isinstance(raw, list) else ():
        yield from keys(inner)


# What is no YAML has no model to be held against.
READABLE = [case for case in BROKEN if "A tab stands here" not in case[2] and "can begin with @" not in case[2]]


@pytest.mark.parametrize(("old", "new", "message"), READABLE)
def test_the_schema_refuses_what_the_models_refuse(old: str, new: str, message: str) -> None:
    raw = read(SECOND_STUDY["report/study.yml"].replace(old, new))
    assert bool(list(VALID.iter_errors(raw))) is refused_by_the_models(raw), message


WRONG: tuple[Any, ...] = (
    None, True, -1, 0, 2.5, "", "x", "Two words", [], ["x"], [1, 2], {}, {"x": 1}, {"X": "x"}, {"x": {}},
)  # fmt: skip


def test_the_schema_is_neither_looser_nor_stricter_than_the_models() -> None:
    whole = read(WHOLE)
    looser, stricter, refused = [], [], 0
    for path, value in itertools.product(paths(whole), WRONG):
        changed = copy.deepcopy(whole)
        place: Any = changed
        for key in path[:-1]:
            place = place[key]
        before, place[path[-1]] = place[path[-1]], value
        by_schema, by_models = bool(list(VALID.iter_errors(changed))), refused_by_the_models(changed)
        refused += by_models
        # The models take true for 1 and 0 for false, too; an editor need not.
        if by_schema and not by_models and {type(before), type(value)} not in ({bool, int}, {bool, float}):
            stricter.append((path, value))
        elif by_models and not by_schema:
            looser.append((path, value))
    assert (looser, stricter) == ([], [])
    assert refused > 500


def paths(raw: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, inner in raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ():
        yield (*path, key)
        yield from paths(inner, (*path, key))


def test_an_unknown_key_is_refused_wherever_it_stands() -> None:
    whole = read(WHOLE)
    for path in [(), *paths(whole)]:
        changed = copy.deepcopy(whole)
        place: Any = changed
        for key in path:
            place = place[key]
        if isinstance(place, dict):
            place["Unknown key"] = "x"
            # What maps a column to a value knows any name.
            assert bool(list(VALID.iter_errors(changed))) is refused_by_the_models(changed), path
