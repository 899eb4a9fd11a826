"""How long a designer waits: from saving a style sheet to the new page and the new PDF; a table of ``make bench``."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from cohortpress.build import Options
from cohortpress.preview import Preview

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
GOALS = {"poster.html": 0.7, "poster.pdf": 1.5}  # seconds
SHEET = "templates/themes/base/poster.css"


def fail(message: str) -> None:
    raise SystemExit(message)


def waits(preview: Preview, sheet: Path, run: int) -> dict[str, float]:
    """Save the sheet with one rule more, and return the seconds until each page is a new one."""
    before = {name: preview.page(name) for name in GOALS}
    start = time.perf_counter()
    sheet.write_text(f"{(ROOT / SHEET).read_text(encoding='utf-8')}\n.area {{ padding-top: {0.6 + run / 100}rem }}\n")
    seconds: dict[str, float] = {}
    while len(seconds) < len(GOALS):
        time.sleep(0.002)
        for name in GOALS.keys() - seconds.keys():
            if preview.page(name) != before[name]:
                seconds[name] = time.perf_counter() - start
    return seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        for name in ("data", "report", "templates"):
            shutil.copytree(ROOT / name, study / name)
        shutil.copy(ROOT / "_quarto.yml", study)
        preview = Preview(study, Options("pandoc"), lambda step, seconds: None, lambda fault: None, fail)
        stop = threading.Event()
        serving = threading.Thread(target=preview.run, kwargs={"open_browser": False, "stop": stop})
        serving.start()
        while not preview.page("poster.pdf"):
            time.sleep(0.05)
        time.sleep(1)  # until it watches
        measured = [waits(preview, study / SHEET, run) for run in range(RUNS + 1)][1:]
        stop.set()
        serving.join()
    print(f"From saving a style sheet in `cohortpress preview`; median of {RUNS} runs.\n")
    print("| | s | goal, s |\n|---|--:|--:|")
    for name, goal in GOALS.items():
        print(f"| {name} | {median(run[name] for run in measured):.2f} | {goal:.1f} |")


if __name__ == "__main__":
    main()
