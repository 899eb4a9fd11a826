"""A fresh study of two dozen subjects prints its abstract in each font that the package brings, in any language."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from studies import ROOT, render, replace

from cohortpress.fonts import FONTS
from cohortpress.new import start
from cohortpress.paper import parse_page_size
from cohortpress.printing import print_pdf
from cohortpress.style import load_theme

LANGUAGES = sorted(file.stem for file in ROOT.glob("templates/language/*.jinja"))


@pytest.fixture(scope="module", params=LANGUAGES)
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("begun")
    rows = [
        f"P{i},{'FM'[i % 2]},{40 + i},{month},{(90 - i) / (month + 1):.1f},{9 + i * 1.5:.1f}"
        for i in range(1, 25)
        for month in (0, 6, 12)
    ]
    data = "\n".join(["Patient,Sex,Age (years),Month,ESR (mm/h),CRP (mg/l)", *rows, ""])
    (folder / "labs.csv").write_text(data, encoding="utf-8")
    start(folder / "study", [folder / "labs.csv"])
    shutil.copytree(ROOT / "templates/themes/classic", folder / "study/templates/themes/mine")
    replace(folder / "study/report/study.yml", "language: en-GB", f"language: {request.param}")
    return folder / "study"


@pytest.mark.parametrize("font", FONTS)
def test_the_abstract_fits(font: str, study: Path, tmp_path: Path) -> None:
    themes = study / "templates/themes"
    shutil.copy(ROOT / "templates/themes/classic/theme.yml", themes / "mine/theme.yml")
    replace(themes / "mine/theme.yml", "text: Source Sans Pro", f"text: {font}")
    theme, page = load_theme("mine", [themes, ROOT / "templates/themes"]), parse_page_size("A4")
    html, pdf = render(study, "abstract", "mine"), tmp_path / "abstract.pdf"
    assert "24</span>" in html.read_text(encoding="utf-8")
    assert print_pdf(html, pdf, page=page, text_pt=theme.text_pt("abstract", page)).pages == 1
