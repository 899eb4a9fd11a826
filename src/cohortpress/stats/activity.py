"""Disease activity of joints: DAS28-CRP and the EULAR response to treatment."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Floats
from .pairs import check_lengths, column, differences

EularResponse = Literal["good", "moderate", "none"]


def das28_crp(
    tender_joints: ArrayLike, swollen_joints: ArrayLike, crp: ArrayLike, global_health: ArrayLike
) -> Floats:
    """DAS28-CRP of four variables, shape (n,), without unit.

    0.56 sqrt(TJC28) + 0.28 sqrt(SJC28) + 0.36 ln(CRP + 1) + 0.014 GH + 0.96: tender and swollen joints of 28,
    CRP in mg/l, the patient's global health in mm (0-100). Raises ValueError outside these ranges. Source:
    Fransen, Welsing, de Keijzer, van Riel 2003, Ann Rheum Dis 62(Suppl 1):151; Wells and others 2009, same
    journal, 68:954-960.
    """
    tender = _within(tender_joints, "tender_joints", 28)
    swollen = _within(swollen_joints, "swollen_joints", 28)
    protein = _within(crp, "crp", np.inf)
    health = _within(global_health, "global_health", 100)
    check_lengths(tender, swollen, protein, health)
    return np.asarray(
        0.56 * np.sqrt(tender) + 0.28 * np.sqrt(swollen) + 0.36 * np.log1p(protein) + 0.014 * health + 0.96
    )


def eular_response(
    baseline: ArrayLike, followup: ArrayLike, *, decimals: int | None = None
) -> tuple[EularResponse, ...]:
    """EULAR response of each pair of DAS28 values, shape (n,) each.

    Good: improved by more than 1.2, to 3.2 or below. None: improved by 0.6 or less, or by 1.2 or less while
    still above 5.1. Moderate: all others. Source: van Gestel, Haagsma, van Riel 1998, Arthritis Rheum
    41:1845-1850 (for the DAS28 with ESR).
    """
    improvements = (-differences(baseline, followup, decimals=decimals).values).tolist()
    return tuple(map(_response, improvements, column(followup).tolist()))


def _response(improvement: float, score: float) -> EularResponse:
    if improvement > 1.2 and score <= 3.2:
        return "good"
    if improvement <= 0.6 or (improvement <= 1.2 and score > 5.1):
        return "none"
    return "moderate"


def _within(values: ArrayLike, name: str, highest: float) -> Floats:
    array = column(values, name)
    if ((array < 0) | (array > highest)).any():
        raise ValueError(f"{name} must lie between 0 and {highest:g}")
    return array
