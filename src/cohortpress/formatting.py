"""Numbers into text: the only module that rounds.

Halves are rounded away from zero on the decimal digits of the number (2.125 -> 2.13, -0.5 -> -1), as a
reader with a pencil does; binary floats and banker's rounding do neither.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, get_group_symbol

from .errors import Fault, StudyError

if TYPE_CHECKING:
    from .result import Result, ResultSet
    from .study import Study

MINUS = "\N{MINUS SIGN}"
RANGE = "\N{EN DASH}"
# Four-digit numbers stay whole; longer ones are grouped by a space that never breaks.
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
SMALLEST_P = Decimal("0.001")
P_DECIMALS = {"p": 3, "exact_p": 4}
_OF_ALL_DIGITS = Context(prec=1000)  # more than any float has


class Formatter:
    """Numbers as text in one language, as its region writes them where Babel knows that.

    Raises StudyError where Babel does not know the language.
    """

    def __init__(self, language: str, where: str = "") -> None:
        for name in (language, language.partition("-")[0]):
            with contextlib.suppress(UnknownLocaleError, ValueError):
                self.locale = Locale.parse(name, sep="-")
                return
        mend = "Write the code of a language, and of a region: 'en-GB', 'nl', 'fr-BE', 'de'."
        with contextlib.suppress(UnknownLocaleError, ValueError):  # as the system calls it: fr_FR, de_DE.UTF-8
            mend = f"Write '{str(Locale.parse(language.partition('.')[0])).replace('_', '-')}'."
        raise StudyError(Fault(f"'{language}' is not a language that is known.", mend, where))

    def number(self, value: float, decimals: int) -> str:
        """Return ``value`` with ``decimals`` digits behind the decimal mark, and a true minus sign."""
        rounded = _rounded(value, decimals)
        whole = "#,##0" if abs(rounded) >= 10_000 else "0"
        pattern = whole + ("." + "0" * decimals if decimals else "")
        return self._written(rounded, pattern).replace(get_group_symbol(self.locale), THIN_SPACE)

    def plain(self, value: float) -> str:
        """Return a number that an author wrote (a limit, a level) with the digits that it was written with."""
        return self.number(value, own_decimals(value))

    def plain_percent(self, value: float) -> str:
        """Return a percentage that an author wrote, in the same way."""
        return self.percent(value, own_decimals(value))

    def p(self, value: float, kind: str = "p", alpha: float = 0.05) -> str:
        """Return a p value: three decimals, or as many more as keep it on its side of ``alpha``.

        Below 0.001 it is "<0.001"; the exact p of few pairs keeps four decimals.
        """
        decimals = P_DECIMALS[kind]
        exact = _decimal(value)
        if exact < SMALLEST_P:
            return f"<{self.number(float(SMALLEST_P), 3)}"
        for limit in (_decimal(alpha), Decimal(1)):
            while (_rounded(value, decimals) < limit) != (exact < limit):
                decimals += 1
        return self.number(value, decimals)

    def percent(self, value: float, decimals: int = 0) -> str:
        """Return a percentage (0 to 100) with its sign."""
        digits = "0." + "0" * decimals if decimals else "0"
        pattern = re.sub(r"[#,0]+", digits, self.locale.percent_formats[None].pattern)  # some group by twos: #,##,##0
        return self._written(_rounded(value, decimals).scaleb(-2), pattern)

    def _written(self, rounded: Decimal, pattern: str) -> str:
        with localcontext(_OF_ALL_DIGITS):
            text = format_decimal(rounded, pattern, locale=self.locale, decimal_quantization=False)
        return text.replace("-", MINUS)


def span(low: Result, high: Result, to: str) -> str:
    """Return what stands between the two ends of a range: a dash, or the word ``to`` where a dash reads as a minus."""
    negative = any(isinstance(end.value, int | float) and end.value < 0 for end in (low, high))
    return f" {to} " if negative else RANGE


def format_results(results: ResultSet, study: Study) -> ResultSet:
    """Return the same results with :attr:`Result.text` set wherever there is a value."""
    formatter = Formatter(study.language, study.where("language"))
    return results.map({r.id: replace(r, text=_text(r, study, formatter)) for r in results})


def _text(result: Result, study: Study, formatter: Formatter) -> str | None:
    value = result.value
    if value is None or isinstance(value, str):
        return value
    if result.kind == "flag":
        return None
    decimals = _decimals(result, value, study)
    match result.kind:
        case "count":
            return formatter.number(value, 0)
        case "percent":
            # Out of 100 or fewer, a decimal would claim more than was counted.
            return formatter.percent(value, 1 if (result.n or 0) > 100 else 0)
        case "p" | "exact_p":
            return formatter.p(value, result.kind, study.analysis.alpha)
        case "ratio" | "rate":
            return formatter.number(value, 2 if result.kind == "ratio" else 1)
        case "percent_change":
            return formatter.percent(value, 1)
        case "level":
            return formatter.percent(value, decimals=min(1, own_decimals(value)))
        case _:
            if result.options.get("below"):  # a limit that is rounded would be another: <0.64 is true of 0.62, <0.6 not
                return "<" + formatter.number(value, max(decimals, own_decimals(value)))
            return formatter.number(value, decimals)


def _decimals(result: Result, value: float, study: Study) -> int:
    spec = study.endpoints.get(result.variable) or study.characteristics.get(result.variable)
    if spec is None and result.kind == "spread":
        return min(1, own_decimals(value))
    if spec is None or result.kind == "exact":
        return own_decimals(value)
    if result.kind == "value":
        return spec.decimals
    if spec.summary_decimals is not None:
        return spec.summary_decimals
    # A median between two values has one digit more than they have; a rounded one would be nobody's.
    between = _rounded(value, spec.decimals + 1) != _rounded(value, spec.decimals)
    return spec.decimals + (result.kind == "spread" or between)


def own_decimals(value: float) -> int:
    """Return the digits behind the decimal mark that ``value`` needs to print whole."""
    exponent = _decimal(value).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _decimal(value: float) -> Decimal:
    """Return the number that was meant: 69.2, where binary arithmetic left 69.19999999999999."""
    return Decimal(value if isinstance(value, int) else f"{value:.13g}")


def _rounded(value: float, decimals: int) -> Decimal:
    rounded = _decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _OF_ALL_DIGITS)
    return rounded or abs(rounded)  # no "-0.0"
