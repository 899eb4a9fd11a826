"""P values of changes against all that a signed-rank test of so few pairs can give, two-sided."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from .changes import Comparison
from .checks import quotes
from .findings import Candidate, Finding, Kind, Level, Sure, short
from .numbers import Number
from .parsing import Statements
from .reachable import MOST_LISTED, Method, Way, least_p, ways, ways_between

ALPHA = Decimal("0.05")
# Above it nobody claims anything, and how p was computed matters to nobody.
WORTH_SAYING = Decimal("0.1")
# A method is recognised without being named if p values of other tests look like it in 1 of so many texts.
RARE = 1000
FINE_ENOUGH = Decimal("0.001")  # with two decimals several methods give the same p
_NAMES: dict[Method | None, str] = {
    "asymptotic": "the normal approximation without continuity correction",
    "corrected": "the normal approximation with continuity correction",
    None: "a normal approximation",
}


@dataclass(frozen=True)
class _Printed:
    """A printed p of a change of at most ``most`` pairs."""

    text: str
    said: Statements
    comparison: Comparison
    number: Number
    most: int

    @property
    def value(self) -> Decimal:
        return self.number.readings[0]

    @property
    def listed(self) -> bool:
        """Whether all ways to it are known: it is no bound, and of few pairs."""
        return self.comparison.p.relation == "=" and self.most <= MOST_LISTED

    @cached_property
    def ways(self) -> Sequence[Way]:
        """All ways to it, whether it was rounded or cut off."""
        return ways_between(self.most, self.value - self.number.step / 2, self.value + self.number.step)

    @cached_property
    def untied(self) -> list[Way]:
        """The ways without ties and zeros, if it was rounded."""
        half = self.number.step / 2
        return [way for way in ways_between(self.most, self.value - half, self.value + half) if way.untied]

    @property
    def may_be_exact(self) -> bool:
        """Whether an exact test gives it, two-sided or, rounded, one-sided."""
        double, step = 2 * self.value, self.number.step
        one_sided = ways_between(self.most, double - step, double + step)
        return any(way.method == "exact" for way in (*self.ways, *one_sided))

    def finding(self, kind: Kind, level: Level, sure: Sure, claim: str, reason: str, *candidates: Candidate) -> Finding:
        parts = (self.comparison.before, self.comparison.after, self.comparison.p)
        places = quotes(self.text, *((part.start, part.end) for part in parts))
        label = f"{self.comparison.label}: " if self.comparison.label else ""
        printed = f"{label}p {self.comparison.p.relation} {self.number.text}"
        return Finding(kind, level, sure, f"{printed} {claim}", f"{self._pairs()} {reason}", places, candidates)

    def _pairs(self) -> str:
        """How many pairs the text allows: at most the smaller n, at least those the visits must share."""
        first, second = self.comparison.before.n, self.comparison.after.n
        total = self.said.cohort.n if self.said.cohort else None
        least = max(1, first + second - total) if first and second and total else 1
        source = [f"n = {n}" for n in self.comparison.sizes] + [f"{total} subjects"] * bool(total)
        span = f"{least} to {self.most}" if 1 < least < self.most else f"at most {self.most}"
        return f"The text allows {span} pairs ({', '.join(source)})."


def check_p_values(text: str, said: Statements) -> Iterator[Finding]:
    """Yield what can be said of the p values of changes: much if the test is named, little if none is."""
    printed = [
        _Printed(text, said, comparison, number, comparison.most_pairs)
        for comparison in said.comparisons
        if (number := comparison.p.number) and comparison.most_pairs and comparison.p.relation != ">"
        if len(number.readings) == 1
    ]
    listed = [p for p in printed if p.listed]
    method = _common_method(listed)
    if said.test == "none" and method:
        why = f" No test is named; that all {len(listed)} p values look so by chance is rarer than 1 in {RARE}."
        for p in listed:
            yield from _approximate(p, method, why)
    elif said.test in ("signed-rank", "exact signed-rank"):
        for p in printed:
            impossible = [*_too_small(p)] or [*_unreachable(p)]
            yield from impossible or [*_approximate(p, method, ""), *_bound(p)]


def _too_small(p: _Printed) -> Iterator[Finding]:
    from ..stats.paired import smallest_p

    exact = smallest_p(p.most)
    least = exact if p.said.test == "exact signed-rank" else least_p(p.most)
    ceiling = p.value + p.number.step if p.comparison.p.relation == "=" else p.value
    if least >= ceiling:
        approximate = f"; by the normal approximation, if all changes tie, {short(least)}" if least < exact else ""
        yield p.finding(
            "p value",
            "fault",
            "certain" if p.comparison.sizes and least / 2 >= ceiling else "likely",
            f"is smaller than any two-sided p of a signed-rank test of {p.most} pairs.",
            f"The smallest exact p is {exact}{approximate}; one-sided half of it.",
        )


def _unreachable(p: _Printed) -> Iterator[Finding]:
    only_exact = p.said.test == "exact signed-rank"
    if not p.listed or p.may_be_exact or (p.ways and not only_exact):
        return
    kinds = "" if only_exact else ", exact and approximate, with and without continuity correction"
    instead = f" {_NAMES[_only_method(p.ways)].capitalize()} can give it." if p.ways else ""
    yield p.finding(
        "p value",
        "fault",
        "likely",
        f"is given by no two-sided {'exact ' * only_exact}signed-rank test of {p.most} pairs or fewer.",
        f"All patterns of ties and zeros were tried{kinds}, with p rounded or cut off.{instead}",
    )


def _approximate(p: _Printed, method: Method | None, why: str) -> Iterator[Finding]:
    """Yield that no exact test gives p but an approximation does, and whether significance hangs on it."""
    if not p.listed or p.may_be_exact or p.value > WORTH_SAYING:
        return
    method = method or _only_method(p.ways)
    untied = [way for way in p.untied if method in (None, way.method)]
    exact = sorted({way.p_exact for way in untied or p.ways})
    exactly = " or ".join(map(str, exact)) if len(exact) < 3 else f"between {exact[0]} and {exact[-1]}"
    sums = "".join(
        f"Without ties, {way.pairs} changed pairs fit: the smaller rank sum W = {int(way.rank_sum)} gives "
        f"{short(way.p)} by {_NAMES[way.method]}, {way.p_exact} exactly. "
        for way in untied
    )
    yield p.finding(
        "approximation",
        "remark",
        "likely",
        f"{'looks like' if why else 'is'} a two-sided p of {_NAMES[method]}, not of the exact signed-rank test; "
        f"{'without ties ' if untied else ''}the exact p is {exactly}.",
        f"{sums}Ties and zeros or none, the exact two-sided p of {p.most} pairs or fewer is a multiple of "
        f"{2.0 ** (1 - p.most)}: never this.{why}",
        *(Candidate(way.pairs, int(way.rank_sum), way.p, way.p_exact) for way in untied),
    )
    least = min(way.p_exact for way in p.ways)
    if p.value < ALPHA <= least:
        yield _hanging(p, least)


def _bound(p: _Printed) -> Iterator[Finding]:
    """Yield that "p < 0.05" needs more pairs than there are."""
    from ..stats.paired import smallest_p

    least = smallest_p(p.most)
    if p.comparison.p.relation == "<" and p.value <= ALPHA <= least:
        yield _hanging(p, least)


def _hanging(p: _Printed, least: float) -> Finding:
    return p.finding(
        "significance",
        "remark",
        "likely",
        f"hangs on the approximation: by an exact two-sided test it is {least} or more, not below {ALPHA}.",
        "This holds for every pattern of ties and zeros.",
    )


def _common_method(listed: Sequence[_Printed]) -> Method | None:
    """Return the approximation that gives all p values without ties, if that can hardly be chance."""
    if len(listed) < 2 or any(p.number.step > FINE_ENOUGH or p.may_be_exact for p in listed):
        return None
    methods: tuple[Method, ...] = ("asymptotic", "corrected")
    for method in methods:
        if all(any(way.method == method for way in p.untied) for p in listed):
            chance = len(methods) * math.prod(_chance(p, method) for p in listed)
            return method if chance * RARE < 1 else None
    return None


def _chance(p: _Printed, method: Method) -> float:
    """Which part of all printed p values up to 0.1 the method gives without ties; 1 for a larger p."""
    if p.value > WORTH_SAYING:
        return 1.0
    step = float(p.number.step)
    low = (way.p for way in ways(p.most) if way.untied and way.method == method and way.p < WORTH_SAYING)
    return len({math.floor(value / step + 0.5) for value in low}) * step / float(WORTH_SAYING)


def _only_method(found: Sequence[Way]) -> Method | None:
    methods = {way.method for way in found}
    return methods.pop() if len(methods) == 1 else None
