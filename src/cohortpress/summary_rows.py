"""Rows that sum up the others, by what stands in the place of the subject: Mean, SD, n, Median."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

# In English, German, Dutch and French. No subject is called so.
_SUMMARY = re.compile(
    r"(means?|averages?|medians?|(grand |sub)?totals?|sum|standard (deviation|error)|std\.? ?dev\.?|minimum|maximum|"
    r"mittel(wert)?|mediane?|durchschnitt|summe|gesamt|insgesamt|standardabweichung|standardfehler|anzahl|"
    r"gemiddelden?|mediaan|(sub)?totaal|som|standaard(deviatie|afwijking|fout)|aantal|"
    r"moyennes?|m[e\u00e9]dianes?|somme|totaux|[e\u00e9]cart[ -]type|erreur[ -]type|effectif|"
    r"[pP][ -]?(values?|werte?|waarden?)|valeur p|referen(z|ce|tie)(-?(bereich|wert|range|value|waarde))?s?|"
    r"norm(al)?[ -]?(werte?|bereiche?|waarden?|range|values?)|(inter)?quartiles?|quartile?|perzentile?|percentiles?|"
    r"differen(z|ces?)|verschil|diff[e\u00e9]rence|kontroll?e[ -]?n|"
    r"[\u00d8\u00f8\u2205\u2300\u03a3\u2211])(\W.*)?",
    re.IGNORECASE | re.DOTALL,
)
# These may be the initials of one.
_SHORT = re.compile(
    r"(n|p|norm(al)?|q[1-4]|(25|50|75)\.? ?%|sd|std|sem?|iqr|min|max|avg|"
    r"mw\.?|stabw\.?|gem\.?|moy\.?|[e\u00e9]t|ds|x\u0304|\u00b5|\u03bc)( ?[=:(].*)?",
    re.IGNORECASE | re.DOTALL,
)

MOST_ODD = 3  # ids at the end; more are subjects of another kind


def summary_rows(ids: Iterable[str]) -> set[str]:
    """Return those of ``ids`` that read like rows which sum up the others.

    What may be initials (SD, n) does so at the end only, behind Mean or the like, or where no subject's id is
    spelt as it is: in as many letters, and capitals in the same places.
    """
    given = tuple(dict.fromkeys(ids))
    sure = {id_ for id_ in given if _SUMMARY.fullmatch(id_)}
    at_end = [*itertools.takewhile(lambda id_: id_ in sure or _SHORT.fullmatch(id_), reversed(given))][::-1]
    others = {_spelling(id_) for id_ in given[: len(given) - len(at_end)]}
    behind = [*itertools.dropwhile(lambda id_: id_ not in sure, at_end)]
    return {*sure, *behind, *(id_ for id_ in at_end if others and _spelling(id_) not in others)}


def unnamed_summaries(ids: Sequence[str], columns: Iterable[Sequence[str]]) -> dict[int, str]:
    """Return, by number, the word of each row without an id that sums up the others: no row with an id has it."""
    found: dict[int, str] = {}
    nameless = [index for index, id_ in enumerate(ids) if not id_]
    for cells in columns if nameless else ():
        others = {cell for id_, cell in zip(ids, cells, strict=True) if id_}
        rows = [index for index in nameless if cells[index] not in others]
        first = next((index for index in rows if _SUMMARY.fullmatch(cells[index])), None)
        if first is not None:  # behind it short words are no answers
            words = {i: cells[i] for i in rows if i >= first}
            found |= {i: word for i, word in words.items() if _SUMMARY.fullmatch(word) or _SHORT.fullmatch(word)}
    return dict(sorted(found.items()))


def odd_ids(ids: Iterable[str]) -> list[str]:
    """Return those of the last ``ids`` that have no digit where all others have one, and are no summary for sure."""
    given = [id_ for id_ in dict.fromkeys(ids) if id_]
    at_end = [*itertools.takewhile(lambda id_: not re.search(r"\d", id_), reversed(given))][::-1]
    others = given[: len(given) - len(at_end)]
    few = 0 < len(at_end) <= MOST_ODD < len(others)
    return at_end if few and all(re.search(r"\d", id_) for id_ in others) else []


def _spelling(id_: str) -> str:
    return "".join("0" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c for c in id_)
