"""Fonts that a theme brings along, from its files to measured and drawn letters."""

from __future__ import annotations

import base64
import io
import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pypdfium2
import pytest
from fontTools.ttLib import TTCollection, TTFont
from PIL import Image
from studies import cohortpress

from cohortpress.build import Options
from cohortpress.errors import StyleError
from cohortpress.figures import Look
from cohortpress.figures.canvas import Ruler
from cohortpress.fonts import STAND_IN_NAME, bundled, cuts_to_draw, font_file, lacking
from cohortpress.freshness import last_build_if_unchanged
from cohortpress.legibility import missing_letters
from cohortpress.own_fonts import cautions
from cohortpress.paper import PanelSize, parse_page_size
from cohortpress.style import Theme, load_theme, stylesheet

THEMES = Path(__file__).parents[1] / "templates" / "themes"
PLEX = font_file("IBM Plex Sans/Regular")


def of_matplotlib(name: str) -> Path:
    """Return a font that Matplotlib brings: DejaVu has all signs, Computer Modern hardly any."""
    spec = find_spec("matplotlib")
    assert spec
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "mpl-data/fonts/ttf" / f"{name}.ttf"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The themes of a study: `ours` holds the files of some fonts, and names none of them."""
    folder = tmp_path / "templates/themes"
    shutil.copytree(THEMES / "classic", folder / "ours")
    for name, source in {"House-Regular": "DejaVuSans", "House-Bold": "DejaVuSans-Bold", "Poor": "cmr10"}.items():
        shutil.copy(of_matplotlib(source), folder / f"ours/{name}.ttf")
    shutil.copy(font_file("Source Sans Pro/It").with_suffix(".otf"), folder / "ours/House-Italic.otf")
    shutil.copy(PLEX, folder / "ours/Variable.ttf")
    return folder


HOUSE = "{name: House, regular: House-Regular.ttf, italic: House-Italic.otf, semibold: House-Bold.ttf}"


def name_fonts(themes: Path, text: str, display: str = "Source Serif Pro") -> None:
    file = themes / "ours/theme.yml"
    given, named = file.read_text("utf-8"), f"  text: {text}\n  display: {display}"
    file.write_text(re.sub(r"^  text: .*\n  display: .*", named, given, flags=re.M), "utf-8")


def theme_with(themes: Path, text: str, display: str = "Source Serif Pro") -> Theme:
    name_fonts(themes, text, display)
    return load_theme("ours", [themes], study=themes.parents[1])


def faces(theme: Theme, cache: Path, text: str = "") -> dict[tuple[str, str, str], TTFont]:
    """Return the fonts that a page carries, by family, weight and style."""
    css = stylesheet(theme, "abstract", parse_page_size("A4"), text=text, cache=cache)
    face = r'font-family: "([^"]+)"; font-weight: (\d+); font-style: (\w+);[^}]*?base64,([^"]+)"'
    return {(f, w, s): TTFont(io.BytesIO(base64.b64decode(data))) for f, w, s, data in re.findall(face, css)}


def test_a_page_carries_the_letters_of_own_fonts(own: Path, cache: Path) -> None:
    found = faces(theme_with(own, HOUSE, "House"), cache, "ā")
    house = {key[1:]: font for key, font in found.items() if key[0] == "House"}
    assert house.keys() == {("400", "normal"), ("400", "italic"), ("600", "normal")}
    assert "CFF " in house["400", "italic"], "an OpenType font stays one"
    for font in house.values():
        assert {ord(sign) for sign in "aé7ā"} <= font.getBestCmap().keys()
        assert len(font.getBestCmap()) < 300


def test_one_variable_font_is_all_weights(own: Path, cache: Path) -> None:
    theme = theme_with(own, "{name: House 3, regular: Variable.ttf, italic: Variable.ttf}")
    assert list(cautions(theme.fonts, theme.folder, "x")) == []
    found = faces(theme, cache)
    weights = [found["House 3", *face] for face in (("400", "normal"), ("600", "normal"))]
    assert [font["OS/2"].usWeightClass for font in weights] == [400, 600]
    assert not any("fvar" in font for font in weights)


@pytest.mark.parametrize("missing", ["semibold", "italic"])
def test_for_a_missing_cut_the_regular_stands_and_the_build_says_so(own: Path, cache: Path, missing: str) -> None:
    theme = theme_with(own, re.sub(rf", {missing}: [\w.-]+", "", HOUSE))
    (told,) = cautions(theme.fonts, theme.folder, "theme.yml, fonts")
    assert str(told).startswith(f"theme.yml, fonts.text: 'House' has no {missing}: ")
    face = ("400", "italic") if missing == "italic" else ("600", "normal")
    found = faces(theme, cache)
    assert found["House", *face]["hmtx"].metrics == found["House", "400", "normal"]["hmtx"].metrics
    agreed = theme_with(own, re.sub(rf"{missing}: [\w.-]+", f"{missing}: House-Regular.ttf", HOUSE))
    assert list(cautions(agreed.fonts, agreed.folder, "")) == []


def test_a_display_font_needs_one_cut(own: Path, cache: Path) -> None:
    theme = theme_with(own, "Source Sans Pro", "{name: House, semibold: House-Bold.ttf}")
    assert list(cautions(theme.fonts, theme.folder, "")) == []
    assert ("House", "600", "normal") in faces(theme, cache)


def test_a_font_that_forbids_it_is_told(own: Path) -> None:
    for licence, said in {0x2: "forbids documents to carry it", 0x100: "a part of it", 0x200: "bitmaps"}.items():
        with TTFont(own / "ours/House-Bold.ttf") as font:
            font["OS/2"].fsType = licence
            font.save(own / "ours/Strict.ttf")
        theme = theme_with(own, "Source Sans Pro", "{name: Strict, regular: Strict.ttf}")
        (told,) = cautions(theme.fonts, theme.folder, "theme.yml, fonts")
        assert said in str(told)
        assert f"'Strict.ttf' says that its licence {said}"[:30] in str(told)
        assert f"fsType {licence}" in str(told)


def broken(folder: Path) -> Iterator[None]:
    """Write files that are no fonts."""
    whole = (folder / "House-Bold.ttf").read_bytes()
    (folder / "Short.ttf").write_bytes(whole[: len(whole) // 2])
    (folder / "Text.otf").write_text("no font", "utf-8")
    collection = TTCollection()
    collection.fonts = [TTFont(folder / "House-Bold.ttf")]
    collection.save(folder / "Many.ttc")
    with TTFont(folder / "House-Bold.ttf") as font:
        del font["glyf"], font["loca"]
        font.save(folder / "Empty.ttf")
        yield


@pytest.mark.parametrize(
    ("text", "display", "message"),
    [
        ("Lato", "Source Sans Pro", "There is no font 'Lato'. Known: IBM Plex Sans, .*; or give its files: {na"),
        ("source sans pro", "Source Sans Pro", "There is no font 'source sans pro'. Did you mean 'Source Sans Pro'?"),
        ("5", "Source Sans Pro", "fonts.text: write the name of a font, or its name and files, as {name: Lato, reg"),
        ("{name: Lato, bold: House-Bold.ttf}", "Lato", "fonts.text: pages use no 'bold': name files under 'regular'"),
        ("{name: Lato, semibold: House-Bold.ttf}", "Lato", "fonts.text: 'Lato' has no regular. Name its file, as"),
        ("{name: L}, regular: House-Bold.ttf}", "Lato", "not YAML"),
        ("{name: 'L;}', regular: House-Bold.ttf}", "L;}", "fonts.text.name: 'L;}' is no name. Write letters"),
        ("{name: Lato, regular: House-Bld.ttf}", "Lato", "fonts.text.regular: There is no file 'House-Bld.ttf' in "
         "templates/themes/ours. Did you mean 'House-Bold.ttf'?"),
        ("{name: Lato, regular: ../../../../out.ttf}", "Lato", "'../../../../out.ttf' lies outside the study. Copy"),
        ('{name: Lato, regular: "L\\\\0.ttf"}', "Lato", "fonts.text.regular: No file is called 'L\\x00.ttf'. Copy the"),
        ("{name: Lato, regular: /etc/passwd}", "Lato", "fonts.text.regular: '/etc/passwd' lies outside the study."),
        ("{name: Lato, regular: Text.otf}", "Lato", "fonts.text.regular: 'Text.otf' is no font, or a broken one."),
        ("{name: Lato, regular: Short.ttf}", "Lato", "fonts.text.regular: 'Short.ttf' is cut off"),
        ("{name: Lato, regular: Many.ttc}", "Lato", "'Many.ttc' is a collection of several fonts. Name a file"),
        ("{name: Lato, regular: Empty.ttf}", "Lato", "'Empty.ttf' holds no outlines of letters. Name a file"),
        ("{name: IBM Plex sans, regular: House-Bold.ttf}", "Source Sans Pro", "fonts.text.name: 'IBM Plex Sans' comes "
         "with cohortpress, and these files are another font. Name it otherwise"),
        ("{name: Lato, regular: House-Bold.ttf}", "{name: lato, regular: House-Regular.ttf}",
         "fonts.display: 'text' and"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_font_is_said_once_with_its_line(own: Path, text: str, display: str, message: str) -> None:
    shutil.copy(own / "ours/House-Bold.ttf", own.parents[2] / "out.ttf")
    for _ in broken(own / "ours"):
        name_fonts(own, text, display)
    lines = (own / "ours/theme.yml").read_text("utf-8").splitlines()
    line = next(number for number, line in enumerate(lines, 1) if line.startswith("  text:"))
    line += "fonts.display" in message
    with pytest.raises(StyleError) as raised:
        load_theme("ours", [own], study=own.parents[1])
    (told,) = str(raised.value).splitlines()
    if "YAML" not in message:
        assert told.startswith(f"templates/themes/ours/theme.yml, line {line}: fonts.")
    assert re.search(re.escape(message).replace(r"\.\*", ".*"), told)


def test_a_link_out_of_the_study_is_refused(own: Path, tmp_path: Path) -> None:
    (own / "ours/Link.ttf").symlink_to(PLEX)
    with pytest.raises(StyleError, match="lies outside the study"):
        theme_with(own, "{name: Lato, regular: Link.ttf}")


def test_letters_that_are_broken_are_told_when_they_are_needed(own: Path, cache: Path) -> None:
    data = bytearray((own / "ours/House-Bold.ttf").read_bytes())
    with TTFont(own / "ours/House-Bold.ttf") as font:
        glyphs = font.reader.tables["glyf"]
    data[glyphs.offset : glyphs.offset + glyphs.length] = b"\xff" * glyphs.length
    (own / "ours/Bad.ttf").write_bytes(data)
    theme = theme_with(own, "{name: Bad, regular: Bad.ttf}")
    with pytest.raises(StyleError, match=r"The font 'Bad' is broken: no letters can be taken out of 'Bad\.ttf'"):
        faces(theme, cache)


def test_what_an_own_font_lacks_comes_from_another_that_the_page_carries(own: Path, cache: Path) -> None:
    theme = theme_with(own, "{name: Poor, regular: Poor.ttf, italic: Poor.ttf, semibold: Poor.ttf}", "Poor")
    signs = "≥−†‡\N{NARROW NO-BREAK SPACE}"
    assert set(lacking(theme.face("text", "Regular"), signs, unseen=True)) == set(signs)
    found = faces(theme, cache)
    for face in (("400", "normal"), ("400", "italic"), ("600", "normal")):
        assert {ord(sign) for sign in signs} <= found[STAND_IN_NAME, *face].getBestCmap().keys()
        assert ord("a") not in found[STAND_IN_NAME, *face].getBestCmap()
    css = stylesheet(theme, "abstract", parse_page_size("A4"), cache=cache)
    assert f'--font-text: "Poor", "{STAND_IN_NAME}", sans-serif;' in css
    here = "report/poster.qmd"
    faults = [str(fault) for fault in missing_letters(theme, "p ≥ 3, {x} 字", here)]
    mend = "Write it otherwise, or choose another font in theme.yml."
    assert faults == [
        f"{here}: The font Poor has no '≥': Source Sans Pro takes its place. {mend}",
        f"{here}: The font Poor has no '字': a font of this machine takes its place. {mend}",
    ]
    (message,) = missing_letters(theme_with(own, "Source Sans Pro", "{name: Poor, regular: Poor.ttf}"),
                                 "≥\n\n::: {.area .message}\n\nx ≥ 2\n\n:::\n", here)  # fmt: skip
    assert "The font Poor has no '≥': Source Sans Pro takes" in str(message)


def looked(theme: Theme, cache: Path) -> Look:
    regular, strong = (cuts_to_draw(theme.face("text", cut), cache) for cut in ("Regular", "Semibold"))
    return Look(PanelSize(60, 40, 10, 2), number=str, percent=str, regular=regular, strong=strong)


def advance(file: Path, string: str, weight: float | None = None) -> float:
    """Return the width of a text in em, without kerning, of a font as fontTools reads it."""
    from fontTools.varLib.instancer import instantiateVariableFont

    with TTFont(file) as font:
        if weight:
            instantiateVariableFont(font, {"wght": weight, "wdth": 100}, inplace=True)
        letters = font.getBestCmap()
        return float(sum(font["hmtx"][letters[ord(sign)]][0] for sign in string) / font["head"].unitsPerEm)


@pytest.mark.parametrize("text", ["IBM Plex Sans", "{name: House, regular: Variable.ttf}"])
def test_a_figure_measures_the_cut_of_a_variable_font_that_it_shows(own: Path, cache: Path, text: str) -> None:
    ruler = Ruler(looked(theme_with(own, text), cache))
    # Letters that stand in no pair with kerning: the width is the sum of theirs.
    for strong, weight in ((False, 400), (True, 600)):
        measured = ruler.width("nnnnnnnnnn", strong=strong) / ruler.em
        assert measured == pytest.approx(advance(PLEX, "n" * 10, weight), rel=0.02)
    assert ruler.width("median", strong=True) > 1.02 * ruler.width("median")


def test_a_figure_measures_what_stands_in(own: Path, cache: Path) -> None:
    theme = theme_with(own, "{name: Poor, regular: Poor.ttf}")
    ruler = Ruler(looked(theme, cache))
    stand_in = bundled("Source Sans Pro", "Regular").file
    assert ruler.width("≥≥≥≥≥≥≥≥≥≥") / ruler.em == pytest.approx(advance(stand_in, "≥" * 10), rel=0.02)


def test_the_bundled_font_is_drawn_from_its_own_file(cache: Path) -> None:
    theme = load_theme("classic", [THEMES])
    before = {*cache.iterdir()}
    assert cuts_to_draw(theme.face("text", "Semibold"), cache) == (font_file("Source Sans Pro/Semibold"),)
    assert {*cache.iterdir()} == before


def words_of(study: Path) -> tuple[bytes, str, bytes]:
    """Return figures, page and picture for Word of a built abstract."""
    drawn = sorted((study / "build/figures").glob("abstract-*"))
    pictures = {file.suffix: file.read_bytes() for file in drawn}
    return pictures[".svg"], (study / "_output/abstract.html").read_text("utf-8"), pictures[".png"]


def test_a_study_is_built_with_a_font_of_its_own_and_anew_when_the_file_is_another(
    flagship: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(THEMES / "classic", flagship / "templates/themes/ours", dirs_exist_ok=True)
    (flagship / "fonts").mkdir()
    font = flagship / "fonts/House.ttf"
    shutil.copy(of_matplotlib("STIXGeneral"), font)
    name_fonts(flagship / "templates/themes", "{name: House 1, regular: ../../../fonts/House.ttf}")
    command = ("build", "abstract", "--theme", "ours")
    done = cohortpress(flagship, *command)
    assert done.returncode == 0, done.stderr
    assert "'House 1' has no italic" in done.stderr
    assert "timestamp" not in done.stderr, "what fontTools says of a font's dates nobody can mend"
    drawing, page, picture = words_of(flagship)
    assert f"font-family=\"'House 1','{STAND_IN_NAME}'\"" in page
    pdf = pypdfium2.PdfDocument(flagship / "_output/abstract.pdf")
    names = {thing.get_font().get_base_name() for thing in pdf[0].get_objects() if thing.type == 1}
    assert any("House-1" in name for name in names)
    assert Image.open(io.BytesIO(picture)).size[0] > 1000
    monkeypatch.chdir(flagship)
    choices = Options("pandoc", theme="ours", documents=("abstract",)).choices
    assert last_build_if_unchanged(Path(), choices), "the file lies where no other file of a study does"
    shutil.copy(font_file("Source Serif Pro/Regular"), font)
    assert not last_build_if_unchanged(Path(), choices)
    assert cohortpress(flagship, *command).returncode == 0
    for before, after in zip((drawing, page, picture), words_of(flagship), strict=True):
        assert before != after
