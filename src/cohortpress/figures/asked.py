"""What an author asks for with ``{{ figure(...) }}``, and what a kind of figure makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .canvas import Look, Panel, Text

if TYPE_CHECKING:
    from ..cohort import Cohort
    from ..result import Result, ResultSet
    from ..study import Study


@dataclass(frozen=True)
class Alt:
    """An alternative text, and the results that it prints, in order."""

    text: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """The names that a figure is of, the visit if it is of one, an alternative text a panel, and the study's data.

    ``visits`` are those that a figure over time shows, in the order of study.yml.
    """

    names: tuple[str, ...]
    visit: str | None
    visits: tuple[str, ...]
    alts: tuple[Alt, ...]
    study: Study
    cohort: Cohort
    results: ResultSet
    look: Look

    def printed(self, id_: str) -> Text:
        """Return a result as it prints, empty where it does not exist."""
        return Text(self.results[id_].text or "", f"result={id_}")

    def share(self, id_: str) -> tuple[Text, ...]:
        """Return "n/N" of a share."""
        return self.printed(f"{id_}.n"), Text("/"), self.printed(f"{id_}.total")


@dataclass(frozen=True)
class Kind:
    """A kind of figure.

    ``of`` is what it shows, a part of study.yml (None: the whole cohort); ``at_a_visit`` tells whether it must, may
    or cannot be of one visit. ``over`` is what an author may leave visits out of: all of them, of which the baseline
    must stay, or the follow-ups (None: neither). ``alts`` returns, of (things, visit), the arguments of the macro
    ``<kind>_alt`` for each panel; where visits were chosen it is given these as ``visits``, too. What
    ``shows_subjects`` is refused where the study publishes aggregates only. A panel that is alone gets the ``whole``
    width only where the kind needs it.
    """

    panels: Callable[[Asked], Sequence[Panel]]
    alts: Callable[[Sequence[Any], Any], Sequence[Sequence[Any]]]
    of: Literal["endpoints", "responses"] | None = "endpoints"
    at_a_visit: Literal["must", "may", "no"] = "no"
    over: Literal["visits", "followups"] | None = None
    shows_subjects: bool = False
    whole: bool = False


def each_alone(things: Sequence[Any], visit: Any) -> Sequence[Sequence[Any]]:
    """Give each thing a panel of its own, over all visits."""
    return [(thing,) for thing in things]


def each_at_visit(things: Sequence[Any], visit: Any) -> Sequence[Sequence[Any]]:
    """Give each thing a panel of its own, at the visit."""
    return [(thing, visit) for thing in things]


def value(result: Result) -> float | None:
    """Return the number that a result is, None where there is none."""
    return float(result.value) if isinstance(result.value, int | float) else None
