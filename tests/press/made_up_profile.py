"""An ICC profile of a printing condition that does not exist, so that tests need no file of anybody's.

Cyan takes red away, magenta green, yellow blue, and black all three, each in proportion: a colour (r, g, b) of sRGB
is printed as (1 - r, 1 - g, 1 - b) without black. So a test knows the inks of each colour from this one formula.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# sRGB (IEC 61966-2-1), its white adapted to D50 by Bradford's method, as profiles use it.
TO_XYZ = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
WHITE = np.array([0.9642, 1.0, 0.8249])
GRID_OF_INKS, GRID_OF_LAB = 9, 33


def lab_of(rgb: Floats) -> Floats:
    """Return CIELAB of colours in sRGB, each 0 to 1: shape (..., 3) in and out."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    relative = linear @ TO_XYZ.T / WHITE
    f = np.where(relative > 216 / 24389, np.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def rgb_of(lab: Floats) -> Floats:
    """Return sRGB of colours in CIELAB, cut to 0 to 1."""
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    relative = np.where(f > 6 / 29, f**3, (116 * f - 16) * 27 / 24389)
    linear = np.clip(relative * WHITE @ np.linalg.inv(TO_XYZ).T, 0, 1)
    encoded: Floats = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return encoded


def made_up_profile(kind: bytes = b"prtr") -> bytes:
    """Return the profile: ICC version 2, tables of 8 bits (ICC.1:2001-04, 6.5.7)."""
    amounts = np.stack(np.meshgrid(*[np.linspace(0, 1, GRID_OF_INKS)] * 4, indexing="ij"), axis=-1)
    seen = lab_of((1 - amounts[..., :3]) * (1 - amounts[..., 3:]))
    axes = [np.linspace(0, 100, GRID_OF_LAB), *[np.linspace(-128, 127, GRID_OF_LAB)] * 2]
    wanted = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    inks = np.concatenate([1 - rgb_of(wanted), np.zeros((*wanted.shape[:3], 1))], axis=-1)
    to_lab = _table(4, (seen + np.array([0, 128, 128])) * np.array([2.55, 1, 1]))
    to_inks = _table(3, inks * 255)
    name = b"Made-up inks\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78)
    white = b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", int(part * 65536)) for part in WHITE)
    tags = {b"desc": described, b"cprt": b"text\0\0\0\0No rights reserved\0", b"wtpt": white}
    tags |= {b"A2B0": to_lab, b"B2A0": to_inks}
    return _file(kind, tags)


def _table(channels: int, grid: Floats) -> bytes:
    """Return a table of so many channels that maps by its grid alone; the curves before and behind it are straight."""
    out = grid.shape[-1]
    matrix = struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    values = np.clip(grid + 0.5, 0, 255).astype(np.uint8).tobytes()
    head = b"mft1\0\0\0\0" + bytes([channels, out, len(grid), 0])
    return b"".join((head, matrix, bytes(range(256)) * channels, values, bytes(range(256)) * out))


def _file(kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    place = 128 + 4 + 12 * len(tags)
    listed, content = b"", b""
    for name, data in tags.items():
        listed += name + struct.pack(">II", place + len(content), len(data))
        content += data + bytes(-len(data) % 4)
    size = place + len(content)
    head = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02400000, kind, b"CMYK", b"Lab ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += b"".join(struct.pack(">i", int(part * 65536)) for part in WHITE)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + listed + content
