"""Figures as a document asks for them: from cohort and results to a drawing on the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .cohort import Cohort
from .errors import Fault, TemplateError, did_you_mean
from .figures import Drawing, Median, Panel, Visit, Words, courses, skin
from .formatting import Formatter
from .result import ResultSet
from .study import Study
from .templating import plain

if TYPE_CHECKING:
    from .style import PanelSize, Theme

KINDS = ("courses",)


def check_kind(kind: str) -> None:
    """Raise TemplateError unless ``kind`` is a kind of figure."""
    if kind not in KINDS:
        raise TemplateError(Fault(f"There is no figure '{kind}'.", did_you_mean(kind, KINDS)))


# A Word file is worked on by co-authors, not hung on a wall: its figures are plain whatever the theme.
PLAIN = {"paper": "#ffffff", "ink": "#000000", "muted": "#595959", "rule": "#d9d9d9", "course": "#8c8c8c",
         "worse": "#000000", "accent": "#005f78"}  # fmt: skip
DPI = 300


def illustrate(
    alts: Mapping[str, str],
    name: str,
    size: PanelSize,
    study: Study,
    cohort: Cohort,
    results: ResultSet,
    theme: Theme,
    words: Words,
) -> Drawing:
    """Draw the courses of the endpoints in ``alts`` (endpoint -> alternative text, its values marked)."""
    return courses(
        [_panel(endpoint, alt, study, cohort, results) for endpoint, alt in alts.items()],
        name=name,
        size=size,
        family=theme.fonts["text"],
        words=words,
        number=Formatter(study.language).plain,
    )


def figure_block(svg: str, name: str, theme: Theme) -> str:
    """Return the Markdown of a drawn figure: raw HTML, so that page and figure share fonts and colours."""
    drawing = skin(svg, theme.colours["light"].model_dump(), theme.fonts["text"])
    opening = f'<figure class="figure" id="{name}" data-picture="figures/{name}.png">'
    return f"```{{=html}}\n{opening}\n{drawing}\n</figure>\n```\n"


def _panel(name: str, alt: str, study: Study, cohort: Cohort, results: ResultSet) -> Panel:
    endpoint = study.endpoints[name]
    medians = [results[f"{name}.{visit}.median"] for visit in study.visits]
    return Panel(
        title=endpoint.title,
        unit=endpoint.unit,
        visits=tuple(Visit(study.visits[m.visit or ""].month, m.n or 0, f"{name}.{m.visit}.n") for m in medians),
        courses=tuple(
            tuple(None if value != value else float(value) for value in row)
            for row in cohort.values[name]
            if study.publish == "full"
        ),
        medians=tuple(
            Median(float(m.value), m.text or "", m.id) if isinstance(m.value, int | float) else None for m in medians
        ),
        alt=plain(alt),
        alt_ids=tuple(re.findall(r'data-result="([^"]+)"', alt)),
        direction=endpoint.direction,
        log=endpoint.scale == "log",
    )
