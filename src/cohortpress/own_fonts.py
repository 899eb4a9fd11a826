"""Fonts that a theme brings along: where their files are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from .errors import Fault, did_you_mean
from .fonts import FACES, FONTS, Cut, Face, bundled, read_font

Role = Literal["text", "display"]
ENDINGS = (".otf", ".ttf", ".woff", ".woff2")
CUTS: dict[str, Cut] = {"regular": "Regular", "italic": "It", "semibold": "Semibold"}
# Bits of OS/2 fsType, by which a maker says what the licence allows.
USAGE, NO_EMBEDDING, NO_PARTS, ONLY_BITMAPS = 0x000F, 0x0002, 0x0100, 0x0200
AS_FILES = "{name: Lato, regular: Lato-Regular.ttf, italic: Lato-Italic.ttf, semibold: Lato-Semibold.ttf}"


class Font(BaseModel):
    """A font of a theme: the name of one that comes with the package, or a name and the files of its cuts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    regular: str | None = None
    italic: str | None = None
    semibold: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"name": given}
        if not isinstance(given, Mapping | Font):
            raise ValueError(f"write the name of a font, or its name and files, as {AS_FILES}")
        if isinstance(given, Mapping) and (unknown := {*given} - {"name", *CUTS}):
            cuts = "'regular', 'italic' and 'semibold', where a bold one will do"
            raise ValueError(f"pages use no '{min(map(str, unknown))}': name files under {cuts}")
        return given

    @property
    def files(self) -> dict[str, str]:
        """What a theme names, by the key."""
        return {key: file for key in CUTS if (file := getattr(self, key))}

    def face(self, cut: Cut, folder: Path) -> Face:
        """Return a face; where there is no file of that cut, the regular takes its place. ``folder`` is the theme's."""
        if not self.files:
            return bundled(self.name, cut)
        named = {CUTS[key]: file for key, file in self.files.items()}
        file = named.get(cut) or named.get("Regular") or next(iter(named.values()))
        return Face(self.name, cut, (folder / file).resolve())


@dataclass(frozen=True)
class _Read:
    """What the file of a font says of itself."""

    heaviest: float = 0  # of the weights of a variable font
    licence: int = 0
    fault: str = ""


def font_faults(
    fonts: Mapping[Role, Font], folder: Path, inside: Sequence[Path], theme: str
) -> Iterator[tuple[tuple[str, ...], Fault]]:
    """Yield what is wrong with the fonts of a theme, each with its key.

    ``folder`` is that of the theme, ``inside`` are those that its files may lie in, and ``theme`` is what to call it.
    """
    for font in dict.fromkeys(fonts.values()):  # both may be one
        role = next(role for role, other in fonts.items() if other == font)
        known = {name.casefold(): name for name in FONTS}
        named = known.get(font.name.casefold())
        if not font.files:
            if font.name not in FONTS:
                yield (role,), _unknown(font.name, named)
            continue
        if named:
            problem = f"'{named}' comes with cohortpress, and these files are another font"
            yield (role, "name"), Fault(f"{problem}.", f"Name it otherwise, as '{named} of ours'.")
        elif not font.name.replace(" ", "").replace("-", "").isalnum():
            yield (role, "name"), Fault(f"'{font.name}' is no name.", "Write letters, digits, spaces and hyphens.")
        if not font.regular and (role == "text" or not font.semibold):
            yield (role,), Fault(f"'{font.name}' has no regular.", f"Name its file, as {AS_FILES}.")
        for key, file in font.files.items():
            if fault := _fault_of(file, folder, inside, theme):
                yield (role, key), fault
    brought = {font for font in fonts.values() if font.files}
    if len({font.name.casefold() for font in brought}) < len(brought):
        yield ("display",), Fault("'text' and 'display' have one name but other files.", "Name them differently.")


def _unknown(name: str, meant: str | None) -> Fault:
    if meant:
        return Fault(f"There is no font '{name}'.", f"Did you mean '{meant}'?")
    return Fault(f"There is no font '{name}'.", f"Known: {', '.join(sorted(FONTS))}; or give its files: {AS_FILES}.")


def _fault_of(file: str, folder: Path, inside: Sequence[Path], theme: str) -> Fault | None:
    copy = f"Copy the font's file into {theme}, and name it as it is called there."
    if not file.isprintable():
        return Fault(f"No file is called {file!r}.", copy)
    path = (folder / file).resolve()
    if not any(place.resolve() in path.parents for place in inside):
        return Fault(f"'{file}' lies outside the study.", copy)
    if not path.is_file():
        there = sorted(font.name for font in folder.iterdir() if font.suffix.lower() in ENDINGS)
        return Fault(f"There is no file '{file}' in {theme}.", did_you_mean(file, there) or copy)
    fault = _read(path, path.stat().st_mtime_ns).fault
    return Fault(f"'{file}' {fault}.", "Name a file in OpenType or TrueType (.otf, .ttf, .woff2).") if fault else None


@lru_cache(maxsize=32)
def _read(path: Path, saved: int) -> _Read:
    """Return what a file says of itself, as it was ``saved`` last."""
    try:
        if path.read_bytes()[:4] == b"ttcf":
            return _Read(fault="is a collection of several fonts")
        with read_font(path) as font:
            return _described(font, path.stat().st_size)
    except Exception:  # what a broken table makes of itself nobody has listed
        return _Read(fault="is no font, or a broken one")


def _described(font: Any, size: int) -> _Read:
    if not {"glyf", "CFF ", "CFF2"} & {*font.keys()}:
        return _Read(fault="holds no outlines of letters")
    if font.flavor is None and any(table.offset + table.length > size for table in font.reader.tables.values()):
        return _Read(fault="is cut off: it ends before the font does")
    # Whatever pages and figures need of it is read once: a broken table shows here.
    _ = [font[table] for table in ("head", "hhea", "maxp", "hmtx", "name", "post")]
    if not font.getBestCmap():
        return _Read(fault="holds no letters")
    weights = [axis.maxValue for axis in font["fvar"].axes if axis.axisTag == "wght"] if "fvar" in font else []
    return _Read(max(weights, default=0), font["OS/2"].fsType if "OS/2" in font else 0)


def cautions(fonts: Mapping[Role, Font], folder: Path, where: str) -> Iterator[Fault]:
    """Yield what is not wrong with the fonts of a theme, but seen on the pages or asked by a licence."""
    for role, font in fonts.items():
        if font.files and role == "text":
            yield from _missing_cuts(font, folder, f"{where}.{role}")
    read = {file: _of(folder / file) for font in fonts.values() for file in font.files.values()}
    for file, found in read.items():
        if said := _forbidden(found.licence):
            mend = "Ask its maker, or whoever bought it, whether pages and PDFs may carry it."
            yield Fault(f"'{file}' says that its licence {said} (OS/2 fsType {found.licence}).", mend, where)


def _missing_cuts(font: Font, folder: Path, where: str) -> Iterator[Fault]:
    weight, _ = FACES["Semibold"]
    agreed = f"{font.regular}, if that is meant"
    if not font.italic:
        problem = f"'{font.name}' has no italic: what is emphasised stands upright."
        yield Fault(problem, f"Name its file under 'italic', or {agreed}.", where)
    if not font.semibold and _of(folder / str(font.regular)).heaviest < weight:
        problem = f"'{font.name}' has no semibold: headings and what is strong stand in the regular."
        yield Fault(problem, f"Name its file under 'semibold' (a bold one will do), or {agreed}.", where)


def _of(path: Path) -> _Read:
    return _read(path.resolve(), path.stat().st_mtime_ns)


def _forbidden(licence: int) -> str:
    """Return what the maker of a font forbids that is done here: documents carry those of its letters that they use."""
    if licence & USAGE == NO_EMBEDDING:
        return "forbids documents to carry it"
    if licence & NO_PARTS:
        return "forbids documents to carry a part of it"
    return "allows documents to carry its bitmaps alone" if licence & ONLY_BITMAPS else ""
