"""How large a change is: Hodges-Lehmann estimate, median of the differences, rank-biserial correlation."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import replace
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Integers
from .descriptive import quantiles
from .inference import Inference, check_level, percent
from .pairs import differences
from .signed_ranks import ZeroMethod, doubled_signed_ranks, subset_sums

EXACT_INTERVAL_PAIRS = 500  # above it the normal approximation says where the interval ends
LISTED_PAIRS = 500  # above it Walsh averages are counted, never listed: there are n (n + 1) / 2


def hodges_lehmann(
    baseline: ArrayLike, followup: ArrayLike, *, conf_level: float = 0.95, decimals: int | None = None
) -> Inference:
    """Hodges-Lehmann estimate of the change (pseudomedian) with its distribution-free interval.

    `baseline` and `followup` have shape (n,), matched by position. The estimate is the median of all Walsh
    averages (d_i + d_j) / 2, i <= j; the interval runs from the k-th smallest to the k-th largest of them,
    with the largest k for which P(W+ <= k - 1) <= (1 - conf_level) / 2. The result's `conf_level` is the true
    one, 1 - 2 P(W+ <= k - 1), for continuous symmetric changes. Zeros and ties stay in; with them it is a
    lower bound (Noether 1967, J Am Stat Assoc 62:184-188). Source: Hollander, Wolfe, Chicken 2014, sections
    3.2 and 3.3.
    """
    check_level(conf_level)
    changes = differences(baseline, followup, decimals=decimals)
    n = changes.units.size
    exact = n <= EXACT_INTERVAL_PAIRS
    kind = "exact confidence interval" if exact else "confidence interval by the normal approximation"
    result = changes.record(f"Hodges-Lehmann estimate, {kind}", {"exact": exact})
    if not n:
        return result.warn("no estimate: there are no complete pairs")
    depth, level = interval_depth(n, conf_level)
    n_walsh = n * (n + 1) // 2
    ends = (depth, n_walsh + 1 - depth) if depth else ()
    sums = walsh_sums(changes.units, ((n_walsh + 1) // 2, n_walsh // 2 + 1, *ends))
    result = replace(result, estimate=changes.value((sums[0] + sums[1]) / 4))
    if not depth:
        return result.warn(_no_interval(n, conf_level))
    low, high = changes.value(sums[2] / 2), changes.value(sums[3] / 2)
    return replace(result, conf_low=low, conf_high=high, conf_level=level)


def median_difference(
    baseline: ArrayLike, followup: ArrayLike, *, decimals: int | None = None
) -> float | None:
    """Median of the changes, None without pairs: not the Hodges-Lehmann estimate, nor the difference of the medians.

    `baseline` and `followup` have shape (n,), matched by position. Raises ValueError as `differences`.
    """
    changes = differences(baseline, followup, decimals=decimals)
    return changes.value(quantiles(changes.units.astype(np.float64), 0.5)[0]) if changes.units.size else None


def rank_biserial(
    baseline: ArrayLike,
    followup: ArrayLike,
    *,
    zero_method: ZeroMethod = "wilcox",
    conf_level: float = 0.95,
    decimals: int | None = None,
) -> Inference:
    """Matched-pairs rank-biserial correlation (W+ - W-) / (W+ + W-): -1 all fell, 1 all rose.

    `baseline` and `followup` have shape (n,), matched by position. The interval is tanh(atanh(r) -+ z se) with the
    standard error under the null, sqrt(sum(r_i ** 2)) / sum(r_i) over the mid-ranks, as in the R package
    effectsize (Ben-Shachar and others 2020, J Open Source Softw 5:2815): an approximation that does not exist
    at -1 and 1. Raises ValueError as `differences`. Source: Kerby 2014, Comprehensive Psychology 3:11.IT.3.1.
    """
    check_level(conf_level)
    changes = differences(baseline, followup, decimals=decimals)
    ranks = doubled_signed_ranks(changes.units, zero_method).astype(np.float64)
    name = "Matched-pairs rank-biserial correlation, approximate confidence interval"
    result = changes.record(name, {"zero_method": zero_method})
    if not ranks.size:
        return result.warn("no rank-biserial correlation: no pair changed")
    total = float(np.abs(ranks).sum())
    estimate = float(ranks.sum()) / total
    result = replace(result, estimate=estimate)
    if abs(estimate) == 1:
        return result.warn("no interval for the rank-biserial correlation: all changes go one way")
    reach = NormalDist().inv_cdf((1 + conf_level) / 2) * math.sqrt(float(np.square(ranks).sum())) / total
    low, high = math.tanh(math.atanh(estimate) - reach), math.tanh(math.atanh(estimate) + reach)
    return replace(result, conf_low=low, conf_high=high, conf_level=conf_level)


@lru_cache(maxsize=512)
def interval_depth(n: int, conf_level: float) -> tuple[int, float]:
    """The k of the `hodges_lehmann` interval of `n` pairs and its true level; (0, 0.0) if there is none.

    Above 500 pairs k is that of the normal approximation, and the level the one asked for.
    """
    tail = (1 - conf_level) / 2
    if n > EXACT_INTERVAL_PAIRS:
        mean, sd = n * (n + 1) / 4, math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return math.floor(mean + 0.5 + NormalDist().inv_cdf(tail) * sd), conf_level
    cumulative = np.cumsum(subset_sums(np.arange(1, n + 1), n * (n + 1) // 4))
    depth = int(np.searchsorted(cumulative, tail, side="right"))
    return depth, 1 - 2 * float(cumulative[depth - 1]) if depth else 0.0


def walsh_sums(units: Integers, positions: tuple[int, ...]) -> list[int]:
    """The sums d_i + d_j (i <= j) of `units`, shape (n,), n > 0, at the 1-based `positions` of their ascending order.

    Raises IndexError where a position lies beyond n (n + 1) / 2.
    """
    if units.size <= LISTED_PAIRS:
        rows, columns = np.triu_indices(units.size)
        sums = np.sort(units[rows] + units[columns])
        return [int(sums[position - 1]) for position in positions]
    values, counts = np.unique(units, return_counts=True)
    up_to = np.concatenate([[0], np.cumsum(counts)])  # how many of the units lie below each place

    def not_above(limit: int) -> int:
        pairs = int(counts @ up_to[np.searchsorted(values, limit - values, side="right")])
        with_themselves = int(up_to[np.searchsorted(values, limit // 2, side="right")])
        return (pairs + with_themselves) // 2

    possible = range(2 * int(values[0]), 2 * int(values[-1]) + 1)
    return [possible[bisect_left(possible, position, key=not_above)] for position in positions]


def _no_interval(n: int, conf_level: float) -> str:
    if n == 1:
        return f"no {percent(conf_level)} interval exists with 1 pair"
    return f"no {percent(conf_level)} interval exists with {n} pairs; at most {percent(1 - 2.0 ** (1 - n))}"
