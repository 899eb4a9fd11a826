"""The checklist of STROBE and SAMPL: every question answered with yes and with no, and the place of what was found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from studies import ROOT, cohortpress, replace, write_second_study

from cohortpress.analysis import analyse
from cohortpress.cohort import read_cohort
from cohortpress.errors import StudyError, TemplateError
from cohortpress.formatting import format_results
from cohortpress.reporting import QUESTIONS, Answer, Question, checklist, listing, read_text
from cohortpress.result import ResultSet
from cohortpress.study import Study, read_study

TEMPLATES = [ROOT / "templates"]
P = "{{ grip.finish.vs_baseline.p }}"


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_second_study(tmp_path_factory.mktemp("second"))


@pytest.fixture(scope="module")
def results(second: Path) -> ResultSet:
    study = read_study(second)
    return format_results(analyse(study, read_cohort(second, study)), study)


@pytest.fixture
def ask(second: Path, results: ResultSet) -> Callable[..., Answer]:
    """Return a function that answers one question, found by its words, for a text and a study."""

    def answer(question: str, text: str, **changes: str) -> Answer:
        (second / "report/abstract.qmd").write_text(text, encoding="utf-8")
        study = read_study(second).model_copy(update=changes)
        answers = checklist("abstract", second, study, results, TEMPLATES)
        (found,) = (answer for answer in answers if question in answer.question.ask)
        return found

    return answer


# What a question finds (its beginning, a text that answers it, one that does not, and what it then says).
WORDS = {
    "Does the text describe the design?": ("A retrospective study.", "We looked at records.", "absent"),
    "Is there an objective": ("We asked whether grip grows.", "Grip was measured.", "not decidable"),
    "Does the text say where?": ("At one university hospital.", "In our town.", "not decidable"),
    "Does the text say when": ("From 2019 to 2021.", "Lately.", "absent"),
    "who was eligible": ("We took in every young adult with a sore finger.", "We took some.", "not decidable"),
    "how long patients were followed": ("Measured at six and twelve months.", "Later.", "not decidable"),
    "primary outcome": ("The primary end point was grip.", "Grip was measured.", "absent"),
    "Is the test named?": (f"Wilcoxon signed-rank test: {P}.", f"Paired t test: {P}.", "absent"),
    "one-sided or two-sided": (f"two-tailed: {P}.", f"tested: {P}.", "absent"),
    "Is alpha given?": (f"p < 0.05 was taken as significant: {P}.", f"p = {P}.", "absent"),
    "software": (f"{{{{ constants.software }}}}: {P}.", f"SPSS: {P}.", "absent"),
    "number of patients at the start": ("{{ cohort.n }} climbers.", "Climbers.", "absent"),
    "number at the last visit": ("n = {{ grip.finish.n }}", "n = {{ grip.start.n }}", "absent"),
    "median or mean": ("{{ grip.start.median_range }}", "{{ grip.start.median }}", "absent"),
    "estimate": (f"{{{{ effect_sentence(grip, finish) }}}} {P}", f"p = {P}", "absent"),
    "number of pairs": (f"p = {P}, {{{{ grip.finish.vs_baseline.n_paired }}}} pairs", f"p = {P}", "absent"),
    "percentage": ("{{ hand.left.n_of_total }} ({{ hand.left.percent }})", "{{ hand.left.percent }}", "absent"),
    "given exactly": (f"p = {P}, p < 0.001", f"{P}, p < 0.05", "absent"),
    "adjusted": (f"{P}; p values are not adjusted.", f"{P}.", "absent"),
    "limitations": ("The cohort is small.", "Grip grows.", "not decidable"),
}
NEEDS_A_P = ["Is the test named?", "one-sided or two-sided", "Is alpha given?", "estimate", "number of pairs",
             "given exactly", "adjusted"]  # fmt: skip
KEYS = {
    "Does the title name the design?": ("title", "Climbers: a cohort", "Climbers"),
    "somebody to write to": ("contact", "us@climbers.example", ""),
    "funding": ("funding", "none", ""),
}


@pytest.mark.parametrize("question", WORDS)
def test_a_question_is_answered_from_the_text(ask: Callable[..., Answer], question: str) -> None:
    yes, no, otherwise = WORDS[question]
    assert ask(question, f"---\nlang: en\n---\n\n## Results\n\n{yes}\n").status == "present"
    answer = ask(question, f"## Results\n\n{no}\n")
    assert answer.status == otherwise
    assert answer.said.endswith(answer.question.write.replace("NAME", answer.said.partition(": ")[2].split(" ")[0]))


@pytest.mark.parametrize("question", KEYS)
def test_a_question_is_answered_from_the_study(ask: Callable[..., Answer], question: str) -> None:
    key, yes, no = KEYS[question]
    answer = ask(question, "Text", **{key: yes})
    assert answer.status == "present"
    assert f": '{yes}'" in answer.said
    assert ask(question, "Text", **{key: no}).status == "absent"


@pytest.mark.parametrize("question", NEEDS_A_P)
def test_tests_are_asked_after_only_where_a_p_is_printed(ask: Callable[..., Answer], question: str) -> None:
    assert ask(question, "Nothing was tested.").status == "does not apply"


def test_every_question_of_the_list_is_tested(ask: Callable[..., Answer]) -> None:
    questions = yaml.safe_load((TEMPLATES[0] / QUESTIONS).read_text(encoding="utf-8"))
    untested = [q["ask"] for q in questions if not any(words in q["ask"] for words in (*WORDS, *KEYS))]
    assert untested == ["Do the conclusions follow from the results, and say no more than they allow?"]
    assert ask("Do the conclusions", "They do.").status == "not decidable"


@pytest.mark.parametrize(
    ("question", "text", "status"),
    [
        ("given exactly", f"p < 0.001, {P}", "present"),
        ("given exactly", f"p<.05, {P}", "absent"),
        ("given exactly", f"p > 0,05, {P}", "absent"),
        ("given exactly", f"{P}; NS", "absent"),
        ("given exactly", f"{P} in 12 ns", "present"),
        ("given exactly", f"p < 0.05 was considered significant, {P}", "present"),
        ("Is alpha given?", f"p < 0.05 was considered significant, {P}", "present"),
        ("median or mean", "{{ grip.start.median }} to {{ grip.finish.median_iqr }}", "absent"),
        ("median or mean", "{{ grip.start.median }} ({{ grip.start.q1 }} to {{ grip.start.q3 }})", "present"),
        ("median or mean", "{{ grip.start.mean_sd }}", "present"),
        # The median week of one complaint: one value has no range.
        ("median or mean", "{{ adverse_events.sore_finger.onset.median }}", "present"),
        ("percentage", "{{ hand.left.n }} of {{ cohort.n }} ({{ hand.left.percent }})", "present"),
        ("percentage", "No shares.", "does not apply"),
        # Four pairs have no exact 95% interval: the estimate alone is enough.
        ("estimate", f"{P}, {{{{ grip.finish.vs_baseline.hodges_lehmann }}}}", "present"),
        ("number at the last visit", "{{ flow.finish.measured }}", "present"),
        ("Does the text say when", "12019 metres", "absent"),
        ("limitations", "Smaller fingers.", "not decidable"),
        ("limitations", "Vasculitis of small vessels hurts small joints; a smaller dose was given.", "not decidable"),
        ("limitations", "An encouraging but small invented cohort.", "present"),
        ("primary outcome", "The main outcome was grip.", "present"),
        ("how long", "Follow-up visits were compared with baseline.", "not decidable"),
        ("how long", "A median age of 27 years; at age 30 years; at 40 years of age", "not decidable"),
        ("how long", "They were followed for a median of 14.5 months.", "present"),
        ("how long", "Follow-up was 48 hours.", "present"),
        ("how long", "Grip had grown at the visit after two years.", "present"),
    ],
)
def test_borderline_answers(ask: Callable[..., Answer], question: str, text: str, status: str) -> None:
    assert ask(question, text).status == status


def test_affiliations_keywords_and_colophon_are_no_text(ask: Callable[..., Answer]) -> None:
    text = "{{ masthead() }}\n\n{{ keywords() }}\n\n{{ colophon() }}\n"
    changes = {"affiliations": ("A hospital",), "keywords": ("hospital",), "notice": "From a hospital"}
    assert ask("Does the text say where?", text, **changes).status == "not decidable"


def test_any_english_will_do(ask: Callable[..., Answer]) -> None:
    assert ask("limitations", "The cohort is small.", language="en-US").status == "present"


@pytest.mark.parametrize(
    ("language", "other", "limit"),
    [
        ("nl", "Vasculitis van kleine vaten, met kleine zweren.", "Wij volgden een kleine open groep."),
        ("fr", "Une vascularite des petits vaisseaux, avec de petites lésions.", "Un petit nombre de malades."),
        ("de", "Eine Vaskulitis kleiner Gefäße mit kleinen Läsionen.", "Da die Gruppe klein ist."),
        ("de", "Ein kleines Kind.", "In einer kleinen Kohorte."),
    ],
)
def test_what_is_small_besides_the_study_is_no_limitation(
    ask: Callable[..., Answer], language: str, other: str, limit: str
) -> None:
    assert ask("limitations", other, language=language).status == "not decidable"
    assert ask("limitations", limit, language=language).status == "present"


# In each other language a text for each question that is asked by words, and one that answers none of them.
IN_OTHER_WORDS = {
    "nl": ("In dit retrospectieve onderzoek werden alle patiënten van ons ziekenhuis zes maanden gevolgd. Hoe "
           "verandert de greep? Primaire uitkomst was de greep. Rangtekentoets van Wilcoxon, tweezijdig, alfa 0,05; "
           "p-waarden zijn niet gecorrigeerd. Het cohort is klein.", "Wij keken naar klimmers."),
    "fr": ("Cette étude rétrospective a inclus tous les patients de notre hôpital, suivis six mois. Comment évolue "
           "la prise ? Le critère de jugement principal était la prise. Test des rangs signés de Wilcoxon, bilatéral, "
           "alpha 0,05 ; valeurs de p non ajustées. La cohorte est petite.", "Nous avons vu des grimpeurs."),
    "de": ("Diese retrospektive Studie umfasst alle Patienten unseres Universitätsklinikums, nach sechs Monaten. Wie "
           "verändert sich der Griff? Primärer Endpunkt war der Griff. Wilcoxon-Vorzeichen-Rang-Test, zweiseitig, "
           "Alpha 0,05; p-Werte nicht adjustiert. Die Kohorte ist klein.", "Wir sahen Kletterer."),
}  # fmt: skip


@pytest.mark.parametrize("language", IN_OTHER_WORDS)
def test_the_words_of_other_languages_are_known(second: Path, results: ResultSet, language: str) -> None:
    titles = {"nl": "een cohort", "fr": "une cohorte", "de": "eine Kohorte"}
    for text, title, found in zip(IN_OTHER_WORDS[language], (titles[language], "x"), (True, False), strict=True):
        study = read_study(second).model_copy(update={"language": f"{language}-BE", "title": title})
        (second / "report/abstract.qmd").write_text(f"{text} {P}", encoding="utf-8")
        answers = checklist("abstract", second, study, results, TEMPLATES)
        by_words = {a.question.ask: a.status == "present" for a in answers if isinstance(a.question.words, dict)}
        assert set(by_words.values()) == {found}, by_words


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Hauptzielgröße war der Griff."), ("de", "Hauptzielkriterium: Griff."), ("de", "Am primären Endpunkt"),
        ("nl", "Hoofduitkomstmaat was de greep."), ("fr", "Critère d’évaluation principal : la prise."),
    ],
)  # fmt: skip
def test_a_primary_outcome_is_known_by_its_other_names(ask: Callable[..., Answer], language: str, text: str) -> None:
    assert ask("primary outcome", text, language=language).status == "present"


def test_in_an_unknown_language_the_words_are_not_decidable(second: Path, results: ResultSet, tmp_path: Path) -> None:
    (tmp_path / "language").mkdir()
    (tmp_path / "language/it.jinja").write_bytes((TEMPLATES[0] / "language/en.jinja").read_bytes())
    study = read_study(second).model_copy(update={"language": "it-CH", "contact": "us@climbers.example"})
    text = "Uno studio retrospettivo, 2019, small, {{ grip.start.median }}: " + P
    (second / "report/abstract.qmd").write_text(text, encoding="utf-8")
    answers = checklist("abstract", second, study, results, [tmp_path, *TEMPLATES])
    by_words = [answer for answer in answers if isinstance(answer.question.words, dict)]
    assert {(answer.status, answer.said) for answer in by_words} == {
        ("not decidable", "The words to look for are known in en, nl, fr, de alone.")
    }
    others = {answer.question.ask.split("?")[0]: answer.status for answer in answers if answer not in by_words}
    assert others["Does the text say when, by a year"] == "present"
    assert others["Is there somebody to write to"] == "present"
    assert others["Does each median or mean have its range, quartiles, standard deviation or interval"] == "absent"


def test_the_place_is_the_authors_line(second: Path, results: ResultSet) -> None:
    source = """\
---
title: x
---

{{ masthead() }}

::: {.area .methods}
## Methods
One {{ grip.start.median
}} two
{% if true %}
three {{ grip.finish.median }}
{% endif %}
:::

{{ change_sentence(grip, finish) }}
{{ endpoints_table([grip]) }}

{{ figure("courses", [grip]) }}
last
{{ colophon() }}
"""
    (second / "report/abstract.qmd").write_text(source, encoding="utf-8")
    study = read_study(second)
    text = read_text("abstract", second, study, results, TEMPLATES)
    lines = source.splitlines()
    for word in ("## Methods", "two", "three", "last"):
        (number,) = (number for number, words in text.lines if word in words)
        assert word in lines[number - 1]
    first = dict(reversed([(name, number) for number, name in text.printed]))
    assert first["grip.start.median"] in (9, 10)
    assert first["grip.finish.median"] == 12
    assert first["grip.finish.vs_baseline.p_value"] == 16
    assert {number for number, name in text.printed if name == "grip.finish.vs_baseline.p_value"} == {16, 17}
    assert not any("\ue000" in words or "data-result" in words for _, words in text.lines)


def test_what_lacks_something_is_named_once_where_it_stands_first(ask: Callable[..., Answer]) -> None:
    answer = ask("median or mean", "{{ grip.finish.median }}\n{{ grip.start.median }}\n{{ grip.finish.median }}")
    assert answer.said.startswith("Not so in report/abstract.qmd: grip.finish (line 1), grip.start (line 2). Write")
    assert answer.said.endswith("{{ grip.finish.median_range }}.")


def test_the_listing_counts_and_names() -> None:
    question = Question(source="SAMPL", ask="Is it so?", write="Write it.")
    text = listing([Answer(question, "present", "report/a.qmd, line 3: 'so'"), Answer(question, "absent", "Write it.")])
    assert text == (
        "1 present, 1 absent, 0 not decidable, 0 does not apply\n"
        "present         Is it so? (SAMPL)\n"
        "                report/a.qmd, line 3: 'so'\n"
        "absent          Is it so? (SAMPL)\n"
        "                Write it.\n"
    )


@pytest.mark.parametrize(
    ("questions", "wrong"),
    [
        ("- {source: A, ask: 'Now?', word: [x]}", "0.word: Extra inputs are not permitted."),
        ("- {source: A, ask: 'Now?', words: ['(']}", "Input should be a valid regular expression."),
        ("- {source: A, ask: 'Now?', key: source}", "0.key: Input should be 'title'"),
        ("- [", "This is not YAML"),
        ("7", "Input should be a valid list."),
    ],
)
def test_questions_that_cannot_be_used_say_why(
    second: Path, results: ResultSet, tmp_path: Path, questions: str, wrong: str
) -> None:
    (tmp_path / QUESTIONS).write_text(questions, encoding="utf-8")
    with pytest.raises(TemplateError) as raised:
        checklist("abstract", second, read_study(second), results, [tmp_path, *TEMPLATES])
    assert wrong in str(raised.value)
    assert "templates/reporting.yml" in str(raised.value)


def test_a_question_of_ones_own_is_asked(second: Path, results: ResultSet, tmp_path: Path) -> None:
    (tmp_path / QUESTIONS).write_text("- {source: Us, ask: 'Chalk?', words: [chalk]}", encoding="utf-8")
    (second / "report/abstract.qmd").write_text("With CHALK.", encoding="utf-8")
    (answer,) = checklist("abstract", second, read_study(second), results, [tmp_path, *TEMPLATES])
    assert (answer.status, answer.said) == ("present", "report/abstract.qmd, line 1: 'With CHALK.'")


def test_a_missing_document_is_an_error(second: Path, results: ResultSet) -> None:
    study: Study = read_study(second)
    with pytest.raises(StudyError, match=r"report/nothing\.qmd: The document is missing"):
        checklist("nothing", second, study, results, TEMPLATES)


def test_what_is_checked_in_another_encoding_is_bad_input(second: Path, results: ResultSet, tmp_path: Path) -> None:
    document, questions = second / "report/abstract.qmd", tmp_path / QUESTIONS
    document.write_bytes("One line.\nRésultats".encode("latin-1"))
    with pytest.raises(StudyError, match=r"report/abstract\.qmd, line 2: The file is not UTF-8\. Save it as UTF-8\."):
        checklist("abstract", second, read_study(second), results, TEMPLATES)
    document.write_text("One line.", encoding="utf-8")
    questions.write_bytes("- {source: A, ask: 'Où?'}".encode("latin-1"))
    with pytest.raises(StudyError, match=r"templates/reporting\.yml, line 1: The file is not UTF-8\."):
        checklist("abstract", second, read_study(second), results, [tmp_path, *TEMPLATES])


def test_the_command_answers_for_the_flagship(flagship_to_change: Path) -> None:
    done = cohortpress(flagship_to_change, "check")
    assert done.returncode == 0, done.stderr
    assert "present         Does the title name the design? (STROBE abstract, title)\n" in done.stdout
    # The source names nobody to write to, and no year.
    for question in ("Is there somebody to write to?", "Does the text say when"):
        assert f"absent          {question}" in done.stdout
    replace(flagship_to_change / "report/study.yml", "theme: classic", "theme: classic\ncontact: us@hospital.example")
    again = cohortpress(flagship_to_change, "check", "poster").stdout
    assert "present         Is there somebody to write to?" in again
    assert "'us@hospital.example'" in again


def test_the_flagship_lacks_only_what_its_source_does_not_tell(built_flagship: Path) -> None:
    study = read_study(built_flagship)
    results = ResultSet.from_json((built_flagship / "_output/results.json").read_text(encoding="utf-8"))
    answers = checklist("abstract", built_flagship, study, results, TEMPLATES)
    assert [answer.question.ask for answer in answers if answer.status == "absent"] == [
        "Is there somebody to write to?", "Does the text say when, by a year?", "Is the funding given?",
    ]  # fmt: skip
