"""What an audit says: findings with the text they rest on, their reasoning and how sure they are."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal["median", "percentage", "n", "p value", "approximation", "significance", "decimal marks"]
Level = Literal["fault", "remark"]
Sure = Literal["certain", "likely"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters ``start`` to ``end`` of the text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Data without ties that give a printed p: pairs that changed, their smaller rank sum, its exact p."""

    pairs: int
    rank_sum: int
    p: float
    p_exact: float


@dataclass(frozen=True, slots=True)
class Finding:
    """``fault``: what is printed cannot be. ``remark``: it can, but a reader should know.

    ``certain``: no data give it. ``likely``: it holds if what the reasoning names holds.
    """

    kind: Kind
    level: Level
    sure: Sure
    claim: str
    reasoning: str
    quotes: tuple[Quote, ...]
    candidates: tuple[Candidate, ...] = ()

    def __str__(self) -> str:
        quoted = " ... ".join(" ".join(quote.text.split()) for quote in self.quotes)
        head = f"{self.level} ({self.sure}): {self.claim}"
        place = f'"{quoted}" (characters {self.quotes[0].start}-{self.quotes[-1].end})'
        return "\n".join([_wrapped(head), _wrapped(place, "  "), _wrapped(self.reasoning, "  ")])


@dataclass(frozen=True, slots=True)
class Report:
    """How much of a text was understood, and what was found: faults first, then in the order of the text."""

    medians: int
    p_values: int
    changes: int
    shares: int
    subjects: int | None
    findings: tuple[Finding, ...]

    def to_json(self) -> str:
        """Return the report as JSON; places count the characters of the text, from 0."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    def __str__(self) -> str:
        faults = sum(finding.level == "fault" for finding in self.findings)
        understood = (
            f"Understood: medians with a range {self.medians}, p values {self.p_values} (with their change "
            f"{self.changes}), percentages or counts of a total {self.shares}, subjects "
            f"{self.subjects or 'unknown'}. What is not understood is not judged."
        )
        found = f"Found: faults {faults}, remarks {len(self.findings) - faults}."
        return "\n\n".join([_wrapped(understood), *map(str, self.findings), found]) + "\n"


def short(value: float) -> str:
    """Return a computed number in three digits, to stand beside the printed one."""
    return f"{value:.3g}"


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, 100, initial_indent=indent, subsequent_indent=indent or "  ", break_on_hyphens=False)
