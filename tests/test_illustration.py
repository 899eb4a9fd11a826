"""Each kind of figure in a study: what it draws are the results, what it says are the results, and what it refuses."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from studies import ROOT, cohortpress, replace, without_narrow

from cohortpress.build import Build, Options
from cohortpress.errors import CohortpressError, Fault
from cohortpress.figures import KINDS
from cohortpress.illustration import Place, characters, mark_of, places
from cohortpress.result import ResultSet
from cohortpress.stats.proportion import proportion

SVG = "{http://www.w3.org/2000/svg}"
# Made up for these tests: there are no such climbers, and nobody has been measured.
STUDY = """\
title: Pain of invented climbers
notice: "Synthetic data, made up for a test."
data: {visits: visits.csv}
visits:
  start: {label: Start, week: 0}
  week_6: {label: 6 weeks, week: 6}
  week_12: {label: 12 weeks, week: 12}
endpoints:
  pain: {label: Pain, unit: mm, decimals: 0, direction: lower_is_better, thresholds: {little: 10, "severe (70)": 70}}
  grip: {label: Grip, unit: kg, decimals: 1, direction: higher_is_better, limit_of_detection: 5}
responses:
  halved: {label: Pain halved, endpoint: pain, improvement_percent: 50}
  little: {label: Little pain, endpoint: pain, threshold: 10}
"""
ROWS = {
    "A": ((80, 30.5), (40, 33.5), (20, 40.0)),
    "B": ((60, 28.0), (60, 27.5), (75, 26.0)),
    "C": ((50, 41.0), (10, 44.5), (5, 45.5)),
    "D": ((0, 52.5), (0, 55.0), (3, 54.0)),
    "E": ((70, 36.0), None, (35, 39.5)),
    "F": ((90, 33.0), (30, 35.5), None),
}
VISITS = ("start", "week_6", "week_12")
REASONS = {("E", "week_6"): "on the rocks", ("F", "week_12"): "moved to 8000 m"}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "report").mkdir()
    (tmp_path / "report/study.yml").write_text(STUDY, encoding="utf-8")
    lines = ["subject_id,visit,reason,pain,grip"]
    for subject, visits in ROWS.items():
        for visit, values in zip(VISITS, visits, strict=True):
            pain, grip = values or ("", "")
            lines.append(f"{subject},{visit},{REASONS.get((subject, visit), '')},{pain},{grip}")
    (tmp_path / "visits.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def page(study: Path, call: str, document: str = "poster", area: str = "figures") -> tuple[str, ResultSet]:
    """Return the filled document that holds a figure alone, and the results."""
    source = f"# A figure\n\n::: {{.area .{area}}}\n\n{{{{ {call} }}}}\n\n:::\n"
    (study / f"report/{document}.qmd").write_text(source, encoding="utf-8")
    with Build(study, Options("pandoc"), lambda step, seconds: None, lambda fault: None) as steps:
        steps.fill("poster" if document == "poster" else "abstract")
        return without_narrow((study / f"build/{document}.qmd").read_text(encoding="utf-8")), steps.results


def drawn(study: Path, call: str, **where: str) -> tuple[list[ElementTree.Element], ResultSet]:
    """Return the panels of a figure, and the results."""
    text, results = page(study, call, **where)
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL)], results


def words_of(panel: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in panel.iter(f"{SVG}text")]


def refusal(study: Path, call: str) -> Fault:
    with pytest.raises(CohortpressError) as raised:
        page(study, call)
    return raised.value.faults[0]


CALLS = {
    "courses": 'figure("courses", [pain, grip])',
    "boxes": 'figure("boxes", [pain, grip])',
    "waterfall": 'figure("waterfall", [pain, grip], visit=week_12)',
    "responders": 'figure("responders", [halved, little])',
    "flow": 'figure("flow")',
}


def test_every_kind_is_tested() -> None:
    assert CALLS.keys() == KINDS.keys()


@pytest.mark.parametrize("call", [*CALLS.values(), 'figure("responders", [halved, little], visit=week_12)'])
@pytest.mark.parametrize("publish", ["full", "aggregate"])
def test_every_number_is_a_result_as_it_prints_or_one_of_the_axis(study: Path, call: str, publish: str) -> None:
    if publish == "aggregate":
        replace(study / "report/study.yml", "data:", "publish: aggregate\ndata:")
        if "waterfall" in call:
            return
    panels, results = drawn(study, call)
    traced = 0
    for panel in panels:
        for element in panel.iter(f"{SVG}text"):
            text, id_ = element.text or "", element.get("data-result")
            if id_ is not None:
                assert text == results[id_].text
                traced += 1
            elif re.search(r"\d", text):
                assert element.get("data-axis"), text
        told = panel[0].text or ""
        for id_ in (panel.get("data-results") or "").split():
            assert (results[id_].text or "?") in told.replace("\N{NO-BREAK SPACE}", " ")
    assert traced >= 4


@pytest.mark.parametrize(
    ("call", "alts"),
    [
        (
            CALLS["courses"],
            ["Pain: course of each patient, and the median: 65 at start (n = 6), 30", "Grip: course of each patient"],
        ),
        (CALLS["boxes"], ["Pain: median and quartiles: 65 (52.5–77.5) at start (n = 6)", "Grip: median and"]),
        # By hand: A 75 % down, B 25 % up, C 90 % down, E 50 % down; D began at zero, F came no more.
        (
            CALLS["waterfall"],
            ["Pain: percent change from start to 12 weeks, 4 of 6 patients, a bar each: "
             "median −62.5%, from −90.0% to 25.0%.", "Grip: percent change"],
        ),
        (
            CALLS["responders"],
            ["Pain halved: 3/4 (75%; 95% CI 30%–95%) at 6 weeks, 3/4 (75%; 95% CI 30%–95%) at 12 weeks.",
             "Little pain: 2/5"],
        ),
        (
            'figure("responders", [halved, little], visit=week_12)',
            ["Pain halved: 3/4 (75%; 95% CI 30%–95%) at 12 weeks; Little pain: 2/5 (40%; 95% CI 12%–77%) at 12 weeks."],
        ),
        (
            CALLS["flow"],
            ["Start: 6 of 6 measured; 6 weeks: 5 of 6 measured, 1 missing; 12 weeks: 5 of 6 measured, 1 lost."],
        ),
    ],
)  # fmt: skip
def test_the_alternative_texts_tell_the_story(study: Path, call: str, alts: list[str]) -> None:
    panels, _ = drawn(study, call)
    assert len(panels) == len(alts)
    for panel, beginning in zip(panels, alts, strict=True):
        assert (panel[0].text or "").replace("\N{NO-BREAK SPACE}", " ").startswith(beginning)


def test_a_study_with_one_follow_up_need_not_name_it(study: Path) -> None:
    replace(study / "report/study.yml", "  week_12: {label: 12 weeks, week: 12}\n", "")
    replace(study / "report/study.yml", "data: {", "data: {skip_visits: week_12, ")
    (panel,), _ = drawn(study, 'figure("waterfall", [grip])')
    assert "change, Start to 6 weeks" in words_of(panel)


# -- what is drawn lies where the axis says


def axis_of(panel: ElementTree.Element, mark: str = "%") -> Callable[[float], float]:
    """Return what turns a height in the drawing into a value, by two of the axis' own labels."""
    labels = [
        (float(element.get("y", "")), float((element.text or "").replace("−", "-").replace(mark, "")))
        for element in panel.iter(f"{SVG}text")
        if element.get("data-axis") == "value"
    ]
    (low, first), (high, last) = labels[0], labels[-1]
    return lambda y: first + (y - low) * (last - first) / (high - low)


def heights(panel: ElementTree.Element, kind: str, font_px: float) -> list[list[float]]:
    """Return the y of all points of each path of a colour; as high as a label that stands beside them would be."""
    return [
        [float(y) + 0.33 * font_px for y in re.findall(r"[ML] [-\d.]+ ([-\d.]+)", path.get("d", ""))]
        for path in panel.iter(f"{SVG}path")
        if kind in path.get("class", "") and not path.get("id")
    ]


def font_of(panel: ElementTree.Element) -> float:
    return float(next(panel.iter(f"{SVG}text")).get("font-size", "").removesuffix("px"))


def test_boxes_reach_from_quartile_to_quartile_and_lines_to_the_ends(study: Path) -> None:
    (panel, _), results = drawn(study, CALLS["boxes"])
    value, font = axis_of(panel), font_of(panel)
    filled = [sorted({*map(value, ys)}) for ys in heights(panel, "fill-accent", font)]
    found = [(box[0], box[-1]) for box in filled]
    at = {visit: {m: float(results[f"pain.{visit}.{m}"].value or 0) for m in ("q1", "q3", "max")} for visit in VISITS}
    assert found == [pytest.approx((numbers["q1"], numbers["q3"]), abs=0.2) for numbers in at.values()]
    lines = [max(map(value, ys)) for ys in heights(panel, "stroke-accent", font)]
    for numbers in at.values():
        assert min(abs(line - numbers["max"]) for line in lines) < 0.2
    dots = [e for e in panel.iter(f"{SVG}circle") if "fill-course" in e.get("class", "")]
    assert sorted(value(float(e.get("cy", "")) + 0.33 * font) for e in dots) == pytest.approx(
        sorted(visit[0] for visits in ROWS.values() for visit in visits if visit), abs=0.2
    )


def test_of_few_values_there_is_no_box(study: Path) -> None:
    text = (study / "visits.csv").read_text(encoding="utf-8")
    (study / "visits.csv").write_text("\n".join(text.split("\n")[:13]) + "\n", encoding="utf-8")  # A to D
    (panel, _), _ = drawn(study, CALLS["boxes"])
    assert heights(panel, "fill-accent", font_of(panel)) == []
    assert sum("fill-course" in e.get("class", "") for e in panel.iter(f"{SVG}circle")) == 12


def test_a_waterfall_falls_from_the_worst_to_the_best_and_marks_who_responded(study: Path) -> None:
    (pain, grip), _ = drawn(study, CALLS["waterfall"])

    def bars(panel: ElementTree.Element) -> list[tuple[str, float]]:
        value, font = axis_of(panel), font_of(panel)
        found = []
        for path in panel.iter(f"{SVG}path"):
            if token := re.search(r"fill-(\w+)", path.get("class", "")):
                ys = [value(float(y) + 0.33 * font) for y in re.findall(r"[ML] [-\d.]+ ([-\d.]+)", path.get("d", ""))]
                x = float(re.findall(r"M ([-\d.]+)", path.get("d", ""))[0])
                found.append((x, token[1], max(ys, key=abs)))
        return [(token, height) for _, token, height in sorted(found)]

    assert [token for token, _ in bars(pain)] == ["worse", "accent", "accent", "accent"]
    assert [height for _, height in bars(pain)] == pytest.approx([25, -50, -75, -90], abs=0.3)
    # Higher is better, and no rule is declared: by hand, 100 (after - before) / before, worst first.
    changes = sorted(100 * (r[2][1] - r[0][1]) / r[0][1] for r in ROWS.values() if r[2] and r[0])
    assert [height for _, height in bars(grip)] == pytest.approx(changes, abs=0.3)
    assert [token for token, _ in bars(grip)] == ["worse" if change < 0 else "course" for change in changes]
    assert {"Pain halved", "median", "−62.5%", "4", "6"} <= {*words_of(pain)}
    assert "change, Start to 12 weeks" in words_of(pain)
    # Where no side is better the rises come first, and nothing is worse.
    file = study / "report/study.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("higher_is_better", "neither"), encoding="utf-8")
    (_, grip), _ = drawn(study, CALLS["waterfall"])
    assert [height for _, height in bars(grip)] == pytest.approx(changes[::-1], abs=0.3)
    assert {token for token, _ in bars(grip)} == {"course"}


def test_several_rules_are_lines_without_colour(study: Path) -> None:
    rule = "responses:\n  better: {label: Pain a fifth less, endpoint: pain, improvement_percent: 20}"
    replace(study / "report/study.yml", "responses:", rule)
    (panel,), _ = drawn(study, 'figure("waterfall", [pain], visit=week_12)')
    assert heights(panel, "fill-accent", 1) == []
    assert {"Pain a fifth less", "Pain halved"} <= {*words_of(panel)}


def uprights(panel: ElementTree.Element, kind: str) -> list[float]:
    """Return where the upright lines of a colour stand, from the left."""
    paths = [path.get("d", "") for path in panel.iter(f"{SVG}path") if kind in path.get("class", "")]
    return sorted(float(found[1]) for d in paths if (found := re.match(r"M ([\d.]+) [\d.]+ L \1 ", d)))


def test_bars_of_responders_and_their_intervals_are_the_shares(study: Path) -> None:
    (panel, _), _ = drawn(study, CALLS["responders"])
    grid = uprights(panel, "stroke-rule")
    zero, hundred = min(grid), max(grid)

    def shares(kind: str) -> list[tuple[float, float]]:
        paths = [p for p in panel.iter(f"{SVG}path") if kind in p.get("class", "")]
        xs = [[float(x) for x in re.findall(r"[ML] ([-\d.]+) ", path.get("d", ""))] for path in paths]
        return [((min(x) - zero) / (hundred - zero), (max(x) - zero) / (hundred - zero)) for x in xs]

    assert shares("fill-accent") == [pytest.approx((0, 0.75), abs=0.003)] * 2
    truth = proportion(3, 4)  # held against R in tests/stats
    assert [pytest.approx((truth.conf_low, truth.conf_high), abs=0.003)] * 2 == [
        ends for ends in shares("stroke-accent") if ends[1] - ends[0] > 0.1
    ]


def test_nobody_evaluable_is_said_and_has_no_bar(study: Path) -> None:
    text = (study / "visits.csv").read_text(encoding="utf-8")
    (study / "visits.csv").write_text(re.sub(r"week_6,(.*?),.*", r"week_6,\1,,", text), encoding="utf-8")
    (panel,), _ = drawn(study, 'figure("responders", [halved])')
    assert sum("fill-accent" in p.get("class", "") for p in panel.iter(f"{SVG}path")) == 1
    assert words_of(panel).count("0") == 2, "0/0"


def test_the_flow_names_reasons_and_stands_upright_in_a_narrow_column(study: Path) -> None:
    replace(study / "report/study.yml", "label: 6 weeks,", "label: 6 weeks of the second summer,")
    (wide,), _ = drawn(study, CALLS["flow"])
    (narrow,), _ = drawn(study, CALLS["flow"], area="patients")
    for panel in (wide, narrow):
        joined = " ".join(words_of(panel))
        assert "6 weeks of the second summer 5 / 6 measured 1 missing 1 on the rocks" in joined
        assert "12 weeks 5 / 6 measured 1 lost 1 moved to 8000 m" in joined
    wide_box, narrow_box = (list(map(float, panel.get("viewBox", "").split())) for panel in (wide, narrow))
    assert wide_box[2] > 2.5 * narrow_box[2], "three columns"
    assert narrow_box[3] > narrow_box[2] / 2
    assert font_of(wide) == font_of(narrow)


# -- time, thresholds, languages


@pytest.mark.parametrize(
    ("unit", "word"),
    [("minute", "Minute"), ("hour", "Hour"), ("day", "Day"), ("week", "Week"), ("month", "Month"), ("year", "Year")],
)
def test_the_axis_names_the_unit_of_the_visits(study: Path, unit: str, word: str) -> None:
    file = study / "report/study.yml"
    file.write_text(re.sub(r"week: (\d+)", rf"{unit}: \1", file.read_text(encoding="utf-8")), encoding="utf-8")
    (panel, _), _ = drawn(study, CALLS["courses"])
    words = words_of(panel)
    assert words[words.index(word) + 1 :][:3] == ["0", "6", "12"]


def test_visits_without_a_time_stand_evenly_under_their_names(study: Path) -> None:
    file = study / "report/study.yml"
    file.write_text(re.sub(r", week: \d+", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    (panel, _), _ = drawn(study, CALLS["courses"])
    assert {"Start", "6 weeks", "12 weeks"} <= {*words_of(panel)}
    assert {"Month", "Week", ""}.isdisjoint(words_of(panel))
    assert any("visits evenly spaced" in word for word in words_of(panel))  # which the reader cannot see
    xs = uprights(panel, "stroke-muted")[:3]
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.02)  # the drawing has two decimals


def test_thresholds_and_limits_of_detection_are_lines_with_their_values(study: Path) -> None:
    for kind in ("courses", "boxes"):
        (pain, grip), _ = drawn(study, CALLS[kind])
        assert {"little 10", "severe (70)"} <= {*words_of(pain)}
        assert "limit of detection 5" in " ".join(words_of(grip))
        muted = [p for p in pain.iter(f"{SVG}path") if "stroke-muted" in p.get("class", "")]
        dotted = [path for path in muted if path.get("stroke-dasharray")]
        value, font = axis_of(pain), font_of(pain)
        ends = [value(float(re.findall(r"M [-\d.]+ ([-\d.]+)", p.get("d", ""))[0]) + 0.33 * font) for p in dotted]
        assert sorted(ends) == pytest.approx([10, 70], abs=0.2)


def test_numbers_on_the_axes_are_written_as_the_language_writes_them(study: Path) -> None:
    replace(study / "report/study.yml", "data:", "language: de\ndata:")
    templates = study / "templates/language"
    templates.mkdir(parents=True)
    english = (ROOT / "templates/language/en.jinja").read_text(encoding="utf-8")
    (templates / "de.jinja").write_text(english.replace('"week": "Week"', '"week": "Woche"'), encoding="utf-8")
    replace(study / "report/study.yml", "{label: 6 weeks, week: 6}", "{label: 6 weeks, week: 6.5}")
    (panel, _), _ = drawn(study, CALLS["courses"])
    assert {"Woche", "6,5"} <= {*words_of(panel)}
    (panel, _), _ = drawn(study, CALLS["waterfall"])
    assert "−62,5\N{NO-BREAK SPACE}%" in words_of(panel)


# -- some of the visits

SOME = {kind: f"{CALLS[kind][:-1]}, visits=[start, week_12])" for kind in ("courses", "boxes")}
SOME["responders"] = f"{CALLS['responders'][:-1]}, visits=[week_12])"


def later(study: Path) -> None:
    """Let the study go on: three of six come again in week 24, E among them, who was not there in week 6."""
    replace(study / "report/study.yml", "endpoints:", "  week_24: {label: 24 weeks, week: 24}\nendpoints:")
    with (study / "visits.csv").open("a", encoding="utf-8") as file:
        file.write("A,week_24,,15,41\nB,week_24,,50,27\nE,week_24,,30,40\n")


def ids_of(panel: ElementTree.Element) -> set[str]:
    """Return the results that a panel writes, and those that its alternative text tells of."""
    written = {element.get("data-result", "") for element in panel.iter()} - {""}
    return written | {*(panel.get("data-results") or "").split()}


def times_of(panel: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in panel.iter(f"{SVG}text") if element.get("data-axis") == "visit"]


def dashes_of(panel: ElementTree.Element) -> int:
    """Return how many lines of subjects bridge a gap."""
    paths = [path for path in panel.iter(f"{SVG}path") if re.search("stroke-(course|worse)", path.get("class", ""))]
    return sum(path.get("stroke-dasharray") is not None for path in paths)


def diamonds_of(panel: ElementTree.Element) -> int:
    return sum("fill-worse" in element.get("class", "") for element in panel.iter())


@pytest.mark.parametrize("publish", ["full", "aggregate"])
@pytest.mark.parametrize("code", ["en", "nl", "fr", "de"])
@pytest.mark.parametrize("kind", SOME)
def test_of_a_visit_that_is_left_out_nothing_is_drawn_or_told(study: Path, kind: str, code: str, publish: str) -> None:
    replace(study / "report/study.yml", "data:", f"language: {code}\npublish: {publish}\ndata:")
    whole, _ = drawn(study, CALLS[kind])
    some, _ = drawn(study, SOME[kind])
    assert len(some) == len(whole) == 2
    for all_, panel in zip(whole, some, strict=True):
        assert any(".week_6." in id_ for id_ in ids_of(all_))
        assert ids_of(panel) == {id_ for id_ in ids_of(all_) if ".week_6." not in id_}
        if kind == "responders":
            assert ("6 weeks" in words_of(all_), "6 weeks" in words_of(panel)) == (True, False)
        else:
            assert (times_of(all_), times_of(panel)) == (["0", "6", "12"], ["0", "12"])


def test_the_alternative_texts_tell_of_the_visits_shown(study: Path) -> None:
    for kind, told in {
        "courses": "Pain: course of each patient, and the median: 65 at start (n = 6), 20 at 12 weeks (n = 5).",
        "boxes": "Pain: median and quartiles: 65 (52.5–77.5) at start (n = 6), 20 (5–35) at 12 weeks (n = 5).",
        "responders": "Pain halved: 3/4 (75%; 95% CI 30%–95%) at 12 weeks.",
    }.items():
        (panel, _), _ = drawn(study, SOME[kind])
        assert (panel[0].text or "").replace("\N{NO-BREAK SPACE}", " ") == told


def test_the_values_drawn_are_those_of_the_visits_shown(study: Path) -> None:
    (courses, _), _ = drawn(study, SOME["courses"])
    value, font = axis_of(courses), font_of(courses)
    dots = [e for e in courses.iter(f"{SVG}circle") if "fill-course" in e.get("class", "")]
    # Of all but B and D, who had more pain than at the start, both values; of these two the first.
    better = [visit[0] for name in "ACEF" for visit in (ROWS[name][0], ROWS[name][2]) if visit]
    assert sorted(value(float(e.get("cy", "")) + 0.33 * font) for e in dots) == pytest.approx(
        sorted([*better, 60, 0]), abs=0.2
    )
    (boxes, _), results = drawn(study, SOME["boxes"])
    value, font = axis_of(boxes), font_of(boxes)
    ends = [(min(map(value, ys)), max(map(value, ys))) for ys in heights(boxes, "fill-accent", font)]
    shown = [f"pain.{visit}" for visit in ("start", "week_12")]
    quartiles = [[float(results[f"{at}.{q}"].value or 0) for q in ("q1", "q3")] for at in shown]
    assert ends == [pytest.approx(pair, abs=0.2) for pair in quartiles]


@pytest.mark.parametrize(
    ("visits", "gap", "worse", "few"),
    [
        (None, True, True, True),
        ("[start, week_6]", False, False, False),  # by hand: nobody had more pain at week 6
        ("[start, week_12]", False, True, False),
        ("[start, week_6, week_12]", True, True, False),
        ("[start, week_12, week_24]", False, True, True),  # at week 12 F alone is missing, and did not return
        ("[start, week_24]", False, False, True),
    ],
)
def test_what_is_missing_worse_or_of_few_follows_from_the_visits_shown(
    study: Path, visits: str | None, gap: bool, worse: bool, few: bool
) -> None:
    later(study)
    over = f", visits={visits}" if visits else ""
    (panel,), _ = drawn(study, f'figure("courses", [pain]{over})')
    dots = {e.get("r") for e in panel.iter(f"{SVG}circle") if "fill-accent" in e.get("class", "")}
    assert (dashes_of(panel) > 0, diamonds_of(panel) > 0, len(dots) > 1) == (gap, worse, few)
    note, _ = page(study, f"courses_note([pain]{over})")
    assert ("dashes" in note, "diamonds" in note, "thinner" in note) == (gap, worse, few)


@pytest.mark.parametrize("kind", SOME)
def test_all_visits_by_name_in_any_order_are_all_visits(study: Path, kind: str) -> None:
    chosen = "[week_12, week_6]" if kind == "responders" else "[week_12, baseline, week_6]"
    assert page(study, f"{CALLS[kind][:-1]}, visits={chosen})") == page(study, CALLS[kind])


def test_visits_may_be_what_a_filter_leaves(study: Path) -> None:
    chosen = 'all_visits | rejectattr("name", "equalto", "week_6")'
    for kind in ("courses", "boxes"):
        assert page(study, f"{CALLS[kind][:-1]}, visits={chosen})") == page(study, SOME[kind])
    assert page(study, f"courses_note([pain], visits={chosen})") == page(
        study, "courses_note([pain], visits=[start, week_12])"
    )


def test_two_visits_without_a_time_are_not_said_to_stand_evenly(study: Path) -> None:
    file = study / "report/study.yml"
    file.write_text(re.sub(r", week: \d+", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    (panel, _), _ = drawn(study, SOME["courses"])
    assert times_of(panel) == ["Start", "12 weeks"]
    assert not any("evenly" in word for word in words_of(panel))


def test_a_figure_of_some_visits_is_read_back_and_found_right(study: Path) -> None:
    shutil.copy(ROOT / "_quarto.yml", study)
    calls = "\n\n".join(f"{{{{ {call} }}}}" for call in SOME.values())
    note = "{{ courses_note([pain, grip], visits=[start, week_12]) }}"
    source = f"{{{{ masthead() }}}}\n\n## Results\n\n{calls}\n\n{note}\n\n{{{{ colophon() }}}}\n"
    (study / "report/abstract.qmd").write_text(source, encoding="utf-8")
    for command in ("build", "verify"):
        done = cohortpress(study, command, *(["abstract"] if command == "build" else []))
        assert done.returncode == 0, done.stderr
    html = (study / "_output/abstract.html").read_text(encoding="utf-8")
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert any("pain.week_12.median" in svg for svg in drawings)
    assert not any("week_6" in svg for svg in drawings)


def test_an_own_sentence_without_visits_serves_until_visits_are_chosen(study: Path) -> None:
    templates = study / "templates/language"
    templates.mkdir(parents=True)
    english = (ROOT / "templates/language/en.jinja").read_text(encoding="utf-8")
    own = english.replace("courses_alt(endpoint, visits=none)", "courses_alt(endpoint)").replace(
        "visits or all_visits", "all_visits"
    )
    (templates / "en.jinja").write_text(own, encoding="utf-8")
    page(study, CALLS["courses"])
    assert "courses_alt" in refusal(study, SOME["courses"]).problem


# -- where figures stand

WIDTH, BETWEEN = 765, 18  # mm, on A0, by classic's theme.yml: the figures, and what parts two


def sizes(text: str) -> list[tuple[float, float]]:
    """Return width and height of the panels, in pt."""
    return [(float(w), float(h)) for w, h in re.findall(r'viewBox="0 [-\d.]+ ([\d.]+) ([\d.]+)"', text)]


def test_single_panels_that_follow_one_another_stand_side_by_side(study: Path) -> None:
    two = f"{CALLS['flow']} }}}}\n{{{{ {CALLS['waterfall'].replace(', grip', '')}"
    text, _ = page(study, two)
    assert text.count('::: {.beside style="--beside: 2"}') == 1
    (left, _), (right, _) = sizes(text)
    assert left == right == pytest.approx((WIDTH - BETWEEN) / 2 / 25.4 * 72)
    apart, _ = page(study, two.replace("}}\n{{", "}}\n\nA sentence between.\n\n{{"))
    assert "--beside" not in apart
    several, _ = page(study, two.replace("[pain]", "[pain, grip]"))
    assert "--beside" not in several
    narrow, _ = page(study, two, area="patients")
    assert "--beside" not in narrow


@pytest.mark.parametrize(
    ("size", "words", "drawn_out"), [("A0 landscape", 800, 0), ("A0", 800, 0), ("A0", 655, 0.15)]
)
def test_a_panel_that_is_alone_is_not_drawn_out(study: Path, size: str, words: int, drawn_out: float) -> None:
    file = study / "report/study.yml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\ndocuments: {{poster: {{page: {size}}}}}\n", encoding="utf-8")
    text, _ = page(study, f'figure("courses", [pain]) }}}}\n\n{"words " * words}{{{{ ""')
    ((width, height),) = sizes(text)
    # Up to a quarter more where else a mere strip would be left beside it.
    assert width / height == pytest.approx(2.4 * (1 + drawn_out), rel=0.03)
    ((whole, _),) = sizes(page(study, CALLS["flow"])[0])
    spare = re.search(r"--across: ([\d.]+)", text)
    assert spare
    if drawn_out:
        assert width == whole
    else:
        assert width < whole / 1.2
        assert float(spare[1]) > 1.2


def test_beside_little_text_a_figure_is_higher_and_its_letters_larger(study: Path) -> None:
    call = 'figure("courses", [pain, grip])'
    texts = [page(study, f'{call} }}}}\n\n{"words " * count}{{{{ ""')[0] for count in (800, 300, 0)]
    heights = [sizes(text)[0][1] for text in texts]
    letters = [float(re.findall(r'font-size="([\d.]+)px"', text)[0]) for text in texts]
    assert heights == sorted(heights)
    assert heights[2] > 1.6 * heights[0]
    assert 1.2 < letters[2] / letters[0] < 1.4
    assert letters[0] < letters[1] < letters[2]


def test_only_what_is_read_is_counted() -> None:
    heading, number = "# Pain {.title}", '[Nine]{.result data-result="n"} **men**'
    drawing = "```{=html}\n<svg></svg>\n```"
    body = f"{heading}\n\n::: {{.area .methods}}\n\n{number}\n\n{mark_of('a')}\n\n:::\n\n{drawing}\n"
    assert characters(body) == len("Pain Nine men")


def test_the_place_of_a_figure_is_found_wherever_it_stands() -> None:
    first, second, third = map(mark_of, "abc")
    fences = '::: {.area .patients}\n::: {.beside style="--beside: 3"}'
    body = f"{first}\n\n{fences}\n{second}\n:::\n:::\n```\n{third}\n```\n"
    found = places(body, [first, second, third])
    assert list(found.values()) == [Place(), Place("patients", 3), Place()]


# -- what may not be shown, and what cannot be


@pytest.mark.parametrize("kind", ["courses", "boxes", "responders", "flow"])
def test_aggregates_show_no_subject(study: Path, kind: str) -> None:
    replace(study / "report/study.yml", "data:", "publish: aggregate\ndata:")
    text, _ = page(study, CALLS[kind])
    assert not re.search(r"(fill|stroke)-(course|worse)", text)
    assert re.search(r"(fill|stroke)-accent", text)
    assert "each patient" not in text


def test_a_waterfall_is_refused_where_aggregates_alone_are_published(study: Path) -> None:
    replace(study / "report/study.yml", "data:", "publish: aggregate\ndata:")
    fault = refusal(study, CALLS["waterfall"])
    assert fault.where.startswith("report/poster.qmd, line 5")
    assert fault.problem == "'waterfall' shows single subjects, and the study publishes aggregates only."
    assert fault.mend == "Take it out, or draw 'boxes' or 'responders'."


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('figure("boxs", [pain])', "There is no figure 'boxs'. Did you mean 'boxes'?"),
        ('figure("pie", [pain])', "There is no figure 'pie'. Known: boxes, courses, flow, responders, waterfall."),
        ('figure("courses", [halved])', "'halved' is no endpoint. Known: grip, pain."),
        ('figure("boxes", [pain.week_6])', "'pain.week_6' is no endpoint. Write pain."),
        ('figure("boxes", [pain.week_6.median])', "'pain.week_6.median' is no endpoint. Write pain."),
        ('figure("boxes", ["pain"])', "'pain' is no endpoint. Write it without quotation marks."),
        ('figure("boxes", pain)', "'pain' is one thing. Write '[pain]' where a list is asked for."),
        ('figure("boxes", [])', "'boxes' needs a list of endpoints. Write figure(\"boxes\", [pain])."),
        ('figure("boxes")', "'boxes' needs a list of endpoints. Write figure(\"boxes\", [pain])."),
        ('figure("boxes", [pain, grap])', "'grap' is undefined. Did you mean 'grip'?"),
        ('figure("boxes", [pain], visit=week_6)', "'boxes' shows all visits. Take 'visit=week_6' out."),
        ('figure("responders", [pain])', "'pain' is no response. Known: halved, little."),
        ('figure("responders", [halved], visit=start)', "'start' is no follow-up visit. Known: week_12, week_6."),
        (
            'figure("waterfall", [pain])',
            "'waterfall' shows one visit. Write visit=week_12, or another of: week_6, week_12.",
        ),
        (
            'figure("waterfall", [pain], visit="week_12")',
            "'week_12' is a text. Write week_12, without quotation marks.",
        ),
        ('figure("flow", visits=[start, week_6])', "'flow' shows all visits. Take 'visits' out."),
        (
            'figure("waterfall", [pain], visits=[start, week_6])',
            "'waterfall' shows one visit. Write visit=week_12 in place of 'visits'.",
        ),
        (
            'figure("waterfall", [pain], visit=week_6, visits=[start, week_6])',
            "'waterfall' shows one visit. Take 'visits' out.",
        ),
        (
            'figure("responders", [halved], visit=week_6, visits=[week_6])',
            "'responders' is given 'visit' and 'visits' both. Take one of them out.",
        ),
        (
            'figure("courses", [pain], visit=week_6, visits=[start, week_6])',
            "'courses' is given 'visit' and 'visits' both. Take 'visit=week_6' out.",
        ),
        ('figure("courses", [pain], visits=[start, week_21])', "'week_21' is undefined. Did you mean 'week_12'?"),
        ('figure("courses", [pain], visits=[start, grip])', "'grip' is no visit. Known: start, week_12, week_6."),
        ('figure("courses", [pain], visits=[pain.week_6])', "'pain.week_6' is no visit. Did you mean 'week_6'?"),
        (
            'figure("courses", [pain], visits=[start, "week_12"])',
            "'week_12' is a text. Write week_12, without quotation marks.",
        ),
        (
            'figure("boxes", [pain], visits=week_12)',
            "'week_12' is one visit. Write '[week_12]' where a list is asked for.",
        ),
        ('figure("boxes", [pain], visits=3)', "'visits' needs a list of visits. Write visits=[start, week_12]."),
        ('figure("boxes", [pain], visits=[start, week_6, start])', "'start' stands twice in 'visits'. Name it once."),
        (
            'figure("boxes", [pain], visits=[week_12, week_6])',
            "'boxes' shows the baseline and at least one visit more. Write visits=[start, week_6, week_12].",
        ),
        (
            'figure("courses", [pain], visits=[baseline])',
            "'courses' shows the baseline and at least one visit more. Write visits=[start, week_12].",
        ),
        (
            'figure("courses", [pain], visits=[])',
            "'courses' shows the baseline and at least one visit more. Write visits=[start, week_12].",
        ),
        (
            'figure("responders", [halved], visits=[])',
            "'responders' shows at least one follow-up visit. Write visits=[week_12].",
        ),
        (
            'figure("responders", [halved], visits=[start, week_6])',
            "'start' is no follow-up visit. Known: week_12, week_6.",
        ),
        ('figure("flow", [pain])', "'flow' shows the whole cohort. Write figure(\"flow\")."),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_said_with_its_line(study: Path, call: str, message: str) -> None:
    fault = refusal(study, call)
    assert fault.where.startswith("report/poster.qmd, line 5")
    assert f"{fault.problem} {fault.mend}" == message


def test_responders_need_a_response(study: Path) -> None:
    file = study / "report/study.yml"
    file.write_text(file.read_text(encoding="utf-8").partition("responses:")[0], encoding="utf-8")
    assert refusal(study, 'figure("responders", [pain])').problem == "study.yml declares no responses."


def test_word_reads_the_alternative_text_as_it_stands(study: Path) -> None:
    replace(study / "report/study.yml", "label: Little pain", 'label: Pain < 10 & "little"')
    shutil.copy(ROOT / "_quarto.yml", study)
    source = f"{{{{ masthead() }}}}\n\n## Results\n\n{{{{ {CALLS['responders']} }}}}\n\n{{{{ colophon() }}}}\n"
    (study / "report/abstract.qmd").write_text(source, encoding="utf-8")
    done = cohortpress(study, "build", "abstract")  # which reads back what it made
    assert done.returncode == 0, done.stderr


def test_a_figure_is_as_wide_in_word_as_on_the_page(study: Path) -> None:
    for call, widths in (
        (CALLS["courses"], ["100"]),
        ('figure("courses", [pain])', ["57"]),  # 2.4 times 42 mm high, of 174 mm
        (f"{CALLS['flow']} }}}}\n{{{{ {CALLS['flow']}", ["50", "50"]),
    ):
        assert re.findall(r'data-width="(\d+)%"', page(study, call, document="abstract")[0]) == widths


def test_a_language_without_the_sentence_of_a_figure_is_named(study: Path) -> None:
    templates = study / "templates/language"
    templates.mkdir(parents=True)
    english = (ROOT / "templates/language/en.jinja").read_text(encoding="utf-8")
    (templates / "en.jinja").write_text(english.replace("macro boxes_alt", "macro boxes_alt_"), encoding="utf-8")
    assert refusal(study, CALLS["boxes"]).problem == "templates/language/en.jinja has no sentence 'boxes_alt'."
    page(study, CALLS["courses"])
