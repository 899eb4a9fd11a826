from __future__ import annotations

import errno
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from studies import cohortpress, environment, state

from cohortpress import __version__
from cohortpress.cli import main


def run(*arguments: str | Path, **env: str) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], env={"ENGINE": "pandoc", **env})


@pytest.mark.parametrize("command", [[], ["build"], ["fill"], ["print"], ["results"], ["diff"]])
def test_every_command_has_help(command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.exit_code == 0
    assert "Usage: main" in done.output
    assert "-h, --help" in done.output


def test_help_shows_examples_and_a_version_is_told() -> None:
    assert "cohortpress build poster " in run("--help").output
    assert run("--version").output.strip().endswith(__version__)


def test_the_command_of_the_package_is_the_module(tmp_path: Path) -> None:
    done = cohortpress(tmp_path, "--version")
    assert (done.returncode, done.stdout.split()[-1]) == (0, __version__)


@pytest.mark.parametrize(
    "arguments", [["bild"], ["build", "leaflet"], ["build", "--pages", "3"], ["build", "--study", "nowhere"]]
)
def test_a_wrong_command_is_a_matter_of_usage(tmp_path: Path, arguments: list[str]) -> None:
    done = cohortpress(tmp_path, *arguments)
    assert done.returncode == 2
    assert "Usage:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_document_or_spreadsheet_is_told_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("id,crp\n")
    for arguments, said in (
        (["build", "postre"], "'postre' is not known. Did you mean 'poster'?"),
        (["check", "leaflet"], "'leaflet' is not known. Known: abstract, poster."),
        (["new", "x", "--data", tmp_path / "visit.csv"], "There is no such file. Did you mean 'visits.csv'?"),
        (["new", "x", "--data", tmp_path / "no" / "a.csv"], "There is no such file."),
    ):
        done = run(*arguments)
        assert done.exit_code == 2
        assert said in done.stderr


def test_a_folder_without_a_study(tmp_path: Path) -> None:
    done = cohortpress(tmp_path, "build")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: report/study.yml: The file is missing. Is this the folder of a study?")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_built_study_has_nothing_to_do(built_second_study: Path) -> None:
    done = run("build", "--study", built_second_study)
    assert done.exit_code == 0
    lines = done.stderr.splitlines()
    assert lines[0] == "Nothing has changed."
    assert "abstract.pdf" in lines[1]
    assert run("build", "--quiet", "--study", built_second_study).output == ""


def test_fill_writes_the_documents_and_their_style(second_study: Path) -> None:
    done = run("fill", "--study", second_study)
    assert done.exit_code == 0, done.output
    assert {"abstract.qmd", "poster.qmd", "abstract.css", "poster.css", "results.json"} <= {
        file.name for file in (second_study / "build").iterdir()
    }
    assert re.search(r"^ +\d+\.\d\d s  prose of the poster$", done.stderr, re.M)
    assert not (second_study / "_output").exists()


def test_quiet_says_nothing(second_study: Path) -> None:
    done = run("fill", "--quiet", "--study", second_study)
    assert (done.exit_code, done.output) == (0, "")


def test_quiet_still_says_what_is_wrong(second_study: Path) -> None:
    (second_study / "people.csv").unlink()
    done = run("fill", "--quiet", "--study", second_study)
    assert done.exit_code == 1
    assert done.stderr.startswith("error: people.csv: The file is missing.")


def test_results_are_listed(built_second_study: Path) -> None:
    done = run("results", "--study", built_second_study, "--variable", "grip", "--visit", "start", "--json")
    assert done.exit_code == 0
    records = json.loads(done.stdout)
    assert {record["visit"] for record in records} == {"start"}
    assert {"id": "grip.start.median", "value": 36.0, "text": "36.0"}.items() <= next(
        record for record in records if record["measure"] == "median"
    ).items()


def test_two_sets_of_results_are_compared(built_second_study: Path, tmp_path: Path) -> None:
    old = built_second_study / "_output"
    assert run("diff", old, old).stdout == "No printed number changed.\n"
    found = json.loads((old / "results.json").read_text(encoding="utf-8"))
    changed = next(record for record in found["results"] if record["measure"] == "median" and record["text"] == "36.0")
    changed |= {"value": 36.5, "text": "36.5"}
    (tmp_path / "results.json").write_text(json.dumps(found), encoding="utf-8")
    assert "36.0 -> 36.5" in run("diff", old, tmp_path).stdout
    (tmp_path / "results.json").write_text("[]", encoding="utf-8")
    done = run("diff", old, tmp_path)
    assert (done.exit_code, "Traceback" in done.output) == (1, False)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "build/x"),
        OSError(errno.EROFS, "Read-only file system", "build/x"),
    ],
)
def test_a_disk_that_fails_is_a_message(second_study: Path, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(Path, "write_bytes", fail)
    done = run("fill", "--study", second_study)
    assert done.exit_code == 1
    assert done.stderr == f"error: {error.filename + ': ' if error.filename else ''}{error.strerror or error}. " + (
        "Is the disk full or read-only? The last good outputs are kept.\n"
    )


def test_a_library_that_the_machine_lacks_is_no_matter_of_the_disk(
    second_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError("cannot load library 'libpango-1.0-0': no such file.  Additionally, more words\nand lines")

    monkeypatch.setattr(Path, "write_bytes", fail)
    done = run("fill", "--study", second_study)
    assert done.exit_code == 1
    assert done.stderr.startswith("error: cannot load library 'libpango-1.0-0': no such file.")
    assert done.stderr.endswith(" Is Pango installed? 'make report' prints the command that does it.\n")
    assert len(done.stderr.splitlines()) == 1


def test_a_mistake_of_ours_is_not_hidden(second_study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(Path, "write_bytes", fail)
    assert isinstance(run("fill", "--study", second_study).exception, RuntimeError)


def test_a_build_of_one_document_leaves_the_other_alone(built_second_study: Path) -> None:
    before = state(built_second_study / "_output")
    done = run("build", "poster", "--study", built_second_study)
    assert done.exit_code == 0, done.output
    assert state(built_second_study / "_output") == before


def test_streams_that_the_caller_has_closed_are_no_fault(built_second_study: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m cohortpress build >&- 2>&-"], cwd=built_second_study, env=environment(),
    )  # fmt: skip
    assert done.returncode == 0


def test_a_port_that_is_taken_or_none_is_no_matter_of_the_disk(second_study: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("preview", "--no-open", "--port", str(port), "--study", second_study)
    assert done.exit_code == 1
    mend = "Name another, or none: then it takes any that is free."
    assert done.stderr == f"error: port {port}: {os.strerror(errno.EADDRINUSE)}. {mend}\n"
    done = run("preview", "--no-open", "--port", "99999", "--study", second_study)
    assert (done.exit_code, "99999" in done.stderr) == (2, True)
