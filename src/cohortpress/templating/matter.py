"""The front matter of a document: what it says, and what nobody would read in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ..errors import Fault, TemplateError, nearest
from ..fast_yaml import load
from ..study import RAISED, Study
from .markdown import escape

_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)?---\n", re.DOTALL)
# Keys of study.yml that Quarto reads at the head of a document, too.
_OF_BOTH = {"funding", "keywords", "language", "theme", "title"}
# How a poster is laid out, in the words of its theme.
_OF_THE_THEME = {"layout", "columns", "areas"}
_MISSPELT = 0.85  # so much alike: "documnet" is, "documentclass" and "comments" are words of Quarto's


def taken_apart(filled: str, source: str, file: str) -> tuple[dict[str, Any], str]:
    """Return front matter and body of a filled document.

    Raises TemplateError for half a front matter, that of another document, and a key that is read in another file.
    """
    found = _FRONT_MATTER.match(filled)
    if found is None:
        _refuse_half(source, file)
        return {}, filled
    try:
        own = load(found[1] or "") or {}
    except yaml.YAMLError as error:
        raise TemplateError(Fault(f"The front matter is not YAML ({error}).", "", file)) from None
    if not isinstance(own, dict):
        raise TemplateError(Fault("The front matter holds no keys.", "Write 'key: value' lines.", file))
    if faults := [*_faults(own, source, file)]:
        raise TemplateError(*faults)
    return own, filled[found.end() :]


def _faults(own: Mapping[str, Any], source: str, file: str) -> Iterator[Fault]:
    """Yield a fault for the name of another document, and for each key that would be ignored here without a word.

    What else stands there may be for Quarto, for the template of the page or for a shortcode.
    """
    name = Path(file).stem
    if (given := own.get("document", name)) != name:
        mend = nearest(str(given), [name]) or f"In this file it is 'document: {name}'."
        yield Fault(f"'document: {given}' is not known.", mend, _line(source, file, "document"))
    for key in map(str, own):
        if mend := _mend(key):
            yield Fault(f"Nobody reads '{key}' in the front matter.", mend, _line(source, file, key))


def _mend(key: str) -> str:
    if key in _OF_THE_THEME:
        return (
            "The layout of a poster stands in the theme.yml of its theme: run 'cohortpress eject', and change it in "
            "templates/themes/."
        )
    if key in Study.model_fields.keys() - _OF_BOTH:
        return "Write it in report/study.yml."
    return nearest(key, ["document"], alike=_MISSPELT) if key != "document" else ""


def _line(source: str, file: str, key: str) -> str:
    """Return where a key stands."""
    begins = re.compile(rf"[\"']?{re.escape(key)}[\"']?\s*:")
    line = next((n for n, text in enumerate(source.splitlines(), 1) if begins.match(text)), 1)
    return f"{file}, line {line}"


def _refuse_half(source: str, file: str) -> None:
    """Raise TemplateError where keys stand at the top that no pair of lines ``---`` encloses."""
    if half := re.match(r"(---\s*\n)?((?:[a-z]\w*:.*\n)+)(---\s*$)?", source, re.MULTILINE):
        first, keys, last = half.groups()
        if first or last:
            line = 1 if last else keys.count("\n") + 2
            mend = f"Write --- on a line of its own {'above' if last else 'below'} its keys."
            raise TemplateError(Fault("The front matter lacks a line '---'.", mend, f"{file}, line {line}"))


def front_matter(own: Mapping[str, Any], study: Study, document: str) -> str:
    """Return the head of a filled document: what the author wrote, and what page and engine need to know."""
    given: dict[str, Any] = {"pagetitle": escape(study.title), "lang": study.language, "document": document}
    names = [author.rstrip(RAISED) for author in study.authors]
    # Not "author", which Quarto takes apart and prints.
    for name, texts in (("written-by", names), ("keywords", study.keywords)):
        if texts:
            # They stand in attributes, where pandoc, which writes them as text, would let a quotation mark end them.
            given[name] = [escape(text).replace('\\"', "`&quot;`{=html}") for text in texts]
    return f"---\n{yaml.safe_dump({**own, **given}, allow_unicode=True, sort_keys=False)}---\n"
