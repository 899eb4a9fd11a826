"""Files as they come: each is read as it was meant, or refused with the place and the mend; none gives a traceback."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from cohortpress.cohort import Cohort, read_cohort
from cohortpress.errors import DataError
from cohortpress.study import parse_study

HERE = Path(__file__).parent
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "expected.yml").read_text(encoding="utf-8"))
STUDY = """\
title: What patients bring
data: {data}
visits:
  baseline: {{label: Baseline, month: 0}}
  month_6: {{label: 6 months, month: 6}}
endpoints:
  crp: {{label: CRP}}
  esr: {{label: ESR}}
characteristics:
  sex: {{label: Sex, categories: {{women: f, men: m}}}}
"""
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CRP = [[12.5, 3.1], [40.2, 0.6]]


def read(name: str, spec: dict[str, Any], data: dict[str, Any]) -> Cohort:
    whole = {"visits": {"file": name, **spec}, "subject_id": "patient", "visit": "visit", **data}
    return read_cohort(HERE / "files", parse_study(STUDY.format(data=json.dumps(whole)), "report/study.yml"))


def test_there_are_many_and_each_has_its_expectation() -> None:
    assert {path.name for path in (HERE / "files").iterdir()} == EXPECTED.keys()
    assert sum("refused" in entry for entry in EXPECTED.values()) >= 60


@pytest.mark.parametrize("name", [name for name, entry in EXPECTED.items() if "refused" in entry])
def test_what_cannot_be_used_is_refused_with_place_and_mend(name: str) -> None:
    entry = EXPECTED[name]
    with pytest.raises(DataError) as raised:
        read(name, entry.get("spec", {}), entry.get("data", {}))
    message = str(raised.value)
    assert message.startswith(name)
    assert [part for part in entry["refused"] if part not in message] == [], message
    assert len(raised.value.faults) == entry.get("faults", len(raised.value.faults))
    assert str(HERE) not in message


@pytest.mark.parametrize("name", [name for name, entry in EXPECTED.items() if "noted" in entry])
def test_what_is_awkward_is_read_all_the_same_and_said(name: str) -> None:
    entry = EXPECTED[name]
    cohort = read(name, entry.get("spec", {}), entry.get("data", {}))
    assert cohort.subjects == ("P1", "P2")
    np.testing.assert_array_equal(cohort.values["crp"], np.array(entry.get("crp", CRP), dtype=float))
    np.testing.assert_array_equal(cohort.values["esr"], [[30, 12], [55, 20]])
    assert cohort.characteristics["sex"] == ("women", "men")
    notes = "\n".join(map(str, cohort.notes))
    assert [part for part in entry["noted"] if part not in notes] == [], notes
    assert bool(notes) == bool(entry["noted"])


@pytest.mark.parametrize(
    ("cell", "refused"),
    [
        ('<c r="D3"><f>D2/2</f><v /></c>', "=D2/2"),
        ('<c r="D3"><f>D2/2</f></c>', "=D2/2"),
        ('<c s="1" r="D3"><f>D2/2</f><v/></c>', "=D2/2"),
        ('<c r="D3">\n<f>D2/2</f>\n</c>', "=D2/2"),
        (f'<x:c r="D3" xmlns:x="{SHEETS}"><x:f>D2/2</x:f></x:c>', "=D2/2"),
        ('<c r="D3" t="str"><f>D2/2</f></c>', "=D2/2"),
        ('<c r="D3"><f t="shared" si="0"/></c>', "=..."),  # copied down: the text stands in the first cell
        ('<c r="D3"><f>D2/2</f><v>6.25</v></c>', ""),
        ('<c r="D3" t="str"><f>IF(D2=0,1,"")</f><v></v></c>', ""),  # an empty text, as Excel keeps it
    ],
)
def test_a_formula_whose_value_was_never_stored_is_refused_however_it_is_written(
    tmp_path: Path, cell: str, refused: str
) -> None:
    with zipfile.ZipFile(HERE / "files/formula_not_computed.xlsx") as source, \
         zipfile.ZipFile(tmp_path / "f.xlsx", "w") as target:  # fmt: skip
        for name in source.namelist():
            text = source.read(name).decode()
            target.writestr(name, re.sub(r'<c r="D3".*?</c>', lambda _: cell, text))
    study = parse_study(STUDY.format(data='{"visits": "f.xlsx", "subject_id": "patient"}'), "report/study.yml")
    if not refused:
        read_cohort(tmp_path, study)
        return
    with pytest.raises(DataError) as raised:
        read_cohort(tmp_path, study)
    assert f"sheet Labs, D3 (crp): '{refused}' is a formula without a value. Open the file" in str(raised.value)
