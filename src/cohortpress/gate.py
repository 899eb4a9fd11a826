"""No typed number, no word that says more than the data, nothing left to write: the author's prose and the results."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from .errors import Fault, TemplateError
from .fast_yaml import load
from .glossary import MEASURES
from .language import Language, any_of
from .numbers_in_text import NUMBER, Found, numbers, place
from .result import Result, ResultSet
from .study import DAYS_IN, Study
from .unwritten import unwritten
from .utf8 import read_utf8

# What the list of references is called: its volumes and pages are those of others.
REFERENCES = (
    "references|bibliography|literatur(verzeichnis)?|referenzen|literatuur|referenties|r[ée]f[ée]rences|bibliographie"
)
# What is no prose in a document or a macro file; it is blanked, so that offsets stay.
NOT_PROSE = [
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"\A---\n.*?\n---\n", re.S),
        (rf"^#+[^\S\n]+({REFERENCES})\b.*?(?=^#|^:::|\Z)", re.S | re.M | re.I),
        (r"\{##.*?##\}|\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->", re.S),
        (r"^(```+|~~~+).*?^\1", re.S | re.M),
        (r"`[^`\n]+`", 0),
        (r"\]\([^)\s]*\)|<[^<>\n]+>", 0),
        (r"(?<=[\])}#\w ])\{[^{}\n]*\}|^:::.*$|^\[\^?[\w-]+\]:.*$|\[\^[\w-]+\]", re.M),
        (r"^[^\S\n]*\d+[.)]\s", re.M),  # numbers of a list
    )
]
# A name with a dot, or a call, in single braces; attributes of Markdown begin otherwise: {.area}, {#id}, {width=5cm}.
LOST_BRACE = re.compile(r"(?<![{\w])\{ ?([A-Za-z_]\w*(?:\.\w+)+|[A-Za-z_]\w*\([^{}\n]*\)) ?\}(?!\})")
MOST_NAMES = 3
# The units of time in the order of a language's forms of them, and how many of one a next larger one has.
UNITS = tuple(DAYS_IN)
SMALL_IN_LARGE = {("minute", "hour"): 60, ("hour", "day"): 24, ("day", "week"): 7, ("month", "year"): 12}
FRACTION = re.compile(r"[\u00bc-\u00be\u2150-\u215e]")  # one sign: ½
# Counts that a sentence names where it means them; as large as others by chance.
NAMED_ALONE = {"n_zero", "n_ties", "n_changed", "n_missing", "statistic", "sign_statistic", "t_statistic"}


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
    language: Language,
    watched: Sequence[Word],
) -> list[Fault]:
    """Return all faults of the prose in ``texts`` (file name -> content), and of the title."""
    return typed_in_study(study, results, language) + [
        fault
        for file, text in texts.items()
        for fault in (
            *no_prose(text, file),
            *to_write(text, file),
            *lost_braces(text, file),
            *bare_numbers(text, file, study, results, language),
            *overreach(text, file, watched, results, language),
        )
    ]


def typed_in_study(study: Study, results: ResultSet, language: Language) -> list[Fault]:
    """Return a fault for each number that is typed in a text of study.yml that prints as prose: it has no values."""
    mend = "Leave it out, or declare it under 'constants:' in report/study.yml if it belongs to the plan."
    return [
        replace(fault, problem=f"{key}: {fault.problem}", mend=mend, where=study.where(key))
        for key in ("title", "design", "notice")
        for fault in bare_numbers(getattr(study, key), "", study, results, language)
    ]


def no_prose(text: str, file: str) -> list[Fault]:
    """Return a fault for a document in which nothing stands but headings, tables and figures."""
    said = "_sentence(" in text or re.search(r"[^\W\d_]", re.sub(r"^#.*$", "", blank(text), flags=re.M))
    return [] if said or not file.endswith(".qmd") else [Fault("There is no prose in it.", "Write some.", file)]


def to_write(text: str, file: str) -> list[Fault]:
    """Return one fault for all that `new` left to write and that still stands in ``text``."""
    found = [*unwritten(text)]
    if not found:
        return []
    more = f", and {len(found) - 1} more in italics" if found[1:] else ""
    where = f"{file}, line {place(text, found[0].start())[0]}"
    return [Fault(f"'{found[0][1]}' is still to be written{more}.", "Write or delete it.", where)]


def lost_braces(text: str, file: str) -> list[Fault]:
    """Return a fault for each value or macro in single braces: it would print as it stands."""
    return [
        Fault(
            f"'{found[0]}' prints as it stands.",
            f"Write {{{{ {found[1]} }}}}.",
            f"{file}, line {place(text, found.start())[0]}",
        )
        for found in LOST_BRACE.finditer(text)
    ]


def bare_numbers(
    text: str, file: str, study: Study, results: ResultSet, language: Language, *, in_words: bool = True
) -> list[Fault]:
    """Return a fault for each number of the prose of ``text``, in digits and ``in_words``, that nothing explains."""
    prose = blank(text)
    number_words = language.number_words if in_words else {}
    typed = [*_found(prose, language, number_words)]
    excused = [m.span() for phrase in (_declared(study, language) if typed else ()) for m in phrase.finditer(prose)]
    typed = [found for found in typed if not any(a <= found.start and found.end <= z for a, z in excused)]
    values = _by_value(results) if typed else {}
    faults = []
    for found in typed:
        in_digits = found.text[-1:].isdigit()
        number = _float(found.text) if in_digits else number_words.get(found.text.lower())
        line, column = place(text, found.start)
        of = values.get(number, []) if number is not None else []
        names = _likely(of, study, _around(text, found), language, counts=not in_digits)[:MOST_NAMES]
        mend = f"Write {' or '.join(f'{{{{ {name} }}}}' for name in names)}" if names else "Take it from a result"
        faults.append(
            Fault(
                f"The number '{found.text}' is typed.",
                f"{mend}, or declare it under 'constants:' in report/study.yml.",
                f"{file}, line {line}, column {column}",
            )
        )
    return faults


def overreach(text: str, file: str, words: Iterable[Word], results: ResultSet, language: Language) -> list[Fault]:
    """Return a fault for each word of ``words`` that the prose of ``text`` uses without denying it."""
    prose = blank(text)
    disagree = any(r.value for r in results if r.measure == "methods_disagree")
    denied = re.compile(rf"(?<!\w)(?:{any_of(language.prose['denials'])})[\s-]*$", re.I)
    faults = []
    for word in words:
        if word.only_if_methods_disagree and not disagree:
            continue
        for match in word.pattern.finditer(prose):
            if denied.search(prose[max(0, match.start() - 12) : match.start()]):
                continue
            line, column = place(text, match.start())
            where = f"{file}, line {line}, column {column}"
            faults.append(Fault(f"'{match[0]}': {word.reason}.", f"Better: {word.better}.", where))
    return faults


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
            for entry in load(read_utf8(file, file.name))
        ]
    except (yaml.YAMLError, re.error, KeyError, TypeError, AttributeError) as error:
        mend = "Each entry needs a pattern (a regular expression), a reason and what is better."
        raise TemplateError(Fault(f"This is no list of watched words ({error}).", mend, file.name)) from None


def blank(text: str) -> str:
    """Return ``text`` with all that is no prose turned into spaces."""
    for pattern in NOT_PROSE:
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def _found(prose: str, language: Language, number_words: Mapping[str, int | None]) -> Iterator[Found]:
    yield from numbers(prose, language.conventions)
    patterns = [FRACTION]
    if number_words:
        # "two-sided" is a name, not a count; "tenfold" and "ten-fold" are one.
        fold = rf"[-\s]?(?:{any_of(language.prose['multiples'])})\b"
        patterns.append(re.compile(rf"\b(?:{any_of(number_words)})(?:{fold}|\b(?!-))", re.I))
    for pattern in patterns:
        yield from (Found(match[0], match.start()) for match in pattern.finditer(prose))


def _declared(study: Study, language: Language) -> list[re.Pattern[str]]:
    """Return what the study declares as it may be typed: constants, labels, times ("six and twelve months"), limits."""
    plain = language.formatter.plain
    phrases = [_start_of(str(value)) for value in study.constants.values() if not isinstance(value, float)]
    phrases += [_start_of(plain(value)) for value in study.constants.values() if not isinstance(value, str)]
    phrases.append(re.escape(plain(study.analysis.alpha)))
    phrases += map(re.escape, language.prose["idioms"])
    phrases += [_as_typed(label) for label in _labels(study) if re.search(r"[^\W\d_]", label)]
    limits = [(value, spec.unit) for spec in study.endpoints.values() for value in spec.thresholds.values()]
    for rule in study.responses.values():
        of_rule = (rule.threshold, study.endpoints[rule.endpoint].unit), (rule.improvement_percent, "%")
        limits += [(value, of) for value, of in of_rule if value is not None]
    phrases += [rf"{re.escape(plain(value))}\s*{re.escape(of)}" for value, of in limits]
    return [*_patterns(phrases), *times(study, language)]


def times(study: Study, language: Language) -> list[re.Pattern[str]]:
    """Return how prose may say when the visits were: "six and twelve months", "week 4", "after one year"."""
    joins = any_of(language.prose["joins"])
    phrases = []
    for number, units in (_times(study, language), *_in_other_units(study, language)):
        if number and units:
            listed = rf"(?:{number})(?:(?:,|,?\s+(?:{joins})|\s*[\N{{EN DASH}}/-])\s*(?:{number}))*"
            phrases += [rf"{listed}[\s-]+(?:{units})s?", rf"(?:{units})s?\s+{listed}"]
    return _patterns(phrases)


def _patterns(phrases: Iterable[str]) -> list[re.Pattern[str]]:
    return [re.compile(rf"(?<!\w){phrase}(?!\w)", re.I) for phrase in phrases]


def _labels(study: Study) -> Iterator[str]:
    """Yield what the study calls its visits, variables, their units and categories, as documents print it."""
    yield from (text for visit in study.visits.values() for text in (visit.label, visit.at))
    yield from (response.label for response in study.responses.values())
    yield from (question.label for question in study.yes_no_changes.values())
    for endpoint in study.endpoints.values():
        yield from (endpoint.label, endpoint.unit)
    for spec in study.characteristics.values():
        yield from (spec.label, spec.unit, *spec.labels.values())
        yield from (name.replace("_", " ") for name in spec.categories or ())


def _as_typed(label: str) -> str:
    """Return a pattern for a label: any space for a space, any dash for a dash."""
    text = r"\s+".join(map(re.escape, label.split()))
    return re.sub(r"\\-|[\N{EN DASH}\N{EM DASH}]", "[\N{EN DASH}\N{EM DASH}-]", text)


def _start_of(constant: str) -> str:
    """Return a pattern for a constant, or its beginning up to the unit: "8 mg/kg" of "8 mg/kg per month"."""
    words = constant.split()
    least, rest = words[:2], words[2:]
    return r"\s+".join(map(re.escape, least)) + "".join(rf"(?:\s+{re.escape(word)}" for word in rest) + ")?" * len(rest)


def _times(study: Study, language: Language) -> tuple[str, str]:
    """Return patterns of the visits' times, those between them and the numbers in their labels, and of their units.

    A unit is the word behind a number, or, where none is, before it: "6 months", "Week 4".
    """
    when = [visit.time for visit in study.visits.values() if visit.time is not None]
    apart = [abs(one - other) for one, other in itertools.combinations(when, 2)]  # "in the six years between them"
    typed = {language.formatter.plain(time) for time in (*when, *apart) if time}
    units: set[str] = set()
    for visit in study.visits.values():
        for number in NUMBER.finditer(visit.label):
            typed.add(number[0])
            words = re.findall(r"[^\W\d_]+", visit.label[number.end() :])[:1]
            words = words or re.findall(r"[^\W\d_]+", visit.label[: number.start()])[-1:]
            units.update(word.lower().removesuffix("s") for word in words)
    typed |= {word for time in typed if time.isdecimal() for word in language.spelled(int(time))}
    for forms in language.prose["time"]:
        alike = {form.lower().removesuffix("s") for form in forms}
        units |= alike if alike & units else set()
    return any_of(typed), any_of(units)


def _in_other_units(study: Study, language: Language) -> Iterator[tuple[str, str]]:
    """Yield patterns of the visits' times in the units next to theirs, where they are whole: 240 minutes, 4 hours."""
    unit = study.visits[study.baseline].unit
    times = [visit.time for visit in study.visits.values() if visit.time]
    for (small, large), many in SMALL_IN_LARGE.items():
        if unit in (small, large):
            other = large if unit == small else small
            whole = [time / many if unit == small else time * many for time in times]
            typed = {str(int(time)) for time in whole if time == int(time)}
            typed |= {word for time in typed for word in language.spelled(int(time))}
            forms = language.prose["time"][UNITS.index(other)]
            yield any_of(typed), any_of(form.lower().removesuffix("s") for form in forms)


def _by_value(results: ResultSet) -> dict[float, list[Result]]:
    """Return, for each printed number, the results that print it."""
    values: dict[float, list[Result]] = {}
    for result in results:
        for number in _printed(result):
            values.setdefault(number, []).append(result)
    return values


def _likely(
    results: Iterable[Result], study: Study, sentence: str, language: Language, *, counts: bool
) -> list[str]:
    """Return the names of results, first those that ``sentence`` is about, then the shortest.

    A number in words is a count (``counts``), if anything.
    """

    def said(*words: str) -> bool:
        return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sentence, re.I) for word in words)

    def about(result: Result) -> int:
        visit = result.visit and study.visits.get(result.visit)
        # Of an onset ("Rash: onset"): what began.
        thing = of_all(result) or said(result.label, result.label.removesuffix(": onset"), result.variable)
        return thing + bool(visit and said(visit.label, result.visit or ""))

    def named(result: Result) -> bool:
        return said(language.said(MEASURES[result.measure].words))

    def of_all(result: Result) -> bool:
        return result.variable == "cohort"  # which every sentence is about

    # What only happens to be as large would mislead.
    meant = [result for result in results if about(result) and (named(result) or result.measure not in NAMED_ALONE)]
    meant.sort(key=lambda r: (-about(r) - named(r), counts and r.kind != "count", not of_all(r), len(r.id)))
    return [result.id for result in meant]


def _around(text: str, found: Found) -> str:
    """Return the sentence that a number stands in, tags and all."""
    ends = [match.end() for match in re.finditer(r"[.:;!?]\s|\n\s*\n", text)]
    start = max((end for end in ends if end <= found.start), default=0)
    return text[start : min((end for end in ends if end > found.start), default=len(text))]


def _printed(result: Result) -> list[float]:
    return [_float(found) for found in NUMBER.findall(result.text or "")]


def _float(text: str) -> float:
    plain = text.replace("\N{MINUS SIGN}", "-").replace(",", ".")
    try:
        return float(re.sub(r"\s", "", plain))
    except ValueError:  # "1.2.3" is no number of anybody's
        return float("nan")
