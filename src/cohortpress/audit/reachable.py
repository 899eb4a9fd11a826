"""Which p values a signed-rank test can give: every pattern of ties and zeros, exact and approximate."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise, product
from typing import Literal

MOST_LISTED = 8  # with more pairs nearly every p of three decimals can be reached: there is nothing to tell

Method = Literal["exact", "asymptotic", "corrected"]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a two-sided p: ``pairs`` that changed, their smaller rank sum, the method.

    ``untied``: neither ties nor zeros. ``p_exact`` is the exact p of the same ranks.
    """

    p: float
    p_exact: float
    method: Method
    pairs: int
    rank_sum: float
    untied: bool


def least_p(pairs: int) -> float:
    """Return a bound below which no two-sided signed-rank p of ``pairs`` pairs lies, by whatever method.

    Exact: 2 ** (1 - n). Normal approximation: z = sum(r) / sqrt(sum(r ** 2)) is at most sqrt(n) by Cauchy and
    Schwarz, for any ranks r; a continuity correction only lowers it, and so do zeros.
    """
    from ..stats.paired import smallest_p

    return min(smallest_p(pairs), math.erfc(math.sqrt(pairs / 2)))


@cache
def ways(pairs: int) -> tuple[Way, ...]:
    """Return all ways to a p with at most ``pairs`` (1 to 8) pairs, in the order of p.

    Zeros are dropped, keep their ranks (Pratt), or are split between rises and falls; the variance is corrected
    for ties or is n (n + 1) (2 n + 1) / 24, as simple programs have it.
    """
    found = {
        way
        for changed in range(1, pairs + 1)
        for zeros in range(pairs - changed + 1)
        for ties in _compositions(changed)
        for way in _ways(ties, zeros)
    }
    return tuple(sorted(found, key=lambda way: (way.p, way.method, way.pairs, way.rank_sum, way.untied)))


def ways_between(pairs: int, low: Decimal, high: Decimal) -> tuple[Way, ...]:
    """Return the ways with ``low`` <= p < ``high``; binary noise of 1e-12 is forgiven."""
    known = ways(pairs)
    first, last = (bisect_left(known, float(end) - 1e-12, key=lambda way: way.p) for end in (low, high))
    return known[first:last]


def _compositions(total: int) -> Iterator[tuple[int, ...]]:
    """Yield how ``total`` pairs can tie: (1, 2) is one alone and two that share a rank above it."""
    for cuts in product((False, True), repeat=total - 1):
        ends = [0, *(place for place, cut in enumerate(cuts, start=1) if cut), total]
        yield tuple(high - low for low, high in pairwise(ends))


def _ways(ties: tuple[int, ...], zeros: int) -> Iterator[Way]:
    """Yield the ways of one pattern: all rank sums up to the middle, by each method."""
    import numpy as np

    from ..stats.signed_ranks import subset_sums

    doubled: list[int] = []
    for tied in ties:
        doubled += [2 * (zeros + len(doubled)) + tied + 1] * tied
    total, untied = sum(doubled), not zeros and len(ties) == len(doubled)
    chances = subset_sums(np.array(doubled), total // 2)
    tails = np.minimum(1, 2 * np.cumsum(chances)).tolist()
    # The squares of the doubled ranks: of the changes; with the zeros among them; as if nothing tied.
    n, squares = zeros + len(doubled), sum(rank * rank for rank in doubled)
    spreads = {squares, squares + zeros * (zeros + 1) ** 2, 4 * n * (n + 1) * (2 * n + 1) // 6}
    for twice in np.flatnonzero(chances).tolist():
        exact, sum_, distance = tails[twice], twice / 2, (total / 2 - twice) / 2
        yield Way(exact, exact, "exact", len(doubled), sum_, untied)
        for spread in spreads:
            scale = math.sqrt(spread / 8)
            yield Way(math.erfc(distance / scale), exact, "asymptotic", len(doubled), sum_, untied)
            corrected = math.erfc(max(distance - 0.5, 0) / scale)
            yield Way(corrected, exact, "corrected", len(doubled), sum_, untied)
