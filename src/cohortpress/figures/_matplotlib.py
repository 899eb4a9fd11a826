"""Matplotlib, as far as figures need it, without the documentation that it writes whenever it is imported.

That takes as long as all the rest: the properties of each class of artists, listed in its text and in those of others.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from matplotlib import _docstring, artist

from ..later import replaced, when_needed


def _as_it_is(self: object, documented: object) -> object:
    return documented


# Dates, and text that TeX sets, are drawn by nobody here.
with (
    replaced(artist.Artist, "_update_set_signature_and_docstring", staticmethod(lambda: None)),
    replaced(type(_docstring.interpd), "__call__", _as_it_is),
    replaced(_docstring.Substitution, "__call__", _as_it_is),
    when_needed("matplotlib.dates", "matplotlib.dviread"),
):
    from matplotlib import rc_context
    from matplotlib.backends import backend_agg, backend_svg  # noqa: F401  (loaded before there is a figure)
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon
    from matplotlib.text import Text
    from matplotlib.textpath import text_to_path
    from matplotlib.ticker import MaxNLocator
    from matplotlib.transforms import Affine2D

# Who draws is not who can mend it: a build warns of letters that the fonts of a theme lack.
warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)


class FilesInTurn(FontProperties):
    """A font by its files: a character that the first lacks comes from the next.

    Matplotlib looks for one font a family, so that each file stands as a family here.
    """

    def __init__(self, files: Sequence[str | Path], size_pt: float, weight: int) -> None:
        super().__init__(family=[str(file) for file in files], size=size_pt, weight=weight)

    def get_file(self) -> str:
        return str(self.get_family()[0])

    def __copy__(self) -> FilesInTurn:
        return FilesInTurn(self.get_family(), self.get_size(), int(self.get_weight()))


__all__ = [
    "Affine2D",
    "Figure",
    "FilesInTurn",
    "Line2D",
    "MaxNLocator",
    "Polygon",
    "Text",
    "rc_context",
    "text_to_path",
]
