"""What was made from what, so that nothing is made twice."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from .errors import Fault
from .releases import release

# Those whose release can change a number or a page.
LIBRARIES = (
    "numpy", "scipy", "matplotlib", "babel", "Jinja2", "weasyprint", "pypandoc_binary", "fonttools", "segno",
    "font-source-sans-pro", "font-source-serif-pro", "fontpkg-ibm-plex-sans", "pandas", "pillow", "pypdfium2",
    "python-calamine",
)  # fmt: skip

Input = Path | str | bytes


class Ledger:
    """Remembers, for each step, a digest of its inputs and of the files it made.

    A step is fresh when its inputs are the same and its files lie there as it left them: an output that
    somebody edited is made again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._steps: dict[str, dict[str, Any]] = {}
        # A missing or broken ledger only means more work.
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            steps = json.loads(path.read_text(encoding="utf-8")).items()
            self._steps = {
                name: {part: entry[part] for part in ("key", "files", "data", "warnings")} for name, entry in steps
            }

    def is_fresh(self, step: str, key: str, files: Iterable[Path]) -> bool:
        """Tell whether ``step`` made exactly these ``files`` from inputs with this ``key``."""
        entry = self._steps.get(step)
        return entry is not None and entry["key"] == key and entry["files"] == self._digests(files)

    def note(
        self, step: str, key: str, files: Iterable[Path], data: Iterable[Path] = (), warnings: Iterable[Fault] = ()
    ) -> None:
        """Remember that ``step`` made ``files``, and, for who asks later, of which ``data`` and with which warnings."""
        entry = {
            "key": key,
            "files": self._digests(files),
            "data": [self._relative(file) for file in data],
            "warnings": [asdict(warning) for warning in warnings],
        }
        with self._lock:  # steps run in threads
            self._steps[step] = entry
            write(self._path, json.dumps(self._steps, indent=1))

    def made(self, step: str) -> list[Path]:
        """Return the files that ``step`` made last."""
        return self._paths(step, "files")

    def data(self, step: str) -> list[Path]:
        """Return the data that ``step`` read last."""
        return self._paths(step, "data")

    def warnings(self, step: str) -> list[Fault]:
        """Return what ``step`` warned of last."""
        return [Fault(**warning) for warning in self._steps.get(step, {}).get("warnings", ())]

    def _paths(self, step: str, kind: str) -> list[Path]:
        names = self._steps.get(step, {}).get(kind, ())
        return [Path(os.path.normpath(self._path.parent / name)) for name in names]

    def _relative(self, file: Path) -> str:
        return os.path.relpath(file, self._path.parent)

    def _digests(self, files: Iterable[Path]) -> dict[str, str | None]:
        return {self._relative(file): file_digest(file) for file in files}


class Digests:
    """What each file of a study holds when a build first asks, which is before it reads the file.

    Who saves a file while it is built saves it for the next build: no key may tell of what has not been read. What
    lies below ``made`` the build itself makes, and is as it is.
    """

    def __init__(self, made: Path) -> None:
        self._made = made
        self._first: dict[str, str | None] = {}

    def __call__(self, path: Path) -> str | None:
        """Return the digest of a file, or None where there was none."""
        if self._made in path.parents:
            return file_digest(path)
        name = os.path.realpath(path)
        if name not in self._first:
            self._first.setdefault(name, file_digest(path))
        return self._first[name]


def digest(inputs: Iterable[Input], of: Callable[[Path], str | None] | None = None) -> str:
    """Return one digest of texts, bytes, and the names and contents of files, as they are or ``of`` knows them."""
    whole = hashlib.sha256()
    for part in inputs:
        if isinstance(part, Path):
            part = f"{part.name} {(of or file_digest)(part)}"
        data = part.encode() if isinstance(part, str) else part
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


@cache
def code_digest() -> str:
    """Return a digest of this package's code and of the releases that it builds with."""
    code = sorted(Path(__file__).parent.rglob("*.py"))
    return digest([*code, platform.python_version(), *(release(name) for name in LIBRARIES)])


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_bytes(content.encode() if isinstance(content, str) else content)
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise


def file_digest(path: Path) -> str | None:
    """Return the SHA-256 of a file, or None where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        return None
