"""Wide tables for narrow screens: each cell says what heads it, so that a row can stand as a list."""

from __future__ import annotations

import re

WIDE = 5  # columns: what has fewer fits a phone as it is
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_HEAD = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b")


def with_heads(html: str) -> str:
    """Return a page in whose wide tables each cell, but the first of a row, has its head as ``data-head``."""
    return _TABLE.sub(lambda table: _labelled(table[0]), html)


def _labelled(table: str) -> str:
    head, end, body = table.partition("</thead>")
    names = [re.sub(r"<[^>]*>", "", name).strip().replace('"', "&quot;") for name in _HEAD.findall(head)]
    if len(names) < WIDE:
        return table

    def row(found: re.Match[str]) -> str:
        left = iter(["", *(f' data-head="{name}"' for name in names[1:])])
        return _CELL.sub(lambda cell: cell[0] + next(left, ""), found[0])

    return head + end + _ROW.sub(row, body)
