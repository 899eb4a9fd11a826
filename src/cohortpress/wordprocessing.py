"""The abstract outside the page: as a Word file, as plain text with its counts, its tables as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .engine.pandoc import run_pandoc
from .study import Study
from .templating import plain

_FENCE = re.compile(r"^:{3,}(?P<opens>.*)$")
_RAW = re.compile(r"^```\{=html\}\n.*?^```\n", re.M | re.S)
_TABLE = re.compile(r"^::: \{\.table-block \.([\w-]+)[^\n]*\}\n(.*?)^:::$", re.M | re.S)


@dataclass(frozen=True)
class Count:
    """How long a text is, as congresses count."""

    words: int
    characters: int
    characters_without_spaces: int

    @classmethod
    def of(cls, text: str) -> Count:
        """Count ``text``; a run of white space is one space."""
        words = text.split()
        letters = sum(map(len, words))
        return cls(len(words), letters + max(0, len(words) - 1), letters)


def prose(markdown: str) -> str:
    """Return the running text and the headings of a filled document: what stands in no block."""
    depth = 0
    lines = []
    for line in _RAW.sub("", markdown).splitlines():
        if fence := _FENCE.match(line):
            depth += 1 if fence["opens"].strip() else -1
        elif not depth:
            lines.append(line)
    return "\n".join(lines)


def plain_text(markdown: str, study: Study, folder: Path) -> str:
    """Return the abstract as text for a submission form, and at its end how long the sections are."""
    options = "--sandbox", "--from=markdown", "--to=plain", "--wrap=none"
    sections = run_pandoc(folder, *options, text=prose(markdown), of="the text of the abstract").strip()
    count = Count.of(sections)
    parts = [
        study.title,
        "\n".join(study.affiliations),
        sections,
        ", ".join(study.keywords),
        study.notice,
        f"({count.words} words, {count.characters} characters with spaces, "
        f"{count.characters_without_spaces} without: headings and sections)",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


@dataclass(frozen=True)
class Table:
    """A table of a filled document, its cells and words still Markdown; ``name`` is the kind of table."""

    name: str
    caption: str
    rows: tuple[tuple[str, ...], ...]
    note: str


def read_tables(markdown: str) -> Iterator[Table]:
    """Yield each table of a filled document, in their order."""
    for name, body in _TABLE.findall(markdown):
        block, _, note = body.partition("::: {.note}\n")
        lines = block.splitlines()
        rows = (line for line in lines if line.startswith("|") and not re.match(r"^\|[:|-]+$", line))
        captions = [line[1:].strip() for line in lines if line.startswith(":")]
        cells = (tuple(cell.strip() for cell in re.findall(r"\|((?:\\.|[^\\|])+)", row)) for row in rows)
        yield Table(name, " ".join(captions), tuple(cells), note.strip())


def tables(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield name and CSV of each table of a filled document; names that come again are numbered."""
    seen: Counter[str] = Counter()
    for table in read_tables(markdown):
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([_for_spreadsheets(plain(cell).strip()) for cell in row] for row in table.rows)
        seen[table.name] += 1
        number = f"-{seen[table.name]}" if seen[table.name] > 1 else ""
        yield f"{table.name}{number}", out.getvalue()


def _for_spreadsheets(cell: str) -> str:
    """Keep a spreadsheet from computing a cell that begins like a formula: an apostrophe makes it text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell
