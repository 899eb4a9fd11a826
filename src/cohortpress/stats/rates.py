"""Rates of events over the time observed."""

from __future__ import annotations

import math
from dataclasses import replace

from ._scipy import special
from .inference import Inference, check_level


def event_rate(events: int, patient_years: float, *, per: int = 100, conf_level: float = 0.95) -> Inference:
    """Events per `per` patient-years with the exact Poisson interval (Garwood 1936, Biometrika 28:437-442).

    The bounds are gamma quantiles of the count, over the time. Raises ValueError on a negative count or time;
    without any time there is no rate.
    """
    check_level(conf_level)
    if events < 0 or not 0 <= patient_years < math.inf:
        raise ValueError(f"{events} events in {patient_years} patient-years is not a rate")
    result = Inference(
        method=f"Rate per {per} patient-years, exact Poisson confidence interval",
        options={"events": events, "patient_years": patient_years, "per": per},
    )
    if patient_years == 0:
        return result.warn("no rate: no patient-years were observed")
    tail, factor = (1 - conf_level) / 2, per / patient_years
    low = float(special.gammaincinv(events, tail)) if events else 0.0
    high = float(special.gammainccinv(events + 1, tail))
    return replace(
        result,
        estimate=events * factor,
        conf_low=low * factor,
        conf_high=high * factor,
        conf_level=conf_level,
    )
