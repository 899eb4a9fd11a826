"""Logos and numbers of posters; QR codes, of which what is drawn is what the library computed, module for module."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import segno
from studies import cohortpress, replace, text_of_pdf

from cohortpress.emblems import qr_code
from cohortpress.line_ends import with_free_joints

ADDRESS = "https://example.org/?a=1&b=2"


def test_each_dark_module_is_drawn_once_and_runs_of_them_in_one_piece() -> None:
    svg = qr_code(ADDRESS)
    pieces = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg)
    drawn = [(int(x) + step - 4, int(y) - 4) for x, y, width in pieces for step in range(int(width))]
    matrix = segno.make(ADDRESS, error="m", micro=False).matrix
    dark = [(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module]
    assert drawn == dark
    begins = {(int(x), int(y)) for x, y, _ in pieces}
    assert not begins & {(int(x) + int(width), int(y)) for x, y, width in pieces}
    assert f'viewBox="0 0 {len(matrix) + 8} {len(matrix) + 8}"' in svg
    assert "<title>https://example.org/?a=1&amp;b=2</title>" in svg


LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'


def test_a_poster_bears_its_number_and_logos_and_the_abstract_does_not(second_study: Path) -> None:
    (second_study / "report/logo.svg").write_text(LOGO, encoding="utf-8")
    logos = "logos: {'A [Club] & \"Friends\"': report/logo.svg}"
    replace(second_study / "report/study.yml", "keywords:", f"poster_number: P-137\n{logos}\nkeywords:")
    done = cohortpress(second_study, "build", STRICT="1")
    assert done.returncode == 0, done.stderr
    poster, abstract = ((second_study / f"_output/{name}.html").read_text("utf-8") for name in ("poster", "abstract"))
    assert '<span class="poster-number">P-137</span>' in with_free_joints(poster)
    image = re.search(r'<img class="logo" src="data:image/svg\+xml;base64,[^"]+" alt="([^"]*)">', poster)
    assert image
    assert unescape(image[1]) == 'A [Club] & "Friends"'
    assert "logo" not in re.sub(r"<style>.*?</style>", "", abstract, flags=re.DOTALL)
    assert "P-137" in text_of_pdf(second_study / "_output/poster.pdf")


def test_a_logo_is_a_file_of_the_study(second_study: Path) -> None:
    study = second_study / "report/study.yml"
    replace(study, "keywords:", "logos: {Club: ../logo.svg}\nkeywords:")
    done = cohortpress(second_study, "build")
    assert "report/study.yml, line 3: logos.Club: the file must lie inside the study's folder." in done.stderr
    replace(study, "../logo.svg", "report/logo.svg")
    done = cohortpress(second_study, "build")
    said = "report/study.yml, line 3: logos: there is no file report/logo.svg. Copy it there, or name another."
    assert f"error: {said}\n" in done.stderr
    (second_study / "report/Logo.svg").write_text(LOGO, encoding="utf-8")
    done = cohortpress(second_study, "build")
    assert "there is no file report/logo.svg. Did you mean 'report/Logo.svg'?" in done.stderr
