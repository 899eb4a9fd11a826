"""Whether anything at all has changed since the last build, told without loading a library."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
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
    data, outputs = ledger.data(WHOLE), ledger.made(WHOLE)
    fresh = ledger.is_fresh(WHOLE, _key(folder, data, choices), outputs)
    return LastBuild(outputs, ledger.warnings(WHOLE)) if fresh else None


def note_whole(
    ledger: Ledger, folder: Path, data: Sequence[Path], choices: str, outputs: Sequence[Path], warnings: Iterable[Fault]
) -> None:
    """Remember what a whole build read and made, and what it warned of."""
    ledger.note(WHOLE, _key(folder, data, choices), outputs, data, warnings)


def is_analysed(folder: Path) -> bool:
    """Tell whether the results are those of the data, without reading what the study says."""
    ledger = Ledger(folder / LEDGER)
    return ledger.is_fresh(ANALYSIS, digest([code_digest(), *ledger.data(ANALYSIS)]), ledger.made(ANALYSIS))


def _key(folder: Path, data: Iterable[Path], choices: str) -> str:
    places = [folder / "report", folder / TEMPLATES, packaged_templates()]
    files = [folder / PROJECT_FILE, *data]
    files += [
        Path(top) / name for place in places for top, _, names in os.walk(place) for name in sorted(names)
    ]
    return digest([code_digest(), choices, *(part for file in files for part in (str(file), file))])
