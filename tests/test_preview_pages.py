"""What `cohortpress preview` serves, whatever a browser makes of it (`browser/test_preview.py`)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from cohortpress.build import Options
from cohortpress.preview import Preview


def test_a_pdf_that_a_first_build_cannot_make_has_its_place_from_then_on(
    built_second_study: Path, tmp_path: Path
) -> None:
    study = Path(shutil.copytree(built_second_study, tmp_path / "study"))
    document = study / "report/abstract.qmd"
    text = document.read_text(encoding="utf-8")
    failed: list[str] = []
    preview = Preview(study, Options(documents=("abstract",)), lambda *_: None, lambda _: None, failed.append)

    def content(name: str) -> str:
        found = preview.page(name)
        assert found
        return found[1].decode()

    assert "<nav>" not in content("")
    document.write_text(text + "\n\n" + "And so on. " * 800, encoding="utf-8")
    preview.rebuild()
    assert "too long for the page" in failed.pop()
    assert re.findall(r'<a href="([^"]+)"', content("")) == ["/abstract.html", "/view/abstract.pdf"]
    assert preview.page("abstract.pdf") is None
    assert "Not built yet." in content("view/abstract.pdf")
    assert "EventSource" in content("view/abstract.pdf")
    document.write_text(text, encoding="utf-8")
    preview.rebuild()
    assert not failed
    assert '<embed type="application/pdf" src="/abstract.pdf">' in content("view/abstract.pdf")
    assert preview.page("view/other.pdf") is None
