"""From a filled .qmd to HTML: Quarto where it is at hand, pandoc everywhere. Same input, same output."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from ..errors import EngineError, Fault
from .embedding import styled
from .pandoc import Pandoc
from .quarto import Quarto, Rendered

__all__ = ["ENGINES", "RENDERED", "Engine", "choose_engine", "styled"]

ENGINES = ("pandoc", "quarto")
# Not for users: Quarto is rendering already, and this package is its post-render script.
RENDERED = "rendered"


class Engine(Protocol):
    """What renders."""

    name: str

    def version(self, document: Path) -> str:
        """Return what tells apart what two releases of the engine make of ``build/x.qmd``."""

    def render(self, document: Path) -> str:
        """Return ``build/x.qmd`` as HTML, whole and self-contained but for its style sheet, which `styled` adds.

        Raises EngineError with what the engine said.
        """


def choose_engine(asked: str | None, folder: Path) -> Engine:
    """Return the engine that is asked for; without a wish Quarto if there is a ``quarto`` command, else pandoc.

    Raises EngineError where Quarto is asked for and absent.
    """
    if asked == RENDERED:
        return Rendered(folder)
    command = shutil.which("quarto")
    if asked not in (None, "", *ENGINES):
        raise EngineError(Fault(f"'{asked}' is no engine.", f"Choose {' or '.join(ENGINES)}."))
    if asked == "quarto" and not command:
        raise EngineError(
            Fault("Quarto is asked for, but there is no 'quarto' command.",
                  "Install it (docs/quarto.md tells how), or build with ENGINE=pandoc.")
        )  # fmt: skip
    if command and asked != "pandoc":
        return Quarto(folder, command)
    return Pandoc(folder)
