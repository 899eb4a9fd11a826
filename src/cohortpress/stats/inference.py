"""The one shape in which every test and every estimate comes back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, get_args

Alternative = Literal["two-sided", "less", "greater"]
Option = bool | int | float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """An estimate with its interval, a test with its p value, or both.

    A number that does not exist is None, and `warnings` says why. `alternative` speaks of the change
    (follow-up minus baseline): "less" means that values fell. `n_zero` counts the pairs that did not change,
    `n_ties` the changed pairs that share their absolute change with another. `conf_level` is the level the
    interval really has.
    """

    method: str
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    conf_level: float | None = None
    statistic: float | None = None
    p_value: float | None = None
    alternative: Alternative | None = None
    n_paired: int | None = None
    n_zero: int | None = None
    n_ties: int | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def warn(self, *reasons: str) -> Inference:
        """Return the same record with `reasons` added to its warnings."""
        return replace(self, warnings=(*self.warnings, *reasons))


def check_alternative(alternative: str) -> None:
    """Raise ValueError unless `alternative` is two-sided, less or greater."""
    if alternative not in get_args(Alternative):
        raise ValueError(f"alternative is {alternative!r}; it must be two-sided, less or greater")


def check_level(conf_level: float) -> None:
    """Raise ValueError unless 0 < `conf_level` < 1."""
    if not 0 < conf_level < 1:
        raise ValueError(f"conf_level is {conf_level}; it must lie between 0 and 1, for example 0.95")


def above_zero(p_value: float) -> float:
    """Return `p_value`, or the smallest float where it underflowed: a p value is never nought."""
    return max(p_value, math.ulp(0.0))


def percent(share: float) -> str:
    """A level in a warning, with all its digits: 0.95 is "95 %", 0.9375 is "93.75 %"."""
    return str(100 * Decimal(str(share))).rstrip("0").rstrip(".") + " %"


def nothing_changed(n_paired: int) -> str:
    """Why a test of changes has no p value: the warning for it."""
    reasons = {0: "there are no complete pairs", 1: "the only pair did not change"}
    return f"no p value: {reasons.get(n_paired, f'none of {n_paired} pairs changed')}"
