"""Files of all kinds give their text; what cannot be read says why."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest

from cohortpress.audit import audit_text, read_text
from cohortpress.engine.pandoc import run_pandoc
from cohortpress.errors import DataError

SENTENCE = "Median CRP was 69,2 (range 9.1–292.6) mg/l in 5 of 8 patients (72%)."
KINDS = ["percentage", "decimal marks"]


def kinds(text: str) -> list[str]:
    return [finding.kind for finding in audit_text(text).findings]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "abstract.txt"
    file.write_bytes(SENTENCE.encode(encoding))
    assert read_text(file) == SENTENCE


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SENTENCE.encode())))
    assert read_text("-") == SENTENCE


def test_html_is_read_as_a_reader_sees_it(tmp_path: Path) -> None:
    file = tmp_path / "abstract.html"
    file.write_text(
        "<!DOCTYPE html><title>5 of 8 patients (10%)</title><script>var x = '5 of 8 patients (11%)'</script>"
        "<p>Median CRP was <b>69,2</b> (range&nbsp;9.1&ndash;292.6) mg/l in 5 of 8 patients (<i>72%</i>).</p>"
        "<p>Median ESR was 35<sup>1</sup> (range 15&ndash;87).</p>",
        encoding="utf-8",
    )
    text = read_text(file)
    assert kinds(text) == KINDS
    assert "var x" not in text


def test_a_reference_set_high_is_no_digit(tmp_path: Path) -> None:
    file = tmp_path / "abstract.html"
    file.write_text("<html><p>Median ESR was 35<sup>1</sup> (range 15–87).</p>", encoding="utf-8")
    assert kinds(read_text(file)) == []


def test_docx(tmp_path: Path) -> None:
    run_pandoc(tmp_path, "--from=markdown", "--to=docx", "--output=abstract.docx", text=SENTENCE)
    assert kinds(read_text(tmp_path / "abstract.docx")) == KINDS


def test_pdf(tmp_path: Path) -> None:
    import weasyprint

    page = f"<style>@page {{ size: 60mm 100mm }}</style><p>{SENTENCE}</p>"
    weasyprint.HTML(string=page).write_pdf(tmp_path / "abstract.pdf")
    text = read_text(tmp_path / "abstract.pdf")
    assert "\n" in text
    assert kinds(text) == KINDS


def packed(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no text"),
        (b" \n", "no text"),
        (b"\x89PNG\0\0\0", "neither text nor"),
        (b"%PDF-1.7 and nothing else", "PDF cannot be opened"),
        (b"PK\3\4 and nothing else", "no DOCX"),
        (packed("other.xml", b"<x/>"), "no DOCX"),
        (packed("word/document.xml", b"<broken"), "no DOCX"),
        (packed("word/document.xml", b" " * 60_000_000), "no DOCX"),
        (b"x" * 50_000_001, "larger than"),
    ],
    ids=["empty", "blank", "picture", "broken PDF", "broken zip", "other zip", "broken XML", "bomb", "large"],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "abstract"
    file.write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        read_text(file)
    assert caught.value.faults[0].where == str(file)


def test_a_missing_file_and_a_folder_say_so(tmp_path: Path) -> None:
    for place in (tmp_path / "nowhere.txt", tmp_path):
        with pytest.raises(DataError, match="cannot be read"):
            read_text(place)
