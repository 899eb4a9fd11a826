"""What `new` leaves to write: the title, and the texts in italics of its documents, for as long as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from .errors import Fault
from .glossary import headed
from .study import Study

_ITALICS = re.compile(r"(?<!\*)\*([^*\s][^*\n]*)\*(?!\*)")
_DOCUMENTS = ("abstract.qmd.jinja", "poster.qmd.jinja")


def unwritten(text: str) -> Iterator[re.Match[str]]:
    """Yield each text that asks to be written; its first group is the question."""
    return (found for found in _ITALICS.finditer(text) if found[1] in _asked())


def written(text: str) -> str:
    """Return the text without what asks to be written; its lines stay."""
    return _ITALICS.sub(lambda found: "" if found[1] in _asked() else found[0], text)


def first_title(folder: Path) -> str:
    """Return the title that a study gets from the name of its folder."""
    return headed(" ".join(re.split(r"[-_\s]+", folder.resolve().name)).strip())


def untitled(study: Study, folder: Path) -> list[Fault]:
    """Return a fault if the title of a study is still the one that `new` gave it."""
    if study.title != first_title(folder):
        return []
    mend = "Say what was studied, in whom, and how."
    return [Fault(f"The title '{study.title}' is still to be written.", mend, study.where("title"))]


@cache
def _asked() -> frozenset[str]:
    folder = files(__package__) / "skeleton"
    return frozenset(
        found for name in _DOCUMENTS for found in _ITALICS.findall((folder / name).read_text(encoding="utf-8"))
    )
