"""The first cell of a row heads it, so that who hears a table is told of each value in which row it stands."""

from __future__ import annotations

import re

_BODY = re.compile(r"<tbody\b.*?</tbody>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
# A cell that has nothing in it, or nothing beside it, heads nothing.
_FIRST = re.compile(r"(<tr\b[^>]*>\s*)<td\b([^>]*)>(?!\s*</td>)(.*?)</td>(?=\s*<td\b)", re.DOTALL)
_SPAN = re.compile(r'rowspan="(\d+)"')


def with_row_heads(html: str) -> str:
    """Return a page in whose tables the first cell of each row is its head; pipe tables have heads of columns alone."""
    return _BODY.sub(lambda body: _headed(body[0]), html)


def _headed(body: str) -> str:
    covered = 0  # rows to come whose first cell is one from above, so that what is written first is the second

    def row(found: re.Match[str]) -> str:
        nonlocal covered
        if covered:
            covered -= 1
            return found[0]
        if not (first := _FIRST.match(found[0])):
            return found[0]
        if span := _SPAN.search(first[2]):
            covered = max(0, int(span[1]) - 1)
        return first.expand(r'\1<th scope="row"\2>\3</th>') + found[0][first.end() :]

    return _ROW.sub(row, body)
