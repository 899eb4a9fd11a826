"""Figures as a document asks for them: from cohort and results to a drawing on the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import Fault, TemplateError, did_you_mean
from .figures import KINDS, Alt, Asked, Look, Words, skin
from .fonts import cuts_to_draw
from .formatting import Formatter
from .markup import lines_of
from .templating import Branch, Value, VisitName, plain, visit_names

if TYPE_CHECKING:
    from .cohort import Cohort
    from .figures import Panel
    from .paper import PanelSize
    from .result import ResultSet
    from .study import Study
    from .style import Theme

# What stands for a figure until it is drawn: private characters around its name.
_OPEN, _CLOSE = "\ue010", "\ue011"
_MARK = f"{_OPEN}[^{_CLOSE}]+{_CLOSE}"


@dataclass(frozen=True)
class Request:
    """A figure that an author asks for: its kind, what it is of, a visit, and an alternative text a panel.

    ``visits`` are those that it shows of a time; none where the author chose none: all. In the texts values are marked
    as results.
    """

    kind: str
    names: tuple[str, ...]
    visit: str | None
    visits: tuple[str, ...]
    alts: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether its one panel needs the whole width."""
        return KINDS[self.kind].whole


@dataclass(frozen=True)
class Place:
    """Where a figure stands: in an area of a poster, and how many stand beside each other there."""

    area: str = "figures"
    beside: int = 1


def mark_of(name: str) -> str:
    """Return what stands for a figure in a text until it is drawn."""
    return f"{_OPEN}{name}{_CLOSE}"


def places(body: str, marks: Collection[str]) -> dict[str, Place]:
    """Return where the figures of a filled document stand."""
    found = dict.fromkeys(marks, Place())
    for line in lines_of(body):
        for mark in marks if _OPEN in line.text else ():
            if mark in line.text:
                around = " ".join(opening for _, opening in line.around)
                area, beside = re.search(r"\.area\s+\.([\w-]+)", around), re.search(r"--beside: (\d+)", around)
                found[mark] = Place(area[1] if area else "figures", int(beside[1]) if beside else 1)
    return found


def characters(body: str) -> int:
    """Return how many characters of text a filled document has, its figures left out."""
    lines = "\n".join(line.text for line in lines_of(body) if line.kind == "text")
    return len(" ".join(re.sub(rf"{_MARK}|{{[^{{}}]*}}|\|[-:| ]+\||[*#\\\[\]]", "", lines).split()))


def in_rows(body: str, asked: Mapping[str, Request], most: Callable[[str], int]) -> str:
    """Return a document in which figures of one panel that follow one another stand side by side.

    ``most`` says of a figure how many panels there is room for where it stands.
    """

    def row(run: re.Match[str]) -> str:
        marks = re.findall(_MARK, run[0])
        beside = min(len(marks), most(marks[0]))
        if beside == 1 or any(len(asked[mark].alts) > 1 for mark in marks):
            return run[0]
        return f'::: {{.beside style="--beside: {beside}"}}\n\n' + "\n\n".join(marks) + "\n\n:::"

    return re.sub(rf"{_MARK}(?:\s+{_MARK})+", row, body)


def request(
    kind: str,
    things: object,
    visit: object,
    visits: object,
    study: Study,
    macro: Callable[[str], Callable[..., str]],
) -> Request:
    """Return what ``{{ figure(kind, things, visit, visits) }}`` asks for; ``macro`` finds a sentence of the language.

    Raises TemplateError where there is no such kind, or where it cannot be drawn of these things.
    """
    if kind not in KINDS:
        raise TemplateError(Fault(f"There is no figure '{kind}'.", did_you_mean(kind, KINDS)))
    drawn = KINDS[kind]
    if drawn.shows_subjects and study.publish == "aggregate":
        problem = f"'{kind}' shows single subjects, and the study publishes aggregates only."
        raise TemplateError(Fault(problem, "Take it out, or draw 'boxes' or 'responders'."))
    listed = _listed(kind, things, study)
    chosen = _chosen(kind, visit, visits, study)
    at = _visit(kind, visit, study)
    # A study's own sentence that knows no visits serves as long as nobody chooses some.
    over = {"visits": chosen} if chosen else {}
    alts = tuple(macro(f"{kind}_alt")(*arguments, **over) for arguments in drawn.alts(listed, at))
    names, shown = (tuple(thing.name for thing in some) for some in (listed, chosen))
    return Request(kind, names, at.name if at else None, shown, alts)


def _listed(kind: str, things: object, study: Study) -> list[Branch]:
    """Return the endpoints or responses that a figure is to show."""
    part = KINDS[kind].of
    if part is None:
        if things:
            raise TemplateError(Fault(f"'{kind}' shows the whole cohort.", f'Write figure("{kind}").'))
        return []
    known, one = getattr(study, part), part.removesuffix("s")
    if not known:
        raise TemplateError(Fault(f"study.yml declares no {part}.", f"Declare one under '{part}:'.", study.where(part)))
    if not things or not isinstance(things, Iterable) or isinstance(things, str):
        mend = f'Write figure("{kind}", [{next(iter(known))}]).'
        raise TemplateError(Fault(f"'{kind}' needs a list of {part}.", mend))
    listed = list(things)
    for thing in listed:
        name = _name_of(thing)
        if not isinstance(thing, Branch) or name not in known:
            raise TemplateError(Fault(f"'{name}' is no {one}.", _mend(name, known)))
    return listed


def _visit(kind: str, visit: object, study: Study) -> VisitName | None:
    """Return the visit that a figure is of; where it must be of one, and the study has one follow-up, that."""
    needed, followups = KINDS[kind].at_a_visit, study.followups
    if visit is None and needed == "must" and len(followups) == 1:
        return visit_names(study)[followups[0]]
    if visit is None and needed == "must":
        mend = f"Write visit={followups[-1]}, or another of: {', '.join(followups)}."
        raise TemplateError(Fault(f"'{kind}' shows one visit.", mend))
    if visit is None:
        return None
    if needed == "no":
        raise TemplateError(Fault(f"'{kind}' shows all visits.", f"Take 'visit={visit}' out."))
    if not isinstance(visit, VisitName) or visit.name not in followups:
        raise TemplateError(Fault(f"'{visit}' is no follow-up visit.", _mend(str(visit), followups)))
    return visit


def _chosen(kind: str, visit: object, visits: object, study: Study) -> list[VisitName]:
    """Return the visits that a figure over time is to show, in the order of study.yml; none where all are."""
    if visits is None:
        return []
    over = KINDS[kind].over
    if over is None or visit is not None:
        raise TemplateError(_misplaced(kind, visit, study))
    whole = over == "visits"
    names = _visits_listed(visits, list(getattr(study, over)), "visit" if whole else "follow-up visit")
    later = [name for name in names if name != study.baseline] or [study.followups[-1]]
    needed = [study.baseline, *later] if whole else later
    if names != needed:
        least = "the baseline and at least one visit more" if whole else "at least one follow-up visit"
        raise TemplateError(Fault(f"'{kind}' shows {least}.", f"Write visits=[{', '.join(needed)}]."))
    return [visit_names(study)[name] for name in names]


def _misplaced(kind: str, visit: object, study: Study) -> Fault:
    """Return what is wrong with ``visits`` where a figure has none to choose, or is given a visit besides."""
    needed = KINDS[kind].at_a_visit
    if KINDS[kind].over is None:
        instead = needed == "must" and visit is None
        mend = f"Write visit={study.followups[-1]} in place of 'visits'." if instead else "Take 'visits' out."
        return Fault(f"'{kind}' shows {'one visit' if needed == 'must' else 'all visits'}.", mend)
    out = f"'visit={visit}'" if needed == "no" else "one of them"
    return Fault(f"'{kind}' is given 'visit' and 'visits' both.", f"Take {out} out.")


def _visits_listed(visits: object, known: Sequence[str], one: str) -> list[str]:
    """Return the names of the visits that an author lists, in the order of study.yml; each must be ``one``."""
    if not isinstance(visits, Iterable) or isinstance(visits, str):
        mend = f"Write visits=[{', '.join(dict.fromkeys((known[0], known[-1])))}]."
        raise TemplateError(Fault("'visits' needs a list of visits.", mend))
    names: list[str] = []
    for thing in visits:
        name = _name_of(thing)
        if not isinstance(thing, VisitName) or name not in known:
            raise TemplateError(Fault(f"'{name}' is no {one}.", _mend(name, known)))
        if name in names:
            raise TemplateError(Fault(f"'{name}' stands twice in 'visits'.", "Name it once."))
        names.append(name)
    return sorted(names, key=known.index)


def _name_of(thing: object) -> str:
    """Return how an author wrote what is drawn, or what stands in its place."""
    return thing.name if isinstance(thing, Branch) else thing.result.id if isinstance(thing, Value) else str(thing)


def _mend(name: str, known: Collection[str]) -> str:
    """Return what to write in place of a name."""
    if name in known:
        return "Write it without quotation marks."
    whole = name.partition(".")[0]
    return f"Write {whole}." if whole in known else did_you_mean(name, known)


def plan(
    asked: Request,
    size: PanelSize,
    study: Study,
    cohort: Cohort,
    results: ResultSet,
    theme: Theme,
    words: Words,
    cache: Path,
) -> tuple[list[Panel], Look]:
    """Return the panels of what is asked for, and their look: all that it takes to draw them in another process.

    ``cache`` is the folder that keeps cuts of fonts.
    """
    formatter = Formatter(study.language)
    named = frozenset(f"{asked}{words}{study}")  # also of languages that few fonts and figures know
    look = Look(
        size=size,
        regular=cuts_to_draw(theme.face("text", "Regular"), cache, named),
        strong=cuts_to_draw(theme.face("text", "Semibold"), cache, named),
        words=words,
        number=formatter.plain,
        percent=formatter.plain_percent,
    )
    alts = tuple(Alt(plain(alt), tuple(re.findall(r'data-result="([^"]+)"', alt))) for alt in asked.alts)
    kind = KINDS[asked.kind]
    visits = asked.visits or tuple(getattr(study, kind.over or "visits"))
    source = Asked(asked.names, asked.visit, visits, alts, study, cohort, results, look)
    return list(kind.panels(source)), look


def figure_block(svg: str, name: str, theme: Theme, share: float) -> str:
    """Return the Markdown of a drawn figure: raw HTML, so that page and figure share fonts and colours.

    ``share`` is that of the width of the text, which Word must be told.
    """
    drawing = skin(svg, theme.colours["light"].model_dump(), theme.families("text"))
    width = f"{int(100 * share)}%"
    opening = f'<figure class="figure" id="{name}" data-picture="figures/{name}.png" data-width="{width}">'
    return f"```{{=html}}\n{opening}\n{drawing}\n</figure>\n```\n"


def pictures(body: str) -> list[str]:
    """Return where the pictures of a filled document lie that Word will show."""
    return re.findall(r'<figure class="figure" id="[^"]*" data-picture="([^"]+)"', body)
