"""Whether what a theme draws and what a poster holds suit each other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cohortpress.layouts import USUAL, misfits, place_for
from cohortpress.paper import parse_page_size
from cohortpress.style import Theme, load_theme

THEMES = Path(__file__).parents[1] / "templates" / "themes"
NAMES = sorted(file.parent.name for file in THEMES.glob("*/theme.yml"))
A0, WIDE = parse_page_size("A0"), parse_page_size("A1 landscape")
FILE = "templates/themes/ours/theme.yml"
FEW = ("message", "figures", "methods")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    shutil.copytree(THEMES / "classic", tmp_path / "ours")
    return tmp_path / "ours" / "theme.yml"


def changed(file: Path, old: str, new: str, count: int = -1) -> tuple[Theme, int]:
    """Return the theme with what has been changed, and the line of the first change."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, count), "utf-8")
    return load_theme("ours", [file.parents[1]]), text[: text.index(old)].count("\n") + 1


def said(theme: Theme, blocks: tuple[str, ...] = FEW) -> list[str]:
    return [str(fault) for fault in misfits(theme, A0, blocks)]


@pytest.mark.parametrize("name", NAMES)
def test_the_packaged_themes_suit_a_study_that_fills_few_areas(name: str) -> None:
    theme = load_theme(name, [THEMES])
    for page in (A0, WIDE):
        assert list(misfits(theme, page, FEW)) == []
        assert set(theme.layout(page).names) == USUAL


def test_an_area_that_no_block_fills_is_told_with_its_line(file: Path) -> None:
    theme, line = changed(file, "background", "funding")
    assert said(theme) == [
        f"{FILE}, line {line}: No block fills the area 'funding'. "
        "Write '::: {.area .funding}' in report/poster.qmd, or take it out of the drawing."
    ]
    assert said(theme, (*FEW, "funding")) == []


def test_a_misspelt_area_is_told_with_the_block_that_it_is_for(file: Path) -> None:
    text = file.read_text("utf-8")
    screen = text.index("screen:")
    file.write_text(text[:screen] + text[screen:].replace("methods", "metods"), "utf-8")
    line = text[: text.index("methods", screen)].count("\n") + 1
    theme = load_theme("ours", [file.parents[1]])
    assert said(theme) == [
        f"{FILE}, line {line}: On screens the theme has no place for 'methods'. "
        "Did you mean 'methods' in place of 'metods', which no block fills?"
    ]
    theme, line = changed(file, "methods", "metods")
    mend = place_for("methods", theme, A0, FEW, "")
    assert mend == f"Did you mean 'metods'? No block fills that one: {FILE}, line {line}."


def test_a_block_that_the_screen_has_no_place_for_is_told(file: Path) -> None:
    theme, _ = changed(file, "methods methods safety", ". . safety")
    theme, _ = changed(file, "- methods methods patients\n      - . . safety", "- . . patients\n      - . . safety")
    (told,) = said(theme)
    assert told.endswith(": On screens the theme has no place for 'methods'. Draw it.")


# A0 is 841 mm wide (ISO 216); less two margins of 38 and a gutter of 18 that leaves 747, two thirds of which are 498.
@pytest.mark.parametrize(("width", "letters"), [(765, "smaller"), (498, ""), (510, ""), (380, "larger")])
def test_a_figure_has_the_width_that_its_columns_leave(file: Path, width: int, letters: str) -> None:
    text = file.read_text("utf-8")
    portrait, landscape = text.index("  portrait:"), text.index("  landscape:")
    rows = ("masthead masthead", "message message", "background figures", "methods figures", "colophon colophon")
    areas = "".join(f"      - {row}\n" for row in rows)
    figure = f"    figure: {{width_mm: {width}, height_mm: 192, font_pt: 25, across: 3}}\n"
    drawn = f"  portrait:\n{figure}    columns: [1, 2]\n    areas:\n{areas}"
    file.write_text(text[:portrait] + drawn + text[landscape:], "utf-8")
    line = text[:portrait].count("\n") + 2
    assert said(load_theme("ours", [file.parents[1]])) == [
        f"{FILE}, line {line}: width_mm is {width}, but the area 'figures' is 498 mm wide: its letters become "
        f"{letters}. "
        "Write 'width_mm: 498': that is what columns, margin and gutter leave."
        for _ in letters[:1]
    ]
