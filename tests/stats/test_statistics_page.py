"""The examples of docs/statistics.md are true."""

from __future__ import annotations

import doctest
from pathlib import Path


def test_the_examples_of_the_page_run_as_printed() -> None:
    page = Path(__file__).parents[2] / "docs" / "statistics.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert failed == 0
    assert tried > 10
