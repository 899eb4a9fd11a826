from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from studies import ROOT, SECOND_STUDY, read_html, replace, write_second_study

from cohortpress.analysis import analyse
from cohortpress.cohort import read_cohort
from cohortpress.engine.pandoc import run_pandoc
from cohortpress.errors import CohortpressError, StudyError, StyleError, TemplateError
from cohortpress.figures.courses import MANY
from cohortpress.formatting import format_results
from cohortpress.result import Result, ResultSet
from cohortpress.study import Study, parse_study
from cohortpress.templating import Filler, capitalise, escape, front_matter, plain

FILE = "report/abstract.qmd"
STUDY = "report/study.yml"
LANGUAGES = sorted(file.stem for file in (ROOT / "templates/language").glob("*.jinja"))
Fill = Callable[[str], str]


def load(folder: Path) -> tuple[Study, ResultSet]:
    study = parse_study((folder / STUDY).read_text(encoding="utf-8"), STUDY)
    return study, format_results(analyse(study, read_cohort(folder, study)), study)


def filler_of(folder: Path, *, templates: Path | None = None, document: str = "abstract") -> Filler:
    functions = {"draw": lambda *_: "a drawing", "qr_code": lambda _: "a code", "document": document}
    return Filler(*load(folder), [templates or ROOT / "templates"], functions, own=templates is not None)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_second_study(tmp_path_factory.mktemp("second"))


@pytest.fixture(scope="module")
def fill(second: Path) -> Fill:
    filler = filler_of(second)
    return lambda source: filler.fill(source, FILE)[1]


def test_where_the_limit_of_detection_decides_sentence_and_tables_say_so(tmp_path: Path) -> None:
    folder = write_second_study(tmp_path)
    rows = "".join(f"{s},start,{9 + i}\n{s},finish,{8 - i}\n" for i, s in enumerate("ABCD"))
    rows += "E,start,2\nE,finish,1.6\nF,start,2\nF,finish,1.3\nG,start,<0.6\nG,finish,0.9\n"
    (folder / "sessions.csv").write_text(f"climber,session,grip\n{rows}", encoding="utf-8")
    people = folder / "people.csv"
    people.write_text(people.read_text(encoding="utf-8") + "F,R,1\nG,L,1\n", encoding="utf-8")
    filler = filler_of(folder)

    def text(source: str) -> str:
        filled = filler.fill(source, FILE)[1].replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")
        return re.sub(r"\[([^]]*)\]\{[^}]*\}", r"\1", filled)

    sentence = text("{{ change_sentence(grip, finish) }}")
    # By hand: W+ is 1 at the limit, and 3 with zero: 2 and 5 of 128 patterns of signs, twice.
    assert "(p = 0.031, 7 pairs; with zero for values below the limit of detection: p = 0.078)" in sentence
    assert "(<0.6–" in sentence
    for table in ("endpoints_table([grip])", "sensitivity_table([grip], finish)"):
        assert "§ On the other side of 0.05 with zero for values below the limit" in text(f"{{{{ {table} }}}}")


def with_pairs(folder: Path, *pairs: tuple[object, object], **analysis: str) -> Filler:
    """Return what fills the documents of the second study, measured in these pairs alone."""
    rows = [f"{who},{visit},{value}\n" for who, pair in zip("ABCDEFGHI", pairs, strict=False)
            for visit, value in zip(("start", "finish"), pair, strict=True)]  # fmt: skip
    (folder / "sessions.csv").write_text(f"climber,session,grip\n{''.join(rows)}", encoding="utf-8")
    people = "".join(f"{who},R,{number}\n" for number, who in enumerate("ABCDEFGHI"[: len(pairs)], 1))
    (folder / "people.csv").write_text(f"climber,hand,practice\n{people}", encoding="utf-8")
    (folder / "complaints.csv").write_text("climber,complaint,week\nB,Sore finger,4\n", encoding="utf-8")
    if analysis:
        with (folder / STUDY).open("a", encoding="utf-8") as file:
            file.write(f"analysis: {{{', '.join(f'{key}: {value}' for key, value in analysis.items())}}}\n")
    return filler_of(folder)


def test_the_note_below_courses_explains_diamonds_only_where_there_are_some(second_study: Path) -> None:
    for subjects, drawn in ((MANY, True), (MANY + 1, False)):
        rows = "".join(f"{i},start,{30 + i}\n{i},finish,{29 + i}\n" for i in range(subjects))
        (second_study / "sessions.csv").write_text(f"climber,session,grip\n{rows}", encoding="utf-8")
        people = "".join(f"{i},R,{i}\n" for i in range(subjects))
        (second_study / "people.csv").write_text(f"climber,hand,practice\n{people}", encoding="utf-8")
        (second_study / "complaints.csv").write_text("climber,complaint,week\n", encoding="utf-8")
        note = read(filler_of(second_study).fill("{{ courses_note([grip]) }}", FILE)[1])
        assert ("diamonds" in note) == drawn
        assert note.startswith("Thin lines: patients; thick line: median")


@pytest.mark.parametrize(
    ("language", "few", "unchanged"),
    [
        ("en", "; with so few pairs no exact p below 0.05 is possible)",
         "; only 5 of 9 pairs changed, too few for an exact p below 0.05)"),
        ("nl", "; met zo weinig paren is geen exacte", "; verandering in slechts 5 van de 9 paren, te weinig voor"),
        ("de", "; bei so wenigen Paaren ist kein", "; Änderung bei nur 5 von 9 Paaren, zu wenig für einen"),
        ("fr", "; avec si peu de paires, aucun", "; variation dans 5 paires sur 9 seulement, trop peu pour un"),
    ],
)  # fmt: skip
def test_where_pairs_did_not_change_those_that_did_are_said_to_be_too_few(
    second_study: Path, language: str, few: str, unchanged: str
) -> None:
    replace(second_study / STUDY, "language: en-GB", f"language: {language}")
    down = [(30.5, 29), (31, 28), (32, 27.5), (33, 27), (34, 26)]
    same = [(30, 30), (31, 31), (32, 32), (33, 33)]
    for pairs, said in ((down, few), (down + same, unchanged)):
        assert said in read(with_pairs(second_study, *pairs).fill("{{ change_sentence(grip, finish) }}", FILE)[1])
    # Nine pairs that all change can: 2 of 512 patterns.
    filler = with_pairs(second_study, *down, *((one, other - 10 - one / 10) for one, other in same))
    sentence = read(filler.fill("{{ change_sentence(grip, finish) }}", FILE)[1])
    assert not [said for said in (few, unchanged) if said in sentence]


@pytest.mark.parametrize(
    ("language", "both", "note", "methods"),
    [
        ("en", "(p = 0.016, adjusted p = 0.031, 7 pairs)", "¶ Adjusted by the method of Holm.",
         "). P values at finish were adjusted by the method of Holm."),
        ("nl", "(p = 0,016; gecorrigeerde p = 0,031; 7 paren)", "¶ Gecorrigeerd volgens Holm.",
         "). De p-waarden bij finish werden gecorrigeerd volgens Holm."),
        ("de", "(p = 0,016; adjustiertes p = 0,031; 7 Paare)", "¶ Adjustiert nach Holm.",
         "). Die p-Werte bei der Visite „Finish“ wurden nach Holm adjustiert."),
        ("fr", "(p = 0,016 ; p = 0,031 après ajustement ; 7 paires)", "¶ Ajusté par la méthode de Holm.",
         "). Les valeurs de p à la visite « Finish » ont été ajustées par la méthode de Holm."),
    ],
)  # fmt: skip
def test_p_values_of_a_family_print_adjusted_in_tables_and_both_ways_in_sentences(
    second_study: Path, language: str, both: str, note: str, methods: str
) -> None:
    replace(second_study / STUDY, "language: en-GB", f"language: {language}")
    replace(second_study / STUDY, "characteristics:", "  reach: {label: Reach, column: grip}\ncharacteristics:")
    pairs = [(30 + i, 29 - i) for i in range(7)]  # all fall: 2 of 128 patterns, and by Holm twice that
    filler = with_pairs(second_study, *pairs, family="{endpoints: [grip, reach], visits: [finish]}")
    assert both in read(filler.fill("{{ change_sentence(grip, finish) }}", FILE)[1])
    assert methods in read(filler.fill("{{ methods_sentence() }}", FILE)[1])
    filled = filler.fill("{{ endpoints_table([grip, reach]) }}", FILE)[1]
    assert [id_ for id_, _ in read_html(html_of(filled)).results if "p_" in id_] == [
        "grip.finish.vs_baseline.p_adjusted", "reach.finish.vs_baseline.p_adjusted",
    ]  # fmt: skip
    assert read(filled).count("¶") == 3
    assert note in read(filled)
    assert "¶" not in read(filler.fill("{{ sensitivity_table([grip], finish) }}", FILE)[1])


def test_a_p_outside_the_family_prints_as_it_is_and_the_methods_name_those_within(second_study: Path) -> None:
    replace(second_study / STUDY, "characteristics:", "  reach: {label: Reach, column: grip}\ncharacteristics:")
    pairs = [(30 + i, 29 - i) for i in range(5)]  # exact and approximate p on both sides of alpha
    family = "{method: benjamini_hochberg, endpoints: [grip], visits: [finish]}"
    filler = with_pairs(second_study, *pairs, method="asymptotic", family=family)
    table = read(filler.fill("{{ endpoints_table([grip, reach]) }}", FILE)[1])
    assert re.findall(r"0\.043.*?([†‡§¶]+)", table) == ["†‡¶", "†‡"]
    assert "¶ Adjusted by the method of Benjamini and Hochberg; the marks beside it are those of p before." in table
    methods = read(filler.fill("{{ methods_sentence() }}", FILE)[1])
    assert "P values of Grip strength at finish were adjusted by the method of Benjamini and Hochberg." in methods
    assert "adjusted" not in read(filler.fill("{{ change_sentence(reach, finish) }}", FILE)[1])


def test_the_exact_p_stands_beside_the_approximation_and_not_beside_itself(second_study: Path) -> None:
    down = [(30.5, 29), (31, 28), (32, 27.5), (33, 27), (34, 26)]  # 2 of 32 patterns; by the normal curve 0.043
    text = "{{ change_sentence(grip, finish) }} {{ endpoints_table([grip]) }}"
    exact = read(with_pairs(second_study, *down).fill(text, FILE)[1])
    assert "(p = 0.063, 5 pairs; with so few" in exact
    assert "†" not in exact
    approximate = read(with_pairs(second_study, *down, method="asymptotic").fill(text, FILE)[1])
    assert "(p = 0.043, 5 pairs; exact test: p = 0.0625; with so few" in approximate
    assert "† Exact test and normal approximation" in approximate
    assert "‡ So few pairs changed that no exact p below 0.05 is possible." in approximate


def read(markdown: str) -> str:
    """Return filled Markdown as a reader sees it, with ordinary spaces."""
    return re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", plain(markdown))


def test_a_p_below_the_smallest_that_prints_has_spaces_in_a_sentence_and_none_in_a_table(second: Path) -> None:
    study, results = load(second)
    p = Result("grip.finish.vs_baseline.p_value", "Grip", "grip", "p_value", 0.0001, text="<0.001")
    filler = Filler(study, results.map({p.id: p}), [ROOT / "templates"], {"document": "abstract"})
    sentence = filler.fill("{{ change_sentence(grip, finish) }}", FILE)[1]
    assert "(p\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}0.001, 4" in plain(sentence)
    assert (p.id, "<\N{NO-BREAK SPACE}0.001") in read_html(html_of(sentence)).results
    assert "| <0.001" in read(filler.fill("{{ endpoints_table([grip]) }}", FILE)[1])


@pytest.mark.parametrize(
    ("language", "said"), [("en", "36.0% (28.0"), ("nl", "36,0% (28,0"), ("fr", "36,0 % (28,0"), ("de", "36,0 % (28,0")]
)
def test_a_percent_sign_as_a_unit_stands_as_in_a_percentage(second_study: Path, language: str, said: str) -> None:
    replace(second_study / STUDY, "unit: kg", 'unit: "%"')
    replace(second_study / STUDY, "language: en-GB", f"language: {language}")
    filler = filler_of(second_study)
    assert said in read(filler.fill("{{ change_sentence(grip, finish) }}", FILE)[1])
    effect = read(filler.fill("{{ effect_sentence(grip, finish) }}", FILE)[1]).partition("Hodges")[0]
    assert "%" in effect
    assert (" %" in effect) == (" %" in said)


@pytest.mark.parametrize(
    ("language", "said", "methods"),
    [
        ("en", "; with zero for values below the limit of detection: {} kg, {}); ", "read as the limit and, as a"),
        ("nl", "; met nul voor waarden onder de detectielimiet: {} kg; {}); ", "aan de limiet en, ter"),
        ("de", "; mit null für Werte unter der Nachweisgrenze: {} kg; {}); ", "durch die Grenze ersetzt und, zur"),
        ("fr", " ; avec zéro pour les valeurs sous la limite de détection : {} kg ; {}) ; ", "par la limite et, pour"),
    ],
)
def test_an_estimate_that_hangs_on_the_limit_of_detection_says_so(
    second_study: Path, language: str, said: str, methods: str
) -> None:
    replace(second_study / STUDY, "language: en-GB", f"language: {language}")
    pairs: list[tuple[object, object]] = [(9 + i, "<2.0" if i > 3 else 4 + i) for i in range(6)]
    filler = with_pairs(second_study, *pairs)
    changes = [9 + i for i in range(4, 6)] + [5] * 4  # with zero below the limit, all falls
    averages = sorted((one + other) / 2 for one, other in itertools.combinations_with_replacement(changes, 2))
    shift = f"\N{MINUS SIGN}{statistics.median(averages):.2f}"
    # 96.875 %: of 2 ** 6 patterns one has no rise, so that the interval runs from the first average to the last.
    to = {"en": "to", "nl": "tot", "de": "bis", "fr": "à"}[language]
    ends = f"\N{MINUS SIGN}{averages[-1]:.2f} {to} \N{MINUS SIGN}{averages[0]:.2f}"
    texts = (shift, ends) if language == "en" else (shift.replace(".", ","), ends.replace(".", ","))
    sentence = read(filler.fill("{{ effect_sentence(grip, finish) }}", FILE)[1])
    assert said.format(*texts) in sentence
    assert methods in read(filler.fill("{{ methods_sentence() }}", FILE)[1])
    note = {"en": "limit of detection are", "nl": "detectielimiet w", "de": "der Nachweisgrenze w", "fr": "tion sont"}
    for table in ("effects_table([grip], finish)", "sensitivity_table([grip], finish)"):
        assert note[language] in read(filler.fill(f"{{{{ {table} }}}}", FILE)[1])


@pytest.mark.parametrize(
    ("language", "note"),
    [("en", "–: onset not known."), ("nl", "–: begin niet bekend."), ("de", "–: Beginn nicht bekannt."),
     ("fr", "– : moment de survenue inconnu.")],
)  # fmt: skip
def test_adverse_events_stand_by_their_number_and_an_unknown_onset_is_told(
    second_study: Path, language: str, note: str
) -> None:
    replace(second_study / STUDY, "language: en-GB", f"language: {language}")
    events = ("B,Zoster,4", "B,Zoster,5", "C,fever,1", "A,Cough,2", "B,Ache,3", "C,Ache,3", "C,Zoster,6", "A,Bruise,{}")
    for onset, known in (("", False), ("7", True)):
        rows = "\n".join(events).format(onset)
        (second_study / "complaints.csv").write_text(f"climber,complaint,week\n{rows}\n", encoding="utf-8")
        table = read(filler_of(second_study).fill("{{ adverse_events_table() }}", FILE)[1])
        # Two of Zoster's three events are one subject's: two subjects, as of Ache, and more events.
        assert re.findall(r"(?m)^\| (\w+) \| \d", table)[:5] == ["Zoster", "Ache", "Bruise", "Cough", "fever"]
        assert (note in table) != known


def test_where_nothing_lies_below_a_limit_nothing_is_said_of_one(fill: Fill) -> None:
    calls = ("methods_sentence()", "effect_sentence(grip, finish)", "effects_table([grip], finish)")
    assert [call for call in calls if "limit" in fill(f"{{{{ {call} }}}}")] == []


def fault_of(fill: Fill, source: str) -> str:
    with pytest.raises(TemplateError) as raised:
        fill(source)
    return str(raised.value)


def html_of(markdown: str) -> str:
    return run_pandoc(Path.cwd(), "--sandbox", "--from=markdown", "--to=html5", "--wrap=preserve", text=markdown)


# -- values


@pytest.mark.parametrize(
    ("source", "markdown"),
    [
        ("{{ cohort.n }}", '[5]{.result data-result="cohort.n"}'),
        ("{{ grip.start.median }}", '[36.0]{.result data-result="grip.start.median"}'),
        ("{{ grip[start].median }}", '[36.0]{.result data-result="grip.start.median"}'),
        ("{{ grip[baseline].max }}", '[52.5]{.result data-result="grip.start.max"}'),
        ("{{ grip.finish.vs_baseline.p }}", '[0.250]{.result data-result="grip.finish.vs_baseline.p_value"}'),
        ("{{ grip.label }} in {{ grip.unit }}", "Grip strength in kg"),
        ("{{ finish.label }}, {{ finish }}", "Finish, finish"),
    ],
)
def test_a_value_carries_its_id(fill: Fill, source: str, markdown: str) -> None:
    assert fill(source) == markdown


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ grip.start.range }}", "28.0–52.5"),
        ("{{ grip.start.median_range }}", "36.0 (28.0–52.5)"),
        ("{{ grip.start.median_iqr }}", "36.0 (30.5–41.0)"),
        ("{{ hand.left.n_of_total }}", "2/5"),
        ("{{ hand.left.n_percent }}", "2 (40%)"),
        ("{{ grip.finish.vs_baseline.p_phrase }}", "p = 0.250"),
        ("{{ words(cohort.n) | capitalize }} climbers", "Five climbers"),
        ("{{ summary(grip, start) }}", "36.0 kg (28.0–52.5; n = 5)"),
        ("{{ constants.alpha }}", "0.05"),
        (
            "{{ change_sentence(grip, finish) }}",
            "Median Grip strength increased from 36.0 kg (28.0–52.5; n = 5) at start "
            "to 38.75 kg (27.5–55.0; n = 4) at finish (p = 0.250, 4 pairs; "
            "with so few pairs no exact p below 0.05 is possible).",
        ),
    ],
)
def test_a_text_of_several_values_reads_well(fill: Fill, source: str, text: str) -> None:
    shown = " ".join("".join(read_html(html_of(fill(source))).parts).split())
    assert shown == text
    assert plain(fill(source)).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("first", "last", "methods", "effect"),
    [
        ("label: Baseline", "label: Finish", "with baseline by", "From baseline to finish Grip strength changed by"),
        ("label: Start", "label: Finish", "with the visit at start by",
         "From start to finish Grip strength changed by"),
        ("label: 8 years", "label: 14 years", "with the visit at 8 years by",
         "Between the visit at 8 years and that at 14 years Grip strength changed by"),
        ("label: First, at: before the dose", "label: Last, at: at the age of 14", "with the visit before the dose by",
         "Between the visit before the dose and that at the age of 14 Grip strength changed by"),
        ("label: Start", "label: Last, at: in the end", "with the visit at start by",
         "Between the visit at start and that in the end Grip strength changed by"),
    ],
)  # fmt: skip
def test_methods_and_effect_read_well_whatever_visits_are_called(
    second_study: Path, first: str, last: str, methods: str, effect: str
) -> None:
    replace(second_study / STUDY, "label: Start", first)
    replace(second_study / STUDY, "label: Finish", last)
    filler = filler_of(second_study)
    text = plain(filler.fill("{{ methods_sentence() }} {{ effect_sentence(grip, finish) }}", FILE)[1])
    assert f"Follow-up visits were compared {methods} the Wilcoxon" in text
    assert f" {effect} " in text


def test_every_number_of_a_composed_text_carries_its_own_id(fill: Fill) -> None:
    results = read_html(html_of(fill("{{ grip.start.median_range }}"))).results
    assert results == [("grip.start.median", "36.0"), ("grip.start.min", "28.0"), ("grip.start.max", "52.5")]


@pytest.mark.parametrize(
    ("label", "head"),
    [("grip strength", "Grip strength"), ("Grip", "Grip"), ("eGFR", "eGFR"), ("hs-CRP", "hs-CRP"), ("CRP", "CRP"),
     ("pH of urine", "pH of urine"), ("\u00e9lan", "\u00c9lan"), ("6-minute walk", "6-minute walk"),
     ("self-rated pain", "Self-rated pain"), ("\u03b1-fetoprotein", "\u03b1-fetoprotein")],
)  # fmt: skip
def test_a_label_begins_a_row_with_a_capital_and_stays_as_it_is_in_a_sentence(
    second_study: Path, label: str, head: str
) -> None:
    replace(second_study / STUDY, "{label: Grip strength,", f"{{label: {label},")
    filler = filler_of(second_study)
    assert plain(filler.fill("{{ change_sentence(grip, finish) }}", FILE)[1]).startswith(f"Median {label} increased")
    assert f"| {head}, kg |" in plain(filler.fill("{{ endpoints_table([grip]) }}", FILE)[1])


@pytest.mark.parametrize(
    ("label", "words"),
    [("Week 4", "at week 4"), ("End of Treatment", "at end of treatment"), ("Drug A", "at drug A"), ("V2", "at V2"),
     ("EOT", "at EOT"), ("Before surgery", "before surgery"), ("On Drug A", "on drug A"), ("6 months", "at 6 months")],
)  # fmt: skip
def test_a_visit_within_a_sentence_begins_small_and_keeps_its_other_capitals(
    second_study: Path, label: str, words: str
) -> None:
    replace(second_study / STUDY, "finish: {label: Finish,", f"finish: {{label: {label},")
    text = plain(filler_of(second_study).fill("{{ change_sentence(grip, finish) }}", FILE)[1])
    assert f" {words} " in text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_sentence_stands_in_one_line_however_its_macro_is_laid_out(fill: Fill) -> None:
    assert "\n" not in fill("{{ change_sentence(grip, finish) }}")


def test_words_go_with_the_data(second_study: Path) -> None:
    replace(second_study / "sessions.csv", "D,finish,55.0", "D,finish,20.0")
    replace(second_study / "sessions.csv", "B,finish,44.5", "B,finish,30.0")
    text = plain(filler_of(second_study).fill("{{ change_sentence(grip, finish) }}", FILE)[1])
    assert text.startswith("Median Grip strength decreased from 36.0")


# Changes of 2.5, 3.5, -0.5 and -32.5, or -13.5: by hand, the middle of their ten averages is (-0.5 + 1) / 2.
@pytest.mark.parametrize(("last", "median"), [("20.0", "30.25"), ("39.0", "36.0")])
def test_where_the_pairs_went_another_way_than_the_medians_the_sentence_says_what_the_pairs_did(
    second_study: Path, last: str, median: str
) -> None:
    replace(second_study / "sessions.csv", "D,finish,55.0", f"D,finish,{last}")
    text = plain(filler_of(second_study).fill("{{ change_sentence(grip, finish) }}", FILE)[1])
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith("Median Grip strength was 36.0 kg (")
    assert f" at start and {median} kg (" in text
    assert "; within pairs it changed by 0.25 kg (p = " in text


def test_a_p_that_does_not_exist_says_why(second_study: Path) -> None:
    rows = "A,start,30\nA,finish,30\nB,start,41\nB,finish,41\n"
    (second_study / "sessions.csv").write_text(f"climber,session,grip\n{rows}", encoding="utf-8")
    filler = filler_of(second_study)
    text = plain(filler.fill("{{ change_sentence(grip, finish) }}", FILE)[1])
    assert text.endswith("at finish (no p value: none of 2 pairs changed).")
    with pytest.raises(TemplateError, match=r"line 1: 'grip\.finish\.vs_baseline\.p_value' does not exist: "):
        filler.fill("p = {{ grip.finish.vs_baseline.p_value }}", FILE)


def test_a_median_of_nobody_stops_the_build(second_study: Path) -> None:
    (second_study / "sessions.csv").write_text("climber,session,grip\nA,start,30\n", encoding="utf-8")
    filler = filler_of(second_study)
    with pytest.raises(TemplateError) as raised:
        filler.fill("One line.\n\n{{ grip.finish.median }}", FILE)
    assert str(raised.value) == (
        "report/abstract.qmd, line 3: 'grip.finish.median' does not exist: nobody was measured. Take it out."
    )
    assert "cannot be compared" in filler.fill("{{ change_sentence(grip, finish) }}", FILE)[1]


# -- faults, with their lines


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ grap.start.median }}", "'grap' is undefined. Did you mean 'grip'?"),
        ("{{ grip.strat.median }}", "'grip' has no 'strat'. Did you mean 'start'?"),
        ("{{ grip.start.medain }}", "'grip.start' has no 'medain'. Did you mean 'median'?"),
        ("{{ grip.start.median_rnage }}", "'grip.start' has no 'median_rnage'. Did you mean 'median_range'?"),
        ("{{ grip.start }}", "'grip.start' is not a value. Write 'grip.start.median'."),
        ("{{ grip }}", "'grip' is not a value. Write 'grip.start.median'."),
        ("{{ cohort }}", "'cohort' is not a value. Write 'cohort.n'."),
        ("{{ grip.start.median | round(1) }}", "'round' would round a result, and documents compute nothing. Write "
         "'decimals:'"),
        ('{{ change_sentence(grip, "60") }}', "'60' is a text. Endpoints: grip. Visits: start, finish."),
        ('{{ change_sentence("Finish", "finsh") }}', "'Finish' is a text. Write finish, without quotation marks."),
        ('{{ change_sentence(grip, "finsh") }}', "'finsh' is a text. Did you mean 'finish'?"),
        ("{{ constants.dosis }}", "study.yml declares no constant 'dosis'."),
        ("{{ study.titel }}", "study.yml has no 'titel' here. Did you mean 'title'?"),
        ("{{ study.data }}", "A part of study.yml is not a text."),
        (
            "{{ grip.finish.vs_baseline.methods_disagree }}",
            "is a yes or a no, and has no text. Write {% if grip.finish.vs_baseline.methods_disagree.value %}.",
        ),
        ("{{ grip.start.median.value }}", "A bare 36.0 would print."),
        ("{{ grip.start.median.exists }}", "A bare True would print."),
        ("{{ grip.start.median.error }}", "A bare None would print."),
        ("{{ endpoints_table(grip) }}", "'grip' is one thing. Write '[grip]' where a list is asked for."),
        ("{{ change_sentence(grip) }}", "'change_sentence' lacks an argument: parameter 'visit' was not provided. It is"
         " called change_sentence(endpoint, visit)."),
        ("{{ words() }}", "It is called words(count, spelling)."),
        ("{{ change_sentence(grip, start) }}", "'start' is the baseline, which is not compared with itself."),
        ("{% claim x %}\n{% endclaims %}", "line 5: Unknown tag 'endclaims'. Did you mean 'endclaim'?"),
        ("{{ 1 / 0 }}", "division by zero."),
        ("{{ 'x' + 1 }}", "can only concatenate str"),
        ("{{ cohort.n", "line 4: The tag '{{ cohort.n' is opened here and not closed. Write }} where it ends."),
        ("{{ cohort.n }\nand\n\nmore {{ cohort.n }}", "line 4: The tag '{{ cohort.n }' is opened here and not"),
        ("{% if cohort.n %\nand\n{% endif %}", "line 4: The tag '{% if cohort.n %' is opened here and not closed."),
        ("{{< meta x >}} {{ cohort.n | }}", "line 4: A tag is broken: expected token 'name'"),
        ("{{ words(cohort.n }}", "A tag is broken: unexpected '}', expected ')'."),
        ("{{ words(cohort.n) | join(\u201c, \u201d) }}", "\u201c is a typographic quotation mark. Write \" or ' "),
        ('{{ change_sentence("grip", finish) }}', "'grip' is a text. Write grip, without quotation marks."),
        ("{{ change_sentence(grip, visit='finish') }}", "'finish' is a text. Write finish, without quotation marks."),
        ('{{ endpoints_table(["grip"]) }}', "'grip' is a text. Write grip, without quotation marks."),
        ("{{ endpoints_table([grip], visits=finish) }}", "'finish' is one visit. Write '[finish]' where a list is"),
        ("{{ sensitivity_table([grip], [finish]) }}", "A list stands where one visit belongs. Take one name,"),
        ("{{ change_sentence(finish, grip) }}", "'finish' is a visit. One of the endpoints belongs here."),
        (
            "{% if cohort.n %}{% if 1 %}{% endif %}\nx",
            "line 4: The tag 'if' is opened here and not closed. Write {% endif %} where it ends.",
        ),
        (
            "{% claim x %}\n{% if 1 %}{% endif %}\n",
            "line 4: The tag 'claim' is opened here and not closed. Write {% endclaim %} where it ends.",
        ),
        ("{% for x in [] %}{% if x %}\n{% endfor %}", "The tag 'if' is opened here and not closed before line 5."),
        ("{% set x = 1 %}\n{% set y %}", "A tag is broken: Unexpected end of template."),
        ("{{ cohort.n | rounded }}", "A tag is broken: No filter named 'rounded'."),
        ("{{ grip.label | headd }}", "No filter named 'headd'. Did you mean 'headed'?"),
        ("{{ grip.label | uper }}", "No filter named 'uper'. Did you mean 'upper'?"),
        ("{{ 1 if grip is definde }}", "No test named 'definde' found. Did you mean 'defined'?"),
        ("{{ change_sentence(weight, finish) }}", "'weight' is undefined. Endpoints: grip. Visits: start, finish."),
        ("{{ change_sentence(grip, month_20) }}", "'month_20' is undefined. Endpoints: grip. Visits: start, finish."),
        ("{{ change_sentence(grip, month_2) }}", "'month_2' is undefined. Endpoints: grip. Visits: start, finish."),
        ("{{ chnge_sentence(grip, finish) }}", "'chnge_sentence' is undefined. Did you mean 'change_sentence'?"),
        ("{{ grip.finish.median - grip.start.median }}", "'-' would compute with results, and documents compute "
         "nothing. Name the result that there is: a change is grip.finish.vs_baseline.median_difference."),
        ("{{ cohort.n * 2 }}", "'*' would compute with results, and documents compute nothing."),
        ("{% if cohort.n > 5 %}x{% endif %}", "'>' compares a result, not its value. Write .value behind"),
        ("{% include 'no.jinja' %}", "There is no template 'no.jinja'."),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(fill: Fill, source: str, expected: str) -> None:
    fault = fault_of(fill, f"## Results\n\nText.\n{source}\n")
    assert re.match(r"report/abstract\.qmd, line [45]: ", fault), fault
    assert expected in fault
    assert ".." not in fault
    assert len(fault.splitlines()) == 1


def test_a_category_prints_as_the_data_spell_it(second_study: Path) -> None:
    file = second_study / STUDY
    text = file.read_text(encoding="utf-8").replace("{right: R, left: L}", "{r: R, left: L}")
    file.write_text(text, encoding="utf-8")
    filler = filler_of(second_study)
    assert "| Dominant hand: R |" in filler.fill("{{ characteristics_table() }}", FILE)[1]
    assert plain(filler.fill("{{ hand.r.n.label }}", FILE)[1]) == "Dominant hand: R"


def test_a_table_of_no_characteristics_says_what_to_delete(second_study: Path) -> None:
    file = second_study / STUDY
    text = re.sub(r"\n  (hand|practice):.*", "", file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    fault = fault_of(lambda source: filler_of(second_study).fill(source, FILE)[1], "\n{{ characteristics_table() }}")
    assert fault.startswith("report/abstract.qmd, line 2: ")
    assert fault.endswith("There are no characteristics to list. Delete characteristics_table(), and what heads it.")


def test_a_fault_inside_a_macro_names_both_places(second: Path, tmp_path: Path) -> None:
    (tmp_path / "templates/language").mkdir(parents=True)
    english = (ROOT / "templates/language/en.jinja").read_text(encoding="utf-8")
    bad = f"{english}{{% macro bad(x) %}}\n\n{{{{ x.nothing }}}}\n{{% endmacro %}}"
    (tmp_path / "templates/language/en.jinja").write_text(bad, encoding="utf-8")
    (tmp_path / "templates/blocks.jinja").write_text("")
    with pytest.raises(TemplateError) as raised:
        filler_of(second, templates=tmp_path / "templates").fill("a\n{{ bad(grip) }}", FILE)
    line = english.count("\n") + 3
    assert str(raised.value).startswith(
        f"report/abstract.qmd, line 2 (in templates/language/en.jinja, line {line}): 'grip' has no 'nothing'."
    )


def test_a_broken_template_names_its_own_line(second: Path, tmp_path: Path) -> None:
    (tmp_path / "templates/language").mkdir(parents=True)
    (tmp_path / "templates/language/en.jinja").write_text("a\nb {% endif %}")
    with pytest.raises(TemplateError, match=r"^templates/language/en\.jinja, line 2: A tag is broken: "):
        filler_of(second, templates=tmp_path / "templates").fill("", FILE)
    (tmp_path / "templates/language/en.jinja").write_bytes("é".encode("latin-1"))
    with pytest.raises(TemplateError, match=r"^language/en\.jinja: .*utf-8"):
        filler_of(second, templates=tmp_path / "templates").fill("", FILE)


def test_a_language_without_sentences_says_what_to_do(second_study: Path) -> None:
    replace(second_study / STUDY, "language: en-GB", "language: it-CH")
    with pytest.raises(StudyError) as raised:
        filler_of(second_study)
    assert str(raised.value) == (
        "report/study.yml, line 2: There are no sentences in the language 'it-CH'. There are: "
        f"{', '.join(LANGUAGES)}. To add one, copy templates/language/en.jinja to templates/language/it.jinja in your "
        "study, and translate it."
    )


@pytest.mark.parametrize("word", ["words", "unit", "figure", "word"])
def test_a_name_that_a_macro_has_already(second_study: Path, word: str) -> None:
    for file in (STUDY, "people.csv"):
        text = (second_study / file).read_text(encoding="utf-8")
        (second_study / file).write_text(re.sub(r"\bpractice\b", word, text), encoding="utf-8")
    expected = rf"study\.yml, line \d+: '{word}' is a word of templates/[\w/]+\.jinja\. Choose another name\."
    with pytest.raises(TemplateError, match=expected):
        filler_of(second_study).fill("", FILE)


def test_the_place_is_added_to_whatever_goes_wrong_below(second: Path) -> None:
    def draw(*_: object) -> str:
        raise StyleError("No such colour.")

    filler = Filler(*load(second), [ROOT / "templates"], {"draw": draw, "document": "abstract"})
    with pytest.raises(StyleError, match=r"^report/abstract\.qmd, line 2.*: No such colour\.$"):
        filler.fill('\n{{ figure("courses", [grip]) }}', FILE)


@pytest.mark.parametrize(("language", "table", "figure"), [
    ("en-GB", "Table", "Figure"), ("nl-BE", "Tabel", "Figuur"), ("de-DE", "Tabelle", "Abbildung"),
    ("fr-FR", "Tableau", "Figure"),
])  # fmt: skip
def test_an_abstract_numbers_its_tables_and_figures_and_a_poster_does_not(
    second_study: Path, language: str, table: str, figure: str
) -> None:
    text = (second_study / STUDY).read_text(encoding="utf-8")
    (second_study / STUDY).write_text(text.replace("en-GB", language), encoding="utf-8")
    captioned = '{% call figure("courses", [grip]) %}\nOf {{ words(cohort.n) }}.\n{% endcall %}\n'
    source = '{{ characteristics_table() }}\n{% call table("own", "Mine") %}\n| a |\n{% endcall %}\n' + captioned * 2
    filler = filler_of(second_study)
    for _ in "ab":  # each document begins anew
        filled = filler.fill(source, FILE)[1].replace("\N{NO-BREAK SPACE}", " ")
        assert re.findall(r"^(?:: )?\*\*(.+?)\.\*\* ", filled, re.MULTILINE) == [
            f"{table} 1", f"{table} 2", f"{figure} 1", f"{figure} 2",
        ]  # fmt: skip
        assert f": **{table} 2.** Mine\n" in filled
        assert re.search(r"a drawing\n+::: \{\.note\}\n\*\*\w+ 1\.\*\* Of \[.*\n:::\n", filled)
    poster = filler_of(second_study, document="poster").fill(source, "report/poster.qmd")[1]
    assert "**" not in poster
    assert ": Mine\n" in poster


# -- front matter, shortcodes, ids


def test_front_matter_is_taken_apart_and_completed(second: Path) -> None:
    matter, body = filler_of(second).fill("---\ndocument: abstract\ntoc: 3\n---\n\nText.\n", FILE)
    assert (matter, body) == ({"document": "abstract", "toc": 3}, "\nText.\n")
    study = load(second)[0]
    head = front_matter(matter, study, "abstract")
    assert head.startswith("---\n")
    assert head.endswith("---\n")
    for line in ("toc: 3", "lang: en-GB", "document: abstract"):
        assert line in head.splitlines()
    written = study.model_copy(update={"authors": ("A. Bee¹,²",), "keywords": ("*made* up", "so-JIA")})
    told = yaml.safe_load(front_matter(matter, written, "abstract").strip("-\n"))
    assert (told["written-by"], told["keywords"]) == (["A\\. Bee"], ["\\*made\\* up", "so-JIA"])
    alone = study.model_copy(update={"keywords": ()})
    assert yaml.safe_load(front_matter({"keywords": "mine"}, alone, "abstract").strip("-\n"))["keywords"] == "mine"


@pytest.mark.parametrize("matter", ["- a\n- b", "text", "a: [", "a: b: c"])
def test_front_matter_that_holds_no_keys(fill: Fill, matter: str) -> None:
    assert fault_of(fill, f"---\n{matter}\n---\n").startswith("report/abstract.qmd: The front matter ")


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("document: abstract\n---\n\nText.", "line 1: The front matter lacks a line '---'."),
        ("---\ndocument: abstract\n\nText.", "line 3: The front matter lacks a line '---'."),
        ("---\ntoc: 1\ndocument: abstarct\n---\n", "line 3: 'document: abstarct' is not known. Did you mean 'abstract"),
        ("---\ndocument: poster\n---\n", "line 2: 'document: poster' is not known. In this file it is 'document: ab"),
    ],
)
def test_half_a_front_matter_or_another_document_is_told_with_its_line(fill: Fill, source: str, fault: str) -> None:
    assert fault_of(fill, source).startswith(f"report/abstract.qmd, {fault}")


@pytest.mark.parametrize(
    ("key", "mend"),
    [
        ("layout: [a, b]", "Nobody reads 'layout' in the front matter. The layout of a poster stands in the theme.yml"),
        ("columns: 2", "Nobody reads 'columns' in the front matter. The layout of a poster stands in the theme.yml"),
        ("areas:\n- a b", "Nobody reads 'areas' in the front matter. The layout of a poster stands in the theme.yml"),
        ("poster_number: P1", "Nobody reads 'poster_number' in the front matter. Write it in report/study.yml."),
        ("documnet: abstract", "Nobody reads 'documnet' in the front matter. Did you mean 'document'?"),
    ],
)
def test_a_key_that_is_read_elsewhere_is_told_with_its_line(fill: Fill, key: str, mend: str) -> None:
    assert fault_of(fill, f"---\ntoc: false\n{key}\n---\n\nText.\n").startswith(f"report/abstract.qmd, line 3: {mend}")


def test_a_key_may_be_for_quarto_a_shortcode_or_the_page_of_the_study(second: Path) -> None:
    keys = ["room", "mine", "title", "documentclass", "document-css", "comments"]
    matter = "".join(f"{key}: false\n" for key in keys)
    source = f"---\n{matter}format: {{html: {{toc: true}}}}\n---\n\n{{{{< meta mine >}}}}\n"
    assert list(filler_of(second).fill(source, FILE)[0]) == [*keys, "format"]


@pytest.mark.parametrize("source", ["note: this is prose\n\nText.\n", "---\n\nText.\n", "Text.\n\n---\n\nText.\n"])
def test_a_rule_and_a_colon_are_no_front_matter(fill: Fill, source: str) -> None:
    assert fill(source) == source


def test_what_only_looks_like_jinja_stays(fill: Fill) -> None:
    source = "{{< meta title >}}\n\n{{< include\nx.qmd >}}\n\n# Title {#id}\n\n[x]{.y} {#fig-1}\n"
    assert fill(source) == source


# -- safety

HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% for x in (1, 2) %}",
    "]{.x}",
    '"]{.result data-result="cohort.n"}',
    "`code` ``",
    "a | b",
    "one\ntwo\n\n| x |",
    "{{< include x >}}",
    "$\\alpha$ $$x$$",
    "@cite [@cite] @fig-1",
    "![](https://example.org/a.png)",
    "<https://example.org> https://example.org",
    "=HYPERLINK(1)",
    "+1",
    "-1",
    "\\",
    "-- ... 'quoted' \"quoted\"",
    "^[note] [^1]",
    "&amp; &#65; &lt;",
    "<!-- hidden -->",
    "```{=html}\n<b>x</b>\n```",
    "::: {.x}\n:::",
    "---",
    "# x {#y}",
    "*a* _b_ ~c~ ^d^ **e**",
    "1. x",
    "(@) x",
    "Mr. X e.g. this",
]


def shown(text: str) -> str:
    """Return a text as a page shows it: breaks and blanks are one space, none at the ends."""
    return re.sub(r"[ \t\n\r\v\f\x1c-\x1f\x85\u2028\u2029]+", " ", text).strip(" ")


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.lists(
            st.sampled_from([*HOSTILE, " ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"])
            | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
            | st.text("ab1. -_*/`[]{}()<>@#|\\'\"~^$&!:=+", max_size=8),
            max_size=5,
        ).map("".join),
        min_size=40,
        max_size=40,
    )
)
def test_any_text_prints_as_it_stands(texts: list[str]) -> None:
    texts = [text for text in texts if shown(text)]
    rows = "".join(f"| {escape(text)} | y |\n" for text in texts)
    blocks = "".join(f"\n{escape(text)}\n\n## {escape(text)}\n\n[{escape(text)}]{{.x}}\n" for text in texts)
    html = html_of(f"| a | b |\n|---|---|\n{rows}{blocks}")
    cells = [
        re.sub(r"</?span[^>]*>", "", cell)
        for cell in re.findall(r"<(?:td|p|h2)\b[^>]*>(.*?)</(?:td|p|h2)>", html, re.S)
    ]
    assert not [cell for cell in cells if "<" in cell]
    wanted = [part for text in texts for part in (shown(text), "y")]
    wanted += [shown(text) for text in texts for _ in range(3)]
    assert ["".join(read_html(cell).parts).replace("\n", " ") for cell in cells] == wanted
    assert [plain(escape(text)) for text in texts] == [shown(text) for text in texts]


def in_csv(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second study with something hostile in each place where a text can stand."""
    folder = write_second_study(tmp_path_factory.mktemp("hostile"))
    events = "".join(f"B,{in_csv(f'{text} {chr(97 + i)}x')},\n" for i, text in enumerate(HOSTILE[:26]))
    (folder / "complaints.csv").write_text(f"climber,complaint,week\n{events}", encoding="utf-8")
    for file in ("people.csv", "sessions.csv"):
        text = (folder / file).read_text(encoding="utf-8")
        text = re.sub(r"^A,", f"{in_csv('<b>]{.x}|$A')},", text, flags=re.M)
        (folder / file).write_text(text.replace(",R,", f",{in_csv('<i>R|')},"), encoding="utf-8")
    for old, new in [
        ("label: Grip strength", 'label: "<b>Grip</b> | *s* {{ 7*7 }} $x$"'),
        ("unit: kg", 'unit: "k|g^2^"'),
        ("label: Start", 'label: "`Start`]{.x}"'),
        ("label: Practice", 'label: "@practice [^1]"'),
        ("right: R", 'right: "<i>R|"'),
        ("title: Finger strength", 'title: "<script>Finger</script> *strength*"'),
        ("[made up]", '["*made* up", "<u>"]'),
        ("made up for a test", "made <b>up</b> for a]{.x} test"),
        ("onset_unit: weeks", 'onset_unit: "w|eeks"'),
        (
            "documents:",
            'affiliations: ["A & B <i> *x*"]\ncontact: "<b>@x"\nconstants: {dose: "<b>8 | 9"}\ndocuments:',
        ),
    ]:
        text = (folder / STUDY).read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        text = text.replace(old, new)
        (folder / STUDY).write_text(
            re.sub(r'^(title: ".*?) of invented climbers', r"\1", text, flags=re.M), encoding="utf-8"
        )
    return folder


def test_what_stands_in_the_data_prints_as_it_stands(hostile: Path) -> None:
    source = (
        "{{ masthead() }}\n\n{{ keywords() }}\n\n{{ change_sentence(grip, finish) }}\n\n{{ constants.dose }}"
        "\n\n{{ endpoints_table([grip]) }}\n\n{{ characteristics_table() }}\n\n"
        "{{ adverse_events_table() }}\n\n{{ colophon() }}"
    )
    filler = filler_of(hostile)
    markdown = filler.fill(source, FILE)[1]
    html = html_of(markdown)
    page = read_html(html)
    text = " ".join("".join(page.parts).split())
    for tag in ("script", "b", "i", "u", "em", "sup", "math", "img", "code", "pre"):
        assert tag not in page.tags, tag
    assert page.tags.count("table") == 3
    for wanted in [
        "<script>Finger</script> *strength*",
        "Median <b>Grip</b> | *s* {{ 7*7 }} $x$",
        "36.0 k|g^2^ (28.0–52.5; n = 5) at `Start`]{.x}",
        "@practice [^1]",
        "*made* up, <u>",
        "made <b>up</b> for a]{.x} test",
        "A & B <i> *x*",
        "<b>@x",
        "<b>8 | 9",
        *(" ".join(f"{text} {chr(97 + i)}x".split()) for i, text in enumerate(HOSTILE[:26])),
    ]:
        assert wanted in text, wanted
    widths = {len(re.findall(r"<t[dh]\b", row)) for row in re.findall(r"<tr\b.*?</tr>", html, re.S)}
    assert widths == {2, 4}


def test_a_label_that_ends_with_a_backslash_ends_its_caption_alone(tmp_path: Path) -> None:
    folder = write_second_study(tmp_path)
    replace(folder / STUDY, "label: Start", r"label: 'St\a\'")
    html = html_of(filler_of(folder).fill("{{ endpoints_table([grip]) }}", FILE)[1])
    assert ":::" not in html
    assert re.search(r'<div class="table-block endpoints"[^>]* aria-label="[^"]* St\\a\\"', html, re.I), html


def test_the_title_of_the_page_is_the_title_as_it_stands(hostile: Path) -> None:
    study = load(hostile)[0]
    options = (
        "--sandbox",
        "--from=markdown",
        "--to=html5",
        "--standalone",
        f"--template={ROOT / 'templates/page.html'}",
    )
    html = run_pandoc(Path.cwd(), *options, text=front_matter({}, study, "abstract") + "Text.")
    page = read_html(html)
    assert "<script>Finger</script> *strength*" in "".join(page.parts)
    own = (ROOT / "templates/page.html").read_text(encoding="utf-8")
    assert page.tags.count("script") == own.count("<script>")
    assert "em" not in page.tags
    assert study.title == "<script>Finger</script> *strength*"


def test_what_stands_in_the_data_is_found_by_its_id_alone(hostile: Path) -> None:
    markdown = filler_of(hostile).fill("{{ adverse_events_table() }}", FILE)[1]
    ids = [name for name, _ in read_html(html_of(markdown)).results]
    assert "cohort.n" in ids
    known = {result.id for result in load(hostile)[1]}
    assert set(ids) <= known
    assert all(re.fullmatch(r"[\w.]+", name) for name in known)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ cohort.__class__ }}",
        "{{ cohort._parts }}",
        "{{ cohort.n._result }}",
        "{{ cohort.n.__dict__ }}",
        "{{ study._part }}",
        "{{ study.__class__ }}",
        "{{ study.model_dump() }}",
        "{{ study.parse_file('/etc/passwd') }}",
        "{{ grip.parse_file('/etc/passwd') }}",
        "{{ study.where('title') }}",
        "{{ start.visit }}",
        "{{ draw.__globals__ }}",
        "{{ figure.__init__.__globals__ }}",
        "{{ words.__code__ }}",
        "{{ range.__self__ }}",
        "{{ cycler }}",
        "{{ self.__init__ }}",
        "{{ '{0.__class__}'.format(cohort) }}",
        "{{ ('%s' | format) .__class__ }}",
        "{{ [].append(1) }}",
        "{{ word.update({'p': 'q'}) }}",
        "{{ all_visits.pop() }}",
        "{{ range(100000000) | list }}",
        "{% include '../report/study.yml' %}",
        "{% include '/etc/passwd' %}",
        "{% include 'language/../../report/study.yml' %}",
        "{% import '../../etc/passwd' as x %}",
    ],
)
def test_a_document_reaches_neither_python_nor_other_files(fill: Fill, source: str) -> None:
    """Each would run code, change what others see, or read a file, if it worked."""
    fault_of(fill, source)


def test_one_document_does_not_change_what_the_next_one_sees(second: Path) -> None:
    filler = filler_of(second)
    before = filler.fill("{{ adverse_events_table() }}{{ grip.start.median }}", FILE)
    with pytest.raises(CohortpressError):
        filler.fill("{% set cohort = 3 %}{% set grip = 4 %}{{ nothing }}", FILE)
    assert filler.fill("{{ adverse_events_table() }}{{ grip.start.median }}", FILE) == before


def test_capitals() -> None:
    assert capitalise('[eight]{.result data-result="cohort.n"} men') == '[Eight]{.result data-result="cohort.n"} men'
    assert capitalise("élan") == "Élan"
    assert capitalise("8 men") == "8 men"
    assert capitalise("") == ""


def test_the_second_study_is_filled_whole(fill: Fill) -> None:
    for document in ("abstract", "poster"):
        html = html_of(fill(SECOND_STUDY[f"report/{document}.qmd"]))
        assert "{{" not in html
        assert "None" not in html
