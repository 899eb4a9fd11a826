"""Releases as the names of folders say are those that the libraries themselves tell."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

import pytest

from cohortpress.ledger import LIBRARIES
from cohortpress.releases import release


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_release_is_what_the_library_says(library: str) -> None:
    assert release(library) == version(library)


def test_what_is_not_installed_is_an_error() -> None:
    with pytest.raises(PackageNotFoundError):
        release("no-such-library")


def test_no_parser_of_mail_is_loaded_to_know_them() -> None:
    check = "import sys; from cohortpress.ledger import code_digest; code_digest(); print('email' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout == "False\n"
