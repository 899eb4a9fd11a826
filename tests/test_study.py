from __future__ import annotations

from pathlib import Path

import pytest
from studies import SECOND_STUDY

from cohortpress.errors import StudyError
from cohortpress.study import Analysis, parse_study, read_study

TEXT = SECOND_STUDY["report/study.yml"]
FILE = "report/study.yml"


def faults(old: str, new: str) -> list[str]:
    """Return the messages for the second study with one place changed."""
    assert TEXT.count(old) == 1, old
    with pytest.raises(StudyError) as raised:
        parse_study(TEXT.replace(old, new), FILE)
    return str(raised.value).splitlines()


def line_of(part: str) -> int:
    return next(number for number, line in enumerate(TEXT.splitlines(), start=1) if part in line)


def test_a_study_is_read_as_it_was_written(second_study: Path) -> None:
    study = read_study(second_study)
    assert study.title == "Finger strength of invented climbers"
    assert (study.baseline, study.followups) == ("start", ("finish",))
    assert study.data.files == {
        "subjects": "people.csv",
        "visits": "sessions.csv",
        "adverse_events": "complaints.csv",
    }
    assert study.characteristics["hand"].categories == {"right": ("R",), "left": ("L",)}
    assert study.analysis.method == "exact"


def test_the_line_of_a_key_is_known() -> None:
    study = parse_study(TEXT, FILE)
    assert study.where("endpoints", "grip") == f"{FILE}, line {line_of('grip:')}"
    assert study.where("endpoints", "grip", "not given") == f"{FILE}, line {line_of('grip:')}"
    assert study.where("theme") == FILE


def test_yes_and_no_are_names_and_texts() -> None:
    study = parse_study(TEXT.replace("{right: R, left: L}", "{yes: yes, no: No, on: off}"), FILE)
    assert study.characteristics["hand"].categories == {"yes": ("yes",), "no": ("No",), "on": ("off",)}


def test_codes_need_no_quotation_marks() -> None:
    study = parse_study(TEXT.replace("{right: R, left: L}", "{right: 0, left: [1, 2]}"), FILE)
    assert study.characteristics["hand"].categories == {"right": ("0",), "left": ("1", "2")}


@pytest.mark.parametrize(
    "code", ["010", "06", "12:30", "1_0", "0x1F", "0b1", "+5", "2024-02-28", "1e5", "=", "-99", "0"]
)
def test_a_code_is_what_is_written(code: str) -> None:
    study = parse_study(TEXT.replace("{right: R, left: L}", f"{{right: {code}, left: L}}"), FILE)
    assert study.characteristics["hand"].categories == {"right": (code,), "left": ("L",)}


@pytest.mark.parametrize(("number", "value"), [("3", 3), ("-0.5", -0.5), (".5", 0.5), ("2.", 2), ("1.5e-3", 0.0015)])
def test_a_plain_decimal_is_a_number(number: str, value: float) -> None:
    study = parse_study(f"{TEXT}constants: {{x: {number}, day: 2024-02-30, none: ~x}}", FILE)
    assert study.constants == {"x": value, "day": "2024-02-30", "none": "~x"}
    assert type(study.constants["x"]) is type(value) or number == "2."


def test_a_part_that_holds_itself_is_refused() -> None:
    with pytest.raises(StudyError, match=r"A part holds itself \(&, \*\)\. Write out"):
        parse_study(f"{TEXT}authors: &x [*x]", FILE)


def test_a_text_of_several_lines_is_one_line_and_keeps_spaces_that_never_break() -> None:
    study = parse_study(TEXT.replace("unit: kg", 'unit: "1\u00a0kg\\n```\\n x"'), FILE)
    assert study.endpoints["grip"].unit == "1\u00a0kg ``` x"


# What stands in the second study, what stands there instead, and the message.
BROKEN = [
    ("categories: {right: R, left: L}", "categories: {right: R, left: L}, labels: {lefty: links}",
     "There is no category 'lefty'. Did you mean 'left'?"),
    ("keywords:", "keywrods:", "Unknown key 'keywrods'. Did you mean 'keywords'?"),
    ("keywords:", "qr: x\nkeywords:", "Unknown key 'qr'. Did you mean 'address'?"),
    ("decimals: 1", "decimal: 1", "Unknown key 'endpoints.grip.decimal'. Did you mean 'decimals'?"),
    ("  poster:", "  postre:", "Unknown key 'documents.postre'. Did you mean 'poster'?"),
    ("decimals: 1", "decimals: one", "endpoints.grip.decimals: 'one' is no whole number. Write one."),
    (
        "decimals: 1",
        "decimals: 9",
        "endpoints.grip.decimals: '9' will not do. It must be less than or equal to 6.",
    ),
    (
        "direction: higher_is_better",
        "direction: higer_is_better",
        "endpoints.grip.direction: 'higer_is_better' is not known. Did you mean 'higher_is_better'?",
    ),
    ("[made up]", "made up", "keywords: 'made up' is no list. Write it as '[one, two]'."),
    ("page: A5", "page: 5", "documents.abstract.page: '5' is no text. Put it in quotation marks."),
    (
        "{label: Start, month: 0}",
        "Start",
        "visits.start: 'Start' cannot stand here. Write keys with values below it.",
    ),
    (
        "{right: R, left: L}",
        "[R, L]",
        "characteristics.hand.categories cannot stand here. Names with values belong here: 'name: value'.",
    ),
    (
        "keywords:",
        "logos: [report/logo.svg]\nkeywords:",
        "logos cannot stand here. Names with values belong here. Write 'University Hospital: report/logo.svg'.",
    ),
    ("practice: {", "practice:\n\t{", "A tab stands here. Indent with spaces."),
    ("[made up]", "@made", "No text can begin with @. Put it in quotation marks."),
    ("{right: R, left: L}", "{}", "characteristics.hand.categories has too few entries. Add one."),
    (
        "{right: R, left: L}",
        "{right: 0.5}",
        "characteristics.hand.categories.right.0: '0.5' is no text. Put it in quotation marks.",
    ),
    (
        "{right: R, left: L}",
        "{right: R, left: [L, R]}",
        "The value 'R' stands for 'right' already. Let it stand for one category.",
    ),
    (
        "{right: R, left: L}",
        "{right: R, label: L}",
        "'label' is a word of cohortpress. Choose another name.",
    ),
    (
        "  term: complaint",
        "  missing: [ND, R]\n  term: complaint",
        "'R' counts as empty, and stands for 'characteristics.hand.categories.right' too. Let it be one of the two.",
    ),
    (
        "  term: complaint",
        "  missing: finish\n  term: complaint",
        "'finish' counts as empty, and stands for 'visits.finish' too. Let it be one of the two.",
    ),
    (
        "documents:",
        "responses: {r: {label: x, endpoint: grip, threshold: .inf}}\ndocuments:",
        "responses.r.threshold: '.inf' is no number. Write one, with a decimal point.",
    ),
    (
        "documents:",
        "responses: {r: {label: x, endpoint: grip, threshold: inf}}\ndocuments:",
        "responses.r.threshold: 'inf' is no number. Write one, with a decimal point.",
    ),
    ("  finish: {", "  unit: {", "'unit' is a word of cohortpress. Choose another name."),
    ("  practice:", "  session:", "'session' is a word of cohortpress. Choose another name."),
    ("  practice:", "  grip:", "'grip' names something under 'endpoints' already. Choose another name."),
    ("  practice:", "  self:", "'self' is a word of cohortpress. Choose another name."),
    (
        "  practice:",
        "  Practice:",
        "'Practice' cannot be a name. Use lower-case letters, digits and underscores, and begin with a letter.",
    ),
    (
        "people.csv",
        "../people.csv",
        "data.subjects.file: the file must lie inside the study's folder.",
    ),
    (
        "documents:",
        "authors: [A. Name^1, 2^]\ndocuments:",
        "authors.0: in 'A. Name^1' a ^ raises nothing. Write \"A. Name^1,2^\", in quotation marks, with digits, "
        "letters from a to i, or * † ‡ § between two ^.",
    ),
    ("people.csv", "/people.csv", "data.subjects.file: the file must lie inside the study's folder."),
    (
        "documents:",
        "address: ftp://example.org\ndocuments:",
        "address: 'ftp://example.org' is no address. Write one that begins with https://.",
    ),
    (
        "documents:",
        'address: https://example.org/"><script>\ndocuments:',
        "address: 'https://example.org/\"><script>' is no address. Write one that begins with https://.",
    ),
    (
        "documents:",
        "constants: {dose: [1]}\ndocuments:",
        "constants.dose is neither text nor number. Write one of them.",
    ),
    (
        "documents:",
        "constants: {dose: true}\ndocuments:",
        "constants.dose: 'True' is neither text nor number. Write one of them.",
    ),
    (
        "documents:",
        "constants: {alpha: 1}\ndocuments:",
        "The constant 'alpha' cannot be declared. Choose another name: this one is known already.",
    ),
    (
        "documents:",
        "responses: {better: {label: x, endpoint: grap, threshold: 3}}\ndocuments:",
        "There is no endpoint 'grap'. Did you mean 'grip'?",
    ),
    (
        "documents:",
        "yes_no_changes: {q: {label: x, before: hand, after: hand, yes: both}}\ndocuments:",
        "There is no yes/no characteristic 'hand'.",
    ),
    (
        "documents:",
        "claims: {c: {endpoints: grip, visit: start, n_at_least: 3}}\ndocuments:",
        "There is no follow-up visit 'start'. Known: finish.",
    ),
    (
        "documents:",
        "claims: {c: {endpoints: grip, visit: finish, by: main}}\ndocuments:",
        "claims.c: a claim needs a condition: direction, at_least_percent, p_below, n_at_least or in_all.",
    ),
    (
        "direction: higher_is_better}",
        "direction: neither}\nclaims: {c: {endpoints: grip, visit: finish, direction: improved}}",
        "'grip' has no better side: its direction is neither. Write 'direction: decreased' or 'direction: increased' "
        "into the claim.",
    ),
    (
        "direction: higher_is_better}",
        "direction: neither}\nclaims: {c: {endpoints: grip, visit: finish, p_below: 0.05}}",  # improved, by default
        "'grip' has no better side: its direction is neither. Write 'direction: decreased' or 'direction: increased' "
        "into the claim.",
    ),
    (
        "direction: higher_is_better}",
        "direction: neither}\nresponses: {strong: {label: x, endpoint: grip, threshold: 40}}",
        "'grip' has no better side: its direction is neither. Give the endpoint a direction, or take the response out.",
    ),
    (
        "{label: Start, month: 0}",
        "{label: Start, hour: 0}",
        "'start' counts in hours, others in months. Give all visits one unit.",
    ),
    (
        "documents:",
        "analysis: {family: {endpoints: [grip], visits: [finsh]}}\ndocuments:",
        "There is no follow-up visit 'finsh'. Did you mean 'finish'?",
    ),
    ("documents:", "language: en\ndocuments:", "The key 'language' stands twice. Keep one."),
]


@pytest.mark.parametrize(("old", "new", "message"), BROKEN)
def test_what_is_wrong_is_said_with_its_line_and_its_mend(old: str, new: str, message: str) -> None:
    found = faults(old, new)
    changed = TEXT.replace(old, new).splitlines()
    touched = [
        f"{FILE}, line {number}: {message}"
        for number, line in enumerate(changed, start=1)
        if line not in TEXT.splitlines()
    ]
    # The line that was changed is named; a key that stands twice is named where it stands again.
    assert set(touched or [f"{FILE}, line {changed.index('documents:')}: {message}"]) & set(found), found


def test_an_empty_section_is_none() -> None:
    rows = [line for line in TEXT.splitlines(keepends=True) if line.startswith(("  hand:", "  practice:"))]
    text = TEXT.replace("".join(rows), "").replace("[made up]", "")
    text = text.replace("unit: kg,", "unit: kg, thresholds: ,").replace("  term:", "  missing:\n  term:")
    study = parse_study(f"{text}claims:\nanalysis:\nprivacy:\nconstants:\n", FILE)
    assert len(rows) == 2
    assert not any((study.characteristics, study.claims, study.constants, study.endpoints["grip"].thresholds))
    assert not any((study.keywords, study.data.missing))
    assert study.analysis == Analysis()


def test_an_empty_key_that_must_be_there_is_empty() -> None:
    assert faults("  grip: {label: Grip strength, unit: kg, decimals: 1, direction: higher_is_better}\n", "") == [
        f"{FILE}, line {line_of('endpoints:')}: The key 'endpoints' is empty. Write what belongs there."
    ]


def test_a_category_is_spelt_as_in_the_data() -> None:
    given = "{a: A, cont: Cont, drug_b: [x, Drug_B], cbt: CBT, no_capitals: other, women: F}, labels: {women: Women}"
    study = parse_study(TEXT.replace("{right: R, left: L}", given), FILE)
    assert study.characteristics["hand"].labels == {
        "a": "A", "cont": "Cont", "drug_b": "Drug B", "cbt": "CBT", "no_capitals": "no capitals", "women": "Women",
    }  # fmt: skip
    assert study.characteristics["practice"].labels == {}


def test_a_missing_key_is_named() -> None:
    assert faults("  visits: sessions.csv\n", "") == [
        f"{FILE}, line {line_of('data:')}: The key 'data.visits' is missing. Add it."
    ]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [("A. Name^1,2^", "A. Name¹,²"), ("^a^Hospital", "ᵃHospital"), ("B^12*^", "B¹²*"), ("C **D** $x$", "C **D** $x$")],
)
def test_marks_of_affiliations_are_raised(typed: str, printed: str) -> None:
    keys = f'authors: ["{typed}"]\naffiliations: ["{typed}"]\nposter_number: "{typed}"\n'
    study = parse_study(TEXT.replace("documents:", f"{keys}documents:"), FILE)
    assert (*study.authors, *study.affiliations) == (printed, printed)
    assert study.poster_number == typed


def test_all_faults_come_at_once() -> None:
    text = TEXT.replace("decimals: 1", "decimal: 1").replace("month: 3", "month: -3").replace("[made up]", "3")
    with pytest.raises(StudyError) as raised:
        parse_study(text, FILE)
    assert [fault.where for fault in raised.value.faults] == [
        f"{FILE}, line {line_of(part)}" for part in ("keywords:", "finish:", "grip:")
    ]


def test_a_study_has_a_baseline_and_a_visit_after_it() -> None:
    (fault,) = faults("  finish: {label: Finish, month: 3}\n", "")
    assert "visits has too few entries" in fault


@pytest.mark.parametrize("text", ["title: [", "title: 'x", "a: b: c", "title: \x07", "{? [a] : 1}"])
def test_what_is_no_yaml_says_the_line(text: str) -> None:
    with pytest.raises(StudyError, match=r"report/study\.yml.*: This is not YAML: ") as raised:
        parse_study(f"language: en\n{text}", FILE)
    assert "\x07" not in str(raised.value)


def test_a_second_colon_is_told_its_mend() -> None:
    with pytest.raises(StudyError, match=r"line 1: .* behind the first colon in quotation marks\. Check"):
        parse_study("title: Grip: a study\nlanguage: en", FILE)


@pytest.mark.parametrize("text", ["", "- a", "x"])
def test_what_holds_no_keys_is_no_study(text: str) -> None:
    with pytest.raises(StudyError, match="holds no keys"):
        parse_study(text, FILE)


def test_a_missing_or_unreadable_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"study\.yml: The file is missing\. Is this the folder of a study\?"):
        read_study(tmp_path)
    (tmp_path / "report").mkdir()
    (tmp_path / FILE).write_bytes("# one\ntitle: é".encode("latin-1"))
    with pytest.raises(StudyError, match=r"study\.yml, line 2: The file is not UTF-8\. Save it as UTF-8\.$"):
        read_study(tmp_path)


def test_a_byte_order_mark_is_no_part_of_a_study(second_study: Path) -> None:
    (second_study / FILE).write_text(f"\N{ZERO WIDTH NO-BREAK SPACE}{TEXT}", encoding="utf-8")
    assert read_study(second_study).title == "Finger strength of invented climbers"


def test_visits_count_in_one_unit_of_time_or_in_none() -> None:
    study = parse_study(TEXT.replace("month: 0", "week: 0").replace("month: 3", "week: 12"), FILE)
    finish = study.visits["finish"]
    assert (finish.unit, finish.time, finish.planned_day) == ("week", 12, 84)
    # A year of 365.25 days, and its twelfth.
    days = [parse_study(TEXT.replace("month: 3", f"{unit}: 3").replace("month: 0", f"{unit}: 0"), FILE) for unit in
            ("day", "month", "year")]  # fmt: skip
    assert [study.visits["finish"].planned_day for study in days] == [3, 91.3125, 1095.75]
    none = parse_study(TEXT.replace(", month: 0", "").replace(", month: 3", ""), FILE).visits["finish"]
    assert (none.unit, none.time, none.planned_day) == (None, None, None)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("month: 3", "week: 12", "'start' counts in months, others in weeks. Give all visits one unit."),
        (", month: 3", "", "'finish' has no time, as others have. Write 'month:' and when."),
        (
            "month: 3",
            "month: 3, week: 12",
            "visits.finish: a visit has one time: a minute, an hour, a day, a week, a month or a year.",
        ),
        ("month: 0", "month: 9", "'finish' stands behind 'start', and its time is earlier. Write the visits in the "),
        ("month: 3", "weeks: 12", "Unknown key 'visits.finish.weeks'. Did you mean 'week'?"),
        (
            "decimals: 1",
            "scale: log, thresholds: {low: 0}",
            "endpoints.grip: a log scale has no place for a threshold of zero or less.",
        ),
    ],
)
def test_times_and_thresholds_that_cannot_be(old: str, new: str, message: str) -> None:
    assert any(message in fault for fault in faults(old, new))


def test_thresholds_have_names() -> None:
    study = parse_study(TEXT.replace("decimals: 1", "thresholds: {weak: 20, very strong: 52.5}"), FILE)
    assert study.endpoints["grip"].thresholds == {"weak": 20, "very strong": 52.5}
