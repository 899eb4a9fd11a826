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
_ENGLISH = re.compile(r"\d+ (hours?|days?|weeks|months?|years?)")  # not minute or week, which others say too
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


def left_in_study(study: Study, folder: Path) -> Iterator[Fault]:
    """Yield a fault for the title if it is still the one that `new` gave, and for an English visit elsewhere."""
    if study.title == first_title(folder):
        mend = "Say what was studied, in whom, and how."
        yield Fault(f"The title '{study.title}' is still to be written.", mend, study.where("title"))
    for name, visit in study.visits.items() if not study.language.startswith("en") else ():
        if _ENGLISH.fullmatch(visit.label):
            problem = f"The label '{visit.label}' is English, and the language of the study is '{study.language}'."
            yield Fault(problem, "Translate it, as the other labels.", study.where("visits", name))
            return


@cache
def _asked() -> frozenset[str]:
    folder = files(__package__) / "skeleton"
    return frozenset(
        found for name in _DOCUMENTS for found in _ITALICS.findall((folder / name).read_text(encoding="utf-8"))
    )
