"""Figures: every value is seen, no text is over another, numbers are results, and a restyle needs no drawing."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from PIL import Image
from studies import without_narrow

from cohortpress.errors import StyleError
from cohortpress.figures import Look, picture, skin
from cohortpress.figures import draw as draw_panels
from cohortpress.figures.boxes import Box, Boxes, scattered
from cohortpress.figures.canvas import MARKS, Panel, Ruler, Text
from cohortpress.figures.courses import MANY, Courses
from cohortpress.figures.flow import Absent, Flow, Stage
from cohortpress.figures.scale import linear, logarithmic, square_root
from cohortpress.figures.visits import Median, Threshold, Visit
from cohortpress.paper import PanelSize
from cohortpress.verify import read_page
from cohortpress.verify.checks import narrow

SIZE = PanelSize(60, 50, 8, across=2)
SVG = "{http://www.w3.org/2000/svg}"
TOKENS = {token: f"#{index:02x}aa00" for index, token in enumerate(MARKS)}
PANEL = Courses(
    title="CRP",
    note="mg/l",
    visits=(Visit(0, 3), Visit(1, 2), Visit(6, 3), Visit(12, 1)),
    courses=((30, 10, 2, None), (20, None, 1, 0.5), (5, 6, 7, None)),
    medians=(Median(20, "20.0"), Median(8, "8.0"), Median(2, "2.0"), Median(0.5, "0.5")),
    alt="CRP: median 20 at the start",
)


def look(size: PanelSize = SIZE) -> Look:
    return Look(size, number=lambda x: f"{x:g}", percent=lambda x: f"{x:g}%")


def draw(*panels: Panel, name: str = "f", size: PanelSize = SIZE) -> str:
    return without_narrow(draw_panels(panels, look(size), name))


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parse(svg).iter(f"{SVG}text")]


def marked(svg: str, token: str) -> list[ElementTree.Element]:
    """Return what is drawn on the plot in this colour, markers and lines."""
    return [e for e in parse(svg).iter() if re.search(rf"\b(fill|stroke)-{token}\b", e.get("class", ""))]


def dots(svg: str, token: str) -> int:
    return sum(element.tag in (f"{SVG}circle", f"{SVG}use") for element in marked(svg, token))


def lines(svg: str, token: str) -> list[ElementTree.Element]:
    found = [e for e in marked(svg, token) if e.tag == f"{SVG}path" and e.get("stroke-width")]
    return [e for e in found if e.get("fill") == "none"]


def test_every_value_has_its_dot_and_every_visit_its_n() -> None:
    svg = draw(PANEL)
    assert dots(svg, "course") + dots(svg, "worse") == sum(v is not None for c in PANEL.courses for v in c)
    assert dots(svg, "accent") == 4
    written = texts(svg)
    assert written[0] == "CRP"
    assert {"mg/l", "Month", "n", "median", "20.0", "0.5"} <= set(written)
    row = written[written.index("n") + 1 :]
    assert row[:4] == ["3", "2", "3", "1"]


def test_a_single_value_is_seen() -> None:
    svg = draw(replace(PANEL, courses=((None, None, 4, None),), medians=(None, None, Median(4, "4"), None)))
    assert dots(svg, "course") == 1
    assert lines(svg, "course") == []


def test_a_gap_is_dashed() -> None:
    whole = lines(draw(replace(PANEL, courses=((4, 3, 2, 1),))), "course")
    gap = lines(draw(replace(PANEL, courses=((4, None, 2, 1),))), "course")
    assert [bool(line.get("stroke-dasharray")) for line in whole] == [False]
    assert [bool(line.get("stroke-dasharray")) for line in gap] == [True, False]


@pytest.mark.parametrize(
    ("direction", "course", "worse"),
    [
        ("lower_is_better", (5, 6, 5, 4), 1),
        ("higher_is_better", (5, 6, 5, 4), 1),
        ("lower_is_better", (5, 4, 3, 2), 0),
        ("higher_is_better", (5, 4, 3, 2), 3),
        ("neither", (5, 6, 5, 4), 0),
        ("lower_is_better", (None, 1, 9, 9), 0),  # without a start nothing is worse than it
    ],
)
def test_what_is_worse_than_the_start_is_told_apart(
    direction: str, course: tuple[float | None, ...], worse: int
) -> None:
    svg = draw(replace(PANEL, courses=(course,), direction=direction))
    assert dots(svg, "worse") == worse
    # It shows without colour too: its marker has corners.
    shapes = {e.get("class"): e.get("d", "") for e in parse(svg).iter(f"{SVG}path") if e.get("id")}
    assert all("C" not in d for c, d in shapes.items() if "fill-worse" in (c or ""))


@pytest.mark.parametrize(
    ("direction", "courses", "lowest"),
    [
        ("lower_is_better", ((5, 6, 5, 9), (5, 4, 3, 6)), False),
        ("higher_is_better", ((5, 4, 3, 2), (5, 4, 3, 1), (5, 6, 7, 8)), True),
        ("neither", ((5, 6, 5, 9), (5, 4, 3, 1)), None),
        ("lower_is_better", ((5, 9, 3, 2),), None),  # back below the start
        ("lower_is_better", ((5, 9, 9, None), (None, 1, 1, 9)), None),  # unknown at an end
        ("lower_is_better", ((5, 6, 7, 8),) * (MANY + 1), None),  # nobody is told apart
    ],
)
def test_the_course_that_ends_worst_is_named(
    direction: str, courses: tuple[tuple[float | None, ...], ...], lowest: bool | None
) -> None:
    svg = draw(replace(PANEL, courses=courses, direction=direction, medians=(None,) * 4))
    names = [float(text.get("y", "")) for text in parse(svg).iter(f"{SVG}text") if text.text == "worse"]
    if lowest is None:
        assert names == []
        return
    places = [(float(e.get("x", "")), float(e.get("y", ""))) for e in marked(svg, "worse") if e.tag == f"{SVG}use"]
    last = [y for x, y in places if x == max(places)[0]]
    assert len(last) == 2
    # Its baseline is a third of the letters below the marker.
    assert names == [pytest.approx((max(last) if lowest else min(last)) + 0.33 * 8, abs=0.1)]


def test_a_linear_axis_begins_at_zero_and_a_log_axis_has_round_ticks() -> None:
    assert "0" in texts(draw(PANEL))
    assert {"1", "10"} <= set(texts(draw(replace(PANEL, axis="log"))))


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((0, 1, 4, 9), (0, 0.5, 2, 5)),
        ((0, 102), (0, 5, 20, 50, 100)),
        ((0, 3, 1_400), (0, 50, 200, 500, 1000)),
        ((0,), (0, 0.05, 0.2, 0.5, 1)),
    ],
)
def test_a_square_root_axis_begins_at_zero(values: tuple[float, ...], ticks: tuple[float, ...]) -> None:
    scale = square_root(values)
    assert scale.ticks == pytest.approx(ticks)
    assert (scale.share(0), scale.share(scale.high)) == (0, 1)
    assert scale.share(scale.high / 4) == pytest.approx(1 / 2)


def test_a_log_axis_refuses_zero() -> None:
    with pytest.raises(StyleError, match=r"CRP: A log axis cannot show 0\. Take 'scale: log'"):
        draw(replace(PANEL, axis="log", courses=((0, 1, 2, 3),)))


def test_months_are_to_scale_unless_they_collide() -> None:
    def places(*months: float) -> list[float]:
        panel = replace(PANEL, visits=tuple(Visit(month, 1) for month in months))
        middles = middles_of(draw(panel, size=replace(SIZE, width_mm=120)), "visit")
        return [middles[f"{month:g}"] for month in months]

    start, first, second, third = places(0, 1, 6, 12)
    assert (first - start) / (third - start) == pytest.approx(1 / 12, abs=0.001)
    assert (second - start) / (third - start) == pytest.approx(1 / 2, abs=0.001)
    start, first, _, third = places(0, 0.25, 60, 120)
    assert (first - start) / (third - start) == pytest.approx(1 / 3, abs=0.001)


@pytest.mark.parametrize("lowest", [0, -30])
def test_no_line_strikes_through_the_first_median(lowest: float) -> None:
    medians = (Median(0, "0.00"), *PANEL.medians[1:])
    svg = draw(replace(PANEL, courses=((0, 10, 2, 30), (0, lowest, 1, 0.5)), medians=medians))
    label = next(e for e in parse(svg).iter(f"{SVG}text") if e.text == "0.00")
    x, y = float(label.get("x", "")), float(label.get("y", ""))
    drawn = [e.get("d", "") for token in ("rule", "muted") for e in lines(svg, token)]
    across = [[float(number) for number in re.findall(r"[\d.]+", path)][:4] for path in drawn]
    near = [begin for begin, height, _, end in across if height == end and 0 <= y - height < 8]
    assert near
    assert all(begin > x for begin in near)


def test_thresholds_are_named_and_within_the_axis() -> None:
    svg = draw(replace(PANEL, thresholds=(Threshold(40, "high"),)))
    root = parse(svg)
    label = next(e for e in root.iter(f"{SVG}text") if e.text == "high")
    assert label.get("data-axis") == "threshold"
    assert 0 < float(label.get("y", "")) < float(root[0].get("viewBox", "").split()[3])


def test_text_in_the_drawing_is_as_large_as_on_the_page() -> None:
    root = parse(draw(PANEL))[0]
    _, _, width, height = map(float, root.get("viewBox", "").split())
    assert width == pytest.approx(60 / 25.4 * 72)
    assert height == pytest.approx(50 / 25.4 * 72)
    assert {e.get("font-size") for e in root.iter(f"{SVG}text")} == {"8px"}
    assert all(0 <= float(e.get("x", "")) <= width for e in root.iter(f"{SVG}text"))


def test_what_stands_in_the_data_cannot_break_the_page() -> None:
    evil = '</svg><script>alert("$1$")</script> style="fill: red" & <b'
    svg = draw(replace(PANEL, title=evil, note=evil, alt=evil, thresholds=(Threshold(3, evil),)))
    root = parse(skin(svg, TOKENS, ["Serif"]))
    assert {e.tag for e in root.iter()} <= {
        "div",
        *(SVG + t for t in ("svg", "title", "path", "circle", "use", "defs", "text")),
    }
    assert root[0][0].text == evil
    written = " ".join(texts(svg))
    assert "script" in written
    assert "$1$" in written, "a dollar is no mathematics"


def test_the_alternative_text_is_the_title() -> None:
    svg = parse(draw(PANEL))[0]
    assert svg.get("role") == "img"
    assert (svg[0].tag, svg[0].text) == (f"{SVG}title", PANEL.alt)


def test_drawings_are_alike_from_run_to_run_and_ids_are_unique() -> None:
    assert draw(PANEL, PANEL, name="a") == draw(PANEL, PANEL, name="a")
    both = draw(PANEL, PANEL, name="a") + draw(PANEL, name="b")
    ids = re.findall(r'\bid="([^"]+)"', both)
    assert ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', both)) == set(ids)


def test_a_skin_leaves_no_mark_and_no_colour_of_its_own() -> None:
    svg = skin(draw(replace(PANEL, axis="log")), TOKENS, ["Source Serif Pro"])
    assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= set(TOKENS.values())
    assert 'font-family="Source Serif Pro"' in svg
    assert "<style" not in svg
    assert re.findall(r' style="--(\w+): [\d.]+"', svg) == ["across"]
    assert svg.count(" style=") == 1


def test_the_picture_for_word_holds_all_panels() -> None:
    png = picture([PANEL, PANEL, PANEL], look(), dict.fromkeys(MARKS, "#123456"), 100)
    image = Image.open(io.BytesIO(png))
    # Two abreast of 60 x 50 mm, two rows, 100 dpi; between them two letters of 8 pt, and one.
    assert image.size == (int((120 / 25.4 + 16 / 72) * 100), int((100 / 25.4 + 8 / 72) * 100))


def test_nothing_heavy_is_loaded_for_a_restyle() -> None:
    skin = "f.skin('', f.canvas.MARKS, 'S')"
    code = f"import sys, cohortpress.figures as f; {skin}; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_nobody_measured_is_drawn_as_nothing() -> None:
    svg = draw(replace(PANEL, courses=((None,) * 4,), medians=(None,) * 4))
    assert dots(svg, "course") == dots(svg, "accent") == 0
    assert "CRP" in texts(svg)


# -- many subjects, crowded panels, and what stands in the margin


def many(n: int) -> Courses:
    return replace(PANEL, courses=tuple((float(i), i / 2, None, i / 3) for i in range(1, n + 1)))


def test_many_courses_are_thin_and_transparent_and_tell_nobody_from_another() -> None:
    svg = draw(many(MANY + 1))
    assert dots(svg, "course") == dots(svg, "worse") == 0
    drawn = lines(svg, "course")
    assert len(drawn) == 2 * (MANY + 1), "what bridges a gap is dashed, and a line of its own"
    assert all(0 < float(line.get("stroke-opacity") or 1) < 1 for line in drawn)
    assert sum(bool(line.get("stroke-dasharray")) for line in drawn) == MANY + 1
    assert dots(draw(many(MANY)), "course") == 3 * MANY
    alone = replace(PANEL, courses=(*many(MANY).courses, (None, 3, None, None)))
    assert dots(draw(alone), "course") == 1, "a value without neighbours is seen"


def test_few_of_a_large_cohort_are_told_from_one_another() -> None:
    few = draw(replace(PANEL, courses=(*PANEL.courses, *((None,) * 4,) * MANY)))
    assert (dots(few, "course"), dots(few, "worse")) == (dots(draw(PANEL), "course"), dots(draw(PANEL), "worse"))
    assert "worse" in texts(draw(replace(PANEL, courses=((5, 6, 5, 20), *((None,) * 4,) * MANY))))


def extents(svg: str, size: PanelSize) -> list[tuple[str, float, float, float, float]]:
    """Return each text with left, right, bottom and top of its letters in pt, y upwards."""
    ruler = Ruler(look(size))
    found = []
    for element in parse(svg).iter(f"{SVG}text"):
        string, x, y = element.text or "", float(element.get("x", "")), -float(element.get("y", ""))
        width = ruler.width(string, strong=element.get("font-weight") == "600") / 25.4 * 72
        # PDFium cuts off the beginning of a text that is aligned in any other way: 60 reads as 50.
        assert element.get("text-anchor") == "start"
        found.append((string, x, x + width, y, y + 0.66 * size.font_pt))
    return found


def middles_of(svg: str, axis: str) -> dict[str, float]:
    """Return where the middle of each text of an axis stands, in pt."""
    drawn = parse(svg)
    own = {e.text for e in drawn.iter(f"{SVG}text") if e.get("data-axis") == axis}
    return {text: (left + right) / 2 for text, left, right, _, _ in extents(svg, SIZE) if text in own}


def collisions(svg: str, size: PanelSize) -> list[tuple[str, str]]:
    """Return the pairs of texts in one panel that lie over each other."""
    return [
        (a[0], b[0])
        for panel in re.findall(r"<svg.*?</svg>", svg, re.DOTALL)
        for a, b in combinations(extents(panel, size), 2)
        if a[1] < b[2] - 0.1 and b[1] < a[2] - 0.1 and a[3] < b[4] and b[3] < a[4]
    ]


NARROW, WIDE = PanelSize(54, 45, 7.8, across=3), PanelSize(246, 198, 25, across=3)
CROWDED = Boxes(
    title="A scale with a name that is too long for the head of a narrow panel",
    note="points, log scale",
    visits=tuple(Visit(week, 312) for week in (0, 1, 2, 4, 8, 12, 16, 24)),
    courses=((1000.5,) * 8, (2000,) * 8),
    medians=tuple(Median(value, f"{value:.2f}") for value in (1500, 1250, 1111, 1000, 800, 500, 433, 410)),
    boxes=(Box(1000, 1200, 1700, 2000),) * 8,
    thresholds=(Threshold(410, "limit of detection 410"), Threshold(500, "remission 500"), Threshold(530, "low 530")),
    alt="",
)
EVERY_WEEK = Boxes(
    title="Many", visits=tuple(Visit(week, 1000 + week) for week in range(48)), courses=(), medians=(None,) * 48,
    boxes=(None,) * 48, alt="",
)  # fmt: skip
PANELS: list[list[Panel]] = [
    [PANEL],
    [PANEL, replace(PANEL, axis="log", thresholds=(Threshold(0.5, "limit of detection 0.5"), Threshold(0.6, "low")))],
    [replace(PANEL, thresholds=tuple(Threshold(at, f"activity {at}") for at in (1, 2, 3, 20)))] * 3,
    [CROWDED, replace(CROWDED, visits=tuple(Visit(None, 3, label=f"Visit number {i}") for i in range(8)))],
    [replace(PANEL, courses=((5, 6, 5, worst), (20, 9, 3, 2))) for worst in (5.5, 9, 20)],
    [many(60)] * 6,
    [Boxes(
        title="Weight", courses=((40, 42), (50, 48)), medians=(None, None), boxes=(None, None), alt="",
        visits=(Visit(None, 17, label="Before the start of therapy"), Visit(None, 17, label="End of therapy")),
    )],
    [Flow(title="", alt="", stages=(
        Stage("Baseline", (Text("312"), Text("/"), Text("312"), Text(" measured")), ()),
        Stage("A second visit with a long name", (Text("250"), Text("/"), Text("312"), Text(" measured")),
              (Absent(Text("62"), "missing"), Absent(Text("8"), "moved away to another part of the country"))),
        Stage("24 months", (Text("5"), Text("/"), Text("312"), Text(" measured")), (Absent(Text("307"), "lost"),)),
    ))],
]  # fmt: skip


@pytest.mark.parametrize("size", [NARROW, WIDE, replace(WIDE, width_mm=765, across=1)], ids=["narrow", "wide", "whole"])
@pytest.mark.parametrize("panels", PANELS, ids=range(len(PANELS)))
def test_no_text_lies_over_another_or_leaves_the_panel(panels: Sequence[Panel], size: PanelSize) -> None:
    svg = draw(*panels, size=size)
    assert collisions(svg, size) == []
    for panel in parse(svg):
        left, top, width, height = map(float, panel.get("viewBox", "").split())
        for text, start, end, foot, head in extents(ElementTree.tostring(panel, encoding="unicode"), size):
            assert left - 0.1 <= start, text
            assert end <= left + width + 0.1, text
            assert -(top + height) - 0.1 <= foot, text
            assert head <= -top + 0.1, text


def test_the_end_of_the_median_is_one_line_where_there_is_room() -> None:
    for size, lines in ((NARROW, 2), (WIDE, 1)):
        svg = draw(PANEL, size=size)
        label = [text for text in parse(svg).iter(f"{SVG}text") if (text.text or "").strip() in ("median", "0.5")]
        assert len(label) == 2
        heights = [float(text.get("y", "")) for text in label]
        assert len({*heights}) == lines


def test_a_collision_is_found() -> None:
    svg = draw(PANEL)
    month, n = (re.search(rf'y="([^"]*)">{name}<', svg) for name in ("Month", "n"))
    assert month
    assert n
    assert ("n", "Month") in collisions(svg.replace(n[1], month[1]), SIZE)


def test_panels_are_aligned() -> None:
    wide = replace(PANEL, courses=((123456,) * 4,), medians=(Median(123456, "123456.0"),) * 4)
    svgs = re.findall(r"<svg.*?</svg>", draw(PANEL, wide, size=WIDE), re.DOTALL)
    first, second = (re.findall(r'd="M ([\d.]+) [\d.]+ L \1 ', svg)[0] for svg in svgs)  # the tick of a visit
    assert first == second


def test_texts_of_near_visits_do_not_read_as_one() -> None:
    panel = replace(PANEL, visits=(Visit(0, 6), Visit(1, 5), Visit(10, 6), Visit(12, 3)))
    svg = draw(panel)
    at = middles_of(svg, "visit")
    ticks = [float(x) for x in re.findall(r'd="M ([\d.]+) [\d.]+ L \1 ', svg)]
    assert at["1"] - at["0"] > ticks[1] - ticks[0] + 0.5
    assert at["0"] + at["1"] == pytest.approx(ticks[0] + ticks[1], abs=0.1)
    assert (at["10"], at["12"]) == pytest.approx(ticks[2:], abs=0.1)  # far enough apart as they are
    assert collisions(svg, SIZE) == []


def test_a_panel_too_wide_for_a_phone_is_drawn_narrow_for_it_too() -> None:
    drawn = draw_panels([PANEL], look(replace(SIZE, width_mm=150)), "f")
    assert re.findall(r'<div class="panels( \w+)?" style="--across: ([\d.]+)"( hidden)?>', drawn) == [
        (" wide", "2", ""), (" narrow", "1", " hidden"),
    ]  # fmt: skip
    wide, narrow = map(parse, re.findall(r"<svg.*?</svg>", drawn, re.DOTALL))
    assert float(narrow.get("viewBox", "").split()[2]) < 0.5 * float(wide.get("viewBox", "").split()[2])
    assert draw_panels([PANEL], look(SIZE), "f").count("<svg") == 1


@pytest.mark.parametrize("panels", [*PANELS, [EVERY_WEEK]], ids=range(len(PANELS) + 1))
def test_a_drawing_for_phones_says_nothing_else(panels: Sequence[Panel]) -> None:
    size = replace(WIDE, width_mm=765, across=1)
    drawn = draw_panels(panels, look(size), "f")
    phone = drawn[len(without_narrow(drawn)) :]
    assert phone.count("<svg") == len(panels)
    for svg in re.findall(r"<svg.*?</svg>", phone, re.DOTALL):
        assert collisions(svg, size) == []
        left, _, width, _ = map(float, parse(svg).get("viewBox", "").split())
        assert all(left - 0.1 <= x and end <= left + width + 0.1 for _, x, end, _, _ in extents(svg, size))
    pieces = read_page(drawn)
    assert [p.kind for p in pieces if p.kind != "alt"] == [k for k in ("figure", "hidden") for _ in panels]
    assert narrow("", pieces).ok


def test_the_median_of_few_is_a_thinner_line() -> None:
    few = replace(PANEL, visits=(Visit(0, 6), Visit(1, 4), Visit(6, 6), Visit(12, 3)))
    widths = [float(line.get("stroke-width", 0)) for line in marked(draw(few), "accent") if line.get("stroke-width")]
    thick, thin = widths
    assert 0.4 * thick < thin < 0.7 * thick  # but no single course is heavier
    as_many = replace(PANEL, visits=tuple(Visit(time, 6) for time in (0, 1, 6, 12)))
    assert len([line for line in marked(draw(as_many), "accent") if line.get("stroke-width")]) == 1


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([3, 9], 0, 9),
        ([70, 104], 60, 110),  # nobody misses the zero of body weights
        ([51, 100], 40, 110),
        ([50, 100], 0, 100),
        ([-2, 5], -2.1, 5.2),
        ([-5, -2], -5.2, 0),
        ([0, 0], 0, 1),
        ([], 0, 1),
        ([7, 7], 0, 7.3),
    ],
)
def test_a_linear_axis_holds_zero_unless_the_values_are_far_from_it(
    values: list[float], low: float, high: float
) -> None:
    scale = linear(values)
    assert low <= scale.low <= min(values, default=0)
    assert max(values, default=0) <= scale.high <= high * 1.04
    assert (scale.low <= 0) == (low <= 0)
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([9], (0, 2, 4, 6, 8)),  # a score
        ([7.3], (0, 2, 4, 6)),
        ([4.6], (0, 2, 4)),
        ([3.8], (0, 1, 2, 3)),
        ([95], (0, 20, 40, 60, 80)),
        ([-1.6, 5.5], (0, 2, 4)),  # hours
        ([73.4, 101.6], (80, 90, 100)),
    ],
)
def test_ticks_count_in_ones_twos_and_fives(values: list[float], ticks: tuple[float, ...]) -> None:
    assert linear(values).ticks == pytest.approx(ticks)


def test_from_zero_on_there_are_three_to_five_ticks() -> None:
    assert {3, 4, 5} == {len(linear([1.05**power]).ticks) for power in range(200)}


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.6, 292], (1, 10, 100)),
        ([0.8, 20], (1, 3, 10)),
        ([2, 9], (2, 4, 6, 8)),
        ([3.1, 4.7], (3.5, 4.0, 4.5)),
        ([], (1, 10)),
    ],
)
def test_a_log_axis_has_round_ticks_however_narrow_it_is(values: list[float], ticks: tuple[float, ...]) -> None:
    scale = logarithmic(values, "CRP")
    assert scale.ticks == pytest.approx(ticks)
    assert all(0 <= scale.share(tick) <= 1 for tick in scale.ticks)


def test_points_are_scattered_alike_every_time_and_widest_where_they_crowd() -> None:
    heights = sorted([*[10 + i / 100 for i in range(50)], 20.0, 30.0])
    offsets = scattered(heights, 0.5)
    assert offsets == scattered(heights, 0.5)
    assert max(map(abs, offsets)) <= 1
    assert max(map(abs, offsets[:50])) > 0.9
    assert scattered([], 1) == []


def test_a_point_without_neighbours_stands_in_the_middle() -> None:
    assert scattered([1.0, 1.1, 1.2, 3.0, 5.0], 0.5)[3:] == [0, 0]
    assert scattered([2.0], 0.5) == [0]


def furthest(elements: Sequence[ElementTree.Element]) -> float:
    """Return how far to the right, in pt, lines and the middles of round dots reach."""
    ends = [float(x) for e in elements for x in re.findall(r"[ML] ([\d.]+)", e.get("d", ""))]
    return max(ends + [float(e.get("cx", 0)) for e in elements])


@pytest.mark.parametrize("size", [SIZE, PanelSize(246, 198, 24, across=3)], ids=["narrow", "wide"])
@pytest.mark.parametrize("thresholds", [(), (Threshold(3, "high"),)], ids=["bare", "named"])
def test_the_axis_reaches_as_far_as_the_boxes_and_points_at_the_last_visit(
    size: PanelSize, thresholds: tuple[Threshold, ...]
) -> None:
    values = tuple((4 + i / 1000,) * 2 for i in range(40))
    box, visits = Box(4, 4, 4.1, 4.1), (Visit(0, 40), Visit(6, 40))
    panel = Boxes(
        title="CRP", visits=visits, courses=values, medians=(None,) * 2, boxes=(box,) * 2, alt="", thresholds=thresholds
    )
    svg = draw(panel, size=size)
    axis = furthest(lines(svg, "muted"))
    assert axis >= furthest(marked(svg, "accent"))
    assert axis >= furthest(marked(svg, "course"))
    assert axis <= float(parse(svg)[0].get("viewBox", "").split()[2])
    assert all(left > axis + 2 for text, left, *_ in extents(svg, size) if text == "high")


@pytest.mark.parametrize(("lowest", "strong"), [(-2, [0]), (0, []), (1, [])])
def test_the_line_at_zero_is_told_apart_where_values_lie_on_both_sides(lowest: float, strong: list[int]) -> None:
    svg = draw(replace(PANEL, courses=((lowest, 1, 2, 5),), medians=(Median(3, "3"),) * 4))
    texts_at = {round(y): text for text, _, _, y, _ in extents(svg, SIZE) if text in ("-2", "0", "2", "4", "6")}
    across = [e for e in lines(svg, "muted") if len(re.findall(r"[ML]", e.get("d", ""))) == 2]
    heights = [re.findall(r"[ML] [\d.]+ ([\d.]+)", e.get("d", "")) for e in across]
    flat = sorted({float(one) for one, other in heights if one == other})[:-1]  # the lowest is the axis of the visits
    named = [texts_at[round(-height - 0.33 * SIZE.font_pt)] for height in flat]
    assert named == [str(number) for number in strong]
