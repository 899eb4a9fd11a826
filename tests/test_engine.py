"""Pandoc and Quarto. Where there is no Quarto, a script that behaves like it stands in for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from studies import ROOT, cohortpress, contents, environment, read_html, replace, text_of_html, text_of_pdf

from cohortpress.engine import RENDERED, choose_engine
from cohortpress.engine.pandoc import Pandoc, run_pandoc
from cohortpress.engine.quarto import INSIDE, Quarto, collect
from cohortpress.errors import EngineError
from cohortpress.new import start

STAND_IN = Path(__file__).parent / "stand_in_quarto.py"


@pytest.fixture
def quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for Quarto on the path; returns its log."""
    command(tmp_path / "bin/quarto", f'export QUARTO_BIN_PATH="${{0%/*}}"\nexec {sys.executable} {STAND_IN} "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("QUARTO_LOG", str(tmp_path / "log"))
    return tmp_path / "log"


def command(file: Path, script: str) -> None:
    """Write a command of the shell."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


@pytest.fixture
def no_quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def project(folder: Path, text: str) -> Path:
    """Write a project of one document and return the document."""
    (folder / "build").mkdir(parents=True)
    (folder / "templates").mkdir()
    (folder / "templates/page.html").write_text('<html><body class="$document$">$body$</body></html>')
    (folder / "_quarto.yml").write_text(
        "project: {output-dir: build/quarto}\nformat: {html: {template: templates/page.html}}"
    )
    document = folder / "build/abstract.qmd"
    document.write_text(text, encoding="utf-8")
    return document


# -- which engine


def test_without_a_wish_quarto_renders_where_it_is(quarto: Path, tmp_path: Path) -> None:
    assert choose_engine(None, tmp_path).name == "quarto"
    assert choose_engine("", tmp_path).name == "quarto"
    assert choose_engine("pandoc", tmp_path).name == "pandoc"


@pytest.mark.usefixtures("no_quarto")
def test_without_quarto_pandoc_renders(tmp_path: Path) -> None:
    assert choose_engine(None, tmp_path).name == "pandoc"
    with pytest.raises(EngineError, match=r"Quarto is asked for, but there is no 'quarto' command\. Install it"):
        choose_engine("quarto", tmp_path)
    with pytest.raises(EngineError, match=r"'latex' is no engine\. Choose pandoc or quarto\."):
        choose_engine("latex", tmp_path)


# -- pandoc


def test_pandoc_renders_by_the_template_of_the_project(tmp_path: Path) -> None:
    document = project(tmp_path, '---\ndocument: poster\n---\n\n[5]{.result data-result="cohort.n"} *men*')
    html = Pandoc(tmp_path).render(document)
    assert html.startswith('<html><body class="poster">')
    assert '<span class="result" data-result="cohort.n">5</span> <em>men</em>' in html


@pytest.mark.parametrize(
    ("project_file", "message"),
    [
        (None, r"^_quarto\.yml: The project file is missing\."),
        ("format: [", r"^_quarto\.yml: 'format: html:' cannot be read"),
        ("format: {pdf: {}}", r"^_quarto\.yml: 'format: html:' cannot be read"),
        ("format: {html: default}", r"^_quarto\.yml: 'format: html:' cannot be read"),
        ("", r"^_quarto\.yml: 'format: html:' cannot be read"),
    ],
)
def test_a_project_file_that_cannot_be_read(tmp_path: Path, project_file: str | None, message: str) -> None:
    document = project(tmp_path, "x")
    (tmp_path / "_quarto.yml").unlink()
    if project_file is not None:
        (tmp_path / "_quarto.yml").write_text(project_file)
    with pytest.raises(EngineError, match=message):
        Pandoc(tmp_path).render(document)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{{< include x.qmd >}}", "the shortcode 'include'"),
        ("::: {.callout-note}\nx\n:::", "the callout 'callout-note'"),
        ("see @fig-course", "the cross reference 'fig-course'"),
        ("```{python}\n1\n```", "the code cell 'python'"),
    ],
)
def test_what_only_quarto_reads_is_refused_with_its_line(tmp_path: Path, text: str, what: str) -> None:
    document = project(tmp_path, f"One.\n\n{text}\n")
    with pytest.raises(EngineError) as raised:
        Pandoc(tmp_path).render(document)
    assert str(raised.value) == (
        f"build/abstract.qmd, line 3: {what} needs Quarto. Write it in plain Markdown, or build with ENGINE=quarto."
    )


def test_pandoc_reads_no_file_that_the_document_names(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a secret")
    document = project(tmp_path, "![x](../../../../../../../../etc/passwd)")
    with pytest.raises(EngineError, match="It lies outside the study"):
        Pandoc(tmp_path).render(document)
    with pytest.raises(EngineError):
        run_pandoc(tmp_path, "--sandbox", "--from=rst", "--to=html5", text=".. include:: secret.txt\n", of="x")


def test_pandoc_says_what_is_wrong_and_of_what(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"^the text: Pandoc could not finish: .*nonsense"):
        run_pandoc(tmp_path, "--from=nonsense", text="x", of="the text")
    # A warning stops it too: here a footnote that nothing refers to is fine, a missing one is not.
    with pytest.raises(EngineError, match="Duplicate link reference"):
        run_pandoc(tmp_path, "--from=markdown", text="[a]: x\n[a]: y\n\n[a]", of="x")


def test_a_word_file_is_the_same_on_any_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for number, day in enumerate(("2001-01-01", "2031-01-01")):
        (tmp_path / day).mkdir()
        monkeypatch.setenv("SOURCE_DATE_EPOCH", f"{86_400 * number}")  # which is in no key of a build
        run_pandoc(tmp_path / day, "--from=markdown", "--to=docx", "--output=x.docx", text="# A\n\ntext")
        made.append(tmp_path / day / "x.docx")
        os.utime(made[-1])
    with zipfile.ZipFile(made[0]) as word:
        assert {entry.date_time[0] for entry in word.infolist()} <= {1980, 2020}
    assert made[0].read_bytes() == made[1].read_bytes()


def test_a_word_file_shows_text_as_it_stands(tmp_path: Path) -> None:
    from test_templating import HOSTILE, shown

    from cohortpress.templating import escape

    text = "\n\n".join(map(escape, HOSTILE))
    run_pandoc(tmp_path, "--from=markdown", "--to=docx", "--output=x.docx", text=text)
    with zipfile.ZipFile(tmp_path / "x.docx") as word:
        body = ElementTree.fromstring(word.read("word/document.xml"))
        links = word.read("word/_rels/document.xml.rels").decode()
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    paragraphs = ["".join(t.text or "" for t in p.iter(f"{space}t")) for p in body.iter(f"{space}p")]
    assert paragraphs == [shown(text) for text in HOSTILE]
    assert "example.org" not in links


# -- our side of Quarto


def test_quarto_renders_what_pandoc_renders(quarto: Path, flagship_to_change: Path) -> None:
    engine = choose_engine("quarto", flagship_to_change)
    filled = flagship_to_change / "build/abstract.qmd"
    assert [engine.version(filled), engine.version(filled)] == ["1.9.38"] * 2  # one start of it: see below
    for name in ("abstract", "poster"):
        html = flagship_to_change / f"build/{name}.html"
        expected = html.read_text(encoding="utf-8")
        rendered = engine.render(html.with_suffix(".qmd"))
        assert text_of_html(rendered) == text_of_html(expected)
        assert read_html(rendered).results == read_html(expected).results
    assert quarto.read_text().splitlines() == [
        "--version",
        "render build/abstract.qmd --to html",
        "render build/poster.qmd --to html",
    ]


def test_what_quarto_has_rendered_already_is_taken_over(quarto: Path, flagship_to_change: Path) -> None:
    made = flagship_to_change / "build/quarto/build/abstract.html"
    made.parent.mkdir(parents=True)
    made.write_text("<p>made</p>", encoding="utf-8")
    engine = choose_engine(RENDERED, flagship_to_change)
    assert engine.render(flagship_to_change / "build/abstract.qmd") == "<p>made</p>"
    assert not quarto.exists()


def test_while_we_run_quarto_its_scripts_have_nothing_to_do(flagship: Path) -> None:
    for command in ("fill", "print"):
        done = cohortpress(flagship, command, **{INSIDE: "1"})
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (flagship / "build").exists()


def test_quarto_knows_that_we_run_it_and_finds_our_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    command(tmp_path / "quarto", f'echo "${INSIDE} $PATH"')
    said, _, path = Quarto(tmp_path, str(tmp_path / "quarto")).version(tmp_path).partition(" ")
    assert said == "1"
    assert path.split(os.pathsep)[0] == sysconfig.get_path("scripts")


def test_quarto_that_fails_says_so_in_its_own_words(
    quarto: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = project(tmp_path / "study", "x")
    monkeypatch.setenv("QUARTO_FAILS", "the theme is gone")
    with pytest.raises(EngineError) as raised:
        choose_engine("quarto", tmp_path / "study").render(document)
    assert str(raised.value).startswith("render build/abstract.qmd --to html: ")
    assert "Quarto failed (exit code 3): ERROR: the theme is gone" in str(raised.value)


def test_quarto_that_makes_nothing_is_noticed(quarto: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = project(tmp_path / "study", "x")
    monkeypatch.setenv("QUARTO_SLEEPS", "1")
    with pytest.raises(EngineError, match=r"quarto/build/abstract\.html: Quarto did not make this file\."):
        choose_engine("quarto", tmp_path / "study").render(document)


def test_what_quarto_lets_through_is_refused(tmp_path: Path) -> None:
    document = project(tmp_path, "x")
    (tmp_path / "build/quarto/build").mkdir(parents=True)
    (tmp_path / "build/quarto/build/abstract.html").write_text('<img src="https://example.org/a.png">')
    with pytest.raises(EngineError, match=r"asks for 'https://example\.org/a\.png'"):
        collect(tmp_path, document)


def test_without_an_output_folder_quarto_writes_beside_the_document(tmp_path: Path) -> None:
    document = project(tmp_path, "x")
    (tmp_path / "_quarto.yml").write_text("project: {type: default}\nformat: {html: {}}")
    document.with_suffix(".html").write_text("<p>made</p>")
    assert collect(tmp_path, document) == "<p>made</p>"


@pytest.mark.usefixtures("quarto")
def test_a_build_by_quarto_ends_with_the_same_text(flagship_to_change: Path, built_flagship: Path) -> None:
    replace(flagship_to_change / "report/abstract.qmd", "## Background", "## The background")
    done = cohortpress(flagship_to_change, "build", "abstract", ENGINE="")
    assert done.returncode == 0, done.stderr
    assert "HTML of the abstract, by quarto" in done.stderr
    ours, theirs = (folder / "_output/abstract.html" for folder in (built_flagship, flagship_to_change))
    expected = text_of_html(ours.read_text(encoding="utf-8")).replace("Background", "The background", 1)
    assert text_of_html(theirs.read_text(encoding="utf-8")) == expected


# -- Quarto calls us: the stand-in everywhere, the real one where it is


REAL = (
    pytest.mark.quarto,
    pytest.mark.skipif(shutil.which("quarto") is None, reason="needs the quarto command: docs/quarto.md says how"),
)


@pytest.fixture(params=["stand-in", pytest.param("real", marks=REAL)])
def render_by_quarto(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give what runs ``quarto render`` in a folder, with the command ``cohortpress`` on the path."""
    if request.param == "stand-in":
        request.getfixturevalue("quarto")
    command(tmp_path / "ours/cohortpress", f'exec {sys.executable} -m cohortpress "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'ours'}{os.pathsep}{os.environ['PATH']}")

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        words = ["quarto", "render", *arguments]
        return subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, check=False)

    return run


Render = Callable[..., subprocess.CompletedProcess[str]]


def test_quarto_render_alone_does_everything(render_by_quarto: Render, flagship: Path, built_flagship: Path) -> None:
    done = render_by_quarto(flagship)
    assert done.returncode == 0, done.stderr
    ours, theirs = built_flagship / "_output", flagship / "_output"
    assert contents(theirs).keys() == contents(ours).keys()
    for name in ("abstract", "poster"):
        expected, rendered = ((folder / f"{name}.html").read_text(encoding="utf-8") for folder in (ours, theirs))
        assert text_of_html(rendered) == text_of_html(expected)
        assert read_html(rendered).results == read_html(expected).results
        assert text_of_pdf(theirs / f"{name}.pdf") == text_of_pdf(ours / f"{name}.pdf")
    for name in ("abstract.txt", "results.json"):
        assert (theirs / name).read_bytes() == (ours / name).read_bytes()


def test_the_makefile_has_what_quarto_calls() -> None:
    project = yaml.safe_load((ROOT / "_quarto.yml").read_text(encoding="utf-8"))["project"]
    for script in (project["pre-render"], project["post-render"]):
        make, *words = script.split()
        done = subprocess.run([make, "--dry-run", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"cohortpress {words[-1]}" in done.stdout


def test_quarto_renders_a_new_study_by_the_packaged_templates(render_by_quarto: Render, tmp_path: Path) -> None:
    start(tmp_path / "my-study")
    done = render_by_quarto(tmp_path / "my-study")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "my-study/_output/poster.pdf").is_file()
    assert '<body class="poster">' in (tmp_path / "my-study/_output/poster.html").read_text(encoding="utf-8")


def test_quarto_renders_one_document_and_leaves_the_other(render_by_quarto: Render, flagship_to_change: Path) -> None:
    before = contents(flagship_to_change / "_output")
    replace(flagship_to_change / "report/abstract.qmd", "## Background", "## The background")
    done = render_by_quarto(flagship_to_change, "build/abstract.qmd")
    assert done.returncode == 0, done.stderr
    after = contents(flagship_to_change / "_output")
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == {
        f"abstract.{ending}" for ending in ("pdf", "html", "docx", "txt")
    }


def test_a_document_that_is_not_filled_is_no_page(render_by_quarto: Render, flagship_to_change: Path) -> None:
    before = contents(flagship_to_change / "_output")
    done = render_by_quarto(flagship_to_change, "report/abstract.qmd")
    assert done.returncode
    assert "Quarto rendered abstract alone, as the author wrote it, not filled." in done.stderr
    assert "Render the whole project: 'quarto render'." in done.stderr
    assert contents(flagship_to_change / "_output") == before


def test_who_renders_by_quarto_is_warned_too(render_by_quarto: Render, flagship: Path) -> None:
    replace(flagship / "report/abstract.qmd", "## Conclusions\n", "## Conclusions\n\nOf 8 patients. ")
    done = render_by_quarto(flagship)
    assert done.returncode == 0, done.stderr
    assert "The number '8' is typed" in done.stderr


def test_what_only_quarto_reads_is_not_taken_for_the_same(render_by_quarto: Render, flagship_to_change: Path) -> None:
    filters = "[Lua filters, metadata, includes: Quarto may read files that nobody else knows of.]"
    page = flagship_to_change / "templates/page.html"
    done = render_by_quarto(flagship_to_change)
    assert done.returncode == 0, done.stderr
    replace(flagship_to_change / "_quarto.yml", "template: build/page.html", "template: data/other.html")
    other = page.read_text(encoding="utf-8").replace("</main>", f"</main><!-- {filters} -->")
    (flagship_to_change / "data/other.html").write_text(other, encoding="utf-8")
    for more in ("", "<!-- later -->"):
        (flagship_to_change / "data/other.html").write_text(other + more, encoding="utf-8")
        done = render_by_quarto(flagship_to_change)
        assert done.returncode == 0, done.stderr
        assert (more or filters) in (flagship_to_change / "_output/poster.html").read_text(encoding="utf-8")


def test_formulas_need_no_script_in_any_engine(render_by_quarto: Render, flagship_to_change: Path) -> None:
    document = flagship_to_change / "report/abstract.qmd"
    replace(document, "## Conclusions\n", "## Conclusions\n\nWith $\\alpha$ as said. ")
    done = render_by_quarto(flagship_to_change)
    assert done.returncode == 0, done.stderr
    assert "With α as said." in text_of_html((flagship_to_change / "_output/abstract.html").read_text(encoding="utf-8"))
