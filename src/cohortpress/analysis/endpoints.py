"""Endpoints: each visit described, each follow-up compared with the baseline, all visits together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import Flags, Floats
from ..cohort import Cohort, Pairs
from ..result import Kind, Result, Value
from ..stats.censoring import rankable
from ..stats.effect_size import hodges_lehmann, median_difference, rank_biserial
from ..stats.inference import Inference
from ..stats.paired import paired_t, sign_test, signed_rank, smallest_p
from ..stats.repeated import friedman
from ..stats.response import change_counts, percent_changes
from ..study import Analysis, Endpoint, Study
from .records import Populations, below, both_ways, described, from_estimate, from_test, read_pairs, record

SIZE = ("hodges_lehmann", "hodges_lehmann_conf_low", "hodges_lehmann_conf_high")


def endpoints(study: Study, cohort: Cohort, populations: Populations) -> Iterator[Result]:
    """Yield all results of all endpoints."""
    for name, endpoint in study.endpoints.items():
        common = Result(name, label=endpoint.label, variable=name, measure="", value=None, unit=endpoint.unit)
        for visit in study.visits:
            yield from _at_visit(common, endpoint, visit, cohort, populations)
        for visit in study.followups:
            yield from _vs_baseline(common, endpoint, visit, study, cohort, populations)
        if len(study.visits) > 2:
            yield from _across_visits(common, study, cohort, populations)


def _at_visit(
    common: Result, endpoint: Endpoint, visit: str, cohort: Cohort, populations: Populations
) -> Iterator[Result]:
    series = cohort.observed(common.variable, visit)
    population = populations.add(f"{common.id}.{visit}", series.there)
    here = below(common, visit, visit=visit, population=population, options={"scale": endpoint.scale})
    yield from described(
        here, series.values, series.censored, missing=len(cohort.subjects) - len(series.values)
    )


def _vs_baseline(
    common: Result, endpoint: Endpoint, visit: str, study: Study, cohort: Cohort, populations: Populations
) -> Iterator[Result]:
    """Yield the comparison of one visit with the baseline, on complete pairs."""
    pairs = cohort.paired(common.variable, study.baseline, visit)
    decimals = cohort.decimals[common.variable]
    options = {} if decimals is None else {"decimals": decimals}
    here = below(common, f"{visit}.vs_baseline", visit=visit, baseline=study.baseline, options=options)
    here = _of_pairs(here, pairs, populations)
    scale = {"scale": endpoint.scale}
    yield from described(below(here, "before", options=scale), pairs.baseline, pairs.baseline_censored)
    yield from described(below(here, "after", options=scale), pairs.followup, pairs.followup_censored)

    def compared(before: Floats, after: Floats) -> Iterator[Result]:
        yield from _signed_rank(here, before, after, study.analysis, decimals)
        yield from _sizes_of_change(here, before, after, study.analysis, decimals)
        yield from _directions(here, before, after, endpoint, decimals)

    results = list(both_ways(read_pairs(pairs), compared))
    yield from results
    yield from _limit_decides(here, results, study.analysis.alpha)
    yield from _size_at_zero(here, results)
    if study.analysis.locf:
        yield from _carried_forward(here, visit, study, cohort, populations)


def _of_pairs(common: Result, pairs: Pairs, populations: Populations) -> Result:
    n = pairs.baseline.size
    return replace(common, n=n, n_paired=n, population=populations.add(common.id, pairs.there))


def _limit_decides(common: Result, results: Sequence[Result], alpha: float) -> Iterator[Result]:
    """Yield whether p falls on the other side of alpha with zero for values below the limit, and that p."""
    p_value = next(result for result in results if result.measure == "p_value")
    at_zero = p_value.options.get("value_at_zero", p_value.value)
    decides = _is_below(p_value.value, alpha) != _is_below(at_zero, alpha)
    yield record(common, "limit_decides", decides, "flag", options={"alpha": alpha})
    if decides:
        error = None if at_zero is not None else "it does not exist"
        yield replace(p_value, id=f"{common.id}.p_at_zero", measure="p_at_zero", value=at_zero, error=error)


def _size_at_zero(common: Result, results: Sequence[Result]) -> Iterator[Result]:
    """Yield the Hodges-Lehmann estimate and its interval with zero for values below the limit, where they differ."""
    read_as_limit = [r for r in results if r.measure in SIZE]
    if not any("value_at_zero" in r.options for r in read_as_limit):
        return
    for result in read_as_limit:
        at_zero = result.options.get("value_at_zero", result.value)
        if at_zero is not None:
            measure = result.measure.replace("lehmann", "lehmann_at_zero")
            options = {name: option for name, option in result.options.items() if name != "value_at_zero"}
            yield replace(result, id=f"{common.id}.{measure}", measure=measure, value=at_zero, options=options)


def _is_below(p_value: Value, alpha: float) -> bool:
    return isinstance(p_value, float) and p_value < alpha


def _signed_rank(
    common: Result, before: Floats, after: Floats, asked: Analysis, decimals: int | None
) -> Iterator[Result]:
    """Yield the test that the study asks for, and the exact and the approximate p beside it."""
    options: dict[str, Any] = {"zero_method": asked.zero_method, "alternative": asked.alternative}
    exact, asymptotic = (
        signed_rank(before, after, exact=exact, correction=asked.correction, decimals=decimals, **options)
        for exact in (True, False)
    )
    main = exact if asked.method == "exact" else asymptotic
    said = _disagreement(exact.p_value, asymptotic.p_value, asked.alpha)
    flags = {"methods_disagree": bool(said), "alpha_out_of_reach": _out_of_reach(main, asked)}
    if flags["alpha_out_of_reach"] and _changed(main) > 1:
        said += (f"no exact p of {_changed(main)} changed pairs lies below alpha",)
    yield from from_test(common, main.warn(*said), alpha=asked.alpha)
    beside: dict[str, tuple[Inference, Kind]] = {"p_exact": (exact, "exact_p"), "p_asymptotic": (asymptotic, "p")}
    for measure, (test, kind) in beside.items():
        *_, p_value = from_test(common, test.warn(*said), alpha=asked.alpha, kinds=("exact", kind))
        yield replace(p_value, id=f"{common.id}.{measure}", measure=measure)
    changed = _changed(main)
    for measure in ("n_paired", "n_zero", "n_ties"):
        yield record(common, measure, getattr(main, measure), "count")
    yield record(common, "n_changed", changed, "count")
    yield record(
        common,
        "p_smallest",
        smallest_p(changed, asked.alternative) if changed else None,
        "exact_p",
        method="smallest exact p that this number of changed pairs can give",
        error=None if changed else "no pair changed",
    )
    for measure, flag in flags.items():
        yield record(common, measure, flag, "flag", options={"alpha": asked.alpha})


def _changed(test: Inference) -> int:
    return (test.n_paired or 0) - (test.n_zero or 0)


def _out_of_reach(test: Inference, asked: Analysis) -> bool:
    """Tell whether so few pairs changed that no exact p of them lies below alpha."""
    changed = _changed(test)
    return not changed or smallest_p(changed, asked.alternative) >= asked.alpha


def _disagreement(exact: float | None, asymptotic: float | None, alpha: float) -> tuple[str, ...]:
    if exact is None or asymptotic is None or (exact < alpha) == (asymptotic < alpha):
        return ()
    names = "exact test", "normal approximation"
    under, over = names if exact < alpha else names[::-1]
    return (f"the methods disagree about alpha: below it by the {under}, not by the {over}",)


def _sizes_of_change(
    common: Result, before: Floats, after: Floats, asked: Analysis, decimals: int | None
) -> Iterator[Result]:
    """Yield how large the change is, each measure under its own name, and the other tests of it."""
    level = asked.conf_level
    shift = hodges_lehmann(before, after, conf_level=level, decimals=decimals)
    yield from from_estimate(common, "hodges_lehmann", shift, conf_level=level)
    middle = median_difference(before, after, decimals=decimals)
    yield record(common, "median_difference", middle, "spread", error="no pairs" if middle is None else None)
    ranks = rank_biserial(before, after, zero_method=asked.zero_method, conf_level=level, decimals=decimals)
    yield from from_estimate(common, "rank_biserial", ranks, "ratio", conf_level=level)
    mean = paired_t(before, after, conf_level=level, alternative=asked.alternative)
    yield from from_estimate(common, "mean_difference", mean, conf_level=level)
    yield from from_test(common, mean, prefix="t_", alpha=asked.alpha, kinds=("ratio", "p"))
    sign = sign_test(before, after, conf_level=level, alternative=asked.alternative, decimals=decimals)
    yield from from_test(common, sign, prefix="sign_", alpha=asked.alpha, kinds=("exact", "exact_p"))


def _directions(
    common: Result, before: Floats, after: Floats, endpoint: Endpoint, decimals: int | None
) -> Iterator[Result]:
    """Yield how many improved, worsened or stayed, and the percent changes.

    Where no side is better they increased, decreased or stayed.
    """
    better_low = endpoint.direction == "lower_is_better"
    counts = change_counts(before, after, lower_is_better=better_low, decimals=decimals)
    options = {"direction": endpoint.direction}
    ways = {"improved": counts.n_improved, "unchanged": counts.n_unchanged, "worse": counts.n_worse}
    names = {"improved": "increased", "worse": "decreased"} if endpoint.direction == "neither" else {}
    for way, n in ((names.get(way, way), n) for way, n in ways.items()):
        yield record(common, f"n_{way}", n, "count", options=options)
        share = 100 * n / len(before) if len(before) else None
        error = None if len(before) else "no pairs"
        yield record(common, f"percent_{way}", share, "percent", options=options, error=error)
    percents = percent_changes(before, after, decimals=decimals)
    there = percents[~np.isnan(percents)]
    here = below(common, "percent_change", unit="%")
    nobody = "no baseline is above zero" if len(percents) else "no pairs"
    for result in described(here, there, missing=len(percents) - len(there), nobody=nobody):
        yield replace(result, kind="percent_change") if result.kind != "count" else result


def _carried_forward(
    common: Result, visit: str, study: Study, cohort: Cohort, populations: Populations
) -> Iterator[Result]:
    """Yield the test on the last value of everybody: a sensitivity line, never the main one."""
    last = cohort.carried_forward(common.variable, visit)
    pairs = last.paired(common.variable, study.baseline, visit)
    here = _of_pairs(below(common, "locf"), pairs, populations)
    warning = (
        "last value carried forward: missing values at this visit are replaced by the last one after baseline"
    )

    def compared(before: Floats, after: Floats) -> Iterator[Result]:
        asked = study.analysis
        test = signed_rank(
            before, after, exact=True, alternative=asked.alternative, zero_method=asked.zero_method,
            decimals=cohort.decimals[common.variable],
        )  # fmt: skip
        yield from from_test(here, test.warn(warning), alpha=asked.alpha)
        yield record(here, "n_paired", test.n_paired, "count")

    yield from both_ways(read_pairs(pairs), compared)


def _across_visits(
    common: Result, study: Study, cohort: Cohort, populations: Populations
) -> Iterator[Result]:
    """Yield the Friedman test over all visits, on the subjects who have every one of them."""
    values, censored = cohort.values[common.variable], cohort.censored[common.variable]
    complete: Flags = np.logical_and.reduce(~np.isnan(values), axis=1)
    n = int(complete.sum())
    here = below(
        common,
        "across_visits",
        n=n,
        population=populations.add(f"{common.id}.across_visits", complete),
    )
    yield record(here, "n", n, "count")
    ranked, warnings = rankable(values[complete], censored[complete])
    test = friedman(*ranked.T).warn(*warnings)
    yield from from_test(here, test, alpha=study.analysis.alpha, kinds=("ratio", "p"))
