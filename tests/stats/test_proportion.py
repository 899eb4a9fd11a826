"""Proportions, McNemar, rates, Friedman and adjusted p values against R."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_values import differing, numbers, rows

from cohortpress.stats.multiplicity import benjamini_hochberg, holm
from cohortpress.stats.proportion import mcnemar, proportion
from cohortpress.stats.rates import event_rate
from cohortpress.stats.repeated import friedman


def test_every_interval_of_r_is_met() -> None:
    compared = []
    for row in rows("proportion.csv"):
        n, total, level = int(row["n"]), int(row["total"]), float(row["conf_level"])
        exact = proportion(n, total, method="clopper-pearson", conf_level=level)
        wilson = proportion(n, total, conf_level=level)
        ours = {"exact_low": exact.conf_low, "exact_high": exact.conf_high}
        ours |= {"wilson_low": wilson.conf_low, "wilson_high": wilson.conf_high, "estimate": wilson.estimate}
        compared += [((n, total, level, name), value, row[name]) for name, value in ours.items()]
    assert len(compared) > 400
    assert differing(compared) == []


def test_bounds_at_the_ends_are_the_ends() -> None:
    for method in ("wilson", "clopper-pearson"):
        options: Any = {"method": method}
        assert proportion(0, 7, **options).conf_low == 0
        assert proportion(7, 7, **options).conf_high == 1


def test_nobody_is_no_proportion() -> None:
    nobody = proportion(0, 0)
    assert (nobody.estimate, nobody.conf_low) == (None, None)
    assert nobody.warnings == ("no proportion: there is nobody to count",)
    for n, total in ((3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="is not a proportion"):
            proportion(n, total)
    with pytest.raises(ValueError, match="wilson or clopper-pearson"):
        proportion(1, 2, method="wald")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="between 0 and 1"):
        proportion(1, 2, conf_level=95)


def yes_no(to_yes: int, to_no: int, unchanged: int = 0) -> tuple[list[int], list[int]]:
    return [0] * to_yes + [1] * to_no + [1] * unchanged, [1] * to_yes + [0] * to_no + [1] * unchanged


def test_mcnemar_meets_the_binomial_test_of_r() -> None:
    compared = []
    for row in rows("mcnemar.csv"):
        alternative: Any = row["alternative"]
        pairs = yes_no(int(row["to_yes"]), int(row["to_no"]), unchanged=3)
        result = mcnemar(*pairs, alternative=alternative)
        assert result.n_zero == 3
        names = ("p_value", "estimate", "conf_low", "conf_high")
        compared += [((row["to_yes"], row["to_no"], n), getattr(result, n), row[n]) for n in names]
    assert len(compared) > 250
    assert differing(compared) == []


def test_mcnemar_without_a_change() -> None:
    assert mcnemar([True, False], [True, False]).warnings == ("no p value: none of 2 pairs changed",)
    assert mcnemar([], []).warnings == ("no p value: there are no complete pairs",)
    with pytest.raises(ValueError, match="yes"):
        mcnemar([0, 1, 2], [0, 1, 1])
    with pytest.raises(ValueError, match="unequal length"):
        mcnemar([0, 1], [0])
    with pytest.raises(ValueError, match="yes"):
        mcnemar([0.0, float("nan")], [0, 1])


def test_every_rate_of_r_is_met() -> None:
    compared = []
    for row in rows("rate.csv"):
        level = float(row["conf_level"])
        rate = event_rate(int(row["events"]), float(row["patient_years"]), conf_level=level)
        compared += [
            ((row["events"], row["patient_years"], name), getattr(rate, name), row[name])
            for name in ("estimate", "conf_low", "conf_high")
        ]
    assert len(compared) > 100
    assert differing(compared) == []


def test_a_rate_needs_time() -> None:
    assert event_rate(0, 0).warnings == ("no rate: no patient-years were observed",)
    assert event_rate(3, 10, per=1).estimate == pytest.approx(0.3)
    assert event_rate(3, 10).method == "Rate per 100 patient-years, exact Poisson confidence interval"
    for events, years in ((-1, 1.0), (1, -1.0), (1, float("nan")), (1, float("inf"))):
        with pytest.raises(ValueError, match="is not a rate"):
            event_rate(events, years)


def test_friedman_meets_r() -> None:
    compared = []
    for row in rows("friedman.csv"):
        result = friedman(*map(numbers, row["visits"].split("|")))
        compared += [
            ((row["case"], name), getattr(result, name), row[name]) for name in ("statistic", "p_value")
        ]
    assert len(compared) > 100
    assert differing(compared) == []


def test_friedman_says_what_is_rough_and_what_does_not_exist() -> None:
    assert friedman([1, 2, 3], [2, 3, 4], [3, 4, 5]).warnings == (
        "the chi-squared approximation is rough with fewer than 10 subjects",
    )
    same = friedman([1, 2], [1, 2], [1, 2])
    assert (same.p_value, same.warnings) == (None, ("no p value: no subject's values differ between visits",))
    assert friedman([], [], []).warnings == ("no p value: there are no complete cases",)
    with pytest.raises(ValueError, match="three visits"):
        friedman([1, 2], [2, 3])
    with pytest.raises(ValueError, match="visit 2 has a missing value"):
        friedman([1, 2], [2, float("nan")], [1, 2])
    with pytest.raises(ValueError, match="unequal length"):
        friedman([1, 2], [2], [1, 2])


def test_adjusted_p_values_meet_r() -> None:
    compared = []
    for row in rows("multiplicity.csv"):
        for name, adjust in (("holm", holm), ("benjamini_hochberg", benjamini_hochberg)):
            theirs = row[name].split(";")
            ours = adjust(numbers(row["p_values"])).tolist()
            compared += [((name, i), *both) for i, both in enumerate(zip(ours, theirs, strict=True))]
    assert len(compared) > 200
    assert differing(compared) == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_adjusting_never_lowers_a_p(p_values: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        adjusted = adjust(p_values)
        # m p / m may fall short of p by the last digit of the float.
        assert (adjusted >= np.array(p_values) * (1 - 1e-15)).all()
        assert (adjusted <= 1).all()


def test_a_p_outside_its_range_is_refused() -> None:
    for wrong in (-0.1, 1.1):
        with pytest.raises(ValueError, match="outside 0 to 1"):
            holm([0.2, wrong])
