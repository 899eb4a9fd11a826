"""The fonts of pages and figures: where the files of their cuts are, and parts of them.

Three families come from pinned packages; a theme may bring others (`own_fonts`).
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .errors import Fault, StyleError

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

Cut = Literal["Regular", "It", "Semibold"]
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
# What stands in for characters that a theme's own fonts lack, and its name in a page: as it holds no others there, no
# text may be set in it that asks for the family itself.
STAND_IN, STAND_IN_NAME = "Source Sans Pro", "Signs of Source Sans Pro"
# All faces that the style sheets use, with their weight and style in CSS.
FACES: dict[Cut, tuple[int, str]] = {"Regular": (400, "normal"), "It": (400, "italic"), "Semibold": (600, "normal")}
_ONE_AT_A_TIME = threading.Lock()
FEATURES = ["kern", "liga", "tnum", "lnum", "mark", "ccmp"]
# Characters that every subset of a font holds, so that most edits of a text find their fonts ready.
EVERYWHERE = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100)))) | frozenset("‘’“”„–—•…†‡‰−≤≥≈€")
COMMON = EVERYWHERE | frozenset("′″→←↑↓αβγδκμχ\N{NARROW NO-BREAK SPACE}")
# The markup of a document is made of these: that they stand in it does not mean that anybody reads them.
MARKUP = frozenset(map(chr, range(0x20, 0x7F))) - frozenset(map(chr, (*range(48, 58), *range(65, 91), *range(97, 123))))


@dataclass(frozen=True)
class Face:
    """A cut of a family, and the file that it is in; a variable font holds several."""

    family: str
    cut: Cut
    file: Path
    bundled: bool = False

    @property
    def weight(self) -> int:
        return FACES[self.cut][0]

    @property
    def is_the_file(self) -> bool:
        """Whether the file is known to be nothing but this cut, in a format that all read."""
        return self.bundled and "[" not in self.file.name


def bundled(family: str, cut: Cut) -> Face:
    """Return a face that comes with the package."""
    return Face(family, cut, font_file(f"{family}/{cut}"), bundled=True)


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


def lacking(face: Face, characters: Iterable[str], *, unseen: bool = False) -> list[str]:
    """Return the characters that a face has no glyph for; ``unseen`` are spaces among them, and those of markup.

    Those that all bundled faces have are not looked for in these.
    """
    signs = set(characters) - (EVERYWHERE if face.bundled else frozenset() if unseen else MARKUP)
    left_out = "C" if unseen else "CZ"
    rare = sorted(sign for sign in signs if unicodedata.category(sign)[0] not in left_out)
    if not rare:
        return []
    glyphs = _characters(face.file, face.file.stat().st_mtime_ns)
    return [sign for sign in rare if ord(sign) not in glyphs]


def read_font(file: Path) -> TTFont:
    """Return a font, of which tables are read when somebody asks for them."""
    from fontTools.ttLib import TTFont

    # It tells of dates in a font and of tables that it leaves out, which no user of a font can mend.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    # From memory: it leaves a file open that it cannot read.
    return TTFont(io.BytesIO(file.read_bytes()), lazy=True, recalcBBoxes=False, recalcTimestamp=False)


@lru_cache(maxsize=32)
def _characters(file: Path, saved: int) -> frozenset[int]:
    """Return the characters of a font, as it was ``saved`` last."""
    with read_font(file) as font:
        return frozenset(font.getBestCmap())


def subset(face: Face, characters: frozenset[str], cache: Path) -> bytes:
    """Return these characters of a face as WOFF2; made once, as it takes some tenths of a second."""
    return _part(face, characters, cache, "woff2").read_bytes()


def cuts_to_draw(face: Face, cache: Path, characters: frozenset[str] = frozenset()) -> tuple[Path, ...]:
    """Return the files that a figure is measured and drawn with: what the first lacks, the next may have.

    The first has these and the common ``characters``. A face that shares its file with others is taken out of it:
    who draws knows no axes, and would take the regular.
    """
    first = face.file if face.is_the_file else _part(face, COMMON | characters, cache, "ttf")
    return (first,) if face.family == STAND_IN else (first, font_file(f"{STAND_IN}/{face.cut}"))


def _part(face: Face, characters: frozenset[str], cache: Path, kind: Literal["woff2", "ttf"]) -> Path:
    """Return a file with these characters of a face."""
    wanted = "".join(sorted(characters))
    key = hashlib.sha256(face.file.read_bytes() + wanted.encode()).hexdigest()[:16]
    ready = cache / f"{face.file.stem}-{face.weight}-{key}.{kind}"
    with _ONE_AT_A_TIME:  # both documents want the same
        if not ready.is_file():
            try:
                _make_part(face, wanted, ready, "woff2" if kind == "woff2" else None)
            except Exception as error:  # what a broken table makes of itself nobody has listed
                if face.bundled or isinstance(error, OSError | MemoryError):
                    raise
                problem = f"The font '{face.family}' is broken: no letters can be taken out of '{face.file.name}'."
                raise StyleError(Fault(problem, "Get the file anew from whoever made or bought it.")) from None
    return ready


def _make_part(face: Face, characters: str, ready: Path, flavor: str | None) -> None:
    from fontTools.subset import Options, Subsetter

    options = Options(flavor=flavor, hinting=False, layout_features=FEATURES)
    buffer = io.BytesIO()
    with read_font(face.file) as font:
        subsetter = Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        if "fvar" in font:
            from fontTools.varLib.instancer import instantiateVariableFont

            # PDF knows no CFF2, the outlines of variable OpenType fonts.
            place, old_outlines = _place(font, face.weight), "CFF2" in font
            instantiateVariableFont(font, place, inplace=True, downgradeCFF2=old_outlines)
        font.flavor = flavor
        font.save(buffer)
    ready.parent.mkdir(parents=True, exist_ok=True)
    part = ready.with_suffix(f".{os.getpid()}.part")  # two builds may make it at the same time
    part.write_bytes(buffer.getvalue())
    part.replace(ready)


def _place(font: TTFont, weight: int) -> dict[str, float]:
    """Return where on the axes of a variable font a weight lies: all other axes stay at their default."""
    axes = {axis.axisTag: axis for axis in font["fvar"].axes}
    place = {tag: axis.defaultValue for tag, axis in axes.items()}
    if "wght" in axes:
        place["wght"] = min(max(weight, axes["wght"].minValue), axes["wght"].maxValue)
    return place
