"""Responders: who reached a threshold, improved by so many percent, or answered by the EULAR criteria."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..cohort import Cohort, Pairs
from ..result import Result
from ..stats.activity import eular_response
from ..stats.response import responders
from ..study import Response, Study
from .records import Populations, record, shared


def responses(study: Study, cohort: Cohort, populations: Populations) -> Iterator[Result]:
    """Yield, for each response and follow-up visit, n of N evaluable, intervals, and who is not."""
    for name, rule in study.responses.items():
        for visit in study.followups:
            pairs = cohort.paired(rule.endpoint, study.baseline, visit)
            common = Result(
                f"{name}.{visit}",
                label=rule.label,
                variable=name,
                visit=visit,
                baseline=study.baseline,
                measure="",
                value=None,
                population=populations.add(f"{name}.{visit}", pairs.there),
            )
            n, total, warnings = _count(rule, pairs, study, cohort.decimals[rule.endpoint])
            for result in shared(common, n, total, study.analysis.conf_level):
                yield replace(result, warnings=(*result.warnings, *warnings))
            absent = ~pairs.there
            population = populations.add(f"{name}.{visit}.not_evaluable", absent)
            yield record(common, "not_evaluable", int(absent.sum()), "count", population=population)


def _count(
    rule: Response, pairs: Pairs, study: Study, decimals: int | None
) -> tuple[int, int, tuple[str, ...]]:
    """Return responders, evaluable subjects, and what is to be said about them."""
    if rule.eular is not None:
        accepted = ("good",) if rule.eular == "good" else ("good", "moderate")
        found = eular_response(pairs.baseline, pairs.followup, decimals=decimals)
        return sum(answer in accepted for answer in found), len(found), ()
    share = responders(
        pairs.baseline,
        pairs.followup,
        lower_is_better=study.endpoints[rule.endpoint].direction == "lower_is_better",
        threshold=rule.threshold,
        strict=rule.strict,
        percent=rule.improvement_percent,
        conf_level=study.analysis.conf_level,
        decimals=decimals,
    )
    return share.n, share.total, share.warnings
