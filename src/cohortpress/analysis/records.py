"""What all parts of the analysis share: how a record is made, and who went into it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import Flags, Floats
from ..cohort import Pairs
from ..result import Kind, Population, Result, Value
from ..stats.censoring import Limited, Readings, describe_censored, readings
from ..stats.descriptive import QUARTILES, describe, geometric_mean
from ..stats.inference import Inference
from ..stats.proportion import Proportion, proportion
from ..tables.table import pick

# How the numbers of a description print: as the data do, as a summary of them, or as a count.
DESCRIPTION: dict[str, Kind] = {
    "n": "count",
    "n_missing": "count",
    "median": "summary",
    "min": "value",
    "max": "value",
    "q1": "summary",
    "q3": "summary",
    "mean": "spread",
    "sd": "spread",
}


# A description of fewer subjects says what single ones had.
FEWEST_DESCRIBED = 3


def describes_few(result: Result, populations: Mapping[str, Population]) -> bool:
    """Tell whether a result says what one or two subjects had, however many events they had."""
    described = result.kind in ("value", "summary", "spread", "percent_change") and result.value is not None
    who = populations.get(result.population or "")
    numbers = [n for n in (result.n, who.n if who else None) if n is not None]
    return described and min(numbers, default=FEWEST_DESCRIBED) < FEWEST_DESCRIBED


def hidden(result: Result) -> Result:
    """Return the result without its value, which is not published."""
    options = {name: value for name, value in result.options.items() if name != "value_at_zero"}
    return replace(result, value=None, options=options, error=f"it describes fewer than {FEWEST_DESCRIBED} subjects")


class Populations:
    """Who went into which results: each set of subjects written down once, and as briefly as it can be.

    Where the study publishes aggregates only (``named`` is false), no more than their number.
    """

    def __init__(self, everyone: tuple[str, ...], *, named: bool) -> None:
        self._everyone = everyone
        self._named = named
        self.written: dict[str, Population] = {}

    def add(self, name: str, chosen: Flags) -> str:
        """Write down under ``name`` the subjects that are marked in ``chosen``, and return the name."""
        n = int(chosen.sum())
        if not self._named:
            self.written[name] = Population(n)
        elif n * 2 > len(self._everyone):
            self.written[name] = Population(n, all_except=self._ids(~chosen))
        else:
            self.written[name] = Population(n, subjects=self._ids(chosen))
        return name

    def add_named(self, name: str, subjects: Collection[str]) -> str:
        """Write down ``subjects`` under ``name`` and return the name."""
        there = frozenset(subjects)
        return self.add(name, np.array([subject in there for subject in self._everyone], dtype=np.bool_))

    def _ids(self, chosen: Flags) -> tuple[str, ...]:
        return pick(self._everyone, np.flatnonzero(chosen).tolist())


def record(common: Result, measure: str, value: Value, kind: Kind, **more: Any) -> Result:
    """Return ``common`` as the record of one measure; its id is the common one and the measure."""
    unit = common.unit if kind in ("value", "summary", "spread") else ""
    made = {"id": f"{common.id}.{measure}", "measure": measure, "value": value, "kind": kind, "unit": unit}
    given = {**common.options, **more.pop("options", {})}
    options = {name: option for name, option in given.items() if option is not None}
    return replace(common, **(made | more), options=options)


def below(common: Result, branch: str, **more: Any) -> Result:
    """Return ``common`` one branch further down."""
    return replace(common, id=f"{common.id}.{branch}", **more)


def read_pairs(pairs: Pairs) -> Readings:
    """Return both ways to read pairs some of which lie below a limit of detection."""
    return readings(
        pairs.baseline,
        pairs.followup,
        baseline_below=pairs.baseline_censored,
        followup_below=pairs.followup_censored,
    )


def both_ways(read: Readings, compute: Callable[[Floats, Floats], Iterable[Result]]) -> Iterator[Result]:
    """Yield what is computed of pairs with values below the limit read as the limit.

    Where it is another with zero in their place the option ``value_at_zero`` tells it.
    """
    results = compute(*read.at_limit)
    if read.at_zero is None:
        yield from results
        return
    for result, at_zero in zip(results, compute(*read.at_zero), strict=True):
        differs = {"value_at_zero": at_zero.value} if at_zero.value != result.value else {}
        warnings = () if result.measure == "n_paired" else read.warnings
        yield replace(result, options={**result.options, **differs}, warnings=(*result.warnings, *warnings))


def described(
    common: Result,
    values: np.ndarray[Any, Any],
    censored: np.ndarray[Any, Any] | None = None,
    *,
    missing: int = 0,
    nobody: str = "nobody was measured",
) -> Iterator[Result]:
    """Yield the description of ``values``, shape (n,), no NaN; ``missing`` more might have been there.

    ``nobody`` says why there is none at all.
    """
    if censored is not None and censored.any():
        yield from _described_censored(common, values, censored, missing)
        return
    found = describe(values)
    numbers = {measure: getattr(found, measure) for measure in DESCRIPTION} | {"n_missing": missing}
    kinds = DESCRIPTION
    if common.options.get("scale") == "log":
        numbers["geometric_mean"], kinds = geometric_mean(values), DESCRIPTION | {"geometric_mean": "spread"}
    for measure, kind in kinds.items():
        value = numbers[measure]
        yield record(
            common,
            measure,
            value,
            kind,
            n=found.n,
            method=QUARTILES if measure in ("q1", "q3") else None,
            error=None if value is not None else _no_number(found.n) or nobody,
        )


def _described_censored(
    common: Result, values: np.ndarray[Any, Any], censored: np.ndarray[Any, Any], missing: int
) -> Iterator[Result]:
    """Yield the description of values some of which are only known to lie below a limit."""
    found = describe_censored(values, censored)
    geometric: dict[str, Kind] = {"geometric_mean": "spread"} if common.options.get("scale") == "log" else {}
    ends: dict[str, Kind] = {"mean_low": "spread", "mean_high": "spread", "n_below": "count"}
    for measure, kind in (DESCRIPTION | geometric | ends).items():
        value = missing if measure == "n_missing" else getattr(found, measure, None)
        yield record(
            common,
            measure,
            value.value if isinstance(value, Limited) else value,
            kind,
            n=found.n,
            method=QUARTILES if measure in ("q1", "q3") else None,
            options={"below": True} if isinstance(value, Limited) and value.below else {},
            warnings=() if kind == "count" else found.warnings,
            error=None if value is not None else "values below the limit leave no single number",
        )


def _no_number(n: int) -> str:
    if n == 0:
        return ""
    return "one value alone does not give it" if n == 1 else "it needs values above zero"


def from_test(
    common: Result,
    inference: Inference,
    *,
    alpha: float,
    prefix: str = "",
    kinds: tuple[Kind, Kind] = ("exact", "p"),
) -> Iterator[Result]:
    """Yield statistic and p value of a test, with its method and options; ``kinds`` are how the two print."""
    options = {**inference.options, "alternative": inference.alternative, "alpha": alpha}
    for measure, value, kind in (
        (f"{prefix}statistic", inference.statistic, kinds[0]),
        (f"{prefix}p_value", inference.p_value, kinds[1]),
    ):
        yield _inferred(common, measure, value, kind, inference, options)


def from_estimate(
    common: Result, measure: str, inference: Inference, kind: Kind = "spread", *, conf_level: float
) -> Iterator[Result]:
    """Yield an estimate and the ends and the true level of its confidence interval; ``conf_level`` was asked for."""
    options = {**inference.options, "conf_level": conf_level}
    yield _inferred(common, measure, inference.estimate, kind, inference, options)
    for end in ("conf_low", "conf_high"):
        yield _inferred(common, f"{measure}_{end}", getattr(inference, end), kind, inference, options)
    level = None if inference.conf_level is None else 100 * inference.conf_level
    yield _inferred(common, f"{measure}_conf_level", level, "level", inference, options)


def _inferred(
    common: Result, measure: str, value: Value, kind: Kind, inference: Inference, options: Mapping[str, Any]
) -> Result:
    reason = "; ".join(inference.warnings) or "it does not exist"
    return record(
        common,
        measure,
        value,
        kind,
        method=inference.method,
        options=options,
        warnings=inference.warnings,
        error=reason if value is None else None,
    )


def shared(common: Result, n: int, total: int, conf_level: float) -> Iterator[Result]:
    """Yield ``n`` of ``total``: count, percentage, and both intervals of it (Wilson, Clopper-Pearson)."""
    here = replace(common, n=total)
    yield record(here, "n", n, "count")
    yield record(here, "total", total, "count")
    intervals = {"wilson": proportion(n, total, conf_level=conf_level)}
    intervals["clopper_pearson"] = proportion(n, total, method="clopper-pearson", conf_level=conf_level)
    yield _percentage(here, "percent", intervals["wilson"].estimate, intervals["wilson"])
    for name, interval in intervals.items():
        yield _percentage(here, f"{name}_low", interval.conf_low, interval)
        yield _percentage(here, f"{name}_high", interval.conf_high, interval)


def _percentage(common: Result, measure: str, share: float | None, found: Proportion) -> Result:
    is_estimate = measure == "percent"
    return record(
        common,
        measure,
        None if share is None else 100 * share,
        "percent",
        method=None if is_estimate else found.method,
        options={} if is_estimate else {"conf_level": found.conf_level},
        error="; ".join(found.warnings) if share is None else None,
    )
