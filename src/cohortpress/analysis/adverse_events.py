"""Safety: subjects with an event, events, and their rate over the time observed, in all and by term."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..cohort import AdverseEvent, Cohort
from ..result import Result
from ..stats.rates import event_rate
from ..study import Study
from .records import Populations, below, described, from_estimate, record, shared

PER = 100


def adverse_events(study: Study, cohort: Cohort, populations: Populations) -> Iterator[Result]:
    """Yield the results of all adverse events together, then of each term; nothing without a record."""
    if cohort.adverse_events is None:
        return
    by_term: dict[str, list[AdverseEvent]] = {}
    for event in cohort.adverse_events:
        by_term.setdefault(f"adverse_events.{event.name}", []).append(event)
    groups = {"adverse_events": list(cohort.adverse_events), **dict(sorted(by_term.items(), key=_most_first))}
    for id_, group in groups.items():
        subjects = tuple(dict.fromkeys(event.subject for event in group))
        common = Result(
            id_,
            label="Adverse events" if id_ == "adverse_events" else group[0].term,
            variable="adverse_events",
            measure="",
            value=None,
            n=len(cohort.subjects),
            population=populations.add_named(id_, subjects),
        )
        yield record(common, "n_events", len(group), "count")
        yield record(common, "n_subjects", len(subjects), "count")
        yield from shared(
            below(common, "subjects"), len(subjects), len(cohort.subjects), study.analysis.conf_level
        )
        dated = [event for event in group if event.onset is not None]
        onsets = np.array([event.onset for event in dated], dtype=float)
        whose = populations.add_named(f"{id_}.onset", {event.subject for event in dated})
        onset = below(
            common,
            "onset",
            label=f"{common.label}: onset",
            unit=study.data.onset_unit or "months",
            population=whose,
        )
        yield from described(onset, onsets, missing=len(group) - len(onsets))
        if cohort.patient_years is not None:
            level = study.analysis.conf_level
            rate = event_rate(len(group), cohort.patient_years, per=PER, conf_level=level)
            yield from from_estimate(common, "rate", rate, "rate", conf_level=level)
    if cohort.patient_years is not None:
        years = Result(
            "adverse_events",
            label="Patient-years",
            variable="adverse_events",
            measure="",
            value=None,
            n=len(cohort.subjects),
            population="cohort",
        )
        yield record(years, "patient_years", cohort.patient_years, "rate")


def _most_first(named: tuple[str, list[AdverseEvent]]) -> tuple[int, int, str]:
    """Return what terms are sorted by: number of subjects, then of events, then what they are called."""
    _, group = named
    return -len({event.subject for event in group}), -len(group), group[0].term.casefold()
