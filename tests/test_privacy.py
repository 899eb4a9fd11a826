"""Identifiers stop, small groups are told, aggregates tell of nobody; and what is harmless passes."""

from __future__ import annotations

import contextlib
import csv
import re
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from studies import cohortpress, replace

from cohortpress.build import Build, Options
from cohortpress.cohort import Cohort, read_cohort, read_tables
from cohortpress.errors import DataError, Fault, OutputError
from cohortpress.privacy import _KINDS, _NAME_AS_ID, SmallGroup, identifiers, leaks, small_groups
from cohortpress.result import ResultSet
from cohortpress.study import Study, read_study
from cohortpress.study.model import Privacy
from cohortpress.verify.files import outputs, read_text


def with_column(folder: Path, column: str, cell: str, file: str = "data/patients.csv") -> Path:
    """Add a column to a file of the study, with one value and else empty cells."""
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    for number, row in enumerate(rows):
        row.append({0: column, 2: cell}.get(number, ""))
    with (folder / file).open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)
    return folder


def faults_of(folder: Path, **options: tuple[str, ...]) -> str:
    """Return what is said of the identifiers in the data of a study, "" for nothing."""
    try:
        study = read_study(folder)
        identifiers(read_tables(folder, study, []).values(), study, **options)
    except DataError as error:
        return str(error)
    return ""


@given(st.from_regex(r"-?\d{1,15}([.,]\d{0,15})?|-?[.,]\d{1,15}", fullmatch=True))
def test_a_plain_decimal_tells_of_nobody_but_in_a_column_named_after_it(number: str) -> None:
    # So plain decimals are looked at only there; see _suspicious.
    assert [kind.name for kind in _KINDS if re.search(kind.certain, number)] == []
    assert re.search(_NAME_AS_ID, number) is None


# Every person, number and address is made up.
IDENTIFIERS = [
    ("Name", "Jane Doe", "a name"),
    ("First name", "Jane", "a name"),
    ("patient_name", "Doe", "a name"),
    ("Achternaam", "Jansen", "a name"),
    ("Prénom", "Chloé", "a name"),
    ("initials", "JD", "a name"),
    ("remark", "Mrs Doe was away", "a name"),
    ("birth_date", "1984-03-12", "a date of birth"),
    ("DOB", "12/03/84", "a date of birth"),
    ("geboortedatum", "12 maart 1984", "a date of birth"),
    ("Geburtstag", "19840312", "a date of birth"),
    ("remark", "born on 12.03.1984", "a date of birth"),
    ("MRN", "00123456", "a record number"),
    ("hospital number", "A 123 456", "a record number"),
    ("rijksregisternummer", "84.03.12-123.45", "a record number"),
    ("remark", "see MRN 123456", "a record number"),
    ("remark", "84.03.12-123.45", "a record number"),
    ("email", "jane@doe.example", "an e-mail address"),
    ("remark", "ask jane.doe@clinic.example", "an e-mail address"),
    ("phone", "016 12 34 56", "a phone number"),
    ("remark", "call +32 16 12 34 56", "a phone number"),
    ("Address", "1 Made-up Street", "an address"),
]
HARMLESS = [
    ("site_name", "Leuven"),
    ("drug_name", "tocilizumab"),
    ("birth_weight", "3.2"),
    ("year_of_birth", "1984"),
    ("record_id", "12"),
    ("first_dose", "2010-05-17"),
    ("visit_date", "17/05/2010"),
    ("term", "Rash, severe"),
    ("remark", "Missed dose on 12/03/2010"),
    ("remark", "seen +2.5 years, 100000 cells, 1e6"),
    ("centre", "101-01-0001"),
    ("nominal", "yes"),
    ("telangiectasia", "yes"),
    ("initial_dose", "8 mg/kg"),
    ("recorded", "yes"),
    ("mail_order", "no"),
    ("crp_2", "123456789"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "cell", "kind"), IDENTIFIERS)
def test_an_identifier_stops_and_is_not_repeated(flagship: Path, column: str, cell: str, kind: str) -> None:
    said = faults_of(with_column(flagship, column, cell))
    assert f"This looks like {kind}" in said
    assert f"data/patients.csv, row 3, column {column}" in said
    assert cell not in said


@pytest.mark.parametrize(("column", "cell"), HARMLESS)
def test_what_is_harmless_passes(flagship: Path, column: str, cell: str) -> None:
    assert faults_of(with_column(flagship, column, cell)) == ""


def test_every_file_is_looked_at_and_all_is_said_at_once(flagship: Path) -> None:
    with_column(flagship, "name", "Jane Doe")
    with_column(flagship, "remark", "jane@doe.example", "data/visits.csv")
    with_column(flagship, "remark", "Mr Doe", "data/adverse_events.csv")
    said = faults_of(flagship).splitlines()
    assert [line.partition(",")[0] for line in said] == [
        "data/patients.csv",
        "data/visits.csv",
        "data/adverse_events.csv",
    ]


def test_a_column_can_be_allowed(flagship: Path) -> None:
    with_column(flagship, "initials", "JD")
    assert faults_of(flagship)
    assert faults_of(flagship, allowed=("initials",)) == ""


@pytest.mark.parametrize("names", [("Doe, Jane", "Roe, Richard"), ("Jane Doe", "Richard Roe")])
def test_subjects_who_are_called_by_their_names_stop(flagship: Path, names: tuple[str, str]) -> None:
    for file in flagship.glob("data/*.csv"):
        text = file.read_text(encoding="utf-8")
        for id_, name in zip(("S01", "S02"), names, strict=True):
            text = text.replace(f"{id_},", f'"{name}",')
        file.write_text(text, encoding="utf-8")
    assert "This looks like a name" in faults_of(flagship)


SURNAMES = ["Müller", "Groß", "Peeters", "De_Vries", "O'Brien", "Dubois", "Lee", "Janssens"]


@pytest.mark.parametrize(
    ("head", "ids", "names"),
    [
        ("subject", SURNAMES, True),
        ("subject", [f"{name}_A." for name in SURNAMES], True),
        ("subject", [name.upper() for name in SURNAMES], True),
        ("Nachname", [name.lower() for name in SURNAMES], True),
        ("Name", ["Eva", *(f"P{i}" for i in range(7))], True),
        ("Name", [f"S0{i}" for i in range(1, 9)], False),
        ("Naam", [*"ABCDEFGH"], False),
        ("Nom", [f"P-00{i}" for i in range(1, 9)], False),
        ("subject", ["AB", "CD", "EF", "GH", "IJ", "KL", "MN", "OP"], False),
        ("subject", ["ABC", "DEF", "GHI", "JKL", "MNO", "PQR", "STU", "VWX"], False),
        ("subject", [f"Patient_{c}" for c in "ABCDEFGH"], False),
        ("subject", [f"Mouse_{i}" for i in range(8)], False),
        ("subject", [f"KUL-{c}" for c in "ABCDEFGH"], False),
    ],
)
def test_surnames_for_ids_stop_and_codes_pass(flagship: Path, head: str, ids: list[str], names: bool) -> None:
    for file in flagship.glob("data/*.csv"):
        text = file.read_text(encoding="utf-8").replace("subject_id,", f"{head},", 1)
        for number, id_ in enumerate(ids, 1):
            text = text.replace(f"S0{number},", f"{id_.replace('_', ' ')},")
        file.write_text(text, encoding="utf-8")
    replace(flagship / "report/study.yml", "data:\n", f"data:\n  subject_id: {head}\n")
    said = faults_of(flagship)
    assert ("This looks like a name" in said) == names
    assert not any(id_ in said for id_ in SURNAMES)
    assert faults_of(flagship, allowed=(head,)) == ""


@pytest.mark.parametrize("id_", ["S01", "1", "101-01-0001", "12345678", "Patient One", "BE 07", "KUL-0007"])
def test_subjects_who_are_called_by_numbers_pass(flagship: Path, id_: str) -> None:
    for file in flagship.glob("data/*.csv"):
        file.write_text(file.read_text(encoding="utf-8").replace("S01,", f"{id_},"), encoding="utf-8")
    assert faults_of(flagship) == ""


def test_both_studies_hold_no_identifiers(flagship: Path, second_study: Path) -> None:
    assert faults_of(flagship) == ""
    assert faults_of(second_study) == ""


def test_small_groups_share_sex_age_band_and_visit(flagship: Path) -> None:
    study = read_study(flagship)
    cohort = read_cohort(flagship, study)
    found = groups_of(study, cohort, smallest_group=3)
    # By hand from patients.csv: men of 21, 26 and 29; women of 19, 24, 31, 35 and 41. S08 has no value at
    # 1 month, S06 none from 6 months on; S01 and S08 have none at 12 months.
    assert SmallGroup("Baseline", (("sex", "women"), ("age", "30 to 39")), 2) in found
    assert SmallGroup("1 month", (("sex", "men"), ("age", "20 to 29")), 2) in found
    assert not any(group.visit == "Baseline" and ("sex", "men") in group.traits for group in found)
    assert not any(group.visit == "6 months" and ("age", "40 to 49") in group.traits for group in found)
    assert str(found[0]) == "1 at Baseline: sex women, age 10 to 19"


def test_the_warning_of_small_groups_says_how_it_is_silenced(second_study: Path) -> None:
    study = second_study / "report/study.yml"
    replace(study, "{label: Practice, unit: years}", "{label: Practice, unit: years}\nprivacy: {traits: hand}")
    said = warnings_of(second_study)
    assert "privacy: {smallest_group: 0}" in said
    assert "3 at Start: hand right" in said
    assert warnings_of(second_study) == said  # as other warnings, although nothing is analysed again
    replace(study, "traits: hand", "traits: hand, smallest_group: 0")
    assert warnings_of(second_study) == ""


def groups_of(study: Study, cohort: Cohort, **privacy: object) -> list[SmallGroup]:
    rules = Privacy.model_validate(privacy)
    return small_groups(study.model_copy(update={"privacy": rules}), cohort)


def warnings_of(folder: Path) -> str:
    said: list[Fault] = []
    with Build(folder, Options("pandoc"), lambda step, seconds: None, said.append) as steps:
        steps.analyse()
    return "\n".join(map(str, said))


def test_small_groups_by_other_traits_and_bands(flagship: Path) -> None:
    study = read_study(flagship)
    cohort = read_cohort(flagship, study)
    by_sex = groups_of(study, cohort, smallest_group=6, traits="sex")
    assert {group.n for group in by_sex if group.visit == "Baseline"} == {3, 5}
    wide = groups_of(study, cohort, smallest_group=9, traits="age", band=100)
    assert {g.visit: g.n for g in wide} == {"Baseline": 8, "1 month": 7, "6 months": 7, "12 months": 5}
    assert wide[0].n == 5
    assert groups_of(study, cohort, traits="shoe_size") == []


def test_documents_that_publish_all_tell_of_subjects(built_flagship: Path) -> None:
    """What `leaks` is there to find is there, where a study publishes all it has."""
    cohort = read_cohort(built_flagship, read_study(built_flagship))
    with pytest.raises(OutputError) as found:
        leaks(built_flagship / "_output", cohort)
    said = str(found.value)
    assert "abstract.html: A figure draws the courses of single subjects." in said
    assert "results.json: It names the subjects of a result." in said
    assert "results.json: The id of a subject stands in it." in said
    assert "onset.median' describes fewer than 3 subjects" in said


@pytest.mark.parametrize("name", ["tables/t.csv", "abstract.txt", "abstract.html"])
def test_the_id_of_a_subject_is_found_in_any_file(flagship: Path, tmp_path: Path, name: str) -> None:
    cohort = read_cohort(flagship, read_study(flagship))
    file = tmp_path / "out" / name
    file.parent.mkdir(parents=True)
    file.write_text("Nothing of S011, AS01 or src='data:font/woff2;base64,/S01+'", encoding="utf-8")
    leaks(tmp_path / "out", cohort)
    file.write_text("In (S01) it rose", encoding="utf-8")
    with pytest.raises(OutputError, match="id of a subject"):
        leaks(tmp_path / "out", cohort)


def test_the_id_of_a_subject_is_found_in_what_is_attached(flagship: Path, tmp_path: Path) -> None:
    cohort = read_cohort(flagship, read_study(flagship))
    file = tmp_path / "poster-archive.pdf"
    for attached, tells in ((b'"S011"', False), (b'"S01"', True)):
        with pikepdf.new() as document:
            document.add_blank_page()
            document.attachments["results.json"] = attached
            document.save(file)
        with pytest.raises(OutputError, match="id of a subject") if tells else contextlib.nullcontext():
            leaks({file.name: file}, cohort)


def test_aggregates_tell_of_nobody(flagship: Path) -> None:
    """No id and no value of a subject that is not itself an extreme stands in any file."""
    replace(flagship / "report/study.yml", "\ntheme: ", "\npublish: aggregate\ntheme: ")
    # A single onset is a single subject's: the sentences on it cannot print.
    for document in ("abstract", "poster"):
        file = flagship / f"report/{document}.qmd"
        text = file.read_text(encoding="utf-8")
        file.write_text(
            re.sub(r"\{\{ adverse_events\.\w+\.onset\.median \}\}", "some", text), encoding="utf-8"
        )
    built = cohortpress(flagship, "build")
    assert built.returncode == 0, built.stderr
    study = read_study(flagship)
    cohort = read_cohort(flagship, study)
    leaks(flagship / "_output", cohort)
    told = "\n".join(read_text(f) for f in outputs(flagship / "_output").values() if f.suffix != ".png")
    told = re.sub(r"data:[^\"')\s]+|<(?:path|use)[^>]*>", "", told)
    results = ResultSet.from_json((flagship / "_output/results.json").read_text(encoding="utf-8"))
    shared = {result.value for result in results}  # an extreme or a quartile is somebody's value, too
    with (flagship / "data/visits.csv").open(encoding="utf-8", newline="") as lines:
        large = [row["crp"] for row in csv.DictReader(lines) if row["crp"] and float(row["crp"]) > 40]
    own = [value for value in large if float(value) not in shared]
    assert own
    assert [value for value in own if re.search(rf"(?<![\d.]){re.escape(value)}(?!\d)", told)] == []
