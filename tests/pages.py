"""The pages of the documentation, as somebody follows them: commands are run, files written, changes made.

A fence ``console`` holds commands behind ``$`` and what they print; ``...`` stands for anything, and white space does
not count. ``<!-- in FILE -->`` before a fence ``diff`` makes that change in the page's study, ``<!-- FILE: -->`` before
any other fence writes the file whole. A page works on a copy of the flagship, or, after ``<!-- begins with FILE -->``,
in a folder with that file of docs/ alone.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from studies import ROOT, copy_flagship, environment

DOCS = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md")])
BLOCK = re.compile(r"^(?:<!-- (in )?([\w./-]+):? -->\n+)?```(\w+)\n(.*?)^```$", re.M | re.S)
WITH_THE_COMMAND = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # its environment is active
BEGINS = re.compile(r"<!-- begins with (\S+) -->")


@dataclass(frozen=True)
class Step:
    """A block of a page that a reader follows: a ``kind`` of fence, its ``text``, the ``file`` it is about."""

    kind: str
    text: str
    file: str
    line: int


def steps(page: str) -> list[Step]:
    """Return the blocks of a page that do something, in their order."""
    found = []
    for block in BLOCK.finditer(page):
        inside, file, kind, text = block.groups()
        line = page.count("\n", 0, block.start(4)) + 1
        if kind == "console" or (file and bool(inside) is (kind == "diff")):
            found.append(Step(kind, text, file or "", line))
    return found


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console, and what it is shown to print."""
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def prints(shown: str, printed: str) -> bool:
    """Tell whether ``printed`` is what is shown."""
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in shown.split("..."))
    return re.fullmatch(pattern, " ".join(printed.split())) is not None


class Reader:
    """Somebody who follows a page, in a new folder."""

    def __init__(self, page: str, folder: Path) -> None:
        self.folder = folder
        if begins := BEGINS.search(page):
            folder.mkdir()
            shutil.copy(ROOT / "docs" / begins[1], folder)
        else:
            copy_flagship(folder)

    def follow(self, step: Step) -> None:
        match step.kind:
            case "console":
                for command, shown in commands(step.text):
                    printed = self.run(command)
                    assert "Traceback" not in printed, printed
                    assert prints(shown, printed), f"line {step.line}: $ {command}\n{printed}"
            case "diff":
                self.change(step)
            case _:
                (self.folder / step.file).write_text(step.text, encoding="utf-8")

    def run(self, command: str) -> str:
        """Run a command as in a terminal, and return all that it prints."""
        name, *arguments = shlex.split(command)
        if name == "cd":
            self.folder /= arguments[0]
            return ""
        assert name == "cohortpress", f"{command}: show what is not run here in another fence"
        done = subprocess.run(
            [sys.executable, "-m", "cohortpress", *arguments], cwd=self.folder, env=environment(PATH=WITH_THE_COMMAND),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        return done.stdout

    def change(self, step: Step) -> None:
        """Make the changes of a diff, parted by dots: its lines without a plus stand there once, in a row."""
        path = self.folder / step.file
        text = path.read_text(encoding="utf-8")
        for part in re.split(r"^\.\.\.\n", step.text, flags=re.M):
            lines = part.splitlines(keepends=True)
            old = "".join(line[1:] for line in lines if not line.startswith("+"))
            new = "".join(line[1:] for line in lines if not line.startswith("-"))
            assert text.count(old) == 1, f"line {step.line}: {step.file} has this {text.count(old)} times:\n{old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
