"""The list of reachable p values against the tests that give them, which are themselves held against R."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohortpress.audit.reachable import MOST_LISTED, least_p, ways
from cohortpress.stats.paired import signed_rank
from cohortpress.stats.signed_ranks import ZeroMethod


@given(
    st.lists(st.integers(-6, 6), min_size=1, max_size=MOST_LISTED).filter(any),
    st.sampled_from(["wilcox", "pratt"]),
)
def test_every_p_of_the_test_is_listed_whatever_the_ties_and_zeros(changes: list[int], zero_method: ZeroMethod) -> None:
    before, after = np.zeros(len(changes)), np.array(changes, dtype=float)
    listed = ways(len(changes))
    exact = signed_rank(before, after, zero_method=zero_method).p_value
    for method in ("exact", "asymptotic", "corrected"):
        is_exact, corrected = method == "exact", method == "corrected"
        p = signed_rank(before, after, zero_method=zero_method, exact=is_exact, correction=corrected).p_value
        assert p is not None
        assert exact is not None
        if method == "corrected" and p < 1e-300:  # a statistic on its mean
            continue
        assert any(
            math.isclose(way.p, p, rel_tol=1e-9) and math.isclose(way.p_exact, exact, rel_tol=1e-9)
            for way in listed
            if way.method == method
        )


@pytest.mark.parametrize("pairs", range(1, MOST_LISTED + 1))
def test_nothing_lies_below_the_bound_and_ties_reach_it(pairs: int) -> None:
    listed = ways(pairs)
    assert min(way.p for way in listed) == pytest.approx(least_p(pairs), rel=1e-12)
    # The untied smallest p values: 2 ** (1 - n) exactly, and Siegel's z of n (n + 1) / 4 over its error.
    z = math.sqrt(3 * pairs * (pairs + 1) / (2 * (2 * pairs + 1)))
    untied = [way for way in listed if way.untied and way.pairs == pairs and way.rank_sum == 0]
    assert {way.method: way.p for way in untied}["exact"] == 2.0 ** (1 - pairs)
    assert {way.method: way.p for way in untied}["asymptotic"] == pytest.approx(math.erfc(z / math.sqrt(2)))


def test_exact_p_values_are_multiples_of_a_power_of_two() -> None:
    for pairs in range(1, MOST_LISTED + 1):
        assert all(way.p_exact * 2 ** (pairs - 1) % 1 == 0 for way in ways(pairs))
