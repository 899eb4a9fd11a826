"""What study a spreadsheet holds: who, when and what, as far as heads and cells tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import DataError, Fault
from ..study import OF_A_BRANCH, RESERVED, Characteristic, Endpoint, File
from ..summary_rows import odd_ids
from ..tables.checks import series_column
from ..tables.dates import days
from ..tables.table import Table
from .columns import MOST_CATEGORIES, SEX, YES_NO, Kind, kind_of, meanings
from .headings import UNITS, Heading, label, read_heading, slug, time_of, within_a_sentence
from .obstacles import not_numbers, obstacles, visits_apart
from .schedule import NOT_KNOWN, Planned, schedule, windows


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


SUBJECT = _words(
    r"(u?subj(ect)?|patient|pat|pt|participant|proband|person|record|case|pseudonym|study|"
    r"volunteer|child|infant|newborn|animal|rat|mouse|dog|pig|rabbit)?[\W_]*"
    r"(id|no|nr|num|number|code|identifier|name)?\.?"
)
# What a column of ids calls those who were studied, where not patients.
PARTICIPANTS = {
    "participant": "participants", "volunteer": "volunteers", "child": "children", "infant": "infants",
    "newborn": "newborns", "animal": "animals", "rat": "rats", "mouse": "mice", "dog": "dogs", "pig": "pigs",
    "rabbit": "rabbits", "chick": "chicks",
}  # fmt: skip
VISIT = _words(
    r"a?visit|visite|visit[ _]?(name|nr|no)|redcap_event_name|event[ _]?name|time[ _]?point|time|period|phase|wave|"
    r"session|(time[ _])?(h|hrs?|(minute|hour|week|month|day|year)s?)([ _](after|post|since)[ _].*)?|"
    r"monat|woche|tag|stunde|jahr|maand|dag|uur|mois|semaine|jour|heure|"
    r"follow[ _-]?up|fu|moment|zeitpunkt|tijdstip|a?visitn(um)?|group|"
    r"film|scan|exam(ination)?|assessment"
)
AGE = _words(r"age( (at|when|on) .*)?")
DAY = _words(r"(study|visit|rel)?[ _.]?days?|a?dy|day[ _.]?number")
VARIABLE = _words(r"paramcd|parameter|param|test|analyte|variable|measure(ment)?|lbtestcd")
VALUE = _words(r"aval|value|result|lbstresn|wert|waarde")
INSTRUMENT = _words(r"(redcap_)?repeat[ _]instrument")  # of REDCap
# Numbers that measure nothing.
OF_THE_FILE = _words(
    r"redcap_.*|repeat (instrument|instance)|data access group|.*_complete|complete\?|obs|row|index|nr|no|studyid|"
    r"a?visitn(um)?|paramn?|.*seq|anl\d+fl|dtype|ablfl|.*rfl"
)
TERM = _words(r"(ae)?[ _]?term|aedecod|adverse[ _]?(event|reaction)s?|event|ae|reaction|complaint")
ONSET = _words(r"onset.*|(ae)?[ _]?(onset|st|start)?[ _]?(dy|hours?|days?|weeks?|months?|time)")
HIGHER_IS_BETTER = _words(
    r".*(strength|grip|fev|fvc|lvef|ejection|function|quality|qol|ha?emoglobin|\bhb\b|egfr|walk|6mwd|vision|acuity|"
    r"albumin|platelet|hdl|sleep|well.?being|\b(sf-?(36|12)|eq-?5d|kccq|mmse|moca|barthel|karnofsky)\b).*"
)
LOWER_IS_BETTER = _words(
    r".*(pain|fatigue|stiffness|tender|swollen|depression|anxiety|disability|symptom|seizure|relapse|creatinine|"
    r"cholesterol|\b(crp|c-reactive protein|esr|haq|das|das28|asdas|basdai|sledai|hba1c|ldl|bdi|phq-?9|bnp)\b).*"
)
# Heads of a German file, whose nouns keep their capitals.
GERMAN = _words(
    r".*([\u00e4\u00f6\u00fc\u00df]|\b(alter|geschlecht|gewicht|zeit(punkt)?|visite|wert|vorher|nachher|"
    r"stunden?|tage?|wochen?|monate?|jahre?)\b).*"
)
# Words in heads that one language has alone.
LANGUAGES = {
    ("German", "de"): _words(
        r".*\b(alter|geschlecht|gewicht|gr\u00f6\u00dfe|zeit(punkt)?|wert|vorher|nachher|stunden?|tage?|wochen?|monate?n?|jahre?n?|"
        r"beginn|schmerz(en)?|blutdruck|diagnose|dauer|erkrankung|raucher|griffkraft|m\u00fcdigkeit)\b.*"
    ),
    ("Dutch", "nl"): _words(
        r".*\b(leeftijd|geslacht|gewicht|lengte|tijd(stip)?|waarde|weken|maand(en)?|jaar|pijn|bloeddruk|roker|ziekteduur|"
        r"meting|pati\u00ebnt|aanvang|uur|uren|nulmeting)\b.*"
    ),
    ("French", "fr"): _words(
        r".*\b(sexe|poids|taille|temps|valeur|jours?|semaines?|mois|ans|douleur|visite|inclusion|tabac|fumeur|heures?|"
        r"d\u00e9but|dur\u00e9e|\u00e2ge|tension)\b.*"
    ),
}
FOREIGN = 2  # heads with such a word, at least
# Columns whose 0 and 1 are codes, and no answers.
OF_GROUPS = _words(r".*\b(arm|group|treatment|allocation|cohort|cent(er|re)|site|sex|gender|gruppe|geschlecht|groep|"
                   r"geslacht|groupe|bras|sexe|type|stage|grade)\b.*")  # fmt: skip
SEXES = _words("[fwv][^a-z0-9]?[mh]|[mh][^a-z0-9]?[fwv]")  # heads such as M/F
SPARSE = 0.25  # of the subjects
MOST_ENDPOINTS = 12
BEFORE_AND_AFTER = "give what was before and after a column each"
DIGIT = re.compile(r"\d")
FEW = 0.1  # of the rows, which may be amiss


@dataclass(frozen=True)
class Source:
    """A table that was found, how to read it again, the column of the subjects, and that of the visits if named."""

    spec: File
    table: Table
    subject: str
    visit: str | None = None
    summaries: tuple[str, ...] = ()  # ids of rows that sum up others; the table is without them
    comma: str = ""  # a cell with a decimal comma, where the program stored it as text
    unnamed: tuple[str, ...] = ()  # words of rows without an id that sum up others; the table is without them

    @property
    def ids(self) -> tuple[str, ...]:
        return self.table.text(self.subject)

    @property
    def repeats(self) -> bool:
        return len(set(self.ids)) < len(self.ids)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        return {column: kind_of(self.table, column) for column in self.table.columns if column}

    def heading(self, column: str) -> Heading:
        return read_heading(column, self.table.titles.get(column, ""))


@dataclass
class Guess:
    """The parts of a study.yml, by their keys; ``why`` is what was guessed at a key, ``unused`` what was not used."""

    data: dict[str, Any]
    participants: dict[str, str] = field(default_factory=dict)
    visits: dict[str, dict[str, Any]] = field(default_factory=dict)
    endpoints: dict[str, dict[str, Any]] = field(default_factory=dict)
    characteristics: dict[str, dict[str, Any]] = field(default_factory=dict)
    why: dict[tuple[str, ...], str] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    german: bool = False
    taken: set[str] = field(default_factory=lambda: {*RESERVED, *OF_A_BRANCH, *Endpoint.model_fields, "baseline"})

    def name(self, text: str) -> str:
        """Return a name for prose that nothing else has."""
        base = slug(text) or "variable"
        name, number = base, 2
        while name in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name


def subject_column(table: Table) -> str | None:
    """Return the column that tells the subjects apart, if there is one."""
    different = {c: len(set(table.text(c))) for c in table.columns if c}
    empty = {c: table.text(c).count("") for c in different}
    most = max(1, FEW * len(table.rows))
    named = [column for column in different if SUBJECT.fullmatch(column) and empty[column] <= most]
    if named:  # a study has a number too, but one for all
        return max(named, key=lambda column: (not empty[column], different[column]))
    first = next((column for column in different if not empty[column]), None)
    return first if first and different[first] == len(table.rows) > 1 else None


def guess(sources: Sequence[Source], reserved: Iterable[str]) -> Guess:
    """Return the study that ``sources`` hold: the one with most measurements, and others that add to it.

    ``reserved`` are names that a document cannot use. Raises DataError if no measurements are found.
    """
    guesses = [(source, _measurements(source, reserved)) for source in sources]
    main, best = max(guesses, key=lambda pair: len(pair[1].endpoints))
    if not best.endpoints or len(best.visits) < 2:
        apart = visits_apart([source.table for source in sources if not source.repeats])
        if reasons := [apart] if apart else obstacles(main.table, main.kinds):
            problem = "No measurement is found at two visits or more. This stands in the way:"
            raise DataError(Fault(problem, "", main.table.where), *reasons)
        mend = (
            "Name the columns like 'Patient', 'Visit', 'CRP (mg/l)' with a row a visit, or 'CRP baseline', "
            "'CRP 6 months' with a row a patient; or name that of the visits with --visit. "
            f"Columns: {', '.join(filter(None, main.table.columns))}."
        )
        raise DataError(Fault("No measurement is found at two visits or more.", mend, main.table.where))
    for source, own in guesses:
        if source is main or not set(source.ids) & set(main.ids) or source.subject != main.subject:
            continue
        filled = [column for column, kind in source.kinds.items() if kind.name != "empty"]
        term = next((column for column in filled if TERM.fullmatch(column)), None)
        if term and "adverse_events" not in best.data:
            numbers = (column for column in filled if source.kinds[column].name == "number")
            onset = next((column for column in numbers if ONSET.fullmatch(column)), "")
            unit = next((f"{unit}s" for unit in UNITS if unit in onset.lower().replace("dy", "day")), "months")
            best.data |= {"adverse_events": source.spec, "term": term}
            best.data |= {"onset": onset, "onset_unit": unit} if onset else {}
            best.why["data", "adverse_events"] = f"one row an event, '{term}' says which"
        elif own.endpoints:
            mend = f"put the columns of both beside each other; read is {main.table.where}"
            best.unused[source.table.where] = f"a second table of measurements ({', '.join(own.endpoints)}); {mend}"
        elif lacking := sorted(set(main.ids) - set(source.ids)):
            more = " ..." if len(lacking) > 1 else ""
            best.unused[source.table.where] = f"it lacks the subject '{lacking[0]}'{more} of {main.table.where}"
        elif not source.repeats and "subjects" not in best.data:
            best.data["subjects"] = source.spec
            best.why["data", "subjects"] = "one row a subject"
            _characteristics(best, source, [column for column in filled if column != source.subject])
    return best


def _measurements(source: Source, reserved: Iterable[str]) -> Guess:
    found = Guess({"visits": source.spec, "subject_id": source.subject})
    found.german = any(GERMAN.fullmatch(re.sub("[_.]", " ", column)) for column in source.kinds)
    if told := _language(source.kinds):
        found.why["language",] = "the names of the columns look {}. Then write language: {}".format(*told)
    found.taken |= {*reserved, source.subject, "reason"}
    found.why["data", "subject_id"] = f"'{source.subject}' tells the subjects apart"
    if odd := odd_ids(source.ids):
        found.why["data", "subject_id"] += f". Is {' or '.join(map(repr, odd))} one? If not, write skip_subjects"
    if source.unnamed:
        rows = ", ".join(map(repr, source.unnamed))
        which = "A row" if len(source.unnamed) == 1 else "Rows"
        found.why["data", "subject_id"] += f". {which} without one ({rows}) {_sums_up(source.unnamed)}"
    if source.comma:
        found.why["data", "visits"] = f"'{source.comma}' and its like are text with a decimal comma, read as numbers"
    if source.summaries:
        found.data["skip_subjects"] = list(source.summaries)
        rows = ", ".join(map(repr, source.summaries))
        found.why["data", "skip_subjects"] = f"{rows} {_sums_up(source.summaries)}"
    if (one := re.split(r"[\W_]", source.subject.lower())[0]) in PARTICIPANTS:
        found.participants |= {"one": one, "many": PARTICIPANTS[one]}
    if source.repeats:
        _long(found, source)
    if not found.visits:  # a subject that stands twice is a fault, once the columns are known
        _wide(found, source)
    return found


def _sums_up(rows: Sequence[str]) -> str:
    return "sums up the others, and is left out" if len(rows) == 1 else "sum up the others, and are left out"


def _language(heads: Iterable[str]) -> tuple[str, str] | None:
    """Return the language other than English that several heads have words of, and its code."""
    plain = [re.sub(r"[\W_]+", " ", head) for head in heads]
    counts = {told: sum(words.fullmatch(head) is not None for head in plain) for told, words in LANGUAGES.items()}
    most = max(counts, key=counts.__getitem__)
    return most if counts[most] >= FOREIGN else None


# -- one row a subject


def _wide(found: Guess, source: Source) -> None:
    heads = {column: source.heading(column) for column in source.kinds if column != source.subject}
    groups: dict[str, list[Heading]] = {}
    for head in heads.values():
        if head.when:
            groups.setdefault(head.stem.casefold(), []).append(head)
    times = Counter(frozenset(head.when for head in group) for group in groups.values())
    kinds = {c: kind for group in groups.values() for c, kind in _kinds(source, group).items()}
    series = [group for group in groups.values() if _is_series(group, kinds, times)]
    visits, others, sure = schedule(list(dict.fromkeys(head.when for group in series for head in group)))
    names = _visits(found, visits, sure)
    of = {word: name for name, visit in zip(names, visits, strict=True) for word in visit.words}
    for group in series:
        columns = {of[head.when]: head.column for head in group if head.when in of}
        ordered = {name: columns[name] for name in names if name in columns}
        _endpoint(found, group[0], ordered, [kinds[head.column] for head in group])
    used = {head.column for group in series for head in group}
    found.unused |= {head.column: others[head.when] for group in series for head in group if head.when in others}
    for group in groups.values():
        of_group = {head.column: kinds[head.column] for head in group if not head.compact}
        odd = {c: fault for c, kind in of_group.items() if (fault := not_numbers(source.table, c, kind))}
        for column in of_group if odd and len(of_group) > 1 else ():
            used.add(column)
            fault = odd.get(column)
            found.unused[column] = f"{fault.problem} {fault.mend}" if fault else f"as '{next(iter(odd))}' is not"
    _characteristics(found, source, [column for column in heads if column not in used])


def _kinds(source: Source, group: Sequence[Heading]) -> dict[str, Kind]:
    """Return what the columns of one variable hold: beside one of numbers others are of numbers, slips or not."""
    kinds = {head.column: source.kinds[head.column] for head in group}
    if all(kind.name != "number" for kind in kinds.values()):
        return kinds
    return {c: _of_numbers(source, c, kind) for c, kind in kinds.items()}


def _of_numbers(source: Source, column: str, kind: Kind) -> Kind:
    """Return the kind of a column that is expected to be of numbers: that, if few cells are none."""
    again = kind_of(source.table, column, of_numbers=True) if kind.name in ("text", "category") else kind
    return again if again.name == "number" else kind


def _is_series(group: Sequence[Heading], kinds: Mapping[str, Kind], alike: Mapping[frozenset[str], int]) -> bool:
    """Tell whether columns are one variable at several visits.

    ``alike`` counts the groups of columns by their times: wl1, wl2, wl3 beside se1, se2, se3 are two variables, IL6 and
    IL8 alone are none.
    """
    times = frozenset(head.when for head in group)
    return (
        1 < len(times) == len(group)
        and all(kinds[head.column].name in ("number", "empty") for head in group)
        and (not any(head.compact for head in group) or "0" in times or alike[times] > 1)
    )


# -- several rows a subject


def _long(found: Guess, source: Source) -> None:
    table = source.table
    variable, value = (next((c for c in table.columns if p.fullmatch(c)), None) for p in (VARIABLE, VALUE))
    tall = variable is not None and value is not None
    keys = [table.text(variable)] if variable and tall else []
    if visit := _visit_column(source, keys):
        _named(found, source, visit)
        if dates := [c for c, kind in source.kinds.items() if kind.name == "date" and not _is_constant(source, c)]:
            found.data["date"] = dates[0]
            found.why["data", "date"] = f"'{dates[0]}' tells whether the visits are in order"
    elif day := _day_column(source):
        _dated(found, source, day)
    elif age := _age_column(source, keys):
        _named(found, source, age, unit="year")
    else:
        return
    when = visit or day or age
    rest = {
        c: kind if kind.name == "number" or _is_constant(source, c) else _of_numbers(source, c, kind)
        for c, kind in source.kinds.items()
        if c not in (source.subject, when, variable, value)
    }
    if when and (series := series_column(table, source.ids, table.text(when), *keys)):
        found.unused[series] = "several series of a subject, of which the study is to hold one"
        rest.pop(series, None)
    constant = [column for column in rest if _is_constant(source, column)]
    if variable and value and tall:
        found.data |= {"parameter": variable, "value": value}
        for code in list(dict.fromkeys(filter(None, table.text(variable))))[:MOST_ENDPOINTS]:
            part = table.only(variable, code)
            title = next(iter(part.text("PARAM")), "") or code
            if (kind := kind_of(part, value, of_numbers=True)).name == "number":
                _endpoint(found, read_heading(title), code, [kind], name=code)
    else:
        for column, kind in rest.items():
            if column in constant or kind.name != "number" or OF_THE_FILE.fullmatch(column):
                continue
            if set(kind.cells) <= {"0", "1"}:
                found.unused[column] = f"yes or no at each visit; {BEFORE_AND_AFTER} and compare them by yes_no_changes"
            else:
                _endpoint(found, source.heading(column), column, [kind])
    others = [column for column, kind in rest.items() if column in constant or kind.name != "number"]
    _characteristics(found, source, others, constant)


def _visit_column(source: Source, keys: Sequence[tuple[str, ...]]) -> str | None:
    table = source.table
    if source.visit:
        return source.visit
    named = [c for c in source.kinds if VISIT.fullmatch(source.heading(c).whole) or _are_times(table.text(c))]
    named = [c for c in named if _could_be_visits(source, c, keys)] or [
        c for c in named if _could_be_visits(source, c, keys, amiss=FEW)  # a visit may stand twice, by mistake
    ] or [c for c in named if series_column(table, source.ids, table.text(c), *keys)]
    return max(named, key=lambda c: sum(time_of(cell) is not None for cell in set(table.text(c))), default=None)


def _age_column(source: Source, keys: Sequence[tuple[str, ...]]) -> str | None:
    """Return the column of ages at which everybody was seen, as in studies of growth, if there is one."""
    ages = [c for c in source.kinds if AGE.fullmatch(source.heading(c).whole) and _could_be_visits(source, c, keys)]
    shared = (c for c in ages if 2 * len(source.ids) >= len(set(source.table.text(c))) * len(set(source.ids)))
    return next(shared, None)


def _could_be_visits(source: Source, column: str, keys: Sequence[tuple[str, ...]], amiss: float = 0) -> bool:
    """Tell whether a column tells the rows of a subject apart, but for a part of them that is ``amiss``."""
    cells = source.table.text(column)
    rows = list(zip(source.ids, cells, *keys, strict=True))
    apart = len(rows) - len(set(rows)) <= amiss * len(rows)
    return column != source.subject and 1 < len(set(cells) - {""}) <= 24 and apart


def _are_times(cells: Iterable[str]) -> bool:
    times = [time_of(cell) for cell in set(cells) - {""}]
    return all(times) and any(time and time.count is None for time in times)


def _day_column(source: Source) -> str | None:
    dates = [c for c, kind in source.kinds.items() if kind.name == "date" and not _is_constant(source, c)]
    numbers = [c for c, kind in source.kinds.items() if kind.name == "number" and DAY.fullmatch(c)]
    return next(iter([*dates, *numbers]), None)


def _is_constant(source: Source, column: str) -> bool:
    cells = source.table.text(column)
    said = meanings(set(cells))
    known = {(who, said[cell]) for who, cell in zip(source.ids, cells, strict=True) if cell}
    return len(known) == len({subject for subject, _ in known})


def _named(found: Guess, source: Source, column: str, unit: str = "") -> None:
    """Take the visits from the words of a column; its head, or ``unit``, tells what numbers count."""
    cells = source.table.text(column)
    visits, others, sure = schedule(list(dict.fromkeys(filter(None, cells))), f"{column} {unit}".strip())
    found.data["visit"] = column
    found.why["data", "visit"] = f"'{column}' tells the visits apart"
    if others:
        found.data["skip_visits"] = list(others)
        found.why["data", "skip_visits"] = "visits whose time is not known are left out"
        if placed := {f"{column} {word}": why for word, why in others.items() if why != NOT_KNOWN}:
            found.why["data", "skip_visits"] = f"{', '.join(map(repr, others))}: left out"
            found.unused |= placed
    _visits(found, visits, sure)


def _dated(found: Guess, source: Source, column: str) -> None:
    """Take the visits from dates, or days: where many subjects have one."""
    day, are_dates = days(source.table, column, [])
    number = np.unique(np.array(source.ids, dtype=np.str_), return_inverse=True)[1]
    first = np.full(number.max() + 1, np.inf if are_dates else 0.0)
    if are_dates:
        np.fmin.at(first, number, day)
    known = ~np.isnan(day)
    since = zip(number[known].tolist(), (day - first[number])[known].tolist(), strict=True)
    found.data["date"] = column
    counted = "each subject's first date is day 0" if are_dates else "its numbers are days since the start"
    found.why["data", "date"] = f"'{column}' tells when; {counted}"
    _visits(found, windows(since), sure=False)


def _visits(found: Guess, visits: Sequence[Planned], sure: bool) -> list[str]:
    """Enter the visits, and return their names."""
    names: list[str] = []
    for visit in visits:
        name = "baseline" if not names and visit.name == "baseline" else found.name(visit.name)
        names.append(name)
        found.visits[name] = {"label": visit.label, **visit.time}
        if "visit" in found.data and visit.words != (name,):
            found.visits[name]["value"] = visit.words[0] if len(visit.words) == 1 else list(visit.words)
        if visit.days:
            found.visits[name]["days"] = list(visit.days)
            found.why["visits", name] = f"{visit.label}: the nearest value of days {visit.days[0]} to {visit.days[1]}"
        elif not sure:
            said = " ".join(f"{unit} {number}" for unit, number in visit.time.items()) or "a visit, in this order"
            found.why["visits", name] = f"'{visit.words[0]}' is taken for {said}"
    return names


def _endpoint(found: Guess, head: Heading, column: str | dict[str, str], kinds: Sequence[Kind], name: str = "") -> None:
    """Enter a variable that is measured at each visit."""
    of_one = isinstance(column, str)
    text = label(head.whole if of_one else head.stem)
    text = text if found.german else within_a_sentence(text)
    if len(found.endpoints) == MOST_ENDPOINTS:
        found.unused[text] = f"more than {MOST_ENDPOINTS} endpoints"
        return
    name = found.name(name or text)
    sides = {"higher": HIGHER_IS_BETTER, "lower": LOWER_IS_BETTER}
    better = next((side for side, words in sides.items() if words.fullmatch(text)), "")
    text += f" ({head.span})" if head.span else ""
    spec: dict[str, Any] = {"label": text} | ({"unit": head.unit} if head.unit else {})
    spec |= {"decimals": max(kind.decimals for kind in kinds)}
    spec |= {"direction": f"{better}_is_better" if better else "neither"}
    limits = sorted(frozenset().union(*(kind.limits for kind in kinds)))
    spec |= {"limit_of_detection": float(limits[0])} if len(limits) == 1 else {}
    spec |= {"scale": "log"} if any(kind.log for kind in kinds) and all(kind.positive for kind in kinds) else {}
    spec |= {"column": column} if column != name else {}
    found.endpoints[name] = spec
    _missing(found, kinds)
    found.why["endpoints", name] = ", ".join(filter(None, [
        text, head.unit or ("" if head.span else "no unit found"), f"decimals: {spec['decimals']}",
        f"'<' at the limit of detection {limits[0]}" if len(limits) == 1 else "",
        f"'<' at several limits of detection ({', '.join(limits)}): each cell has its own" if limits[1:] else "",
        f"{better} is better" if better else "direction: neither. IS ONE SIDE BETTER? Then write lower_is_better or "
        "higher_is_better",
    ]))  # fmt: skip


def _characteristics(
    found: Guess, source: Source, columns: Iterable[str], constant: Iterable[str] | None = None
) -> None:
    """Enter what describes the subjects, and say of the rest why it does not."""
    for column in columns:
        kind, head = source.kinds[column], source.heading(column)
        if OF_THE_FILE.fullmatch(column) or kind.name == "empty":
            continue
        changes = constant is not None and column not in constant
        if any(cell.startswith("=") for cell in kind.cells):
            found.unused[column] = "formulas without stored values; open the file in its program, save it, begin anew"
        elif len(kind.cells) < 2:
            filled, rows = kind.cells.total(), len(source.ids)
            found.unused[column] = "the same in everybody" if filled == rows else f"filled in {filled} of {rows} rows"
        elif (kind.name == "text" or changes) and (fault := not_numbers(source.table, column, kind)):
            found.unused[column] = f"{fault.problem} {fault.mend}"
        elif changes and set(meanings(kind.cells).values()) == {"yes", "no"}:
            found.unused[column] = f"yes or no at each visit; {BEFORE_AND_AFTER} and compare them by yes_no_changes"
        elif changes:
            found.unused[column] = f"it changes between visits, and is no number; {BEFORE_AND_AFTER}"
        elif kind.name == "category" and (told := _told_of(source, column)) < SPARSE * len(set(source.ids)):
            found.unused[column] = f"filled in {told} of {len(set(source.ids))} subjects"
        elif kind.name in ("date", "text"):
            found.unused[column] = "dates" if kind.name == "date" else "free text"
        elif column not in (found.data.get("date"), found.data.get("visit")):
            text = "Sex" if SEXES.fullmatch(head.whole) else label(head.whole)
            name = found.name(text)
            text += f" ({head.span})" if head.span else ""
            found.characteristics[name] = {"label": text} | _values(kind, head.unit, name)
            found.characteristics[name] |= {"column": column} if column != name else {}
            _missing(found, [kind])
            coded = found.characteristics[name].get("categories", {}) if kind.name == "number" else {}
            if coded.keys() - {"yes", "no"}:
                asked = f"WHAT DO THEY MEAN? Then write labels: {{{', '.join(f'{code}: ...' for code in coded)}}}"
                found.why["characteristics", name] = f"'{column}' has {' and '.join(coded.values())}. {asked}"
            if codes := _codes(kind):
                said = f"'{column}' is taken for a measurement; are {codes} codes? Then write categories"
                found.why["characteristics", name] = said
            if name == "age" and kind.name == "number" and not head.unit:
                found.characteristics[name]["unit"] = "years"
                found.why["characteristics", name] = "Age, taken for years"


def _values(kind: Kind, unit: str, name: str) -> dict[str, Any]:
    """Return what study.yml says of the values of a characteristic."""
    cells = sorted(kind.cells)
    if kind.name == "number" and not (kind.decimals == 0 and len(cells) == 2):
        return ({"unit": unit} if unit else {}) | ({"decimals": kind.decimals} if kind.decimals else {})
    if [cell.removesuffix(".0") for cell in cells] == ["0", "1"] and not OF_GROUPS.fullmatch(name.replace("_", " ")):
        return {"categories": {"yes": cells[1], "no": cells[0]}}
    said = meanings(cells)
    categories: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for cell in cells:
        code = f"{name}_{cell.removesuffix('.0')}" if kind.name == "number" else ""
        known = said[cell] if said[cell] in {*SEX.values(), *YES_NO.values()} else ""
        category = code or known or slug(cell) or "other"
        taken = OF_A_BRANCH | Characteristic.model_fields.keys()
        while category in taken or _differs(said, cell, categories.get(category, ())):
            category += "_"
        categories.setdefault(category, []).append(cell)  # F and female, Yes and yes
        # What a category is called in tables, where its name says it badly: TAU, >6 months, D-penicillamine.
        if kind.name != "number" and not known and not _reads_as(category, cell):
            labels.setdefault(category, cell)
    values = {"categories": {name: of[0] if len(of) == 1 else of for name, of in categories.items()}}
    return values | ({"labels": labels} if labels else {})


def _told_of(source: Source, column: str) -> int:
    """Return of how many subjects a column tells something."""
    cells, nothing = source.table.text(column), {"", *source.kinds[column].missing}
    return len({who for who, cell in zip(source.ids, cells, strict=True) if cell not in nothing})


def _codes(kind: Kind) -> str:
    """Return the values of a column of numbers that may be codes, as Diet 1 to 4: digits that repeat."""
    digits = sorted({cell.removesuffix(".0") for cell in kind.cells if cell not in kind.missing})
    few = 2 < len(digits) <= MOST_CATEGORIES and 2 * len(digits) <= kind.cells.total()
    return ", ".join(digits) if kind.name == "number" and few and all(map(DIGIT.fullmatch, digits)) else ""


def _differs(said: Mapping[str, str], cell: str, others: Sequence[str]) -> bool:
    """Tell whether a category stands for another value already: "1/2" and "1 2" have one name, and are two."""
    return any(said[other] != said[cell] for other in others)


def _reads_as(category: str, cell: str) -> bool:
    """Tell whether a category without a label reads as the cell does: it has the capitals of the cell."""
    return category.replace("_", " ") == cell.casefold()


def _missing(found: Guess, kinds: Iterable[Kind]) -> None:
    nothing = {cell for kind in kinds for cell in kind.missing} | set(found.data.get("missing", ()))
    if nothing:
        found.data["missing"] = sorted(nothing)
        found.why["data", "missing"] = f"{', '.join(map(repr, sorted(nothing)))}: taken for empty"
