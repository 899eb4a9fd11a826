"""One value of the data changed at a time: every number that is printed then is again what it must be."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from independent import Independent
from jinja2 import FileSystemBytecodeCache
from jinja2.sandbox import ImmutableSandboxedEnvironment
from studies import cohortpress, language_of

from cohortpress.analysis import analyse
from cohortpress.analysis.derived import derive
from cohortpress.cohort import read_cohort
from cohortpress.formatting import format_results
from cohortpress.illustration import request
from cohortpress.study import Study, read_study
from cohortpress.templating import Filler
from cohortpress.verify import verify
from cohortpress.verify.page import read_page

PLACES = 100
SPAN = re.compile(r'\[((?:\\.|[^\[\]\\])*)\]\{\.result data-result="([^"]+)"\}')
WORDS = [
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
Cell = tuple[str, int, str]


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write_rows(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def cells(folder: Path, study: Study) -> list[Cell]:
    """Return every cell that holds a value which the study reports."""
    reported = {*study.endpoints, *study.characteristics, "onset"}
    return [
        (file, row, column)
        for file in study.data.files.values()
        for row, values in enumerate(rows_of(folder / file))
        for column in values
        if column in reported
    ]


def another_value(cell: str, column: str, study: Study, chance: random.Random) -> str:
    """Return another value that may stand there: as precise a number, a category, now and then none."""
    spec = study.characteristics.get(column)
    if spec and spec.categories:
        values = [value for category in spec.categories.values() for value in category]
        return chance.choice([value for value in values if value != cell])
    decimals = (
        len(cell.partition(".")[2])
        if cell
        else study.endpoints[column].decimals
        if column in study.endpoints
        else 0
    )
    if cell and chance.random() < 0.15:
        return ""
    largest = max(2 * float(cell or 0), 10)
    while True:
        value = f"{chance.uniform(0.1, largest):.{decimals}f}"
        if float(value) > 0 and value != cell:
            return value


def mutated(folder: Path, study: Study, chance: random.Random) -> Iterator[Cell]:
    """Yield cells at random, each with another value in it; all values are back afterwards."""
    places = cells(folder, study)
    while True:
        file, row, column = place = chance.choice(places)
        rows = rows_of(folder / file)
        before = rows[row][column]
        rows[row][column] = another_value(before, column, study, chance)
        write_rows(folder / file, rows)
        yield place
        rows[row][column] = before
        write_rows(folder / file, rows)


def printed(folder: Path, study: Study) -> Iterator[tuple[str, str]]:
    """Yield id and text of each result that the filled documents print, those in alternative texts too."""
    results = format_results(analyse(study, derive(study, read_cohort(folder, study))), study)

    def draw(kind: str, things: object, visit: object, visits: object) -> str:
        return "\n".join(request(kind, things, visit, visits, study, filler.sentence).alts)

    functions = {"draw": draw, "qr_code": str, "document": "poster", "_check_claim": lambda name: None}
    sources = (folder / f"report/{document}.qmd" for document in ("abstract", "poster"))
    both = "".join(source.read_text(encoding="utf-8").partition("\n---\n")[2] for source in sources)
    filler = Filler(study, results, [folder / "templates"], functions)
    _, body = filler.fill(both, "both")
    for text, id_ in SPAN.findall(body):
        yield id_, re.sub(r"\\(.)", r"\1", text)


def in_digits(text: str) -> str:
    return str(WORDS.index(text.lower())) if text.lower() in WORDS else text


def test_every_printed_number_follows_the_data(
    flagship: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Macros are compiled once instead of a hundred times.
    cached = partial(ImmutableSandboxedEnvironment, bytecode_cache=FileSystemBytecodeCache(str(tmp_path)))
    monkeypatch.setattr("cohortpress.templating.filler.ImmutableSandboxedEnvironment", cached)
    study, chance = read_study(flagship), random.Random(2011)
    changed, ids = set(), set()
    before = dict(printed(flagship, study))
    for _, place in zip(range(PLACES), mutated(flagship, study, chance), strict=False):
        truth = Independent(flagship)
        now = [(id_, in_digits(text)) for id_, text in printed(flagship, study)]
        assert (place, now) == (place, [(id_, truth.text(id_)) for id_, _ in now])
        changed |= {place} if {id_: in_digits(text) for id_, text in before.items()} != dict(now) else set()
        ids |= {id_ for id_, _ in now}
    assert len(ids) > 100
    assert len(changed) > PLACES / 3, "hardly any of the changed values is printed"


def test_what_a_document_might_print_as_well(flagship: Path) -> None:
    """The second opinion itself: it must be right about what no document prints today."""
    study, truth = read_study(flagship), Independent(flagship)
    results = format_results(analyse(study, derive(study, read_cohort(flagship, study))), study)
    measures = ["median_difference", "percent_change.median", "rank_biserial", "n_worse", "n_unchanged"]
    ids = [
        f"{name}.{visit}.vs_baseline.{m}"
        for name in study.endpoints
        for visit in study.followups
        for m in measures
    ]
    ids += [
        f"flow.{visit}.{group}"
        for visit in study.visits
        for group in ("expected", "measured", "missing", "lost")
    ]
    assert {id_: results[id_].text for id_ in ids} == {id_: truth.text(id_) for id_ in ids}


def test_a_whole_build_follows_the_data(flagship_to_change: Path) -> None:
    folder = flagship_to_change
    study, chance = read_study(folder), random.Random(137)
    for document, place in zip(("abstract", "poster"), mutated(folder, study, chance), strict=False):
        built = cohortpress(folder, "build", document)
        assert built.returncode == 0, (place, built.stderr)
        truth = Independent(folder)
        page = read_page((folder / f"_output/{document}.html").read_text(encoding="utf-8"))
        marks = [
            (mark.name, in_digits(p.marked(mark))) for p in page for mark in p.marks if mark.kind == "result"
        ]
        assert (place, marks) == (place, [(id_, truth.text(id_)) for id_, _ in marks])
        report = verify(folder / "_output", folder, study, language_of(study))
        assert report.ok, (place, str(report))
