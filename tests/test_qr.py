"""QR codes: what is drawn is what the library computed, module for module."""

from __future__ import annotations

import re

import segno

from cohortpress.qr import qr_code

ADDRESS = "https://example.org/?a=1&b=2"


def test_each_dark_module_is_drawn_once_and_runs_of_them_in_one_piece() -> None:
    svg = qr_code(ADDRESS)
    pieces = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg)
    drawn = [(int(x) + step - 4, int(y) - 4) for x, y, width in pieces for step in range(int(width))]
    matrix = segno.make(ADDRESS, error="m", micro=False).matrix
    dark = [(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module]
    assert drawn == dark
    begins = {(int(x), int(y)) for x, y, _ in pieces}
    assert not begins & {(int(x) + int(width), int(y)) for x, y, width in pieces}
    assert f'viewBox="0 0 {len(matrix) + 8} {len(matrix) + 8}"' in svg
    assert "<title>https://example.org/?a=1&amp;b=2</title>" in svg
