"""The data of a study, checked alone: what looks wrong in them, and a page of each variable to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from .arrays import Array, Matrix
from .cohort import Cohort, cohort_of, read_tables
from .errors import Fault
from .glossary import headed
from .ledger import write
from .plausibility import Written, about_characteristic, about_endpoint, about_subjects, as_written, noted
from .stats.descriptive import Description, describe
from .study import Study, read_study

REPORT = "data-report.html"
BINS, HIGHEST = 24, 37
MOST_PATTERNS = 8


@dataclass(frozen=True)
class Distribution:
    """The values at one visit; the fullest of ``BINS`` bins has a height of ``HIGHEST``."""

    label: str
    heights: tuple[int, ...]
    description: Description


@dataclass(frozen=True)
class Section:
    """What the report says of one variable; ``patterns`` tell who was measured when, and how many such there are."""

    name: str
    label: str
    unit: str
    warnings: tuple[Fault, ...]
    distributions: tuple[Distribution, ...] = ()
    ends: tuple[float, float] = (0.0, 0.0)
    counts: tuple[tuple[str, int], ...] = ()
    patterns: tuple[tuple[tuple[bool, ...], int], ...] = ()


@dataclass(frozen=True)
class Checked:
    """What was noticed: how the files were read, what looks wrong, and the page that shows it."""

    notes: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    report: Path


def check_data(folder: Path) -> Checked:
    """Read the data of the study in ``folder``, look for what is hardly true, and write ``data-report.html``.

    Raises StudyError or DataError where study or data cannot be read.
    """
    study = read_study(folder)
    faults: list[Fault] = []
    cohort, blocks = cohort_of(read_tables(folder, study, faults), study, faults)
    written = as_written(study)
    of_subjects = tuple(about_subjects(study, cohort, blocks))
    sections = [
        _endpoint(name, study, cohort, about_endpoint(name, study, cohort, blocks, written)) for name in study.measured
    ]
    sections += [
        _characteristic(name, study, cohort, about_characteristic(name, study, cohort, written))
        for name in study.characteristics
    ]
    write(folder / REPORT, _page(study, cohort, of_subjects, sections, written))
    doubted = noted(cohort)
    warnings = (*doubted, *of_subjects, *(warning for section in sections for warning in section.warnings))
    return Checked(tuple(note for note in cohort.notes if note not in doubted), warnings, folder / REPORT)


def _endpoint(name: str, study: Study, cohort: Cohort, warnings: Sequence[Fault]) -> Section:
    spec, values = study.endpoints[name], cohort.values[name]
    ends = _ends(values)
    patterns = Counter(map(tuple, (~np.isnan(values)).tolist())).most_common(MOST_PATTERNS)
    distributions = tuple(
        Distribution(visit.label, _heights(values[:, column], ends), describe(values[:, column]))
        for column, visit in enumerate(study.visits.values())
    )
    return Section(name, headed(spec.label), spec.unit, tuple(warnings), distributions, ends, patterns=tuple(patterns))


def _characteristic(name: str, study: Study, cohort: Cohort, warnings: Sequence[Fault]) -> Section:
    spec, values = study.characteristics[name], cohort.characteristics[name]
    if isinstance(values, tuple):
        counts = Counter(value or "unknown" for value in values).most_common()
        return Section(name, headed(spec.label), spec.unit, tuple(warnings), counts=tuple(counts))
    ends = _ends(values.reshape(-1, 1))
    distribution = Distribution("All", _heights(values, ends), describe(values))
    return Section(name, headed(spec.label), spec.unit, tuple(warnings), (distribution,), ends)


def _ends(values: Matrix) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)


def _heights(values: Array, ends: tuple[float, float]) -> tuple[int, ...]:
    counts = np.histogram(values[np.isfinite(values)], BINS, ends)[0]
    return tuple((-(-HIGHEST * counts // max(counts.max(), 1))).tolist())  # what is there shows


def _page(
    study: Study,
    cohort: Cohort,
    warnings: Sequence[Fault],
    sections: Sequence[Section],
    written: Written,
) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    skeleton = Path(str(files(__package__) / "skeleton"))
    environment = Environment(
        loader=FileSystemLoader(skeleton),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = written
    template = environment.get_template("data-report.html")
    return template.render(study=study, cohort=cohort, warnings=warnings, sections=sections)
