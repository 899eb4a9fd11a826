"""A spreadsheet becomes a folder that builds: what is guessed, what is said of it, what is written."""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from studies import replace

from cohortpress.build import DOCUMENTS, Build, Options
from cohortpress.cli import main
from cohortpress.cohort import read_cohort
from cohortpress.errors import CohortpressError, DataError, Doubt, Fault, OutputError
from cohortpress.figures.courses import MANY
from cohortpress.freshness import packaged_templates
from cohortpress.new import EXAMPLE, OF_THE_PACKAGE, Started, eject, start
from cohortpress.study import Study, read_study
from cohortpress.templating import plain
from cohortpress.unwritten import left_in_study

ROOT = Path(__file__).parents[2]


def write(path: Path, head: str, rows: list[str]) -> Path:
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


def new(tmp_path: Path, *files: Path) -> tuple[Study, Started]:
    started = start(tmp_path / "my-study", files)
    return read_study(tmp_path / "my-study"), started


def fill(folder: Path) -> dict[str, str]:
    """Analyse the study and fill both documents; any warning about their prose fails."""

    def warn(fault: Fault) -> None:
        assert ".qmd" not in fault.where or "still to be written" in fault.problem, str(fault)

    with Build(folder, Options("pandoc"), lambda step, seconds: None, warn) as steps:
        for document in DOCUMENTS:
            steps.fill(document)
    return {file.stem: file.read_text(encoding="utf-8") for file in (folder / "build").glob("*.qmd")}


# -- spreadsheets as people hold them


def long_csv(folder: Path) -> list[Path]:
    rows = [
        f"P{i},{'FM'[i % 2]},{40 + i},{v},{50 / (v + 1) + i:.1f},{'<0.6' if v == 12 else i + 9}"
        for i in range(1, 9)
        for v in (0, 6, 12)
    ]
    return [write(folder / "labs.csv", "Patient,Sex,Age (years),Month,ESR (mm/h),CRP (mg/l)", rows)]


def wide_xlsx(folder: Path) -> list[Path]:
    """Names in two rows, the upper merged; a title above; a sheet that is none."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Clinic of nowhere"])
    sheet.append([])
    sheet.append(["Patient No", "Sex", "CRP (mg/l)", None, "Grip strength (kg)", None, "Comment"])
    sheet.append([None, None, "baseline", "6 months", "baseline", "6 months", None])
    for i in range(1, 9):
        sheet.append([f"P{i}", "fm"[i % 2], 30.5 + i, 4 + i / 10, 20 + i, None if i == 3 else 25 + i, f"seen {i}"])
    for cells in ("A3:A4", "B3:B4", "C3:D3", "E3:F3", "G3:G4"):
        sheet.merge_cells(cells)
    book.create_sheet("Key").append(["nothing"])
    book.save(folder / "wide.xlsx")
    return [folder / "wide.xlsx"]


def test_a_name_may_stand_in_the_upper_of_two_rows_alone(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["Growth of invented children"], [], []):
        sheet.append(line)
    sheet.append(["Child", "Sex", "First seen", None, "Distance (mm)"])
    sheet.append([None, None, None, None, "8 years", "10 years", "12 years", "14 years"])
    for i in range(1, 9):
        sheet.append([f"C{i}", "fm"[i % 2], dt.date(1970, 3, i), None, 20 + i, 21 + i, 23 + i, 24.5 + i])
    sheet.merge_cells("E4:H4")
    book.save(tmp_path / "growth.xlsx")
    started = start(tmp_path / "study", [tmp_path / "growth.xlsx"])
    assert started.summary.endswith("8 subjects in 8 rows, 4 visits, 1 endpoint, 1 characteristic")
    cohort = read_cohort(tmp_path / "study", read_study(tmp_path / "study"))
    assert cohort.subjects == tuple(f"C{i}" for i in range(1, 9))
    (distances,) = cohort.values.values()
    assert distances[0].tolist() == [21, 22, 24, 25.5]


def dated_xlsx(folder: Path) -> list[Path]:
    """A date in each row, and ids in merged cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ID", "Date", "Pain (0-10)", "Arm"])
    chance = random.Random(1)
    for i in range(8):
        first = dt.date(2023, 1, 1) + dt.timedelta(days=chance.randint(0, 300))
        for visit, day in enumerate((0, 91 + chance.randint(-9, 9), 183 + chance.randint(-9, 9))):
            sheet.append(
                [None if visit else f"P{i}", first + dt.timedelta(days=day), 9 - 2 * visit - i % 2, "AB"[i % 2]]
            )
        sheet.merge_cells(start_row=2 + 3 * i, end_row=4 + 3 * i, start_column=1, end_column=1)
    book.save(folder / "dated.xlsx")
    return [folder / "dated.xlsx"]


def adam_csv(folder: Path) -> list[Path]:
    rows = [
        f"S1,S1-{i:03},{20 + i},{'MF'[i % 2]},{code},{name},{visit},{n},{10 * i + n}.25"
        for i in range(1, 8)
        for code, name in (("CRP", "C-Reactive Protein (mg/L)"), ("ALB", "Albumin (g/L)"))
        for n, visit in enumerate(("Baseline", "Week 4", "Week 12"))
    ]
    return [write(folder / "adlb.csv", "STUDYID,USUBJID,AGE,SEX,PARAMCD,PARAM,AVISIT,AVISITN,AVAL", rows)]


def redcap_csv(folder: Path) -> list[Path]:
    rows = []
    for i in range(1, 8):
        rows.append(f"{i},enrolment_arm_1,,,{i % 2 + 1},{30 + i},,,")
        rows += [f"{i},{v}_arm_1,,,,,{9 * i + m}.5,," for m, v in enumerate(("baseline", "month_3"))]
    rows += ["2,baseline_arm_1,adverse_events,1,,,,Rash,12", "3,baseline_arm_1,adverse_events,1,,,,Rash,"]
    head = "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,age,crp,ae_term,ae_day"
    dictionary = [
        'record_id,a,text,Record ID,""',
        'sex,a,radio,Sex,"1, Female | 2, Male"',
        'age,a,text,Age (years),""',
        'crp,b,text,CRP (mg/l),""',
        'ae_term,c,text,Event,""',
        'ae_day,c,text,Day,""',
    ]
    columns = '"Variable / Field Name",Form,"Field Type","Field Label","Choices, Calculations, OR Slider Labels"'
    return [write(folder / "redcap.csv", head, rows), write(folder / "dictionary.csv", columns, dictionary)]


def three_sheets(folder: Path) -> list[Path]:
    book = openpyxl.Workbook()
    people = book.active
    assert people is not None
    people.title = "Patients"
    people.append(["Patient", "Sex", "Smoker"])
    visits = book.create_sheet("Visits")
    visits.append(["Patient", "Visit", "HAQ"])
    events = book.create_sheet("Events")
    events.append(["Patient", "Event", "Week"])
    for i in range(7):
        people.append([f"P{i}", "male" if i % 2 else "female", i % 2])
        visits.append([f"P{i}", "Baseline", 1.5 + i / 8])
        visits.append([f"P{i}", "Week 12", 0.5 + i / 8])
    events.append(["P2", "Headache", 3])
    book.save(folder / "clinic.xlsx")
    return [folder / "clinic.xlsx"]


Expected = dict[str, Any]
CASES: dict[Callable[[Path], list[Path]], Expected] = {
    long_csv: {
        "visits": {"baseline": "month 0", "month_6": "month 6", "month_12": "month 12"},
        "endpoints": {"esr": "mm/h", "crp": "mg/l"},
        "characteristics": {"sex": ["women", "men"], "age": None},
        "says": ["'Patient' tells the subjects apart", "'<' at the limit of detection 0.6"],
    },
    wide_xlsx: {
        "visits": {"baseline": "month 0", "month_6": "month 6"},
        "endpoints": {"crp": "mg/l", "grip_strength": "kg"},
        "characteristics": {"sex": ["women", "men"]},
        "says": ["grip strength, kg, decimals: 0, higher is better", "Comment: free text"],
    },
    dated_xlsx: {
        "visits": {"baseline": "month 0", "month_3": "month 3", "month_6": "month 6"},
        "endpoints": {"pain": ""},
        "characteristics": {"arm": ["a", "b"]},
        "says": ["each subject's first date is day 0", "3 months: the nearest value of days"],
    },
    adam_csv: {
        "visits": {"baseline": "week 0", "week_4": "week 4", "week_12": "week 12"},
        "endpoints": {"crp": "mg/L", "alb": "g/L"},
        "characteristics": {"age": None, "sex": ["women", "men"]},
        "says": ["albumin, g/L, decimals: 2, higher is better"],
    },
    redcap_csv: {
        "visits": {"baseline": "month 0", "month_3": "month 3"},
        "endpoints": {"crp": "mg/l"},
        "characteristics": {"sex": ["women", "men"], "age": None},
        "says": ["visits whose time is not known are left out", "one row an event, 'ae_term' says which"],
    },
    three_sheets: {
        "visits": {"baseline": "week 0", "week_12": "week 12"},
        "endpoints": {"haq": ""},
        "characteristics": {"sex": ["women", "men"], "smoker": ["yes", "no"]},
        "says": ["one row a subject", "one row an event, 'Event' says which"],
    },
}


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_a_spreadsheet_becomes_a_study_that_fills_its_documents(
    tmp_path: Path, make: Callable[[Path], list[Path]]
) -> None:
    expected = CASES[make]
    study, started = new(tmp_path, *make(tmp_path))
    assert {name: f"{visit.unit} {visit.time:g}" for name, visit in study.visits.items()} == expected["visits"]
    assert {name: endpoint.unit for name, endpoint in study.endpoints.items()} == expected["endpoints"]
    categories = {name: spec.categories and set(spec.categories) for name, spec in study.characteristics.items()}
    assert categories == {name: of and set(of) for name, of in expected["characteristics"].items()}
    said = "\n".join([*started.guesses, *started.unused])
    assert [part for part in expected["says"] if part not in said] == [], said
    assert started.faults == ()
    cohort = read_cohort(tmp_path / "my-study", study)
    assert all((~(values != values)).any() for values in cohort.values.values())
    documents = fill(tmp_path / "my-study")
    for name in study.endpoints:
        assert f'data-result="{name}.' in documents["abstract"]
        assert f'data-result="{name}.' in documents["poster"]


def test_each_guess_names_its_line(tmp_path: Path) -> None:
    _, started = new(tmp_path, *long_csv(tmp_path))
    lines = (tmp_path / "my-study/report/study.yml").read_text(encoding="utf-8").splitlines()
    for guess in started.guesses:
        where, _, what = guess.partition(": ")
        line = lines[int(where.removeprefix("report/study.yml, line ")) - 1]
        assert "# guessed" in line, guess
        assert what.split("'")[1] in line if what.startswith("'") else True
    crp = next(guess for guess in started.guesses if "CRP" in guess)
    assert lines[int(crp.split("line ")[1].split(":")[0]) - 1].strip().startswith("crp: ")


def test_what_stands_behind_a_hash_in_a_new_study_can_be_used(tmp_path: Path) -> None:
    new(tmp_path, *long_csv(tmp_path))
    file = tmp_path / "my-study/report/study.yml"
    keys = ["responses", "claims", "theme", "congress", "address", "poster_number", "logos", "authors", "constants"]
    text = re.sub(rf"^# (?=(?:{'|'.join(keys)}): )", "", file.read_text(encoding="utf-8"), flags=re.M)
    text = text.replace("direction: neither", "direction: lower_is_better")
    file.write_text(text, encoding="utf-8")
    assert set(keys) <= read_study(tmp_path / "my-study").model_fields_set


def test_without_data_there_is_an_example_that_says_what_it_is(tmp_path: Path) -> None:
    study, started = new(tmp_path)
    assert study.notice == "Synthetic data, made up as an example: nobody was measured."
    assert (tmp_path / "my-study/data" / EXAMPLE.name).read_bytes() == EXAMPLE.read_bytes()
    assert started.summary.startswith(f"{tmp_path / 'my-study'}: 10 subjects in 30 rows, 3 visits, 2 endpoints")
    assert "Synthetic data" in fill(tmp_path / "my-study")["poster"]


def test_what_is_written(tmp_path: Path) -> None:
    new(tmp_path, *long_csv(tmp_path))
    folder = tmp_path / "my-study"
    assert sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()) == [
        ".gitignore", "Makefile", "README.md", "_quarto.yml", "data/labs.csv", "report/abstract.qmd",
        "report/poster.qmd", "report/study.schema.json", "report/study.yml",
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_make_hands_choices_on_to_the_command(tmp_path: Path) -> None:
    new(tmp_path)
    (tmp_path / "cohortpress").write_text("#!/bin/sh\necho $1 $THEME $ENGINE $STRICT\n", encoding="utf-8")
    (tmp_path / "cohortpress").chmod(0o755)
    make = ["make", "--no-print-directory", "THEME=mono", "ENGINE=pandoc", "STRICT=1"]
    targets = ["report", "preview", "verify", "check"]
    env = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    said = subprocess.run(
        [*make, *targets], cwd=tmp_path / "my-study", env=env, capture_output=True, text=True, check=True
    ).stdout
    assert said.splitlines() == [f"{name} mono pandoc 1" for name in ("build", "preview", "verify", "check")]


@pytest.mark.parametrize("above", [None, "", "..", "../.."])
def test_make_finds_the_command_in_an_environment_above_the_study(tmp_path: Path, above: str | None) -> None:
    study = tmp_path / "clone/studies/mine"
    start(study)
    if above is not None:
        command = study / above / ".venv/bin/cohortpress"
        command.parent.mkdir(parents=True)
        command.write_text("#!/bin/sh\necho ran $1\n", encoding="utf-8")
        command.chmod(0o755)
    (tmp_path / "bin").mkdir()
    for tool in ("make", "sh", "uname"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or "")
    run = subprocess.run(
        ["make", "--no-print-directory", "report"], cwd=study, env={"PATH": str(tmp_path / "bin")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == ((2, "") if above is None else (0, "ran build\n"))
    assert ("activate the environment" in run.stderr) is (above is None)


def test_new_says_how_to_build_where_make_would_find_no_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    (tmp_path / "apart").mkdir()
    monkeypatch.chdir(tmp_path / "apart")
    said = CliRunner().invoke(main, ["new", "my study"]).output
    command = shlex.split(said.splitlines()[-1].removeprefix("Build it with: "))
    assert command[0].startswith(str(Path(sys.executable).parent))
    assert command[-3:] == ["build", "--study", "my study"]
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/cohortpress").touch()
    assert "Build it with" not in CliRunner().invoke(main, ["new", "other"]).output
    written = [path.read_text("utf-8") for path in (tmp_path / "apart").rglob("*") if path.is_file()]
    assert not [text for text in written if str(Path(sys.prefix)) in text]  # the folder may be shared


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.write_text("mine", encoding="utf-8")])
def test_nothing_is_ever_overwritten(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "my-study")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError, match="There is something of this name already"):
        start(tmp_path / "my-study")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("head", "rows", "message"),
    [
        ("colour,taste", ["red,sweet", "red,sour"], "No column tells the subjects apart."),
        ("Patient,Visit,CRP", ["A,Baseline,1", "B,Baseline,2"], "No measurement is found at two visits or more."),
        ("Patient,Name", ["A,x", "B,y"], "No measurement is found at two visits or more."),
        ("Patient,CRP_0,CRP_6", ["A,high,low", "B,low,low"], "No measurement is found at two visits or more."),
        ("Patient", [], "No column tells the subjects apart."),
    ],
)
def test_what_is_no_study(tmp_path: Path, head: str, rows: list[str], message: str) -> None:
    file = write(tmp_path / "data.csv", head, rows)
    with pytest.raises(DataError) as raised:
        start(tmp_path / "my-study", [file])
    assert message in str(raised.value)
    assert sorted(tmp_path.iterdir()) == [file]


def test_the_subject_can_be_named(tmp_path: Path) -> None:
    rows = [f"{chick},{day},{40 + chick + day}" for chick in range(1, 8) for day in (0, 10, 20)]
    file = write(tmp_path / "chicks.csv", "Chick,Day,Weight (g)", rows)
    with pytest.raises(DataError, match=r"with --subject\. Columns: Chick, Day, Weight \(g\)\.$"):
        start(tmp_path / "my-study", [file])
    with pytest.raises(DataError, match=r"no column 'Chicks'\. Did you mean 'Chick'\? Columns: Chick, Day, Weight"):
        start(tmp_path / "my-study", [file], "Chicks")
    with pytest.raises(DataError, match=r"no column 'Moon'\. Columns: Chick, Day"):
        start(tmp_path / "my-study", [file], "Chick", "Moon")
    assert start(tmp_path / "my-study", [file], "Chick").summary.endswith(
        "7 subjects in 21 rows, 3 visits, 1 endpoint, 0 characteristics"
    )
    filled = fill(tmp_path / "my-study")
    assert "chicks were followed" in filled["abstract"]
    assert "**Chicks:**" in filled["poster"]
    assert "## Chicks" in filled["poster"]
    assert not re.search("patients?\\b(?!})", filled["poster"].replace(".patients", ""))
    replace(tmp_path / "my-study/report/study.yml", "many: chicks", "many: hens")
    assert "**Hens:**" in fill(tmp_path / "my-study")["poster"]


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        ("Patient,Alter,Geschlecht,CRP Monat 0,CRP Monat 6", "German. Then write language: de"),
        ("Nr,Leeftijd,Geslacht,CRP 0,CRP 6", "Dutch. Then write language: nl"),
        ("Patient,\u00c2ge,Sexe,CRP mois 0,CRP mois 6", "French. Then write language: fr"),
        ("Patient,Age,Sex,CRP 0,CRP 6", ""), ("Patient,Age,Visite,CRP 0,CRP 6", ""),
    ],
)  # fmt: skip
def test_names_of_columns_in_another_language_are_told(tmp_path: Path, heads: str, said: str) -> None:
    rows = [f"P{i},{30 + i},{'fm'[i % 2]},{i},{i + 1}" for i in range(8)]
    _, started = new(tmp_path, write(tmp_path / "labs.csv", heads, rows))
    told = [guess for guess in started.guesses if "look" in guess]
    yml = "report/study.yml, line 9: the names of the columns look"
    assert told == ([f"{yml} {said}"] if said else [])


@pytest.mark.parametrize("head", ["Child no.", "Child", "Animal ID", "Rat", "Dog", "Volunteer"])
def test_subjects_need_not_be_patients(tmp_path: Path, head: str) -> None:
    study, _ = new(tmp_path, write(tmp_path / "l.csv", f"Site,{head},Visit,CRP", [
        f"{site},{site}{who},{visit},{who + visit}" for site in "AB" for who in range(4) for visit in (0, 6)
    ]))  # fmt: skip
    assert study.data.subject_id == head


@pytest.mark.parametrize(
    ("head", "times"),
    [
        ("Age at film (years)", {"year_8": 8, "year_10": 10, "year_12": 12}),
        ("Age", {"year_8": 8, "year_10": 10, "year_12": 12}),
        ("Time (years)", {"year_8": 8, "year_10": 10, "year_12": 12}),
        ("Film", {"film_8": None, "film_10": None, "film_12": None}),
    ],
)
def test_ages_and_films_are_visits_where_they_tell_the_rows_of_a_subject_apart(
    tmp_path: Path, head: str, times: dict[str, float | None]
) -> None:
    rows = [f"P{i},{age},{'x' if age == 8 and i == 3 else ''},{20 + i + age}" for i in range(9) for age in (8, 10, 12)]
    study, started = new(tmp_path, write(tmp_path / "films.csv", f"Patient,{head},Remarks,Distance (mm)", rows))
    assert {name: visit.time for name, visit in study.visits.items()} == times
    assert "Remarks: filled in 1 of 27 rows" in started.unused


def test_an_age_beside_visits_or_dates_is_no_visit(tmp_path: Path) -> None:
    rows = [f"P{i},{40 + v},{v},{20 + i + v}" for i in range(9) for v in (0, 1)]
    study, _ = new(tmp_path, write(tmp_path / "labs.csv", "Patient,Age,Year,CRP", rows))
    assert (study.data.visit, list(study.visits)) == ("Year", ["baseline", "year_1"])


def test_the_visits_can_be_named(tmp_path: Path) -> None:
    rows = [f"P{i},{leg},{20 + i + len(leg)}" for i in range(9) for leg in ("one", "third")]
    file = write(tmp_path / "labs.csv", "Patient,Leg,CRP", rows)
    with pytest.raises(DataError, match=r"with --visit\. Columns: Patient, Leg, CRP\."):
        start(tmp_path / "my-study", [file])
    start(tmp_path / "my-study", [file], visit="Leg")
    study = read_study(tmp_path / "my-study")
    assert (study.data.visit, list(study.visits)) == ("Leg", ["one", "third"])


def test_a_direction_that_nothing_tells_is_asked_for(tmp_path: Path) -> None:
    heads = {"Sodium": "?", "Limb length": "?", "Grip": "higher", "SF-36": "higher", "Hb": "higher", "HAQ": "lower"}
    rows = [f"P{i},{v}" + f",{i + v}" * len(heads) for i in range(9) for v in (0, 6)]
    study, started = new(tmp_path, write(tmp_path / "labs.csv", f"Patient,Month,{','.join(heads)}", rows))
    asked = "direction: neither. IS ONE SIDE BETTER? Then write lower_is_better or higher_is_better"
    for head, better in heads.items():
        (said,) = [guess for guess in started.guesses if f": {head}, ".lower() in guess.lower()]
        assert said.endswith(asked if better == "?" else f"{better} is better")
    assert {spec.direction for name, spec in study.endpoints.items() if name in ("grip", "sf_36", "hb")} == {
        "higher_is_better"
    }
    assert {study.endpoints[name].direction for name in ("sodium", "limb_length")} == {"neither"}
    lines = (tmp_path / "my-study/report/study.yml").read_text(encoding="utf-8").splitlines()
    assert [line.split(":")[0].strip() for line in lines if line.endswith("# guessed: is one side better?")] == [
        "sodium", "limb_length",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "labels"),
    [
        ("Patient,Monat,Gewicht,CRP", ["Gewicht", "CRP"]),
        ("Patient,Month,Body Weight,CRP", ["body weight", "CRP"]),
    ],
)
def test_labels_begin_small_but_for_german_nouns(tmp_path: Path, head: str, labels: list[str]) -> None:
    rows = [f"P{i},{v},{60 + i + v},{i + v}" for i in range(9) for v in (0, 6)]
    study, _ = new(tmp_path, write(tmp_path / "labs.csv", head, rows))
    assert [endpoint.label for endpoint in study.endpoints.values()] == labels


def test_where_no_side_is_better_nothing_is_said_to_improve(tmp_path: Path) -> None:
    rows = [f"A{i},{v},{140 + i + v}" for i in range(9) for v in (0, 2)]
    study, _ = new(tmp_path, write(tmp_path / "labs.csv", "Animal,time (h),Sodium (mmol/l)", rows))
    poster = fill(tmp_path / "my-study")["poster"]
    told = plain(poster.partition("The one sentence")[0])
    assert "Sodium increased in nine of nine and decreased in none at 2 hours." in " ".join(told.split())
    text = poster.partition("```{=html}")[0].replace("{.area .patients}", "")
    assert not re.search("improved|worse|patient", text, re.IGNORECASE)
    assert study.participants is not None
    assert (study.participants.one, study.participants.many) == ("animal", "animals")


@pytest.mark.parametrize(
    ("direction", "said"),
    [("neither", "Sodium increased in nine of nine and decreased in none"),
     ("lower_is_better", "Sodium improved in none"),
     ("higher_is_better", "Sodium improved in nine of nine")],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "de", "nl", "fr"])
def test_the_question_of_the_direction_can_be_answered(
    tmp_path: Path, direction: str, said: str, language: str
) -> None:
    rows = [f"P{i},{140 + i},{141 + i}" for i in range(9)]
    new(tmp_path, write(tmp_path / "labs.csv", "Patient,Sodium 0,Sodium 6", rows))
    replace(tmp_path / "my-study/report/study.yml", "direction: neither", f"direction: {direction}")
    replace(tmp_path / "my-study/report/study.yml", "language: en-GB", f"language: {language}")
    poster = " ".join(plain(fill(tmp_path / "my-study")["poster"]).split())
    assert said in poster or language != "en"
    assert ("diamonds" in poster) == (direction == "lower_is_better" and language == "en")


def test_the_caption_tells_of_dashes_where_there_are_some_and_the_figure_is_numbered(tmp_path: Path) -> None:
    for name, gap, dashes in (("gap", 3, True), ("lost", 6, False)):
        rows = [f"P{i},{v},{'' if i == 2 and v >= gap and (v == gap or not dashes) else 9 + i - v}"
                for i in range(9) for v in (0, 3, 6)]  # fmt: skip
        start(tmp_path / name, [write(tmp_path / "labs.csv", "Patient,Month,CRP", rows)])
        abstract = " ".join(plain(fill(tmp_path / name)["abstract"]).split())
        assert ("Thin lines: patients; thick line: median" in abstract, "dashes" in abstract) == (True, dashes)
        assert "Figure 1" in abstract
        assert abstract.index("Conclusions") < abstract.index("Table 1") < abstract.index("Figure 1")


def test_the_title_that_new_gave_is_told_until_it_is_written(tmp_path: Path) -> None:
    warned: list[Fault] = []
    folder = tmp_path / "my_crp-study"
    start(folder, [write(tmp_path / "labs.csv", "Patient,CRP 0,CRP 6", [f"P{i},{i},{i + 1}" for i in range(9)])])
    with Build(folder, Options("pandoc"), lambda step, seconds: None, warned.append) as steps:
        steps.fill("abstract")
    assert "report/study.yml, line 5: The title 'My crp study' is still to be written." in "\n".join(map(str, warned))
    replace(folder / "report/study.yml", "title: My crp study", "title: CRP in an invented cohort")
    assert list(left_in_study(read_study(folder), folder)) == []
    replace(folder / "report/study.yml", "language: en-GB", "language: nl")
    (fault,) = left_in_study(read_study(folder), folder)
    assert fault.problem == "The label '6 months' is English, and the language of the study is 'nl'."


def test_formulas_without_values_are_no_free_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Patient", "Month", "CRP", "ESR"])
    for i in range(16):
        book.worksheets[0].append([f"P{i // 2}", 6 * (i % 2), i + 3, f"=C{i + 2}*2"])
    book.save(tmp_path / "labs.xlsx")
    _, started = new(tmp_path, tmp_path / "labs.xlsx")
    assert [line for line in started.unused if line.startswith("ESR: formulas without stored values; open the file")]


def test_what_is_wrong_in_a_sheet_that_is_no_data_stops_nothing(tmp_path: Path) -> None:
    (file,) = wide_xlsx(tmp_path)
    book = openpyxl.load_workbook(file)
    for row in (["Column", "Means", "Unit"], ["CRP", "protein", "mg/l"], [], ["Written by a nurse"]):
        book["Key"].append(row)
    book.save(file)
    assert new(tmp_path, file)[1].faults == ()
    book.worksheets[0].append([])
    book.worksheets[0].append(["Measured by a nurse"])
    book.save(file)
    with pytest.raises(DataError) as raised:
        start(tmp_path / "second", [file])
    (fault,) = raised.value.faults
    assert "'Measured by a nurse' looks like a note. Delete the row." in str(fault)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"labs\.csv: The file cannot be read: No such file or directory"):
        start(tmp_path / "my-study", [tmp_path / "labs.csv"])
    assert list(tmp_path.iterdir()) == []


def test_faults_of_the_data_are_listed_and_the_study_is_there_to_mend_them(tmp_path: Path) -> None:
    rows = [f"P{i},{40 + i},{9 + i}" for i in range(20)]
    rows[3] = "P3,43,seven"
    _, started = new(tmp_path, write(tmp_path / "labs.csv", "Patient,CRP 0,CRP 6", rows))
    assert [str(fault) for fault in started.faults] == [
        "data/labs.csv, row 5, column CRP 6: 'seven' is not a number. "
        "Write a number, < and a number, or leave the cell empty."
    ]
    assert started.summary.endswith("my-study: 20 subjects in 20 rows, 2 visits, 1 endpoint, 0 characteristics")
    assert str(started).endswith("Mend the file, then run 'cohortpress new' again, into a new folder.")


def test_digits_that_may_be_codes_are_named(tmp_path: Path) -> None:
    rows = [f"P{i},{i % 4 + 1},{i % 3 + 0.5},{i + 20},{i},{i + 1}" for i in range(12)]
    _, started = new(tmp_path, write(tmp_path / "labs.csv", "Patient,Diet,Dose,Weight,CRP 0,CRP 6", rows))
    said = "'Diet' is taken for a measurement; are 1, 2, 3, 4 codes? Then write categories"
    assert [guess.partition(": ")[2] for guess in started.guesses if "codes" in guess] == [said]


def test_more_visits_than_a_study_has_room_for(tmp_path: Path) -> None:
    head = "Patient," + ",".join(f"CRP month {month}" for month in range(20))
    rows = [f"P{i}," + ",".join(str(i + month) for month in range(20)) for i in range(9)]
    study, started = new(tmp_path, write(tmp_path / "labs.csv", head, rows))
    assert study.baseline == "baseline"
    assert len(study.visits) == 12
    assert started.faults == ()
    fill(tmp_path / "my-study")


@pytest.mark.parametrize(
    ("head", "times", "names", "left_out"),
    [
        ("Time (min)", (-15, 0, 30), "baseline minute_30", ["Time (min) -15"]),
        ("CRP Week {}", (-4, 0, 12), "baseline week_12", ["CRP Week -4"]),
        ("CRP Day {}", (-1, 1, 28), "day_before_1 day_1 day_28", []),
    ],
)
def test_a_minus_sign_in_the_time_of_a_visit_is_kept(
    tmp_path: Path, head: str, times: tuple[int, ...], names: str, left_out: list[str]
) -> None:
    wide = "{}" in head
    rows = [f"P{i},{i},{i + 1},{i + 3}" if wide else f"P{i},{time},{i + time / 5}" for i in range(12) for time in times]
    heads = ",".join(map(head.format, times)) if wide else f"{head},CRP"
    study, started = new(tmp_path, write(tmp_path / "labs.csv", f"Patient,{heads}", rows[:: 3 if wide else 1]))
    assert (" ".join(study.visits), started.faults) == (names, ())
    why = "before the start: study.yml has no earlier visit than its baseline"
    assert list(started.unused) == [f"{left}: {why}" for left in left_out]
    assert study.data.skip_visits == (() if wide else ("-15",))
    fill(tmp_path / "my-study")


def test_words_that_mean_the_same_are_one_category(tmp_path: Path) -> None:
    rows = [f"P{i},{['F', 'female', 'M', 'male'][i % 4]},{['yes', 'Yes', 'no'][i % 3]},{i},{i + 1}" for i in range(12)]
    study, _ = new(tmp_path, write(tmp_path / "labs.csv", "Patient,Sex,Smoker,CRP 0,CRP 6", rows))
    assert study.characteristics["sex"].categories == {"women": ("F", "female"), "men": ("M", "male")}
    assert study.characteristics["smoker"].categories == {"yes": ("Yes", "yes"), "no": ("no",)}


@pytest.mark.parametrize(
    ("head", "cells", "categories"),
    [
        ("Sex", ["F", "female", "m", "Male"], {"women": ("F", "female"), "men": ("Male", "m")}),
        ("Geslacht", ["M", "V"], {"men": ("M",), "women": ("V",)}),
        ("Geschlecht", ["m", "w", "divers"], {"men": ("m",), "women": ("w",), "divers": ("divers",)}),
        ("Smoker", ["y", "n"], {"yes": ("y",), "no": ("n",)}),
        ("Raucher", ["Ja", "nein"], {"yes": ("Ja",), "no": ("nein",)}),
        ("Arm", ["0", "1"], {"arm_0": ("0",), "arm_1": ("1",)}),
        ("Dose", ["M", "X"], {"m": ("M",), "x": ("X",)}),
        ("Nodes", ["N", "M", "O"], {"n": ("N",), "m": ("M",), "o": ("O",)}),
    ],
)
@pytest.mark.parametrize("long", [False, True])
def test_what_the_values_of_a_characteristic_mean(
    tmp_path: Path, head: str, cells: list[str], categories: dict[str, tuple[str, ...]], *, long: bool
) -> None:
    rows = [f"P{i},{cells[i % len(cells)]},{i},{i + 1}" for i in range(12)]
    if long:
        rows = [f"P{i},{cells[i % len(cells)]},{v},{i + v}" for i in range(12) for v in (0, 6)]
    file = write(tmp_path / "labs.csv", f"Patient,{head}," + ("Month,CRP" if long else "CRP 0,CRP 6"), rows)
    study, started = new(tmp_path, file)
    (found,) = study.characteristics.values()
    assert found.categories == categories
    assert any("Then write labels: {arm_0: ..., arm_1: ...}" in guess for guess in started.guesses) == (head == "Arm")
    assert set(found.labels.values()) <= {*"MXNO", "women", "men", "divers", "yes", "no", "arm 0", "arm 1"}


def test_spellings_of_a_sex_that_differ_between_visits_are_one(tmp_path: Path) -> None:
    sexes = [["F", "m"], ["female", "Male"]]
    rows = [f"P{i},{sexes[v][i % 2]},{'FM'[i % 2]},{v},{i + v}" for i in range(9) for v in (0, 1)]
    study, _ = new(tmp_path, write(tmp_path / "labs.csv", "Patient,Sex,M/F,Month,CRP", rows))
    sex, other = study.characteristics.values()
    assert sex.categories == {"women": ("F", "female"), "men": ("Male", "m")}
    assert other.label == "Sex"
    assert not any(isinstance(note, Doubt) for note in read_cohort(tmp_path / "my-study", study).notes)


def test_what_changes_between_visits_or_stands_in_few_rows_is_told_with_what_to_write(tmp_path: Path) -> None:
    rows = [f"P{i},{v},{i + v},{'late' if i == 3 and v else 'left' if i == 4 and v else ''},{'yn'[v]},{'ab'[v]},{v}"
            for i in range(22) for v in (0, 1)]  # fmt: skip
    file = write(tmp_path / "labs.csv", "Patient,Month,CRP,Remarks,On steroids,Stage,Rash", rows)
    study, started = new(tmp_path, file)
    assert not study.characteristics
    parts = "give what was before and after a column each"
    assert set(started.unused) == {
        "Remarks: filled in 2 of 22 subjects",
        f"On steroids: yes or no at each visit; {parts} and compare them by yes_no_changes",
        f"Rash: yes or no at each visit; {parts} and compare them by yes_no_changes",
        f"Stage: it changes between visits, and is no number; {parts}",
    }


def test_whole_numbers_with_a_decimal_are_codes_and_counts(tmp_path: Path) -> None:
    rows = [f"P{i},{i % 2 + 1}.0,{i % 2}.0,{i}.0,{i + 1}.0" for i in range(9)]
    study, _ = new(tmp_path, write(tmp_path / "labs.csv", "Patient,Arm,Smoker,CRP 0,CRP 6", rows))
    assert study.characteristics["arm"].categories == {"arm_1": ("1.0",), "arm_2": ("2.0",)}
    assert study.characteristics["smoker"].categories == {"yes": ("1.0",), "no": ("0.0",)}
    assert study.endpoints["crp"].decimals == 0
    fill(tmp_path / "my-study")


def test_numbers_behind_names_are_visits_where_several_variables_share_them(tmp_path: Path) -> None:
    rows = [f"P{i},{i},{i + 1},{i + 2},{9 - i},{8 - i},{7 - i},{i},{2 * i}" for i in range(9)]
    study, started = new(tmp_path, write(tmp_path / "labs.csv", "Patient,wl1,wl2,wl3,se1,se2,se3,IL6,IL8", rows))
    assert list(study.endpoints) == ["wl", "se"]
    assert len(study.visits) == 3
    assert {"il6", "il8"} <= study.characteristics.keys()
    assert any("is taken for" in guess for guess in started.guesses)


def test_names_with_a_hyphen_keep_it_and_are_no_visits(tmp_path: Path) -> None:
    names = ["IL-10", "25-OH-D", "sIL-2R"]
    heads = ["IL-6", "IL-8", *(f"{name} {visit}" for name in names for visit in ("baseline", "6 months"))]
    rows = [f"P{i}" + "".join(f",{i + n}" for n in range(len(heads))) for i in range(9)]
    study, _ = new(tmp_path, write(tmp_path / "labs.csv", ",".join(["Patient", *heads]), rows))
    assert [spec.label for spec in study.endpoints.values()] == names
    assert [spec.label for spec in study.characteristics.values()] == ["IL-6", "IL-8"]


def test_an_age_without_a_unit_is_taken_for_years_and_marked(tmp_path: Path) -> None:
    rows = [f"P{i},{30 + i},{i},{i + 1}" for i in range(9)]
    study, started = new(tmp_path, write(tmp_path / "labs.csv", "Patient,Age,CRP 0,CRP 6", rows))
    assert study.characteristics["age"].unit == "years"
    line = study.where("characteristics", "age")
    assert f"{line}: Age, taken for years" in started.guesses


def test_what_only_signs_tell_apart_are_two_categories(tmp_path: Path) -> None:
    cells = [
        ["<6m", ">6m"], ["TAU", "BtheB"], ["1/2", "1 2"], ["Stage II", "Stage I"], ["≥ 50%", "< 50%"],
        ["placebo", "Drug"],
    ]  # fmt: skip
    rows = [f"P{i},{','.join(pair[i % 2] for pair in cells)},{i},{i + 1}" for i in range(12)]
    study, _ = new(tmp_path, write(tmp_path / "labs.csv", "Patient,Length,Arm,Odd,Stage,Part,Given,CRP 0,CRP 6", rows))
    found = {name: spec.categories or {} for name, spec in study.characteristics.items()}
    assert found["length"] == {"below_6m": ("<6m",), "above_6m": (">6m",)}
    assert {len(of) for of in found.values()} == {2}
    labels = {name: spec.labels for name, spec in study.characteristics.items()}
    assert labels["arm"] == {"tau": "TAU", "btheb": "BtheB"}
    assert labels["stage"] == {"stage_i": "Stage I", "stage_ii": "Stage II"}
    assert labels["part"] == {"from_50_percent": "≥ 50%", "below_50_percent": "< 50%"}
    assert labels["given"] == {"drug": "Drug", "placebo": "placebo"}
    fill(tmp_path / "my-study")


def test_the_range_of_a_score_stands_in_its_label_and_not_in_its_name(tmp_path: Path) -> None:
    study, started = new(tmp_path)
    assert study.endpoints["pain"].label == "pain (0\u201310)"
    assert any("pain (0\u201310), decimals: 0" in guess for guess in started.guesses)
    assert "Median pain (0\u201310) decreased from" in plain(fill(tmp_path / "my-study")["abstract"])


@pytest.mark.parametrize(("subjects", "kind"), [(MANY, "courses"), (MANY + 1, "boxes")])
def test_a_new_study_draws_what_suits_the_size_of_the_cohort(tmp_path: Path, subjects: int, kind: str) -> None:
    rows = [f"P{i},{v},{i + m}" for i in range(subjects) for m, v in enumerate(("Baseline", "Month 6"))]
    new(tmp_path, write(tmp_path / "labs.csv", "Patient,Visit,CRP (mg/l)", rows))
    for document in ("abstract", "poster"):
        text = (tmp_path / f"my-study/report/{document}.qmd").read_text(encoding="utf-8")
        assert f'figure("{kind}", [crp])' in text
    assert ("boxes show" in text) == (kind == "boxes")


def test_a_new_study_of_many_types_no_number(tmp_path: Path) -> None:
    rows = [f"P{i},{i % 60},{i % 50 + 3}" for i in range(120)]
    new(tmp_path, write(tmp_path / "labs.csv", "Patient,CRP 0,CRP 6", rows))
    assert "quartile" in fill(tmp_path / "my-study")["poster"]


HEADS = [
    "Patient",
    "id",
    "Visit",
    "CRP (mg/l)",
    "CRP_0",
    "CRP_6",
    "",
    "Date",
    "sex",
    "PARAMCD",
    "AVAL",
    "0",
    "n",
    "CRP_0",
]
CELLS = [
    "",
    "P1",
    "P2",
    "P3",
    "1",
    "2.5",
    "3,5",
    "<0.6",
    "NA",
    "Baseline",
    "Month 6",
    "2024-03-01",
    "f",
    "m",
    "{{ x }}",
]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_in_a_table_no_traceback_comes_of_it(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("any")
    head = data.draw(st.lists(st.sampled_from(HEADS), min_size=1, max_size=6))
    rows = data.draw(st.lists(st.lists(st.sampled_from(CELLS), min_size=len(head), max_size=len(head)), max_size=9))
    with (folder / "any.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    try:
        started = start(folder / "my-study", [folder / "any.csv"])
    except CohortpressError:
        assert sorted(path.name for path in folder.iterdir()) == ["any.csv"]
        return
    study = read_study(folder / "my-study")
    assert bool(started.faults) or read_cohort(folder / "my-study", study).subjects


@pytest.mark.parametrize(
    "column",
    ["n", "median", "table", "words", "cohort", "study", "Visit", "2nd test", "Κρέας", "a" * 200, "in", "label"],
)
def test_any_name_of_a_column_becomes_one_that_prose_can_use(tmp_path: Path, column: str) -> None:
    rows = [f"P{i},{v},{i + m},{i * m}" for i in range(1, 8) for m, v in enumerate(("Baseline", "Month 6"))]
    new(
        tmp_path, write(tmp_path / "labs.csv", f"Patient,When,{column},Period of care", rows).rename(tmp_path / "l.csv")
    )
    fill(tmp_path / "my-study")


@pytest.mark.parametrize(
    "text", ["{{ 7*7 }}", "<script>alert(1)</script>", "a: b # c", "- x", "'\"", "<% raw %>", "# H"]
)
def test_what_stands_in_a_spreadsheet_never_runs(tmp_path: Path, text: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Patient", f"CRP ({text}) 0", f"CRP ({text}) 6", text])
    for i in range(8):
        sheet.append([f"P{i}", i + 3, i + 2, text if i % 2 else "other"])
    book.save(tmp_path / "labs.xlsx")
    new(tmp_path, tmp_path / "labs.xlsx")
    documents = fill(tmp_path / "my-study")
    for document in documents.values():
        assert "CRP (49)" not in document
        scripts_of_its_own = re.compile(r"<script.*?</script>", re.DOTALL)
        assert "<script>alert" not in scripts_of_its_own.sub("", document)


def test_templates_can_be_taken_out_once(tmp_path: Path) -> None:
    new(tmp_path)
    files = eject(tmp_path / "my-study")
    assert {file.relative_to(tmp_path / "my-study/templates") for file in files} == {
        file.relative_to(packaged_templates()) for file in packaged_templates().rglob("*") if file.is_file()
    }
    with pytest.raises(OutputError, match="There are templates already"):
        eject(tmp_path / "my-study")


def test_what_somebody_added_to_a_clone_is_neither_taken_out_nor_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "clone/templates"
    shutil.copytree(packaged_templates(), clone)
    packaged = {path.relative_to(clone) for path in clone.rglob("*")}
    shutil.copytree(clone / "themes/classic", clone / "themes/ours")
    shutil.copy(clone / "congress/acr.yml", clone / "congress/ours.yml")
    monkeypatch.setattr("cohortpress.new.packaged_templates", lambda: clone)
    eject(tmp_path)
    assert {path.relative_to(tmp_path / "templates") for path in (tmp_path / "templates").rglob("*")} == packaged
    for place, names in OF_THE_PACKAGE.items():
        assert {path.name for path in (ROOT / "templates" / place).iterdir()} >= names


def test_the_wheel_packs_the_same_themes_and_congresses_that_eject_copies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    excluded = project["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"]
    for place, names in OF_THE_PACKAGE.items():
        beginning = f"!/templates/{place}/"
        assert {line.removeprefix(beginning) for line in excluded if line.startswith(beginning)} == names
        assert f"/templates/{place}/*" in excluded
        listed = ["git", "ls-files", f"templates/{place}"]
        known = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
        assert {line.split("/")[2] for line in known} in (names, set())  # none where this is no clone


def test_templates_that_were_taken_out_are_those_that_count(tmp_path: Path) -> None:
    new(tmp_path)
    eject(tmp_path / "my-study")
    replace(tmp_path / "my-study/templates/page.html", "<body ", '<body data-mine="yes" ')
    replace(tmp_path / "my-study/templates/language/en.jinja", '"stayed the same"', '"did not change"')
    with Build(tmp_path / "my-study", Options("pandoc"), lambda step, seconds: None) as steps:
        steps.fill("abstract")
        assert b'data-mine="yes"' in steps.render("abstract")


def test_a_spreadsheet_of_two_hundred_rows_takes_less_than_two_seconds_of_one_core(tmp_path: Path) -> None:
    rows = [f"P{i},{v},{i + m}.5,{i % 7 + m},{'ab'[i % 2]}" for i in range(50)
            for m, v in enumerate(("Baseline", "M3", "M6", "M12"))]  # fmt: skip
    file = write(tmp_path / "labs.csv", "Patient,Visit,CRP (mg/l),Pain,Arm", rows)
    code = (
        "import sys, pathlib, cohortpress.new as n; n.start(*[pathlib.Path(sys.argv[1]), [pathlib.Path(sys.argv[2])]])"
    )
    before = os.times()
    subprocess.run(
        [sys.executable, "-c", code, tmp_path / "my-study", file],
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    after = os.times()
    assert after.children_user + after.children_system - before.children_user - before.children_system < 2


def test_it_works_without_a_checkout(tmp_path: Path) -> None:
    """The package as a wheel lays it out: templates inside, nothing else of this repository in reach."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src/cohortpress", tmp_path / "site/cohortpress", ignore=ignore)
    shutil.copytree(ROOT / "templates", tmp_path / "site/cohortpress/templates", ignore=ignore)
    (tmp_path / "empty").mkdir()
    file = wide_xlsx(tmp_path)[0]
    code = f"""
from pathlib import Path
import cohortpress
assert Path(cohortpress.__file__).is_relative_to({str(tmp_path)!r})
from cohortpress.build import DOCUMENTS, Build, Options
from cohortpress.new import start
start(Path("mine"), [Path({str(file)!r})])
with Build(Path("mine"), Options("pandoc"), lambda *_: None) as steps:
    steps.fill("abstract")
"""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "empty", env={**env, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "empty/mine/build/abstract.qmd").is_file()


def test_what_new_writes_for_hundreds_of_subjects_with_long_labels_and_large_numbers_fits_its_pages(
    tmp_path: Path,
) -> None:
    labels = ["Alkaline phosphatase (U/l)", "Ferritin (ug/l)", "Body weight (kg)", "CRP (mg/l)"]
    head = ",".join(["Patient", *(f"{label} {visit}" for label in labels for visit in ("baseline", "3 m", "12 m"))])
    made_up = random.Random(8)
    rows = [f"P{i:03}," + ",".join(f"{made_up.uniform(1000, 9999):.1f}" for _ in range(12)) for i in range(312)]
    start(tmp_path / "study", [write(tmp_path / "large.csv", head, rows)])
    for document in DOCUMENTS:
        text = (tmp_path / f"study/report/{document}.qmd").read_text(encoding="utf-8")
        assert "{## The table has no room for all visits" in text
    with Build(tmp_path / "study", Options("pandoc"), lambda step, seconds: None) as steps:
        assert {"abstract.pdf", "poster.pdf"} <= {path.name for path in steps.run()}


def test_a_study_without_templates_is_told_its_own_place_and_an_empty_document_by_its_name(tmp_path: Path) -> None:
    start(tmp_path / "study")
    for text, strict, said in (
        ("Text.\n{{ change_sentence(cohort, baseline) }}\n", False, r"^report/abstract\.qmd, line 2: "),
        ("", True, r"^report/abstract\.qmd: There is no prose in it\."),
    ):
        (tmp_path / "study/report/abstract.qmd").write_text(text, encoding="utf-8")
        options = Options("pandoc", documents=("abstract",), strict=strict)
        build = Build(tmp_path / "study", options, lambda step, seconds: None)
        with pytest.raises(CohortpressError, match=said), build as steps:
            steps.fill("abstract")


@pytest.mark.parametrize(
    ("ids", "summaries"),
    [
        ("P", ["Mean", "SD", "n"]), ("P", ["Median (IQR)", "Total"]), ("", ["Ø", "Mittelwert", "MW"]),
        ("P", ["Gemiddelde", "Moyenne", "Std. dev."]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("long", [False, True])
def test_rows_that_sum_up_the_others_are_left_out(
    tmp_path: Path, ids: str, summaries: list[str], *, long: bool
) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Patient", "Month", "CRP"] if long else ["Patient", "CRP 0", "CRP 6"])
    people = {**{f"{ids}{i}": (i + 0.1, i / 2) for i in range(8)}, **dict.fromkeys(summaries, (4.12345, 6.54321))}
    for who, values in people.items():
        for row in zip((0, 6), values, strict=True) if long else [values]:
            book.worksheets[0].append([who, *row])
    book.save(tmp_path / "labs.xlsx")
    study, started = new(tmp_path, tmp_path / "labs.xlsx")
    assert sorted(study.data.skip_subjects) == sorted(summaries)
    assert f" 8 subjects in {16 if long else 8} rows, " in started.summary
    assert any(guess.endswith("' sum up the others, and are left out") for guess in started.guesses)
    assert study.endpoints["crp"].decimals == 1
    cohort = read_cohort(tmp_path / "my-study", study)
    assert (len(cohort.subjects), cohort.decimals["crp"], cohort.notes) == (8, 1, ())


def test_one_row_that_sums_up_the_others_is_told_as_one(tmp_path: Path) -> None:
    rows = [f"P{i},{i}.5,{i + 1}.5" for i in range(8)]
    file = write(tmp_path / "labs.csv", "Patient,CRP 0,CRP 6", [*rows, "mean,4.1,5.1"])
    assert start(tmp_path / "one", [file]).guesses[1].endswith(": 'mean' sums up the others, and is left out")
    rows = [f"P{i},f,{i}.5,{i + 1}.5" for i in range(8)]
    file = write(tmp_path / "labs.csv", "Patient,Sex,CRP 0,CRP 6", [*rows, ",Mean,4.1,5.1"])
    said = ". A row without one ('Mean') sums up the others, and is left out"
    assert start(tmp_path / "other", [file]).guesses[0].endswith(said)


def test_a_note_below_a_table_is_named_in_the_file_that_was_given(tmp_path: Path) -> None:
    rows = [*(f"P{i},{i}.5,{i + 1}.5" for i in range(8)), "not measured in March because of holidays,,"]
    file = write(tmp_path / "labs FINAL v2.csv", "Patient,CRP 0,CRP 6", rows)
    with pytest.raises(DataError) as raised:
        start(tmp_path / "study", [file])
    assert [fault.where for fault in raised.value.faults] == [f"{file}, row 10, column Patient"]


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("cell", ["2.2*", "12.0 mg/dl"])
def test_a_slip_in_a_cell_is_named_and_its_endpoint_is_kept(tmp_path: Path, cell: str, *, long: bool) -> None:
    values = [("5", "4"), ("6", "4"), ("5", "3"), ("6", "4"), ("7", "3"), ("5", "3"), ("6", "4"), ("7", cell)]
    rows = [f"P{i},{a},{b}" for i, (a, b) in enumerate(values)]
    tall = [f"P{i},{month},{value}" for i, pair in enumerate(values) for month, value in zip((0, 6), pair, strict=True)]
    head = "Patient,Month,Urate" if long else "Patient,Urate 0,Urate 6"
    study, started = new(tmp_path, write(tmp_path / "labs.csv", head, tall if long else rows))
    assert ([*study.endpoints], started.unused) == (["urate"], ())
    (fault,) = started.faults
    where = "row 17, column Urate" if long else "row 9, column Urate 6"
    assert str(fault).startswith(f"data/labs.csv, {where}: '{cell}' ")


def test_a_question_mark_of_a_heading_is_no_part_of_the_label(tmp_path: Path) -> None:
    rows = [f"P{i},{'yn'[i % 2]},{i},{i + 1}" for i in range(8)]
    study, _ = new(tmp_path, write(tmp_path / "labs.csv", "Patient,Smoker?,CRP 0,CRP 6", rows))
    assert (study.characteristics["smoker"].label, study.characteristics["smoker"].column) == ("Smoker", "Smoker?")


def test_summaries_without_an_id_are_left_out(tmp_path: Path) -> None:
    rows = [*(f"P{i};{'fm'[i % 2]};{i},5;{i + 1},5" for i in range(8)), ";Mean;4,12;5,12", ";n;8;8"]
    study, started = new(tmp_path, write(tmp_path / "labs.csv", "Patient;Sex;CRP 0;CRP 6", rows))
    assert started.guesses[0].endswith("Rows without one ('Mean', 'n') sum up the others, and are left out")
    assert (started.faults, study.endpoints["crp"].decimals, *study.characteristics) == ((), 1, "sex")
    cohort = read_cohort(tmp_path / "my-study", study)
    note = "data/labs.csv, column Patient: Rows without an id sum up the others: Mean, n. They are left out."
    assert (len(cohort.subjects), str(cohort.notes[-1])) == (8, note)


def test_a_row_without_an_id_whose_words_others_have_is_no_summary(tmp_path: Path) -> None:
    rows = [*(f"P{i},{['Mean', 'n'][i % 2]},{i}.5,{i + 1}.5" for i in range(20)), ",Mean,4.1,5.1", ",n,4.1,5.1"]
    _, started = new(tmp_path, write(tmp_path / "labs.csv", "Patient,Group,CRP 0,CRP 6", rows))
    assert [fault.problem for fault in started.faults] == ["The cell is empty."] * 2


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ('{{ change_sentence(glucose, "30") }}', "Write minute_30, without quotation marks."),
        ('{{ change_sentence(glucose, "30 minutes") }}', "Write minute_30, without quotation marks."),
        ("{{ glucose }}", "Write 'glucose.baseline.median'."),
        ("{{ glucose.minute_30.median - glucose.baseline.median }}", "minute_30.vs_baseline.median_difference."),
    ],
)
def test_what_is_offered_names_what_was_meant(tmp_path: Path, text: str, mend: str) -> None:
    rows = [f"P{i},{time},{i + time}" for i in range(8) for time in (0, 30, 60)]
    new(tmp_path, write(tmp_path / "labs.csv", "Patient,Time (min),Glucose", rows))
    (tmp_path / "my-study/report/abstract.qmd").write_text(f"{text}\n", encoding="utf-8")
    build = Build(tmp_path / "my-study", Options("pandoc", documents=("abstract",)), lambda step, seconds: None)
    with pytest.raises(CohortpressError) as raised, build as steps:
        steps.fill("abstract")
    assert str(raised.value).endswith(mend)


def test_of_numbers_the_nearest_is_offered(tmp_path: Path) -> None:
    rows = [f"P{i},{time},{i + time}" for i in range(8) for time in (0, 30, 360)]
    new(tmp_path, write(tmp_path / "labs.csv", "Patient,Time (min),Glucose", rows))
    replace(tmp_path / "my-study/report/study.yml", "value: '30'", "value: '31'")
    with pytest.raises(DataError, match=r"'30' is not a visit of .*Did you mean '31'\?"):
        read_cohort(tmp_path / "my-study", read_study(tmp_path / "my-study"))


def test_a_last_id_without_a_number_is_asked_about(tmp_path: Path) -> None:
    rows = [*(f"{i},{i},{i + 1}" for i in range(8)), "Kontr,4,5"]
    _, started = new(tmp_path, write(tmp_path / "labs.csv", "Patient,CRP 0,CRP 6", rows))
    assert started.guesses[0].endswith("subjects apart. Is 'Kontr' one? If not, write skip_subjects")


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("91%", "has a unit. Write 91, and the unit in study.yml."),
        ("250,000", "may mean 250000 or 250.000. Write which."),
        ("1.201,5", "has a mark between its thousands. Write 1201.5."),
        ("<LOD", "is a limit without its number. Write < and the number, as <0.6."),
        ("40?", "has a question mark. Write 40, or leave the cell empty."),
    ],
)
@pytest.mark.parametrize("alone", [False, True])
def test_why_a_column_is_not_taken_for_numbers(tmp_path: Path, cell: str, why: str, *, alone: bool) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Patient", "CRP 0", "CRP 6", *([] if alone else ["ESR 0", "ESR 6"])])
    for i in range(12):
        row = [f"P{i}", i if i % 2 else cell, i + 1, i, i + 2]
        book.worksheets[0].append(row[: 3 if alone else 5])
    book.save(tmp_path / "labs.xlsx")
    said = f"Not taken for numbers, because of '{cell}'. '{cell}' {why}"
    if alone:
        with pytest.raises(DataError) as raised:
            start(tmp_path / "study", [tmp_path / "labs.xlsx"])
        own = f"{tmp_path / 'labs.xlsx'}, sheet Sheet"  # not a copy, of which none is left
        assert [str(fault).removeprefix(own) for fault in raised.value.faults] == [
            ": No measurement is found at two visits or more. This stands in the way:",
            f", B2 (CRP 0): {said}",
        ]  # fmt: skip
    else:
        study, started = new(tmp_path, tmp_path / "labs.xlsx")
        assert (list(study.endpoints), started.unused) == (["esr"], (f"CRP 0: {said}", "CRP 6: as 'CRP 0' is not"))
        assert not study.characteristics


def test_decimal_commas_that_a_spreadsheet_holds_as_text_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Patient", "CRP 0", "CRP 6"])
    for i in range(9):
        book.worksheets[0].append([f"P{i}", f"{i},5", "<0,6" if i == 3 else i + 0.25])
    book.save(tmp_path / "labs.xlsx")
    study, started = new(tmp_path, tmp_path / "labs.xlsx")
    assert (study.data.visits.decimal, study.endpoints["crp"].decimals, started.faults) == (",", 2, ())
    assert any("'0,5' and its like are text with a decimal comma" in guess for guess in started.guesses)
    assert read_cohort(tmp_path / "my-study", study).values["crp"][1].tolist() == [1.5, 1.25]


@pytest.mark.parametrize("long", [False, True])
def test_a_row_that_stands_twice_is_named(tmp_path: Path, *, long: bool) -> None:
    rows = [f"P{i},{v},{i + v}" if long else f"P{i},{i},{i + 1}" for i in range(12) for v in ((0, 6) if long else (0,))]
    file = write(tmp_path / "labs.csv", "Patient,Month,CRP" if long else "Patient,CRP 0,CRP 6", [*rows, rows[5]])
    (fault,) = new(tmp_path, file)[1].faults
    who = "row 26, column Month: 'P2' at 'month_6'" if long else "row 14, column Patient: 'P5'"
    assert str(fault) == f"data/labs.csv, {who} stands in row 7 already. Keep one."


@pytest.mark.parametrize("visit", [None, "Time (min)"])
def test_several_series_of_a_subject_are_told_once(tmp_path: Path, visit: str | None) -> None:
    rows = [
        f"S{i},{meal},{time},{i + time / 30:.1f}"
        for i in range(6) for meal in ("2am", "8am", "2pm") for time in range(0, 330, 30)
    ]  # fmt: skip
    file = write(tmp_path / "labs.csv", "Subject,Meal,Time (min),Glucose", rows)
    started = start(tmp_path / "my-study", [file], None, visit)
    said = "data/labs.csv, column Meal: Rows differ in 'Meal' alone (2am, 8am, 2pm): several series of a subject."
    mend = "Keep one: write 'only: {\"Meal\": \"2am\"}' beside 'file:' under 'data:'."
    assert [str(fault) for fault in started.faults] == [f"{said} {mend}"]
    assert started.unused == ("Meal: several series of a subject, of which the study is to hold one",)
    yml = tmp_path / "my-study/report/study.yml"
    replace(yml, "visits: data/labs.csv", 'visits: {file: data/labs.csv, only: {"Meal": "2am"}}')
    assert len(read_cohort(tmp_path / "my-study", read_study(tmp_path / "my-study")).subjects) == 6
    poster = (tmp_path / "my-study/report/poster.qmd").read_text(encoding="utf-8")
    assert len(re.findall(r"visits=\[(.*)\]", poster)[-1].split(",")) == 4


@pytest.mark.parametrize(
    ("below", "first"),
    [
        (["Event,Who,When", "Rash,P1,3", "Cough,P2,4"], "Event, Who, When"),
        (["Patient,ESR 0,ESR 6", *(f"P{i},{i},{i + 2}" for i in range(12))], "Patient, ESR 0, ESR 6"),
    ],
)
def test_a_second_table_below_the_first_is_named(tmp_path: Path, below: list[str], first: str) -> None:
    rows = [f"P{i},{i},{i + 1}" for i in range(12)]
    file = write(tmp_path / "labs.csv", "Patient,CRP 0,CRP 6", [*rows, ",,", *below])
    try:
        faults = start(tmp_path / "study", [file]).faults
    except DataError as error:
        faults = error.faults[1:]
    assert str(faults[0]) == (
        f"data/labs.csv, row 15: A second table begins below an empty row: {first} ... "
        "Put it on a sheet, or into a file, of its own."
    )


def test_dates_of_which_day_and_month_cannot_be_told_apart_are_named(tmp_path: Path) -> None:
    rows = [f"P{i},0{month}/0{i + 1}/2021,{i + month}" for i in range(9) for month in (3, 6)]
    with pytest.raises(DataError, match=r"row 2, column Date: '03/01/2021' does not tell which is the day"):
        start(tmp_path / "study", [write(tmp_path / "labs.csv", "Patient,Date,CRP", rows)])


def test_sheets_that_are_a_visit_each_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for visit, name in enumerate(("Baseline", "Month 6")):
        sheet = book.create_sheet(name)
        sheet.append(["Patient", "CRP"])
        for i in range(9):
            sheet.append([f"P{i}", i + visit])
    book.save(tmp_path / "labs.xlsx")
    with pytest.raises(DataError, match=r"'Baseline', 'Month 6' are a visit each, .* with a column 'Visit'"):
        start(tmp_path / "study", [tmp_path / "labs.xlsx"])


@pytest.mark.parametrize("long", [False, True])
def test_a_second_sheet_of_measurements_is_no_file_of_the_subjects(tmp_path: Path, *, long: bool) -> None:
    book = openpyxl.Workbook()
    for name, heads in (("Labs", ["CRP", "ESR"]), ("Pain", ["VAS"])):
        sheet = book.create_sheet(name)
        columns = ["Month", *heads] if long else [f"{head} {visit}" for head in heads for visit in (0, 6)]
        sheet.append(["Patient", *columns])
        for i in range(9):
            for visit in (0, 6) if long else (0,):
                sheet.append([f"P{i}", *([visit, *(i + visit for _ in heads)] if long else [i, i + 1] * len(heads))])
    people = book.create_sheet("People")
    for row in (["Patient", "Sex"], *([f"P{i}", "fm"[i % 2]] for i in range(8))):
        people.append(row)
    book.save(tmp_path / "clinic.xlsx")
    study, started = new(tmp_path, tmp_path / "clinic.xlsx")
    assert (study.data.subjects, started.faults, dict(study.characteristics)) == (None, (), {})
    unused, lacking = started.unused
    assert lacking == "data/clinic.xlsx, sheet People: it lacks the subject 'P8' of data/clinic.xlsx, sheet Labs"
    assert unused.startswith("data/clinic.xlsx, sheet Pain: a second table of measurements (vas); put the columns")


def test_of_several_limits_of_detection_each_cell_has_its_own(tmp_path: Path) -> None:
    rows = [f"P{i},{('<0.3', '<0.5', 4)[i % 3]},{('<5', 7)[i % 2]}" for i in range(12)]
    study, started = new(tmp_path, write(tmp_path / "labs.csv", "Patient,CRP 0,CRP 6", rows))
    assert (study.endpoints["crp"].limit_of_detection, started.faults) == (None, ())
    assert any("several limits of detection (0.3, 0.5, 5)" in guess for guess in started.guesses)
    assert read_cohort(tmp_path / "my-study", study).censored["crp"].sum() == 14


def test_a_limit_without_a_number_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    rows = [f"P{i},{'<LOD' if i == 3 else i},{i + 1}" for i in range(20)]
    study, started = new(tmp_path, write(tmp_path / "labs.csv", "Patient,CRP 0,CRP 6", rows))
    (fault,) = started.faults
    assert str(fault).startswith("data/labs.csv, row 5, column CRP 0: '<LOD' is a limit without its number.")
    assert study.endpoints["crp"].limit_of_detection is None


def test_a_row_without_a_subject_is_named_and_spoils_no_guess(tmp_path: Path) -> None:
    rows = [*(f"P{i},{i}.5,{i + 1}.5" for i in range(8)), ",4.12345,5.12345"]
    study, started = new(tmp_path, write(tmp_path / "labs.csv", "Patient,CRP 0,CRP 6", rows))
    assert [str(fault) for fault in started.faults] == [
        "data/labs.csv, row 10, column Patient: The cell is empty. Every row needs it."
    ]
    assert study.endpoints["crp"].decimals == 1
