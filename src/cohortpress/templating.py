"""Documents filled from results: Jinja in, Markdown out, and every printed value carries its result id."""

from __future__ import annotations

import contextlib
import itertools
import re
import string
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.ext import Extension
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from pydantic import BaseModel

from . import __version__
from .claims import judge
from .errors import CohortpressError, Fault, ResultError, StudyError, TemplateError, did_you_mean, nearest
from .formatting import Formatter, own_decimals, span
from .glossary import headed
from .language import Language, part_of
from .result import Result, ResultSet
from .study import Study

# Whatever Markdown could read as a mark; a single point, comma, slash or hyphen within a word is none.
_SPECIAL = re.compile(rf"(?<=\w)[.,/-](?!\w)|(?<!\w)[.,/-]|[{re.escape(re.sub('[.,/-]', '', string.punctuation))}]")
# Where a line may break, or a Markdown block end; spaces that never break stay as they are.
_BREAKS = re.compile(r"[ \t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
NO_BREAK = "\N{NO-BREAK SPACE}"
# What Python raises when a template asks for what cannot be.
FAULTS_OF_A_TEMPLATE = (
    TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError,
)  # fmt: skip
_TYPOGRAPHIC = "\u2018-\u201f\xab\xbb\u2039\u203a"
# A tag that another follows before it ends, and where it does, with the start of its line.
_OPEN_TAG = re.compile(r"(\{\{(?! \"\{\{<)|\{%)(?=(?:(?!\}\}|%\}).)*?(?:\{\{|\{%|\Z))[^\n]{0,30}", re.DOTALL)
_END_OF_CLAIM = re.compile(r"\{%-?\s*endclaim\s*%\}")
_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)?---\n", re.DOTALL)
_SPAN = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\{\.[^}]*\}")


def escape(text: str) -> str:
    """Return Markdown that prints ``text`` as it stands, whatever stands in it."""
    return _SPECIAL.sub(r"\\\g<0>", _BREAKS.sub(" ", text).strip(" "))


def plain(markdown: str) -> str:
    """Return a filled sentence without its marks: for alternative texts and the like."""
    text = str(markdown)
    while (inner := _SPAN.sub(r"\1", text)) != text:
        text = inner
    return re.sub(r"\\(.)", r"\1", text)


def said_of(result: Result, name: str, language: Language) -> Any:
    """Return a field of a result; where that is a text of the program, in the language of the study."""
    given = getattr(result, name)
    if name == "error" and given and given == "; ".join(result.warnings):
        return language.all_said(result.warnings)
    return language.said(given) if name in ("label", "method", "error") and given else given


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
        raise ResultError(Fault(f"'{self._id}' is not a value.", f"Write '{self._id}.{next(iter(self._parts))}'."))


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
    equals = "" if p.text.startswith(("<", ">")) else f"={NO_BREAK}"
    return f"p{NO_BREAK}{equals}{p}"


COMPOSED = {
    "range": Composed(("min", "max"), _range),
    "iqr": Composed(("q1", "q3"), _range),
    "median_range": Composed(("median", "min", "max"), lambda m, *ends: f"{m}{NO_BREAK}({_range(*ends)})"),
    "median_iqr": Composed(("median", "q1", "q3"), lambda m, *ends: f"{m}{NO_BREAK}({_range(*ends)})"),
    "mean_sd": Composed(("mean", "sd"), lambda mean, sd: f"{mean}{NO_BREAK}({sd})"),
    "n_of_total": Composed(("n", "total"), lambda n, total: f"{n}/{total}"),
    "n_percent": Composed(("n", "percent"), lambda n, share: f"{n}{NO_BREAK}({share})"),
    "hodges_lehmann_interval": Composed(("hodges_lehmann_conf_low", "hodges_lehmann_conf_high"), _range),
    "mean_difference_interval": Composed(("mean_difference_conf_low", "mean_difference_conf_high"), _range),
    "rank_biserial_interval": Composed(("rank_biserial_conf_low", "rank_biserial_conf_high"), _range),
    "wilson_interval": Composed(("wilson_low", "wilson_high"), _range),
    "clopper_pearson_interval": Composed(("clopper_pearson_low", "clopper_pearson_high"), _range),
    "rate_interval": Composed(("rate_conf_low", "rate_conf_high"), _range),
    "p": Composed(("p_value",), lambda p: p),
    "p_phrase": Composed(("p_value",), _p_phrase),
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
    }


def _writable(names: Mapping[str, object]) -> Iterator[tuple[str, Callable[[], object]]]:
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


def check_claim(name: str, study: Study, results: ResultSet) -> None:
    """Raise ResultError where the data do not support the claim ``name`` of study.yml."""
    if name not in study.claims:
        raise ResultError(Fault(f"study.yml has no claim '{name}'.", did_you_mean(name, study.claims)))
    verdict = judge(name, study, results)
    if not verdict.holds:
        mend = "Rewrite the sentence, or change the claim in report/study.yml."
        raise ResultError(Fault(f"The data no longer support the claim '{name}': {verdict}.", mend))


def refuse(problem: str, mend: str) -> None:
    """Raise ResultError: a template has nothing to print."""
    raise ResultError(Fault(problem, mend))


# The arguments of macros that are names of the study: of one thing, or of several.
_ONE = frozenset({"endpoint", "visit", "response", "question"})
_SEVERAL = frozenset({"endpoints", "visits", "responses", "characteristics"})


def _of_names(macro: Any) -> Any:
    """Return a macro that says what is wrong where its arguments should be names and are not."""
    if not (_ONE | _SEVERAL).intersection(getattr(macro, "arguments", ())):
        return macro

    def call(*args: object, **kwargs: object) -> Any:
        for parameter, given in [*zip(macro.arguments, args, strict=False), *kwargs.items()]:
            if parameter in _ONE | _SEVERAL:
                _check_names(parameter, given)
        return macro(*args, **kwargs)

    return call


def _check_names(parameter: str, given: object) -> None:
    several = isinstance(given, list | tuple)
    if several and parameter in _ONE:
        refuse(f"A list stands where one {parameter} belongs.", "Take one name, without brackets.")
    for thing in given if isinstance(given, list | tuple) else (given,):
        if isinstance(thing, str):
            refuse(f"'{thing}' is a text.", f"Write {thing}, without quotation marks.")
        if isinstance(thing, VisitName) and not parameter.startswith("visit"):
            refuse(f"'{thing}' is a visit.", f"One of the {parameter.removesuffix('s')}s belongs here.")


class ClaimTag(Extension):
    """``{% claim name %} ... {% endclaim %}``: prose that prints only while the data support the claim."""

    tags = {"claim"}  # noqa: RUF012 - Jinja's own way

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        name = nodes.Const(parser.stream.expect("name").value)
        body = parser.parse_statements(("name:endclaim",), drop_needle=True)
        call = self.call_method("_check", [name, nodes.Name("_check_claim", "load")])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _check(self, name: str, check_claim: Callable[[str], None], caller: Callable[[], str]) -> str:
        check_claim(name)
        return caller()


def _environment(folders: Sequence[Path], cache: Path | None = None) -> ImmutableSandboxedEnvironment:
    """Return what reads templates from the first of ``folders`` that has them, and compiles them into ``cache``."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        bytecode_cache=FileSystemBytecodeCache(str(cache)) if cache else None,
        undefined=StrictUndefined,
        # pandoc writes {#id}, which Jinja would take for a comment
        comment_start_string="{##",
        comment_end_string="##}",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        finalize=_with_its_id,
        extensions=[ClaimTag],
    )
    environment.filters |= FILTERS
    return environment


def read_language(study: Study, folders: Sequence[Path]) -> Language:
    """Return what the templates in ``folders`` say of the language of a study.

    Raises StudyError where they do not know it, and TemplateError where its file is broken.
    """
    return _language(study, *_read_words(study, _environment(folders)))


def _read_words(study: Study, environment: Environment) -> tuple[str, dict[str, Any]]:
    """Return the language file of a study's region, or, without one, of its language, and the words in it."""
    language = study.language.partition("-")[0].lower()
    for name in dict.fromkeys([study.language, language]):
        file = f"language/{name}.jinja"
        with _located(file), contextlib.suppress(TemplateNotFound):
            # The module that documents see is made later: its macros know the names of that time.
            told = vars(environment.get_template(file).make_module())
            words = {name: value for name, value in told.items() if not callable(value)}
            return file, {name: _unbroken(value, part_of(told, "unbroken")) for name, value in words.items()}
    files = environment.list_templates(filter_func=lambda file: file.startswith("language/"))
    known = ", ".join(sorted(Path(file).stem for file in files if file.endswith(".jinja")))
    mend = f"There are: {known}. To add one, copy templates/language/en.jinja to templates/language/{language}.jinja "
    problem = f"There are no sentences in the language '{study.language}'."
    raise StudyError(Fault(problem, f"{mend}in your study, and translate it.", study.where("language")))


def _language(study: Study, file: str, told: Mapping[str, Any]) -> Language:
    with _located(file):
        return Language.told_by(Path(file).stem, Formatter(study.language, study.where("language")), told)


class Filler:
    """Fills documents; templates are found in the first of ``folders`` that has them, and compiled into ``cache``.

    Raises StudyError where there is no language file for the language of the study.
    """

    def __init__(
        self,
        study: Study,
        results: ResultSet,
        folders: Sequence[Path],
        functions: Mapping[str, object],
        cache: Path | None = None,
    ) -> None:
        self._environment = _environment(folders, cache)
        self._environment.globals = {
            **{name: self._environment.globals[name] for name in ("range", "dict", "namespace")},
            # No name of a study begins like these.
            "_check_claim": partial(check_claim, study=study, results=results),
            "_refuse": refuse,
            **functions,
        }
        self._study, self._results = study, results
        self._language_file, self._told = _read_words(study, self._environment)
        self.language = _language(study, self._language_file, self._told)
        self._environment.globals |= names(study, results, self.language)

    def words(self, name: str) -> Any:
        """Return a list or table of the language file, such as ``figure_words``; raises TemplateError without it."""
        with _located(self._language_file):
            return part_of(self._told, name)

    def writable(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield each expression that a document can print, and what gives its text: sentences, then values.

        Sentences are the macros called ``..._sentence``, and ``summary``, for all that they can be about. To get a
        text raises ResultError or TemplateError where there is none.
        """
        file = self._language_file
        study, known = self._study, names(self._study, self._results, self.language)
        about: dict[str | None, Iterable[str]] = {
            "endpoint": study.endpoints, "visit": study.visits, "response": study.responses,
            "question": study.yes_no_changes,
        }  # fmt: skip
        with _located(file, self._environment.globals):
            macros = vars(self._environment.get_template(file).module)

        def say(macro: Any, chosen: Sequence[str]) -> object:
            with _located(file, self._environment.globals):
                return self._sentence(macro)(*(known[name] for name in chosen))

        for name, macro in sorted(macros.items()):  # Jinja exports them in no order
            asked = getattr(macro, "arguments", (None,))
            if (name.endswith("_sentence") or name == "summary") and about.keys() >= set(asked):
                for chosen in itertools.product(*(about[argument] for argument in asked)):
                    yield f"{name}({', '.join(chosen)})", partial(say, macro, chosen)
        yield from _writable(known)

    def sentence(self, name: str) -> Callable[..., str]:
        """Return a macro of the language file, its text in one line; raises TemplateError without it."""
        if not callable(macro := self._environment.globals.get(name)):
            problem = f"templates/{self._language_file} has no sentence '{name}'."
            raise TemplateError(Fault(problem, "Copy it from that of cohortpress."))
        return macro

    def fill(self, source: str, file: str) -> tuple[dict[str, Any], str]:
        """Return front matter and body of a document with all values in it.

        Raises TemplateError with file and line where a name is unknown, a tag is broken or a value does not
        exist.
        """
        with _located(file, self._environment.globals):
            self._environment.globals |= self._macros(self._language_file, self._sentence) | self._told
            self._environment.globals |= self._macros("blocks.jinja", _of_names)
            # A claim may end its line: the line break behind it belongs to the prose.
            prose = _END_OF_CLAIM.sub("{% endclaim +%}", source.replace("{{<", '{{ "{{<" }}'))
            code = self._environment.compile(prose, file, file)
            filled = Template.from_code(self._environment, code, self._environment.globals).render()
        matter = _FRONT_MATTER.match(filled)
        if matter is None:
            _refuse_half_a_front_matter(source, file)
            return {}, filled
        try:
            own = yaml.safe_load(matter[1] or "") or {}
        except yaml.YAMLError as error:
            raise TemplateError(Fault(f"The front matter is not YAML ({error}).", "", file)) from None
        if not isinstance(own, dict):
            raise TemplateError(Fault("The front matter holds no keys.", "Write 'key: value' lines.", file))
        name = Path(file).stem
        if (given := own.get("document", name)) != name:
            line = next((n for n, text in enumerate(source.splitlines(), 1) if text.startswith("document:")), 1)
            mend = nearest(str(given), [name]) or f"In this file it is 'document: {name}'."
            raise TemplateError(Fault(f"'document: {given}' is not known.", mend, f"{file}, line {line}"))
        return own, filled[matter.end() :]

    def _macros(self, library: str, wrap: Callable[[Any], object]) -> dict[str, object]:
        exported = vars(self._environment.get_template(library).module)
        study = self._study
        for kind in ("visits", "endpoints", "characteristics", "yes_no_changes", "responses"):
            for name in getattr(study, kind).keys() & exported.keys():
                problem = f"'{name}' is a word of templates/{library}."
                raise TemplateError(Fault(problem, "Choose another name.", study.where(kind, name)))
        return {name: wrap(value) for name, value in exported.items() if not name.startswith("_")}

    def _sentence(self, macro: Any) -> Any:
        """Let a sentence come out in one line however its macro is laid out: it may stand in a table or a heading."""
        if not callable(macro):
            return macro
        spaces, say = part_of(self._told, "unbroken"), _of_names(macro)
        return lambda *args, **kwargs: _unbroken(re.sub(r"[ \n]+", " ", say(*args, **kwargs)).strip(), spaces)


def _refuse_half_a_front_matter(source: str, file: str) -> None:
    """Raise TemplateError where keys stand at the top that no pair of lines ``---`` encloses."""
    if half := re.match(r"(---\s*\n)?((?:[a-z]\w*:.*\n)+)(---\s*$)?", source, re.MULTILINE):
        first, keys, last = half.groups()
        if first or last:
            line = 1 if last else keys.count("\n") + 2
            mend = f"Write --- on a line of its own {'above' if last else 'below'} its keys."
            raise TemplateError(Fault("The front matter lacks a line '---'.", mend, f"{file}, line {line}"))


@contextlib.contextmanager
def _located(file: str, known: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Turn whatever goes wrong while filling ``file`` into an error with its place; ``known`` are names in it."""
    try:
        yield
    except TemplateNotFound as error:
        problem = f"There is no template '{error.name}'."
        raise TemplateError(Fault(problem, "", _place(error, file))) from None
    except TemplateSyntaxError as error:
        raise TemplateError(_broken_tag(error, _short(error.filename or file))) from None
    except CohortpressError as error:
        kind = TemplateError if isinstance(error, ResultError) else type(error)
        place = _place(error, file)
        raise kind(*(replace(fault, where=fault.where or place) for fault in error.faults)) from None
    except (JinjaError, *FAULTS_OF_A_TEMPLATE) as error:
        word = re.match(r"'(\w+)' is undefined", str(error))
        mend = _meant(word[1], known) if word and known else _misspelt(str(error))
        problem = f"{str(error).rstrip('.')}."
        raise TemplateError(Fault(problem, mend, _place(error, file))) from None


def _meant(word: str, known: Mapping[str, Any]) -> str:
    """Return what an unknown name may have been: one that is near, or else what the study has."""
    if near := nearest(word, (name for name in known if not name.startswith("_"))):
        return near
    endpoints, visits = (", ".join(part.name for part in known[f"all_{kind}"]) for kind in ("endpoints", "visits"))
    return f"Endpoints: {endpoints}. Visits: {visits}."


def _broken_tag(error: TemplateSyntaxError, file: str) -> Fault:
    """Return what is wrong with a tag; one that is not closed has the line where it was opened."""
    message = re.sub(r" at \d+$", "", (error.message or "").rstrip("."))
    where = f"{file}, line {error.lineno}"
    if quotation := re.fullmatch(f"unexpected char '([{_TYPOGRAPHIC}])'", message):
        return Fault(f"{quotation[1]} is a typographic quotation mark.", "Write \" or ' within a tag.", where)
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


def _place(error: BaseException, file: str) -> str:
    """Return the line of the document, and of the macro below it, where ``error`` was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [
        f"{_short(frame.filename)}, line {frame.lineno}"
        for frame in frames
        if frame.filename == file or frame.filename.endswith(".jinja")
    ]
    outer, inner = (places[0], places[-1]) if places else (file, file)
    return outer if outer == inner else f"{outer} (in {inner})"


def _short(filename: str) -> str:
    """Return a path from the templates folder on: the rest of it is no news."""
    parts = Path(filename).parts
    return str(Path(*parts[parts.index("templates") :])) if "templates" in parts else filename


def _unbroken(value: Any, spaces: Mapping[str, str]) -> Any:
    """Return words of a language, alone or in lists and tables, with the spaces that its marks want before them."""
    match value:
        case str():
            for typed, meant in spaces.items():
                value = value.replace(typed, meant)
            return value
        case dict():
            return {key: _unbroken(inner, spaces) for key, inner in value.items()}
        case list():
            return [_unbroken(inner, spaces) for inner in value]
    return value


def _with_its_id(value: object) -> object:
    """Let nothing print that carries no result id and no language: a bare fraction, a truth value, a None."""
    if value is None or isinstance(value, bool | float):
        mend = "Print the result itself, as in {{ age.median }}, and a text in its place where there is none."
        raise ResultError(Fault(f"A bare {value!r} would print.", mend))
    return value


def capitalise(markdown: object) -> str:
    """Return the text with its first letter large, also where it is marked as a result."""
    return re.sub(r"^(\W*)(\w)", lambda start: start[1] + start[2].upper(), str(markdown), count=1)


def front_matter(own: Mapping[str, Any], study: Study, document: str) -> str:
    """Return the head of a filled document: what the author wrote, and what page and engine need to know."""
    given = {"pagetitle": escape(study.title), "lang": study.language, "document": document}
    return f"---\n{yaml.safe_dump({**own, **given}, allow_unicode=True, sort_keys=False)}---\n"


FILTERS = {"escape": escape, "plain": plain, "capitalize": capitalise, "headed": headed}  # beside those of Jinja
