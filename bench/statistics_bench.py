"""How fast the statistics are, beside R's coin on the same data in the same run: the second table of ``make bench``."""

from __future__ import annotations

import csv
import io
import resource
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
import time
start = time.perf_counter()
from pathlib import Path
from cohortpress.analysis import analyse
from cohortpress.cohort import read_cohort
from cohortpress.formatting import format_results
from cohortpress.study import read_study
study = read_study(Path("."))
text = format_results(analyse(study, read_cohort(Path("."), study)), study).to_json()
Path("results.json").write_text(text)
print(time.perf_counter() - start)
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


def many_endpoints() -> None:
    """Test 10,000 endpoints of eight pairs."""
    for seed in range(10_000):
        signed_rank(*tied_pairs(8, seed), decimals=0)


def large_cohort() -> tuple[float, float]:
    """Return seconds and MiB from the CSV of 100,000 subjects x 4 visits x 10 endpoints to results.json."""
    random = np.random.default_rng(1)
    subjects, visits, endpoints = 100_000, ("v0", "v1", "v2", "v3"), [f"e{k}" for k in range(10)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "report").mkdir()
        write_study(folder, visits, endpoints)
        with (folder / "patients.csv").open("w") as file:
            file.writelines(["subject_id\n", *(f"P{i:06d}\n" for i in range(subjects))])
        values = np.round(random.lognormal(2, 1, (subjects * len(visits), len(endpoints))), 1).astype(str)
        values[random.random(values.shape) < 0.05] = ""
        with (folder / "visits.csv").open("w") as file:
            file.write(",".join(["subject_id", "visit", *endpoints]) + "\n")
            for row, cells in enumerate(values):
                file.write(f"P{row // len(visits):06d},{visits[row % len(visits)]},{','.join(cells)}\n")
        done = subprocess.run([sys.executable, "-c", LARGE], cwd=folder, capture_output=True, text=True, check=True)
    return float(done.stdout), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def write_study(folder: Path, visits: tuple[str, ...], endpoints: list[str]) -> None:
    """Write the study.yml of the large cohort."""
    lines = ["title: large", "data: {subjects: patients.csv, visits: visits.csv}", "visits:"]
    lines += [f"  {visit}: {{label: {visit}, month: {month}}}" for month, visit in enumerate(visits)]
    lines += ["endpoints:", *(f"  {endpoint}: {{label: {endpoint}}}" for endpoint in endpoints)]
    (folder / "report/study.yml").write_text("\n".join(lines))


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield case, ours, theirs."""
    for n in (8, 50, 200, 1000):
        pairs = tied_pairs(n)
        ours, coin = seconds(lambda pairs=pairs: signed_rank(*pairs, decimals=0)), coin_seconds(*pairs)  # type: ignore[misc]
        theirs = "no R" if coin is None else f"{1000 * coin:.0f} ms"
        yield f"exact signed-rank test, {n} pairs with ties and zeros", f"{1000 * ours:.1f} ms", theirs
    yield "10,000 endpoints of 8 pairs", f"{seconds(many_endpoints):.2f} s", ""
    wall, memory = large_cohort()
    yield "100,000 subjects x 4 visits x 10 endpoints, CSV to results.json", f"{wall:.1f} s, {memory:.0f} MiB", ""


def main() -> None:
    print("| | cohortpress | R, coin |\n|---|--:|--:|")
    for case, ours, theirs in rows():
        print(f"| {case} | {ours} | {theirs} |")


if __name__ == "__main__":
    main()
