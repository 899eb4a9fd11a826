"""The two bans of the design and the direction of its arrows, read off the imports and calls of the source.

SciPy stands only under ``stats``; nothing but ``formatting`` rounds or turns a number into text; a module
imports only what stands above it in ``ORDER``.
"""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "cohortpress"
SOURCE = Path(__file__).parents[1] / "src" / PACKAGE

# Each may import only what stands above it; the files of a package may import each other.
ORDER = [
    "errors",
    "utf8",
    "arrays",
    "later",
    "releases",
    "pdfium",
    "line_ends",
    "fast_yaml",
    "yaml_lines",
    "glossary",
    "summary_rows",
    "sheets",
    "markup",
    "result",
    "study",
    "tables",
    "cohort",
    "stats",
    "analysis",
    "formatting",
    "language",
    "numbers_in_text",
    "claims",
    "unwritten",
    "gate",
    "paper",
    "fonts",
    "own_fonts",
    "style",
    "legibility",
    "layouts",
    "figures",
    "templating",
    "ledger",
    "freshness",
    "engine",
    "emblems",
    "stacking",
    "headlines",
    "typesetting",
    "remarks",
    "printing",
    "inks",
    "press",
    "preflight",
    "jobs",
    "loading",
    "workers",
    "wordprocessing",
    "congress",
    "illustration",
    "reporting",
    "publishing",
    "provenance",
    "comparison",
    "listing",
    "vocabulary",
    "audit",
    "reader",
    "verify",
    "changes",
    "privacy",
    "frames",
    "plausibility",
    "build",
    "preview",
    "datacheck",
    "new",
    "cli",
    "__main__",
]
# Arrays go in and numbers come out: `stats` knows no study and no file.
FOR_STATS = {"arrays", "errors", "later"}
NOT_FOR_STATS = {"pandas", "pydantic", "yaml", *(f"{PACKAGE}.{name}" for name in ORDER if name not in FOR_STATS)}
# What it imports at run time its callers name: when_needed("a.module").
LATER = f"{PACKAGE}.later"
# What only one package may import: numbers are computed here, and their text is made there.
ONLY_IN = {"scipy": "stats", "statistics": "stats", "babel": "formatting", "locale": "formatting"}
STATISTICS = {
    f"{prefix}{name}"
    for prefix in ("", "nan")
    for name in ("average", "mean", "median", "percentile", "quantile", "std", "var")
}
ROUNDING = {"around", "fix", "quantize", "rint", "round", "set_printoptions", "format_float_positional"}
# A precision or a type that has one; a width such as in f"{n:>4}" or f"{n:d}" loses no digit.
PRECISE = re.compile(r"\.\d|[eEfFgGn%]$")
PRECISE_IN_TEXT = re.compile(
    r"%[-+ #0]*\d*\.\d+[eEfFgG]|%[-+#0]*\d*[efg](?![a-zA-Z])"  # "%.1f" % x
    r"|\{[^{}:]*:[^{}a-zA-Z]*(\.\d+%|[eEfFgG])\}"  # "{x:.1f}".format(x=x)
)
# What is right all the same, and why. An entry that no file needs any more fails.
LENGTHS = "lengths of the layout, in mm and pt: no results"
EXCEPTIONS = {
    "tables/spreadsheet.py: format": "a cell of a spreadsheet as text with all its digits, before anything is read",
    "audit/findings.py: format": "computed numbers beside printed ones in an argument, no results of a study",
    "stats/pairs.py: rint": "values become whole units of their own decimals, so that equal changes tie",
    "style.py: format": LENGTHS,
    "layouts.py: format": LENGTHS,
    "headlines.py: format": LENGTHS,
    "printing.py: format": LENGTHS,
    "preflight.py: format": LENGTHS,
    "cli.py: format": "seconds that a step took",
}


def name_of(file: Path) -> str:
    """Return the dotted name of a source file: cohortpress.stats.paired, cohortpress.stats.__init__."""
    return ".".join([PACKAGE, *file.relative_to(SOURCE).with_suffix("").parts])


def unit_of(name: str) -> str:
    """Return the part of the package that a dotted name lies in: its entry in ORDER, or '' for the root."""
    unit = name.partition(".")[2].partition(".")[0]
    return "" if unit == "__init__" else unit


def imported(tree: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
    """Yield every import of a module, also those inside functions, as (node, absolute dotted name)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = name.split(".")[: -node.level] if node.level else []
            base = ".".join([*package, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node, f"{base}.{alias.name}" if base == PACKAGE and alias.name in ORDER else base
        elif isinstance(node, ast.Call) and called(node) == "when_needed":
            yield from ((node, str(name.value)) for name in node.args if isinstance(name, ast.Constant))
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__") and name != LATER:
            target = node.args[0] if node.args else None
            yield node, str(target.value) if isinstance(target, ast.Constant) else "a name made at run time"


def called(node: ast.Call) -> str:
    """Return the last part of what is called: round for round(x), x.round() and np.round(x)."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def import_faults(tree: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
    """Yield the arrows that point the wrong way."""
    unit = unit_of(name)
    for node, target in imported(tree, name):
        top = target.split(".")[0]
        if ONLY_IN.get(top, unit) != unit:
            yield node, f"{top} is only for {ONLY_IN[top]}"
        elif unit == "stats" != unit_of(target) and NOT_FOR_STATS & {top, f"{PACKAGE}.{unit_of(target)}"}:
            yield node, f"stats imports {target}"
        elif " " in target:
            yield node, f"imports {target}"
        elif top == PACKAGE and unit_of(target) and unit_of(target) != unit:
            if unknown := {unit_of(target), unit} - {*ORDER, ""}:
                yield node, f"{', '.join(sorted(unknown))} is not in ORDER"
            elif not unit or ORDER.index(unit_of(target)) > ORDER.index(unit):
                yield node, f"{unit or 'the package'} stands above {unit_of(target)}"


def number_faults(tree: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
    """Yield statistics outside of `stats`; roundings and numbers made text outside of `formatting`.

    A message of an error may show a number in short: what stands in ``raise`` or ``Fault`` is no result.
    """
    unit = unit_of(name)
    messages = {inner for node in ast.walk(tree) if is_message(node) for inner in ast.walk(node)}
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if unit != "stats" and called(node) in STATISTICS:
                yield node, called(node)
            if unit != "formatting" and called(node) in ROUNDING:
                yield node, called(node)
        if unit == "formatting" or node in messages:
            continue
        match node:
            case ast.FormattedValue(format_spec=ast.JoinedStr(values=parts)):
                spec = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
                if PRECISE.search(spec):
                    yield node, "format"
            case ast.Call(func=ast.Name(id="format"), args=[_, ast.Constant(value=str(spec))]):
                if PRECISE.search(spec):
                    yield node, "format"
            case ast.keyword(arg="float_format" | "floatfmt" as keyword):
                yield node.value, str(keyword)
            case ast.Constant(value=str(text)) if node not in docstrings:
                if PRECISE_IN_TEXT.search(text):
                    yield node, "format"


def is_message(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and called(node) == "Fault")


def faults_of(source: str, name: str) -> list[str]:
    """Return what is wrong with a module's source, one text for each fault."""
    tree = ast.parse(source)
    return [text for _, text in [*import_faults(tree, name), *number_faults(tree, name)]]


def test_the_source_keeps_to_the_design() -> None:
    found = []
    for file in sorted(SOURCE.rglob("*.py")):
        tree, name = ast.parse(file.read_text(encoding="utf-8")), name_of(file)
        faults = [*import_faults(tree, name), *number_faults(tree, name)]
        place = file.relative_to(SOURCE).as_posix()
        found += [(f"{place}: {text}", getattr(node, "lineno", 0)) for node, text in faults]
    assert [f"{text} (line {line})" for text, line in found if text not in EXCEPTIONS] == []
    assert EXCEPTIONS.keys() <= {text for text, _ in found}, "an exception that nothing needs any more"


def test_every_module_has_its_place_in_the_order() -> None:
    units = {unit_of(name_of(file)) for file in SOURCE.rglob("*.py")}
    assert units == {"", *ORDER}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("study", "from .analysis import run"),
        ("study", "from . import analysis"),
        ("study", "def f():\n    from cohortpress.analysis import run"),
        ("study", "import cohortpress.analysis"),
        ("study", "import importlib\nimportlib.import_module('cohortpress.analysis')"),
        ("study", "from importlib import import_module\nimport_module(name)"),
        ("study", "if TYPE_CHECKING:\n    from .cli import main"),
        ("study", "from .unheard_of import f\nimport cohortpress.unheard_of"),
        ("engine.quarto", "from ..cli import main"),
        ("stats.paired", "from ..study import Study"),
        ("stats.paired", "from .. import result"),
        ("stats.paired", "import pandas as pd"),
        ("analysis", "from scipy.special import ndtr"),
        ("analysis", "import scipy"),
        ("analysis", "import numpy as np\nnp.nanmedian(x)"),
        ("figures", "from statistics import fmean"),
        ("figures", "frame.quantile(0.25)"),
        ("figures", "from babel.numbers import format_decimal"),
        ("figures", "f'{x:.1f}'"),
        ("figures", "f'{x:>{width}.{digits}f}'"),
        ("figures", "f'{x:g}'"),
        ("figures", "f'{x:.0%}'"),
        ("figures", "print('%5.1f mm' % x)"),
        ("figures", "text = '{x:.2f}'.format(x=x)"),
        ("figures", "axis.set_major_formatter('{x:g}')"),
        ("figures", "format(x, '.3f')"),
        ("figures", "frame.to_csv(path, float_format=spec)"),
        ("analysis", "round(x, 2)"),
        ("analysis", "np.round(x)"),
        ("analysis", "frame.round(2)"),
        ("analysis", "Decimal(x).quantize(y)"),
    ],
)
def test_what_breaks_the_design_is_found(name: str, source: str) -> None:
    assert faults_of(source, f"{PACKAGE}.{name}")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("study", "from .errors import Fault\nfrom . import __version__, result"),
        ("cli", "def main():\n    from .build import build"),
        ("stats.paired", "from scipy import special\nfrom .pairs import differences\nnp.median(x)"),
        ("engine.quarto", "from .pandoc import render"),
        ("formatting", "from babel.numbers import format_decimal\nround(x)\nf'{x:.1f}'"),
        ("figures", "f'{n:>4} {n:d} {name!r:<12} {day:%Y}'"),
        ("figures", "raise ValueError(f'no axis for {x:g}')"),
        ("figures", "Fault(f'no axis for {x:.3g}')"),
        ("figures", "style = '50% 10.5mm {width:1.5em}'"),
        ("cli", "import math\nmath.floor(x)\ntext.format(x=x)"),
    ],
)
def test_what_keeps_to_the_design_passes(name: str, source: str) -> None:
    assert faults_of(source, f"{PACKAGE}.{name}") == []


def test_the_command_starts_without_the_libraries_of_the_build() -> None:
    slow = ("pandas", "scipy", "numpy", "matplotlib", "weasyprint", "pydantic")
    code = f"import sys, cohortpress.cli; print(*[name for name in {slow} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def _needs(declared: dict[str, Any]) -> list[str]:
    """Return what the project depends on, its extras included."""
    return [*declared["dependencies"], *itertools.chain(*declared["optional-dependencies"].values())]


def test_what_the_source_imports_is_declared() -> None:
    declared = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {canonical(re.split(r"[^\w.-]", need)[0]) for need in _needs(declared)}
    installed = packages_distributions()
    for file in SOURCE.rglob("*.py"):
        for _, target in imported(ast.parse(file.read_text(encoding="utf-8")), name_of(file)):
            top = target.split(".")[0]
            if top != PACKAGE and top not in sys.stdlib_module_names:
                brought_by = {canonical(name) for name in installed.get(top, [])}
                assert brought_by & names, f"{file.name} imports {top}"


def canonical(name: str) -> str:
    """Return the name of a package as pip compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
