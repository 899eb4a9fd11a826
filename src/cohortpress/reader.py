"""What a reader of the HTML can ask of each number: label, visit, n, pairs, method, exact p, formula."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from .glossary import MEASURES
from .result import Result, ResultSet
from .study import Study

_PRINTED = re.compile(r'data-result="([\w.]+)"')


def reader_block(
    markdown: str, script: str, words: Mapping[str, str], study: Study, results: ResultSet
) -> str:
    """Return the raw HTML at the end of a document: the origin of each number, and the script that shows it.

    ``words`` are the headings of an origin in the language of the study.
    """
    printed = dict.fromkeys(_PRINTED.findall(markdown))
    data = {"words": words, "results": origins(printed, study, results)}
    # "</" would end the script element, whatever the quotes around it.
    content = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'\n```{{=html}}\n<script type="application/json" id="cohortpress-origins">{content}</script>\n'
        f"<script>\n{script}</script>\n```\n"
    )


def origins(ids: Iterable[str], study: Study, results: ResultSet) -> dict[str, dict[str, str | int | None]]:
    """Return, for each id, what is said of it; None where it does not apply."""
    return {id_: _origin(results[id_], study, results) for id_ in ids}


def _origin(result: Result, study: Study, results: ResultSet) -> dict[str, str | int | None]:
    measure = MEASURES[result.measure]
    visit = study.visits.get(result.visit or "")
    baseline = study.visits.get(result.baseline or "")
    exact = result.id.rpartition(".")[0] + ".p_exact"
    return {
        "label": ", ".join([result.label, *([visit.label] if visit else []), measure.words]),
        "value": f"{result.text} {result.unit}".strip(),
        "baseline": baseline.label if baseline else None,
        "n": result.n,
        "n_paired": result.n_paired,
        "method": result.method,
        "exact_p": results[exact].text if result.measure == "p_value" and exact in results else None,
        "formula": measure.formula,
        "warnings": "; ".join(result.warnings) or None,
        "id": result.id,
    }
