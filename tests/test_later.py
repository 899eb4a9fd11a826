"""Modules that are put off: loaded by the first call, and only for who asked for that."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import scipy.special

from cohortpress.later import replaced
from cohortpress.stats import _scipy

STATS = Path(_scipy.__file__).parent

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


BARE = """
import sys
from cohortpress.later import bare
with bare("email"):
    from email import quoprimime
print("email" in sys.modules, quoprimime.unquote("=20"), end="|")
import email
from email import quoprimime as again
print(callable(email.message_from_string), again is quoprimime)
"""


def test_a_module_comes_without_its_package_and_the_package_comes_whole_afterwards() -> None:
    said = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=True).stdout
    assert said == "False  |True True\n"


def test_the_special_functions_are_those_of_scipy() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in STATS.glob("*.py"))
    names = set(re.findall(r"\bspecial\.(\w+)", source)) - {"special"}
    assert len(names) > 5
    for name in names:
        assert getattr(_scipy.special, name) is getattr(scipy.special, name)


class Owner:
    mine = "before"


def test_what_is_replaced_comes_back_and_what_is_not_there_stays_away() -> None:
    with replaced(Owner, "mine", "meanwhile"), replaced(Owner, "other", "new"):
        assert Owner.mine == "meanwhile"
        assert not hasattr(Owner, "other")
    assert Owner.mine == "before"


def test_matplotlib_writes_no_documentation_for_a_build_and_for_others_it_does() -> None:
    check = """
from cohortpress.figures._matplotlib import Figure
print(Figure.set.__doc__)
from matplotlib import artist
class Mine(artist.Artist):
    pass
print("alpha" in Mine.set.__doc__)
"""
    said = subprocess.run([sys.executable, "-W", "error", "-c", check], capture_output=True, text=True, check=True)
    assert said.stdout == "None\nTrue\n"
