"""Run what the study asks for: a validated cohort in, every statistic of the documents out.

Nothing after this package computes a statistic. A warning or an error stays with its result.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..cohort import Cohort
from ..result import Result, ResultSet
from ..study import Study
from .adverse_events import adverse_events
from .characteristics import characteristics, yes_no_changes
from .endpoints import endpoints
from .flow import visit_flow
from .multiplicity import adjusted
from .records import Populations, describes_few, hidden
from .responses import responses


def analyse(study: Study, cohort: Cohort) -> ResultSet:
    """Compute all results of ``study`` from ``cohort``."""
    populations = Populations(cohort.subjects, named=study.publish == "full")
    results = list(_results(study, cohort, populations))
    results += adjusted(study, results)
    if study.publish == "aggregate":
        results = [hidden(result) if describes_few(result, populations.written) else result for result in results]
    return ResultSet(results, populations=populations.written)


def _results(study: Study, cohort: Cohort, populations: Populations) -> Iterator[Result]:
    n = len(cohort.subjects)
    everyone = populations.add("cohort", np.ones(n, dtype=np.bool_))
    yield Result(
        "cohort.n",
        label="Subjects",
        variable="cohort",
        measure="n",
        value=n,
        kind="count",
        n=n,
        population=everyone,
    )
    yield from characteristics(study, cohort, populations)
    yield from yes_no_changes(study, cohort, populations)
    yield from visit_flow(study, cohort, populations)
    yield from endpoints(study, cohort, populations)
    yield from responses(study, cohort, populations)
    yield from adverse_events(study, cohort, populations)
