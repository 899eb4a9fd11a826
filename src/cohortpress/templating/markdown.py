"""Text as Markdown, and Markdown as text."""

from __future__ import annotations

import re
import string

from ..glossary import headed, within

_SPECIAL = re.compile(rf"(?<=\w)[.,/-](?!\w)|(?<!\w)[.,/-]|[{re.escape(re.sub('[.,/-]', '', string.punctuation))}]")
# Where a line may break, or a Markdown block end; spaces that never break stay as they are.
_BREAKS = re.compile(r"[ \t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
NO_BREAK = "\N{NO-BREAK SPACE}"
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


def capitalise(markdown: object) -> str:
    """Return the text with its first letter large, also where it is marked as a result."""
    return re.sub(r"^(\W*)(\w)", lambda start: start[1] + start[2].upper(), str(markdown), count=1)


FILTERS = {  # beside those of Jinja
    "escape": escape, "plain": plain, "capitalize": capitalise, "headed": headed, "within": within,
}  # fmt: skip
