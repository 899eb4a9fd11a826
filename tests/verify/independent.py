"""What the flagship prints, computed again in plain Python: no code of the package, no library.

Values are read as decimal fractions, so nothing is lost on the way: medians are exact, and so are the shares
of sign patterns behind an exact p.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path

import yaml

Rows = list[dict[str, str]]
ALPHA = Fraction(1, 20)


class Independent:
    """The study in a folder, and each number of it by its id."""

    def __init__(self, folder: Path) -> None:
        def rows(name: str) -> Rows:
            with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        self.patients, self.visits, self.events = map(rows, ("patients", "visits", "adverse_events"))
        self.spec = yaml.load(
            (folder / "report/study.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
        )

    def text(self, id_: str) -> str:
        """Return what the result ``id_`` must print."""
        head, *rest = id_.split(".")
        if head == "cohort":
            return str(len(self.patients))
        if head == "adverse_events":
            return self._event(rest)
        if head == "flow":
            return str(self._flow(*rest))
        if head in self.spec["characteristics"]:
            return self._characteristic(head, rest)
        visit, *measure = rest
        if measure[0] == "vs_baseline":
            return self._comparison(head, visit, measure[1:])
        return self._described(self._at(head, visit), measure[0], self.spec["endpoints"][head])

    def _at(self, endpoint: str, visit: str) -> list[Fraction]:
        return [Fraction(row[endpoint]) for row in self.visits if row["visit"] == visit and row[endpoint]]

    def _described(self, values: Sequence[Fraction], measure: str, spec: dict[str, str]) -> str:
        decimals = int(spec.get("decimals", 0))
        if measure == "n":
            return str(len(values))
        if measure in ("min", "max"):
            return rounded(min(values) if measure == "min" else max(values), decimals)
        assert measure == "median", measure
        middle = median(values)
        if "summary_decimals" in spec:
            return rounded(middle, int(spec["summary_decimals"]))
        more = (middle * 10**decimals).denominator > 1
        return rounded(middle, decimals + more)

    def _characteristic(self, name: str, rest: Sequence[str]) -> str:
        spec = self.spec["characteristics"][name]
        known = [row[name] for row in self.patients if row[name]]
        if "categories" not in spec:
            return self._described([Fraction(value) for value in known], rest[0], spec)
        meant = spec["categories"][rest[0]]
        n = sum(value in (meant if isinstance(meant, list) else [meant]) for value in known)
        match rest[1]:
            case "n":
                return str(n)
            case "total":
                return str(len(known))
            case "percent":
                return f"{rounded(Fraction(100 * n, len(known)), 0)}%"
        raise AssertionError(rest)

    def _event(self, rest: Sequence[str]) -> str:
        *term, measure = rest
        term = [part for part in term if part != "onset"]
        events = [row for row in self.events if not term or slug(row["term"]) == term[0]]
        if measure == "n_events":
            return str(len(events))
        if measure == "n_subjects":
            return str(len({row["subject_id"] for row in events}))
        assert measure == "median", measure
        middle = median([Fraction(row["onset"]) for row in events if row["onset"]])
        return rounded(middle, 0 if middle.denominator == 1 else len(str(float(middle)).partition(".")[2]))

    def _flow(self, visit: str, group: str) -> int:
        """Count who was measured in any endpoint, missing but back later, or lost."""
        order = list(self.spec["visits"])
        seen = {
            (row["subject_id"], row["visit"])
            for row in self.visits
            if any(row[endpoint] for endpoint in self.spec["endpoints"])
        }
        later = order[order.index(visit) :]
        counts = {"expected": len(self.patients), "measured": 0, "missing": 0, "lost": 0}
        for patient in self.patients:
            there = [(patient["subject_id"], name) in seen for name in later]
            counts["measured" if there[0] else "missing" if any(there) else "lost"] += 1
        return counts[group]

    def _comparison(self, endpoint: str, visit: str, rest: Sequence[str]) -> str:
        first, second = (
            {
                r["subject_id"]: Fraction(r[endpoint])
                for r in self.visits
                if r["visit"] == name and r[endpoint]
            }
            for name in ("baseline", visit)
        )
        changes = [second[subject] - first[subject] for subject in first if subject in second]
        spec = self.spec["endpoints"][endpoint]
        better = -1 if spec.get("direction", "lower_is_better") == "lower_is_better" else 1
        moved = [change for change in changes if change]
        percents = [100 * (second[s] - first[s]) / first[s] for s in first if s in second and first[s] > 0]
        match rest[0]:
            case "n_paired":
                return str(len(changes))
            case "n_improved":
                return str(sum(change * better > 0 for change in changes))
            case "n_increased":
                return str(sum(change > 0 for change in changes))
            case "n_decreased":
                return str(sum(change < 0 for change in changes))
            case "median_difference":
                return rounded(median(changes), self._spread_decimals(spec))
            case "percent_change":
                assert rest[1] == "median", rest
                return f"{rounded(median(percents), 1)}%"
            case "rank_biserial":
                total = sum(ranks(moved), Fraction(0))
                return rounded((2 * rises(moved) - total) / total, 2)
            case "n_worse":
                return str(sum(change * better < 0 for change in changes))
            case "n_unchanged":
                return str(len(changes) - len(moved))
            case "p_exact":
                return p_text(exact_p(moved), 4)
            case "p_smallest":
                return p_text(Fraction(2, 2 ** len(moved)), 4)
            case "p_value" | "p_asymptotic":
                return p_text(asymptotic_p(moved), 3)
            case "hodges_lehmann":
                return rounded(hodges_lehmann(changes), self._spread_decimals(spec))
            case "hodges_lehmann_conf_low" | "hodges_lehmann_conf_high" | "hodges_lehmann_conf_level":
                low, high, level = hodges_lehmann_interval(changes)
                if rest[0].endswith("level"):
                    return f"{shortest(100 * level, 1)}%"
                return rounded(low if rest[0].endswith("low") else high, self._spread_decimals(spec))
        raise AssertionError(rest)

    @staticmethod
    def _spread_decimals(spec: dict[str, str]) -> int:
        return (
            int(spec["summary_decimals"]) if "summary_decimals" in spec else int(spec.get("decimals", 0)) + 1
        )


def slug(term: str) -> str:
    return re.sub(r"\W+", "_", term.casefold()).strip("_")


def median(values: Sequence[Fraction]) -> Fraction:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def ranks(changes: Sequence[Fraction]) -> list[Fraction]:
    """Return the mid-ranks of the absolute changes."""
    sizes = sorted(map(abs, changes))
    return [Fraction(2 * sizes.index(abs(c)) + 1 + sizes.count(abs(c)), 2) for c in changes]


def rises(changes: Sequence[Fraction]) -> Fraction:
    return sum((r for r, c in zip(ranks(changes), changes, strict=True) if c > 0), Fraction(0))


def exact_p(changes: Sequence[Fraction]) -> Fraction:
    """Return the share of all sign patterns whose rank sum lies as far from its mean."""
    scored, observed = ranks(changes), rises(changes)
    mean = sum(scored, Fraction(0)) / 2
    sums = [
        sum((r for r, up in zip(scored, signs, strict=True) if up), Fraction(0))
        for signs in product((0, 1), repeat=len(scored))
    ]
    return Fraction(sum(abs(s - mean) >= abs(observed - mean) for s in sums), len(sums))


def asymptotic_p(changes: Sequence[Fraction]) -> Fraction:
    """Return the normal approximation without continuity correction, its variance corrected for ties."""
    scored = ranks(changes)
    variance = sum((r * r for r in scored), Fraction(0)) / 4
    z = abs(rises(changes) - sum(scored, Fraction(0)) / 2) / Fraction(math.sqrt(variance))
    return Fraction(math.erfc(float(z) / math.sqrt(2)))


def walsh(changes: Sequence[Fraction]) -> list[Fraction]:
    """Return the averages of all pairs of changes, each with itself too, in order."""
    return sorted((a + b) / 2 for i, a in enumerate(changes) for b in changes[i:])


def hodges_lehmann(changes: Sequence[Fraction]) -> Fraction:
    return median(walsh(changes))


def hodges_lehmann_interval(changes: Sequence[Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    """Return the shortest interval between Walsh averages that covers at least 95 %, and what it covers.

    By the number of sign patterns of n untied changes below each rank sum (Hollander and Wolfe, 3.3).
    """
    n = len(changes)
    sums = [sum(i + 1 for i, up in enumerate(signs) if up) for signs in product((0, 1), repeat=n)]
    averages = walsh(changes)
    for cut in range(len(averages) // 2, 0, -1):
        outside = Fraction(2 * sum(s < cut for s in sums), len(sums))
        if outside <= ALPHA:
            return averages[cut - 1], averages[-cut], 1 - outside
    raise AssertionError("no such interval exists")


def rounded(value: Fraction, decimals: int) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    return text.replace("-", "" if not re.search("[1-9]", text) else "−")


def shortest(value: Fraction, most: int) -> str:
    """Return a number with as few decimals as it needs, and at most so many."""
    text = rounded(value, most)
    return text.rstrip("0").rstrip(".") if "." in text else text


def p_text(p: Fraction, decimals: int) -> str:
    """Return p with so many decimals, or as many more as tell on which side of alpha it lies."""
    if p < Fraction(1, 1000):
        return "<0.001"
    while (Fraction(rounded(p, decimals)) < ALPHA) != (p < ALPHA) or (
        Fraction(rounded(p, decimals)) == 1 and p < 1
    ):
        decimals += 1
    return rounded(p, decimals)
