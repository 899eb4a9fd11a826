"""Sizes of pages, and of the panels of figures on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .errors import Fault, StyleError

MM = {"mm": 1.0, "cm": 10.0, "in": 25.4}
PT_PER_MM = 72 / 25.4
PAPER = {
    "A0": (841.0, 1189.0), "A1": (594.0, 841.0), "A2": (420.0, 594.0), "A3": (297.0, 420.0),
    "A4": (210.0, 297.0), "A5": (148.0, 210.0), "LETTER": (215.9, 279.4),
}  # fmt: skip


@dataclass(frozen=True)
class PageSize:
    """A page; ``name`` is what the author wrote."""

    name: str
    width_mm: float
    height_mm: float

    @property
    def shape(self) -> Literal["portrait", "landscape"]:
        return "portrait" if self.height_mm >= self.width_mm else "landscape"


@dataclass(frozen=True)
class PanelSize:
    """Size of one panel of a figure on the finished page, and of its text.

    ``across`` stand side by side; ``spare`` is room left free beside them, in panels.
    """

    width_mm: float
    height_mm: float
    font_pt: float
    across: int = 1
    spare: float = 0


def parse_page_size(text: str) -> PageSize:
    """Read ``A0``, ``A0 landscape``, ``Letter`` or ``US Letter``, ``90x120cm`` (width first) or ``48 x 36 in``.

    Raises StyleError for anything else, and for a side under 5 cm or over 5 m.
    """
    words = re.sub(r"^US (?=Letter\b)", "", " ".join(text.split()), flags=re.IGNORECASE)
    name, _, turn = words.partition(" ")
    if name.upper() in PAPER and turn.lower() in ("", "portrait", "landscape"):
        sides = PAPER[name.upper()]
        return PageSize(text.strip(), *(sides[::-1] if turn.lower() == "landscape" else sides))
    number = r"(\d+(?:\.\d+)?)"
    if found := re.fullmatch(rf"{number}\s*[x×]\s*{number}\s*(mm|cm|in)", text.strip(), re.IGNORECASE):
        width, height = (float(side) * MM[found[3].lower()] for side in found.group(1, 2))
        if all(50 <= side <= 5000 for side in (width, height)):
            return PageSize(text.strip(), width, height)
    mend = "Write for instance 'A4', 'Letter', 'A0', 'A0 landscape', '90x120cm' (width first) or '48x36in'."
    raise StyleError(Fault(f"'{text}' is not a page size.", mend))
