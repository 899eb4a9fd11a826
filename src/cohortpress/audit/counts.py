"""How many subjects: counts with percentages, the cohort, all printed sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .medians import N_EQUALS
from .numbers import NUMBER, Number, read_number

_TO_TWENTY = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen"
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_WORD = rf"(?:(?:{_TENS})(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|{_TO_TWENTY})\b(?!-)"
_COUNT = rf"(?:\d{{1,5}}(?![.,]?\d|\u202f\d)|{_WORD})"
_PEOPLE = (
    r"(?:patients?|subjects?|participants?|women|men|children|boys|girls|females|males|adults|individuals)"
    r"\b(?!['’])"
)
_ALL = r"(?:(?:the|these|our|all)\s+)?"
_K_OF_N = rf"(?P<count>{_COUNT})(?:\s+(?:out\s+)?of\s+{_ALL}|(?P<slash>\s?/\s?))(?P<total>{_COUNT})(?!\s?/)"
_PERCENT = rf"(?P<percent>{NUMBER})\s*%"
# Bracket or clause must end behind it: "(50% improvement)", "(95%, CI ...)" and "(67%, 80%)" count nobody.
_ENDS = r"(?=\s*(?:[)\]]|[;,](?!\s*CI)(?!\s*[\d.,]+\s*%(?!\s*CI))))"
_SHARES = [
    re.compile(rf"(?<![\w.,/-]){pattern}", re.I)
    for pattern in (
        rf"{_K_OF_N}(?P<people>\s+(?:[a-z-]+\s+){{0,2}}?{_PEOPLE})?(?:\s*[(\[]\s*{_PERCENT}{_ENDS})?",
        rf"{_PERCENT}\s*[(\[]\s*{_K_OF_N}(?P<people>\s+{_PEOPLE})?\s*[)\]]",
        rf"{_K_OF_N}(?P<people>\s+{_PEOPLE})?\s*[;,]\s*{_PERCENT}(?=\s*[)\]])",
        rf"(?P<count>{_COUNT})\s+(?P<people>{_PEOPLE})\s*[(\[]\s*{_PERCENT}\s*[)\]]",
        rf"{_PERCENT}\s+of\s+{_ALL}(?P<total>{_COUNT})\s+(?P<people>{_PEOPLE})",
    )
]
# Before a count: roughly meant, a part of a longer number, a denominator, a grade (3/4), a name (ACR 20/50).
_NO_COUNT = re.compile(
    r"(?:(?i:\b(?:about|approximately|around|circa|ca|some|nearly|almost|roughly|over|under|than|least|most|of|"
    r"the|these|our|all|improvement|hundred|thousand|hundred and|grades?|stages?|class|type|phase|level))|"
    r"\b\w*[A-Z]{2}\w*|\d(?:[.,]\s*\n)?|[~<>≤≥≈±/-])\s*$"  # a mark and a line end may cut a number
)
# Rates that were estimated are no counts.
_ESTIMATED = re.compile(r"surviv|retention|kaplan|actuarial|cumulative|probability|weighted|estimate", re.I)

# "8 adult patients", but not "two years after, patients".
_ADJECTIVE = (
    r"(?:(?!(?:of|and|or|in|at|to|the|our|all|these|after|before|later|than|out|with|for|years?|months?|weeks?|"
    r"days?|hours?|times?|doses?|cycles?|infusions?|mg|ml|kg)\b)[a-z-]+\s+)"
)
_PEOPLE_COUNT = re.compile(rf"(?<![\w.,/-])(?P<n>{_COUNT})\s+{_ADJECTIVE}{{0,3}}?{_PEOPLE}", re.I)
_N = re.compile(N_EQUALS.format("n"), re.I)
_INCLUDED = re.compile(r"\b(?:included|enrolled|recruited|treated|studied|followed)\b", re.I)
_OPENING = re.compile(
    r"\s*(?:[A-Z]\w*(?:[ /]\w+){0,2}(?::|[ \t]*\n)\s*)?"  # a heading
    r"(?i:in total,?\s*|overall,?\s*|a total of\s*|we\s+\w+\s*)?"
)
# Several groups, several of these in one subject, numbers that are not read: the first number bounds nothing.
_NO_COHORT = re.compile(
    r"\b(?:controls?|placebo|groups?|arms?|healthy|randomi[sz]ed|cohorts|registry|literature|hundred|thousand|"
    r"eyes|joints|knees|hips|hands|limbs|lesions|(?<!paired )samples|biopsies|teeth|sites|episodes|"
    r"courses|measurements|\d[.,\u202f]\d{3} patients)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``total`` as a percentage; each is None where it is not printed."""

    start: int
    end: int
    percent: Number | None
    count: int | None
    total: int | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """How many subjects the text says were included, and where it says so."""

    start: int
    end: int
    n: int


def read_shares(text: str) -> Iterator[Share]:
    """Yield counts with percentages; a bare "3/4" only if the text has 4 subjects: it may be a grade."""
    taken: list[tuple[int, int]] = []
    sizes = read_sizes(text)
    for found in (found for pattern in _SHARES for found in pattern.finditer(text)):
        start, end = found.span()
        part = found.groupdict()
        count, total = (_number(part[name]) if part.get(name) else None for name in ("count", "total"))
        bare = not part["people"] and (not part["percent"] or (part["slash"] and total not in sizes))
        unclear = not part["percent"] and (bare or part["slash"])
        lead = text[max(0, start - 120) : start]
        overlaps = any(start < last and first < end for first, last in taken)
        if total == 0 or bare or unclear or overlaps or _NO_COUNT.search(lead) or _ESTIMATED.search(lead):
            continue
        percent = read_number(part["percent"], found.start("percent")) if part["percent"] else None
        if percent or not part["percent"]:
            taken.append((start, end))
            yield Share(start, end, percent, count, total)


def read_sizes(text: str) -> frozenset[int]:
    """Return every printed number of people and every "n = ..."."""
    people = {_number(found["n"]) for found in _PEOPLE_COUNT.finditer(text)}
    return frozenset(people | {int(found["n"]) for found in _N.finditer(text)})


def read_cohort(text: str, sentences: Sequence[tuple[int, int]]) -> Cohort | None:
    """Return how many were included: the first number of people, if its sentence says so, and the largest."""
    counts = [(found, _number(found["n"])) for found in _PEOPLE_COUNT.finditer(text)]
    if not counts or _NO_COHORT.search(text):
        return None
    first, n = counts[0]
    begin, end = next(span for span in sentences if span[0] <= first.start() < span[1])
    if not _OPENING.fullmatch(text, begin, first.start()) or not _INCLUDED.search(text, begin, end):
        return None
    return Cohort(first.start(), first.end(), n) if n == max(number for _, number in counts) else None


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, units = _TENS.split("|"), _TO_TWENTY.split("|")
    words = re.split(r"[- ]", text.lower())
    return sum(10 * tens.index(word) + 20 if word in tens else units.index(word) for word in words)
