"""Fixtures of many tests. A study that several read is built once for all processes."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from studies import cohortpress, copy_flagship, write_second_study
from translated import write_translated_study

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# How fast a busy machine is says nothing about the code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture
def flagship(tmp_path: Path) -> Path:
    """The flagship study, unbuilt, in a folder of its own."""
    return copy_flagship(tmp_path / "flagship")


@pytest.fixture
def second_study(tmp_path: Path) -> Path:
    """A study that shares no column with the flagship, unbuilt, in a folder of its own."""
    return write_second_study(tmp_path / "second")


@pytest.fixture(scope="session")
def built_flagship(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built flagship. Read only: a test that changes something takes `flagship_to_change`."""
    return _once(tmp_path_factory, "flagship", copy_flagship)


@pytest.fixture(scope="session")
def built_second_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built second study. Read only."""
    return _once(tmp_path_factory, "second", write_second_study)


@pytest.fixture(scope="session")
def built_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives a made-up study, built, in the language that it is asked for. Read only."""
    return lambda code: _once(tmp_path_factory, f"in-{code}", partial(write_translated_study, code=code))


@pytest.fixture
def flagship_to_change(built_flagship: Path, tmp_path: Path) -> Path:
    """A built flagship of one's own."""
    shutil.copytree(built_flagship, tmp_path / "changed")
    return tmp_path / "changed"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser without a window, of the system: the tests download none."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    command = next(filter(None, map(shutil.which, names)), None)
    if command is None:
        pytest.skip(f"needs one of these commands: {', '.join(names)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=command)
        yield browser
        browser.close()


def _once(factory: pytest.TempPathFactory, name: str, prepare: Callable[[Path], Path]) -> Path:
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"built-{name}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            prepare(folder)
            done = cohortpress(folder, "build")
            folder.with_suffix(".log").write_text(done.stderr, encoding="utf-8")
    log = folder.with_suffix(".log").read_text(encoding="utf-8")
    assert "_output/: abstract.pdf, " in log, log
    return folder
