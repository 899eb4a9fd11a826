"""The abstract as a congress wants it: its sections named and in order, its length counted and kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .errors import CohortpressError, Fault, StudyError, StyleError, did_you_mean
from .freshness import packaged_templates
from .markup import Line, lines_of

if TYPE_CHECKING:
    from .language import Language
    from .study import Study

ABSTRACT = "report/abstract.qmd"
# Below it abstract.txt says how long everything is: that part is not for the form.
RULE = "-" * 60

_HEADING = re.compile(r"^#{1,2}[ \t]+(?P<name>\S.*?)(?:[ \t]+#+)?(?P<attributes>[ \t]+\{[^{}]*\})?[ \t]*$")
_FIGURE = re.compile(r"<figure\b|(?<!\\)!\[")
# Private characters that pass through pandoc: where a heading, a table and a cell begin.
_SECTION, _TABLE, _CELL = "\ue000", "\ue001", "\ue002"

Unit = Literal["characters", "characters without spaces", "words"]


class CongressError(CohortpressError):
    """Abstract or poster are not as the congress wants them, or its profile cannot be used."""


class _Strict:
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic's own way


@dataclass(frozen=True)
class Section(_Strict):
    """A section by the congress's name for it, and what authors call it; None is not known."""

    name: str
    also: tuple[str, ...] = ()
    required: bool | None = None
    kind: Literal["text", "references"] = "text"


@dataclass(frozen=True)
class Counted(_Strict):
    """What goes into the limit besides the text of the sections; None is not known."""

    title: bool | None = None
    authors: bool | None = None
    headings: bool | None = None
    tables: bool | None = None
    references: bool | None = None
    keywords: bool | None = None


@dataclass(frozen=True)
class Between(_Strict):
    """How many there may be."""

    at_least: int = 0
    at_most: int | None = None

    def __contains__(self, number: int) -> bool:
        return self.at_least <= number and (self.at_most is None or number <= self.at_most)

    def __str__(self) -> str:
        return f"at least {self.at_least}" if self.at_most is None else f"{self.at_least} to {self.at_most}"


@dataclass(frozen=True)
class Profile(_Strict):
    """The rules of one congress; what is None or empty is not known."""

    name: str
    year: int | str = ""
    source: str = ""
    read: date | None = None
    verified: bool = False
    sections: tuple[Section, ...] = ()
    limit: int | None = None
    unit: Unit = "characters"
    counts: Counted = Counted()
    title: Between = Between()
    keywords: Between = Between()
    tables: int | None = None
    figures: int | None = None
    tables_and_figures: int | None = None
    poster: str = ""
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} {self.year}".strip() + ("" if self.verified else " (unverified)")

    @property
    def unknown(self) -> list[str]:
        """What the rules, as far as they were found, do not say."""
        together = self.tables_and_figures
        asked = {
            "limit": self.limit,
            "length of the title": self.title.at_most,
            "keywords": self.keywords.at_most,
            "tables": together if self.tables is None else self.tables,
            "figures": together if self.figures is None else self.figures,
            "size of the poster": self.poster or None,
        }
        return [name for name, value in asked.items() if value is None]

    def called(self, heading: str) -> str:
        """Return the congress's name for the section that an author calls ``heading``, or the same."""
        names = {name.casefold(): known.name for known in self.sections for name in (*known.also, known.name)}
        return names.get(heading.casefold(), heading)

    def in_language(self, language: Language) -> Profile:
        """Return the same rules with the sections called as in ``language``, and known by all their names."""

        def called(section: Section) -> Section:
            own = language.sections.get(section.name, ())
            names = dict.fromkeys([*own, section.name, *section.also])
            return replace(section, name=next(iter(names)), also=tuple(names)[1:])

        return replace(self, sections=tuple(map(called, self.sections)))


@dataclass(frozen=True)
class Count:
    """How long a text is, as a form counts it.

    A character is a code point of the text in Unicode's composed form (NFC): a letter with its accent is one.
    A line break and a no-break space are one character each, and white space; a zero-width space is a
    character and no white space. A word is what stands between white space.
    """

    words: int = 0
    characters: int = 0
    characters_without_spaces: int = 0

    @classmethod
    def of(cls, *texts: str) -> Count:
        """Count ``texts``, each by itself: what parts them counts nothing."""
        composed = [unicodedata.normalize("NFC", text) for text in texts]
        printed = (sum(not letter.isspace() for letter in text) for text in composed)
        return cls(sum(len(text.split()) for text in composed), sum(map(len, composed)), sum(printed))

    def __add__(self, other: Count) -> Count:
        return Count(
            self.words + other.words,
            self.characters + other.characters,
            self.characters_without_spaces + other.characters_without_spaces,
        )

    def in_(self, unit: Unit) -> int:
        return int(getattr(self, unit.replace(" ", "_")))


@dataclass(frozen=True)
class Part:
    """What is counted by itself; ``counts`` tells whether it goes into the limit."""

    name: str
    count: Count
    counts: bool | None


@dataclass(frozen=True)
class Abstract:
    """What stands in an abstract, as text: a section as (heading, text), a table with caption and note."""

    title: str
    authors: str
    sections: tuple[tuple[str, str], ...]
    tables: tuple[str, ...]
    figures: int
    keywords: tuple[str, ...]

    def parts(self, profile: Profile) -> list[Part]:
        """Return what there is to count."""
        counts = profile.counts
        lists = {section.name for section in profile.sections if section.kind == "references"}
        headings = [name for name, _ in self.sections if name]
        parts = [
            Part("Title", Count.of(self.title), counts.title),
            Part("Affiliations", Count.of(self.authors), counts.authors),
            Part(f"Headings ({len(headings)})", Count.of(*headings), counts.headings),
            *(Part(name or "Text", Count.of(text), counts.references if name in lists else True)
              for name, text in self.sections),
            Part(f"Tables ({len(self.tables)})", Count.of(*self.tables), counts.tables),
            Part("Keywords", Count.of(", ".join(self.keywords)), counts.keywords),
        ]  # fmt: skip
        return [part for part in parts if part.count.characters]


def load_profile(name: str, folders: Sequence[Path], where: str = "") -> Profile:
    """Read ``congress/<name>.yml`` from the first of ``folders`` that has it; ``where`` asks for it.

    Raises StudyError for an unknown congress, and CongressError with all faults of the file.
    """
    import yaml
    from pydantic import TypeAdapter, ValidationError

    from .fast_yaml import load
    from .paper import parse_page_size

    files = {file.stem: file for folder in reversed(folders) for file in folder.glob("congress/*.yml")}
    if name not in files:
        raise StudyError(Fault(f"There is no congress '{name}'.", did_you_mean(name, files), where))
    file = f"templates/congress/{name}.yml"
    try:
        given = load(files[name].read_text(encoding="utf-8"))
        known = {key: value for key, value in given.items() if value is not None}
        profile = TypeAdapter(Profile).validate_python(known)
        if profile.poster:
            parse_page_size(profile.poster)
    except (yaml.YAMLError, AttributeError, UnicodeDecodeError) as error:
        mend = "Copy generic.yml, and check colons and indentation."
        raise CongressError(Fault(f"This is no profile ({error}).", mend, file)) from None
    except ValidationError as error:
        faults = (Fault(f"{'.'.join(map(str, e['loc']))}: {e['msg']}.", "", file) for e in error.errors())
        raise CongressError(*faults) from None
    except StyleError as error:
        raise CongressError(*(replace(fault, where=file) for fault in error.faults)) from None
    return profile


def with_names(markdown: str, profile: Profile) -> str:
    """Return a document with its sections named as the congress names them."""
    lines = markdown.split("\n")
    for line in lines_of(markdown):
        heading = _heading(line)
        if heading and (name := profile.called(heading["name"])) != heading["name"]:
            lines[line.number - 1] = f"## {name}{heading['attributes'] or ''}"
    return "\n".join(lines)


def submission(
    filled: str, source: str, study: Study, profile: Profile, language: Language, folder: Path
) -> str:
    """Return abstract.txt: the abstract for a submission form, and below a rule how long all of it is.

    ``filled`` is the filled document, its sections named by the congress, ``source`` what the author wrote;
    pandoc runs in ``folder``. Raises CongressError with all that the congress does not allow.
    """
    abstract = read_abstract(filled, study, folder)
    parts = abstract.parts(profile)
    faults = [
        *_section_faults(abstract, source, profile),
        *_number_faults(abstract, study, profile),
        *_limit_faults(parts, profile),
    ]
    if faults:
        raise CongressError(*faults)
    sections = (text for section in abstract.sections for text in section)
    texts = [abstract.title, abstract.authors, *sections, *abstract.tables, ", ".join(abstract.keywords)]
    whole = "\n\n".join([*filter(None, (*texts, study.notice)), RULE, _said(abstract, parts, profile, language.said)])
    return unicodedata.normalize("NFC", whole) + "\n"


def counts_in(text: str) -> str:
    """Return what abstract.txt says of its own length; where there is no limit, the sum alone."""
    counts = text.partition(f"\n{RULE}\n")[2].strip("\n")
    # The table of the parts begins with an empty cell; the sum stands before it where there is no limit.
    return counts if counts.startswith(" ") else counts.partition("\n\n")[0]


def read_abstract(filled: str, study: Study, folder: Path) -> Abstract:
    """Take a filled document apart; pandoc, run in ``folder``, makes its parts plain text."""
    from .engine.pandoc import run_pandoc
    from .wordprocessing import read_tables

    lines = []
    for line in lines_of(filled):
        if not (line.is_raw or line.is_set_apart):
            heading = _heading(line)
            lines.append(f"\n{_SECTION}{heading['name']}\n" if heading else line.text)
    for table in read_tables(filled):
        # A paragraph a row: a cell that begins like a list or a quotation is none.
        rows = (_CELL + _CELL.join(row) for row in table.rows)
        lines.append("\n\n".join(["", _TABLE, table.caption, *rows, table.note]))
    without_pictures = f"--lua-filter={packaged_templates() / 'text.lua'}"
    options = "--sandbox", "--from=markdown", "--to=plain", "--wrap=none", without_pictures
    plain = run_pandoc(folder, *options, text="\n".join(lines), of="the text of the abstract")
    text, *tables = plain.split(_TABLE)
    before, *rest = text.split(_SECTION)
    named = (("", "", before), *(section.partition("\n") for section in rest))
    sections = ((name.strip(), body.strip()) for name, _, body in named)
    return Abstract(
        study.title,
        "\n".join([", ".join(study.authors), *study.affiliations]).strip(),
        tuple(section for section in sections if any(section)),
        tuple(re.sub(rf"\n\n{_CELL}?", "\n", table.strip()).replace(_CELL, "\t") for table in tables),
        len(_FIGURE.findall(filled)),
        study.keywords,
    )


def _heading(line: Line) -> re.Match[str] | None:
    return _HEADING.match(line.text) if line.kind == "text" and not line.is_set_apart else None


def _section_faults(abstract: Abstract, source: str, profile: Profile) -> Iterator[Fault]:
    """Yield a fault for each section that is missing, empty, unknown, there twice or out of order."""
    if not profile.sections:
        return
    order = [section.name for section in profile.sections]
    listed = f"{profile} has, in this order: {', '.join(order)}."
    headings = ((number, _HEADING.match(line)) for number, line in enumerate(source.splitlines(), 1))
    lines = {profile.called(heading["name"]): f", line {number}" for number, heading in headings if heading}
    seen: list[str] = []
    for name, _ in abstract.sections:
        where = ABSTRACT + lines.get(name, "")
        if not name:
            yield Fault("Text stands before the first section.", "Put it below a heading.", where)
        elif name not in order:
            yield Fault(f"The section '{name}' is not known.", listed, where)
        elif name in seen:
            yield Fault(f"Two sections are '{name}' to {profile}.", "Put them together.", where)
        elif any(order.index(name) < order.index(before) for before in seen):
            yield Fault(f"The section '{name}' stands too late.", listed, where)
        seen += [name] if name in order else []
    for section in profile.sections:
        if section.required and not dict(abstract.sections).get(section.name):
            problem = f"The section '{section.name}' is {'empty' if section.name in seen else 'missing'}."
            where = ABSTRACT + lines.get(section.name, "")
            yield Fault(problem, f"Write '## {section.name}' and its text. {listed}", where)


def _number_faults(abstract: Abstract, study: Study, profile: Profile) -> Iterator[Fault]:
    """Yield a fault where title or poster is too large, or there are too many keywords, tables or figures."""
    letters, keywords = Count.of(abstract.title).characters, len(abstract.keywords)
    if letters not in profile.title:
        problem = f"The title has {letters} characters; {profile} wants {profile.title}."
        yield Fault(problem, "Rewrite it.", study.where("title"))
    if keywords not in profile.keywords:
        problem = f"Keywords: {keywords}, but {profile} wants {profile.keywords}."
        yield Fault(problem, "Change their list.", study.where("keywords"))
    tables, figures = len(abstract.tables), abstract.figures
    for kind, number, most in [
        ("Tables", tables, profile.tables),
        ("Figures", figures, profile.figures),
        ("Tables and figures", tables + figures, profile.tables_and_figures),
    ]:
        if most is not None and number > most:
            problem = f"{kind}: {number}, but {profile} allows {most}."
            yield Fault(problem, f"Take out {number - most}.", ABSTRACT)
    if profile.poster:
        from .paper import parse_page_size

        page, board = (parse_page_size(size) for size in (study.documents.poster.page, profile.poster))
        if page.width_mm > board.width_mm or page.height_mm > board.height_mm:
            problem = f"The poster is {page.name}; {profile} has room for {board.name}."
            yield Fault(problem, "Write that, or less.", study.where("documents", "poster", "page"))


def _limit_faults(parts: Sequence[Part], profile: Profile) -> Iterator[Fault]:
    """Yield a fault where what counts for certain is more than the limit."""
    lengths = {part.name: part.count.in_(profile.unit) for part in parts if part.counts}
    over = sum(lengths.values()) - (profile.limit or 0)
    if profile.limit is not None and over > 0:
        longest = max(lengths, key=lambda name: lengths[name])
        allowed = f"{profile} allows {profile.limit}: {over} too many."
        problem = f"The abstract has {profile.limit + over} {profile.unit}; {allowed}"
        yield Fault(problem, f"Shorten it; the longest part is {longest} ({lengths[longest]}).", ABSTRACT)


def _said(abstract: Abstract, parts: Sequence[Part], profile: Profile, said: Callable[[str], str]) -> str:
    """Return how long everything is, what is left, and what the rules do not say; ``said`` puts it in words."""
    total = sum((part.count for part in parts if part.counts), Count())
    lines = []
    if profile.limit is None:
        lengths = f"{total.characters} characters, {total.characters_without_spaces} without spaces"
        lines.append(said(f"{profile}: {total.words} words, {lengths}; no limit known."))
    else:
        left = profile.limit - total.in_(profile.unit)
        perhaps = sum(part.count.in_(profile.unit) for part in parts if part.counts is None)
        also = f" ({left - perhaps} if all counts that may)" if perhaps else ""
        counted = f"{profile.limit - left} of {profile.limit} {profile.unit}"
        lines.append(said(f"{profile}: {counted}, {left} left{also}."))
    if profile.sections:
        written = dict(abstract.sections)
        missing = [section.name for section in profile.sections if section.name not in written]
        lines += [said(f"Not written: {', '.join(missing)}.")] if missing else []
        unknown = ", ".join(map(said, profile.unknown))
        lines += [said(f"Not known: {unknown}.")] if unknown else []
    lines += profile.notes
    read = f", read {profile.read}" if profile.read else ""
    lines += [said(f"Rules: {profile.source}{read}.")] if profile.source else []
    table = _table([*parts, Part("Counted", total, True)], said)
    return "\n\n".join("\n".join(part) for part in ((table, lines) if profile.limit else (lines, table)))


def _table(parts: Sequence[Part], said: Callable[[str], str]) -> list[str]:
    """Return the lines of a table of the parts, their lengths, and whether they count."""
    whether = {True: "", False: "  " + said("not counted"), None: "  " + said("not known whether it counts")}
    rows = [("", *map(said, ("words", "characters", "without spaces")), "")]
    for part in parts:
        count = part.count
        lengths = map(str, (count.words, count.characters, count.characters_without_spaces))
        rows.append((said(part.name), *lengths, whether[part.counts]))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        f"{name:{widths[0]}}  {words:>{widths[1]}}  {all_:>{widths[2]}}  {printed:>{widths[3]}}{counts}"
        for name, words, all_, printed, counts in rows
    ]
