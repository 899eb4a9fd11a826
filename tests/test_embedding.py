from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from cohortpress.engine.embedding import STYLE_SHEET, embed, styled
from cohortpress.errors import EngineError
from cohortpress.sheets import marked

PIXEL = base64.b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study with a style sheet and two pictures, and a picture outside of it."""
    for place in ("study/build/a b.gif", "study/report/logo.gif", "outside.gif"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(PIXEL)
    (tmp_path / "study/build/page.css").write_text("p { color: red; background: url('#x') }", encoding="utf-8")
    return tmp_path / "study"


def embedded(html: str, study: Path) -> str:
    return embed(html, study / "build", study)


def refused(html: str, study: Path) -> list[str]:
    with pytest.raises(EngineError) as raised:
        embedded(html, study)
    return str(raised.value).splitlines()


def test_style_sheets_and_pictures_go_into_the_page(study: Path) -> None:
    picture = '<img src="../report/logo.gif" alt="../report/logo.gif" hidden>'
    html = f'<link rel="stylesheet" href="page.css"><p>x</p>{picture}'
    page = embedded(html, study)
    assert "<style>\np { color: red; background: url('#x') }\n</style><p>x</p>" in page
    uri = f"data:image/gif;base64,{base64.b64encode(PIXEL).decode()}"
    assert f'<img src="{uri}" alt="../report/logo.gif" hidden>' in page


@pytest.mark.parametrize("name", ["a%20b.gif", "a b.gif", "a&#32;b.gif"])
def test_however_an_address_is_written_its_picture_is_found(study: Path, name: str) -> None:
    page = embedded(f"<img src='{name}' alt='&quot;>'/>", study)
    assert "base64" in page
    assert "&quot;&gt;" in page or '">' not in page.partition("alt=")[2][:4]
    assert name not in page


def test_a_page_that_fetches_nothing_stays_as_it_is(study: Path) -> None:
    html = (
        '<meta charset="utf-8"><a href="https://example.org">x</a><svg><use xlink:href="#m"/></svg>'
        "<style>p { background: url(data:image/gif;base64,AA) }</style>"
        '<link rel="stylesheet" href="data:text/css,p{}"><p style="color: red">url(x)</p>'
    )
    assert embedded(html, study) == html


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://example.org/a.gif">',
        '<img src="//example.org/a.gif">',
        '<IMG SRC="HTTPS://example.org/a.gif">',
        '<img src="file:///etc/passwd">',
        '<img src="../../outside.gif">',
        '<img src="/etc/passwd">',
        '<img src="missing.gif">',
        '<img src="">',
        '<img srcset="a%20b.gif 2x">',
        '<link rel="stylesheet" href="https://example.org/a.css">',
        '<link rel="preload" href="page.css">',
        '<script src="page.css"></script>',
        '<iframe src="page.css"></iframe>',
        '<iframe srcdoc="x"></iframe>',
        '<object data="page.css"></object>',
        '<embed src="page.css">',
        '<video poster="a%20b.gif"></video>',
        '<body background="a%20b.gif">',
        '<svg><image href="https://example.org/a.gif"/></svg>',
        '<svg><image xlink:href="a%20b.gif"/></svg>',
        '<svg><use href="other.svg#x"/></svg>',
        '<base href="https://example.org">',
        '<meta http-equiv="refresh" content="0; url=https://example.org">',
        "<style>p { background: url(https://example.org/a.gif) }</style>",
        "<style>@import 'https://example.org/a.css'; </style>",
        '<p style="background: URL( &quot;a.gif&quot; )">x</p>',
    ],
)
def test_what_would_be_fetched_is_refused(study: Path, html: str) -> None:
    (fault,) = refused(html, study)
    assert fault.startswith("The page asks for '")


def test_a_link_out_of_the_study_is_no_way_out(study: Path) -> None:
    (study / "build/link.gif").symlink_to(study.parent / "outside.gif")
    (fault,) = refused('<img src="link.gif">', study)
    assert "It lies outside the study." in fault


def test_a_style_sheet_that_fetches_is_refused(study: Path) -> None:
    (study / "build/page.css").write_text("@font-face { src: url(https://example.org/f.woff2) }", encoding="utf-8")
    (fault,) = refused('<link rel="stylesheet" href="page.css">', study)
    assert "'https://example.org/f.woff2'" in fault


def test_all_faults_come_at_once(study: Path) -> None:
    assert len(refused('<img src="http://a.org/1"><img src="no.gif"><iframe></iframe>', study)) == 3


def test_the_style_sheet_stands_where_the_page_template_wants_it() -> None:
    css = r"p::before { content: '\0041' }"
    for page in (f"<head>{STYLE_SHEET}<script></script></head>", "<head><title>x</title></head>"):
        before, _, after = page.partition(STYLE_SHEET if STYLE_SHEET in page else "</head>")
        rest = after if STYLE_SHEET in page else "</head>"
        assert styled(page, css) == f"{before}<style>\n{css}\n</style>{rest}"


@pytest.mark.parametrize(
    ("css", "problem"),
    [
        ("@import 'https://example.org/a.css';", "asks for 'https://example.org/a.css'"),
        ("@import url(https://example.org/a.css?family=Lato);", "asks for 'https://example.org/a.css?family=Lato'"),
        ("p { background: url(https://example.org/a.png) }", "asks for 'https://example.org/a.png'"),
        ("p { background: url( '../report/a.png' ) }", "asks for '../report/a.png'"),
        ('p::before { content: "/*" } p { background: url(a.png) } b::after { content: "*/" }', "asks for 'a.png'"),
        ("p { color: red }</STYLE><script>alert(1)</script>", "holds '</style'"),
    ],
)
def test_a_style_sheet_that_does_more_is_refused(css: str, problem: str) -> None:
    with pytest.raises(EngineError) as raised:
        styled("<head></head>", css)
    assert str(raised.value).startswith(f"The style sheet {problem}. ")
    file = "templates/themes/ours/poster.css"
    with pytest.raises(EngineError) as raised:
        styled("<head></head>", "b { color: red }\n" + marked(file, "/* ours */\n" + css))
    assert str(raised.value).startswith(f"{file}, line 2: The style sheet {problem}. ")


def test_a_comment_asks_for_nothing() -> None:
    css = "/* url(a.png)\n@import 'a.css' */"
    assert css in styled("<head></head>", css)


def test_a_font_that_a_style_sheet_asks_for_belongs_into_the_theme() -> None:
    with pytest.raises(EngineError, match=r"asks for 'x\.otf'\. Name the files of a font in theme\.yml\."):
        styled("<head></head>", "@font-face { font-family: X; src: url(x.otf) }")


def test_what_belongs_together_is_not_parted_at_the_end_of_a_line(study: Path) -> None:
    assert embedded("<p>35 mm/h in 8 men</p>", study) == "<p>35\N{NO-BREAK SPACE}mm/\N{WORD JOINER}h in 8 men</p>"


HEADS = ("Endpoint", "Start", "p", 'An <em>"end"</em>')


def table(*cells: str, names: tuple[str, ...] = HEADS) -> str:
    heads, row = ("".join(f"<{tag}>{text}</{tag}>" for text in of) for tag, of in (("th", names), ("td", cells)))
    return f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{row}</tr></tbody></table>"


def test_each_cell_of_a_wide_table_says_what_heads_it(study: Path) -> None:
    wide = embedded(table("CRP", "1.75 (−0.1 to 5.5)", "0.003", "0"), study)
    assert re.findall(r"<t[dh](?: [^>]*)?>", wide.partition("<tbody>")[2]) == [
        '<th scope="row">', '<td data-head="Start">', '<td data-head="p">', '<td data-head="An &quot;end&quot;">',
    ]  # fmt: skip


def test_heads_that_come_again_are_told_apart_in_a_list(study: Path) -> None:
    html = table("CRP", *["1.75 (−0.1 to 5.5)"] * 5, names=("", "A", "B", "p", "C", "p"))
    found = re.findall(r'data-head="([^"]*)"', embedded(html, study))
    assert found == ["A", "B", "p, B", "C", "p, C"]


@pytest.mark.parametrize(
    ("cells", "fits"),
    [
        (("CRP", "1", "2", "3"), True),
        (("A name of many words that may stand below one another", "1", "2", "3"), True),
        (("CRP", "1.75 (−0.1 to 5.5)", "2", "3"), False),
        # What is set below a value takes no room beside it, nor do tags and characters that nobody sees.
        (("CRP", '1.75 (1.1)<span class="n hundreds">n = 100</span>', '<b class="result">&lt;0.1</b>', "3"), True),
        (("CRP", '1<span class="n">1.75 (−0.1 to 5.5)</span>', "2", "3"), False),
    ],
)
def test_a_table_that_fits_a_phone_stays_one(study: Path, cells: tuple[str, ...], fits: bool) -> None:
    assert ("data-head" not in embedded(table(*cells), study)) == fits


def test_the_first_cell_of_a_row_heads_it(study: Path) -> None:
    rows = '<tr>\n<td style="text-align: left;">CRP, <em>mg/l</em></td>\n<td>1</td>\n</tr>'
    headed = embedded(f"<table><thead><tr><td>a</td><td>b</td></tr></thead><tbody>{rows}</tbody></table>", study)
    assert '<tr>\n<th scope="row" style="text-align: left;">CRP, <em>mg/' in headed
    assert "</em></th>\n<td>1</td>" in headed
    assert headed.startswith("<table><thead><tr><td>a</td>")


@pytest.mark.parametrize(
    ("rows", "heads"),
    [
        ("<tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>", "ac"),
        ("<tr><td></td><td>b</td></tr>", ""),  # nothing in it
        ("<tr><td>a</td></tr>", ""),  # nothing beside it
        ("<tr><th>a</th><td>b</td></tr>", "a"),
        ('<tr><td rowspan="2">a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td><td>e</td></tr>', "ad"),
        ('<tr><td rowspan="2">a</td><td>b</td><td>x</td></tr><tr><td>c</td><td>x</td></tr>', "a"),
    ],
)
def test_which_cells_head_a_row(study: Path, rows: str, heads: str) -> None:
    page = embedded(f"<table><tbody>{rows}</tbody></table>", study)
    assert "".join(re.findall(r"<th[^>]*>(.*?)</th>", page)) == heads
