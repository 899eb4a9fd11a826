"""How long the PDF of the poster takes in each theme, the fitting of its text included; a table of ``make bench``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from cohortpress.build import Build, Options

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
GOAL = 2.5  # seconds
THEMES = sorted(file.parent.name for file in (ROOT / "templates/themes").glob("*/theme.yml"))
# A process of its own, so that the loading of WeasyPrint counts.
PRINT = """
import sys
from pathlib import Path
from cohortpress.paper import parse_page_size
from cohortpress.printing import print_pdf
page, *sizes = sys.argv[1:]
html = Path("build/poster.html")
printed = print_pdf(html, html.with_suffix(".pdf"), page=parse_page_size(page), text_pt=tuple(map(float, sizes)))
print(printed.layouts, f"{printed.text_pt:.1f}")
"""


def prepare(study: Path, theme: str) -> list[str]:
    """Render the poster in a theme; return its page and sizes of text, as arguments of PRINT."""
    with Build(study, Options("pandoc", theme, ("poster",)), lambda step, seconds: None) as steps:
        steps.fill("poster")
        steps.render("poster")
        page = steps.space.page("poster")
        return [page.name, *map(str, steps.space.theme.text_pt("poster", page))]


def timed(study: Path, arguments: list[str]) -> tuple[float, str]:
    """Print the poster; return the seconds, and how many layouts it took to which size of text."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PRINT, *arguments], cwd=study, check=True, capture_output=True, text=True
    )
    return time.perf_counter() - start, done.stdout.strip()


def main() -> None:
    print(f"The PDF of the flagship's poster, WeasyPrint loaded and its text fitted; median of {RUNS} runs.\n")
    print("| theme | s | goal, s | layouts | text, pt |\n|---|--:|--:|--:|--:|")
    for theme in THEMES:
        with tempfile.TemporaryDirectory() as folder:
            study = Path(folder)
            for name in ("data", "report", "templates"):
                shutil.copytree(ROOT / name, study / name)
            shutil.copy(ROOT / "_quarto.yml", study)
            arguments = prepare(study, theme)
            runs = [timed(study, arguments) for _ in range(RUNS)]
        layouts, size = runs[0][1].split()
        print(f"| {theme} | {median(seconds for seconds, _ in runs):.2f} | {GOAL} | {layouts} | {size} |")


if __name__ == "__main__":
    main()
