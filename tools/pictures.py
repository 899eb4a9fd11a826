"""Follow the tutorial and take its pictures on the way: ``make pictures``. Needs Chromium."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from gallery import ROOT, picture_of, shrink

sys.path.insert(0, str(ROOT / "tests"))
from pages import Reader, steps

from cohortpress.study import File
from cohortpress.tables.spreadsheet import read_spreadsheet

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGE = ROOT / "docs/tutorial.md"
IMAGES = ROOT / "docs/images"
SHEET = """
<style>
body { margin: 0; font: 15px/1.5 "Liberation Sans", Arial, sans-serif; color: #1b1b1b; background: white; }
table { border-collapse: collapse; }
td, th { border: 1px solid #d0d4d8; padding: 1px 10px; min-width: 52px; white-space: nowrap; }
th { background: #eef1f3; color: #56606a; font-weight: normal; text-align: center; }
td.number { text-align: right; } tr.bold td { font-weight: bold; }
</style>
"""
ROWS = 12  # of the spreadsheet: enough to see what it is


def main() -> None:
    from playwright.sync_api import sync_playwright

    text = PAGE.read_text(encoding="utf-8")
    names = ("chromium", "chromium-browser", "google-chrome")
    command = next(filter(None, map(shutil.which, names)), None)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=command)
        reader = Reader(text, Path(name) / "reader")
        taken: set[str] = set()
        for step in [*steps(text), None]:
            above = "\n".join(text.splitlines()[: step.line if step else None])
            for image in re.findall(r"\(images/tutorial-([\w-]+)\.png\)", above):
                if image not in taken:
                    target = IMAGES / f"tutorial-{image}.png"
                    TAKE[image.removeprefix("first-")](reader, browser, target)
                    taken.add(image)
                    print(target.relative_to(ROOT))
            if step:
                reader.follow(step)
        browser.close()


def poster(reader: Reader, browser: Browser, target: Path) -> None:
    shrink(reader.folder / "_output/poster.png", target)


def abstract(reader: Reader, browser: Browser, target: Path) -> None:
    picture_of(reader.folder / "_output/abstract.pdf", target)


def spreadsheet(reader: Reader, browser: Browser, target: Path) -> None:
    """Draw the cells of the spreadsheet as a program for spreadsheets shows them."""
    (file,) = reader.folder.glob("*.xlsx")
    rows = read_spreadsheet(file, File(file=file.name)).rows[:ROWS]
    head = "".join(f"<th>{chr(65 + column)}</th>" for column in range(len(rows[0])))
    body = "".join(
        f"<tr{' class=bold' if number in (1, 3) else ''}><th>{number}</th>{''.join(map(_cell, row))}</tr>"
        for number, row in enumerate(rows, start=1)
    )
    page = browser.new_page(viewport={"width": 860, "height": 400})
    page.set_content(f"{SHEET}<table><tr><th></th>{head}</tr>{body}</table>")
    _keep(page, target, "table")


def _cell(text: str) -> str:
    """Return a cell; a long text runs over the cells beside it, as in a spreadsheet."""
    if len(text) > 30:
        return f"<td style='max-width: 40px; overflow: visible'>{escape(text)}</td>"
    return f"<td{' class=number' if text.replace('.', '').isdigit() else ''}>{escape(text)}</td>"


def data_report(reader: Reader, browser: Browser, target: Path) -> None:
    page = browser.new_page(viewport={"width": 900, "height": 700})
    page.goto((reader.folder / "data-report.html").as_uri())
    _keep(page, target)


def origin(reader: Reader, browser: Browser, target: Path) -> None:
    """Ask the page for the median at 12 months."""
    page = browser.new_page(viewport={"width": 900, "height": 620})
    page.goto((reader.folder / "_output/abstract.html").as_uri())
    number = page.locator("p [data-result='polyps.month_12.vs_baseline.p_value']").first
    number.evaluate("number => window.scrollBy(0, number.getBoundingClientRect().top - 150)")
    number.click()
    _keep(page, target)


def _keep(page: Page, target: Path, selector: str = "") -> None:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        (page.locator(selector) if selector else page).screenshot(path=file.name)
        shrink(Path(file.name), target)
    page.close()


TAKE: dict[str, Callable[[Reader, Browser, Path], None]] = {
    "spreadsheet": spreadsheet,
    "poster": poster,
    "abstract": abstract,
    "data-report": data_report,
    "origin": origin,
}


if __name__ == "__main__":
    main()
