"""What is held against what; each check says how many things it looked at."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, zip_longest
from pathlib import Path

from ..comparison import compare as compare_results
from ..errors import ResultError
from ..formatting import format_results
from ..gate import REFERENCES, bare_numbers, times
from ..language import Language
from ..ledger import file_digest
from ..numbers_in_text import numbers
from ..reader import origins as origins_of
from ..result import Result, ResultSet
from ..study import Study
from ..templating import constants_of, said_of
from .files import Unreadable, attachments, read_text
from .page import Mark, Piece
from .report import Check, Finding
from .texts import compare, excerpt, same

_ORIGINS = re.compile(r'<script type="application/json" id="[\w-]+">(.*?)</script>', re.DOTALL)
# What the text for a form says of its own length, at its end.
LENGTHS = re.compile(r"\n(?:-{20,}\n|\(\d+ words, ).*", re.DOTALL)
_QUOTES = str.maketrans("‘’“”", "''\"\"")
TRACED = "a result or a constant"
UNTRACED = "other numbers, all declared or conventions"  # an author may have typed them


def results_file(printed: ResultSet, computed: ResultSet | None, study: Study) -> Check:
    """Hold the text of each result against its value, and all against results computed anew, if given."""
    changes = compare_results(format_results(printed, study), printed)
    changes += compare_results(computed, printed) if computed is not None else []
    sides = ((change.result.id, _said(change.old), _said(change.new)) for change in changes)
    findings = tuple(dict.fromkeys(Finding(*side) for side in sides))
    return Check("results as computed and formatted", "results.json", len(printed), findings)


def data(printed: ResultSet, folder: Path) -> Check:
    """Hold the files that were analysed against those that lie there now."""
    inputs: Mapping[str, str] = printed.provenance.get("inputs", {})
    findings = [
        Finding(file, "as it was when it was analysed", "changed since then" if now else "missing")
        for file, before in inputs.items()
        if (now := file_digest(folder / file)) != before
    ]
    return Check("files as they were analysed", "data", len(inputs), tuple(findings))


def trace_alts(
    pieces: Iterable[Piece], study: Study, results: ResultSet, language: Language
) -> Iterator[Piece]:
    """Yield the pieces, an alternative text with a mark for each result that it prints, or should."""
    known = _names(study, results, language), *times(study, language)
    for piece in pieces:
        text, end, marks = _without(piece, *known), 0, []
        for name in piece.prints:
            shown = re.escape(_printed(results, name) if name in results else "")
            found = re.compile(rf"(?<![\w.,]){shown}(?!\w|[.,]\d)").search(text, end) if shown else None
            end = found.end() if found else end
            marks.append(Mark("result", name, found.start() if found else end, end))
        yield replace(piece, marks=(*piece.marks, *marks))


def traced(
    file: str, pieces: Sequence[Piece], study: Study, results: ResultSet, language: Language
) -> Check:
    """Hold each text that names its result or constant against it, the alternative texts of figures too."""
    constants = constants_of(study)
    count, findings = 0, []
    for piece in pieces:
        for mark in piece.marks:
            if mark.kind == "axis":
                continue
            count += 1
            text, name = piece.marked(mark), mark.name
            try:
                wanted = _printed(results, name) if mark.kind == "result" else getattr(constants, name).value
            except ResultError as error:
                wanted = str(error)
            if not (text == wanted or same(text, wanted) or _in_words(text, name, results, language)):
                findings.append(Finding(f"{name} in '{excerpt(piece.text)}'", wanted, text))
    return Check("numbers that name their result", file, count, tuple(findings))


def untraced(
    file: str, pieces: Iterable[Piece], study: Study, results: ResultSet, language: Language
) -> Check:
    """Find each number that names no result and that nothing else explains."""
    # Times first: "between 8 and 14 years" is one, of which "14 years" would leave a bare 8.
    known = *times(study, language), _names(study, results, language)
    count, findings = 0, []
    for piece in pieces:
        if piece.kind == "marker" or (piece.kind in ("figure", "alt") and not piece.marks):
            continue  # a drawing that traces nothing is held against the other formats alone
        if re.fullmatch(REFERENCES, piece.section, re.IGNORECASE):
            continue
        text = _without(piece, *known)
        found = [number.text for number in numbers(text, language.conventions)]
        count += len(found)
        for fault in (
            bare_numbers(text, file, study, results, language, in_words=False) if found else ()
        ):
            typed = fault.problem.removeprefix("The number ").removesuffix(" is typed.")
            findings.append(Finding(f"'{excerpt(piece.text)}'", TRACED, typed))
    return Check(UNTRACED, file, count, tuple(findings))


def origins(file: str, html: str, study: Study, results: ResultSet, language: Language) -> Check:
    """Hold what a page tells of the origin of its numbers against the results."""
    try:
        told = {k: v for data in _ORIGINS.findall(html) for k, v in json.loads(data)["results"].items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return Check("origins of numbers", file, 0, (Finding("origins", "JSON of their kind", str(error)),))
    true = origins_of((name for name in told if name in results), study, results, language)
    findings = [
        Finding(f"origin of {name}, {key}", str(true.get(name, {}).get(key)), str(value))
        for name, origin in told.items()
        for key, value in origin.items()
        if true.get(name, {}).get(key) != value
    ]
    return Check("origins of numbers", file, len(told), tuple(findings))


def narrow(file: str, pieces: Sequence[Piece]) -> Check:
    """Hold the drawings for phones against the wide ones of the same panels before them: they say nothing else."""
    drawings, findings, wide = [p for p in pieces if p.kind in ("figure", "hidden")], [], [""]
    for kind, run in groupby(drawings, lambda piece: piece.kind):
        texts = [piece.text for piece in run]
        if kind == "hidden":
            for text, other in zip_longest(texts, wide[-len(texts) :], fillvalue=""):
                more = Counter(text.split()) - Counter(other.split())
                findings += [Finding(f"'{excerpt(text)}'", "a word of the wide drawing", word) for word in more]
        wide = texts
    count = sum(piece.kind == "hidden" for piece in drawings)
    return Check("drawings for phones as the wide ones", file, count, tuple(findings))


def format_of(file: str, pieces: Sequence[Piece], study: Study, files: Mapping[str, Path]) -> Check:
    """Hold the text of a PDF, a Word or a text file against the pieces of its document's page."""
    ending = file.rpartition(".")[2]
    name = f"pieces of text as in {file.partition('.')[0].partition('-')[0]}.html"
    seen = [
        p.text for p in pieces if p.kind not in ("alt", "hidden", "marker") and (ending == "pdf" or p.kind != "figure")
    ]
    seen += dict.fromkeys(p.text for p in pieces if p.kind == "alt")
    other = [p.text for p in pieces if p.kind == "marker"]
    if ending == "txt":  # what goes into a form: the prose, and any of the rest
        other += [*seen, *study.affiliations]
        seen = [study.title, *(p.text for p in pieces if p.in_prose), ", ".join(study.keywords), study.notice]
    text = _text(files, file)
    if text is None:
        return Check(name, file, len(seen), (Finding(file, "a file that can be read", ""),))
    if ending == "txt":  # marks of footnotes stand in brackets there
        text = re.sub(r"\[(\d+)\]", r"\1", LENGTHS.sub("", text))
    drawn = [p.text for p in pieces if p.kind == "figure"]
    differences = compare(filter(None, seen), text, may_have=other, scattered=drawn)
    findings = (Finding(f"'{one.place}'", one.expected, one.found) for one in differences)
    return Check(name, file, len(seen), tuple(findings))


def attached(file: str, results: Path, files: Mapping[str, Path]) -> Check:
    """Hold what is attached to a PDF for the archive against the results themselves."""
    name = "results attached as published"
    with contextlib.suppress(KeyError, Unreadable):
        if attachments(files[file]) == [read_text(results)]:
            return Check(name, file, 1, ())
    return Check(name, file, 1, (Finding(file, "results.json attached, and nothing else", "something else"),))


def tables(document: str, pieces: Iterable[Piece], files: Mapping[str, Path]) -> Check:
    """Hold the CSV files of a document's tables against the tables of its page, cell by cell."""
    start = f"tables/{document}-"
    shown: dict[str, list[Sequence[str]]] = {name: [] for name in files if name.startswith(start)}
    for piece in pieces:
        if piece.kind == "row" and piece.table:
            shown.setdefault(f"{start}{piece.table}.csv", []).append(piece.cells)
    findings = []
    for name, rows in shown.items():
        listed = list(csv.reader(io.StringIO(_text(files, name) or "")))
        for number, (wanted, found) in enumerate(zip_longest(rows, listed, fillvalue=()), start=1):
            cells = zip_longest(wanted, found, fillvalue="")
            findings += [Finding(f"{name}, row {number}", *cell) for cell in cells if not same(*cell)]
    count = sum(len(row) for rows in shown.values() for row in rows)
    return Check("cells as in the page's tables", f"{start}*.csv", count, tuple(findings))


def _text(files: Mapping[str, Path], name: str) -> str | None:
    try:
        return read_text(files[name])
    except (KeyError, Unreadable):
        return None


def _printed(results: ResultSet, name: str) -> str:
    return results[name].text or ""


def _said(result: Result | None) -> str:
    return "" if result is None else result.text or str(result.value)


def _in_words(text: str, name: str, results: ResultSet, language: Language) -> bool:
    return name in results and text.casefold() in language.spelled(results[name].value)


def _without(piece: Piece, *declared: re.Pattern[str]) -> str:
    """Return the text of a piece with all that is traced, and all that the study declares, made spaces."""
    text = piece.text.translate(_QUOTES)
    for mark in piece.marks:
        text = text[: mark.start] + " " * (mark.end - mark.start) + text[mark.end :]
    for pattern in declared:
        text = pattern.sub(lambda phrase: " " * len(phrase[0]), text)
    return text


def _names(study: Study, results: ResultSet, language: Language) -> re.Pattern[str]:
    """Return what the study says of itself and calls its variables, and what the program says of results.

    Only what holds a number: a title, "Per 100 patient-years", why an interval does not exist with so few pairs.
    """
    source = (study.source.citation, study.source.url, study.source.licence) if study.source else ()
    said = [study.title, study.notice, study.contact, study.funding, study.address, study.poster_number]
    said += [*study.authors, *study.affiliations, *source, *study.keywords]
    said += [text for result in results for text in (result.label, result.unit)]
    said += [*language.word.values(), *(said_of(result, "error", language) or "" for result in results)]
    numbered = {_however_spaced(text.translate(_QUOTES)) for text in said if re.search(r"\d", text)}
    return re.compile(rf"(?<![\w.,])(?:{'|'.join(sorted(numbered, key=len, reverse=True)) or '(?!)'})(?!\w)")


def _however_spaced(text: str) -> str:
    """Return a pattern for a text in which a page may keep words together."""
    return r"\s+".join(map(re.escape, text.split()))
