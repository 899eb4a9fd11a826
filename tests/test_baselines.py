"""The finished pages look as they did; `make baselines` takes their pictures anew when they should look otherwise."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from studies import ROOT

TOOL = runpy.run_path(str(ROOT / "tools/baselines.py"))
BASELINES: Path = TOOL["BASELINES"]
# Releases of the libraries below WeasyPrint set letters a little otherwise; nothing else may move.
DIFFERENT, MOST = 32, 0.01  # of 255 levels of grey; of the page


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the share of two pictures that is clearly different; all of it where they have other sizes."""
    if one.size != other.size:
        return 1.0
    levels = ImageChops.difference(one, other).histogram()
    return sum(levels[DIFFERENT:]) / (one.width * one.height)


@pytest.mark.parametrize("name", TOOL["DOCUMENTS"])
def test_a_page_looks_as_it_did(name: str, built_flagship: Path, tmp_path: Path) -> None:
    now = TOOL["small"](built_flagship / f"_output/{name}.pdf", tmp_path)
    share = difference(now, Image.open(BASELINES / f"{name}.png"))
    assert share <= MOST, f"{share:.1%} of the {name} look otherwise: look at it, then run 'make baselines'"


@pytest.mark.parametrize("name", TOOL["DOCUMENTS"])
def test_what_moves_or_is_missing_is_seen(name: str) -> None:
    page = Image.open(BASELINES / f"{name}.png")
    width, height = page.size
    moved = Image.new("L", page.size, 255)
    moved.paste(page.crop((0, 0, width, height - 3)), (0, 3))
    assert difference(page, moved) > 2 * MOST
    without = page.copy()
    without.paste(255, (0, height // 2, width, 3 * height // 4))
    assert difference(page, without) > 2 * MOST
    assert difference(page, page) == 0
    assert difference(page, page.crop((0, 0, width, height - 1))) == 1
