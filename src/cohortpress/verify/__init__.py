"""The finished documents read back, and every number in them held against results.json.

The HTML says where its numbers come from, and is held against the results: so abstract and poster agree.
Every other format is held against the HTML of its document, the results against the data they came from.
"""

from __future__ import annotations

from pathlib import Path

from ..errors import CohortpressError
from ..language import Language
from ..result import ResultSet
from ..study import Documents, Study
from .checks import attached, data, format_of, origins, results_file, tables, trace_alts, traced, untraced
from .files import Outputs, Unreadable, outputs, read_text
from .page import read_page
from .report import Check, Finding, Report

__all__ = ["Check", "Finding", "Report", "read_page", "verify"]

RESULTS = "results.json"
FORMATS = {"abstract": ("pdf", "docx", "txt"), "poster": ("pdf",)}


def verify(
    output: Outputs,
    folder: Path,
    study: Study,
    language: Language,
    results: ResultSet | None = None,
    *,
    strict: bool = True,
) -> Report:
    """Check the files in ``output``: a folder, or a mapping from their names below it to where they lie.

    ``folder`` is the study's. ``results``, where they were computed anew, must be those in results.json,
    unless the data have changed since, which is said by itself. ``language`` is that of the study. Unless it is
    ``strict``, numbers that an author typed are let be.
    """
    files = outputs(output)
    documents = [name for name in Documents.model_fields if {f"{name}.html", f"{name}.pdf"} & files.keys()]
    try:
        printed = ResultSet.from_json(read_text(files[RESULTS]))
        pages = {f"{name}.html": read_text(files[f"{name}.html"]) for name in documents}
    except (KeyError, Unreadable, CohortpressError) as error:
        missing = Finding(str(error), "a file that can be read", "")
        return Report((Check("files that can be read", "_output", len(files), (missing,)),))
    analysed = data(printed, folder)
    checks = [analysed, results_file(printed, results if analysed.ok else None, study)]
    for name, (page, html) in zip(documents, pages.items(), strict=True):
        pieces = list(trace_alts(read_page(html), study, printed, language))
        checks += [
            traced(page, pieces, study, printed, language),
            *([untraced(page, pieces, study, printed, language)] if strict else []),
            origins(page, html, study, printed, language),
            *(format_of(f"{name}.{ending}", pieces, study, files) for ending in FORMATS[name]),
            *(format_of(f"{name}-{kind}.pdf", pieces, study, files) for kind in study.documents.of(name).further),
            *([attached(f"{name}-archive.pdf", files[RESULTS], files)] if study.documents.of(name).archive else []),
            tables(name, pieces, files),
        ]
    return Report(tuple(checks))
