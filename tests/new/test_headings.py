"""What heads of columns and names of visits tell."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cohortpress.new.headings import label, read_heading, slug, time_of, within_a_sentence
from cohortpress.new.schedule import BEFORE, schedule, windows


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Baseline", "baseline"),
        ("BL", "baseline"),
        ("pre", "baseline"),
        ("Day 0", "baseline"),
        ("month 6", "month_6"),
        ("6 months", "month_6"),
        ("M6", "month_6"),
        ("6mo", "month_6"),
        ("at 6 months", "month_6"),
        ("month_6_arm_1", "month_6"),
        ("6 months (Arm 1: Drug)", "month_6"),
        ("W12", "week_12"),
        ("12 wk", "week_12"),
        ("1 year", "year_1"),
        ("Monat 3", "month_3"),
        ("3 mois", "month_3"),
        ("Visit 2", "visit_2"),
        ("V2", "v2"),
        ("after", "after"),
        ("-15 min", "minute_before_15"), ("Day -1", "day_before_1"), ("Week \u22124", "week_before_4"),
        ("-0.5 h", "hour_before_0_5"), ("Week-4", "week_4"), ("- 6 months", "month_6"),
        ("0h", "baseline"), ("24h", "hour_24"), ("24 hours", "hour_24"), ("t2h", "hour_2"), ("T 0.5 h", "hour_0_5"),
        ("0,5 h", "hour_0_5"), ("6 Std.", "hour_6"), ("2 heures", "hour_2"), ("6 uur", "hour_6"),
        ("30 min", "minute_30"), ("t30min", "minute_30"), ("Minute 30", "minute_30"), ("nach 15 Minuten", "minute_15"),
        ("nach 6 Monaten", "month_6"), ("nach 3 Tagen", "day_3"), ("nach 2 Jahren", "year_2"),
        ("Beginn", "baseline"), ("zu Beginn", "baseline"), ("vor Therapie", "baseline"), ("vor der OP", "baseline"),
        ("voor", "baseline"), ("voor de behandeling", "baseline"), ("avant", "baseline"),
        ("avant traitement", "baseline"),
        ("bei Aufnahme", "baseline"), ("before treatment", "baseline"), ("au début", "baseline"),
        ("à l'inclusion", "baseline"),
        ("nach", "nach"), ("nach Therapie", "nach_therapie"), ("na", "na"), ("na de operatie", "na_de_operatie"),
        ("après", "apres"), ("après traitement", "apres_traitement"), ("bei Entlassung", "bei_entlassung"),
        ("na 6 maanden", "month_6"), ("à 6 mois", "month_6"), ("A 6", None), ("bei 6 Monaten", "month_6"),
        ("CRP", None),
        ("", None),
        ("6.5 months", "month_6_5"),
        ("3.4.2024", None),
    ],
)
def test_times(words: str, name: str | None) -> None:
    time = time_of(words)
    assert (time.name if time else None) == name


@pytest.mark.parametrize(
    ("column", "whole", "unit", "stem", "when"),
    [
        ("CRP (mg/l)", "CRP", "mg/l", "CRP", ""),
        ("CRP [mg/l]", "CRP", "mg/l", "CRP", ""),
        ("crp_0", "crp_0", "", "crp", "0"),
        ("CRP baseline", "CRP baseline", "", "CRP", "baseline"),
        ("CRP (mg/l) 6 months", "CRP 6 months", "mg/l", "CRP", "6 months"),
        ("CRP 6 months (mg/l)", "CRP 6 months", "mg/l", "CRP", "6 months"),
        ("Serum Na 6 months", "Serum Na 6 months", "", "Serum Na", "6 months"),
        ("CRP vor der Therapie", "CRP vor der Therapie", "", "CRP", "vor der Therapie"),
        ("IL-6_0", "IL-6_0", "", "IL-6", "0"), ("25-OH-D 6", "25-OH-D 6", "", "25-OH-D", "6"),
        ("NT-proBNP baseline", "NT-proBNP baseline", "", "NT-proBNP", "baseline"),
        ("TNF-α (pg/ml) 6 months", "TNF-α 6 months", "pg/ml", "TNF-α", "6 months"),
        ("CRP-6 months", "CRP-6 months", "", "CRP", "6 months"),
        ("CRP.level.month.6", "CRP.level.month.6", "", "CRP level", "month 6"),
        ("CRP (6 months)", "CRP 6 months", "", "CRP", "6 months"),
        ("glucose_0h", "glucose_0h", "", "glucose", "0h"),
        ("glucose 2 h", "glucose 2 h", "", "glucose", "2 h"),
        ("glucose_0.5h", "glucose_0.5h", "", "glucose", "0.5h"),
        ("glucose 30 min", "glucose 30 min", "", "glucose", "30 min"),
        ("Glucose (t24h)", "Glucose t24h", "", "Glucose", "t24h"),
        ("das28.6", "das28.6", "", "das28", "6"),
        ("V1_CRP", "V1_CRP", "", "CRP", "V1"),
        ("tender_joints_12", "tender_joints_12", "", "tender joints", "12"),
        ("DAS28_0", "DAS28_0", "", "DAS28", "0"),
        ("Postwt", "Postwt", "", "wt", "Post"),
        ("weight_kg", "weight", "kg", "weight", ""),
        ("crp_mg_l", "crp", "mg/l", "crp", ""),
        ("Pain (0-10)", "Pain", "", "Pain", ""),
        ("Age", "Age", "", "Age", ""),
    ],
)
def test_columns(column: str, whole: str, unit: str, stem: str, when: str) -> None:
    heading = read_heading(column)
    assert (heading.whole, heading.unit, heading.stem, heading.when) == (whole, unit, stem, when)


@pytest.mark.parametrize(
    ("column", "span"),
    [("Pain (0-10)", "0\u201310"), ("HAQ [0 to 3] 6 months", "0\u20133"), ("CRP (mg/l)", ""), ("Pain", "")],
)
def test_the_range_of_a_score_is_no_unit(column: str, span: str) -> None:
    assert (read_heading(column).span, read_heading(column).unit) == (span, "mg/l" if "CRP" in column else "")


def test_a_title_of_the_file_tells_the_unit() -> None:
    assert read_heading("crp", "C-reactive protein (mg/l)").unit == "mg/l"


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [("crp", "crp", "CRP"), ("Größe", "grosse", "Größe"), ("AGE", "age", "Age"), ("6MWD", "x_6mwd", "6MWD"),
     ("tender_joints", "tender_joints", "Tender joints"), ("sIL-2R", "sil_2r", "sIL-2R"),
     ("eGFR", "egfr", "eGFR"), ("HbA1c %", "hba1c_percent", "HbA1c %"),
     ("发热", "", "发热"), ("Smoker?", "smoker", "Smoker"), ("?", "", "?")],
)  # fmt: skip
def test_names_and_labels(text: str, name: str, shown: str) -> None:
    assert (slug(text), label(text)) == (name, shown)


@pytest.mark.parametrize(
    ("label_", "said"),
    [("Weight", "weight"), ("Body Weight", "body weight"), ("CRP", "CRP"), ("HbA1c", "HbA1c"), ("Hb", "Hb"),
     ("Plt", "Plt"), ("DAS28", "DAS28"), ("Systolic BP", "systolic BP"), ("Vitamin D", "vitamin D"),
     ("Karnofsky score", "Karnofsky score"),
     ("IL-6", "IL-6"), ("\u00d6dem", "\u00f6dem"), ("C-reactive protein", "C-reactive protein")],
)  # fmt: skip
def test_labels_within_a_sentence(label_: str, said: str) -> None:
    assert within_a_sentence(label_) == said


@pytest.mark.parametrize(
    ("words", "head", "expected", "left_out", "sure"),
    [
        (["6", "0", "12"], "", {"baseline": "month 0", "month_6": "month 6", "month_12": "month 12"}, [], False),
        (["0", "4", "12"], "week", {"baseline": "week 0", "week_4": "week 4", "week_12": "week 12"}, [], True),
        (["0", "0.5", "9"], "Time (h)", {"baseline": "hour 0", "hour_0_5": "hour 0.5", "hour_9": "hour 9"}, [], True),
        (["0", "2"], "hours_after_dose", {"baseline": "hour 0", "hour_2": "hour 2"}, [], True),
        (["0", "30"], "time (m)", {"baseline": "month 0", "month_30": "month 30"}, [], False),  # or minutes?
        (["0h", "6h", "2 years"], "", {"baseline": "hour 0", "hour_6": "hour 6", "year_2": "hour 17532"}, [], True),
        (["D0", "day 14"], "", {"baseline": "day 0", "day_14": "day 14"}, [], True),
        (["0", "1 year"], "", {"baseline": "year 0", "year_1": "year 1"}, [], False),
        (["BL", "w12", "m12"], "", {"baseline": "month 0", "week_12": "month 2.76", "month_12": "month 12"}, [], True),
        (["BL", "w12", "End"], "", {"baseline": "month 0", "week_12": "month 2.76", "end": "month 3.76"}, [], True),
        (["1", "2", "3"], "period", {"period_1": "", "period_2": "", "period_3": ""}, [], False),
        (["V1", "V2"], "", {"v1": "", "v2": ""}, [], False),
        (["t0", "t1", "t2"], "", {"t0": "", "t1": "", "t2": ""}, [], False),
        (["Baseline", "V1", "V2"], "", {"baseline": "", "v1": "", "v2": ""}, [], False),
        (["T0", "T1"], "Month", {"baseline": "month 0", "month_1": "month 1"}, [], True),
        (["0", "30"], "Time (min)", {"baseline": "minute 0", "minute_30": "minute 30"}, [], True),
        (["0 min", "30 min", "2 h"], "", {"baseline": "minute 0", "minute_30": "minute 30", "hour_2": "minute 120"}, [],
         True),
        (["pre", "post"], "", {"baseline": "", "post": ""}, [], True),
        (["Baseline", "6", "12"], "", {"baseline": "month 0", "month_6": "month 6", "month_12": "month 12"}, [], False),
        (["Screening", "Baseline", "Month 6"], "", {"baseline": "month 0", "month_6": "month 6"}, ["Screening"], True),
        (["Spring", "Autumn"], "", {"spring": "", "autumn": ""}, [], True),
        (["M0", "BL", "M6"], "", {"baseline": "month 0", "month_6": "month 6"}, [], True),
    ],
)
def test_schedules(
    words: list[str], head: str, expected: dict[str, str], left_out: list[str], sure: bool
) -> None:
    visits, others, is_sure = schedule(words, head)
    said = {visit.name: " ".join(f"{unit} {number}" for unit, number in visit.time.items()) for visit in visits}
    assert said == expected
    assert list(said) == list(expected)
    assert (list(others), is_sure) == (left_out, sure)
    assert sorted(word for visit in visits for word in visit.words) == sorted(set(words) - set(left_out))


@pytest.mark.parametrize(
    ("words", "head", "names", "left_out"),
    [
        ("-15 0 30", "Time (min)", "baseline minute_30", "-15"),
        ("-4 0 4", "Week", "baseline week_4", "-4"),
        ("T-15 T0 T30", "Time (min)", "baseline minute_30", "T-15"),
        ("-7 -1 1 28", "Day", "day_before_1 day_1 day_28", "-7"),
        ("-4 0", "Week", "week_before_4 baseline", ""),
        ("-1 1 2", "Visit", "visit_before_1 visit_1 visit_2", ""),
    ],
)
def test_what_lies_before_the_start_is_left_out_or_the_baseline(
    words: str, head: str, names: str, left_out: str
) -> None:
    visits, others, _ = schedule(words.split(), head)
    assert [visit.name for visit in visits] == names.split()
    assert others == dict.fromkeys(left_out.split(), BEFORE)
    assert any(visit.time for visit in visits) == bool(left_out and "before" not in names)


def test_windows_lie_about_the_months_at_which_many_came_and_do_not_overlap() -> None:
    days = [0] * 10 + list(range(85, 95)) + list(range(175, 185)) + [400]
    visits = windows([(number % 10, day) for number, day in enumerate(days)])
    assert [visit.name for visit in visits] == ["baseline", "month_3", "month_6"]
    ends = [visit.days for visit in visits if visit.days]
    assert all(low <= high for low, high in ends)
    assert all(before[1] < after[0] for before, after in pairwise(ends))
    assert all(any(low <= day <= high for low, high in ends) for day in days[:-1])
    often = [(0, 360.0 + day) for day in range(10)]  # one who came often makes no visit
    assert [visit.name for visit in windows([*((number % 10, day) for number, day in enumerate(days)), *often])] == [
        "baseline", "month_3", "month_6"
    ]  # fmt: skip
