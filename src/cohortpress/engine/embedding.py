"""One file, no request: style sheets and pictures go into the HTML, and nothing from outside the study does."""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from ..errors import EngineError, Fault
from ..line_ends import bound
from ..sheets import line_at, place_of, without_comments
from .phone_tables import with_heads
from .row_heads import with_row_heads

# Attributes by which a browser, or a printer, fetches something as soon as it reads the page.
FETCHING = {"src", "srcset", "poster", "data", "background", "xlink:href"}
FETCHING_TAGS = {("link", "href"), ("image", "href"), ("use", "href"), ("script", "src")}
# Elements that could bring in, or go to, another page.
REFUSED = {"base", "iframe", "frame", "object", "embed", "meta"}
# Where the page template wants the style sheet; without such a place it stands at the end of the head.
STYLE_SHEET = "<!-- style sheet -->"
_FONT = re.compile(r"\.(?:otf|ttf|ttc|woff2?)\b", re.I)
_CSS_URL = re.compile(r"""(?:@import\s*+(?:url\(\s*+)?+|url\(\s*+)["']?+(?!data:|#)([^"')]+)""", re.I)


def embed(html: str, folder: Path, study: Path) -> str:
    """Return ``html`` with its style sheets and pictures in it; their paths are relative to ``folder``.

    Raises EngineError, with all faults at once, for whatever lies outside ``study`` or on a network.
    """
    parser = _Embedder(html, folder, study.resolve())
    parser.feed(html)
    parser.close()
    if parser.faults:
        raise EngineError(*parser.faults)
    for old, new in parser.changes:
        html = html.replace(old, new)
    return with_heads(with_row_heads(bound(html)))


def styled(html: str, css: str) -> str:
    """Return a page with its style sheet in it.

    Raises EngineError for a style sheet that would fetch something, or end before its end.
    """
    nothing = "A style sheet fetches nothing, and holds no HTML."
    faults = []
    for asked in _CSS_URL.finditer(without_comments(css)):
        mend = "Name the files of a font in theme.yml." if _FONT.search(asked[1]) else nothing
        problem = f"The style sheet asks for '{asked[1].strip()}'."
        faults.append(Fault(problem, mend, place_of(css, line_at(css, asked.start()))))
    for end in re.finditer("</style", css, re.I):
        faults.append(Fault("The style sheet holds '</style'.", nothing, place_of(css, line_at(css, end.start()))))
    if faults:
        raise EngineError(*faults)
    place = STYLE_SHEET if STYLE_SHEET in html else "</head>"
    return html.replace(place, f"<style>\n{css}\n</style>{place.removeprefix(STYLE_SHEET)}", 1)


class _Embedder(HTMLParser):
    def __init__(self, html: str, folder: Path, study: Path) -> None:
        super().__init__()
        self._folder = folder
        self._study = study
        self.changes: list[tuple[str, str]] = []
        self.faults: list[Fault] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        fetched = {n: v for n, v in given.items() if n in FETCHING or (tag, n) in FETCHING_TAGS}
        text = self.get_starttag_text() or ""
        self._check_css(given.get("style", ""))
        if tag in REFUSED and (tag != "meta" or given.get("http-equiv", "").lower() == "refresh"):
            self._refuse(text, "It could load another page.")
            return
        for name, address in fetched.items():
            if address.startswith(("data:", "#")) or (path := self._inside(address)) is None:
                continue
            if tag == "img" and name == "src":
                if not given.get("alt"):
                    problem = f"'![]({address})' has no text for those who cannot see it."
                    self.faults.append(Fault(problem, "Write between the brackets, or as alt, what the picture shows."))
                self.changes.append((text, _tag(tag, dict(attrs) | {"src": _data_uri(path)})))
            elif tag == "link" and given.get("rel") == "stylesheet":
                css = path.read_text(encoding="utf-8")
                self._check_css(css)
                self.changes.append((text, f"<style>\n{css}\n</style>"))
            else:
                self._refuse(address, f"<{tag} {name}> cannot be put into the page.")

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self._check_css(data)

    def _check_css(self, css: str) -> None:
        for address in _CSS_URL.findall(css):
            self._refuse(address, "A style sheet fetches nothing.")

    def _inside(self, address: str) -> Path | None:
        """Return the file that ``address`` names, or note why it cannot be used."""
        path = (self._folder / unquote(address)).resolve()
        if re.match(r"[a-z][\w+.-]+:|//", address, re.I) or self._study not in path.parents:
            self._refuse(address, "It lies outside the study.")
        elif not path.is_file():
            name = unquote(address)
            there = next((path for path in (name, f"report/{name}") if (self._study / path).is_file()), "")
            self._refuse(name, "There is no such file.", f"Write '../{there}'." if there else "")
        else:
            return path
        return None

    def _refuse(self, address: str, why: str, mend: str = "") -> None:
        mend = mend or "Copy the file into the study's folder and name it there, as '../report/NAME'."
        self.faults.append(Fault(f"The page asks for '{address}'. {why}", mend))


def _tag(name: str, attributes: Mapping[str, str | None]) -> str:
    given = (key if value is None else f'{key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{' '.join((name, *given))}>"


def _data_uri(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
