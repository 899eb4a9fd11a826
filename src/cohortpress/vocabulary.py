"""What an author can write in a document, and what it prints now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from .errors import CohortpressError, Fault, ResultError, TemplateError, did_you_mean
from .listing import aligned
from .result import ResultSet
from .study import Study
from .templating import Filler, plain

HEAD = ("in a document", "prints")


@dataclass(frozen=True)
class Entry:
    """A ``name`` of a document, between double braces; the ``text`` that it prints, or ``why`` it has none.

    ``about`` are the words by which readers call it: the labels of its variable and its visits.
    """

    name: str
    text: str | None
    why: str
    about: str


def vocabulary(study: Study, results: ResultSet, filler: Filler) -> list[Entry]:
    """Return all that the documents of ``study`` can print: sentences, values, labels, constants."""
    labels = {name: visit.label for name, visit in study.visits.items()}
    labels |= {name: endpoint.label for name, endpoint in study.endpoints.items()}
    labels |= {result.id: result.label for result in results}
    entries = []
    for name, print_ in filler.writable():
        parts = name.replace("(", ".").replace(", ", ".").replace(")", "").split(".")
        about = " ".join(dict.fromkeys(labels[part] for part in (name, *parts) if part in labels))
        try:
            entries.append(Entry(name, plain(str(print_())), "", about))
        except (ResultError, TemplateError) as error:
            if "(" not in name:  # a sentence about what it cannot be about is none
                entries.append(Entry(name, None, _why(name, results, error), about))
    return entries


def _why(name: str, results: ResultSet, error: CohortpressError) -> str:
    if name not in results:
        return error.faults[0].problem.rstrip(".")
    if results[name].value is not None:
        return f"a yes or a no, for {{% if {name}.value %}}"
    return results[name].error or ""


def having(entries: Sequence[Entry], words: Sequence[str]) -> list[Entry]:
    """Return the entries that have all ``words`` in their name, or in the labels of what they are about.

    Raises ResultError if there is none.
    """
    texts = {entry: f"{entry.name} {entry.about}".casefold() for entry in entries}
    found = [entry for entry, text in texts.items() if all(word.casefold() in text for word in words)]
    if not found:
        strange = next((word for word in words if not any(word.casefold() in text for text in texts.values())), "")
        known = {part for entry in entries for part in entry.name.split(".")}
        problem = f"Nothing has '{' '.join(words)}' in its name."
        raise ResultError(Fault(problem, did_you_mean(strange, known) if strange else "Write fewer words."))
    return found


def as_table(entries: Sequence[Entry]) -> str:
    """Return the entries as a document has them, and what they print or why not, for a terminal."""
    rows = [(f"{{{{ {e.name} }}}}", f"nothing: {e.why}" if e.text is None else e.text) for e in entries]
    return aligned([HEAD, *rows])


def as_json(entries: Sequence[Entry]) -> str:
    """Return the entries as JSON."""
    return json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1) + "\n"
