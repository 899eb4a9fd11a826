"""What came out of the checks: a short table for people, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

MOST_SHOWN = 10


@dataclass(frozen=True)
class Finding:
    """Something wrong: where, what it should be, what it is ("" for nothing)."""

    place: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.place}: should be {self.expected or 'nothing'}, is {self.found or 'nothing'}"


@dataclass(frozen=True)
class Check:
    """What was looked at, in which file, how many of it, and what was wrong."""

    name: str
    place: str
    count: int
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class Report:
    """All checks of a finished set of files."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        width = max(len(check.place) for check in self.checks)
        for check in self.checks:
            mark = "ok   " if check.ok else "WRONG"
            yield f"{mark}  {check.place:<{width}}  {check.count:>4}  {check.name}"
            yield from (f"       {finding}" for finding in check.findings[:MOST_SHOWN])
            if len(check.findings) > MOST_SHOWN:
                yield f"       ... and {len(check.findings) - MOST_SHOWN} more"

    def to_json(self) -> str:
        """Return the report as JSON."""
        checks = [{**asdict(check), "ok": check.ok} for check in self.checks]
        return json.dumps({"ok": self.ok, "checks": checks}, ensure_ascii=False, indent=1)
