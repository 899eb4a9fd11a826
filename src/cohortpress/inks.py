"""Colours of a screen as the inks of a printing condition, by its ICC profile."""

from __future__ import annotations

import io
import re
import struct
import zlib
from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

from .errors import Fault, PrintError

RGB, CMYK = "/DeviceRGB", "/DeviceCMYK"
SETS_RGB = re.compile(rb"([\d.]+) ([\d.]+) ([\d.]+) (rg|RG)")
# What nobody sees as a hue (chroma in CIELAB) is printed in black alone: four inks that make up grey letters and
# thin lines never meet exactly. Light grounds (L*) keep their tint.
GREY, LIGHT = 10, 90
OF_A_PRINTER = "prtr"


class Inks:
    """The inks of one printing condition.

    Raises PrintError where the file is no profile of a printing condition in CMYK.
    """

    def __init__(self, profile: Path) -> None:
        mend = "Ask the print shop for the ICC profile of its printing condition, such as PSO Coated v3."
        try:
            self.content = profile.read_bytes()
            opened = ImageCms.ImageCmsProfile(io.BytesIO(self.content))
        except FileNotFoundError:
            raise PrintError(Fault(f"There is no file '{profile.name}'.", mend)) from None
        except OSError:
            raise PrintError(Fault(f"'{profile.name}' is no ICC profile.", mend)) from None
        kind = opened.profile
        if (kind.xcolor_space, kind.device_class) != ("CMYK", OF_A_PRINTER):
            what = f"'{profile.name}' is a profile of {kind.xcolor_space.strip()}, not of a printing condition in CMYK."
            raise PrintError(Fault(what, mend))
        self.name = str(kind.profile_description or profile.stem).strip()
        self._known: dict[tuple[int, ...], tuple[float, ...]] = {}
        screen, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        fit = ImageCms.Flags.BLACKPOINTCOMPENSATION
        self._look = ImageCms.buildTransform(screen, lab, "RGB", "LAB", intent)
        try:
            self._separate = ImageCms.buildTransform(screen, opened, "RGB", "CMYK", intent, fit)
            self._printed_look = ImageCms.buildTransform(opened, lab, "CMYK", "LAB", intent)
        except ImageCms.PyCMSError:
            raise PrintError(Fault(f"'{profile.name}' is a broken ICC profile.", mend)) from None

    def of(self, red: float, green: float, blue: float) -> tuple[float, ...]:
        """Return cyan, magenta, yellow and black, 0 to 1 in whole percent, of a colour in sRGB, 0 to 1."""
        colour = tuple(int(255 * part + 0.5) for part in (red, green, blue))
        if colour not in self._known:
            self._known[colour] = tuple(int(100 * ink / 255 + 0.5) / 100 for ink in self._inks(colour))
        return self._known[colour]

    def _inks(self, colour: tuple[int, ...]) -> tuple[int, ...]:
        pixel = Image.new("RGB", (1, 1), colour)
        lightness, a, b = _lab(self._look.apply(pixel))[0]
        if lightness < LIGHT and a * a + b * b < GREY * GREY:
            return (0, 0, 0, min(range(256), key=lambda black: abs(self._greys[black] - lightness)))
        return tuple(self.picture(pixel))

    @cached_property
    def _greys(self) -> list[float]:
        """How light black ink alone prints, at each of its 256 amounts."""
        ramp = Image.new("CMYK", (256, 1))
        ramp.putdata([(0, 0, 0, black) for black in range(256)])
        return [lightness for lightness, _, _ in _lab(self._printed_look.apply(ramp))]

    def picture(self, image: Image.Image) -> bytes:
        """Return the pixels of a picture in sRGB, a byte an ink."""
        return self._separate.apply(image.convert("RGB")).tobytes()


def _lab(image: Image.Image) -> list[tuple[float, float, float]]:
    """Return L* (0 to 100), a* and b* of each pixel."""
    lightness, a, b = (band.tobytes() for band in image.split())
    return [(100 * light / 255, x - 128, y - 128) for light, x, y in zip(lightness, a, b, strict=True)]


def separate(pdf: Any, inks: Inks) -> None:
    """Replace all colours in RGB of an unwritten PDF by inks: of text and drawings, gradients and pictures."""
    for thing in pdf.objects:
        extra = getattr(thing, "extra", None)
        if extra is None:
            if isinstance(thing, dict) and thing.get("ColorSpace") == RGB and "Function" in thing:
                thing["ColorSpace"] = CMYK
                _separate_gradient(thing["Function"], inks)
        elif extra.get("Subtype") == "/Image":
            _separate_picture(thing, inks)
        else:
            thing.stream = [_in_inks(item, inks) for item in thing.stream]
            if extra.get("Group", {}).get("CS") == RGB:
                extra["Group"]["CS"] = CMYK


def _in_inks(item: Any, inks: Inks) -> Any:
    """Return an operator of a page, one that sets a colour in RGB as one that sets its inks."""
    if isinstance(item, bytes) and (found := SETS_RGB.fullmatch(item)):
        operator = "k" if found[4] == b"rg" else "K"
        return " ".join([*map(str, inks.of(*map(float, found.group(1, 2, 3)))), operator]).encode()
    return item


def _separate_gradient(function: Any, inks: Inks) -> None:
    for part in function.get("Functions", ()):
        _separate_gradient(part, inks)
    for end in ("C0", "C1"):
        if end in function:
            function[end] = type(function[end])(inks.of(*function[end]))


def _separate_picture(thing: Any, inks: Inks) -> None:
    extra = thing.extra
    if extra["ColorSpace"] != RGB:
        return
    data = thing.stream[0].data
    if extra.pop("Filter") == "/FlateDecode":
        data = _png(data, extra["Width"], extra["Height"])
    extra.pop("DecodeParms", None)
    extra["ColorSpace"] = CMYK
    thing.stream = [inks.picture(Image.open(io.BytesIO(data)))]
    thing.compress = True


def _png(data: bytes, width: int, height: int) -> bytes:
    """Return the file that pixels in RGB were taken out of, which have PNG's own filters and compression."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", data), (b"IEND", b""))
    packed = (struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)
