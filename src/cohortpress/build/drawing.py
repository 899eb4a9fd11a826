"""The figures that a document asks for, drawn in other processes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..ledger import Input, write
from .options import ENDINGS, Document
from .workspace import Workspace

if TYPE_CHECKING:
    from ..illustration import Place, Request
    from ..style import Amount
    from ..templating import Filler
    from ..workers import Workers

Made = TypeVar("Made")


class Drawing:
    """Takes down which figures a document asks for, and draws those that are not drawn yet."""

    def __init__(self, space: Workspace, document: Document, drawers: Workers) -> None:
        self._space = space
        self._document = document
        self._drawers = drawers
        self._asked: dict[str, Request] = {}
        self._for_word: list[Callable[[], object]] = []

    def forget(self) -> None:
        """Begin anew: the document is filled again."""
        self._asked.clear()
        self._for_word.clear()

    def note(
        self,
        kind: str,
        things: object,
        visit: object,
        visits: object,
        sentence: Callable[[str], Callable[..., str]],
    ) -> str:
        """Take down a figure that the document asks for, and return a mark for its place."""
        from ..illustration import mark_of, request

        mark = mark_of(f"{self._document}-{kind}-{len(self._asked) + 1}")
        self._asked[mark] = request(kind, things, visit, visits, self._space.study, sentence)
        return mark

    def with_figures(self, body: str, filler: Filler) -> str:
        """Return a filled document with its figures in place of their marks."""
        from ..illustration import characters, in_rows, places
        from ..style import Amount

        asked, page, theme = self._asked, self._space.page(self._document), self._space.theme
        areas = {mark: place.area for mark, place in places(body, asked).items()}
        body = in_rows(body, asked, lambda mark: theme.abreast(self._document, page, areas[mark]))
        words = filler.words("figure_words") if asked else {}
        stand = places(body, asked)
        rows = sum(
            math.ceil(len(asked[mark].alts) / theme.abreast(self._document, page, place.area))
            * theme.share(self._document, page, place.area) / place.beside
            for mark, place in stand.items()
        )  # fmt: skip
        amount = Amount(characters(body), rows)
        for mark, place in stand.items():
            body = body.replace(mark, self._figure(mark[1:-1], asked[mark], place, words, amount))
        return body

    def _figure(self, name: str, asked: Request, place: Place, said: dict[str, Any], amount: Amount) -> str:
        """Return the Markdown of a figure, drawn now or found drawn."""
        from ..figures import Words, draw, picture
        from ..illustration import figure_block, plan

        space, document = self._space, self._document
        svg, png = (space.work / "figures" / f"{name}.{ending}" for ending in ("svg", "png"))
        size = space.theme.panels(
            document, space.page(document), len(asked.alts), place.area, beside=place.beside, whole=asked.whole,
            amount=amount,
        )  # fmt: skip
        inputs: list[Input] = [repr((asked, size, said, space.theme.fonts)), *space.theme.font_files, *space.measured]

        def drawn(job: Callable[..., Made], *more: str) -> Made:
            words, fonts = Words(**said), space.cache
            panels, look = plan(asked, size, space.study, space.cohort, space.results, space.theme, words, fonts)
            return self._drawers.run(job, panels, look, *more)

        def make() -> None:
            png.unlink(missing_ok=True)
            write(svg, drawn(draw, name))

        space.step(f"figure {name}", inputs, [svg], make)
        if "docx" in ENDINGS[document]:  # drawn when the page has been rendered, which takes longer to finish
            self._for_word.append(
                lambda: space.step(f"{name} for Word", inputs, [png], lambda: write(png, drawn(picture)))
            )
        share = size.across / (size.across + size.spare) / place.beside
        return figure_block(svg.read_text(encoding="utf-8"), name, space.theme, share)

    def for_word(self) -> None:
        """Draw the pictures that the Word file of the document shows."""
        for draw in self._for_word:
            draw()
        self._for_word.clear()

    def is_cut_off(self) -> bool:
        """Tell whether the last build ended before it had drawn the document's pictures for Word."""
        from ..illustration import pictures

        filled = self._space.file(self._document, "qmd")
        if self._for_word or "docx" not in ENDINGS[self._document] or not filled.is_file():
            return False  # those that are noted this build will draw
        return not all((self._space.work / name).is_file() for name in pictures(filled.read_text(encoding="utf-8")))
