"""Figures, drawn as SVG for the pages and as PNG for Word; a kind of figure is a module, entered in :data:`KINDS`.

Nothing is computed here: values and statistics are given, by the cohort and by the results.
"""

from __future__ import annotations

from . import boxes, courses, flow, responders, waterfall
from .asked import Alt, Asked, Kind
from .canvas import Look, Panel, Words, draw, picture, skin

KINDS: dict[str, Kind] = {
    "boxes": boxes.KIND,
    "courses": courses.KIND,
    "flow": flow.KIND,
    "responders": responders.KIND,
    "waterfall": waterfall.KIND,
}

__all__ = ["KINDS", "Alt", "Asked", "Kind", "Look", "Panel", "Words", "draw", "picture", "skin"]
