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


def test_each_change_that_the_page_shows_gives_another_poster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    gallery = __import__("gallery")
    monkeypatch.delitem(sys.modules, "gallery")
    monkeypatch.setattr(gallery, "IMAGES", tmp_path)
    (tmp_path / "study").mkdir()
    gallery.restyled(gallery.flagship(tmp_path / "study"))
    pictures = [(tmp_path / f"restyle-{name}.png").read_bytes() for name in gallery.RESTYLED]
    assert len({*pictures}) == len(gallery.RESTYLED) == 3
