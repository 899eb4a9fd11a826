"""One digit of a finished study changed at a time: `verify` finds every one, with decimal points and with commas."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from studies import language_of

from cohortpress.errors import ResultError
from cohortpress.paper import parse_page_size
from cohortpress.result import ResultSet
from cohortpress.study import Study, read_study
from cohortpress.verify import verify
from cohortpress.verify.checks import (
    LENGTHS,
    format_of,
    narrow,
    origins,
    results_file,
    tables,
    trace_alts,
    traced,
    untraced,
)
from cohortpress.verify.files import read_text
from cohortpress.verify.page import Piece, read_page
from cohortpress.verify.texts import compare

PLACES = 200
SEED = 137
# What a reader of a page sees: in its body, in no tag (alternative texts are titles there), and not its code;
# what it tells of the origin of a number is data.
BODY = re.compile(r"<body.*</body>", re.DOTALL)
SHOWN = re.compile(r"<script>.*?</script>|>([^<>]+)(?=<)", re.DOTALL)


class Built:
    """A finished study, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.output = folder, folder / "_output"
        self.study: Study = read_study(folder)
        self.results = ResultSet.from_json((self.output / "results.json").read_text(encoding="utf-8"))
        self.language = language_of(self.study)

    def html(self, document: str) -> str:
        return (self.output / f"{document}.html").read_text(encoding="utf-8")

    def pieces(self, html: str) -> list[Piece]:
        return list(trace_alts(read_page(html), self.study, self.results, self.language))

    def finds(self, html: str, printed: str) -> bool:
        """Tell whether a page is wrong by itself or differs from what was printed."""
        pieces = self.pieces(html)
        return not (
            traced("", pieces, self.study, self.results, self.language).ok
            and untraced("", pieces, self.study, self.results, self.language).ok
            and origins("", html, self.study, self.results, self.language).ok
            and narrow("", pieces).ok
            and not differs(pieces, printed)
        )


@pytest.fixture(scope="module", params=["the flagship", "fr"])
def built(request: pytest.FixtureRequest) -> Built:
    """The flagship, and a study in French: commas, thin spaces in numbers and before marks, a minus, ranges."""
    if request.param == "the flagship":
        return Built(request.getfixturevalue("built_flagship"))
    return Built(request.getfixturevalue("built_in")(request.param))


def differs(pieces: list[Piece], printed: str) -> bool:
    wanted = [piece.text for piece in pieces if piece.kind not in ("alt", "hidden")]
    drawn = [piece.text for piece in pieces if piece.kind == "figure"]
    alts = {piece.text for piece in pieces if piece.kind == "alt"}
    return bool(compare([*wanted, *alts], printed, scattered=drawn))


def shown_digits(html: str) -> list[int]:
    """Return the places of all digits that a reader of a page sees."""
    body = BODY.search(html)
    assert body
    texts = SHOWN.finditer(html, *body.span())
    return [i for text in texts for i in range(*text.span(1)) if i >= 0 and html[i].isdecimal()]


def mutations(text: str, places: list[int], count: int = PLACES) -> Iterator[str]:
    """Yield ``text`` with another digit at one of ``places``, at random."""
    chance = random.Random(SEED)
    for place in chance.choices(places, k=count):
        digit = chance.choice([digit for digit in "0123456789" if digit != text[place]])
        yield text[:place] + digit + text[place + 1 :]


def digits(text: str) -> list[int]:
    return [place for place, letter in enumerate(text) if letter.isdecimal()]


def test_a_digit_changed_in_the_page_is_found(built: Built) -> None:
    for document in ("abstract", "poster"):
        html, printed = built.html(document), read_text(built.output / f"{document}.pdf")
        assert not built.finds(html, printed)
        missed = [m for m in mutations(html, shown_digits(html), PLACES // 2) if not built.finds(m, printed)]
        assert missed == []


def test_a_digit_changed_in_the_text_of_a_pdf_is_found(built: Built) -> None:
    for document in ("abstract", "poster"):
        pieces, text = built.pieces(built.html(document)), read_text(built.output / f"{document}.pdf")
        assert not differs(pieces, text)
        assert [m for m in mutations(text, digits(text), PLACES // 2) if not differs(pieces, m)] == []


def test_a_digit_changed_in_the_word_file_is_found(built: Built, tmp_path: Path) -> None:
    pieces, file = built.pieces(built.html("abstract")), tmp_path / "abstract.docx"
    with ZipFile(built.output / "abstract.docx") as archive:
        xml = archive.read("word/document.xml").decode()
    xml = xml.replace("&#39;", "'")
    runs = re.finditer(r"<w:t[ >][^<]*</w:t>", xml)
    places = [i for run in runs for i in range(*run.span()) if xml[i].isdecimal()]
    for mutated in mutations(xml, places):
        with ZipFile(file, "w") as archive:
            archive.writestr("word/document.xml", mutated)
        assert not format_of(file.name, pieces, built.study, {file.name: file}).ok


def test_a_digit_changed_in_the_text_file_is_found(built: Built, tmp_path: Path) -> None:
    pieces, file = built.pieces(built.html("abstract")), tmp_path / "abstract.txt"
    text = (built.output / "abstract.txt").read_text(encoding="utf-8")
    for mutated in mutations(text, digits(LENGTHS.sub("", text))):
        file.write_text(mutated, encoding="utf-8")
        assert not format_of(file.name, pieces, built.study, {file.name: file}).ok


def test_a_digit_changed_in_a_table_file_is_found(built: Built, tmp_path: Path) -> None:
    pieces = built.pieces(built.html("poster"))
    whole = {f.relative_to(built.output).as_posix(): f for f in (built.output / "tables").glob("poster-*")}
    name = max(whole, key=lambda name: whole[name].stat().st_size)
    text = whole[name].read_text(encoding="utf-8")
    files = {name: tmp_path / "changed.csv"}
    assert tables("poster", pieces, whole).ok
    for mutated in mutations(text, digits(text)):
        files[name].write_text(mutated, encoding="utf-8")
        assert not tables("poster", pieces, whole | files).ok


def test_a_digit_changed_in_the_results_is_found(built: Built) -> None:
    """A text by its value, a value by the results of a new analysis; far digits differ between machines."""
    lines = (built.output / "results.json").read_text(encoding="utf-8")
    starts = [m.span(1) for m in re.finditer(r'"(?:value|text)": ("[^"]*\d[^"]*"|-?\d[\d.]{,8})', lines)]
    places = [i for start, end in starts for i in range(start, end) if lines[i].isdecimal()]
    for mutated in mutations(lines, places, PLACES // 4):
        try:
            results = ResultSet.from_json(mutated)
        except ResultError:  # it is no such file any more
            continue
        assert not results_file(results, built.results, built.study).ok


def test_digits_changed_in_a_printed_pdf_are_found(built: Built, tmp_path: Path) -> None:
    """Printed for good: every third number of the page is another one on paper."""
    from cohortpress.printing import print_pdf

    html = built.html("abstract")
    spans = list(re.finditer(r'data-result="([^"]+)">([^<]*\d)<', html))[::3]
    changed = html
    for span in reversed(spans):
        last = span.end(2) - 1
        changed = f"{changed[:last]}{(int(changed[last]) + 1) % 10}{changed[last + 1 :]}"
    page, pdf = tmp_path / "abstract.html", tmp_path / "abstract.pdf"
    page.write_text(changed, encoding="utf-8")
    print_pdf(page, pdf, page=parse_page_size("A4"), text_pt=(4, 6, 8))
    shutil.copytree(built.output, tmp_path / "_output")
    shutil.copy(pdf, tmp_path / "_output/abstract.pdf")
    report = verify(tmp_path / "_output", built.folder, built.study, built.language)
    wrong = [check for check in report.checks if not check.ok]
    assert [check.place for check in wrong] == ["abstract.pdf"]
    touched = {p.text for p, q in zip(read_page(html), read_page(changed), strict=True) if p.text != q.text}
    assert len(touched) > 3
    assert len(wrong[0].findings) >= len(touched)
