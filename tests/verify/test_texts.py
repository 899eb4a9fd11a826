"""Which texts say the same in two formats, and which do not."""

from __future__ import annotations

from pathlib import Path

import pytest
import weasyprint

from cohortpress.verify.files import read_text
from cohortpress.verify.texts import compare, same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("disease-modifying drugs", "disease-\nmodifying drugs"),
        ("tocilizumab", "toci-\nlizumab"),
        ("retrospective single-centre", "retrospective single\ufffecentre"),
        ("IL-6 and so-JIA", "IL\x026 and so-\nJIA"),
        ("p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.046", "p =\n0.046"),
        ("12\N{NARROW NO-BREAK SPACE}345 cells", "12\N{THIN SPACE}345 cells"),
        ("0.6\N{EN DASH}1.4", "0.6-1.4"),
        ("a change of \N{MINUS SIGN}2.45", "a change of -2.45"),
        ("no patient’s data", "no patient's data"),
        ("mm²", "mm2"),
        ("Keywords", "KEYWORDS"),
        ("5.10 (1.6–5.3)", "5.10  (1.6–5.3)"),
    ],
)
def test_the_same_in_two_formats(one: str, other: str) -> None:
    assert same(one, other)
    assert compare([one], other) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("p = 0.046", "p = 0.064"),
        ("6 of 8", "68"),
        ("1.2", "12"),
        ("n = 6, 7 pairs", "n = 67 pairs"),
        ("<0.001", "0.001"),
        ("63%", "63"),
        ("0.6–1.4", "0.6 1.4"),
        ("change of \N{MINUS SIGN}2.45", "change of 2.45"),
        ("0.046†", "0.046"),
        ("5/8", "58"),
        ("Eight patients", "Nine patients"),
        ("9.1–292.6", "292.6–9.1"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert not same(one, other)
    assert compare([one], other)


def test_a_group_of_thousands_may_keep_or_lose_its_space() -> None:
    piece = "in 12\N{NARROW NO-BREAK SPACE}345 cells"
    assert compare([piece], "in 12 345 cells") == []
    assert compare([piece], "in 12345 cells") == []
    assert compare([piece], "in 12 346 cells")


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ("100 000 000", True), ("100000 000", True), ("100 000000", True), ("100000000", True), ("100 000 001", False),
        ("1100 000 000", False), ("100 000 0005", False), ("100 000", False), ("10 0000 000", False),
    ],
)  # fmt: skip
def test_of_the_spaces_of_a_large_number_any_may_be_lost(read: str, right: bool) -> None:
    group = "\N{NARROW NO-BREAK SPACE}"
    piece = f"Plt 0 100{group}000{group}000 200{group}000{group}000"
    for scattered in ((), (piece,)):
        assert (compare([piece], f"Plt 0 {read} 200 000 000", scattered=scattered) == []) == right


def test_the_order_of_the_pieces_does_not_matter_but_the_numbers_in_one_do() -> None:
    assert compare(["n = 6", "n = 16", "6 of 16"], "6 of 16 n = 16 n = 6") == []
    assert compare(["6 of 16"], "16 of 6")


def test_a_number_is_not_found_within_a_longer_one() -> None:
    for longer in ("16", "61", "6.1", "1.6", "6,5"):
        assert compare(["6"], longer)


def test_each_piece_is_there_as_often_as_it_should_be() -> None:
    assert compare(["7 pairs", "7 pairs"], "7 pairs 7 pairs") == []
    assert compare(["7 pairs", "7 pairs"], "7 pairs")
    assert compare(["7 pairs"], "7 pairs 7 pairs")


def test_nothing_is_put_around_a_number_at_an_end() -> None:
    for changed in ("ESR 0.046†", "ESR 0.046%", "<ESR 0.046"):
        assert compare(["ESR 0.046"], changed)


def test_what_is_left_may_hold_words_but_no_number_unless_it_may() -> None:
    assert compare(["6 pairs"], "• 6 pairs") == []
    assert compare(["Text"], "1. Text", may_have=["1"]) == []
    assert compare(["Text"], "2. Text", may_have=["1"])


def test_a_difference_names_the_numbers() -> None:
    (found,) = compare(
        ["DAS-CRP fell from 5.10 to 2.25 (p = 0.046)"], "DAS-CRP fell from 5.10 to 2.52 (p = 0.046)"
    )
    assert (found.expected, found.found) == ("2.25", "2.52")


def test_labels_of_a_figure_may_be_read_in_another_order() -> None:
    figure, text = "CRP 0 6 12 n 10 9 median 3.47 3.55", "CRP 0 6 12 n 10 9 median 3.55 3.47"
    assert compare([figure], text, scattered=[figure]) == []
    assert compare([figure], text)
    assert compare([figure], text.replace("3.55", "3.56"), scattered=[figure])
    assert compare([figure], f"{text} 7", scattered=[figure])


def test_words_that_repeat_over_the_end_of_a_piece_are_found() -> None:
    longest = "More and more and more more."
    pieces = ["More and more.", longest, "More and more and more.", longest]
    assert compare(pieces, "\n".join(pieces)) == []
    assert compare(pieces, "\n".join(pieces[:2]))


def test_texts_of_two_columns_on_one_line_stay_apart(tmp_path: Path) -> None:
    css = "p { margin: 0; width: 60mm } p + p { position: relative; left: 70mm; top: -1.2em } sup { font-size: .7em }"
    html = "<p>The change was not significant<br>by the exact test, 0.06<sup>2</sup></p><p>Steroids<br>in six of 8</p>"
    weasyprint.HTML(string=f"<style>{css}</style>{html}").write_pdf(tmp_path / "page.pdf")
    text = read_text(tmp_path / "page.pdf")
    assert not compare(["The change was not significant by the exact test, 0.062", "Steroids in six of 8"], text)
