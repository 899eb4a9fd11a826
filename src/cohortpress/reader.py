"""What a reader of the HTML can ask of each number: label, visit, n, pairs, method, exact p, formula."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from .glossary import MEASURES, headed
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
    measure = MEASURES[result.measure]
    visit = study.visits.get(result.visit or "")
    baseline = study.visits.get(result.baseline or "")
    exact = result.id.rpartition(".")[0] + ".p_exact"
    return {
        "label": ", ".join([
            headed(said_of(result, "label", language)), *([visit.label] if visit else []), language.said(measure.words)
        ]),
        "value": f"{result.text} {result.unit}".strip(),
        "baseline": baseline.label if baseline else None,
        "n": result.n,
        "n_paired": result.n_paired,
        "method": said_of(result, "method", language),
        "exact_p": results[exact].text if result.measure == "p_value" and exact in results else None,
        "formula": language.said(measure.formula),
        "warnings": language.all_said(result.warnings) or None,
        "id": result.id,
    }
