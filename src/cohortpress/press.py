"""Further PDFs of a page that has been laid out, on request: for the print shop, and for the archive."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from .paper import PT_PER_MM, PageSize
from .printing import MM_PER_PX, TOLERANCE_MM, Writer, boxes, lay_grounds, say_what_heads

if TYPE_CHECKING:
    from weasyprint import Document

    from .inks import Inks
    from .study import Document as Spec
    from .study import Press

SIDES = ("left", "top", "right", "bottom")
MARK_MM, MARK_PT = 5.0, 0.25  # length and width of a crop mark, which begins where the bleed ends
# Both formats ask for dates; the same inputs must give the same file.
NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)
# That a file is PDF/UA-1; PDF/A wants a description of each property that it does not know itself.
IS_ACCESSIBLE = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1" />
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
  <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
  <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
  <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
  <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
    <pdfaProperty:name>part</pdfaProperty:name>
    <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
    <pdfaProperty:category>internal</pdfaProperty:category>
    <pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
  </rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def further(
    spec: Spec, page: PageSize, folder: Path, results: Path
) -> Iterator[tuple[str, list[Path | str], Writer]]:
    """Yield each kind of PDF that a study asks for beside the one for readers: what it reads, and what writes it."""
    if press := spec.press:
        profile = folder / press.profile if press.profile else None
        read: list[Path | str] = [repr(press), *([profile] if profile else [])]
        yield "press", read, partial(for_press, page=page, press=press, profile=profile)
    if spec.archive:
        yield "archive", [results], partial(for_archive, results=results)


def for_press(document: Document, pdf: Path, *, page: PageSize, press: Press, profile: Path | None) -> None:
    """Write the PDF that a print shop gets: with bleed and crop marks; with ``profile`` in its inks, as PDF/X-4.

    Without one it stays in RGB, marked as sRGB, and claims to be no PDF/X. Raises PrintError where the profile
    is not one of a printing condition in CMYK.
    """
    from .inks import Inks

    inks = Inks(profile) if profile else None
    for sheet in document.pages:
        _run_into_bleed(sheet._page_box, page, press.bleed_mm / MM_PER_PX)
        around = press.bleed_mm + (MARK_MM if press.crop_marks else 0)
        sheet.bleed = dict.fromkeys(SIDES, around / MM_PER_PX)
        sheet.links = []  # PDF/X allows none, and paper knows none
    document.metadata.created = document.metadata.modified = NO_DATE.strftime("%Y-%m-%dT%H:%M:%SZ")

    def finish(document: Document, unwritten: Any) -> None:
        for sheet in filter(_is_page, unwritten.objects):
            _cut(sheet, unwritten, press, "1 1 1 1 K" if inks else "0 0 0 RG")
        if inks:
            _as_pdf_x(unwritten, inks)
        else:
            _print_as_srgb(unwritten)

    if not inks:
        _take_as_srgb(document)
    variant = "pdf/x-4" if inks else None
    document.write_pdf(pdf, finisher=finish, pdf_variant=variant, pdf_tags=True, pdf_identifier=True)


def for_archive(document: Document, pdf: Path, *, results: Path) -> None:
    """Write the PDF that an archive gets: PDF/A-3a, tagged as the one for readers, the results attached."""
    from weasyprint import Attachment
    from weasyprint.pdf import pydyf

    def finish(document: Document, unwritten: Any) -> None:
        # WeasyPrint names each associated file twice.
        unwritten.catalog["AF"] = pydyf.Array(dict.fromkeys(unwritten.catalog["AF"]))
        for thing in unwritten.objects:
            if "Interpolate" in getattr(thing, "extra", {}):
                thing.extra["Interpolate"] = "false"  # PDF/A wants pictures as they are
        say_what_heads(document, unwritten)
        metadata = _metadata(unwritten)
        metadata.stream = [metadata.stream[0].replace(b"</rdf:RDF>", IS_ACCESSIBLE + b"</rdf:RDF>")]

    with results.open("rb") as file:
        attached = Attachment(
            file_obj=file, name="results.json", description="Every statistic of the study", relationship="Data",
            created=NO_DATE, modified=NO_DATE,
        )  # fmt: skip
        _take_as_srgb(document)
        document.write_pdf(pdf, pdf_variant="pdf/a-3a", attachments=[attached], finisher=finish, output_intent="")


def _take_as_srgb(document: Document) -> None:
    """Say what the colours of a document are; WeasyPrint's own way of it leaves a file open."""
    from weasyprint.css import ColorProfile

    file = resources.files("weasyprint.pdf") / "sRGB2014.icc"
    profile = ColorProfile(io.BytesIO(file.read_bytes()), file.name, "relative-colorimetric", (["r"], ["g"], ["b"]))
    document.color_profiles["srgb"] = profile


def _run_into_bleed(paper: Any, page: PageSize, bleed: float) -> None:
    """Let all that has a ground or a border and reaches an edge of the page go on to ``bleed``, in px, beyond it."""
    edges = dict(zip(SIDES, (0.0, 0.0, page.width_mm / MM_PER_PX, page.height_mm / MM_PER_PX), strict=True))
    grounds = []
    for box in boxes(paper):
        if box is not paper and (sides := [*_at_edge(box, edges)]):
            for side in sides:
                # Into padding or border, so that what stands in the box stays where it is.
                part = f"border_{side}_width" if getattr(box, f"border_{side}_width") else f"padding_{side}"
                setattr(box, part, getattr(box, part) + bleed)
            box.position_x -= bleed * ("left" in sides)
            box.position_y -= bleed * ("top" in sides)
            if getattr(box, "background", None):
                grounds.append(box)
    lay_grounds(grounds, paper)
    whole = (-bleed, -bleed, edges["right"] + 2 * bleed, edges["bottom"] + 2 * bleed)
    for name in ("background", "canvas_background"):  # of the page itself
        if ground := getattr(paper, name):
            layers = [layer._replace(painting_area=whole) for layer in ground.layers]
            setattr(paper, name, ground._replace(layers=layers))


def _at_edge(box: Any, edges: dict[str, float]) -> Iterator[str]:
    """Yield the sides of the page that a box reaches; a box of text reaches none, and has no edge of its own."""
    if not hasattr(box, "border_left_width") or box.border_left_width == "auto":
        return
    left, top = box.border_box_x(), box.border_box_y()
    found = (left, top, left + box.border_width(), top + box.border_height())
    for side, place, beyond in zip(SIDES, found, (-1, -1, 1, 1), strict=True):
        if (place - edges[side]) * beyond >= -TOLERANCE_MM / MM_PER_PX:
            yield side


def _is_page(thing: Any) -> bool:
    return isinstance(thing, dict) and thing.get("Type") == "/Page"


def _cut(sheet: Any, pdf: Any, press: Press, black: str) -> None:
    """Keep a page to its bleed, say where that ends, and draw the marks beyond it.

    WeasyPrint's own marks stand in the bleed, where backgrounds would be, and its bleed ends at 10 pt.
    """
    from weasyprint.pdf import pydyf

    left, top, right, bottom = trim = sheet["TrimBox"]
    bleed = press.bleed_mm * PT_PER_MM
    sheet["BleedBox"] = box = pydyf.Array((left - bleed, top - bleed, right + bleed, bottom + bleed))
    content = pdf.objects[int(sheet["Contents"].split()[0])].stream
    clip = f"q {box[0]} {box[1]} {box[2] - box[0]} {box[3] - box[1]} re W n"
    marks = ["/Artifact BMC", f"{MARK_PT} w {black}", *_marks(trim, bleed), "EMC"] if press.crop_marks else []
    content[:] = [clip.encode(), *content, b"Q", *(mark.encode() for mark in marks)]


def _marks(trim: Sequence[float], gap: float) -> Iterator[str]:
    """Yield two lines for each corner of the page, at ``gap`` from it; lengths in pt."""
    left, top, right, bottom = trim
    far = gap + MARK_MM * PT_PER_MM
    for x, out_x in ((left, -1), (right, 1)):
        for y, out_y in ((top, -1), (bottom, 1)):
            yield f"{x + out_x * gap} {y} m {x + out_x * far} {y} l S"
            yield f"{x} {y + out_y * gap} m {x} {y + out_y * far} l S"


def _as_pdf_x(pdf: Any, inks: Inks) -> None:
    """Put the page into its inks, and say for which printing condition."""
    from weasyprint.pdf import pydyf

    from .inks import separate

    separate(pdf, inks)
    profile = pydyf.Stream([inks.content], pydyf.Dictionary({"N": 4}), compress=True)
    pdf.add_object(profile)
    intent = {
        "Type": "/OutputIntent", "S": "/GTS_PDFX", "OutputConditionIdentifier": pydyf.String(inks.name),
        "Info": pydyf.String(inks.name), "DestOutputProfile": profile.reference,
    }  # fmt: skip
    pdf.catalog["OutputIntents"] = pydyf.Array([pydyf.Dictionary(intent)])
    # WeasyPrint draws a random identifier; the content gives one that stays.
    metadata = _metadata(pdf)
    content = b"".join(thing.data for thing in pdf.objects[1:] if thing is not metadata)
    known = str(UUID(sha256(content).hexdigest()[:32])).encode()
    metadata.stream = [re.sub(rb"(?<=xmp\.did:)[\w-]+", known, metadata.stream[0])]


def _metadata(pdf: Any) -> Any:
    """Return the XMP of a PDF, as a stream."""
    [found] = (thing for thing in pdf.objects if getattr(thing, "extra", {}).get("Type") == "/Metadata")
    return found


def _print_as_srgb(pdf: Any) -> None:
    """Say that what is in RGB is in sRGB, and nothing of how it shall be printed."""
    del pdf.catalog["OutputIntents"]
    for thing in pdf.objects:
        if isinstance(thing, dict) and "srgb" in thing:
            thing["DefaultRGB"] = thing["srgb"]
