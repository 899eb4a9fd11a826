"""Quarto, where a ``quarto`` command is on the path."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from ..errors import EngineError, Fault
from ..fast_yaml import load
from ..ledger import file_digest
from .embedding import embed

Name = TypeVar("Name", bound=str)

# Set while this package itself runs Quarto: the project's pre-render and post-render then have nothing to do.
INSIDE = "COHORTPRESS_RUNS_QUARTO"


class Quarto:
    """Renders with the ``quarto`` command, by the same project file as a bare ``quarto render``."""

    name = "quarto"

    def __init__(self, folder: Path, command: str) -> None:
        self._folder = folder
        self._command = command
        self._one_at_a_time = threading.Lock()

    def version(self, document: Path) -> str:
        with self._one_at_a_time:  # to start it takes longer than all else that a build without changes does
            return self._version

    @cached_property
    def _version(self) -> str:
        return self._run("--version").strip()

    def render(self, document: Path) -> str:
        with self._one_at_a_time:  # two Quartos in one project would trip over each other's files
            self._run("render", str(document.relative_to(self._folder)), "--to", "html")
        return collect(self._folder, document)

    def _run(self, *arguments: str) -> str:
        # Its scripts call the command of this very package, which need not be on the path.
        path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
        done = subprocess.run(
            [self._command, *arguments],
            cwd=self._folder,
            env={**os.environ, INSIDE: "1", "PATH": path},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            words = done.stderr.strip() or done.stdout.strip()
            raise EngineError(Fault(f"Quarto failed (exit code {done.returncode}): {words}", "", " ".join(arguments)))
        return done.stdout


class Rendered:
    """Takes over what a bare ``quarto render`` has rendered, when it calls this package after it."""

    name = "quarto"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def version(self, document: Path) -> str:
        # Quarto may have read more than this package knows of.
        return file_digest(_made(self._folder, document)) or ""

    def render(self, document: Path) -> str:
        return collect(self._folder, document)


def rendered_documents(of: Sequence[Name]) -> tuple[Name, ...]:
    """Return which documents Quarto has rendered before it called this package: all, or those that it was asked for.

    Raises EngineError where it was none of them.
    """
    told = os.environ.get("QUARTO_PROJECT_OUTPUT_FILES", "").split("\n")  # a path a line
    files = [Path(line) for line in told if line]
    found = tuple(name for name in of if any(file.match(f"build/{name}.html") for file in files))
    if files and not found:
        problem = f"Quarto rendered {', '.join(file.stem for file in files)} alone, as the author wrote it, not filled."
        raise EngineError(Fault(problem, "Render the whole project: 'quarto render'."))
    return found or tuple(of)


def collect(folder: Path, document: Path) -> str:
    """Return what Quarto rendered into its output folder, which mirrors the project.

    Raises EngineError where the page is missing, or would fetch something when it is read.
    """
    made = _made(folder, document)
    if not made.is_file():
        raise EngineError(Fault("Quarto did not make this file.", "See its messages.", str(made)))
    return embed(made.read_text(encoding="utf-8"), made.parent, folder)


def _made(folder: Path, document: Path) -> Path:
    """Return the file into which Quarto renders a document."""
    output = Path(os.environ.get("QUARTO_PROJECT_OUTPUT_DIR") or folder / _output_dir(folder))
    return output / document.with_suffix(".html").relative_to(folder)


def _output_dir(folder: Path) -> str:
    """Return ``output-dir:`` of the project file; Quarto has read it before, so that it is sound."""
    project = load((folder / "_quarto.yml").read_text(encoding="utf-8"))
    return str(project["project"].get("output-dir", "."))
