"""Style sheets put together of many files: which of them a line comes from, and what in one would spoil the others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .errors import Fault

# Stands above what comes from a file, so that whoever finds something wrong with a line knows where it was written.
_MARK = re.compile(r"/\* (templates/themes/.+\.css) \*/")
_END = re.compile("</style", re.I)
CLOSING = {"(": ")", "[": "]"}
# Read as CSS reads it: a string ends with its line at the latest, an address without quotation marks at a bracket.
_PARTS = re.compile(
    r"""(?P<comment>/\*.*?(?:\*/|\Z))|\\.|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?"""
    r"""|url\(\s*(?![\s"'])(?:\\.|[^)\\])*\)?|[][(){};]""",
    re.DOTALL | re.I,
)


def marked(file: str, css: str) -> str:
    """Return the text of a ``file`` with what tells `place_of` that it is of this file."""
    return f"/* {file} */\n{css}"


def place_of(text: str, line: int) -> str:
    """Return file and line that a line of a style sheet, or of a page with it, comes from; "" if from no file."""
    for back, above in enumerate(reversed(text.split("\n")[: line - 1]), 1):
        if found := _MARK.fullmatch(above):
            return f"{found[1]}, line {back}"
        if _END.search(above):
            break
    return ""


def line_at(text: str, place: int) -> int:
    """Return the line in which the character at ``place`` stands."""
    return text.count("\n", 0, place) + 1


def without_comments(css: str) -> str:
    """Return a style sheet with blanks for its comments: all else stays where it is."""
    return _PARTS.sub(lambda part: re.sub(r"[^\n]", " ", part[0]) if part["comment"] else part[0], css)


def unclosed(css: str, file: str) -> Iterator[Fault]:
    """Yield what begins and does not end in a file, or the other way round: it would swallow rules of the next one."""
    blocks: list[tuple[int, bool]] = []  # those that are open: their lines, and whether they are for rules
    brackets: list[tuple[str, int, int]] = []  # as they are written, the number of blocks around them, and their lines
    suspect = end = seen = 0
    line = 1
    for part in _PARTS.finditer(css):
        line, seen = line + css.count("\n", seen, part.start()), part.start()
        text, where = part[0], f"{file}, line {line}"
        if part["comment"]:
            if not text.endswith("*/") or len(text) < 4:
                yield Fault("'/*' is not closed.", "Write */ where the comment ends.", where)
                return
        elif text[0] in "\"'" and (len(text) == 1 or text[-1] != text[0]):
            yield Fault(f"The quotation mark {text[0]} is not closed.", "Close it in the same line.", where)
            brackets.clear()  # it holds what would close them
        elif text in CLOSING:
            brackets.append((text, len(blocks), line))
        elif text in CLOSING.values():
            if brackets and (CLOSING[brackets[-1][0]], len(blocks)) == (text, brackets[-1][1]):
                brackets.pop()
        elif text == "{":
            if blocks and not blocks[-1][1]:  # a rule within a rule: hardly meant, where something is not closed
                suspect = suspect or blocks[-1][0]
            blocks.append((line, without_comments(css[end : part.start()]).lstrip().startswith("@")))
        elif text == "}" and not blocks:
            yield Fault("'}' closes nothing.", "Take it out.", where)
        elif text == "}":
            yield from _brackets([bracket for bracket in brackets if bracket[1] == len(blocks)], file)
            brackets = [bracket for bracket in brackets if bracket[1] < len(blocks)]
            blocks.pop()
        if text in ("{", "}", ";"):
            end = part.end()
    yield from _brackets(brackets, file)
    if blocks:
        yield Fault("'{' is not closed.", "Write } where it ends.", f"{file}, line {suspect or blocks[-1][0]}")


def _brackets(opened: Sequence[tuple[str, int, int]], file: str) -> Iterator[Fault]:
    """Yield a fault for the first of some brackets that are not closed: the others lie in it."""
    for text, _, line in opened[:1]:
        yield Fault(f"'{text}' is not closed.", f"Write {CLOSING[text]} where it ends.", f"{file}, line {line}")
