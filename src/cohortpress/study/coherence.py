"""What must hold between the parts of a study.yml: names that differ, references that lead somewhere."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator

from ..errors import Fault, did_you_mean
from .model import OF_A_BRANCH, RESERVED, Characteristic, Endpoint, Study


def incoherent(study: Study) -> Iterator[Fault]:
    """Yield a fault, with its line, for all that does not fit together."""
    yield from _names_that_clash(study)
    yield from _columns_that_clash(study)
    yield from _missing_that_clash(study)
    yield from _references_to_nothing(study)
    yield from _better_sides(study)


def _names_that_clash(study: Study) -> Iterator[Fault]:
    """Yield a fault for each name that prose could not tell from another."""
    parts = ("visits", "endpoints", "characteristics", "yes_no_changes", "responses")
    seen: dict[str, str] = {}
    for kind, name in ((part, name) for part in parts for name in getattr(study, part)):
        reserved = RESERVED | {study.data.subject_id, study.data.visit, "reason"}
        reserved |= set() if name == study.baseline else {"baseline"}
        if name in reserved or (kind == "visits" and name in OF_A_BRANCH | set(Endpoint.model_fields)):
            problem = f"'{name}' is a word of cohortpress."
            yield Fault(problem, "Choose another name.", study.where(kind, name))
        elif seen.setdefault(name, kind) != kind:
            problem = f"'{name}' names something under '{seen[name]}' already."
            yield Fault(problem, "Choose another name.", study.where(kind, name))
    for name, spec in study.characteristics.items():
        cells: dict[str, str] = {}
        for category, values in (spec.categories or {}).items():
            where = study.where("characteristics", name, "categories", category)
            if category in OF_A_BRANCH | set(Characteristic.model_fields):
                yield Fault(f"'{category}' is a word of cohortpress.", "Choose another name.", where)
            for value in values:
                if (first := cells.setdefault(value, category)) != category:
                    problem = f"The value '{value}' stands for '{first}' already."
                    yield Fault(problem, "Let it stand for one category.", where)
        for category in spec.labels.keys() - (spec.categories or {}):
            where = study.where("characteristics", name, "labels", category)
            yield Fault(f"There is no category '{category}'.", did_you_mean(category, spec.categories or {}), where)
    for name in {"alpha", "confidence", "software"} & study.constants.keys():
        mend = "Choose another name: this one is known already."
        yield Fault(f"The constant '{name}' cannot be declared.", mend, study.where("constants", name))


def _columns_that_clash(study: Study) -> Iterator[Fault]:
    """Yield a fault where study.yml does not tell which values of the data belong to which visit."""
    columns_of = {name: study.endpoints[name].column for name in study.measured}
    mapped = {name: columns for name, columns in columns_of.items() if isinstance(columns, dict)}
    for name, columns in mapped.items():
        for visit in columns.keys() - study.visits.keys():
            where = study.where("endpoints", name, "column", visit)
            yield Fault(f"There is no visit '{visit}'.", did_you_mean(visit, study.visits), where)
    for name in study.measured if mapped else ():
        if name not in mapped:
            problem = f"'{name}' does not say which column is which visit, as others do."
            yield Fault(problem, "Write 'column: {visit: column}'.", study.where("endpoints", name))
    if (study.data.parameter is None) != (study.data.value is None):
        yield Fault("'parameter' and 'value' belong together.", "Give both, or none.", study.where("data"))
    meant: dict[str, str] = {}
    for name, spec in study.visits.items():
        for value in spec.value:
            if (first := meant.setdefault(value, name)) != name:
                problem = f"The value '{value}' stands for '{first}' already."
                yield Fault(problem, "Let it stand for one visit.", study.where("visits", name, "value"))
    yield from _times_that_clash(study)
    yield from _windows_that_clash(study)


def _missing_that_clash(study: Study) -> Iterator[Fault]:
    """Yield a fault for each cell that counts as empty and has a meaning: nobody would be left to whom it applies."""
    meant = {value: f"visits.{name}" for name, spec in study.visits.items() for value in spec.value or (name,)}
    for name, characteristic in study.characteristics.items():
        for category, values in (characteristic.categories or {}).items():
            meant |= dict.fromkeys(values, f"characteristics.{name}.categories.{category}")
    for value in study.data.missing:
        if value in meant:
            problem = f"'{value}' counts as empty, and stands for '{meant[value]}' too."
            yield Fault(problem, "Let it be one of the two.", study.where("data", "missing"))


def _times_that_clash(study: Study) -> Iterator[Fault]:
    """Yield a fault for each visit whose time cannot stand on one axis with the others."""
    unit = next((spec.unit for spec in reversed(study.visits.values()) if spec.unit), None)
    for name, spec in study.visits.items():
        if unit and spec.unit is None:
            where = study.where("visits", name)
            yield Fault(f"'{name}' has no time, as others have.", f"Write '{unit}:' and when.", where)
        elif spec.unit != unit:
            problem = f"'{name}' counts in {spec.unit}s, others in {unit}s."
            yield Fault(problem, "Give all visits one unit.", study.where("visits", name, spec.unit or ""))
    for (first, before), (second, after) in itertools.pairwise(study.visits.items()):
        if after.unit == before.unit and (after.time or 0) < (before.time or 0):
            problem = f"'{second}' stands behind '{first}', and its time is earlier."
            yield Fault(problem, "Write the visits in the order of time.", study.where("visits", second))


def _windows_that_clash(study: Study) -> Iterator[Fault]:
    windows = {name: visit.days for name, visit in study.visits.items() if visit.days}
    if windows and not study.data.date:
        problem = "The visits have windows of days, but no column has the dates."
        yield Fault(problem, "Write 'date:' and the name of the column.", study.where("data"))
    for name in study.visits if windows else ():
        if name not in windows:
            yield Fault(f"'{name}' has no window, as others have.", "Write 'days: [first, last]'.",
                        study.where("visits", name))  # fmt: skip
        elif study.visits[name].unit is None:
            yield Fault(f"'{name}' has a window, but no time that is planned.", "Write 'month:' and when.",
                        study.where("visits", name))  # fmt: skip
    ordered = sorted(windows.items(), key=lambda window: window[1])
    for (first, before), (second, after) in itertools.pairwise(ordered):
        if after[0] <= before[1]:
            problem = f"The windows of '{first}' and '{second}' overlap."
            yield Fault(problem, "Let each day lie in one.", study.where("visits", second, "days"))


def _references_to_nothing(study: Study) -> Iterator[Fault]:
    """Yield a fault for each name that the study uses and does not declare."""
    followups = dict.fromkeys(study.followups)
    asked: list[tuple[tuple[str, ...], str, str, Collection[str]]] = []
    for name, endpoint in study.endpoints.items():
        for part in endpoint.derive.components if endpoint.derive else ():
            asked.append((("endpoints", name, "derive"), "measured endpoint", part, study.measured))
    for name, response in study.responses.items():
        asked.append((("responses", name, "endpoint"), "endpoint", response.endpoint, study.endpoints))
    for name, question in study.yes_no_changes.items():
        for side in ("before", "after"):
            asked.append((("yes_no_changes", name, side), "yes/no characteristic", getattr(question, side), {
                name: None for name, spec in study.characteristics.items() if question.yes in (spec.categories or ())
            }))  # fmt: skip
    for name, claim in study.claims.items():
        asked += [(("claims", name, "endpoints"), "endpoint", part, study.endpoints) for part in claim.endpoints]
        asked.append((("claims", name, "visit"), "follow-up visit", claim.visit, followups))
    if family := study.analysis.family:
        asked += [(("analysis", "family", "endpoints"), "endpoint", name, study.endpoints) for name in family.endpoints]
        asked += [(("analysis", "family", "visits"), "follow-up visit", name, followups) for name in family.visits]
    for path, kind, name, known in asked:
        if name not in known:
            yield Fault(f"There is no {kind} '{name}'.", did_you_mean(name, known), study.where(*path))


def _better_sides(study: Study) -> Iterator[Fault]:
    """Yield a fault for each response and claim that asks for the better side of an endpoint that has none."""
    neither = {name for name, spec in study.endpoints.items() if spec.direction == "neither"}
    problem = "'{}' has no better side: its direction is neither."
    for name, response in study.responses.items():
        if response.endpoint in neither:
            mend = "Give the endpoint a direction, or take the response out."
            yield Fault(problem.format(response.endpoint), mend, study.where("responses", name, "endpoint"))
    for name, claim in study.claims.items():
        for part in claim.endpoints if claim.direction in ("improved", "worsened") else ():
            if part in neither:
                mend = "Write 'direction: decreased' or 'direction: increased' into the claim."
                yield Fault(problem.format(part), mend, study.where("claims", name, "direction"))
