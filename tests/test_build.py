"""The whole way, from the data to the finished files."""

from __future__ import annotations

import contextlib
import csv
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from studies import (
    cohortpress,
    contents,
    copy_flagship,
    environment,
    read_html,
    replace,
    state,
    text_of_html,
    text_of_pdf,
)

from cohortpress.build import Build, Options, build
from cohortpress.errors import OutputError

OUTPUTS = {
    "abstract.pdf",
    "abstract.html",
    "abstract.docx",
    "abstract.txt",
    "poster.pdf",
    "poster.html",
    "poster.png",
    "results.json",
    "tables/abstract-endpoints.csv",
    "tables/poster-endpoints.csv",
    "tables/poster-characteristics.csv",
    "tables/poster-adverse-events.csv",
}
STEP = re.compile(r"^ +\d+\.\d\d s  (.*)$", re.M)


def text_of_word(file: Path) -> str:
    with zipfile.ZipFile(file) as word:
        body = ElementTree.fromstring(word.read("word/document.xml"))
    return "".join(node.text or "" for node in body.iter() if node.tag.endswith("}t"))


def imported(folder: Path) -> tuple[list[str], set[str]]:
    """Build in a process of its own; return its steps and the libraries that it loaded."""
    code = (
        "import sys\nfrom cohortpress.cli import main\n"
        "try:\n    main(['build'])\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return STEP.findall(done.stderr), {name.partition(".")[0] for name in done.stdout.split()}


# -- what comes out


def test_the_outputs_are_those_that_are_promised(built_flagship: Path) -> None:
    made = set(contents(built_flagship / "_output"))
    assert made >= OUTPUTS
    assert {name for name in made - OUTPUTS if not name.startswith("tables/")} == set()


def test_the_pages_are_whole(built_flagship: Path) -> None:
    output = built_flagship / "_output"
    for document in ("abstract", "poster"):
        html = (output / f"{document}.html").read_text(encoding="utf-8")
        assert html.startswith("<!DOCTYPE html>")
        assert f'<body class="{document}">' in html
        assert not re.search(r"""(?:src|href)=["'](?!https?://doi\.org|data:|#)""", html)
        pdf = text_of_pdf(output / f"{document}.pdf")
        assert "Tocilizumab in adults with refractory" in pdf
        assert "Synthetic data" in pdf
    text = (output / "abstract.txt").read_text(encoding="utf-8")
    assert re.search(r"\d+ words, \d+ characters, \d+ without spaces; no limit known\.\n", text)
    assert "p = 0.046" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "0.0625" in text_of_word(output / "abstract.docx")
    assert (output / "poster.png").read_bytes().startswith(b"\x89PNG")


def test_the_second_study_builds_without_a_change_to_source_or_templates(built_second_study: Path) -> None:
    output = built_second_study / "_output"
    poster = text_of_html((output / "poster.html").read_text(encoding="utf-8"))
    assert "Grip rose in three of four." in poster
    assert "Sore finger" in poster
    abstract = (output / "abstract.html").read_text(encoding="utf-8")
    assert "Five climbers" in text_of_html(abstract)
    assert "<svg" in abstract
    for file in (output / "abstract.pdf", output / "poster.pdf"):
        assert "Finger strength of invented climbers" in text_of_pdf(file)
    everything = b"".join(contents(output).values()).lower()
    for word in (b"das-crp", b"tocilizumab", b"month_6"):
        assert word not in everything


def test_two_builds_in_two_folders_are_the_same_to_the_byte(built_flagship: Path, tmp_path: Path) -> None:
    other = copy_flagship(tmp_path / "quite another place")
    os.umask(umask := os.umask(0o077))
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = cohortpress(other, "build", TZ="Asia/Tokyo", PYTHONHASHSEED="7", LC_ALL="C", LANG="C", **cache)
    assert os.umask(umask) == umask
    assert done.returncode == 0, done.stderr
    ours, theirs = contents(built_flagship / "_output"), contents(other / "_output")
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


# -- what is made again


def test_nothing_changed_means_no_step_and_no_library(built_flagship: Path) -> None:
    before = state(built_flagship / "_output")
    steps, libraries = imported(built_flagship)
    assert steps == []
    assert not libraries & {
        "pandas",
        "scipy",
        "numpy",
        "matplotlib",
        "weasyprint",
        "pydantic",
        "jinja2",
        "yaml",
        "babel",
    }
    assert state(built_flagship / "_output") == before


def test_what_was_warned_of_is_told_again_although_nothing_is_made_again(flagship_to_change: Path) -> None:
    replace(flagship_to_change / "report/abstract.qmd", "## Background", "We saw 47 storks.\n\n## Background")
    first, again = (cohortpress(flagship_to_change, "build", STRICT="") for _ in range(2))
    assert first.stderr.count("'47'") == again.stderr.count("'47'") == 1
    assert "Nothing has changed." in again.stderr
    refused = cohortpress(flagship_to_change, "build", STRICT="1")
    assert refused.returncode == 1
    assert refused.stderr.count("'47'") == 1


def test_another_style_needs_no_engine(flagship_to_change: Path) -> None:
    cohortpress(flagship_to_change, "build")
    sheet = flagship_to_change / "templates/themes/base/common.css"
    sheet.write_text(sheet.read_text(encoding="utf-8") + "\nh1 { color: #123456 }\n", encoding="utf-8")
    steps, _ = imported(flagship_to_change)
    assert not [step for step in steps if "by pandoc" in step or "check of the prose" in step]


def test_a_picture_for_word_that_was_not_drawn_yet_is_drawn(flagship_to_change: Path) -> None:
    cohortpress(flagship_to_change, "build")
    before = contents(flagship_to_change / "_output")
    (flagship_to_change / "build/figures/abstract-courses-1.png").unlink()  # as a kill between two steps leaves it
    (flagship_to_change / "build/abstract.docx").unlink()
    (flagship_to_change / "_output/abstract.docx").unlink()
    steps, _ = imported(flagship_to_change)
    assert "abstract-courses-1 for Word" in steps
    assert contents(flagship_to_change / "_output") == before


def test_a_change_of_style_neither_computes_nor_draws(flagship_to_change: Path) -> None:
    cohortpress(flagship_to_change, "build")
    sheet = flagship_to_change / "templates/themes/base/common.css"
    sheet.write_text(sheet.read_text(encoding="utf-8") + "\nh1 { color: #123456 }\n", encoding="utf-8")
    steps, libraries = imported(flagship_to_change)
    assert not libraries & {"pandas", "scipy", "matplotlib"}
    assert not [step for step in steps if "prose" in step or "figure" in step or "analysis" in step]
    assert {"style of the abstract", "style of the poster", "PDF of the poster"} <= set(steps)
    for document in ("abstract", "poster"):
        assert "#123456" in (flagship_to_change / f"_output/{document}.html").read_text(encoding="utf-8")


def test_a_change_of_prose_neither_computes_nor_draws(flagship_to_change: Path) -> None:
    cohortpress(flagship_to_change, "build")
    replace(flagship_to_change / "report/abstract.qmd", "## Background", "## Quite another head")
    steps, libraries = imported(flagship_to_change)
    assert not libraries & {"pandas", "scipy", "matplotlib"}
    assert not [step for step in steps if "poster" in step or "figure" in step or "analysis" in step]
    assert "Quite another head" in text_of_pdf(flagship_to_change / "_output/abstract.pdf")


def test_a_sheet_that_moved_to_another_name_is_noticed(flagship_to_change: Path) -> None:
    base = flagship_to_change / "templates/themes/base"
    (base / "poster.css").rename(base / "posters.css")
    done = cohortpress(flagship_to_change, "fill")
    assert "style of the poster" in STEP.findall(done.stderr), done.stderr


def test_one_value_changes_text_tables_and_figures_of_both_documents(
    built_flagship: Path, flagship_to_change: Path
) -> None:
    """The highest CRP at six months becomes 7.7 mg/l: the published 1.4 may stand nowhere in its place."""
    with (flagship_to_change / "data/visits.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    highest = max((row for row in rows if row["visit"] == "month_6" and row["crp"]), key=lambda row: float(row["crp"]))
    assert highest["crp"] == "1.4"
    highest["crp"] = "7.7"
    with (flagship_to_change / "data/visits.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    done = cohortpress(flagship_to_change, "build")
    assert done.returncode == 0, done.stderr
    old, new = built_flagship / "_output", flagship_to_change / "_output"
    for document in ("abstract", "poster"):
        pages = [(folder / f"{document}.html").read_text(encoding="utf-8") for folder in (old, new)]
        assert {text for name, text in read_html(pages[0]).results if name == "crp.month_6.max"} == {"1.4"}
        assert {text for name, text in read_html(pages[1]).results if name == "crp.month_6.max"} == {"7.7"}
        drawn = [re.findall(r"<svg.*?</svg>", page, re.S) for page in pages]
        anew = [before for before, after in zip(*(d[:3] for d in drawn), strict=True) if before != after]
        assert [re.findall(r"<title>([^:]*)", panel) for panel in anew] == [["CRP"]]
        paper = re.sub(r"\s", "", text_of_pdf(new / f"{document}.pdf"))
        assert "(0.6–7.7" in paper
        assert "(0.6–1.4" not in paper
        for cells in (contents(folder)[f"tables/{document}-endpoints.csv"].decode() for folder in (new,)):
            assert "(0.6–7.7)" in cells
            assert "(0.6–1.4)" not in cells
    assert "(0.6–7.7" in (new / "abstract.txt").read_text(encoding="utf-8")
    assert "(0.6–7.7" in text_of_word(new / "abstract.docx")
    assert (old / "poster.png").read_bytes() != (new / "poster.png").read_bytes()


def test_a_table_that_is_no_longer_printed_goes_and_the_users_files_stay(flagship_to_change: Path) -> None:
    output = flagship_to_change / "_output"
    (output / "tables/mine.csv").write_text("mine")
    (output / "talk").mkdir()
    (output / "talk/slides.txt").write_text("mine")
    replace(flagship_to_change / "report/poster.qmd", "{{ adverse_events_table() }}", "")
    done = cohortpress(flagship_to_change, "build")
    assert done.returncode == 0, done.stderr
    names = set(contents(output))
    assert "tables/poster-adverse-events.csv" not in names
    assert {"tables/mine.csv", "talk/slides.txt", "tables/poster-endpoints.csv"} <= names


def test_a_script_that_workers_would_run_anew_is_told_how_to_begin(flagship: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    lines = ["from pathlib import Path", "from cohortpress.build import build", f"build(Path({str(flagship)!r}))"]
    script.write_text("\n".join(lines))
    done = subprocess.run([sys.executable, script], env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "A script that builds must do so below: if __name__ == '__main__':" in done.stderr


@pytest.mark.parametrize(
    ("step", "file", "old", "new"),
    [
        ("prose of the abstract", "report/abstract.qmd", "## Results", "## Shown"),
        ("prose of the abstract", "templates/themes/classic/theme.yml", 'muted: "#56606a"', 'muted: "#565657"'),
        ("HTML of the abstract, by pandoc", "templates/page.html", "<main>", "<main title='Shown'>"),
        ("text of the abstract", "report/study.yml", "Finger strength", "Shown"),
    ],
)
def test_what_is_saved_during_a_build_is_for_the_next(
    second_study: Path, step: str, file: str, old: str, new: str
) -> None:
    """Whatever the build had read of it before."""
    steps: list[str] = []

    def save(name: str, seconds: float) -> None:
        if name == step and name not in steps:
            replace(second_study / file, old, new)
        steps.append(name)

    options = Options("pandoc", documents=("abstract",))
    with contextlib.suppress(OutputError):  # which says that the study has been changed since it was analysed
        build(second_study, options, save)
    assert step in steps
    build(second_study, options, save)
    page = (second_study / "_output/abstract.html").read_text(encoding="utf-8")
    assert "Shown" in page or "#565657" in page
    steps.clear()
    build(second_study, options, save)
    assert steps == []


def test_a_number_in_a_tag_is_warned_of_once_and_refused_by_a_strict_build(second_study: Path) -> None:
    """Also where a lenient build has made all files before."""
    replace(second_study / "report/abstract.qmd", "{{ colophon() }}", "Of {{ 37 }} and 38.\n\n{{ colophon() }}")
    done = cohortpress(second_study, "build", "abstract")
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert [re.findall("37|38", line.partition("number")[2])[0] for line in said] == ["38", "37"]
    assert said[1].startswith("warning: abstract.html: The number '37' in 'Of 37 and 38.' is no result. Write the ")
    done = cohortpress(second_study, "build", "abstract")
    assert done.stderr.splitlines()[:2] == said, "nothing has changed"
    replace(second_study / "report/abstract.qmd", "and 38", "")
    assert cohortpress(second_study, "build", "abstract").returncode == 0
    done = cohortpress(second_study, "build", "abstract", STRICT="1")
    assert done.returncode == 1
    assert "error: abstract.html: 'Of 37 .': should be a result or a constant, is '37'." in done.stderr


@pytest.mark.parametrize("place", ["report/scan.png", "images/the clinic.png"])
def test_a_picture_that_changes_changes_in_page_and_word(second_study: Path, place: str) -> None:
    """Also one that lies elsewhere in the study, without a change of anything else."""
    picture = second_study / place
    picture.parent.mkdir(exist_ok=True)
    shown = f"![A clinic](<../{place}>)\n\n{{{{ colophon() }}}}"
    replace(second_study / "report/abstract.qmd", "{{ colophon() }}", shown)
    pages, media = [], []
    for colour in ("red", "blue"):
        Image.new("RGB", (8, 8), colour).save(picture)
        done = cohortpress(second_study, "build", "abstract")
        assert done.returncode == 0, done.stderr
        pages.append((second_study / "_output/abstract.html").read_bytes())
        with zipfile.ZipFile(second_study / "_output/abstract.docx") as word:
            media.append({word.read(name) for name in word.namelist() if name.startswith("word/media/")})
        assert picture.read_bytes() in media[-1]
    assert pages[0] != pages[1]


def test_a_document_is_filled_once_although_it_is_shown_before_word_has_its_pictures(second_study: Path) -> None:
    """As the preview shows it, and as Quarto lets it be filled by one command and printed by another."""
    steps: list[str] = []
    with Build(second_study, Options("pandoc", documents=("abstract",)), lambda step, _: steps.append(step)) as build:
        build.fill("abstract")
        build.run()
    assert steps.count("prose of the abstract") == steps.count("abstract-courses-1 for Word") == 1
    replace(second_study / "sessions.csv", "30.5", "31.5")
    assert "abstract-courses-1 for Word" in cohortpress(second_study, "fill").stderr
    done = cohortpress(second_study, "build", "abstract")
    assert "PDF of the abstract" in done.stderr
    assert "prose of the abstract" not in done.stderr.replace("check of the prose of the abstract", "")
