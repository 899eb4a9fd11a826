"""Every language file: the same names, the same numbers, nothing in English, and checks that hold in it too."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest
from studies import ROOT, language_of

from cohortpress.glossary import MEASURES
from cohortpress.language import Language
from cohortpress.study import parse_study
from cohortpress.templating import _environment

FOLDER = ROOT / "templates/language"
LANGUAGES = sorted(file.stem for file in FOLDER.glob("*.jinja"))
OTHERS = [code for code in LANGUAGES if code != "en"]
SOURCE = ROOT / "src/cohortpress"
# What stands in a message of stats/ alone.
NO_RESULTS = {"visit {}", "a missing", "an infinite"}


def language(code: str) -> Language:
    study = f"""
title: t
language: {code}
data: {{visits: v.csv}}
visits: {{start: {{label: Start, month: 0}}, end: {{label: End, month: 6}}}}
endpoints: {{x: {{label: X}}}}
"""
    return language_of(parse_study(study, "report/study.yml"))


def module(code: str) -> dict[str, Any]:
    return vars(_environment([ROOT / "templates"]).get_template(f"language/{code}.jinja").make_module())


# -- every file has what English has


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_the_macros_and_the_words_of_english(code: str) -> None:
    english, own = module("en"), module(code)
    assert sorted(own) == sorted(english)
    for name, value in english.items():
        if callable(value):
            assert own[name].arguments == value.arguments, name
        elif isinstance(value, dict) and name not in ("unbroken", "spellings"):
            assert list(own[name]) == list(value), name
    assert len(own["numerals"]) == len(english["numerals"])


@pytest.mark.parametrize("code", OTHERS)
def test_every_phrase_is_translated_with_its_places(code: str) -> None:
    phrases = language(code).phrases
    assert [english for english, own in phrases.items() if not own] == []
    for english, own in phrases.items():
        assert sorted(re.findall(r"\{\w+\}", own)) == sorted(re.findall(r"\{\w+\}", english)), english


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_spelling_belongs_to_a_numeral(code: str) -> None:
    own = language(code)
    for number, forms in own.spellings.items():
        assert forms
        assert own.spelled(number) == {own.numerals[number].casefold(), *forms}
        assert forms == [form.lower() for form in forms]


# -- what the program says


def said_by_the_program() -> set[str]:
    """Return each text that a result can carry, as the source has it; {} stands for what varies."""
    said = {text for measure in MEASURES.values() for text in (measure.words, measure.formula)}
    for file in [*SOURCE.glob("stats/*.py"), *SOURCE.glob("analysis/*.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        silent = {inner for node in ast.walk(tree) if isinstance(node, ast.Raise) for inner in ast.walk(node)}
        silent |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        silent |= {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        labels = {node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "label"}
        for node in ast.walk(tree):
            text = text_of(node) if node not in silent else ""
            if re.search(r"[^\W\d_]", text.replace("{}", "")) and (" " in text or node in labels):
                said.add(text)
    return said - NO_RESULTS


def text_of(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
    return ""


def test_the_language_files_know_all_that_results_say() -> None:
    english, said = language("en"), said_by_the_program()
    known = {re.sub(r"\{\w+\}", "{}", phrase) for phrase in (*english.measures, *english.reasons)}
    patterns = {phrase: re.compile(re.escape(phrase).replace(r"\{\}", ".+")) for phrase in known}
    fitting = {text: [phrase for phrase, pattern in patterns.items() if pattern.fullmatch(text)] for text in said}
    assert [text for text, phrases in fitting.items() if not phrases] == [], "add them to all of templates/language/"
    assert known == {phrase for phrases in fitting.values() for phrase in phrases}, "no result says that any more"
