"""The blocks between fences of ``:::`` in a document, and which lines of it a fault is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from .errors import Fault, did_you_mean

_FENCE = re.compile(r" {0,3}:{3,}(?P<opens>.*)$")
_FENCE_WITHOUT_BRACE = re.compile(r"^ {0,3}:{3,}\s*\{[^}\n]*$", re.MULTILINE)
_CODE = re.compile(r" {0,3}(```|~~~)")


def unclosed(text: str) -> list[tuple[int, str]]:
    """Return line and opening of each block that is not closed; code that is not closed is the only one."""
    around: list[tuple[int, str]] = []
    code: tuple[int, str] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if fence := _CODE.match(line):
            if code is None:
                code = number, fence[1]
            elif code[1] == fence[1]:
                code = None
        elif code is None and (fence := _FENCE.match(line)):
            if fence["opens"].strip(" :"):
                around.append((number, line.strip()))
            else:
                del around[-1:]
    return [code] if code else around


def faults(source: str, filled: str, file: str, areas: Collection[str] | None) -> Iterator[Fault]:
    """Yield what is wrong with the blocks of a ``filled`` document: not closed, or areas that are none of ``areas``.

    An abstract has no areas: None. The lines are those of its ``source``, which ``file`` names.
    """
    if opened := _FENCE_WITHOUT_BRACE.search(filled):
        line = next((n for n, text in enumerate(source.split("\n"), 1) if text.strip() == opened[0].strip()), 0)
        yield Fault(f"'{opened[0].strip()}' lacks a brace.", "Write } at its end.", _line_of(file, line))
        return
    if unclosed(filled):
        for line, opening in unclosed(source) or [(0, "")]:
            where = _line_of(file, line)
            close = opening if opening.startswith(("`", "~")) else ":::"
            problem = f"The block '{opening}' is opened here and not closed." if line else "A block is not closed."
            yield Fault(problem, f"Write {close} on a line of its own where it ends.", where)
        return
    if areas is None:
        return
    for name in dict.fromkeys(_areas(filled)):
        if name not in areas:
            fences = (n for n, line in enumerate(source.split("\n"), 1) if name in _areas(line))
            where = _line_of(file, next(fences, 0))
            yield Fault(f"The theme has no place for '{name}'.", did_you_mean(name, areas), where)


def _line_of(file: str, line: int) -> str:
    return f"{file}, line {line}" if line else file


def _areas(text: str) -> list[str]:
    classes = [re.findall(r"\.([\w-]+)", opens) for opens in re.findall(r"^:{3,}(.*)$", text, re.MULTILINE)]
    return [next(name for name in found if name != "area") for found in classes if "area" in found and len(found) > 1]


def with_line(fault: Fault, source: str, filled: str, file: str) -> Fault:
    """Return a fault that names no place, or a line of the ``filled`` document, with its line of ``source``.

    That is the first one that reads like the filled line, or that holds what the fault quotes.
    """
    lines = source.split("\n")
    if in_filled := re.fullmatch(r"build/.*, line (\d+)", fault.where):
        text = filled.split("\n")[int(in_filled[1]) - 1]
        found = (n for n, line in enumerate(lines, 1) if line == text)
    else:
        quoted = None if fault.where else re.search(r"'([^']+)'", fault.problem)
        found = (n for n, line in enumerate(lines, 1) if quoted and quoted[1] in line)
    return replace(fault, where=f"{file}, line {line}") if (line := next(found, 0)) else fault
