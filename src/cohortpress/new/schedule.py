"""From the words that data have for visits, or from days, to the visits of a study."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..formatting import THIN_SPACE, Formatter
from .headings import NUMBER, UNITS, Time, counted, label, slug, time_of, unit_of

MONTHS = (0, 1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 60, 72, 84, 96, 108, 120)
DAYS_A_MONTH = 365.25 / 12
EARLIEST, LATEST_BASELINE = -30, 7  # days about the start
WIDEST = 60  # days on each side of a visit
MOST_VISITS = 12
BEFORE = "before the start: study.yml has no earlier visit than its baseline"
NO_ROOM = f"no room for more than {MOST_VISITS} visits"
NOT_KNOWN = "its time is not known"
MANY = 0.4  # of the subjects, who must have a day near a month for a visit to be there


@dataclass(frozen=True)
class Planned:
    """A visit: its name, its label, its time for study.yml, and what the data call it or the days of its window."""

    name: str
    label: str
    time: Mapping[str, float]
    words: tuple[str, ...] = ()
    days: tuple[int, int] | None = None


def schedule(words: Sequence[str], head: str = "") -> tuple[list[Planned], dict[str, str], bool]:
    """Return the visits that ``words`` name in the order of time, words left out with why, and whether that is sure.

    ``head`` is the name of the column that holds the words, and may name their unit: week.
    """
    times = {word: time_of(said) or Time(name=slug(word), label=label(word)) for word, said in _signed(words).items()}
    unit = unit_of(head)
    counts = {word: time.count for word, time in times.items() if time.count is not None}
    begun = any(time.months == 0 for time in times.values())
    # Mere numbers from 0 on are months; T0, T1 or V1 and V2 are that only beside other times.
    mere = all(re.fullmatch(rf"[-\u2212]?{NUMBER}", word.strip()) for word in counts)
    timed = unit or ((begun or 0 in counts.values()) and (mere or any(time.unit for time in times.values())))
    for word, count in counts.items():
        named = label(f"{head or 'visit'} {count}") if re.fullmatch(r"-?\d+", word.strip()) else times[word].label
        name = slug(named.replace("-", " before ") if count < 0 else named)
        in_order = Time(float(count if begun else count - min(counts.values())), name=name, label=named)
        times[word] = counted(count, unit or "month") if timed else in_order
    known = [time.months for time in times.values() if time.months is not None]
    later = itertools.count(max(known, default=-1.0) + 1)
    others: dict[str, str] = {}
    for word, time in times.items():
        if time.months is None and known and time_of(word) is None:
            others[word] = NOT_KNOWN
        elif time.months is None:
            times[word] = replace(time, months=next(later))
    units = {time.unit for time in times.values() if time.months}
    visits: dict[float, Planned] = {}
    for word, time in times.items():
        if time.months is not None:
            first = visits.get(time.months, Planned(time.name, time.label, _said(time, units)))
            visits[time.months] = replace(first, words=(*first.words, word))
    kept = _from_baseline(sorted(visits))
    planned = [visits[month] for month in kept]
    if kept and kept[0] < 0:  # a visit of study.yml has no time before the start, and all have one, or none
        planned = [replace(visit, time={}) for visit in planned]
    others |= {word: BEFORE for month in visits.keys() - kept for word in visits[month].words}
    others |= {word: NO_ROOM for visit in planned[MOST_VISITS:] for word in visit.words}
    return planned[:MOST_VISITS], others, not counts or bool(unit)


def _signed(words: Iterable[str]) -> dict[str, str]:
    """Return the words with a space before a hyphen that is a minus sign: T-15 beside T0, which has none."""
    joined = [word for word in words if re.match(r"[^\W\d]+-\d", word)]
    signs = any(re.match(r"[^\W\d]+\d", word) for word in words)
    return {word: word.replace("-", " -", 1) if signs and word in joined else word for word in words}


def _from_baseline(months: Sequence[float]) -> list[float]:
    """Return the times from the baseline on: the start, or the last before it; all, if one alone would be left."""
    first = max((month for month in months if month <= 0), default=0)
    kept = [month for month in months if month >= first]
    return kept if len(kept) > 1 else list(months)


def windows(days: Iterable[tuple[int, float]]) -> list[Planned]:
    """Return visits, with windows, about the usual months after the start at which many have a day.

    ``days`` are the days, each with the number of its subject.
    """
    known = {(who, min(MONTHS, key=lambda month: abs(day / DAYS_A_MONTH - month))) for who, day in days}
    seen = Counter(month for _, month in known)
    least = max(2, MANY * len({who for who, _ in known}))
    kept = [month for month in MONTHS if month == 0 or seen[month] >= least][:MOST_VISITS]
    centres = [int(month * DAYS_A_MONTH) for month in kept]
    visits = []
    for index, (month, centre) in enumerate(zip(kept, centres, strict=True)):
        time = counted(month, "month")
        gaps = [abs(centre - centres[i]) // 2 - 1 for i in (index - 1, index + 1) if 0 <= i < len(centres)]
        reach = min([*gaps, WIDEST])
        low, high = (EARLIEST, min(LATEST_BASELINE, reach)) if month == 0 else (centre - reach, centre + reach)
        visits.append(Planned(time.name, time.label, {"month": month}, days=(low, high)))
    return visits


def _said(time: Time, units: Collection[str]) -> dict[str, float]:
    """Return a time in the unit of all visits; in months, hours or minutes where they have several; or not at all."""
    if not any(units):
        return {}
    if len(units) == 1:
        return {next(iter(units)): time.number}
    unit = next((unit for unit in ("minute", "hour") if unit in units), "month")
    number = float(Formatter("en").number((time.months or 0) / UNITS[unit][0], 2).replace(THIN_SPACE, ""))
    return {unit: int(number) if number.is_integer() else number}
