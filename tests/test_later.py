"""Modules that are put off: loaded by the first call, and only for who asked for that."""

from __future__ import annotations

import subprocess
import sys

import pytest

CHECK = """
import sys
from cohortpress.later import when_needed
with when_needed("fractions", "xml.dom.minidom"):
    import fractions
    from fractions import Fraction as Late
    from xml.dom import minidom
print("fractions" in sys.modules, "xml.dom.minidom" in sys.modules)
print(Late(1, 3), fractions.gcd if hasattr(fractions, "__all__") else "no module yet")
import fractions
print(fractions.Fraction is type(Late(1, 2)), type(fractions).__name__)
print(minidom.parseString("<a/>").documentElement.tagName)
"""


def test_a_module_is_loaded_when_it_is_called_and_others_get_the_real_one() -> None:
    said = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["False False", "1/3 no module yet", "True module", "a"]


@pytest.mark.parametrize("library", ["numpy.f2py", "numpy.ma", "numpy.polynomial", "numpy.random", "numpy.testing"])
def test_scipy_comes_without_what_no_test_of_a_study_needs(library: str) -> None:
    check = f"import sys, cohortpress.analysis; print({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout == "False\n"
