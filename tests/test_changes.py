"""What changed between two finished sets of documents, as a co-author reads it."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace as with_
from pathlib import Path

import pytest
from studies import cohortpress, language_of, replace

from cohortpress.changes import Changes, Sentence, changes
from cohortpress.comparison import compare
from cohortpress.result import Result, ResultSet
from cohortpress.study import Claim, read_study
from cohortpress.verify import verify
from cohortpress.verify.files import outputs as outputs_of

PAGE = "<html><body><h2>Results</h2>{}</body></html>"
SPAN = '<span class="result" data-result="{0}">{1}</span>'
P_VALUE = "esr.month_6.vs_baseline.p_value"


def outputs(folder: Path, body: str, **texts: str) -> Path:
    """Write a set of outputs with these texts of results."""
    ids = {"median": "esr.month_6.median", "p": P_VALUE, "n": "esr.month_6.n", "q1": "esr.month_6.q1"}
    values = {name: float(text.replace(",", ".")) for name, text in texts.items()}
    results = [
        Result(id_, "ESR", "esr", id_.rpartition(".")[2], values[name], visit="month_6", text=texts[name])
        for name, id_ in ids.items()
        if name in texts
    ]
    folder.mkdir(parents=True)
    (folder / "results.json").write_text(ResultSet(results).to_json(), encoding="utf-8")
    spans = {measure: SPAN.format(ids[measure], text) for measure, text in texts.items()}
    (folder / "abstract.html").write_text(PAGE.format(body.format(**spans)), encoding="utf-8")
    return folder


def told(tmp_path: Path, before: str, after: str, old: dict[str, str], new: dict[str, str]) -> str:
    return changes(
        outputs(tmp_path / "old", before, **old), outputs(tmp_path / "new", after, **new)
    ).markdown()


SENTENCE = "<p>All were seen. Median ESR fell to {median} mm/h (p = {p}). Nobody died.</p>"


def test_a_number_is_shown_in_its_sentence(tmp_path: Path) -> None:
    found = told(tmp_path, SENTENCE, SENTENCE, {"median": "2", "p": "0.046"}, {"median": "2", "p": "0.051"})
    assert "- ESR month 6, p: 0.046 -> 0.051\n" in found
    assert "## Abstract: Results\n\nMedian ESR fell to 2 mm/h (p = ~~0.046~~ **0.051**).\n" in found
    assert "Nobody" not in found


def test_a_sentence_that_turns_is_shown_with_its_words(tmp_path: Path) -> None:
    after = SENTENCE.replace("fell", "rose").replace("{p})", "{p}; exact test: not significant)")
    found = told(tmp_path, SENTENCE, after, {"median": "2", "p": "0.046"}, {"median": "5", "p": "0.146"})
    assert "Median ESR ~~fell~~ **rose** to ~~2~~ **5** mm/h" in found
    assert "(p = ~~0.046~~ **0.146; exact test: not significant**)." in found


def test_sentences_that_come_and_go(tmp_path: Path) -> None:
    other = "<p>All were seen. ESR was known in {n}. Nobody died.</p>"
    found = told(tmp_path, SENTENCE, other, {"median": "2", "p": "0.046"}, {"n": "7"})
    assert "**ESR was known in 7.**" in found
    assert "~~Median ESR fell to 2 mm/h (p = 0.046).~~" in found
    assert "- ESR month 6, n: absent -> 7" in found


def test_a_variable_that_is_new_or_gone_is_one_line() -> None:
    def results(variable: str, visits: tuple[str, ...]) -> list[Result]:
        ids = [(visit, measure) for visit in visits for measure in ("median", "min", "max", "n")]
        return [
            Result(f"{variable}.{visit}.{measure}", variable.upper(), variable, measure, 1.0, visit=visit, text="1")
            for visit, measure in ids
        ]

    old = ResultSet([*results("esr", ("start", "month_6")), *results("crp", ("start",))])
    new = ResultSet([*results("glucose", ("start", "month_6")), *results("crp", ("start", "month_6"))])
    renamed = ResultSet(with_(r, id=r.id.replace("esr", "bsr"), variable="bsr") for r in old if r.variable == "esr")
    assert "- ESR (bsr) is new: 8 values" in Changes(tuple(compare(old, renamed)), ()).markdown()
    lasting = frozenset({"crp"})
    text = Changes(tuple(compare(old, new)), (), lasting=lasting).markdown()
    lines = ["GLUCOSE is new: 8 values", "CRP month 6 is new: 4 values", "ESR is gone: 8 values"]
    assert text.splitlines() == ["## Numbers", "", *(f"- {line}" for line in lines), ""]


def test_numbers_that_are_merely_written_otherwise_are_one_line(tmp_path: Path) -> None:
    german = "<p>Alle kamen. Bei {n} sank die BSG auf {median} mm/h (p = {p}). Niemand starb.</p>"
    english = SENTENCE.replace("{median} mm/h", "{median} mm/h in {n}")
    old, new = {"median": "2.5", "p": "0.046", "n": "8"}, {"median": "2,5", "p": "0,046", "n": "8"}
    folders = outputs(tmp_path / "old", english, **old), outputs(tmp_path / "new", german, **new)
    said = "2 numbers are written otherwise, with the same value: 2.5 -> 2,5"
    assert changes(*folders).markdown() == f"## Numbers\n\n- {said}\n\n"


def test_rows_of_tables(tmp_path: Path) -> None:
    table = "<table><tr><th>Endpoint</th><th>p</th></tr><tr><td>ESR</td><td>{p}</td></tr></table>"
    assert "ESR · ~~0.046~~ **0.051**" in told(tmp_path, table, table, {"p": "0.046"}, {"p": "0.051"})


def test_results_that_nothing_prints_are_left_out(tmp_path: Path) -> None:
    old, new = {"median": "2", "p": "0.046", "q1": "1"}, {"median": "2", "p": "0.046", "q1": "1.5"}
    assert told(tmp_path, SENTENCE, SENTENCE, old, new) == "No printed number changed.\n"


def test_other_words_alone_are_the_authors_own_business(tmp_path: Path) -> None:
    same = {"median": "2", "p": "0.046"}
    after = SENTENCE.replace("Nobody died", "Nobody was lost")
    assert not changes(outputs(tmp_path / "a", SENTENCE, **same), outputs(tmp_path / "b", after, **same))


def test_marks_of_markdown_in_a_text_print_as_they_are(tmp_path: Path) -> None:
    body = "<p>ESR_2* was {median} (p &lt;0.05)</p>"
    assert r"ESR\_2\* was ~~2~~ **5** (p \<0.05)" in told(
        tmp_path, body, body, {"median": "2"}, {"median": "5"}
    )


def test_a_terminal_shows_no_escapes() -> None:
    was, now = (Sentence(f"p {p}, a * b", (("x", p),), "Abstract") for p in ("<0.001", "0.02"))
    assert Changes((), ((was, now),)).plain() == "## Abstract\n\np ~~<0.001~~ **0.02**, a * b\n\n"


@pytest.fixture(scope="module")
def corrected(built_flagship: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The flagship with one value corrected, and its abstract built again."""
    folder = tmp_path_factory.mktemp("changes") / "corrected"
    shutil.copytree(built_flagship, folder)
    replace(folder / "data/visits.csv", "S02,month_6,2.2,", "S02,month_6,5.4,")
    built = cohortpress(folder, "build", "abstract")
    assert built.returncode == 0, built.stderr
    return folder


def test_a_poster_of_the_data_before_does_not_pass(built_flagship: Path, corrected: Path) -> None:
    before, after = (outputs_of(folder / "_output") for folder in (built_flagship, corrected))
    posters = {name: path for name, path in before.items() if "poster" in name}
    study = read_study(corrected)
    language = language_of(study)
    assert verify(after, corrected, study, language).ok
    report = verify({**after, **posters}, corrected, study, language)
    assert {check.place for check in report.checks if not check.ok} == {"poster.html"}
    assert "das_crp.month_6.median" in str(report)


def test_after_a_correction_of_the_data(built_flagship: Path, corrected: Path) -> None:
    study = read_study(corrected)
    claims = {
        "lower": {"endpoints": ["das_crp"], "visit": "month_6", "p_below": 0.05, "by": "main"},
        "much_lower": {"endpoints": ["crp"], "visit": "month_6", "n_at_least": 7},
        "safe": {"endpoints": ["crp"], "visit": "month_6", "n_at_least": 3},
    }
    study = study.model_copy(
        update={"claims": {name: Claim.model_validate(claim) for name, claim in claims.items()}}
    )
    found = changes(built_flagship / "_output", corrected / "_output", study)
    text = found.markdown()
    changed = {change.result.id for change in found.results}
    assert "das_crp.month_6.vs_baseline.p_value" in changed
    assert not any(id_.startswith(("esr", "crp")) for id_ in changed)
    assert re.search(
        r"Median DAS-CRP decreased from 5\.10 .* \(p = ~~0\.046~~ \*\*0\.\d{3}", text.replace("\xa0", " ")
    )
    assert [verdict.name for verdict in found.claims] == ["lower", "much_lower"]
    assert r"- lower no longer holds: DAS-CRP at 6 months: the main p must be below 0.05; it is 0." in text
    assert r"- much\_lower only just holds: CRP at 6 months: n must be at least 7; it is 7" in text


def test_nothing_changed(built_flagship: Path) -> None:
    found = changes(built_flagship / "_output", built_flagship / "_output", read_study(built_flagship))
    assert not found
    assert with_(found, claims=()).markdown() == "No printed number changed.\n"
