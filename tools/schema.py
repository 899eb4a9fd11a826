"""Write the JSON Schema of study.yml from the models that read it: ``make schema``."""

from __future__ import annotations

import ast
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cohortpress.study import model


def schema() -> dict[str, Any]:
    """Return the schema: draft 7, which editors know, with a description of every key."""
    made = model.Study.model_json_schema()
    docs = field_docs()
    for name, part in [*made["$defs"].items(), ("Study", made)]:
        part["description"] = part["description"].partition("\n\n")[0]
        for key, spec in part["properties"].items():
            spec["description"] = docs[name, key]
    tidy(made)
    # Another word for the same; one of them may stand there.
    made["properties"]["locale"] = {**made["properties"]["language"], "description": "Another word for language."}
    made["not"] = {"required": ["language", "locale"]}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "study.yml of cohortpress"}
    return {**head, **made, "$defs": made.pop("$defs")}


def field_docs() -> dict[tuple[str, str], str]:
    """Return the text below each field of the models, by class and field: reading it at run time costs an import."""
    tree = ast.parse(Path(model.__file__).read_text(encoding="utf-8"))
    return {
        (part.name, field.target.id): " ".join(text.value.value.split())
        for part in tree.body
        if isinstance(part, ast.ClassDef)
        for field, text in itertools.pairwise(part.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def tidy(made: dict[str, Any]) -> None:
    """Take out titles that repeat the key; let names be names, lists of two be of one kind, and sections be empty."""
    for part in parts(made):
        part.pop("title", None)
        if part.get("default", "") is None:
            del part["default"]
        if "patternProperties" in part:
            part["additionalProperties"] = False
        if "prefixItems" in part:
            part["items"] = part.pop("prefixItems")[0]
        if isinstance(part.get("default"), dict | list):
            kind = {key: part.pop(key) for key in part.keys() - {"default", "description"}}
            part["anyOf"] = [*kind.get("anyOf", [dict(sorted(kind.items()))]), {"type": "null"}]


def parts(value: Any, *, of_keys: bool = False) -> Iterator[dict[str, Any]]:
    """Yield each schema within a schema, itself first."""
    if isinstance(value, dict):
        if not of_keys:
            yield value
        for key, inner in list(value.items()):
            yield from parts(inner, of_keys=not of_keys and key in ("properties", "patternProperties", "$defs"))
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def text() -> str:
    """Return the schema as its file holds it."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    model.SCHEMA.write_text(text(), encoding="utf-8")
