"""Areas of a poster in stacks: each column its own, and what is left between them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohortpress.stacking import Stacks


def stacks(areas: str, gap: float = 5, **heights: float) -> Stacks:
    return Stacks([[name if name != "." else None for name in line.split()] for line in areas.split("/")], heights, gap)


def test_columns_stack_freely() -> None:
    # Left: 30 + 5 + 50. Right: 60 + 5 + 10. The page is as high as the higher one; the lower one ends with it.
    found = stacks("a c / b c / b d", a=30, b=50, c=60, d=10)
    assert found.height == 85
    assert found.tops(85) == {"a": 0, "c": 0, "b": 35, "d": 75}


def test_the_longest_stack_is_told_from_what_stands_beside_it() -> None:
    # 10 + 5 + 45 mm on the left, 20 + 5 + 30 mm on the right, between what spans both.
    found = stacks("head head / a x / b x / b y / foot foot", head=10, a=10, b=45, x=20, y=30, foot=10)
    assert found.longest == ("head", "a", "b", "foot")
    assert stacks("a c / b c / b d", a=30, b=50, c=60, d=10).longest == ("a", "b")


def test_what_is_left_goes_between_all_areas_alike() -> None:
    assert stacks("a / b / c", a=10, b=20, c=30).tops(100) == pytest.approx({"a": 0, "b": 30, "c": 70})


def test_a_shorter_stack_shares_out_its_rest() -> None:
    found = stacks("head head / a x / b x / c x / foot foot", head=10, a=10, b=10, c=10, x=70, foot=10)
    # Beside 70 mm stand three of 10 mm and two gaps of 5 mm: 30 mm are left, and each gap gets half of them.
    assert found.height == 10 + 5 + 70 + 5 + 10
    assert found.tops(100) == pytest.approx({"head": 0, "a": 15, "b": 45, "c": 75, "x": 15, "foot": 90})


def test_an_area_alone_beside_a_stack_begins_with_it() -> None:
    found = stacks("a x / b x / foot foot", a=40, b=40, x=20, foot=10)
    assert found.tops(105)["x"] == 0


def test_areas_below_the_same_one_begin_side_by_side() -> None:
    # Left the longest stack: 100 + 5 + 100. Right of it the picture, then x beside y and z, which have more to spare.
    found = stacks("a p p / a x y / b x z", a=100, b=100, p=50, x=80, y=30, z=40)
    tops = found.tops(205)
    assert tops["p"] == 0
    assert 55 < tops["x"] == tops["y"]
    assert tops["z"] == pytest.approx(165), "it ends with the longest"


def test_an_area_that_the_document_lacks_takes_no_room() -> None:
    found = stacks("a a / x . / b b", gap=0, a=10, b=20)
    assert found.height == 30
    assert found.tops(30) == {"a": 0, "b": 10}


def test_a_page_of_one_area_or_of_none() -> None:
    assert stacks("a", a=10).tops(50) == {"a": 0}
    assert stacks("a").tops(50) == {}
    assert stacks("a").height == 0


@given(st.lists(st.floats(1, 300), min_size=9, max_size=9), st.floats(0, 400))
def test_areas_never_overlap_and_fill_the_page(given_heights: list[float], spare: float) -> None:
    areas = "head head head / a a d / b c d / b c e / f f e / g h h / foot foot foot"
    heights = dict(zip(("a", "b", "c", "d", "e", "f", "g", "h", "foot"), given_heights, strict=True)) | {"head": 20}
    found = stacks(areas, **heights)
    tops = found.tops(room := found.height + spare)
    for column in zip(*(line.split() for line in areas.split("/")), strict=True):
        names = list(dict.fromkeys(column))
        for upper, lower in pairwise(names):
            assert tops[upper] + heights[upper] + 5 <= tops[lower] + 0.1
    assert tops["head"] == 0
    assert tops["foot"] + heights["foot"] == pytest.approx(room, abs=0.1)
