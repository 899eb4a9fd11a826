"""The reference pages of the documentation, made from the code: docs/conf.py calls ``write`` at each build."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cohortpress.cli import main
from cohortpress.freshness import packaged_templates
from cohortpress.glossary import MEASURES
from cohortpress.study import SCHEMA
from cohortpress.templating import COMPOSED

MACRO = re.compile(r"(?:^\{##((?:(?!##\}).)*)##\}\n)?^\{%-?\s*macro\s+(\w+\(.*?\))\s*-?%\}", re.M | re.S)
LIBRARIES = {
    "blocks.jinja": "Parts of a page: head, foot, tables, figures",
    "language/en.jinja": "Sentences, captions and phrases",
}
WIDTH = 100  # characters of what a command says of itself


def write(folder: Path) -> None:
    """Write all pages into ``folder``, those that have not changed excepted."""
    for name, page in (("study", study()), ("values", values()), ("macros", macros()), ("commands", commands())):
        file, text = folder / f"{name}.md", "\n".join([*page, ""])
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def study() -> Iterator[str]:
    """Yield the page of study.yml: a table a part."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    yield "# Every key of study.yml\n"
    yield "What a key means is also what an editor shows of it: [help while you type](../editor.md).\n"
    parts = {"study.yml": schema, **{name: schema["$defs"][name] for name in _in_order(schema, schema["$defs"])}}
    for name, part in parts.items():
        needed = part.get("required", [])
        yield f"\n## {name}\n\n{_cell(part['description'])}\n"
        yield "| key | what it means | what stands there | without it |\n|---|---|---|---|"
        for key, spec in part["properties"].items():
            default = "**needed**" if key in needed else _default(spec.get("default"))
            yield f"| `{key}` | {_cell(spec['description'])} | {_kind(spec)} | {default} |"


def _in_order(part: Any, parts: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the parts in the order in which they are first spoken of."""
    found = dict.fromkeys(re.findall(r"#/\$defs/(\w+)", json.dumps(part.get("properties", {}))))
    for name in list(found):
        found |= dict.fromkeys(_in_order(parts[name], parts))
    yield from found


def _kind(spec: dict[str, Any]) -> str:
    """Return what may stand at a key, in words."""
    if "$ref" in spec:
        name = spec["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in spec:
        kinds = dict.fromkeys(_kind(part) for part in spec["anyOf"] if part.get("type") != "null")
        return " or ".join(kind for kind in kinds if not (kind == "whole number" and "text" in kinds))
    if "const" in spec or "enum" in spec:
        return ", ".join(f"`{value}`" for value in spec.get("enum", [spec.get("const")]))
    match spec.get("type"):
        case "array":
            return f"list of {_kind(spec['items'])}"
        case "object":
            inner = next(iter(spec.get("patternProperties", {}).values()), None)
            return f"name: {_kind(inner)}" if inner else f"column: {_kind(spec['additionalProperties'])}"
        case "string":
            return "name" if "a-z][" in spec.get("pattern", "") else "text"
        case "boolean":
            return "`true`, `false`"
        case "integer" | "number" as kind:
            limits = {"from": "minimum", "above": "exclusiveMinimum", "to": "maximum", "below": "exclusiveMaximum"}
            words = [f"{word} {spec[key]}" for word, key in limits.items() if key in spec]
            return " ".join(["whole number" if kind == "integer" else "number", *words])
    return ""


def _default(value: Any) -> str:
    if value in (None, "", []) or isinstance(value, dict):
        return ""
    return f"`{json.dumps(value) if isinstance(value, bool | list) else value}`"


def _cell(text: str) -> str:
    """Return a text as it stands in a table: braces of Jinja as code, no bar that ends the cell."""
    return re.sub(r"(\{[{%].*?[}%]\})", r"`\1`", text.replace("|", "\\|"))


def values() -> Iterator[str]:
    """Yield the page of the measures and the texts made of them."""
    yield "# What a value is called\n"
    yield (
        "A value is `variable.visit.measure`, as in `{{ crp.month_6.median }}`; the change since the baseline is\n"
        "`variable.visit.vs_baseline.measure`, as in `{{ crp.month_6.vs_baseline.p_value }}`.\n"
        "`cohortpress names` lists all that your study has, with what it prints now.\n"
    )
    yield "## Measures\n\n| measure | what it is | how it comes about |\n|---|---|---|"
    for name, measure in MEASURES.items():
        yield f"| `{name}` | {_cell(measure.words)} | {_cell(measure.formula)} |"
    yield "\n## Texts of several values\n\nEach stands where all its values are.\n\n| text | made of |\n|---|---|"
    for name, composed in COMPOSED.items():
        yield f"| `{name}` | {', '.join(f'`{need}`' for need in composed.needs)} |"


def macros() -> Iterator[str]:
    """Yield the page of the macros of the templates, with the comments above them."""
    yield "# Every macro\n"
    yield (
        "A document calls them between double braces: `{{ change_sentence(crp, month_6) }}`.\n"
        "They stand in `templates/`, where `cohortpress eject` puts a copy for you to change.\n"
    )
    for library, title in LIBRARIES.items():
        text = (packaged_templates() / library).read_text(encoding="utf-8")
        yield f"\n## {title}\n\n`templates/{library}`\n\n| macro | what it writes |\n|---|---|"
        for comment, call in MACRO.findall(text):
            yield f"| `{call}` | {_cell(' '.join(comment.split()))} |"


def commands() -> Iterator[str]:
    """Yield the page of the commands: what each says of itself."""
    yield "# Every command\n"
    for name, command in [("", main), *main.commands.items()]:
        called = f"cohortpress {name}".strip()
        # With the settings of the whole command: click keeps the options of help that the first context asks for.
        context = click.Context(
            command, info_name=called, max_content_width=WIDTH, terminal_width=WIDTH, **main.context_settings
        )
        yield f"\n## {called}\n\n```text\n{command.get_help(context).rstrip()}\n```"


if __name__ == "__main__":
    write(Path(__file__).resolve().parents[1] / "docs/reference")
