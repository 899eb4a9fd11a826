"""P values adjusted for how many were tested, over the family that the study declares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..result import Result
from ..stats.multiplicity import benjamini_hochberg, holm
from ..study import Study

METHODS = {"holm": ("Holm", holm), "benjamini_hochberg": ("Benjamini-Hochberg", benjamini_hochberg)}


def adjusted(study: Study, results: Sequence[Result]) -> Iterator[Result]:
    """Yield ``p_adjusted`` beside each main p value of the family; without a family, nothing."""
    family = study.analysis.family
    if family is None:
        return
    wanted = {f"{e}.{v}.vs_baseline.p_value" for e in family.endpoints for v in family.visits}
    members = [result for result in results if result.id in wanted]
    tested = [result for result in members if isinstance(result.value, float)]
    name, adjust = METHODS[family.method]
    values = dict(zip([r.id for r in tested], adjust([float(r.value or 0) for r in tested]), strict=True))
    for member in members:
        yield replace(
            member,
            id=member.id.replace(".p_value", ".p_adjusted"),
            measure="p_adjusted",
            value=float(values[member.id]) if member.id in values else None,
            method=f"{member.method}; {name} over {len(tested)} tests",
        )
