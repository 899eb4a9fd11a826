"""The package alone is enough: a wheel, an Excel file and an empty folder become an abstract and a poster."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from studies import ROOT, text_of_pdf

# Runs at the start of every Python below, those that print among them: the checkout is out of reach.
GUARD = f"""
import os, sys

def look(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        path = os.path.realpath(arguments[0])
        if path.startswith({str(ROOT)!r} + os.sep) and not path.startswith({sys.prefix!r} + os.sep):
            os.write(2, f"reads the checkout: {{path}}\\n".encode())
            os._exit(3)

sys.addaudithook(look)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as its wheel installs it, and nothing else."""
    if not find_spec("hatchling"):
        pytest.skip("needs hatchling, which requirements/runtime.txt brings")
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    build = ["wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder / "wheel")]
    subprocess.run([*pip, *build, str(ROOT)], check=True)
    (wheel,) = (folder / "wheel").glob("cohortpress-*.whl")
    install = ["install", "--no-index", "--no-deps", "--target", str(folder / "site"), str(wheel)]
    subprocess.run([*pip, *install], check=True)
    (folder / "site/sitecustomize.py").write_text(GUARD, encoding="utf-8")
    return folder / "site"


def run(installed: Path, folder: Path, *command: str) -> str:
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ}
    env = {**kept, "PYTHONPATH": str(installed), "ENGINE": "pandoc"}
    done = subprocess.run([sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_checkout_is_out_of_reach(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "-c", "import cohortpress; print(cohortpress.__file__)")
    assert Path(where.strip()).is_relative_to(installed)
    with pytest.raises(AssertionError, match="reads the checkout"):
        run(installed, tmp_path, "-c", f"open({str(ROOT / 'README.md')!r})")


def test_a_spreadsheet_in_an_empty_folder_becomes_an_abstract_and_a_poster(installed: Path, tmp_path: Path) -> None:
    spreadsheet = tmp_path / "polyps.xlsx"
    spreadsheet.write_bytes((ROOT / "docs/tutorial/polyps.xlsx").read_bytes())
    told = run(installed, tmp_path, "-m", "cohortpress", "new", "my-study", "--data", "polyps.xlsx")
    assert told.startswith("my-study: 22 subjects in 22 rows, 3 visits, 1 endpoint, 3 characteristics\n")
    study = tmp_path / "my-study"
    with pytest.raises(AssertionError, match="still to be written"):
        run(installed, study, "-m", "cohortpress", "build", "--strict")
    file = study / "report/study.yml"
    file.write_text(file.read_text("utf-8").replace("title: My study", "title: Sulindac and polyps"), "utf-8")
    for document in ("abstract", "poster"):
        file = study / f"report/{document}.qmd"
        file.write_text(re.sub(r"(?<!\*)\*([^*\n]+)\*(?!\*)", "Written.", file.read_text("utf-8")), "utf-8")
    run(installed, study, "-m", "cohortpress", "build", "--strict")
    made = {file.name for file in (study / "_output").iterdir()}
    assert made >= {f"abstract.{ending}" for ending in ("pdf", "html", "docx", "txt")}
    assert made >= {f"poster.{ending}" for ending in ("pdf", "html", "png")}
    # By hand from the spreadsheet: those of the 20 who came back whose last count lies above, or below, their first.
    assert "Polyps decreased in 14 of 20 and increased in 6 at 12 months." in text_of_pdf(study / "_output/poster.pdf")
    assert "(p = 0.446, 20 pairs)" in text_of_pdf(study / "_output/abstract.pdf").replace("\N{NO-BREAK SPACE}", " ")
    assert run(installed, study, "-m", "cohortpress", "verify").startswith("ok ")
    run(installed, study, "-m", "cohortpress", "check-data")
    run(installed, study, "-m", "cohortpress", "eject")
    assert (study / "templates/blocks.jinja").is_file()
