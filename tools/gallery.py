"""Build the flagship in every theme and keep a picture of each poster: ``make gallery``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PIL import Image

from cohortpress.build import Options, build

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs/images"
WIDTH = 700  # pixels: what a page of documentation shows


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


def shrink(source: Path, target: Path) -> None:
    """Save a picture in the width of the documentation, in few colours."""
    with Image.open(source) as picture:
        size = WIDTH, round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    small.quantize(64).save(target, optimize=True)


def picture_of(pdf: Path, target: Path) -> None:
    """Save a picture of the first page of a PDF."""
    from cohortpress.printing import poster_preview

    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        poster_preview(pdf, Path(file.name), 2 * WIDTH)
        shrink(Path(file.name), target)


if __name__ == "__main__":
    main()
