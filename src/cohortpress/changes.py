"""What changed between two finished sets of documents, for the people who signed the first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from .claims import Verdict, judge
from .comparison import Change, compare, digits, same_value
from .glossary import MEASURES
from .result import Result, ResultSet
from .study import Documents, Study
from .verify import RESULTS
from .verify.files import Outputs, outputs, read_text
from .verify.page import Piece, read_page

ALIKE = 0.5  # two sentences that share less are not the same one, rewritten
FEW = 3  # new or gone numbers of one thing that are named one by one
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\Wa-z_]|[(\"“‘<])")
_TOKEN = re.compile(r"[−<>]?\w+(?:[.,]\w+)*%?|\s+|.")
_MARKDOWN = re.compile(r"([\\*_~`<|\[\]])")
_ESCAPED = re.compile(r"\\([\\*_~`<|\[\]])")


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a row of a table, with the texts of the results in it by their ids."""

    text: str
    values: tuple[tuple[str, str], ...]
    place: str


@dataclass(frozen=True)
class Changes:
    """``results``: those that some document prints; ``sentences``: as they were (or None) and as they are.

    ``claims`` are those that no longer hold, or hold only just; ``lasting`` are the variables of both sets.
    """

    results: tuple[Change, ...]
    sentences: tuple[tuple[Sentence | None, Sentence | None], ...]
    claims: tuple[Verdict, ...] = ()
    lasting: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.results or self.sentences)

    def markdown(self) -> str:
        """Return the changes as Markdown: what was is struck through, what is stands in bold."""
        return "\n".join(self._lines()) + "\n"

    def plain(self) -> str:
        """Return the same for a terminal, where nothing need be escaped."""
        return _ESCAPED.sub(r"\1", self.markdown())

    def _lines(self) -> Iterator[str]:
        if not self:
            yield "No printed number changed."
        for heading, lines in (
            ("Numbers", [_escaped(line) for line in self._numbers()]),
            ("Claims", [_escaped(_about(verdict)) for verdict in self.claims]),
        ):
            if lines:
                yield from (f"## {heading}", "", *(f"- {line}" for line in lines), "")
        place = None
        for old, new in self.sentences:
            here = (new or old or Sentence("", (), "")).place
            if here != place:
                yield from (f"## {here}", "")
                place = here
            yield from (_difference(old.text if old else "", new.text if new else ""), "")


    def _numbers(self) -> Iterator[str]:
        """Yield a line a number; of a variable, or a visit of it, that is new or gone as a whole, one for all.

        One line, too, tells of all that are merely written otherwise.
        """
        groups: dict[object, list[Change]] = {}
        rewritten = [change for change in self.results if change.of_notation]
        if rewritten:
            was, now = (side.text for side in (rewritten[0].old, rewritten[0].new) if side)
            alike = "number is" if len(rewritten) == 1 else "numbers are"
            yield f"{len(rewritten)} {alike} written otherwise, with the same value: {was} -> {now}"
        for change in self.results:
            if change.of_notation:
                continue
            result, side = change.result, (change.old is None, change.new is None)
            whole = result.visit if result.variable in self.lasting else ""
            groups.setdefault((result.variable, whole, side) if any(side) else result.id, []).append(change)
        for group in groups.values():
            if len(group) <= FEW:
                yield from map(_line, group)
                continue
            result = group[0].result
            what = _where(result) if result.variable in self.lasting else _called(result)
            yield f"{what} is {'new' if group[0].old is None else 'gone'}: {len(group)} values"


def changes(old: Outputs, new: Outputs, study: Study | None = None) -> Changes:
    """Compare two sets of outputs: folders, or mappings from the names of their files to where they lie.

    With a ``study`` its claims are judged by the new results. A document that one of the sets lacks is not
    compared. Raises KeyError, Unreadable or ResultError where the results are missing or broken.
    """
    sides = [outputs(old), outputs(new)]
    before, after = (ResultSet.from_json(read_text(files[RESULTS])) for files in sides)
    unchanged = frozenset(r.id for r in after if r.id in before and same_value(before[r.id], r))
    printed: set[str] = set()
    sentences: list[tuple[Sentence | None, Sentence | None]] = []
    for document in Documents.model_fields:
        if all(f"{document}.html" in files for files in sides):
            was, now = (
                list(_sentences(document, read_page(read_text(files[f"{document}.html"])))) for files in sides
            )
            printed |= {id_ for sentence in (*was, *now) for id_, _ in sentence.values}
            sentences += _changed(was, now, unchanged)
    # Without pages to compare, every result that differs is news.
    shown = tuple(c for c in compare(before, after) if not printed or (c.printed and c.result.id in printed))
    verdicts = (judge(name, study, after) for name in study.claims) if study else ()
    lasting = frozenset({r.variable for r in before} & {r.variable for r in after})
    return Changes(shown, tuple(sentences), tuple(v for v in verdicts if v.near or not v.holds), lasting)


def _sentences(document: str, pieces: Sequence[Piece]) -> Iterator[Sentence]:
    for piece in pieces:
        if piece.kind not in ("text", "heading", "row"):
            continue
        ends = [end.end() for end in _SENTENCE_END.finditer(piece.text)] if piece.kind == "text" else []
        ends = [end for end in ends if not any(mark.start < end < mark.end for mark in piece.marks)]
        for start, end in pairwise([0, *ends, len(piece.text)]):
            marks = [m for m in piece.marks if m.kind == "result" and start <= m.start < end]
            text = " · ".join(piece.cells) if piece.cells else piece.text[start:end].rstrip()
            place = ": ".join(filter(None, [document.capitalize(), piece.section]))
            yield Sentence(text, tuple((mark.name, piece.marked(mark)) for mark in marks), place)


def _changed(
    old: list[Sentence], new: list[Sentence], unchanged: Collection[str]
) -> Iterator[tuple[Sentence | None, Sentence | None]]:
    """Yield the pairs of sentences whose numbers differ, in their order; ``unchanged`` are ids of one value in both."""
    was, now = ([sentence.text for sentence in side] for side in (old, new))
    for kind, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, come = _without_translations(old[a:b], new[c:d], unchanged)
        for sentence in come:
            before = max(gone, key=lambda other: _likeness(other, sentence), default=None)
            if before and _likeness(before, sentence) >= ALIKE:
                gone.remove(before)
            else:
                before = None
            if (before.values if before else ()) != sentence.values:
                yield before, sentence
        yield from ((sentence, None) for sentence in gone if sentence.values)


def _without_translations(
    old: list[Sentence], new: list[Sentence], unchanged: Collection[str]
) -> tuple[list[Sentence], list[Sentence]]:
    """Return the sentences without those that have the same values on both sides, in whatever words and notation."""

    def values(sentence: Sentence) -> list[tuple[str, str]]:
        return sorted((id_, digits(text) if id_ in unchanged else text) for id_, text in sentence.values)

    gone, come = list(old), []
    for sentence in new:
        same = next((other for other in gone if other.values and values(other) == values(sentence)), None)
        if same:
            gone.remove(same)
        else:
            come.append(sentence)
    return gone, come


def _likeness(one: Sentence, other: Sentence) -> float:
    return SequenceMatcher(None, _TOKEN.findall(one.text), _TOKEN.findall(other.text), autojunk=False).ratio()


def _difference(old: str, new: str) -> str:
    """Return a text with its changes marked, word by word."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    parts = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, now = _escaped("".join(before[a:b])), _escaped("".join(after[c:d]))
        if kind == "equal":
            parts.append(now)
            continue
        parts.append(" ".join(_around(mark, text) for mark, text in (("~~", was), ("**", now)) if text))
    return "".join(parts)


def _around(mark: str, text: str) -> str:
    """Put marks around a text, its outer white space left outside, where Markdown wants it."""
    inner = text.strip()
    return text.replace(inner, f"{mark}{inner}{mark}", 1) if inner else text


def _called(result: Result) -> str:
    """Return the label of a variable, and its name where that is another: one that was renamed keeps its label."""
    label = result.label.partition(": ")[0]  # of a category: that of the whole
    return label if label.lower().replace(" ", "_") == result.variable else f"{label} ({result.variable})"


def _where(result: Result) -> str:
    return " ".join(filter(None, [result.label, result.visit and result.visit.replace("_", " ")]))


def _line(change: Change) -> str:
    result, old, new = change.result, change.old, change.new
    was, now = (side.text or side.error if side else "absent" for side in (old, new))
    return f"{_where(result)}, {MEASURES[result.measure].words}: {was} -> {now}"


def _about(verdict: Verdict) -> str:
    if not verdict.holds:
        return f"{verdict.name} no longer holds: {verdict}"
    return f"{verdict.name} only just holds: {'; '.join(c.words for c in verdict.conditions if c.near)}"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
