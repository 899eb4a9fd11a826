"""Whether anything at all has changed since the last build, told without loading a library."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .errors import Fault
from .ledger import Ledger, code_digest, digest

LEDGER = Path("build/ledger.json")
PROJECT_FILE = "_quarto.yml"
TEMPLATES = "templates"
WHOLE = "whole build"
ANALYSIS = "analysis"


def packaged_templates() -> Path:
    """Return the templates that come with the package; in a source checkout they lie at its top."""
    inside = Path(__file__).parent / TEMPLATES
    return inside if inside.is_dir() else Path(__file__).parents[2] / TEMPLATES


@dataclass(frozen=True)
class LastBuild:
    """What the last build left in ``_output/``, and what it warned of."""

    outputs: list[Path]
    warnings: list[Fault]


def last_build_if_unchanged(folder: Path, choices: str) -> LastBuild | None:
    """Return the last build if it made the same choices from the same files."""
    ledger = Ledger(folder / LEDGER)
    outputs = ledger.made(WHOLE)
    key = whole_key([*sources(folder), *ledger.data(WHOLE)], choices)
    return LastBuild(outputs, ledger.warnings(WHOLE)) if ledger.is_fresh(WHOLE, key, outputs) else None


def is_analysed(folder: Path) -> bool:
    """Tell whether the results are those of the data, without reading what the study says."""
    ledger = Ledger(folder / LEDGER)
    return ledger.is_fresh(ANALYSIS, digest([code_digest(), *ledger.data(ANALYSIS)]), ledger.made(ANALYSIS))


def sources(folder: Path) -> list[Path]:
    """Return the files that a study is built from, but for those that it names itself: data, profiles, pictures."""
    places = [folder / "report", folder / TEMPLATES, packaged_templates()]
    found = (Path(top) / name for place in places for top, _, names in os.walk(place) for name in sorted(names))
    return [folder / PROJECT_FILE, *found]


def whole_key(files: Iterable[Path], choices: str, of: Callable[[Path], str | None] | None = None) -> str:
    """Return what tells a whole build from another: by what was chosen, of which files; ``of`` gives their digests."""
    return digest([code_digest(), choices, *(part for file in files for part in (str(file), file))], of)
