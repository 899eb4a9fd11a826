"""`cohortpress names`: what a document can say, and that it says just that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_templating import filler_of, load

from cohortpress.cli import main
from cohortpress.errors import ResultError
from cohortpress.templating import Filler, plain
from cohortpress.vocabulary import Entry, having, vocabulary


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["names", "--study", str(folder), *arguments])


@pytest.fixture(scope="module")
def filler(built_flagship: Path) -> Filler:
    return filler_of(built_flagship)


@pytest.fixture(scope="module")
def entries(built_flagship: Path, filler: Filler) -> list[Entry]:
    return vocabulary(*load(built_flagship), filler)


def test_each_name_prints_in_a_document_what_the_list_says(entries: list[Entry], filler: Filler) -> None:
    printing = [entry for entry in entries if entry.text is not None]
    document = "\n\n".join(f"{{{{ {entry.name} }}}}" for entry in printing)
    assert plain(filler.fill(document, "a.qmd")[1]).split("\n\n") == [entry.text for entry in printing]


def test_every_result_is_in_the_list_and_what_prints_nothing_says_why(
    entries: list[Entry], built_flagship: Path
) -> None:
    by_name = {entry.name: entry for entry in entries}
    assert len(by_name) == len(entries)
    for result in load(built_flagship)[1]:
        assert by_name[result.id].text == result.text
        assert bool(by_name[result.id].why) is (result.text is None)
        assert result.value is not None or by_name[result.id].why == result.error
    disagree = by_name["crp.month_6.vs_baseline.methods_disagree"]
    assert disagree.why == "a yes or a no, for {% if crp.month_6.vs_baseline.methods_disagree.value %}"
    assert "nobody was measured" in by_name["adverse_events.atypical_rash.onset.median_range"].why


@pytest.mark.parametrize(
    ("words", "name", "text"),
    [
        ("crp 6", "crp.month_6.median_range", "1.2 (0.6–1.4)"),
        ("CRP 6 months Summary", "summary(crp, month_6)", "1.2 mg/l (0.6–1.4; n = 7)"),
        ("p_phrase esr", "esr.month_6.vs_baseline.p_phrase", "p = 0.028"),
        ("women n_of", "sex.women.n_of_total", "5/8"),
        ("constants dose", "constants.dose_monthly", "8 mg/kg per month"),
        ("disease duration label", "disease_duration.label", "Disease duration"),
        ("unit crp", "crp.unit", "mg/l"),
        ("title", "study.title", None),
        ("methods", "methods_sentence()", None),
        ("month_12 label", "month_12.label", "12 months"),
    ],
)
def test_all_words_are_looked_for_in_names_and_labels(
    entries: list[Entry], words: str, name: str, text: str | None
) -> None:
    found = {entry.name: entry.text or "" for entry in having(entries, words.split())}
    assert len(found) < len(entries) / 3
    assert found[name]
    assert text in (None, found[name].replace("\N{NO-BREAK SPACE}", " "))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("crp medain", "Nothing has 'crp medain' in its name. Did you mean 'median'?"),
        ("sex p_value", "Nothing has 'sex p_value' in its name. Write fewer words."),
    ],
)
def test_what_is_not_there(entries: list[Entry], words: str, message: str) -> None:
    with pytest.raises(ResultError) as raised:
        having(entries, words.split())
    assert str(raised.value) == message


def test_the_command_prints_a_table_or_json(built_second_study: Path) -> None:
    done = run(built_second_study, "grip", "finish", "p_")
    assert done.exit_code == 0
    head, *rows = done.stdout.splitlines()
    assert head.split("  ")[0] == "in a document"
    assert "{{ grip.finish.vs_baseline.p_exact }}" in [row.split("   ")[0] for row in rows]
    assert all(row.startswith("{{ ") for row in rows)
    records = json.loads(run(built_second_study, "grip", "start", "median", "--json").stdout)
    assert {"name": "grip.start.median", "text": "36.0", "why": "", "about": "Grip strength Start"}.items() <= next(
        record for record in records if record["name"] == "grip.start.median"
    ).items()
    assert run(built_second_study, "nothing_of_the_kind").exit_code == 1


def test_a_sentence_of_ones_own_is_listed(second_study: Path) -> None:
    file = second_study / "templates/language/en.jinja"
    own = "{% macro our_sentence(endpoint, visit) -%}\n  We saw {{ endpoint[visit].max }}.\n{%- endmacro %}\n"
    file.write_text(file.read_text(encoding="utf-8") + own, encoding="utf-8")
    listed = vocabulary(*load(second_study), filler_of(second_study, templates=second_study / "templates"))
    assert ("our_sentence(grip, start)", "We saw 52.5.") in [(entry.name, entry.text) for entry in listed]
