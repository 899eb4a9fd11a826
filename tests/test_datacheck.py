"""Warnings about what is hardly true, each with its place, and a page that shows them and nothing from elsewhere."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest
from click.testing import CliRunner
from studies import copy_flagship, read_html, replace, write_second_study

from cohortpress.build import MOST_DOUBTS, Build, Options
from cohortpress.cli import main
from cohortpress.datacheck import REPORT, check_data
from cohortpress.errors import MOST_SHOWN, DataError, Fault
from cohortpress.new import start
from cohortpress.summary_rows import odd_ids, summary_rows

STUDY = """\
title: "Checked <b>data</b>"
data: {visits: visits.csv, subject_id: id, date: when}
visits:
  start: {label: Start, month: 0}
  middle: {label: Middle, month: 3}
  end: {label: End, month: 6}
endpoints:
  crp: {label: CRP, unit: mg/l, limit_of_detection: 0.6, column: CRP}
  pain: {label: Pain, decimals: 0}
characteristics:
  age: {label: Age, unit: years}
  sex: {label: Sex, categories: {women: f, men: m}}
"""
VISITS = ("start", "middle", "end")
# What is as it should be: nothing to flag.
SUBJECTS = {f"P{i}": (40 + 3 * i, "fm"[i % 2]) for i in range(1, 9)}
ROWS = {
    (subject, visit): [f"2024-0{1 + 3 * number}-1{index}", f"{20 - 5 * number + index}.5", f"{8 - number - index % 3}"]
    for index, subject in enumerate(SUBJECTS)
    for number, visit in enumerate(VISITS)
}


# Of all values of CRP, that of P3 at the end being much too high.
MEDIAN = statistics.median([float(crp) for key, (_, crp, _) in ROWS.items() if key != ("P3", "end")] + [1250])


def study(folder: Path, **changes: list[str]) -> Path:
    """Write the study with the rows of some subject and visit ("P3_end") changed."""
    rows = {**ROWS, **{(who, when): cells for key, cells in changes.items() for who, when in [key.split("_")]}}
    lines = [
        ",".join([who, visit, *cells, str(SUBJECTS.get(who, (50, "f"))[0]), SUBJECTS.get(who, (50, "f"))[1]])
        for (who, visit), cells in rows.items()
    ]
    (folder / "report").mkdir()
    (folder / "report/study.yml").write_text(STUDY, encoding="utf-8")
    (folder / "visits.csv").write_text("\n".join(["id,visit,when,CRP,pain,age,sex", *lines]), encoding="utf-8")
    return folder


def warnings(folder: Path) -> list[str]:
    return [str(warning) for warning in check_data(folder).warnings]


def test_sound_data_are_not_flagged(tmp_path: Path) -> None:
    assert warnings(study(tmp_path)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"P3_end": ["2024-07-12", "1250", "4"]},
            f"visits.csv, row 10, column CRP: 'P3' at 'end': 1250 is far from the others (median {MEDIAN:g}). "
            "Another unit, or a slip of the decimal mark? 12.5 would not be far.",
        ),
        (
            {"P3_end": ["2024-07-12", "-12.5", "4"]},
            "visits.csv, row 10, column CRP: 'P3' at 'end': −12.5 is below 0, as no other is. A dash for a minus?",
        ),
        (
            {"P3_end": ["2024-07-12", "77.5", "4"]},
            "visits.csv, row 10, column CRP: 'P3' at 'end': 77.5 is far from the others (median 20). "
            "A slip, or a code for a missing value? If so, declare it: data: {missing: [...]}.",
        ),
        (
            {"P3_end": ["2023-07-12", "12.5", "4"]},
            "visits.csv, row 10, column when: 'P3' has a date at 'end' before 'middle'. "
            "Are two dates exchanged, or day and month?",
        ),
        (
            {f"P3_{visit}": [f"2024-0{month}-12", "12.5", "4"] for month, visit in zip((1, 4, 7), VISITS, strict=True)},
            "crp: 'P3' has 12.5 at all 3 visits. Carried forward, or copied?",
        ),
        (
            {"P3_end": ["2074-07-12", "12.5", "4"]},
            "visits.csv, row 10, column when: 'P3' has the date '2074-07-12', more than 50 years from all its others. "
            "A slip of the year, or of a digit?",
        ),
        ({"P9_start": ["2024-01-10", "", ""]}, "'P9' has no value of any endpoint. Is the id spelt otherwise?"),
        ({"P03_start": ["2024-01-10", "21.5", "7"]}, "'P3' and 'P03' are spelt almost alike. Are they one subject?"),
    ],
)  # fmt: skip
def test_what_is_hardly_true_is_flagged(tmp_path: Path, changes: dict[str, list[str]], expected: str) -> None:
    assert warnings(study(tmp_path, **changes)) == [expected]


@pytest.mark.parametrize("age", ["0", "999"])
def test_a_code_for_what_is_missing_is_flagged(tmp_path: Path, age: str) -> None:
    study(tmp_path)
    text = (tmp_path / "visits.csv").read_text(encoding="utf-8")
    (tmp_path / "visits.csv").write_text(text.replace(",49,", f",{age},"), encoding="utf-8")
    (said,) = warnings(tmp_path)
    assert said.startswith(f"visits.csv, column age: 'P3': {age} is far from the others (median ")
    assert said.endswith("If so, declare it: data: {missing: [...]}.")


def test_an_age_in_months_is_flagged(tmp_path: Path) -> None:
    study(tmp_path)
    text = (tmp_path / "visits.csv").read_text(encoding="utf-8")
    (tmp_path / "visits.csv").write_text(text.replace(",49,", ",490,"), encoding="utf-8")
    assert warnings(tmp_path) == [  # the ages are then 43, 46, 52, 55, 58, 61, 64 and 490
        "visits.csv, column age: 'P3': 490 is far from the others (median 56.5). "
        "Another unit, or a slip of the decimal mark? 49 would not be far."
    ]


# Of eight patients at two visits, made up: 25 to 60 before, less after, as in many a small cohort.
PAIN = [(31, 9), (40, 12), (60, 21), (25, 7), (52, 31), (47, 14), (38, 10), (29, 8)]


@pytest.mark.parametrize(
    ("subject", "visit", "typed", "said"),
    [
        (1, 0, 400, "400 is higher than all others, and far from those of its subject"),
        (4, 1, 310, "310 is higher than all others"),
        (0, 0, 3100, "3100 is "),
        (2, 1, 50, ""),
        (7, 0, 90, ""),  # the highest, and no slip
    ],
)
def test_a_value_ten_times_too_large_is_flagged_where_few_vary_much(
    tmp_path: Path, subject: int, visit: int, typed: int, said: str
) -> None:
    text = STUDY.replace("  middle: {label: Middle, month: 3}\n", "").replace(", limit_of_detection: 0.6", "")
    (tmp_path / "report").mkdir()
    (tmp_path / "report/study.yml").write_text(text, encoding="utf-8")
    values = [list(pair) for pair in PAIN]
    right, values[subject][visit] = values[subject][visit], typed
    rows = [f"P{i},{name},,{crp},,{40 + i},f" for i, pair in enumerate(values)
            for name, crp in zip(("start", "end"), pair, strict=True)]  # fmt: skip
    (tmp_path / "visits.csv").write_text("\n".join(["id,visit,when,CRP,pain,age,sex", *rows]), encoding="utf-8")
    found = warnings(tmp_path)
    expected = [f"'end': {said}", f"'start': {said}", f"mark? {right} would not be far."]
    assert [[part in line for part in expected].count(True) for line in found] == [2] * bool(said)


# Of ten patients at three visits, made up: all get better, by which the values of all visits spread widely.
TREATED: dict[str, list[tuple[float, ...]]] = {
    "pain": [(80, 41, 30), (72, 30, 22), (55, 28, 15), (90, 45, 38), (66, 35, 20), (61, 22, 18), (77, 40, 25),
             (84, 50, 33), (70, 38, 28), (58, 27, 12)],
    "crp": [(9.8, 6.1, 5.2), (8.7, 5.5, 4.1), (10.4, 6.0, 5.0), (12.0, 7.2, 5.9), (9.1, 5.2, 4.6), (11.3, 6.8, 5.7),
            (10.0, 5.9, 4.9), (9.5, 6.3, 5.4), (8.9, 5.0, 4.4), (11.0, 6.5, 5.1)],
}  # fmt: skip


def treated(folder: Path, slips: dict[tuple[str, int, int], str]) -> list[str]:
    """Write the study of those who got better, with other cells by variable, subject and visit; return the warnings."""
    (folder / "report").mkdir()
    text = STUDY.replace(", date: when", "").replace(", limit_of_detection: 0.6", "")
    (folder / "report/study.yml").write_text(text, encoding="utf-8")
    cells = {(v, i, j): f"{x}" for v, rows in TREATED.items() for i, row in enumerate(rows) for j, x in enumerate(row)}
    cells |= slips
    rows = [f"P{i},{visit},{cells['crp', i, j]},{cells['pain', i, j]},{40 + i},f"
            for i in range(10) for j, visit in enumerate(VISITS)]  # fmt: skip
    (folder / "visits.csv").write_text("\n".join(["id,visit,CRP,pain,age,sex", *rows]), encoding="utf-8")
    return warnings(folder)


def test_values_ten_times_too_large_are_flagged_by_their_visit_where_all_get_better(tmp_path: Path) -> None:
    slips = {("pain", 0, 0): "800", ("pain", 1, 0): "720", ("pain", 1, 1): "300", ("pain", 1, 2): "220",
             ("crp", 0, 0): "98", ("crp", 1, 0): "87", ("crp", 1, 2): "41", ("crp", 5, 0): "1.13"}  # fmt: skip
    found = treated(tmp_path, slips)
    assert len(found) == len(slips)
    for (variable, row, visit), cell in slips.items():
        (said,) = [line for line in found if f": '{f'P{row}'}' at '{VISITS[visit]}': {cell} is far from" in line]
        assert said.endswith(f"{TREATED[variable][row][visit]:g} would not be far.")
    said = "'P1' at 'end': 220 is far from the others at this visit (median 26.5). Another unit, or a slip"
    assert any(said in line for line in found)


@pytest.mark.parametrize("slips", [
    {},
    {("pain", 1, 2): "3"},  # who has hardly any pain left is no slip
    {("crp", i, 2): "<0.4" for i in (0, 1, 2)},
])  # fmt: skip
def test_who_got_well_and_values_below_a_limit_are_no_slips(
    tmp_path: Path, slips: dict[tuple[str, int, int], str]
) -> None:
    assert treated(tmp_path, slips) == []


def test_a_sex_that_is_not_known_is_told_as_its_counts_do_not_add_up(tmp_path: Path) -> None:
    folder = study(tmp_path)
    text = (folder / "visits.csv").read_text(encoding="utf-8")
    (folder / "visits.csv").write_text(re.sub(r"(?m)^(P[37],.*,)[fm]$", r"\1", text), encoding="utf-8")
    assert warnings(folder) == [
        "visits.csv, column sex: It is empty for 2 of 8 subjects: 'P3', 'P7'. Counts of it do not add up to all: fill "
        "it in, or say so where they are printed."
    ]
    (folder / "visits.csv").write_text(re.sub(r"(?m)^(P.*,)[fm]$", r"\1", text), encoding="utf-8")
    assert warnings(folder) == []  # nobody's is: nothing is counted


@pytest.mark.parametrize(
    ("factor", "offset", "said"),
    [
        (1e-7, 0, "Most values of 'crp' are not zero and print as 0.0 with 'decimals: 1'."),
        (1e-4, 7.4, "All values of 'crp' print as 7.4 with 'decimals: 1'."),
        (0.01, 0, ""),  # 0.1 to 0.3
    ],
)
def test_decimals_that_hide_the_values_are_told(tmp_path: Path, factor: float, offset: float, said: str) -> None:
    cells = {f"{who}_{visit}": [row[0], f"{offset + factor * float(row[1]):.9f}", row[2]]
             for (who, visit), row in ROWS.items()}  # fmt: skip
    folder = study(tmp_path, **cells)
    replace(folder / "report/study.yml", "limit_of_detection: 0.6, ", "")
    assert warnings(folder) == [f"report/study.yml, line 8: {said} Give it more, or another unit."] * bool(said)


def test_a_column_that_stands_twice_is_flagged(tmp_path: Path) -> None:
    folder = study(tmp_path)
    replace(folder / "report/study.yml", "pain: {label: Pain, decimals: 0}", "pain: {label: Pain, column: CRP}")
    (said,) = warnings(folder)
    assert said.startswith("report/study.yml, line 9: 'CRP' and 'Pain' have the same values throughout.")


def test_a_limit_that_is_written_as_one_is_right(tmp_path: Path) -> None:
    assert warnings(study(tmp_path, P3_end=["2024-07-12", "<0.6", "4"])) == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"P3_end": "<5"}, ""),  # all others are higher: 10.5 to 27.5
        ({"P3_end": "<12"}, "'<12' is a limit; 2 other values lie below it and count as '<12'"),
        ({"P3_end": "<12", "P4_start": "<12"}, "'<12' (and 1 more) is a limit; 2 other values lie below it and count"),
        ({"P3_end": "<11", "P4_end": "<10"}, "'<11' is a limit; 1 other value lies below it and counts as '<11'"),
    ],
)
def test_a_limit_that_hides_other_values_is_doubted(tmp_path: Path, cells: dict[str, str], said: str) -> None:
    changes = {key: [ROWS[key[:2], key[3:]][0], cell, ROWS[key[:2], key[3:]][2]] for key, cell in cells.items()}
    folder = study(tmp_path, **changes)
    replace(folder / "report/study.yml", "limit_of_detection: 0.6, ", "")
    found = warnings(folder)
    assert [f"visits.csv, row 10, column CRP: 'P3' at 'end': {said}" in line for line in found] == [True] * bool(said)


def test_a_value_below_the_limit_is_told(tmp_path: Path) -> None:
    checked = check_data(study(tmp_path, P3_end=["2024-07-12", "0.2", "4"]))
    assert [str(note) for note in checked.notes] == [
        "visits.csv, column CRP: 1 value lies below the limit of detection in report/study.yml. "
        "Such values count as less than the limit."
    ]
    assert checked.warnings == ()


def test_the_flagship_can_be_checked(tmp_path: Path) -> None:
    assert check_data(copy_flagship(tmp_path / "flagship")).report.name == REPORT


def test_the_page_shows_each_variable_and_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    study(tmp_path, P3_end=["2024-07-12", "1250", ""])
    checked = check_data(tmp_path)
    page = checked.report.read_text(encoding="utf-8")
    html = read_html(page)
    text = " ".join(" ".join(html.parts).split())
    for part in ("CRP", "mg/l", "Pain", "Age", "Sex", "1250 is far from the others", "Who was measured when"):
        assert part in text
    assert "Checked <b>data</b>: the data" in text
    assert html.tags.count("h1") == 1
    assert html.tags.count("section") == 4
    assert "script" not in html.tags
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"|url\(|@import', page) == []
    assert len(re.findall(r'<svg [^>]*role="img" aria-label="[^"]+"', page)) == html.tags.count("svg") == 7


def test_the_notes_of_the_files_are_passed_on(tmp_path: Path) -> None:
    study(tmp_path)
    text = (tmp_path / "visits.csv").read_text(encoding="utf-8")
    (tmp_path / "visits.csv").write_text(text.replace(",", ";"), encoding="utf-8")
    checked = check_data(tmp_path)
    assert [str(note) for note in checked.notes] == ["visits.csv: Read as text separated by semicolons."]
    assert "Read as text separated by semicolons" in checked.report.read_text(encoding="utf-8")


def test_a_new_study_can_be_checked(tmp_path: Path) -> None:
    start(tmp_path / "mine")
    replace(tmp_path / "mine/data/example.csv", "9,41.0", "9,4100")
    (warning,) = check_data(tmp_path / "mine").warnings
    assert warning.where == "data/example.csv, row 20, column CRP (mg/l)"
    assert warning.mend == "Another unit, or a slip of the decimal mark? 41 would not be far."


def test_a_build_tells_it_too_and_again_although_nothing_is_analysed_again(tmp_path: Path) -> None:
    folder = study(tmp_path, P3_end=["2024-07-12", "1250", "4"])

    def analysed() -> list[str]:
        said: list[str] = []
        with Build(folder, Options(), lambda step, seconds: None, lambda fault: said.append(str(fault))) as steps:
            steps.analyse()
        return [line for line in said if "groups have fewer" not in line]

    first = analysed()
    assert [line.partition(": ")[0] for line in first] == ["visits.csv, row 10, column CRP"]
    assert analysed() == first
    replace(folder / "visits.csv", ",1250,", ",12.50,")
    assert analysed() == []


def test_a_sex_that_differs_between_the_rows_of_a_subject_is_doubted_and_an_age_is_not(tmp_path: Path) -> None:
    folder = study(tmp_path)
    text = (folder / "visits.csv").read_text(encoding="utf-8")
    changed = text.replace("P2,end,2024-07-11,11.5,5,46,f", "P2,end,2024-07-11,11.5,5,46,m")
    changed = changed.replace("P3,end,2024-07-12,12.5,4,49,m", "P3,end,2024-07-12,12.5,4,50,m")
    doubt = "visits.csv, row 7, column sex: The value differs from that of an earlier visit, in 1 subject: 'P2'."
    for rows, doubted in ((text, False), (changed, True)):
        (folder / "visits.csv").write_text(rows, encoding="utf-8")
        for _ in range(2):  # the second time it is told from what was kept
            said: list[Fault] = []
            with Build(folder, Options(), lambda step, seconds: None, said.append) as steps:
                steps.analyse()
            assert [str(f) for f in said if "differs" in f.problem] == [f"{doubt} The earliest counts."] * doubted
        shown = CliRunner().invoke(main, ["check-data", "--study", str(folder)]).output
        assert (f"warning: {doubt}" in shown, "Nothing looks wrong." in shown) == (doubted, not doubted)
    assert "visits.csv, row 10, column age: The value differs" in shown
    assert "warning: visits.csv, row 10, column age" not in shown


def test_a_doubt_is_told_once_by_a_build_with_documents(tmp_path: Path) -> None:
    folder = write_second_study(tmp_path / "second")
    replace(folder / "report/study.yml", "  subjects: people.csv\n", "")
    replace(folder / "sessions.csv", "climber,session,grip\n", "climber,session,grip,hand,practice\n")
    text = (folder / "sessions.csv").read_text(encoding="utf-8").replace("A,start,30.5", "A,start,30.5,R,3")
    text = text.replace("A,finish,33.0", "A,finish,33.0,L,3")
    lines = [line + "," * (4 - line.count(",")) for line in text.splitlines()]
    (folder / "sessions.csv").write_text("\n".join(lines), encoding="utf-8")
    said: list[str] = []
    with Build(folder, Options(), lambda step, seconds: None, lambda fault: said.append(str(fault))) as steps:
        steps.analyse()
        steps.fill("abstract")
    doubts = [line for line in said if "differs" in line]
    assert len(doubts) == 1
    assert "sessions.csv, row 3, column hand" in doubts[0]
    assert "in 1 subject: 'A'." in doubts[0]


@pytest.mark.parametrize("publish", ["full", "aggregate"])
def test_the_published_note_names_no_subject_where_aggregates_are_published(tmp_path: Path, publish: str) -> None:
    folder = study(tmp_path, P3_end=["2074-07-12", "12.5", "4"])
    with (folder / "report/study.yml").open("a", encoding="utf-8") as file:
        file.write(f"publish: {publish}\n")
    with Build(folder, Options(), lambda step, seconds: None) as steps:
        steps.analyse()
        assert ("'P3' has the date" in steps.space.results_file.read_text(encoding="utf-8")) == (publish == "full")


@pytest.mark.parametrize(
    "name", ["Mean", "MEDIAN", "Mean (SD)", "Total:", "SD", "n = 8", "Mittelwert", "Summe", "Gesamt", "gemiddelde",
             "totaal", "Moyenne", "médiane", "Ø", "Ø (SD)", "Σ", "Écart-type", "standaardafwijking", "n", "StAbw",
             "moy."],
)  # fmt: skip
def test_a_row_that_sums_up_the_others_is_doubted(tmp_path: Path, name: str) -> None:
    folder = study(tmp_path, **{f"{name}_start": ["2024-01-15", "22.5", "7"]})
    problem = f"'{name}' reads like a summary, and counts as a subject."
    mend = f"Delete the row, or write 'skip_subjects: [\"{name}\"]' under 'data:'."
    doubt = f"visits.csv, row 26, column id: {problem} {mend}"
    assert warnings(folder) == [doubt]
    assert "Nothing looks wrong" not in CliRunner().invoke(main, ["check-data", "--study", str(folder)]).output


def test_a_strict_build_refuses_a_row_that_sums_up_the_others_each_time(tmp_path: Path) -> None:
    folder = study(tmp_path, Mean_start=["2024-01-15", "22.5", "7"], SD_start=["2024-01-15", "2.5", "1"])

    def analysed(*, strict: bool) -> list[str]:
        said: list[str] = []
        options = Options(strict=strict)
        with Build(folder, options, lambda step, seconds: None, lambda fault: said.append(str(fault))) as steps:
            steps.analyse()
        return [line for line in said if "reads like a summary" in line]

    assert len(analysed(strict=False)) == 2
    for _ in range(2):
        with pytest.raises(DataError, match=r"row 26, column id: 'Mean' reads like .*\n.*row 27, .*'SD' reads like"):
            analysed(strict=True)
    replace(folder / "visits.csv", "\nMean,start,2024-01-15,22.5,7,50,f\nSD,start,2024-01-15,2.5,1,50,f", "")
    assert analysed(strict=True) == []


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        ("A B C n", "n"), ("A B C Mean SD N", "Mean SD N"), ("L M N", ""), ("AB SD CD", ""), ("AB CD SD", ""),
        ("P1 P2 Min Max", "Min Max"), ("Eva Max", ""), ("N P1 P2", ""), ("1 2 3 Mean n", "Mean n"), ("n", ""),
        ("P1 Gem. SD", "Gem. SD"), ("P1 P2 Medianus", ""), ("S01 S02 MW SD", "MW SD"),
        ("1 2 Mw. p-Wert", "Mw. p-Wert"), ("1 2 p Q1 75%", "p Q1 75%"), ("Q1 Q2 Q3", ""), ("P1 P2 Q1", ""),
        ("P1 P2 Median Q1 Q3", "Median Q1 Q3"), ("1 2 Referenz Normwert Differenz", "Referenz Normwert Differenz"),
        ("1 2 Norm", "Norm"), ("Hans Norm", ""), ("1 Norma Normal 2", ""),
        ("1 2 p-value Reference", "p-value Reference"),
    ],
)  # fmt: skip
def test_initials_at_the_end_sum_up_where_no_subject_is_spelt_so(ids: str, found: str) -> None:
    assert summary_rows(ids.split()) == set(found.split())


@pytest.mark.parametrize(
    ("ids", "odd"),
    [
        ("1 2 3 4 Kontr Labor", "Kontr Labor"), ("P1 P2 P3 P4 Blank", "Blank"), ("P1 P2 Ann P4 P5", ""),
        ("Ann Bob Cy Dee Eve", ""), ("1 2 Kontr", ""), ("1 2 3 4 A B C D", ""),
    ],
)  # fmt: skip
def test_the_last_ids_without_a_number_are_doubted_where_all_others_have_one(ids: str, odd: str) -> None:
    assert odd_ids(ids.split()) == odd.split()


def test_an_odd_id_is_named_and_stops_nothing(tmp_path: Path) -> None:
    folder = study(tmp_path, Kontr_start=["2024-01-15", "22.5", "7"])
    (line,) = (line for line in warnings(folder) if "'Kontr' has no number" in line)
    assert line.endswith("Is it a subject? If not, write 'skip_subjects: [\"Kontr\"]' under 'data:'.")


@pytest.mark.parametrize("names", [("N",), ("SD-03", "N12", "Total1", "Summer", "Meaney")])
def test_a_subject_whose_id_is_like_a_summary_is_none(tmp_path: Path, names: tuple[str, ...]) -> None:
    folder = study(tmp_path)
    text = (folder / "visits.csv").read_text(encoding="utf-8")
    for number, name in enumerate(names, 1):
        text = text.replace(f"P{number},", f"{name},")
    (folder / "visits.csv").write_text(text, encoding="utf-8")
    assert warnings(folder) == []


WIDE = """\
title: Growth
data: {visits: visits.csv, subject_id: id}
visits:
  year_8: {label: 8 years, year: 0}
  year_10: {label: 10 years, year: 2}
  year_18: {label: 18 years, year: 10}
endpoints:
  distance:
    label: Distance
    column:
      year_8: distance_8 years
      year_10: Distance 10 Years
      year_18: distance (18 years)
"""


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, []),
        (
            {"year_8: distance_8 years": "year_8: Distance 10 Years",
             "year_10: Distance 10 Years": "year_10: distance_8 years"},
            ["line 11: The column 'Distance 10 Years' is that of 'year_8', and names 'year_10'. "
             "Are two columns exchanged?",
             "line 12: The column 'distance_8 years' is that of 'year_10', and names 'year_8'. "
             "Are two columns exchanged?"],
        ),
        (
            {"year_10: Distance 10 Years": "year_10: distance_8 years"},
            ["line 12: The column 'distance_8 years' is that of 'year_8' too. Was it named twice?"],
        ),
    ],
)  # fmt: skip
def test_a_column_that_names_another_visit_or_stands_for_two_is_doubted(
    tmp_path: Path, columns: dict[str, str], expected: list[str]
) -> None:
    text = WIDE
    for old, new in columns.items():
        text = text.replace(old, new)
    (tmp_path / "report").mkdir()
    (tmp_path / "report/study.yml").write_text(text, encoding="utf-8")
    rows = ["id,distance_8 years,Distance 10 Years,distance (18 years)", "C1,20,21.5,24", "C2,21,22,25"]
    (tmp_path / "visits.csv").write_text("\n".join(rows), encoding="utf-8")
    assert warnings(tmp_path) == [f"report/study.yml, {line}" for line in expected]


WINDOWS = """\
title: Growth
data: {visits: visits.csv, subject_id: id, date: seen}
visits:
  eight: {label: 8 years, year: 0, days: [-90, 90]}
  ten: {label: 10 years, year: 2, days: [640, 820]}
  twelve: {label: 12 years, year: 4, days: [1370, 1550]}
  fourteen: {label: 14 years, year: 6, days: [2100, 2280]}
endpoints:
  distance: {label: Distance, unit: mm}
"""


@pytest.mark.parametrize(
    ("row", "year", "gap"), [(2, None, 0), (4, 1964, 6), (4, 1984, 8), (4, 2074, 98), (2, 1960, 12), (5, 1996, 22)]
)
def test_a_date_with_another_year_is_doubted_where_dates_make_the_visits(
    tmp_path: Path, row: int, year: int | None, gap: int
) -> None:
    dates = [f"{seen}-03-0{child}" for child in (1, 2, 3) for seen in (1970, 1972, 1974, 1976)]
    rows = [f"C{1 + i // 4},{date},{20 + i}.5" for i, date in enumerate(dates)]
    if year:
        rows[row - 2] = f"C1,{year}-03-01,{18 + row}.5"
    (tmp_path / "report").mkdir()
    (tmp_path / "report/study.yml").write_text(WINDOWS, encoding="utf-8")
    (tmp_path / "visits.csv").write_text("\n".join(["id,seen,distance", *rows]), encoding="utf-8")
    expected = (
        f"visits.csv, row {row}, column seen: 'C1' has the date '{year}-03-01', more than {gap} years from all its "
        "others. A slip of the year, or of a digit?"
    )
    assert [line for line in warnings(tmp_path) if "has no value" not in line] == [expected] * bool(year)


def test_of_two_dates_the_one_far_from_those_of_the_others_is_doubted(tmp_path: Path) -> None:
    rows = ["C1,1964-03-01,20.5", "C1,1972-03-01,22.5", "C2,1970-03-02,21.5", "C2,1972-03-02,23.5"]
    (tmp_path / "report").mkdir()
    (tmp_path / "report/study.yml").write_text(WINDOWS, encoding="utf-8")
    (tmp_path / "visits.csv").write_text("\n".join(["id,seen,distance", *rows]), encoding="utf-8")
    assert ["'1964-03-01'" in line for line in warnings(tmp_path)] == [True]


def test_a_follow_up_that_is_late_is_no_slip_where_others_have_such_dates(tmp_path: Path) -> None:
    rows = [f"C{i},{year}-03-0{i},{20 + i}.5" for i in (1, 2) for year in (1970, 1972)]
    rows += ["C1,1980-03-01,25.5", "C2,1979-05-01,26.5"]
    (tmp_path / "report").mkdir()
    (tmp_path / "report/study.yml").write_text(WINDOWS, encoding="utf-8")
    (tmp_path / "visits.csv").write_text("\n".join(["id,seen,distance", *rows]), encoding="utf-8")
    assert warnings(tmp_path) == []
    rows += ["C1,2006-03-01,25.5", "C3,2006-03-03,20.5"]  # more than thrice the schedule later
    (tmp_path / "visits.csv").write_text("\n".join(["id,seen,distance", *rows]), encoding="utf-8")
    assert ["'C1' has the date '2006-03-01'" in line for line in warnings(tmp_path)] == [True]


def test_a_build_tells_a_few_and_how_many_more_there_are(tmp_path: Path) -> None:
    subjects = {f"P{i}_start": ["2024-01-10", "", ""] for i in range(20, 28)}
    folder = study(tmp_path, **subjects)
    said: list[str] = []
    with Build(folder, Options(), lambda step, seconds: None, lambda fault: said.append(str(fault))) as steps:
        steps.analyse()
    doubts = [line for line in said if "groups have fewer" not in line]
    shown = warnings(folder)
    assert len(shown) > MOST_DOUBTS
    assert doubts[:MOST_DOUBTS] == shown[:MOST_DOUBTS]
    more = f"{len(shown) - MOST_DOUBTS} more values or subjects look wrong. See them all with: cohortpress check-data"
    assert doubts[MOST_DOUBTS:] == [more]


def test_the_terminal_shows_the_first_of_very_many_and_a_count(tmp_path: Path) -> None:
    folder = study(tmp_path, **{f"P{i}_start": ["2024-01-10", "", ""] for i in range(20, 50)})
    shown = CliRunner().invoke(main, ["check-data", "--study", str(folder)]).output.splitlines()
    assert len([line for line in shown if line.startswith("warning:")]) == MOST_SHOWN
    assert f"... and {30 - MOST_SHOWN} more" in "\n".join(shown)
    assert (folder / REPORT).read_text(encoding="utf-8").count("has no value of any endpoint") == 30
