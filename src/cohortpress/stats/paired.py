"""Tests of matched pairs: Wilcoxon signed-rank, sign test, paired t."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Integers
from ._scipy import special
from .inference import Alternative, Inference, above_zero, check_alternative, check_level, nothing_changed
from .pairs import differences
from .proportion import fair_coin_test
from .signed_ranks import ZeroMethod, doubled_signed_ranks, lower_tail

MAX_EXACT_PAIRS = 2000


def signed_rank(
    baseline: ArrayLike,
    followup: ArrayLike,
    *,
    exact: bool = True,
    correction: bool = False,
    zero_method: ZeroMethod = "wilcox",
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
) -> Inference:
    """Wilcoxon signed-rank test of matched pairs; `statistic` is W+, the sum of the ranks of the rises.

    `baseline` and `followup` have shape (n,), matched by position, without NaN (ValueError); `decimals` as in
    `differences`. `exact`: W+ among all sign flips of the ranks as they are, with ties and zeros; above 2,000
    changed pairs the approximation runs instead, and `method` and `warnings` say so. Otherwise the normal
    approximation, z = (W+ - sum(r) / 2) / sqrt(sum(r ** 2) / 4) over the mid-ranks r, which corrects for
    ties; `correction` moves W+ by 1/2 towards its mean. `options["smallest_p"]`: see `smallest_p`. Source:
    Hollander, Wolfe, Chicken 2014, Nonparametric Statistical Methods, 3rd ed., section 3.1.
    """
    check_alternative(alternative)
    if zero_method not in ("wilcox", "pratt"):
        raise ValueError(f"zero_method is {zero_method!r}; it must be wilcox or pratt")
    changes = differences(baseline, followup, decimals=decimals)
    ranks = doubled_signed_ranks(changes.units, zero_method)
    too_many = exact and ranks.size > MAX_EXACT_PAIRS
    exact = exact and not too_many
    correction = correction and not exact
    smallest = smallest_p(ranks.size, alternative) if ranks.size else None
    options = {"exact": exact, "correction": correction, "zero_method": zero_method, "smallest_p": smallest}
    result = changes.record(_signed_rank_name(exact, correction), options, alternative)
    if smallest is None:
        return result.warn(nothing_changed(changes.units.size))
    if too_many:
        result = result.warn(f"the normal approximation ran: more than {MAX_EXACT_PAIRS} changed pairs")
    p_value = _exact_p(ranks, alternative) if exact else _normal_p(ranks, alternative, correction)
    if smallest == 1:
        result = result.warn("one changed pair alone has an exact p of 1, whatever the data")
    elif p_value < smallest:
        result = result.warn(f"p lies below the smallest exact p that {ranks.size} changed pairs can give")
    return replace(result, statistic=float(ranks[ranks > 0].sum() / 2), p_value=p_value)


def smallest_p(n_changed: int, alternative: Alternative = "two-sided") -> float:
    """Smallest exact signed-rank p with `n_changed` non-zero pairs: all move one way, 2 ** -n a tail.

    Ties do not alter it: only one pattern of signs gives a rank sum of zero.
    """
    return min(1.0, 2.0 ** (1 - n_changed) if alternative == "two-sided" else 2.0**-n_changed)


def sign_test(
    baseline: ArrayLike,
    followup: ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    conf_level: float = 0.95,
    decimals: int | None = None,
) -> Inference:
    """Exact sign test of matched pairs, shape (n,) each; it asks only which way each pair moved.

    `statistic` is the number of rises, `estimate` its share of the changed pairs (Clopper-Pearson interval).
    Source: Hollander, Wolfe, Chicken 2014, section 3.4.
    """
    changes = differences(baseline, followup, decimals=decimals)
    rises, falls = int((changes.units > 0).sum()), int((changes.units < 0).sum())
    record = changes.record("Sign test, exact", {"exact": True}, alternative)
    return fair_coin_test(record, rises, falls, conf_level)


def paired_t(
    baseline: ArrayLike,
    followup: ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    conf_level: float = 0.95,
    decimals: int | None = None,
) -> Inference:
    """Student's t test of matched pairs, shape (n,) each; `estimate` is the mean change.

    t = mean / (sd / sqrt(n)) on n - 1 degrees of freedom (Student 1908, Biometrika 6:1-25). The interval is
    two-sided whatever the `alternative`. With one pair, or if all changes are equal, p does not exist.
    """
    check_alternative(alternative)
    check_level(conf_level)
    changes = differences(baseline, followup, decimals=decimals)
    n, df = changes.units.size, changes.units.size - 1
    result = changes.record("Paired t test", {"df": df if n else None}, alternative)
    if not n:
        return result.warn(nothing_changed(0))
    mean = math.fsum(changes.units.tolist()) / n
    result = replace(result, estimate=changes.value(mean))
    deviations = changes.units - mean
    spread = math.fsum((deviations * deviations).tolist())
    if changes.units.min() == changes.units.max():
        reason = "there is one pair only" if n == 1 else "all changes are equal"
        return result.warn(f"no p value and no interval: {reason}")
    error = math.sqrt(spread / df / n)
    reach = _t_quantile((1 - conf_level) / 2, df) * error
    return replace(
        result,
        conf_low=changes.value(mean - reach),
        conf_high=changes.value(mean + reach),
        conf_level=conf_level,
        statistic=mean / error,
        p_value=_t_p(mean / error, df, alternative),
    )


def _exact_p(ranks: Integers, alternative: Alternative) -> float:
    rises, falls = int(ranks[ranks > 0].sum()), int(-ranks[ranks < 0].sum())
    extreme = {"two-sided": min(rises, falls), "less": rises, "greater": falls}[alternative]
    tail = lower_tail(np.abs(ranks), extreme)
    return above_zero(min(1.0, 2 * tail) if alternative == "two-sided" else tail)


def _normal_p(ranks: Integers, alternative: Alternative, correction: bool) -> float:
    doubled = ranks.astype(np.float64)
    excess = float(doubled.sum()) / 4  # W+ minus its mean is half the sum of the signed ranks
    if correction:
        excess -= {"two-sided": 0.5 * np.sign(excess), "greater": 0.5, "less": -0.5}[alternative]
    z = excess / (math.sqrt(float(np.square(doubled).sum())) / 4)
    if alternative == "two-sided":
        return above_zero(math.erfc(abs(z) / math.sqrt(2)))
    return above_zero(math.erfc((z if alternative == "greater" else -z) / math.sqrt(2)) / 2)


def _signed_rank_name(exact: bool, correction: bool) -> str:
    if exact:
        return "Wilcoxon signed-rank test, exact"
    correction_name = "with continuity correction" if correction else "without continuity correction"
    return f"Wilcoxon signed-rank test, normal approximation {correction_name}"


def _t_p(t: float, df: int, alternative: Alternative) -> float:
    if alternative == "two-sided":
        return above_zero(float(special.betainc(df / 2, 0.5, df / (df + t * t))))
    return above_zero(float(special.stdtr(df, -t if alternative == "greater" else t)))


def _t_quantile(tail: float, df: int) -> float:
    """The t that leaves `tail` above it, through the beta distribution: more exact than `special.stdtrit`."""
    share = float(special.betaincinv(df / 2, 0.5, 2 * tail))
    return math.sqrt(df * (1 - share) / share)
