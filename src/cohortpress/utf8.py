"""Text files that people write."""

from __future__ import annotations

from pathlib import Path

from .errors import Fault, StudyError


def read_utf8(path: Path, name: str) -> str:
    """Return the text of a file, which messages call ``name``, without a byte order mark.

    Raises StudyError with the line that is not UTF-8, and FileNotFoundError.
    """
    try:
        return (content := path.read_bytes()).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise StudyError(Fault("The file is not UTF-8.", "Save it as UTF-8.", f"{name}, line {line}")) from None
