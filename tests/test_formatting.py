from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from studies import SECOND_STUDY

from cohortpress.errors import StudyError
from cohortpress.formatting import Formatter, format_results, own_decimals, span
from cohortpress.result import Kind, Result, ResultSet
from cohortpress.study import parse_study

TEXT = SECOND_STUDY["report/study.yml"]
ENGLISH = Formatter("en-GB")
NNBSP = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (2.125, 2, "2.13"),  # a binary fraction, and a half: away from zero, as with a pencil
        (1.005, 2, "1.01"),  # in binary below the half
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-0.5, 0, "−1"),
        (-2.5, 0, "−3"),
        (69.19999999999999, 1, "69.2"),  # what arithmetic leaves of 69.2
        (0.1 + 0.2, 1, "0.3"),
        (-0.04, 1, "0.0"),
        (-0.0, 0, "0"),
        (35, 0, "35"),
        (5.1, 2, "5.10"),
        (9999.5, 0, f"10{NNBSP}000"),
        (9999, 0, "9999"),
        (1234567.891, 2, f"1{NNBSP}234{NNBSP}567.89"),
        (-12345.6, 1, f"−12{NNBSP}345.6"),
    ],
)
def test_numbers(value: float, decimals: int, text: str) -> None:
    assert ENGLISH.number(value, decimals) == text


@given(st.decimals(-9999, 9999, places=6), st.integers(0, 5))
def test_rounding_is_that_of_decimal_arithmetic(value: Decimal, decimals: int) -> None:
    expected = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert Decimal(ENGLISH.number(float(value), decimals).replace("−", "-").replace(NNBSP, "")) == expected


@pytest.mark.parametrize(
    ("language", "number", "percent"),
    [
        ("en-GB", f"12{NNBSP}345.6", "62.5%"),
        ("nl", f"12{NNBSP}345,6", "62,5%"),
        ("de", f"12{NNBSP}345,6", "62,5\N{NO-BREAK SPACE}%"),
        ("fr", f"12{NNBSP}345,6", "62,5\N{NO-BREAK SPACE}%"),
        ("sv", f"12{NNBSP}345,6", "62,5\N{NO-BREAK SPACE}%"),
        ("de-CH", f"12{NNBSP}345.6", "62.5%"),
        ("nl-BE", f"12{NNBSP}345,6", "62,5%"),
        ("nl-CH", f"12{NNBSP}345,6", "62,5%"),  # a region that Babel does not know: as the language
        ("fr-CH", f"12{NNBSP}345,6", "62,5%"),
        ("en-US", f"12{NNBSP}345.6", "62.5%"),
    ],
)
def test_numbers_in_other_languages(language: str, number: str, percent: str) -> None:
    formatter = Formatter(language)
    assert formatter.number(12345.6, 1) == number
    assert formatter.number(-1, 0) == "−1"
    assert formatter.percent(62.5, 1) == percent


def test_no_percentage_is_grouped_as_no_other_number_is() -> None:
    assert [Formatter(language).percent(1234.5, 1) for language in ("en-IN", "hi")] == ["1234.5%"] * 2
    assert Formatter("tr").percent(1234.5, 1) == "%1234,5"


@pytest.mark.parametrize("language", ["xx", "english", "", "e"])
def test_an_unknown_language_says_its_line(language: str) -> None:
    study = parse_study(TEXT.replace("language: en-GB", f"language: '{language}'"), "report/study.yml")
    with pytest.raises(StudyError, match=r"report/study\.yml, line 2: '.*' is not a language that is known\."):
        format_results(ResultSet([]), study)


@pytest.mark.parametrize(
    ("value", "kind", "alpha", "text"),
    [
        (0.0464, "p", 0.05, "0.046"),
        (0.0277, "p", 0.05, "0.028"),
        (0.0004, "p", 0.05, "<0.001"),
        (0.00099999, "p", 0.05, "<0.001"),
        (0.001, "p", 0.05, "0.001"),
        (0.04996, "p", 0.05, "0.04996"),  # 0.050 would stand on the other side of alpha
        (0.0499999999, "p", 0.05, "0.0499999999"),
        (0.05, "p", 0.05, "0.050"),
        (0.0504, "p", 0.05, "0.050"),
        (0.00996, "p", 0.01, "0.00996"),
        (0.9996, "p", 0.05, "0.9996"),  # 1.000 would be certainty
        (1.0, "p", 0.05, "1.000"),
        (0.03125, "exact_p", 0.05, "0.0313"),
        (0.0625, "exact_p", 0.05, "0.0625"),
        (0.04999, "exact_p", 0.05, "0.04999"),
        (1.0, "exact_p", 0.05, "1.0000"),
    ],
)
def test_p_values(value: float, kind: str, alpha: float, text: str) -> None:
    assert ENGLISH.p(value, kind, alpha) == text


@given(st.floats(0.001, 1), st.sampled_from([0.05, 0.01, 0.1, 0.025]), st.sampled_from(["p", "exact_p"]))
def test_a_printed_p_stays_on_its_side_of_alpha(value: float, alpha: float, kind: str) -> None:
    printed = Decimal(ENGLISH.p(value, kind, alpha))
    meant = Decimal(f"{value:.13g}")
    assert (printed < Decimal(str(alpha))) == (meant < Decimal(str(alpha)))
    assert (printed < 1) == (meant < 1)
    assert abs(printed - meant) <= Decimal("0.0005")


def test_a_range_with_a_minus_is_written_in_words() -> None:
    low = Result("a.min", "A", "a", "min", 1.0)
    assert span(low, replace(low, value=2.0), "to") == "–"
    assert span(replace(low, value=-1.0), low, "to") == " to "
    assert span(low, replace(low, value=-1.0), "bis") == " bis "


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("count", 12, "12"),
        ("value", 30.5, "30.5"),
        ("value", 30, "30.0"),
        ("summary", 36.0, "36.0"),
        ("summary", 38.75, "38.75"),  # between two values: 38.8 would be nobody's
        ("spread", 2.0, "2.00"),
        ("exact", 9.5, "9.5"),
        ("percent", 62.5, "63%"),
        ("percent_change", -12.34, "−12.3%"),
        ("ratio", 0.666, "0.67"),
        ("rate", 12.34, "12.3"),
        ("p", 0.25, "0.250"),
        ("exact_p", 0.25, "0.2500"),
        ("level", 93.75, "93.8%"),
        ("level", 95.0, "95%"),
        ("flag", True, None),
    ],
)
def test_every_kind_of_result_has_its_text(kind: Kind, value: float, text: str | None) -> None:
    study = parse_study(TEXT, "report/study.yml")
    result = Result("grip.start.x", "Grip", "grip", "x", value, kind=kind, n=8)
    assert format_results(ResultSet([result]), study)["grip.start.x"].text == text


def test_summaries_have_the_decimals_that_the_study_asks_for() -> None:
    study = parse_study(TEXT.replace("decimals: 1", "decimals: 1, summary_decimals: 2"), "report/study.yml")
    results = [Result(f"grip.{kind}", "Grip", "grip", kind, 5.1, kind=kind) for kind in ("value", "summary")]
    assert [result.text for result in format_results(ResultSet(results), study)] == ["5.1", "5.10"]


def test_what_lies_below_a_limit_says_so() -> None:
    study = parse_study(TEXT, "report/study.yml")
    result = Result("grip.min", "Grip", "grip", "min", 0.6, kind="value", options={"below": True})
    assert format_results(ResultSet([result]), study)["grip.min"].text == "<0.6"


@pytest.mark.parametrize(("limit", "text"), [(0.04, "<0.04"), (0.64, "<0.64"), (5, "<5.0"), (0.6, "<0.6")])
def test_a_limit_is_never_rounded_to_another(limit: float, text: str) -> None:
    study = parse_study(TEXT, "report/study.yml")
    result = Result("grip.min", "Grip", "grip", "min", limit, kind="value", options={"below": True})
    assert format_results(ResultSet([result]), study)["grip.min"].text == text


def test_the_mean_of_what_the_study_does_not_describe_is_rounded_too() -> None:
    study = parse_study(TEXT, "report/study.yml")
    result = Result("adverse_events.onset.mean", "Onset", "adverse_events", "mean", 10 / 3, kind="spread")
    assert format_results(ResultSet([result]), study)["adverse_events.onset.mean"].text == "3.3"


def test_more_than_a_hundred_give_a_percentage_a_decimal() -> None:
    study = parse_study(TEXT, "report/study.yml")
    result = Result("hand.left.percent", "Hand", "hand", "percent", 100 / 3, kind="percent", n=100)
    results = ResultSet([result, replace(result, id="hand.right.percent", n=101)])
    assert [r.text for r in format_results(results, study)] == ["33%", "33.3%"]


def test_no_value_has_no_text_and_nothing_but_the_text_changes() -> None:
    study = parse_study(TEXT, "report/study.yml")
    absent = Result("grip.finish.median", "Grip", "grip", "median", None, error="nobody was measured")
    there = Result("grip.start.median", "Grip", "grip", "median", 1 / 3, kind="summary", warnings=("few",))
    formatted = format_results(ResultSet([absent, there]), study)
    assert formatted["grip.finish.median"] == absent
    assert replace(formatted["grip.start.median"], text=None) == there


def test_a_number_that_an_author_wrote_prints_as_it_was_written() -> None:
    assert [ENGLISH.plain(value) for value in (50, 0.05, 1e-7, 100.0)] == ["50", "0.05", "0.0000001", "100"]
    assert Formatter("nl").plain(0.05) == "0,05"
    assert ENGLISH.plain(20190000123456) == "20 190 000 123 456".replace(" ", NNBSP)  # more digits than noise has
    assert [own_decimals(value) for value in (50, 0.05, 1e-7, 100.0, 0.1 + 0.2)] == [0, 2, 7, 0, 1]


@pytest.mark.parametrize(("value", "zeros"), [(1e30, 30), (-1e300, 300), (10**400, 400)])
def test_numbers_of_any_size_are_written(value: float, zeros: int) -> None:
    digits = ENGLISH.plain(value).replace(NNBSP, "").removeprefix("−")
    assert digits == "1" + "0" * zeros
    assert ENGLISH.percent(value, 1).removeprefix("−") == f"{digits}.0%"
