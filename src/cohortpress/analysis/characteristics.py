"""Subjects at the start, and yes/no questions asked before and after."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..arrays import Array, Flags
from ..cohort import Cohort
from ..result import Result
from ..stats.proportion import mcnemar
from ..study import Study
from .records import Populations, below, described, from_test, record, shared


def characteristics(study: Study, cohort: Cohort, populations: Populations) -> Iterator[Result]:
    """Yield, for each characteristic, its description or the share of each category."""
    for name, spec in study.characteristics.items():
        data = cohort.characteristics[name]
        known = _known(data)
        common = Result(
            name,
            label=spec.label,
            variable=name,
            visit=study.baseline,
            measure="",
            value=None,
            unit=spec.unit,
            population=populations.add(name, known),
        )
        if spec.categories is None:
            values = np.asarray(data, dtype=float)[known]
            yield from described(common, values, missing=len(data) - len(values))
            continue
        for category in spec.categories:
            here = below(common, category, label=f"{spec.label}: {spec.labels[category]}", unit="")
            count = sum(value == category for value in data)
            yield from shared(here, count, int(known.sum()), study.analysis.conf_level)


def yes_no_changes(study: Study, cohort: Cohort, populations: Populations) -> Iterator[Result]:
    """Yield McNemar's test for each declared question: who said yes before, after, and who changed."""
    for name, question in study.yes_no_changes.items():
        before, after = (cohort.characteristics[column] for column in (question.before, question.after))
        known = _known(before) & _known(after)
        n = int(known.sum())
        first, second = (np.asarray([v == question.yes for v in data])[known] for data in (before, after))
        common = Result(
            name,
            label=question.label,
            variable=name,
            measure="",
            value=None,
            n=n,
            n_paired=n,
            population=populations.add(name, known),
        )
        for branch, label, answers in (
            ("before", f"{question.label}: before", first),
            ("after", f"{question.label}: after", second),
        ):
            here = below(common, branch, label=label)
            yield from shared(here, int(answers.sum()), len(answers), study.analysis.conf_level)
        asked = study.analysis
        test = mcnemar(first, second, alternative=asked.alternative, conf_level=asked.conf_level)
        yield record(common, "n_paired", n, "count")
        yield record(common, "n_to_yes", int((~first & second).sum()), "count")
        yield record(common, "n_to_no", int((first & ~second).sum()), "count")
        yield from from_test(common, test, alpha=asked.alpha, kinds=("exact", "exact_p"))


def _known(data: Array | tuple[str, ...]) -> Flags:
    if isinstance(data, tuple):
        return np.array([value != "" for value in data], dtype=bool)
    return ~np.isnan(data)
