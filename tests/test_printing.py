"""The printed page: full and not over, tagged, self-contained, and the same bytes every time."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pdfua.validator import validate
from PIL import Image

from cohortpress.errors import Fault, PrintError
from cohortpress.figures import Look, draw, skin
from cohortpress.figures.canvas import MARKS
from cohortpress.figures.courses import Courses
from cohortpress.figures.visits import Median, Visit
from cohortpress.line_ends import bound
from cohortpress.own_fonts import Font
from cohortpress.paper import parse_page_size
from cohortpress.pdfium import save_picture
from cohortpress.printing import FINEST, SLACK, TOLERANCE_MM, Printed, _fit, _Layout, print_pdf
from cohortpress.sheets import marked
from cohortpress.style import Document, load_theme, stylesheet

THEMES = Path(__file__).parents[1] / "templates" / "themes"
THEME = load_theme("classic", [THEMES])
PAGE = parse_page_size("A2")
WORDS = "Half of the values lay below the median and the other half above it. "
AREAS = ("background", "methods", "safety", "patients", "table", "conclusions", "colophon")


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


def figure() -> str:
    visits, medians = (Visit(0, 1), Visit(6, 1)), (Median(9, "9.0"), Median(2, "2.0"))
    panel = Courses(title="CRP", visits=visits, courses=((9, 2),), medians=medians, alt="CRP fell")
    drawing = draw([panel], Look(THEME.panels("poster", PAGE, 3), number=str, percent=str), "f")
    return skin(drawing, dict.fromkeys(MARKS, "#005f78"), ["Source Sans Pro"])


def page_of(body: str, fonts: Path, document: Document = "poster", css: str = "") -> str:
    size = PAGE if document == "poster" else parse_page_size("A5")
    sheet = stylesheet(THEME, document, size, cache=fonts) + css
    head = f'<meta charset="utf-8"><title>A small cohort</title><style>{sheet}</style>'
    title = '<section class="masthead"><h1 class="title">A small cohort</h1></section>'
    main = f"<main>{title}{body}</main>"
    return f'<!DOCTYPE html><html lang="en-GB"><head>{head}</head><body class="{document}">{main}</body></html>'


def poster(repeat: int) -> str:
    areas = "".join(
        f'<section class="area {name}"><h2>On {name}</h2><p>{WORDS * repeat}</p></section>' for name in AREAS
    )
    message = '<div class="area message"><p>CRP fell in <em>all</em></p></div>'
    return f'{message}<section class="area figures"><h2>Courses</h2>{figure()}</section>{areas}'


def print_to(folder: Path, html: str, document: Document = "poster", figures: str = "") -> tuple[Path, Printed]:
    source, pdf = folder / f"{document}.html", folder / f"{document}.pdf"
    source.write_text(html, "utf-8")
    size = PAGE if document == "poster" else parse_page_size("A5")
    return pdf, print_pdf(source, pdf, page=size, text_pt=THEME.text_pt(document, size), figures=figures)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, fonts: Path) -> tuple[Path, Printed]:
    return print_to(tmp_path_factory.mktemp("made"), page_of(poster(12), fonts))


def test_one_page_of_the_size_asked_for(made: tuple[Path, Printed]) -> None:
    pdf, printed = made
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == printed.pages == 1
    assert document[0].get_size() == (
        pytest.approx(420 / 25.4 * 72, abs=0.1),
        pytest.approx(594 / 25.4 * 72, abs=0.1),
    )
    assert printed.warnings == ()


def test_everything_is_on_the_page_and_the_page_is_full(made: tuple[Path, Printed]) -> None:
    page = pypdfium2.PdfDocument(made[0])[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(i) for i in range(text.count_chars()) if text.get_text_range(i, 1).strip()]
    width, height = page.get_size()
    margin = THEME.poster.margin_mm / 2 / 25.4 * 72  # the sides of A2 are half those of A0
    assert min(box[0] for box in boxes) >= margin - 1
    assert max(box[2] for box in boxes) <= width - margin + 1
    assert max(box[3] for box in boxes) <= height - margin + 1
    lowest = min(box[1] for box in boxes)
    assert margin - 1 <= lowest <= margin + 0.05 * height, "the page fills itself"


def test_the_pdf_is_tagged_titled_and_in_its_language(made: tuple[Path, Printed]) -> None:
    with pikepdf.open(made[0]) as pdf:
        assert pdf.Root.Lang == "en-GB"
        assert pdf.docinfo["/Title"] == "A small cohort"
        assert pdf.Root.MarkInfo.Marked
        assert "pdfuaid" in pdf.Root.Metadata.read_bytes().decode()
        kinds = {str(thing.get("/S")) for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary)}
        assert {"/H1", "/H2", "/P", "/Figure"} <= kinds
        alts = [str(t.Alt) for t in pdf.objects if isinstance(t, pikepdf.Dictionary) and t.get("/S") == "/Figure"]
        assert alts == ["CRP fell"]
        assert "/CreationDate" not in pdf.docinfo
    assert validate(str(made[0])).findings == ()


@pytest.mark.parametrize("document", ["abstract", "poster"])
def test_each_value_of_a_table_is_told_with_its_row_and_its_column(document: str, built_flagship: Path) -> None:
    with pikepdf.open(built_flagship / f"_output/{document}.pdf") as pdf:
        things = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary)]
        rows = [thing for thing in things if thing.get("/S") == "/TR" and thing.P.S == "/TBody"]
        assert len(rows) >= 3
        columns = {bytes(t.ID) for t in things if t.get("/S") == "/TH" and t.P.P.S == "/THead"}
        for row in rows:
            name, *values = row.K
            assert name.S == "/TH"
            assert name.A.Scope == "/Row"
            for value in values:
                assert value.S == "/TD"
                of_row, of_column = map(bytes, value.A.Headers)
                assert of_row == bytes(name.ID)
                assert of_column in columns
    assert validate(str(built_flagship / f"_output/{document}.pdf")).findings == ()


def test_fonts_are_embedded_and_the_themes_own(made: tuple[Path, Printed]) -> None:
    with pikepdf.open(made[0]) as pdf:
        things = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary)]
        described = [thing for thing in things if thing.get("/Type") == "/FontDescriptor"]
        names = {re.sub(r"^/\w+\+|-", " ", str(thing.FontName)).strip() for thing in described}
        assert names
        assert all("/FontFile2" in thing or "/FontFile3" in thing for thing in described)
    assert {name.split()[0] for name in names} == {"Source"}, names


def test_a_variable_font_prints_in_its_weights(fonts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cohortpress.style.COMMON", frozenset("A small cohort Strong Regular and italic"))
    plex = THEME.model_copy(update={"fonts": dict.fromkeys(("text", "display"), Font(name="IBM Plex Sans"))})
    page = parse_page_size("A5")
    sheet = stylesheet(plex, "abstract", page, cache=fonts)
    html = page_of("<h2>Strong</h2><p>Regular and <em>italic</em></p>", fonts, "abstract")
    html = html.replace(stylesheet(THEME, "abstract", page, cache=fonts), sheet)
    pdf, _ = print_to(tmp_path, html, "abstract")
    with pikepdf.open(pdf) as document:
        things = [thing for thing in document.objects if isinstance(thing, pikepdf.Dictionary)]
        names = {str(thing.FontName) for thing in things if thing.get("/Type") == "/FontDescriptor"}
    assert len(names) == 3
    assert all("Plex" in name for name in names)


def test_the_same_page_gives_the_same_file_anywhere(made: tuple[Path, Printed], fonts: Path, tmp_path: Path) -> None:
    (tmp_path / "other place").mkdir()
    again, _ = print_to(tmp_path / "other place", page_of(poster(12), fonts))
    assert again.read_bytes() == made[0].read_bytes()


def test_the_longer_the_text_the_smaller_it_is(made: tuple[Path, Printed], fonts: Path, tmp_path: Path) -> None:
    smallest, _, largest = THEME.text_pt("poster", PAGE)
    _, short = print_to(tmp_path, page_of(poster(1), fonts))
    _, long = print_to(tmp_path, page_of(poster(13), fonts))
    assert largest == short.text_pt > made[1].text_pt > long.text_pt >= smallest


def test_it_is_said_how_a_browser_prints_the_same_page(made: tuple[Path, Printed]) -> None:
    assert made[1].layouts <= 5
    assert made[1].style.startswith(f"--text: {made[1].text_pt:.2f}pt; --top-masthead: 0.00mm; --top-message: ")


def test_areas_that_span_rows_fit_the_page(fonts: Path, tmp_path: Path) -> None:
    page = parse_page_size("A2 landscape")
    source, pdf = tmp_path / "poster.html", tmp_path / "poster.pdf"
    html = page_of(poster(8), fonts).replace(
        stylesheet(THEME, "poster", PAGE, cache=fonts), stylesheet(THEME, "poster", page, cache=fonts)
    )
    source.write_text(html, "utf-8")
    printed = print_pdf(source, pdf, page=page, text_pt=THEME.text_pt("poster", page))
    assert "--top-patients: " in printed.style
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    boxes = [text.get_charbox(i) for i in range(text.count_chars()) if text.get_text_range(i, 1).strip()]
    assert min(box[1] for box in boxes) >= THEME.poster.margin_mm / 2 / 25.4 * 72 - 1
    # The second area of the last column begins below the end of the first, not below the row beside it.
    places = {name: text.search(f"On {name}").get_next() for name in ("background", "methods")}
    tops = {name: text.get_charbox(found[0])[3] for name, found in places.items() if found}
    assert tops["background"] - tops["methods"] < 420 / 25.4 * 72 / 3


def test_grounds_follow_their_areas_and_what_the_page_places_stays(fonts: Path, tmp_path: Path) -> None:
    css = """
    .safety { background: #f00 }
    .methods i { position: absolute; top: 0; right: 0; width: 9mm; height: 9mm; background: #00f }
    """
    pdf, _ = print_to(tmp_path, page_of(poster(12).replace("On methods", "On methods <i></i>"), fonts, css=css))
    page = pypdfium2.PdfDocument(pdf)[0]
    text, picture = page.get_textpage(), page.render(scale=1).to_pil().convert("RGB")
    found = text.search("On safety").get_next()
    assert found
    left, _, _, top = text.get_charbox(found[0])
    places = itertools.product(range(picture.width), range(picture.height))
    red = [place for place in places if picture.getpixel(place) == (255, 0, 0)]
    xs, ys = zip(*red, strict=True)
    assert min(xs) <= left <= max(xs)
    assert min(ys) <= picture.height - top <= max(ys)
    assert picture.getpixel((picture.width - 5, 5)) == (0, 0, 255)


def test_bullets_stand_beside_their_items(fonts: Path, tmp_path: Path) -> None:
    page = page_of(poster(1).replace("<p>", "<ul><li>An item</li></ul><p>"), fonts)
    text = pypdfium2.PdfDocument(print_to(tmp_path, page)[0])[0].get_textpage()
    signs = [(text.get_text_range(i, 1), text.get_charbox(i)) for i in range(text.count_chars())]
    bullets = [box for sign, box in signs if sign == "•"]
    items = [text.get_charbox(start) for start in _found(text, "An item")]
    assert len(bullets) == len(items) > 5
    for item in items:  # a bullet is between the feet and the head of the first letter, less than its height before it
        beside = [box for box in bullets if item[1] <= box[1] <= box[3] <= item[3]]
        assert any(0 < item[0] - box[2] < item[3] - item[1] for box in beside)


def _found(text: pypdfium2.PdfTextPage, words: str) -> Iterator[int]:
    """Yield where the words begin."""
    searcher = text.search(words)
    while place := searcher.get_next():
        yield place[0]


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        ('<section class="area surprise"><p>x</p></section>', "no place for 'surprise'.*background"),
        ('<section class="area safety"><p>x</p></section>' * 2, "2 areas 'safety'"),
    ],
)
def test_an_area_without_a_place_of_its_own_is_an_error(
    areas: str, message: str, fonts: Path, tmp_path: Path
) -> None:
    with pytest.raises(PrintError, match=message):
        print_to(tmp_path, page_of(areas, fonts))


def test_too_much_text_says_how_much_and_where(fonts: Path, tmp_path: Path) -> None:
    with pytest.raises(PrintError) as raised:
        print_to(tmp_path, page_of(poster(30), fonts), figures="lower them")
    assert re.fullmatch(
        r"report/poster\.qmd: The text is \d+ mm too long for the page, even in 12\.0 pt\. "
        r"Shorten it or take a larger page\. Longest: \w+ \(\d+ mm\), \w+ \(\d+ mm\), \w+ \(\d+ mm\)\.",
        str(raised.value),
    )
    assert not (tmp_path / "poster.pdf").exists()


def test_figures_that_fill_a_page_are_named_with_their_height(fonts: Path, tmp_path: Path) -> None:
    html = page_of(poster(1), fonts, css=".figures { height: 900mm }")
    with pytest.raises(PrintError, match=r"Shorten it, take a larger page, or lower them\. Longest: figures \(9"):
        print_to(tmp_path, html, figures="lower them")


def test_what_is_too_wide_is_named(fonts: Path, tmp_path: Path) -> None:
    cells = "".join(f"<td>{'wide' * 12}</td>" for _ in range(5))
    wide = f'<section class="area safety"><h2>Wide</h2><table><tr>{cells}</tr></table></section>'
    with pytest.raises(PrintError, match=r"'safety' is \d+ mm wider than its place"):
        print_to(tmp_path, page_of(wide, fonts))


@pytest.mark.parametrize(
    ("css", "said"),
    [
        # Of the classic theme, methods stand in the first column and safety in the last.
        ("margin-left: -60mm", "'methods' reaches 60 mm out of its place on the page, to the left. Take neg"),
        ("position: relative; left: -60mm", "'methods' reaches 60 mm out of its place on the page, to the left. Take"),
        ("position: relative; left: 60mm", r"'methods' is \d\d mm wider than its place on the page. Shorten"),
        ("margin-left: -60mm", "'safety' reaches 60 mm out of its place on the page, to the left. Take"),
        ("margin-right: -60mm", r"'safety' is \d\d mm wider than its place on the page. Shorten"),
        ("position: relative; left: -.7mm", "'methods' reaches 0.7 mm out of its place"),
        ("", ""),
    ],
)
def test_an_area_that_is_moved_onto_another_is_named(css: str, said: str, fonts: Path, tmp_path: Path) -> None:
    area = "safety" if "safety" in said else "methods"
    html = page_of(poster(12), fonts, "poster", f"@media print {{ .{area} {{ {css} }} }}")
    if not said:
        assert print_to(tmp_path, html)[1].pages == 1
        return
    with pytest.raises(PrintError, match=said):
        print_to(tmp_path, html)


@pytest.mark.parametrize("length", [3, 31])
def test_an_abstract_shrinks_only_where_it_must(length: int, fonts: Path, tmp_path: Path) -> None:
    body = "".join(f"<h2>Part {part}</h2><p>{WORDS * length}</p>" for part in range(3))
    pdf, printed = print_to(tmp_path, page_of(body, fonts, "abstract"), "abstract")
    largest = THEME.text_pt("abstract", parse_page_size("A5"))[2]
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    assert (printed.text_pt == largest) == (length == 3)


def test_an_abstract_of_two_pages_is_an_error(fonts: Path, tmp_path: Path) -> None:
    with pytest.raises(PrintError, match=r"abstract.qmd: The text is \d+ mm too long .* take a larger page\.$"):
        print_to(tmp_path, page_of(f"<p>{WORDS * 200}</p>", fonts, "abstract"), "abstract")


@pytest.mark.parametrize(
    "body",
    [
        '<img alt="x" src="http://127.0.0.1:9/x.png">',
        '<img alt="x" src="file:///etc/hostname">',
        '<img alt="x" src="x.png">',
        '<svg viewBox="0 0 1 1"><title>x</title><image href="file:///etc/hostname" width="1" /></svg>',
    ],
)
def test_nothing_is_loaded_from_elsewhere(body: str, fonts: Path, tmp_path: Path) -> None:
    shutil.copyfile(THEMES / "classic" / "theme.yml", tmp_path / "x.png")
    with pytest.raises(PrintError, match=r"x\.png|hostname|URI"):
        print_to(tmp_path, page_of(body, fonts, "abstract"), "abstract")


def test_a_font_that_is_missing_is_an_error(fonts: Path, tmp_path: Path) -> None:
    css = '@font-face { font-family: "X"; src: url("data:font/woff2;base64,AAAA") }'
    with pytest.raises(PrintError, match="'X' cannot be loaded"):
        print_to(tmp_path, page_of("<p>Text</p>", fonts, "abstract", css), "abstract")


def test_a_page_that_a_theme_breaks_is_refused(fonts: Path, tmp_path: Path) -> None:
    html = page_of(poster(1), fonts, "poster", ".methods { break-before: page }")
    with pytest.raises(PrintError, match=r"report/poster\.qmd: The theme breaks the page in two\. Take 'break-before"):
        print_to(tmp_path, html)
    assert not (tmp_path / "poster.pdf").exists()


@pytest.mark.parametrize(
    ("css", "line", "said"),
    [
        ("p { colr: red }", 1, "'colr: red' is ignored: unknown property. Did you mean 'color'?"),
        ("p {\n\n  color: rde\n}", 3, "'color: rde' is ignored: invalid value."),
        ("p { color: red\n  top: 0 }", 1, "'color: red top: 0' is ignored: invalid value. Write ; before 'top:'."),
        ("p { color: var(--gutter) }", 1, "'color: 4.24mm' is ignored: invalid value."),
        ("\np { color red }", 2, "This is neither a declaration nor a rule. Write 'property: value;'."),
        ("p { top: 0 }\np::hoover,\nb { top: 0 }", 2, "The selector 'p::hoover, b' is unknown: its rule is ignored."),
        ("@media print {\n  p:hoover { top: 0 }\n}", 2, "The selector 'p:hoover' is unknown: its rule is ignored."),
        ("@pgae { margin: 0 }", 1, "Unknown rule <AtRule @pgae … { … }>"),
    ],
)
def test_what_a_style_sheet_says_wrong_is_placed_in_its_file(
    css: str, line: int, said: str, fonts: Path, tmp_path: Path
) -> None:
    file = "templates/themes/ours/abstract.css"
    _, printed = print_to(tmp_path, page_of("<p>Text</p>", fonts, "abstract", "\n" + marked(file, css)), "abstract")
    (warning,) = printed.warnings
    assert str(warning) == f"{file}, line {line}: {said}"


def test_what_is_of_no_style_sheet_is_of_the_page(fonts: Path, tmp_path: Path) -> None:
    html = page_of('<p style="colr: red">Text</p>', fonts, "abstract", "\n" + marked("templates/themes/o/x.css", ""))
    _, printed = print_to(tmp_path, html, "abstract")
    assert [str(warning) for warning in printed.warnings] == [
        "abstract.pdf: 'colr: red' is ignored: unknown property. Did you mean 'color'?"
    ]


def test_an_unknown_token_is_not_said_again(fonts: Path, tmp_path: Path) -> None:
    css = "\n" + marked("templates/themes/ours/abstract.css", "p { color: var(--acent) }")
    _, printed = print_to(tmp_path, page_of("<p>Text</p>", fonts, "abstract", css), "abstract")
    assert printed.warnings == ()  # `unknown_tokens` has said it


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Some words before it, and then at last so-called mg/l</p>", "so-called mg/l"),
        ("<p>Some <em>words</em> before it, and then\nat last an end</p>", "an end"),
        ("<h2>A title in a few words, and then at last an end</h2>", "an end"),
        (f"<h1>So {WORDS}</h1>", "and the other half above it."),
    ],
)
def test_nothing_short_stands_alone_on_the_last_line(html: str, words: str, fonts: Path, tmp_path: Path) -> None:
    widths = range(50, 105, 3)  # wherever the line ends
    body = "".join(f'<div style="width: {width}mm; font-size: 8pt">{html}</div>' for width in widths)
    css = "main { columns: 1 !important } h1 { font-size: 8pt }"
    pdf, _ = print_to(tmp_path, page_of(body, fonts, "abstract", css), "abstract")
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    starts = list(_found(text, words))
    assert len(starts) == len(widths)
    for start in starts:
        feet = {round(text.get_charbox(start + i)[1]) for i, sign in enumerate(words) if sign in "aeiou"}
        assert max(feet) - min(feet) < 3


def lines_of(html: str, fonts: Path, folder: Path, widths: Iterable[float] = range(34, 110, 6)) -> list[list[str]]:
    """Return the lines of a text, set in many widths, in mm."""
    body = "".join(f'<div style="width: {width}mm; font-size: 6pt">{bound(html)}</div>' for width in widths)
    css = "main { columns: 1 !important } h1 { font-size: 6pt } h1, p { margin: 0 0 4mm !important }"
    pdf, _ = print_to(folder, page_of(body, fonts, "abstract", css), "abstract")
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().replace("\r", "")
    return [line.replace("\xa0", " ").split() for line in text.split("\n")]


def test_no_line_ends_before_it_is_full(fonts: Path, tmp_path: Path) -> None:
    title = "<h1>Pain fell in 53 of 55 adults who walked every single day for a year.</h1>"
    for start in range(50, 62, 2):  # a width in which all but the last words fill a line is among them
        lines = lines_of(title, fonts, tmp_path, [start + step / 5 for step in range(10)])
        assert ["Pain"] not in lines
        assert all(line[-1] != "a" for line in lines)


def test_the_lines_of_a_title_are_about_as_long(fonts: Path, tmp_path: Path) -> None:
    title = "<h1>Pain fell in 53 of 55 adults who walked every single day for a year, and nobody fell ill of it.</h1>"
    css = "main { columns: 1 !important } h1 { font-size: 6pt }"
    for width in range(40, 100, 5):
        body = f'<div style="width: {width}mm">{title}</div>'
        pdf, _ = print_to(tmp_path, page_of(body, fonts, "abstract", css), "abstract")
        text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().replace("\r", "")
        lengths = [len(line) for line in text.strip().split("\n") if line[:1] != "A"]
        assert min(lengths) > 0.65 * max(lengths), text


def test_a_list_is_parted_in_halves_that_read_on(fonts: Path, tmp_path: Path) -> None:
    items = ["One, of many words that go on and on, longer than all the others together", "Two", "Three", "Four"]
    listed = f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
    body = f'<div class="area conclusions"><h2>A list</h2>{listed}<p>After.</p></div>'
    pdf, _ = print_to(tmp_path, page_of(body, fonts, "poster"), "poster")
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    text = page.get_text_range()
    left = {item: page.get_charbox(text.index(item[:4]))[0] for item in (*items, "After")}
    assert left["Two"] == pytest.approx(left["Three"], abs=3) == pytest.approx(left["Four"], abs=3)
    assert left["Two"] > left[items[0]] + 300
    assert left["After"] < left["Two"]
    order = [text.index(item[:4]) for item in (*items, "After")]
    assert order == sorted(order)


def test_numbers_stay_with_their_signs_units_and_ranges(fonts: Path, tmp_path: Path) -> None:
    words = (
        "Some fell from 35 mm/h (range 15–87; n = 6) to 2 mm/h in so-JIA of them (C-reactive, p = 0.028), "
        "others did not at all"
    )
    said = lines_of(f"<p>{words}</p>", fonts, tmp_path)
    joined = "\n".join(" ".join(line) for line in said)
    for whole in ("35 mm/h", "15–87", "n = 6", "2 mm/h", "so-JIA", "C-reactive", "p = 0.028"):
        assert joined.count(whole) == joined.count("Some fell"), whole


def test_the_head_of_a_column_ends_no_line_before_its_last_letter(fonts: Path, tmp_path: Path) -> None:
    for head in ("Smallest possible p", "Patients with any n"):
        table = f"<table><tr><th>{head}</th></tr></table>"
        assert [head[-1]] not in lines_of(table, fonts, tmp_path, range(6, 34, 2))


@given(
    full=st.floats(15, 45),  # the text, in pt, whose page is just full
    wide=st.floats(15, 45),  # from which on a table is too wide
    usual=st.floats(24, 32),
)
@example(full=50, wide=31.9, usual=25)  # too wide in the largest text alone: once tried for ever
@example(full=50, wide=23, usual=25)
def test_the_largest_text_that_fits_is_found_in_a_few_tries(full: float, wide: float, usual: float) -> None:
    low, high, height = 24.0, 32.0, 1189.0
    tried: list[float] = []

    def lay_out(size: float) -> _Layout:
        tried.append(size)
        assert len(tried) <= 25
        faults = (Fault("too wide"),) if size > wide else ()
        return _Layout(None, size, height * size / full, faults, (), None, height)

    found = _fit(lay_out, low, usual, high, height)
    largest = min(full, wide, high)
    if largest < low:
        assert not found.fits
        assert found.text_pt == low
    else:
        assert found.fits
        loose = max(SLACK * full, 2 * FINEST)  # as much room may stay empty; a table's width is found to the step
        assert largest - loose - 0.01 <= found.text_pt <= largest + TOLERANCE_MM


def test_a_table_of_four_visits_fits_an_abstract(fonts: Path, tmp_path: Path) -> None:
    visit = "<td>22.0 (16.5–27.5) <span class='n'>n = 27</span></td>"
    p = "<td>0.011 <span class='n'>27 pairs</span></td>"
    head = "<tr><th>Endpoint</th><th>8 years</th>" + "<th>12 years</th><th>p</th>" * 3 + "</tr>"
    rows = f"<thead>{head}</thead><tbody><tr><td>Distance, mm</td>{visit}{(visit + p) * 3}</tr></tbody>"
    table = f'<div class="table-block endpoints" aria-label="Medians"><table>{rows}</table></div>'
    _, printed = print_to(tmp_path, page_of(table, fonts, "abstract"), "abstract")
    assert printed.pages == 1
    wide = table.replace("22.0 (16.5", "22222222.0 (166666666.5")
    said = r"The table 'Medians' is \d+ mm wider than its place .* Show fewer"
    with pytest.raises(PrintError, match=said):
        print_to(tmp_path, page_of(wide, fonts, "abstract"), "abstract")


@pytest.mark.parametrize("document", ["abstract", "poster"])
def test_marks_hang_so_that_values_stay_aligned(document: str, built_flagship: Path) -> None:
    pdf = pypdfium2.PdfDocument(built_flagship / f"_output/{document}.pdf")
    text = pdf[0].get_textpage()
    ends = {}
    for p, mark in {"0.018": " ", "0.028": " ", "0.046": "†", "0.109": "‡", "0.285": "‡", "0.043": "†"}.items():
        # In the table, where the mark, if any, follows at once.
        (start, *_) = [s for s in _found(text, p) if text.get_text_range(s + 5, 1).strip() == mark.strip()]
        ends[p] = text.get_charbox(start + 4)[2]
    for column in (("0.018", "0.028", "0.046"), ("0.109", "0.285", "0.043")):
        assert [ends[p] for p in column] == [pytest.approx(ends[column[0]], abs=0.5)] * 3, column


def test_marks_of_origin_leave_no_trace_on_paper(fonts: Path, tmp_path: Path) -> None:
    plain, _ = print_to(tmp_path, page_of("<p>n = 7 of all eight patients</p>", fonts, "abstract"), "abstract")
    before = plain.read_bytes()
    marked = '<p>n = <span class="result" data-result="n">7</span> of all eight patients</p>'
    again, _ = print_to(tmp_path, page_of(marked, fonts, "abstract"), "abstract")
    assert again.read_bytes() == before


@pytest.mark.parametrize(
    "drawing",
    [
        '<svg viewBox="0 0 200 20" aria-label="p > 1"><title>Words</title><text y="15">Drawn words</text></svg>',
        '<svg viewBox="0 0 200 20"><svg x="9"><text y="15">Drawn words</text></svg></svg>',
        '<svg viewBox="0 0 200 20"><text y=15>Drawn&nbsp;words</text></svg>',
    ],
    ids=["one", "one in another", "as HTML alone has it"],
)
def test_any_drawing_is_drawn(drawing: str, fonts: Path, tmp_path: Path) -> None:
    pdf, printed = print_to(tmp_path, page_of(f"<p>Text</p>{drawing}<p>More</p>", fonts, "abstract"), "abstract")
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert "Drawn words" in " ".join(text.replace("\xa0", " ").split())
    assert printed.warnings == ()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not find libraries by their full names")
def test_weasyprint_loads_without_a_search_by_other_programs() -> None:
    code = "import subprocess; subprocess.Popen = None; import cohortpress.typesetting as t; print(t.HTML.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("HTML\n", "")


def test_a_preview_is_as_wide_as_asked_for(made: tuple[Path, Printed], tmp_path: Path) -> None:
    png = tmp_path / "poster.png"
    save_picture(made[0], png, 300)
    with Image.open(png) as image:
        assert image.size == (300, 425)  # 594 / 420 x 300 = 424.3, and no row is cut
    first = png.read_bytes()
    save_picture(made[0], png, 300)
    assert png.read_bytes() == first


def test_what_is_seldom_called_is_loaded_when_it_is() -> None:
    seldom = "fontTools.subset", "fontTools.varLib.instancer", "PIL.ImageCms"
    check = f"import sys, cohortpress.typesetting; print([name for name in {seldom} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_fonts_are_embedded_without_harfbuzz_too(fonts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", None)
    pdf, printed = print_to(tmp_path, page_of("<p>Some text</p>", fonts, "abstract"), "abstract")
    assert all("Please install HarfBuzz-Subset" in warning.problem for warning in printed.warnings)
    with pikepdf.open(pdf) as document:
        described = [o for o in document.objects if isinstance(o, pikepdf.Dictionary) and "/FontFile2" in o]
        assert described
        assert all(len(bytes(o.FontFile2.read_bytes())) < 60_000 for o in described)  # a subset
