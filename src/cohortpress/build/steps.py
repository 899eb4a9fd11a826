"""The steps from data to finished documents, in order; each runs only when what it reads has changed."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Fault, OutputError
from ..freshness import WHOLE
from ..ledger import Input, digest
from ..publishing import publish, recover
from .drawing import Drawing
from .filling import Filling
from .finishing import Finishing
from .options import DOCUMENTS, Document, Options, Report, Warn
from .workspace import Workspace

if TYPE_CHECKING:
    from ..changes import Changes
    from ..language import Language
    from ..result import ResultSet
    from ..study import Study
    from ..verify import Check, Finding
    from ..verify import Report as Verified
    from ..verify.files import Outputs
    from ..vocabulary import Entry
    from ..workers import Workers


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
        from ..workers import Workers

        self.space = Workspace(folder, options, report, warn)
        self.changes: Changes | None = None
        self._open = contextlib.ExitStack()
        printers = workers or self._open.enter_context(Workers())
        self._drawers = printers.apart()
        self._open.callback(self._drawers.rest)
        self._drawings = {name: Drawing(self.space, name, self._drawers) for name in DOCUMENTS}
        self._fillings = {name: Filling(self.space, name, self._drawings[name]) for name in DOCUMENTS}
        self._finishings = {name: Finishing(self.space, name, printers) for name in DOCUMENTS}
        self._verified: dict[str, list[Check]] = {}

    def __enter__(self) -> Build:
        try:
            self._begin()
        except BaseException:
            self._open.close()
            raise
        return self

    def _begin(self) -> None:
        from ..study import STUDY_FILE

        if not (self.space.folder / STUDY_FILE).is_file():
            _ = self.study  # which says so, and leaves the folder as it is
        self._open.enter_context(_alone(self.space.work / "lock"))
        self.space.open()  # not before: another build may have been waited for, and has written the ledger
        recover(self.space.output)

    def __exit__(self, *error: object) -> None:
        self._open.close()

    @property
    def study(self) -> Study:
        return self.space.study

    @property
    def results(self) -> ResultSet:
        return self.space.results

    @property
    def _language(self) -> Language:
        return self._fillings[self.space.options.documents[0]].filler.language

    def vocabulary(self) -> list[Entry]:
        """Return what a document of this study can say, with what it prints now."""
        from ..vocabulary import vocabulary

        return vocabulary(self.study, self.results, self._fillings[DOCUMENTS[0]].filler)

    def analyse(self) -> None:
        """Data to ``build/results.json``."""
        self.space.analyse()

    def fill(self, document: Document) -> None:
        """Results, prose and templates to ``build/*.qmd`` and its style sheet."""
        self.space.place_page_template()
        filling = self._fillings[document]
        filling.write()
        filling.check_prose()
        filling.check_sentences()

    def render(self, document: Document) -> bytes:
        """Return a filled document as HTML, before it is printed."""
        self._finishings[document].render()
        return self._finishings[document].page()

    def draw_for_word(self, document: Document) -> None:
        """Draw the pictures that the Word file of a filled document shows."""
        self._drawings[document].for_word()

    def run(self) -> list[Path]:
        """Go all the way; both documents at once, and nothing is printed before both are filled."""
        from ..jobs import Jobs

        space = self.space
        documents = sorted(space.options.documents, reverse=True)  # the poster takes longest
        _ = space.engine  # one that is asked for and absent fails before anything is done
        space.place_page_template()
        space.analyse()
        with Jobs() as jobs:
            for document in documents:
                jobs.begin(self._fillings[document].write)
            jobs.join()
            self._drawers.rest()  # those that have drawn hold memory that pandoc needs
            pages = {document: jobs.begin(self._finishings[document].render) for document in documents}
            pictures = [jobs.begin(self._drawings[document].for_word) for document in documents]
            # To print the pages takes longest, so that all else waits until they are rendered.
            drawn = jobs.begin(self._drawers.rest, after=[*pages.values(), *pictures])
            for document in documents:
                finishing = self._finishings[document]
                made = [jobs.begin(finishing.print, after=[pages[document]])]
                jobs.begin(finishing.draw_preview, after=[*made])
                if document == "abstract":
                    made.append(jobs.begin(finishing.word, after=[drawn]))
                    made.append(jobs.begin(self._write_text, document, after=[drawn]))
                jobs.begin(self._fillings[document].check_prose)
                jobs.begin(self._read_ahead, document, after=[pages[document]])
                jobs.begin(self._verify, document, after=made)
            jobs.begin(self._fillings[documents[0]].check_sentences)
            jobs.begin(self._verify_results)
        for document in documents:
            space.ledger.note(document, digest([space.results_file]), space.files_of(document))
        return self._publish()

    def _write_text(self, document: Document) -> None:
        self._finishings[document].text(self._language)

    # -- what was made, read back

    def _read_ahead(self, document: Document) -> None:
        """Read a page back while it is printed, and the last one too if it said something else."""
        from ..verify import read_page

        _ = self.results, self._language
        read_page(self._finishings[document].page().decode())
        if self._says_anew(self._texts):
            with contextlib.suppress(OSError, UnicodeDecodeError):
                read_page((self.space.output / f"{document}.html").read_text(encoding="utf-8"))

    @property
    def _texts(self) -> str:
        """A digest of what the documents say, in whatever style."""
        return digest([self.space.results_file, *(self.space.file(document, "qmd") for document in DOCUMENTS)])

    def _says_anew(self, texts: str) -> bool:
        """Tell whether there is a last set that may have said something else."""
        last = self.space.output / "results.json"
        return not self.space.ledger.is_fresh("changes", texts, []) and last.is_file()

    def _verify(self, document: Document) -> None:
        from ..verify import checks_of

        files = self.space.finished((document,))
        self._verified[document] = checks_of(document, files, self.study, self.results, self._language)

    def _verify_results(self) -> None:
        from ..verify import RESULTS, checks_of_results

        self._verified[RESULTS] = checks_of_results(self.results, self.space.folder, self.study, self.results)

    def verify(self, files: Outputs | None = None) -> Verified:
        """Read the finished set back, and hold every number in it against the results."""
        from ..verify import verify

        files, folder = files or self.space.output, self.space.folder
        return verify(files, folder, self.study, self._language, self.results, known=self._verified)

    def _check(self, files: Mapping[str, Path]) -> None:
        """Raise OutputError where a finished file says something else than the results, or more than it may.

        Of a number that an author typed only a strict build raises it; any other warns.
        """
        space, strict = self.space, self.space.options.strict

        def make() -> list[Fault]:
            from ..verify import UNTRACED

            found = [(check, finding) for check in self.verify(files).checks for finding in check.findings]
            typed = [(c.place, f) for c, f in found if c.name == UNTRACED and not strict]
            if len(found) > len(typed):
                wrong = ((c, f) for c, f in found if strict or c.name != UNTRACED)
                raise OutputError(*(Fault(f"{f}.", "", c.place) for c, f in wrong))
            if self.study.publish == "aggregate":
                from ..privacy import leaks

                leaks(files, space.cohort)
            said = " ".join(warning.problem for warning in space.warnings)
            return [_typed(finding, place) for place, finding in typed if f"number {finding.found} is" not in said]

        inputs: list[Input] = [*files, *files.values(), self.study.file_in(space.folder), repr(strict)]
        space.caution(space.step("verification", inputs, [], make))

    def _publish(self) -> list[Path]:
        """Put the finished set into ``_output/``, whole or not at all; return its files."""
        space, chosen = self.space, self.space.options.documents
        # A document that was left out of this build stays as long as it is not older than the data.
        files = space.finished([document for document in DOCUMENTS if document in chosen or space.is_current(document)])
        placed = [space.output / name for name in files]
        before = {os.path.relpath(path, space.output) for path in space.ledger.made("outputs")}
        texts = self._texts

        def make() -> None:
            if self._says_anew(texts):
                from ..changes import changes

                self.changes = changes(space.output, files, self.study)
            publish(files, space.output, replaced=before)
            space.ledger.note("changes", texts, [])

        self._check(files)
        space.step("outputs", [*files, *files.values()], placed, make)
        space.ledger.note(WHOLE, space.choices_and_files, placed, space.read, space.warnings)
        return placed


def _typed(finding: Finding, place: str) -> Fault:
    """Return the warning of a number that no result gives, as in ``{{ 37 }}``: where it is written, nobody can tell."""
    mend = "Write the result that it is, or declare it under 'constants:' in report/study.yml."
    return Fault(f"The number {finding.found} in {finding.place} is no result.", mend, place)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other build runs in this folder."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
