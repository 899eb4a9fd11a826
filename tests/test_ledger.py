from __future__ import annotations

import errno
import json
import re
import shutil
import threading
import tomllib
from pathlib import Path

import pytest
from studies import ROOT

from cohortpress.ledger import LIBRARIES, Digests, Ledger, code_digest, digest, file_digest, write


@pytest.fixture
def made(tmp_path: Path) -> Path:
    write(tmp_path / "build/x.txt", "made")
    return tmp_path / "build/x.txt"


def ledger(made: Path) -> Ledger:
    return Ledger(made.parent / "ledger.json")


def test_what_was_made_from_the_same_is_fresh_also_for_the_next_run(made: Path) -> None:
    first = ledger(made)
    assert not first.is_fresh("step", "key", [made])
    first.note("step", "key", [made])
    assert first.is_fresh("step", "key", [made])
    assert ledger(made).is_fresh("step", "key", [made])


def test_other_inputs_make_it_stale(made: Path) -> None:
    ledger(made).note("step", "key", [made])
    assert not ledger(made).is_fresh("step", "other", [made])
    assert not ledger(made).is_fresh("other", "key", [made])


@pytest.mark.parametrize("harm", ["edit", "remove", "add"])
def test_an_output_that_somebody_touched_is_made_again(made: Path, harm: str) -> None:
    ledger(made).note("step", "key", [made])
    files = [made]
    if harm == "edit":
        made.write_text("edited")
    elif harm == "remove":
        made.unlink()
    else:
        files.append(made.with_name("more.txt"))
    assert not ledger(made).is_fresh("step", "key", files)


def test_a_folder_that_was_moved_is_still_fresh(made: Path, tmp_path: Path) -> None:
    ledger(made).note("step", "key", [made], data=[tmp_path / "data.csv"])
    shutil.move(made.parent, tmp_path / "moved/build")
    moved = Ledger(tmp_path / "moved/build/ledger.json")
    assert moved.is_fresh("step", "key", [tmp_path / "moved/build/x.txt"])
    assert moved.made("step") == [tmp_path / "moved/build/x.txt"]
    assert moved.data("step") == [tmp_path / "moved/data.csv"]


def test_what_a_step_made_is_known_by_its_true_name(made: Path, tmp_path: Path) -> None:
    outside = tmp_path / "_output/x.txt"
    write(outside, "x")
    ledger(made).note("step", "key", [outside])
    assert ledger(made).made("step") == [outside]
    assert ledger(made).made("no such step") == []


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"step": 3}', '{"step": {"key": "key"}}', '{"step": null}', "\x00"]
)
def test_a_broken_ledger_only_means_more_work(made: Path, text: str) -> None:
    (made.parent / "ledger.json").write_text(text)
    broken = ledger(made)
    assert not broken.is_fresh("step", "key", [made])
    assert broken.made("step") == []
    broken.note("step", "key", [made])
    assert ledger(made).is_fresh("step", "key", [made])


def test_steps_that_end_at_the_same_time_are_all_noted(made: Path) -> None:
    shared = ledger(made)
    threads = [threading.Thread(target=shared.note, args=(f"step {i}", "key", [made])) for i in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(json.loads((made.parent / "ledger.json").read_text())) == 40
    assert sorted(file.name for file in made.parent.iterdir()) == ["ledger.json", "x.txt"]


def test_a_digest_tells_all_inputs_apart(tmp_path: Path) -> None:
    for name, text in [("a", "one"), ("b", "one"), ("c", "two")]:
        write(tmp_path / name, text)
    inputs: list[list[str | bytes | Path]] = [
        [],
        [""],
        ["ab", "c"],
        ["a", "bc"],
        [tmp_path / "a"],
        [tmp_path / "b"],  # the same content by another name: a sheet of the theme that moved
        [tmp_path / "c"],
        [tmp_path / "missing"],
        [tmp_path / "a", tmp_path / "c"],
        [tmp_path / "c", tmp_path / "a"],
    ]
    assert len({digest(part) for part in inputs}) == len(inputs)
    assert digest([tmp_path / "a"]) == digest([tmp_path / "a"])


def test_the_digest_of_a_file_is_the_one_that_everybody_computes(tmp_path: Path) -> None:
    write(tmp_path / "x", "abc")  # the example of FIPS 180-2, appendix B.1
    assert file_digest(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file_digest(tmp_path / "missing") is None
    assert file_digest(tmp_path) is None


def test_a_file_is_known_as_it_was_first_unless_the_build_made_it(made: Path, tmp_path: Path) -> None:
    first, source = Digests(made.parent), tmp_path / "x"
    assert first(source) is None
    write(source, "saved meanwhile")
    (tmp_path / "link").symlink_to(source)
    assert first(source) is first(tmp_path / "link") is None
    before = first(made)
    write(made, "made anew")
    assert first(made) == file_digest(made) != before
    assert digest([source], first) != digest([source])


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "x", "old")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:1])
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "x", "new")
    assert [file.name for file in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_text() == "old"


def test_the_code_has_a_digest() -> None:
    assert code_digest() == code_digest()
    assert len(code_digest()) == 64


def test_the_releases_of_all_that_computes_reads_or_draws_are_known() -> None:
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    without_effect = {"click", "pydantic", "pyyaml", "watchfiles"}  # they read the wishes, and say what is wrong
    assert {name.lower() for name in LIBRARIES} | without_effect == {re.split("[>=]", need)[0] for need in needs}
