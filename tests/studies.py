"""The studies that tests build: the flagship, and a second one that is nothing like it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a test of what is imported imports this
    from cohortpress.build import Document
    from cohortpress.language import Language
    from cohortpress.study import Study

ROOT = Path(__file__).parents[1]
THEMES = sorted(file.parent.name for file in ROOT.glob("templates/themes/*/theme.yml"))
PARTS = ("_quarto.yml", "data", "report", "templates")

# Made up for these tests: there are no such participants, and nobody has been measured.
SECOND_STUDY = {
    "report/study.yml": """\
title: Finger strength of invented climbers
language: en-GB
keywords: [made up]
notice: "Synthetic data, made up for a test."
data:
  subjects: people.csv
  visits: sessions.csv
  adverse_events: complaints.csv
  subject_id: climber
  visit: session
  term: complaint
  onset: week
  onset_unit: weeks
visits:
  start: {label: Start, month: 0}
  finish: {label: Finish, month: 3}
endpoints:
  grip: {label: Grip strength, unit: kg, decimals: 1, direction: higher_is_better}
characteristics:
  hand: {label: Dominant hand, categories: {right: R, left: L}}
  practice: {label: Practice, unit: years}
documents:
  abstract: {page: A5}
  poster: {page: A1 landscape}
""",
    "report/abstract.qmd": """\
{{ masthead() }}

## Results

{{ words(cohort.n) | capitalize }} climbers, {{ words(hand.left.n) }} of them left-handed, were measured.
{{ change_sentence(grip, finish) }}

{{ endpoints_table([grip]) }}

{{ figure("courses", [grip]) }}

{{ colophon() }}
""",
    "report/poster.qmd": """\
{{ masthead() }}

::: {.area .message}

Grip rose in {{ words(grip.finish.vs_baseline.n_improved) }} of {{ words(grip.finish.vs_baseline.n_paired) }}.

:::

::: {.area .methods}

## Methods

{{ methods_sentence() }}

{{ characteristics_table() }}

:::

::: {.area .figures}

## Course

{{ figure("courses", [grip]) }}

:::

::: {.area .table}

## Result

{{ endpoints_table([grip]) }}

{{ adverse_events_table() }}

:::

::: {.area .conclusions}

## Conclusion

These data are made up.

:::

{{ colophon() }}
""",
    "people.csv": "climber,hand,practice\nA,R,3\nB,L,5\nC,R,1\nD,R,8\nE,L,2\n",
    "sessions.csv": "climber,session,grip\n"
    "A,start,30.5\nA,finish,33.0\nB,start,41.0\nB,finish,44.5\nC,start,28.0\nC,finish,27.5\n"
    "D,start,52.5\nD,finish,55.0\nE,start,36.0\nE,finish,\n",
    "complaints.csv": "climber,complaint,week\nB,Sore finger,4\nC,Sore finger,\n",
}


def copy_flagship(folder: Path) -> Path:
    """Copy what an author of the flagship study writes, and nothing that was made from it."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part)
        else:
            shutil.copy(ROOT / part, folder / part)
    write_makefile(folder)
    return folder


def write_second_study(folder: Path) -> Path:
    """Write the second study into a folder, with the same templates."""
    return write_study(folder, SECOND_STUDY)


def write_study(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files of a study into a folder, with the packaged templates."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "_quarto.yml", folder / "_quarto.yml")
    shutil.copytree(ROOT / "templates", folder / "templates")
    write_makefile(folder)
    return folder


def write_makefile(folder: Path) -> None:
    """Write what Quarto calls before and after it renders; the repository's own sets up an environment first."""
    (folder / "Makefile").write_text(f"fill print:\n\t@{sys.executable} -m cohortpress $@\n", encoding="utf-8")


def language_of(study: Study) -> Language:
    """Return what the packaged templates say of the language of a study."""
    from cohortpress.templating import read_language

    return read_language(study, [ROOT / "templates"])


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a command of this very source, whatever the tests' own asks for."""
    left_out = ("ENGINE", "THEME", "STRICT", "COHORTPRESS_RUNS_QUARTO")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "ENGINE": "pandoc", **more}


def cohortpress(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the folder of a study."""
    return subprocess.run(
        [sys.executable, "-m", "cohortpress", *arguments],
        cwd=folder,
        env=environment(**env),
        capture_output=True,
        text=True,
        check=False,
    )


def render(folder: Path, document: Document, theme: str) -> Path:
    """Fill and render one document of a study in a theme, in this very process, and return its HTML."""
    from cohortpress.build import Build, Options
    from cohortpress.workers import Workers

    class Here(Workers):
        def run(self, job: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            return job(*args, **kwargs)

        def apart(self) -> Workers:
            return self

    options = Options(engine="pandoc", theme=theme, documents=(document,))
    with Build(folder, options, lambda step, seconds: None, workers=Here()) as steps:
        steps.fill(document)
        steps.render(document)
    return folder / f"build/{document}.html"


def replace(file: Path, old: str, new: str) -> None:
    """Change the one place of a file where ``old`` stands."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name} has {old!r} {text.count(old)} times"
    file.write_text(text.replace(old, new), encoding="utf-8")


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file below a folder with its content and the time it was written."""
    return {
        file.relative_to(folder).as_posix(): (file.read_bytes(), file.stat().st_mtime_ns)
        for file in folder.rglob("*")
        if file.is_file()
    }


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its content."""
    return {name: content for name, (content, _) in state(folder).items()}


def without_narrow(drawn: str) -> str:
    """Return figures without what is drawn for phones alone."""
    return re.sub(r'<div class="panels narrow".*?</div>\n', "", drawn, flags=re.DOTALL)


INLINE = {"a", "b", "code", "em", "i", "span", "strong", "sub", "sup"}


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.results: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in INLINE:
            self.parts.append(" ")
        if tag == "span":
            self._open.append((dict(attrs).get("data-result") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            name, text = self._open.pop()
            if name:
                self.results.append((name, text))

    def handle_data(self, data: str) -> None:
        if not self.tags or self.tags[-1] not in ("style", "script"):
            self.parts.append(data)
        self._open = [(name, text + data) for name, text in self._open]


def read_html(html: str) -> _Text:
    """Return the visible ``parts`` of a page, its ``results`` as (id, text), and its ``tags``."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return parser


def text_of_html(html: str) -> str:
    """Return the visible text of a page, white space made single spaces."""
    return " ".join("".join(read_html(html).parts).split())


def text_of_pdf(file: Path) -> str:
    """Return the text of a PDF, white space made single spaces."""
    import pypdfium2

    with pypdfium2.PdfDocument(file) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).split())
