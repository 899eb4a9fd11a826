"""What STROBE and SAMPL ask of a document, answered from study, results and text, with the place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from .errors import Fault, StudyError, TemplateError
from .fast_yaml import load
from .markup import lines_of
from .result import ResultSet
from .study import Study
from .templating import Filler, plain
from .unwritten import written
from .utf8 import read_utf8

QUESTIONS = "reporting.yml"
CONTEXT = 30  # characters before and after what was found
MOST_NAMED = 6

Status = Literal["present", "absent", "not decidable", "does not apply"]


def _any_of(words: object) -> object:
    """Return one pattern for a list of words, each by itself and in any case."""
    return rf"(?i)(?<!\w)(?:{'|'.join(map(str, words))})(?!\w)" if isinstance(words, list) else words


Words = Annotated[re.Pattern[str], BeforeValidator(_any_of)]

_MARK = re.compile(r"\ue000(\d+)\ue001")
# What takes no mark at its line ends: front matter, tags, comments, and the lines that open or close a block.
_UNMARKED = re.compile(r"\A---\n.*?\n---\n|\{\{.*?\}\}|\{%.*?%\}|\{##.*?##\}|^(?::::|```)[^\n]*\n", re.S | re.M)
_ANYTHING = re.compile(r"\S.*", re.S)
_NOT_THE_TEXT = re.compile(r"\.(?:masthead|keywords|colophon)\b")


class Question(BaseModel):
    """What a guideline asks, and how a machine can tell; templates/reporting.yml explains the keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    ask: str
    write: str = ""
    key: Literal["title", "design", "contact", "funding", "address", "keywords"] | None = None
    words: dict[str, Words] | Words | None = None
    needs: re.Pattern[str] | None = None
    prints: re.Pattern[str] | None = None
    each: re.Pattern[str] | None = None
    beside: tuple[tuple[str, ...], ...] = ()
    not_of_one: bool = False
    found: Status = "present"
    otherwise: Status = "absent"


@dataclass(frozen=True)
class Answer:
    """The answer to a question: where it was found, or what to write."""

    question: Question
    status: Status
    said: str = ""


@dataclass(frozen=True)
class Text:
    """A filled document: its lines with their number in the author's file, and the results printed there."""

    file: str
    lines: Sequence[tuple[int, str]]
    printed: Sequence[tuple[int, str]]

    def find(self, pattern: re.Pattern[str]) -> str | None:
        """Return place and words of the first match."""
        whole = "\n".join(line for _, line in self.lines)
        match = pattern.search(whole)
        if match is None:
            return None
        number = self.lines[whole.count("\n", 0, match.start())][0]
        return f"{self.file}, line {number}: {_excerpt(whole, *match.span())}"

    def printing(self, pattern: re.Pattern[str]) -> list[tuple[int, str]]:
        """Return line and name of each printed result whose name fits."""
        return [(number, name) for number, name in self.printed if pattern.fullmatch(name)]


def checklist(
    document: str, folder: Path, study: Study, results: ResultSet, template_folders: Sequence[Path]
) -> list[Answer]:
    """Return the answer to each question of the first ``reporting.yml`` in ``template_folders``.

    Raises CohortpressError where the document or the questions are missing or cannot be used.
    """
    file = next(path for place in template_folders if (path := place / QUESTIONS).is_file())
    questions = _questions(read_utf8(file, f"templates/{QUESTIONS}").replace("LAST", study.followups[-1]))
    text = read_text(document, folder, study, results, template_folders)
    return [_answer(question, text, study, results) for question in questions]


def listing(answers: Sequence[Answer]) -> str:
    """Return the answers as text, a question with what was found, or is to be written, below."""
    counts = Counter(answer.status for answer in answers)
    lines = [", ".join(f"{counts[status]} {status}" for status in get_args(Status))]
    for answer in answers:
        lines.append(f"{answer.status:<16}{answer.question.ask} ({answer.question.source})")
        lines += [f"{'':<16}{answer.said}"] if answer.said else []
    return "\n".join(lines) + "\n"


def read_text(document: str, folder: Path, study: Study, results: ResultSet, template_folders: Sequence[Path]) -> Text:
    """Fill a document without its figures, and find out which line of the author's each line came from."""
    file = f"report/{document}.qmd"
    try:
        source = read_utf8(folder / file, file)
    except FileNotFoundError:
        raise StudyError(Fault("The document is missing.", "Write it.", file)) from None
    stubs: Mapping[str, object] = {"draw": lambda *_: "", "qr_code": lambda *_: "", "document": document}
    filled = Filler(study, results, template_folders, stubs).fill(_marked(written(source)), file)[1]
    number, lines, printed = 0, [], []
    for line in reversed([line for line in lines_of(filled) if line.kind == "text"]):
        number = int(mark[1]) if (mark := _MARK.search(line.text)) else number
        if not any(_NOT_THE_TEXT.search(opening) for _, opening in line.around):
            lines.append((number, plain(_MARK.sub("", line.text))))
            printed += [(number, name) for name in re.findall(r'data-result="([\w.]+)"', line.text)[::-1]]
    return Text(file, lines[::-1], printed[::-1])


def _marked(source: str) -> str:
    """Return the source with the number of each line at its end, wherever that changes nothing else."""
    taken = [match.span() for match in _UNMARKED.finditer(source)]
    lines, end = [], -1
    for number, line in enumerate(source.split("\n"), 1):
        end += len(line) + 1
        free = line.strip() and not any(start <= end < stop for start, stop in taken)
        lines.append(f"{line}\ue000{number}\ue001" if free else line)
    return "\n".join(lines)


def _questions(text: str) -> list[Question]:
    try:
        return TypeAdapter(list[Question]).validate_python(load(text))
    except yaml.YAMLError as error:
        raise TemplateError(Fault(f"This is not YAML ({error}).", "", f"templates/{QUESTIONS}")) from None
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}." for detail in error.errors())
        raise TemplateError(*(Fault(fault, "", f"templates/{QUESTIONS}") for fault in faults)) from None


def _answer(question: Question, text: Text, study: Study, results: ResultSet) -> Answer:
    """Answer one question; where no pattern of the study's language is known, say so."""
    if question.needs and not text.printing(question.needs):
        return Answer(question, "does not apply")
    words = question.words
    if isinstance(words, dict):
        known, words = ", ".join(words), words.get(study.language.partition("-")[0])
        if words is None:
            return Answer(question, "not decidable", f"The words to look for are known in {known} alone.")
    found: str | None = None
    if question.each:
        return _answer_each(question, question.each, text, results)
    if question.prints:
        places = text.printing(question.prints)
        found = f"{text.file}, line {places[0][0]}: {places[0][1]}" if places else None
    elif question.key:
        value = str(getattr(study, question.key))
        match = (words or _ANYTHING).search(value)
        found = f"{study.where(question.key)}: {_excerpt(value, *match.span())}" if match else None
    elif words:
        found = text.find(words)
    else:
        return Answer(question, "not decidable")
    status = question.found if found else question.otherwise
    said = [found, question.write if status != "present" else None]
    return Answer(question, status, " ".join(filter(None, said)))


def _answer_each(question: Question, pattern: re.Pattern[str], text: Text, results: ResultSet) -> Answer:
    """Answer whether each printed result that fits has beside it what it needs."""
    names = {name for _, name in text.printed}
    lines: dict[str, int] = {}
    for number, name in text.printing(pattern):
        lines.setdefault(pattern.sub(r"\1", name), number)
    lacking = [name for name in lines if not _has(name, question, names, results)]
    if not lacking:
        return Answer(question, "present" if lines else "does not apply")
    listed = ", ".join(f"{name} (line {lines[name]})" for name in lacking[:MOST_NAMED])
    more = f" and {len(lacking) - MOST_NAMED} more" if len(lacking) > MOST_NAMED else ""
    write = question.write.replace("NAME", lacking[0])
    return Answer(question, "absent", f"Not so in {text.file}: {listed}{more}. {write}")


def _has(beginning: str, question: Question, names: set[str], results: ResultSet) -> bool:
    """Tell whether all of one list stand in the document; what does not exist is not asked for."""
    if question.not_of_one and (n := f"{beginning}.n") in results and results[n].value == 1:
        return True
    for listed in question.beside:
        ids = [name if "." in name else f"{beginning}.{name}" for name in listed]
        wanted = {id_ for id_ in ids if id_ in results and results[id_].value is not None}
        if wanted and wanted <= names:
            return True
    return False


def _excerpt(text: str, start: int, end: int) -> str:
    """Return what was found with some words of the same paragraph around it."""
    before = text[:start].rpartition("\n\n")[2]
    after = text[end:].partition("\n\n")[0]
    before = before if len(before) <= CONTEXT else f"... {before[-CONTEXT:].partition(' ')[2]}"
    after = after if len(after) <= CONTEXT else f"{after[:CONTEXT].rpartition(' ')[0]} ..."
    return f"'{' '.join(f'{before}{text[start:end]}{after}'.split())}'"
