from __future__ import annotations

import csv
import io
import re
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image
from studies import ROOT, cohortpress, replace
from test_templating import HOSTILE, shown

from cohortpress.engine.pandoc import run_pandoc
from cohortpress.errors import EngineError
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


class _Counting(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)


def test_the_word_file_takes_nothing_of_the_front_matter_but_the_language(second_study: Path, tmp_path: Path) -> None:
    """What an author writes there the page does not print either; Word would fetch what it names."""
    Image.new("RGB", (4, 4)).save(tmp_path / "outside.png")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Counting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        matter = (
            f"abstract: '![x](http://127.0.0.1:{server.server_port}/x.png)'\n"
            f"subtitle: '![x]({tmp_path}/outside.png)'\ndate: 3 May 2011\n"
        )
        document = second_study / "report/abstract.qmd"
        document.write_text(f"---\n{matter}---\n\n{document.read_text(encoding='utf-8')}", encoding="utf-8")
        done = cohortpress(second_study, "build", "abstract")
        server.shutdown()
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(second_study / "_output/abstract.docx") as word:
        media = [name for name in word.namelist() if name.startswith("word/media/")]
        text, styles = (word.read(f"word/{part}.xml").decode() for part in ("document", "styles"))
    assert _Counting.asked == []
    assert len(media) == 1, "the figure"
    assert "May 2011" not in text
    assert 'w:val="en-GB"' in styles


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x.png", "//a.example/x.png", "../../x.png", "/tmp/x.png", "../%2e%2e/x.png"]
)
def test_no_picture_from_outside_the_study_gets_into_word(tmp_path: Path, address: str) -> None:
    filter_ = f"--lua-filter={ROOT / 'templates/docx.lua'}"
    with pytest.raises(EngineError, match=re.escape(f"asks for '{address}'. It lies outside the study.")):
        run_pandoc(tmp_path, "--to=docx", "--output=x.docx", filter_, text=f"![x]({address})")


def test_pictures_of_an_abstract_may_stand_anywhere(second_study: Path) -> None:
    """In Word with their texts, in the text for a form not at all; what was built has been held against the page."""
    Image.new("RGB", (8, 8)).save(second_study / "report/a.png")
    pictures = (
        '![](../report/a.png){alt="By itself"}\n\n![At the start](../report/a.png) of a line.\n\n'
        'Within ![told](../report/a.png){alt="told otherwise"} it.\n\n![With a caption](../report/a.png)\n\n'
        '![Caption](../report/a.png){alt="and its own text"}\n\n{{ colophon() }}'
    )
    replace(second_study / "report/abstract.qmd", "{{ colophon() }}", pictures)
    done = cohortpress(second_study, "build", "abstract")
    assert done.returncode == 0, done.stderr
    text = (second_study / "_output/abstract.txt").read_text(encoding="utf-8")
    assert " of a line. Within it. Table 1." in " ".join(text.split())


def test_a_picture_without_a_text_is_named_with_its_line(second_study: Path) -> None:
    Image.new("RGB", (8, 8)).save(second_study / "report/a.png")
    replace(second_study / "report/abstract.qmd", "{{ colophon() }}", "![A](../report/a.png) ![](../report/a.png)")
    done = cohortpress(second_study, "build", "abstract")
    assert done.returncode == 1
    said = "report/abstract.qmd, line 12: '![](../report/a.png)' has no text for those who cannot see it. Write between"
    assert f"error: {said}" in done.stderr
