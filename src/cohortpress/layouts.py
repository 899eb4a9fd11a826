"""Whether the drawings of a theme suit a poster: areas and blocks that do not meet, a figure that does not fit."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .errors import Fault, closest, nearest
from .paper import PageSize
from .style import Theme

# What the packaged themes draw, and a study may well lack; other areas somebody has drawn for blocks of their own.
USUAL = frozenset({
    "masthead", "message", "figures", "table", "background", "patients", "methods", "conclusions", "safety", "colophon",
})  # fmt: skip
# A figure may be so much wider than its area, for a theme that lets it reach out, or fill so little of it.
TOO_WIDE, TOO_NARROW = 1.05, 0.8


def place_for(name: str, theme: Theme, page: PageSize, blocks: Collection[str], hint: str) -> str:
    """Say how to get a place for a block that has none; ``hint`` says how to get at the file of the theme."""
    drawn = theme.drawn(page.shape)
    if near := closest(name, drawn.keys() - set(blocks)):
        return f"Did you mean '{near}'? No block fills that one: {drawn[near]}."
    areas = f"{theme.where('poster', page.shape, 'areas')} (poster.{page.shape}.areas){hint}"
    return f"{nearest(name, drawn)} Draw it in {areas}, or take one of: {', '.join(drawn)}.".strip()


def lower_figures(theme: Theme, page: PageSize, hint: str) -> str:
    """Say how to make the figures of a poster lower."""
    where = theme.where("poster", page.shape, "figure", "height_mm")
    return f"lower height_mm ({theme.layout(page).figure.height_mm:g}) in {where}{hint}"


def misfits(theme: Theme, page: PageSize, blocks: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for what a theme draws and the ``blocks`` of a poster do not fill, or the other way round."""
    screen = theme.poster.screen.names
    homeless = [name for name in dict.fromkeys(blocks) if name not in screen]
    meant = set()
    for name in homeless:
        near = closest(name, set(screen) - set(blocks))
        meant.add(near)
        where = theme.drawn("screen")[near] if near else theme.where("poster", "screen", "areas")
        mend = f"Did you mean '{name}' in place of '{near}', which no block fills?" if near else "Draw it."
        yield Fault(f"On screens the theme has no place for '{name}'.", mend, where)
    idle = {*screen, *theme.layout(page).names} - set(blocks) - USUAL - meant
    for name in sorted(idle):
        where = theme.drawn(page.shape).get(name) or theme.drawn("screen")[name]
        mend = f"Write '::: {{.area .{name}}}' in report/poster.qmd, or take it out of the drawing."
        yield Fault(f"No block fills the area '{name}'.", mend, where)
    yield from _figure(theme, page)


def _figure(theme: Theme, page: PageSize) -> Iterator[Fault]:
    """Yield a fault where the figure is drawn in another width than that of its area."""
    room, width = theme.area_mm("figures", page), theme.layout(page).figure.width_mm
    if room and not TOO_NARROW <= width / room <= TOO_WIDE:
        letters = "smaller" if width > room else "larger"
        problem = f"width_mm is {width:g}, but the area 'figures' is {room:.0f} mm wide: its letters become {letters}."
        where = theme.where("poster", page.shape, "figure", "width_mm")
        yield Fault(problem, f"Write 'width_mm: {room:.0f}': that is what columns, margin and gutter leave.", where)
