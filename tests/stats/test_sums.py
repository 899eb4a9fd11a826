"""The sum of long columns is the one of math.fsum, to the last bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohortpress.stats import sums
from cohortpress.stats.sums import total

MEASURED = st.integers(-(10**6), 10**6).map(lambda number: number / 100)
ANY_SIZE = st.floats(-1e99, 1e99)


@given(st.lists(MEASURED | ANY_SIZE | st.sampled_from([0.0, 1e-99, 1e-200, 1e150]), max_size=20))
def test_it_is_rounded_once(values: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "_FEW", 0)
        assert total(np.array(values)) == math.fsum(values)


def test_many_values_of_many_sizes_are_summed_as_one_by_one() -> None:
    random = np.random.default_rng(1)
    for size in (499, 500, 10_000):
        of_many_sizes = random.normal(0, 1, size) * 10.0 ** random.integers(-90, 90, size)
        for values in (random.lognormal(2, 1, size), of_many_sizes):
            assert total(values) == math.fsum(values.tolist())
            assert total(np.concatenate([values, -values])) == 0
