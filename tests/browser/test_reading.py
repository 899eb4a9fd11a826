"""The finished HTML in a real browser: it stands alone, fits any width, and tells where its numbers come from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pypdfium2
import pytest
from studies import text_of_html, without_narrow

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

DOCUMENTS = ("abstract", "poster")
DESK, PHONE = 1440, 390
# Every shift counts here, also what follows an action of the reader.
WATCH_SHIFTS = """
window.shifts = [];
const note = list => shifts.push(...list.getEntries().map(shift => shift.value));
new PerformanceObserver(note).observe({type: "layout-shift", buffered: true});
"""
# Two frames: what the first one shifts is noted by the second.
SHIFTED = """async () => {
  await document.fonts.ready;
  for (let i = 0; i < 4; i++) await new Promise(requestAnimationFrame);
  return shifts.reduce((sum, value) => sum + value, 0);
}"""
# What does shift is noted sooner or later, on a machine with other work later.
NOTED = """async () => {
  for (let i = 0; i < 250 && !shifts.length; i++) await new Promise(go => setTimeout(go, 20));
  return shifts.length;
}"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A desk's page, light, without a network."""
    with chromium.new_context(viewport={"width": DESK, "height": 1000}, offline=True) as context:
        yield context.new_page()


def show(page: Page, study: Path, document: str) -> None:
    page.goto((study / f"_output/{document}.html").as_uri())


def results(study: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((study / "_output/results.json").read_text(encoding="utf-8"))["results"]
    return {result["id"]: result for result in found}


def card(page: Page) -> Locator:
    return page.locator(".origin")


def p_value(page: Page) -> Locator:
    """The first p value on the page."""
    return page.locator("span[data-result$='.vs_baseline.p_value']").first


def told(page: Page) -> dict[str, str]:
    """What the card says, by its headings."""
    assert card(page).is_visible()
    terms = card(page).locator("dt").all_inner_texts()
    return dict(zip(terms, card(page).locator("dd").all_inner_texts(), strict=True))


# -- it stands alone


@pytest.mark.parametrize("document", DOCUMENTS)
def test_it_loads_in_silence_and_asks_for_nothing(page: Page, built_flagship: Path, document: str) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    show(page, built_flagship, document)
    p_value(page).click()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": PHONE, "height": 800})
    page.evaluate("document.fonts.ready.then(() => true)")
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [page.url]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_would_load_from_elsewhere_is_stopped(page: Page, built_flagship: Path, document: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    show(page, built_flagship, document)
    urls = "https://example.org/a.png", "https://example.org/b.json"
    page.evaluate("url => document.body.append(Object.assign(new Image(), {src: url}))", urls[0])
    page.evaluate("url => fetch(url).catch(() => {})", urls[1])
    assert all(any(f"'{url}' violates" in text for text in said) for url in urls)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_its_fonts_are_its_own(page: Page, built_flagship: Path, document: str) -> None:
    show(page, built_flagship, document)
    states = page.evaluate(
        "document.fonts.ready.then(fonts => [...fonts].map(face => [face.family, face.status]))"
    )
    assert {family for family, status in states if status == "loaded"}
    assert "error" not in {status for _, status in states}
    families = page.evaluate(
        "[...document.querySelectorAll('main, main *')].map(part => getComputedStyle(part).fontFamily)"
    )
    own = {family.strip('"') for family, _ in states}
    assert {family.partition(",")[0].strip('"') for family in families} <= own


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_moves_once_it_is_shown(page: Page, built_flagship: Path, document: str, width: int) -> None:
    page.add_init_script(WATCH_SHIFTS)
    page.set_viewport_size({"width": width, "height": 800})
    show(page, built_flagship, document)
    p_value(page).click()
    page.keyboard.press("Escape")
    assert page.evaluate(SHIFTED) == 0
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate(SHIFTED) == 0
    page.evaluate("document.querySelector('main').style.paddingTop = '300px'")
    assert page.evaluate(NOTED) > 0, "the watch is awake"


# -- it fits


@pytest.mark.parametrize("width", [320, 360, PHONE, 768, 1024, 1120, DESK, 2560])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_sideways_scroll(page: Page, built_flagship: Path, document: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    show(page, built_flagship, document)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # What is too wide scrolls inside itself; nothing else reaches out of the window, scrolled to or not.
    out = page.evaluate(
        """width => [...document.querySelectorAll("main *")]
          .filter(part => !part.closest(".table-block > *, svg"))
          .filter(part => part.getBoundingClientRect().right > width + 1)
          .map(part => part.outerHTML.slice(0, 80))""",
        width,
    )
    assert out == []


@pytest.mark.parametrize("width", [320, PHONE, 680])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_phone_shows_all_of_a_wide_table_and_says_what_each_value_is(
    page: Page, built_flagship: Path, document: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    show(page, built_flagship, document)
    blocks = page.locator(".table-block")
    assert blocks.evaluate_all("blocks => blocks.filter(b => b.scrollWidth > b.clientWidth).length") == 0
    table = page.locator(".table-block.endpoints table")
    cells = table.locator("tbody tr").first.locator("td:not(:first-child)")
    shown = cells.evaluate_all("cells => cells.map(c => getComputedStyle(c, '::before').content)")
    heads = ["Baseline", "6 months", "p, 6 months", "12 months", "p, 12 months"]
    assert [content.split('"')[1].replace("\N{NO-BREAK SPACE}", " ") for content in shown] == heads
    boxes = cells.evaluate_all("cells => cells.map(c => c.getBoundingClientRect()).map(b => [b.top, b.bottom])")
    assert all(above[1] <= below[0] for above, below in pairwise(boxes))


@pytest.mark.parametrize("width", [320, PHONE])
def test_a_phone_shows_every_figure_whole_and_in_legible_letters(
    page: Page, built_flagship: Path, built_in: Callable[[str], Path], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for study, document in ((built_flagship, "abstract"), (built_flagship, "poster"), (built_in("fr"), "poster")):
        show(page, study, document)
        shown = page.locator(".panels svg:visible")
        assert shown.count() == page.locator(".panels:not(.wide) svg").count() > 0
        edges = shown.evaluate_all("drawn => drawn.map(svg => svg.getBoundingClientRect().right)")
        assert max(edges) <= width
        heights = shown.locator("text").evaluate_all("texts => texts.map(t => t.getBoundingClientRect().height)")
        assert min(heights) >= 14  # of a line of type of 12 pixels
    assert page.locator(".panels.wide").count() > 0


def test_a_screen_reader_still_finds_a_table_on_a_phone(page: Page, built_flagship: Path) -> None:
    roles = []
    kinds = ("table", "row", "columnheader", "rowheader", "cell", "gridcell")
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        show(page, built_flagship, "poster")
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        told = [node["role"]["value"] for node in tree if not node["ignored"]]
        roles.append({role: told.count(role) for role in kinds})
    assert roles[0] == roles[1]
    assert roles[0]["columnheader"] > 10
    assert roles[0]["rowheader"] > 10


def test_what_is_too_wide_still_scrolls_inside_itself_also_by_keyboard(page: Page, built_flagship: Path) -> None:
    page.set_viewport_size({"width": PHONE, "height": 800})
    show(page, built_flagship, "poster")
    page.evaluate("document.querySelectorAll('[data-head]').forEach(cell => delete cell.dataset.head)")
    table = page.locator(".table-block.endpoints")
    hidden = table.evaluate("table => table.scrollWidth - table.clientWidth")
    assert hidden > 0, "a table of three visits is wider than a phone"
    table.focus()
    page.keyboard.press("ArrowRight")
    for _ in range(100):  # it glides
        if moved := table.evaluate("table => table.scrollLeft > 0"):
            break
        page.wait_for_timeout(20)
    assert moved
    # The names of the rows stay in sight.
    names = table.locator("tbody th").evaluate_all("cells => cells.map(c => c.getBoundingClientRect().left)")
    assert min(names) >= 0


def test_a_phone_shows_one_column_in_the_order_of_the_keyboard(page: Page, built_flagship: Path) -> None:
    page.set_viewport_size({"width": PHONE, "height": 800})
    show(page, built_flagship, "poster")
    boxes = page.locator("main > *:not(.origin)").evaluate_all(
        "parts => parts.map(p => p.getBoundingClientRect()).map(b => [b.top, b.bottom, b.left, b.right])"
    )
    stacked = sorted(boxes)
    assert all(above[1] <= below[0] for above, below in pairwise(stacked))
    names = [".masthead", ".message", ".figures", ".conclusions", ".table"]
    tops = [page.locator(f"main > {name}").evaluate("part => part.getBoundingClientRect().top") for name in names]
    assert tops == sorted(tops), "what was found comes before how"
    size = page.locator(".background p").first.evaluate("p => parseFloat(getComputedStyle(p).fontSize)")
    assert size >= 16
    stops = _tops_of_tab_stops(page)
    assert len(stops) > 50
    areas = page.locator("main > *").evaluate_all("parts => parts.map(p => p.getBoundingClientRect().top + scrollY)")
    of_area = [max(top for top in areas if top <= stop + 1) for stop in stops]
    assert of_area == sorted(of_area)


def _tops_of_tab_stops(page: Page) -> list[float]:
    """Return how far down the page each stop of the Tab key lies."""
    stops: list[float] = []
    page.evaluate("document.activeElement.blur()")
    while True:
        page.keyboard.press("Tab")
        top = page.evaluate(
            "document.activeElement === document.body ? null"
            " : document.activeElement.getBoundingClientRect().top + scrollY"
        )
        if top is None or len(stops) > 1000:
            return stops
        stops.append(cast(float, top))


def test_a_desk_shows_the_posters_grid(page: Page, built_flagship: Path) -> None:
    show(page, built_flagship, "poster")
    lefts = page.locator("main > .area").evaluate_all("parts => parts.map(p => p.getBoundingClientRect().left)")
    assert len({round(left / 50) for left in lefts}) > 1


@pytest.mark.parametrize("document", DOCUMENTS)
def test_lines_can_be_read(page: Page, built_flagship: Path, document: str) -> None:
    """45 to 75 characters a line are the rule of typography; of more than 100 the eye loses the next line."""
    show(page, built_flagship, document)
    longest = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll("main p, main li")]
          .filter(part => !part.closest(".masthead, .message, .keywords, .colophon, td"))
          .map(part => part.clientWidth / parseFloat(getComputedStyle(part).fontSize) * 2.1))"""
    )
    assert longest <= 100, "characters, at 2.1 an em"


# -- with and without


@pytest.mark.parametrize("document", DOCUMENTS)
def test_without_a_script_all_is_there(chromium: Browser, built_flagship: Path, document: str) -> None:
    with chromium.new_context(java_script_enabled=False, offline=True) as context:
        page = context.new_page()
        show(page, built_flagship, document)
        shown = page.locator("body").inner_text()
        parts = page.locator("main *:not(script, col, colgroup, svg *, .panels.narrow, .panels.narrow svg)")
        hidden = parts.evaluate_all(
            "parts => parts.filter(p => !p.checkVisibility({opacityProperty: true, visibilityProperty: true}))"
            ".map(part => part.outerHTML.slice(0, 80))"
        )
    html = (built_flagship / f"_output/{document}.html").read_text(encoding="utf-8")
    written = text_of_html(re.sub(r"<title>.*?</title>", "", without_narrow(html), flags=re.DOTALL))
    assert "".join(shown.split()) == "".join(written.split())
    assert hidden == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_dark_scheme_is_dark(page: Page, built_flagship: Path, document: str) -> None:
    show(page, built_flagship, document)
    colours = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=cast(Any, scheme))
        colours[scheme] = page.evaluate(
            """["html", "p:not(.message *)", "svg .fill-accent"].map((place, i) => {
              const style = getComputedStyle(document.querySelector(place));
              return i == 0 ? style.backgroundColor : i == 1 ? style.color : style.fill;
            })"""
        )
    assert all(a != b for a, b in zip(colours["light"], colours["dark"], strict=True))
    red, green, blue = map(int, re.findall(r"\d+", colours["dark"][0])[:3])
    assert max(red, green, blue) < 64


# -- every number can be asked


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_number_of_the_results_can_be_asked(page: Page, built_flagship: Path, document: str) -> None:
    show(page, built_flagship, document)
    marked = page.locator("[data-result]")
    assert marked.count() > 40
    assert page.locator("[data-result][role=button][tabindex='0'][aria-expanded=false]").count() == marked.count()
    assert page.locator("svg [data-result]").count() > 0


def test_a_click_on_a_p_value_tells_all_of_it(page: Page, built_flagship: Path) -> None:
    show(page, built_flagship, "poster")
    number = p_value(page)
    assert card(page).is_hidden()
    number.click()
    result = results(built_flagship)[number.get_attribute("data-result") or ""]
    exact = results(built_flagship)[result["id"].replace(".p_value", ".p_exact")]
    title = card(page).locator(".origin-title").inner_text()
    assert title.startswith(f"{result['label']}, 6 months, ")
    assert card(page).get_attribute("aria-label") == title
    said = told(page)
    assert said["Value"] == result["text"] == number.inner_text()
    assert said["Compared with"] == "Baseline"
    assert said["n"] == str(result["n"])
    assert said["Pairs"] == str(result["n_paired"])
    assert said["Method"] == result["method"]
    assert said["Exact p"] == exact["text"]
    assert len(said["How"].split()) > 3, "the formula in words"
    assert said["Name"] == result["id"]
    page.locator("h1").click()
    assert card(page).is_hidden()


def test_a_number_in_a_figure_tells_of_itself_too(page: Page, built_flagship: Path) -> None:
    show(page, built_flagship, "poster")
    number = page.locator("svg text[data-result$='.median']").first
    number.click()
    result = results(built_flagship)[number.get_attribute("data-result") or ""]
    assert told(page)["Name"] == result["id"]
    assert told(page)["n"] == str(result["n"])


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_key_opens_and_escape_leads_back(page: Page, built_flagship: Path, key: str) -> None:
    show(page, built_flagship, "poster")
    number = p_value(page)
    number.focus()
    page.keyboard.press(key)
    assert card(page).is_visible()
    assert number.get_attribute("aria-expanded") == "true"
    assert card(page).evaluate("card => document.activeElement === card"), "it is read out"
    page.keyboard.press("Escape")
    assert card(page).is_hidden()
    assert number.get_attribute("aria-expanded") == "false"
    assert number.evaluate("number => document.activeElement === number")


def test_tab_goes_on_from_the_number_that_was_asked(page: Page, built_flagship: Path) -> None:
    show(page, built_flagship, "abstract")
    first, second = (page.locator("[data-result]").nth(place) for place in (0, 1))
    first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert card(page).is_hidden()
    assert second.evaluate("number => document.activeElement === number")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_tap_shows_the_card_within_the_screen(chromium: Browser, built_flagship: Path, document: str) -> None:
    with chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        show(page, built_flagship, document)
        for number in (p_value(page), page.locator("span[data-result]").last, page.locator("span[data-result]").first):
            number.scroll_into_view_if_needed()
            number.tap()
            assert card(page).is_visible()
            box = card(page).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 740
            at = number.bounding_box()
            assert at is not None
            assert box["y"] >= at["y"] + at["height"] or box["y"] + box["height"] <= at["y"], "the number is in sight"
            number.tap()
            assert card(page).is_hidden()


def test_a_finger_asks_the_nearest_number(chromium: Browser, built_flagship: Path) -> None:
    with chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        show(page, built_flagship, "poster")
        cell = page.locator(".characteristics td:has([data-result]:nth-of-type(3))").first
        cell.scroll_into_view_if_needed()
        numbers = cell.locator("[data-result]")
        places = numbers.evaluate_all(
            "all => all.map(number => number.firstChild).map(text => {"
            "  const r = document.createRange(); r.selectNode(text); const b = r.getBoundingClientRect();"
            "  return [b.left, b.right, (b.top + b.bottom) / 2, b.bottom] })"
        )
        assert len(places) == 3
        (first, _, middle, low), (second, *_), (_, last, *_) = places
        assert second - first < 44, "they stand closer than fingertips"
        for x, y, asked in ((first - 12, middle, 0), (second, low + 3, 1), (last + 12, middle, 2)):
            page.touchscreen.tap(x, y)
            assert told(page)["Name"] == numbers.nth(asked).get_attribute("data-result")
            page.keyboard.press("Escape")
        page.touchscreen.tap(first - 60, middle)
        assert card(page).is_hidden(), "nothing is near"
        # A click that does not say that it comes of a tap, and one that comes of none, as of a screen reader.
        click = "(cell, click) => cell.dispatchEvent(new MouseEvent('click', {bubbles: true, ...click}))"
        cell.evaluate(click, {"clientX": last + 12, "clientY": middle, "detail": 1})
        assert card(page).is_visible()
        assert told(page)["Name"] == numbers.nth(2).get_attribute("data-result")
        page.keyboard.press("Escape")
        numbers.first.evaluate(click, {"clientX": 0, "clientY": 0, "detail": 0})
        assert told(page)["Name"] == numbers.first.get_attribute("data-result")


# -- on paper


@pytest.mark.parametrize(("document", "width", "height"), [("poster", 841, 1189), ("abstract", 210, 297)])
def test_a_browser_prints_one_page_of_the_papers_size(
    page: Page, built_flagship: Path, tmp_path: Path, document: str, width: float, height: float
) -> None:
    show(page, built_flagship, document)
    p_value(page).click()  # a card that is open does not print
    page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True, print_background=False)
    printed = pypdfium2.PdfDocument(tmp_path / "printed.pdf")
    assert len(printed) == 1
    size = [side / 72 * 25.4 for side in printed[0].get_size()]
    assert size == [pytest.approx(width, abs=1), pytest.approx(height, abs=1)]
    text = printed[0].get_textpage()
    assert "Name" not in text.get_text_bounded()
    boxes = [text.get_charbox(i) for i in range(text.count_chars()) if text.get_text_range(i, 1).strip()]
    assert min(box[1] for box in boxes) > 10 / 25.4 * 72, "nothing is cut at the foot"
    assert min(box[1] for box in boxes) < 0.12 * printed[0].get_height(), "the page is full"
    printed.close()


def test_a_browser_prints_grounds_too_so_that_light_text_can_be_read(
    page: Page, built_flagship: Path, tmp_path: Path
) -> None:
    """What a browser does unless it is told to print backgrounds."""
    show(page, built_flagship, "poster")
    page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True, print_background=False)
    shares = []
    for file in (tmp_path / "printed.pdf", built_flagship / "_output/poster.pdf"):
        with pypdfium2.PdfDocument(file) as printed:
            drawn = printed[0].render(scale=0.2, grayscale=True).to_numpy()
        shares.append((drawn < 128).mean())
    assert shares[0] == pytest.approx(shares[1], abs=0.01)
    assert shares[1] > 0.08, "the headline stands on a dark ground"


def test_an_item_of_a_browsers_print_stays_in_its_column(page: Page, built_flagship: Path) -> None:
    show(page, built_flagship, "poster")
    page.emulate_media(media="print")
    items = page.locator(".conclusions li")
    parts = "items => items.map(item => item.getClientRects().length)"
    assert set(items.evaluate_all(parts)) == {1}
    items.first.evaluate("item => item.append(' and so on'.repeat(99))")
    assert set(items.evaluate_all(parts)) == {1}
    items.first.evaluate("item => { item.style.breakInside = 'auto' }")
    assert 2 in items.evaluate_all(parts), "the list stands in two columns"
