"""No finding by axe-core: both documents, every theme, a desk and a phone, light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from studies import THEMES, render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from cohortpress.build import Document

pytestmark = pytest.mark.browser

DESK, PHONE = (1440, 1000), (390, 800)


@pytest.fixture(scope="module")
def study(built_flagship: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The flagship, to be rendered in one theme after the other."""
    folder = tmp_path_factory.mktemp("themes") / "flagship"
    shutil.copytree(built_flagship, folder)
    return folder


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context(offline=True) as context:
        yield context.new_page()


@pytest.mark.parametrize("document", ["abstract", "poster"])
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(page: Page, study: Path, theme: str, document: Document) -> None:
    page.goto(render(study, document, theme).as_uri())
    for width, height in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            assert findings(page, scheme) == [], (width, scheme)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_open_card(page: Page, study: Path, scheme: Literal["light", "dark"]) -> None:
    page.goto(render(study, "poster", "classic").as_uri())
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.locator("span[data-result$='.vs_baseline.p_value']").first.click()
    assert page.locator(".origin").is_visible()
    assert findings(page, scheme) == []


def test_axe_is_awake(page: Page, study: Path) -> None:
    page.goto(render(study, "poster", "classic").as_uri())
    page.evaluate("document.body.append(document.createElement('img'))")
    page.evaluate("document.querySelector('.background p').style.color = '#ccc'")
    rules = {finding.partition(":")[0] for finding in findings(page, "light")}
    assert {"image-alt", "color-contrast"} <= rules


def findings(page: Page, scheme: Literal["light", "dark"]) -> list[str]:
    """Return what axe-core finds, and what it cannot tell: rule, place and message.

    Of contrast in drawings and on gradients it can tell nothing; test_style.py computes it from the colours.
    """
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    told = Axe().run(page, options={"resultTypes": ["violations", "incomplete"]}).response
    unclear = [rule for rule in told["incomplete"] if rule["id"] != "color-contrast"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in (*told["violations"], *unclear)
        for node in rule["nodes"]
    ]
