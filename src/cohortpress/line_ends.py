"""What a line must not part, in the page for browsers and in print."""

from __future__ import annotations

import re

NO_BREAK_SPACE, WORD_JOINER = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"
# What stands behind a number and belongs to it: %, mg/l, mm/h.
UNIT = r"(?:%|(?:[mµnc]?[glm]|mol|h|kPa|mmHg|I?U)(?:/\w{1,3})?(?!\w))"


def unbroken(text: str) -> str:
    """Return a text in which no line ends (`white-space: nowrap` would end the one before far too early)."""
    return re.sub(r"(?<=[-–—/])(?=\S)", WORD_JOINER, re.sub(r"\s+", NO_BREAK_SPACE, text))
