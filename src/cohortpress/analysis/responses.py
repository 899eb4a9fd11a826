"""Responders: who reached a threshold, improved by so many percent, or answered by the EULAR criteria."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..arrays import Floats
from ..cohort import Cohort
from ..result import Result
from ..stats.activity import eular_response
from ..stats.response import Responders, responders
from ..study import Response, Study
from .records import Populations, both_ways, read_pairs, record, shared

ACCEPTED = {"good": ("good",), "good_or_moderate": ("good", "moderate")}


def responses(study: Study, cohort: Cohort, populations: Populations) -> Iterator[Result]:
    """Yield, for each response and follow-up visit, n of N evaluable, intervals, and who is not."""
    for name, rule in study.responses.items():
        for visit in study.followups:
            yield from _at_visit(name, rule, visit, study, cohort, populations)


def _at_visit(
    name: str, rule: Response, visit: str, study: Study, cohort: Cohort, populations: Populations
) -> Iterator[Result]:
    pairs = cohort.paired(rule.endpoint, study.baseline, visit)
    read, direction = read_pairs(pairs), study.endpoints[rule.endpoint].direction

    def found(before: Floats, after: Floats) -> Responders:
        decimals = cohort.decimals[rule.endpoint]
        if rule.eular is not None:
            answers = eular_response(before, after, decimals=decimals)
            good = np.array([answer in ACCEPTED[rule.eular] for answer in answers], dtype=np.bool_)
            return Responders(responded=good, evaluable=np.ones(good.size, dtype=np.bool_))
        return responders(
            before,
            after,
            lower_is_better=direction == "lower_is_better",
            threshold=rule.threshold,
            strict=rule.strict,
            percent=rule.improvement_percent,
            decimals=decimals,
            followup_below=read.followup_below,
        )

    def counted(before: Floats, after: Floats) -> Iterator[Result]:
        share = found(before, after)
        for result in shared(common, share.n, share.total, study.analysis.conf_level):
            yield replace(result, warnings=(*result.warnings, *share.warnings))

    evaluable = pairs.there.copy()
    evaluable[pairs.there] = found(*read.at_limit).evaluable
    common = Result(
        f"{name}.{visit}",
        label=rule.label,
        variable=name,
        visit=visit,
        baseline=study.baseline,
        measure="",
        value=None,
        population=populations.add(f"{name}.{visit}", evaluable),
        options=rule.model_dump(exclude={"label"}, exclude_none=True) | {"direction": direction},
    )
    yield from both_ways(read, counted)
    population = populations.add(f"{name}.{visit}.not_evaluable", ~evaluable)
    absent, n = int((~evaluable).sum()), len(cohort.subjects)
    yield record(common, "not_evaluable", absent, "count", n=n, population=population)
