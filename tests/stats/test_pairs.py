"""Changes on the decimals of the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohortpress.stats.pairs import differences


@given(
    st.integers(0, 6),
    st.lists(st.tuples(st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7)), min_size=1, max_size=9),
    st.booleans(),
)
def test_changes_of_decimal_numbers_are_exact(
    decimals: int, pairs: list[tuple[int, int]], declared: bool
) -> None:
    baseline, followup = ([number / 10**decimals for number in column] for column in zip(*pairs, strict=True))
    changes = differences(baseline, followup, decimals=decimals if declared else None)
    assert changes.values.tolist() == [(after - before) / 10**decimals for before, after in pairs]
    assert changes.warnings == ()


def test_lost_decimals_are_reported() -> None:
    changes = differences([1.23, 2.0], [1.0, 2.0], decimals=1)
    assert changes.values.tolist() == [-0.2, 0.0]
    assert changes.warnings == ("the data have more decimals than 1: changes were rounded",)


@pytest.mark.parametrize("scale", [1e-250, 1e-12, 1.0, 1e12, 1e250])
def test_sizes_beyond_the_clinic_keep_their_order(scale: float) -> None:
    changes = differences([1 * scale, 2 * scale, 3 * scale], [2 * scale, 4 * scale, 3 * scale])
    assert changes.values.tolist() == pytest.approx([scale, 2 * scale, 0])
    assert np.sign(changes.units).tolist() == [1, 1, 0]


def test_more_decimals_than_a_float_carries_are_not_counted() -> None:
    changes = differences([1000.1, 0.3], [2000.3, 0.1 + 0.2], decimals=25)
    assert (changes.values.tolist(), changes.warnings) == ([1000.2, 0.0], ())


def test_nothing_and_zeros_have_changes_too() -> None:
    assert differences([], []).values.tolist() == []
    assert differences([0.0], [0.0]).values.tolist() == [0.0]


def test_values_that_cannot_be_subtracted_are_refused() -> None:
    with pytest.raises(ValueError, match="larger unit"):
        differences([-1.7e308], [1.7e308])
