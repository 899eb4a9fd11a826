"""What WeasyPrint's own layout tree tells of a finished page. Lengths are in mm, from the upper left corner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

MM = 25.4 / 96
CELL = 5  # mm: how finely emptiness is measured


class Rectangle(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float
    name: str

    def meets(self, other: Rectangle, tolerance: float = 0.5) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > tolerance and down > tolerance


def boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from boxes(child)


def main_of(document: Any) -> Any:
    page = document.pages[0]._page_box
    return next(box for box in boxes(page) if box.element is not None and box.element_tag == "main")


def rectangle(box: Any, name: str = "") -> Rectangle:
    """Return where a box is, with its padding and border."""
    left, top = box.border_box_x(), box.border_box_y()
    right, bottom = left + box.border_width(), top + box.border_height()
    return Rectangle(left * MM, top * MM, right * MM, bottom * MM, name or described(box))


def described(box: Any) -> str:
    return f"{box.element_tag} {getattr(box, 'text', '')[:40]}".strip()


def contents(document: Any) -> list[Rectangle]:
    """Return the rectangles of all boxes in the page's main part that have a size."""
    _, *found = boxes(main_of(document))
    placed = (rectangle(box) for box in found if isinstance(box.width, int | float))
    return [box for box in placed if box.right > box.left and box.bottom > box.top]


def texts(document: Any) -> list[Rectangle]:
    """Return the rectangles of the lines of text."""
    return [rectangle(box) for box in boxes(main_of(document)) if getattr(box, "text", "").strip()]


def areas(document: Any) -> list[Rectangle]:
    """Return where the content of each area of a poster is, which need not be in the cell of the area.

    A ground may reach below the next one: title and headline of some themes stand on one band.
    """
    cells = [box for box in main_of(document).children if box.element is not None and box.element.get("data-area")]
    return [_content(area, cell.element.get("data-area")) for cell in cells for area in cell.children]


def _content(box: Any, name: str) -> Rectangle:
    left, top = box.content_box_x(), box.content_box_y()
    return Rectangle(left * MM, top * MM, (left + box.width) * MM, (top + box.height) * MM, name)


def emptiest(document: Any, width: float, height: float, margin: float) -> float:
    """Return the largest rectangle within the margins that holds nothing, as a share of what they enclose.

    Lines of text, drawings, tables as a whole, and grounds of colour hold something.
    """
    full = [rectangle(box) for box in boxes(main_of(document)) if _holds(box)]
    columns, rows = int((width - 2 * margin) / CELL), int((height - 2 * margin) / CELL)
    free = [[True] * columns for _ in range(rows)]
    for box in full:
        for y in range(max(0, _cell(box.top - margin)), min(rows, _cell(box.bottom - margin) + 1)):
            for x in range(max(0, _cell(box.left - margin)), min(columns, _cell(box.right - margin) + 1)):
                free[y][x] = False
    return largest(free) / (columns * rows)


def _holds(box: Any) -> bool:
    drawn = getattr(box, "text", "").strip() or hasattr(box, "replacement") or box.element_tag == "table"
    return bool(drawn) or box.style["background_color"].alpha > 0


def _cell(length: float) -> int:
    return int(length // CELL)


def largest(free: list[list[bool]]) -> int:
    """Return how many cells the largest free rectangle has: the largest in the histogram above each row."""
    heights = [0] * len(free[0])
    largest = 0
    for row in free:
        heights = [height + 1 if is_free else 0 for height, is_free in zip(heights, row, strict=True)]
        open_at: list[tuple[int, int]] = []  # where a rectangle of this height may begin
        for x, height in enumerate([*heights, 0]):
            start = x
            while open_at and open_at[-1][1] >= height:
                start, other = open_at.pop()
                largest = max(largest, other * (x - start))
            open_at.append((start, height))
    return largest
