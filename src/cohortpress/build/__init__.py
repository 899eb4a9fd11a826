"""A build: the study in a folder to what lies in its ``_output/``, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import current_process
from pathlib import Path
from typing import TYPE_CHECKING

from ..freshness import is_analysed, last_build_if_unchanged
from .options import DOCUMENTS, EVERYTHING, Document, Options, Report, Warn
from .steps import Build
from .workspace import MOST_DOUBTS, without_collection

if TYPE_CHECKING:
    from ..changes import Changes

__all__ = ["DOCUMENTS", "MOST_DOUBTS", "Build", "Document", "Options", "Report", "Warn", "build"]


def build(
    folder: Path,
    options: Options = EVERYTHING,
    report: Report = lambda step, seconds: None,
    warn: Warn = lambda fault: None,
    changed: Callable[[Changes], None] = lambda changes: None,
) -> list[Path]:
    """Build the study in ``folder`` and return what lies in ``_output/`` afterwards.

    ``report`` is told each step with its seconds, ``warn`` what should be mended but stops nothing, and
    ``changed`` which printed numbers are others than in the last good set.
    Raises CohortpressError where anything is wrong; ``_output/`` then is as it was.
    """
    if last := last_build_if_unchanged(folder, options.choices):
        for warning in last.warnings:
            warn(warning)
        return last.outputs
    if getattr(current_process(), "_inheriting", False):  # else such a script would wait for itself
        raise RuntimeError("A script that builds must do so below: if __name__ == '__main__':")
    from ..workers import Workers

    with without_collection(), Workers() as workers:
        workers.start(drawing=not is_analysed(folder))
        with Build(folder, options, report, warn, workers) as steps:
            outputs = steps.run()
            if steps.changes:
                changed(steps.changes)
            return outputs
