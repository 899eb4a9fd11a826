"""Abstracts of simulated cohorts, true in every number, and the same with one number made false.

Run as a program it prints the rates that docs/audit.md gives.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from statistics import median, quantiles

import numpy as np
from scipy import stats

from cohortpress.audit import Finding, Report, audit_text
from cohortpress.audit.reachable import MOST_LISTED
from cohortpress.stats.paired import sign_test, signed_rank

Values = list[float]
Test = Callable[[Values, Values], float | None]

NAMES = ["CRP", "ESR", "ferritin", "DAS28-CRP", "pain", "calprotectin", "global assessment"]
HIDDEN = "one-sided, but not said to be"
APPROXIMATE: dict[str, Test] = {
    "asymptotic": lambda a, b: signed_rank(a, b, exact=False).p_value,
    "corrected": lambda a, b: signed_rank(a, b, exact=False, correction=True).p_value,
    "Pratt asymptotic": lambda a, b: signed_rank(a, b, exact=False, zero_method="pratt").p_value,
}
EXACT: dict[str, Test] = {
    "exact": lambda a, b: signed_rank(a, b).p_value,
    "Pratt exact": lambda a, b: signed_rank(a, b, zero_method="pratt").p_value,
}
OTHER: dict[str, Test] = {
    "paired t": lambda a, b: float(stats.ttest_rel(a, b).pvalue),
    "t": lambda a, b: float(stats.ttest_ind(a, b, equal_var=False).pvalue),
    "Mann-Whitney": lambda a, b: float(stats.mannwhitneyu(a, b, method="asymptotic").pvalue),
    "Mann-Whitney exact": lambda a, b: float(stats.mannwhitneyu(a, b, method="exact").pvalue),
    "sign": lambda a, b: sign_test(a, b).p_value,
    "one-sided": lambda a, b: signed_rank(a, b, alternative="less").p_value,
    HIDDEN: lambda a, b: signed_rank(a, b, alternative="less").p_value,
}
SENTENCES = {
    "paired t": "Paired t-tests were used.",
    "t": "Student's t test was used.",
    "Mann-Whitney": "Visits were compared by the Mann-Whitney U test.",
    "Mann-Whitney exact": "Wilcoxon rank-sum tests were used throughout.",
    "sign": "The sign test was applied.",
    "one-sided": "We used the one-sided Wilcoxon signed-rank test.",
}
SIGNED_RANK = [
    "Changes were tested by the Wilcoxon signed-rank test.",
    "Statistics: Wilcoxon signed rank test for paired samples.",
    "Wilcoxon matched-pairs signed-ranks tests were two-sided.",
]


@dataclass(frozen=True)
class Change:
    """One endpoint at two visits, as the text has it."""

    name: str
    before: Values
    after: Values
    pairs: int
    p: float
    exact: float
    decimals: int
    p_text: str = ""
    medians: tuple[str, ...] = ()


@dataclass(frozen=True)
class Abstract:
    """A text with what is true of it."""

    text: str
    test: str
    named: bool
    mixed: bool
    subjects: int
    changes: list[Change] = field(default_factory=list)


class Writer:
    """Writes numbers as one author does."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.marks = chance.choice([".", ".", ".", ",", "·", ".,"])
        self.dash = chance.choice(["-", "–", " - ", " to ", "–"])
        self.space = chance.choice(["", " ", " ", "\u00a0", "\n"])
        self.spread = chance.choice(["range", "range", "IQR"])
        self.inside = chance.choice(["", "", "range ", "IQR "])
        self.equals = chance.choice(["=", " = ", "= "])
        self.rounding = chance.choice([ROUND_HALF_UP, ROUND_HALF_UP, ROUND_DOWN])
        self.p_decimals = chance.choice([2, 3, 3, 3, 4])
        self.leading_zero = chance.random() < 0.85

    def number(self, value: float, decimals: int, *, rounding: str = ROUND_HALF_UP) -> str:
        text = str(Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-decimals), rounding))
        return text.replace(".", self.chance.choice(self.marks)).replace("-", "−")

    def p(self, p: float) -> str:
        if p < 10**-self.p_decimals:
            text = "<" + self.number(10**-self.p_decimals, self.p_decimals)
        elif self.chance.random() < 0.1 and p < 0.05:
            text = "<" + self.number(0.01 if p < 0.01 else 0.05, 2)
        else:
            text = self.equals + self.number(p, self.p_decimals, rounding=self.rounding)
        return text if self.leading_zero else re.sub(r"0(?=[.,·])", "", text)

    def summary(self, values: Values, decimals: int, n: bool) -> tuple[str, ...]:
        spread = self.inside.strip() or self.spread
        quartiles = quantiles(values, n=4, method="inclusive")
        low, high = (quartiles[0], quartiles[2]) if spread == "IQR" else (min(values), max(values))
        parts = [self.number(value, decimals + 1) for value in (median(values), low, high)]
        dash = " to " if low < 0 or high < 0 else self.dash
        size = f"{self.space}(n{self.equals}{len(values)})" if n else ""
        return (*parts, f"{parts[0]}{self.space}({self.inside}{parts[1]}{dash}{parts[2]}){size}")

    def percent(self, count: int, total: int) -> str:
        share = self.number(100 * count / total, self.chance.choice([0, 0, 1]), rounding=self.rounding)
        return self.chance.choice(
            [
                f"{count} of {total} patients ({share}%)",
                f"{count}/{total} patients ({share} %)",
                f"{share}% ({count} of {total})",
                f"{count} patients ({share}%)",
                f"{share}% of the {total} patients",
            ]
        )


def abstract(seed: int) -> Abstract:
    """A cohort of 4 to 14 subjects, one to three endpoints with gaps, ties and unchanged values; all true."""
    chance, generator = random.Random(seed), np.random.default_rng(seed)
    write = Writer(chance)
    subjects = chance.randint(4, 14)
    kinds = [*APPROXIMATE, *EXACT] * 2 + [*OTHER]
    test = chance.choice(kinds)
    named = chance.random() < 0.6
    run = (APPROXIMATE | EXACT | OTHER)[test]
    changes = []
    for name in chance.sample(NAMES, chance.choice([1, 2, 3, 3])):
        decimals = chance.choice([0, 0, 1])
        first = generator.lognormal(2, 0.8, subjects).round(decimals)
        fall = generator.lognormal(chance.choice([0, -0.5, -1, -2]), 0.6, subjects)
        second = (first * fall).round(decimals)
        second = np.where(generator.random(subjects) < 0.12, first, second)
        here, there = generator.random((2, subjects)) < chance.choice([0.8, 0.95, 1])
        both = here & there
        if both.sum() < 3 or len(set((second - first)[both].round(6))) < 2:
            continue
        exact = EXACT["Pratt exact" if "Pratt" in test else "exact"](first[both].tolist(), second[both].tolist())
        paired = test not in ("t", "Mann-Whitney", "Mann-Whitney exact")
        before, after = ((first[here], second[there]), (first[both], second[both]))[paired]
        p = run(before.tolist(), after.tolist())
        if p is not None and not math.isnan(p):
            visits = (first[here].tolist(), second[there].tolist())
            changes.append(Change(name, *visits, int(both.sum()), p, exact or 1.0, decimals))
    with_n = chance.random() < 0.8
    changes = [
        replace(
            change,
            p_text=write.p(change.p),
            medians=(
                *write.summary(change.before, change.decimals, with_n),
                *write.summary(change.after, change.decimals, with_n),
            ),
        )
        for change in changes
    ]
    parts = [
        chance.choice([f"We included {subjects} patients.", f"{subjects} patients were treated.", ""]),
        (SENTENCES.get(test) or chance.choice(SIGNED_RANK)) if named else "",
        f"Data are median ({write.spread})." if not write.inside and chance.random() < 0.5 else "",
        *_results(changes, chance),
    ]
    infected = write.percent(chance.randint(1, subjects), subjects)
    parts += [f"An infection was seen in {infected}."] * chance.choice([0, 1])
    text = "Results\n" + " ".join(part for part in parts if part)
    return Abstract(text, test, named, write.marks == ".,", subjects, changes)


def _results(changes: list[Change], chance: random.Random) -> Iterator[str]:
    if len(changes) > 1 and chance.random() < 0.4:
        columns = zip(*((c.name, c.medians[3], c.medians[7], f"p{c.p_text}") for c in changes), strict=True)
        names, before, after, p = map("/".join, columns)
        yield f"Median {names} decreased from {before} at start to {after} after six months ({p})."
        return
    for change in changes:
        old, new, p = change.medians[3], change.medians[7], chance.choice("pP") + change.p_text
        yield chance.choice(
            [
                f"Median {change.name} decreased from {old} to {new} ({p}).",
                f"The median {change.name} fell from {old} at baseline to {new} at month 6 ({p}).",
                f"Median {change.name} was {old} before and {new} after 12 weeks of treatment; {p}.",
            ]
        )


def false_claims(true: Abstract, report: Report) -> list[str]:
    """What was wrongly said of a true abstract: any fault, and remarks that do not hold of its data."""
    return [finding.claim for finding in report.findings if not _holds(true, finding)]


def _holds(true: Abstract, finding: Finding) -> bool:
    changes = [change for change in true.changes if finding.claim.startswith(f"{change.name}: ")]
    match finding.kind:
        case "decimal marks":
            return true.mixed
        case "p value" | "approximation" if true.named and true.test == HIDDEN:
            return "two-sided" in finding.claim  # which is true: only that the author's test is not
        case "approximation" if "without continuity" in finding.claim:
            return true.test in ("asymptotic", "Pratt asymptotic")
        case "approximation" if "with continuity" in finding.claim:
            return true.test == "corrected"
        case "approximation":
            return true.test in APPROXIMATE
        case "significance":
            return any(change.exact >= 0.05 for change in changes)
    return False


def spoiled(true: Abstract, kind: str) -> str | None:
    """The text with one fault of ``kind``; None where it has no place for it."""
    text, chance = true.text, random.Random(true.text)
    if kind == "percentage":
        found = re.search(r"infection was seen in (\d+) of (\d+) patients \((\d+)", text)
        wrong = (int(found[3]) + 100 // true.subjects // 2 + 2) % 100 if found else 0
        return text[: found.start(3)] + str(wrong) + text[found.end(3) :] if found else None
    if not true.changes:
        return None
    change = chance.choice(true.changes)
    value, _, high, printed = change.medians[:4]
    has_n = re.search(r"\(n\s?=\s?\d+\)$", printed)
    signed_rank_named = true.named and true.test in EXACT | APPROXIMATE
    if kind == "median":
        return text.replace(printed, printed.replace(value, f"9{high}", 1), 1)
    if kind == "n":
        more = printed[: has_n.start()] + f"(n={true.subjects + 1})" if has_n else ""
        return text.replace(printed, more, 1) if has_n and " patients" in text[:30] else None
    if kind == "p too small":
        least = min(2.0 ** (1 - change.pairs), math.erfc(math.sqrt(change.pairs / 2)))
        wrong_p = f"=0.{'0' * max(2, math.ceil(-math.log10(least)))}1"
        return re.sub(rf"(?<=[pP]){re.escape(change.p_text)}", wrong_p, text) if signed_rank_named and has_n else None
    if kind == "p not exact":
        most = min(len(change.before), len(change.after))
        fits = signed_rank_named and true.test in APPROXIMATE and has_n and change.pairs == most <= MOST_LISTED
        if not fits or "=" not in change.p_text:
            return None
        # An exact p is a multiple of 2 ** (1 - n): that none is printed so, is the fault.
        printed_p = Decimal(re.sub(r"[^\d.]", "", re.sub("[,·]", ".", change.p_text)))
        step = Decimal(1).scaleb(int(printed_p.as_tuple().exponent))
        multiple = Decimal(2) ** (1 - most)
        above = math.ceil((printed_p - step / 2) / multiple) * multiple
        return re.sub(r"\b[Ww]ilcoxon", "exact Wilcoxon", text) if above >= printed_p + step else None
    raise ValueError(kind)


KINDS = {
    "median": "median",
    "percentage": "percentage",
    "n": "n",
    "p too small": "p value",
    "p not exact": "p value",
}


def rates(count: int) -> tuple[Counter[str], dict[str, tuple[int, int]]]:
    """What is said of ``count`` true abstracts, and how many faults of each kind were found of how many."""
    said: Counter[str] = Counter()
    found = dict.fromkeys(KINDS, (0, 0))
    for seed in range(count):
        true = abstract(seed)
        report = audit_text(true.text)
        said["changes"] += len(true.changes)
        said["changes understood"] += report.changes
        said["false claims"] += len(false_claims(true, report))
        said["abstracts with remarks"] += any(finding.level == "remark" for finding in report.findings)
        if true.named and true.test == HIDDEN:
            said["abstracts that hide a one-sided test"] += 1
            kinds = {finding.kind for finding in report.findings}
            said["of these with a claim on p"] += bool(kinds & {"p value", "approximation"})
        for change in true.changes:
            most = min(len(change.before), len(change.after))
            printed = "=" in change.p_text and change.p <= 0.1 and "n" in change.medians[3].replace("range", "")
            if printed and true.named and true.test in APPROXIMATE and most <= MOST_LISTED:
                kinds = {f.kind for f in report.findings if f.claim.startswith(f"{change.name}: ")}
                said["approximate p values"] += 1
                said["recognised"] += "approximation" in kinds
                said["significant by the approximation alone"] += change.p < 0.05 <= change.exact
                said["seen"] += change.p < 0.05 <= change.exact and "significance" in kinds
        for kind, expected in KINDS.items():
            if (text := spoiled(true, kind)) is not None:
                hit = any(f.kind == expected and f.level == "fault" for f in audit_text(text).findings)
                found[kind] = (found[kind][0] + hit, found[kind][1] + 1)
    return said, found


if __name__ == "__main__":
    print(*rates(3000), sep="\n")
