"""study.yml: what the author says about the study, checked."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from pydantic import ValidationError

from ..errors import Fault, StudyError
from ..fast_yaml import SafeLoader
from ..utf8 import read_utf8
from ..yaml_lines import keys_of
from .coherence import incoherent
from .messages import model_fault, yaml_fault
from .model import (
    DAYS_IN,
    OF_A_BRANCH,
    RAISED,
    RESERVED,
    SCHEMA,
    STUDY_FILE,
    Analysis,
    Characteristic,
    Claim,
    Data,
    Document,
    Documents,
    Endpoint,
    File,
    Participants,
    Press,
    Response,
    Study,
)

__all__ = [
    "DAYS_IN",
    "OF_A_BRANCH",
    "RAISED",
    "RESERVED",
    "SCHEMA",
    "STUDY_FILE",
    "Analysis",
    "Characteristic",
    "Claim",
    "Data",
    "Document",
    "Documents",
    "Endpoint",
    "File",
    "Participants",
    "Press",
    "Response",
    "Study",
    "parse_study",
    "read_study",
]


def read_study(folder: Path) -> Study:
    """Read and check ``report/study.yml`` below ``folder``.

    Raises StudyError with all faults of the file at once.
    """
    path = folder / STUDY_FILE
    try:
        text = read_utf8(path, str(STUDY_FILE))
    except FileNotFoundError:
        raise StudyError(
            Fault("The file is missing.", "Is this the folder of a study?", str(path))
        ) from None
    return parse_study(text, str(STUDY_FILE))


def parse_study(text: str, file: str) -> Study:
    """Check the text of a study.yml; ``file`` is how messages call it."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        keys = [*keys_of(node)]  # before values are made, which joins parts that are referred to
        raw = loader.construct_document(node) if node else None
    except yaml.YAMLError as error:
        raise StudyError(yaml_fault(error, file, text)) from None
    except RecursionError:
        raise StudyError(Fault("A part holds itself (&, *).", "Write out what it refers to.", file)) from None
    if not isinstance(raw, dict):
        raise StudyError(Fault("The file holds no keys.", "Write 'title: ...' and so on.", file))
    lines = {path: line for path, line, _ in keys}
    if "locale" in raw and "language" not in raw:  # another word for the same
        raw["language"], lines[("language",)] = raw.pop("locale"), lines["locale",]
    faults = [
        Fault(f"The key '{path[-1]}' stands twice.", "Keep one.", f"{file}, line {line}")
        for path, line, again in keys
        if again
    ]
    try:
        study = Study.model_validate(raw)
    except ValidationError as error:
        # A value that may be of several types is found wrong once a type.
        faults += dict.fromkeys(model_fault(detail, file, lines) for detail in error.errors())
    else:
        study._lines, study._file = lines, file
        faults += incoherent(study)
    if faults:
        raise StudyError(*faults)
    return study


class _Loader(SafeLoader):
    """YAML without surprises: only true and false are truth values, so that a category can be called 'yes', and only
    plain decimals are numbers. A code 010 is no 8, a time 12:30 no 750, 1_0 no 10, and a date is what is written."""


_PLAIN = {
    "bool": ("tTfF", r"true|True|TRUE|false|False|FALSE"),
    "int": ("-0123456789", r"-?(?:0|[1-9][0-9]*)"),
    "float": ("-.0123456789", r"-?(?:(?:0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"),
}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag.rpartition(":")[2] in ("null", "merge")]
    for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
}
for _kind, (_first, _pattern) in _PLAIN.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"(?:{_pattern})$"), list(_first))
