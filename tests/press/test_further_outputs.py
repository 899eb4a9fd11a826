"""The PDFs for print shop and archive among the outputs: made when asked for, fresh, read back, and gone again."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import pikepdf
import pytest
from made_up_profile import made_up_profile
from PIL import ImageCms
from studies import SECOND_STUDY, cohortpress, language_of, replace, write_second_study

from cohortpress.errors import StudyError
from cohortpress.study import parse_study, read_study
from cohortpress.verify import verify

POSTER = "poster: {page: A1 landscape}"
ASKED = "poster: {page: A1 landscape, press: {profile: inks/coated.icc}, archive: true}"
FURTHER = {"poster-press.pdf", "poster-archive.pdf"}
AUTHORS, KEYWORDS = ['Ann "Ace" Bee', "C. <Dee> & *co*"], ["so-JIA", "*made* up", "1 < 2"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_second_study(tmp_path_factory.mktemp("pressed") / "study")
    study = folder / "report/study.yml"
    replace(study, POSTER, ASKED)
    replace(study, "keywords: [made up]", f"keywords: {KEYWORDS}\nauthors: {AUTHORS}")
    study.write_text(study.read_text("utf-8") + "theme: billboard\n", "utf-8")
    (folder / "inks").mkdir()
    (folder / "inks/coated.icc").write_bytes(made_up_profile())
    done = cohortpress(folder, "build")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def to_change(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "changed")


def names(folder: Path) -> set[str]:
    return {file.name for file in (folder / "_output").iterdir()}


def wrong(folder: Path) -> list[str]:
    study = read_study(folder)
    report = verify(folder / "_output", folder, study, language_of(study))
    return [f"{check.place}: {check.name}" for check in report.checks if not check.ok]


def test_they_are_there_and_a_shop_would_not_complain(built: Path) -> None:
    assert names(built) >= FURTHER
    assert not {"abstract-press.pdf", "abstract-archive.pdf"} & names(built)
    done = cohortpress(built, "print", "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "poster-press.pdf: nothing" in done.stdout
    with pikepdf.open(built / "_output/poster-archive.pdf") as document:
        attached = document.attachments["results.json"].get_file().read_bytes()
    assert attached == (built / "_output/results.json").read_bytes()


@pytest.mark.parametrize("document", ["abstract", "poster", "poster-archive", "poster-press"])
def test_each_file_says_who_made_it_and_by_which_words_it_is_found(built: Path, document: str) -> None:
    with pikepdf.open(built / f"_output/{document}.pdf") as pdf:
        assert pdf.docinfo["/Author"] == ", ".join(AUTHORS)
        assert pdf.docinfo["/Keywords"] == ", ".join(KEYWORDS)
        with pdf.open_metadata() as metadata:
            assert metadata["dc:creator"] == AUTHORS
            assert metadata["pdf:Keywords"] == pdf.docinfo["/Keywords"]
            assert metadata["dc:title"] == pdf.docinfo["/Title"]


@pytest.mark.parametrize("document", ["abstract", "poster"])
def test_so_does_each_page(built: Path, document: str) -> None:
    html = (built / f"_output/{document}.html").read_text(encoding="utf-8")
    told = [(name, unescape(text)) for name, text in re.findall(r'<meta name="(\w+)" content="([^"]*)">', html)]
    assert [text for name, text in told if name == "author"] == AUTHORS
    assert [text for name, text in told if name == "keywords"] == [", ".join(KEYWORDS)]


def test_who_asks_for_none_gets_none(built_flagship: Path) -> None:
    assert not [name for name in names(built_flagship) if name.endswith(("-press.pdf", "-archive.pdf"))]


def test_the_billboard_without_a_press_is_complained_about(to_change: Path) -> None:
    replace(to_change / "report/study.yml", ASKED, POSTER)
    done = cohortpress(to_change, "print", "--check")
    assert done.returncode == 1
    assert "poster.pdf, page 1: Colour reaches the edge of the page, and there is no bleed: left, 0 to" in done.stdout
    assert "Write 'press: {bleed_mm: 3}'" in done.stdout


def test_a_second_build_has_nothing_to_do_and_a_new_profile_is_noticed(to_change: Path) -> None:
    cohortpress(to_change, "build")  # in this folder
    assert "Nothing has changed." in cohortpress(to_change, "build").stderr
    with (to_change / "inks/coated.icc").open("ab") as file:
        file.write(b"\0")
    steps = re.findall(r"^ *\d+\.\d\d s  (.*)$", cohortpress(to_change, "build").stderr, re.M)
    assert steps == ["PDF of the poster for the press", "verification", "outputs"]


def test_they_go_when_they_are_no_longer_asked_for(to_change: Path) -> None:
    replace(to_change / "report/study.yml", ASKED, POSTER)
    done = cohortpress(to_change, "build")
    assert done.returncode == 0, done.stderr
    assert not FURTHER & names(to_change)


def test_they_are_read_back(to_change: Path) -> None:
    assert wrong(to_change) == []
    archive = to_change / "_output/poster-archive.pdf"
    with pikepdf.open(archive, allow_overwriting_input=True) as document:
        document.attachments["results.json"] = b"{}"
        document.save(archive)
    shutil.copy(to_change / "_output/abstract.pdf", to_change / "_output/poster-press.pdf")
    assert wrong(to_change) == [
        "poster-press.pdf: pieces of text as in poster.html",
        "poster-archive.pdf: results attached as published",
    ]
    archive.unlink()
    assert wrong(to_change)[1:] == [
        "poster-archive.pdf: pieces of text as in poster.html",
        "poster-archive.pdf: results attached as published",
    ]


@pytest.mark.parametrize(
    ("press", "said"),
    [
        ("{bleed_mm: -3}", "documents.poster.press.bleed_mm: '-3' will not do. It must be greater than 0."),
        ("{bleed_mm: 51}", "documents.poster.press.bleed_mm: '51' will not do. It must be less than or equal to 50."),
        ("{profile: ../coated.icc}", "documents.poster.press.profile: the file must lie inside the study's folder."),
        ("{profile: /usr/share/coated.icc}", "the file must lie inside the study's folder."),
        ("{bleed: 3}", "Unknown key 'documents.poster.press.bleed'. Did you mean 'bleed_mm'?"),
        ("{crop_marks: perhaps}", "'perhaps' is neither true nor false."),
    ],
)
def test_what_cannot_be_asked_for_is_said_with_its_line(press: str, said: str) -> None:
    text = SECOND_STUDY["report/study.yml"].replace(POSTER, f"poster: {{page: A1 landscape, press: {press}}}")
    with pytest.raises(StudyError) as raised:
        parse_study(text, "report/study.yml")
    line = text[: text.index("press:")].count("\n") + 1
    assert f"report/study.yml, line {line}: " in str(raised.value)
    assert said in str(raised.value)


def test_a_profile_of_a_screen_stops_the_build_and_the_last_good_set_stays(to_change: Path) -> None:
    before = {file.name: file.read_bytes() for file in (to_change / "_output").glob("*.*")}
    screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (to_change / "inks/coated.icc").write_bytes(screen)
    done = cohortpress(to_change, "build")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert re.search(r"error: report/study.yml, line \d+: 'coated.icc' is a profile of RGB", done.stderr)
    assert {file.name: file.read_bytes() for file in (to_change / "_output").glob("*.*")} == before
