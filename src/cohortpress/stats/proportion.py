"""Proportions with their intervals, and the exact tests that rest on the binomial distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._scipy import special
from .inference import Alternative, Inference, above_zero, check_alternative, check_level, nothing_changed
from .pairs import check_lengths

IntervalMethod = Literal["wilson", "clopper-pearson"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """`n` of `total`; the estimate and its bounds are fractions of 1, None with a warning if `total` is 0."""

    n: int
    total: int
    method: str
    conf_level: float
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    warnings: tuple[str, ...] = ()


def proportion(
    n: int, total: int, *, method: IntervalMethod = "wilson", conf_level: float = 0.95
) -> Proportion:
    """`n` of `total` with a two-sided interval; raises ValueError unless 0 <= n <= total.

    `wilson`: the score interval (Wilson 1927, J Am Stat Assoc 22:209-212), close to its level on average.
    `clopper-pearson`: never below its level, from beta quantiles (Clopper, Pearson 1934, Biometrika
    26:404-413).
    """
    check_level(conf_level)
    intervals = {
        "wilson": ("Wilson score interval", _wilson),
        "clopper-pearson": ("Clopper-Pearson exact interval", _clopper_pearson),
    }
    if method not in intervals:
        raise ValueError(f"method is {method!r}; it must be wilson or clopper-pearson")
    if not 0 <= n <= total:
        raise ValueError(f"{n} of {total} is not a proportion")
    name, interval = intervals[method]
    result = Proportion(n=n, total=total, method=name, conf_level=conf_level)
    if total == 0:
        return replace(result, warnings=("no proportion: there is nobody to count",))
    low, high = interval(n, total, conf_level)
    return replace(result, estimate=n / total, conf_low=low, conf_high=high)


def mcnemar(
    baseline: ArrayLike,
    followup: ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    conf_level: float = 0.95,
) -> Inference:
    """Exact McNemar test of matched yes/no values, shape (n,), as booleans or 0 and 1.

    Only pairs that changed count: under the null each was as likely to become yes as no. `statistic` is how
    many became yes, `estimate` their share of all that changed (Clopper-Pearson interval); "greater": more
    became yes. Source: Agresti 2013, Categorical Data Analysis, 3rd ed., section 11.1.
    """
    before, after = _yes_no(baseline, "baseline"), _yes_no(followup, "followup")
    check_lengths(before, after)
    to_yes, to_no = int((~before & after).sum()), int((before & ~after).sum())
    record = Inference(
        method="McNemar test, exact",
        alternative=alternative,
        n_paired=before.size,
        n_zero=before.size - to_yes - to_no,
        options={"exact": True},
    )
    return fair_coin_test(record, to_yes, to_no, conf_level)


def fair_coin_test(record: Inference, n_up: int, n_down: int, conf_level: float) -> Inference:
    """Complete `record` by the exact test that a changed pair went up as likely as down (sign, McNemar).

    Two-sided p = 2 P(X <= min(n_up, n_down)), at most 1, for X binomial of n_up + n_down with probability
    1/2.
    """
    alternative = record.alternative or "two-sided"
    check_alternative(alternative)
    check_level(conf_level)
    n_changed = n_up + n_down
    if not n_changed:
        return record.warn(nothing_changed(record.n_paired or 0))
    share = proportion(n_up, n_changed, method="clopper-pearson", conf_level=conf_level)
    fewest = {"two-sided": min(n_up, n_down), "less": n_up, "greater": n_down}[alternative]
    tail = float(special.bdtr(fewest, n_changed, 0.5))
    return replace(
        record,
        estimate=share.estimate,
        conf_low=share.conf_low,
        conf_high=share.conf_high,
        conf_level=conf_level,
        statistic=float(n_up),
        p_value=above_zero(min(1.0, 2 * tail) if alternative == "two-sided" else tail),
    )


def _wilson(n: int, total: int, conf_level: float) -> tuple[float, float]:
    z = float(special.ndtri((1 + conf_level) / 2))
    share = n / total
    centre = share + z * z / (2 * total)
    reach = z * math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2)
    scale = 1 + z * z / total
    return (centre - reach) / scale if n else 0.0, (centre + reach) / scale if n < total else 1.0


def _clopper_pearson(n: int, total: int, conf_level: float) -> tuple[float, float]:
    tail = (1 - conf_level) / 2
    low = float(special.betaincinv(n, total - n + 1, tail)) if n else 0.0
    return low, float(special.betainccinv(n + 1, total - n, tail)) if n < total else 1.0


def _yes_no(values: ArrayLike, name: str) -> NDArray[np.bool_]:
    array = np.asarray(values)
    if array.ndim != 1 or not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name} must be one column of yes (1) and no (0) without gaps")
    return array.astype(np.bool_)
