"""Titles in lines of about the same length, as browsers set them by `text-wrap: balance`; WeasyPrint cannot yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

SHORTEST = 20  # characters
NUMBER, WORD = "data-headline", "data-word"
_BREAKABLE = re.compile(r"[ \t\r\n]+")  # no space that keeps words together


@dataclass(frozen=True)
class Headline:
    """A title as it was measured, in px: its words, a space, the box, and what is kept free in it (``beside``)."""

    words: tuple[float, ...]
    space: float
    box: float
    beside: float = 0.0
    centred: bool = False

    def style(self, larger: float) -> str:
        """Return what makes its lines alike where its letters are so many times larger than they were measured."""
        words, space = [larger * word for word in self.words], larger * self.space
        if not words or (count := _lines(words, space, self.box)) == 1:
            return ""
        low, high = max(words), self.box
        while high - low > 1:
            middle = (low + high) / 2
            low, high = (low, middle) if _lines(words, space, middle) <= count else (middle, high)
        return f"max-width: {high + self.beside + 1:.0f}px" + ("; margin-inline: auto" if self.centred else "")


def _lines(words: Sequence[float], space: float, width: float) -> int:
    """Return how many lines the words take."""
    lines, room = 0, -1.0
    for word in words:
        room -= space + word
        if room < 0:
            lines, room = lines + 1, width - word
    return lines


def titles(root: Any) -> list[Any]:
    """Return the titles of a page, and the first paragraphs of its message, but for those too short for two lines."""
    messages = [part.find("p") for part in root.iter() if "message" in (part.get("class") or "").split()]
    found = (element for element in root.iter() if element.tag in ("h1", "h2", "h3") or element in messages)
    return [title for title in found if len("".join(title.itertext())) >= SHORTEST]


def measured(root: Any, lay_out: Callable[[Any], Any]) -> list[Headline]:
    """Return the titles of a page as they are in it; ``lay_out`` returns the first box of a laid out tree."""
    alone = deepcopy(root)
    if not (found := titles(alone)):
        return []
    for number, title in enumerate(found):
        title.set(NUMBER, str(number))
        for element in list(title.iter()):
            _part_words(element, title)
    _keep(alone.find("body"), found)
    headlines = [Headline((), 0, 0)] * len(found)
    for box in _blocks(lay_out(alone)):
        headlines[int(box.element.get(NUMBER))] = _headline(box)
    return headlines


def _blocks(box: Any) -> Iterator[Any]:
    """Yield the boxes of titles."""
    if box.element is not None and box.element.get(NUMBER):
        yield box
    else:
        for child in getattr(box, "children", ()):
            yield from _blocks(child)


def _headline(box: Any) -> Headline:
    widths: dict[Any, float] = {}
    spaces = []
    for line in box.children:
        parts = list(_parts(line))
        for part in parts:  # of a word that is parted at its hyphen there are two
            widths[part.element] = widths.get(part.element, 0) + part.width
        spaces += [b.position_x - a.position_x - a.width for a, b in pairwise(parts)]
    centred = box.style["text_align_all"] == "center"
    beside = box.border_width() - box.width
    return Headline(tuple(widths.values()), max(spaces, default=0.0), box.width, beside, centred)


def _parts(box: Any) -> Iterator[Any]:
    """Yield the boxes of words in a line."""
    children = getattr(box, "children", ())
    if children and box.element is not None and box.element.get(WORD):
        yield box
    else:
        for child in children:
            yield from _parts(child)


def _part_words(element: Any, title: Any) -> None:
    """Put each word before the first element in it, and behind the element itself, into an element of its own."""
    if element is not title:
        parent = next(one for one in title.iter() if element in list(one))
        for word in reversed(_words(element, element.tail)):
            parent.insert(list(parent).index(element) + 1, word)
        element.tail = None
    for word in reversed(_words(element, element.text)):
        element.insert(0, word)
    element.text = None


def _words(like: Any, text: str | None) -> list[Any]:
    words = []
    for part in filter(None, _BREAKABLE.split(text or "")):
        word = like.makeelement("span", {WORD: "yes"})
        word.text, word.tail = part, " "
        words.append(word)
    return words


def _keep(element: Any, kept: Sequence[Any]) -> bool:
    """Take all out of an element but what is kept, and what that stands in; tell whether anything is left."""
    for child in list(element):
        if child not in kept and not _keep(child, kept):
            element.remove(child)
    return len(element) > 0
