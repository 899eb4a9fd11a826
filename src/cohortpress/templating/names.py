"""What a document can name: results, visits, constants and parts of study.yml, as Jinja sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel

from .. import __version__
from ..errors import Fault, ResultError, did_you_mean
from ..formatting import Formatter, own_decimals, span
from ..language import Language
from ..result import Result, ResultSet
from ..study import Study
from .markdown import NO_BREAK, escape


def said_of(result: Result, name: str, language: Language) -> Any:
    """Return a field of a result; where that is a text of the program, in the language of the study."""
    given = getattr(result, name)
    if name == "error" and given and given == "; ".join(result.warnings):
        return language.all_said(result.warnings)
    return language.said(given) if name in ("label", "unit", "method", "error") and given else given


@dataclass(frozen=True)
class Value:
    """A result as prose prints it; what it says of itself (its method, why it does not exist) is in ``language``."""

    result: Result
    language: Language

    def __str__(self) -> str:
        return self.marked(self.text)

    @property
    def text(self) -> str:
        """The value as text; raises ResultError where there is none."""
        if self.result.text is None:
            if self.result.value is not None:
                mend = f"Write {{% if {self.result.id}.value %}}."
                raise ResultError(Fault(f"'{self.result.id}' is a yes or a no, and has no text.", mend))
            raise ResultError(Fault(f"'{self.result.id}' does not exist: {self.result.error}.", "Take it out."))
        return self.result.text

    def marked(self, text: str) -> str:
        """Return ``text`` as Markdown that carries the id of this result."""
        return f'[{escape(text)}]{{.result data-result="{self.result.id}"}}'

    @property
    def exists(self) -> bool:
        return self.result.value is not None

    def __sub__(self, other: object) -> Any:
        if not isinstance(other, Value):
            return NotImplemented
        visit, measure = self.result.id.rpartition(".")[::2]
        if measure != "median" or other.result.id.split(".")[0] != visit.split(".")[0]:
            return NotImplemented
        problem = "'-' would compute with results, and documents compute nothing."
        mend = f"Name the result that there is: a change is {visit}.vs_baseline.median_difference."
        raise ResultError(Fault(problem, mend))

    def __getattr__(self, name: str) -> Any:
        if name not in Result.__dataclass_fields__:
            raise AttributeError(name)
        return _printable(said_of(self.result, name, self.language))


class Declared:
    """A part of study.yml: its keys and nothing else, and its texts print as they stand."""

    def __init__(self, part: BaseModel) -> None:
        self._part = part

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self:
            raise ResultError(Fault(f"study.yml has no '{name}' here.", did_you_mean(name, self._keys())))
        value = getattr(self._part, name)
        # Addresses have been checked, and stand in links where an escape would be read as part of them.
        return value if name in ("address", "url") else _printable(value)

    def __contains__(self, name: object) -> bool:
        return name in self._keys()

    def __str__(self) -> str:
        raise ResultError(Fault("A part of study.yml is not a text.", f"Name one of: {', '.join(self._keys())}."))

    def _keys(self) -> Collection[str]:
        return type(self._part).model_fields


def _printable(value: Any) -> Any:
    match value:
        case str():
            return escape(value)
        case BaseModel():
            return Declared(value)
        case tuple():
            return tuple(map(_printable, value))
        case dict():
            return {key: _printable(inner) for key, inner in value.items()}
    return value


class Branch:
    """A part of a result id: ``das_crp.month_6`` of ``das_crp.month_6.median``."""

    def __init__(self, id_: str, language: Language, spec: Declared | None = None) -> None:
        self._id = id_
        self._language = language
        self._spec = spec
        self._parts: dict[str, Branch | Value] = {}

    def _grow(self, result: Result, path: Sequence[str]) -> None:
        """Hang a result below this branch."""
        head, *rest = path
        if not rest:
            self._parts[head] = Value(result, self._language)
            return
        branch = self._parts.setdefault(head, Branch(f"{self._id}.{head}".lstrip("."), self._language))
        assert isinstance(branch, Branch)
        branch._grow(result, rest)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._parts:
            return self._parts[name]
        if self._spec is not None and name in self._spec:
            return getattr(self._spec, name)
        compose = COMPOSED.get(name)
        if compose and all(part in self._parts for part in compose.needs):
            return compose(*(self._parts[part] for part in compose.needs))
        median = self._parts.get("median")
        if name == "vs_baseline" and isinstance(median, Value) and median.result.visit:
            problem = f"'{median.result.visit}' is the baseline, which is not compared with itself."
            raise ResultError(Fault(problem, "Name a later visit."))
        mend = did_you_mean(name, [*self._parts, *(k for k in COMPOSED if COMPOSED[k].needs[0] in self._parts)])
        raise ResultError(Fault(f"'{self._id}' has no '{name}'.", mend))

    @property
    def name(self) -> str:
        """The id so far."""
        return self._id

    def _writable(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield each name below this one that prints, and what gives its text."""
        for name, part in self._parts.items():
            if isinstance(part, Value):
                yield f"{self._id}.{name}", partial(getattr, part, "text")
        for name, compose in COMPOSED.items():
            if name not in self._parts and all(part in self._parts for part in compose.needs):
                yield f"{self._id}.{name}", partial(getattr, self, name)
        for part in self._parts.values():
            if isinstance(part, Branch):
                yield from part._writable()

    def branches(self, having: str) -> list[Branch]:
        """Return the branches directly below this one that have a value called ``having``."""
        return [part for part in self._parts.values() if isinstance(part, Branch) and having in part]

    def __getitem__(self, key: object) -> Any:
        return getattr(self, str(key))

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def __iter__(self) -> Iterator[Any]:
        raise ResultError(Fault(f"'{self._id}' is one thing.", f"Write '[{self._id}]' where a list is asked for."))

    def __str__(self) -> str:
        values = [name for name, _ in self._writable()]
        name = next((name for name in values if name.endswith(".median")), next(iter(values), self._id))
        raise ResultError(Fault(f"'{self._id}' is not a value.", f"Write '{name}'."))


@dataclass(frozen=True)
class VisitName:
    """A visit as prose names it; ``at`` is what sentences say of it, where the author wrote that."""

    name: str
    label: str
    at: str
    time: float | None

    def __str__(self) -> str:
        return self.name

    def __iter__(self) -> Iterator[Any]:
        raise ResultError(Fault(f"'{self}' is one visit.", f"Write '[{self}]' where a list is asked for."))


@dataclass(frozen=True)
class Composed:
    """A text made of several values, each with its own id."""

    needs: tuple[str, ...]
    make: Callable[..., object]

    def __call__(self, *values: object) -> object:
        return self.make(*values)


def _range(low: Value, high: Value) -> str:
    return f"{low}{span(low.result, high.result, low.language.word['to'])}{high}"


def _p_phrase(p: Value) -> str:
    sign = p.text[:1] if p.text.startswith(("<", ">")) else ""
    return f"p{NO_BREAK}" + (p.marked(f"{sign}{NO_BREAK}{p.text[1:]}") if sign else f"={NO_BREAK}{p}")


COMPOSED = {
    "range": Composed(("min", "max"), _range),
    "iqr": Composed(("q1", "q3"), _range),
    "median_range": Composed(("median", "min", "max"), lambda m, *ends: f"{m}{NO_BREAK}({_range(*ends)})"),
    "median_iqr": Composed(("median", "q1", "q3"), lambda m, *ends: f"{m}{NO_BREAK}({_range(*ends)})"),
    "mean_sd": Composed(("mean", "sd"), lambda mean, sd: f"{mean}{NO_BREAK}({sd})"),
    "n_of_total": Composed(("n", "total"), lambda n, total: f"{n}/{total}"),
    "n_percent": Composed(("n", "percent"), lambda n, share: f"{n}{NO_BREAK}({share})"),
    "hodges_lehmann_interval": Composed(("hodges_lehmann_conf_low", "hodges_lehmann_conf_high"), _range),
    "hodges_lehmann_at_zero_interval": Composed(
        ("hodges_lehmann_at_zero_conf_low", "hodges_lehmann_at_zero_conf_high"), _range
    ),
    "mean_difference_interval": Composed(("mean_difference_conf_low", "mean_difference_conf_high"), _range),
    "rank_biserial_interval": Composed(("rank_biserial_conf_low", "rank_biserial_conf_high"), _range),
    "wilson_interval": Composed(("wilson_low", "wilson_high"), _range),
    "clopper_pearson_interval": Composed(("clopper_pearson_low", "clopper_pearson_high"), _range),
    "rate_interval": Composed(("rate_conf_low", "rate_conf_high"), _range),
    "p": Composed(("p_value",), lambda p: p),
    "p_phrase": Composed(("p_value",), _p_phrase),
    **{f"{measure}_phrase": Composed((measure,), _p_phrase) for measure in ("p_exact", "p_adjusted", "p_at_zero")},
}


@dataclass(frozen=True)
class Constant:
    """What the study declares rather than measures."""

    name: str
    value: str

    def __str__(self) -> str:
        return f'[{escape(self.value)}]{{.constant data-constant="{self.name}"}}'


class Constants:
    """``{{ constants.dose }}``: what ``constants:`` of study.yml declares."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Constant:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._values:
            raise ResultError(
                Fault(f"study.yml declares no constant '{name}'.", did_you_mean(name, self._values))
            )
        return Constant(name, self._values[name])


def constants_of(study: Study) -> Constants:
    """Return the constants of a study, and those that every study has."""
    formatter = Formatter(study.language)
    level = 100 * study.analysis.conf_level
    built_in: dict[str, str | int | float] = {
        "alpha": study.analysis.alpha,
        "confidence": formatter.percent(level, own_decimals(level)),
        "software": f"cohortpress {__version__}",
    }
    given = {**built_in, **study.constants}
    return Constants({
        name: value if isinstance(value, str) else formatter.plain(value) for name, value in given.items()
    })


def visit_names(study: Study) -> dict[str, VisitName]:
    """Return the visits as prose names them."""
    return {
        name: VisitName(name, escape(visit.label), escape(visit.at), visit.time)
        for name, visit in study.visits.items()
    }


def names(study: Study, results: ResultSet, language: Language) -> dict[str, object]:
    """Return every name that a document can use, as Jinja sees it."""
    declared = (study.endpoints, study.characteristics, study.responses, study.yes_no_changes)
    specs = {name: Declared(spec) for part in declared for name, spec in part.items()}
    tree: dict[str, Branch] = {}
    for result in results:
        head, *rest = result.id.split(".")
        tree.setdefault(head, Branch(head, language, specs.get(head)))._grow(result, rest)
    visits = visit_names(study)
    return {
        **tree,
        **visits,
        "baseline": visits[study.baseline],
        "all_visits": list(visits.values()),
        "all_endpoints": [tree[name] for name in study.endpoints],
        "all_characteristics": [tree[name] for name, spec in study.characteristics.items() if spec.listed],
        "all_events": tree["adverse_events"].branches("n_events") if "adverse_events" in tree else [],
        "constants": constants_of(study),
        "study": Declared(study),
        "_any_below": any(result.measure == "n_below" for result in results),
        "_family": _family(study, tree, visits),
    }


def _family(study: Study, tree: Mapping[str, Branch], visits: Mapping[str, VisitName]) -> dict[str, object] | None:
    """Return whose p values are adjusted, and how; ``endpoints`` is empty where it is all of them."""
    if (family := study.analysis.family) is None:
        return None
    some = [tree[name] for name in study.endpoints if name in family.endpoints]
    return {
        "method": family.method,
        "endpoints": some if len(some) < len(study.endpoints) else [],
        "visits": [visit for name, visit in visits.items() if name in family.visits],
    }


def writable(names: Mapping[str, object]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield each of ``names``, with all that hangs below it, that prints something, and what gives its text."""
    for name, thing in names.items():
        match thing:
            case Branch():
                yield from _declared(name, thing._spec)
                yield from thing._writable()
            case VisitName():
                yield f"{name}.label", partial(getattr, thing, "label")
            case Constants():
                yield from ((f"{name}.{constant}", partial(getattr, thing, constant)) for constant in thing._values)
            case Declared():
                yield from _declared(name, thing)


def _declared(name: str, part: Declared | None) -> Iterator[tuple[str, Callable[[], object]]]:
    for key in part._keys() if part else ():
        if isinstance(text := getattr(part, key), str) and text:
            yield f"{name}.{key}", partial(getattr, part, key)
