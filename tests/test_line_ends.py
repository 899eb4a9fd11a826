"""What no end of a line parts; ``~`` stands for a space that never breaks, ``^`` for a joint that does not."""

from __future__ import annotations

import pytest

from cohortpress.line_ends import bound, unbroken, with_free_joints


def typed(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", "~").replace("\N{WORD JOINER}", "^")


@pytest.mark.parametrize(
    "text",
    [
        "<th>Possible~p</th>",
        "<td>Prothrombin time,~s</td>",
        "†~Both tests fall on different sides of it. ‡~With so few pairs",
        "(p~=~<span>0.02</span>; n~&lt;~8; an = 3) n = x",
        "<span>1.5</span>–^<span>6.1</span>~mg/^l, 35~mm/^h, <span>7</span>~pairs in 8 men",
        "−2.5–^−1.3 at 6~months, 6~Monate",
        "DAS-^CRP in so-^JIA, C-^reactive, P-^Werte, interleukin-^6; not signed-rank, 2010-2012",
        "<td>Glucose, mmol/^L</td> in mmol/^mol",
        "95%-^interval, <span>95~%</span>-^KI 1 bis 2, a 5-fold",
        "median (range; n~measured), P~values, p~of the change, an item",
    ],
)
def test_what_belongs_together_stays_together(text: str) -> None:
    plain = text.replace("~", " ").replace("^", "")
    assert typed(bound(plain)) == text
    assert bound(bound(plain)) == bound(plain)
    assert typed(with_free_joints(bound(plain))) == text.replace("^", "")


@pytest.mark.parametrize(
    "html",
    [
        "<script>p = 1; n = 8</script>",
        "<style>.a-AB { margin: 0 m }</style>",
        '<title>DAS-CRP</title><svg><path d="M0 1 h 7 m 2 0"/><text>6 months</text></svg>',
        '<span title="DAS-CRP, 6 months">x</span>',
        '<a href="https://example.org/a-AB">https://example.org/covid-19</a> <code>n = 8</code>',
    ],
)
def test_what_is_no_text_or_is_copied_stays_as_it_is(html: str) -> None:
    assert bound(html) == html


def test_no_line_ends_in_what_is_unbroken() -> None:
    assert typed(unbroken("a 5–6\n mg/l")) == "a~5–^6~mg/^l"
