"""What stands for a study on its poster: logos, and an address as a QR code that prints sharp at any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby


def logo(name: str, file: str) -> str:
    """Return the image of a logo, a ``file`` of the study, for a document in ``build/``; ``name`` says whose it is."""
    return f'<img class="logo" src="../{escape(file)}" alt="{escape(name)}">'


def qr_code(address: str) -> str:
    """Return inline SVG of a QR code; its title is the address, its modules take the colour of the text."""
    import segno

    modules = segno.make(address, error="m", micro=False).matrix
    side = len(modules) + 8  # the standard asks for a quiet zone of four modules
    path = "".join(
        f"M{x + 4} {y + 4}h{width}v1h-{width}z" for y, row in enumerate(modules) for x, width in _dark(row)
    )
    return (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img">'
        f'<title>{escape(address)}</title><rect width="{side}" height="{side}" fill="#fff"/>'
        f'<path d="{path}" fill="#000" shape-rendering="crispEdges"/></svg>'
    )


def _dark(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where each run of dark modules begins, and how many they are: no light line shows between them."""
    for dark, run in groupby(enumerate(row), lambda module: bool(module[1])):
        if dark:
            (first, _), *others = run
            yield first, 1 + len(others)
