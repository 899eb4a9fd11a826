"""What a print shop would complain about: each fault in a PDF that has it, and not in one that is right."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pikepdf
import pytest
from studies import cohortpress, copy_flagship, replace
from weasyprint import HTML

from cohortpress.errors import OutputError
from cohortpress.paper import parse_page_size
from cohortpress.preflight import body_pt, complaints
from cohortpress.study import Press

MM = 72 / 25.4
PAGE = parse_page_size("100x200mm")
BLEED = Press()
INKS = Press(profile="coated.icc")
PETROL = "0 0.4 0.5 rg"


def made(
    folder: Path, content: str, *, around: float = 0, page: tuple[float, float] = (100, 200), bleed: float = 0,
    pictures: dict[str, tuple[int, int]] | None = None, group: str = "", font: str = "", pages: int = 1,
) -> Path:  # fmt: skip
    """Write a PDF that draws ``content`` in mm from the lower left corner of the trimmed page, and return its path."""
    document = pikepdf.new()
    objects = {}
    for name, (width, height) in (pictures or {}).items():
        objects[f"/{name}"] = pikepdf.Stream(
            document, bytes(width * height), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width,
            Height=height, ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
        )  # fmt: skip
    resources = pikepdf.Dictionary(XObject=objects)
    if font:
        resources.Font = pikepdf.Dictionary(F=pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(f"/{font}"),
        ))  # fmt: skip
    if group:
        form = pikepdf.Stream(
            document, group.encode(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 999, 999],
            Resources=pikepdf.Dictionary(XObject=objects),
        )  # fmt: skip
        resources.XObject["/Group"] = form
    for _ in range(pages):
        sheet = document.add_blank_page(page_size=(9, 9))
        for box, more in (("/MediaBox", around), ("/TrimBox", 0), ("/BleedBox", bleed)):
            sheet[box] = [-more * MM, -more * MM, (page[0] + more) * MM, (page[1] + more) * MM]
        sheet.Resources = resources
        sheet.Contents = document.make_stream(f"{MM} 0 0 {MM} 0 0 cm {content}".encode())
    document.save(folder / "poster.pdf")
    return folder / "poster.pdf"


def said(pdf: Path, press: Press | None = None, body: float = 0) -> list[str]:
    return [str(fault) for fault in complaints(pdf, PAGE, press, body)]


RIGHT = f"{PETROL} 20 20 50 50 re f 1 w 10 90 m 90 90 l S"


def test_nothing_is_said_of_what_is_right(tmp_path: Path) -> None:
    assert said(made(tmp_path, RIGHT)) == []
    ground = f"{PETROL} -3 100 106 103 re f {RIGHT}"
    assert said(made(tmp_path, ground, around=8, bleed=3), BLEED) == []


def test_another_size_than_asked_for(tmp_path: Path) -> None:
    [fault] = said(made(tmp_path, RIGHT, page=(100, 201)))
    assert "poster.pdf, page 1: The page is 100 x 201 mm, not 100 x 200 mm." in fault
    assert said(made(tmp_path, RIGHT, page=(100.2, 200))) == []


def test_the_marks_do_not_belong_to_the_size(tmp_path: Path) -> None:
    assert said(made(tmp_path, RIGHT, around=10, bleed=3), BLEED) == []


def test_more_than_one_page(tmp_path: Path) -> None:
    [fault] = said(made(tmp_path, RIGHT, pages=2))
    assert "pages 1 to 2: It has 2 pages." in fault


@pytest.mark.parametrize(
    ("rectangle", "where"),
    [
        ("0 50 20 100 re", "left, 50 to 150 mm from the top"),
        ("80 50 20 100 re", "right, 50 to 150 mm from the top"),
        ("30 180 40 20 re", "top, 30 to 70 mm from the left"),
        ("30 0 40 20 re", "bottom, 30 to 70 mm from the left"),
    ],
)
def test_ink_at_an_edge_without_bleed_or_that_ends_there(rectangle: str, where: str, tmp_path: Path) -> None:
    [fault] = said(made(tmp_path, f"{PETROL} {rectangle} f"))
    assert f"there is no bleed: {where}. " in fault
    [fault] = said(made(tmp_path, f"{PETROL} {rectangle} f", around=8, bleed=3), BLEED)
    assert f"the bleed beside it is blank: {where}. " in fault


def test_each_stretch_of_an_edge_is_named(tmp_path: Path) -> None:
    [fault] = said(made(tmp_path, f"{PETROL} 0 180 100 20 re f 0 20 9 10 re f"))
    assert "left, 0 to 20, 170 to 180 mm from the top; right, 0 to 20 mm from the top; top, 0 to 100 mm" in fault


def test_less_bleed_than_asked_for(tmp_path: Path) -> None:
    [fault] = said(made(tmp_path, RIGHT, around=8, bleed=3), Press(bleed_mm=5))
    assert "The bleed is 3.0 mm, and 5 mm was asked for." in fault


def test_a_font_that_is_not_embedded(tmp_path: Path) -> None:
    words = "BT /F 5 Tf 20 150 Td (Words) Tj ET BT /F 5 Tf 20 50 Td (More) Tj ET"
    [fault] = said(made(tmp_path, words, font="Courier"))
    assert re.match(r"poster\.pdf, page 1, 20 mm from the left, 4\d mm from the top \(and 1 more\): ", fault)
    assert "The font 'Courier' is not embedded" in fault


@pytest.mark.parametrize("grouped", [False, True])
def test_a_picture_of_too_few_pixels(grouped: bool, tmp_path: Path) -> None:
    """A picture of 100 pixels on 50.8 mm has 50 dpi."""
    for pixels, complains in ((100, True), (300, False)):
        drawn = "q 25.4 0 0 25.4 10 20 cm /P Do Q"
        content, group = ("q 2 0 0 2 0 0 cm /Group Do Q", drawn) if grouped else (f"2 0 0 2 0 0 cm {drawn}", "")
        found = said(made(tmp_path, content, group=group, pictures={"P": (pixels, 300)}))
        if complains:
            assert "page 1, 20 mm from the left, 109 mm from the top: " in found[0]
            assert "A picture of 100 x 300 pixels is printed at 50 dpi, below 150. " in found[0]
            assert "Save it with 300 x 300 pixels or more" in found[0]
        assert len(found) == complains


SCALED = "q .1 0 0 .1 0 0 cm {} w 100 500 m 900 500 l S Q"


@pytest.mark.parametrize(
    "line", ["0.05 w 10 50 m 90 50 l S", SCALED.format(0.5), "10 50 80 .05 re f", "0 w 9 9 m 80 90 l S"]
)
def test_a_hairline(line: str, tmp_path: Path) -> None:
    """A width of 0.05 mm is 0.14 pt."""
    for content, group in ((line, ""), ("/Group Do", line)):
        [fault] = said(made(tmp_path, content, group=group))
        assert re.search(r"A line is 0\.(14|00) pt wide, below 0\.25 pt", fault)


@pytest.mark.parametrize("line", ["0.1 w 10 50 m 90 50 l S", SCALED.format(1), "10 50 80 .1 re f"])
def test_a_line_that_is_wide_enough(line: str, tmp_path: Path) -> None:
    assert said(made(tmp_path, line)) == []


# A border as WeasyPrint draws it: the outlines of the box and of what is in it.
RING = "10 50 80 60 re {} 50 {} 60 re f*"


@pytest.mark.parametrize(
    ("ring", "width"),
    [
        (RING.format(10.05, 79.95), "0.14"),
        (RING.format(10, 79.95), "0.14"),
        ("10 50 80 60 re 12 50.05 76 57.95 re f*", "0.14"),
        ("0 1 -1 0 100 0 cm 10 20 80 60 re 10.05 20 79.95 60 re f*", "0.14"),  # turned by a quarter
        (RING.format(10.1, 79.9), ""),
        ("10 50 80 60 re 11 51 78 58 re f*", ""),
        ("10 50 80 60 re 10 50 80 60 re f*", ""),  # no border
        ("10 50 20 20 re 30.05 50 20 20 re f*", ""),  # two beside each other
        (RING.format(10.05, 79.95).replace("f*", "f"), ""),  # the whole box, in one colour
    ],
)
def test_a_hairline_drawn_as_a_ring(ring: str, width: str, tmp_path: Path) -> None:
    for content, group in ((ring, ""), ("/Group Do", ring)):
        found = said(made(tmp_path, content, group=group))
        assert [f"A line is {width} pt wide" in fault for fault in found] == [True] * bool(width)


@pytest.mark.parametrize("side", ["-left: 0.1pt", "-top: 0.1pt", "-right: 0.1pt", ": 0.1pt", ": 0.3pt"])
def test_a_border_too_thin_to_print(side: str, tmp_path: Path) -> None:
    css = f"@page {{ size: 100mm 200mm; margin: 20mm }} p {{ border{side} solid }}"
    HTML(string=f"<html lang=en><style>{css}</style><p>Words</p>").write_pdf(tmp_path / "poster.pdf")
    found = said(tmp_path / "poster.pdf")
    assert ["A line is 0.10 pt wide" in fault for fault in found] == [True] * ("0.1pt" in side)


def test_text_of_a_figure_too_small_for_a_poster(tmp_path: Path) -> None:
    """On A0, of which the text should have 24 pt, the letters of figures should have 18."""
    words = f"BT /F {{}} Tf 20 150 Td (A) Tj ET BT /F {24 / MM} Tf 20 50 Td (Most) Tj ET"
    said_of = "Text in a figure is 16.0 pt high; on such a poster it should be 18.0 pt or more"
    for size, tag, body, complains in (
        (16, "/Figure", 24, True), (16, "/Figure", 20, False), (18, "/Figure", 24, False), (16, "/Span", 24, False)
    ):  # fmt: skip
        drawn = words.format(size / MM).replace(" ET ", " ET EMC ", 1)
        found = said(made(tmp_path, f"{tag} BMC {drawn}", font="Courier"), body=body)[1:]  # but for the font
        assert [said_of in fault for fault in found] == [True] * complains


def test_text_too_small_to_be_read(tmp_path: Path) -> None:
    words = "BT /F {} Tf 20 150 Td (Words) Tj ET"
    found = said(made(tmp_path, words.format(4 / MM), font="Courier"))
    assert "Text is 4.0 pt high, below 5 pt" in found[1]
    assert len(said(made(tmp_path, words.format(5.1 / MM), font="Courier"))) == 1  # of the font alone


def test_most_of_the_text_too_small_for_a_poster(tmp_path: Path) -> None:
    words = f"BT /F {20 / MM} Tf 20 150 Td (Most of the words) Tj ET BT /F {30 / MM} Tf 20 50 Td (A head) Tj ET"
    pdf = made(tmp_path, words, font="Courier")
    assert "Most of the text is 20.0 pt high; on such a poster it should be 24.0 pt or more" in said(pdf, body=24)[1]
    assert len(said(pdf, body=20)) == 1  # of the font alone


@pytest.mark.parametrize(("size", "least"), [("A0", 24), ("90x120cm", 24), ("A1", 24 / 2**0.5), ("A2", 12)])
def test_the_least_text_of_a_poster_goes_with_its_size(size: str, least: float) -> None:
    assert body_pt(parse_page_size(size)) == pytest.approx(least, abs=0.05)


def test_rgb_where_cmyk_was_asked_for(tmp_path: Path) -> None:
    inks = RIGHT.replace(PETROL, "1 0.6 0.5 0 k")
    for content, count in ((RIGHT, 1), (RIGHT + " 1 0 0 RG", 2), (inks, 0)):
        pdf = made(tmp_path, content, around=8, bleed=3)
        with pikepdf.open(pdf, allow_overwriting_input=True) as document:
            document.pages[0].Contents.write(
                zlib.compress(document.pages[0].Contents.read_bytes()), filter=pikepdf.Name.FlateDecode
            )
            document.save(pdf)
        assert said(pdf, BLEED) == []
        found = said(pdf, INKS)
        assert [f"{count} colours are in RGB" in fault for fault in found] == [True] * bool(count)


def test_what_is_no_pdf_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "poster.pdf").write_text("not one", "utf-8")
    with pytest.raises(OutputError, match=r"_output/poster.pdf: This is no PDF that can be read"):
        complaints(tmp_path / "poster.pdf", PAGE, None)


# -- the command


def test_the_command_says_that_a_fresh_build_is_right(built_flagship: Path) -> None:
    done = cohortpress(built_flagship, "print", "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "poster.pdf: nothing that a print shop would complain about.\n"
    assert cohortpress(built_flagship, "print", "--check", "--quiet").stdout == ""


def test_the_command_says_what_is_wrong_and_builds_nothing(flagship_to_change: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in (flagship_to_change / "_output").rglob("*")}
    replace(flagship_to_change / "report/study.yml", "poster: {page: A0}", "poster: {page: 48x36in}")
    done = cohortpress(flagship_to_change, "print", "--check")
    assert done.returncode == 1
    assert "poster.pdf, page 1: The page is 841 x 1189 mm, not 1219 x 914 mm." in done.stdout
    replace(flagship_to_change / "report/study.yml", "48x36in", "A0, press: {}")
    done = cohortpress(flagship_to_change, "print", "--check")
    assert done.returncode == 1
    assert "error: _output/poster-press.pdf: The file is missing. Build it first" in done.stderr
    assert before == {file: file.stat().st_mtime_ns for file in (flagship_to_change / "_output").rglob("*")}


def test_the_command_in_a_folder_that_was_never_built(tmp_path: Path) -> None:
    done = cohortpress(copy_flagship(tmp_path / "new"), "print", "--check")
    assert done.returncode == 1
    assert "error: _output/poster.pdf: The file is missing." in done.stderr
