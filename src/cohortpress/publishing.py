"""The finished set of files, put in place whole or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS have the same number


def publish(files: Mapping[str, Path], target: Path, *, replaced: set[str]) -> None:
    """Make ``target`` hold ``files`` (name below it -> where it lies now), by one exchange of folders.

    Files in ``target`` that are neither in ``files`` nor in ``replaced`` (what an earlier build put there) are
    the user's own, and stay. A kill at any moment leaves the old set or the new one; so does an OSError.
    """
    target = target.resolve()  # it may be a link to another place
    recover(target)
    staging = _staging(target) / str(os.getpid())
    staging.mkdir(parents=True)
    try:
        if target.is_dir():
            _admit_the_same(target, staging)
        for name, source in files.items():
            place = staging / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
        if target.is_dir():
            _keep(target, staging, set(files) | replaced)
        _exchange(staging, target)
    finally:
        shutil.rmtree(_staging(target), ignore_errors=True)


def recover(target: Path) -> None:
    """Put the last good set back where an exchange in two steps was cut off, and clear what it left."""
    target = target.resolve()
    if not target.exists() and _set_aside(target).is_dir():
        _set_aside(target).rename(target)
    for left in (_staging(target), _set_aside(target)):
        shutil.rmtree(left, ignore_errors=True)


def _admit_the_same(old: Path, new: Path) -> None:
    """Give a folder, before anything lies in it, the group and the rights of another: a team may share it."""
    given = old.stat()
    with contextlib.suppress(OSError):  # a group that is not ours
        os.chown(new, -1, given.st_gid)
    new.chmod(stat.S_IMODE(given.st_mode) | stat.S_IRWXU)


def _staging(target: Path) -> Path:
    return target.with_name(f".{target.name}.unfinished")


def _set_aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.last-good")


def _keep(old: Path, new: Path, ours: set[str]) -> None:
    """Take over from ``old`` what is the user's own: files, links, and folders of theirs, even empty ones."""
    made_by_us = {Path(name).parent.as_posix() for name in ours}
    for entry in sorted(old.rglob("*")):
        name = entry.relative_to(old).as_posix()
        place = new / name
        if entry.is_dir() and not entry.is_symlink():
            if name not in made_by_us:
                place.mkdir(parents=True, exist_ok=True)
        elif name not in ours and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(entry, place, follow_symlinks=False)


def _exchange(new: Path, old: Path) -> None:
    if not old.exists():
        new.rename(old)
        return
    with contextlib.suppress(OSError, AttributeError):
        _exchange_at_once(new, old)
        return
    # A file system that cannot exchange: two steps, and `recover` mends what a kill between them leaves.
    old.rename(_set_aside(old))
    try:
        new.rename(old)
    except OSError:
        _set_aside(old).rename(old)
        raise
    shutil.rmtree(_set_aside(old), ignore_errors=True)


def _exchange_at_once(new: Path, old: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(new), os.fsencode(old)
    if sys.platform == "darwin":
        failed = libc.renamex_np(first, second, _EXCHANGE)
    else:
        failed = libc.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _EXCHANGE)
    if failed:
        raise OSError(ctypes.get_errno(), "these folders cannot be exchanged")
