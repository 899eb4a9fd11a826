"""Sphinx: `make docs` builds the site into build/docs, without a network; every warning is an error."""

import sys
from pathlib import Path

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import reference

project = "cohortpress"
extensions = ["myst_parser"]
myst_heading_anchors = 3
highlight_language = "none"
pygments_style = "tango"
pygments_dark_style = "monokai"
html_theme = "furo"
html_title = "cohortpress"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#005f78", "color-brand-content": "#005f78"},
    "dark_css_variables": {"color-brand-primary": "#6cc7de", "color-brand-content": "#6cc7de"},
    "footer_icons": [],
}


def setup(app: Sphinx) -> None:
    """Write the reference before Sphinx looks for pages."""
    app.connect("builder-inited", lambda app: reference.write(Path(app.srcdir) / "reference"))
