"""What is decided about a build, and what it makes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..errors import Fault

Document = Literal["abstract", "poster"]
DOCUMENTS: tuple[Document, ...] = ("abstract", "poster")
ENDINGS = {"abstract": ("pdf", "fitted.html", "docx", "txt"), "poster": ("pdf", "fitted.html", "png")}

Report = Callable[[str, float], None]
Warn = Callable[[Fault], None]


@dataclass(frozen=True)
class Options:
    """What the command line or the environment decides about a build; None leaves it to the study."""

    engine: str | None = None
    theme: str | None = None
    documents: tuple[Document, ...] = DOCUMENTS
    strict: bool = False

    @property
    def choices(self) -> str:
        """All that decides about a build beside the files of the study."""
        return repr((self.engine or shutil.which("quarto"), self.theme, self.documents, self.strict))


EVERYTHING = Options()  # as the study says
