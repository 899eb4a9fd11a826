from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from studies import SECOND_STUDY
from test_templating import HOSTILE, shown

from cohortpress.study import parse_study
from cohortpress.templating import escape
from cohortpress.wordprocessing import Count, plain_text, prose, tables

STUDY = parse_study(SECOND_STUDY["report/study.yml"], "report/study.yml")

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


@pytest.mark.parametrize(
    ("text", "words", "characters", "letters"),
    [
        ("", 0, 0, 0),
        ("one", 1, 3, 3),
        ("one two\n\nthree  four", 4, 18, 15),
        ("p\N{NO-BREAK SPACE}= 5", 3, 5, 3),
    ],
)
def test_a_text_is_counted(text: str, words: int, characters: int, letters: int) -> None:
    assert Count.of(text) == Count(words, characters, letters)


def test_the_prose_is_what_stands_in_no_block() -> None:
    text = prose(DOCUMENT)
    assert "Eight" in text
    assert "The end." in text
    for block in ("Somewhere", "Title {", "Caption", "A note", "svg", "pairs", ":::", "```"):
        assert block not in text


def test_the_abstract_as_text_ends_with_its_length(tmp_path: Path) -> None:
    text = plain_text(DOCUMENT, STUDY, tmp_path)
    body = "Results\n\nEight men, p = 0.028 *.\n\nThe end."
    assert text == (
        f"Finger strength of invented climbers\n\n{body}\n\nmade up\n\n"
        "Synthetic data, made up for a test.\n\n"
        f"({len(body.split())} words, {len(' '.join(body.split()))} characters with spaces, "
        f"{len(''.join(body.split()))} without: headings and sections)\n"
    )


def test_text_prints_as_it_stands_in_the_text_file(tmp_path: Path) -> None:
    markdown = "\n\n".join(f"{escape(text)} end" for text in HOSTILE)
    lines = plain_text(markdown, STUDY, tmp_path).splitlines()
    for text in HOSTILE:
        assert f"{shown(text)} end" in lines


def test_a_table_is_saved_as_it_is_printed() -> None:
    ((name, text),) = tables(DOCUMENT)
    assert name == "endpoints"
    assert rows_of(text) == [["A", "B"], ["x", "5 pairs"]]


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
