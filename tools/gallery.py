"""Keep pictures for the documentation: a poster in every theme, and a figure of every kind: ``make gallery``."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml
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
# Changes that docs/restyle.md shows, by the headings above them.
RESTYLED = {"colour": "Change a colour", "font": "Change the font", "layout": "Change the layout"}
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
        study = flagship(Path(name))
        for theme in themes:
            build(study, Options(engine="pandoc", theme=theme))
            shrink(study / "_output/poster.png", IMAGES / f"theme-{theme}.png")
            print(f"docs/images/theme-{theme}.png")
            if theme == "classic":
                picture_of(study / "_output/abstract.pdf", IMAGES / "abstract.png")
        restyled(study)
        figures(study / "figures")


def flagship(folder: Path) -> Path:
    """Copy the study of the repository into a folder."""
    for part in ("data", "report", "templates"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "_quarto.yml", folder)
    return folder


def restyled(study: Path) -> None:
    """Build the poster with each change to the tokens that docs/restyle.md shows, as it stands there."""
    page = (ROOT / "docs/restyle.md").read_text(encoding="utf-8")
    file = study / "templates/themes/classic/theme.yml"
    tokens = file.read_text(encoding="utf-8")
    for name, heading in RESTYLED.items():
        shown = re.search(rf"^## {heading}$.*?\n\n((?:    [^\n]*\n|\n)+)", page, re.M | re.S)
        assert shown, heading
        changed = _merged(yaml.safe_load(tokens), yaml.safe_load(dedent(shown[1])))
        file.write_text(yaml.safe_dump(changed, allow_unicode=True), encoding="utf-8")
        build(study, Options(engine="pandoc", theme="classic"))
        shrink(study / "_output/poster.png", IMAGES / f"restyle-{name}.png", WIDTH // 2)
        print(f"docs/images/restyle-{name}.png")
    file.write_text(tokens, encoding="utf-8")


def _merged(tokens: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return tokens with some of them changed."""
    return tokens | {
        key: _merged(tokens[key], value) if isinstance(value, dict) and isinstance(tokens[key], dict) else value
        for key, value in changes.items()
    }


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
