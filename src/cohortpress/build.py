"""The steps from data to finished documents, in order; each runs only when what it reads has changed."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import current_process
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from .errors import CohortpressError, EngineError, Fault, OutputError, StudyError, TemplateError
from .freshness import (
    ANALYSIS,
    LEDGER,
    PROJECT_FILE,
    TEMPLATES,
    is_analysed,
    last_build_if_unchanged,
    note_whole,
    packaged_templates,
)
from .ledger import Input, Ledger, code_digest, digest, write
from .publishing import publish, recover

if TYPE_CHECKING:
    from .changes import Changes
    from .cohort import Cohort
    from .congress import Profile
    from .engine import Engine
    from .illustration import Place, Request
    from .language import Language
    from .paper import PageSize
    from .printing import Writer
    from .result import ResultSet
    from .style import Theme
    from .tables.blocks import Block
    from .templating import Filler
    from .verify import Check
    from .verify import Report as Verified
    from .verify.files import Outputs
    from .vocabulary import Entry
    from .workers import Workers

Made = TypeVar("Made")
Document = Literal["abstract", "poster"]
DOCUMENTS: tuple[Document, ...] = ("abstract", "poster")
ENDINGS = {"abstract": ("pdf", "fitted.html", "docx", "txt"), "poster": ("pdf", "fitted.html", "png")}

PREVIEW_WIDTH = 1000  # pixels
MOST_DOUBTS = 5  # about the data, of which a build warns

Report = Callable[[str, float], None]
Warn = Callable[[Fault], None]


@dataclass(frozen=True)
class Options:
    """What the command line or the environment decides about a build; None leaves it to the study."""

    engine: str | None = None
    theme: str | None = None
    documents: tuple[Document, ...] = DOCUMENTS
    strict: bool = False

    @property
    def choices(self) -> str:
        """All that decides about a build beside the files of the study."""
        return repr((self.engine or shutil.which("quarto"), self.theme, self.documents, self.strict))


def build(
    folder: Path,
    options: Options = Options(),
    report: Report = lambda step, seconds: None,
    warn: Warn = lambda fault: None,
    changed: Callable[[Changes], None] = lambda changes: None,
) -> list[Path]:
    """Build the study in ``folder`` and return what lies in ``_output/`` afterwards.

    ``report`` is told each step with its seconds, ``warn`` what should be mended but stops nothing, and
    ``changed`` which printed numbers are others than in the last good set.
    Raises CohortpressError where anything is wrong; ``_output/`` then is as it was.
    """
    if last := last_build_if_unchanged(folder, options.choices):
        for warning in last.warnings:
            warn(warning)
        return last.outputs
    if getattr(current_process(), "_inheriting", False):  # else such a script would wait for itself
        raise RuntimeError("A script that builds must do so below: if __name__ == '__main__':")
    from .workers import Workers

    with _without_collection(), Workers() as workers:
        workers.start(drawing=not is_analysed(folder))
        with Build(folder, options, report, warn, workers) as steps:
            outputs = steps.run()
            if steps.changes:
                changed(steps.changes)
            return outputs


class Build:
    """One build of one study: a context that only one process at a time can hold."""

    def __init__(
        self,
        folder: Path,
        options: Options,
        report: Report,
        warn: Warn = lambda fault: None,
        workers: Workers | None = None,
    ) -> None:
        from .study import read_study
        from .workers import Workers

        self.folder = folder
        self.options = options
        self.study = read_study(folder)
        self.work = folder / "build"
        self.output = folder / "_output"
        self._report = report
        self._warn = warn
        self._open = contextlib.ExitStack()
        self.workers = workers or self._open.enter_context(Workers())
        self._drawers = self.workers.apart()
        self._open.callback(self._drawers.rest)
        self._warnings: list[Fault] = []
        self.changes: Changes | None = None
        self._fillers: dict[Document, Filler] = {}
        self._asked: dict[Document, dict[str, Request]] = {}
        self._verified: dict[str, list[Check]] = {}
        self._for_word: dict[Document, list[Callable[[], object]]] = {}
        self._ledger = Ledger(folder / LEDGER)

    def __enter__(self) -> Build:
        self._open.enter_context(_alone(self.work / "lock"))
        recover(self.output)
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    # -- what the steps share, read once and only when needed

    @cached_property
    def template_folders(self) -> list[Path]:
        places = (self.folder / TEMPLATES, packaged_templates())
        return list(dict.fromkeys(place.resolve() for place in places if place.is_dir()))

    @cached_property
    def theme(self) -> Theme:
        from .style import load_theme

        chosen, folders = self.options.theme, [folder / "themes" for folder in self.template_folders]
        asked_by = "--theme or THEME" if chosen else self.study.where("theme")
        return load_theme(chosen or self.study.theme, folders, asked_by)

    @cached_property
    def congress(self) -> Profile:
        from .congress import load_profile

        return load_profile(self.study.congress, self.template_folders, self.study.where("congress"))

    @cached_property
    def _measured_values(self) -> tuple[Cohort, list[Block]]:
        """The cohort as its files have it, and the tables that it was read from."""
        from .cohort import cohort_of, read_tables
        from .privacy import identifiers

        faults: list[Fault] = []
        tables = read_tables(self.folder, self.study, faults)
        read = cohort_of(tables, self.study, faults)
        identifiers(tables.values(), self.study, allowed=self.study.privacy.allowed)
        return read

    @cached_property
    def cohort(self) -> Cohort:
        from .analysis.derived import derive

        return derive(self.study, self._measured_values[0])

    @cached_property
    def results(self) -> ResultSet:
        from .result import ResultSet

        self.analyse()
        return ResultSet.from_json(self._results_file.read_text(encoding="utf-8"))

    @cached_property
    def _cache(self) -> Path:
        """Where subsets of fonts and compiled templates are kept: the same for all studies, and dear to make."""
        shared = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cohortpress"
        with contextlib.suppress(OSError):
            shared.mkdir(parents=True, exist_ok=True)
        cache = shared if os.access(shared, os.W_OK) else self.work / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        return cache

    def _caution(self, faults: Iterable[Fault]) -> None:
        """Warn of what stops nothing, now and whenever nothing has changed since."""
        for fault in faults:
            if fault not in self._warnings:
                self._warnings.append(fault)
                self._warn(fault)

    @cached_property
    def _results_file(self) -> Path:
        return self.work / "results.json"

    def page(self, document: Document) -> PageSize:
        from .paper import parse_page_size

        with _at(self.study.where("documents", document, "page")):
            return parse_page_size(self.study.documents.of(document).page)

    def _work(self, document: Document, ending: str) -> Path:
        return self.work / f"{document}.{ending}"

    def _is_current(self, document: Document) -> bool:
        """Tell whether a document that this build leaves out was made from these very results."""
        files = self._files_of(document)
        return self._ledger.is_fresh(document, digest([self._results_file]), files)

    def _files_of(self, document: Document) -> list[Path]:
        kinds = self.study.documents.of(document).further
        further = [self._further(document, kind) for kind in kinds]
        return [*(self._work(document, ending) for ending in ENDINGS[document]), *further]

    def _further(self, document: Document, kind: str) -> Path:
        return self.work / f"{document}-{kind}.pdf"

    def _tables_of(self, document: Document) -> list[Path]:
        return sorted((self.work / "tables").glob(f"{document}-*.csv"))

    @cached_property
    def _data(self) -> list[Path]:
        return [self.folder / file for file in self.study.data.files.values()]

    @property
    def _profiles(self) -> list[Path]:
        """The ICC profiles that PDFs for print shops need."""
        asked = (self.study.documents.of(document).press for document in DOCUMENTS)
        return [self.folder / press.profile for press in asked if press and press.profile]

    @cached_property
    def _measured(self) -> list[Path]:
        """What results and figures depend on."""
        return [self.study.file_in(self.folder), *self._data]

    @cached_property
    def _pictures(self) -> list[Path]:
        """What a page may show: anything beside the prose."""
        return [
            path
            for path in sorted((self.folder / "report").rglob("*"))
            if path.suffix not in (".qmd", ".yml")
        ]

    def _templates(self, pattern: str) -> list[Path]:
        return [
            path
            for folder in self.template_folders
            for path in sorted(folder.glob(pattern))
            if path.is_file()
        ]

    def _template(self, name: str) -> Path:
        return self._templates(name)[0]

    # -- the steps

    def analyse(self) -> None:
        """Data to results.json."""

        def make() -> list[Fault]:
            from .analysis import analyse
            from .formatting import format_results
            from .plausibility import doubts
            from .provenance import provenance

            with _without_collection():
                results = format_results(analyse(self.study, self.cohort), self.study)
            self._warn_of_small_groups()
            note = provenance(self.folder, self.study, [str(note) for note in self.cohort.notes])
            write(self._results_file, results.with_provenance(note).to_json())
            return few(doubts(self.study, *self._measured_values))

        self._caution(self._step(ANALYSIS, self._measured, [self._results_file], make, data=self._measured))

    def _warn_of_small_groups(self) -> None:
        """Say it when the data are analysed; it is no fault that every build should repeat."""
        from .privacy import small_groups

        rules = self.study.privacy
        groups = small_groups(
            self.study, self.cohort, smallest=rules.smallest_group, traits=rules.traits, band=rules.band
        )
        if groups:
            said = "; ".join(map(str, groups[:3])) + (" ..." if groups[3:] else "")
            problem = f"{len(groups)} groups have fewer than {rules.smallest_group} subjects: {said}."
            mend = "Could a reader know one of them? If not, write 'privacy: {smallest_group: 0}'."
            self._warn(Fault(problem, mend, self.study.where("privacy")))

    def run(self) -> list[Path]:
        """Go all the way; both documents at once, and nothing is printed before both are filled."""
        from .jobs import Jobs

        documents = sorted(self.options.documents, reverse=True)  # the poster takes longest
        _ = self.engine  # one that is asked for and absent fails before anything is done
        self.analyse()
        with Jobs() as jobs:
            for document in documents:
                jobs.begin(self._write, document)
            jobs.join()
            self._drawers.rest()  # those that have drawn hold memory that pandoc needs
            pages = {document: jobs.begin(self.render, document) for document in documents}
            pictures = [jobs.begin(self.draw_for_word, document) for document in documents]
            # To print the pages takes longest, so that all else waits until they are rendered.
            drawn = jobs.begin(self._drawers.rest, after=[*pages.values(), *pictures])
            for document in documents:
                steps = (self._word, self._text) if "docx" in ENDINGS[document] else ()
                made = [jobs.begin(self.print, document, after=[pages[document]])]
                jobs.begin(self.draw_preview, document, after=[*made])
                made += [jobs.begin(step, document, after=[drawn]) for step in steps]
                jobs.begin(self._check_prose, document)
                jobs.begin(self._read_ahead, document, after=[pages[document]])
                jobs.begin(self._verify, document, after=made)
            jobs.begin(self._check_sentences)
            jobs.begin(self._verify_results)
        for document in documents:
            self._ledger.note(document, digest([self._results_file]), self._files_of(document))
        return self.publish()

    def _read_ahead(self, document: Document) -> None:
        """Read a page back while it is printed, and the last one too if it said something else."""
        from .verify import read_page

        _ = self.results, self._language
        read_page(self.page_of(document).decode())
        if self._says_anew(self._texts):
            with contextlib.suppress(OSError, UnicodeDecodeError):
                read_page((self.output / f"{document}.html").read_text(encoding="utf-8"))

    @property
    def _texts(self) -> str:
        """A digest of what the documents say, in whatever style."""
        return digest([self._results_file, *(self._work(d, "qmd") for d in DOCUMENTS)])

    def _says_anew(self, texts: str) -> bool:
        """Tell whether there is a last set that may have said something else."""
        return not self._ledger.is_fresh("changes", texts, []) and (self.output / "results.json").is_file()

    def _verify(self, document: Document) -> None:
        from .verify import checks_of

        files, strict = self._finished((document,)), self.options.strict
        self._verified[document] = checks_of(
            document, files, self.study, self.results, self._language, strict=strict
        )

    def _verify_results(self) -> None:
        from .verify import RESULTS, checks_of_results

        self._verified[RESULTS] = checks_of_results(self.results, self.folder, self.study, self.results)

    def fill(self, document: Document) -> None:
        """Results, prose and templates to ``build/*.qmd`` and its style sheet."""
        self._write(document)
        self._check_prose(document)
        self._check_sentences()

    def _write(self, document: Document) -> None:
        self.analyse()
        self._fill(document)
        self._style(document)

    def _style(self, document: Document) -> None:
        filled, css = self._work(document, "qmd"), self._work(document, "css")
        page = self.page(document)

        def make() -> list[Fault]:
            from .legibility import faint, unknown_tokens
            from .style import stylesheet

            sheet = stylesheet(self.theme, document, page, text=filled.read_text(encoding="utf-8"), cache=self._cache)
            write(css, sheet)
            return [*faint(self.theme), *unknown_tokens(sheet, f"templates/themes/{self.theme.name}")]

        inputs: list[Input] = [repr(page), self.theme.name, filled, *self._templates("themes/**/*")]
        self._caution(self._step(f"style of the {document}", inputs, [css], make))

    def _fill(self, document: Document) -> None:
        from .congress import with_names
        from .markup import faults
        from .templating import front_matter
        from .wordprocessing import tables

        source = self.folder / "report" / f"{document}.qmd"
        if not source.is_file():
            raise StudyError(
                Fault("The document is missing.", "Write it, or copy another.", f"report/{document}.qmd")
            )
        filled, file = self._work(document, "qmd"), f"report/{document}.qmd"

        def make() -> None:
            self._asked.setdefault(document, {}).clear()
            self._for_word.pop(document, None)
            text = _text_of(source)
            matter, body = self._filler(document).fill(text, file)
            areas = self.theme.layout(self.page(document)).names if document == "poster" else None
            if wrong := [*faults(text, body, file, areas)]:
                raise TemplateError(*wrong)
            body = self._with_figures(document, body)
            if document == "abstract":
                body = with_names(body, self.congress.in_language(self._language))
            for old in self._tables_of(document):
                old.unlink()
            for name, table in tables(body):
                write(self.work / "tables" / f"{document}-{name}.csv", table)
            write(filled, front_matter(matter, self.study, document) + body + self._reader(document, body))

        inputs: list[Input] = [
            *self._measured,
            source,
            *self._templates("**/*.jinja"),
            *self._templates("*.js"),
            repr(self.congress),
            self.theme.model_dump_json(exclude={"folders"}),  # of which only the place would change
        ]
        if self._lacks_pictures(document):
            filled.unlink()  # so that it is filled, and its pictures are drawn
        self._step(f"prose of the {document}", inputs, lambda: [filled, *self._tables_of(document)], make)

    def _lacks_pictures(self, document: Document) -> bool:
        """Tell whether the last build was cut off before it had drawn a document's pictures for Word."""
        from .illustration import pictures

        filled = self._work(document, "qmd")
        if "docx" not in ENDINGS[document] or not filled.is_file():
            return False
        return not all((self.work / name).is_file() for name in pictures(filled.read_text(encoding="utf-8")))

    def _filler(self, document: Document) -> Filler:
        from .qr import qr_code
        from .templating import Filler

        if document not in self._fillers:
            functions = {"draw": self._draughtsman(document), "qr_code": qr_code, "document": document}
            self._fillers[document] = Filler(
                self.study, self.results, self.template_folders, functions, self._cache
            )
        return self._fillers[document]

    @property
    def _language(self) -> Language:
        return self._filler(self.options.documents[0]).language

    def vocabulary(self) -> list[Entry]:
        """Return what a document of this study can say, with what it prints now."""
        from .vocabulary import vocabulary

        return vocabulary(self.study, self.results, self._filler(DOCUMENTS[0]))

    def _reader(self, document: Document, body: str) -> str:
        """Return what lets a reader of the page ask each of its numbers where it comes from."""
        from .reader import reader_block

        script = self._template("reader.js").read_text(encoding="utf-8")
        return reader_block(body, script, self.study, self.results, self._language)

    def _check_prose(self, document: Document) -> None:
        """Hold the author's own words against the results: no typed number, no word that says too much.

        Warns, or, if the build is strict, raises TemplateError with all faults.
        """
        self._check_words(f"prose of the {document}", f"report/{document}.qmd", document)

    def _check_sentences(self) -> None:
        """Hold the sentences of the study against the results likewise, where it has its own."""
        place = self._template(f"language/{self._language.name}.jinja")
        if self.folder.resolve() in place.parents:
            name = place.relative_to(self.folder.resolve()).as_posix()
            self._check_words("sentences", name, self.options.documents[0])

    def _check_words(self, what: str, name: str, document: Document) -> None:
        def make() -> list[Fault]:
            from .gate import check_prose, read_words

            watched = self._templates(f"language/{self._language.name}.overreach.yml")[:1]
            words = [word for path in watched for word in read_words(path)]
            texts = {name: source.read_text(encoding="utf-8")}
            return check_prose(texts, self.study, self.results, self._language, words)

        source = self.folder / name
        inputs = [self.study.file_in(self.folder), self._results_file, source, *self._templates("language/*")]
        faults = self._step(f"check of the {what}", inputs, [], make)
        if faults and self.options.strict:
            raise TemplateError(*faults)
        self._caution(faults)

    def _draughtsman(self, document: Document) -> Callable[[str, object, object], str]:
        """Return the function that takes down which figure ``document`` asks for, and leaves a mark in its place."""
        from .illustration import mark_of, request

        asked = self._asked.setdefault(document, {})

        def draw(kind: str, things: object, visit: object) -> str:
            mark = mark_of(f"{document}-{kind}-{len(asked) + 1}")
            asked[mark] = request(kind, things, visit, self.study, self._filler(document).sentence)
            return mark

        return draw

    def _with_figures(self, document: Document, body: str) -> str:
        """Return a filled document with its figures in place of their marks."""
        from .illustration import in_rows, places

        asked, page = self._asked[document], self.page(document)
        areas = {mark: place.area for mark, place in places(body, asked).items()}
        body = in_rows(body, asked, lambda mark: self.theme.abreast(document, page, areas[mark]))
        for mark, place in places(body, asked).items():
            body = body.replace(mark, self._figure(document, mark[1:-1], asked[mark], place))
        return body

    def _figure(self, document: Document, name: str, asked: Request, place: Place) -> str:
        """Return the Markdown of a figure, drawn now or found drawn."""
        from .figures import Words, draw, picture
        from .illustration import figure_block, plan

        svg, png = (self.work / "figures" / f"{name}.{ending}" for ending in ("svg", "png"))
        size = self.theme.panels(
            document, self.page(document), len(asked.alts), place.area, beside=place.beside, whole=asked.whole
        )
        words = self._filler(document).words("figure_words")
        inputs: list[Input] = [repr((asked, size, words, self.theme.fonts)), *self._measured]

        def drawn(job: Callable[..., Made], *more: str) -> Made:
            panels, look = plan(asked, size, self.study, self.cohort, self.results, self.theme, Words(**words))
            return self._drawers.run(job, panels, look, *more)

        def make() -> None:
            png.unlink(missing_ok=True)
            write(svg, drawn(draw, name))

        self._step(f"figure {name}", inputs, [svg], make)
        if "docx" in ENDINGS[document]:  # drawn when the page has been rendered, which takes longer to finish
            self._for_word.setdefault(document, []).append(
                lambda: self._step(f"{name} for Word", inputs, [png], lambda: write(png, drawn(picture)))
            )
        share = size.across / (size.across + size.spare) / place.beside
        return figure_block(svg.read_text(encoding="utf-8"), name, self.theme, share)

    @cached_property
    def engine(self) -> Engine:
        from .engine import choose_engine

        return choose_engine(self.options.engine, self.folder)

    def render(self, document: Document) -> None:
        """``build/*.qmd`` to HTML, by whichever engine, and its style sheet into it: another style needs no engine."""
        from .engine import styled
        from .markup import with_line

        filled, plain, css = (self._work(document, ending) for ending in ("qmd", "plain.html", "css"))
        around = [self.folder / PROJECT_FILE, *self._templates("*.html"), *self._pictures]
        inputs: list[Input] = [self.engine.name, self.engine.version(), filled, *around]

        def make() -> None:
            try:
                write(plain, self.engine.render(filled))
            except EngineError as error:
                file = f"report/{document}.qmd"
                texts = _text_of(self.folder / file), _text_of(filled)
                raise EngineError(*(with_line(fault, *texts, file) for fault in error.faults)) from None

        self._step(f"HTML of the {document}, by {self.engine.name}", inputs, [plain], make)
        with _at(f"templates/themes/{self.theme.name}"):
            page = styled(plain.read_text(encoding="utf-8"), css.read_text(encoding="utf-8"))
        write(self._work(document, "html"), page)

    def page_of(self, document: Document) -> bytes:
        """Return the rendered page, before it is printed."""
        return self._work(document, "html").read_bytes()

    def print(self, document: Document) -> None:
        """HTML to PDF."""
        from .printing import print_pdf

        html, fitted, pdf = (self._work(document, e) for e in ("html", "fitted.html", "pdf"))
        page = self.page(document)
        text_pt = self.theme.text_pt(document, page)

        def make() -> list[Fault]:
            printed = self.workers.run(print_pdf, html, pdf, page=page, text_pt=text_pt)
            write(fitted, as_printed(html.read_text(encoding="utf-8"), printed.style))
            return [Fault(warning, "", f"{document}.pdf") for warning in printed.warnings]

        self._caution(self._step(f"PDF of the {document}", [html, repr((page, text_pt))], [pdf, fitted], make))
        if self.study.documents.of(document).further:
            self._print_further(document, page)

    def draw_preview(self, document: Document) -> None:
        """The PDF of a poster to its preview; this process draws it, as it has loaded what reads the PDF back."""
        from .pdfium import save_picture

        pdf, png = self._work(document, "pdf"), self._work(document, "png")
        if "png" in ENDINGS[document]:
            step = f"preview of the {document}"
            self._step(step, [pdf], [png], lambda: save_picture(pdf, png, PREVIEW_WIDTH))

    def _print_further(self, document: Document, page: PageSize) -> None:
        """Print the page again, as it was fitted, as each other kind of PDF that the study asks for."""
        from .press import further
        from .printing import print_pdf

        fitted = self._work(document, "fitted.html")
        size = size_printed(fitted.read_text(encoding="utf-8"))
        spec = self.study.documents.of(document)
        for kind, read, writer in further(spec, page, self.folder, self._results_file):
            pdf = self._further(document, kind)

            def make(pdf: Path = pdf, writer: Writer = writer) -> None:
                self.workers.run(print_pdf, fitted, pdf, page=page, text_pt=(size, size, size), write=writer)

            with _at(self.study.where("documents", document, kind)):
                self._step(f"PDF of the {document} for the {kind}", [fitted, repr(page), *read], [pdf], make)

    def draw_for_word(self, document: Document) -> None:
        """Draw the pictures of a filled document that a Word file shows."""
        for draw in self._for_word.pop(document, ()):
            draw()

    def _word(self, document: Document) -> None:
        from .engine.pandoc import run_pandoc

        self.draw_for_word(document)
        filled, docx = self._work(document, "qmd"), self._work(document, "docx")
        lua = self._template("docx.lua")
        pictures = sorted((self.work / "figures").glob(f"{document}-*.png"))
        options = ["--from=markdown", "--to=docx", f"--lua-filter={lua.resolve()}", "--output", docx.name]

        def make() -> None:
            run_pandoc(self.work, filled.name, *options)

        self._step(f"Word file of the {document}", [filled, lua, *pictures], [docx], make)

    def _text(self, document: Document) -> None:
        from .congress import submission

        filled, txt = self._work(document, "qmd"), self._work(document, "txt")
        source = self.folder / "report" / f"{document}.qmd"

        def make() -> None:
            text = filled.read_text(encoding="utf-8")
            profile = self.congress.in_language(self._language)
            write(txt, submission(text, _text_of(source), self.study, profile, self._language, self.work))

        study = self.study.file_in(self.folder)
        inputs: list[Input] = [filled, source, study, repr(self.congress), *self._templates("language/*.jinja")]
        self._step(f"text of the {document}", inputs, [txt], make)

    def publish(self) -> list[Path]:
        """Put the finished set into ``_output/``, whole or not at all; return its files."""
        # A document that was left out of this build stays as long as it is not older than the data.
        files = self._finished([d for d in DOCUMENTS if d in self.options.documents or self._is_current(d)])
        placed = [self.output / name for name in files]
        before = {os.path.relpath(path, self.output) for path in self._ledger.made("outputs")}
        texts = self._texts

        def make() -> None:
            self._check(files)
            if self._says_anew(texts):
                from .changes import changes

                self.changes = changes(self.output, files, self.study)
            publish(files, self.output, replaced=before)
            self._ledger.note("changes", texts, [])

        self._step("outputs", [*files, *files.values()], placed, make)
        read = [*self._data, *self._profiles]
        note_whole(self._ledger, self.folder, read, self.options.choices, placed, self._warnings)
        return placed

    def verify(self, files: Outputs | None = None, *, strict: bool = True) -> Verified:
        """Read the finished set back, and hold every number in it against the results."""
        from .verify import verify

        files = files or self.output
        known = self._verified
        return verify(files, self.folder, self.study, self._language, self.results, strict=strict, known=known)

    def _check(self, files: Outputs) -> None:
        """Raise OutputError where a finished file says something else than the results, or more than it may."""
        with self._timed("verification"):
            # A typed number has been warned of; only a strict build stops at it.
            report = self.verify(files, strict=self.options.strict)
        if not report.ok:
            raise OutputError(*(Fault(f"{f}.", "", c.place) for c in report.checks for f in c.findings))
        if self.study.publish == "aggregate":
            from .privacy import leaks

            leaks(files, self.cohort)

    def _finished(self, documents: Sequence[Document]) -> dict[str, Path]:
        """Return what a reader gets: name below ``_output/`` -> where it was made."""
        files = [file for document in documents for file in self._files_of(document)]
        tables = [table for document in documents for table in self._tables_of(document)]
        made = (*files, self._results_file, *tables)
        return {path.relative_to(self.work).as_posix().replace(".fitted", ""): path for path in made}

    # -- how a step runs

    def _step(
        self,
        name: str,
        inputs: Sequence[Input],
        files: Sequence[Path] | Callable[[], Sequence[Path]],
        make: Callable[[], list[Fault] | None],
        data: Sequence[Path] = (),
    ) -> list[Fault]:
        """Run ``make`` unless it made ``files`` from the same ``inputs`` by the same code before.

        Returns what it warns of, now or then. ``data`` are remembered for who asks later.
        """
        key = digest([code_digest(), *inputs])
        made = files if callable(files) else lambda: files
        if self._ledger.is_fresh(name, key, made()):
            return self._ledger.warnings(name)
        with self._timed(name):
            warnings = make() or []
        self._ledger.note(name, key, made(), data, warnings)
        return warnings

    @contextlib.contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._report(name, time.perf_counter() - start)


def few(doubts: Sequence[Fault]) -> list[Fault]:
    """Return the first of many doubts about the data, and how many more there are: a build has more to say."""
    if len(doubts) <= MOST_DOUBTS:
        return list(doubts)
    rest = len(doubts) - MOST_DOUBTS
    more = Fault(f"{rest} more values or subjects look wrong.", "See them all with: cohortpress check-data")
    return [*doubts[:MOST_DOUBTS], more]


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """Spare Python the search for dead cycles: nearly all that a build loads and reads stays alive to its end."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other build runs in this folder."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _at(where: str) -> Iterator[None]:
    """Say where a fault lies that does not know it."""
    try:
        yield
    except CohortpressError as error:
        raise type(error)(*(replace(fault, where=fault.where or where) for fault in error.faults)) from None


def _text_of(document: Path) -> str:
    try:
        return document.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise StudyError(
            Fault("The file is not UTF-8.", "Save it as UTF-8.", f"report/{document.name}")
        ) from None


def as_printed(html: str, style: str) -> str:
    """Return the page with the sizes that filled its paper, so that a browser prints the same page."""
    return html.replace("<html ", f'<html style="{style}" ', 1)


def size_printed(page: str) -> float:
    """Return the size of the text, in pt, of a page that `as_printed` gave."""
    return float(page.partition("--text: ")[2].partition("pt")[0])
