"""A new study from a spreadsheet: guessed, written into a folder that builds, and the guesses listed."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..errors import MOST_SHOWN as MOST_FAULTS
from ..errors import CohortpressError, DataError, Fault, OutputError, nearest
from ..figures.courses import MANY
from ..formatting import Formatter
from ..freshness import packaged_templates
from ..study import SCHEMA, STUDY_FILE, File, Study, parse_study
from ..summary_rows import summary_rows
from ..tables import dictionary as dictionaries
from ..tables import read_table, sheets
from ..tables.checks import without_summaries
from ..tables.table import Table
from ..unwritten import first_title
from .columns import decimal_comma
from .guess import INSTRUMENT, Guess, Source, guess, subject_column
from .obstacles import second_table

if TYPE_CHECKING:
    from ..cohort import Cohort

SKELETON = Path(str(files(__package__.rpartition(".")[0]) / "skeleton"))
EXAMPLE = SKELETON / "example.csv"
COPIED = {
    SKELETON / "_quarto.yml": "_quarto.yml",
    SKELETON / "Makefile": "Makefile",
    SKELETON / "gitignore": ".gitignore",
    SCHEMA: "report/study.schema.json",  # for editors, which know no installed package
}
# What the package itself has where people put what is theirs; a clone may hold more.
OF_THE_PACKAGE = {
    "themes": frozenset(["base", "billboard", "classic", "mono", "sidebar"]),
    "congress": frozenset(["acr.yml", "eular-2020.yml", "generic.yml", "pres.yml"]),
}
MOST_SHOWN, MOST_IN_TABLE, MOST_ROWS, MOST_COLUMNS = 3, 8, 12, 4
ROOM, P_COLUMN = 73, "100 pairs"  # letters beside the labels in a poster's table, and those of a p value


@dataclass(frozen=True)
class Started:
    """A new study: what it holds, what was guessed and where, what was not used, and what the data lack."""

    summary: str
    guesses: tuple[str, ...]
    unused: tuple[str, ...]
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        parts = [self.summary]
        for head, lines in (
            ("Guessed; look at it, and mend what is wrong:", self.guesses),
            ("Not used:", self.unused),
            ("To be mended in the data before the first build:", self.faults[:MOST_FAULTS]),
        ):
            parts += [head, *(f"  {line}" for line in lines)] if lines else []
        if len(self.faults) > MOST_FAULTS:
            parts.append(f"  ... and {len(self.faults) - MOST_FAULTS} more")
        if self.faults:
            again = "Mend the file, then run 'cohortpress new' again, into a new folder."
            parts.append(f"Without them the documents say less than they could. {again}")
        return "\n".join(parts)


def start(
    folder: Path, data: Sequence[Path] = (), subject: str | None = None, visit: str | None = None
) -> Started:
    """Write a study into ``folder``, which must not exist, from the files ``data``, or from an example.

    ``subject`` and ``visit`` name the columns that tell the subjects and their visits apart, where they are not
    recognised. Raises OutputError if the folder exists, DataError if no study is found in the data; then nothing is
    written.
    """
    if folder.exists():
        raise OutputError(Fault("There is something of this name already.", "Choose another name.", str(folder)))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as half:
        study = Path(half) / "study"
        (study / "data").mkdir(parents=True)
        for file in data or [EXAMPLE]:
            _copy(file, study / "data" / file.name)
        names = dict.fromkeys(f"data/{file.name}" for file in data or [EXAMPLE])
        try:
            started = _write(study, folder, _sources(study, names, subject, visit), synthetic=not data)
        except DataError as error:  # then there is no copy
            raise DataError(*(_of_their_own(fault, data) for fault in error.faults)) from None
        study.rename(folder)
    return started


def _of_their_own(fault: Fault, data: Sequence[Path]) -> Fault:
    """Return a fault that names the files that were given, not the copies of them that it was found in."""
    given = {f"data/{file.name}": str(file) for file in data or [EXAMPLE]}
    copies = re.compile("|".join(re.escape(name) for name in sorted(given, reverse=True)))
    problem, mend, where = (copies.sub(lambda name: given[name[0]], part) for part in astuple(fault))
    return Fault(problem, mend, where)


def how_to_build(folder: Path) -> str:
    """Return the command that builds a study, where its own Makefile would find none: no environment is active."""
    beside = [place / ".venv/bin/cohortpress" for place in [folder.resolve(), *folder.resolve().parents[:2]]]
    if shutil.which("cohortpress") or any(map(Path.is_file, beside)):
        return ""
    command = Path(sys.executable).with_name("cohortpress")
    named = [str(command)] if command.is_file() else [sys.executable, "-m", "cohortpress"]
    return f"Build it with: {shlex.join([*named, 'build', '--study', str(folder)])}\n"


def eject(folder: Path) -> list[Path]:
    """Copy the packaged templates into ``folder``/templates, where they can be changed, and return the files.

    Raises OutputError if there are some already.
    """
    target = folder / "templates"
    if target.exists():
        raise OutputError(Fault("There are templates already.", "Move them away first.", str(target)))

    def added(place: str, names: list[str]) -> set[str]:
        return set(names) - OF_THE_PACKAGE.get(Path(place).name, frozenset(names))

    shutil.copytree(packaged_templates(), target, ignore=added)
    return sorted(path for path in target.rglob("*") if path.is_file())


def _copy(file: Path, target: Path) -> None:
    try:
        shutil.copyfile(file, target)
    except OSError as error:
        raise DataError(Fault(f"The file cannot be read: {error.strerror}.", "", str(file))) from None


def _write(study: Path, folder: Path, sources: Iterable[Source], *, synthetic: bool) -> Started:
    """Write what the data in ``study`` tell; ``folder`` is where it will stand."""
    sources = list(sources)
    found = guess(sources, reserved_names())
    _keep_short(found)
    title = "An invented cohort" if synthetic else first_title(folder)
    context = {**vars(found), "title": title, "synthetic": synthetic, "mark": _marker(found)}
    environment = Environment(
        loader=FileSystemLoader(SKELETON), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False, block_start_string="<%", block_end_string="%>",
        variable_start_string="<<", variable_end_string=">>", comment_start_string="<#", comment_end_string="#>",
    )  # fmt: skip
    environment.filters |= {"flow": _flow}
    text = environment.get_template("study.yml.jinja").render(context)
    parsed = parse_study(text, str(STUDY_FILE))
    cohort, faults = _read(study, parsed)
    context |= _shown(found, parsed, cohort)
    for name in ("report/study.yml", "report/abstract.qmd", "report/poster.qmd", "README.md"):
        (study / name).parent.mkdir(exist_ok=True)
        template = environment.get_template(f"{Path(name).name}.jinja")
        (study / name).write_text(template.render(context), encoding="utf-8")
    for source, target in COPIED.items():
        shutil.copyfile(source, study / target)
    used = [source for source in sources if source.spec in found.data.values()]
    if faults:  # which a second table below the first explains
        faults = (*filter(None, (second_table(source.table) for source in used)), *faults)
    subjects = cohort.subjects if cohort else {subject for source in used for subject in source.ids} - {""}
    read = f"{_counted(len(subjects), 'subject')} in {_counted(sum(len(source.table.rows) for source in used), 'row')}"
    counted = [(len(found.visits), "visit"), (len(found.endpoints), "endpoint")]
    counted.append((len(found.characteristics), "characteristic"))
    return Started(
        f"{folder}: {', '.join([read, *(_counted(number, word) for number, word in counted)])}",
        tuple(f"{parsed.where(*path)}: {why}" for path, why in found.why.items()),
        tuple(f"{column}: {why}" for column, why in found.unused.items()),
        faults,
    )


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" + "s" * (number != 1)


def _sources(study: Path, data: Iterable[str], subject: str | None, visit: str | None) -> Iterator[Source]:
    """Yield the tables in which subjects can be told apart. Raises DataError if there is none.

    What is wrong in other tables is not asked: a sheet with a key is no data.
    """
    faults: list[Fault] = []
    found = False
    specs = [spec for file in data for spec in sheets(study, file)]
    tables = [(spec, table) for spec in specs if (table := _table(study, spec, faults))]
    if faults:
        raise DataError(*faults)
    columns = list(dict.fromkeys(column for _, table in tables for column in table.columns if column))
    for column in (subject, visit):
        if column is not None and column not in columns:
            mend = f"{nearest(column, columns)} Columns: {', '.join(columns)}.".strip()
            faults.append(Fault(f"There is no column '{column}'.", mend, ", ".join(data)))
    if faults:
        raise DataError(*faults)
    dictionary = next((table.file for _, table in tables if table.head[:1] == (dictionaries.NAME,)), None)
    for spec, table in tables:
        if table.file == dictionary:
            continue
        if dictionary:
            spec = spec.model_copy(update={"dictionary": dictionary})
            table = read_table(study, spec, []) or table
        comma = decimal_comma(table) if table.sheet else ""
        if comma:
            spec = spec.model_copy(update={"decimal": ","})
        for rows in _instruments(table, spec):
            wrong: list[Fault] = []
            part = read_table(study, rows, wrong)
            words: list[str] = []
            if part and (ids := subject or next((c for c in part.columns if c), None)) and ids in part:
                part, words = without_summaries(part, ids)
            if part and part.rows and (column := subject or subject_column(part)) and column in part:
                found = True
                faults += wrong
                summed = summary_rows(part.text(column))
                # Their values are no measurements, nor are those of a row without a subject, which the cohort refuses.
                part = part.without(column, summed | {""})
                when = visit if visit in part else None
                yield Source(rows, part, column, when, tuple(sorted(summed)), comma, tuple(words))
    if faults:
        raise DataError(*faults)
    if not found:
        mend = f"Name the one that does with --subject. Columns: {', '.join(columns)}."
        raise DataError(Fault("No column tells the subjects apart.", mend, ", ".join(data)))


def _table(study: Path, spec: File, faults: list[Fault]) -> Table | None:
    """Return a table, whatever is wrong in it; what cannot be read at all is a fault."""
    wrong: list[Fault] = []
    table = read_table(study, spec, wrong)
    faults += [] if table else wrong
    return table


def _instruments(table: Table, spec: File) -> list[File]:
    """Return how to read the rows of each repeated instrument of a REDCap export, and those of none."""
    column = next((column for column in table.columns if INSTRUMENT.fullmatch(column)), None)
    if column is None or len(set(table.text(column))) < 2:
        return [spec]
    return [spec.model_copy(update={"only": {column: value}}) for value in sorted(set(table.text(column)))]


def reserved_names() -> set[str]:
    """Return the names that documents use for other things: the macros and words of the templates."""
    texts = [path.read_text(encoding="utf-8") for path in packaged_templates().rglob("*.jinja")]
    names = {name for text in texts for name in re.findall(r"\{%-?\s*(?:macro|set)\s+(\w+)", text)}
    return names | {"draw", "qr_code", "range", "dict", "namespace"}


def _keep_short(found: Guess) -> None:
    """Let the table of characteristics hold as many rows as a page has room for."""
    rows = 0
    for spec in found.characteristics.values():
        categories = spec.get("categories", {})
        rows += 1 if "yes" in categories else len(categories) or 1
        if rows > MOST_ROWS:
            spec["listed"] = False


def _marker(found: Guess) -> Any:
    return lambda *path: "   # guessed" if path in found.why else ""


def _flow(value: Any) -> str:
    """Return a value as YAML in one line."""
    if isinstance(value, File):
        kept = value.model_dump(exclude_defaults=True)
        value = kept["file"] if len(kept) == 1 else kept
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def _read(study: Path, parsed: Study) -> tuple[Cohort | None, tuple[Fault, ...]]:
    from ..cohort import read_cohort

    try:
        return read_cohort(study, parsed), ()
    except CohortpressError as error:
        return None, error.faults


def _room(study: Study, cohort: Cohort | None) -> int:
    """Return how many visits the table of a poster has room for, beside the labels of its rows."""
    widest = 0
    for name, values in cohort.values.items() if cohort else ():
        low, high = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
        texts = [Formatter(study.language).number(end, study.endpoints[name].decimals) for end in (low, high, high)]
        widest = max(widest, len("{} ({}–{})".format(*texts)))
    return min(MOST_COLUMNS, max(2, (ROOM + len(P_COLUMN)) // (widest + len(P_COLUMN))))


def _shown(found: Guess, study: Study, cohort: Cohort | None) -> dict[str, Any]:
    """Return what the documents show: the endpoints, the visit that counts most, who took part."""
    names = list(study.endpoints)
    pairs = {
        visit: sum(cohort.paired(name, study.baseline, visit).baseline.size for name in names[:MOST_SHOWN])
        if cohort
        else 0
        for visit in study.followups
    }
    # The last one counts, unless many were lost on the way to it.
    main = next(visit for visit in reversed(pairs) if 3 * pairs[visit] >= 2 * max(pairs.values()))
    others = [visit for visit in sorted(study.followups, key=lambda visit: -pairs[visit]) if visit != main]
    columns = {study.baseline, main, *others[: _room(study, cohort) - 2]}
    numeric = {name for name, spec in study.characteristics.items() if spec.categories is None}
    sexes = {name: spec.categories or {} for name, spec in study.characteristics.items()}
    age = next((name for name in numeric if name.startswith("age")), "")
    return {
        "shown": names[:MOST_SHOWN],
        "many": len(cohort.subjects) > MANY if cohort else False,
        "main": main,
        "table": names[:MOST_IN_TABLE],
        "columns": [visit for visit in study.visits if visit in columns],
        "women": next((name for name, categories in sexes.items() if {"women", "men"} <= categories.keys()), ""),
        "age": age,
        "age_unit": study.characteristics[age].unit if age else "",
        "events": bool(study.data.adverse_events),
    }
