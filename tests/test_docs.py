"""What the documentation shows is what happens; see pages.py."""

from __future__ import annotations

import doctest
import re
import runpy
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml
from pages import DOCS, Reader, prints, steps
from studies import ROOT, environment

from cohortpress.cli import main
from cohortpress.fonts import font_file
from cohortpress.glossary import MEASURES
from cohortpress.own_fonts import cautions
from cohortpress.paper import PAPER
from cohortpress.study.model import _Part
from cohortpress.style import DRAWN_ON, Layout, load_theme
from cohortpress.templating import COMPOSED

FETCHED = re.compile(r"(?:\bsrc=\"|<link [^>]*href=\"|url\([\"']?|@import [\"']?)((?:https?:)?//[^\"')]+)")
FOLLOWED = [page for page in DOCS if steps(page.read_text(encoding="utf-8"))]
PYTHON = [page for page in DOCS if ">>> " in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.stem)
def test_what_a_page_shows_is_what_happens(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    reader = Reader(text, tmp_path / "reader")
    for step in steps(text):
        reader.follow(step)


def test_the_site_builds_without_a_warning_and_asks_nothing_of_any_network(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "docs", "site"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    pages = {page.relative_to(tmp_path / "site").as_posix(): page for page in (tmp_path / "site").rglob("*.html")}
    assert {"index.html", "tutorial.html", "reference/study.html", "reference/commands.html"} <= pages.keys()
    for file in [*pages.values(), *(tmp_path / "site").rglob("*.css")]:
        text = file.read_text(encoding="utf-8")
        assert FETCHED.findall(text) == [], file.name


def test_the_reference_has_every_key_macro_command_and_measure(tmp_path: Path) -> None:
    runpy.run_path(str(ROOT / "tools/reference.py"))["write"](tmp_path)
    pages = {page.stem: page.read_text(encoding="utf-8") for page in tmp_path.glob("*.md")}
    for part in _Part.__subclasses__():
        for key in part.model_fields:
            assert f"| `{key}` | " in pages["study"]
    for library in ("blocks.jinja", "language/en.jinja"):
        text = (ROOT / "templates" / library).read_text(encoding="utf-8")
        for name, asked in re.findall(r"macro (\w+)\((.*?)\)", text):
            row = rf"^\| `{name}\({re.escape(asked)}\)` \| \S"
            assert re.search(row, pages["macros"], re.M), f"{name} has no comment above it"
    for name in main.commands:
        assert f"\n## cohortpress {name}\n" in pages["commands"]
        assert f"Usage: cohortpress {name}" in pages["commands"]
    for name in MEASURES.keys() | COMPOSED.keys():
        assert f"| `{name}` | " in pages["values"]


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.stem)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```|`[^`\n]+`", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text):
        assert "://" in target or (page.parent / target).exists(), target


def test_pictures_are_small() -> None:
    assert [file.name for file in ROOT.glob("docs/**/*.png") if file.stat().st_size > 150_000] == []


def test_the_sentence_that_restyle_shows_is_that_of_the_language_file() -> None:
    text = (ROOT / "docs/restyle.md").read_text(encoding="utf-8")
    shown = re.search(r"^    \{% macro .*?endmacro %\}", text, re.M | re.S)
    assert shown
    assert textwrap.dedent(shown[0]) in (ROOT / "templates/language/en.jinja").read_text(encoding="utf-8")


def test_the_figure_of_the_layout_that_restyle_shows_is_as_wide_as_its_area() -> None:
    text = (ROOT / "docs/restyle.md").read_text(encoding="utf-8")
    shown = re.search(r"^    poster:\n      portrait:\n(?:     .*\n)+", text, re.M)
    assert shown
    layout = Layout.model_validate(yaml.safe_load(shown[0])["poster"]["portrait"])
    poster = load_theme("classic", [ROOT / "templates/themes"]).poster
    assert layout.areas[2].split()[1] == "figures"
    of_columns = PAPER[DRAWN_ON["poster"]][0] - 2 * poster.margin_mm - poster.gutter_mm
    assert layout.figure.width_mm == pytest.approx(of_columns * layout.columns[1] / sum(layout.columns), abs=1)


def test_the_font_of_ones_own_that_restyle_shows_is_one(tmp_path: Path) -> None:
    text = (ROOT / "docs/restyle.md").read_text(encoding="utf-8")
    shown = re.findall(r"^    fonts:\n(?:      .*\n)+", text, re.M)
    assert len(shown) == 2
    for block in shown:
        ours = tmp_path / "ours"
        shutil.copytree(ROOT / "templates/themes/classic", ours, dirs_exist_ok=True)
        theme = (ours / "theme.yml").read_text(encoding="utf-8")
        theme = re.sub(r"^fonts:\n(?:  .*\n)+", textwrap.dedent(block), theme, flags=re.M)
        (ours / "theme.yml").write_text(theme, encoding="utf-8")
        for name in re.findall(r"\S+\.ttf", block):
            shutil.copy(font_file("Source Sans Pro/Regular"), ours / name)
        fonts = load_theme("ours", [tmp_path]).fonts
        assert [fonts["text"].name, fonts["display"].name] in (["IBM Plex Sans", "IBM Plex Sans"], ["Lato", "Lato"])
        assert list(cautions(fonts, ours, "")) == []


@pytest.mark.parametrize("page", PYTHON, ids=lambda page: page.stem)
def test_the_python_of_a_page_runs_as_printed(page: Path) -> None:
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert failed == 0
    assert tried > 1


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a b\nc\n", "a b\n  c\n", True),
        ("a ... c", "a b b c", True),
        ("a\n...\nc", "a\nc", True),
        ("a\n...\n", "a\n", True),
        ("...", "anything", True),
        ("a", "a b", False),
        ("a ... c", "b c", False),
        ("p = 0.05", "p = 0x05", False),
    ],
)
def test_what_is_shown_is_compared_with_what_is_printed(shown: str, printed: str, same: bool) -> None:
    assert prints(shown, printed) is same
