"""A waterfall: the percent change of each subject at one visit, sorted, with the line that makes a responder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..glossary import headed
from .asked import Alt, Asked, Kind, each_at_visit, value
from .canvas import Panel, Pen, Room, Ruler, Text
from .labels import Label, Line, named, width, write
from .scale import Scale, linear
from .visits import Median

WIDEST = 2.4  # of a bar with the space to the next, in em
BAR, NARROW = 0.8, 0.4  # a bar's share of it, where it is wider than so many em; narrower ones touch


@dataclass(frozen=True)
class Bar:
    """The percent change of one subject; ``token`` is its colour."""

    change: float
    token: str


@dataclass(frozen=True)
class Rule:
    """A responder rule: the percent change that it asks for, its name, and how many of whom reached it."""

    change: float
    name: str
    count: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True)
class Waterfall(Panel):
    """One endpoint at one visit: bars in order, the worst first; ``count`` says of how many of the subjects."""

    bars: tuple[Bar, ...]
    median: Median | None
    rules: tuple[Rule, ...]
    count: tuple[Text, ...]

    @property
    def scale(self) -> Scale:
        middle = [self.median.value] if self.median else []
        return linear([0.0, *(bar.change for bar in self.bars), *(rule.change for rule in self.rules), *middle])

    def room(self, ruler: Ruler) -> Room:
        axis = ruler.widest([*map(ruler.look.percent, self.scale.ticks), ruler.look.words.n]) + 0.5 * ruler.em
        lines = [line for _, label in self._labels(ruler) for line in label]
        return Room(axis=axis, left=axis + 0.6 * ruler.em, right=width(lines, ruler) + 0.6 * ruler.em)

    def _labels(self, ruler: Ruler) -> Iterator[tuple[float, tuple[Line, ...]]]:
        """Yield the percent changes that have a name, and the lines of it."""
        if self.median:
            texts = Text(ruler.look.words.median), self.median.label
            yield self.median.value, tuple(Line((text,), "accent") for text in texts)
        for rule in self.rules:
            yield rule.change, (*named(rule.name, ruler, "axis=response"), Line(rule.count, "ink"))

    def draw(self, pen: Pen) -> None:
        em, scale, left = pen.em, self.scale, pen.room.axis
        bottom = 1.9 * em

        def y(percent: float) -> float:
            return bottom + (pen.top - bottom) * scale.share(percent)

        for tick in scale.ticks:
            pen.line((left, y(tick)), (pen.right, y(tick)), token="rule", width=4, z=1)
            label = Text(pen.look.percent(tick), "axis=value")
            pen.text(left - 0.5 * em, y(tick) - 0.33 * em, label, ha="right")
        slot = min((pen.right - pen.room.left) / max(len(self.bars), 1), WIDEST * em)
        for index, bar in enumerate(self.bars):
            x = pen.room.left + index * slot
            pen.box((x, y(0)), (x + (BAR if slot > NARROW * em else 1) * slot, y(bar.change)), token=bar.token, z=3)
        pen.line((left, y(0)), (pen.right, y(0)), token="muted", width=5, z=4)
        for rule in self.rules:
            pen.line((left, y(rule.change)), (pen.right, y(rule.change)), token="ink", width=6, z=5, dashes=(0, (1, 2)))
        if self.median:
            pen.line((left, y(self.median.value)), (pen.right, y(self.median.value)), token="accent", width=8, z=2)
        write(pen, pen.right + 0.6 * em, [Label(y(change), lines) for change, lines in self._labels(pen)], bottom)
        pen.text(left - 0.5 * em, 0.35 * em, pen.look.words.n, ha="right")
        pen.texts(pen.room.left, 0.35 * em, self.count, "ink")


def panels(asked: Asked) -> list[Waterfall]:
    """Return a panel an endpoint."""
    return [_panel(asked, name, alt) for name, alt in zip(asked.names, asked.alts, strict=True)]


def _panel(asked: Asked, name: str, alt: Alt) -> Waterfall:
    """Return the changes from the baseline to the visit, of those whose two values give a percentage."""
    from ..stats.response import percent_changes, responders

    study, visit = asked.study, asked.visit or ""
    endpoint, change = study.endpoints[name], f"{name}.{visit}.vs_baseline.percent_change"
    pairs, decimals = asked.cohort.paired(name, study.baseline, visit), asked.cohort.decimals[name]
    sign, sided = -1 if endpoint.direction == "higher_is_better" else 1, endpoint.direction != "neither"
    responses = {
        id_: rule for id_, rule in study.responses.items() if rule.endpoint == name and rule.improvement_percent
    }
    reached = [
        responders(
            pairs.baseline, pairs.followup, lower_is_better=sign > 0, threshold=rule.threshold, strict=rule.strict,
            percent=rule.improvement_percent, decimals=decimals, followup_below=pairs.followup_censored,
        ).responded.tolist()
        for rule in responses.values()
    ]  # fmt: skip
    percents = percent_changes(pairs.baseline, pairs.followup, decimals=decimals).tolist()
    # Of several rules none has a colour of its own: their lines tell them apart.
    accented = reached[0] if len(reached) == 1 else [False] * len(percents)
    bars = [
        Bar(percent, "accent" if responded else "worse" if sided and sign * percent > 0 else "course")
        for percent, responded in zip(percents, accented, strict=True)
        if percent == percent
    ]
    median = asked.results[f"{change}.median"]
    middle = value(median)
    first, then = study.visits[study.baseline].label, study.visits[visit].label
    return Waterfall(
        title=endpoint.title,
        note=asked.look.words.change.replace("{first}", first).replace("{visit}", then),
        alt=alt.text,
        alt_ids=alt.ids,
        bars=tuple(sorted(bars, key=lambda bar: -sign * bar.change)),
        median=None if middle is None else Median(middle, median.text or "", median.id),
        rules=tuple(
            Rule(-sign * (rule.improvement_percent or 0), headed(rule.label), asked.share(f"{id_}.{visit}"))
            for id_, rule in responses.items()
        ),
        count=(asked.printed(f"{change}.n"), Text("/"), asked.printed("cohort.n")),
    )


KIND = Kind(panels, each_at_visit, at_a_visit="must", shows_subjects=True)
