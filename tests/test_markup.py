"""The blocks of a document, parted as pandoc parts them."""

from __future__ import annotations

import pytest

from cohortpress.markup import faults, lines_of, pictures_in, unclosed


def test_each_line_knows_the_blocks_around_it() -> None:
    text = "a\n::: {.x}\nb\n  :::: y ::::\nc\n:::\n:::\nd"
    x, y = (2, "::: {.x}"), (4, ":::: y ::::")
    assert [(line.number, line.kind, line.around) for line in lines_of(text)] == [
        (1, "text", ()),
        (2, "fence", (x,)),
        (3, "text", (x,)),
        (4, "fence", (x, y)),
        (5, "text", (x, y)),
        (6, "fence", (x, y)),
        (7, "fence", (x,)),
        (8, "text", ()),
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("```\n::: {.x}\n```\na", "code code code text"),
        ("````\n```\n````\na", "code code code text"),
        ("~~~\n```\n~~~\na", "code code code text"),
        ("```\n``` x\n```\na", "code code code text"),
        ("``` `x` ```\na", "text text"),  # code in a line
        ("    :::\na", "text text"),
    ],
)
def test_code_ends_where_pandoc_ends_it(text: str, kinds: str) -> None:
    assert [line.kind for line in lines_of(text)] == kinds.split()
    assert unclosed(text) == []


def test_what_is_not_closed_is_named() -> None:
    assert unclosed("::: {.x}\n::: {.y}\n:::\na") == [(1, "::: {.x}")]
    assert unclosed("::: {.x}\n```{=html}\n:::") == [(2, "```{=html}")]


@pytest.mark.parametrize(
    ("opening", "apart"),
    [
        ("::: {.note}", True),
        ("::: note", True),
        ('::: {.table-block .events aria-label="x"}', True),
        ("::: {#id .wide .keywords}", True),
        ("::: {.highlight}", False),
        ('::: {.box title="a .note"}', False),
        ("::: notes", False),
    ],
)
def test_our_own_blocks_are_set_apart(opening: str, apart: bool) -> None:
    assert [line.is_set_apart for line in lines_of(f"{opening}\na\n:::\nb")] == [apart] * 3 + [False]


@pytest.mark.parametrize(
    "text",
    [
        "![A](../images/x.png)",
        '![A](../images/x.png "title"){width=50%}',
        "![A](<../images/x.png>)",
        '<img alt="a" src="../images/x.png">',
        "[ref]: ../images/x.png",
        "![A][ref] and\n\n[ref]:\n  ../images/x.png 'title'",
    ],
)
def test_a_picture_is_found_however_it_is_named(text: str) -> None:
    assert "../images/x.png" in pictures_in(text)


def test_scripts_and_citations_are_none_where_they_are_shown_as_code() -> None:
    shown = "```\n<script>\n[@li2017]\n```\n```{=html}\n[@li2017]\n<script>\n```\n[@li2017]\n"
    found = [(fault.problem, fault.where) for fault in faults(shown, shown, "f", None)]
    assert found == [
        ("'<script' runs in no document.", "f, line 7"), ("'[@li2017]' is looked up in no bibliography.", "f, line 9"),
    ]  # fmt: skip


def test_a_name_may_hold_spaces_and_a_long_text_takes_no_long_time() -> None:
    assert "../the clinic.JPG" in pictures_in("![A](../the clinic.JPG)")
    assert len([*pictures_in("x" * 1_000_000 + ".png")]) == 1
