"""What a congress wants of an abstract: names and order of sections, limits in every way of counting, the profiles."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studies import ROOT, cohortpress, language_of, read_html
from studies import replace as replace_in
from test_templating import HOSTILE, shown

from cohortpress.congress import (
    RULE,
    Between,
    CongressError,
    Count,
    Counted,
    Profile,
    Section,
    Unit,
    counts_in,
    load_profile,
    read_abstract,
    submission,
    with_names,
)
from cohortpress.errors import StudyError
from cohortpress.study import Study, parse_study
from cohortpress.templating import escape

TEMPLATES = ROOT / "templates"
PROFILES = sorted(file.stem for file in (TEMPLATES / "congress").glob("*.yml"))
UNITS: tuple[Unit, ...] = get_args(Unit)
TITLE = "Grip of invented climbers: a cohort"
STUDY = """\
title: TITLE
keywords: [strength, made up]
affiliations: [Hall of Climbing, "Ward of Fingers"]
data: {visits: v.csv}
visits: {start: {label: Start, month: 0}, finish: {label: Finish, month: 3}}
endpoints: {grip: {label: Grip}}
"""
TABLE = """\
::: {.table-block .endpoints}

| Endpoint | Start |
|:-----|-----:|
| Grip | 36.0 |

: Medians CAPTION

::: {.note}
A note
:::

:::
"""
DOCUMENT = """\
---
document: abstract
---

::: {.masthead}

# Grip of invented climbers: a cohort {.title}

:::

## Results HEADING

We saw TEXT

TABLE

## References

A book LITERATURE

::: {.keywords}
**Keywords** strength
:::
"""
# Where a text stands that a limit may count, by the key of `counts:`; the text itself always counts.
MARKS = {"headings": "HEADING", "text": "TEXT", "tables": "CAPTION", "references": "LITERATURE"}
SECTIONS = (Section("Results HEADING", required=True), Section("References", kind="references"))


def a_study(title: str = TITLE, **changes: Any) -> Study:
    study = parse_study(STUDY.replace("TITLE", repr(title)), "report/study.yml")
    return study.model_copy(update=changes)


def document(**texts: str) -> str:
    """Return a filled document with more ``texts`` where MARKS say."""
    filled = DOCUMENT.replace("TABLE", TABLE)
    for key, mark in MARKS.items():
        filled = filled.replace(mark, mark + texts.get(key, ""))
    return filled


def text_of(profile: Profile, study: Study | None = None, filled: str | None = None, source: str = "") -> str:
    filled = document() if filled is None else filled
    study = study or a_study()
    return submission(with_names(filled, profile), source or filled, study, profile, language_of(study), ROOT)


def faults_of(profile: Profile, study: Study | None = None, filled: str | None = None, source: str = "") -> list[str]:
    try:
        text_of(profile, study, filled, source)
    except CongressError as error:
        return [str(fault) for fault in error.faults]
    return []


def packaged(name: str) -> Profile:
    return load_profile(name, [TEMPLATES])


def with_sections(profile: Profile, *, results: str = "We saw it.") -> str:
    """Return a document that has just the sections a profile requires."""
    texts = {section.name: "A text." for section in profile.sections if section.required} | {"Results": results}
    return "\n\n".join(f"## {name}\n\n{text}" for name, text in texts.items())


# -- counting


@pytest.mark.parametrize(
    ("text", "words", "characters", "without_spaces"),
    [  # counted by hand
        ("", 0, 0, 0),
        ("p = 0.046", 3, 9, 7),
        ("p\u00a0=\u00a00.046", 3, 9, 7),  # no-break spaces are white space
        ("12\u202f345 m\u2009s", 4, 10, 7),  # so are narrow and thin ones
        ("a\nb\n\nc", 3, 6, 3),  # a line break is one character
        ("a\u200bb", 1, 3, 3),  # a zero-width space is a character, and no white space
        ("e\u0301te\u0301", 1, 3, 3),  # two letters with their accents apart
        ("été", 1, 3, 3),
        ("5.1–5.3 → 69 %", 4, 14, 11),
        ("\U0001d6fc", 1, 1, 1),  # one code point, although some programs store it as two
    ],
)
def test_a_text_is_counted(text: str, words: int, characters: int, without_spaces: int) -> None:
    assert Count.of(text) == Count(words, characters, without_spaces)


@given(st.text(), st.text(min_size=1))
def test_counts_do_not_depend_on_how_letters_are_composed(text: str, other: str) -> None:
    assert Count.of(unicodedata.normalize("NFD", text)) == Count.of(text)
    assert Count.of(text, other) == Count.of(text) + Count.of(other)
    assert Count.of(f"{text} {other}").characters_without_spaces == Count.of(text, other).characters_without_spaces


@settings(max_examples=15)
@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" ")), min_size=1, max_size=30))
def test_what_is_written_is_what_is_counted(texts: list[str]) -> None:
    texts = [f"a{' '.join(text.split())}z" for text in texts]
    filled = "\n\n".join(f"## Section {number}\n\n{escape(text)}" for number, text in enumerate(texts))
    abstract = read_abstract(filled, a_study(), ROOT)
    assert [text for _, text in abstract.sections] == texts


def test_whatever_stands_in_a_text_prints_as_it_stands() -> None:
    texts = "\n\n".join(f"## {escape(text)} head\n\n{escape(text)} end" for text in HOSTILE)
    rows = "".join(f"| {escape(text)} | x |\n" for text in HOSTILE)
    filled = f"{texts}\n\n::: {{.table-block .events}}\n\n| a | b |\n|---|---|\n{rows}\n:::\n"
    abstract = read_abstract(filled, a_study(), ROOT)
    assert abstract.sections == tuple((f"{shown(text)} head", f"{shown(text)} end") for text in HOSTILE)
    assert abstract.tables[0].splitlines()[1:] == [f"{shown(text)}\tx" for text in HOSTILE]


def test_an_abstract_is_taken_apart() -> None:
    abstract = read_abstract(document(), a_study(), ROOT)
    assert abstract.sections == (("Results HEADING", "We saw TEXT"), ("References", "A book LITERATURE"))
    assert abstract.tables == ("Medians CAPTION\nEndpoint\tStart\nGrip\t36.0\nA note",)
    assert abstract.authors == "Hall of Climbing\nWard of Fingers"


def test_a_cell_that_begins_like_a_list_stays_a_cell() -> None:
    filled = document().replace("| Grip | 36.0 |", "| - | 1\\. |\n| \\> | &#124; \\| |")
    assert "\n-\t1.\n>\t| |\n" in read_abstract(filled, a_study(), ROOT).tables[0]


def test_figures_are_counted_and_raw_html_is_no_text() -> None:
    filled = document() + '\n```{=html}\n<figure id="x"><p>## drawn</p></figure>\n```\n\n::: {.area}\n![](a.png)\n:::\n'
    abstract = read_abstract(filled, a_study(), ROOT)
    assert abstract.figures == 2
    assert "drawn" not in str(abstract)


def test_only_our_own_blocks_are_left_out_of_the_text() -> None:
    """What an author puts around prose says how it looks."""
    prose = "::: {.highlight}\n\nSet in a box.\n\n## Discussion\n\n::: aside\nDeep within.\n:::\n:::\n\nBehind it."
    ours = "::: {.note}\nNot this.\n:::\n\n::: {#x .beside}\nNor this.\n:::\n"
    abstract = read_abstract(f"## Results\n\n{prose}\n\n{ours}", a_study(), ROOT)
    assert abstract.sections == (("Results", "Set in a box."), ("Discussion", "Deep within.\n\nBehind it."))


# -- limits


def lengthen(part: str, more: str) -> tuple[Study, str]:
    """Return the study and the document of these tests, one of their parts longer by ``more``."""
    study = a_study(TITLE + (more if part == "title" else ""))
    if part == "authors":
        study = study.model_copy(update={"affiliations": (*study.affiliations[:-1], study.affiliations[-1] + more)})
    if part == "keywords":
        study = study.model_copy(update={"keywords": ("strength", f"made up{more}")})
    return study, document(**{part: more})


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("part", ["text", "title", "authors", "headings", "tables", "references", "keywords"])
def test_one_more_than_the_limit_is_refused_where_it_counts(part: str, unit: Unit) -> None:
    more = " x" if unit == "words" else "x"
    sections = tuple(replace(s, also=(f"{s.name}{more}", s.name)) for s in SECTIONS) if part == "headings" else SECTIONS
    longer = tuple(replace(s, name=f"{s.name}{more}") if s.required else s for s in sections)
    counts = Counted() if part == "text" else Counted(**{part: True})
    profile = Profile("Any", sections=SECTIONS, unit=unit, counts=counts, limit=0)
    study, filled = lengthen(part, "")
    needed = sum(p.count.in_(unit) for p in read_abstract(filled, study, ROOT).parts(profile) if p.counts)
    assert needed > 0
    profile = replace(profile, limit=needed)
    assert f"{needed} of {needed} {unit}, 0 left" in text_of(profile, study, filled)
    assert faults_of(replace(profile, limit=needed - 1), study, filled)[0].count(": 1 too many.") == 1
    study, filled = lengthen(part, more)
    profile = replace(profile, sections=longer if part == "headings" else SECTIONS)
    assert f"{profile} allows {needed}: 1 too many." in faults_of(profile, study, filled)[0]
    assert faults_of(replace(profile, limit=needed + 1), study, filled) == []
    if part != "text":
        aside = replace(profile, counts=Counted(**{part: False}))
        assert faults_of(aside, study, filled) == []
        assert "if all counts that may" in text_of(replace(profile, counts=Counted()), study, filled)


def test_white_space_counts_as_the_unit_says() -> None:
    filled = document(text=" a\u00a0b\u202fc")
    plain = Profile("Any", sections=SECTIONS, limit=9_999)
    counted = {unit: text_of(replace(plain, unit=unit), filled=filled).split(f" of 9999 {unit}")[0].split()[-1]
               for unit in UNITS}  # fmt: skip
    # "We saw TEXT a b c"
    assert counted == {"characters": "17", "characters without spaces": "12", "words": "6"}


@pytest.mark.parametrize("name", [name for name in PROFILES if packaged(name).limit])
@pytest.mark.parametrize(("more", "too_many"), [(-1, 0), (0, 0), (1, 1)])
def test_the_limit_of_each_profile(name: str, more: int, too_many: int) -> None:
    profile = replace(packaged(name), title=Between())
    assert profile.limit is not None
    empty = text_of(profile, filled=with_sections(profile, results="x"))
    used = int(empty.split(f" of {profile.limit} ")[0].split()[-1])
    filled = with_sections(profile, results="x " * (profile.limit - used + more) + "x")
    faults = faults_of(profile, filled=filled)
    assert len(faults) == too_many
    if faults:
        problem = f"The abstract has {profile.limit + 1} {profile.unit}; {profile} allows {profile.limit}: 1 too many."
        assert faults == [f"report/abstract.qmd: {problem} Shorten it; the longest part is Results "
                          f"({profile.limit - used + more + 1})."]  # fmt: skip


@pytest.mark.parametrize(("letters", "wrong"), [(14, True), (15, False), (300, False), (301, True)])
def test_the_title_of_eular(letters: int, wrong: bool) -> None:
    profile = packaged("eular-2020")
    faults = faults_of(profile, a_study("t" * letters), with_sections(profile))
    problem = f"The title has {letters} characters; EULAR 2020 wants 15 to 300. Rewrite it."
    assert faults == ([f"report/study.yml, line 1: {problem}"] if wrong else [])


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"tables": 1}, ""),
        ({"tables": 0}, "Tables: 1, but Any allows 0. Take out 1."),
        ({"figures": 1}, ""),
        ({"figures": 0}, "Figures: 1, but Any allows 0. Take out 1."),
        ({"tables_and_figures": 2}, ""),
        ({"tables_and_figures": 1}, "Tables and figures: 2, but Any allows 1. Take out 1."),
        ({"keywords": Between(2, 2)}, ""),
        ({"keywords": Between(at_least=3)}, "Keywords: 2, but Any wants at least 3."),
        ({"keywords": Between(at_most=1)}, "Keywords: 2, but Any wants 0 to 1."),
        ({"poster": "A0"}, ""),
        ({"poster": "90x120cm"}, ""),
        ({"poster": "84x120cm"}, "The poster is A0; Any has room for 84x120cm. Write that, or less."),
        ({"poster": "90x118cm"}, "The poster is A0; Any has room for 90x118cm."),
    ],
)
def test_what_else_a_congress_limits(changes: dict[str, Any], wrong: str) -> None:
    faults = faults_of(Profile("Any", verified=True, **changes), filled=document() + "\n![](a.png)\n")
    assert len(faults) == bool(wrong)
    assert wrong in "".join(faults)


def test_all_faults_come_at_once() -> None:
    profile = replace(packaged("eular-2020"), limit=10, tables=0)
    assert len(faults_of(profile, a_study("Short"))) == 8


# -- sections


@pytest.mark.parametrize("name", PROFILES)
def test_every_synonym_is_named_as_the_congress_names_it(name: str) -> None:
    profile = packaged(name)
    for section in profile.sections:
        for given_name in (section.name, *section.also):
            for heading in (f"## {given_name}", f"# {given_name.upper()} ##", f"##  {given_name} {{#id}}"):
                named = with_names(f"{heading}\n\nText", profile).splitlines()[0]
                assert named.removesuffix("{#id}").removesuffix("##").strip("# ") == section.name
    names = [spelling.casefold() for s in profile.sections for spelling in {s.name, *s.also}]
    assert len(names) == len(set(names))


def test_what_our_blocks_and_code_hold_is_no_section() -> None:
    profile = packaged("eular-2020")
    blocks = "::: {.note}\n## Method\n:::\n\n```\n## Method\n```\n\n### Method\n\n##Method"
    assert with_names(blocks, profile) == blocks


def sections(*names: str) -> str:
    """Return a document with these sections; one whose name ends with a star is empty."""
    return "\n\n".join(f"## {name[:-1]}" if name.endswith("*") else f"## {name}\n\nT" for name in names)


ORDER = "EULAR 2020 has, in this order: Background, Objectives, Methods, Results, Conclusions, References."


@pytest.mark.parametrize(
    ("filled", "wrong"),
    [
        (sections("Background", "Method", "Result", "Conclusion"), ""),
        (sections("background", "Aims", "PATIENTS AND METHODS", "Results", "Conclusions", "References"), ""),
        (
            sections("Background", "Methods", "Conclusions"),
            f": The section 'Results' is missing. Write '## Results' and its text. {ORDER}",
        ),
        (
            sections("Background", "Methods*", "Results", "Conclusions"),
            f", line 5: The section 'Methods' is empty. Write '## Methods' and its text. {ORDER}",
        ),
        (
            sections("Methods", "Background", "Results", "Conclusions"),
            f", line 5: The section 'Background' stands too late. {ORDER}",
        ),
        (
            sections("Background", "Methods", "Patients and methods", "Results", "Conclusions"),
            ", line 9: Two sections are 'Methods' to EULAR 2020. Put them together.",
        ),
        (
            sections("Background", "Methods", "Results", "Outlook", "Conclusions"),
            f", line 13: The section 'Outlook' is not known. {ORDER}",
        ),
        (
            f"T\n\n{sections('Background', 'Methods', 'Results', 'Conclusions')}",
            ": Text stands before the first section. Put it below a heading.",
        ),
    ],
)
def test_sections_are_there_once_and_in_order(filled: str, wrong: str) -> None:
    faults = faults_of(packaged("eular-2020"), filled=filled)
    assert faults == ([f"report/abstract.qmd{wrong}"] if wrong else [])


def test_any_congress_takes_any_sections() -> None:
    assert faults_of(packaged("generic"), filled="Text\n\n## What we did\n\nThis\n\n## What we did\n\nThat") == []


# -- abstract.txt


def test_the_text_is_ready_to_paste() -> None:
    profile = Profile("Any", sections=SECTIONS, limit=100, unit="words", verified=True)
    text = text_of(profile, a_study(notice="These data are made up.")).partition(RULE)[0]
    assert text == (
        f"{TITLE}\n\nHall of Climbing\nWard of Fingers\n\nResults HEADING\n\nWe saw TEXT\n\nReferences\n\n"
        "A book LITERATURE\n\nMedians CAPTION\nEndpoint\tStart\nGrip\t36.0\nA note\n\nstrength, made up\n\n"
        "These data are made up.\n\n"
    )


def test_the_text_is_composed() -> None:
    text = text_of(packaged("generic"), filled="## Résume\u0301\n\ne\u0301te\u0301")
    assert unicodedata.is_normalized("NFC", text)
    assert "Résumé\n\nété\n" in text


def test_the_counts_say_what_is_left_and_what_is_not_known() -> None:
    profile = Profile(
        "Any", 2026, "https://congress.example", sections=(*SECTIONS, Section("Outlook")), limit=20, unit="words",
        counts=Counted(headings=True, tables=False), tables=1, notes=("Mind the gap.",),
    )  # fmt: skip
    # Words by hand: title 6, affiliations 6, headings 3, text 3, reference 3, table 8, keywords 3.
    assert (
        counts_in(text_of(profile))
        == """\
                 words  characters  without spaces
Title                6          35              30  not known whether it counts
Affiliations         6          32              27  not known whether it counts
Headings (2)         3          25              24
Results HEADING      3          11               9
References           3          17              15  not known whether it counts
Tables (1)           8          47              40  not counted
Keywords             3          17              15  not known whether it counts
Counted              6          36              33

Any 2026 (unverified): 6 of 20 words, 14 left (−4 if all counts that may).
Not written: Outlook.
Not known: length of the title, keywords, figures, size of the poster.
Mind the gap.
Rules: https://congress.example."""
    )


def test_without_a_limit_the_sum_is_said_alone() -> None:
    said = counts_in(text_of(packaged("generic")))
    # By hand: headings "Results HEADING" and "References", texts "We saw TEXT" and "A book LITERATURE".
    assert said == "Any congress: 9 words, 53 characters, 48 without spaces; no limit known."


# -- profiles


@pytest.mark.parametrize("name", PROFILES)
def test_a_packaged_profile_says_where_it_is_from(name: str) -> None:
    profile = packaged(name)
    assert profile.name
    if name != "generic":
        assert profile.sections
        assert not profile.verified or (profile.source and profile.read)
        assert ("(unverified)" in str(profile)) is not profile.verified


def test_the_rules_of_eular_2020_are_those_of_its_page() -> None:
    # https://congress.eular.org/abstract_submission.cfm, guidelines as revised on 20 January 2020, items 4 to 6
    profile = packaged("eular-2020")
    names = ["Background", "Objectives", "Methods", "Results", "Conclusions", "References"]
    assert [section.name for section in profile.sections] == names
    assert (profile.limit, profile.unit, profile.title) == (3600, "characters without spaces", Between(15, 300))
    assert profile.counts == Counted(False, True, True, True, True, False)


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], Profile]:
    """Return a function that reads a profile of the study's own, given its text."""

    def read(text: str) -> Profile:
        (tmp_path / "congress").mkdir(exist_ok=True)
        (tmp_path / "congress/eular-2020.yml").write_text(text, encoding="utf-8")
        return load_profile("eular-2020", [tmp_path, TEMPLATES])

    return read


def test_the_studys_own_profile_comes_first(own: Callable[[str], Profile]) -> None:
    assert own("name: Ours\nlimit: 7\ncounts:\nsections:\ntitle:") == Profile("Ours", limit=7)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "This is no profile"),
        ("[1, 2]", "This is no profile"),
        ("name: [", "This is no profile"),
        ("limit: 3", "name: Field required."),
        ("name: A\nlimt: 3", "limt: Unexpected keyword argument."),
        ("name: A\nlimit: many", "limit: Input should be a valid integer"),
        ("name: A\nunit: pages", "unit: Input should be 'characters', 'characters without spaces' or 'words'."),
        ("name: A\ncounts: {spaces: true}", "counts.spaces: Unexpected keyword argument."),
        ("name: A\nsections: [{nam: B}]", "sections.0.name: Field required."),
        ("name: A\nposter: huge", "'huge' is not a page size."),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(own: Callable[[str], Profile], text: str, wrong: str) -> None:
    with pytest.raises(CongressError) as raised:
        own(text)
    assert f"templates/congress/eular-2020.yml: {wrong}" in str(raised.value)


def test_an_unknown_congress_is_named_with_its_line() -> None:
    with pytest.raises(StudyError, match=r"line 7: There is no congress 'eular'. Did you mean 'eular-2020'\?"):
        load_profile("eular", [TEMPLATES], "report/study.yml, line 7")


# -- the whole way


def test_the_flagship_goes_to_eular_and_one_character_stops_it(flagship_to_change: Path) -> None:
    folder = flagship_to_change
    study = folder / "report/study.yml"
    replace_in(study, "theme: classic", "theme: classic\ncongress: eular-2020")
    done = cohortpress(folder, "build", "abstract")
    assert done.returncode == 0, done.stderr
    text = (folder / "_output/abstract.txt").read_text(encoding="utf-8")
    assert counts_in(text) in done.stderr
    assert " of 3600 characters without spaces, " in counts_in(text)
    assert "\n\nMethods\n\n" in text
    page = read_html((folder / "_output/abstract.html").read_text(encoding="utf-8"))
    assert "Methods" in page.parts
    assert "Patients and methods" not in page.parts
    again = cohortpress(folder, "build", "abstract")
    assert "Nothing has changed." in again.stderr
    assert counts_in(text) in again.stderr

    used = int(text.split(" of 3600 ")[0].split()[-1])
    ours = folder / "templates/congress/ours.yml"
    shutil.copy(folder / "templates/congress/eular-2020.yml", ours)
    replace_in(ours, "limit: 3600", f"limit: {used}")
    replace_in(study, "congress: eular-2020", "congress: ours")
    done = cohortpress(folder, "build", "abstract")
    assert done.returncode == 0, done.stderr
    assert f"{used} of {used} characters without spaces, 0 left." in done.stderr
    finished = (folder / "_output/abstract.txt").read_bytes()

    replace_in(folder / "report/abstract.qmd", "The proof is weak:", "The proofs is weak:")
    done = cohortpress(folder, "build", "abstract")
    assert done.returncode == 1
    assert f"{used + 1} characters without spaces; EULAR 2020 allows {used}: 1 too many." in done.stderr
    assert "the longest part is Results" in done.stderr
    assert (folder / "_output/abstract.txt").read_bytes() == finished


@pytest.mark.parametrize("name", [name for name in PROFILES if name != "generic"])
def test_the_flagship_fits_each_profile(built_flagship: Path, name: str) -> None:
    profile = packaged(name)
    source = (built_flagship / "report/abstract.qmd").read_text(encoding="utf-8")
    filled = (built_flagship / "build/abstract.qmd").read_text(encoding="utf-8")
    study = parse_study((built_flagship / "report/study.yml").read_text(encoding="utf-8"), "report/study.yml")
    text = submission(with_names(filled, profile), source, study, profile, language_of(study), built_flagship)
    assert f"\n\n{profile.sections[0].name}\n\n" in text
