"""P values adjusted for how many were tested, over the family that the study declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..result import Result, Value
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
    name, adjust = METHODS[family.method]

    def adjusted_of(p_values: Mapping[str, Value]) -> dict[str, float]:
        tested = {id_: p for id_, p in p_values.items() if isinstance(p, float)}
        return dict(zip(tested, adjust(list(tested.values())).tolist(), strict=True))

    values = adjusted_of({member.id: member.value for member in members})
    at_zero = adjusted_of({member.id: member.options.get("value_at_zero", member.value) for member in members})
    for member in members:
        value = values.get(member.id)
        options = {option: given for option, given in member.options.items() if option != "value_at_zero"}
        if at_zero.get(member.id) != value:
            options["value_at_zero"] = at_zero.get(member.id)
        yield replace(
            member,
            id=member.id.replace(".p_value", ".p_adjusted"),
            measure="p_adjusted",
            value=value,
            options=options,
            method=f"{member.method}; {name} over {len(values)} tests",
        )
