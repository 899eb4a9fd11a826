"""The fonts of pages and figures, which come from pinned packages: where their files are, and parts of them."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import unicodedata
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from .errors import Fault, StyleError

Family = Literal["Source Sans Pro", "Source Serif Pro", "IBM Plex Sans"]
# The package of a family, and the files of its faces in it. A variable font stands for several.
FONTS: dict[str, tuple[str, dict[str, str]]] = {
    f"Source {kind} Pro": (
        f"font_source_{kind.lower()}_pro",
        {cut: f"Source{kind}Pro-{cut}.ttf" for cut in ("Regular", "It", "Semibold")},
    )
    for kind in ("Sans", "Serif")
} | {
    "IBM Plex Sans": (
        "fontpkg_ibm_plex_sans",
        dict.fromkeys(("Regular", "Semibold"), "IBMPlexSans[wdth,wght].ttf")
        | {"It": "IBMPlexSans-Italic[wdth,wght].ttf"},
    )
}
# All faces that the style sheets use, with their weight and style in CSS.
FACES = {"Regular": (400, "normal"), "It": (400, "italic"), "Semibold": (600, "normal")}
_ONE_AT_A_TIME = threading.Lock()
FEATURES = ["kern", "liga", "tnum", "lnum", "mark", "ccmp"]
# Characters that every subset of a font holds, so that most edits of a text find their fonts ready.
EVERYWHERE = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100)))) | frozenset("‘’“”„–—•…†‡‰−≤≥≈€")
COMMON = EVERYWHERE | frozenset("′″→←↑↓αβγδκμχ\N{NARROW NO-BREAK SPACE}")


def font_file(face: str) -> Path:
    """Return the file of a face: ``Source Sans Pro/Semibold``. Raises StyleError where it is missing."""
    family, _, cut = face.partition("/")
    package, files = FONTS[family]
    spec = find_spec(package)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(place) / "files" / files[cut]).is_file():
            return path
    mend = f"Run 'pip install {package.replace('_', '-')}'."
    raise StyleError(Fault(f"The font {family} is missing.", mend))


def lacking(face: str, characters: Iterable[str]) -> list[str]:
    """Return the characters that a face has no glyph for; those that all faces have are not looked for."""
    rare = sorted(sign for sign in set(characters) - EVERYWHERE if unicodedata.category(sign)[0] not in "CZ")
    if not rare:
        return []
    from fontTools.ttLib import TTFont

    with TTFont(font_file(face), lazy=True) as font:
        glyphs = font.getBestCmap()
    return [sign for sign in rare if ord(sign) not in glyphs]


def subset(file: Path, weight: int, characters: frozenset[str], cache: Path) -> bytes:
    """Return these characters of a font as WOFF2; made once, as it takes some tenths of a second."""
    wanted = "".join(sorted(characters))
    key = hashlib.sha256(f"{file.stat().st_size} {wanted}".encode()).hexdigest()[:12]
    ready = cache / f"{file.stem}-{weight}-{key}.woff2"
    with _ONE_AT_A_TIME:  # both documents want the same
        if not ready.is_file():
            _make_subset(file, weight, wanted, ready)
    return ready.read_bytes()


def _make_subset(file: Path, weight: int, characters: str, ready: Path) -> None:
    from fontTools.subset import Options, Subsetter, load_font

    options = Options(flavor="woff2", hinting=False, layout_features=FEATURES)
    buffer = io.BytesIO()
    with load_font(str(file), options, lazy=True) as font:
        subsetter = Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        if "fvar" in font:
            from fontTools.varLib.instancer import instantiateVariableFont

            instantiateVariableFont(font, {"wght": weight, "wdth": 100}, inplace=True)
        font.flavor, font.recalcTimestamp = "woff2", False
        font.save(buffer)
    ready.parent.mkdir(parents=True, exist_ok=True)
    part = ready.with_suffix(f".{os.getpid()}.part")  # two builds may make it at the same time
    part.write_bytes(buffer.getvalue())
    part.replace(ready)
