"""The preview in a real browser: what is saved shows in the page, and so does what is wrong with it."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from studies import ROOT, environment, replace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SHEET = "templates/themes/base/abstract.css"
SOON = 60_000  # ms; a busy machine takes its time


class Served:
    """A study that `cohortpress preview` serves."""

    def __init__(self, folder: Path, said: Path) -> None:
        self.folder = folder
        self._said = said

    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    @property
    def address(self) -> str:
        found = re.search(r"serving (http://\S+/)", self.said())
        return found[1] if found else ""


def until(holds: Callable[[], object], what: str) -> None:
    end = time.monotonic() + SOON / 1000
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.fixture
def study(built_second_study: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built_second_study, tmp_path / "study"))


@pytest.fixture
def served(study: Path, tmp_path: Path) -> Iterator[Served]:
    """A built study, served until the test ends."""
    preview = Served(study, tmp_path / "said.log")
    with (
        (tmp_path / "said.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "cohortpress", "preview", "--no-open"], cwd=study, env=environment(), stderr=log
        ) as process,
    ):
        until(lambda: preview.address or process.poll() is not None, "it serves")
        assert preview.address, preview.said()
        yield preview
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) in (0, 130)  # the second while it builds
    assert "Traceback" not in preview.said()
    assert "KeyboardInterrupt" not in preview.said()


@pytest.fixture
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{served.address}abstract.html")
        yield page


def test_a_style_sheet_that_is_saved_shows_in_the_page(served: Served, page: Page) -> None:
    sheet = served.folder / SHEET
    sheet.write_text(f"{sheet.read_text(encoding='utf-8')}\nmain {{ outline: 3px solid }}\n", encoding="utf-8")
    page.wait_for_function("getComputedStyle(document.querySelector('main')).outlineWidth === '3px'", timeout=SOON)


def test_it_opens_with_the_poster_and_leads_to_all_pages(served: Served, page: Page) -> None:
    page.goto(served.address)
    names = page.locator("nav a").all_inner_texts()
    assert names == ["poster.html", "abstract.html", "poster.pdf", "abstract.pdf"]
    shown = page.frame_locator("iframe")
    shown.locator("body.poster").wait_for(timeout=SOON)
    page.locator("nav a", has_text="abstract.html").click()
    shown.locator("body.abstract").wait_for(timeout=SOON)
    sheet = served.folder / SHEET
    sheet.write_text(f"{sheet.read_text(encoding='utf-8')}\nmain {{ outline: 3px solid }}\n", encoding="utf-8")
    page.frames[1].wait_for_function(
        "getComputedStyle(document.querySelector('main')).outlineWidth === '3px'", timeout=SOON
    )


def test_a_pdf_that_is_built_anew_is_shown_anew(served: Served, page: Page) -> None:
    page.goto(f"{served.address}view/abstract.pdf")
    assert page.locator("embed").get_attribute("src") == "/abstract.pdf"
    page.evaluate("window.old = true")
    replace(served.folder / "report/abstract.qmd", "## Results", "## Findings")
    page.wait_for_function("!window.old", timeout=SOON)
    pdf = page.request.get(f"{served.address}abstract.pdf")
    assert pdf.body().startswith(b"%PDF")
    assert not page.request.get(f"{served.address}view/other.pdf").ok


def test_an_error_shows_in_the_page_and_is_gone_again(served: Served, page: Page) -> None:
    document = served.folder / "report/abstract.qmd"
    replace(document, "## Results", "## {{ gripp }}")
    page.locator("#preview-error").wait_for(timeout=SOON)
    assert "report/abstract.qmd, line 3" in page.locator("#preview-error").inner_text()
    assert page.locator("h2").first.inner_text() == "Results", "the last good page stays"
    page.reload()
    page.locator("#preview-error").wait_for(timeout=SOON)
    replace(document, "## {{ gripp }}", "## Results")
    page.locator("#preview-error").wait_for(state="detached", timeout=SOON)


def test_a_warning_shows_in_the_page_beside_what_it_is_about(served: Served, page: Page) -> None:
    sheet = served.folder / SHEET
    before, said = sheet.read_text(encoding="utf-8"), len(served.said())
    assert page.locator("#preview-warnings").count() == 0
    line = before.count("\n") + 1
    sheet.write_text(f"{before}main {{ outline: 3px solid; colr: red }}\n", encoding="utf-8")
    box = page.locator("#preview-warnings")
    box.wait_for(timeout=SOON)
    warning = f"{SHEET}, line {line}: 'colr: red' is ignored: unknown property. Did you mean 'color'?"
    assert box.inner_text() == f"1 warning, 1 new\n{warning}"
    assert page.locator("#preview-error").count() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('main')).outlineWidth") == "3px", "the page is new"
    assert served.said()[said:].count(f"warning: {warning}") == 1

    # What stands is not said again in the terminal, though its line is another, and is folded up in the page.
    said = len(served.said())
    sheet.write_text(f"\n{before}main {{ outline: 4px solid; colr: red }}\n", encoding="utf-8")
    folded = page.locator("#preview-warnings:not([open])", has_text=f"line {line + 1}: 'colr: red'")
    folded.wait_for(timeout=SOON)
    page.locator("#preview-warnings summary").click()
    assert box.inner_text().startswith("1 warning\n")
    assert "warning: " not in served.said()[said:]
    page.reload()
    box.wait_for(timeout=SOON)

    sheet.write_text(before, encoding="utf-8")
    box.wait_for(state="detached", timeout=SOON)


def test_two_quick_saves_end_with_the_second_in_the_page(served: Served, page: Page) -> None:
    document = served.folder / "report/abstract.qmd"
    before = len(served.said())
    replace(document, "## Results", "## Findings")
    until(lambda: "prose of the abstract" in served.said()[before:], "the first is being built")
    replace(document, "## Findings", "## Outcome")
    page.locator("h2", has_text="Outcome").wait_for(timeout=SOON)


def test_a_browser_that_leaves_while_a_page_is_sent_is_no_error(served: Served) -> None:
    host, port = re.findall(r"[\d.]+", served.address)
    for _ in range(20):
        with socket.create_connection((host, int(port))) as browser:
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it leaves at once
            browser.sendall(f"GET /abstract.pdf HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            browser.recv(1)
    time.sleep(0.5)
    assert "Traceback" not in served.said()


def test_data_and_templates_that_lie_elsewhere_or_come_later_are_watched(study: Path, tmp_path: Path) -> None:
    """No part of `served`: the study has its data in a folder of their own, and no templates."""
    shutil.rmtree(study / "templates")
    (study / "raw").mkdir()
    (study / "sessions.csv").rename(study / "raw/sessions.csv")
    replace(study / "report/study.yml", "visits: sessions.csv", "visits: raw/sessions.csv")
    from cohortpress.build import Options
    from cohortpress.preview import Preview

    preview = Preview(study, Options("pandoc"), lambda *_: None, lambda _: None, lambda _: None)
    watched = preview._folders()
    assert {study, study / "raw", study / "report"} <= set(watched)
    assert not {study / "build", study / "_output"} & set(watched)
    shutil.copytree(ROOT / "templates", study / "templates")
    assert study / "templates/themes/base" in preview._folders()
    for made in ("build", "_output", "._output.unfinished", ".git", "x.qmd~"):
        assert not preview._may_be_saved(None, str(study / made))
    assert preview._may_be_saved(None, str(study / "raw/_output"))
