"""How long a newcomer waits: ``new`` on a spreadsheet of 200 rows, and the first build; a table of ``make bench``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import openpyxl

from bench import adopt_orphans, cpu_of_orphans

RUNS = 3
GOAL = 6  # seconds for both together
COMMAND = (sys.executable, "-m", "cohortpress")
VISITS = ("Baseline", "3 months", "6 months", "12 months")


def write_spreadsheet(file: Path) -> None:
    """Write 50 patients with 4 visits each, and three endpoints with some cells empty."""
    random = np.random.default_rng(1)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Patient", "Sex", "Age (years)", "Visit", "CRP (mg/l)", "ESR (mm/h)", "Pain (0-10)"])
    for patient in range(1, 51):
        sex, age = "fm"[patient % 2], 18 + 37 * patient % 60
        for number, visit in enumerate(VISITS):
            level = float(random.lognormal(3 - number / 2))
            values = [int(10 * level) / 10, int(5 + 3 * level), int(random.integers(0, 9 - number))]
            row = [None if random.random() < 0.05 else value for value in values]
            sheet.append([f"P{patient:02d}", sex, age, visit, *row])
    book.save(file)


def seconds(folder: Path, *arguments: str) -> tuple[float, float]:
    """Run a command; return its seconds on the clock, and those of the cores."""
    before, start = os.times(), time.perf_counter()
    subprocess.run([*COMMAND, *arguments], cwd=folder, check=True, capture_output=True)
    wall = time.perf_counter() - start
    cpu_of_orphans()  # they are among the children now
    after = os.times()
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return wall, used


def main() -> None:
    adopt_orphans()
    costs: dict[str, list[tuple[float, float]]] = {"new": [], "first build": [], "together": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_spreadsheet(folder / "clinic.xlsx")
        for _ in range(RUNS + 1):  # the first warms the caches
            shutil.rmtree(folder / "study", ignore_errors=True)
            started = seconds(folder, "new", "study", "--data", "clinic.xlsx")
            built = seconds(folder / "study", "build")
            costs["new"].append(started)
            costs["first build"].append(built)
            costs["together"].append((started[0] + built[0], started[1] + built[1]))
    print("A study from a spreadsheet of 200 rows.\n")
    print("| | wall, s | CPU, s | goal, wall |\n|---|--:|--:|--:|")
    for name, (_, *timed) in costs.items():
        wall, cpu = (median(column) for column in zip(*timed, strict=True))
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {GOAL if name == 'together' else ''} |")


if __name__ == "__main__":
    main()
