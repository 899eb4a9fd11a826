"""What YAML and the models find wrong, in an author's words and with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel

from ..errors import Fault, did_you_mean
from ..yaml_lines import where_of
from .model import Study

# What pydantic's kinds of fault mean to an author, by the beginning of their names.
KINDS = {
    "too_short": ("has too few entries", "Add one."),
    "string_type": ("is no text", "Put it in quotation marks."),
    "int": ("is no whole number", "Write one."),
    "finite": ("is no number", "Write one, with a decimal point."),
    "float": ("is no number", "Write one, with a decimal point."),
    "bool": ("is neither true nor false", "Write one of them."),
    "model": ("cannot stand here", "Write keys with values below it."),
    "dict": ("cannot stand here", "Names with values belong here: 'name: value'."),
    "tuple": ("is no list", "Write it as '[one, two]'."),
}
# What to write where names with values belong, of keys whose names are not obvious.
EXAMPLES = {"logos": "University Hospital: report/logo.svg"}
# Words for keys of study.yml that are spelt otherwise altogether.
MEANT = {
    **dict.fromkeys(("qr", "qr_code", "qrcode", "url", "link", "website"), "address"),
    **dict.fromkeys(("logo", "images"), "logos"),
    **dict.fromkeys(("subtitle", "study_design"), "design"),
    **dict.fromkeys(("email", "e_mail", "correspondence"), "contact"),
    **dict.fromkeys(("responders", "responder"), "responses"),
}


def yaml_fault(error: yaml.YAMLError, file: str, text: str) -> Fault:
    """Turn what the reader of YAML finds in a ``text`` into a fault with its line."""
    mark = getattr(error, "problem_mark", None)
    where = f"{file}, line {mark.line + 1}" if mark else file
    problem = getattr(error, "problem", None) or str(error)
    at = "".join(text.split("\n")[mark.line : mark.line + 1])[mark.column :][:1] if mark else ""
    if at == "\t":
        return Fault("A tab stands here.", "Indent with spaces.", where)
    if at and problem == "found character that cannot start any token":
        return Fault(f"No text can begin with {at}.", "Put it in quotation marks.", where)
    mend = "Check indentation, colons and quotation marks."
    if problem.startswith("mapping values are not allowed"):  # a text with a colon in it, or what is set in too far
        mend = f"Put the text behind the first colon in quotation marks. {mend}"
    return Fault(f"This is not YAML: {problem}.", mend, where)


def model_fault(
    detail: Any, file: str, lines: Mapping[tuple[str, ...], int], model: type[BaseModel] = Study
) -> Fault:
    """Turn pydantic's finding about a file that holds a ``model`` into a fault with line and mend."""
    path = tuple(str(part) for part in detail["loc"] if part != "[key]" and not _is_type(part))
    where = where_of(file, lines, path)
    key = ".".join(path)
    given = key if isinstance(detail["input"], dict | list | tuple) else f"{key}: '{detail['input']}'"
    if detail["input"] is None:
        return Fault(f"The key '{key}' is empty.", "Write what belongs there.", where)
    if any(map(_is_type, detail["loc"])):
        return Fault(f"{given} is neither text nor number.", "Write one of them.", where)
    match detail["type"]:
        case "extra_forbidden":
            mend = did_you_mean(path[-1], _fields_at(path[:-1], model))
            return Fault(f"Unknown key '{key}'.", f"Did you mean '{MEANT[key]}'?" if key in MEANT else mend, where)
        case "invalid_key":
            mend = "Write a decimal with a point: a comma ends a value."
            return Fault(f"'{path[-1]}' cannot be a key.", mend if path[-1].isdigit() else "", where)
        case "missing" if path[-1].isdigit():
            return Fault(f"{'.'.join(path[:-1])} has too few entries.", "Add what is missing.", where)
        case "missing":
            return Fault(f"The key '{key}' is missing.", "Add it.", where)
        case "string_pattern_mismatch" if "https" in detail["ctx"]["pattern"]:
            return Fault(f"{given} is no address.", "Write one that begins with https://.", where)
        case "string_pattern_mismatch":
            mend = "Use lower-case letters, digits and underscores, and begin with a letter."
            return Fault(f"'{path[-1]}' cannot be a name.", mend, where)
        case "literal_error":
            expected = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            problem = f"Unknown key '{key}'." if "[key]" in detail["loc"] else f"{given} is not known."
            return Fault(problem, did_you_mean(str(detail["input"]), expected), where)
        case "value_error":
            return Fault(f"{key}: {detail['ctx']['error']}.", "", where)
        case "float_parsing" if re.fullmatch(r"[+-]?\d+,\d+", str(detail["input"])):
            return Fault(f"{given} is no number.", f"Write {detail['input'].replace(',', '.')}.", where)
        case "dict_type" if key in EXAMPLES:
            mend = f"Names with values belong here. Write '{EXAMPLES[key]}'."
            return Fault(f"{given} cannot stand here.", mend, where)
        case kind:
            for beginning, (problem, mend) in KINDS.items():
                if kind.startswith(beginning):
                    return Fault(f"{given} {problem}.", mend, where)
            return Fault(f"{given} will not do.", f"{detail['msg'].replace('Input should', 'It must')}.", where)


def _is_type(part: object) -> bool:
    """Tell whether pydantic names a type here, among several that a value may be of, and not a key."""
    return part in ("int", "float", "str") or (isinstance(part, str) and "[" in part and part != "[key]")


def _fields_at(path: tuple[str, ...], kind: Any) -> list[str]:
    """Return the keys that may stand at ``path`` of a model, by walking the models."""
    for part in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[part].annotation if part in kind.model_fields else None
        elif get_origin(kind) is dict:
            kind = get_args(kind)[1]
        if get_origin(kind) in (Union, UnionType):
            kind = next((k for k in get_args(kind) if k is not type(None)), None)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []
