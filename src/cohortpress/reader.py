"""What a reader of the HTML can ask of each number: label, visit, n, pairs, method, exact p, formula."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from .glossary import COUNTED, MEASURES, Measure, headed
from .language import Language
from .result import Result, ResultSet
from .study import Study
from .templating import said_of

_PRINTED = re.compile(r'data-result="([\w.]+)"')


def reader_block(markdown: str, script: str, study: Study, results: ResultSet, language: Language) -> str:
    """Return the raw HTML at the end of a document: the origin of each number, and the script that shows it."""
    printed = dict.fromkeys(_PRINTED.findall(markdown))
    data = {"words": language.origin_words, "results": origins(printed, study, results, language)}
    # "</" would end the script element, whatever the quotes around it.
    content = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'\n```{{=html}}\n<script type="application/json" id="cohortpress-origins">{content}</script>\n'
        f"<script>\n{script}</script>\n```\n"
    )


def origins(
    ids: Iterable[str], study: Study, results: ResultSet, language: Language
) -> dict[str, dict[str, str | int | None]]:
    """Return, for each id, what is said of it; None where it does not apply."""
    return {id_: _origin(results[id_], study, results, language) for id_ in ids}


def _origin(result: Result, study: Study, results: ResultSet, language: Language) -> dict[str, str | int | None]:
    measure = _meaning(result, results)
    # What the file of the subjects tells (steroids stopped, drugs tried before) is of no visit; a flow is labelled so.
    timeless = result.variable in ("flow", *study.characteristics)
    visit = None if timeless else study.visits.get(result.visit or "")
    baseline = study.visits.get(result.baseline or "")
    exact = _sibling(result, "p_exact")
    return {
        "label": ", ".join([
            headed(said_of(result, "label", language)), *([visit.label] if visit else []), language.said(measure.words)
        ]),
        "value": f"{result.text} {said_of(result, 'unit', language)}".strip(),
        "baseline": baseline.label if baseline else None,
        "total" if _sibling(result, "total") in results else "n": result.n,
        "n_paired": result.n_paired,
        "method": said_of(result, "method", language),
        "exact_p": results[exact].text if result.measure == "p_value" and exact in results else None,
        "formula": language.said(measure.formula),
        "warnings": language.all_said(result.warnings) or None,
        "id": result.id,
    }


def _meaning(result: Result, results: ResultSet) -> Measure:
    """Return what a measure is called and how it comes about; n counts something else in each kind of result."""
    whole, _, measure = result.id.rpartition(".")
    if measure != "n":
        return MEASURES[result.measure]
    if result.variable in ("cohort", "adverse_events"):
        return COUNTED["onset" if whole.endswith(".onset") else result.variable]
    is_category = result.variable == "flow" or _sibling(result, "total") in results
    return COUNTED["category"] if is_category else MEASURES["n"]


def _sibling(result: Result, measure: str) -> str:
    """Return the id of another measure of the same thing."""
    return f"{result.id.rpartition('.')[0]}.{measure}"
