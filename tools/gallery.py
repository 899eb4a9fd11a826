"""Keep pictures for the documentation: a poster in every theme, and a figure of every kind: ``make gallery``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PIL import Image

from cohortpress.build import Build, Options, build
from cohortpress.new import start

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs/images"
WIDTH = 700  # pixels: what a page of documentation shows
# The example of `cohortpress new`, with what its figures shall show.
DECLARED = {
    "direction: lower_is_better, column: Pain (0-10)}": "column: Pain (0-10), thresholds: {mild: 3}}",
    "analysis:": """responses:
  halved: {label: Pain halved, endpoint: pain, improvement_percent: 50}
  mild: {label: Mild pain, endpoint: pain, threshold: 3}

analysis:""",
}
FIGURES = {
    "courses": ("new", "[pain, crp]"),
    "boxes": ("cirrhosis", "[bilirubin, albumin, platelets]"),
    "waterfall": ("new", "[pain, crp], visit=month_6"),
    "responders": ("new", "[halved, mild]"),
    "flow": ("cirrhosis", ""),
}


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    themes = sorted(path.parent.name for path in ROOT.glob("templates/themes/*/theme.yml"))
    with tempfile.TemporaryDirectory() as name:
        study = Path(name)
        for part in ("data", "report", "templates"):
            shutil.copytree(ROOT / part, study / part)
        shutil.copy(ROOT / "_quarto.yml", study)
        for theme in themes:
            build(study, Options(engine="pandoc", theme=theme))
            shrink(study / "_output/poster.png", IMAGES / f"theme-{theme}.png")
            print(f"docs/images/theme-{theme}.png")
            if theme == "classic":
                picture_of(study / "_output/abstract.pdf", IMAGES / "abstract.png")
        figures(study / "figures")


def figures(folder: Path) -> None:
    """Draw a figure of every kind as it stands in an abstract."""
    start(folder / "new")
    shutil.copytree(ROOT / "examples/cirrhosis", folder / "cirrhosis")
    declared = folder / "new/report/study.yml"
    text = declared.read_text(encoding="utf-8")
    for old, new in DECLARED.items():
        assert old in text, old
        text = text.replace(old, new)
    declared.write_text(text, encoding="utf-8")
    for kind, (study, things) in FIGURES.items():
        call = ", ".join(filter(None, (f'"{kind}"', things)))
        (folder / study / "report/abstract.qmd").write_text(f"{{{{ figure({call}) }}}}\n", encoding="utf-8")
        with Build(folder / study, Options("pandoc"), lambda step, seconds: None) as steps:
            steps.fill("abstract")
            steps.draw_for_word("abstract")
        shrink(folder / study / f"build/figures/abstract-{kind}-1.png", IMAGES / f"figure-{kind}.png", 2 * WIDTH)
        print(f"docs/images/figure-{kind}.png")


def shrink(source: Path, target: Path, width: int = WIDTH) -> None:
    """Save a picture in the width of the documentation, in few colours."""
    with Image.open(source) as picture:
        size = width, round(picture.height * width / picture.width)
        small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    small.quantize(64).save(target, optimize=True)


def picture_of(pdf: Path, target: Path) -> None:
    """Save a picture of the first page of a PDF."""
    from cohortpress.pdfium import save_picture

    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        save_picture(pdf, Path(file.name), 2 * WIDTH)
        shrink(Path(file.name), target)


if __name__ == "__main__":
    main()
