"""The folder of a study while it is built: what is read for it, what lies where, and how a step runs."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..errors import CohortpressError, DataError, Doubt, Fault, Refused
from ..freshness import ANALYSIS, LEDGER, TEMPLATES, packaged_templates, sources, whole_key
from ..ledger import Digests, Input, Ledger, code_digest, digest, write
from .options import DOCUMENTS, ENDINGS, Document, Options, Report, Warn

if TYPE_CHECKING:
    from ..cohort import Cohort
    from ..congress import Profile
    from ..engine import Engine
    from ..paper import PageSize
    from ..result import ResultSet
    from ..study import Study
    from ..style import Theme
    from ..tables.blocks import Block

PAGE_TEMPLATE = "page.html"
MOST_DOUBTS = 5  # about the data, of which a build warns


class Workspace:
    """What the steps of a build share, read once and only when needed."""

    def __init__(self, folder: Path, options: Options, report: Report, warn: Warn) -> None:
        self.folder = folder
        self.options = options
        self.work = folder / "build"
        self.output = folder / "_output"
        self.digests = Digests(self.work)
        self.warnings: list[Fault] = []
        self._report = report
        self._warn = warn

    def open(self) -> None:
        """Take down what the files of the study hold, before any of them is read."""
        for file in self.sources:
            self.digests(file)
        _ = self.study, self.ledger

    @cached_property
    def sources(self) -> list[Path]:
        return sources(self.folder)

    @cached_property
    def study(self) -> Study:
        from ..study import read_study

        return read_study(self.folder)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.folder / LEDGER)

    @property
    def choices_and_files(self) -> str:
        """What tells this build from another, once it has read all that it reads."""
        return whole_key([*self.sources, *self.read], self.options.choices, self.digests)

    @cached_property
    def template_folders(self) -> list[Path]:
        places = (self.folder / TEMPLATES, packaged_templates())
        return list(dict.fromkeys(place.resolve() for place in places if place.is_dir()))

    def templates(self, pattern: str) -> list[Path]:
        """Return the templates whose path below a templates folder matches, those of the study first."""
        return [path for folder in self.template_folders for path in sorted(folder.glob(pattern)) if path.is_file()]

    def template(self, name: str) -> Path:
        return self.templates(name)[0]

    def place_page_template(self) -> None:
        """Copy the page template, the study's own or the packaged one, to where ``_quarto.yml`` says that it is.

        Quarto knows no other place, and a study need not have templates of its own.
        """
        placed, template = self.work / PAGE_TEMPLATE, self.template(PAGE_TEMPLATE).read_bytes()
        if not placed.is_file() or placed.read_bytes() != template:
            write(placed, template)

    @cached_property
    def theme(self) -> Theme:
        from ..style import load_theme

        chosen, folders = self.options.theme, [folder / "themes" for folder in self.template_folders]
        asked_by = "--theme or THEME" if chosen else self.study.where("theme")
        return load_theme(chosen or self.study.theme, folders, asked_by, self.folder)

    @property
    def hint(self) -> str:
        """What to say behind the name of the theme's file: where the study has none, how it gets one."""
        own = (self.folder / TEMPLATES / "themes" / self.theme.name / "theme.yml").is_file()
        return "" if own else ", which 'cohortpress eject' copies into the study"

    @cached_property
    def congress(self) -> Profile:
        from ..congress import load_profile

        return load_profile(self.study.congress, self.template_folders, self.study.where("congress"))

    def page(self, document: Document) -> PageSize:
        from ..paper import parse_page_size

        with at(self.study.where("documents", document, "page")):
            return parse_page_size(self.study.documents.of(document).page)

    @cached_property
    def engine(self) -> Engine:
        from ..engine import choose_engine

        return choose_engine(self.options.engine, self.folder)

    @cached_property
    def cache(self) -> Path:
        """Where subsets of fonts and compiled templates are kept: the same for all studies, and dear to make."""
        shared = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cohortpress"
        with contextlib.suppress(OSError):
            shared.mkdir(parents=True, exist_ok=True)
        cache = shared if os.access(shared, os.W_OK) else self.work / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        return cache

    # -- the data and their results

    @cached_property
    def measured_values(self) -> tuple[Cohort, list[Block]]:
        """The cohort as its files have it, and the tables that it was read from."""
        from ..cohort import cohort_of, read_tables
        from ..privacy import identifiers

        faults: list[Fault] = []
        tables = read_tables(self.folder, self.study, faults)
        read = cohort_of(tables, self.study, faults)
        identifiers(tables.values(), self.study, allowed=self.study.privacy.allowed)
        return read

    @cached_property
    def cohort(self) -> Cohort:
        from ..analysis.derived import derive

        return derive(self.study, self.measured_values[0])

    @cached_property
    def results(self) -> ResultSet:
        from ..result import ResultSet

        self.analyse()
        return ResultSet.from_json(self.results_file.read_text(encoding="utf-8"))

    def analyse(self) -> None:
        """Data to results.json; raises DataError where the data hold what a strict build refuses."""

        def refused() -> list[Fault]:
            return [note for note in self.measured_values[0].notes if isinstance(note, Refused)]

        if self.options.strict and (faults := self.step("rows of the data", self.measured, [], refused)):
            raise DataError(*faults)

        def make() -> list[Fault]:
            from ..analysis import analyse
            from ..formatting import format_results
            from ..plausibility import doubts
            from ..provenance import provenance

            with without_collection():
                results = format_results(analyse(self.study, self.cohort), self.study)
            # A doubt names its subject.
            named = self.study.publish == "full"
            notes = [str(note) for note in self.cohort.notes if named or not isinstance(note, Doubt)]
            note = provenance(self.folder, self.study, notes, self.digests)
            write(self.results_file, results.with_provenance(note).to_json())
            return [*self._small_groups(), *few(doubts(self.study, *self.measured_values))]

        self.caution(self.step(ANALYSIS, self.measured, [self.results_file], make, data=self.measured))

    def _small_groups(self) -> list[Fault]:
        """Return the warning of groups so small that a reader could know who is in them, if there are any."""
        from ..privacy import small_groups

        groups = small_groups(self.study, self.cohort)
        said = "; ".join(map(str, groups[:3])) + (" ..." if groups[3:] else "")
        fewest = self.study.privacy.smallest_group
        have = "1 group has" if len(groups) == 1 else f"{len(groups)} groups have"
        problem = f"{have} fewer than {fewest} subjects: {said}."
        mend = "Could a reader know one of them? If not, write 'privacy: {smallest_group: 0}'."
        return [Fault(problem, mend, self.study.where("privacy"))] if groups else []

    # -- what lies where

    @cached_property
    def results_file(self) -> Path:
        return self.work / "results.json"

    def file(self, document: Document, ending: str) -> Path:
        return self.work / f"{document}.{ending}"

    def further(self, document: Document, kind: str) -> Path:
        return self.work / f"{document}-{kind}.pdf"

    def tables_of(self, document: Document) -> list[Path]:
        return sorted((self.work / "tables").glob(f"{document}-*.csv"))

    def files_of(self, document: Document) -> list[Path]:
        kinds = self.study.documents.of(document).further
        further = [self.further(document, kind) for kind in kinds]
        return [*(self.file(document, ending) for ending in ENDINGS[document]), *further]

    def finished(self, documents: Sequence[Document]) -> dict[str, Path]:
        """Return what a reader gets: name below ``_output/`` -> where it was made."""
        files = [file for document in documents for file in self.files_of(document)]
        tables = [table for document in documents for table in self.tables_of(document)]
        made = (*files, self.results_file, *tables)
        return {path.relative_to(self.work).as_posix().replace(".fitted", ""): path for path in made}

    def is_current(self, document: Document) -> bool:
        """Tell whether a document that this build leaves out was made from these very results."""
        return self.ledger.is_fresh(document, digest([self.results_file]), self.files_of(document))

    @cached_property
    def data(self) -> list[Path]:
        return [self.folder / file for file in self.study.data.files.values()]

    @property
    def profiles(self) -> list[Path]:
        """The ICC profiles that PDFs for print shops need."""
        asked = (self.study.documents.of(document).press for document in DOCUMENTS)
        return [self.folder / press.profile for press in asked if press and press.profile]

    @property
    def read(self) -> list[Path]:
        """The files that the study, its documents and its theme name."""
        shown = (picture for document in DOCUMENTS for picture in self.pictures_of(document))
        found = [*self.data, *self.profiles, *self.theme.font_files, *dict.fromkeys(shown)]
        # As the ledger will give them back: their names are part of what tells that nothing has changed.
        return [Path(os.path.normpath(self.folder / os.path.relpath(path, self.folder))) for path in found]

    @cached_property
    def measured(self) -> list[Path]:
        """What results and figures depend on."""
        return [self.study.file_in(self.folder), *self.data]

    @cached_property
    def pictures(self) -> list[Path]:
        """What a page may show: anything beside the prose."""
        return [path for path in sorted((self.folder / "report").rglob("*")) if path.suffix not in (".qmd", ".yml")]

    def pictures_of(self, document: Document) -> list[Path]:
        """Return the pictures of the study, wherever they lie in it, that a filled document names."""
        from ..markup import pictures_in

        filled, study, work = self.file(document, "qmd"), self.folder.resolve(), self.work.resolve()
        if not filled.is_file():
            return []
        names = pictures_in(filled.read_text(encoding="utf-8"))
        paths = sorted({(work / unquote(name)).resolve() for name in names})
        return [path for path in paths if study in path.parents and work not in path.parents and path.is_file()]

    # -- how a step runs

    def step(
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
        key = digest([code_digest(), *inputs], self.digests)
        made = files if callable(files) else lambda: files
        if self.ledger.is_fresh(name, key, made()):
            return self.ledger.warnings(name)
        with self.timed(name):
            warnings = make() or []
        self.ledger.note(name, key, made(), data, warnings)
        return warnings

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._report(name, time.perf_counter() - start)

    def caution(self, faults: Iterable[Fault]) -> None:
        """Warn of what stops nothing, now and whenever nothing has changed since."""
        for fault in faults:
            if str(fault) not in map(str, self.warnings):  # what was kept is no Doubt any more
                self.warnings.append(fault)
                self._warn(fault)


def few(doubts: Sequence[Fault]) -> list[Fault]:
    """Return the first of many doubts about the data, and how many more there are: a build has more to say."""
    if len(doubts) <= MOST_DOUBTS:
        return list(doubts)
    rest = len(doubts) - MOST_DOUBTS
    more = Fault(f"{rest} more values or subjects look wrong.", "See them all with: cohortpress check-data")
    return [*doubts[:MOST_DOUBTS], more]


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Spare Python the search for dead cycles: nearly all that a build loads and reads stays alive to its end."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextlib.contextmanager
def at(where: str) -> Iterator[None]:
    """Say where a fault lies that does not know it."""
    try:
        yield
    except CohortpressError as error:
        raise type(error)(*(replace(fault, where=fault.where or where) for fault in error.faults)) from None
