"""A long file of many rows is read in seconds."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from cohortpress.cohort import read_cohort
from cohortpress.study import parse_study

ENDPOINTS = ("crp", "esr", "haq", "pain")
STUDY = parse_study(
    "title: t\ndata: {visits: visits.csv, subject_id: id}\nvisits:\n"
    + "".join(f"  m{month}: {{label: M, month: {month}}}\n" for month in range(4))
    + "endpoints:\n"
    + "".join(f"  {name}: {{label: {name}}}\n" for name in ENDPOINTS),
    "report/study.yml",
)


def write(folder: Path, subjects: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    values = np.random.default_rng(1).integers(0, 10_000, (subjects, 4, len(ENDPOINTS))) / 10
    lines = [
        f"S{subject},m{month},{','.join(map(str, values[subject, month].tolist()))}"
        for subject in range(subjects)
        for month in range(4)
    ]
    (folder / "visits.csv").write_text("\n".join([f"id,visit,{','.join(ENDPOINTS)}", *lines]), encoding="utf-8")
    return values


def test_a_hundred_thousand_rows_are_read_in_two_seconds_of_one_core(tmp_path: Path) -> None:
    values = write(tmp_path, 25_000)
    read_cohort(tmp_path, STUDY)  # what is imported is imported
    start = time.process_time()
    cohort = read_cohort(tmp_path, STUDY)
    assert time.process_time() - start < 2
    for index, name in enumerate(ENDPOINTS):
        np.testing.assert_array_equal(cohort.values[name], values[:, :, index])
