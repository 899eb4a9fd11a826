"""Fonts that a page names and does not carry: each machine prints another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from studies import cohortpress

from cohortpress.legibility import foreign_fonts, foreign_fonts_in_text

THEMES = Path(__file__).parents[1] / "templates" / "themes"


@pytest.mark.parametrize(
    ("css", "named"),
    [
        ("p { font-family: P052, serif }", ["P052, line 1"]),
        ("/* font-family:\nOld */\np { color: red;\n font-family: \"URW Gothic\" , 'Source Sans Pro' }",
         ["URW Gothic, line 4"]),
        ("p { font-family: var(--font-text), SERIF } q { font: inherit } b { font-family: inherit !important }", []),
        ('p { font-family: "house  sans" }', []),
        ("p { font: italic 600 clamp(1rem, 2vw, max(2rem, 3px))/1.2 Lato Black, sans-serif }", ["Lato Black, line 1"]),
        ("p { font: 600 1.2rem / 1.4 var(--font-display) } h1 { font: large 'A B' }", ["A B, line 1"]),
        (":root { --font-text: Georgia; --house: 'Gill Sans', serif }\np { font-family: var(--house) }",
         ["Georgia, line 1", "Gill Sans, line 1"]),
        (":root { --font-size-small: .8rem; --font-h: Lato } p { font: 600 var(--font-size-small) var(--font-h) }",
         ["Lato, line 1"]),
        ("p { --my-font-family: x; font-feature-settings: 'tnum'; font-size: 3em; font-weight: bold }", []),
        ("@font-face { font-family: Own; src: url(data:font/woff2;base64,AA) } p { font-family: own }", []),
        ("@font-face { font-family: Own; src: local(Arial) } p { font-family: Own }", ["Own, line 1"]),
    ],
)  # fmt: skip
def test_a_family_that_no_page_carries_is_told(css: str, named: list[str]) -> None:
    found = [str(fault) for fault in foreign_fonts(css, "ours/poster.css", ["Source Sans Pro", "House Sans"])]
    told = [re.search(r"poster.css, (line \d+): The font '(.*?)' is named", fault) for fault in found]
    assert [f"{match[2]}, {match[1]}" for match in told if match] == named


def test_the_bundled_themes_name_no_foreign_font() -> None:
    for file in THEMES.glob("*/*.css"):
        assert list(foreign_fonts(file.read_text("utf-8"), "", [])) == []


def test_a_document_that_names_a_foreign_font_is_told() -> None:
    text = """[x]{style="color: red"} [y]{style="font-family: 'Gill Sans'"} <svg font-family="Lato">"""
    (told,) = foreign_fonts_in_text(text, "report/abstract.qmd", [])
    assert str(told).startswith("report/abstract.qmd: The font 'Gill Sans' is named")


def test_a_build_tells_it_with_the_file(flagship: Path) -> None:
    sheet = flagship / "templates/themes/classic/common.css"
    sheet.write_text("h1.title { font-family: P052 }\n", "utf-8")
    done = cohortpress(flagship, "fill")
    place = "warning: templates/themes/classic/common.css, line 1"
    assert f"{place}: The font 'P052' is named, which the page does not carry" in done.stderr
