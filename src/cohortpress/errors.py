"""What can go wrong, in words for the person who can mend it.

Every error carries all faults that were found, and each fault says where it is, what is wrong and how to
mend it. Only the command line turns them into text on a terminal and an exit code.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

MOST_SHOWN = 20


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    ``where`` names file and row, line or key; ``problem`` says what is wrong, with the value; ``mend`` says
    what to do about it.
    """

    problem: str
    mend: str = ""
    where: str = ""

    def __str__(self) -> str:
        head = f"{self.where}: " if self.where else ""
        tail = f" {self.mend}" if self.mend else ""
        return f"{head}{self.problem}{tail}"


class Doubt(Fault):
    """What stops nothing, and is hardly meant so."""


class Refused(Doubt):
    """What stops nothing but a strict build."""


class CohortpressError(Exception):
    """Base of all errors that a user can mend."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(fault if isinstance(fault, Fault) else Fault(fault) for fault in faults)
        super().__init__(*self.faults)

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults[:MOST_SHOWN]]
        if len(self.faults) > MOST_SHOWN:
            lines.append(f"... and {len(self.faults) - MOST_SHOWN} more")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[type[CohortpressError], tuple[Fault, ...]]:
        # Errors cross from worker processes to the main one; the default would lose the faults.
        return type(self), self.faults


class StudyError(CohortpressError):
    """study.yml is missing, cannot be read or says something that cannot be."""


class DataError(CohortpressError):
    """A data file is missing or holds something that cannot be used."""


class ResultError(CohortpressError):
    """A result was asked for that does not exist or could not be computed."""


class TemplateError(CohortpressError):
    """A document or a template cannot be filled."""


class StyleError(CohortpressError):
    """A theme, a page size or a font is missing or wrong."""


class EngineError(CohortpressError):
    """Pandoc or Quarto is missing or failed."""


class PrintError(CohortpressError):
    """A page cannot be printed as asked."""


class OutputError(CohortpressError):
    """The outputs cannot be written."""


def closest(word: str, known: Iterable[str], *, alike: float = 0.6) -> str:
    """Return the one of the ``known`` words that is most like ``word``, or nothing if none is so much ``alike``."""
    folded = {name.casefold(): name for name in sorted(known)}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=alike)
    return folded[near[0]] if near else ""


def nearest(word: str, known: Iterable[str], *, alike: float = 0.6) -> str:
    """Return ``Did you mean 'x'?``, whatever the case of its letters, or nothing if none is so much ``alike``."""
    near = closest(word, known, alike=alike)
    return f"Did you mean '{near}'?" if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``Did you mean 'x'?``, or the known words if none is near."""
    known = sorted(known)
    if near := nearest(word, known):
        return near
    listed = ", ".join(known[:MOST_SHOWN])
    return f"Known: {listed}{' ...' if len(known) > MOST_SHOWN else '.'}" if known else ""
