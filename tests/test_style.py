"""Page sizes, themes and style sheets."""

from __future__ import annotations

import base64
import io
import re
import shutil
from pathlib import Path
from typing import Literal, get_args

import pytest
from fontTools.ttLib import TTFont

from cohortpress.errors import StyleError
from cohortpress.fonts import EVERYWHERE, FACES, FONTS, bundled, font_file, lacking
from cohortpress.legibility import contrast, faint, missing_letters, unknown_tokens
from cohortpress.own_fonts import Font, Role
from cohortpress.paper import parse_page_size
from cohortpress.style import FULL, Amount, Document, Theme, load_theme, stylesheet

THEMES = Path(__file__).parents[1] / "templates" / "themes"
NAMES = sorted(file.parent.name for file in THEMES.glob("*/theme.yml"))
DOCUMENTS: tuple[Document, ...] = get_args(Document)
PAGES = ("A0", "A0 landscape", "90x120cm")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A study's own themes, with a copy of `classic` to change."""
    shutil.copytree(THEMES / "classic", tmp_path / "classic")
    return tmp_path


# ISO 216 for A, ANSI Y14.1 for Letter, one inch 25.4 mm.
@pytest.mark.parametrize(
    ("text", "width", "height", "shape"),
    [
        ("A4", 210, 297, "portrait"),
        ("a4", 210, 297, "portrait"),
        ("Letter", 215.9, 279.4, "portrait"),
        ("US Letter", 215.9, 279.4, "portrait"),
        ("us letter landscape", 279.4, 215.9, "landscape"),
        ("A0", 841, 1189, "portrait"),
        ("A0 landscape", 1189, 841, "landscape"),
        ("A1  Portrait", 594, 841, "portrait"),
        ("90x120cm", 900, 1200, "portrait"),
        ("48x36in", 1219.2, 914.4, "landscape"),
        ("48 × 36 in", 1219.2, 914.4, "landscape"),
        ("900 x 1200 mm", 900, 1200, "portrait"),
        ("100x100cm", 1000, 1000, "portrait"),
    ],
)
def test_page_sizes(text: str, width: float, height: float, shape: str) -> None:
    size = parse_page_size(text)
    assert size.width_mm == pytest.approx(width)
    assert size.height_mm == pytest.approx(height)
    assert (size.name, size.shape) == (text, shape)


@pytest.mark.parametrize(
    "text", ["", "A9", "A0 sideways", "90x120", "90cm", "x", "0x0mm", "1x1mm", "9x9m", "999x999in", "-1x5cm", "US A4"]
)
def test_what_is_no_page_size_says_what_is(text: str) -> None:
    with pytest.raises(StyleError, match=r"is not a page size.*Letter.*90x120cm"):
        parse_page_size(text)


def test_an_unknown_theme_names_the_known_ones() -> None:
    with pytest.raises(StyleError, match=r"no theme 'clasic'\. Did you mean 'classic'\? Known: billboard, cl"):
        load_theme("clasic", [THEMES])


def test_the_studys_own_theme_wins(own: Path) -> None:
    file = own / "classic" / "theme.yml"
    file.write_text(file.read_text("utf-8").replace("title: 2.1", "title: 4.2"), "utf-8")
    assert load_theme("classic", [own, THEMES]).sizes["title"] == 4.2
    assert load_theme("classic", [THEMES, own]).sizes["title"] == 2.1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: 2.1", "title: two", "^templates/themes/classic/theme.yml, line LINE: sizes.title: .*number"),
        ('ink: "#16191d"', "ink: black", "line LINE: colours.light.ink: 'black' is no colour. Write six hexadecimal"),
        ('ink: "#16191d"', "ink: #16191d", 'light.ink is empty. .*as "#14532d": an unquoted # begins'),
        ("title: ", "title: 2,45 # ", "line LINE: sizes.title: '2,45' is no number. Write 2.45.$"),
        ("across: 3", "across: 3,5", "line LINE: '5' cannot be a key. Write a decimal with a point"),
        ("    accent:", "    accnt:", r"^\S*, line LINE: Unknown key 'colours.light.accnt'. Did you mean 'accent'\?$"),
        ("    accent:", "    # accent:", "The key 'colours.light.accent' is missing. Add it.$"),
        ("  dark:", "  night:", "Unknown key 'colours.night'"),
        ("fonts:", "typefaces:", "The key 'fonts' is missing.*\n.*LINE: Unknown key 'typefaces'. Known: abstract,"),
        ("[24, 25, 32]", "[24, 25]", "line LINE: poster.text_pt has too few entries"),
        ("    ink:", "\tink:", "line LINE: A tab stands here. Indent with spaces.$"),
        ("text: Source Sans Pro", "text: Comic Sans", "line LINE: fonts.text: .*Source Serif Pro"),
        ("- table table patients\n", "- table patients\n", ": the row 'table patients' does not name 3 columns"),
        ("methods methods safety", "methods methods table", "'table' is not one rectangle"),
        ("margin_mm: 38", "margin_mm: -1", "poster.margin_mm: .*greater than 0"),
        ("colours:", "x: &a [*a]\ncolours:", "theme.yml: A part holds itself"),
        ("colours:", "# \x01\ncolours:", "theme.yml: This is not YAML: unacceptable character #x0001"),
        ("sizes:", "sizes: {", "line 3.*not YAML|not YAML"),
    ],
)
def test_faults_of_a_theme_say_where(own: Path, old: str, new: str, message: str) -> None:
    file = own / "classic" / "theme.yml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(StyleError, match=message.replace("LINE", str(line))):
        load_theme("classic", [own])


def test_a_colour_in_capitals_is_the_same_colour(own: Path) -> None:
    file = own / "classic" / "theme.yml"
    file.write_text(file.read_text("utf-8").replace('ink: "#16191d"', 'ink: "#16191D"', 1), "utf-8")
    assert load_theme("classic", [own]).colours["light"].ink == "#16191d"


def test_all_that_a_theme_lacks_is_told_at_once(own: Path) -> None:
    (own / "classic" / "theme.yml").write_text('colours:\n  light:\n    accent: "#14532d"\n  dark: {}\n', "utf-8")
    with pytest.raises(StyleError) as raised:
        load_theme("classic", [own])
    (fault,) = raised.value.faults
    assert str(fault).startswith("templates/themes/classic/theme.yml: 23 keys are missing: colours.light.paper, ")
    assert str(fault).endswith(", abstract. A theme needs all keys: copy the theme.yml of 'classic', and change that.")


def test_an_empty_theme_is_no_theme(own: Path) -> None:
    (own / "classic" / "theme.yml").write_text("", "utf-8")
    with pytest.raises(StyleError, match="holds no keys"):
        load_theme("classic", [own])


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # WebAIM's example of the limit


@pytest.mark.parametrize("name", NAMES)
def test_the_themes_are_legible_and_use_no_unknown_token(name: str, cache: Path) -> None:
    theme = load_theme(name, [THEMES])
    assert list(faint(theme)) == []
    for document in ("abstract", "poster"):
        assert list(unknown_tokens(stylesheet(theme, document, parse_page_size("A4"), cache=cache), "")) == []


def test_what_is_hard_to_read_is_told(own: Path) -> None:
    theme = load_theme("classic", [own])
    light = theme.colours["light"].model_copy(update={"on_band": theme.colours["light"].band})
    (told,) = faint(theme.model_copy(update={"colours": {**theme.colours, "light": light}}))
    assert str(told) == (
        "templates/themes/classic/theme.yml, line 11: 'on_band' on 'band' has a contrast of 1.0 (light scheme); "
        "it needs 4.5. Make one of the two darker or lighter."
    )
    css = ":root { --accent: red } p { color: var(--acent); width: var(--wide, 9em) } /* var(--old) */"
    (told,) = unknown_tokens(css, "here")
    assert str(told) == "here: Nothing sets --acent. Did you mean '--accent'?"


def test_an_unknown_token_is_told_at_each_of_its_lines(own: Path, cache: Path) -> None:
    (own / "classic" / "abstract.css").write_text(
        "/* var(--acent)\n */ p { color: var(--acent) }\n\nb { color: var(--acent) }", "utf-8"
    )
    said = [str(fault) for fault in unknown_tokens(sheet(load_theme("classic", [own, THEMES]), cache), "here")]
    assert said == [
        f"templates/themes/classic/abstract.css, line {line}: Nothing sets --acent. Did you mean '--accent'?"
        for line in (2, 4)
    ]


@pytest.mark.parametrize(
    ("css", "line", "problem"),
    [
        ("p { color: red }\n\nb {\n  color: red;\n", 3, "'{' is not closed."),
        ("p { color: red\nb { color: red }\ni { color: red }\n", 1, "'{' is not closed."),  # not at the last rule
        ("@media print {\n  p {\n    color: red\n  b { color: red }\n}\n", 2, "'{' is not closed."),
        ("@media print {\n  p { color: red }\n", 1, "'{' is not closed."),
        ("p { color: red } }\nb { color: red }", 1, "'}' closes nothing."),
        ("p { color: red }\n/* red\nb { color: red }", 2, "'/*' is not closed."),
        ("p::before { content: 'a }\n", 1, "The quotation mark ' is not closed."),
        ("p {\n  width: calc(1px + (2px);\n  color: red }\nb { color: red }", 2, "'(' is not closed."),
        ("p[lang { color: red }\nb { color: red }", 1, "'[' is not closed."),
    ],
)
def test_what_does_not_end_in_its_file_is_refused(own: Path, cache: Path, css: str, line: int, problem: str) -> None:
    (own / "classic" / "abstract.css").write_text(css, "utf-8")
    with pytest.raises(StyleError) as raised:
        sheet(load_theme("classic", [own, THEMES]), cache)
    assert str(raised.value.faults[0]).startswith(f"templates/themes/classic/abstract.css, line {line}: {problem}")


@pytest.mark.parametrize(
    "css",
    [
        "p::before { content: '} /*' } b::after { content: \"\\\"{\" }",
        "p { color: red /* { ' */ } b { background: url(data:x{') }",
        ".a { color: red; &:hover { color: blue } .b { color: red } }",
        ".\\{ { color: red }",
        "p:is(.\\(, [lang]) { width: calc((1px + 2px) * 3); color: red) }",
    ],
)
def test_what_looks_unclosed_and_is_not_passes(own: Path, cache: Path, css: str) -> None:
    (own / "classic" / "abstract.css").write_text(css, "utf-8")
    assert css in sheet(load_theme("classic", [own, THEMES]), cache)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_contrast(name: str, scheme: Literal["light", "dark"]) -> None:
    colours = load_theme(name, [THEMES]).colours[scheme]
    for ground in (colours.paper, colours.tint):
        for text in (colours.ink, colours.muted, colours.accent, colours.worse):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(colours.on_band, colours.band) >= 4.5
    assert contrast(colours.course, colours.paper) >= 3  # a line needs less than text: WCAG 2.1, 1.4.11
    # Grey print and colour blindness: the median is told from the courses by its lightness too.
    assert contrast(colours.accent, colours.course) >= 1.5


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_theme_is_in_proportion_to_the_page(name: str, page: str) -> None:
    theme, size = load_theme(name, [THEMES]), parse_page_size(page)
    smallest, usual, largest = theme.text_pt("poster", size)
    assert smallest <= usual <= largest
    assert smallest >= 23.9, "24 pt can be read from 1 m"
    panels = theme.panels("poster", size, 3)
    room = size.width_mm - 2 * theme.poster.margin_mm
    assert panels.width_mm * panels.across < room * 1.05
    assert panels.font_pt >= 0.9 * smallest, "text in a figure is as large as around it"
    assert {"masthead", "message", "figures", "colophon"} <= set(theme.layout(size).names)


def test_panels_share_the_width() -> None:
    theme, a0 = load_theme("classic", [THEMES]), parse_page_size("A0")
    three, four, one = (theme.panels("poster", a0, count) for count in (3, 4, 1))
    assert (three.across, four.across, one.across) == (3, 2, 1)
    between = 18  # by theme.yml, as wide as the gutter: three panels stand on the three columns
    assert 3 * three.width_mm + 2 * between == pytest.approx(one.width_mm) == pytest.approx(2 * four.width_mm + between)
    half = 18 / 2  # of the gutter, where theme.yml says nothing
    landscape = theme.panels("poster", parse_page_size("A0 landscape"), 3)
    assert 3 * landscape.width_mm + 2 * half == pytest.approx(theme.poster.landscape.figure.width_mm)
    # A second row of panels is lower: both are not twice as high as one.
    assert three.height_mm == one.height_mm < 2 * four.height_mm < 1.5 * one.height_mm
    a1 = theme.panels("poster", parse_page_size("A1"), 3)
    assert a1.width_mm / three.width_mm == pytest.approx(0.7067, abs=0.001)  # sides of A1 and A0: 594 / 841
    assert a1.font_pt / three.font_pt == pytest.approx(0.7067, abs=0.001)
    # A short text leaves its room to the figures, but not where there are further rows of them.
    amounts = Amount(), Amount(0), Amount(0, 5), Amount(FULL * 11 // 10), Amount(3 * FULL)
    full, short, more, long, longest = (theme.panels("poster", a0, 3, amount=amount) for amount in amounts)
    assert full == three
    assert short.height_mm / full.height_mm == pytest.approx(1.75)
    assert more.height_mm < full.height_mm
    assert short.font_pt == more.font_pt == pytest.approx(1.33 * full.font_pt)
    # Beside a longer text they are lower, but never a mere strip, and their letters are those of the text.
    assert long.height_mm / full.height_mm == pytest.approx(0.8)
    assert longest.height_mm / full.height_mm == pytest.approx(0.6)
    assert longest.font_pt == full.font_pt
    # An abstract is full whatever stands in it.
    a4 = parse_page_size("A4")
    assert theme.panels("abstract", a4, 3, amount=Amount(100)) == theme.panels("abstract", a4, 3)


@pytest.mark.parametrize("name", NAMES)
def test_italics_of_title_and_message_are_in_a_face_that_has_them(name: str, cache: Path) -> None:
    theme = load_theme(name, [THEMES])
    css = stylesheet(theme, "poster", parse_page_size("A4"), cache=cache)
    display = theme.fonts["display"].name
    italic = f'font-family: "{display}"; font-weight: 400; font-style: italic' in css
    assert italic or ".message) em { font-family: var(--font-text) }" in css


def test_letters_that_the_fonts_lack_are_told() -> None:
    theme, here = load_theme("classic", [THEMES]), "report/poster.qmd"
    assert list(missing_letters(theme, "# Title\n\nTNF-α ≥ 1, **β**, a * b * α", here)) == []
    (italic,) = missing_letters(theme, "*TNF-α* and *μ*", here)
    assert str(italic) == (
        "report/poster.qmd: The font Source Sans Pro has no italic 'α μ': a font of this machine takes its place. "
        "Write it upright."
    )
    title, text = sorted(str(fault) for fault in missing_letters(theme, "# 字\n", here))[::-1]
    assert "Source Serif Pro has no '字'" in title
    assert "Source Sans Pro has no '字'" in text


def test_what_is_not_looked_for_all_fonts_have() -> None:
    for family in FONTS:
        for cut in FACES:
            assert lacking(bundled(family, cut), [*EVERYWHERE, "\u2060"]) == []
            with TTFont(font_file(f"{family}/{cut}")) as font:
                assert {ord(sign) for sign in EVERYWHERE} <= font.getBestCmap().keys()


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_style_sheet_needs_nothing_else(name: str, document: Document, cache: Path) -> None:
    css = stylesheet(load_theme(name, [THEMES]), document, parse_page_size("A4"), cache=cache)
    assert "size: 210.0mm 297.0mm" in css
    assert css.count("{") == css.count("}")
    assert not re.search(r"@import|https?:|url\((?!\"data:font/woff2;)", css)
    used = set(re.findall(r"var\(--([\w-]+)\)", css))
    of_a_figure = {"across", "beside", "ems"}
    assert used <= set(re.findall(r"--([\w-]+):", css)) | of_a_figure
    assert len(css) < 200_000, "a phone at a congress loads it"


def test_the_found_size_of_the_text_is_set(cache: Path) -> None:
    theme, page = load_theme("classic", [THEMES]), parse_page_size("A0")
    assert f"--text: {theme.poster.text_pt[1]:.2f}pt" in stylesheet(theme, "poster", page, cache=cache)
    assert "--text: 24.50pt" in stylesheet(theme, "poster", page, cache=cache, scale=24.5)


def faces(css: str) -> list[TTFont]:
    data = re.findall(r'url\("data:font/woff2;(?:face=[\w/%]+;)?base64,([^"]+)"\)', css)
    return [TTFont(io.BytesIO(base64.b64decode(face))) for face in data]


def sheet(theme: Theme, cache: Path, text: str = "") -> str:
    return stylesheet(theme, "abstract", parse_page_size("A4"), text=text, cache=cache)


def test_fonts_hold_the_characters_of_the_text(cache: Path) -> None:
    theme = load_theme("classic", [THEMES])
    rare = "Ж"  # in Source Sans, and not among the common ones
    for font in faces(sheet(theme, cache)):
        assert {ord(c) for c in "aé–−≤≥"} <= font.getBestCmap().keys()
        assert ord(rare) not in font.getBestCmap()
    assert ord(rare) in faces(sheet(theme, cache, rare))[0].getBestCmap()


def test_fonts_are_subset_once_and_always_alike(cache: Path, tmp_path: Path) -> None:
    theme = load_theme("classic", [THEMES])
    first = sheet(theme, cache)
    before = {file: file.stat().st_mtime_ns for file in cache.iterdir()}
    assert sheet(theme, cache) == first
    assert {file: file.stat().st_mtime_ns for file in cache.iterdir()} == before
    assert sheet(theme, tmp_path / "elsewhere") == first


def test_a_variable_font_gives_the_weights_that_are_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cohortpress.style.COMMON", frozenset("n"))  # few characters, for speed
    theme = load_theme("classic", [THEMES])
    plex: dict[Role, Font] = dict.fromkeys(("text", "display"), Font(name="IBM Plex Sans"))
    fonts = faces(sheet(theme.model_copy(update={"fonts": plex}), cache))
    assert [font["OS/2"].usWeightClass for font in fonts] == [400, 400, 600]
    assert not any("fvar" in font for font in fonts)
    widths = [font["hmtx"]["n"][0] / font["head"].unitsPerEm for font in fonts]
    assert widths[2] > widths[0], "the semibold is wider than the regular"


def test_a_missing_font_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FONTS, "Source Sans Pro", ("font_not_there", {"Regular": "x.ttf"}))
    with pytest.raises(StyleError, match="pip install font-not-there"):
        font_file("Source Sans Pro/Regular")
