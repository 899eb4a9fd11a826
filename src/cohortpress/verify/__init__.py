"""The finished documents read back, and every number in them held against results.json.

The HTML says where its numbers come from, and is held against the results: so abstract and poster agree.
Every other format is held against the HTML of its document, the results against the data they came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from ..errors import CohortpressError
from ..language import Language
from ..result import ResultSet
from ..study import Documents, Study
from .checks import (
    UNTRACED,
    attached,
    data,
    format_of,
    narrow,
    origins,
    results_file,
    tables,
    trace_alts,
    traced,
    untraced,
)
from .files import Outputs, Unreadable, outputs, read_text
from .page import read_page
from .report import Check, Finding, Report

__all__ = ["UNTRACED", "Check", "Finding", "Report", "checks_of", "checks_of_results", "read_page", "verify"]

RESULTS = "results.json"
FORMATS = {"abstract": ("pdf", "docx", "txt"), "poster": ("pdf",)}


def verify(
    output: Outputs,
    folder: Path,
    study: Study,
    language: Language,
    results: ResultSet | None = None,
    *,
    known: Mapping[str, Sequence[Check]] = MappingProxyType({}),
) -> Report:
    """Check the files in ``output``: a folder, or a mapping from their names below it to where they lie.

    ``folder`` is the study's. ``results``, where they were computed anew, must be those in results.json,
    unless the data have changed since, which is said by itself. ``language`` is that of the study. ``known`` are
    checks that were made before, of a document or of results.json.
    """
    files = outputs(output)
    documents = [name for name in Documents.model_fields if {f"{name}.html", f"{name}.pdf"} & files.keys()]
    try:
        printed = ResultSet.from_json(read_text(files[RESULTS]))
        for name in documents:
            read_text(files[f"{name}.html"])
    except (KeyError, Unreadable, CohortpressError) as error:
        missing = Finding(str(error), "a file that can be read", "")
        return Report((Check("files that can be read", "_output", len(files), (missing,)),))
    checks = [*(known.get(RESULTS) or checks_of_results(printed, folder, study, results))]
    for name in documents:
        checks += known.get(name) or checks_of(name, files, study, printed, language)
    return Report(tuple(checks))


def checks_of_results(printed: ResultSet, folder: Path, study: Study, computed: ResultSet | None) -> list[Check]:
    """Return the checks of the results: against the data they came from, and against those ``computed`` anew."""
    analysed = data(printed, folder)
    return [analysed, results_file(printed, computed if analysed.ok else None, study)]


def checks_of(
    document: str, files: Mapping[str, Path], study: Study, results: ResultSet, language: Language
) -> list[Check]:
    """Return the checks of one document: its page against the results, its other files against its page."""
    page, html = f"{document}.html", read_text(files[f"{document}.html"])
    pieces = list(trace_alts(read_page(html), study, results, language))
    spec = study.documents.of(document)
    return [
        traced(page, pieces, study, results, language),
        untraced(page, pieces, study, results, language),
        origins(page, html, study, results, language),
        *([narrow(page, pieces)] if any(piece.kind == "hidden" for piece in pieces) else []),
        *(format_of(f"{document}.{ending}", pieces, study, files) for ending in FORMATS[document]),
        *(format_of(f"{document}-{kind}.pdf", pieces, study, files) for kind in spec.further),
        *([attached(f"{document}-archive.pdf", files[RESULTS], files)] if spec.archive else []),
        tables(document, pieces, files),
    ]
