"""No typed number, no word that says more than the data: the author's prose, held against the results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from .errors import Fault, TemplateError
from .formatting import plain_number
from .numbers_in_text import NUMBER, Found, numbers, place
from .result import Result, ResultSet
from .study import Study

# What is no prose in a document or a macro file; it is blanked, so that offsets stay.
NOT_PROSE = [
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"\A---\n.*?\n---\n", re.S),
        (r"\{##.*?##\}|\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->", re.S),
        (r"^(```+|~~~+).*?^\1", re.S | re.M),
        (r"`[^`\n]+`", 0),
        (r"\]\([^)\s]*\)|<[^<>\n]+>", 0),
        (r"(?<=[\])}#\w ])\{[^{}\n]*\}|^:::.*$|^\[\^?[\w-]+\]:.*$|\[\^[\w-]+\]", re.M),
        (r"^\s*\d+[.)]\s", re.M),  # numbers of a list
    )
]
MOST_NAMES = 3


@dataclass(frozen=True)
class Word:
    """A word that says more than a small cohort can: why, and what to write instead."""

    pattern: re.Pattern[str]
    reason: str
    better: str
    only_if_methods_disagree: bool = False


def check_prose(
    texts: Mapping[str, str],
    study: Study,
    results: ResultSet,
    number_words: Mapping[str, int | None],
    watched: Sequence[Word],
) -> list[Fault]:
    """Return all faults of the prose in ``texts`` (file name -> content)."""
    return [
        fault
        for file, text in texts.items()
        for fault in (
            *bare_numbers(text, file, study, results, number_words),
            *overreach(text, file, watched, results),
        )
    ]


def bare_numbers(
    text: str, file: str, study: Study, results: ResultSet, number_words: Mapping[str, int | None]
) -> list[Fault]:
    """Return a fault for each number, or number word, in the prose of ``text`` that nothing explains.

    ``number_words`` maps a word to its number, or to None for a part such as a half.
    """
    prose = blank(text)
    excused = [m.span() for phrase in _declared(study, number_words) for m in phrase.finditer(prose)]
    values = _by_value(results)
    faults = []
    for found in _found(prose, number_words):
        if any(start <= found.start and found.end <= end for start, end in excused):
            continue
        number = number_words.get(found.text.lower(), _float(found.text))
        line, column = place(text, found.start)
        names = values.get(number, [])[:MOST_NAMES] if number is not None else []
        mend = f"Write {' or '.join(f'{{{{ {name} }}}}' for name in names)}" if names else "Take it from a result"
        faults.append(
            Fault(
                f"The number '{found.text}' is typed.",
                f"{mend}, or declare it under 'constants:' in report/study.yml.",
                f"{file}, line {line}, column {column}",
            )
        )
    return faults


def overreach(text: str, file: str, words: Iterable[Word], results: ResultSet) -> list[Fault]:
    """Return a fault for each word of ``words`` that the prose of ``text`` uses without denying it."""
    prose = blank(text)
    disagree = any(r.value for r in results if r.measure == "methods_disagree")
    faults = []
    for word in words:
        if word.only_if_methods_disagree and not disagree:
            continue
        for match in word.pattern.finditer(prose):
            before = prose[max(0, match.start() - 12) : match.start()].lower()
            if re.search(r"\b(?:not|no|never|non-?|without)\s*$", before):
                continue
            line, column = place(text, match.start())
            where = f"{file}, line {line}, column {column}"
            faults.append(Fault(f"'{match[0]}': {word.reason}.", f"Better: {word.better}.", where))
    return faults


def number_words(numerals: Sequence[str], parts: Iterable[str]) -> dict[str, int | None]:
    """Return the number words of a language; "none" and "one" are left out: they have other meanings."""
    return {word: number for number, word in enumerate(numerals) if number > 1} | dict.fromkeys(parts)


def read_words(file: Path) -> list[Word]:
    """Read a list of watched words: pattern, reason, better, and when.

    Raises TemplateError where the file is not such a list.
    """
    try:
        return [
            Word(
                re.compile(rf"\b(?:{entry['pattern']})\b", re.I),
                entry["reason"],
                entry["better"],
                entry.get("when") == "methods_disagree",
            )
            for entry in yaml.safe_load(file.read_text(encoding="utf-8"))
        ]
    except (yaml.YAMLError, re.error, KeyError, TypeError, AttributeError) as error:
        mend = "Each entry needs a pattern (a regular expression), a reason and what is better."
        raise TemplateError(Fault(f"This is no list of watched words ({error}).", mend, file.name)) from None


def blank(text: str) -> str:
    """Return ``text`` with all that is no prose turned into spaces."""
    for pattern in NOT_PROSE:
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def _found(prose: str, number_words: Mapping[str, int | None]) -> Iterator[Found]:
    yield from numbers(prose)
    if number_words:
        words = "|".join(sorted(map(re.escape, number_words), key=len, reverse=True))
        # "two-sided" is a name, not a count.
        for match in re.finditer(rf"\b(?:{words})\b(?!-)", prose, re.I):
            yield Found(match[0], match.start())


def _declared(study: Study, number_words: Mapping[str, int | None]) -> list[re.Pattern[str]]:
    """Return what the study declares as it may be typed: constants, labels, times ("six and twelve months"), limits."""
    phrases = [_start_of(str(value)) for value in study.constants.values()]
    phrases.append(re.escape(plain_number(study.analysis.alpha)))
    phrases += [_as_typed(label) for label in _labels(study) if re.search(r"[^\W\d_]", label)]
    times, units = _times(study, number_words)
    if times and units:
        listed = rf"(?:{times})(?:(?:,|,?\s+(?:and|or|to)|\s*[\N{{EN DASH}}/-])\s*(?:{times}))*"
        phrases += [rf"{listed}[\s-]+(?:{units})s?", rf"(?:{units})s?\s+{listed}"]
    for rule in study.responses.values():
        unit = study.endpoints[rule.endpoint].unit
        limits = [(rule.threshold, unit), (rule.improvement_percent, "%")]
        phrases += [rf"{re.escape(plain_number(value))}\s*{re.escape(of)}" for value, of in limits if value is not None]
    return [re.compile(rf"(?<!\w){phrase}(?!\w)", re.I) for phrase in phrases]


def _labels(study: Study) -> Iterator[str]:
    """Yield what the study calls its visits, variables, their units and categories, as documents print it."""
    yield from (visit.label for visit in study.visits.values())
    yield from (response.label for response in study.responses.values())
    yield from (question.label for question in study.yes_no_changes.values())
    for endpoint in study.endpoints.values():
        yield from (endpoint.label, endpoint.unit)
    for spec in study.characteristics.values():
        yield from (spec.label, spec.unit, *(name.replace("_", " ") for name in spec.categories or ()))


def _as_typed(label: str) -> str:
    """Return a pattern for a label: any space for a space, any dash for a dash."""
    text = r"\s+".join(map(re.escape, label.split()))
    return re.sub(r"\\-|[\N{EN DASH}\N{EM DASH}]", "[\N{EN DASH}\N{EM DASH}-]", text)


def _start_of(constant: str) -> str:
    """Return a pattern for a constant, or its beginning up to the unit: "8 mg/kg" of "8 mg/kg per month"."""
    words = constant.split()
    least, rest = words[:2], words[2:]
    return r"\s+".join(map(re.escape, least)) + "".join(rf"(?:\s+{re.escape(word)}" for word in rest) + ")?" * len(rest)


def _times(study: Study, number_words: Mapping[str, int | None]) -> tuple[str, str]:
    """Return patterns of the visits' months and the numbers in their labels, as digits and words, and of their units.

    A unit is the word behind a number, or, where none is, before it: "6 months", "Week 4".
    """
    typed = {plain_number(visit.month) for visit in study.visits.values() if visit.month}
    units: set[str] = set()
    for visit in study.visits.values():
        for number in NUMBER.finditer(visit.label):
            typed.add(number[0])
            words = re.findall(r"[^\W\d_]+", visit.label[number.end() :])[:1]
            words = words or re.findall(r"[^\W\d_]+", visit.label[: number.start()])[-1:]
            units.update(word.removesuffix("s") for word in words)
    typed |= {word for word, number in number_words.items() if str(number) in typed}
    typed |= {"one"} if "1" in typed else set()
    return "|".join(map(re.escape, sorted(typed, key=len, reverse=True))), "|".join(map(re.escape, sorted(units)))


def _by_value(results: ResultSet) -> dict[float, list[str]]:
    """Return, for each printed number, the names that print it; the shortest first."""
    values: dict[float, list[str]] = {}
    for result in sorted(results, key=lambda result: len(result.id)):
        for number in _printed(result):
            values.setdefault(number, []).append(result.id)
    return values


def _printed(result: Result) -> list[float]:
    return [_float(found) for found in NUMBER.findall(result.text or "")]


def _float(text: str) -> float:
    plain = text.replace("\N{MINUS SIGN}", "-").replace(",", ".")
    try:
        return float(re.sub(r"\s", "", plain))
    except ValueError:  # "1.2.3" is no number of anybody's
        return float("nan")
