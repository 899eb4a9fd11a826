"""What results were computed from and with: digests of inputs, versions of libraries, the study's options."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import __version__
from .ledger import file_digest
from .releases import release
from .study import STUDY_FILE, Study

# What study.yml says of the data and of what is computed from them, beside 'analysis'.
DECLARED = {"data", "visits", "endpoints", "characteristics", "yes_no_changes", "responses", "publish"}
# Those that compute.
LIBRARIES = ("numpy", "scipy")


def provenance(
    folder: Path, study: Study, notes: Sequence[str], of: Callable[[Path], str | None] = file_digest
) -> dict[str, Any]:
    """Return the note that stands at the head of results.json; ``notes`` say how the files were read.

    ``of`` gives the digest of a file as it was when it was read.
    """
    return {
        "study": study.title,
        "analysis": study.analysis.model_dump(mode="json"),
        "declared": {name: _said(part) for name, part in study.model_dump(mode="json", include=DECLARED).items()},
        "inputs": {
            file: of(folder / file) for file in (STUDY_FILE.as_posix(), *study.data.files.values())
        },
        "windows": {name: visit.days for name, visit in study.visits.items() if visit.days},
        "notes": list(notes),
        "cohortpress": __version__,
        "python": platform.python_version(),
        "libraries": {name: release(name) for name in LIBRARIES},
    }


def _said(part: Any) -> Any:
    """Return a part of study.yml without what it leaves empty."""
    if not isinstance(part, dict):
        return part
    said = {name: _said(value) for name, value in part.items()}
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}
