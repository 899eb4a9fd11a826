"""Results, prose and templates to ``build/*.qmd`` and its style sheet."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Fault, StudyError, TemplateError, closest
from ..freshness import TEMPLATES
from ..ledger import Input, write
from ..utf8 import read_utf8
from .drawing import Drawing
from .options import Document
from .workspace import Workspace

if TYPE_CHECKING:
    from ..templating import Filler


class Filling:
    """Fills one document, makes its style sheet, and holds its words against the results."""

    def __init__(self, space: Workspace, document: Document, drawing: Drawing) -> None:
        self._space = space
        self._document = document
        self._drawing = drawing

    @cached_property
    def filler(self) -> Filler:
        """What fills the document; it knows the language of the study."""
        from ..emblems import logo, qr_code
        from ..templating import Filler

        def draw(kind: str, things: object, visit: object, visits: object = None) -> str:
            return self._drawing.note(kind, things, visit, visits, self.filler.sentence)

        functions = {"draw": draw, "logo": logo, "qr_code": qr_code, "document": self._document}
        space = self._space
        own = (space.folder / TEMPLATES).is_dir()
        return Filler(space.study, space.results, space.template_folders, functions, space.cache, own=own)

    def write(self) -> None:
        """Fill the document, and make its style sheet."""
        self._check_logos()
        self._space.analyse()
        self._fill()
        self._style()

    def _check_logos(self) -> None:
        """Raise StudyError where a logo is no file: a page that asks for it could not say who named it."""
        space = self._space
        logos = space.study.logos.items() if self._document == "poster" else ()
        if missing := [(name, file) for name, file in logos if not (space.folder / file).is_file()]:
            raise StudyError(*(_no_logo(space.folder / f, f, space.study.where("logos", name)) for name, f in missing))

    def _fill(self) -> None:
        space, document = self._space, self._document
        file = f"report/{document}.qmd"
        source, filled = space.folder / file, space.file(document, "qmd")
        if not source.is_file():
            raise StudyError(Fault("The document is missing.", "Write it, or copy another.", file))
        inputs: list[Input] = [
            *space.measured,
            source,
            *space.templates("**/*.jinja"),
            *space.templates("*.js"),
            repr(space.congress),
            space.theme.model_dump_json(exclude={"folders"}),  # of which only the place would change
            *space.theme.font_files,
        ]
        if self._drawing.is_cut_off():
            filled.unlink()  # so that it is filled, and its pictures are drawn
        space.step(
            f"prose of the {document}",
            inputs,
            lambda: [filled, *space.tables_of(document)],
            lambda: self._make(source, file, filled),
        )

    def _make(self, source: Path, file: str, filled: Path) -> None:
        from ..congress import with_names
        from ..markup import areas_of, faults
        from ..templating import front_matter
        from ..wordprocessing import tables

        space, document = self._space, self._document
        self._drawing.forget()
        text = read_utf8(source, file)
        matter, body = self.filler.fill(text, file)
        page = space.page(document)
        areas = space.theme.layout(page).names if document == "poster" else None

        def to_place(name: str, _: object) -> str:
            from ..layouts import place_for

            return place_for(name, space.theme, page, areas_of(body), space.hint)

        if wrong := [*faults(text, body, file, areas, to_place)]:
            raise TemplateError(*wrong)
        body = self._drawing.with_figures(body, self.filler)
        if document == "abstract":
            body = with_names(body, space.congress.in_language(self.filler.language))
        for old in space.tables_of(document):
            old.unlink()
        for name, table in tables(body):
            write(space.work / "tables" / f"{document}-{name}.csv", table)
        write(filled, front_matter(matter, space.study, document) + body + self._reader(body))

    def _reader(self, body: str) -> str:
        """Return what lets a reader of the page ask each of its numbers where it comes from."""
        from ..reader import reader_block

        script = self._space.template("reader.js").read_text(encoding="utf-8")
        return reader_block(body, script, self._space.study, self._space.results, self.filler.language)

    def _style(self) -> None:
        space, document = self._space, self._document
        filled, css = space.file(document, "qmd"), space.file(document, "css")
        page = space.page(document)

        def make() -> list[Fault]:
            from ..layouts import misfits
            from ..legibility import faint, foreign_fonts, foreign_fonts_in_text, missing_letters, unknown_tokens
            from ..markup import areas_of
            from ..own_fonts import cautions
            from ..style import sheets, stylesheet

            text = filled.read_text(encoding="utf-8")
            sheet = stylesheet(space.theme, document, page, text=text, cache=space.cache)
            write(css, sheet)
            report, own = f"report/{document}.qmd", f"templates/themes/{space.theme.name}"
            families = [name for role in space.theme.fonts for name in space.theme.families(role)]
            parts = sheets(space.theme, document, page).items()
            return [
                *faint(space.theme),
                *cautions(space.theme.fonts, space.theme.folder, f"{own}/theme.yml, fonts"),
                *unknown_tokens(sheet, own),
                *chain.from_iterable(foreign_fonts(css, file, families) for file, css in parts),
                *foreign_fonts_in_text(text, report, families),
                *missing_letters(space.theme, text, report),
                *(misfits(space.theme, page, areas_of(text)) if document == "poster" else ()),
            ]

        themes = [*space.theme.font_files, *space.templates("themes/**/*")]
        inputs: list[Input] = [repr(page), space.theme.name, filled, *themes]
        space.caution(space.step(f"style of the {document}", inputs, [css], make))

    # -- the author's own words: no typed number, no word that says too much

    def check_prose(self) -> None:
        """Hold the document against the results; warns, or, if the build is strict, raises TemplateError."""
        self._check_words(f"prose of the {self._document}", f"report/{self._document}.qmd")

    def check_sentences(self) -> None:
        """Hold the sentences of the study against the results likewise, where it has its own."""
        study = self._space.folder.resolve()
        place = self._space.template(f"language/{self.filler.language.name}.jinja")
        if study in place.parents:
            self._check_words("sentences", place.relative_to(study).as_posix())

    def _check_words(self, what: str, name: str) -> None:
        space, source = self._space, self._space.folder / name

        def make() -> list[Fault]:
            from ..gate import check_prose, read_words
            from ..unwritten import left_in_study

            language = self.filler.language
            watched = space.templates(f"language/{language.name}.overreach.yml")[:1]
            words = [word for path in watched for word in read_words(path)]
            texts = {name: read_utf8(source, name)}
            prose = check_prose(texts, space.study, space.results, language, words)
            return [*left_in_study(space.study, space.folder), *prose]

        inputs = [space.study.file_in(space.folder), space.results_file, source, *space.templates("language/*")]
        faults = space.step(f"check of the {what}", inputs, [], make)
        if faults and space.options.strict:
            raise TemplateError(*faults)
        space.caution(faults)


def _no_logo(path: Path, file: str, where: str) -> Fault:
    beside = [other.relative_to(path.parent).as_posix() for other in path.parent.glob("*")]
    near = closest(path.name, beside)
    mend = f"Did you mean '{Path(file).with_name(near).as_posix()}'?" if near else "Copy it there, or name another."
    return Fault(f"logos: there is no file {file}.", mend, where)
