"""The build against every figure of the publication (doi 10.1186/1546-0096-9-S1-P137): published_figures.csv."""

from __future__ import annotations

import csv
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from studies import ROOT, read_html, text_of_pdf

from cohortpress.result import ResultSet

with (ROOT / "tests/published_figures.csv").open(encoding="utf-8", newline="") as _file:
    FIGURES = list(csv.DictReader(_file))

ENDPOINTS = {"das_crp", "esr", "crp"}
NUMERALS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def id_of(row: dict[str, str]) -> str:
    if row["measure"] == "p_value":
        return f"{row['variable']}.{row['visit']}.vs_baseline.p_value"
    middle = [row["visit"]] if row["variable"] in ENDPOINTS else []
    return ".".join([row["variable"], *middle, row["measure"]])


def number(text: str) -> Decimal:
    """Return the number that a printed value says, in digits or as a word."""
    return Decimal(NUMERALS.index(text.lower())) if text.isalpha() else Decimal(text)


@pytest.fixture(scope="module")
def results(built_flagship: Path) -> ResultSet:
    return ResultSet.from_json((built_flagship / "_output/results.json").read_text(encoding="utf-8"))


def test_no_figure_is_left_out() -> None:
    ids = [id_of(row) for row in FIGURES]
    assert len(ids) == len(set(ids)) >= 50
    assert sum(row["measure"] == "p_value" for row in FIGURES) == 3


@pytest.mark.parametrize("row", FIGURES, ids=id_of)
def test_the_result_is_the_published_one(results: ResultSet, row: dict[str, str]) -> None:
    result = results[id_of(row)]
    published = Decimal(row["value"])
    assert isinstance(result.value, int | float)
    assert result.text is not None
    unrounded = Decimal(f"{result.value:.13g}")
    assert unrounded.quantize(published, ROUND_HALF_UP) == published
    assert Decimal(result.text) == published


@pytest.mark.parametrize("row", FIGURES, ids=id_of)
def test_both_pages_print_it(built_flagship: Path, row: dict[str, str]) -> None:
    for document in ("abstract", "poster"):
        page = read_html((built_flagship / f"_output/{document}.html").read_text(encoding="utf-8"))
        texts = {text for name, text in page.results if name == id_of(row)}
        assert texts, f"the {document} does not print {id_of(row)}"
        assert {number(text) for text in texts} == {Decimal(row["value"])}


def test_no_page_prints_a_result_otherwise_than_it_is(built_flagship: Path, results: ResultSet) -> None:
    for document in ("abstract", "poster"):
        page = read_html((built_flagship / f"_output/{document}.html").read_text(encoding="utf-8"))
        assert len(page.results) > 50
        for name, text in page.results:
            result = results[name]
            assert text == result.text or number(text) == result.value, name


@pytest.mark.parametrize("document", ["abstract", "poster"])
def test_the_paper_prints_them_too(built_flagship: Path, results: ResultSet, document: str) -> None:
    text = re.sub(r"\s", "", text_of_pdf(built_flagship / f"_output/{document}.pdf"))
    for endpoint in sorted(ENDPOINTS):
        for visit in ("baseline", "month_6", "month_12"):
            at = {m: results[f"{endpoint}.{visit}.{m}"].text for m in ("median", "min", "max", "n")}
            cell = f"{at['median']}({at['min']}–{at['max']})"
            assert cell in text, f"{endpoint} at {visit}: {cell}"
            assert re.search(rf"{re.escape(cell[:-1])}(;n={at['n']}\)|\)[^\d]*n={at['n']})", text), f"n of {cell}"
        assert f"p={results[f'{endpoint}.month_6.vs_baseline.p_value'].text}" in text or document == "poster"
        assert f"{results[f'{endpoint}.month_6.vs_baseline.p_value'].text}" in text
    haq = {m: results[f"haq.{m}"].text for m in ("median", "min", "max")}
    assert f"{haq['median']}({haq['min']}–{haq['max']})" in text
