"""What is said of published sentences: all that is wrong with them, and above all nothing else."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated import KINDS, abstract, false_claims, rates, spoiled

from cohortpress.audit import Finding, audit_text

with (Path(__file__).parent / "sentences.csv").open(newline="", encoding="utf-8") as file:
    SENTENCES = list(csv.DictReader(file))

# The numbers and formats of a published abstract, in our own words.
PUBLISHED = """Patients and methods

Activity was scored before treatment and 1, 6 and 12 months later.

Results

Eight patients (5 women, 3 men; median age 27,5yr) were treated. Median HAQ was 1.25 (0.75-2.13) at the start.
Median DAS-CRP fell from 5,10(1.6-5.3) (n=6) to 2,25(1.3-2.9) (n=6) in half a year (p=0,046), and after a year
it was 1,9(1.5-6.1)(n=3). Median ESR/CRP fell from 35(15-87)(n=6)/69,2(9.1-292.6)mg/l(n=8) to

2(1-7)/1,2(0.6-1.4)mg/l(n=7) in the same time (p=0,028/0,018). In 6 patients steroids were reduced."""


def of_kind(findings: tuple[Finding, ...], kind: str) -> list[Finding]:
    return [finding for finding in findings if finding.kind == kind]


@pytest.mark.parametrize("row", SENTENCES, ids=[row["style"] for row in SENTENCES])
def test_a_sentence_is_understood_and_rightly_judged(row: dict[str, str]) -> None:
    text = row["sentence"].replace("\\n", "\n")
    report = audit_text(text)
    expected = [tuple(part.split(":", 1)) for part in row["findings"].split(";")] if row["findings"] else []
    assert sorted(finding.kind for finding in report.findings) == sorted(kind for kind, _ in expected)
    for kind, words in expected:
        quoted = [quote.text for finding in of_kind(report.findings, kind) for quote in finding.quotes]
        assert any(words in quote for quote in quoted), quoted
    assert report.changes == int(row["changes"])
    for quote in (quote for finding in report.findings for quote in finding.quotes):
        assert text[quote.start : quote.end] == quote.text


def test_the_published_p_values_are_asymptotic_and_one_hangs_on_it() -> None:
    report = audit_text(PUBLISHED)
    found = of_kind(report.findings, "approximation")
    assert [finding.claim.split(" ")[0] for finding in found] == ["DAS-CRP:", "ESR:", "CRP:"]
    assert all("without continuity correction" in finding.claim for finding in found)
    candidates = [finding.candidates for finding in found]
    assert [[(c.pairs, c.rank_sum, c.p_exact) for c in some] for some in candidates] == [
        [(6, 1, 0.0625)],
        [(6, 0, 0.03125)],
        [(7, 0, 0.015625)],
    ]
    # The same from R: pnorm of Siegel's z, 2 * pnorm(-(10.5 - W) / sqrt(22.75)) and so on.
    assert [some[0].p for some in candidates] == pytest.approx([0.046399, 0.027708, 0.017960], abs=1e-6)
    assert "4 to 6 pairs" in found[0].reasoning
    (hangs,) = of_kind(report.findings, "significance")
    assert hangs.claim.startswith("DAS-CRP: p = 0,046 hangs on the approximation")
    assert "0.0625 or more" in hangs.claim
    assert len(of_kind(report.findings, "decimal marks")) == 1
    assert len(report.findings) == 5
    assert (report.medians, report.p_values, report.subjects) == (8, 3, 8)


def test_the_report_reads_in_words_and_as_json() -> None:
    report = audit_text(PUBLISHED)
    words, data = str(report), json.loads(report.to_json())
    assert "Found: faults 0, remarks 5." in words
    assert max(map(len, words.splitlines())) <= 100
    assert [finding["claim"] for finding in data["findings"]] == [f.claim for f in report.findings]
    quote = data["findings"][0]["quotes"][0]
    assert PUBLISHED[quote["start"] : quote["end"]] == quote["text"]
    assert "What is not understood is not judged" in str(audit_text(""))


@pytest.mark.parametrize("first", range(0, 1200, 100))
def test_nothing_false_is_said_of_a_true_abstract(first: int) -> None:
    for seed in range(first, first + 100):
        true = abstract(seed)
        report = audit_text(true.text)
        assert false_claims(true, report) == [], true.text
        assert report.changes == len(true.changes), true.text


def test_faults_are_found() -> None:
    _, found = rates(400)
    shares = {kind: hits / total for kind, (hits, total) in found.items()}
    assert all(total >= 20 for _, total in found.values())
    assert shares == pytest.approx(dict.fromkeys(KINDS, 1.0), abs=0.12)
    assert shares["median"] == shares["p too small"] == 1


def test_a_spoiled_abstract_differs_from_the_true_one() -> None:
    texts = [(abstract(seed).text, spoiled(abstract(seed), kind)) for seed in range(50) for kind in KINDS]
    assert all(true != false for true, false in texts)


WORDS = (
    "Median|median|n=6|(n=0)|0/0|patients|(0%)|1.200|,5|0.|\n|5|8|of|%|p=0.046|p<0.05|P=NS|/|and|from|to|(1-7)|[3;4]|2(1-7)|"
    "signed-rank|one|hundred|-|–|99999|100000|were|included|for|all|1.2.3|before|after"
)


@given(st.lists(st.sampled_from(WORDS.split("|")), max_size=30), st.sampled_from(["", " "]))
def test_any_text_is_survived(words: list[str], gap: str) -> None:
    str(audit_text(gap.join(words)))


@pytest.mark.parametrize("part", ["1,", "median 1 (1-", "9 ", "five of ", "p=0.05/", "Median ", " ", "5 old ", "50% "])
def test_no_text_takes_long(part: str) -> None:
    start = time.process_time()
    audit_text("median " + part * (20_000 // len(part)))
    assert time.process_time() - start < 4


@given(st.text())
def test_any_characters_are_survived(text: str) -> None:
    str(audit_text(text))


def test_a_thousand_abstracts_take_less_than_twenty_seconds() -> None:
    texts = [(PUBLISHED + " " + abstract(seed).text * 4)[:2500] for seed in range(100)]
    audit_text(texts[0])
    start = time.process_time()
    for text in texts:
        audit_text(text)
    assert time.process_time() - start < 2
