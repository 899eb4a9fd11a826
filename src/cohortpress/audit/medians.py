"""Medians with what stands in brackets behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .numbers import NUMBER, Number, read_number

N_EQUALS = r"\bn\s*=\s*(?P<{}>\d{{1,5}})(?![.,/-]?\d|\u202f\d)"
_UNIT = (
    r"(?:(?:%|°C|years?|yrs?|y|months?|mo|weeks?|wks?|days?|d|hours?|hrs?|h|minutes?|min|s|points?|mmHg|kPa|cells|"
    r"[mµμnpk]?(?:g|l|mol|U|IU|m)|mm|cm|ml|dl)"
    r"(?:/(?:[mµμnpd]?l|h|hr|hour|kg|day|min|year|mmol|g|mm\^?3|m\^?2))*(?![a-z]))"
)
_SPREAD = (
    r"(?:(?:inter-?quartile\s+)?range|IQR|min\s*-\s*max|Q1\s*-\s*Q3|"
    r"25(?:th)?\s*-\s*75(?:th)?\s*(?:per)?centiles?)"
)
_SUMMARY = re.compile(
    rf"(?P<value>(?<![\w\])])-?{NUMBER})\s*(?P<unit>{_UNIT})?"
    rf"\s*(?P<bracket>[(\[])\s*(?:(?P<named>{_SPREAD})\s*[:,=]?\s*)?"
    rf"(?P<low>-?{NUMBER})\s*(?P<unit1>{_UNIT})?\s*(?:-|\bto\b|;|,(?=\s))\s*(?P<high>-?{NUMBER})(?![.,]?\d)"
    rf"\s*(?P<unit2>{_UNIT})?\s*(?:[;,](?!\s*\d)\s*(?:{N_EQUALS.format('n1')}|[^()\[\]]{{0,60}}))?\s*[)\]](?!:\d)"
    rf"(?:\s*(?P<unit3>{_UNIT}))?"
    rf"(?:\s*[(\[]\s*{N_EQUALS.format('n2')}\s*(?:[)\]]|(?=[,;]))|\s*,?\s+{N_EQUALS.format('n3')})?",
    re.I,
)
# A number behind such a word is a value. Behind others it may be part of a name: DAS 28 (2.1-5.6).
_PLACED = re.compile(r"(?:\b(?:of|was|were|is|to|from|and|by|medians?|age|duration|follow-up|time)|[=:;,/)])\s*$", re.I)
_NO_VALUE = re.compile(
    r"(?:\d[.,]?\s+|\d[-/.,]|[\w)\]]-|[.,^_]|[×x*]\s*"
    r"|\b(?:months?|weeks?|days?|years?|visits?|type|grade|stage|class|phase|level|n|p)\s*=?\s*)$",
    re.I,
)
CUE = re.compile(
    r"\b(?i:(?P<median>medians?)|means?|averaged?|geometric|odds|hazard|ratios?|rates?|risk|mode)\b|\b(?:[OHR]R|CI)\b"
)
_REACH = 300  # characters over which the word "median" still speaks of a number
_DEFINED = re.compile(rf"medians?\s*[(\[,]\s*{_SPREAD}|medians? and (?:inter-?quartile )?ranges?", re.I)


@dataclass(frozen=True, slots=True)
class Summary:
    """A median with the two ends that stand in brackets behind it, and ``n`` where it is printed there.

    ``certain``: the text leaves no doubt that the brackets hold a spread of the same values.
    """

    start: int
    end: int
    value: Number
    low: Number
    high: Number
    n: int | None
    certain: bool


def read_summaries(text: str, sentences: Sequence[tuple[int, int]]) -> Iterator[Summary]:
    """Yield medians with a range, quartiles or the like in brackets."""
    defined = bool(_DEFINED.search(text))
    for begin, end in sentences:
        for found in _SUMMARY.finditer(text, begin, end):
            value, low, high = (read_number(found[name], found.start(name)) for name in ("value", "low", "high"))
            lead = text[max(begin, found.start() - _REACH) : found.start()]
            cues = list(CUE.finditer(lead))
            units = {found[name].lower() for name in ("unit", "unit1", "unit2", "unit3") if found[name]}
            if not (value and low and high and cues and cues[-1]["median"] and len(units) < 2):
                continue
            if _NO_VALUE.search(lead) or not (value.mark or _PLACED.search(lead)):
                continue
            n = next((int(found[name]) for name in ("n1", "n2", "n3") if found[name]), None)
            certain = bool(found["named"] or defined or n or value.mark or low.mark or high.mark)
            if found["bracket"] == "(" or certain:  # [12-15] may be a list of references
                yield Summary(found.start(), found.end(), value, low, high, n, certain)
