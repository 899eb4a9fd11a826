"""Every theme on every paper: the flagship, and a study of 60 subjects, 5 visits and 6 endpoints."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from large_study import write_large_study
from layouts import Rectangle, areas, contents, emptiest, largest, texts
from pdfua.validator import validate
from studies import ROOT, THEMES, copy_flagship, render
from weasyprint import HTML

from cohortpress.build import Document
from cohortpress.new import start
from cohortpress.paper import PageSize, parse_page_size
from cohortpress.printing import Printed, accessible, print_pdf
from cohortpress.style import Theme, load_theme

POSTERS = ("A0", "A0 landscape", "90x120cm")
ABSTRACTS = ("A4", "Letter")
STUDIES = {"flagship": copy_flagship, "large": write_large_study}
# What a newcomer sees first: little text on a large page.
SHORT: dict[str, Callable[[Path], object]] = {
    "new": start,
    **{folder.name: partial(shutil.copytree, folder) for folder in sorted((ROOT / "examples").glob("*/"))},
}
# One study and one paper after the other: a change of the paper is a change of study.yml, and analyses anew.
MATRIX: list[tuple[str, Document, str, str]] = [
    *((study, "poster", page, theme) for study in STUDIES for page in POSTERS for theme in THEMES),
    *(("flagship", "abstract", page, theme) for page in ABSTRACTS for theme in THEMES),
    *((study, "poster", "A0", "classic") for study in SHORT),
]


@dataclass(frozen=True)
class Made:
    """A printed document, and WeasyPrint's layout of it."""

    study: str
    document: Document
    page: PageSize
    theme: Theme
    pdf: Path
    printed: Printed
    layout: Any


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {name: tmp_path_factory.mktemp("matrix") / name for name in (*STUDIES, *SHORT)}
    for name, write in (*STUDIES.items(), *SHORT.items()):
        write(folders[name])
    return folders


@pytest.fixture(scope="module", params=MATRIX, ids="-".join)
def made(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Iterator[Made]:
    name, document, paper, theme = request.param
    study = folders[name] / "report/study.yml"
    text = re.sub(r"(?m)^documents:\n(?:  .*\n)*", "", study.read_text(encoding="utf-8"))
    study.write_text(f"{text.rstrip()}\ndocuments:\n  {document}: {{page: {paper}}}\n", encoding="utf-8")
    html = render(folders[name], document, theme)
    page, tokens, pdf = parse_page_size(paper), load_theme(theme, [ROOT / "templates/themes"]), html.with_suffix(".pdf")
    layouts = []

    def write(layout: Any, file: Path) -> None:
        layouts.append(layout)
        accessible(layout, file)

    printed = print_pdf(html, pdf, page=page, text_pt=tokens.text_pt(document, page), write=write)
    yield Made(name, document, page, tokens, pdf, printed, layouts[0])
    pdf.unlink()


def test_emptiness_and_overlap_are_measured() -> None:
    free = ["..x.", "....", "x..."]
    assert largest([[cell == "." for cell in row] for row in free]) == 6  # the two rows above the lower left x
    assert largest([[False]]) == 0
    one = Rectangle(0, 0, 10, 10, "one")
    assert one.meets(Rectangle(9, 9, 20, 20, "other"))
    assert not one.meets(Rectangle(10, 0, 20, 10, "beside"))


def test_an_area_is_measured_wherever_it_was_moved_from_its_cell() -> None:
    moved = '<div data-area="one"><p style="margin: 0 0 0 -60mm">Words</p></div><div data-area="none"></div>'
    page = HTML(string=f"<style>@page {{ margin: 0 }} body {{ margin: 0 }}</style><main>{moved}</main>").render()
    [area] = areas(page)
    assert area.left == pytest.approx(-60)
    assert area.name == "one"


def test_it_is_one_page_of_its_size_and_nobody_complains(made: Made) -> None:
    assert made.printed.warnings == ()
    with pypdfium2.PdfDocument(made.pdf) as pdf:
        assert len(pdf) == made.printed.pages == 1
        size = [side / 72 * 25.4 for side in pdf[0].get_size()]
    assert size == [pytest.approx(made.page.width_mm, abs=0.1), pytest.approx(made.page.height_mm, abs=0.1)]


def test_nothing_reaches_out_of_the_page_nor_into_its_margins(made: Made) -> None:
    page, margin = made.page, made.theme.sheet(made.document).margin_mm
    out = [
        box
        for box in contents(made.layout)
        if min(box.left, box.top) < -0.3 or box.right > page.width_mm + 0.3 or box.bottom > page.height_mm + 0.3
    ]
    assert out == []
    lines = texts(made.layout)
    assert lines
    # Other papers are in proportion; the boxes of lines are a little larger than their letters.
    margin *= 0.9
    assert min(line.left for line in lines) > margin
    assert max(line.right for line in lines) < page.width_mm - margin
    assert max(line.bottom for line in lines) < page.height_mm - margin


def test_no_area_lies_on_another(made: Made) -> None:
    pairs = itertools.combinations(areas(made.layout), 2)
    assert [(one.name, other.name) for one, other in pairs if one.meets(other)] == []


def test_the_page_is_full_and_the_text_large(made: Made) -> None:
    margin = made.theme.sheet(made.document).margin_mm
    assert made.printed.text_pt >= (24 if made.document == "poster" else 8)
    assert emptiest(made.layout, made.page.width_mm, made.page.height_mm, margin) < 0.06


def test_it_can_be_read_out(made: Made) -> None:
    assert validate(str(made.pdf)).findings == ()
    with pikepdf.open(made.pdf) as pdf:
        told = list(_told(pdf.Root.StructTreeRoot))
    kinds = [kind for kind, _ in told]
    headings = [kind for kind in kinds if re.fullmatch(r"/H\d", kind)]
    assert headings[0] == "/H1"
    assert set(headings[1:]) == {"/H2"}
    assert len(headings) >= 5
    alts = [alt for kind, alt in told if kind == "/Figure"]
    assert len(alts) >= (1 if made.study in SHORT else 3)
    assert all(len(alt.split()) > 5 or alt.startswith("https://") for alt in alts)
    assert "/Table" in kinds


def _told(element: Any) -> Iterator[tuple[str, str]]:
    """Yield the kind and the alternative text of all elements of a structure tree, in the order of reading."""
    for child in element.get("/K", []) if isinstance(element.get("/K"), pikepdf.Array) else [element.get("/K")]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield str(child.S), str(child.get("/Alt", ""))
            yield from _told(child)


def test_it_brings_its_fonts(made: Made) -> None:
    with pikepdf.open(made.pdf) as pdf:
        things = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary)]
        fonts = [thing for thing in things if thing.get("/Type") == "/FontDescriptor"]
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
        names = {re.sub(r"^/[A-Z]{6}\+", "", str(font.FontName)).replace("-", " ") for font in fonts}
    families = {font.name for font in made.theme.fonts.values()}
    assert names
    assert {name for name in names if not name.startswith(tuple(families))} == set()
