"""Endpoints: each visit described, each follow-up compared with the baseline, all visits together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..cohort import Cohort, Pairs
from ..result import Result
from ..stats.censoring import with_limits
from ..stats.effect_size import hodges_lehmann, median_difference, rank_biserial
from ..stats.inference import Inference
from ..stats.paired import paired_t, sign_test, signed_rank, smallest_p
from ..stats.repeated import friedman
from ..stats.response import change_counts, percent_changes
from ..study import Analysis, Endpoint, Study
from ..tables.table import Flags
from .records import Populations, below, described, from_estimate, from_test, record


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
    here = below(
        common,
        f"{visit}.vs_baseline",
        visit=visit,
        baseline=study.baseline,
        n=pairs.baseline.size,
        n_paired=pairs.baseline.size,
    )
    here = replace(here, population=populations.add(here.id, pairs.there))
    yield from described(below(here, "before"), pairs.baseline, pairs.baseline_censored)
    yield from described(below(here, "after"), pairs.followup, pairs.followup_censored)
    yield from _signed_rank(here, pairs, study.analysis, decimals)
    yield from _sizes_of_change(here, pairs, study.analysis, decimals)
    yield from _directions(here, pairs, endpoint, decimals)
    if study.analysis.locf:
        yield from _carried_forward(here, visit, study, cohort)


def _run(test: Callable[..., Inference], pairs: Pairs, **options: Any) -> Inference:
    """Run a paired statistic; values below a limit of detection are ranked as what they are."""
    if not (pairs.baseline_censored.any() or pairs.followup_censored.any()):
        return test(pairs.baseline, pairs.followup, **options)
    return with_limits(
        test,
        pairs.baseline,
        pairs.followup,
        baseline_below=pairs.baseline_censored,
        followup_below=pairs.followup_censored,
        **options,
    )


def _rank_test(pairs: Pairs, asked: Analysis, decimals: int | None, *, exact: bool) -> Inference:
    return _run(
        signed_rank,
        pairs,
        exact=exact,
        correction=asked.correction,
        zero_method=asked.zero_method,
        alternative=asked.alternative,
        decimals=decimals,
    )


def _signed_rank(common: Result, pairs: Pairs, asked: Analysis, decimals: int | None) -> Iterator[Result]:
    """Yield the test that the study asks for, and the exact and the approximate p beside it."""
    exact, asymptotic = (_rank_test(pairs, asked, decimals, exact=exact) for exact in (True, False))
    main = exact if asked.method == "exact" else asymptotic
    disagreement = _disagreement(exact.p_value, asymptotic.p_value, asked.alpha)
    yield from from_test(common, main.warn(*disagreement), alpha=asked.alpha)
    beside = {"p_exact": (exact, "exact_p"), "p_asymptotic": (asymptotic, "p")}
    for measure, (test, kind) in beside.items():
        *_, p_value = from_test(common, test.warn(*disagreement), alpha=asked.alpha, kinds=("exact", kind))
        yield replace(p_value, id=f"{common.id}.{measure}", measure=measure)
    yield record(common, "methods_disagree", bool(disagreement), "flag", options={"alpha": asked.alpha})
    for measure in ("n_paired", "n_zero", "n_ties"):
        yield record(common, measure, getattr(main, measure), "count")
    yield from _smallest_p(common, main, asked)


def _smallest_p(common: Result, main: Inference, asked: Analysis) -> Iterator[Result]:
    """Yield the smallest exact p that so many changed pairs can give: alpha may be out of reach."""
    changed = (main.n_paired or 0) - (main.n_zero or 0)
    smallest = smallest_p(changed, asked.alternative) if changed else None
    yield record(
        common,
        "p_smallest",
        smallest,
        "exact_p",
        method="smallest exact p that this number of changed pairs can give",
        error=None if changed else "no pair changed",
    )
    out_of_reach = smallest is None or smallest >= asked.alpha
    yield record(common, "alpha_out_of_reach", out_of_reach, "flag", options={"alpha": asked.alpha})


def _disagreement(exact: float | None, asymptotic: float | None, alpha: float) -> tuple[str, ...]:
    if exact is None or asymptotic is None or (exact < alpha) == (asymptotic < alpha):
        return ()
    names = "exact test", "normal approximation"
    under, over = names if exact < alpha else names[::-1]
    return (f"the methods disagree about alpha: below it by the {under}, not by the {over}",)


def _sizes_of_change(common: Result, pairs: Pairs, asked: Analysis, decimals: int | None) -> Iterator[Result]:
    """Yield how large the change is, each measure under its own name, and the other tests of it."""
    level = asked.conf_level
    shift = _run(hodges_lehmann, pairs, conf_level=level, decimals=decimals)
    yield from from_estimate(common, "hodges_lehmann", shift)
    middle = median_difference(pairs.baseline, pairs.followup, decimals=decimals)
    yield record(common, "median_difference", middle, "spread", error="no pairs" if middle is None else None)
    options = {"zero_method": asked.zero_method, "conf_level": level, "decimals": decimals}
    yield from from_estimate(common, "rank_biserial", _run(rank_biserial, pairs, **options), "ratio")
    mean = _run(paired_t, pairs, conf_level=level, alternative=asked.alternative)
    yield from from_estimate(common, "mean_difference", mean)
    yield from from_test(common, mean, prefix="t_", alpha=asked.alpha, kinds=("ratio", "p"))
    sign = _run(sign_test, pairs, conf_level=level, alternative=asked.alternative, decimals=decimals)
    yield from from_test(common, sign, prefix="sign_", alpha=asked.alpha, kinds=("exact", "exact_p"))


def _directions(common: Result, pairs: Pairs, endpoint: Endpoint, decimals: int | None) -> Iterator[Result]:
    """Yield how many improved, worsened or stayed, and the percent changes."""
    better_low = endpoint.direction == "lower_is_better"
    counts = change_counts(pairs.baseline, pairs.followup, lower_is_better=better_low, decimals=decimals)
    for measure in ("n_improved", "n_unchanged", "n_worse"):
        yield record(common, measure, getattr(counts, measure), "count")
    percents = percent_changes(pairs.baseline, pairs.followup, decimals=decimals)
    there = percents[~np.isnan(percents)]
    here = below(common, "percent_change", unit="%")
    for result in described(here, there, missing=len(percents) - len(there)):
        yield replace(result, kind="percent_change") if result.kind != "count" else result


def _carried_forward(common: Result, visit: str, study: Study, cohort: Cohort) -> Iterator[Result]:
    """Yield the test on the last value of everybody: a sensitivity line, never the main one."""
    column = cohort.visits.index(visit)
    values = cohort.values[common.variable]
    last = np.array([_last(row[1 : column + 1]) for row in values])
    both = ~np.isnan(values[:, 0]) & ~np.isnan(last)
    test = signed_rank(
        values[both, 0], last[both], exact=True, alternative=study.analysis.alternative,
        zero_method=study.analysis.zero_method, decimals=cohort.decimals[common.variable],
    )  # fmt: skip
    here = below(common, "locf", n=int(both.sum()), n_paired=int(both.sum()), population=None)
    warning = (
        "last value carried forward: missing values at this visit are replaced by the last one after baseline"
    )
    yield from from_test(here, test.warn(warning), alpha=study.analysis.alpha)
    yield record(here, "n_paired", test.n_paired, "count")


def _last(row: np.ndarray[Any, Any]) -> float:
    there = row[~np.isnan(row)]
    return float(there[-1]) if there.size else np.nan


def _across_visits(
    common: Result, study: Study, cohort: Cohort, populations: Populations
) -> Iterator[Result]:
    """Yield the Friedman test over all visits, on the subjects who have every one of them."""
    values = cohort.values[common.variable]
    complete: Flags = np.logical_and.reduce(~np.isnan(values), axis=1)
    n = int(complete.sum())
    here = below(
        common,
        "across_visits",
        n=n,
        population=populations.add(f"{common.id}.across_visits", complete),
    )
    yield record(here, "n", n, "count")
    yield from from_test(
        here, friedman(*values[complete].T), alpha=study.analysis.alpha, kinds=("ratio", "p")
    )
