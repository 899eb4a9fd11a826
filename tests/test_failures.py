"""Bad input, full disks and kills: a message without a traceback, and the last good outputs stay whole."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from studies import cohortpress, contents, environment, replace, state, text_of_html

from cohortpress.cli import main
from cohortpress.workers import Workers


class Broken:
    """A built study, and a build of it that must fail and leave the outputs alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before = state(folder / "_output")

    def build(self, **env: str | None) -> str:
        """Return the message, after all that must be true of a failed build has been checked."""
        done = CliRunner().invoke(main, ["build", "--study", str(self.folder)], env={"ENGINE": "pandoc", **env})
        assert isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code == 1
        assert state(self.folder / "_output") == self.before
        assert [path.name for path in self.folder.iterdir() if path.name.startswith("._output")] == []
        message = done.stderr[done.stderr.index("error: ") :]
        assert "Traceback" not in done.stderr
        return message.removeprefix("error: ").rstrip("\n")


@pytest.fixture
def broken(built_second_study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Broken:
    shutil.copytree(built_second_study, tmp_path / "broken")
    # What fails before anything is printed needs no process that prints.
    monkeypatch.setattr(Workers, "start", lambda self, drawing: None)
    return Broken(tmp_path / "broken")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "sessions.csv",
            "session,grip",
            "session,gripp",
            "sessions.csv, row 1: The column 'grip' is missing. Did you mean 'gripp'?",
        ),
        (
            "sessions.csv",
            "B,start",
            "A,start",
            "sessions.csv, row 4, column session: 'A' at 'start' stands in row 2 already. Keep one.",
        ),
        (
            "sessions.csv",
            "B,start",
            "B,begin",
            "sessions.csv, row 4, column session: 'begin' is not a visit of report/study.yml. Known: finish, start.",
        ),
        (
            "sessions.csv",
            "30.5",
            "good",
            "sessions.csv, row 2, column grip: 'good' is not a number. "
            "Write a number, < and a number, or leave the cell empty.",
        ),
        (
            "sessions.csv",
            "B,start",
            "Z,start",
            "sessions.csv, row 4, column climber: 'Z' is not a subject of people.csv. Known: A, B, C, D, E.",
        ),
        (
            "report/abstract.qmd",
            "words(hand.left.n)",
            "hand.lift.n",
            "report/abstract.qmd, line 5: 'hand' has no 'lift'. Did you mean 'left'?",
        ),
        (
            "report/poster.qmd",
            "{{ methods_sentence() }}",
            "{{ methods_sentence( }}",
            "report/poster.qmd, line 13: A tag is broken: unexpected '}', expected ')'.",
        ),
        (
            "templates/blocks.jinja",
            "{{ study.title }}",
            "{{ study.titel }}",
            "report/poster.qmd, line 1 "
            "(in templates/blocks.jinja, line 8): study.yml has no 'titel' here. Did you mean 'title'?",
        ),
        (
            "templates/language/en.jinja",
            "{% set numerals",
            "{% sat numerals",
            "templates/language/en.jinja, line ",
        ),
        (
            "report/study.yml",
            "decimals:",
            "decimal:",
            "report/study.yml, line 18: Unknown key 'endpoints.grip.decimal'. Did you mean 'decimals'?",
        ),
        (
            "report/study.yml",
            "month: 3",
            "month: three",
            "report/study.yml, line 16: visits.finish.month: 'three' is no number. Write one, with a decimal point.",
        ),
        ("report/study.yml", "page: A5", "page: A55", "report/study.yml, line 23: 'A55' is not a page size."),
        (
            "report/study.yml",
            "language: en-GB",
            "theme: clasic",
            "report/study.yml, line 2: There is no theme 'clasic'. Did you mean 'classic'? Known: billboard,",
        ),
        (
            "report/study.yml",
            "language: en-GB",
            "language: it",
            "report/study.yml, line 2: There are no sentences in the language 'it'. There are: de, en, fr, nl.",
        ),
        (
            "report/study.yml",
            "language: en-GB",
            "language: fr_FR",
            "report/study.yml, line 2: 'fr_FR' is not a language that is known. Write 'fr-FR'.",
        ),
        (
            "report/study.yml",
            "language: en-GB",
            "language: english",
            "report/study.yml, line 2: 'english' is not a language that is known.",
        ),
        (
            "report/poster.qmd",
            "## Methods",
            "![](https://example.org/x.png)",
            "report/poster.qmd, line 11: The page asks for 'https://example.org/x.png'. It lies outside the study.",
        ),
        (
            "report/poster.qmd",
            "## Methods",
            "![The clinic](images/the clinic.png)",
            "report/poster.qmd, line 11: The page asks for 'images/the clinic.png'. There is no such file. Copy",
        ),
        (
            "report/poster.qmd",
            "{.area .methods}",
            "{.area .method}",
            "report/poster.qmd, line 9: The theme has no place for 'method'. Did you mean 'methods'? No block fills "
            "that one: templates/themes/classic/theme.yml, line ",
        ),
        (
            "report/poster.qmd",
            "\n:::\n\n::: {.area .methods}",
            "\n\n::: {.area .methods}",
            "report/poster.qmd, line 3: The block '::: {.area .message}' is opened here and not closed. Write ::: on",
        ),
        (
            "report/poster.qmd",
            "::: {.area .methods}",
            "::: {.area .methods",
            "report/poster.qmd, line 9: '::: {.area .methods' lacks a brace. Write } at its end.",
        ),
        (
            "report/poster.qmd",
            "## Methods",
            "```\n## Methods",
            "report/poster.qmd, line 11: The block '```' is opened here and not closed. Write ``` on a line of its own",
        ),
        ("report/poster.qmd", "## Methods", "{{< include x.qmd >}}", "report/poster.qmd, line 11: "),
        ("report/poster.qmd", "## Methods", "<Script>1</script>", "report/poster.qmd, line 11: '<script' runs in no"),
        (
            "report/poster.qmd",
            "## Methods",
            "## Methods[^1]\n\n[^1]: A note.\n",
            "report/poster.qmd: A poster has no place for footnotes. Write them as text, between '::: {.note}' and",
        ),
        (
            "report/poster.qmd",
            "## Methods",
            "![A climber](report/study.yml)",
            "report/poster.qmd, line 11: The page asks for 'report/study.yml'. There is no such file. Write '..",
        ),
        (
            "report/poster.qmd",
            "## Methods",
            "As said before `[@code]` [@li2017].",
            "report/poster.qmd, line 11: '[@li2017]' is looked up in no bibliography. Write the reference below",
        ),
        ("_quarto.yml", "format:", "formats:", "_quarto.yml: 'format: html:' cannot be read"),
    ],
)
def test_bad_input_ends_with_a_message_and_the_last_good_outputs(
    broken: Broken, file: str, old: str, new: str, message: str
) -> None:
    replace(broken.folder / file, old, new)
    said = broken.build()
    assert said.startswith(message)
    # One fault; where it lies in a template, each document that it stops is named.
    assert len({line.rpartition(" (in ")[2] for line in said.splitlines()}) == 1


def test_an_unknown_theme_that_study_yml_does_not_ask_for_is_not_said_to_be_of_it(broken: Broken) -> None:
    said = broken.build(THEME="clasic")
    assert said.startswith("--theme or THEME: There is no theme 'clasic'. Did you mean 'classic'? Known: bill")


@pytest.mark.parametrize(
    ("css", "message"),
    [
        ("/* ours */\n@import url(https://example.org/a);", "2: The style sheet asks for 'https://example.org/a'. A "),
        ("\n\np { color: red\n", "3: '{' is not closed. Write } where it ends."),
    ],
)
def test_a_style_sheet_that_cannot_be_used_says_its_file_and_line(broken: Broken, css: str, message: str) -> None:
    (broken.folder / "templates/themes/classic/abstract.css").write_text(css, encoding="utf-8")
    assert broken.build().startswith(f"templates/themes/classic/abstract.css, line {message}")


def test_an_area_that_a_theme_forgets_is_told_where_to_draw_it(broken: Broken) -> None:
    theme = broken.folder / "templates/themes/classic/theme.yml"
    theme.write_text(theme.read_text(encoding="utf-8").replace("conclusions", "."), encoding="utf-8")
    assert re.match(
        r"report/poster\.qmd, line 37: The theme has no place for 'conclusions'\. Draw it in "
        r"templates/themes/classic/theme\.yml, line \d+ \(poster\.landscape\.areas\), or take one of: masthead, mess",
        broken.build(),
    )


def test_a_theme_that_is_not_the_studys_own_is_copied_first(broken: Broken) -> None:
    shutil.rmtree(broken.folder / "templates")
    replace(broken.folder / "report/poster.qmd", "{.area .methods}", "{.area .statistics}")
    assert re.match(
        r"report/poster\.qmd, line 9: The theme has no place for 'statistics'\. Draw it in "
        r"templates/themes/classic/theme\.yml, line \d+ \(poster\.landscape\.areas\), which 'cohortpress eject' "
        r"copies into the study, or take one of: masthead, message, ",
        broken.build(),
    )


def test_faults_of_both_documents_are_told_together(broken: Broken) -> None:
    replace(broken.folder / "report/poster.qmd", "## Methods", "{{ gripp }}")
    replace(broken.folder / "report/abstract.qmd", "## Results", "{{ sesion }}")
    said = broken.build()
    assert "report/poster.qmd, line " in said
    assert "report/abstract.qmd, line " in said


def test_a_missing_file_is_bad_input_too(broken: Broken) -> None:
    (broken.folder / "sessions.csv").unlink()
    assert broken.build().startswith("sessions.csv: The file is missing. ")
    (broken.folder / "report/poster.qmd").unlink()
    (broken.folder / "sessions.csv").write_text("climber,session,grip\nA,start,1\nA,finish,2\n")
    assert broken.build().startswith("report/poster.qmd: The document is missing. ")


def test_a_p_without_a_pair_is_bad_input_too(broken: Broken) -> None:
    (broken.folder / "sessions.csv").write_text("climber,session,grip\nA,start,1\nB,finish,2\n")
    replace(broken.folder / "report/abstract.qmd", "{{ colophon() }}", "p = {{ grip.finish.vs_baseline.p }}")
    said = broken.build()
    assert re.match(
        r"report/abstract\.qmd, line 12: 'grip\.finish\.vs_baseline\.p_value' does not exist: .+ Take it out\.",
        said,
    ), said


def test_a_file_in_another_encoding_is_bad_input_too(broken: Broken) -> None:
    document = broken.folder / "report/abstract.qmd"
    document.write_bytes(document.read_text(encoding="utf-8").replace("Results", "Résultats").encode("latin-1"))
    assert broken.build() == "report/abstract.qmd, line 3: The file is not UTF-8. Save it as UTF-8."


def test_all_faults_of_a_file_are_said_at_once(broken: Broken) -> None:
    replace(broken.folder / "sessions.csv", "30.5", "good")
    replace(broken.folder / "sessions.csv", "B,start", "B,begin")
    replace(broken.folder / "people.csv", "A,R", "A,both")
    assert len(broken.build().splitlines()) == 3


def test_quarto_that_is_absent_or_fails(broken: Broken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    replace(broken.folder / "report/abstract.qmd", "## Results", "## Findings")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broken.build(ENGINE="quarto").startswith("Quarto is asked for, but there is no 'quarto' command. Install it")
    assert broken.build(ENGINE="latex") == "'latex' is no engine. Choose pandoc or quarto."
    (tmp_path / "quarto").write_text("#!/bin/sh\n[ $1 = --version ] && echo 1.9 && exit\necho it broke >&2\nexit 9\n")
    (tmp_path / "quarto").chmod(0o755)
    assert "Quarto failed (exit code 9): it broke" in broken.build(ENGINE="quarto")


@pytest.mark.parametrize("where", ["write", "publish"])
def test_a_full_disk(broken: Broken, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def full(*args: object, **_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(args[0]))

    if where == "write":
        replace(broken.folder / "report/abstract.qmd", "## Results", "## Findings")
        monkeypatch.setattr(Path, "write_bytes", full)
    else:
        (broken.folder / "_output/abstract.txt").unlink()
        broken.before = state(broken.folder / "_output")
        monkeypatch.setattr(shutil, "copyfile", full)
    said = broken.build()
    assert "No space left on device. Is the disk full or read-only? The last good outputs are kept." in said
    monkeypatch.undo()
    monkeypatch.setattr(Workers, "start", lambda self, drawing: None)
    assert CliRunner().invoke(main, ["build", "--study", str(broken.folder)], env={"ENGINE": "pandoc"}).exit_code == 0


def test_a_limit_that_the_system_sets_on_files(flagship_to_change: Path) -> None:
    """Not a stand-in: the kernel refuses to write more than so many bytes into a file."""
    before = state(flagship_to_change / "_output")
    shutil.rmtree(flagship_to_change / "build")
    done = subprocess.run(
        [sys.executable, "-m", "cohortpress", "build"],
        cwd=flagship_to_change,
        env=environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "error: " in done.stderr
    assert "File too large. Is the disk full or read-only? The last good outputs are kept." in done.stderr
    assert "Traceback" not in done.stderr
    assert state(flagship_to_change / "_output") == before


@pytest.mark.skipif(os.geteuid() == 0, reason="needs a user who is not root: root writes into read-only folders")
def test_a_read_only_folder(broken: Broken) -> None:
    replace(broken.folder / "report/abstract.qmd", "## Results", "## Findings")
    (broken.folder / "build").chmod(0o555)
    try:
        assert "Permission denied. Is the disk full or read-only?" in broken.build()
    finally:
        (broken.folder / "build").chmod(0o755)


def test_a_file_in_the_place_of_a_folder(broken: Broken) -> None:
    shutil.rmtree(broken.folder / "build")
    (broken.folder / "build").write_text("")
    assert "File exists. Is the disk full or read-only?" in broken.build()


def test_a_mistake_in_the_real_command_has_no_traceback_either(flagship_to_change: Path) -> None:
    replace(flagship_to_change / "report/poster.qmd", "{{ adverse_events_table() }}", "{{ cohrt.n }}")
    before = state(flagship_to_change / "_output")
    done = cohortpress(flagship_to_change, "build")
    assert done.returncode == 1
    assert "error: report/poster.qmd, line " in done.stderr
    assert "'cohrt' is undefined. Did you mean 'cohort'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert state(flagship_to_change / "_output") == before


def test_a_kill_at_any_moment_leaves_the_last_good_set(built_second_study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    shutil.copytree(built_second_study, folder)
    old = contents(folder / "_output")
    moments = random.Random(0)
    replace(folder / "report/abstract.qmd", "## Results", "## Results 0")
    shutil.copytree(folder, tmp_path / "whole")
    assert cohortpress(tmp_path / "whole", "build").returncode == 0
    new = contents(tmp_path / "whole/_output")
    assert new != old
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-m", "cohortpress", "build"],
            cwd=folder,
            env=environment(),
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            time.sleep(moments.uniform(0.2, 1.2))
            os.killpg(process.pid, signal.SIGKILL)
        assert contents(folder / "_output") in (old, new)  # the second where the build came to its end
    done = cohortpress(folder, "build")
    assert done.returncode == 0, done.stderr
    assert "Results 0" in text_of_html((folder / "_output/abstract.html").read_text(encoding="utf-8"))
    assert [path.name for path in folder.iterdir() if path.name.startswith("._output")] == []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc, where processes are listed")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_build_that_is_ended_leaves_no_process_behind(ending: signal.Signals, flagship: Path) -> None:
    mark = f"COHORTPRESS_TEST={uuid.uuid4()}".encode()
    with subprocess.Popen(
        [sys.executable, "-m", "cohortpress", "build", "--quiet"],
        cwd=flagship,
        env={**environment(), **dict([mark.decode().split("=")])},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert _wait_until(lambda: len(_marked(mark)) >= 4, 20), "a build, what forks, what counts, and a worker"
        process.send_signal(ending)
        said = process.communicate()[1]
    assert _wait_until(lambda: not _marked(mark), 20)
    if ending == signal.SIGTERM:
        assert process.returncode == 128 + ending
        assert "leaked" not in said


@pytest.mark.parametrize("seconds", [0.3, 0.7])
def test_ctrl_c_ends_a_build_in_silence(flagship: Path, seconds: float) -> None:
    """It reaches all processes at once, those too that still load what they need."""
    with subprocess.Popen(
        [sys.executable, "-m", "cohortpress", "build", "--quiet"],
        cwd=flagship,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate()[1]
    assert process.returncode in (130, -signal.SIGINT)  # the second where it had not even begun
    assert [line for line in said.splitlines() if not line.startswith("warning: ")] == []  # a fast one may have warned


def _marked(mark: bytes) -> list[int]:
    """Return the processes that were started with ``mark`` in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
    return found


def _wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def test_a_set_that_a_kill_put_aside_comes_back_even_if_the_next_build_fails(broken: Broken) -> None:
    (broken.folder / "_output").rename(broken.folder / "._output.last-good")
    (broken.folder / "sessions.csv").unlink()
    assert broken.build().startswith("sessions.csv: The file is missing. ")
