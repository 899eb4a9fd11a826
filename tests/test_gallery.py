"""`make gallery` finds what it takes pictures of."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_every_kind_of_figure_is_in_the_gallery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    gallery = __import__("gallery")
    monkeypatch.delitem(sys.modules, "gallery")
    monkeypatch.setattr(gallery, "IMAGES", tmp_path)
    gallery.figures(tmp_path / "studies")
    assert {file.stem.removeprefix("figure-") for file in tmp_path.glob("*.png")} == set(gallery.FIGURES)
