"""How fast the statistics are, beside R's coin on the same data in the same run: the second table of ``make bench``."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from cohortpress.stats.paired import signed_rank

# Times the test alone, not the start of R; the conditional distribution is computed by the shift algorithm.
COIN = """
suppressPackageStartupMessages(library(coin))
d <- read.csv(file("stdin"))
time <- system.time(p <- pvalue(wilcoxsign_test(y ~ x, data = d, distribution = "exact", zero.method = "Wilcoxon")))
cat(time[["elapsed"]], format(p, digits = 15))
"""
LARGE = """
import resource, time
start = time.perf_counter()
from pathlib import Path
from cohortpress.analysis import analyse
from cohortpress.cohort import read_cohort
from cohortpress.formatting import format_results
from cohortpress.study import read_study
study = read_study(Path("."))
text = format_results(analyse(study, read_cohort(Path("."), study)), study).to_json()
Path("results.json").write_text(text)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
READ = """
import resource, time
from pathlib import Path
from cohortpress.cohort import read_cohort
from cohortpress.study import read_study
start = time.perf_counter()
read_cohort(Path("."), read_study(Path(".")))
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def tied_pairs(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return ``n`` pairs of whole numbers: many ties, some zeros."""
    random = np.random.default_rng(seed)
    return random.integers(0, 40, n).astype(float), random.integers(2, 44, n).astype(float)


def seconds(run: Callable[[], object]) -> float:
    """Return the shortest of three runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def coin_seconds(before: np.ndarray, after: np.ndarray) -> float | None:
    """Return how long coin's exact test takes on the same pairs; None without R and coin."""
    if shutil.which("Rscript") is None:
        return None
    table = io.StringIO()
    csv.writer(table).writerows([("x", "y"), *zip(before, after, strict=True)])
    done = subprocess.run(["Rscript", "-e", COIN], input=table.getvalue(), capture_output=True, text=True, check=False)
    return float(done.stdout.split()[0]) if done.returncode == 0 else None


def many_endpoints() -> float:
    """Return the seconds of testing 10,000 endpoints of eight pairs."""
    endpoints = [tied_pairs(8, seed) for seed in range(10_000)]
    return seconds(lambda: [signed_rank(*pairs, decimals=0) for pairs in endpoints])


def with_cohort(code: str, subjects: int, endpoints: int) -> tuple[float, float]:
    """Run ``code`` in the folder of a cohort with 4 visits in CSV; return the seconds and MiB that it prints."""
    random, visits = np.random.default_rng(1), ("v0", "v1", "v2", "v3")
    names = [f"e{number}" for number in range(endpoints)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "report").mkdir()
        write_study(folder, visits, names)
        with (folder / "patients.csv").open("w") as file:
            file.writelines(["subject_id\n", *(f"P{i:06d}\n" for i in range(subjects))])
        with (folder / "visits.csv").open("w") as file:
            file.write(",".join(["subject_id", "visit", *names]) + "\n")
            for subject in range(subjects):  # one by one: the memory of this process would count as that of the next
                values = np.round(random.lognormal(2, 1, (len(visits), endpoints)), 1).astype(str)
                values[random.random(values.shape) < 0.05] = ""
                for visit, cells in zip(visits, values, strict=True):
                    file.write(f"P{subject:06d},{visit},{','.join(cells)}\n")
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    wall, kilobytes = done.stdout.split()
    return float(wall), int(kilobytes) / 1024


def write_study(folder: Path, visits: tuple[str, ...], endpoints: list[str]) -> None:
    """Write the study.yml of the large cohort."""
    lines = ["title: large", "data: {subjects: patients.csv, visits: visits.csv}", "visits:"]
    lines += [f"  {visit}: {{label: {visit}, month: {month}}}" for month, visit in enumerate(visits)]
    lines += ["endpoints:", *(f"  {endpoint}: {{label: {endpoint}}}" for endpoint in endpoints)]
    (folder / "report/study.yml").write_text("\n".join(lines))


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Yield case, ours, the goal, theirs."""
    for n, goal in ((8, "not slower"), (200, "10 ms"), (1000, "500 ms")):
        pairs = tied_pairs(n)
        ours, coin = seconds(lambda pairs=pairs: signed_rank(*pairs, decimals=0)), coin_seconds(*pairs)  # type: ignore[misc]
        theirs = "no R" if coin is None else f"{1000 * coin:.0f} ms"
        yield f"exact signed-rank test, {n:,} pairs", f"{1000 * ours:.1f} ms", goal, theirs
    yield "the same, 10,000 endpoints of 8 pairs", f"{many_endpoints():.2f} s", "2 s", ""
    wall, memory = with_cohort(READ, 25_000, 4)
    yield "100,000 rows of long CSV read and checked, 4 endpoints", f"{wall:.2f} s, {memory:.0f} MiB", "2 s", ""
    wall, memory = with_cohort(LARGE, 100_000, 10)
    large = "100,000 subjects x 4 visits x 10 endpoints, CSV to results.json"
    yield large, f"{wall:.1f} s, {memory:.0f} MiB", "8 s, 1,500 MiB", ""


def main() -> None:
    print("| | cohortpress | goal | R, coin |\n|---|--:|--:|--:|")
    for row in rows():
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
