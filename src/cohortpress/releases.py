"""Which releases of the libraries are installed."""

from __future__ import annotations

import contextlib
import os
import sys
from functools import cache


def release(library: str) -> str:
    """Return the installed release of a library, such as ``2.1.0``.

    It stands in the name of a folder beside the library; `importlib.metadata`, which is asked where no such name
    tells, reads that folder with a parser of mail, and loading that takes longer than all of this.
    Raises importlib.metadata.PackageNotFoundError where the library is not installed.
    """
    if found := _installed().get(_normal(library)):
        return found
    from importlib.metadata import version

    return version(library)


@cache
def _installed() -> dict[str, str]:
    """Return release by name, the first of each name on the path."""
    found: dict[str, str] = {}
    for folder in sys.path:
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder or os.curdir):
                name, _, number = entry.name.removesuffix(".dist-info").partition("-")
                if entry.name.endswith(".dist-info") and number:
                    found.setdefault(_normal(name), number)
    return found


def _normal(name: str) -> str:
    return name.replace("-", "_").replace(".", "_").lower()
