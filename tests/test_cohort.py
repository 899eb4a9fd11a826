from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studies import SECOND_STUDY, replace

from cohortpress.cohort import AdverseEvent, Cohort, read_cohort
from cohortpress.errors import DataError
from cohortpress.study import Study, parse_study

STUDY = parse_study(SECOND_STUDY["report/study.yml"], "report/study.yml")
NAN = float("nan")


def read(folder: Path, **files: str | bytes) -> Cohort:
    """Read the second study with some of its files replaced: people, sessions, complaints."""
    for name, text in SECOND_STUDY.items():
        if name.endswith(".csv"):
            (folder / name).write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_cohort(folder, STUDY)


def faults(folder: Path, **files: str | bytes) -> list[str]:
    with pytest.raises(DataError) as raised:
        read(folder, **files)
    return str(raised.value).splitlines()


def test_the_data_are_read_as_they_stand(tmp_path: Path) -> None:
    cohort = read(tmp_path)
    assert cohort.subjects == ("A", "B", "C", "D", "E")
    np.testing.assert_array_equal(
        cohort.values["grip"], [[30.5, 33.0], [41.0, 44.5], [28.0, 27.5], [52.5, 55.0], [36.0, NAN]]
    )
    assert not cohort.censored["grip"].any()
    assert cohort.decimals == {"grip": 1}
    assert cohort.characteristics["hand"] == ("right", "left", "right", "right", "left")
    assert list(cohort.characteristics["practice"]) == [3, 5, 1, 8, 2]
    assert cohort.adverse_events == (
        AdverseEvent("B", "Sore finger", 4),
        AdverseEvent("C", "Sore finger", None),
    )


def test_pairs_are_matched_by_subject_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    head, *rows = SECOND_STUDY["sessions.csv"].splitlines()
    mixed = read(tmp_path, sessions="\n".join([head, *rows[::-1]]))
    pairs = mixed.paired("grip", "start", "finish")
    assert mixed.ids(pairs.there) == ("A", "B", "C", "D")
    assert list(pairs.baseline) == [30.5, 41.0, 28.0, 52.5]
    assert list(pairs.followup) == [33.0, 44.5, 27.5, 55.0]


def test_who_was_not_measured_is_not_observed(tmp_path: Path) -> None:
    sessions = SECOND_STUDY["sessions.csv"].replace("A,start,30.5\n", "")
    cohort = read(tmp_path, sessions=sessions)
    series = cohort.observed("grip", "start")
    assert cohort.ids(series.there) == ("B", "C", "D", "E")
    assert list(series.values) == [41.0, 28.0, 52.5, 36.0]


def test_less_than_is_kept_as_such(tmp_path: Path) -> None:
    sessions = SECOND_STUDY["sessions.csv"].replace("A,finish,33.0", "A,finish,< 25.50")
    cohort = read(tmp_path, sessions=sessions)
    series = cohort.observed("grip", "finish")
    assert list(series.values) == [25.5, 44.5, 27.5, 55.0]
    assert list(series.censored) == [True, False, False, False]
    assert list(cohort.paired("grip", "start", "finish").followup_censored) == [True, False, False, False]


@pytest.mark.parametrize(
    ("code", "cells", "values"),
    [
        ("-99", ["-99.0", "-99.00", "-99"], [NAN, NAN, NAN]),
        ("-99", ["-99,0", "-99", "9,90"], [NAN, NAN, 9.9]),
        ('"-9,5"', ["-9,50", "-9,5", "9,5"], [NAN, NAN, 9.5]),
        ('"-99.90"', ["-99.9", "-99.900", "-9.99"], [NAN, NAN, -9.99]),
        ("0", ["0.0", "0.00", "0.01"], [NAN, NAN, 0.01]),
        ("100", ["100.00", "10", "100"], [NAN, 10, NAN]),
        ("ND", ["ND", "1.0", "2"], [NAN, 1, 2]),
    ],
)
def test_a_missing_code_counts_however_many_zeros_end_it(
    tmp_path: Path, code: str, cells: list[str], values: list[float]
) -> None:
    text = SECOND_STUDY["report/study.yml"].replace("  term:", f"  missing: {code}\n  term:")
    read(tmp_path)
    rows = "".join(f"{subject};start;{cell}\n" for subject, cell in zip("ABC", cells, strict=True))
    (tmp_path / "sessions.csv").write_text(f"climber;session;grip\n{rows}", encoding="utf-8")
    cohort = read_cohort(tmp_path, parse_study(text, "report/study.yml"))
    np.testing.assert_array_equal(cohort.values["grip"][:3, 0], values)


def test_a_missing_code_is_no_number_with_zeros_before_it(tmp_path: Path) -> None:
    text = SECOND_STUDY["report/study.yml"].replace("  term:", "  missing: [9]\n  term:")
    sessions = SECOND_STUDY["sessions.csv"].replace("A,", "009,")
    people = SECOND_STUDY["people.csv"].replace("A,", "009,")
    read(tmp_path, sessions=sessions, people=people)
    assert read_cohort(tmp_path, parse_study(text, "report/study.yml")).subjects[0] == "009"


LIMITED = parse_study(
    SECOND_STUDY["report/study.yml"].replace("unit: kg,", "unit: kg, limit_of_detection: 30,"), "report/study.yml"
)


def test_what_lies_below_the_declared_limit_counts_as_less_than_it(tmp_path: Path) -> None:
    read(tmp_path)
    sessions = "climber,session,grip\nA,start,29.9\nA,finish,30\nB,start,0\nB,finish,<30.0\nC,start,31\n"
    (tmp_path / "sessions.csv").write_text(sessions, encoding="utf-8")
    cohort = read_cohort(tmp_path, LIMITED)
    np.testing.assert_array_equal(cohort.values["grip"][:3], [[30, 30], [30, 30], [31, NAN]])
    np.testing.assert_array_equal(cohort.censored["grip"][:3], [[True, False], [True, True], [False, False]])
    assert [str(note) for note in cohort.notes] == [
        "sessions.csv, column grip: 2 values lie below the limit of detection in report/study.yml. "
        "Such values count as less than the limit."
    ]


@pytest.mark.parametrize(
    ("study", "cells", "expected"),
    [
        (
            LIMITED,
            ["<25", "31"],
            "row 2, column grip: '<25' is another limit of detection than that in report/study.yml, line 18. "
            "Correct one of them, or leave the latter out: then each cell has its own.",
        ),
        (
            LIMITED,
            ["-1", "12"],
            "row 2, column grip: '-1' cannot be, where others are below a limit. "
            "Such a scale begins at 0. Correct it, or write the limit.",
        ),
        (
            STUDY,
            ["<0.6", "-0.1"],
            "row 3, column grip: '-0.1' cannot be, where others are below a limit. "
            "Such a scale begins at 0. Correct it, or write the limit.",
        ),
        (
            STUDY,
            ["<0", "1"],
            "row 2, column grip: '<0' cannot be, where others are below a limit. "
            "Such a scale begins at 0. Correct it, or write the limit.",
        ),
    ],
)
def test_a_limit_that_cannot_be_is_refused(tmp_path: Path, study: Study, cells: list[str], expected: str) -> None:
    read(tmp_path)
    rows = "".join(f"{who},start,{cell}\n" for who, cell in zip("AB", cells, strict=True))
    (tmp_path / "sessions.csv").write_text(f"climber,session,grip\n{rows}", encoding="utf-8")
    with pytest.raises(DataError) as raised:
        read_cohort(tmp_path, study)
    assert str(raised.value) == f"sessions.csv, {expected}"


@pytest.mark.parametrize(
    ("cells", "decimals"),
    [(["30", "41", "28"], 0), (["30.25", "41.5", "28"], 2), (["3e1", "4.15E1", "2.8e-1"], 2)],
)
def test_the_decimals_are_those_of_the_data(tmp_path: Path, cells: list[str], decimals: int) -> None:
    rows = "".join(f"{subject},start,{cell}\n" for subject, cell in zip("ABC", cells, strict=True))
    assert read(tmp_path, sessions=f"climber,session,grip\n{rows}").decimals == {"grip": decimals}


@pytest.mark.parametrize("mark", ["\N{ZERO WIDTH NO-BREAK SPACE}", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_of_any_spreadsheet_are_read(tmp_path: Path, mark: str, end: str) -> None:
    table = SECOND_STUDY["sessions.csv"].replace(",", " , ").replace("\n", f"{end}")
    cohort = read(tmp_path, sessions=mark + table + f",,{end}{end}")
    assert cohort.ids(cohort.observed("grip", "finish").there) == ("A", "B", "C", "D")


def test_columns_that_the_study_does_not_name_are_left_alone(tmp_path: Path) -> None:
    people = "remark,climber,hand,practice,\n" + "".join(f'"x, y",{s},R,1,\n' for s in "ABCDE")
    assert read(tmp_path, people=people).subjects == ("A", "B", "C", "D", "E")


def test_a_line_break_in_a_cell_does_not_move_the_row_numbers(tmp_path: Path) -> None:
    people = 'climber,hand,practice\nA,R,"3"\nB,R,1\nC,R,1\nD,R,1\nE,R,1\n'
    people = people.replace("climber,", 'climber,"how it\n\nwas found",').replace(",R,", ',"a\nb",R,')
    assert faults(tmp_path, people=people.replace('C,"a\nb",R,1', 'C,"a\nb",R,many')) == [
        "people.csv, row 4, column practice: 'many' is not a number. Write a number or leave the cell empty."
    ]


def test_blank_rows_count_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    sessions = "climber,session,grip\n\n,,\nA,start,much\n"
    assert faults(tmp_path, sessions=sessions) == [
        "sessions.csv, row 4, column grip: 'much' is not a number. "
        "Write a number, < and a number, or leave the cell empty."
    ]


@pytest.mark.parametrize(
    ("cell", "problem", "mend"),
    [
        ('"30,5"', "'30,5' has a decimal comma.", "Write 30.5."),
        ('"<30,5"', "'<30,5' has a decimal comma.", "Write <30.5."),
        ("\N{MINUS SIGN}3", "'\N{MINUS SIGN}3' has a typeset minus sign.", "Write -3."),
        ("1e999", "'1e999' is too large.", "Use a larger unit."),
        ("<x", "'<x' is a limit without its number.", "Write < and the number, as <0.6."),
        ("30 kg", "'30 kg' has a unit.", "Write 30, and the unit in study.yml."),
        (
            "=30+1",
            "'=30+1' is a formula without a value.",
            "Open the file in its program and save it, or write the value.",
        ),
        *(
            (
                text,
                f"'{text}' is not a number.",
                f"Leave the cell empty, or write 'missing: [\"{text}\"]' under 'data:' in study.yml.",
            )
            for text in ("nan", "NaN", "NA", "n/a", ".", "-")
        ),
        *(
            (text, f"'{text}' is not a number.", "Write a number, < and a number, or leave the cell empty.")
            for text in (
                "inf",
                "-Infinity",
                "<",
                ">30",
                "3O",
                "1_000",
                "0x1F",
                "30.5.1",
                "٣٠",
                "1e",
                "TRUE",
            )
        ),
    ],
)
def test_text_where_a_number_belongs(tmp_path: Path, cell: str, problem: str, mend: str) -> None:
    sessions = SECOND_STUDY["sessions.csv"].replace("30.5", cell)
    assert faults(tmp_path, sessions=sessions) == [f"sessions.csv, row 2, column grip: {problem} {mend}"]


@settings(deadline=None)
@given(st.floats(-1e300, 1e300) | st.integers(-(10**30), 10**30))
def test_every_number_that_a_spreadsheet_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, number: float
) -> None:
    folder = tmp_path_factory.getbasetemp()
    cohort = read(folder, sessions=f"climber,session,grip\nA,start,{number!r}\n")
    assert cohort.values["grip"][0, 0] == number


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "sessions",
            "grip\n",
            "Grip\n",
            "sessions.csv, row 1: The column 'grip' is missing. Did you mean 'Grip'?",
        ),
        (
            "sessions",
            "session,",
            "visit,",
            "sessions.csv, row 1: The column 'session' is missing. Known: climber, grip, visit.",
        ),
        (
            "people",
            "practice\n",
            "practise\n",
            "people.csv, row 1: The column 'practice' is missing. Did you mean 'practise'?",
        ),
        (
            "complaints",
            "complaint,",
            "complains,",
            "complaints.csv, row 1: The column 'complaint' is missing. Did you mean 'complains'?",
        ),
        (
            "people",
            "practice\n",
            "practice,hand\n",
            "people.csv, row 1: The column 'hand' stands twice. Rename one.",
        ),
        (
            "sessions",
            "B,start",
            "A,start",
            "sessions.csv, row 4, column session: 'A' at 'start' stands in row 2 already. Keep one.",
        ),
        ("people", "B,L", "A,L", "people.csv, row 3, column climber: 'A' stands in row 2 already. Keep one."),
        (
            "people",
            "B,L,5",
            ",L,5",
            "people.csv, row 3, column climber: The cell is empty. Every row needs it.",
        ),
        (
            "sessions",
            "C,start",
            ",start",
            "sessions.csv, row 6, column climber: The cell is empty. Every row needs it.",
        ),
        (
            "sessions",
            "C,start",
            "C,",
            "sessions.csv, row 6, column session: The cell is empty. Every row needs it.",
        ),
        (
            "sessions",
            "C,start",
            "C,starts",
            "sessions.csv, row 6, column session: 'starts' is not a visit of report/study.yml. Did you mean 'start'?",
        ),
        (
            "sessions",
            "C,start",
            "C,START",
            "sessions.csv, row 6, column session: 'START' is not a visit of report/study.yml. Did you mean 'start'?",
        ),
        (
            "sessions",
            "C,start",
            "X,start",
            "sessions.csv, row 6, column climber: 'X' is not a subject of people.csv. Known: A, B, C, D, E.",
        ),
        (
            "complaints",
            "B,Sore",
            "b,Sore",
            "complaints.csv, row 2, column climber: 'b' is not a subject of people.csv. Did you mean 'B'?",
        ),
        (
            "complaints",
            "B,Sore finger",
            "B,",
            "complaints.csv, row 2, column complaint: The cell is empty. Every row needs it.",
        ),
        (
            "complaints",
            "B,Sore finger",
            "B,sore finger.",
            "complaints.csv, row 3, column complaint: 'Sore finger' and "
            "'sore finger.' are spelt differently, and prose could not tell them apart. "
            "Spell them alike, or make them differ in a letter.",
        ),
        (
            "complaints",
            ",4",
            ",<4",
            "complaints.csv, row 2, column week: '<4' is a limit, where a number belongs. "
            "Write the number, or leave the cell empty.",
        ),
        (
            "people",
            "A,R,3",
            "A,R,<3",
            "people.csv, row 2, column practice: '<3' is a limit, where a number belongs. "
            "Write the number, or leave the cell empty.",
        ),
        (
            "people",
            "A,R",
            "A,Right",
            "people.csv, row 2, column hand: 'Right' is no category of 'hand' in report/study.yml. Known: L, R.",
        ),
        (
            "sessions",
            "A,start,30.5",
            "A,start,30,5",
            "sessions.csv, row 2: The row has 4 cells, the head has 3. "
            "Put text that holds a comma into quotation marks, and write numbers with a decimal point.",
        ),
        (
            "sessions",
            "A,start,30.5",
            "A,start",
            "sessions.csv, row 2: The row has 2 cells, the head has 3. "
            "Put text that holds a comma into quotation marks, and write numbers with a decimal point.",
        ),
        (
            "complaints",
            "B,Sore finger",
            "B,Sore\u202etoe",
            "complaints.csv, row 2: A cell holds the invisible character U+202E. Delete it.",
        ),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, file: str, old: str, new: str, expected: str) -> None:
    table = SECOND_STUDY[f"{file}.csv"]
    assert table.count(old) == 1
    found = faults(tmp_path, **{file: table.replace(old, new)})
    assert expected in found
    # Where people.csv lacks somebody, or a column, the rest follows from it.
    consequences = ("is not a subject of people.csv", "the head has 4")
    assert all(fault == expected or any(words in fault for words in consequences) for fault in found)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "sessions.csv: The file has no head. One row must hold the names of the columns."),
        (b",,\n\n", "sessions.csv: The file has no head. One row must hold the names of the columns."),
        (b"climber,session,grip\n\n", "sessions.csv: The file has no rows. Add the data below the head."),
        (b"climber;session;grip\n", "sessions.csv: The file has no rows. Add the data below the head."),
        (
            b"climber,session,grip\nA\x81,start,3\n",
            "sessions.csv, line 2: The file is not UTF-8. Save it as 'CSV UTF-8'.",
        ),
        (
            b'climber,session,grip\nA,"start,3\nB,start,4\n',
            "sessions.csv, line 3: This is not CSV: unexpected end of data. Check the quotation marks.",
        ),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, expected: str) -> None:
    assert faults(tmp_path, sessions=content) == [expected]


def test_a_missing_file_and_a_folder_in_its_place(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "people.csv").unlink()
    (tmp_path / "sessions.csv").unlink()
    (tmp_path / "sessions.csv").mkdir()
    with pytest.raises(DataError) as raised:
        read_cohort(tmp_path, STUDY)
    assert str(raised.value).splitlines() == [
        "people.csv: The file is missing. Put it there, or name another in report/study.yml.",
        "sessions.csv: The file cannot be read: Is a directory. ".rstrip(),
    ]


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        people="climber,hand,practise\nA,R,1\nB,both,1\nA,L,1\n",
        sessions="climber,session,grip\nA,start,x\nZ,start,1\nA,end,1\nA,start,1\n",
        complaints="climber,complaint,week\nA,,soon\nY,Sore finger,1\n",
    )
    assert sorted(line.partition(":")[0] for line in found) == [
        "complaints.csv, row 2, column complaint",
        "complaints.csv, row 2, column week",
        "complaints.csv, row 3, column climber",
        "people.csv, row 1",
        "people.csv, row 3, column hand",
        "people.csv, row 4, column climber",
        "sessions.csv, row 2, column grip",
        "sessions.csv, row 3, column climber",
        "sessions.csv, row 4, column session",
        "sessions.csv, row 5, column session",
    ]


def test_a_file_without_events_says_that_there_were_none(tmp_path: Path) -> None:
    assert read(tmp_path, complaints="climber,complaint,week\n").adverse_events == ()


@pytest.mark.parametrize(
    ("cell", "scale", "name"),
    [("0", "log", "log"), ("-1", "log", "log"), ("0.0", "log", "log"), ("-1", "sqrt", "square-root")],
)
def test_what_a_scale_cannot_show(tmp_path: Path, cell: str, scale: str, name: str) -> None:
    text = SECOND_STUDY["report/study.yml"].replace("decimals: 1", f"decimals: 1, scale: {scale}")
    read(tmp_path)
    replace(tmp_path / "sessions.csv", "30.5", cell)
    with pytest.raises(DataError) as raised:
        read_cohort(tmp_path, parse_study(text, "report/study.yml"))
    assert str(raised.value) == (
        f"sessions.csv, row 2, column grip: '{cell}' cannot stand on a {name} scale. "
        "Write '<' and the limit of detection, or 'scale: linear' in report/study.yml."
    )


@pytest.mark.parametrize(
    ("term", "name"),
    [
        ("EBV-induced MAS", "ebv_induced_mas"),
        ("  Rash (grade 2) ", "rash_grade_2"),
        ("Fièvre", "fievre"),
        ("发热", "发热"),
        ("발열", "발열"),
        ("β-blocker overdose", "β_blocker_overdose"),
        ("3rd-degree burn", "term_3rd_degree_burn"),
        ("???", "term_"),
        ("Onset", "term_onset"),
        ("N events", "term_n_events"),
        ("Name", "term_name"),
    ],
)
def test_prose_can_name_every_event(term: str, name: str) -> None:
    assert AdverseEvent("A", term, None).name == name


def test_years_observed_are_summed_and_checked(tmp_path: Path) -> None:
    text = SECOND_STUDY["report/study.yml"].replace("onset_unit: weeks", "exposure_years: practice")
    study = parse_study(text, "report/study.yml")
    read(tmp_path)
    assert read_cohort(tmp_path, study).patient_years == 19
    replace(tmp_path / "people.csv", "A,R,3", "A,R,-3")
    replace(tmp_path / "people.csv", "B,L,5", "B,L,")
    with pytest.raises(DataError) as raised:
        read_cohort(tmp_path, study)
    assert sorted(fault.where for fault in raised.value.faults) == [
        "people.csv, row 2, column practice",
        "people.csv, row 3, column practice",
    ]
