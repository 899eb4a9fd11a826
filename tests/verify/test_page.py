"""A page taken apart: its texts as a reader sees them, and where their numbers come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from studies import language_of

from cohortpress.result import Result, ResultSet
from cohortpress.study import Study, parse_study
from cohortpress.verify.checks import narrow, trace_alts, traced, untraced
from cohortpress.verify.page import Piece, read_page

STUDY = """
title: A study of 7 people
data: {subjects: people.csv, visits: visits.csv}
visits: {start: {label: Start, month: 0}, month_3: {label: 3 months, month: 3}, month_6: {label: 6 months, month: 6}}
endpoints: {grip: {label: Grip}}
constants: {dose: 8 mg/kg}
"""


@pytest.fixture
def study() -> Study:
    return parse_study(STUDY, "study.yml")


@pytest.fixture
def results() -> ResultSet:
    return ResultSet([
        Result("grip.month_6.n", "Grip", "grip", "n", 8, visit="month_6", kind="count", text="8"),
        Result("grip.month_6.median", "Grip", "grip", "median", 2.5, visit="month_6", text="2.5"),
        Result("flow.month_6.n", "6 months", "flow", "n", 8, visit="month_6", kind="count", text="8"),
    ])  # fmt: skip


def page(body: str) -> list[Piece]:
    return read_page(
        f"<!DOCTYPE html><html><head><title>T 1</title></head><body><main>{body}</main></body></html>"
    )


def test_paragraphs_headings_and_items_are_pieces() -> None:
    found = page(
        "<h2>Results 1</h2><p>One <em>two</em>\n  three<br>four</p><ul><li>a</li><li><p>b</p></li></ul>"
    )
    assert [(p.text, p.kind) for p in found] == [
        ("Results 1", "heading"), ("One two three four", "text"), ("a", "text"), ("b", "text")
    ]  # fmt: skip
    assert {p.section for p in found} == {"Results 1"}


def test_numbers_of_a_list_are_the_browsers() -> None:
    found = page('<ol start="3"><li>a</li><li>b</li></ol>')
    assert [(p.text, p.kind) for p in found] == [
        ("3", "marker"),
        ("a", "text"),
        ("4", "marker"),
        ("b", "text"),
    ]


def test_a_row_and_a_drawing_are_one_piece_each() -> None:
    table = "<table><thead><tr><th>A</th><th>n</th></tr></thead><tr><td>x</td><td></td></tr></table>"
    block = f'<div class="table-block wide">{table}</div>'
    svg = '<figure><svg role="img"><title>Alt</title><g><text>0</text><text>5</text></g></svg></figure>'
    found = page(block + block + svg)
    rows = [("A n", "wide", ("A", "n")), ("x", "wide", ("x", ""))]
    again = [(text, "wide-2", cells) for text, _, cells in rows]
    assert [(p.text, p.table, p.cells) for p in found if p.kind == "row"] == [*rows, *again]
    assert [(p.text, p.kind) for p in found][-2:] == [("Alt", "alt"), ("0 5", "figure")]


def test_what_no_reader_sees_is_no_piece() -> None:
    assert page("<style>p { margin: 1em }</style><script>let a = 1</script><!-- 2 --><p>seen</p>") == [
        Piece("seen", "text", in_prose=True)
    ]


def test_prose_is_what_stands_in_no_block_of_ours() -> None:
    body = '<div class="colophon"><p>a</p></div><section class="level2"><p>b</p></section><div class="x"><p>c</p></div>'
    assert [(p.text, p.in_prose) for p in page(body)] == [("a", False), ("b", True), ("c", True)]


def test_a_mark_covers_its_text() -> None:
    (piece,) = page('<p>n =\n<span class="result" data-result="grip.month_6.n"> 8 </span> and so on</p>')
    assert [(m.kind, m.name, piece.marked(m).strip()) for m in piece.marks] == [
        ("result", "grip.month_6.n", "8")
    ]


@pytest.mark.parametrize(
    "body",
    [
        '<p><span data-result="grip.month_6.median">2.5</span> kg at 6 months in '
        '<span data-result="grip.month_6.n">eight</span></p>',
        '<p><span data-constant="dose">8 mg/kg</span> as in Table 2, IL-6, 2011 and 95% CI</p>',
        "<h1>A study of 7 people</h1>",
        "<p>between 3 and 6 months</p>",
        '<svg><text data-axis="value">25</text><text data-result="grip.month_6.n">8</text></svg>',
        '<svg data-results="grip.month_6.median grip.month_6.n"><title>2.5 at 6 months (n = 8)</title></svg>',
    ],
)
def test_numbers_that_are_right(body: str, study: Study, results: ResultSet) -> None:
    assert findings(body, study, results) == []


@pytest.mark.parametrize(
    "body",
    [
        '<p><span data-result="grip.month_6.median">2.6</span></p>',
        '<p><span data-result="grip.month_6.n">seven</span></p>',
        '<p><span data-result="grip.month_7.n">8</span></p>',
        '<p><span data-constant="dose">9 mg/kg</span></p>',
        '<p><span data-constant="doze">8 mg/kg</span></p>',
        "<p>Grip was 2.5 kg</p>",
        "<p>at 7 months</p>",
        '<svg><text data-axis="value">25</text><text data-result="grip.month_6.n">9</text></svg>',
        '<svg><text data-axis="value">25</text><text>8</text></svg>',
        '<svg data-results="grip.month_6.median grip.month_6.n"><title>2.5 at 6 months (n = 9)</title></svg>',
        '<svg data-results="grip.month_6.median grip.month_6.n"><title>8 at 6 months (n = 2.5)</title></svg>',
        '<svg data-results="grip.month_6.median"><title>2.5 at 6 months (n = 8)</title></svg>',
    ],
)
def test_numbers_that_are_wrong(body: str, study: Study, results: ResultSet) -> None:
    assert findings(body, study, results)


def findings(body: str, study: Study, results: ResultSet) -> list[object]:
    english = language_of(study)
    pieces = list(trace_alts(page(body), study, results, english))
    checks = traced("p", pieces, study, results, english), untraced("p", pieces, study, results, english)
    return [finding for check in checks for finding in check.findings]


def test_the_finished_pages_are_made_of_pieces_only(built_flagship: Path) -> None:
    """Every number word and digit of the visible text stands in some piece."""
    from studies import read_html

    html = (built_flagship / "_output/poster.html").read_text(encoding="utf-8")
    shown = {(name, text) for name, text in read_html(html).results}
    marks = {(m.name, p.marked(m)) for p in read_page(html) for m in p.marks if m.kind == "result"}
    assert shown
    assert shown <= marks


def test_a_figure_for_phones_is_traced_and_no_text_of_the_pdf() -> None:
    drawn = '<svg><text data-result="crp.n">8</text></svg>'
    pieces = read_page(f'<div class="panels">{drawn}</div><div class="panels narrow" hidden>{drawn}<p>x</p></div>')
    assert [(piece.kind, piece.text) for piece in pieces] == [("figure", "8"), ("hidden", "8"), ("text", "x")]
    assert pieces[0].marks == pieces[1].marks


def test_a_figure_for_phones_that_says_something_else_is_found() -> None:
    def panels(kind: str, *drawings: str) -> str:
        return f"<div {kind}>{''.join(f'<svg><text>{text}</text></svg>' for text in drawings)}</div>"

    before = panels("", "9")
    for first, second, found in (("0 5", "2", []), ("0", "2 5", ["5"]), ("0 5 5", "3", ["5", "3"]), ("0 0", "", ["0"])):
        html = before + panels("", "0 5", "2") + panels("hidden", first, second)
        assert [finding.found for finding in narrow("", read_page(html)).findings] == found
    assert not narrow("", read_page(panels("", "5") + panels("hidden", "5", "5"))).ok
