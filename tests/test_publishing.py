"""The finished files are put in place whole or not at all, whatever happens, and nothing else is lost."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from studies import environment

from cohortpress import publishing
from cohortpress.publishing import publish, recover

NAMES = ("a.txt", "b.txt", "tables/c.csv", "tables/d.csv")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An output folder with a first set of files in it."""
    publish(finished(tmp_path, "old"), tmp_path / "_output", replaced=set())
    return tmp_path / "_output"


def finished(folder: Path, word: str) -> dict[str, Path]:
    """Make a set of files that all say the same word."""
    files = {name: folder / word / name for name in NAMES}
    for file in files.values():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(word)
    return files


def content(target: Path) -> dict[str, str]:
    return {f.relative_to(target).as_posix(): f.read_text() for f in target.rglob("*") if f.is_file()}


def whole(word: str) -> dict[str, str]:
    return dict.fromkeys(NAMES, word)


def nothing_left_over(target: Path) -> bool:
    return not [entry.name for entry in target.parent.iterdir() if entry.name.startswith(f".{target.name}")]


@pytest.fixture(params=["exchanged at once", "in two steps"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """File systems that can exchange two folders, and those that cannot."""
    if request.param == "in two steps":

        def cannot(*_: object) -> None:
            raise OSError("these folders cannot be exchanged")

        monkeypatch.setattr(publishing, "_exchange_at_once", cannot)


@pytest.mark.usefixtures("both_ways")
def test_the_new_set_takes_the_place_of_the_old(target: Path) -> None:
    publish(finished(target.parent, "new"), target, replaced=set(NAMES))
    assert content(target) == whole("new")
    assert nothing_left_over(target)


@pytest.mark.usefixtures("both_ways")
def test_what_is_no_longer_made_goes_and_what_is_the_users_stays(target: Path) -> None:
    (target / "notes").mkdir()
    (target / "notes/mine.txt").write_text("mine")
    (target / "tables/theirs.csv").write_text("theirs")
    (target / "empty").mkdir()
    (target.parent / "elsewhere").mkdir()
    (target.parent / "elsewhere/far.txt").write_text("far")
    (target / "link").symlink_to("../elsewhere")
    (target / "dangling").symlink_to("nowhere")
    before = (target / "notes/mine.txt").stat().st_mtime_ns
    files = finished(target.parent, "new")
    del files["tables/d.csv"], files["b.txt"]
    publish(files, target, replaced=set(NAMES))
    mine = {"notes/mine.txt": "mine", "tables/theirs.csv": "theirs"}
    assert content(target) == {"a.txt": "new", "tables/c.csv": "new", **mine}
    assert (target / "empty").is_dir()
    assert (target / "notes/mine.txt").stat().st_mtime_ns == before
    assert (target / "link").readlink() == Path("../elsewhere")
    assert (target / "dangling").readlink() == Path("nowhere")
    assert (target.parent / "elsewhere/far.txt").read_text() == "far"


def test_who_may_write_into_the_folder_still_may(target: Path) -> None:
    target.chmod(0o2775)
    publish(finished(target.parent, "new"), target, replaced=set(NAMES))
    assert stat.S_IMODE(target.stat().st_mode) == 0o2775


def test_a_folder_of_ours_that_became_empty_goes(target: Path) -> None:
    files = {name: file for name, file in finished(target.parent, "new").items() if "/" not in name}
    publish(files, target, replaced=set(NAMES))
    assert content(target) == {"a.txt": "new", "b.txt": "new"}
    assert not (target / "tables").exists()


def test_a_first_set_makes_the_folder(tmp_path: Path) -> None:
    publish(finished(tmp_path, "new"), tmp_path / "_output", replaced=set())
    assert content(tmp_path / "_output") == whole("new")


@pytest.mark.usefixtures("both_ways")
def test_an_output_folder_that_is_a_link_stays_one(target: Path) -> None:
    real = target.parent / "elsewhere/outputs"
    real.parent.mkdir()
    target.rename(real)
    target.symlink_to(real)
    publish(finished(target.parent, "new"), target, replaced=set(NAMES))
    assert target.is_symlink()
    assert content(real) == whole("new")
    assert nothing_left_over(real)


class Point:
    """Counts what changes the disk, and stops at the n-th time: with an error, or dead on the spot."""

    def __init__(self, at: int, error: BaseException) -> None:
        self.left = at
        self.error = error

    def reached(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise self.error

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.reached()
            return function(*args, **kwargs)

        return counted

    def guard(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("copyfile", "copy2", "rmtree"):
            monkeypatch.setattr(shutil, name, self.before(getattr(shutil, name)))
        for name in ("mkdir", "rename"):
            monkeypatch.setattr(Path, name, self.before(getattr(Path, name)))
        monkeypatch.setattr(publishing, "_exchange_at_once", self.before(publishing._exchange_at_once))


def points(target: Path, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Publish again and again, stopped at the first point, the second, and so on until nothing stops it."""
    (target / "mine.txt").write_text("mine")
    files = finished(target.parent, "new")
    for at in range(1, 100):
        point = Point(at, error)
        with monkeypatch.context() as patch:
            point.guard(patch)
            with contextlib.suppress(type(error)):
                publish(files, target, replaced=set(NAMES))
        if point.left > 0:
            assert at > 10, "nothing was ever stopped"
            return
        yield
        publish(finished(target.parent, "old"), target, replaced=set(NAMES))
    raise AssertionError("it never ended")


@pytest.mark.usefixtures("both_ways")
def test_an_error_at_any_point_leaves_the_last_good_set(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in points(target, OSError(28, "No space left on device"), monkeypatch):
        found = content(target)
        assert found in ({**whole("old"), "mine.txt": "mine"}, {**whole("new"), "mine.txt": "mine"})


@pytest.mark.usefixtures("both_ways")
def test_a_death_at_any_point_leaves_a_set_that_the_next_run_finds_whole(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a dead process would not do either: clean up.
    for _ in points(target, SystemExit(), monkeypatch):
        recover(target)
        found = content(target)
        assert found in ({**whole("old"), "mine.txt": "mine"}, {**whole("new"), "mine.txt": "mine"})
        assert nothing_left_over(target)


def test_folders_that_only_look_like_ours_are_left_alone(target: Path) -> None:
    (target.parent / "._output-backup").mkdir()
    (target.parent / "._output-backup/x").write_text("mine")
    recover(target)
    publish(finished(target.parent, "new"), target, replaced=set(NAMES))
    assert (target.parent / "._output-backup/x").read_text() == "mine"


LOOP = """
import sys
from pathlib import Path
from cohortpress import publishing
folder = Path(sys.argv[1])
if sys.argv[2] == "in two steps":
    def cannot(*_):
        raise OSError("these folders cannot be exchanged")
    publishing._exchange_at_once = cannot
sets = [{name: folder / word / name for name in sys.argv[3:]} for word in ("old", "new")]
print("ready", flush=True)
while True:
    for files in sets:
        publishing.publish(files, folder / "_output", replaced=set(files))
"""


@pytest.mark.parametrize("way", ["exchanged at once", "in two steps"])
def test_a_kill_at_a_random_moment_leaves_a_whole_set(target: Path, way: str) -> None:
    finished(target.parent, "new")
    moments = random.Random(way)
    command = [sys.executable, "-c", LOOP, str(target.parent), way, *NAMES]
    for _ in range(12):
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            time.sleep(moments.uniform(0, 0.02))
            os.kill(process.pid, signal.SIGKILL)
        if way == "exchanged at once":  # whole already, before anybody mends anything
            assert content(target) in (whole("old"), whole("new"))
        recover(target)
        assert content(target) in (whole("old"), whole("new"))
        assert nothing_left_over(target)
