"""Titles in lines of about the same length."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from cohortpress.headlines import Headline, titles


def lines(words: list[float], width: float) -> list[float]:
    """Fill lines by hand, a space of 5 px between two words; return their lengths."""
    filled: list[float] = []
    for word in words:
        if filled and filled[-1] + 5 + word <= width:
            filled[-1] += 5 + word
        else:
            filled.append(word)
    return filled


@given(st.lists(st.floats(5, 120), min_size=1, max_size=20), st.integers(130, 700), st.floats(0.9, 1.08))
def test_the_narrowest_box_that_takes_no_line_more(words: list[float], box: int, larger: float) -> None:
    style = Headline(tuple(word / larger for word in words), 5 / larger, box).style(larger)
    count = len(lines(words, box))
    if count == 1:
        assert style == ""
        return
    width = int(re.fullmatch(r"max-width: (\d+)px", style)[1])  # type: ignore[index]
    assert len(lines(words, width)) == count
    narrowest = next(w for w in range(int(max(words)), box + 1) if len(lines(words, w)) <= count and w >= max(words))
    assert narrowest - 1 <= width <= narrowest + 3


def test_a_centred_title_stays_in_the_middle() -> None:
    assert "margin-inline: auto" in Headline((60.0, 60.0, 60.0), 5.0, 130.0, centred=True).style(1)


def test_the_space_beside_a_title_is_no_room_for_its_words() -> None:
    bare, padded = (Headline((60.0, 60.0, 60.0), 5.0, 130.0, beside=beside).style(1) for beside in (0, 40))
    assert (bare, padded) == ("max-width: 126px", "max-width: 166px")


def test_titles_are_headings_and_the_first_words_of_a_message() -> None:
    first, second, third = (f"{letter * 20} and more" for letter in "abc")
    message = f"<div class='area message'><p>{second}</p><p>{third}</p></div>"
    page = f"<main><h1>{first}</h1>{message}<section><h2>{third}</h2><p>{third}</p><h2>Short</h2></section></main>"
    assert [title.text for title in titles(ElementTree.fromstring(page))] == [first, second, third]


def test_a_title_that_was_not_found_is_left_as_it_is() -> None:
    assert Headline((), 0, 0).style(1) == ""
