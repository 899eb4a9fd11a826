"""Finished documents against results, data and each other: an edit is found, what is right passes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from studies import cohortpress, environment, language_of, replace

from cohortpress.result import ResultSet
from cohortpress.study import read_study
from cohortpress.verify import Report, verify

ABSTRACT, POSTER, RESULTS = "abstract.html", "poster.html", "results.json"


def checked(folder: Path, computed: ResultSet | None = None) -> Report:
    """Verify the outputs of a study with the number words of its language."""
    study, output = read_study(folder), folder / "_output"
    return verify(output, folder, study, language_of(study), computed)


def wrong(report: Report) -> list[str]:
    """Return what failed: file and name of each check."""
    return [f"{check.place}: {check.name}" for check in report.checks if not check.ok]


def edit(file: Path, pattern: str, new: str) -> str:
    """Change the first place of a file that matches, and return what stood there."""
    text = file.read_text(encoding="utf-8")
    found = re.search(pattern, text)
    assert found, f"{file.name} has no {pattern}"
    file.write_text(text[: found.start()] + found.expand(new) + text[found.end() :], encoding="utf-8")
    return found[0]


@pytest.mark.parametrize("study", ["built_flagship", "built_second_study"])
def test_what_was_just_built_is_right(study: str, request: pytest.FixtureRequest) -> None:
    report = checked(request.getfixturevalue(study))
    assert report.ok, str(report)
    places = [check.place for check in report.checks]
    for ending in (
        "abstract.html",
        "abstract.pdf",
        "abstract.docx",
        "abstract.txt",
        "poster.html",
        "poster.pdf",
    ):
        assert ending in places
    assert all(
        check.count for check in report.checks if check.name != "other numbers, all declared or conventions"
    )


@pytest.mark.parametrize(
    ("file", "pattern", "new", "place"),
    [
        (ABSTRACT, r'(data-result="crp\.month_6\.median"[^>]*>)1\.2', r"\g<1>1.3", ABSTRACT),
        (ABSTRACT, r'(data-result="cohort\.n"[^>]*>)Eight', r"\1Nine", ABSTRACT),
        (ABSTRACT, r'(data-result=")crp\.month_6\.median', r"\1crp.month_7.median", ABSTRACT),
        (ABSTRACT, r'<span class="result" data-result="age\.median"[^>]*>(27\.5)</span>', r"\1", ABSTRACT),
        (ABSTRACT, r'(data-constant="alpha"[^>]*>)0\.05', r"\g<1>0.01", ABSTRACT),
        (ABSTRACT, r"Conclusions</h2>\s*<p>", r"\g<0>In 83 others it was the same. ", ABSTRACT),
        (ABSTRACT, r"(<title>[^<]*median: )5\.10", r"\g<1>5.20", "abstract.pdf"),
        (ABSTRACT, r"(<text[^>]*>)1\.90", r"\g<1>1.80", "abstract.pdf"),
        (ABSTRACT, r'("value":")27\.5', r"\g<1>27.6", ABSTRACT),
        (ABSTRACT, "refractory so-", "severe so-", "abstract.pdf"),
        (POSTER, r'(data-result="crp\.month_6\.max"[^>]*>)1\.4', r"\g<1>1.5", POSTER),
        (POSTER, r"at six months", "at two months", "poster.pdf"),
        ("abstract.txt", r"0\.046", "0.045", "abstract.txt"),
        ("abstract.txt", r"Eight patients", "Nine patients", "abstract.txt"),
        ("abstract.txt", r"Steroids were", "In 12 others steroids were", "abstract.txt"),
        ("abstract.txt", r"0\.6–23", "<0.6–23", "abstract.txt"),
        ("tables/poster-endpoints.csv", r"0\.046", "0.045", "tables/poster-*.csv"),
        ("tables/abstract-endpoints.csv", r"\n[^\n]*\n\Z", "\n", "tables/abstract-*.csv"),
        (RESULTS, r'("id": "crp\.month_6\.median".*"text": ")1\.2', r"\g<1>1.1", RESULTS),
        (RESULTS, r'("id": "crp\.month_6\.median".*"value": )1\.2', r"\g<1>1.1", RESULTS),
    ],
)
def test_an_edit_is_found(flagship_to_change: Path, file: str, pattern: str, new: str, place: str) -> None:
    edit(flagship_to_change / "_output" / file, pattern, new)
    report = checked(flagship_to_change)
    assert not report.ok
    assert place in {check.place for check in report.checks if not check.ok}


HARD = """
### A list

1. First of **{{ words(cohort.n) }}**, *in* {{ constants.large }} cells
2. "Quoted", it's an ellipsis ... and a dash -- so; {{ crp.month_6.vs_baseline.hodges_lehmann }} (CO~2~)
    a. nested {{ age.median }}

- bullet with a [link](https://example.org/a/1), cells in 10^9^/l and viruses in 10^-3^

A footnote[^one] and `code`, antidisestablishmentarianism and pneumonoultramicroscopicsilicovolcanoconiosis,
p {{ crp.month_6.vs_baseline.p_value }}.[^two]

[^one]: It says {{ esr.month_6.median }}.
[^two]: It says {{ esr.month_6.n }}.

Term
:   Definition {{ crp.month_6.n }}

> Quote {{ crp.baseline.max }}

## Conclusions
"""


def test_lists_notes_hyphens_and_typography_raise_no_false_alarm(flagship: Path) -> None:
    replace(flagship / "report/abstract.qmd", "\n## Conclusions\n", HARD)
    edit(
        flagship / "report/study.yml",
        "(?m)^constants:.*$",
        "\\g<0>\n  large: '12\N{NARROW NO-BREAK SPACE}345'",
    )
    edit(flagship / "report/study.yml", r"abstract: \{page: A4\}", "abstract: {page: A3}")
    style = flagship / "templates/themes/base/abstract.css"
    ugly = "p, li { hyphens: auto; text-align: justify } h2 { text-transform: uppercase }"
    style.write_text(f"{style.read_text(encoding='utf-8')}\n{ugly}\n", encoding="utf-8")
    built = cohortpress(flagship, "build", "abstract")
    assert built.returncode == 0, built.stderr
    report = checked(flagship)
    assert report.ok, str(report)


def test_two_numbers_that_change_places_are_found(flagship_to_change: Path) -> None:
    text = flagship_to_change / "_output/abstract.txt"
    edit(text, r"0\.75–2\.13", "2.13–0.75")
    assert wrong(checked(flagship_to_change)) == ["abstract.txt: pieces of text as in abstract.html"]


@pytest.mark.parametrize("ending", ["pdf", "docx", "txt"])
def test_a_missing_or_a_broken_file_is_found(flagship_to_change: Path, ending: str) -> None:
    file = flagship_to_change / f"_output/abstract.{ending}"
    file.write_bytes(b"%PDF-1.7 and no more \xff")
    assert wrong(checked(flagship_to_change)) == [f"abstract.{ending}: pieces of text as in abstract.html"]
    file.unlink()
    assert wrong(checked(flagship_to_change)) == [f"abstract.{ending}: pieces of text as in abstract.html"]


@pytest.mark.parametrize("file", ["abstract.html", "results.json"])
def test_without_what_all_else_is_held_against_nothing_is_right(flagship_to_change: Path, file: str) -> None:
    study, output = read_study(flagship_to_change), flagship_to_change / "_output"
    (output / file).unlink()
    report = verify(output, flagship_to_change, study, language_of(study))
    assert not report.ok
    assert file in str(report)


def test_a_study_without_a_poster_is_right(flagship_to_change: Path) -> None:
    output = flagship_to_change / "_output"
    for file in (*output.glob("poster.*"), *output.glob("tables/poster-*")):
        file.unlink()
    assert checked(flagship_to_change).ok


def test_a_table_file_that_no_document_shows_is_found(flagship_to_change: Path) -> None:
    output = flagship_to_change / "_output/tables"
    shutil.copy(output / "poster-endpoints.csv", output / "poster-old.csv")
    assert wrong(checked(flagship_to_change)) == ["tables/poster-*.csv: cells as in the page's tables"]


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.write_text(
            file.read_text(encoding="utf-8").replace("24.6", "24.7"), encoding="utf-8"
        ),
        lambda file: file.unlink(),
    ],
)
def test_outputs_that_are_older_than_the_data_are_found(
    flagship_to_change: Path, change: Callable[[Path], None]
) -> None:
    change(flagship_to_change / "data/visits.csv")
    report = checked(flagship_to_change)
    assert wrong(report) == ["data: files as they were analysed"]
    assert "data/visits.csv" in str(report)


def test_results_that_another_analysis_does_not_give_are_found(built_flagship: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    shutil.copy(built_flagship / "_output/results.json", other)
    computed = ResultSet.from_json(other.read_text(encoding="utf-8"))
    assert checked(built_flagship, computed).ok
    edit(other, r'("id": "crp\.month_6\.median".*"value": )1\.2', r"\g<1>1.1")
    computed = ResultSet.from_json(other.read_text(encoding="utf-8"))
    assert wrong(checked(built_flagship, computed)) == ["results.json: results as computed and formatted"]


def test_what_lies_elsewhere_can_be_checked_before_it_is_published(built_flagship: Path) -> None:
    study, output = read_study(built_flagship), built_flagship / "_output"
    files = {file.relative_to(output).as_posix(): file for file in output.rglob("*") if file.is_file()}
    names = {name: path for name, path in files.items() if not name.startswith("poster")}
    places = {check.place for check in verify(names, built_flagship, study, language_of(study)).checks}
    assert "abstract.pdf" in places
    assert not any(place.startswith("poster") for place in places)


def test_the_report_is_short_and_for_machines_too(flagship_to_change: Path) -> None:
    edit(flagship_to_change / "_output/abstract.txt", r"0\.046", "0.045")
    report = checked(flagship_to_change)
    lines = str(report).splitlines()
    assert len(lines) == len(report.checks) + 1
    at = next(i for i, line in enumerate(lines) if line.startswith("WRONG"))
    assert lines[at + 1].endswith("should be 0.046, is 0.045")
    data = json.loads(report.to_json())
    assert data["ok"] is False
    (failed,) = [check for check in data["checks"] if not check["ok"]]
    assert failed["place"] == "abstract.txt"
    assert failed["findings"][0]["expected"] == "0.046"
    assert failed["findings"][0]["found"] == "0.045"


def test_it_is_fast_and_needs_none_of_the_libraries_of_the_build(built_flagship: Path) -> None:
    slow = ("pandas", "scipy", "matplotlib", "weasyprint")
    code = f"""
import sys, time
from pathlib import Path
from cohortpress.freshness import packaged_templates
from cohortpress.study import read_study
from cohortpress.templating import read_language
from cohortpress.verify import verify
folder = Path({str(built_flagship)!r})
study = read_study(folder)
language = read_language(study, [packaged_templates()])
start = time.process_time()
verify(folder / "_output", folder, study, language)
print(time.process_time() - start, *[name for name in {slow} if name in sys.modules])
"""
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    seconds, *loaded = run.stdout.split()
    assert loaded == []
    assert float(seconds) < 0.4
