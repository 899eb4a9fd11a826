"""Wide tables for narrow screens: each cell says what heads it, so that a row can stand as a list."""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import zip_longest

LINE, GAP = 36, 1.5  # letters that a phone shows in a line, and those that the gap between two columns takes
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_HEAD = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b")
_INNER = re.compile(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", re.DOTALL)


def with_heads(html: str) -> str:
    """Return a page in whose wide tables each cell, but the first of a row, has its head as ``data-head``."""
    return _TABLE.sub(lambda table: _labelled(table[0]), html)


def _labelled(table: str) -> str:
    head, end, body = table.partition("</thead>")
    names = _told_apart([_text(name) for name in _HEAD.findall(head)])
    if _fits_a_phone(names, [_INNER.findall(row) for row in _ROW.findall(body)]):
        return table

    def row(found: re.Match[str]) -> str:
        left = iter(["", *(f' data-head="{escape(name)}"' for name in names[1:])])
        return _CELL.sub(lambda cell: cell[0] + next(left, ""), found[0])

    return head + end + _ROW.sub(row, body)


def _told_apart(names: list[str]) -> list[str]:
    """Return heads that come more than once, as p after each visit, with the one before: "p, 6 months"."""
    again = {name for name in names if names.count(name) > 1}
    before = [next((other for other in names[:place][::-1] if other not in again), "") for place in range(len(names))]
    return [f"{name}, {other}" if name in again and other else name for name, other in zip(names, before, strict=True)]


def _fits_a_phone(names: list[str], rows: list[list[str]]) -> bool:
    """Tell whether the columns have room beside each other: heads and the first column break between words."""
    columns = [[_longest(name.split()) for name in names]]
    for first, *others in filter(None, rows):
        lines = ([_text(line) for line in re.split(r'<span class="n\b[^>]*>', cell)] for cell in others)
        columns.append([_longest(_text(first).split()), *map(_longest, lines)])
    widest = [max(column) for column in zip_longest(*columns, fillvalue=0)]
    return sum(widest) + GAP * (len(widest) - 1) <= LINE


def _longest(texts: list[str]) -> int:
    return max(map(len, texts), default=0)


def _text(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html)).replace("\N{WORD JOINER}", "").strip()
