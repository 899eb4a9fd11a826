"""Numbers in every accepted style are read back."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cohortpress.audit.numbers import NUMBER, read_number, same_length


def written(value: Decimal, mark: str, separator: str, minus: str) -> str:
    """The number with a decimal mark and a separator of thousands."""
    text = f"{abs(value):,f}".translate({ord(","): separator, ord("."): mark})
    return (minus if value < 0 else "") + text


@given(
    st.decimals(-999999, 999999, allow_nan=False, places=None).map(lambda value: value.quantize(Decimal("0.001"))),
    st.integers(0, 3),
    st.sampled_from([(".", ""), (",", ""), ("·", ""), (".", ","), (",", "."), (".", "\u202f"), (",", "\u00a0")]),
    st.sampled_from("-−–"),
)
def test_a_number_in_any_style_is_read_back(value: Decimal, places: int, marks: tuple[str, str], minus: str) -> None:
    value = value.quantize(Decimal(1).scaleb(-places))
    text = same_length(written(value, *marks, minus))
    number = read_number(text)
    assert number is not None
    assert value in number.readings
    assert re.fullmatch(f"-?{NUMBER}", text)
    # More than one reading only where the text has two: "1.200".
    assert len(number.readings) == 1 or re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", text)
    assert number.mark in ("", same_length(marks[0]))
    if len(number.readings) == 1:
        assert number.step == Decimal(1).scaleb(-places)


@given(st.integers(0, 9999), st.sampled_from(".,·"), st.sampled_from(["\n", " \n", "\n  "]))
def test_a_decimal_behind_a_line_end_is_read_back(digits: int, mark: str, gap: str) -> None:
    text = same_length(f"0{mark}{gap}{digits:04}")
    assert re.fullmatch(NUMBER, text)
    number = read_number(text)
    assert number
    assert number.readings == (Decimal(digits) / 10000,)


@pytest.mark.parametrize("text", ["1.2.3", "1,2,3", "12.34,5", "1,23.4,5", "2011.05.03"])
def test_what_is_no_number_is_not_read(text: str) -> None:
    assert read_number(text) is None


@given(st.text())
def test_places_stay_where_they_are(text: str) -> None:
    assume(text)
    assert len(same_length(text)) == len(text)
