"""Small pictures of the flagship's finished pages, against which tests hold what is built: ``make baselines``."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from cohortpress.pdfium import save_picture

ROOT = Path(__file__).resolve().parents[1]
BASELINES = ROOT / "tests/baselines"
DOCUMENTS = ("abstract", "poster")  # in the theme of the study
WIDTH = 320  # pixels: what lies where is seen, and hardly which letters


def small(pdf: Path, folder: Path) -> Image.Image:
    """Return the first page of a PDF, small and in grey; ``folder`` takes a picture for a moment."""
    large = folder / f"{pdf.stem}.png"
    save_picture(pdf, large, 4 * WIDTH)
    picture = Image.open(io.BytesIO(large.read_bytes())).convert("L")
    large.unlink()
    return picture.reduce(4)


def main() -> None:
    BASELINES.mkdir(exist_ok=True)
    for name in DOCUMENTS:
        small(ROOT / f"_output/{name}.pdf", BASELINES).save(BASELINES / f"{name}.png", optimize=True)
        print(f"tests/baselines/{name}.png")


if __name__ == "__main__":
    main()
