"""Values below a limit: what is known is given, what is not is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohortpress.stats.censoring import Limited, describe_censored, rankable, readings
from cohortpress.stats.descriptive import describe


def test_a_median_below_the_limit_comes_out_below_it() -> None:
    description = describe_censored([0.6, 0.6, 0.6, 0.9, 1.4], [True, True, True, False, False])
    assert description.median == Limited(0.6, below=True)
    assert description.min == Limited(0.6, below=True)
    assert description.max == Limited(1.4, below=False)
    assert (description.n, description.n_below, description.n_missing) == (5, 3, 0)
    assert description.mean_low == pytest.approx(2.3 / 5)
    assert description.mean_high == pytest.approx(4.1 / 5)
    assert description.warnings == ()


def test_a_median_above_the_limit_is_known() -> None:
    description = describe_censored([0.6, 0.8, 1.2, np.nan], [True, False, False, False])
    assert description.median == Limited(0.8, below=False)
    assert (description.n, description.n_missing) == (3, 1)
    # Between a value below 0.6 and 1.0 the median is known to lie below 0.8, no more.
    assert describe_censored([0.6, 1.0], [True, False]).median == Limited(0.8, below=True)


@given(
    st.lists(st.integers(6, 60), min_size=1, max_size=15),
    st.integers(0, 6),
    st.lists(st.integers(1, 59), min_size=6, max_size=6),
)
def test_whatever_the_hidden_values_are_the_description_holds(
    seen: list[int], n_below: int, hidden: list[int]
) -> None:
    # The truth is made up: values of 0.01 to 0.59 that the assay reports as "<0.6".
    marks = [False] * len(seen) + [True] * n_below
    described = describe_censored([value / 10 for value in seen] + [0.6] * n_below, marks)
    truth = describe([value / 10 for value in seen] + [value / 100 for value in hidden[:n_below]])
    for name in ("median", "min", "max", "q1", "q3"):
        limited, value = getattr(described, name), getattr(truth, name)
        assert value < limited.value if limited.below else value == limited.value
    assert described.mean_low is not None
    assert described.mean_high is not None
    assert truth.mean is not None
    assert described.mean_low <= truth.mean + 1e-12
    assert truth.mean <= described.mean_high + 1e-12


def test_without_limits_it_is_the_plain_description() -> None:
    plain, censored = describe([3.0, 1.0, 2.5]), describe_censored([3.0, 1.0, 2.5], [False] * 3)
    assert censored.median == Limited(plain.median or 0, below=False)
    assert censored.mean_low == censored.mean_high == plain.mean
    assert censored.warnings == ()
    assert describe_censored([], []).median is None


def test_several_limits_become_the_highest_and_say_so() -> None:
    description = describe_censored([0.3, 0.4, 0.6, 2.0], [True, False, True, False])
    assert (description.n_below, description.max) == (2, Limited(2.0, below=False))  # two were reported so
    assert description.min == Limited(0.6, below=True)
    assert description.warnings[0].startswith("2 values under the highest limit count as below it")


def test_pairs_are_read_at_the_limit_and_at_zero() -> None:
    read = readings(
        [0.6, 3.0, 0.6, 4.0, 5.0],
        [0.9, 0.6, 0.6, 2.0, 1.0],
        baseline_below=[True, False, True, False, False],
        followup_below=[False, True, True, False, False],
    )
    assert [values.tolist() for values in read.at_limit] == [[0.6, 3, 0.6, 4, 5], [0.9, 0.6, 0.6, 2, 1]]
    assert read.at_zero is not None
    assert [values.tolist() for values in read.at_zero] == [[0, 3, 0, 4, 5], [0.9, 0, 0, 2, 1]]
    assert read.followup_below.tolist() == [False, True, True, False, False]
    assert read.warnings == (
        "3 of 5 changes involve a value below the limit, read here as the limit",
        "1 of 5 changes run between two values below the limit, read as no change",
    )


def test_pairs_without_limits_are_read_as_they_are() -> None:
    read = readings([1.0, 2.0], [0.0, -3.0], baseline_below=[False, False], followup_below=[False, False])
    assert [values.tolist() for values in read.at_limit] == [[1, 2], [0, -3]]
    assert (read.at_zero, read.warnings) == (None, ())


def test_for_ranking_all_below_the_limit_are_equal_and_lowest() -> None:
    values, warnings = rankable([[0.6, 0.6], [0.3, 2.0]], [[True, False], [True, False]])
    assert values.tolist() == [[-1, 0.6], [-1, 2]]
    assert warnings == (
        "1 values under the highest limit count as below it: there is more than one limit",
        "2 of 4 values lie below the limit, and rank lowest together",
    )
    same, nothing = rankable([-1.0, 0.5], [False, False])
    assert (same.tolist(), nothing) == ([-1, 0.5], ())


def test_what_cannot_be_censored_is_refused() -> None:
    with pytest.raises(ValueError, match="scale that starts at zero"):
        describe_censored([-1.0, 0.6], [False, True])
    with pytest.raises(ValueError, match="limit above zero"):
        describe_censored([1.0, 0.0], [False, True])
    with pytest.raises(ValueError, match="1 marks for 2 values"):
        describe_censored([1.0, 0.6], [True])
