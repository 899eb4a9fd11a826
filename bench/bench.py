"""How long a build takes, and how much memory: ``make bench`` prints the table of docs/performance.md.

The build runs on a copy of the study in a temporary folder. Beside it, in the same run, stand the floor (one
Python process that imports the libraries which the build imports, and one start of pandoc for each document) and a
page by R Markdown, where that is installed.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pypandoc

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PANDOC = Path(pypandoc.get_pandoc_path())

STUDY = ("_quarto.yml", "data", "report", "templates")
MADE = ("_output", "build")
FLOOR = f"""
import subprocess
import babel.numbers, click, jinja2, numpy, PIL.Image, pydantic, pypdfium2, scipy.special, segno, weasyprint, yaml
import matplotlib.figure, matplotlib.backends.backend_agg, matplotlib.backends.backend_svg
for document in ("abstract", "poster"):
    subprocess.run([{str(PANDOC)!r}, "--to=html"], input=b"", stdout=subprocess.PIPE, check=True)
"""
RMARKDOWN = f"""
Rscript -e 'rmarkdown::render("rmarkdown.Rmd", quiet = TRUE)' &&
"{BIN}/weasyprint" --quiet rmarkdown.html rmarkdown.pdf
"""


@dataclass(frozen=True)
class Case:
    """A command, run in the folder of the study, and what to do to the study before its run of a number."""

    name: str
    command: tuple[str, ...]
    prepare: Callable[[Path, int], None] = lambda study, run: None


@dataclass(frozen=True)
class Cost:
    """Of a command and all it starts: seconds on the clock, seconds of the cores, MiB at the peak."""

    wall: float
    cpu: float
    memory: float


def forget(study: Path, run: int) -> None:
    """Remove all that was made."""
    for made in MADE:
        shutil.rmtree(study / made, ignore_errors=True)


def restyle(study: Path, run: int) -> None:
    """Add a rule to the style sheets."""
    for sheet in ROOT.glob("templates/**/*.css"):
        change(study, sheet.relative_to(ROOT), lambda text: f"{text}\n:root {{ --run: {run} }}\n")


def reword(study: Path, run: int) -> None:
    """Add a sentence without a digit to the abstract, since a typed number could be refused."""
    change(study, "report/abstract.qmd", lambda text: f"{text}\n\nMore{' and more' * run}.\n")


def remeasure(study: Path, run: int) -> None:
    """Change the last digit of a value of the visits: of the last row that has one in its last column."""

    def edit(text: str) -> str:
        row = next(row for row in reversed(text.splitlines()) if row[-1:].isdigit())
        return text.replace(row, f"{row[:-1]}{(int(row[-1]) + 1 + run) % 10}")

    change(study, "data/visits.csv", edit)


def change(study: Path, file: Path | str, edit: Callable[[str], str]) -> None:
    """Write the project's file, edited, into the study: changes do not pile up from run to run."""
    (study / file).write_text(edit((ROOT / file).read_text(encoding="utf-8")), encoding="utf-8")


def cases() -> Iterator[Case]:
    """Yield the cases in their order: each finds the study as the one before it left it."""
    build = (str(BIN / "cohortpress"), "build")
    yield Case("floor: imports, and two starts of pandoc", (sys.executable, "-c", FLOOR))
    if has_rmarkdown():
        yield Case("R Markdown and WeasyPrint, one page", ("sh", "-c", RMARKDOWN))
    yield Case("build from nothing", build, forget)
    yield Case("nothing to do", build)
    yield Case("style sheet changed", build, restyle)
    yield Case("prose changed", build, reword)
    yield Case("a value of the data changed", build, remeasure)
    yield Case("what make adds to each of these", ("make", "--silent", f"--directory={ROOT}", "setup"))


def has_rmarkdown() -> bool:
    """Tell whether R and its package rmarkdown are installed."""
    ask = ["Rscript", "-e", "stopifnot(requireNamespace('rmarkdown'))"]
    return shutil.which("Rscript") is not None and not subprocess.run(ask, capture_output=True).returncode


def measure(case: Case, study: Path, watch_memory: bool) -> Cost:
    """Run a case once. To watch the memory takes time, so the seconds of such a run do not count."""
    env = os.environ | {"RSTUDIO_PANDOC": str(PANDOC.parent)}
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            case.command, cwd=study, env=env, stdout=output, stderr=output, start_new_session=True
        )
        peak, ended = 0.0, 0
        while not ended:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG if watch_memory else 0)
            if not ended:
                peak = max(peak, memory_of(process.pid))
                time.sleep(0.01)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime + cpu_of_orphans()
        if process.returncode:
            output.seek(0)
            sys.exit(f"'{case.name}' failed:\n{output.read().decode(errors='replace')}")
    return Cost(wall, cpu, peak)


def adopt_orphans() -> None:
    """Become the parent of what outlives its own (Linux), so that its seconds count too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def cpu_of_orphans() -> float:
    """Wait for all that a case left behind, and return its seconds of the cores."""
    total = 0.0
    with contextlib.suppress(ChildProcessError):
        while True:
            usage = os.wait3(0)[2]
            total += usage.ru_utime + usage.ru_stime
    return total


def memory_of(session: int) -> float:
    """Return the MiB of all processes of a session, what they share counted once; 0 where no /proc tells."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[3]) == session:
                rollup = (stat.parent / "smaps_rollup").read_text()
                total += int(rollup.partition("Pss:")[2].split()[0])
        except (OSError, IndexError):
            continue  # it has ended meanwhile
    return total / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the build; see the head of this file.")
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each case (default: 5)")
    runs = parser.parse_args().runs
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    adopt_orphans()
    costs: dict[str, list[Cost]] = {case.name: [] for case in cases()}
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        for name in STUDY:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, study / name)
            else:
                shutil.copy(source, study / name)
        shutil.copy(ROOT / "bench/rmarkdown.Rmd", study)
        # Round by round, so that a busy minute of the machine hits all cases alike. Round 0 warms the caches.
        for run in range(runs + 2):
            for case in cases():
                case.prepare(study, run)
                costs[case.name].append(measure(case, study, watch_memory=run == runs + 1))
            print(f"round {run} of {runs + 1}", file=sys.stderr)

    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    print(f"{os.cpu_count()} cores, {system}; median of {runs} runs, memory of one more.\n")
    print("| | wall, s | CPU, s | memory, MiB | wall / floor |\n|---|--:|--:|--:|--:|")
    floor = 0.0
    for name, (_, *timed, watched) in costs.items():
        wall, cpu = median(cost.wall for cost in timed), median(cost.cpu for cost in timed)
        floor = floor or wall
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {watched.memory:.0f} | {wall / floor:.2f} |")


if __name__ == "__main__":
    main()
