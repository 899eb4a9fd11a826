"""Every number of a results.json computed again from it and the data files, by docs/statistics.md alone.

Nothing of cohortpress and nothing but the standard library: the formulas are written out once more, each as the page
says it. What this would have to guess is missing from results.json or from the page.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import Any

Value = float | int | str | bool | None
Number = tuple[float, bool]  # and whether the true one lies below it
Pair = tuple[Number, Number]
DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}


class Data:
    """The data files, read as results.json says that they were declared."""

    def __init__(self, folder: Path, declared: Mapping[str, Any]) -> None:
        self.declared, self.folder, data = declared, folder, declared["data"]
        self.id, self.missing = data["subject_id"], set(data.get("missing", []))
        rows = self.rows(data["visits"])
        people = self.rows(data["subjects"]) if "subjects" in data else rows
        self.subjects = list(dict.fromkeys(row[self.id] for row in people))
        self.visits = list(declared["visits"])
        self.first: dict[str, dict[str, str]] = {}  # what is known of each subject first
        for row in sorted(people, key=lambda row: self.day(row) if data.get("date") else 0):
            known = self.first.setdefault(row[self.id], {})
            known.update({column: cell for column, cell in row.items() if cell and column not in known})
        self.values: dict[str, dict[str, dict[str, Number]]] = {
            name: {visit: {} for visit in self.visits} for name in declared["endpoints"]
        }
        self.decimals: dict[str, int | None] = {}
        self.measure(rows)
        self.events = self.rows(data["adverse_events"]) if "adverse_events" in data else None
        self.reasons = {(row[self.id], self.visit_of(row)): row["reason"] for row in rows if row.get("reason")}

    def rows(self, file: Mapping[str, Any]) -> list[dict[str, str]]:
        with (self.folder / file["file"]).open(encoding="utf-8", newline="") as lines:
            found = list(csv.DictReader(lines))
        rows = [{name: "" if cell in self.missing else cell for name, cell in row.items()} for row in found]
        return [row for row in rows if all(row[column] == cell for column, cell in file.get("only", {}).items())]

    def visit_of(self, row: Mapping[str, str]) -> str:
        declared = self.declared["visits"].items()
        names: dict[str, str] = {cell: name for name, visit in declared for cell in visit.get("value", [name])}
        return names.get(row.get(self.declared["data"]["visit"], ""), "")

    def day(self, row: Mapping[str, str]) -> float:
        return float(row[self.declared["data"]["date"]])

    def measure(self, rows: Sequence[Mapping[str, str]]) -> None:
        for name, spec in self.declared["endpoints"].items():
            if "derive" in spec:
                continue
            column, limit = spec.get("column", name), spec.get("limit_of_detection")
            cells = [(row[self.id], visit, row[column]) for row, visit in self.at(rows, column) if row[column]]
            for subject, visit, cell in cells:
                number, below = float(cell.removeprefix("<")), cell.startswith("<")
                below |= limit is not None and number < limit
                self.values[name][visit][subject] = limit if below and limit is not None else number, below
            self.decimals[name] = max((len(cell.rpartition(".")[2]) for *_, cell in cells if "." in cell), default=0)
        for name, spec in self.declared["endpoints"].items():
            if "derive" in spec:
                self.derive(name, spec["derive"])

    def at(self, rows: Sequence[Mapping[str, str]], column: str) -> Iterator[tuple[Mapping[str, str], str]]:
        """Each row with its visit: by what the data call it, or by the window of days, the nearest to the plan."""
        declared = self.declared["visits"]
        if not any("days" in visit for visit in declared.values()):
            yield from ((row, self.visit_of(row)) for row in rows)
            return
        own: dict[str, list[tuple[float, Mapping[str, str]]]] = {}
        for row in rows:
            if row[column]:
                own.setdefault(row[self.id], []).append((self.day(row), row))
        for (name, visit), dated in itertools.product(declared.items(), own.values()):
            unit = next(unit for unit in DAYS if unit in visit)
            planned, (first, last) = visit[unit] * DAYS[unit], visit["days"]
            if within := [(abs(day - planned), day, row) for day, row in dated if first <= day <= last]:
                yield min(within, key=lambda found: found[:2])[2], name

    def derive(self, name: str, rule: Mapping[str, str]) -> None:
        assert rule["score"] == "das28_crp"
        parts = [self.values[rule[part]] for part in ("tender_joints", "swollen_joints", "crp", "global_health")]
        for visit in self.visits:
            for subject in self.subjects:
                if all(subject in part[visit] for part in parts):
                    tender, swollen, crp, health = (part[visit][subject][0] for part in parts)
                    score = 0.56 * math.sqrt(tender) + 0.28 * math.sqrt(swollen) + 0.36 * math.log(crp + 1)
                    self.values[name][visit][subject] = score + 0.014 * health + 0.96, False
        self.decimals[name] = None


# -- one column of numbers


def median(values: Sequence[float]) -> float:
    return quantile(values, 0.5)


def quantile(values: Sequence[float], share: float) -> float:
    """At position 1 + (n - 1) p of the sorted values, between two of them in proportion."""
    ordered, position = sorted(map(float, values)), (len(values) - 1) * share
    low, part = math.floor(position), position - math.floor(position)
    return ordered[low] * (1 - part) + ordered[min(low + 1, len(ordered) - 1)] * part


def describe(values: Sequence[float]) -> dict[str, float | None]:
    n = len(values)
    if not n:
        return dict.fromkeys(("median", "min", "max", "q1", "q3", "mean", "sd", "geometric_mean"))
    mean = math.fsum(values) / n
    return {
        "median": median(values), "min": min(values), "max": max(values),
        "q1": quantile(values, 0.25), "q3": quantile(values, 0.75), "mean": mean,
        "sd": math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1)) if n > 1 else None,
        "geometric_mean": math.exp(math.fsum(map(math.log, values)) / n) if min(values) > 0 else None,
    }  # fmt: skip


def one_limit(numbers: Sequence[Number]) -> list[Number]:
    """All under the highest limit count as below it."""
    limit = max((value for value, below in numbers if below), default=None)
    if limit is None:
        return list(numbers)
    return [(limit, True) if below or value < limit else (value, False) for value, below in numbers]


def read(numbers: Sequence[Number], *, at_zero: bool) -> list[float]:
    return [0.0 if below and at_zero else value for value, below in numbers]


# -- distributions


@cache
def sign_patterns(ranks: tuple[int, ...]) -> tuple[int, int]:
    """How many patterns of signs give each sum of ranks, as the digits of one large number, and their width in bits."""
    width, counts = 8 * (len(ranks) // 8 + 1), 1  # whole bytes
    for rank in ranks:
        counts += counts << rank * width
    return counts, width


def lower_tail(ranks: Sequence[int], limit: int) -> Fraction:
    """P(sum of the ranks with a plus sign <= limit), of all 2 ** n patterns."""
    counts, width = sign_patterns(tuple(sorted(ranks)))
    kept = counts & ((1 << (limit + 1) * width) - 1)
    return Fraction(kept % ((1 << width) - 1), 2 ** len(ranks))  # the sum of the digits


def binomial_tail(n: int, most: int, p: float) -> float:
    """P(X <= most) of n."""
    return math.fsum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(most + 1))


def solve(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that rises crosses zero."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def t_above(t: float, df: int) -> float:
    """P(T > t) for t >= 0: the exact finite sums of Student's distribution, by degrees of freedom even or odd."""
    angle = math.atan(t / math.sqrt(df))
    cos2, term, total = math.cos(angle) ** 2, 1.0, 0.0
    for k in range(df % 2 + 2, df + 1, 2):
        total, term = total + term, term * cos2 * (k - 1) / k
    if df % 2:
        within = 2 / math.pi * (angle + (math.sin(angle) * math.cos(angle) * total if df > 1 else 0))
    else:
        within = math.sin(angle) * total
    return (1 - within) / 2


def chi2_above(x: float, df: int) -> float:
    """P(X > x): finite sums as well."""
    if df % 2 == 0:
        return math.exp(-x / 2) * math.fsum((x / 2) ** k / math.factorial(k) for k in range(df // 2))
    terms = math.fsum((x / 2) ** (k - 0.5) / math.gamma(k + 0.5) for k in range(1, (df + 1) // 2))
    return math.erfc(math.sqrt(x / 2)) + math.exp(-x / 2) * terms


# -- shares


def wilson(n: int, total: int, level: float) -> tuple[float, float]:
    z, p = NormalDist().inv_cdf((1 + level) / 2), n / total
    reach = z * math.sqrt(p * (1 - p) / total + z**2 / (4 * total**2))
    ends = [(p + z**2 / (2 * total) + sign * reach) / (1 + z**2 / total) for sign in (-1, 1)]
    return 0.0 if n == 0 else ends[0], 1.0 if n == total else ends[1]


@cache
def clopper_pearson(n: int, total: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low = 0.0 if n == 0 else solve(lambda p: 1 - binomial_tail(total, n - 1, p) - tail, 0, 1)
    return low, 1.0 if n == total else solve(lambda p: tail - binomial_tail(total, n, p), 0, 1)


def fair_coin(up: int, down: int, alternative: str) -> float | None:
    if up + down == 0:
        return None
    fewest = {"two-sided": min(up, down), "less": up, "greater": down}[alternative]
    tail = Fraction(sum(math.comb(up + down, k) for k in range(fewest + 1)), 2 ** (up + down))
    return min(1.0, float(2 * tail)) if alternative == "two-sided" else float(tail)


# -- pairs


class Changes:
    """Later minus baseline, in whole units of the last decimal (of computed scores: of the 13th digit)."""

    def __init__(self, pairs: Sequence[tuple[float, float]], decimals: int | None) -> None:
        largest = max((abs(value) for pair in pairs for value in pair), default=0)
        finest = 12 - math.floor(math.log10(largest)) if largest else 0
        places = finest if decimals is None else min(decimals, finest)
        self.unit, self.pairs = 10.0**-places, pairs
        self.units = [round((after - before) * 10.0**places) for before, after in pairs]

    @property
    def values(self) -> list[float]:
        return [units * self.unit for units in self.units]

    def ranks(self, zero_method: str) -> list[int]:
        """Twice the signed ranks of what changed, ties sharing their mean."""
        ranked = sorted(abs(unit) for unit in self.units if unit or zero_method == "pratt")
        first: dict[int, int] = {}
        last = {size: place for place, size in enumerate(ranked, 1)}
        for place, size in enumerate(ranked, 1):
            first.setdefault(size, place)
        return [int(math.copysign(first[abs(u)] + last[abs(u)], u)) for u in self.units if u]


def signed_rank(changes: Changes, options: Mapping[str, Any]) -> dict[str, float | None]:
    ranks = changes.ranks(options["zero_method"])
    rises, falls = sum(r for r in ranks if r > 0), -sum(r for r in ranks if r < 0)
    alternative = options["alternative"]
    if not ranks:
        return {"statistic": None, "p": None}
    if options["exact"]:
        extreme = {"two-sided": min(rises, falls), "less": rises, "greater": falls}[alternative]
        tail = lower_tail([abs(rank) for rank in ranks], extreme)
        p = min(1.0, float(2 * tail)) if alternative == "two-sided" else float(tail)
        return {"statistic": rises / 2, "p": p}
    excess = (rises - falls) / 4
    if options["correction"]:
        side = math.copysign(1, excess) if excess else 0
        excess -= {"two-sided": side, "greater": 1, "less": -1}[alternative] / 2
    z = excess / math.sqrt(sum((rank / 2) ** 2 for rank in ranks) / 4)
    cdf = NormalDist().cdf
    p = {"two-sided": 2 * cdf(-abs(z)), "less": cdf(z), "greater": cdf(-z)}[alternative]
    return {"statistic": rises / 2, "p": p}


@cache
def interval_depth(n: int, level: float) -> tuple[int, float]:
    """The largest k for which P(W <= k - 1) is at most half of what lies outside the level, and the true level."""
    tail = (1 - level) / 2
    if n > 500:
        z = NormalDist().inv_cdf(1 - tail)
        return math.floor(n * (n + 1) / 4 + 0.5 - z * math.sqrt(n * (n + 1) * (2 * n + 1) / 24)), level
    counts, width = sign_patterns(tuple(range(1, n + 1)))
    digits, size = counts.to_bytes(width // 8 * (n * (n + 1) // 2 + 1), "little"), width // 8
    k, so_far, outside = 0, 0, 0
    while True:
        so_far += int.from_bytes(digits[k * size : (k + 1) * size], "little")
        if Fraction(so_far, 2**n) > tail:
            return k, 1 - 2 * float(Fraction(outside, 2**n)) if k else 0.0
        k, outside = k + 1, so_far


def hodges_lehmann(changes: Changes, level: float) -> dict[str, float | None]:
    units, n = changes.units, len(changes.units)
    if not n:
        return {}
    sums = sorted(a + b for place, a in enumerate(units) for b in units[place:])
    k, true_level = interval_depth(n, level)
    found: dict[str, float | None] = {"": median(sums) / 2 * changes.unit}
    if k:
        ends = {"_conf_low": sums[k - 1], "_conf_high": sums[-k]}
        found |= {end: value / 2 * changes.unit for end, value in ends.items()} | {"_conf_level": 100 * true_level}
    return found


def rank_biserial(changes: Changes, zero_method: str, level: float) -> dict[str, float | None]:
    ranks = changes.ranks(zero_method)
    if not ranks:
        return {}
    total = sum(map(abs, ranks))
    r = sum(ranks) / total
    if abs(r) == 1:
        return {"": r}
    reach = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt(sum(rank**2 for rank in ranks)) / total
    ends = {end: math.tanh(math.atanh(r) + side * reach) for end, side in (("_conf_low", -1), ("_conf_high", 1))}
    return {"": r, **ends, "_conf_level": 100 * level}


def paired_t(changes: Changes, level: float, alternative: str) -> dict[str, float | None]:
    values, n = changes.values, len(changes.units)
    if not n:
        return {}
    mean = math.fsum(values) / n
    if len(set(changes.units)) == 1:
        return {"mean_difference": mean}
    error = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1) / n)
    t, df = mean / error, n - 1
    reach = solve(lambda t: (1 - level) / 2 - t_above(t, df), 0, 1e6) * error
    above = t_above(abs(t), df)
    less, greater = (above, 1 - above) if t < 0 else (1 - above, above)
    return {
        "mean_difference": mean, "mean_difference_conf_low": mean - reach, "mean_difference_conf_high": mean + reach,
        "mean_difference_conf_level": 100 * level, "t_statistic": t,
        "t_p_value": {"two-sided": 2 * above, "less": less, "greater": greater}[alternative],
    }  # fmt: skip


def friedman(rows: Sequence[Sequence[float]]) -> tuple[float, float] | None:
    k = len(rows[0]) if rows else 0
    ranks = [[sum((other < v) + (other == v) / 2 for other in row) + 0.5 for v in row] for row in rows]
    off = [[rank - (k + 1) / 2 for rank in row] for row in ranks]
    spread = sum(e**2 for row in off for e in row)
    if not spread:
        return None
    statistic = (k - 1) * sum(sum(column) ** 2 for column in zip(*off, strict=True)) / spread
    return statistic, chi2_above(statistic, k - 1)


def percent_changes(changes: Changes) -> list[float]:
    """Of baselines above zero."""
    befores = [before for before, _ in changes.pairs]
    return [100 * change / before for change, before in zip(changes.values, befores, strict=True) if before > 0]


def eular(before: float, after: float) -> str:
    improved = before - after
    if improved > 1.2 and after <= 3.2:
        return "good"
    return "none" if improved <= 0.6 or (improved <= 1.2 and after > 5.1) else "moderate"


def responded(
    before: float, after: float, *, below: bool, options: Mapping[str, Any], decimals: int | None
) -> bool | None:
    """Whether a subject responded; None: that cannot be said."""
    if "eular" in options:
        return eular(before, after) in {"good": ("good",), "good_or_moderate": ("good", "moderate")}[options["eular"]]
    side = -1 if options["direction"] == "lower_is_better" else 1
    answers = []
    if "improvement_percent" in options:
        if before <= 0:
            return None
        change = Changes([(before, after)], decimals).values[0]
        answers.append(side * 100 * change / before >= options["improvement_percent"] - 1e-9)
    if "threshold" in options:
        beyond = side * (after - options["threshold"])
        answers.append(beyond > 0 or (beyond == 0 and (side < 0 if below else not options["strict"])))
    return all(answers)


# -- the whole file


class ByHand:
    """What each record of a results.json should say."""

    def __init__(self, folder: Path, text: str) -> None:
        self.json = json.loads(text)
        self.asked = self.json["provenance"]["analysis"]
        self.data = Data(folder, self.json["provenance"]["declared"])
        self.records = {record["id"]: record for record in self.json["results"]}

    def who(self, name: str) -> list[str]:
        """The subjects of a population, in the order of the cohort."""
        people = self.json["populations"][name]
        if "subjects" in people:
            return [subject for subject in self.data.subjects if subject in set(people["subjects"])]
        return [subject for subject in self.data.subjects if subject not in set(people["all_except"])]

    def value(self, record: Mapping[str, Any], *, at_zero: bool = False) -> Value:
        """What the value of a record must be, or with zero for values below the limit."""
        match record["variable"]:
            case "cohort":
                return len(self.data.subjects)
            case "flow":
                return self.flow(record)
            case "adverse_events":
                return self.event(record)
            case name if name in self.data.declared.get("characteristics", {}):
                return self.characteristic(record)
            case name if name in self.data.declared.get("yes_no_changes", {}):
                return self.yes_no(record)
            case name if name in self.data.declared.get("responses", {}):
                return self.response(record, at_zero=at_zero)
        if record["id"].split(".")[1] == "across_visits":
            return self.across_visits(record)
        if "baseline" not in record:
            values = self.data.values[record["variable"]][record["visit"]]
            numbers = [values[who] for who in self.who(record["population"])]
            return self.description(record, numbers, len(self.data.subjects) - len(numbers))
        return self.comparison(record, at_zero=at_zero)

    def share(self, record: Mapping[str, Any], n: int, total: int) -> Value:
        measure = record["measure"]
        if measure in ("n", "total", "percent"):
            return {"n": n, "total": total, "percent": 100 * n / total if total else None}[measure]
        if not total:
            return None
        interval = wilson if measure.startswith("wilson") else clopper_pearson
        return 100 * interval(n, total, record["options"]["conf_level"])[measure.endswith("high")]

    def description(self, record: Mapping[str, Any], numbers: Sequence[Number], missing: int) -> Value:
        measure, read_as_one = record["measure"], one_limit(numbers)
        counts = {"n": len(numbers), "n_missing": missing, "n_below": sum(below for _, below in numbers)}
        if measure in counts:
            return counts[measure]
        low, high = (describe(read(read_as_one, at_zero=at_zero)) for at_zero in (True, False))
        if measure in ("mean_low", "mean_high"):
            return (low if measure == "mean_low" else high)["mean"]
        if measure in ("mean", "sd", "geometric_mean"):
            return None if counts["n_below"] else high[measure]
        assert record.get("options", {}).get("below", False) == (low[measure] != high[measure])
        return high[measure]

    def characteristic(self, record: Mapping[str, Any]) -> Value:
        spec = self.data.declared["characteristics"][record["variable"]]
        column = spec.get("column", record["variable"])
        cells = [self.data.first[subject][column] for subject in self.who(record["population"])]
        assert len(cells) == sum(column in known for known in self.data.first.values())
        if "categories" not in spec:
            numbers = [(float(cell), False) for cell in cells]
            return self.description(record, numbers, len(self.data.subjects) - len(cells))
        category = record["id"].split(".")[1]
        return self.share(record, sum(cell in spec["categories"][category] for cell in cells), len(cells))

    def yes_no(self, record: Mapping[str, Any]) -> Value:
        question = self.data.declared["yes_no_changes"][record["variable"]]
        answers = []
        for side in ("before", "after"):
            spec = self.data.declared["characteristics"][question[side]]
            column = spec.get("column", question[side])
            yes = spec["categories"][question["yes"]]
            answers.append([self.data.first[subject][column] in yes for subject in self.who(record["population"])])
        _, *branch, measure = record["id"].split(".")
        if branch:
            chosen = answers[branch[0] == "after"]
            return self.share(record, sum(chosen), len(chosen))
        changed = [(before, after) for before, after in zip(*answers, strict=True) if before != after]
        to_yes, to_no = changed.count((False, True)), changed.count((True, False))
        if measure in ("statistic", "p_value"):
            p = fair_coin(to_yes, to_no, record["options"]["alternative"])
            return p if measure == "p_value" else None if p is None else float(to_yes)
        return {"n_paired": len(answers[0]), "n_to_yes": to_yes, "n_to_no": to_no}[measure]

    def flow(self, record: Mapping[str, Any]) -> Value:
        here = self.data.visits.index(record["visit"])
        endpoints = self.data.values.values()
        seen = {
            subject: [any(subject in values[visit] for values in endpoints) for visit in self.data.visits]
            for subject in self.data.subjects
        }
        groups = {
            "expected": self.data.subjects,
            "measured": [who for who, at in seen.items() if at[here]],
            "missing": [who for who, at in seen.items() if not at[here] and any(at[here:])],
            "lost": [who for who, at in seen.items() if not any(at[here:])],
            "n": [who for (who, visit) in self.data.reasons if visit == record["visit"]],
        }
        found = groups[record["measure"]]
        assert sorted(self.who(record["population"])) == sorted(found)
        return len(found)

    def event(self, record: Mapping[str, Any]) -> Value:
        _, *branch, measure = record["id"].split(".")
        assert self.data.events is not None
        data, people = self.data.declared["data"], self.data.first.values()
        years = math.fsum(float(known[data["exposure_years"]]) for known in people) if "exposure_years" in data else 0
        if measure == "patient_years":
            return years
        of_all = not branch or branch[0] in ("subjects", "onset")
        term = record["label"].removesuffix(": onset")
        events = [event for event in self.data.events if of_all or event[data["term"]] == term]
        counted = [event for event in events if event[data["onset"]]] if branch and branch[-1] == "onset" else events
        subjects = {event[self.data.id] for event in counted}
        assert subjects == set(self.who(record["population"]))
        if branch and branch[-1] == "subjects":
            return self.share(record, len(subjects), len(self.data.subjects))
        if branch and branch[-1] == "onset":
            known = [(float(event[data["onset"]]), False) for event in counted]
            return self.description(record, known, len(events) - len(known))
        if measure in ("n_events", "n_subjects"):
            return len(events) if measure == "n_events" else len(subjects)
        level, n = float(record["options"]["conf_level"]), len(events)
        tail, scale = (1 - level) / 2, float(record["options"]["per"]) / years

        def at_most(mean: float, most: int) -> float:
            return math.fsum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(most + 1))

        low = solve(lambda mean: 1 - at_most(mean, n - 1) - tail, 1e-9, 10 * n + 50) if n else 0.0
        high = solve(lambda mean: tail - at_most(mean, n), 1e-9, 10 * n + 50)
        ends = {"rate": n * scale, "rate_conf_low": low * scale, "rate_conf_high": high * scale}
        return (ends | {"rate_conf_level": 100 * level})[measure]

    def pairs(self, endpoint: str, visit: str, subjects: Iterable[str], *, carried: bool = False) -> list[Pair]:
        values, later = self.data.values[endpoint], self.data.visits[1 : self.data.visits.index(visit) + 1]
        sources = later[::-1] if carried else [visit]
        numbers = []
        for who in subjects:
            numbers += [values[self.data.visits[0]][who], next(values[v][who] for v in sources if who in values[v])]
        read_as_one = one_limit(numbers)
        return list(zip(read_as_one[::2], read_as_one[1::2], strict=True))

    def response(self, record: Mapping[str, Any], *, at_zero: bool) -> Value:
        options = record["options"]
        endpoint, visit = options["endpoint"], record["visit"]
        values = self.data.values[endpoint]
        both = [who for who in self.data.subjects if who in values[self.data.visits[0]] and who in values[visit]]

        def answers(*, at_zero: bool) -> dict[str, bool]:
            found: dict[str, bool] = {}
            for who, pair in zip(both, self.pairs(endpoint, visit, both), strict=True):
                before, after = read(pair, at_zero=at_zero)
                decimals = self.data.decimals[endpoint]
                answer = responded(before, after, below=pair[1][1], options=options, decimals=decimals)
                if answer is not None:
                    found[who] = answer
            return found

        evaluable = list(answers(at_zero=False))
        if record["measure"] == "not_evaluable":
            assert self.who(record["population"]) == [who for who in self.data.subjects if who not in set(evaluable)]
            return len(self.data.subjects) - len(evaluable)
        assert self.who(record["population"]) == evaluable
        found = answers(at_zero=at_zero)
        return self.share(record, sum(found.values()), len(found))

    def across_visits(self, record: Mapping[str, Any]) -> Value:
        values, who = self.data.values[record["variable"]], self.who(record["population"])
        assert who == [s for s in self.data.subjects if all(s in values[visit] for visit in self.data.visits)]
        if record["measure"] == "n":
            return len(who)
        numbers = one_limit([values[visit][subject] for subject in who for visit in self.data.visits])
        ranked, k = [-1.0 if below else value for value, below in numbers], len(self.data.visits)
        found = friedman([ranked[start : start + k] for start in range(0, len(ranked), k)])
        return None if found is None else found[record["measure"] == "p_value"]

    def comparison(self, record: Mapping[str, Any], *, at_zero: bool) -> Value:
        endpoint, visit, options = record["variable"], record["visit"], record.get("options", {})
        _, _, _, *branch, measure = record["id"].split(".")
        pairs = self.pairs(endpoint, visit, self.who(record["population"]), carried=branch == ["locf"])
        if branch in (["before"], ["after"]):
            values = self.data.values[endpoint][visit if branch == ["after"] else self.data.visits[0]]
            return self.description(record, [values[who] for who in self.who(record["population"])], 0)
        if measure == "p_adjusted":
            return self.adjusted(record, at_zero=at_zero)
        numbers = [tuple(read(pair, at_zero=at_zero)) for pair in pairs]
        changes = Changes([(before, after) for before, after in numbers], options.get("decimals"))
        if branch == ["percent_change"]:
            percents = percent_changes(changes)
            return self.description(record, [(value, False) for value in percents], len(pairs) - len(percents))
        return self.of_changes(record, changes, at_zero=at_zero)

    def of_changes(self, record: Mapping[str, Any], changes: Changes, *, at_zero: bool) -> Value:
        measure, options, units = record["measure"], record.get("options", {}), changes.units
        rises, falls = sum(u > 0 for u in units), sum(u < 0 for u in units)
        better = (falls, rises) if options.get("direction") == "lower_is_better" else (rises, falls)
        sizes = [abs(unit) for unit in units if unit]
        two_sided = self.asked["alternative"] == "two-sided"
        smallest = min(1.0, 2.0 ** (two_sided - len(sizes))) if sizes else None
        match measure:
            case "statistic" | "p_value" | "p_exact" | "p_asymptotic":
                return signed_rank(changes, options)["statistic" if measure == "statistic" else "p"]
            case "p_at_zero":
                return self.value(self.records[record["id"].replace(measure, "p_value")], at_zero=True)
            case _ if "_at_zero" in measure:
                return self.value(self.records[record["id"].replace("_at_zero", "")], at_zero=True)
            case "methods_disagree":
                beside = [self.records[record["id"].replace(measure, name)] for name in ("p_exact", "p_asymptotic")]
                ps = [self.value(test, at_zero=at_zero) for test in beside]
                return None not in ps and len({is_below(p, options["alpha"]) for p in ps}) > 1
            case "limit_decides":
                p_value = self.records[record["id"].replace(measure, "p_value")]
                ps = [self.value(p_value, at_zero=at_zero) for at_zero in (False, True)]
                return len({is_below(p, options["alpha"]) for p in ps}) > 1
            case "n_paired" | "n_zero" | "n_changed":
                zero = units.count(0)
                return {"n_paired": len(units), "n_zero": zero, "n_changed": len(units) - zero}[measure]
            case "n_ties":
                return sum(sizes.count(size) > 1 for size in sizes)
            case "p_smallest" | "alpha_out_of_reach":
                return smallest if measure == "p_smallest" else smallest is None or smallest >= options["alpha"]
            case "median_difference":
                return median(units) * changes.unit if units else None
            case "n_improved" | "n_unchanged" | "n_worse":
                return {"n_improved": better[0], "n_worse": better[1], "n_unchanged": units.count(0)}[measure]
            case "n_increased" | "n_decreased":  # of an endpoint of which no side is better
                return rises if measure == "n_increased" else falls
            case "percent_increased" | "percent_decreased":
                return 100 * (rises if "increased" in measure else falls) / len(units) if units else None
            case "percent_improved" | "percent_unchanged" | "percent_worse":
                share = {"improved": better[0], "worse": better[1], "unchanged": units.count(0)}
                return 100 * share[measure.removeprefix("percent_")] / len(units) if units else None
            case "sign_statistic" | "sign_p_value":
                p = fair_coin(rises, falls, options["alternative"])
                return p if measure == "sign_p_value" else None if p is None else float(rises)
        if measure.startswith("hodges_lehmann"):
            return hodges_lehmann(changes, options["conf_level"]).get(measure.removeprefix("hodges_lehmann"))
        if measure.startswith("rank_biserial"):
            found = rank_biserial(changes, options["zero_method"], options["conf_level"])
            return found.get(measure.removeprefix("rank_biserial"))
        level = options.get("conf_level", self.asked["conf_level"])
        found = paired_t(changes, level, options.get("alternative", "two-sided"))
        assert measure.startswith(("mean_difference", "t_")), measure
        return found.get(measure)

    def adjusted(self, record: Mapping[str, Any], *, at_zero: bool) -> Value:
        family = self.asked["family"]
        ids = [f"{e}.{v}.vs_baseline.p_value" for e in family["endpoints"] for v in family["visits"]]
        ps = {id_: self.value(self.records[id_], at_zero=at_zero) for id_ in ids}
        known = sorted((p, id_) for id_, p in ps.items() if isinstance(p, float))
        m, adjusted, so_far = len(known), {}, 0.0 if family["method"] == "holm" else 1.0
        if family["method"] == "holm":
            for place, (p, id_) in enumerate(known):
                so_far = adjusted[id_] = min(1.0, max(so_far, p * (m - place)))
        else:
            for place, (p, id_) in reversed(list(enumerate(known, 1))):
                so_far = adjusted[id_] = min(so_far, p * m / place)
        return adjusted.get(record["id"].replace("p_adjusted", "p_value"))


def differing(folder: Path, text: str) -> tuple[int, list[tuple[str, Value, Value]]]:
    """Return how many records there are, and those (id, theirs, ours) that are another by hand, to ten digits."""
    hand = ByHand(folder, text)
    found = []
    for id_, record in hand.records.items():
        found.append((id_, record["value"], hand.value(record)))
        if "value_at_zero" in record.get("options", {}):
            found.append((f"{id_} at zero", record["options"]["value_at_zero"], hand.value(record, at_zero=True)))
        assert (record["value"] is None) == ("error" in record), id_
    return len(hand.records), [(id_, theirs, ours) for id_, theirs, ours in found if not same(theirs, ours)]


def is_below(p: Value, alpha: float) -> bool:
    return isinstance(p, float) and p < alpha


def same(theirs: Value, ours: Value) -> bool:
    if isinstance(theirs, float) and isinstance(ours, int | float):
        return math.isclose(theirs, ours, rel_tol=1e-9, abs_tol=1e-12)
    return theirs == ours and isinstance(theirs, bool) == isinstance(ours, bool)
