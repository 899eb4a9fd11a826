"""study.yml: what the author says about the study, checked."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from .errors import Fault, StudyError, did_you_mean

STUDY_FILE = Path("report/study.yml")

# Names are used in prose ({{ das_crp.month_6.median }}), so they must be names in Jinja too.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
# What a document calls by these names is not the study's; the rest are words of Jinja.
RESERVED = frozenset({
    "cohort", "constants", "flow", "adverse_events", "study", "document", "all_visits", "all_endpoints",
    "all_characteristics", "all_events", "and", "or", "not", "in", "is", "if", "else", "true", "false", "none",
    "recursive", "self", "super", "loop", "caller", "varargs", "kwargs",
})  # fmt: skip
# What a name in a document has besides the parts of its id.
OF_A_BRANCH = frozenset({"name", "branches", "across_visits"})
CONTRACT = "Use lower-case letters, digits and underscores, and begin with a letter."


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else (value,)


def _as_text(value: Any) -> Any:
    return str(value) if type(value) is int else value


def _as_file(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


def _in_one_line(value: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", value).strip(" ")


# It prints as it stands: no Markdown, no line breaks.
Text = Annotated[str, AfterValidator(_in_one_line)]
Address = Annotated[str, StringConstraints(pattern=r"^(https?://[^\s<>\"'\\^`{|}]+)?$")]
Number = Annotated[int, Field(strict=True)] | Annotated[float, Field(strict=True, allow_inf_nan=False)]
# What a cell holds: cells come without white space around them; 0 and 1 need no quotation marks.
Cell = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), BeforeValidator(_as_text)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Visit(_Part):
    """A planned time of measurement; ``month`` counts from the start of treatment.

    ``value`` is what the data call it (without it, its name). ``days`` are the first and the last day of its
    window, where the data have dates: of several values in it the one nearest to the planned day counts.
    """

    label: Text
    month: float = Field(ge=0)
    value: Annotated[tuple[Cell, ...], BeforeValidator(_as_tuple)] = ()
    days: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Visit:
        if self.days and self.days[0] > self.days[1]:
            raise ValueError("the first day of the window comes after the last")
        return self


class Derivation(_Part):
    """The endpoints that a score is computed from: DAS28-CRP of four variables."""

    score: Literal["das28_crp"]
    tender_joints: Name
    swollen_joints: Name
    crp: Name
    global_health: Name

    @property
    def components(self) -> tuple[str, ...]:
        return self.tender_joints, self.swollen_joints, self.crp, self.global_health


class Endpoint(_Part):
    """A variable measured at each visit that the study reports.

    ``decimals`` are those of the data; summaries print with ``summary_decimals`` where that is given, else
    with those of the data and one more where a median falls between two values. ``column`` is what the data
    call it (without it, its name), or, where each visit has a column of its own, that of each visit.
    """

    label: Text
    column: Cell | dict[Name, Cell] | None = None
    unit: Text = ""
    decimals: int = Field(default=1, ge=0, le=6)
    summary_decimals: int | None = Field(default=None, ge=0, le=6)
    direction: Literal["lower_is_better", "higher_is_better"] = "lower_is_better"
    role: Literal["primary", "secondary", "exploratory"] = "secondary"
    scale: Literal["linear", "log"] = "linear"
    limit_of_detection: float | None = Field(default=None, gt=0)
    derive: Derivation | None = None


class Characteristic(_Part):
    """A variable of the subject at the start: numeric, or, with ``categories``, one of several.

    ``categories`` maps the name that prose uses to the value, or values, in the data. What is not ``listed``
    does not stand in the table of characteristics. ``column`` is what the data call it, if not by
    its name.
    """

    label: Text
    column: Cell | None = None
    unit: Text = ""
    decimals: int = Field(default=0, ge=0, le=6)
    summary_decimals: int | None = Field(default=None, ge=0, le=6)
    listed: bool = True
    categories: dict[Name, Annotated[tuple[Cell, ...], BeforeValidator(_as_tuple)]] | None = Field(None, min_length=1)


class YesNoChange(_Part):
    """A yes/no question asked before and after: two characteristics, and the category that means yes."""

    label: Text
    before: Name
    after: Name
    yes: Name = "yes"


class Response(_Part):
    """Who counts as a responder: reached a threshold, improved by a percentage, both, or a EULAR response."""

    label: Text
    endpoint: Name
    threshold: float | None = None
    strict: bool = False
    improvement_percent: float | None = Field(default=None, gt=0, le=100)
    eular: Literal["good", "good_or_moderate"] | None = None

    @model_validator(mode="after")
    def _has_a_rule(self) -> Response:
        numeric = self.threshold is not None or self.improvement_percent is not None
        if numeric == (self.eular is not None):
            raise ValueError("a response needs a threshold, an improvement_percent or both, or else eular")
        return self


class Claim(_Part):
    """What must hold of ``endpoints`` at ``visit`` (in all, or ``in_at_least`` so many) for a statement to print."""

    endpoints: Annotated[tuple[Name, ...], BeforeValidator(_as_tuple)]
    visit: Name
    direction: Literal["decreased", "increased", "improved", "worsened"] = "improved"
    at_least_percent: float | None = Field(default=None, gt=0)
    p_below: float | None = Field(default=None, gt=0, lt=1)
    by: Literal["exact", "asymptotic", "main"] = "exact"
    in_at_least: int | None = Field(default=None, ge=1)
    n_at_least: int | None = Field(default=None, ge=1)


class Family(_Part):
    """The tests among which p values are adjusted."""

    method: Literal["holm", "benjamini_hochberg"] = "holm"
    endpoints: tuple[Name, ...]
    visits: tuple[Name, ...]


class Source(_Part):
    """The publication behind the study."""

    citation: Text
    url: Address = ""
    licence: Text = ""


class File(_Part):
    """A data file, relative to the study's folder. A text alone is its path; what is not said is found out.

    ``only`` keeps the rows that have these values in these columns; ``dictionary`` is a data dictionary of
    REDCap.
    """

    file: str
    sheet: str | None = None
    head_row: int | None = Field(default=None, ge=1)
    separator: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    only: dict[str, Annotated[str, BeforeValidator(_as_text)]] = {}
    dictionary: str | None = None

    @field_validator("file", "dictionary")
    @classmethod
    def _inside_the_study(cls, value: str | None) -> str | None:
        if value is not None and (Path(value).is_absolute() or ".." in Path(value).parts):
            raise ValueError("a data file must lie inside the study's folder")
        return value


AFile = Annotated[File, BeforeValidator(_as_file)]


class Data(_Part):
    """The data files and what their columns are called; without ``subjects`` the visits' file tells of them.

    Where each row holds one value of one variable, ``parameter`` is the column that names the variable and
    ``value`` the one with the value. ``date`` is the column with the date, or the day, of a row, ``start`` a
    column of the subjects with the date of day 0 (without it, each one's first date). Cells that say
    ``missing`` count as empty; rows of ``skip_visits`` are left out.
    """

    visits: AFile
    subjects: AFile | None = None
    adverse_events: AFile | None = None
    subject_id: Cell = "subject_id"
    visit: Cell = "visit"
    date: Cell | None = None
    start: Cell | None = None
    parameter: Cell | None = None
    value: Cell | None = None
    missing: Annotated[tuple[Cell, ...], BeforeValidator(_as_tuple)] = ()
    skip_visits: Annotated[tuple[Cell, ...], BeforeValidator(_as_tuple)] = ()
    term: Cell = "term"
    onset: Cell = "onset"
    onset_unit: Text = "months"
    exposure_years: Cell | None = None

    @property
    def roles(self) -> dict[str, File]:
        """The files by what they hold."""
        named = {"subjects": self.subjects, "visits": self.visits, "adverse_events": self.adverse_events}
        return {role: file for role, file in named.items() if file}

    @property
    def files(self) -> dict[str, str]:
        """The paths of all files that the study reads, by what they hold."""
        roles = self.roles.items()
        dictionaries = {f"{role} dictionary": file.dictionary for role, file in roles if file.dictionary}
        return {role: file.file for role, file in roles} | dictionaries


class Analysis(_Part):
    """How visits are compared with the baseline."""

    test: Literal["wilcoxon"] = "wilcoxon"
    method: Literal["exact", "asymptotic"] = "exact"
    correction: bool = False
    zero_method: Literal["wilcox", "pratt"] = "wilcox"
    alternative: Literal["two-sided", "less", "greater"] = "two-sided"
    alpha: float = Field(default=0.05, gt=0, lt=1)
    conf_level: float = Field(default=0.95, gt=0, lt=1)
    family: Family | None = None
    locf: bool = False


class Privacy(_Part):
    """What counts as a small group, and columns that look like identifiers of people and are none."""

    smallest_group: int = Field(default=5, ge=2)
    traits: Annotated[tuple[Name, ...], BeforeValidator(_as_tuple)] = ("sex", "age")
    band: int = Field(default=10, ge=1)
    allowed: Annotated[tuple[Cell, ...], BeforeValidator(_as_tuple)] = ()


class Document(_Part):
    """How a document is printed."""

    page: str


class Documents(_Part):
    abstract: Document = Document(page="A4")
    poster: Document = Document(page="A0")


class Study(_Part):
    """A whole study.yml. The first visit is the baseline."""

    title: Text
    design: Text = ""
    language: str = "en-GB"
    keywords: tuple[Text, ...] = ()
    authors: tuple[Text, ...] = ()
    affiliations: tuple[Text, ...] = ()
    source: Source | None = None
    notice: Text = ""
    address: Address = ""
    contact: Text = ""
    funding: Text = ""
    data: Data
    visits: dict[Name, Visit] = Field(min_length=2)
    endpoints: dict[Name, Endpoint] = Field(min_length=1)
    characteristics: dict[Name, Characteristic] = {}
    yes_no_changes: dict[Name, YesNoChange] = {}
    responses: dict[Name, Response] = {}
    claims: dict[Name, Claim] = {}
    constants: dict[Name, Text | Number] = {}
    analysis: Analysis = Analysis()
    documents: Documents = Documents()
    theme: str = "classic"
    congress: str = "generic"
    publish: Literal["full", "aggregate"] = "full"
    privacy: Privacy = Privacy()

    _lines: dict[tuple[str, ...], int] = PrivateAttr(default_factory=dict)
    _file: str = PrivateAttr(default=str(STUDY_FILE))

    @property
    def measured(self) -> tuple[str, ...]:
        """The names of the endpoints that have a column of their own in the data."""
        return tuple(name for name, endpoint in self.endpoints.items() if endpoint.derive is None)

    @property
    def baseline(self) -> str:
        """The name of the first visit."""
        return next(iter(self.visits))

    @property
    def followups(self) -> tuple[str, ...]:
        """The names of the visits after the baseline."""
        return tuple(self.visits)[1:]

    def file_in(self, folder: Path) -> Path:
        """Return the study.yml below ``folder``."""
        return folder / STUDY_FILE

    def where(self, *path: str) -> str:
        """Return file and line of a key, for messages: ``where("documents", "poster", "page")``."""
        return _where(self._file, self._lines, path)


def read_study(folder: Path) -> Study:
    """Read and check ``report/study.yml`` below ``folder``.

    Raises StudyError with all faults of the file at once.
    """
    path = folder / STUDY_FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise StudyError(
            Fault("The file is missing.", "Is this the folder of a study?", str(path))
        ) from None
    except UnicodeDecodeError as error:
        raise StudyError(Fault(f"The file is not UTF-8 ({error}).", "Save it as UTF-8.", str(STUDY_FILE))) from None
    return parse_study(text, str(STUDY_FILE))


def parse_study(text: str, file: str) -> Study:
    """Check the text of a study.yml; ``file`` is how messages call it."""
    try:
        node = yaml.compose(text, Loader=_Loader)
        raw = yaml.load(text, Loader=_Loader)  # a SafeLoader
    except yaml.YAMLError as error:
        raise StudyError(_yaml_fault(error, file)) from None
    if not isinstance(raw, dict):
        raise StudyError(Fault("The file holds no keys.", "Write 'title: ...' and so on.", file))
    lines = {path: line for path, line, _ in _keys(node)}
    faults = [
        Fault(f"The key '{path[-1]}' stands twice.", "Keep one.", f"{file}, line {line}")
        for path, line, again in _keys(node)
        if again
    ]
    try:
        study = Study.model_validate(raw)
    except ValidationError as error:
        # A value that may be of several types is found wrong once a type.
        faults += dict.fromkeys(_fault(detail, file, lines) for detail in error.errors())
    else:
        study._lines, study._file = lines, file
        faults += [*_names_that_clash(study), *_columns_that_clash(study), *_references_to_nothing(study)]
    if faults:
        raise StudyError(*faults)
    return study


def _names_that_clash(study: Study) -> Iterator[Fault]:
    """Yield a fault for each name that prose could not tell from another."""
    parts = ("visits", "endpoints", "characteristics", "yes_no_changes", "responses")
    seen: dict[str, str] = {}
    for kind, name in ((part, name) for part in parts for name in getattr(study, part)):
        reserved = RESERVED | {study.data.subject_id, study.data.visit, "reason"}
        reserved |= set() if name == study.baseline else {"baseline"}
        if name in reserved or (kind == "visits" and name in OF_A_BRANCH | set(Endpoint.model_fields)):
            problem = f"'{name}' is a word of cohortpress."
            yield Fault(problem, "Choose another name.", study.where(kind, name))
        elif seen.setdefault(name, kind) != kind:
            problem = f"'{name}' names something under '{seen[name]}' already."
            yield Fault(problem, "Choose another name.", study.where(kind, name))
    for name, spec in study.characteristics.items():
        cells: dict[str, str] = {}
        for category, values in (spec.categories or {}).items():
            where = study.where("characteristics", name, "categories", category)
            if category in OF_A_BRANCH | set(Characteristic.model_fields):
                yield Fault(f"'{category}' is a word of cohortpress.", "Choose another name.", where)
            for value in values:
                if (first := cells.setdefault(value, category)) != category:
                    problem = f"The value '{value}' stands for '{first}' already."
                    yield Fault(problem, "Let it stand for one category.", where)
    for name in {"alpha", "confidence", "software"} & study.constants.keys():
        mend = "Choose another name: this one is known already."
        yield Fault(f"The constant '{name}' cannot be declared.", mend, study.where("constants", name))


def _columns_that_clash(study: Study) -> Iterator[Fault]:
    """Yield a fault where study.yml does not tell which values of the data belong to which visit."""
    columns_of = {name: study.endpoints[name].column for name in study.measured}
    mapped = {name: columns for name, columns in columns_of.items() if isinstance(columns, dict)}
    for name, columns in mapped.items():
        for visit in columns.keys() - study.visits.keys():
            where = study.where("endpoints", name, "column", visit)
            yield Fault(f"There is no visit '{visit}'.", did_you_mean(visit, study.visits), where)
    for name in study.measured if mapped else ():
        if name not in mapped:
            problem = f"'{name}' does not say which column is which visit, as others do."
            yield Fault(problem, "Write 'column: {visit: column}'.", study.where("endpoints", name))
    if (study.data.parameter is None) != (study.data.value is None):
        yield Fault("'parameter' and 'value' belong together.", "Give both, or none.", study.where("data"))
    meant: dict[str, str] = {}
    for name, spec in study.visits.items():
        for value in spec.value:
            if (first := meant.setdefault(value, name)) != name:
                problem = f"The value '{value}' stands for '{first}' already."
                yield Fault(problem, "Let it stand for one visit.", study.where("visits", name, "value"))
    yield from _windows_that_clash(study)


def _windows_that_clash(study: Study) -> Iterator[Fault]:
    windows = {name: visit.days for name, visit in study.visits.items() if visit.days}
    if windows and not study.data.date:
        problem = "The visits have windows of days, but no column has the dates."
        yield Fault(problem, "Write 'date:' and the name of the column.", study.where("data"))
    for name in study.visits if windows else ():
        if name not in windows:
            yield Fault(f"'{name}' has no window, as others have.", "Write 'days: [first, last]'.",
                        study.where("visits", name))  # fmt: skip
    ordered = sorted(windows.items(), key=lambda window: window[1])
    for (first, before), (second, after) in itertools.pairwise(ordered):
        if after[0] <= before[1]:
            problem = f"The windows of '{first}' and '{second}' overlap."
            yield Fault(problem, "Let each day lie in one.", study.where("visits", second, "days"))


def _references_to_nothing(study: Study) -> Iterator[Fault]:
    """Yield a fault for each name that the study uses and does not declare."""
    followups = dict.fromkeys(study.followups)
    asked: list[tuple[tuple[str, ...], str, str, Collection[str]]] = []
    for name, endpoint in study.endpoints.items():
        for part in endpoint.derive.components if endpoint.derive else ():
            asked.append((("endpoints", name, "derive"), "measured endpoint", part, study.measured))
    for name, response in study.responses.items():
        asked.append((("responses", name, "endpoint"), "endpoint", response.endpoint, study.endpoints))
    for name, question in study.yes_no_changes.items():
        for side in ("before", "after"):
            asked.append((("yes_no_changes", name, side), "yes/no characteristic", getattr(question, side), {
                name: None for name, spec in study.characteristics.items() if question.yes in (spec.categories or ())
            }))  # fmt: skip
    for name, claim in study.claims.items():
        asked += [(("claims", name, "endpoints"), "endpoint", part, study.endpoints) for part in claim.endpoints]
        asked.append((("claims", name, "visit"), "follow-up visit", claim.visit, followups))
    if family := study.analysis.family:
        asked += [(("analysis", "family", "endpoints"), "endpoint", name, study.endpoints) for name in family.endpoints]
        asked += [(("analysis", "family", "visits"), "follow-up visit", name, followups) for name in family.visits]
    for path, kind, name, known in asked:
        if name not in known:
            yield Fault(f"There is no {kind} '{name}'.", did_you_mean(name, known), study.where(*path))


class _Loader(yaml.SafeLoader):
    """YAML where only true and false are truth values, so that a category can be called 'yes'."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _first in "tTfF":
    _Loader.yaml_implicit_resolvers.setdefault(_first, []).append(
        ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"))
    )


def _keys(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int, bool]]:
    """Yield (path, line, already seen) of every key and list item."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1, here[-1] in seen
            seen.add(here[-1])
            yield from _keys(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            here = (*path, str(index))
            yield here, item.start_mark.line + 1, False
            yield from _keys(item, here)


def _where(file: str, lines: dict[tuple[str, ...], int], path: tuple[str, ...]) -> str:
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return f"{file}, line {lines[path[:end]]}"
    return file


def _yaml_fault(error: yaml.YAMLError, file: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    where = f"{file}, line {mark.line + 1}" if mark else file
    problem = getattr(error, "problem", None) or str(error)
    return Fault(f"This is not YAML: {problem}.", "Check indentation, colons and quotation marks.", where)


# What pydantic's kinds of fault mean to an author, by the beginning of their names.
KINDS = {
    "too_short": ("has too few entries", "Add one."),
    "string_type": ("is no text", "Put it in quotation marks."),
    "int": ("is no whole number", "Write one."),
    "float": ("is no number", "Write one, with a decimal point."),
    "bool": ("is neither true nor false", "Write one of them."),
    "model": ("cannot stand here", "Write keys with values below it."),
    "dict": ("cannot stand here", "Write names with values below it."),
    "tuple": ("is no list", "Write it as '[one, two]'."),
}


def _fault(detail: Any, file: str, lines: dict[tuple[str, ...], int]) -> Fault:
    """Turn pydantic's finding into a fault with line and mend."""
    path = tuple(str(part) for part in detail["loc"] if part != "[key]" and not _is_type(part))
    where = _where(file, lines, path)
    key = ".".join(path)
    given = key if isinstance(detail["input"], dict | list | tuple) else f"{key}: '{detail['input']}'"
    if any(map(_is_type, detail["loc"])):
        return Fault(f"{given} is neither text nor number.", "Write one of them.", where)
    match detail["type"]:
        case "extra_forbidden":
            return Fault(f"Unknown key '{key}'.", did_you_mean(path[-1], _fields_at(path[:-1])), where)
        case "missing":
            return Fault(f"The key '{key}' is missing.", "Add it.", where)
        case "string_pattern_mismatch" if "https" in detail["ctx"]["pattern"]:
            return Fault(f"{given} is no address.", "Write one that begins with https://.", where)
        case "string_pattern_mismatch":
            return Fault(f"'{path[-1]}' cannot be a name.", CONTRACT, where)
        case "literal_error":
            expected = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            return Fault(f"{given} is not known.", did_you_mean(str(detail["input"]), expected), where)
        case "value_error":
            return Fault(f"{key}: {detail['ctx']['error']}.", "", where)
        case kind:
            for beginning, (problem, mend) in KINDS.items():
                if kind.startswith(beginning):
                    return Fault(f"{given} {problem}.", mend, where)
            return Fault(f"{given} will not do.", f"{detail['msg'].replace('Input should', 'It must')}.", where)


def _is_type(part: object) -> bool:
    """Tell whether pydantic names a type here, among several that a value may be of, and not a key."""
    return part in ("int", "float", "str") or (isinstance(part, str) and "[" in part and part != "[key]")


def _fields_at(path: tuple[str, ...]) -> list[str]:
    """Return the keys that may stand at ``path``, by walking the models."""
    kind: Any = Study
    for part in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[part].annotation if part in kind.model_fields else None
        elif get_origin(kind) is dict:
            kind = get_args(kind)[1]
        if get_origin(kind) in (Union, UnionType):
            kind = next((k for k in get_args(kind) if k is not type(None)), None)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []
