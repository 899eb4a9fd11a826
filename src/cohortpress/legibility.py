"""What makes a page hard to read, told before anybody prints it: colours too alike, missing tokens and letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from .errors import Fault, did_you_mean
from .fonts import Cut, Face, lacking
from .own_fonts import Role
from .sheets import line_at, place_of, without_comments
from .style import Theme

TEXT, LINE = 4.5, 3.0  # the least contrast of text and of lines: WCAG 2.1, 1.4.3 and 1.4.11
GROUNDS = {"paper": ("ink", "muted", "accent", "worse"), "tint": ("ink", "muted", "accent"), "band": ("on_band",)}
# By the elements of a figure, and by the printer.
SET_ELSEWHERE = ("across", "beside", "text")
_ITALIC = re.compile(r"(?<![*\\\w])\*(?![*\s])([^*\n]+)\*(?!\*)")
# What stands in the display face: the title, and the message of a poster.
_DISPLAYED = re.compile(r"^# ([^\n]*)|^::: \{[^}\n]*\.message\b[^}\n]*\}\n(.*?)^:::$", re.M | re.S)
_USED = re.compile(r"var\(\s*--([\w-]+)\s*([,)])")
_DECLARED = re.compile(r"(?<![\w-])--([\w-]+)\s*:")
MACHINE = "a font of this machine"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours such as "#005f78", 1 to 21, as WCAG 2.1 defines it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def faint(theme: Theme) -> Iterator[Fault]:
    """Yield a fault for each text and line that hardly stands out from its ground."""
    for scheme, colours in theme.colours.items():
        for text, ground, least in _pairs():
            found = contrast(getattr(colours, text), getattr(colours, ground))
            if found < least:
                yield Fault(
                    f"'{text}' on '{ground}' has a contrast of {found:.1f} ({scheme} scheme); it needs {least}.",
                    "Make one of the two darker or lighter.",
                    theme.where("colours", scheme, text),
                )


def unknown_tokens(css: str, where: str) -> Iterator[Fault]:
    """Yield a fault for each custom property that a style sheet needs and nothing sets, at each line that needs it.

    ``where`` is what to say of a line that comes from no file.
    """
    plain = without_comments(css)
    declared = {*_DECLARED.findall(plain), *SET_ELSEWHERE}
    for used in _USED.finditer(plain):
        name, end = used.groups()
        if name not in declared and end == ")" and not name.startswith("top-"):
            mend = did_you_mean(f"--{name}", (f"--{other}" for other in declared))
            yield Fault(f"Nothing sets --{name}.", mend, place_of(css, line_at(css, used.start())) or where)


def missing_letters(theme: Theme, text: str, where: str) -> Iterator[Fault]:
    """Yield a fault for each face of the theme that lacks characters of a filled document."""
    texts: tuple[tuple[Role, Cut, str], ...] = (
        ("text", "Regular", text),
        ("text", "It", "".join(_ITALIC.findall(text))),
        ("display", "Semibold", "".join(chain.from_iterable(_DISPLAYED.findall(text)))),
    )
    for role, cut, read in texts:
        face, kind = theme.face(role, cut), "italic " * (cut == "It")
        mend = "Write it upright." if kind else "Write it otherwise, or choose another font in theme.yml."
        for other, signs in _in_place(face, theme.stand_ins(role, cut), read).items():
            problem = f"The font {face.family} has no {kind}'{' '.join(signs)}': {other} takes its place."
            yield Fault(problem, mend, where)


def _in_place(face: Face, others: Sequence[Face], text: str) -> dict[str, list[str]]:
    """Return the characters that a face lacks, by the name of the font that has them."""
    found, signs = {}, lacking(face, text)
    for other in others:
        lacked = lacking(other, signs)
        found[other.family] = [sign for sign in signs if sign not in lacked]
        signs = lacked
    return {name: signs for name, signs in {**found, MACHINE: signs}.items() if signs}


def _pairs() -> Iterator[tuple[str, str, float]]:
    for ground, texts in GROUNDS.items():
        yield from ((text, ground, TEXT) for text in texts)
    yield "course", "paper", LINE


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 to 1, as WCAG 2.1 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
