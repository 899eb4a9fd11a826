"""The reference values that tests/reference/make_reference.R wrote, and how a result is held against them."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "reference"


class Sample(NamedTuple):
    """Matched pairs and the number of decimals they were measured with."""

    baseline: list[float]
    followup: list[float]
    decimals: int


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one reference table, as text."""
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def numbers(text: str) -> list[float]:
    """The numbers of one sample, joined by semicolons in the table."""
    return [float(number) for number in text.split(";")]


@cache
def samples() -> dict[str, Sample]:
    """All samples of pairs by the name of their case."""
    return {
        row["case"]: Sample(numbers(row["baseline"]), numbers(row["followup"]), int(row["decimals"]))
        for row in rows("samples.csv")
    }


def differing(compared: Iterable[tuple[object, float | None, str]]) -> list[tuple[object, float | None, str]]:
    """Those of (case, ours, theirs) that differ by more than 1e-10 of the reference.

    An empty reference is a number that R says does not exist: ours must be None.
    """
    return [(case, ours, theirs) for case, ours, theirs in compared if not _agree(ours, theirs)]


def _agree(ours: float | None, theirs: str) -> bool:
    if ours is None or not theirs:
        return ours is None and not theirs
    return math.isclose(ours, float(theirs), rel_tol=1e-10)
