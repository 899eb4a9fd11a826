"""What an author may type, and what must come from the data."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from studies import language_of

from cohortpress.analysis import analyse
from cohortpress.cohort import read_cohort
from cohortpress.errors import StudyError, TemplateError
from cohortpress.formatting import format_results
from cohortpress.gate import bare_numbers, blank, check_prose, lost_braces, no_prose, overreach, read_words, to_write
from cohortpress.language import Language
from cohortpress.new import start
from cohortpress.result import ResultSet
from cohortpress.study import Study, parse_study, read_study
from cohortpress.unwritten import written

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(ROOT)


@pytest.fixture(scope="module")
def results(study: Study) -> ResultSet:
    return format_results(analyse(study, read_cohort(ROOT, study)), study)


@pytest.fixture(scope="module")
def english(study: Study) -> Language:
    return language_of(study)


@pytest.mark.parametrize(
    ("prose", "typed"),
    [
        ("Median ESR was 2 mm/h.", ["2"]),
        ("It fell to 1.2 (0.6–1.4) in seven patients.", ["1.2", "0.6", "1.4", "seven"]),
        ("In half of them, two thirds were women.", ["half", "two", "thirds"]),
        ("p = 0,046 and −3.5", ["0,046", "−3.5"]),
        ("We saw 12 345 cells.", ["12", "345"]),
        ("Twelve of them", ["Twelve"]),
        ("Thirteen took part, twenty did not", ["Thirteen", "twenty"]),
    ],
)
def test_a_typed_number_is_found(
    prose: str, typed: list[str], study: Study, results: ResultSet, english: Language
) -> None:
    faults = bare_numbers(prose, "a.qmd", study, results, english)
    assert sorted(fault.problem.split("'")[1] for fault in faults) == sorted(typed)


@pytest.mark.parametrize(
    "prose",
    [
        "IL-6, CD4+ cells, DAS28, COVID-19, TNF-2a and P137",
        "the 95% CI, in Table 2 and Fig. 3b, PMID 21923939, in 2011 and 2009–2011, the 2nd visit",
        "at one, six and twelve months; the 6-month visit; month 12",
        "in the five months to the next visit, and eleven months later",
        "8 mg/kg per month, or 6 mg/kg every 2 weeks; 8 mg/kg",
        "an alpha of 0.05, two-sided",
        "{{ esr.month_6.median }} in {{ words(cohort.n) }}",
        "![a picture](a2.png) [a link](https://example.org/4) `5` <https://example.org/6> [text]{.area-7}",
        "::: {.area .x2}\n\n```{=html}\n<b>3</b>\n```\n\n1. an item of a list\n\n[^1]: a note",
        "---\ntitle: 5\n---\n\nno number",
        "one of the patients, and none of them",
        "platelets in 10⁹/l, and viruses in 10⁻³",
        "platelets in 10^9^/l, and viruses in 10^-3^",
    ],
)
def test_what_is_no_result_may_be_typed(prose: str, study: Study, results: ResultSet, english: Language) -> None:
    assert bare_numbers(prose, "a.qmd", study, results, english) == []


@pytest.mark.parametrize("heading", ["## References", "# Literatur", "## Références", "## Referenties {.small}"])
def test_volumes_and_pages_of_references_are_those_of_others(
    heading: str, study: Study, results: ResultSet, english: Language
) -> None:
    listed = f"{heading}\n\n1. Li G. A review. BMC Med Res Methodol 2017; 17:181.\n"
    assert bare_numbers(listed, "a.qmd", study, results, english) == []
    (found,) = bare_numbers(f"{listed}\n## Results\n\nOf 37 patients.\n", "a.qmd", study, results, english)
    assert found.where == "a.qmd, line 7, column 4"
    assert bare_numbers(listed.replace("#", ""), "a.qmd", study, results, english)


@pytest.mark.parametrize(
    ("visits", "prose", "typed"),
    [
        (("minute", 0, 60, 240), "after one hour, 4 hours and four hours", []),
        (("minute", 0, 90, 240), "after 1 hour and 2 hours", ["1", "2"]),
        (("week", 0, 2), "on day 14, in 14 days, in 13 days", ["13"]),
        (("month", 0, 24), "for two years, not three years", ["three"]),
    ],
)
def test_times_of_visits_may_be_said_in_the_next_unit(
    visits: tuple[str, *tuple[int, ...]], prose: str, typed: list[str], results: ResultSet, english: Language
) -> None:
    unit, *times = visits
    given = "".join(f"  v{time}: {{label: At {unit} {time}, {unit}: {time}}}\n" for time in times)
    text = f"title: t\ndata: {{visits: v.csv}}\nvisits:\n{given}endpoints: {{crp: {{label: CRP}}}}\n"
    other = parse_study(text, "s.yml")
    found = bare_numbers(prose, "a.qmd", other, results, english)
    assert [re.findall("'(.*?)'", fault.problem)[0] for fault in found] == typed


LABELLED = """\
title: t
data: {visits: v.csv}
visits:
  start: {label: Before (day 0), month: 0}
  early: {label: Weeks 1-2, month: 0.35}
  week_4: {label: Week 4, month: 0.92}
  late: {label: Month 6, month: 6}
endpoints:
  pain: {label: Pain (0\u201310), unit: points of 10}
  walk: {label: 6-minute walk}
  cells: {label: Cells, unit: 10^9/l}
characteristics:
  sex: {label: Sex, categories: {women: "1", men: "2"}}
  stage: {label: Ann Arbor, categories: {up_to_2: [1, 2], above_2: [3, 4]}}
responses:
  better: {label: Pain of 3 or less, endpoint: pain, threshold: 3}
yes_no_changes:
  drug: {label: On drug 7, before: sex, after: sex, yes: men}
"""


@pytest.mark.parametrize(
    ("prose", "typed"),
    [
        ("At Weeks 1-2 and weeks 1\N{EN DASH}2, at week 4 and Month 6, before (day 0).", []),
        ("at four weeks, at week four, at 4 weeks, at the 6-month visit, at six months, at months 4 and 6", []),
        ("Pain (0-10) in points of 10; the 6-minute  walk; Cells 10^9/l; up to 2; Pain of 3 or less; On drug 7", []),
        ("At week 5, in 6 of 8, after 4 patients, 1 and 2", ["5", "6", "8", "4", "1", "2"]),
        ("In weeks 1-2 it was 4.", ["4"]),
        ("It rose by 10 points in the walk of 6 minutes.", ["10", "6"]),
    ],
)
def test_what_the_study_calls_things_is_no_typed_number(prose: str, typed: list[str], results: ResultSet) -> None:
    study = parse_study(LABELLED, "report/study.yml")
    faults = bare_numbers(prose, "a.qmd", study, results, language_of(study))
    assert [fault.problem.split("'")[1] for fault in faults] == typed


@pytest.mark.parametrize(
    ("language", "prose", "typed"),
    [
        ("en", "CRP fell ten-fold, ESR tenfold, by \u00bd; two-sided, manifold.", ["\u00bd", "ten-fold", "tenfold"]),
        ("nl", "CRP daalde tienvoudig, vijfmaal, met \u00be; tweezijdig.", ["\u00be", "tienvoudig", "vijfmaal"]),
        ("de", "CRP sank auf das Zehnfache, fünfmal, 1\u00bd; zweiseitig.", ["1", "\u00bd", "Zehnfache", "fünfmal"]),
        ("fr", "La CRP a baissé de dix fois, de \u2153.", ["\u2153", "dix fois"]),
    ],
)
def test_multiples_and_fractions_are_typed_numbers(
    language: str, prose: str, typed: list[str], study: Study, results: ResultSet
) -> None:
    own = study.model_copy(update={"language": language})
    faults = bare_numbers(prose, "a.qmd", own, results, language_of(own))
    assert [fault.problem.split("'")[1] for fault in faults] == typed


def test_a_measure_of_which_the_sentence_does_not_speak_is_not_suggested(
    study: Study, results: ResultSet, english: Language
) -> None:
    counts = {name: f"crp.month_6.vs_baseline.n_{name}" for name in ("ties", "zero")}
    three = results.map({id_: replace(results[id_], value=3, text="3") for id_ in counts.values()})
    for prose, suggested in (
        ("CRP at 6 months in three men.", []),
        ("CRP at 6 months had three tied pairs.", ["ties"]),
    ):
        (fault,) = bare_numbers(prose, "a.qmd", study, three, english)
        assert [name for name, id_ in counts.items() if id_ in fault.mend] == suggested


def test_a_result_that_is_as_large_and_of_which_nobody_speaks_is_not_suggested(
    study: Study, results: ResultSet, english: Language
) -> None:
    (fault,) = bare_numbers("The drug cost 292.6 francs.", "a.qmd", study, results, english)
    assert fault.mend == "Take it from a result, or declare it under 'constants:' in report/study.yml."


def test_a_fault_names_place_number_and_the_name_to_write(
    study: Study, results: ResultSet, english: Language
) -> None:
    (fault,) = bare_numbers("One line.\nThe highest CRP was 292.6 mg/l.", "report/a.qmd", study, results, english)
    assert fault.where == "report/a.qmd, line 2, column 21"
    assert "292.6" in fault.problem
    assert "{{ crp.baseline.max }}" in fault.mend


@pytest.mark.parametrize(
    ("prose", "first"),
    [
        ("CRP became undetectable in seven patients at 6 months.", "crp.month_6.n"),
        ("In eight patients we saw it.", "cohort.n"),
        ("{{ esr.month_6.median }} mm/h in seven", "esr.month_6.n"),
    ],
)
def test_what_the_sentence_is_about_is_named_first(
    prose: str, first: str, study: Study, results: ResultSet, english: Language
) -> None:
    (fault,) = bare_numbers(prose, "a.qmd", study, results, english)
    assert fault.mend.startswith(f"Write {{{{ {first} }}}}")


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Interleukin-6 blockade over 12 months in type 2 diabetes: the IL-6 and CD4+ cohort of 2011", []),
        ("Median CRP fell to 1.2 mg/l in seven patients", ["1.2", "seven"]),
        ("8 mg/kg per month for six months", []),
    ],
)
def test_the_title_is_held_to_the_rule_of_prose(
    title: str, typed: list[str], results: ResultSet, english: Language
) -> None:
    text = (ROOT / "report/study.yml").read_text(encoding="utf-8")
    study = parse_study(re.sub(r"(?m)^title: .*", f'title: "{title}"', text), "report/study.yml")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if row.startswith("title: "))
    mend = "Leave it out, or declare it under 'constants:' in report/study.yml if it belongs to the plan."
    assert [str(fault) for fault in check_prose({}, study, results, english, [])] == [
        f"report/study.yml, line {line}: title: The number '{number}' is typed. {mend}" for number in typed
    ]


def test_blanking_keeps_every_place() -> None:
    text = "a {{ b }}\n{% if c %}d{% endif %} 1"
    assert [len(line) for line in blank(text).splitlines()] == [len(line) for line in text.splitlines()]
    assert blank(text).index("1") == text.index("1")


@pytest.mark.parametrize(
    ("prose", "word"),
    [
        ("The fall was significant.", "significant"),
        ("This demonstrates the efficacy of it.", "demonstrates the efficacy"),
        ("This proves that children grow.", "proves that"),
        ("There was a trend towards less pain.", "a trend towards"),
        ("There was no difference.", "no difference"),
    ],
)
def test_words_that_say_too_much_are_flagged(prose: str, word: str, results: ResultSet, english: Language) -> None:
    watched = read_words(ROOT / "templates/language/en.overreach.yml")
    (fault,) = overreach(prose, "a.qmd", watched, results, english)
    assert word in fault.problem
    assert fault.mend.startswith("Better: ")


def test_a_word_that_is_denied_is_not_flagged(results: ResultSet, english: Language) -> None:
    watched = read_words(ROOT / "templates/language/en.overreach.yml")
    assert overreach("The change is not significant.", "a.qmd", watched, results, english) == []


def test_significant_stands_where_the_methods_agree(results: ResultSet, english: Language) -> None:
    watched = read_words(ROOT / "templates/language/en.overreach.yml")
    agreeing = ResultSet(result for result in results if result.measure != "methods_disagree")
    assert overreach("The fall was significant.", "a.qmd", watched, agreeing, english) == []


def test_a_list_of_words_that_is_none_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "en.overreach.yml"
    file.write_text("- pattern: '('\n  reason: a\n  better: b\n")
    with pytest.raises(TemplateError, match=r"no list of watched words"):
        read_words(file)


def test_a_list_of_words_in_another_encoding_is_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "fr.overreach.yml"
    file.write_bytes("- pattern: a\n  reason: é".encode("latin-1"))
    with pytest.raises(StudyError, match=r"fr\.overreach\.yml, line 2: The file is not UTF-8\."):
        read_words(file)


def test_the_flagship_types_no_number(study: Study, results: ResultSet, english: Language) -> None:
    files = ["report/abstract.qmd", "report/poster.qmd", "templates/language/en.jinja"]
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file in files}
    watched = read_words(ROOT / "templates/language/en.overreach.yml")
    assert check_prose(texts, study, results, english, watched) == []


@pytest.mark.parametrize(
    ("prose", "said"),
    [
        ("a { crp.month_6.median } b", "'{ crp.month_6.median }' prints as it stands. Write {{ crp.month_6.median }}."),
        ("{words(cohort.n)}", "'{words(cohort.n)}' prints as it stands. Write {{ words(cohort.n) }}."),
        ("{{ crp.month_6.n }} {% if cohort.n %}[x]{.area} {#id} {width=5.5cm} {=html} {crp}{% endif %}", None),
    ],
)
def test_a_value_that_lost_a_brace_is_told(prose: str, said: str | None) -> None:
    assert [str(fault) for fault in lost_braces(f"\n{prose}", "a.qmd")] == ([f"a.qmd, line 2: {said}"] if said else [])


def test_what_new_left_to_write_is_told_until_it_is_written(
    study: Study, results: ResultSet, english: Language, tmp_path: Path
) -> None:
    start(tmp_path / "mine")
    for name in ("abstract.qmd", "poster.qmd"):
        text = (tmp_path / "mine/report" / name).read_text(encoding="utf-8")
        asked = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text)
        assert len(asked) > 2
        (fault, *_) = check_prose({name: text}, study, results, english, [])
        assert fault.problem == f"'{asked[0]}' is still to be written, and {len(asked) - 1} more in italics."
        assert fault.where == f"{name}, line {text[: text.index(asked[0])].count(chr(10)) + 1}"
        answered = re.sub(r"(?<!\*)\*([^*\n]+)\*(?!\*)", "*An answer, stressed.*", text)
        assert to_write(answered, name) == []
        assert not set(asked) & set(re.findall(r"\*([^*\n]+)\*", written(text)))


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("", True),
        ("---\ndocument: abstract\n---\n\n{{ masthead() }}\n\n## Results\n\n{{ endpoints_table() }}\n", True),
        ("## Results\n\nMost fell.\n", False),
        ("{{ change_sentence(esr, month_6) }}", False),
        ("Все.", False),
    ],
)
def test_a_document_without_prose_is_told(text: str, empty: bool) -> None:
    said = [str(fault) for fault in no_prose(text, "report/a.qmd")]
    assert said == ["report/a.qmd: There is no prose in it. Write some."] * empty
    assert no_prose(text, "templates/language/en.jinja") == []
