"""``build/*.qmd`` to what readers get: HTML, PDF, a preview, Word and plain text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import EngineError, Fault
from ..freshness import PROJECT_FILE
from ..ledger import Input, write
from ..utf8 import read_utf8
from .options import ENDINGS, Document
from .workspace import Workspace, at

if TYPE_CHECKING:
    from ..language import Language
    from ..paper import PageSize
    from ..printing import Writer
    from ..workers import Workers

PREVIEW_WIDTH = 1000  # pixels


class Finishing:
    """Renders and prints one document that is filled."""

    def __init__(self, space: Workspace, document: Document, printers: Workers) -> None:
        self._space = space
        self._document = document
        self._printers = printers

    def _files(self, *endings: str) -> tuple[Path, ...]:
        return tuple(self._space.file(self._document, ending) for ending in endings)

    def render(self) -> None:
        """Make HTML, by whichever engine, and put its style sheet into it: another style needs no engine."""
        from ..engine import styled
        from ..markup import with_line

        space, engine = self._space, self._space.engine
        filled, plain, css, html = self._files("qmd", "plain.html", "css", "html")
        shown = [*space.pictures, *space.pictures_of(self._document)]
        around = [space.folder / PROJECT_FILE, *space.templates("*.html"), *shown]
        inputs: list[Input] = [engine.name, engine.version(filled), filled, *around]

        def make() -> None:
            try:
                write(plain, engine.render(filled))
            except EngineError as error:
                file = f"report/{self._document}.qmd"
                texts = read_utf8(space.folder / file, file), filled.read_text(encoding="utf-8")
                raise EngineError(*(with_line(fault, *texts, file) for fault in error.faults)) from None

        space.step(f"HTML of the {self._document}, by {engine.name}", inputs, [plain], make)
        with at(f"templates/themes/{space.theme.name}"):
            page = styled(plain.read_text(encoding="utf-8"), css.read_text(encoding="utf-8"))
        write(html, page)

    def page(self) -> bytes:
        """Return the rendered page, before it is printed."""
        (html,) = self._files("html")
        return html.read_bytes()

    def print(self) -> None:
        """HTML to PDF."""
        from ..layouts import lower_figures
        from ..printing import print_pdf

        space, document = self._space, self._document
        html, fitted, pdf = self._files("html", "fitted.html", "pdf")
        page = space.page(document)
        text_pt = space.theme.text_pt(document, page)

        def make() -> list[Fault]:
            lower = lower_figures(space.theme, page, space.hint)
            printed = self._printers.run(print_pdf, html, pdf, page=page, text_pt=text_pt, figures=lower)
            write(fitted, as_printed(html.read_text(encoding="utf-8"), printed.style))
            return list(printed.warnings)

        space.caution(space.step(f"PDF of the {document}", [html, repr((page, text_pt))], [pdf, fitted], make))
        if space.study.documents.of(document).further:
            self._print_further(page)

    def _print_further(self, page: PageSize) -> None:
        """Print the page again, as it was fitted, as each other kind of PDF that the study asks for."""
        from ..press import further
        from ..printing import print_pdf

        space, document = self._space, self._document
        (fitted,) = self._files("fitted.html")
        size = size_printed(fitted.read_text(encoding="utf-8"))
        spec = space.study.documents.of(document)
        for kind, read, writer in further(spec, page, space.folder, space.results_file):
            pdf = space.further(document, kind)

            def make(pdf: Path = pdf, writer: Writer = writer) -> None:
                self._printers.run(print_pdf, fitted, pdf, page=page, text_pt=(size, size, size), write=writer)

            with at(space.study.where("documents", document, kind)):
                space.step(f"PDF of the {document} for the {kind}", [fitted, repr(page), *read], [pdf], make)

    def draw_preview(self) -> None:
        """The PDF of a poster to its preview, drawn while this process reads the PDF back."""
        from ..pdfium import save_picture

        if "png" in ENDINGS[self._document]:
            pdf, png = self._files("pdf", "png")
            step = f"preview of the {self._document}"
            self._space.step(step, [pdf], [png], lambda: self._printers.run(save_picture, pdf, png, PREVIEW_WIDTH))

    def word(self) -> None:
        """The filled document, and its pictures, to a Word file."""
        from ..engine.pandoc import run_pandoc

        space = self._space
        filled, docx = self._files("qmd", "docx")
        lua = space.template("docx.lua")
        drawn = sorted((space.work / "figures").glob(f"{self._document}-*.png"))
        options = ["--from=markdown", "--to=docx", f"--lua-filter={lua.resolve()}", "--output", docx.name]

        def make() -> None:
            run_pandoc(space.work, filled.name, *options)

        inputs = [filled, lua, *drawn, *space.pictures_of(self._document)]
        space.step(f"Word file of the {self._document}", inputs, [docx], make)

    def text(self, language: Language) -> None:
        """The filled document to plain text, for a congress's form, with its counts."""
        from ..congress import submission

        space, document = self._space, self._document
        filled, txt = self._files("qmd", "txt")
        source = space.folder / f"report/{document}.qmd"

        def make() -> None:
            text, profile = filled.read_text(encoding="utf-8"), space.congress.in_language(language)
            written = read_utf8(source, f"report/{document}.qmd")
            write(txt, submission(text, written, space.study, profile, language, space.work))

        study = space.study.file_in(space.folder)
        around = [*space.templates("language/*.jinja"), *space.templates("text.lua")]
        inputs: list[Input] = [filled, source, study, repr(space.congress), *around]
        space.step(f"text of the {document}", inputs, [txt], make)


def as_printed(html: str, style: str) -> str:
    """Return the page with the sizes that filled its paper, so that a browser prints the same page."""
    return html.replace("<html ", f'<html style="{style}" ', 1)


def size_printed(page: str) -> float:
    """Return the size of the text, in pt, of a page that `as_printed` gave."""
    return float(page.partition("--text: ")[2].partition("pt")[0])
