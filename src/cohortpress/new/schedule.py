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
MANY = 0.4  # of the subjects, who must have a day near a month for a visit to be there


@dataclass(frozen=True)
class Planned:
    """A visit: its name, its label, its time for study.yml, and what the data call it or the days of its window."""

    name: str
    label: str
    time: Mapping[str, float]
    words: tuple[str, ...] = ()
    days: tuple[int, int] | None = None


def schedule(words: Sequence[str], head: str = "") -> tuple[list[Planned], list[str], bool]:
    """Return the visits that ``words`` name in the order of time, words left out, and whether that is sure.

    ``head`` is the name of the column that holds the words, and may name their unit: week.
    """
    times = {word: time_of(word) or Time(name=slug(word), label=label(word)) for word in words}
    unit = unit_of(head)
    counts = {word: time.count for word, time in times.items() if time.count is not None}
    begun = any(time.months == 0 for time in times.values())
    # Mere numbers from 0 on are months; T0, T1 or V1 and V2 are that only beside other times.
    mere = all(re.fullmatch(NUMBER, word.strip()) for word in counts)
    timed = unit or ((begun or 0 in counts.values()) and (mere or any(time.unit for time in times.values())))
    for word, count in counts.items():
        named = label(f"{head or 'visit'} {count}") if word.strip().isdigit() else times[word].label
        in_order = Time(float(count if begun else count - min(counts.values())), name=slug(named), label=named)
        times[word] = counted(count, unit or "month") if timed else in_order
    known = [time.months for time in times.values() if time.months is not None]
    later = itertools.count(max(known, default=-1.0) + 1)
    others = []
    for word, time in times.items():
        if time.months is None and known and time_of(word) is None:
            others.append(word)
        elif time.months is None:
            times[word] = replace(time, months=next(later))
    units = {time.unit for time in times.values() if time.months}
    visits: dict[float, Planned] = {}
    for word, time in times.items():
        if time.months is not None:
            first = visits.get(time.months, Planned(time.name, time.label, _said(time, units)))
            visits[time.months] = replace(first, words=(*first.words, word))
    planned = [visits[month] for month in sorted(visits)]
    others += [word for visit in planned[MOST_VISITS:] for word in visit.words]
    return planned[:MOST_VISITS], others, not counts or bool(unit)


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
