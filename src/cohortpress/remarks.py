"""What WeasyPrint remarks on a style sheet, with the file and line that it was written in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .errors import Fault, nearest
from .sheets import line_at, place_of

_IGNORED = re.compile(r"Ignored `(?P<name>[\w-]+):(?P<value>.*)`(?: at (?P<line>\d+):\d+)?, (?P<why>.+)\.", re.DOTALL)
_PLACED = re.compile(r" at (\d+):\d+")
_SELECTOR = re.compile(r"Invalid or unsupported selector, '(.*?)'", re.DOTALL)
_NEXT_DECLARATION = re.compile(r"\s([\w-]+)\s*:")


def remarks(messages: Iterable[str], page: str, file: str) -> list[Fault]:
    """Return what WeasyPrint said of a ``page`` that lies in it; ``file`` names what it made of it."""
    found: list[Fault] = []
    for message in messages:
        if (selector := _SELECTOR.match(message)) and (unread := [*_unread(selector[1], page)]):
            found += unread
        elif said := _IGNORED.fullmatch(message):
            found += _ignored(said, page, file)
        elif (placed := _PLACED.search(message)) and (where := place_of(page, int(placed[1]))):
            broken = message.startswith(("Error: ", "Parse error"))
            problem = "This is neither a declaration nor a rule." if broken else _PLACED.sub("", message, count=1)
            found.append(Fault(problem, "Write 'property: value;'." if broken else "", where))
        else:
            found.append(Fault(message, "", file))
    return list(dict.fromkeys(found))


def _ignored(said: re.Match[str], page: str, file: str) -> Iterator[Fault]:
    """Yield the fault of a declaration that does nothing, unless only its token is unknown: that has been said."""
    line = int(said["line"] or 0)
    if said["why"] == "no value" and "var(--" in page.split("\n")[line - 1]:
        return
    mend = ""
    if missing := _NEXT_DECLARATION.search(said["value"]):
        mend = f"Write ; before '{missing[1]}:'."
    elif said["why"] == "unknown property":
        from weasyprint.css.properties import KNOWN_PROPERTIES

        mend = nearest(said["name"], KNOWN_PROPERTIES)
    written = " ".join(f"{said['name']}: {said['value']}".split())
    yield Fault(f"'{written}' is ignored: {said['why']}.", mend, place_of(page, line) or file)


def _unread(selector: str, page: str) -> Iterator[Fault]:
    """Yield a fault for each rule with a selector that WeasyPrint does not read; it does not say where one stands."""
    written = r"\s+".join(map(re.escape, selector.split()))
    for rule in re.finditer(rf"(?<![\w.#-]){written}\s*\{{", page):
        if where := place_of(page, line_at(page, rule.start())):
            problem = f"The selector '{' '.join(selector.split())}' is unknown: its rule is ignored."
            yield Fault(problem, "", where)
