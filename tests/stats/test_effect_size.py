"""Hodges-Lehmann, median difference and rank-biserial against R, the test, and their own laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_values import differing, rows, samples

from cohortpress.stats import effect_size
from cohortpress.stats.effect_size import (
    hodges_lehmann,
    interval_depth,
    median_difference,
    rank_biserial,
    walsh_sums,
)
from cohortpress.stats.paired import signed_rank, smallest_p

tenths = st.lists(st.integers(-40, 40), min_size=1, max_size=14)


@pytest.mark.parametrize("with_decimals", [True, False])
def test_every_effect_size_of_r_is_met(with_decimals: bool) -> None:
    compared = []
    for row in rows("effect_size.csv"):
        baseline, followup, decimals = samples()[row["case"]]
        level, places = float(row["conf_level"]), decimals if with_decimals else None
        shift = hodges_lehmann(baseline, followup, conf_level=level, decimals=places)
        biserial = rank_biserial(baseline, followup, conf_level=level, decimals=places)
        ours = {
            "estimate": shift.estimate,
            "conf_low": shift.conf_low,
            "conf_high": shift.conf_high,
            "achieved": shift.conf_level,
            "median_difference": median_difference(baseline, followup, decimals=places),
            "rank_biserial": biserial.estimate,
            "rank_biserial_low": biserial.conf_low,
            "rank_biserial_high": biserial.conf_high,
        }
        if row["wilcox_low"]:  # wilcox.test(conf.int = TRUE) is exact without ties and zeros only
            ours |= {
                "wilcox_estimate": shift.estimate,
                "wilcox_low": shift.conf_low,
                "wilcox_high": shift.conf_high,
            }
        compared += [((row["case"], level, name), value, row[name]) for name, value in ours.items()]
    assert len(compared) > 1700
    assert differing(compared) == []


@pytest.mark.parametrize(
    ("n", "reason"),
    [
        (1, "no 95 % interval exists with 1 pair"),
        (4, "no 95 % interval exists with 4 pairs; at most 87.5 %"),
        (5, "no 95 % interval exists with 5 pairs; at most 93.75 %"),
    ],
)
def test_too_few_pairs_have_no_interval_and_say_so(n: int, reason: str) -> None:
    result = hodges_lehmann([9.0] * n, list(range(n)))
    assert result.estimate is not None
    assert (result.conf_low, result.conf_high, result.conf_level) == (None, None, None)
    assert result.warnings == (reason,)
    assert hodges_lehmann([9.0] * 6, list(range(6))).conf_level == 1 - 2 / 64


def test_the_widest_interval_there_is_can_be_asked_for() -> None:
    widest = hodges_lehmann([0.0] * 5, [-1, -2, -3, -4, -6], conf_level=0.9375)
    assert (widest.conf_low, widest.conf_high, widest.conf_level) == (-6, -1, 0.9375)


def test_what_does_not_exist_says_why() -> None:
    assert hodges_lehmann([], []).warnings == ("no estimate: there are no complete pairs",)
    assert median_difference([], []) is None
    assert rank_biserial([1.0], [1.0]).warnings == ("no rank-biserial correlation: no pair changed",)
    falls = rank_biserial([1.0, 2.0, 4.0], [0.0, 0.0, 0.0])
    assert (falls.estimate, falls.conf_low, falls.conf_high) == (-1, None, None)
    assert falls.warnings == ("no interval for the rank-biserial correlation: all changes go one way",)
    with pytest.raises(ValueError, match="between 0 and 1"):
        hodges_lehmann([1.0], [2.0], conf_level=95)


def test_the_printed_interval_of_effectsize() -> None:
    # The R package effectsize, tests/testthat/test-rankES.R: depression scores; there first minus second.
    first = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    result = rank_biserial(second, first)
    assert result.estimate == pytest.approx(0.7777778, abs=5e-8)
    assert result.conf_low == pytest.approx(0.2953631, abs=5e-8)
    assert result.conf_high == pytest.approx(0.9441559, abs=5e-8)


@given(st.integers(4, 12), st.integers(0, 8191), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_interval_leaves_out_zero_just_when_the_exact_test_does(n: int, signs: int, level: float) -> None:
    followup = [magnitude if signs >> magnitude & 1 else -magnitude for magnitude in range(1, n + 1)]
    interval, test = hodges_lehmann([0] * n, followup, conf_level=level), signed_rank([0] * n, followup)
    if interval.conf_low is None or interval.conf_high is None:
        assert smallest_p(n) > 1 - level
    else:
        assert (interval.conf_low > 0 or interval.conf_high < 0) == ((test.p_value or 0) <= 1 - level)


@given(tenths, st.integers(-300, 300))
def test_swap_shift_and_scale(changes: list[int], shift: int) -> None:
    n = len(changes)
    there = hodges_lehmann([0] * n, changes)
    assert there.estimate is not None
    back = hodges_lehmann(changes, [0] * n)
    assert (back.estimate, back.conf_low, back.conf_high) == tuple(
        None if bound is None else -bound for bound in (there.estimate, there.conf_high, there.conf_low)
    )
    moved = hodges_lehmann([shift / 10] * n, [(change + shift) / 10 for change in changes])
    assert moved.estimate == pytest.approx(there.estimate / 10, rel=1e-12, abs=1e-12)
    assert hodges_lehmann([0] * n, [change + 7 for change in changes]).estimate == there.estimate + 7
    biserial, mirrored = rank_biserial([0] * n, changes), rank_biserial(changes, [0] * n)
    assert mirrored.estimate == (None if biserial.estimate is None else -biserial.estimate)
    assert median_difference(changes, [0] * n) == -(median_difference([0] * n, changes) or 0)


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=30), st.data())
def test_counting_walsh_averages_finds_what_listing_finds(changes: list[int], data: st.DataObject) -> None:
    units = np.array(changes)
    position = data.draw(st.integers(1, units.size * (units.size + 1) // 2))
    listed = walsh_sums(units, (position,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(effect_size, "LISTED_PAIRS", 0)
        assert walsh_sums(units, (position,)) == listed


@pytest.mark.parametrize("listed", [0, 500])
def test_no_walsh_average_stands_beyond_the_last(monkeypatch: pytest.MonkeyPatch, listed: int) -> None:
    monkeypatch.setattr(effect_size, "LISTED_PAIRS", listed)
    assert walsh_sums(np.array([1, 4]), (1, 2, 3)) == [2, 5, 8]
    with pytest.raises(IndexError):
        walsh_sums(np.array([1, 4]), (4,))


def test_many_pairs_take_the_normal_depth_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (hodges_lehmann(np.zeros(n), np.arange(n)) for n in (500, 501))
    assert few.method == "Hodges-Lehmann estimate, exact confidence interval"
    assert many.method == "Hodges-Lehmann estimate, confidence interval by the normal approximation"
    assert (many.estimate, many.conf_level, many.options["exact"]) == (250, 0.95, False)
    approximate = interval_depth(700, 0.95)[0]
    monkeypatch.setattr(effect_size, "EXACT_INTERVAL_PAIRS", 700)
    interval_depth.cache_clear()
    exact, level = interval_depth(700, 0.95)
    interval_depth.cache_clear()
    assert abs(exact - approximate) <= 20  # of 122,675 averages on either side
    assert level == pytest.approx(0.95, abs=1e-4)
    assert level >= 0.95


def test_a_large_cohort_needs_little_memory() -> None:
    # The median of all pairwise averages of 0..n-1 is their centre, whatever n is.
    n = 20_001
    result = hodges_lehmann(np.zeros(n), np.arange(n)[::-1])
    assert result.estimate == (n - 1) / 2
    assert result.conf_low is not None
    # Half-width for a uniform sample of width w: z w / sqrt(12 n); the estimate is as efficient as the mean.
    assert result.estimate - result.conf_low == pytest.approx(1.96 * n / math.sqrt(12 * n), rel=0.02)
