from __future__ import annotations

import csv
import io

from test_templating import HOSTILE, shown

from cohortpress.templating import escape
from cohortpress.wordprocessing import read_tables, tables

DOCUMENT = """---
pagetitle: x
---

::: {.masthead}

# Title {.title}

::: {.affiliations}
Somewhere
:::

:::

## Results

[Eight]{.result data-result="cohort.n"} men, p = [0.028]{.result data-result="a.p_value"} \\*.

::: {.table-block .endpoints}

| A | B |
|:---|---:|
| x | [[5]{.result data-result="a.n"} pairs]{.n} |

: Caption

::: {.note}
A note.
:::

:::

```{=html}
<figure id="f">
<svg><title>words words</title></svg>
</figure>
```

The end.
"""


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_a_table_is_saved_as_it_is_printed() -> None:
    ((name, text),) = tables(DOCUMENT)
    assert name == "endpoints"
    assert rows_of(text) == [["A", "B"], ["x", "5 pairs"]]


def test_a_table_is_read_with_caption_and_note() -> None:
    (table,) = read_tables(DOCUMENT)
    assert (table.name, table.caption, table.note) == ("endpoints", "Caption", "A note.")
    assert table.rows[0] == ("A", "B")


def test_two_tables_of_a_name_are_both_saved() -> None:
    assert [name for name, _ in tables(DOCUMENT + DOCUMENT + DOCUMENT)] == [
        "endpoints",
        "endpoints-2",
        "endpoints-3",
    ]


def test_hostile_cells_neither_break_a_table_nor_become_formulas() -> None:
    body = "".join(f"| {escape(text)} |  | x |\n" for text in HOSTILE)
    ((_, text),) = tables(f"::: {{.table-block .events}}\n\n| a | b | c |\n|---|---|---|\n{body}\n:::\n")
    head, *rows = rows_of(text)
    assert head == ["a", "b", "c"]
    expected = [f"'{shown(cell)}" if shown(cell)[0] in "=+-@" else shown(cell) for cell in HOSTILE]
    assert rows == [[cell, "", "x"] for cell in expected]
    assert sum(cell.startswith("'") for cell in expected) >= 5
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
