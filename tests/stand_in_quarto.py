"""What Quarto 1.9 does with a project of Markdown documents, by pandoc, where there is no Quarto to test with.

As design and source of Quarto have it: scripts run before and after, told by the environment; a path of the project
file that exists is one from the project's folder, any other one from the document's; a page is made beside its document
and moved into the output folder, which mirrors the project.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from cohortpress.engine.pandoc import pandoc


def main() -> int:
    arguments = sys.argv[1:]
    with Path(os.environ["QUARTO_LOG"]).open("a", encoding="utf-8") as log:
        log.write(" ".join(arguments) + "\n")
    if arguments == ["--version"]:
        print("1.9.38")
        return 0
    if os.environ.get("QUARTO_FAILS"):
        print(f"ERROR: {os.environ['QUARTO_FAILS']}", file=sys.stderr)
        return 3
    if os.environ.get("QUARTO_SLEEPS"):
        return 0
    targets = [word for word in arguments[1:] if word.endswith(".qmd")]
    return render(Path.cwd(), [Path(target) for target in targets])


def render(project: Path, targets: list[Path]) -> int:
    """Render the targets of a project, or all that its file names; return the exit code."""
    config = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    output = project / config["project"].get("output-dir", ".")
    about = {"QUARTO_PROJECT_DIR": str(project), "QUARTO_PROJECT_OUTPUT_DIR": str(output)}
    if not run(project, config["project"].get("pre-render"), about):
        return 1
    globs = config["project"].get("render", [])
    inputs = targets or [file.relative_to(project) for glob in globs for file in sorted(project.glob(glob))]
    outputs = []
    for document in inputs:
        made = page(project, document, config["format"]["html"])
        placed = output / document.with_suffix(".html")
        placed.parent.mkdir(parents=True, exist_ok=True)
        outputs.append(str(made.rename(placed).relative_to(project)))
    about["QUARTO_PROJECT_OUTPUT_FILES"] = "\n".join(outputs)
    return 0 if run(project, config["project"].get("post-render"), about) else 1


def run(project: Path, script: str | None, about: dict[str, str]) -> bool:
    """Run a script of the project; of one that fails Quarto says nothing itself."""
    return not script or subprocess.run(shlex.split(script), cwd=project, env=os.environ | about).returncode == 0


def page(project: Path, document: Path, options: dict[str, Any]) -> Path:
    """Make the page of a document, beside it."""
    template = Path(options["template"])
    place = project / template if (project / template).exists() else project / document.parent / template
    made = document.with_suffix(".html")
    mathjax = [] if options.get("html-math-method") == "plain" else ["--mathjax"]
    subprocess.run(
        [pandoc(), document.name, *mathjax, "--from=markdown", "--to=html5", "--standalone", "--wrap=preserve",
         "--embed-resources", f"--template={place}", f"--output={made.name}"],
        cwd=project / document.parent, check=True,
    )  # fmt: skip
    return project / made


if __name__ == "__main__":
    sys.exit(main())
