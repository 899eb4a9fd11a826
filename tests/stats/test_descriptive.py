"""Descriptions against R and their own laws."""

from __future__ import annotations

import math
from dataclasses import asdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_values import differing, rows, samples

from cohortpress.stats.descriptive import Description, describe, geometric_mean


def test_every_description_of_r_is_met() -> None:
    compared = []
    for row in rows("description.csv"):
        values = samples()[row["case"]].followup
        ours = {**asdict(describe(values)), "geometric_mean": geometric_mean(values)}
        names = [name for name in row if name != "case"]
        compared += [((row["case"], name), ours[name], row[name]) for name in names]
    assert len(compared) > 900
    assert differing(compared) == []


def test_missing_values_are_counted_and_left_out() -> None:
    assert describe([3.0, math.nan, 1.0]) == Description(
        n=2,
        n_missing=1,
        median=2,
        min=1,
        max=3,
        q1=1.5,
        q3=2.5,
        mean=2,
        sd=math.sqrt(2),
    )


def test_nobody_has_no_median_and_one_no_spread() -> None:
    assert describe([]) == Description(n=0, n_missing=0)
    assert describe([math.nan, math.nan]) == Description(n=0, n_missing=2)
    one = describe([2.5])
    assert (one.median, one.q1, one.q3, one.sd) == (2.5, 2.5, 2.5, None)


def test_equal_values_have_no_spread_and_zeros_no_geometric_mean() -> None:
    equal = describe([0.1, 0.1, 0.1])  # the float sum of three times 0.1 is not three times 0.1
    assert (equal.mean, equal.sd) == (0.1, 0)
    assert geometric_mean([0.0, 2.0]) is geometric_mean([-1.0, 2.0]) is geometric_mean([]) is None


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_size_does_not_spoil_the_spread(scale: float) -> None:
    assert describe([1 * scale, 2 * scale, 4 * scale]).sd == pytest.approx(math.sqrt(7 / 3) * scale)


def test_between_two_equal_values_lies_the_same() -> None:
    least = 5e-324  # its half rounds to zero
    assert describe([least, least]).median == least


def test_infinity_is_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        describe([1.0, math.inf])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_quartiles_stand_in_order(values: list[float], random: object) -> None:
    description = describe(values)
    assert describe(values[::-1]) == description
    numbers = (description.min, description.q1, description.median, description.q3, description.max)
    ordered = [number for number in numbers if number is not None]
    assert len(ordered) == 5
    # An interpolated quartile may miss its neighbour by the last digit of the float.
    slack = 1e-12 * max(map(abs, ordered))
    assert all(low <= high + slack for low, high in pairwise(ordered))
