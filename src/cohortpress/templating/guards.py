"""What stops a template that would print what is not so: claims that fail, arguments that are no names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import UndefinedError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from ..claims import judge
from ..errors import Fault, ResultError, did_you_mean
from ..result import ResultSet
from ..study import Study
from .names import VisitName


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


def of_names(macro: Any) -> Any:
    """Return a macro that says what is wrong where its arguments lack, or should be names and are not."""
    if not getattr(macro, "arguments", ()):
        return macro

    def call(*args: object, **kwargs: object) -> Any:
        for parameter, given in [*zip(macro.arguments, args, strict=False), *kwargs.items()]:
            if parameter in _ONE | _SEVERAL:
                _check_names(parameter, given)
        try:
            return macro(*args, **kwargs)
        except UndefinedError as error:
            lacking = {f"parameter '{name}' was not provided" for name in macro.arguments[len(args) :]}
            if str(error) not in lacking:
                raise
            name, call = macro.name, f"{macro.name}({', '.join(macro.arguments)})"
            refuse(f"'{name}' lacks an argument: {error}.", f"It is called {call}.")

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


def with_its_id(value: object) -> object:
    """Let nothing print that carries no result id and no language: a bare fraction, a truth value, a None."""
    if value is None or isinstance(value, bool | float):
        mend = "Print the result itself, as in {{ age.median }}, and a text in its place where there is none."
        raise ResultError(Fault(f"A bare {value!r} would print.", mend))
    return value
