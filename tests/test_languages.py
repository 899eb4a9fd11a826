"""Every language file: the same names, the same numbers, nothing in English, and checks that hold in it too."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
import pytest
from studies import ROOT, language_of

from cohortpress.analysis import analyse
from cohortpress.cohort import read_cohort
from cohortpress.congress import load_profile, with_names
from cohortpress.errors import StudyError, TemplateError
from cohortpress.figures.flow import _bent
from cohortpress.formatting import format_results
from cohortpress.gate import bare_numbers, check_prose, overreach, read_words
from cohortpress.glossary import COUNTED, MEASURES
from cohortpress.language import Language
from cohortpress.result import ResultSet
from cohortpress.study import Participants, Study, parse_study, read_study
from cohortpress.templating import Filler, plain, read_language
from cohortpress.templating.filler import _environment
from cohortpress.verify import verify
from cohortpress.verify.files import read_text
from cohortpress.verify.page import read_page

FOLDER = ROOT / "templates/language"
LANGUAGES = sorted(file.stem for file in FOLDER.glob("*.jinja"))
OTHERS = [code for code in LANGUAGES if code != "en"]
SOURCE = ROOT / "src/cohortpress"
WORD = re.compile(r"[^\W\d_¹²]{2,}")
# Words that are English and another language at once.
SAME = {"Affiliations", "Contact", "Figure", "Licence", "Minute", "Name", "Patients", "SD", "Source", "Text", "Week",
        "figures", "maximum", "minimum", "percentage"}  # fmt: skip
# What stands in a message of stats/ alone.
NO_RESULTS = {"visit {}", "a missing", "an infinite"}


def language(code: str) -> Language:
    study = f"""
title: t
language: {code}
data: {{visits: v.csv}}
visits: {{start: {{label: Start, month: 0}}, end: {{label: End, month: 6}}}}
endpoints: {{x: {{label: X}}}}
"""
    return language_of(parse_study(study, "report/study.yml"))


def module(code: str) -> dict[str, Any]:
    return vars(_environment([ROOT / "templates"]).get_template(f"language/{code}.jinja").make_module())


# -- every file has what English has


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_the_macros_and_the_words_of_english(code: str) -> None:
    english, own = module("en"), module(code)
    assert sorted(own) == sorted(english)
    for name, value in english.items():
        if callable(value):
            assert own[name].arguments == value.arguments, name
        elif isinstance(value, dict) and name not in ("unbroken", "spellings"):
            assert list(own[name]) == list(value), name
    assert len(own["numerals"]) == len(english["numerals"])


@pytest.mark.parametrize("code", OTHERS)
def test_every_phrase_is_translated_with_its_places(code: str) -> None:
    phrases = language(code).phrases
    assert [english for english, own in phrases.items() if not own] == []
    for english, own in phrases.items():
        assert sorted(re.findall(r"\{\w+\}", own)) == sorted(re.findall(r"\{\w+\}", english)), english


@pytest.mark.parametrize("code", OTHERS)
def test_no_word_was_left_in_english(code: str) -> None:
    english, own = module("en"), module(code)
    tables = [name for name, value in english.items() if isinstance(value, dict) and name not in ("prose", "sections")]
    same = {own[name][key] for name in tables for key, text in english[name].items() if own[name][key] == (text or key)}
    assert {word for word in same if WORD.search(word)} <= SAME


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_file_passes_the_check_of_prose(code: str, flagship_results: Flagship) -> None:
    study = flagship_results.study.model_copy(update={"language": code})
    text, own = (FOLDER / f"{code}.jinja").read_text(encoding="utf-8"), language(code)
    watched = read_words(FOLDER / f"{code}.overreach.yml")
    assert check_prose({code: text}, study, flagship_results.results, own, watched) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_spelling_belongs_to_a_numeral(code: str) -> None:
    own = language(code)
    for number, forms in own.spellings.items():
        assert forms
        assert own.spelled(number) == {own.numerals[number].casefold(), *forms}
        assert forms == [form.lower() for form in forms]


# -- what the program says


def said_by_the_program() -> set[str]:
    """Return each text that a result can carry, as the source has it; {} stands for what varies."""
    measures = (*MEASURES.values(), *COUNTED.values())
    said = {text for measure in measures for text in (measure.words, measure.formula)}
    for file in [*SOURCE.glob("stats/*.py"), *SOURCE.glob("analysis/*.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        silent = {inner for node in ast.walk(tree) if isinstance(node, ast.Raise) for inner in ast.walk(node)}
        silent |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        silent |= {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        told = [node for node in ast.walk(tree) if isinstance(node, ast.keyword)]
        labels: set[ast.AST] = {node.value for node in told if node.arg == "label"}
        labels |= {inner for node in told if node.arg == "unit" for inner in ast.walk(node.value)}
        for node in ast.walk(tree):
            text = text_of(node) if node not in silent else ""
            if re.search(r"[^\W\d_]", text.replace("{}", "")) and (" " in text or node in labels):
                said.add(text)
    return said - NO_RESULTS


def text_of(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
    return ""


def test_the_language_files_know_all_that_results_say() -> None:
    english, said = language("en"), said_by_the_program()
    known = {re.sub(r"\{\w+\}", "{}", phrase) for phrase in (*english.measures, *english.reasons)}
    patterns = {phrase: re.compile(re.escape(phrase).replace(r"\{\}", ".+")) for phrase in known}
    fitting = {text: [phrase for phrase, pattern in patterns.items() if pattern.fullmatch(text)] for text in said}
    assert [text for text, phrases in fitting.items() if not phrases] == [], "add them to all of templates/language/"
    assert known == {phrase for phrases in fitting.values() for phrase in phrases}, "no result says that any more"


@pytest.mark.parametrize(
    ("code", "english", "own"),
    [
        ("nl", "Hodges-Lehmann estimate, exact confidence interval",
         "Hodges-Lehmannschatting, exact betrouwbaarheidsinterval"),
        ("de", "no 99.5 % interval exists with 5 pairs; at most 93.75 %",
         "mit 5 Paaren gibt es kein 99,5 %-Intervall; höchstens 93,75 %"),
        ("fr", "no p value: none of 12345 pairs changed",
         "pas de valeur de p : aucune des 12 345 paires n’a varié"),
        ("en-US", "no 93.75 % interval exists with 1 pair", "no 93.75% interval exists with 1 pair"),
        ("de-CH", "EULAR 2020: 2532 of 3600 characters without spaces, -2 left.",
         "EULAR 2020: 2532 von 3600 Zeichen ohne Leerzeichen, noch −2."),
        ("nl", "what nobody says", "what nobody says"),
    ],
)  # fmt: skip
def test_a_phrase_keeps_its_numbers_as_the_language_writes_them(code: str, english: str, own: str) -> None:
    said = language(code).said(english)
    assert re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", said) == own


# -- every sentence of the flagship, in every language


class Flagship(NamedTuple):
    study: Study
    results: ResultSet


@pytest.fixture(scope="module")
def flagship_results() -> Flagship:
    study = read_study(ROOT)
    return Flagship(study, format_results(analyse(study, read_cohort(ROOT, study)), study))


def sentences(flagship: Flagship, code: str) -> dict[str, str]:
    """Return what each sentence and each table says of the flagship in a language, by how it is called."""
    study = flagship.study.model_copy(update={"language": code})
    functions = {"draw": str, "qr_code": str, "document": "poster"}
    filler = Filler(study, format_results(flagship.results, study), [ROOT / "templates"], functions)
    said: dict[str, str] = {}
    for name, print_ in filler.writable():
        with contextlib.suppress(TemplateError):  # what is said of a follow-up cannot be said of the baseline
            said |= {name: str(print_())} if "(" in name else {}
    blocks = [
        f"{macro}({arguments})"
        for macro, arguments in {
            "masthead": "", "keywords": "", "colophon": "", "characteristics_table": "", "flow_table": "",
            "endpoints_table": "all_endpoints", "sensitivity_table": "all_endpoints, month_6",
            "effects_table": "all_endpoints, month_12", "adverse_events_table": "", "courses_alt": "crp",
            "boxes_alt": "crp", "waterfall_alt": "crp, month_6", "flow_alt": "",
        }.items()
    ]  # fmt: skip
    return said | {block: filler.fill(f"{{{{ {block} }}}}", "all")[1] for block in blocks}


def numbers_in(text: str, code: str) -> list[str]:
    """Return the numbers of a filled text, in any order, with decimal points."""
    mark = language(code).formatter.number(0.5, 1)[1]
    found = re.findall(r"[<−]?\d[\d.,\u202f]*(?<=\d)", plain(re.sub(r"\[@|\]\(.*?\)", "", text)))
    return sorted(number.replace(mark, ".") for number in found)


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_and_table_prints_the_numbers_of_english(code: str, flagship_results: Flagship) -> None:
    english, own = sentences(flagship_results, "en-GB"), sentences(flagship_results, code)
    assert list(own) == list(english)
    assert len(own) > 40
    for name, text in own.items():
        assert numbers_in(text, code) == numbers_in(english[name], "en"), name
        ids = re.findall(r'data-(?:result|constant)="([\w.]+)"', text)
        assert sorted(ids) == sorted(re.findall(r'data-(?:result|constant)="([\w.]+)"', english[name])), name


# -- a whole study, built


TEXTS = ("report/study.yml", "report/abstract.qmd", "report/poster.qmd", "people.csv", "complaints.csv")


def known_words(folder: Path, code: str) -> set[str]:
    """Return all words that a document may have: those of the language file, and the author's own."""
    source = (FOLDER / f"{code}.jinja").read_text(encoding="utf-8")
    macros = re.sub(r"\{##.*?##\}|\{% set \w+ = .*?%\}\n", "", source, flags=re.S)
    texts = [macros, *strings(module(code)), *((folder / file).read_text(encoding="utf-8") for file in TEXTS)]
    return {word.casefold() for text in texts for word in WORD.findall(text)} | {"cohortpress"}


def strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from (text for inner in value.values() for text in strings(inner))
        case list():
            yield from (text for inner in value for text in strings(inner))


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_whole_study_is_in_its_language_and_right(code: str, built_in: Callable[[str], Path]) -> None:
    folder = built_in(code)
    output, study = folder / "_output", read_study(folder)
    own = language_of(study)
    report = verify(output, folder, study, own)
    assert report.ok, str(report)
    assert {check.place for check in report.checks} >= {"abstract.txt", "abstract.docx", "abstract.pdf", "poster.pdf"}
    results = ResultSet.from_json((output / "results.json").read_text(encoding="utf-8"))
    for document in ("abstract", "poster"):
        prose = (folder / f"report/{document}.qmd").read_text(encoding="utf-8")
        assert check_prose({document: prose}, study, results, own, read_words(FOLDER / f"{code}.overreach.yml")) == []


@pytest.mark.parametrize(("count", "said"), [(0, "manquant"), (1, "manquant"), (2, "manquants")])
def test_a_word_of_the_flow_bends_with_its_count(count: int, said: str, flagship_results: Flagship) -> None:
    missing = replace(flagship_results.results["flow.month_6.missing"], value=count)
    assert _bent(module("fr")["figure_words"]["missing"], missing) == said
    assert _bent("missing", missing) == "missing"


def test_a_french_flow_has_no_word_in_two_numbers(built_in: Callable[[str], Path]) -> None:
    html = (built_in("fr") / "_output/poster.html").read_text(encoding="utf-8")
    flow = html[html.rindex("<svg") : html.rindex("</svg>")]
    said = " ".join(re.sub("<desc.*?</desc>|<[^>]*>", "", flow, flags=re.S).split())
    assert said.endswith("1 mois 6 / 7 mesurés 1 manquant 3 mois 6 / 7 mesurés 1 perdu de vue")


@pytest.mark.parametrize(
    ("code", "heads"),
    [
        ("nl", ["Mediane verandering", "Kleinst mogelijke p"]),
        ("fr", ["Variation médiane", "Événement indésirable", "Caractéristique"]),
        ("de", ["Approximatives p", "Kleinstmögliches p", "Mediane Veränderung", "Pro 100 Patientenjahre"]),
    ],
)
def test_the_head_of_a_column_is_parted_at_spaces_alone(
    code: str, heads: list[str], built_in: Callable[[str], Path]
) -> None:
    with pypdfium2.PdfDocument(built_in(code) / "_output/poster.pdf") as poster:
        said = " ".join(poster[0].get_textpage().get_text_range().split())
    assert [head for head in heads if head not in said] == []


def test_marks_of_affiliations_are_raised_in_every_format(built_in: Callable[[str], Path]) -> None:
    folder = built_in("de")
    texts = dict(texts_of(folder / "_output"))
    for document in ("abstract", "poster"):
        with pypdfium2.PdfDocument(folder / f"_output/{document}.pdf") as printed:
            texts[f"{document}.pdf"] = printed[0].get_textpage().get_text_range()
    marked = {"A. Klimmer¹, B. Klimmer¹,²", "¹Kletterhalle"}
    read = {name for name, text in texts.items() if all(said in " ".join(text.split()) for said in marked)}
    documents = {f"{document}.{kind}" for document in ("abstract", "poster") for kind in ("html", "pdf")}
    assert read == documents | {"abstract.docx", "abstract.txt"}


@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_in_a_document(code: str, built_in: Callable[[str], Path]) -> None:
    folder = built_in(code)
    texts = dict(texts_of(folder / "_output"))
    known = known_words(folder, code)
    strange = {
        name: sorted({word for word in WORD.findall(text) if word.casefold() not in known})
        for name, text in texts.items()
    }
    assert not any(strange.values()), strange
    for document in ("abstract", "poster"):
        html = (folder / f"_output/{document}.html").read_text(encoding="utf-8")
        assert re.search(rf'<html [^>]*lang="{code}"', html)


def texts_of(output: Path) -> Iterator[tuple[str, str]]:
    """Yield what a reader can read in each finished file; a PDF holds what its page does, as `verify` has checked."""
    for document in ("abstract", "poster"):
        html = (output / f"{document}.html").read_text(encoding="utf-8")
        yield f"{document}.html", "\n".join(piece.text for piece in read_page(html))
        yield f"labels of the {document}", " ".join(re.findall(r'aria-label="([^"]*)"', html))
        told = json.loads(re.findall(r'id="cohortpress-origins">(.*?)</script>', html, re.S)[0])
        origins = [str(origin[key]) for origin in told["results"].values() for key in origin.keys() - {"id"}]
        yield f"origins of the {document}", "\n".join([*told["words"].values(), *origins]).replace("None", "")
    yield "abstract.docx", read_text(output / "abstract.docx")
    yield from ((file.name, file.read_text(encoding="utf-8")) for file in output.glob("tables/*.csv"))
    # Name and notes of a congress are its own words.
    text = (output / "abstract.txt").read_text(encoding="utf-8")
    yield "abstract.txt", re.sub(r"PReS|https://\S+|The abstract must be in English\.", "", text)


# -- what a language does


@pytest.mark.parametrize("code", OTHERS)
def test_no_caption_has_a_comma_before_and(code: str, flagship_results: Flagship) -> None:
    study = flagship_results.study.model_copy(update={"language": code})
    filler = Filler(study, flagship_results.results, [ROOT / "templates"], {"document": "poster"})
    captions = [name for name in module(code) if name.endswith("_caption")]
    assert len(captions) > 6
    for name in captions:
        arguments = ", ".join("month_6" for _ in module(code)[name].arguments)
        said = filler.fill(f"{{{{ {name}({arguments}) }}}}", "x")[1]
        assert not re.search(r", (en|et|und|of|ou|oder)\b", said), said
    word = module(code)["word"]["smallest_p"].casefold()
    assert word == module(code)["measures"]["smallest possible p"].casefold()


def test_dutch_has_one_word_for_a_visit() -> None:
    assert "bezoek" not in (FOLDER / "nl.jinja").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "said"), [("nl", "7 van de 8 kind"), ("fr", "7 kind sur 8, une barre"), ("de", "7 der 8 kind, je")]
)
def test_a_waterfall_is_told_without_a_gender(code: str, said: str, flagship_results: Flagship) -> None:
    children = {"language": code, "participants": Participants(one="kind", many="kind")}
    filler = Filler(
        flagship_results.study.model_copy(update=children), flagship_results.results, [ROOT / "templates"], {}
    )
    alt = plain(filler.fill("{{ waterfall_alt(crp, month_6) }}", "x")[1]).replace("\N{NO-BREAK SPACE}", " ")
    assert said in alt
    assert not re.search(r"chacun|jeden|elk van", alt)


@pytest.mark.parametrize(
    ("code", "label", "first", "said"),
    [
        ("en", "Baseline", True, "at baseline"), ("en", "6 months", False, "at 6 months"),
        ("en", "Before the dose", True, "before the dose"), ("en", "On drug A", False, "on drug A"),
        ("nl", "Voor de dosis", True, "voor de dosis"), ("fr", "Avant la dose", True, "avant la dose"),
        ("de", "Vor der Dosis", True, "vor der Dosis"), ("de", "Unter Therapie", False, "unter Therapie"),
        ("en", "24 hours", False, "at 24 hours"), ("nl", "Uur 24", False, "op uur 24"),
        ("de", "24 Stunden", False, "nach 24 Stunden"), ("fr", "Heure 24", False, "à l’heure 24"),
        ("nl", "Aanvang", True, "bij aanvang"), ("nl", "6 maanden", False, "na 6 maanden"),
        ("nl", "Week 12", False, "in week 12"), ("nl", "Dag 3", False, "op dag 3"),
        ("fr", "Inclusion", True, "à l’inclusion"), ("fr", "6 mois", False, "à 6 mois"), ("fr", "M6", False, "à M6"),
        ("fr", "Semaine 12", False, "à la semaine 12"), ("fr", "Fin", False, "à la fin"),
        ("fr", "Sortie", False, "à la visite «\N{NO-BREAK SPACE}Sortie\N{NO-BREAK SPACE}»"),
        ("de", "Beginn", True, "zu Beginn"), ("de", "1 Monat", False, "nach 1 Monat"),
        ("de", "6 Monate", False, "nach 6 Monaten"), ("de", "2 Jahre", False, "nach 2 Jahren"),
        ("de", "14 Tage", False, "nach 14 Tagen"), ("de", "3 Wochen", False, "nach 3 Wochen"),
        ("de", "Woche 12", False, "in Woche 12"), ("de", "Ende", False, "bei der Visite „Ende“"),
    ],
)  # fmt: skip
def test_a_visit_within_a_sentence(code: str, label: str, first: bool, said: str, flagship_results: Flagship) -> None:
    name = "baseline" if first else "month_6"
    assert when(code, {"label": label}, name, flagship_results) == said
    assert when(code, {"label": label, "at": "d’emblée"}, name, flagship_results) == "d’emblée"


def when(code: str, changes: dict[str, str], name: str, flagship: Flagship) -> str:
    visits = flagship.study.visits | {name: flagship.study.visits[name].model_copy(update=changes)}
    study = flagship.study.model_copy(update={"language": code, "visits": visits})
    return plain(Filler(study, flagship.results, [ROOT / "templates"], {}).fill(f"{{{{ when({name}) }}}}", "x")[1])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", ["Chicks at the start", "course of each chick", "8 chicks, a bar", "| Chicks |", "Per 100 chick-years"]),
        ("nl", ["Chicks bij het begin", "beloop per chick", "8 chicks, elk met", "| Chicks |", "Per 100 chick-jaren"]),
        ("fr", ["Chicks au début", "de chaque chick", "une barre par chick", "| Chicks |", "Pour 100 chicks-années"]),
        ("de", ["Chicks am Anfang", "Verlauf je chick", "8 chicks, je ein", "| Chicks |", "Pro 100 chick-Jahre"]),
    ],
)
def test_those_who_were_studied_are_called_what_the_study_calls_them(
    code: str, said: list[str], flagship_results: Flagship
) -> None:
    calls = (
        "{{ characteristics_table() }} {{ courses_alt(crp) }} {{ waterfall_alt(crp, month_6) }} "
        "{{ adverse_events_table() }} {{ adverse_events_caption() }} {{ rate_head() }}"
    )

    def told(**changes: object) -> str:
        study = flagship_results.study.model_copy(update={"language": code, **changes})
        filler = Filler(study, flagship_results.results, [ROOT / "templates"], {"document": "poster"})
        return plain(filler.fill(calls, "x")[1]).replace("\N{NO-BREAK SPACE}", " ")

    chicks = told(participants=Participants(one="chick", many="chicks"))
    assert [part for part in said if part not in chicks] == []
    assert re.findall("pati[eë]nt", chicks, re.I) == []
    assert len(re.findall("pati[eë]nt", told(), re.I)) >= len(said)


@pytest.mark.parametrize(
    ("code", "said", "head"),
    [
        ("en", "; 7 of 7 decreased, 0 increased.", "Increased"),
        ("nl", "; daling bij 7 van de 7, stijging bij 0.", "Gestegen"),
        ("fr", "\N{NARROW NO-BREAK SPACE}; baisse chez 7 sur 7, hausse chez 0.", "En hausse"),
        ("de", "; Abfall bei 7 von 7, Anstieg bei 0.", "Gestiegen"),
    ],
)
def test_where_no_side_is_better_changes_increase_or_decrease(code: str, said: str, head: str) -> None:
    study = read_study(ROOT)
    neither = {"crp": study.endpoints["crp"].model_copy(update={"direction": "neither"})}
    study = study.model_copy(update={"language": code, "endpoints": study.endpoints | neither, "responses": {}})
    results = format_results(analyse(study, read_cohort(ROOT, study)), study)
    filler = Filler(study, results, [ROOT / "templates"], {"document": "poster"})

    def filled(call: str) -> str:
        return plain(filler.fill(f"{{{{ {call} }}}}", "x")[1]).replace("\N{NO-BREAK SPACE}", " ")

    assert filled("effect_sentence(crp, month_6)").endswith(said)
    moved = {
        "en": "decreased in seven of seven",
        "fr": "baisse chez sept sur sept, hausse chez",
        "nl": "daling bij zeven van de zeven",
        "de": "Abfall bei sieben von sieben, Anstieg bei keinem",
    }
    assert moved[code] in filled("moved_sentence(crp, month_6)")
    alone, mixed = filled("effects_table([crp], month_6)"), filled("effects_table([esr, crp], month_6)")
    assert f"| {head} |" in alone
    assert "| 0/7 |" in alone
    assert f"| {head} |" not in mixed
    assert "mg/l | \N{EN DASH} |" in mixed


@pytest.mark.parametrize(
    ("code", "spelling", "counts"),
    [
        ("de", "einer", {0: "kein", 1: "einer", 2: "zwei"}),
        ("de", "keine", {0: "keine", 1: "ein", 2: "zwei"}),
        ("fr", "une", {0: "aucun", 1: "une", 2: "deux"}),
        ("nl", "niemand", {0: "niemand", 1: "één", 2: "twee"}),
        ("en", "a", {0: "none", 1: "one", 2: "two"}),
        ("de", "", {12: "zwölf", 13: "13"}),
    ],
)
def test_a_numeral_bends_where_it_can(
    code: str, spelling: str, counts: dict[int, str], flagship_results: Flagship
) -> None:
    study = flagship_results.study.model_copy(update={"language": code})
    for count, said in counts.items():
        n = replace(flagship_results.results["cohort.n"], value=count, text=str(count))
        filler = Filler(study, flagship_results.results.map({"cohort.n": n}), [ROOT / "templates"], {})
        assert plain(filler.fill(f'{{{{ words(cohort.n, "{spelling}") }}}}', "x")[1]) == said
        assert said.isdecimal() or said in language(code).spelled(count)


@pytest.mark.parametrize(
    ("code", "in_words", "in_numerals"),
    [
        ("en", "five of eight", "5 of 17"),
        ("nl", "vijf van de acht", "5 van de 17"),
        ("fr", "cinq sur huit", "5 sur 17"),
        ("de", "fünf von acht", "5 von 17"),
    ],
)
def test_a_part_is_spelt_as_its_whole_is(
    code: str, in_words: str, in_numerals: str, flagship_results: Flagship
) -> None:
    study = flagship_results.study.model_copy(update={"language": code})
    for whole, said in ((8, in_words), (17, in_numerals)):
        n = replace(flagship_results.results["cohort.n"], value=whole, text=str(whole))
        filler = Filler(study, flagship_results.results.map({"cohort.n": n}), [ROOT / "templates"], {})
        assert plain(filler.fill("{{ out_of(sex.women.n, cohort.n) }}", "x")[1]) == said


@pytest.mark.parametrize(
    ("code", "prose", "typed"),
    [
        ("nl", "Na zes en twaalf maanden, in tabel 2 en het 95%-BI, bij de 3e visite; alfa 0,05", []),
        ("nl", "De p was 0,046 (1,6–5,3) bij zeven van de acht, in de helft.", ["0,046", "1,6", "5,3", "zeven", "acht",
                                                                               "helft"]),
        ("fr", "À un, six et douze mois ; figure 1, IC à 95 %, à la 2e visite ; les deux groupes ; alpha 0,05", []),
        ("fr", "Chez sept sur huit, −3,5 en un tiers ; 12 345 pas", ["−3,5", "12", "345", "sept", "huit", "tiers"]),
        ("de", "Nach einem, sechs und zwölf Monaten, in Abb. 1 und Tabelle 2; 95 %-KI und 95-%-KI; Alpha 0,05", []),
        ("de", "Bei drei der Patienten, der Hälfte, sank es um 1,2 auf 0.05.", ["1,2", "0.05", "drei", "Hälfte"]),
    ],
)  # fmt: skip
def test_what_may_be_typed_in_a_language(code: str, prose: str, typed: list[str], flagship_results: Flagship) -> None:
    labels = {"month_6": {"nl": "6 maanden", "fr": "6 mois", "de": "6 Monate"}[code]}
    visits = {
        name: visit.model_copy(update={"label": labels.get(name, f"V {name}")})
        for name, visit in flagship_results.study.visits.items()
    }
    study = flagship_results.study.model_copy(update={"language": code, "visits": visits, "constants": {}})
    faults = bare_numbers(prose, "x", study, flagship_results.results, language(code))
    assert [fault.problem.split("'")[1] for fault in faults] == typed


@pytest.mark.parametrize(
    ("code", "prose", "word"),
    [
        ("nl", "De daling was significant. Ze was niet significant.", "significant"),
        ("nl", "Het middel is veilig.", "is veilig"),
        ("nl", "Dit bewijst dat het helpt.", "bewijst dat"),
        ("fr", "Cela prouve qu’il aide.", "prouve qu’"),
        ("fr", "Cela prouve que cela aide.", "prouve que"),
        ("de", "Das beweist, dass es hilft.", "beweist, dass"),
        ("fr", "La baisse était significative. Elle n’est pas significative.", "significative"),
        ("fr", "Il n’y avait pas de différence.", "pas de différence"),
        ("de", "Der Abfall war signifikant. Er war nicht signifikant.", "signifikant"),
        ("de", "Das Mittel ist wirksam.", "ist wirksam"),
    ],
)
def test_words_that_say_too_much_in_a_language(code: str, prose: str, word: str, flagship_results: Flagship) -> None:
    watched = read_words(FOLDER / f"{code}.overreach.yml")
    (fault,) = overreach(prose, "x", watched, flagship_results.results, language(code))
    assert fault.problem.startswith(f"'{word}':")


@pytest.mark.parametrize(
    ("code", "heading", "printed"),
    [
        ("en", "Introduction", "Background"), ("nl", "Inleiding", "Achtergrond"), ("nl", "Results", "Resultaten"),
        ("fr", "Matériel et méthodes", "Méthodes"), ("de", "Methodik", "Methoden"), ("de", "Ausblick", "Ausblick"),
    ],
)  # fmt: skip
def test_sections_are_called_as_in_the_language(code: str, heading: str, printed: str) -> None:
    profile = load_profile("eular-2020", [ROOT / "templates"]).in_language(language(code))
    assert with_names(f"## {heading}\n\nText", profile).startswith(f"## {printed}\n")


def test_a_file_of_the_region_goes_before_that_of_the_language(tmp_path: Path) -> None:
    (tmp_path / "language").mkdir()
    dutch = (FOLDER / "nl.jinja").read_text(encoding="utf-8")
    (tmp_path / "language/nl-BE.jinja").write_text(dutch.replace("Trefwoorden", "Sleutelwoorden"), encoding="utf-8")
    folders = [tmp_path, ROOT / "templates"]
    studies = {code: flagship_in(code) for code in ("nl-BE", "nl-NL", "nl")}
    keywords = {code: read_language(study, folders).word["keywords"] for code, study in studies.items()}
    assert keywords == {"nl-BE": "Sleutelwoorden", "nl-NL": "Trefwoorden", "nl": "Trefwoorden"}


def flagship_in(code: str) -> Study:
    return read_study(ROOT).model_copy(update={"language": code})


def test_a_language_file_that_lacks_something_says_what(tmp_path: Path) -> None:
    (tmp_path / "language").mkdir()
    english = (FOLDER / "en.jinja").read_text(encoding="utf-8")
    italian = english.replace("{% set reasons =", "{% set raisons =")
    (tmp_path / "language/it.jinja").write_text(italian, encoding="utf-8")
    with pytest.raises(TemplateError) as raised:
        read_language(flagship_in("it"), [tmp_path])
    assert str(raised.value) == (
        "language/it.jinja: The language file has no 'reasons'. Take it from the packaged templates/language/en.jinja, "
        "and translate it."
    )


def test_locale_is_another_word_for_language() -> None:
    text = (ROOT / "report/study.yml").read_text(encoding="utf-8")
    assert parse_study(re.sub("(?m)^language:", "locale:", text), "report/study.yml").language == "en-GB"
    study = parse_study(re.sub("(?m)^language: en-GB", "locale: it", text), "report/study.yml")
    with pytest.raises(StudyError, match=r"study\.yml, line \d+: There are no sentences in the language 'it'"):
        read_language(study, [ROOT / "templates"])
    with pytest.raises(StudyError, match="Unknown key 'locale'"):
        parse_study(f"{text}\nlocale: nl\n", "report/study.yml")
