"""Statements of the prose that hold only as long as the data say so."""

from __future__ import annotations

from dataclasses import dataclass

from .formatting import Formatter
from .result import Result, ResultSet
from .study import Claim, Study

# How near a claim may come to its limit before it is said: a share of the limit.
NEAR = 0.2
P_VALUE = {"exact": "p_exact", "asymptotic": "p_asymptotic", "main": "p_value"}
DIRECTIONS = {"decreased": -1, "increased": 1}


@dataclass(frozen=True)
class Condition:
    """One thing that a claim says of one endpoint, and what the data say of it now."""

    words: str
    holds: bool
    near: bool


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, and the conditions that decide it."""

    name: str
    holds: bool
    near: bool
    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        wrong = [condition.words for condition in self.conditions if not condition.holds]
        return "; ".join(wrong or [condition.words for condition in self.conditions])


def judge(name: str, study: Study, results: ResultSet) -> Verdict:
    """Hold the claim ``name`` of study.yml against the results."""
    claim = study.claims[name]
    found = {endpoint: _conditions(claim, endpoint, study, results) for endpoint in claim.endpoints}
    holding = [conditions for conditions in found.values() if all(c.holds for c in conditions)]
    spare = len(holding) - (claim.in_at_least or len(claim.endpoints))
    near = spare == 0 and any(c.near for conditions in holding for c in conditions)
    return Verdict(name, spare >= 0, near, tuple(c for conditions in found.values() for c in conditions))


def _conditions(claim: Claim, endpoint: str, study: Study, results: ResultSet) -> list[Condition]:
    at, change = f"{endpoint}.{claim.visit}", f"{endpoint}.{claim.visit}.vs_baseline"
    label = f"{study.endpoints[endpoint].label} at {study.visits[claim.visit].label}"
    plain = Formatter(study.language).plain
    direction = study.endpoints[endpoint].direction
    better = -1 if direction == "lower_is_better" else 1
    sign = DIRECTIONS.get(claim.direction, better if claim.direction == "improved" else -better)
    conditions = []

    def check(result: Result, words: str, holds: bool, near: bool = False) -> None:
        now = result.text if result.text is not None else f"does not exist ({result.error})"
        conditions.append(Condition(f"{label}: {words}; it is {now}", holds, near))

    moved = results[f"{change}.median_difference"]
    check(moved, f"the median change must have {claim.direction}", (_number(moved) or 0) * sign > 0)
    if claim.in_all:
        ways = ("increased", "decreased") if direction == "neither" else ("improved", "worse")
        counted = results[f"{change}.n_{ways[sign != better]}"]
        pairs = results[f"{change}.n_paired"]
        check(counted, f"all {pairs.text} must have {claim.direction}", _number(counted) == _number(pairs))
    if claim.at_least_percent is not None:
        share = results[f"{change}.percent_change.median"]
        size = (_number(share) or 0) * sign
        check(share, f"the median change must be at least {plain(claim.at_least_percent)}%",
              size >= claim.at_least_percent, size < claim.at_least_percent * (1 + NEAR))  # fmt: skip
    if claim.p_below is not None:
        p = results[f"{change}.{P_VALUE[claim.by]}"]
        value = _number(p)
        check(p, f"the {claim.by} p must be below {plain(claim.p_below)}",
              value is not None and value < claim.p_below,
              value is not None and value > claim.p_below * (1 - NEAR))  # fmt: skip
    if claim.n_at_least is not None:
        n = results[f"{at}.n"]
        check(n, f"n must be at least {claim.n_at_least}", (_number(n) or 0) >= claim.n_at_least,
              _number(n) == claim.n_at_least)  # fmt: skip
    return conditions


def _number(result: Result) -> float | None:
    return result.value if isinstance(result.value, int | float) else None
