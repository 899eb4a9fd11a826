"""The words of the results: what each measure is called, and how it comes about in a sentence a clinician reads.

Tests refuse a result whose measure is not in here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A measure: its name in running text, and its formula in words."""

    words: str
    formula: str


def _interval(of: str) -> dict[str, Measure]:
    return {
        "conf_low": Measure(f"lower end of the confidence interval of the {of}", f"lower bound of the {of}"),
        "conf_high": Measure(f"upper end of the confidence interval of the {of}", f"upper bound of the {of}"),
        "conf_level": Measure(
            f"true level of the interval of the {of}", "coverage that the interval really has"
        ),
    }


def _estimate(measure: str, words: str, formula: str) -> dict[str, Measure]:
    ends = {f"{measure}_{end}": meaning for end, meaning in _interval(words).items()}
    return {measure: Measure(words, formula), **ends}


MEASURES: dict[str, Measure] = {
    "n": Measure("n", "number of subjects with a value"),
    "total": Measure("N", "number of subjects of whom it is known"),
    "n_missing": Measure("n missing", "subjects without a value"),
    "n_below": Measure("n below the limit of detection", "values reported as 'less than'"),
    "median": Measure("median", "the middle value; between the two middle ones where n is even"),
    "min": Measure("minimum", "the lowest value"),
    "max": Measure("maximum", "the highest value"),
    "q1": Measure("first quartile", "a quarter of the values lie below it (linear interpolation, type 7)"),
    "q3": Measure(
        "third quartile", "three quarters of the values lie below it (linear interpolation, type 7)"
    ),
    "mean": Measure("mean", "sum of the values divided by n"),
    "mean_low": Measure("lowest possible mean", "the mean with zero for values below the limit"),
    "mean_high": Measure("highest possible mean", "the mean with the limit for values below it"),
    "sd": Measure("SD", "root of the sum of squared deviations from the mean divided by n - 1"),
    "geometric_mean": Measure("geometric mean", "exponential of the mean logarithm"),
    "percent": Measure("percentage", "100 n / N"),
    "wilson_low": Measure("lower end of the Wilson interval", "score interval of a proportion"),
    "wilson_high": Measure("upper end of the Wilson interval", "score interval of a proportion"),
    "clopper_pearson_low": Measure(
        "lower end of the Clopper-Pearson interval", "exact interval of a proportion"
    ),
    "clopper_pearson_high": Measure(
        "upper end of the Clopper-Pearson interval", "exact interval of a proportion"
    ),
    "expected": Measure("expected", "subjects of the cohort"),
    "measured": Measure("measured", "subjects with any endpoint measured at the visit"),
    "missing": Measure("missing", "not measured at the visit, but later"),
    "lost": Measure("lost", "measured neither at the visit nor later"),
    "n_paired": Measure("pairs", "subjects with a value at the visit and at the baseline"),
    "n_zero": Measure("pairs without a change", "pairs whose two values are equal"),
    "n_changed": Measure("pairs that changed", "pairs whose two values differ"),
    "n_ties": Measure("tied pairs", "changed pairs whose absolute change another pair shares"),
    "statistic": Measure("test statistic", "see the method; W+ is the sum of the ranks of the rises"),
    "p_value": Measure("p", "chance of a statistic at least as extreme if there were no change"),
    "p_exact": Measure("exact p", "share of all sign patterns of the changes that are at least as extreme"),
    "p_asymptotic": Measure("approximate p", "by the normal curve instead of all sign patterns"),
    "p_smallest": Measure("smallest possible p", "the exact p if every pair had changed the same way"),
    "p_adjusted": Measure("adjusted p", "p corrected for the number of tests in the declared family"),
    "methods_disagree": Measure(
        "methods disagree", "exact and approximate p lie on different sides of alpha"
    ),
    "limit_decides": Measure(
        "limit decides", "p lies on the other side of alpha with zero for values below the limit"
    ),
    "p_at_zero": Measure("p with zero below the limit", "the same test with zero for values below the limit"),
    "alpha_out_of_reach": Measure(
        "alpha out of reach", "so few pairs changed that no data could give a p below alpha"
    ),
    **_estimate(
        "hodges_lehmann", "Hodges-Lehmann estimate", "median of the averages of all pairs of changes"
    ),
    "hodges_lehmann_at_zero": Measure(
        "Hodges-Lehmann estimate with zero below the limit", "the same estimate with zero for values below the limit"
    ),
    "hodges_lehmann_at_zero_conf_low": Measure(
        "lower end of its confidence interval with zero below the limit",
        "the same interval with zero for values below the limit",
    ),
    "hodges_lehmann_at_zero_conf_high": Measure(
        "upper end of its confidence interval with zero below the limit",
        "the same interval with zero for values below the limit",
    ),
    "median_difference": Measure("median change", "median of the subjects' changes"),
    **_estimate(
        "rank_biserial", "rank-biserial correlation", "(rank sum of rises - of falls) / sum of all ranks"
    ),
    **_estimate("mean_difference", "mean change", "mean of the subjects' changes"),
    "t_statistic": Measure("t", "mean change divided by its standard error"),
    "t_p_value": Measure("p of the paired t test", "Student's t with n - 1 degrees of freedom"),
    "sign_statistic": Measure("rises", "number of pairs that rose"),
    "sign_p_value": Measure("p of the sign test", "binomial chance of so uneven a split of rises and falls"),
    "n_improved": Measure("improved", "pairs that changed the better way"),
    "n_unchanged": Measure("unchanged", "pairs without a change"),
    "n_worse": Measure("worse", "pairs that changed the worse way"),
    "percent_improved": Measure("percentage improved", "100 times the improved pairs divided by all pairs"),
    "percent_unchanged": Measure("percentage unchanged", "100 times the unchanged pairs divided by all pairs"),
    "percent_worse": Measure("percentage worse", "100 times the worse pairs divided by all pairs"),
    "n_increased": Measure("increased", "pairs that increased"),
    "n_decreased": Measure("decreased", "pairs that decreased"),
    "percent_increased": Measure("percentage increased", "100 times the increased pairs divided by all pairs"),
    "percent_decreased": Measure("percentage decreased", "100 times the decreased pairs divided by all pairs"),
    "n_to_yes": Measure("no before, yes after", "pairs that became yes"),
    "n_to_no": Measure("yes before, no after", "pairs that became no"),
    "not_evaluable": Measure("not evaluable", "subjects without both values"),
    "n_events": Measure("events", "number of events"),
    "n_subjects": Measure("subjects with an event", "subjects with at least one event"),
    **_estimate("rate", "rate per 100 patient-years", "100 events / years observed"),
    "patient_years": Measure("patient-years", "sum of the years observed"),
}

# What n is where it does not count who has a value: of the cohort, of a category, of events, of when those began.
COUNTED: dict[str, Measure] = {
    "cohort": Measure("n", "subjects of the cohort"),
    "category": Measure("n", "number of subjects in this category"),
    "adverse_events": Measure("n", "subjects with at least one event"),
    "onset": Measure("n", "events whose onset is known"),
}


def headed(text: str) -> str:
    """Return a label as it stands at the head of a row or a figure: "grip strength" with a capital, "hs-CRP" as is."""
    word = text.split(" ", 1)[0]
    greek = "\u0370" <= word[:1] < "\u0400"  # as in "\u03b2-blocker": the capital reads as another letter
    return text[:1].upper() + text[1:] if word.islower() and not greek else text


def within(text: str) -> str:
    """Return a label as it stands within a sentence: "Week 4" and "Drug A" begin small, "V2" and "EOT" stay as is."""
    return " ".join(word.lower() if word[1:].islower() else word for word in text.split(" "))
