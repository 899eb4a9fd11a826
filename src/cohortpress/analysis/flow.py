"""Who was measured when: expected, measured, missing, lost."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..cohort import Cohort, name_in_prose
from ..result import Result
from ..study import Study
from .records import Populations, below, record


def visit_flow(study: Study, cohort: Cohort, populations: Populations) -> Iterator[Result]:
    """Yield, for each visit, how many were expected, measured (in any endpoint), missing once, or lost.

    Lost is who has no value at this visit nor at any later one, missing who comes back; all were expected.
    """
    seen = np.logical_or.reduce([~np.isnan(values) for values in cohort.values.values()])
    back = np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
    for column, (name, visit) in enumerate(study.visits.items()):
        groups = {
            "expected": np.ones(len(cohort.subjects), dtype=bool),
            "measured": seen[:, column],
            "missing": ~seen[:, column] & back[:, column],
            "lost": ~back[:, column],
        }
        common = Result(
            f"flow.{name}",
            label=visit.label,
            variable="flow",
            visit=name,
            measure="",
            value=None,
            n=len(cohort.subjects),
        )
        for group, who in groups.items():
            population = populations.add(f"flow.{name}.{group}", who)
            yield record(common, group, int(who.sum()), "count", population=population)
        for reason, subjects in _reasons(name, cohort):
            id_ = f"reason.{name_in_prose(reason)}"
            population = populations.add_named(f"flow.{name}.{id_}", subjects)
            here = below(common, id_, label=f"{visit.label}: {reason}", population=population)
            yield record(here, "n", len(subjects), "count")


def _reasons(visit: str, cohort: Cohort) -> Iterator[tuple[str, list[str]]]:
    """Yield each reason that the data give for a missing visit, and whose it is; spellings alike are one."""
    grouped: dict[str, tuple[str, list[str]]] = {}
    for subject, reason in cohort.reasons.get(visit, {}).items():
        grouped.setdefault(name_in_prose(reason), (reason, []))[1].append(subject)
    yield from grouped.values()
