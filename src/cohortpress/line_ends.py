"""What a line must not part, in the page for browsers and, as it is the same page, in print."""

from __future__ import annotations

import re

_NO_BREAK_SPACE, _WORD_JOINER = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"
# What stands behind a number and belongs to it: %, mg/l, mm/h, and words for what is counted: pairs, years.
_UNIT = r"(?:%|(?:[mµnc]?[glm]|mol|h|kPa|mmHg|I?U)(?:/\w{1,3})?(?!\w)|[^\W\d_]{4,8}(?!\w))"
# What is no text of the page, or is copied as it stands; and the places within a text where no line may end.
_LEFT_ALONE = r"(?s:<(?P<kind>script|style|title|svg|a|code)\b.*?</(?P=kind)>)|<[^>]*>"
_TOGETHER = re.compile(
    rf"{_LEFT_ALONE}|"
    r"\b[pn]\s(?:=|&lt;|&gt;)\s(?=[\d−]|<span)|"  # p = 0.046
    r"\b[pnP]\s(?=[^\W\d_])|"  # n measured
    r"(?:(?<=\d)|(?<=</span>))–(?=<span|[\d−])|"  # 5.1–5.3
    rf"(?:(?<=\d)|(?<=\d</span>))\s{_UNIT}|"  # 35 mm/h, 7 pairs
    r"(?<=</span>)\s(?:of|van de|von|sur)\s(?=<span class=\"result\")|"  # seven of eight
    r"\b\w{1,4}-(?=[A-Z]{2})|\b[^\W\d_]-(?=\w{2})|"  # so-JIA, C-reactive
    r"(?<=[^\W\d_])-(?=\d)|"  # interleukin-6
    r"(?:(?<=%)|(?<=%</span>))-(?=[^\W\d_])|"  # 95%-BI
    r"(?<=[^\W\d_])/(?=[^\W\d_]{1,3}(?![\w/]))|"  # mmol/L
    r"\s\w(?=</th>)|"  # the head of a column gives no line to its "p"
    r"(?<=,)\s\w{1,2}(?=</td>)|"  # nor that of a row to its unit
    r"[†‡§]\s(?=\w)"  # a mark and its note
)


def unbroken(text: str) -> str:
    """Return a text in which no line ends (`white-space: nowrap` would end the one before far too early)."""
    spaced = re.sub(r"\s+", _NO_BREAK_SPACE, text)
    return re.sub(rf"(?<=[-–—/])(?!{_WORD_JOINER})", _WORD_JOINER, spaced)


def bound(html: str) -> str:
    """Return a page in which what belongs together is parted by no end of a line."""
    return _TOGETHER.sub(lambda found: found[0] if found[0].startswith("<") else unbroken(found[0]), html)


def with_free_joints(text: str) -> str:
    """Return a text of a page without what `bound` put behind hyphens, dashes and slashes, to be read or searched."""
    return text.replace(_WORD_JOINER, "")
