"""P values, and which of them belongs to which change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .counts import Cohort
from .medians import CUE, N_EQUALS, Summary
from .numbers import NUMBER, Number, read_number

_NS = r"n\.?\s?s\b\.?"
_RELATION = r"(?P<relation>[<>]\s*=|[=<>≤≥])\s*"
_P = re.compile(rf"\b(?P<p>p)(?:[\s-]*values?)?\s*{_RELATION}(?P<body>{NUMBER}|{_NS})", re.I)
_NEXT_P = re.compile(
    rf"\s*(?:(?:/|,?\s*\band\b|[,;])\s*(?P<p>p)\s*{_RELATION}(?P<body>{NUMBER}|{_NS})"
    rf"|(?:/|,?\s*\band\b)\s*(?P<bare>0?[.,]\d+|{_NS}))",
    re.I,
)
# "p = 0.05-0.07", "0.5 x 10-3", "0.0" broken over a line: no p value that is understood.
_GOES_ON = re.compile(r"[.,]?\d|\s*(?:[-%×*^]|x\s*10|e-?\d|to\b)|[ \t]*\n\s*\d", re.I)
_N_BEFORE_P = re.compile(rf"{N_EQUALS.format('n')}\s*[,;]\s*$", re.I)
_N_BEHIND_P = re.compile(rf"\s*[,;]\s*{N_EQUALS.format('n')}", re.I)
_FOR_ALL = re.compile(r"[\s,)]*(?:for|in)\s+(?:all|both|each)\b", re.I)
_AGAINST = re.compile(
    r"\s*,?\s*(?:vs\b|versus|compared|than|between|for)(?!.{0,12}\b(?:baseline|start|before|all|both|each)\b)",
    re.I,
)
_JOINER = re.compile(r"\s*(?:/|,?\s*\band\b|&|,)\s*")
_FROM = re.compile(r"\bfrom\b[^.;()\d]{0,40}$", re.I)
_TO = re.compile(r"\bto\b", re.I)
_BEFORE = re.compile(r"\b(?:before|at (?:start|entry|inclusion)|baseline|initial(?:ly)?|pre-?treatment)\b", re.I)
_AFTER = re.compile(r"\b(?:after|months?|weeks?|years?|follow-?up|last visit|post-?treatment)\b", re.I)
# Where groups are compared, a p value is none of a change.
_GROUPS = re.compile(
    r"\b(?:controls?|placebo|groups?|arms?|healthy|(?:non-?)?responders?|cohorts|whereas|correlat\w*|trend|"
    r"interaction)\b",
    re.I,
)
_LABEL = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?P<label>[^.;:()]*?)\s*(?:\b(?:scores?|levels?|values?|from|was|were|at|before|decreas|"
    r"fell|fall|drop|declin|reduc|improv|increas|rose|rise|chang|went)|[.;:(]|$)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class PValue:
    """A printed p value; ``relation`` is "=", "<" or ">"; "NS" has no ``number``."""

    start: int
    end: int
    relation: str
    number: Number | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One variable before and after with the p value of its change.

    ``sizes`` are the n printed with them; ``most_pairs`` is the smallest, or else the cohort, None if unknown.
    """

    label: str
    before: Summary
    after: Summary
    p: PValue
    sizes: tuple[int, ...]
    most_pairs: int | None


def read_p_values(text: str) -> Iterator[tuple[PValue, ...]]:
    """Yield the p values, those of one list ("p = 0.03/0.02", "p = 0.03 and p < 0.01") together."""
    end = 0
    for first in _P.finditer(text):
        items: list[PValue | None] = []
        found: re.Match[str] | None = first if first.start() >= end else None
        relation = first["relation"]
        while found:
            bare = "bare" if found.groupdict().get("bare") else ""
            relation = relation if bare else found["relation"]
            body = found[bare or "body"]
            items.append(_p_value(body, found.end() - len(body), found.start(bare or "p"), relation[0]))
            end = found.end()
            found = _NEXT_P.match(text, end)
        understood = tuple(item for item in items if item)
        if understood and len(understood) == len(items) and not _GOES_ON.match(text, end):
            yield understood


def _p_value(body: str, body_start: int, start: int, sign: str) -> PValue | None:
    end, relation = body_start + len(body), {"≤": "<", "≥": ">"}.get(sign, sign)
    if re.match(_NS, body, re.I):
        return PValue(start, end, relation, None)
    number = read_number(body, body_start)
    readings = tuple(value for value in number.readings if value <= 1) if number else ()
    return PValue(start, end, relation, replace(number, readings=readings)) if number and readings else None


def compare(
    text: str,
    sentences: Sequence[tuple[int, int]],
    summaries: Sequence[Summary],
    p_lists: Sequence[tuple[PValue, ...]],
    cohort: Cohort | None,
) -> Iterator[Comparison]:
    """Yield which p is that of which change: medians before, as many after, and as many p values then."""
    for begin, end in sentences:
        if _GROUPS.search(text, begin, end):
            continue
        start = begin
        for p_list in (p_list for p_list in p_lists if begin <= p_list[0].start < end):
            groups = _groups(text, [summary for summary in summaries if start <= summary.start < p_list[0].start])
            segment, start = start, p_list[-1].end
            if len(groups) != 2 or len(groups[0]) != len(groups[1]) or _AGAINST.match(text, start):
                continue
            (before, after), count = groups, len(groups[0])
            if count > 1 and len(p_list) == 1 and _FOR_ALL.match(text, start):
                p_list *= count
            if len(p_list) != count or not _is_change(text, segment, before, after, p_list[0].start):
                continue
            own_n = _N_BEFORE_P.search(text, segment, p_list[0].start) or _N_BEHIND_P.match(text, start)
            labels = _labels(text[begin : before[0].start], count)
            for label, old, new, p in zip(labels, before, after, p_list, strict=True):
                sizes = tuple(n for n in (old.n, new.n, int(own_n["n"]) if own_n else None) if n)
                most = min(sizes, default=cohort.n if cohort else None)
                yield Comparison(label, old, new, p, sizes, most)


def _groups(text: str, summaries: Sequence[Summary]) -> list[list[Summary]]:
    """Join the medians of one list; an n that stands only behind the last of "a/b (n=7)" is that of all."""
    groups: list[list[Summary]] = []
    for summary in summaries:
        if groups and _JOINER.fullmatch(text, groups[-1][-1].end, summary.start):
            groups[-1].append(summary)
        else:
            groups.append([summary])
    for group in groups:
        if all("/" in text[old.end : new.start] and not old.n for old, new in pairwise(group)):
            group[:] = [replace(summary, n=group[-1].n) for summary in group]
    return groups


def _is_change(text: str, segment: int, before: Sequence[Summary], after: Sequence[Summary], p: int) -> bool:
    ends = (segment, before[0].start, before[-1].end, after[0].start, after[-1].end, p)
    lead, between, rest = (text[ends[place] : ends[place + 1]] for place in (0, 2, 4))
    if _FROM.search(lead) and _TO.search(between):
        return True
    return bool(_BEFORE.search(lead + between) and _AFTER.search(between + rest))


def _labels(lead: str, count: int) -> list[str]:
    """What the medians are of: the words behind "median", as many as there are medians, or none."""
    found = _LABEL.match(lead, [cue.end() for cue in CUE.finditer(lead)][-1])
    label = " ".join(found["label"].split()) if found else ""
    parts = re.split(r"\s*/\s*|\s*,\s*(?:and\s+)?|\s+and\s+", label) if count > 1 else [label]
    return parts if len(parts) == count and all(len(part) <= 40 for part in parts) else [""] * count
