"""The blocks between fences of ``:::`` in a document, and which lines of it a fault is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from .errors import Fault, did_you_mean

# What our own macros put around that which is no prose of the author's: other blocks only say how prose looks.
SET_APART = frozenset({"masthead", "keywords", "colophon", "table-block", "note", "beside"})

_CITATION = re.compile(r"(?<![\w\\`])\[-?@(\w[\w:.-]*)")
_FENCE = re.compile(r" {0,3}:{3,}(?P<opens>.*)$")
_FENCE_WITHOUT_BRACE = re.compile(r"^ {0,3}:{3,}\s*\{[^}\n]*$", re.MULTILINE)
_CODE = re.compile(r" {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$")


# The end of a picture's name, and what may stand before its beginning: with and without spaces in the name.
_PICTURE = re.compile(r"\.(?:a?png|avif|bmp|gif|heic|ico|jfif|jpe?g|svg|tiff?|webp)\b", re.I)
_BEFORE = re.compile(r"[\s\"'()<>|]"), re.compile(r"[\n\"'()<>|]")
_LONGEST = 500  # characters


@dataclass(frozen=True)
class Line:
    """A line of a document, with line and text of what opens each block around it, from the outermost in.

    A fence, of a block or of code, stands within what it opens or closes.
    """

    number: int
    text: str
    kind: Literal["text", "fence", "code"]
    around: tuple[tuple[int, str], ...]

    @property
    def is_raw(self) -> bool:
        """Whether it is of another format: ``{=html}``."""
        return self.kind == "code" and "{=" in self.around[-1][1]

    @property
    def is_set_apart(self) -> bool:
        """Whether it stands in a block that one of our macros made."""
        return any(SET_APART & set(_classes(opening)) for _, opening in self.around)


def lines_of(markdown: str) -> Iterator[Line]:
    """Yield each line of a document."""
    around: list[tuple[int, str]] = []
    closes_code: re.Pattern[str] | None = None
    for number, text in enumerate(markdown.split("\n"), 1):
        if closes_code:
            yield Line(number, text, "code", tuple(around))
            if closes_code.fullmatch(text):
                closes_code = None
                around.pop()
        elif code := _CODE.match(text):
            marks = code[1] or code[2]
            closes_code = re.compile(rf" {{0,3}}{marks}{marks[0]}*\s*")
            around.append((number, text.strip()))
            yield Line(number, text, "code", tuple(around))
        elif not (fence := _FENCE.match(text)):
            yield Line(number, text, "text", tuple(around))
        elif fence["opens"].strip(" :"):
            around.append((number, text.strip()))
            yield Line(number, text, "fence", tuple(around))
        else:
            yield Line(number, text, "fence", tuple(around))
            del around[-1:]


def pictures_in(text: str) -> Iterator[str]:
    """Yield whatever may be the name of a picture in a document, however it is written there."""
    for end in (found.end() for found in _PICTURE.finditer(text)):
        before = text[max(0, end - _LONGEST) : end]
        yield from {pattern.split(before)[-1].strip() for pattern in _BEFORE}


def unclosed(text: str) -> list[tuple[int, str]]:
    """Return line and opening of each block that is not closed; code that is not closed is the only one."""
    *_, last = lines_of(f"{text}\n")
    return list(last.around[-1:] if last.kind == "code" else last.around)


def faults(
    source: str,
    filled: str,
    file: str,
    areas: Collection[str] | None,
    to_place: Callable[[str, Collection[str]], str] = did_you_mean,
) -> Iterator[Fault]:
    """Yield what is wrong with the blocks of a ``filled`` document: not closed, or areas that are none of ``areas``.

    An abstract has no areas: None. The lines are those of its ``source``, which ``file`` names; ``to_place`` says what
    to do about an area that is none of ``areas``.
    """
    if opened := _FENCE_WITHOUT_BRACE.search(filled):
        line = next((n for n, text in enumerate(source.split("\n"), 1) if text.strip() == opened[0].strip()), 0)
        yield Fault(f"'{opened[0].strip()}' lacks a brace.", "Write } at its end.", _line_of(file, line))
        return
    if unclosed(filled):
        for line, opening in unclosed(source) or [(0, "")]:
            where = _line_of(file, line)
            code = re.match("[`~]+", opening)
            close = code[0] if code else ":::"
            problem = f"The block '{opening}' is opened here and not closed." if line else "A block is not closed."
            yield Fault(problem, f"Write {close} on a line of its own where it ends.", where)
        return
    for row in lines_of(source):
        is_code = row.kind == "code"
        if (not is_code or row.is_raw) and re.search(r"<script\b", row.text, re.IGNORECASE):
            yield Fault("'<script' runs in no document.", "Take it out.", _line_of(file, row.number))
        if not is_code and (cited := _CITATION.search(row.text)):
            mend = "Write the reference below '## References', or as a note: [^1] here and '[^1]: ...' below."
            yield Fault(f"'[@{cited[1]}]' is looked up in no bibliography.", mend, _line_of(file, row.number))
    if areas is None:
        return
    for name in dict.fromkeys(areas_of(filled)):
        if name not in areas:
            fences = (n for n, line in enumerate(source.split("\n"), 1) if name in areas_of(line))
            where = _line_of(file, next(fences, 0))
            yield Fault(f"The theme has no place for '{name}'.", to_place(name, areas), where)


def _line_of(file: str, line: int) -> str:
    return f"{file}, line {line}" if line else file


def areas_of(text: str) -> list[str]:
    """Return the names of the areas of a poster: of ``::: {.area .methods}``."""
    classes = [_classes(opens) for opens in re.findall(r"^:{3,}.*$", text, re.MULTILINE)]
    return [next(name for name in found if name != "area") for found in classes if "area" in found and len(found) > 1]


def _classes(opening: str) -> list[str]:
    """Return the classes of a block: of ``::: {.area .methods}``, or of ``::: note``."""
    word = re.fullmatch(r":+\s*([\w-]+)[\s:]*", opening)
    return [word[1]] if word else re.findall(r"\.([\w-]+)", re.sub(r'"[^"]*"', "", opening))


def with_line(fault: Fault, source: str, filled: str, file: str) -> Fault:
    """Return a fault that names no place, or a line of the ``filled`` document, with its file, and line of ``source``.

    That is the first one that reads like the filled line, or that holds what the fault quotes.
    """
    lines = source.split("\n")
    if in_filled := re.fullmatch(r"build/.*, line (\d+)", fault.where):
        text = filled.split("\n")[int(in_filled[1]) - 1]
        found = (n for n, line in enumerate(lines, 1) if line == text)
    else:
        quoted = None if fault.where else re.search(r"'([^']+)'", fault.problem)
        found = (n for n, line in enumerate(lines, 1) if quoted and quoted[1] in line)
    line = next(found, 0)
    return replace(fault, where=_line_of(file, line)) if line or not fault.where else fault
