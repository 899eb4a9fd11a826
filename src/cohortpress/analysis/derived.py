"""Endpoints that are computed from others, added to a cohort before anything is analysed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..cohort import Cohort
from ..errors import DataError, Fault
from ..stats.activity import das28_crp
from ..study import Study


def derive(study: Study, cohort: Cohort) -> Cohort:
    """Return ``cohort`` with the values of all derived endpoints; a missing component leaves them missing.

    Raises DataError where a component is out of its range or below a limit of detection.
    """
    values, censored, decimals = dict(cohort.values), dict(cohort.censored), dict(cohort.decimals)
    for name, endpoint in study.endpoints.items():
        if endpoint.derive is None:
            continue
        parts = endpoint.derive.components
        there = np.logical_and.reduce([~np.isnan(values[part]) for part in parts])
        if any(censored[part][there].any() for part in parts):
            raise DataError(
                Fault("A component lies below a limit of detection.", "Give its value.", endpoint.label)
            )
        result = np.full(there.shape, np.nan)
        try:
            result[there] = das28_crp(*(values[part][there] for part in parts))
        except ValueError as error:
            raise DataError(Fault(f"{error}.", "Correct the data.", endpoint.label)) from None
        values[name], censored[name], decimals[name] = result, np.zeros(there.shape, dtype=bool), None
    return replace(cohort, values=values, censored=censored, decimals=decimals)
