"""The built-in engine: pandoc, from a Python wheel, reading the same project file as Quarto."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import threading
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ..errors import EngineError, Fault
from ..fast_yaml import load
from ..freshness import PROJECT_FILE
from ..releases import release
from .embedding import embed

# Pandoc would take 64 MB before it reads a word; this is less, and no slower.
LEAN = ("+RTS", "-A4m", "-H4m", "-RTS")
# Each takes 60 MB. Pages are rendered on both cores, as all else waits for them; then the cores are busy printing.
ONE_AT_A_TIME = threading.Lock()
# Word files carry a date; the same inputs shall give the same file on any day, whatever a caller has set.
LONG_AGO = "1577836800"  # 2020-01-01
# What Quarto alone understands, and what it is called.
_QUARTO_ONLY = {
    re.compile(r"\{\{<\s*(\w+)"): "the shortcode",
    re.compile(r"^:{3,}\s*\{?\.?(callout-\w+)", re.M): "the callout",
    re.compile(r"(?<![\w\\])@((?:fig|tbl|sec|eq)-[\w-]+)"): "the cross reference",
    re.compile(r"^```\{(\w+)\}", re.M): "the code cell",
}


@cache
def pandoc() -> str:
    """Return the path of the pandoc that comes with ``pypandoc_binary`` (importing that costs more than finding it)."""
    spec = importlib.util.find_spec("pypandoc")
    for place in spec.submodule_search_locations or () if spec else ():
        for name in ("pandoc", "pandoc.exe"):
            if (path := Path(place) / "files" / name).is_file():
                return str(path)
    raise EngineError(Fault("Pandoc is missing.", "Run 'pip install pypandoc_binary'."))


def run_pandoc(folder: Path, *arguments: str, text: str | None = None, of: str = "") -> str:
    """Run pandoc in ``folder``, when no other one runs, and return what it prints.

    ``text`` is its standard input, ``of`` what it is of. Raises EngineError with pandoc's own words where it fails, or
    warns.
    """
    with ONE_AT_A_TIME:
        return _run(folder, *arguments, text=text, of=of)


def _run(folder: Path, *arguments: str, text: str | None = None, of: str = "") -> str:
    done = subprocess.run(
        [pandoc(), *LEAN, "--fail-if-warnings", *arguments],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": LONG_AGO},
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise EngineError(Fault(f"Pandoc could not finish: {done.stderr.strip()}", "", of))
    return done.stdout


class Pandoc:
    """Renders with pandoc's own binary."""

    name = "pandoc"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def version(self, document: Path) -> str:
        return release("pypandoc_binary")

    def render(self, document: Path) -> str:
        _refuse_quarto_only(document)
        # In its sandbox pandoc reads no other file and no network; what the page needs is embedded after.
        html = _run(document.parent, document.name, "--sandbox", *self._options(), of=f"build/{document.name}")
        return embed(html, document.parent, self._folder)

    def _options(self) -> list[str]:
        """Return what ``format: html:`` of the project file asks for, as pandoc's options."""
        try:
            project = load((self._folder / PROJECT_FILE).read_text(encoding="utf-8"))
            asked: dict[str, Any] = dict(project["format"]["html"])
        except FileNotFoundError:
            raise EngineError(
                Fault("The project file is missing.", "Copy it from another study.", PROJECT_FILE)
            ) from None
        except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise EngineError(Fault(f"'format: html:' cannot be read ({error}).", "", PROJECT_FILE)) from None
        options = ["--from=markdown", "--to=html5", "--standalone", "--wrap=preserve"]
        if name := asked.get("template"):
            template = self._folder / name
            if not template.is_file():
                mend = "Write 'template: build/page.html': the study's own page template, or the packaged one."
                raise EngineError(Fault(f"The page template '{name}' is missing.", mend, PROJECT_FILE))
            options.append(f"--template={template.resolve()}")
        return options


def _refuse_quarto_only(document: Path) -> None:
    """Raise EngineError for what only Quarto can render, with its line."""
    text = document.read_text(encoding="utf-8")
    faults = [
        Fault(
            f"{what} '{found[1]}' needs Quarto.",
            "Write it in plain Markdown, or build with ENGINE=quarto.",
            f"build/{document.name}, line {text.count(chr(10), 0, found.start()) + 1}",
        )
        for pattern, what in _QUARTO_ONLY.items()
        for found in pattern.finditer(text)
    ]
    if faults:
        raise EngineError(*faults)
