"""Courses: every value is seen, nothing breaks the page, and a restyle needs no drawing."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from PIL import Image

from cohortpress.errors import StyleError
from cohortpress.figures import MARKS, Median, Panel, Threshold, Visit, Words, courses, skin
from cohortpress.style import PanelSize

SIZE = PanelSize(60, 50, 8, across=2)
SVG = "{http://www.w3.org/2000/svg}"
TOKENS = {token: f"#{index:02x}aa00" for index, token in enumerate(MARKS)}
PANEL = Panel(
    title="CRP",
    unit="mg/l",
    visits=(Visit(0, 3), Visit(1, 2), Visit(6, 3), Visit(12, 1)),
    courses=((30, 10, 2, None), (20, None, 1, 0.5), (5, 6, 7, None)),
    medians=(Median(20, "20.0"), Median(8, "8.0"), Median(2, "2.0"), Median(0.5, "0.5")),
    alt="CRP: median 20 at the start",
)


def draw(*panels: Panel, name: str = "f", size: PanelSize = SIZE, words: Words | None = None) -> str:
    return courses(panels, name=name, size=size, number=lambda x: f"{x:g}", words=words or Words()).svg


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parse(svg).iter(f"{SVG}text")]


def marked(svg: str, token: str) -> list[ElementTree.Element]:
    """Return what is drawn on the plot in this colour, markers and lines."""
    return [e for e in parse(svg).iter() if re.search(rf"\b(fill|stroke)-{token}\b", e.get("class", ""))]


def dots(svg: str, token: str) -> int:
    return sum(element.tag == f"{SVG}use" for element in marked(svg, token))


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
    assert [bool(line.get("stroke-dasharray")) for line in whole] == [False, False, False]
    assert [bool(line.get("stroke-dasharray")) for line in gap] == [True, False]


@pytest.mark.parametrize(
    ("direction", "course", "worse"),
    [
        ("lower_is_better", (5, 6, 5, 4), 1),
        ("higher_is_better", (5, 6, 5, 4), 1),
        ("lower_is_better", (5, 4, 3, 2), 0),
        ("higher_is_better", (5, 4, 3, 2), 3),
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


def test_a_linear_axis_begins_at_zero_and_a_log_axis_says_so() -> None:
    assert "0" in texts(draw(PANEL))
    written = texts(draw(replace(PANEL, log=True)))
    assert "mg/l, log scale" in written
    assert {"1", "10"} <= set(written)


def test_a_log_axis_refuses_zero() -> None:
    with pytest.raises(StyleError, match=r"CRP: A log axis cannot show 0\. Take 'scale: log'"):
        draw(replace(PANEL, log=True, courses=((0, 1, 2, 3),)))


def test_months_are_to_scale_unless_they_collide() -> None:
    def places(*months: float) -> list[float]:
        panel = replace(PANEL, visits=tuple(Visit(month, 1) for month in months))
        root = parse(draw(panel, size=replace(SIZE, width_mm=120)))
        row = [e for e in root.iter(f"{SVG}text") if e.get("text-anchor") == "middle"]
        return [float(e.get("x", "")) for e in row[:4]]

    start, first, second, third = places(0, 1, 6, 12)
    assert (first - start) / (third - start) == pytest.approx(1 / 12, abs=0.001)
    assert (second - start) / (third - start) == pytest.approx(1 / 2, abs=0.001)
    start, first, _, third = places(0, 0.25, 60, 120)
    assert (first - start) / (third - start) == pytest.approx(1 / 3, abs=0.001)


def test_thresholds_are_named_and_within_the_axis() -> None:
    svg = draw(replace(PANEL, thresholds=(Threshold(40, "high"),)))
    root = parse(svg)
    label = next(e for e in root.iter(f"{SVG}text") if e.text == "high")
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
    svg = draw(replace(PANEL, title=evil, unit=evil, alt=evil, thresholds=(Threshold(3, evil),)))
    root = parse(skin(svg, TOKENS, "Serif"))
    assert {e.tag for e in root.iter()} <= {
        "div",
        *(SVG + t for t in ("svg", "title", "path", "use", "defs", "text")),
    }
    assert root[0][0].text == evil
    assert "script" in texts(svg)[0]
    assert "$1$" in texts(svg)[0], "a dollar is no mathematics"


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
    svg = skin(draw(replace(PANEL, log=True)), TOKENS, "Source Serif Pro")
    assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= set(TOKENS.values())
    assert 'font-family="Source Serif Pro"' in svg
    assert "<style" not in svg
    assert " style=" not in svg.replace('style="--across: 1"', "").replace('style="--across: 2"', "")


def test_the_picture_for_word_holds_all_panels() -> None:
    drawing = courses([PANEL, PANEL, PANEL], name="f", size=SIZE, number=str)
    image = Image.open(io.BytesIO(drawing.png(dict.fromkeys(MARKS, "#123456"), 100)))
    # Three panels, two abreast: 2 x 60 mm wide and 2 x 50 mm high at 100 dpi.
    assert image.size == (int(120 / 25.4 * 100), int(100 / 25.4 * 100))


def test_nothing_heavy_is_loaded_for_a_restyle() -> None:
    code = "import sys, cohortpress.figures as f; f.skin('', f.MARKS, ''); sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_nobody_measured_is_drawn_as_nothing() -> None:
    svg = draw(replace(PANEL, courses=((None,) * 4,), medians=(None,) * 4))
    assert dots(svg, "course") == dots(svg, "accent") == 0
    assert "CRP" in texts(svg)
