"""What went wrong while a document was filled, with its place and its mend."""

from __future__ import annotations

import contextlib
import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.tests import TESTS

from ..errors import CohortpressError, Fault, ResultError, TemplateError, nearest
from .markdown import FILTERS
from .names import Branch, VisitName

# What Python raises when a template asks for what cannot be.
FAULTS_OF_A_TEMPLATE = (
    TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError,
)  # fmt: skip
_TYPOGRAPHIC = "\u2018-\u201f\xab\xbb\u2039\u203a"
_TAGS = {
    "autoescape", "block", "call", "claim", "extends", "filter", "for", "from", "if", "import", "include", "macro",
    "print", "set", "with",
}  # fmt: skip
_TAGS |= {"else", "elif", *(f"end{tag}" for tag in _TAGS)}
# A tag that another follows before it ends, and where it does, with the start of its line.
_OPEN_TAG = re.compile(r"(\{\{(?! \"\{\{<)|\{%)(?=(?:(?!\}\}|%\}).)*?(?:\{\{|\{%|\Z))[^\n]{0,30}", re.DOTALL)


@contextlib.contextmanager
def located(file: str, known: Mapping[str, Any] | None = None, *, own: bool = True) -> Iterator[None]:
    """Turn whatever goes wrong while filling ``file`` into an error with its place; ``known`` are names in it.

    Without ``own`` templates, which an author could mend, the place is that in ``file`` alone.
    """
    try:
        yield
    except TemplateNotFound as error:
        problem = f"There is no template '{error.name}'."
        raise TemplateError(Fault(problem, "", _place(error, file))) from None
    except TemplateSyntaxError as error:
        raise TemplateError(_broken_tag(error, _short(error.filename or file))) from None
    except CohortpressError as error:
        kind = TemplateError if isinstance(error, ResultError) else type(error)
        place = _place(error, file, own=own)
        faults = (_named(fault, known or {}) for fault in error.faults)
        raise kind(*(replace(fault, where=fault.where or place) for fault in faults)) from None
    except (JinjaError, *FAULTS_OF_A_TEMPLATE) as error:
        word = re.match(r"'(\w+)' is undefined", str(error))
        mend = _meant(word[1], known) if word and known else _misspelt(str(error))
        problem = f"{str(error).rstrip('.')}."
        if sign := re.search(r"(?:operand type\(s\) for (\S+):|'([<>]=?)' not supported) .*'Value'", str(error)):
            problem, mend = _computed(sign[1] or "", sign[2] or "", known or {})
        if "__round__" in problem:
            problem = "'round' would round a result, and documents compute nothing."
            mend = "Write 'decimals:' or 'summary_decimals:' into study.yml, and take the filter out."
        raise TemplateError(Fault(problem, mend, _place(error, file, own=own))) from None


def _named(fault: Fault, known: Mapping[str, Any]) -> Fault:
    """Return a fault about a text that stands for a name with the name that may be meant: minute_60 for "60"."""
    given = re.fullmatch(r"'(.*)' is a text\.", fault.problem)
    if given is None or given[1] in known or "all_visits" not in known:
        return fault
    parts = [part for kind in ("visits", "endpoints") for part in known[f"all_{kind}"]]
    words = given[1].casefold()
    same = (p.name for p in parts if words in (str(p.label).casefold(), p.name.rpartition("_")[2]))
    if name := next(same, None):
        return replace(fault, mend=f"Write {name}, without quotation marks.")
    return replace(fault, mend=_meant(given[1], known))


def _meant(word: str, known: Mapping[str, Any]) -> str:
    """Return what an unknown name may have been: one that is near, or else what the study has."""
    names = {name for name in known if not name.startswith("_")}
    of_study = {name for name in names if isinstance(known[name], Branch | VisitName)}
    # A name of the study is more likely meant than a macro that happens to be near.
    if near := nearest(word, of_study) or nearest(word, names - of_study, alike=0.75):
        return near
    endpoints, visits = (", ".join(part.name for part in known[f"all_{kind}"]) for kind in ("endpoints", "visits"))
    return f"Endpoints: {endpoints}. Visits: {visits}."


def _computed(sign: str, comparison: str, known: Mapping[str, Any]) -> tuple[str, str]:
    """Return what is wrong where a template computes with results, or compares them, and what to write instead."""
    if comparison:
        return f"'{comparison}' compares a result, not its value.", "Write .value behind it: cohort.n.value > 5."
    mend = "Name the result that there is; 'cohortpress names' lists them."
    if known.get("all_endpoints") and known.get("all_visits"):
        endpoint, visit = known["all_endpoints"][0].name, known["all_visits"][-1].name
        mend = f"Name the result that there is: a change is {endpoint}.{visit}.vs_baseline.median_difference."
    return f"'{sign}' would compute with results, and documents compute nothing.", mend


def _broken_tag(error: TemplateSyntaxError, file: str) -> Fault:
    """Return what is wrong with a tag; one that is not closed has the line where it was opened."""
    message = re.sub(r" at \d+$", "", (error.message or "").rstrip("."))
    where = f"{file}, line {error.lineno}"
    if quotation := re.fullmatch(f"unexpected char '([{_TYPOGRAPHIC}])'", message):
        return Fault(f"{quotation[1]} is a typographic quotation mark.", "Write \" or ' within a tag.", where)
    unknown = re.match(r"Encountered unknown tag '(\w+)'", message)
    if unknown and unknown[1] not in _TAGS:
        return Fault(f"Unknown tag '{unknown[1]}'.", nearest(unknown[1], _TAGS), where)
    for start in _OPEN_TAG.finditer(error.source or ""):
        if (begins := start.string.count("\n", 0, start.start()) + 1) <= error.lineno:
            problem = f"The tag '{start[0].strip()}' is opened here and not closed."
            mend = f"Write {'}}' if start[1] == '{{' else '%}'} where it ends."
            return Fault(problem, mend, f"{file}, line {begins}")
    tag = re.search(r"needs to be closed is '(\w+)'$", message)
    opened: list[int] = []
    for number, line in enumerate((error.source or "").splitlines()[: error.lineno], 1):
        for end, name in re.findall(r"\{%[-+]?\s*(end)?(\w+)", line):
            if tag and name == tag[1]:
                opened = opened[:-1] if end else [*opened, number]
    if tag is None or not opened or tag[1] == "set":  # which need not be closed where it has a value
        return Fault(f"A tag is broken: {message}.", _misspelt(message), where)
    before = "" if message.startswith("Unexpected end") else f" before line {error.lineno}"
    problem = f"The tag '{tag[1]}' is opened here and not closed{before}."
    return Fault(problem, f"Write {{% end{tag[1]} %}} where it ends.", f"{file}, line {opened[-1]}")


def _misspelt(message: str) -> str:
    """Return which filter or test an unknown one may have been."""
    for kind, known in (("filter", [*JINJA_FILTERS, *FILTERS]), ("test", [*TESTS])):
        if unknown := re.match(rf"No {kind} named '(\w+)'", message):
            return nearest(unknown[1], known)
    return ""


def _place(error: BaseException, file: str, *, own: bool = True) -> str:
    """Return the line of the document, and of the macro of one's ``own`` below it, where ``error`` was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [
        f"{_short(frame.filename)}, line {frame.lineno}"
        for frame in frames
        if frame.filename == file or frame.filename.endswith(".jinja")
    ]
    outer, inner = (places[0], places[-1]) if places else (file, file)
    return outer if outer == inner or not own else f"{outer} (in {inner})"


def _short(filename: str) -> str:
    """Return a path from the templates folder on: the rest of it is no news."""
    parts = Path(filename).parts
    return str(Path(*parts[parts.index("templates") :])) if "templates" in parts else filename
