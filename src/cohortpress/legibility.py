"""What makes a page hard to read, told before anybody prints it: colours too alike, missing tokens and letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
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
_FOREIGN = "The font '{}' is named, which the page does not carry: each machine prints another."
_CARRIED = "Write var(--font-text) or var(--font-display); under 'fonts' theme.yml names the files of others."
_STYLED = re.compile(r"""\bstyle=["']([^"'\n]*(?:'[^'\n]*'[^"'\n]*)*)["']""")
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}", re.I)
# What stands before the families in `font:`, to the size and the height of a line at its end.
_SIZE = re.compile(r"""^[^"',]*(?:^|\s)
                   (?:\.?\d[\w.%]*|[\w-]+\([^()]*(?:\([^()]*\)[^()]*)*\)|(?:x+-)?(?:small|large)|medium)
                   (?:\s*/\s*\S+)?\s+(?=\S)""", re.X)  # fmt: skip
_COMMA = re.compile(r",(?![^()]*\))")
_GENERIC = {
    "serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "ui-serif", "ui-sans-serif", "ui-monospace",
    "ui-rounded", "math", "emoji", "fangsong", "inherit", "initial", "unset", "revert", "revert-layer",
}  # fmt: skip


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


def foreign_fonts(css: str, where: str, embedded: Iterable[str]) -> Iterator[Fault]:
    """Yield a fault for each family that a style sheet names, and no page carries: each machine prints another.

    ``embedded`` are those that pages carry, beside those that the style sheet brings as data itself.
    """
    css = without_comments(css)
    faces = " ".join(face for face in _FONT_FACE.findall(css) if "url(" in face)
    carried = {*_GENERIC, *(name.casefold() for name in embedded), *(name.casefold() for _, name in _families(faces))}
    for family, start in {family: start for start, family in _families(_FONT_FACE.sub(_blank, css))}.items():
        if family.casefold() not in carried and not family.startswith("var("):
            place = f"{where}, line {line_at(css, start)}"
            yield Fault(_FOREIGN.format(family), _CARRIED, place)


def foreign_fonts_in_text(text: str, where: str, embedded: Iterable[str]) -> Iterator[Fault]:
    """Yield the like for the styles that a filled document gives to its parts."""
    for fault in foreign_fonts(";".join(_STYLED.findall(text)), where, embedded):
        yield replace(fault, where=where)


def _blank(found: re.Match[str]) -> str:
    """Return nothing, on as many lines."""
    return re.sub(r"[^\n]", " ", found[0])


def _families(css: str) -> Iterator[tuple[int, str]]:
    """Yield all families that a style sheet asks for, also by way of custom properties, and where."""
    asked, properties = [r"font(?:-family)?", r"--font-(?:text|display)"], {"font-text", "font-display"}
    while asked:
        pattern = rf"(?<![\w-])({'|'.join(asked)})\s*:([^;{{}}]*)"
        asked = []
        for found in re.finditer(pattern, css, re.I):
            value = found[2].replace("!important", "")
            if found[1].lower() == "font":
                value = _SIZE.sub("", value)
            names = [_plain(name) for name in _COMMA.split(value)]
            yield from ((found.start(), name) for name in names if name)
            used = {name for text in names for name in re.findall(r"var\(\s*--([\w-]+)", text)} - properties
            properties |= used
            asked += [rf"--{re.escape(name)}" for name in sorted(used)]


def _plain(name: str) -> str:
    """Return the name of a family without quotation marks."""
    return " ".join(name.strip().strip("\"'").split())


def _pairs() -> Iterator[tuple[str, str, float]]:
    for ground, texts in GROUNDS.items():
        yield from ((text, ground, TEXT) for text in texts)
    yield "course", "paper", LINE


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 to 1, as WCAG 2.1 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
