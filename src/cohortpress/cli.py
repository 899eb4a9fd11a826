"""The command line: reads options, shows what happens, turns errors into a message and an exit code."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import __version__
from .errors import MOST_SHOWN, CohortpressError, Fault, OutputError, did_you_mean, nearest

if TYPE_CHECKING:
    from .changes import Changes

EXAMPLES = """
\b
Examples:
  cohortpress build                     abstract and poster into _output/
  cohortpress build poster              the poster alone
  cohortpress build --engine quarto     rendered by Quarto
  cohortpress build --study my-study    a study in another folder
"""


def _study_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--study",
        "folder",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        default=".",
        show_default="the current folder",
        help="The study's folder: the one with _quarto.yml.",
    )(command)


def _quiet_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--quiet", "-q", is_flag=True, help="Say nothing unless something is wrong.")(command)


def _engine_option(command: Callable[..., Any]) -> Callable[..., Any]:
    said = "pandoc or quarto; without it Quarto where there is one."
    return click.option("--engine", envvar="ENGINE", help=said)(command)


def _theme_option(command: Callable[..., Any]) -> Callable[..., Any]:
    said = "A folder below templates/themes/ instead of the study's choice."
    return click.option("--theme", envvar="THEME", help=said)(command)


def _strict_option(command: Callable[..., Any]) -> Callable[..., Any]:
    said = "Stop at a typed number instead of warning."
    return click.option("--strict/--lenient", envvar="STRICT", help=said)(command)


class _Near(click.Choice[str]):
    """Words of which one may be meant."""

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        if value not in self.choices:
            self.fail(f"'{value}' is not known. {did_you_mean(value, self.choices)}", param, context)
        return super().convert(value, param, context)


class _File(click.Path):
    """A file that there is; of one that there is not, the nearest in its folder is named."""

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        if not (path := Path(value)).exists():
            beside = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
            self.fail(f"'{value}': There is no such file. {nearest(path.name, beside)}".strip(), param, context)
        return super().convert(value, param, context)


class _Group(click.Group):
    """Shows what a user can mend as a message, without a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except CohortpressError as error:
            raise _Failure(str(error)) from None
        except OSError as error:
            raise _Failure(str(_disk_fault(error))) from None


class _Failure(click.ClickException):
    def show(self, file: Any = None) -> None:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {self.message}", file=file, err=True)


def _disk_fault(error: OSError) -> OutputError:
    if error.errno is None:  # not from the disk: a library of the system that cannot be loaded
        words = str(error).strip().splitlines()[0].rstrip(".")
        return OutputError(Fault(f"{words}.", "Is Pango installed? 'make report' prints the command that does it."))
    place = str(error.filename or "")
    return OutputError(
        Fault(
            f"{error.strerror or error}.",
            "Is the disk full or read-only? The last good outputs are kept.",
            place,
        )
    )


@click.group(cls=_Group, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """From the data of a small cohort to a conference abstract and a poster."""


@main.command()
@click.argument("documents", nargs=-1, type=_Near(["abstract", "poster"]))
@_engine_option
@_theme_option
@_strict_option
@_study_option
@_quiet_option
def build(
    documents: tuple[str, ...], engine: str | None, theme: str | None, strict: bool, folder: Path, quiet: bool
) -> None:
    """Build the DOCUMENTS (both, if none is named) into _output/."""
    from .build import DOCUMENTS, Options
    from .build import build as run

    options = Options(
        engine or None, theme or None, tuple(d for d in DOCUMENTS if d in documents) or DOCUMENTS, strict
    )
    progress = _Progress(quiet)
    outputs = run(folder, options, progress, progress.warn, progress.changed)
    progress.finish(outputs, folder)


@main.command()
@_theme_option
@_strict_option
@_study_option
@_quiet_option
def fill(theme: str | None, strict: bool, folder: Path, quiet: bool) -> None:
    """Compute the results and fill build/*.qmd (Quarto's pre-render)."""
    from .build import Build, Options
    from .engine.quarto import INSIDE

    if INSIDE in os.environ:
        return
    options, progress = Options(theme=theme or None, strict=strict), _Progress(quiet)
    with Build(folder, options, progress, progress.warn) as steps:
        for document in options.documents:
            steps.fill(document)
            steps.draw_for_word(document)  # else what prints would have to fill it anew


@main.command("print")
@_theme_option
@_strict_option
@click.option("--check", is_flag=True, help="Print nothing: say what a print shop would complain about in _output/.")
@_study_option
@_quiet_option
def print_(theme: str | None, strict: bool, check: bool, folder: Path, quiet: bool) -> None:
    """Print what Quarto rendered and fill _output/ (Quarto's post-render)."""
    if check:
        return _check_print(folder, quiet)
    from .build import DOCUMENTS, Build, Options
    from .engine import RENDERED
    from .engine.quarto import INSIDE, rendered_documents

    if INSIDE in os.environ:
        return
    options, progress = Options(RENDERED, theme or None, rendered_documents(DOCUMENTS), strict), _Progress(quiet)
    with Build(folder, options, progress, progress.warn) as steps:
        progress.finish(steps.run(), folder)


def _check_print(folder: Path, quiet: bool) -> None:
    from .preflight import check_outputs
    from .study import read_study

    found = check_outputs(read_study(folder), folder / "_output")
    for file, faults in found.items():
        for fault in faults:
            click.echo(str(fault))
        if not faults and not quiet:
            click.echo(f"{file}: nothing that a print shop would complain about.")
    if any(found.values()):
        raise click.exceptions.Exit(1)


@main.command()
@_engine_option
@_theme_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port on localhost; any that is free, if none is named.",
)
@click.option("--open/--no-open", "open_browser", default=True, help="Open the pages in a browser.")
@_study_option
def preview(engine: str | None, theme: str | None, port: int, open_browser: bool, folder: Path) -> None:
    """Show the pages in a browser, and build and refresh them whenever a file is saved."""
    from .build import Options
    from .preview import Preview

    progress = _Progress(quiet=False)

    def fail(message: str) -> None:
        _Failure(message).show()

    Preview(folder, Options(engine or None, theme or None), progress, progress.warn, fail).run(
        port, open_browser=open_browser
    )


@main.command()
@click.option("--variable", help="Only this endpoint, characteristic or other first part of an id.")
@click.option("--visit", help="Only this visit.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV.")
@_study_option
def results(variable: str | None, visit: str | None, as_json: bool, as_csv: bool, folder: Path) -> None:
    """Print the results of the study: id, text, n, pairs, method, what is to be said."""
    from .build import Build, Options
    from .listing import listing

    with Build(folder, Options(), _Progress(quiet=True)) as steps:
        chosen = [r for r in steps.results if variable in (None, r.variable) and visit in (None, r.visit)]
    click.echo(listing(chosen, "json" if as_json else "csv" if as_csv else "table"), nl=False)


@main.command()
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_study_option
def names(words: tuple[str, ...], as_json: bool, folder: Path) -> None:
    """List what a document can say, with what it prints now: all of it, or what has all WORDS in its name."""
    from . import vocabulary
    from .build import Build, Options

    with Build(folder, Options(), _Progress(quiet=True)) as steps:
        found = vocabulary.having(steps.vocabulary(), words)
    click.echo(vocabulary.as_json(found) if as_json else vocabulary.as_table(found), nl=False)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_study_option
def verify(as_json: bool, folder: Path) -> None:
    """Read the finished documents back and hold every number in them against results.json."""
    from .build import Build, Options

    with Build(folder, Options(), _Progress(quiet=True)) as steps:
        report = steps.verify()
    click.echo(report.to_json() if as_json else report)
    if not report.ok:
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
def diff(old: Path, new: Path) -> None:
    """Say what changed from OLD to NEW, two _output folders: the numbers, in their sentences, as Markdown."""
    from .changes import changes

    click.echo(changes(old, new).markdown(), nl=False)


@main.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def audit(file: str, as_json: bool) -> None:
    """Say which numbers of a published abstract cannot be true: FILE is text, HTML, PDF or DOCX, - standard input."""
    from .audit import audit_text, read_text

    report = audit_text(read_text(file))
    click.echo(report.to_json() if as_json else str(report), nl=False)


@main.command()
@click.argument("document", default="abstract", type=_Near(["abstract", "poster"]))
@_study_option
def check(document: str, folder: Path) -> None:
    """Say what STROBE and SAMPL ask, and what the DOCUMENT (the abstract) answers, with the place."""
    from .build import Build, Options
    from .reporting import checklist, listing

    with Build(folder, Options(), _Progress(quiet=True)) as steps:
        answers = checklist(document, folder, steps.study, steps.results, steps.space.template_folders)
    click.echo(listing(answers), nl=False)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--data",
    "files",
    multiple=True,
    type=_File(dir_okay=False, path_type=Path),
    help="A spreadsheet, or several; without any, a small made-up example.",
)
@click.option("--subject", help="The column that tells the subjects apart, if it is not recognised.")
@click.option("--visit", help="The column that tells the visits of a subject apart, if it is not recognised.")
def new(folder: Path, files: tuple[Path, ...], subject: str | None, visit: str | None) -> None:
    """Start a study in FOLDER, from the spreadsheet that holds its data, so that it builds at once."""
    from .new import how_to_build, start

    click.echo(str(start(folder, files, subject, visit)))
    click.echo(how_to_build(folder), nl=False)


@main.command()
@_study_option
def eject(folder: Path) -> None:
    """Copy the packaged templates into the study, where they can be changed."""
    from .new import eject as run

    click.echo(f"{folder / 'templates'}: {len(run(folder))} files")


@main.command()
def schema() -> None:
    """Print the JSON Schema of study.yml, by which an editor completes and checks: > report/study.schema.json."""
    from .study import SCHEMA

    click.echo(SCHEMA.read_text(encoding="utf-8"), nl=False)


@main.command("check-data")
@_study_option
def check_data(folder: Path) -> None:
    """Read the data, say what looks wrong in them, and write data-report.html."""
    from .datacheck import check_data as run

    checked = run(folder)
    for note in checked.notes:
        click.echo(str(note))
    for warning in checked.warnings[:MOST_SHOWN]:
        click.echo(f"{click.style('warning:', fg='yellow')} {warning}")
    if len(checked.warnings) > MOST_SHOWN:
        click.echo(f"... and {len(checked.warnings) - MOST_SHOWN} more, all of them in the page")
    if not checked.warnings:
        click.echo("Nothing looks wrong.")
    click.echo(f"A page of each variable: {checked.report}")


class _Progress:
    """Shows each step with its time: live in a terminal, a line each in a log."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._steps = 0

    def __call__(self, step: str, seconds: float) -> None:
        self._steps += 1
        if not self._quiet:
            click.echo(f"{seconds:6.2f} s  {step}", err=True)

    def warn(self, fault: Fault) -> None:
        """Say what should be mended; a warning is said even if nothing else is."""
        click.echo(f"{click.style('warning:', fg='yellow')} {fault}", err=True)

    def changed(self, changes: Changes) -> None:
        """Show what reads differently than before."""
        if not self._quiet:
            click.echo(changes.plain(), err=True, nl=False)

    def finish(self, outputs: list[Path], folder: Path) -> None:
        if self._quiet:
            return
        if not self._steps:
            click.echo("Nothing has changed.", err=True)
        names = ", ".join(path.name for path in outputs if path.parent.name == "_output")
        click.echo(f"{outputs[0].parent.relative_to(folder)}/: {names}", err=True)
        for text in (path for path in outputs if path.name == "abstract.txt"):
            from .congress import counts_in

            click.echo(counts_in(text.read_text(encoding="utf-8")), err=True)


def _open_standard_streams() -> None:
    """Let no file of a build take the place of a stream that the caller has closed: what is said would go into it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def run() -> None:
    """Run the command and leave: to take all apart that was loaded would take a tenth of a second more."""
    code: object = 0
    _open_standard_streams()
    # Who is asked to end does so in order, its processes too.
    for asked in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(asked) is not signal.SIG_IGN:
            signal.signal(asked, lambda number, _: sys.exit(128 + number))
    try:
        main(prog_name="cohortpress")
    except SystemExit as end:
        code = end.code
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError):  # nobody reads any more
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    os._exit(code if isinstance(code, int) else bool(code))
