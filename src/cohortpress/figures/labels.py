"""Labels in the right margin of a plot, beside what they name, and never one over another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .canvas import LINE, Pen, Ruler, Text

SHARE, LEAST = 0.27, 6.6  # of a panel, or em, for what lines up in its margin


@dataclass(frozen=True)
class Line:
    """A line of a label: texts one behind the other, in one colour; the accent is strong."""

    texts: tuple[Text, ...]
    token: str = "muted"

    @property
    def strong(self) -> bool:
        return self.token == "accent"


@dataclass(frozen=True)
class Label:
    """Lines of text beside a height; ``last`` tells that it is the last line that stands there, not the middle."""

    height: float
    lines: tuple[Line, ...]
    last: bool = False


def named(name: str, ruler: Ruler, of: str) -> tuple[Line, ...]:
    """Return a name in lines that leave most of the panel to the plot; ``of`` says where its numbers come from."""
    limit = max(SHARE * ruler.look.size.width_mm, LEAST * ruler.em)
    return tuple(Line((Text(line, of),)) for line in ruler.wrap(name, limit))


def width(lines: Sequence[Line], ruler: Ruler) -> float:
    """Return the width of the widest line."""
    return max((ruler.width("".join(t.string for t in line.texts), strong=line.strong) for line in lines), default=0.0)


def write(pen: Pen, x: float, labels: Sequence[Label], floor: float) -> None:
    """Write the labels from ``x`` on; the first stays beside its height as long as all lie above ``floor``."""
    for label, middle in _apart(labels, LINE * pen.em, floor):
        stack(pen, x, middle, label.lines)


def stack(pen: Pen, x: float, middle: float, lines: Sequence[Line]) -> None:
    """Write lines one below the other about a height."""
    baseline = middle + ((len(lines) - 1) / 2 * LINE - 0.33) * pen.em
    for number, line in enumerate(lines):
        pen.texts(x, baseline - number * LINE * pen.em, line.texts, line.token, strong=line.strong)


def _apart(labels: Sequence[Label], leading: float, floor: float) -> Iterator[tuple[Label, float]]:
    """Yield labels with the middle of each, from the lowest up."""
    if not labels:
        return
    first, *others = labels
    anchor = first.height + (len(first.lines) - 1) / 2 * leading * first.last
    found = [(anchor, first)]
    for sign in (1, -1):
        side = [label for label in others if (label.height >= first.height) == (sign > 0)]
        reached = sign * anchor + len(first.lines) * leading / 2
        for label in sorted(side, key=lambda label: sign * label.height):
            half = len(label.lines) * leading / 2
            middle = max(sign * label.height, reached + half)
            found.append((sign * middle, label))
            reached = middle + half
    for middle, label in sorted(found, key=lambda one: one[0]):
        half = len(label.lines) * leading / 2
        yield label, max(middle, floor + half)
        floor = max(middle, floor + half) + half
