"""What `new` leaves to write: the texts in italics of its documents, for as long as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

_ITALICS = re.compile(r"(?<!\*)\*([^*\s][^*\n]*)\*(?!\*)")
_DOCUMENTS = ("abstract.qmd.jinja", "poster.qmd.jinja")


def unwritten(text: str) -> Iterator[re.Match[str]]:
    """Yield each text that asks to be written; its first group is the question."""
    return (found for found in _ITALICS.finditer(text) if found[1] in _asked())


def written(text: str) -> str:
    """Return the text without what asks to be written; its lines stay."""
    return _ITALICS.sub(lambda found: "" if found[1] in _asked() else found[0], text)


@cache
def _asked() -> frozenset[str]:
    folder = files(__package__) / "skeleton"
    return frozenset(
        found for name in _DOCUMENTS for found in _ITALICS.findall((folder / name).read_text(encoding="utf-8"))
    )
