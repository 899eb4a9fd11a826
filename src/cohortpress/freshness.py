"""Whether anything at all has changed since the last build, told without loading a library."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from .ledger import Ledger, code_digest, digest

LEDGER = Path("build/ledger.json")
PROJECT_FILE = "_quarto.yml"
TEMPLATES = "templates"
WHOLE = "whole build"


def packaged_templates() -> Path:
    """Return the templates that come with the package; in a source checkout they lie at its top."""
    inside = Path(__file__).parent / TEMPLATES
    return inside if inside.is_dir() else Path(__file__).parents[2] / TEMPLATES


def outputs_if_unchanged(folder: Path, choices: str) -> list[Path]:
    """Return the outputs of the last build if it made the same choices from the same files, else none."""
    ledger = Ledger(folder / LEDGER)
    data, outputs = ledger.data(WHOLE), ledger.made(WHOLE)
    fresh = ledger.is_fresh(WHOLE, _key(folder, data, choices), outputs)
    return outputs if fresh else []


def note_whole(
    ledger: Ledger, folder: Path, data: Sequence[Path], choices: str, outputs: Sequence[Path]
) -> None:
    """Remember what a whole build read and made."""
    ledger.note(WHOLE, _key(folder, data, choices), outputs, data)


def _key(folder: Path, data: Iterable[Path], choices: str) -> str:
    places = [folder / "report", folder / TEMPLATES, packaged_templates()]
    files = [folder / PROJECT_FILE, *data]
    files += [
        Path(top) / name for place in places for top, _, names in os.walk(place) for name in sorted(names)
    ]
    return digest([code_digest(), choices, *(part for file in files for part in (str(file), file))])
