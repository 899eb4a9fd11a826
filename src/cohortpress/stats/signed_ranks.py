"""Signed ranks and their exact null distribution, conditional on ties and zeros."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..arrays import Floats, Integers

ZeroMethod = Literal["wilcox", "pratt"]

_RESCALE = 512  # halvings put off for so many steps: counts stay below 2 ** 1024


def doubled_mid_ranks(values: Integers) -> Integers:
    """Twice the mid-ranks of `values`, shape (n,): whole numbers also where ties share a rank."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    doubled: Integers = (2 * np.cumsum(counts) - counts + 1)[places]
    return doubled


def doubled_signed_ranks(units: Integers, zero_method: ZeroMethod) -> Integers:
    """Twice the signed mid-ranks of the non-zero changes.

    `wilcox` drops zeros before ranking; `pratt` ranks them and drops them after (Pratt 1959, J Am Stat Assoc
    54:655-667).
    """
    ranked = units if zero_method == "pratt" else units[units != 0]
    ranks = doubled_mid_ranks(np.abs(ranked)) * np.sign(ranked)
    moved: Integers = ranks[ranks != 0]
    return moved


def lower_tail(ranks: Integers, limit: int) -> float:
    """P(S <= `limit`), S being the sum of a random subset of `ranks` (each kept with probability 1/2).

    `ranks` are positive whole numbers. Dynamic programming over sums, n * limit steps, instead of 2 ** n
    subsets.
    """
    total = int(ranks.sum())
    if limit < 0:
        return 0.0
    if 2 * limit >= total:  # the distribution is symmetric: reach the far tail from the near one
        return 1.0 - lower_tail(ranks, total - limit - 1)
    divisor = int(np.gcd.reduce(ranks))
    weights = np.sort(ranks // divisor)
    return float(subset_sums(weights, limit // divisor).sum())


def subset_sums(weights: Integers, limit: int) -> Floats:
    """Probability of each sum 0..`limit` of a random subset of ascending `weights`, shape (limit + 1,)."""
    counts, spare = np.zeros(limit + 1), np.zeros(limit + 1)
    counts[0] = 1.0
    reach = 0
    for step, weight in enumerate(weights.tolist(), start=1):
        if weight <= limit:
            reach = min(reach + weight, limit)
            spare[:weight] = counts[:weight]
            np.add(counts[weight : reach + 1], counts[: reach + 1 - weight], out=spare[weight : reach + 1])
            counts, spare = spare, counts
        if step % _RESCALE == 0:
            counts *= 2.0**-_RESCALE
    return counts * 2.0 ** -(weights.size % _RESCALE)
