"""What WeasyPrint is given of a finished page, so that it reads little, reads it once, and fetches nothing."""

from __future__ import annotations

import ctypes.util
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from .fonts import font_file
from .headlines import Headline, measured, titles
from .later import when_needed
from .line_ends import unbroken


@contextmanager
def _found_by_the_system() -> Iterator[None]:
    """Let the system alone look for the libraries that WeasyPrint loads.

    WeasyPrint tries the names that a library has on any system. For each that Linux does not know, Python would ask
    ldconfig, gcc and ld, two dozen processes; but Linux finds libraries itself by their full names, which come last.
    """
    find = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = find


# HarfBuzz takes the subsets of fonts, and few pages have profiles.
with _found_by_the_system(), when_needed("fontTools.subset", "fontTools.varLib.instancer", "PIL.ImageCms"):
    from weasyprint import CSS, HTML, Document
    from weasyprint.css.counters import CounterStyle
    from weasyprint.html import HTML_HANDLERS, make_replaced_box
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

FONT_URL = re.compile(r"data:font/woff2;face=([\w/%-]+);")
# A font within a page is for browsers; here it is read from where it is installed.
FONT = re.compile(rf"({FONT_URL.pattern})base64,[\w+/=]*")
# What tells where a value comes from is for screens; on paper it would only double the time of a layout.
MARKED_VALUE = re.compile(r'<span class="(?:result|constant)"[^>]*>([^<]*)</span>')
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
# The elements of a drawing take no style from the page, but WeasyPrint would look for one.
EDGE_OF_DRAWING = re.compile(r"<svg\b|</svg>")
DRAWN, ADDRESS = "data-drawing", "drawing:"
# The first tag of a drawing, and its alternative text.
FRAME = re.compile(r"""(<svg(?:[^>"']|"[^"]*"|'[^']*')*)>\s*(<title>.*?</title>)?""", re.DOTALL)
SVG = "{http://www.w3.org/2000/svg}svg"
# The last two words of a text keep together.
LAST_WORDS = re.compile(r"(.*\s)?(\S{1,20}\s+\S{1,16})\s*", re.DOTALL)
LONE_LETTER = re.compile(r"(?<=\s)(\w)\s")  # a title does not end a line with "a"


class Manuscript:
    """A page to be laid out, in one size of text after the other; its style sheets and drawings are read once."""

    def __init__(self, html: str) -> None:
        self._drawings: list[str] = []
        self._images: dict[str, Any] = {}
        self._fonts = FontConfiguration()
        self._counters = CounterStyle()
        html = FONT.sub(r"\1", html)
        # Below as many lines as in the page: what is remarked on a line of a style sheet is of that line of the page.
        styles = ["\n" * html.count("\n", 0, style.start(1)) + style[1] for style in STYLE.finditer(html)]
        html = MARKED_VALUE.sub(r"\1", STYLE.sub("", html))
        fetcher = _fetcher(self._drawings)
        self._page = HTML(string=self._without_drawings(html), url_fetcher=fetcher)
        self._styles = [self._read(style) for style in styles]
        _bind(self.root)

    @property
    def root(self) -> Any:
        """The tree of the page, as lxml or ElementTree has it."""
        return self._page.etree_element

    def lay_out(self, style: str, rules: str) -> Document:
        """Return the page with ``style`` declared for the whole of it, and more ``rules``."""
        self.root.set("style", style)
        return self._render(self._page, rules)

    def titles(self, style: str, rules: str) -> list[Headline]:
        """Return the titles of the page, laid out with nothing else on it."""

        def lay_out(root: Any) -> Any:
            root.set("style", style)
            page = HTML(string=ElementTree.tostring(root, encoding="unicode", method="html"))
            return self._render(page, rules).pages[0]._page_box

        return measured(self.root, lay_out)

    def _render(self, page: HTML, rules: str) -> Document:
        return page.render(
            font_config=self._fonts,
            counter_style=self._counters,
            stylesheets=[*self._styles, self._read(rules)],
            cache=self._images,
        )

    def _read(self, css: str) -> CSS:
        return CSS(
            string=css,
            media_type=self._page.media_type,
            url_fetcher=self._page.url_fetcher,
            font_config=self._fonts,
            counter_style=self._counters,
        )

    def _without_drawings(self, html: str) -> str:
        """Keep the drawings of a page until they are drawn, and leave their frames and alternative texts in it."""
        kept, end = [], 0
        for start, stop in _drawings(html):
            drawing = html[start:stop]
            frame = FRAME.match(drawing)
            try:
                ElementTree.fromstring(drawing)
            except ElementTree.ParseError:  # HTML reads more than XML does
                continue
            if frame:
                kept += [html[end:start], f'{frame[1]} {DRAWN}="{len(self._drawings)}">{frame[2] or ""}</svg>']
                self._drawings.append(drawing)
                end = stop
        return "".join((*kept, html[end:]))


def _drawings(html: str) -> Iterator[tuple[int, int]]:
    """Yield where each drawing begins and ends; one within another is part of that."""
    depth = start = 0
    for edge in EDGE_OF_DRAWING.finditer(html):
        start = start if depth else edge.start()
        depth += 1 if edge[0] == "<svg" else -1
        if depth <= 0:
            depth = 0
            yield start, edge.end()


_handle_svg = HTML_HANDLERS[SVG]


def _handle_drawing(element: Any, box: Any, get_image_from_uri: Any, base_url: str | None) -> list[Any]:
    """Return the box of a drawing: WeasyPrint asks this for each ``svg`` of a page."""
    if (number := element.get(DRAWN)) is None:
        return list(_handle_svg(element, box, get_image_from_uri, base_url))
    return [make_replaced_box(element, box, get_image_from_uri(url=f"{ADDRESS}{number}"))]


HTML_HANDLERS[SVG] = _handle_drawing


def _fetcher(drawings: list[str]) -> URLFetcher:
    """Return what loads nothing but the data within the file, and fonts from where they are installed."""

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if url.startswith(ADDRESS):
                drawing = drawings[int(url.removeprefix(ADDRESS))].encode()
                return URLFetcherResponse(url, drawing, {"Content-Type": "image/svg+xml"})
            if font := FONT_URL.match(url):
                # Unpacking WOFF2 takes longer than reading the whole font, and the PDF gets its own subset.
                return URLFetcherResponse(url, font_file(unquote(font[1])).read_bytes(), {"Content-Type": "font/ttf"})
            return super().fetch(url, headers)

    return Fetcher(allowed_protocols=("data",))


def _bind(root: Any) -> None:
    """Keep the last words of a text together, and of a title lone letters too; browsers do as much by `text-wrap`."""
    for title in titles(root):
        if title.text:
            title.text = LONE_LETTER.sub(lambda found: unbroken(found[0]), title.text)
    for element in root.iterfind(".//body//*"):
        if element.tag in ("p", "li", "caption", "h1", "h2", "h3"):
            place, name = _end(element)
            if found := LAST_WORDS.fullmatch(getattr(place, name) or ""):
                setattr(place, name, (found[1] or "") + unbroken(found[2]))


def _end(element: Any) -> tuple[Any, str]:
    """Return where the last text of an element stands."""
    if not len(element):
        return element, "text"
    last = element[-1]
    return (last, "tail") if (last.tail or "").strip() else _end(last)
