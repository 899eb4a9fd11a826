"""Signed-rank, sign and t test against R (tests/reference), brute force, and their own laws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_values import differing, rows, samples

from cohortpress.stats.inference import Alternative, Inference
from cohortpress.stats.paired import paired_t, sign_test, signed_rank, smallest_p
from cohortpress.stats.signed_ranks import ZeroMethod

tenths = st.lists(st.integers(-9, 9), min_size=1, max_size=12)
alternatives = st.sampled_from(["two-sided", "less", "greater"])
zero_methods = st.sampled_from(["wilcox", "pratt"])


def of_changes(changes: list[int], **options: Any) -> Inference:
    """The test of pairs that start at 5 and change by so many tenths."""
    baseline = [5.0] * len(changes)
    return signed_rank(baseline, [(50 + change) / 10 for change in changes], **options)


@pytest.mark.parametrize("with_decimals", [True, False])
def test_every_p_value_of_r_is_met(with_decimals: bool) -> None:
    # A column of signed_rank.csv, and the options that must reproduce it.
    columns: dict[str, dict[str, Any]] = {
        "exactranktests_exact": {},
        "coin_wilcoxon_exact": {},
        "coin_pratt_exact": {"zero_method": "pratt"},
        "coin_pratt_asymptotic": {"zero_method": "pratt", "exact": False},
        "asymptotic": {"exact": False},
        "asymptotic_corrected": {"exact": False, "correction": True},
    }
    compared = []
    for row in rows("signed_rank.csv"):
        sample, alternative = samples()[row["case"]], row["alternative"]
        # wilcox.test is exact without ties and zeros only.
        for column, options in (columns | ({"base_exact": {}} if row["base_exact"] else {})).items():
            options = {
                **options,
                "alternative": alternative,
                "decimals": sample.decimals if with_decimals else None,
            }
            result = signed_rank(sample.baseline, sample.followup, **options)
            compared.append(((row["case"], alternative, column), result.p_value, row[column]))
            if "zero_method" not in options:
                compared.append(((row["case"], alternative, "W"), result.statistic, row["statistic"]))
    assert len(compared) > 3000
    assert differing(compared) == []


@given(tenths, alternatives, zero_methods)
def test_exact_is_the_count_of_all_sign_flips(
    changes: list[int], alternative: Alternative, zero_method: ZeroMethod
) -> None:
    magnitudes = np.abs(changes)
    ranked = magnitudes if zero_method == "pratt" else magnitudes[magnitudes > 0]
    # Mid-ranks by their definition: how many lie below, and half of those that tie.
    ranks = np.array([(ranked < m).sum() + ((ranked == m).sum() + 1) / 2 for m in magnitudes])
    ranks[magnitudes == 0] = 0
    moved = ranks[ranks > 0]
    flips = (np.arange(2**moved.size)[:, None] >> np.arange(moved.size)) & 1
    sums = flips @ moved
    seen = ranks[np.array(changes) > 0].sum()
    extreme = {
        "less": sums <= seen,
        "greater": sums >= seen,
        "two-sided": np.abs(sums - moved.sum() / 2) >= abs(seen - moved.sum() / 2),
    }[alternative]
    result = of_changes(changes, alternative=alternative, zero_method=zero_method)
    assert result.p_value == (pytest.approx(extreme.mean(), rel=1e-12) if moved.size else None)
    assert result.n_zero == changes.count(0)


# The p values of the published abstract are 0.046, 0.028 and 0.018; W and the exact p are in tests/reference.
@pytest.mark.parametrize(
    ("case", "statistic", "exact", "asymptotic"),
    [("das_crp", 1, 0.0625, 0.0464), ("esr", 0, 0.03125, 0.0277), ("crp", 0, 0.015625, 0.0180)],
)
def test_the_flagship_patterns(case: str, statistic: float, exact: float, asymptotic: float) -> None:
    sample = samples()[case]
    by_count = signed_rank(sample.baseline, sample.followup, decimals=sample.decimals)
    by_curve = signed_rank(sample.baseline, sample.followup, decimals=sample.decimals, exact=False)
    assert (by_count.statistic, by_count.p_value) == (statistic, exact)
    assert by_curve.p_value == pytest.approx(asymptotic, abs=5e-5)
    assert by_count.method == "Wilcoxon signed-rank test, exact"
    assert by_curve.method == (
        "Wilcoxon signed-rank test, normal approximation without continuity correction"
    )


def test_the_method_names_the_correction() -> None:
    result = of_changes([1, 2, -3], exact=False, correction=True)
    assert result.method == "Wilcoxon signed-rank test, normal approximation with continuity correction"
    assert dict(result.options) == {
        "exact": False,
        "correction": True,
        "zero_method": "wilcox",
        "smallest_p": 0.25,
    }
    assert of_changes([1, 2, -3], correction=True).options["correction"] is False  # the exact test has none


def test_binary_fractions_make_no_false_tie_and_miss_none() -> None:
    # 0.3 - 0.2, 0.2 - 0.1 and 0.8 - 0.7 are three different floats, and 0.1 + 0.2 is not 0.3.
    result = signed_rank([0.2, 0.1, 0.7, 0.3], [0.3, 0.2, 0.8, 0.1 + 0.2])
    assert (result.n_ties, result.n_zero) == (3, 1)
    assert result.n_ties == signed_rank([0.2, 0.1, 0.7, 0.3], [0.3, 0.2, 0.8, 0.3], decimals=1).n_ties
    assert signed_rank([0.0, 0.0], [1.0, 1.0 + 1e-11]).n_ties == 0


@given(tenths, st.randoms(use_true_random=False), alternatives, st.booleans(), zero_methods)
def test_the_order_of_the_rows_does_not_matter(
    changes: list[int], random: Any, alternative: Alternative, exact: bool, zero_method: ZeroMethod
) -> None:
    options = {"alternative": alternative, "exact": exact, "zero_method": zero_method}
    shuffled = random.sample(changes, len(changes))
    assert of_changes(shuffled, **options) == of_changes(changes, **options)


@given(tenths, alternatives, st.booleans(), zero_methods)
def test_swapping_the_visits_mirrors_the_test(
    changes: list[int], alternative: Alternative, exact: bool, zero_method: ZeroMethod
) -> None:
    mirrored: dict[Alternative, Alternative] = {
        "less": "greater",
        "greater": "less",
        "two-sided": "two-sided",
    }
    baseline, followup = [5.0] * len(changes), [5 + change / 10 for change in changes]
    there = signed_rank(baseline, followup, alternative=alternative, exact=exact, zero_method=zero_method)
    back = signed_rank(
        followup, baseline, alternative=mirrored[alternative], exact=exact, zero_method=zero_method
    )
    assert back.p_value == (None if there.p_value is None else pytest.approx(there.p_value, rel=1e-12))


@given(tenths, st.integers(-500, 500), st.sampled_from([1e-6, 0.3, 7.0, 1e9]))
def test_shift_and_scale_do_not_matter(changes: list[int], shift: int, scale: float) -> None:
    there = of_changes(changes)
    baseline = [scale * (5 + shift)] * len(changes)
    followup = [scale * (5 + shift + change / 10) for change in changes]
    assert signed_rank(baseline, followup) == there


@given(tenths, alternatives)
def test_one_more_zero_matters_to_pratt_only(changes: list[int], alternative: Alternative) -> None:
    there = of_changes(changes, alternative=alternative)
    more = of_changes([*changes, 0], alternative=alternative)
    assert (more.p_value, more.statistic, more.n_ties) == (there.p_value, there.statistic, there.n_ties)
    assert (more.n_zero, more.n_paired) == ((there.n_zero or 0) + 1, len(changes) + 1)


def test_pratt_ranks_zeros_before_it_drops_them() -> None:
    assert of_changes([0, 0, 1, -2], zero_method="pratt").statistic == 3
    assert of_changes([0, 0, 1, -2]).statistic == 1


def test_dropping_zeros_has_the_paradox_that_ranking_them_has_not() -> None:
    # Pratt 1959: lowering every change by 1 must not strengthen the evidence for a rise.
    changes = [0, 2, 3, 4, 6, 7, 8, 9, 11, 14, 15, 17, -18]
    lowered = [change - 1 for change in changes]
    for zero_method, paradox in (("wilcox", True), ("pratt", False)):
        before, after = (
            of_changes(sample, alternative="greater", zero_method=zero_method).p_value or 0
            for sample in (changes, lowered)
        )
        assert (after < before) == paradox


# 2 ** (1 - n), with ties or without.
@pytest.mark.parametrize(("n", "smallest"), [(4, 0.125), (5, 0.0625), (6, 0.03125), (7, 0.0156), (8, 0.0078)])
def test_smallest_p(n: int, smallest: float) -> None:
    assert smallest_p(n) == pytest.approx(smallest, abs=5e-5)
    assert of_changes([-1] * n).p_value == of_changes(list(range(1, n + 1))).p_value == smallest_p(n)
    assert smallest_p(n, "less") == of_changes([-1] * n, alternative="less").p_value == smallest_p(n) / 2


def test_an_approximate_p_below_every_exact_one_is_flagged() -> None:
    result = of_changes([-1, -2, -3, -4, -5], exact=False)
    assert result.p_value == pytest.approx(0.0431, abs=5e-5)  # z = -7.5 / sqrt(13.75)
    assert result.warnings == ("p lies below the smallest exact p that 5 changed pairs can give",)
    assert of_changes([-1, -2, -3, -4, -5]).warnings == ()


@pytest.mark.parametrize("exact", [True, False])
def test_where_there_is_no_p(exact: bool) -> None:
    nobody = signed_rank([], [], exact=exact)
    assert (nobody.p_value, nobody.statistic, nobody.n_paired) == (None, None, 0)
    assert nobody.warnings == ("no p value: there are no complete pairs",)
    for zero_method in ("wilcox", "pratt"):
        still = of_changes([0, 0, 0], exact=exact, zero_method=zero_method)
        assert (still.p_value, still.n_zero) == (None, 3)
        assert still.warnings == ("no p value: none of 3 pairs changed",)
    assert of_changes([0], exact=exact).warnings == ("no p value: the only pair did not change",)


def test_one_changed_pair_has_a_p_of_one_and_says_why() -> None:
    result = of_changes([-4, 0])
    assert result.p_value == 1
    assert result.warnings == ("one changed pair alone has an exact p of 1, whatever the data",)


def test_two_thousand_pairs_are_exact_and_one_more_is_not() -> None:
    changes = np.random.default_rng(1).normal(0.05, 1, 2001)
    baseline = np.zeros(2001)
    exact, curve = (signed_rank(baseline[:2000], changes[:2000], exact=exact) for exact in (True, False))
    assert exact.options["exact"] is True
    assert exact.p_value == pytest.approx(curve.p_value, rel=1e-3)
    beyond = signed_rank(baseline, changes)
    assert beyond.method.endswith("normal approximation without continuity correction")
    assert (beyond.options["exact"], beyond.warnings) == (
        False,
        ("the normal approximation ran: more than 2000 changed pairs",),
    )


def test_a_p_is_never_nought() -> None:
    falls = np.arange(1.0, 1201.0)
    for exact in (True, False):
        assert signed_rank(falls, np.zeros(1200), exact=exact).p_value
    assert sign_test(falls, np.zeros(1200)).p_value
    assert signed_rank(falls[:900], np.zeros(900)).p_value == pytest.approx(math.ldexp(1, -899), rel=1e-12)


@pytest.mark.parametrize(
    ("baseline", "followup", "options", "message"),
    [
        ([1.0, 2.0], [1.0], {}, r"unequal length \(2, 1\)"),
        ([1.0, math.nan], [1.0, 2.0], {}, "baseline has a missing value at position 1"),
        ([1.0, 2.0], [math.inf, 2.0], {}, "followup has an infinite value at position 0"),
        ([[1.0, 2.0]], [[1.0, 2.0]], {}, "2 dimensions"),
        ([1.0], [2.0], {"alternative": "two.sided"}, "two-sided, less or greater"),
    ],
)
@pytest.mark.parametrize("test", [signed_rank, sign_test, paired_t])
def test_bad_input_is_refused(test: Any, baseline: Any, followup: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        test(baseline, followup, **options)


def test_bad_options_are_refused() -> None:
    with pytest.raises(ValueError, match="wilcox or pratt"):
        of_changes([1, 2], zero_method="zsplit")
    for level in (0, 1, 95):
        for test in (sign_test, paired_t):
            with pytest.raises(ValueError, match="between 0 and 1"):
                test([1.0, 2.0], [2.0, 4.0], conf_level=level)


def test_t_and_sign_test_meet_r() -> None:
    compared = []
    for row in rows("t_and_sign.csv"):
        sample, alternative = samples()[row["case"]], row["alternative"]
        for decimals in (sample.decimals, None):
            options: Any = {"alternative": alternative, "decimals": decimals}
            t, sign = paired_t(*sample[:2], conf_level=0.9, **options), sign_test(*sample[:2], **options)
            ours = {
                "t": t.statistic,
                "t_p": t.p_value,
                "mean": t.estimate,
                "t_low_90": t.conf_low,
                "t_high_90": t.conf_high,
                "sign_statistic": sign.statistic,
                "sign_p": sign.p_value,
            }
            compared += [((row["case"], alternative, name), value, row[name]) for name, value in ours.items()]
    assert len(compared) > 4000
    assert differing(compared) == []


def test_where_there_is_no_t() -> None:
    assert paired_t([], []).warnings == ("no p value: there are no complete pairs",)
    one = paired_t([2.0], [1.5])
    assert (one.estimate, one.p_value, one.conf_low) == (-0.5, None, None)
    assert one.warnings == ("no p value and no interval: there is one pair only",)
    # Every change is 0.1, though no two of the float differences agree.
    same = paired_t([0.2, 0.1, 0.7], [0.3, 0.2, 0.8])
    assert (same.estimate, same.p_value) == (0.1, None)
    assert same.warnings == ("no p value and no interval: all changes are equal",)


def test_the_sign_test_estimates_the_share_of_rises() -> None:
    result = sign_test([1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 1.0, 2.0, 3.0, 9.0])
    assert (result.estimate, result.n_zero, result.method) == (0.25, 1, "Sign test, exact")
    assert sign_test([1.0, 2.0], [1.0, 2.0]).warnings == ("no p value: none of 2 pairs changed",)
