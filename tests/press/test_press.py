"""The PDFs for print shop and archive: boxes, marks, bleed, inks, attachment, and the same bytes each time."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pypdfium2
import pytest
from made_up_profile import made_up_profile
from pdfua.validator import validate
from PIL import Image
from studies import THEMES

from cohortpress.paper import parse_page_size
from cohortpress.preflight import complaints
from cohortpress.press import for_archive, for_press
from cohortpress.printing import Printed, accessible, print_pdf
from cohortpress.study import Press
from cohortpress.style import load_theme, stylesheet

PAGE = parse_page_size("105x148mm")
MM = 72 / 25.4
FOLDER = Path(__file__).parents[2] / "templates/themes"
# The head reaches three edges of the page, the foot's border one, and the text none.
STYLE = """
* { margin: 0; box-sizing: border-box } @page { margin: 0 } body { font: 8pt serif; color: #16191d }
main { height: 148mm } .head { background: #005f78; color: white; padding: 10mm; height: 50mm }
p { padding: 8mm; height: 20mm } .foot { margin-top: 20mm; border-left: 4mm solid #ff0000 }
"""
BODY = '<div class="head"><h1>A head</h1></div><p>Words</p>' + (
    '<p class="foot"><a href="https://example.org">A foot</a></p>'
)
Print = Callable[..., Path]


@pytest.fixture
def printed(tmp_path: Path) -> Print:
    def to_pdf(write: Callable[..., None], body: str = BODY, css: str = "", **options: object) -> Path:
        head = f'<meta charset="utf-8"><title>A page</title><style>{STYLE}{css}</style>'
        html, pdf = tmp_path / "page.html", tmp_path / f"{write.__name__}.pdf"
        html.write_text(f'<html lang="en"><head>{head}</head><body><main>{body}</main></body></html>', "utf-8")
        result = print_pdf(html, pdf, page=PAGE, text_pt=(8, 8, 8), write=partial(write, **options))
        assert isinstance(result, Printed)
        assert (result.layouts, result.warnings) == (1, ())
        return pdf

    return to_pdf


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    (tmp_path / "made up.icc").write_bytes(made_up_profile())
    return tmp_path / "made up.icc"


def pressed(printed: Print, body: str = BODY, css: str = "", profile: Path | None = None, **press: object) -> Path:
    return printed(for_press, body, css, page=PAGE, press=Press.model_validate(press), profile=profile)


def content(pdf: Path) -> str:
    """Return all that a file draws, its groups included."""
    with pikepdf.open(pdf) as document:
        drawn = [t for t in document.objects if isinstance(t, pikepdf.Stream) and t.get("/Subtype") == "/Form"]
        return "\n".join(t.read_bytes().decode("latin-1") for t in [document.pages[0].Contents, *drawn])


def colour(pdf: Path, x: float, y: float) -> tuple[int, ...]:
    """Return the colour on the page, in mm from the top left corner of what is left when it has been cut."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    left, _, _, top = page.get_mediabox()
    trim = page.get_trimbox()
    scale = 8
    image = page.render(scale=scale / MM).to_pil()
    place = ((trim[0] - left) / MM + x, (top - trim[3]) / MM + y)
    found = image.getpixel((int(place[0] * scale), int(place[1] * scale)))
    assert isinstance(found, tuple)
    return found


def test_the_boxes_say_where_to_cut_and_how_far_the_bleed_goes(printed: Print) -> None:
    with pikepdf.open(pressed(printed, bleed_mm=5)) as document:
        page = document.pages[0]
        boxes = [[float(side) / MM for side in page[name]] for name in ("/TrimBox", "/BleedBox", "/MediaBox")]
    for box, around in zip(boxes, (0, 5, 10), strict=True):
        assert box == pytest.approx([-around, -around, 105 + around, 148 + around], abs=0.01)


def test_the_marks_point_at_the_corners_and_keep_out_of_the_bleed(printed: Print) -> None:
    document = pypdfium2.PdfDocument(pressed(printed, body="", bleed_mm=3))
    page = document[0]
    lines = [tuple(side / MM for side in thing.get_bounds()) for thing in page.get_objects()]
    assert len(lines) == 8
    for left, bottom, right, top in lines:
        assert right < -2.9 or left > 107.9 or top < -2.9 or bottom > 150.9
        upright = right - left < 0.2
        assert top - bottom == pytest.approx(5 if upright else 25.4 / 72 / 4, abs=0.2)
        at = [(left + right) / 2, 0, 105] if upright else [(bottom + top) / 2, 0, 148]
        assert min(abs(at[0] - at[1]), abs(at[0] - at[2])) < 0.01


def test_without_marks_the_paper_ends_with_the_bleed(printed: Print) -> None:
    pdf = pressed(printed, body="", crop_marks=False)
    with pikepdf.open(pdf) as document:
        media, bleed = ([*map(float, document.pages[0][name])] for name in ("/MediaBox", "/BleedBox"))
    assert media == pytest.approx(bleed, abs=1e-4)
    assert not [*pypdfium2.PdfDocument(pdf)[0].get_objects()]


def test_grounds_and_borders_at_an_edge_go_on_into_the_bleed_and_no_further(printed: Print) -> None:
    petrol, red, white = (0, 95, 120), (255, 0, 0), (255, 255, 255)
    foot = 50 + 20 + 20 + 5  # mm from the top: the head, the words, a margin, and a little
    before, after = printed(accessible), pressed(printed)
    assert colour(before, 0.3, foot) == colour(after, 0.3, foot) == red
    assert colour(before, 5, foot) == colour(after, 5, foot) == white
    assert colour(after, -2.7, -2.7) == colour(after, 107.7, 30) == colour(after, 50, -2.7) == petrol
    assert colour(after, -2.7, foot) == red
    assert colour(after, -3.3, 30) == colour(after, 50, -3.3) == colour(after, -3.3, foot) == white


@pytest.mark.parametrize("of", ["html", "body", "@page"])
def test_a_ground_of_the_whole_page_fills_its_bleed(of: str, printed: Print) -> None:
    pdf = pressed(printed, css=f"{of} {{ background: #ffeedd }}")
    assert {colour(pdf, *place) for place in ((-2.7, 140), (107.7, 140), (50, 150.7))} == {(255, 238, 221)}
    assert colour(pdf, 50, 151.5) == (255, 255, 255)


@pytest.mark.parametrize("theme", THEMES)
def test_the_grounds_of_every_theme_bleed(theme: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    page, style = parse_page_size("A2"), load_theme(theme, [FOLDER])
    names = [name for name in style.poster.portrait.names if name not in ("masthead", "message")]
    areas = "".join(f'<section class="area {name}"><h2>{name}</h2>{"<p>Words.</p>" * 9}</section>' for name in names)
    head = '<section class="masthead"><h1 class="title">Title</h1></section><div class="area message"><p>So.</p></div>'
    sheet = stylesheet(style, "poster", page, cache=tmp_path_factory.mktemp("fonts"))
    html = tmp_path / "poster.html"
    html.write_text(
        f'<html lang="en"><head><meta charset="utf-8"><title>T</title><style>{sheet}</style></head>'
        f'<body class="poster"><main>{head}{areas}</main></body></html>',
        "utf-8",
    )
    press = Press()
    size = (12.0, 12.0, 12.0)
    found = {}
    for write in (accessible, partial(for_press, page=page, press=press, profile=None)):
        asked = None if write is accessible else press
        print_pdf(html, tmp_path / "poster.pdf", page=page, text_pt=size, write=write)
        found[asked is None] = [f.problem for f in complaints(tmp_path / "poster.pdf", page, asked)]
    assert found[False] == []
    assert any("no bleed" in problem for problem in found[True]) == (theme in ("billboard", "sidebar"))


def test_the_text_is_that_of_the_pdf_for_readers(printed: Print, profile: Path) -> None:
    texts = [
        pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
        for pdf in (printed(accessible), pressed(printed), pressed(printed, profile=profile))
    ]
    assert "A foot" in texts[0].replace("\xa0", " ")  # the last words of a text keep together
    assert texts[0] == texts[1] == texts[2]


def test_the_same_page_gives_the_same_bytes(printed: Print, profile: Path, tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    results.write_text("{}\n", "utf-8")
    makers: list[Callable[[], Path]] = [
        partial(pressed, printed),
        partial(pressed, printed, profile=profile),
        partial(printed, for_archive, results=results),
    ]
    for make in makers:
        first = make().read_bytes()
        assert make().read_bytes() == first


# -- colours


def test_without_a_profile_it_is_in_srgb_and_claims_nothing(printed: Print) -> None:
    with pikepdf.open(pressed(printed)) as document:
        assert "/OutputIntents" not in document.Root
        assert "/Metadata" not in document.Root
        kind, stream = document.pages[0].Resources.ColorSpace.DefaultRGB
        assert kind == pikepdf.Name.ICCBased
        assert stream.N == 3
        assert b"sRGB" in stream.read_bytes()


def test_with_a_profile_it_is_pdf_x_for_that_printing_condition(printed: Print, profile: Path) -> None:
    with pikepdf.open(pressed(printed, profile=profile)) as document:
        [intent] = document.Root.OutputIntents
        assert intent.S == "/GTS_PDFX"
        assert intent.OutputConditionIdentifier == "Made-up inks"
        assert intent.DestOutputProfile.read_bytes() == profile.read_bytes()
        assert intent.DestOutputProfile.N == 4
        xmp = document.Root.Metadata.read_bytes().decode()
        assert "<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>" in xmp
        assert document.docinfo["/CreationDate"] == document.docinfo["/ModDate"] == "D:19800101000000Z"
        assert document.docinfo["/Trapped"] == "/False"
        assert document.trailer.ID
        assert "/Annots" not in document.pages[0]


def test_text_lines_and_grounds_are_in_inks(printed: Print, profile: Path) -> None:
    drawn = content(pressed(printed, BODY + '<svg width="9mm" height="9mm"><path d="M0 0h9" stroke="red"/></svg>',
                            profile=profile))  # fmt: skip
    assert not re.search(r"\b(?:rg|RG)\b", drawn)
    found = {tuple(map(float, inks.split())) for inks in re.findall(r"((?:[\d.]+ ){4})[kK]\b", drawn)}
    assert {(0, 0, 0, 0), (1, 1, 1, 1)} <= found  # white words on petrol; the marks
    petrol = next(inks for inks in found if inks[0] > 0.9 and inks[3] == 0)
    assert petrol == pytest.approx((1, 1 - 95 / 255, 1 - 120 / 255, 0), abs=0.05)
    assert any(inks == pytest.approx((0, 1, 1, 0), abs=0.05) for inks in found)
    assert any(inks[:3] == (0, 0, 0) and 0.85 < inks[3] < 1 for inks in found), "dark words in black alone"


@pytest.mark.parametrize(
    ("kind", "mode"), [("png", "RGB"), ("png", "RGBA"), ("png", "P"), ("jpeg", "RGB"), ("png", "L")]
)
def test_pictures_are_in_inks(kind: str, mode: str, printed: Print, profile: Path) -> None:
    picture = Image.new("RGB", (12, 8), (200, 40, 90))
    picture.paste((20, 160, 60), (6, 0, 12, 8))
    file = io.BytesIO()
    best = {"quality": 100, "subsampling": 0} if kind == "jpeg" else {}
    (picture.quantize(4) if mode == "P" else picture.convert(mode)).save(file, kind, **best)
    source = f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"
    body = f'<img src="{source}" alt="Two colours" style="width: 9mm">'
    with pikepdf.open(pressed(printed, body, profile=profile)) as document:
        [image] = [t for t in document.pages[0].Resources.XObject.values() if t.Subtype == "/Image"]
        if mode == "L":
            assert image.ColorSpace == "/DeviceGray"
            return
        assert image.ColorSpace == "/DeviceCMYK"
        assert ("/SMask" in image) == (mode == "RGBA")
        pixels = image.read_bytes()
    assert len(pixels) == 12 * 8 * 4
    for place, colours in ((0, (200, 40, 90)), (4 * 11, (20, 160, 60))):
        assert [*pixels[place : place + 4]] == pytest.approx([*(255 - part for part in colours), 0], abs=14)


def test_gradients_are_in_inks(printed: Print, profile: Path) -> None:
    css = ".head { background: linear-gradient(#ff0000, #0000ff80) }"
    with pikepdf.open(pressed(printed, css=css, profile=profile)) as document:
        shadings = [t for t in document.objects if isinstance(t, pikepdf.Dictionary) and "/ShadingType" in t]
        ends = {str(t.ColorSpace): [[*map(float, f.C0)] for f in t.Function.Functions] for t in shadings}
        groups = {str(t.Group.CS) for t in document.objects if isinstance(t, pikepdf.Stream) and "/Group" in t}
    assert ends.keys() == {"/DeviceCMYK", "/DeviceGray"}  # the grey one is how opaque it is
    assert ends["/DeviceCMYK"] == [pytest.approx([0, 1, 1, 0], abs=0.05)]
    assert groups == {"/DeviceCMYK"}


# -- the archive


def test_the_archive_has_the_results_attached(printed: Print, tmp_path: Path) -> None:
    results = tmp_path / "somewhere.json"
    results.write_bytes('{"text": "−1.2 µg"}\n'.encode())
    with pikepdf.open(printed(for_archive, results=results)) as document:
        xmp = document.Root.Metadata.read_bytes().decode()
        assert re.search(r'pdfaid:part="3" pdfaid:conformance="A"', xmp)
        assert [*document.attachments] == ["results.json"]
        assert document.attachments["results.json"].get_file().read_bytes() == results.read_bytes()
        [associated] = document.Root.AF
        assert associated.AFRelationship == "/Data"
        assert associated.EF.F.Subtype == "/application/json"
        assert associated.EF.F.Params.ModDate == "D:19800101000000Z"
        assert document.Root.MarkInfo.Marked
        assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"


def test_pictures_of_the_archive_are_not_smoothed_by_the_viewer(printed: Print, tmp_path: Path) -> None:
    """ISO 19005-3, 6.2.8: Interpolate, where it stands, is false."""
    (tmp_path / "r.json").write_text("{}", "utf-8")
    file = io.BytesIO()
    Image.new("RGBA", (4, 4), (1, 2, 3, 4)).save(file, "png")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    with pikepdf.open(printed(for_archive, f'<img src="{source}" alt="A">', results=tmp_path / "r.json")) as document:
        pictures = [t for t in document.objects if isinstance(t, pikepdf.Stream) and t.get("/Subtype") == "/Image"]
        assert len(pictures) == 2
        assert not any(t.Interpolate for t in pictures)


TABLE = """
<table><thead><tr><th>Endpoint</th><th>p</th></tr></thead>
<tbody><tr><th scope="row">CRP</th><td>0.018</td></tr></tbody></table>
"""


def test_the_archive_can_be_read_out_as_the_file_for_readers_can(printed: Print, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("{}", "utf-8")
    told = []
    for pdf in (printed(accessible, TABLE), printed(for_archive, TABLE, results=tmp_path / "r.json")):
        assert validate(str(pdf)).findings == ()
        with pikepdf.open(pdf) as document:
            things = [t for t in document.objects if isinstance(t, pikepdf.Dictionary) and t.get("/S") == "/TH"]
            told.append([str(thing.A.Scope) for thing in things])
    assert told[0] == told[1] == ["/Column", "/Column", "/Row"]


def test_the_archive_says_what_its_claim_of_accessibility_means(printed: Print, tmp_path: Path) -> None:
    """ISO 19005-3, 6.6.2.3: properties that PDF/A does not know are described in the file."""
    (tmp_path / "r.json").write_text("{}", "utf-8")
    with pikepdf.open(printed(for_archive, results=tmp_path / "r.json")) as document:
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata.pdfa_status == "3A"
        tree = ElementTree.fromstring(document.Root.Metadata.read_bytes())
    for name, text in (("namespaceURI", "http://www.aiim.org/pdfua/ns/id/"), ("prefix", "pdfuaid")):
        assert tree.findtext(f".//{{http://www.aiim.org/pdfa/ns/schema#}}{name}") == text
    assert tree.findtext(".//{http://www.aiim.org/pdfa/ns/property#}name") == "part"
