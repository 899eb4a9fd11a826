"""Dates that become visits, several tables in one file, and what REDCap and CDISC files look like."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cohortpress.cohort import Cohort, read_cohort
from cohortpress.errors import DataError, StudyError
from cohortpress.study import Study, parse_study

NAN = float("nan")
WINDOWS = {
    "start": {"label": "Start", "month": 0, "days": [-14, 0]},
    "month_6": {"label": "6 months", "month": 6, "days": [150, 210]},
}
NAMED = {"start": {"label": "Start", "month": 0}, "month_6": {"label": "6 months", "month": 6}}


def study(**parts: Any) -> Study:
    whole = {
        "title": "t",
        "data": {"visits": "visits.csv", "subject_id": "id"},
        "visits": WINDOWS,
        "endpoints": {"crp": {"label": "CRP"}},
        **parts,
    }
    return parse_study(json.dumps(whole), "report/study.yml")


def read(folder: Path, text: str, **parts: Any) -> Cohort:
    (folder / "visits.csv").write_text(text, encoding="utf-8")
    return read_cohort(folder, study(**parts))


def faults(folder: Path, text: str, **parts: Any) -> list[str]:
    with pytest.raises(DataError) as raised:
        read(folder, text, **parts)
    return str(raised.value).splitlines()


DATED = {"visits": "visits.csv", "subject_id": "id", "date": "day"}


# -- windows


def test_the_value_nearest_to_the_planned_day_counts_each_endpoint_for_itself(tmp_path: Path) -> None:
    text = "id,day,crp,esr\nA,0,50,70\nA,160,5,\nA,180,,9\nA,190,7,8\nA,400,1,1\nB,-3,40,60\nB,0,,61\nB,-14,39,\n"
    endpoints = {"crp": {"label": "CRP"}, "esr": {"label": "ESR"}}
    cohort = read(tmp_path, text, data=DATED, endpoints=endpoints)
    # Month 6 is day 182.6: of 160 and 190 the latter is nearer; day 400 lies in no window.
    np.testing.assert_array_equal(cohort.values["crp"], [[50, 7], [40, NAN]])
    np.testing.assert_array_equal(cohort.values["esr"], [[70, 9], [61, NAN]])
    assert [str(note) for note in cohort.notes] == [
        "visits.csv, column crp: Of 6 values 1 lie in no window, and 2 are not the nearest to the visit. "
        "They are left out.",
        "visits.csv, column esr: Of 6 values 1 lie in no window, and 2 are not the nearest to the visit. "
        "They are left out.",
    ]


def test_of_two_values_equally_near_the_earlier_counts(tmp_path: Path) -> None:
    visits = {**WINDOWS, "month_6": {"label": "6 months", "month": 12 * 180 / 365.25, "days": [150, 210]}}
    cohort = read(tmp_path, "id,day,crp\nA,0,50\nA,190,7\nA,170,5\n", data=DATED, visits=visits)
    np.testing.assert_array_equal(cohort.values["crp"], [[50, 5]])


@pytest.mark.parametrize("more", ["A,180,7.0,9", "A,180,,9", "A,400,1,1\nA,400,2,2", "A,170,5,8\nA,170,6,9"])
def test_of_values_on_one_day_one_that_is_alike_or_does_not_count_may_follow(tmp_path: Path, more: str) -> None:
    cohort = read(tmp_path, f"id,day,crp,other\nA,0,50,1\nA,180,7,8\n{more}\n", data=DATED)
    np.testing.assert_array_equal(cohort.values["crp"], [[50, 7]])


def test_of_two_values_on_one_day_neither_counts(tmp_path: Path) -> None:
    text = "id,day,crp\nA,2024-01-01,50\nA,2024-06-29,7\nB,2024-01-01,7\nB,2024-06-29,4\nA,2024-06-29,<7\n"
    assert faults(tmp_path, text, data=DATED) == [
        "visits.csv, row 6, column day: 'A' at '2024-06-29' stands in row 3 already. Keep one."
    ]


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("2024-01-31", "2024-07-29"),
        ("31.1.2024", "29.7.2024"),
        ("31/01/2024", "29/07/2024"),
        ("01/31/2024", "07/29/2024"),
        ("31-Jan-2024", "29 July 2024"),
        ("31JAN2024", "29JUL2024"),
        ("2024-01-31T08:30", "2024-07-29 23:59:59"),
    ],
)
def test_dates_are_counted_from_the_first_of_each_subject(tmp_path: Path, first: str, later: str) -> None:
    cohort = read(tmp_path, f"id,day,crp\nA,{later},7\nA,{first},50\n", data=DATED)
    np.testing.assert_array_equal(cohort.values["crp"], [[50, 7]])


def test_a_reason_is_that_of_the_visit_in_whose_window_it_is_dated(tmp_path: Path) -> None:
    text = "id,day,crp,reason\nA,0,50,\nA,180,,moved\nB,0,40,\nB,180,7,tired\nC,0,30,\nC,300,,away\n"
    cohort = read(tmp_path, text, data=DATED)
    assert cohort.reasons == {"month_6": {"A": "moved"}}
    assert "visits.csv, column reason: Of 2 reasons 1 stand at visits that were measured. They are left out." in map(
        str, cohort.notes
    )


def test_dates_are_counted_from_the_start_where_the_data_tell_it(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,begun\nA,2024-02-10\nB,\n", encoding="utf-8")
    text = "id,day,crp\nA,2024-02-01,50\nA,2024-08-07,7\n"
    data = {**DATED, "subjects": "people.csv", "start": "begun"}
    assert faults(tmp_path, text, data=data) == [
        "people.csv, row 3, column begun: The cell is empty. Every subject needs it."
    ]
    (tmp_path / "people.csv").write_text("id,begun\nA,2024-02-10\n", encoding="utf-8")
    np.testing.assert_array_equal(read(tmp_path, text, data=data).values["crp"], [[50, 7]])


@pytest.mark.parametrize(
    ("start", "dates", "kinds"),
    [
        ("2024-02-01", ("0", "180"), ("dates", "numbers of days")),
        ("0", ("2024-02-01", "2024-08-07"), ("numbers of days", "dates")),
    ],
)
def test_dates_and_days_cannot_be_counted_from_each_other(
    tmp_path: Path, start: str, dates: tuple[str, str], kinds: tuple[str, str]
) -> None:
    (tmp_path / "people.csv").write_text(f"id,begun\nA,{start}\n", encoding="utf-8")
    data = {**DATED, "subjects": "people.csv", "start": "begun"}
    assert faults(tmp_path, f"id,day,crp\nA,{dates[0]},50\nA,{dates[1]},7\n", data=data) == [
        f"report/study.yml, line 1: The column 'begun' has {kinds[0]}, and the column 'day' {kinds[1]}. "
        "Write both as dates, or both as numbers."
    ]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("03/04/2024", "'03/04/2024' does not tell which is the day and which the month."),
        ("soon", "'soon' is not a date."),
        ("31.2.2024", "'31.2.2024' is no day of any calendar."),
        ("3.4.24", "'3.4.24' is not a date."),
        ("1 Foo 2024", "'1 Foo 2024' is no day of any calendar."),
    ],
)
def test_what_is_no_date(tmp_path: Path, cell: str, problem: str) -> None:
    text = f"id,day,crp\nA,2024-01-01,50\nA,{cell},7\n"
    assert faults(tmp_path, text, data=DATED) == [f"visits.csv, row 3, column day: {problem} Write it as 2024-03-31."]


def test_one_clear_date_tells_the_order_of_all(tmp_path: Path) -> None:
    text = "id,day,crp\nA,03/04/2024,50\nA,08/30/2024,7\n"  # 4 March; read as 3 April it would be 149 days before
    np.testing.assert_array_equal(read(tmp_path, text, data=DATED).values["crp"], [[50, 7]])
    found = faults(tmp_path, text + "A,30/09/2024,1\n", data=DATED)
    assert [fault.partition(":")[0] for fault in found] == [f"visits.csv, row {row}, column day" for row in (2, 3, 4)]


@pytest.mark.parametrize(
    ("visits", "data", "message"),
    [
        (WINDOWS, {"visits": "v.csv"}, "The visits have windows of days, but no column has the dates."),
        ({**WINDOWS, "month_6": {"label": "6", "month": 6}}, DATED, "'month_6' has no window, as others have."),
        (
            {**WINDOWS, "month_6": {"label": "6", "month": 6, "days": [0, 9]}},
            DATED,
            "The windows of 'start' and 'month_6' overlap.",
        ),
        (
            {**WINDOWS, "month_6": {"label": "6", "month": 6, "days": [9, 0]}},
            DATED,
            "the first day of the window comes after the last",
        ),
        (
            {
                **NAMED,
                "month_6": {"label": "6", "month": 6, "value": ["V", "W"]},
                "x": {"label": "", "month": 7, "value": "V"},
            },
            {"visits": "v.csv"},
            "The value 'V' stands for 'month_6' already.",
        ),
        (NAMED, {"visits": "v.csv", "parameter": "p"}, "'parameter' and 'value' belong together."),
        (NAMED, {"visits": {"file": "../v.csv"}}, "the file must lie inside the study's folder"),
        (NAMED, {"visits": {"file": "v.csv", "seperator": ";"}}, "Did you mean 'separator'?"),
    ],
)
def test_what_the_study_cannot_say_of_visits(visits: Any, data: Any, message: str) -> None:
    with pytest.raises(StudyError) as raised:
        study(visits=visits, data=data)
    assert message in str(raised.value)


def test_columns_of_visits_are_those_of_the_study() -> None:
    columns = {"start": "crp_0", "month_7": "crp_7"}
    with pytest.raises(StudyError, match=r"There is no visit 'month_7'\. Did you mean 'month_6'"):
        study(visits=NAMED, endpoints={"crp": {"label": "CRP", "column": columns}})
    mixed = {"crp": {"label": "CRP", "column": {"start": "crp_0"}}, "esr": {"label": "ESR"}}
    with pytest.raises(StudyError, match="'esr' does not say which column is which visit"):
        study(visits=NAMED, endpoints=mixed)


# -- one file for all


def test_who_takes_part_can_stand_in_the_rows_of_the_visits(tmp_path: Path) -> None:
    text = (
        "id,when,sex,age,crp,reason\nB,V1,f,,5,\nB,V0,f,40,50,\nA,V0,,31,60,\nA,V1,m,32,6,\nC,V0,m,,,moved away\n"
        "D,screening,f,77,,\n"
    )
    cohort = read(
        tmp_path,
        text,
        data={"visits": "visits.csv", "subject_id": "id", "visit": "when", "skip_visits": "screening"},
        visits={
            "start": {"label": "S", "month": 0, "value": "V0"},
            "month_6": {"label": "6", "month": 6, "value": ["V1"]},
        },
        characteristics={
            "sex": {"label": "Sex", "categories": {"women": "f", "men": "m"}},
            "years": {"label": "Age", "column": "age"},
        },
    )
    assert cohort.subjects == ("B", "A", "C", "D")
    np.testing.assert_array_equal(cohort.values["crp"], [[50, 5], [60, 6], [NAN, NAN], [NAN, NAN]])
    assert cohort.characteristics["sex"] == ("women", "men", "men", "women")
    assert list(cohort.characteristics["years"])[:2] == [40, 31]  # A: that of the earliest visit
    assert cohort.reasons == {"start": {"C": "moved away"}}
    assert [str(note) for note in cohort.notes] == [
        "visits.csv, row 5, column age: The value differs from that of an earlier visit, in 1 subject. "
        "The earliest counts."
    ]


def test_a_subject_with_two_rows_where_each_has_one(tmp_path: Path) -> None:
    endpoints = {"crp": {"label": "CRP", "column": {"start": "crp_0", "month_6": "crp_6"}}}
    assert faults(tmp_path, "id,crp_0,crp_6\nA,1,2\nA,3,4\n", visits=NAMED, endpoints=endpoints) == [
        "visits.csv, row 3, column id: 'A' stands in row 2 already. Keep one."
    ]
    found = faults(tmp_path, "id,crp_0,crp_6\nA,1,x\n", visits=NAMED, endpoints=endpoints)
    assert found[0].startswith("visits.csv, row 2, column crp_6: 'x' is not a number.")


def test_an_endpoint_need_not_be_measured_at_each_visit(tmp_path: Path) -> None:
    endpoints = {
        "crp": {"label": "CRP", "column": {"start": "crp_0", "month_6": "crp_6"}},
        "scan": {"label": "Scan", "column": {"month_6": "scan"}},
    }
    cohort = read(tmp_path, "id,crp_0,crp_6,scan\nA,1,2,3\n", visits=NAMED, endpoints=endpoints)
    np.testing.assert_array_equal(cohort.values["scan"], [[NAN, 3]])


# -- CDISC and REDCap


def test_adam(tmp_path: Path) -> None:
    text = "USUBJID,AVISIT,PARAMCD,AVAL,ANL01FL\n" + "".join(
        f"S-{subject},{visit},{code},{value},{flag}\n"
        for subject, visit, code, value, flag in [
            (1, "Baseline", "CRP", "50.5", "Y"),
            (1, "Baseline", "CRP", "48.0", ""),
            (1, "Month 6", "CRP", "5.25", "Y"),
            (1, "Month 6", "ALB", "44", "Y"),
        ]
    )
    parts: dict[str, Any] = {
        "data": {
            "visits": {"file": "visits.csv", "only": {"ANL01FL": "Y"}},
            "subject_id": "USUBJID",
            "visit": "AVISIT",
            "parameter": "PARAMCD",
            "value": "AVAL",
        },
        "visits": {
            "start": {"label": "S", "month": 0, "value": "Baseline"},
            "month_6": {"label": "6", "month": 6, "value": "Month 6"},
        },
        "endpoints": {"crp": {"label": "CRP", "column": "CRP"}, "alb": {"label": "Albumin", "column": "ALB"}},
    }
    cohort = read(tmp_path, text, **parts)
    np.testing.assert_array_equal(cohort.values["crp"], [[50.5, 5.25]])
    np.testing.assert_array_equal(cohort.values["alb"], [[NAN, 44]])
    assert cohort.decimals == {"crp": 2, "alb": 0}
    assert faults(tmp_path, text.replace("5.25", "high"), **parts)[0].startswith("visits.csv, row 4, column AVAL: ")
    parts["endpoints"]["alb"]["column"] = "ALBU"
    assert faults(tmp_path, text, **parts) == [
        "visits.csv, column PARAMCD: No row has 'ALBU', the values of 'alb'. Did you mean 'ALB'?"
    ]


REDCAP = """\
record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,crp,complete,ae_term,ae_day,complete
1,enrolment_arm_1,,,1,,2,,,
1,baseline_arm_1,,,,50,2,,,
1,month_6_arm_1,,,,5,2,,,
1,baseline_arm_1,adverse_events,1,,,,Rash,12,2
1,baseline_arm_1,adverse_events,2,,,,Fever,,2
2,enrolment_arm_1,,,2,,2,,,
2,baseline_arm_1,,,,60,2,,,
"""
DICTIONARY = """\
"Variable / Field Name","Form Name","Field Type","Field Label","Choices, Calculations, OR Slider Labels"
record_id,demographics,text,"Record ID",
sex,demographics,radio,"<b>Sex</b>","1, Female | 2, Male, or other"
crp,labs,text,"CRP (mg/l)",
ae_term,events,text,"Event",
ae_day,events,text,"Day",
"""


def redcap(**more: Any) -> dict[str, Any]:
    instrument = "redcap_repeat_instrument"
    return {
        "data": {
            "visits": {"file": "visits.csv", "only": {instrument: ""}, "dictionary": "dictionary.csv"},
            "adverse_events": {"file": "visits.csv", "only": {instrument: "adverse_events"}},
            "subject_id": "record_id",
            "visit": "redcap_event_name",
            "skip_visits": ["enrolment_arm_1"],
            "term": "ae_term",
            "onset": "ae_day",
            **more,
        },
        "visits": {
            "start": {"label": "S", "month": 0, "value": "baseline_arm_1"},
            "month_6": {"label": "6", "month": 6, "value": "month_6_arm_1"},
        },
        "characteristics": {"sex": {"label": "Sex", "categories": {"women": "Female", "men": "Male, or other"}}},
    }


def test_redcap_with_repeated_instruments_and_a_dictionary(tmp_path: Path) -> None:
    (tmp_path / "dictionary.csv").write_text(DICTIONARY, encoding="utf-8")
    cohort = read(tmp_path, REDCAP, **redcap())
    np.testing.assert_array_equal(cohort.values["crp"], [[50, 5], [60, NAN]])
    assert cohort.characteristics["sex"] == ("women", "men")
    assert cohort.adverse_events is not None
    assert [(event.subject, event.term, event.onset) for event in cohort.adverse_events] == [
        ("1", "Rash", 12),
        ("1", "Fever", None),
    ]


def test_redcap_with_labels(tmp_path: Path) -> None:
    (tmp_path / "dictionary.csv").write_text(DICTIONARY.replace("<b>Sex</b>", "Sex"), encoding="utf-8")
    head = "Record ID,Event Name,Repeat Instrument,Repeat Instance,Sex,CRP (mg/l),Complete?,Event,Day,Complete?\n"
    rows = REDCAP.split("\n", 1)[1].replace("enrolment_arm_1,,,1", "enrolment_arm_1,,,Female")
    parts = redcap(visit="Event Name")
    for role in ("visits", "adverse_events"):
        spec = parts["data"][role]
        spec["only"] = {"Repeat Instrument": next(iter(spec["only"].values()))}
        spec["dictionary"] = "dictionary.csv"
    cohort = read(tmp_path, head + rows, **parts)
    np.testing.assert_array_equal(cohort.values["crp"], [[50, 5], [60, NAN]])
    assert cohort.characteristics["sex"] == ("women", "men")


@pytest.mark.parametrize(
    ("dictionary", "message"),
    [
        (None, "dictionary.csv: The data dictionary cannot be read: No such file or directory."),
        ("a,b\n1,2\n", "dictionary.csv, row 1: The column 'Variable / Field Name' is missing."),
        ("", "dictionary.csv: The file has no head."),
    ],
)
def test_a_dictionary_that_is_none(tmp_path: Path, dictionary: str | None, message: str) -> None:
    if dictionary is not None:
        (tmp_path / "dictionary.csv").write_text(dictionary, encoding="utf-8")
    assert any(fault.startswith(message) for fault in faults(tmp_path, REDCAP, **redcap()))


def test_a_choice_of_no_row_says_what_there_is(tmp_path: Path) -> None:
    data = {"visits": {"file": "visits.csv", "only": {"arm": "AA"}}, "subject_id": "id"}
    text = "id,visit,crp,arm\nA,start,1,A\nA,month_6,2,A\nB,start,1,Cont\nB,month_6,2,\n"
    assert faults(tmp_path, text, data=data, visits=NAMED) == [
        "report/study.yml, line 1: No row of visits.csv has arm = 'AA'. Known: A, Cont."
    ]


def test_rows_can_only_be_chosen_by_columns_that_are_there(tmp_path: Path) -> None:
    data = {"visits": {"file": "visits.csv", "only": {"saffl": "Y"}}, "subject_id": "id"}
    assert faults(tmp_path, "id,visit,crp,SAFFL\nA,start,1,Y\n", data=data, visits=NAMED) == [
        "visits.csv, row 1: The column 'saffl' is missing. Did you mean 'SAFFL'?"
    ]


# -- readers


@pytest.mark.parametrize(
    ("ending", "module", "package"),
    [
        (".xlsx", "python_calamine", "cohortpress"),
        (".sav", "pyreadstat", "cohortpress[statistics]"),
        (".parquet", "pyarrow", "cohortpress[parquet]"),
    ],
)
def test_a_reader_that_is_not_installed_says_what_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, module: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / f"data{ending}").write_bytes(b"x")
    with pytest.raises(DataError) as raised:
        read_cohort(tmp_path, study(data={"visits": f"data{ending}"}, visits=NAMED))
    assert f"pip install --upgrade '{package}'" in str(raised.value)
    assert str(raised.value).startswith(f"data{ending}: What reads {ending} files is not installed ({module}).")


def test_what_is_said_of_a_file_is_not_found_out(tmp_path: Path) -> None:
    spec = {"file": "visits.csv", "separator": "|", "decimal": ",", "encoding": "cp850", "head_row": 3}
    (tmp_path / "visits.csv").write_bytes("x\nid|visit|y\nid|visit|größe\nA|start|1,234\n".encode("cp850"))
    endpoints = {"height": {"label": "Height", "column": "größe"}}
    cohort = read_cohort(tmp_path, study(data={"visits": spec, "subject_id": "id"}, visits=NAMED, endpoints=endpoints))
    np.testing.assert_array_equal(cohort.values["height"], [[1.234, NAN]])
    for key, value, message in [
        ("encoding", "utf-8", "visits.csv, line 3: The file is not utf-8."),
        ("encoding", "klingon", "visits.csv: There is no encoding 'klingon'."),
        ("head_row", 9, "visits.csv: The file has no head."),
    ]:
        changed = study(data={"visits": {**spec, key: value}, "subject_id": "id"}, visits=NAMED, endpoints=endpoints)
        with pytest.raises(DataError) as raised:
            read_cohort(tmp_path, changed)
        assert str(raised.value).startswith(message)
