"""What contradicts itself whatever the test: medians, percentages, numbers of subjects, decimal marks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import product

from .counts import Share
from .findings import Finding, Quote, Sure, short
from .numbers import Number
from .parsing import Statements


def quotes(text: str, *parts: tuple[int, int]) -> tuple[Quote, ...]:
    """Return the parts of ``text`` that a finding rests on."""
    return tuple(Quote(start, end, text[start:end]) for start, end in parts)


def check_medians(text: str, said: Statements) -> Iterator[Finding]:
    """Yield medians outside of their own range or quartiles."""
    for summary in said.summaries:
        low, value, high = summary.low, summary.value, summary.high
        fits = any(_ordered(*parts) for parts in product(low.readings, value.readings, high.readings))
        if summary.certain and not fits:
            yield Finding(
                "median",
                "fault",
                "certain",
                f"the median {value.text} lies outside of its own range, {low.text} to {high.text}.",
                "A median lies between the smallest and the largest value, and between the quartiles. "
                "Order and signs of the ends were disregarded.",
                quotes(text, (summary.start, summary.end)),
            )


def _ordered(low: Decimal, value: Decimal, high: Decimal) -> bool:
    """Whether the value lies between the ends, in either order; a fall of 5 (-8 to -2) is right, too."""
    first, last = sorted((low, high))
    small, large = sorted((abs(low), abs(high)))
    return first <= value <= last or small <= abs(value) <= large


def check_shares(text: str, said: Statements) -> Iterator[Finding]:
    """Yield percentages that no count gives, and counts above their total."""
    for share in said.shares:
        claim = _share_fault(share, said.sizes)
        if claim:
            sure: Sure = "likely" if share.count is None or share.total is None else "certain"
            yield Finding(
                "percentage",
                "fault",
                sure,
                claim,
                "Rounding to the nearest, up or down was allowed, and so was every number of subjects in the "
                "text as the denominator.",
                quotes(text, (share.start, share.end)),
            )


def _share_fault(share: Share, sizes: Iterable[int]) -> str:
    count, total, percent = share.count, share.total, share.percent
    if count is not None and total is not None and count > total:
        return f"{count} of {total} is more than all."
    if percent is None or max(percent.readings) > 100 or _countable(share, percent, sizes):
        return ""
    if count is None:
        return f"{percent.text} % of {total} is no whole number."
    if total is None:
        return f"{count} is {percent.text} % of no whole number."
    return f"{count} of {total} is {short(100 * count / total)} %, not {percent.text} %."


def _countable(share: Share, percent: Number, sizes: Iterable[int]) -> bool:
    """Whether a count of a total gives the percentage, less than one unit of its last digit away."""

    def near(count: int, total: int) -> bool:
        return any(abs(100 * count - value * total) < percent.step * total for value in percent.readings)

    if share.count is None:
        return share.total is None or any(near(count, share.total) for count in range(share.total + 1))
    if share.total is not None:
        return any(near(share.count, total) for total in {share.total, *sizes} if total >= share.count)
    # 100 count / total falls as total grows: the first total that brings it down far enough decides.
    totals = (math.floor(100 * share.count / (value + percent.step)) + 1 for value in percent.readings)
    return any(near(share.count, max(share.count, total)) for total in totals)


def check_sizes(text: str, said: Statements) -> Iterator[Finding]:
    """Yield every n above the cohort; none if every n is: then something else was read as the cohort."""
    cohort = said.cohort
    sizes = [(summary, summary.n) for summary in said.summaries if summary.n is not None]
    if cohort is None or all(n > cohort.n for _, n in sizes):
        return
    for summary, n in sizes:
        if n > cohort.n:
            yield Finding(
                "n",
                "fault",
                "likely",
                f"n = {n} is more than the {cohort.n} subjects of the study.",
                "It may be true if samples or the like were counted here instead of subjects.",
                quotes(text, (cohort.start, cohort.end), (summary.start, summary.end)),
            )


def check_marks(text: str, said: Statements) -> Iterator[Finding]:
    """Yield one remark if decimal commas and points are mixed in the statements."""
    parts = [part for summary in said.summaries for part in (summary.low, summary.value, summary.high)]
    parts += [statement.number for statement in said.p_values if statement.number]
    parts += [share.percent for share in said.shares if share.percent]
    points, commas = ([part for part in parts if part.mark == mark] for mark in ".,")
    if points and commas:
        first = sorted(min(numbers, key=lambda number: number.start).start for numbers in (points, commas))
        ends = {part.start: part.start + len(part.text) for part in parts}
        yield Finding(
            "decimal marks",
            "remark",
            "certain",
            f"{len(commas)} numbers have a decimal comma, {len(points)} a decimal point.",
            "Counted in medians with a range, p values and percentages.",
            quotes(text, *((start, ends[start]) for start in first)),
        )
