"""The set-up script on machines that lack something: stand-ins for Python and apt-get record the calls."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ["sh", "cat", "chmod", "cksum", "cp", "dirname", "mkdir", "rm", "sed"]

# As much of Python as the set-up asks for: is it new enough, what is missing, make a .venv, install.
PYTHON = """#!/bin/sh
echo "$0 $*" >>"$LOG"
case "$*" in
  *version_info*) exit "${PYTHON_IS_OLD:-0}" ;;
  -) [ -e "$INSTALLED" ] || printf '%s' "$MISSING" ;;
  "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"$FAIL_AT"*) [ -z "$FAIL_AT" ] || exit 1 ;;
esac
"""


class Machine:
    """A copy of the set-up in a folder of its own, and a PATH on which there is nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "the project"
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.env = {
            "PATH": str(self.bin),
            "LOG": str(self.log),
            "INSTALLED": str(folder / "installed"),
            "MISSING": "",
            "FAIL_AT": "",
        }
        self.bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (self.bin / tool).symlink_to(found)
        self.command("id", "echo 1000")
        self.command("chromium", "exit 0")
        for path in ["tools/setup.sh", "requirements/runtime.txt", "requirements/dev.txt", "pyproject.toml"]:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, self.folder / path)

    def command(self, name: str, script: str) -> None:
        """Put a command on the machine."""
        (self.bin / name).write_text(script if script.startswith("#!") else f"#!/bin/sh\n{script}\n")
        (self.bin / name).chmod(0o755)

    def set_up(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the set-up; afterwards the log has what this run asked for and nothing older."""
        self.log.write_text("")
        command = [str(self.bin / "sh"), "tools/setup.sh", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.env | env, capture_output=True, text=True, check=False
        )

    @property
    def asked(self) -> str:
        return self.log.read_text()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.command("python3", PYTHON)
    return made


def test_a_second_run_starts_no_python(machine: Machine) -> None:
    assert machine.set_up().returncode == 0
    assert "requirements/runtime.txt" in machine.asked
    assert "requirements/dev.txt" not in machine.asked
    again = machine.set_up()
    assert (again.returncode, again.stdout, again.stderr, machine.asked) == (0, "", "", "")


def test_the_tools_of_the_tests_are_added_to_what_is_there(machine: Machine) -> None:
    machine.set_up()
    assert machine.set_up("dev").returncode == 0
    assert "requirements/dev.txt" in machine.asked
    assert "-m venv" not in machine.asked
    machine.set_up("dev")
    assert machine.asked == ""
    machine.set_up()
    assert machine.asked == ""


@pytest.mark.parametrize("step", ["runtime.txt", "import weasyprint", "--editable", "dev.txt"])
def test_a_set_up_cut_short_is_mended_by_the_next_run(machine: Machine, step: str) -> None:
    assert machine.set_up("dev", FAIL_AT=step).returncode != 0
    assert machine.set_up("dev").returncode == 0
    assert step in machine.asked
    assert ("-m venv" in machine.asked) is (step != "--editable"), "half-installed packages are made anew"
    machine.set_up("dev")
    assert machine.asked == ""


@pytest.mark.parametrize(
    ("path", "step"), [("requirements/runtime.txt", "-m venv"), ("pyproject.toml", "--editable")]
)
def test_a_change_is_installed(machine: Machine, path: str, step: str) -> None:
    machine.set_up()
    with (machine.folder / path).open("a") as file:
        file.write("# changed\n")
    machine.set_up()
    assert step in machine.asked


def test_a_moved_project_is_set_up_anew(machine: Machine) -> None:
    machine.set_up()
    machine.folder = machine.folder.rename(machine.folder.with_name("moved"))
    machine.set_up()
    assert "-m venv" in machine.asked


def test_a_vanished_python_is_replaced(machine: Machine) -> None:
    machine.set_up()
    (machine.folder / ".venv/bin/python").unlink()
    machine.set_up()
    assert "-m venv" in machine.asked


def test_a_newer_python_beside_an_old_one_is_found(machine: Machine) -> None:
    machine.command("python3", "exit 1")
    machine.command("python3.12", PYTHON)
    assert machine.set_up().returncode == 0
    assert "python3.12 -m venv" in machine.asked


def test_what_is_missing_is_named_with_one_command_for_each_system(machine: Machine) -> None:
    run = machine.set_up(MISSING="Python's venv module\nPango")
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.splitlines() == [
        "cohortpress needs what this machine does not have:",
        "  - Python's venv module",
        "  - Pango",
        "Run the command for your system, then make again:",
        "  Debian, Ubuntu   sudo apt-get install python3-venv libpangoft2-1.0-0 libharfbuzz-subset0",
        "  Fedora           sudo dnf install python3 pango harfbuzz",
        "  macOS            brew install python pango",
    ]
    assert not (machine.folder / ".venv").exists()


def test_an_old_python_alone_is_refused(machine: Machine) -> None:
    run = machine.set_up(PYTHON_IS_OLD="1")
    assert run.returncode == 1
    assert "  - Python 3.11 to 3.14\n" in run.stderr
    assert "apt-get install python3.11-venv " in run.stderr


def test_no_python_at_all_is_refused(machine: Machine) -> None:
    (machine.bin / "python3").unlink()
    run = machine.set_up()
    assert run.returncode == 1
    assert "  - Python 3.11 to 3.14\n" in run.stderr
    assert "apt-get install python3-venv " in run.stderr


def test_root_on_debian_gets_what_is_missing(machine: Machine) -> None:
    machine.command("id", "echo 0")
    machine.command("apt-get", 'echo "apt-get $*" >>"$LOG"; : >"$INSTALLED"')
    assert machine.set_up(MISSING="Pango").returncode == 0
    assert "apt-get install -qq -y --no-install-recommends python3-venv libpangoft2-1.0-0" in machine.asked


def test_nobody_else_has_packages_installed_for_them(machine: Machine) -> None:
    machine.command("apt-get", 'echo "apt-get $*" >>"$LOG"; : >"$INSTALLED"')
    machine.command("sudo", 'echo "sudo $*" >>"$LOG"')
    assert machine.set_up(MISSING="Pango").returncode == 1
    assert "apt-get" not in machine.asked
    assert "sudo" not in machine.asked


def test_root_on_debian_without_network_gets_the_message(machine: Machine) -> None:
    machine.command("id", "echo 0")
    machine.command("apt-get", "exit 100")
    run = machine.set_up(MISSING="Pango")
    assert run.returncode == 1
    assert "sudo apt-get install" in run.stderr


def test_without_chromium_the_set_up_goes_on_and_says_so(machine: Machine) -> None:
    (machine.bin / "chromium").unlink()
    run = machine.set_up("dev")
    assert run.returncode == 0
    assert run.stdout.splitlines()[-1] == "There is no chromium: the tests in a browser are skipped."


def test_a_failed_download_says_what_to_do(machine: Machine) -> None:
    run = machine.set_up(FAIL_AT="runtime.txt")
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].endswith("Is there a network? Then run make again.")


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt"])
def test_the_lock_pins_and_hashes_every_package_and_names_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    entries = text.replace("\\\n", " ").splitlines()
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert packages
    assert all("==" in entry and "--hash=sha256:" in entry for entry in packages)


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ("", []),
        ("visits.xlsx", ["visits.xlsx"]),
        ("gout data  FINAL v2.xlsx", ["gout data  FINAL v2.xlsx"]),
        ("visits.xlsx my patients.csv events.csv", ["visits.xlsx", "my patients.csv", "events.csv"]),
        ("visits.xlsx no such.csv", ["visits.xlsx", "no such.csv"]),
        ("*.csv $(touch ran) `touch ran`", ["*.csv $(touch ran) `touch ran`"]),
    ],
)
def test_make_new_takes_names_with_spaces_and_several_files(tmp_path: Path, data: str, names: list[str]) -> None:
    run = _make_new(tmp_path, {"STUDY": "my study", "DATA": data})
    files = [part for name in names for part in ("--data", name)]
    assert (run.returncode, run.stdout.splitlines()) == (0, ["new", "my study", *files])
    assert not (tmp_path / "ran").exists()


def test_make_new_without_a_study_says_what_to_write(tmp_path: Path) -> None:
    run = _make_new(tmp_path, {})
    assert (run.returncode, run.stdout) == (2, "")
    assert "make new STUDY=my-study DATA=visits.xlsx\n" in run.stderr


def _make_new(folder: Path, choices: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `make new` with a command that prints its arguments, a line each."""
    shutil.copy(ROOT / "Makefile", folder)
    for name, script in (("tools/setup.sh", "exit 0"), (".venv/bin/cohortpress", "printf '%s\\n' \"$@\"")):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    for name in ("visits.xlsx", "gout data  FINAL v2.xlsx", "my patients.csv", "events.csv"):
        (folder / name).touch()
    given = [f"{key}={value.replace('$', '$$')}" for key, value in choices.items()]
    env = {name: value for name, value in os.environ.items() if name not in ("STUDY", "DATA", "MAKEFLAGS")}
    make = ["make", "--no-print-directory", "new", *given]
    return subprocess.run(make, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_make_help_lists_every_target_that_a_person_calls() -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    targets = next(line for line in lines if line.startswith(".PHONY:")).split()[1:]
    run = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = {target for line in re.findall("^  (.*?)  ", run.stdout, re.M) for target in line.split()}
    assert listed == {*targets} - {"setup", "setup-dev"}
