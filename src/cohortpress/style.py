"""Themes, and the style sheet of a document, its fonts included."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise, zip_longest
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from .errors import Fault, StyleError, nearest
from .fast_yaml import SafeLoader, load
from .fonts import COMMON, FACES, STAND_IN, STAND_IN_NAME, Cut, Face, bundled, lacking, subset
from .own_fonts import Font, Role, font_faults
from .paper import PAPER, PT_PER_MM, PageSize, PanelSize
from .sheets import marked, unclosed
from .utf8 import read_utf8
from .yaml_lines import keys_of, where_of

Document = Literal["abstract", "poster"]
# Where themes are drawn: a poster on A0, an abstract on A4. Other pages are in proportion.
DRAWN_ON = {"poster": "A0", "abstract": "A4"}

# What a narrow screen shows first, before the other areas as they are laid out.
FIRST = ("masthead", "message", "figures", "conclusions")
# What each further row of panels adds to the height of a figure.
ROOM_OF_A_ROW = 0.15
# Two lines of a list stand side by side where there is room for so many em.
TWO_LINES = 42
# A panel that is alone is at most so many times as wide as it is high.
WIDEST = 2.4
LEAST_SPARE = 0.25  # of its width: a narrower strip beside it would look like an accident
# A poster with so many characters of text is full, and a further row of panels takes the room of so many. Of a shorter
# one the figures are the heroes: they take up to so much more height, in letters that much larger, as its text is, too.
# Beside a longer text they are lower, by that much for as much text again, down to a limit.
FULL, A_ROW, TALLER, LARGER, LOWER, LOWEST = 4800, 1350, 0.75, 0.33, 2.0, 0.6
# From here on a screen has room for the grid of the poster; below, its areas follow one another.
WIDE, NARROW = "min-width: 70em", "max-width: 69.99em"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]


class Colours(_Part):
    """What each colour means. Figures and pages take their colours from here alone."""

    paper: Colour
    tint: Colour
    ink: Colour
    muted: Colour
    rule: Colour
    accent: Colour
    band: Colour
    on_band: Colour
    course: Colour
    worse: Colour


class Figure(_Part):
    """Where a figure goes: its whole width, the height of a panel, how many stand side by side, and what parts them."""

    width_mm: PositiveFloat
    height_mm: PositiveFloat
    font_pt: PositiveFloat
    across: PositiveInt
    between_mm: PositiveFloat | None = None  # else half a gutter


class Grid(_Part):
    """Where the areas of a poster stand: relative widths of the columns, and the areas' names row by row."""

    columns: tuple[PositiveFloat, ...]
    areas: tuple[str, ...]

    @model_validator(mode="after")
    def _areas_are_rectangles(self) -> Self:
        rows = [row.split() for row in self.areas]
        if bad := [row for row in self.areas if len(row.split()) != len(self.columns)]:
            raise ValueError(f"the row '{bad[0]}' does not name {len(self.columns)} columns")
        for name in self.names:
            cells = [(y, x) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell == name]
            (top, bottom), (left, right) = ((min(side), max(side)) for side in zip(*cells, strict=True))
            if len(cells) != (bottom - top + 1) * (right - left + 1):
                raise ValueError(f"the area '{name}' is not one rectangle")
        return self

    @property
    def names(self) -> list[str]:
        return [name for name in dict.fromkeys(" ".join(self.areas).split()) if name != "."]


class Layout(Grid):
    """A grid on paper, and the figure in it."""

    figure: Figure

    def share(self, area: str, gutter_mm: float) -> float:
        """Return how wide an area is, as a share of that of the figures; 1 where one of them has no place."""
        ours, figures = self._widths(area), self._widths("figures")
        if not ours or not figures:
            return 1.0
        unit = (self.figure.width_mm - gutter_mm * (len(figures) - 1)) / sum(figures)
        return (sum(ours) * unit + gutter_mm * (len(ours) - 1)) / self.figure.width_mm

    def width_of(self, area: str, width_mm: float, gutter_mm: float) -> float:
        """Return how wide an area is where all columns and gutters are ``width_mm``; 0 where it has no place."""
        ours = self._widths(area)
        unit = (width_mm - gutter_mm * (len(self.columns) - 1)) / sum(self.columns)
        return sum(ours) * unit + gutter_mm * (len(ours) - 1) if ours else 0.0

    def _widths(self, area: str) -> list[float]:
        """Return the relative widths of the columns that an area stands in."""
        rows = [row.split() for row in self.areas]
        return [width for x, width in enumerate(self.columns) if any(row[x] == area for row in rows)]


@dataclass(frozen=True)
class Amount:
    """How much a document holds: characters of text, and rows of panels as wide as the area of the figures."""

    characters: int = FULL
    rows: float = 1.0

    @property
    def short(self) -> float:
        """How much of the text of a full poster is missing: 0, nothing, to 1, all."""
        return max(0.0, 1 - self.characters / FULL)

    @property
    def height(self) -> float:
        """How high figures are, as a multiple of their height beside the text of a full poster."""
        over = (self.characters + A_ROW * max(0.0, self.rows - 1)) / FULL - 1
        return 1 - TALLER * over if over < 0 else max(LOWEST, 1 - LOWER * over)


class Sheet(_Part):
    """What a theme says about a document; ``text_pt`` are the smallest, the usual and the largest text."""

    text_pt: tuple[PositiveFloat, PositiveFloat, PositiveFloat]
    margin_mm: PositiveFloat
    gutter_mm: PositiveFloat


class Poster(Sheet):
    portrait: Layout
    landscape: Layout
    screen: Grid


class Abstract(Sheet):
    figure: Figure


class _Tokens(_Part):
    """A theme.yml."""

    colours: Annotated[dict[Literal["light", "dark"], Colours], Field(min_length=2)]
    fonts: Annotated[dict[Role, Font], Field(min_length=2)]
    sizes: Annotated[dict[Literal["title", "message", "heading"], PositiveFloat], Field(min_length=3)]
    poster: Poster
    abstract: Abstract

    @field_validator("fonts")
    @classmethod
    def _one_may_name_the_other(cls, fonts: dict[Role, Font]) -> dict[Role, Font]:
        given = {font.name: font for font in fonts.values() if font.files}
        return {role: font if font.files else given.get(font.name, font) for role, font in fonts.items()}


class Theme(_Tokens):
    """A theme: its tokens, and the folders that its style sheets lie in."""

    name: str
    folders: tuple[Path, ...]

    _text: str = PrivateAttr(default="")

    @cached_property
    def _lines(self) -> dict[tuple[str, ...], int]:
        return _lines(self._text)

    def where(self, *path: str) -> str:
        """Return file and line of a key, for messages: ``where("poster", "portrait", "areas", "0")``."""
        return where_of(_file_of(self.name), self._lines, path)

    def drawn(self, drawing: Literal["portrait", "landscape", "screen"]) -> dict[str, str]:
        """Return the areas of a drawing, and file and line of each, for messages."""
        grid: Grid = getattr(self.poster, drawing)
        rows = [(self.where("poster", drawing, "areas", str(n)), row.split()) for n, row in enumerate(grid.areas)]
        return {name: next(where for where, row in rows if name in row) for name in grid.names}

    @property
    def folder(self) -> Path:
        """Where its theme.yml lies."""
        return next(path for folder in self.folders if (path := folder / self.name).joinpath("theme.yml").is_file())

    @property
    def font_files(self) -> list[Path]:
        """The files of its own fonts."""
        named = (file for font in self.fonts.values() for file in font.files.values())
        return [(self.folder / file).resolve() for file in dict.fromkeys(named)]

    def face(self, role: Role, cut: Cut) -> Face:
        """Return a cut of the font of the text, or of title and message."""
        return self.fonts[role].face(cut, self.folder)

    def stand_ins(self, role: Role, cut: Cut) -> list[Face]:
        """Return the faces that have what a face lacks, in turn."""
        found = [self.face("text", cut)] if role == "display" else []
        if self.fonts["text"].files:
            found.append(bundled(STAND_IN, cut))
        return [face for face in dict.fromkeys(found) if face != self.face(role, cut)]

    def families(self, role: Role) -> list[str]:
        """Return the names in a page of a font and of those that stand in for it."""
        own = (STAND_IN_NAME,) if self.fonts["text"].files else ()
        return list(dict.fromkeys((self.fonts[role].name, self.fonts["text"].name, *own)))

    def sheet(self, document: Document) -> Sheet:
        return self.poster if document == "poster" else self.abstract

    def layout(self, page: PageSize) -> Layout:
        return self.poster.portrait if page.height_mm >= page.width_mm else self.poster.landscape

    def text_pt(self, document: Document, page: PageSize) -> tuple[float, float, float]:
        """Return the smallest, the usual and the largest size of the text, in pt.

        What can be read on the page that the theme is drawn on can be read on a larger one.
        """
        smallest, usual, largest = self.sheet(document).text_pt
        scale = _proportion(document, page)
        return smallest * min(1, scale), usual * scale, largest * scale

    def figure(self, document: Document, page: PageSize) -> Figure:
        return self.abstract.figure if document == "abstract" else self.layout(page).figure

    def between_mm(self, document: Document, page: PageSize) -> float:
        """Return what parts two panels of a figure, on the page that the theme is drawn on."""
        return self.figure(document, page).between_mm or self.sheet(document).gutter_mm / 2

    def _place(self, document: Document, page: PageSize, area: str) -> tuple[Figure, float]:
        """Return what a theme says of figures, and the width of an area as a share of that of the figures."""
        return self.figure(document, page), self.share(document, page, area)

    def share(self, document: Document, page: PageSize, area: str) -> float:
        """Return how wide an area is, as a share of that of the figures."""
        return 1.0 if document == "abstract" else self.layout(page).share(area, self.poster.gutter_mm)

    def area_mm(self, area: str, page: PageSize) -> float:
        """Return how wide an area of the poster is, on the page that the theme is drawn on; 0 where it has no place."""
        across = PAPER[DRAWN_ON["poster"]][page.shape == "landscape"]
        return self.layout(page).width_of(area, across - 2 * self.poster.margin_mm, self.poster.gutter_mm)

    def abreast(self, document: Document, page: PageSize, area: str = "figures") -> int:
        """Return how many panels stand side by side in an area at most."""
        figure, share = self._place(document, page, area)
        return max(1, math.floor(figure.across * share + 0.1))

    def panels(
        self, document: Document, page: PageSize, count: int, area: str = "figures", *, beside: int = 1,
        whole: bool = True, amount: Amount = Amount(),
    ) -> PanelSize:
        """Return the size of each of ``count`` panels of a figure on this page, in a document that holds ``amount``.

        ``beside`` figures share the width of an area of a poster. A second row makes each panel lower; one that is
        alone gets the ``whole`` width, or what suits its height.
        """
        figure, share = self._place(document, page, area)
        scale = _proportion(document, page)
        rows = math.ceil(count / self.abreast(document, page, area))
        across = math.ceil(count / rows)
        fit, between = across * beside, self.between_mm(document, page)
        width = (figure.width_mm * share - (fit - 1) * between) / fit
        height = figure.height_mm * (1 + ROOM_OF_A_ROW * (rows - 1)) / rows
        alone = fit == 1 and not whole
        poster = document == "poster"
        height *= amount.height if poster else 1.0
        spare = width / (WIDEST * height) - 1 if alone else 0.0
        spare = spare if spare >= LEAST_SPARE else 0.0
        if spare:
            width = (width + between) / (1 + spare) - between
        font = figure.font_pt * (1 + LARGER * amount.short * poster)
        return PanelSize(width * scale, height * scale, font * scale, across, spare)


def _proportion(document: Document, page: PageSize) -> float:
    width, height = PAPER[DRAWN_ON[document]]
    return math.sqrt(page.width_mm * page.height_mm / (width * height))


def load_theme(name: str, folders: Sequence[Path], asked_by: str = "theme", study: Path | None = None) -> Theme:
    """Read ``<name>/theme.yml`` from the first of ``folders`` that has it; ``asked_by`` is where it is asked for.

    The files of its fonts lie beside it, or elsewhere in the ``study``.

    Raises StyleError for an unknown theme, or with all faults of the file.
    """
    files = {file.parent.name: file for folder in reversed(folders) for file in folder.glob("*/theme.yml")}
    if name not in files:
        mend = f"{nearest(name, files)} Known: {', '.join(sorted(files))}.".strip()
        raise StyleError(Fault(f"There is no theme '{name}'.", mend, asked_by))
    file = _file_of(name)
    text = read_utf8(files[name], file)
    try:
        given = load(text)
        theme = Theme.model_validate({**given, "name": name, "folders": tuple(folders)})
    except yaml.YAMLError as error:
        from .study.messages import yaml_fault

        raise StyleError(yaml_fault(error, file, text)) from None
    except TypeError:
        raise StyleError(Fault("The file holds no keys.", "Copy the theme.yml of 'classic'.", file)) from None
    except ValidationError as error:
        try:
            raise StyleError(*_faults(error.errors(), file, _lines(text))) from None
        except RecursionError:
            raise StyleError(Fault("A part holds itself (&, *).", "Write out what it refers to.", file)) from None
    theme._text = text
    _check_fonts(theme, study)
    return theme


def _check_fonts(theme: Theme, study: Path | None) -> None:
    """Raise StyleError where a theme names fonts that there are not."""
    inside = [theme.folder, *([study] if study else [])]
    faults = [
        Fault(f"{'.'.join(('fonts', *key))}: {fault.problem}", fault.mend, theme.where("fonts", *key))
        for key, fault in font_faults(theme.fonts, theme.folder, inside, f"templates/themes/{theme.name}")
    ]
    if faults:
        raise StyleError(*faults)


def _file_of(theme: str) -> str:
    """Return what messages call the file of a theme."""
    return f"templates/themes/{theme}/theme.yml"


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line of each key of a theme.yml."""
    return {path: line for path, line, _ in keys_of(yaml.compose(text, Loader=SafeLoader))}


def _faults(details: Sequence[Any], file: str, lines: Mapping[tuple[str, ...], int]) -> Iterator[Fault]:
    """Turn pydantic's findings into faults with their lines; what is misspelt is not missing besides."""
    from .study.messages import model_fault

    paths = [(detail["type"], tuple(map(str, detail["loc"]))) for detail in details]
    unknown = [path for kind, path in paths if kind == "extra_forbidden" or path[-1] == "[key]"]
    missing = [
        path
        for kind, path in paths
        if kind == "missing" and not any(e[:-1] == path[:-1] and nearest(e[-1], path[-1:]) for e in unknown)
    ]
    for detail, (kind, path) in zip(details, paths, strict=True):
        if path[0] == "colours" and kind.startswith("string_"):
            yield _no_colour(".".join(path), detail["input"], where_of(file, lines, path))
        elif kind != "missing" or [path] == missing:
            yield model_fault(detail, file, lines, _Tokens)
    if len(missing) > 1:
        mend = "A theme needs all keys: copy the theme.yml of 'classic', and change that."
        yield Fault(f"{len(missing)} keys are missing: {', '.join(map('.'.join, missing))}.", mend, file)


def _no_colour(key: str, given: object, where: str) -> Fault:
    mend = 'Write six hexadecimal digits in quotation marks, as "#14532d": an unquoted # begins a comment.'
    return Fault(f"{key} is empty." if given is None else f"{key}: '{given}' is no colour.", mend, where)


def stylesheet(
    theme: Theme,
    document: Document,
    page: PageSize,
    *,
    cache: Path,
    text: str = "",
    scale: float | None = None,
) -> str:
    """Return the whole style sheet: fonts, variables, page rules, then the sheets of base and theme.

    ``scale`` is the size of the text in pt (else the theme's usual one); the fonts have the characters of
    ``text``; ``cache`` is the folder that keeps subsets of fonts. Raises StyleError where a file does not end what it
    begins.
    """
    own = sheets(theme, document, page)
    if faults := [fault for file, css in own.items() for fault in unclosed(css, file)]:
        raise StyleError(*faults)
    return "\n".join([
        *_font_faces(theme, frozenset(text) | COMMON, cache),
        *_variables(theme, document, page, scale or theme.text_pt(document, page)[1]),
        *(marked(file, css) for file, css in own.items()),
    ])  # fmt: skip


def sheets(theme: Theme, document: Document, page: PageSize) -> dict[str, str]:
    """Return the style sheets of base and theme, the study's own or the packaged ones, by what messages call them."""
    names = ("common.css", f"{document}.css", f"{document}-{page.shape}.css")
    found = {}
    for sheet in (f"{part}/{name}" for part in ("base", theme.name) for name in names):
        if file := next(filter(Path.is_file, (folder / sheet for folder in theme.folders)), None):
            called = f"templates/themes/{sheet}"
            found[called] = read_utf8(file, called)
    return found


def _variables(theme: Theme, document: Document, page: PageSize, text_pt: float) -> Iterator[str]:
    """Yield the tokens as custom properties, the page, and the places of the areas."""
    sheet, scale = theme.sheet(document), _proportion(document, page)
    light, dark = (_declare(theme.colours[scheme].model_dump()) for scheme in ("light", "dark"))
    tokens = _declare(
        {f"font_{role}": ", ".join([*map('"{}"'.format, theme.families(role)), "sans-serif"]) for role in theme.fonts}
        | {f"size_{key}": f"{value}rem" for key, value in theme.sizes.items()}
        | {"text": f"{text_pt:.2f}pt", "gutter": f"{sheet.gutter_mm * scale:.2f}mm"}
        | {"between": f"{theme.between_mm(document, page) * scale:.2f}mm"}
        | {"margin": f"{sheet.margin_mm * scale:.2f}mm"}
        | {"page_width": f"{page.width_mm}mm", "page_height": f"{page.height_mm}mm"}
    )
    yield f":root {{ color-scheme: light dark; {tokens} {light} }}"
    # WeasyPrint does not know questions about the screen; it skips what stands inside `@media screen`.
    yield f"@media screen {{ @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }} }}"
    yield f"@media screen {{ {_drawing_classes()} }}"
    if theme.fonts["display"] != theme.fonts["text"]:
        # The display face has no italics: without those of the text nothing would tell what is to be written.
        yield ":is(h1.title, .message) em { font-family: var(--font-text) }"
    margin = "0" if document == "poster" else f"{sheet.margin_mm * scale:.2f}mm"
    yield f"@page {{ size: {page.width_mm}mm {page.height_mm}mm; margin: {margin} }}"
    if document == "poster":
        paper = theme.layout(page)
        yield f"@media print {{ {_grid(paper)} {_cells(paper)} {_halves(theme, page)} }}"
        screen = theme.poster.screen
        story = sorted(screen.names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
        order = " ".join(f".{name} {{ order: {place} }}" for place, name in enumerate(story, 1))
        yield f"@media screen {{ @media ({WIDE}) {{ {_grid(screen)} }} @media ({NARROW}) {{ {order} }} }}"


def _grid(layout: Grid) -> str:
    """Return the rules that place the areas side by side."""
    # Gutters are columns of their own, as WeasyPrint forgets gaps when it measures what spans them.
    columns = " var(--gutter) ".join(f"minmax(0, {width:g}fr)" for width in layout.columns)
    rows = []
    for row in map(str.split, layout.areas):
        gutters = (left if left == right else "." for left, right in pairwise(row))
        rows.append(f'"{" ".join(filter(None, chain(*zip_longest(row, gutters))))}"')
    grid = [f"main {{ grid-template-columns: {columns}; grid-template-areas: {' '.join(rows)} }}"]
    # Which areas stand at an edge of the page: a theme whose grounds bleed gives these a margin of their own.
    first, last = ({row.split()[end] for row in layout.areas} for end in (0, -1))
    grid += [
        f".{name} {{ grid-area: {name}; --at-left: {int(name in first)}; --at-right: {int(name in last)} }}"
        for name in layout.names
    ]
    return " ".join(grid)


def _cells(layout: Grid) -> str:
    """Return the rules that put each area into its columns, at the top that the printer found for it.

    The printer itself lays out the areas in cells; a browser that prints the page reads where they ended up.
    """
    gutters, shares = len(layout.columns) - 1, sum(layout.columns)

    def width(first: int, last: int, more: int = 0) -> str:
        share = sum(layout.columns[first:last]) / shares
        return f"calc((100% - {gutters} * var(--gutter)) * {share:.6f} + {last - first + more} * var(--gutter))"

    rules = []
    for name in layout.names:
        row = next(row for row in map(str.split, layout.areas) if name in row)
        first, last = row.index(name), len(row) - row[::-1].index(name)
        rules.append(f'[data-area="{name}"] {{ margin-left: {width(0, first)}; width: {width(first, last, -1)} }}')
        place = f"grid-column: {name}; grid-row: 1 / -1; align-self: start; margin-top: var(--top-{name}, 0)"
        rules.append(f'[style*="--top-"] .{name} {{ {place} }}')
    return " ".join(rules)


def _halves(theme: Theme, page: PageSize) -> str:
    """Return the rules by which lists of wide areas stand in two halves, so that their lines can be read.

    The printer parts them, a browser sets columns.
    """
    em = theme.poster.text_pt[1] / PT_PER_MM
    names = [name for name in theme.layout(page).names if theme.area_mm(name, page) >= TWO_LINES * em]
    if not names:
        return ""
    wide = f":is({', '.join(f'.{name}' for name in names)})"
    return (
        f"{wide} .half {{ display: inline-block; width: 48.5%; vertical-align: top }} "
        f"{wide} .half + .half {{ margin-left: 3% }} {wide} ul:not(.half):has(li + li) {{ columns: 2; column-gap: 3% }}"
    )


def _declare(tokens: Mapping[str, str]) -> str:
    return " ".join(f"--{key.replace('_', '-')}: {value};" for key, value in tokens.items())


def _drawing_classes() -> str:
    """Return rules by which a browser colours figures in the scheme of the moment."""
    tokens = [(token, token.replace("_", "-")) for token in Colours.model_fields]
    return " ".join(f".{kind}-{a} {{ {kind}: var(--{b}) }}" for kind in ("fill", "stroke") for a, b in tokens)


def _font_faces(theme: Theme, characters: frozenset[str], cache: Path) -> Iterator[str]:
    # The display face is used for title and message alone, in one cut.
    faces = list(dict.fromkeys([*(theme.face("text", cut) for cut in FACES), theme.face("display", "Semibold")]))
    for face in faces:
        # The name in the address lets the printer read the font from its file, which is faster than WOFF2.
        # Of a variable font it needs the one weight that was taken out.
        name = f"face={face.family.replace(' ', '%20')}/{face.cut};" if face.is_the_file else ""
        yield _font_face(face, face.family, subset(face, characters, cache), name)
    if theme.fonts["text"].files:
        for cut in FACES:
            alike = (face for face in faces if face.cut == cut)
            if lacked := frozenset(sign for face in alike for sign in lacking(face, characters, unseen=True)):
                face = bundled(STAND_IN, cut)
                yield _font_face(face, STAND_IN_NAME, subset(face, lacked, cache))


def _font_face(face: Face, family: str, font: bytes, name: str = "") -> str:
    weight, slant = FACES[face.cut]
    url = f"data:font/woff2;{name}base64,{base64.b64encode(font).decode()}"
    called = f'font-family: "{family}"; font-weight: {weight}; font-style: {slant}; font-display: block'
    return f'@font-face {{ {called}; src: url("{url}") format("woff2") }}'
