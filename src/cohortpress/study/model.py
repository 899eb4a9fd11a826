"""What study.yml may hold: a class for each of its parts, and the text below each key says what it means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ..glossary import headed
from ..yaml_lines import where_of

STUDY_FILE = Path("report/study.yml")
SCHEMA = Path(__file__).parents[1] / "schema/study.schema.json"  # made of the models below by `make schema`

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
# How many days each unit of time has: a month is a twelfth of a year.
DAYS_IN = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else (value,)


def _as_text(value: Any) -> Any:
    """Return what a cell says, its letters composed as those of the data are."""
    return unicodedata.normalize("NFC", str(value)) if type(value) in (int, str) else value


def _as_file(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


def _as_spelt(text: str, cells: Iterable[str]) -> str:
    """Return ``text`` in the capitals of the first of ``cells`` that says the same."""
    spaced = (cell.replace("_", " ") for cell in cells)
    return next((cell for cell in spaced if cell.casefold() == text), text)


def _inside(value: str) -> str:
    if Path(value).is_absolute() or ".." in Path(value).parts:
        raise ValueError("the file must lie inside the study's folder")
    return value


InTheStudy = Annotated[str, AfterValidator(_inside)]


def _in_one_line(value: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", value).strip(" ")


def _with_marks(value: str) -> str:
    """Return a name with its marks set high: "A. Name^1,2^" is A. Name¹,²."""
    text = _MARK.sub(lambda mark: mark[1].translate(_RAISED), value)
    if "^" in text:
        raise ValueError(
            f"in '{value}' a ^ raises nothing. Write \"A. Name^1,2^\", in quotation marks, with digits, letters from a "
            "to i, or * † ‡ § between two ^"
        )
    return text


# It prints as it stands: no Markdown, no line breaks.
Text = Annotated[str, AfterValidator(_in_one_line)]
# But for affiliations, which every congress marks by raised figures. As letters they stand in every format alike.
_MARK = re.compile(r"\^([0-9a-i*†‡§, ]+)\^")
_RAISED = str.maketrans("0123456789abcdefghi", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱ")
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱ, "  # what stands behind a name and is no part of it
Marked = Annotated[Text, AfterValidator(_with_marks)]
Address = Annotated[str, StringConstraints(pattern=r"^(https?://[^\s<>\"'\\^`{|}]+)?$")]
Number = Annotated[int, Field(strict=True)] | Annotated[float, Field(strict=True)]
# What a cell holds: cells come without white space around them; 0 and 1 need no quotation marks.
Cell = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    BeforeValidator(_as_text, json_schema_input_type=int | Annotated[str, Field(min_length=1)]),
]
# One alone, or a list.
Cells = Annotated[tuple[Cell, ...], BeforeValidator(_as_tuple, json_schema_input_type=Cell | tuple[Cell, ...])]
Names = Annotated[tuple[Name, ...], BeforeValidator(_as_tuple, json_schema_input_type=Name | tuple[Name, ...])]


# What holds further keys or items: {}, () or another part.
_SECTIONS = (dict, tuple, BaseModel)


class _Part(BaseModel):
    """A part of study.yml. The text below a key says what it means, in editors and in the documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_none(cls, given: Any) -> Any:
        """Take an optional section of which nothing is left for one that is not there."""
        if not isinstance(given, dict):
            return given
        sections = {name for name, field in cls.model_fields.items() if isinstance(field.default, _SECTIONS)}
        return {key: value for key, value in given.items() if value is not None or key not in sections}


class Visit(_Part):
    """A planned measurement. Without a time, its place among the others is all that is known."""

    label: Text
    """What readers read: 6 months."""
    at: Text = ""
    """What sentences say of it: at 6 months. Without it: what the language says of such a label."""
    minute: float | None = Field(default=None, ge=0)
    """Minutes since the start of treatment; a visit has a time in one unit, and all visits the same unit."""
    hour: float | None = Field(default=None, ge=0)
    """Hours since the start of treatment."""
    day: float | None = Field(default=None, ge=0)
    """Days since the start of treatment."""
    week: float | None = Field(default=None, ge=0)
    """Weeks since the start of treatment."""
    month: float | None = Field(default=None, ge=0)
    """Months since the start of treatment."""
    year: float | None = Field(default=None, ge=0)
    """Years since the start of treatment."""
    value: Cells = ()
    """What the data call it: one text or several. Without it: its name."""
    days: tuple[float, float] | None = None
    """First and last day of its window, where data have dates; of several values the nearest to its time counts."""

    @model_validator(mode="after")
    def _in_order(self) -> Visit:
        if self.days and self.days[0] > self.days[1]:
            raise ValueError("the first day of the window comes after the last")
        if sum(getattr(self, unit) is not None for unit in DAYS_IN) > 1:
            raise ValueError("a visit has one time: a minute, an hour, a day, a week, a month or a year")
        return self

    @property
    def unit(self) -> str | None:
        """The unit that its time is given in, a key of DAYS_IN."""
        return next((unit for unit in DAYS_IN if getattr(self, unit) is not None), None)

    @property
    def time(self) -> float | None:
        """Its time, in its own unit."""
        return getattr(self, self.unit) if self.unit else None

    @property
    def planned_day(self) -> float | None:
        """Its time in days."""
        return None if self.time is None else self.time * DAYS_IN[self.unit or ""]


class Derivation(_Part):
    """A score that is computed from other endpoints of the same visit: DAS28-CRP of four variables."""

    score: Literal["das28_crp"]
    """Which score."""
    tender_joints: Name
    """The endpoint with the tender joints, out of 28."""
    swollen_joints: Name
    """The endpoint with the swollen joints, out of 28."""
    crp: Name
    """The endpoint with the CRP, in mg/l."""
    global_health: Name
    """The endpoint with the patient's global health, 0 to 100 mm."""

    @property
    def components(self) -> tuple[str, ...]:
        return self.tender_joints, self.swollen_joints, self.crp, self.global_health


class Endpoint(_Part):
    """A variable measured at each visit that the study reports."""

    label: Text
    """What readers read within a sentence: CRP, grip strength. Tables and figures begin it with a capital."""
    column: Cell | dict[Name, Cell] | None = None
    """What the data call it; or, where each visit has a column of its own, visit: column. Without it: its name."""
    unit: Text = ""
    """Printed behind its values: mg/l."""
    decimals: int = Field(default=1, ge=0, le=6)
    """Digits behind the decimal mark, as measured."""
    summary_decimals: int | None = Field(default=None, ge=0, le=6)
    """Digits of medians and means. Without it: as measured, and one more where a median falls between two values."""
    direction: Literal["lower_is_better", "higher_is_better", "neither"] = "lower_is_better"
    """Which way is better for the patient; neither: nothing is called better or worse, as of sodium or body weight."""
    role: Literal["primary", "secondary", "exploratory"] = "secondary"
    """What the study was made for is primary."""
    scale: Literal["linear", "log", "sqrt"] = "linear"
    """The axis of its figures; log also gives geometric means. sqrt, the square root, is for counts, zeros among
    them and a few very high ones."""
    limit_of_detection: float | None = Field(default=None, gt=0)
    """The limit below which the laboratory has no number: what lies below it counts as less than it, as <0.6 does."""
    thresholds: dict[Text, Number] = {}
    """Values with a name, which become lines in its figures: {remission: 2.6}."""
    derive: Derivation | None = None
    """Compute it from other endpoints instead of reading it."""

    @property
    def title(self) -> str:
        """The label at the head of a figure."""
        return headed(self.label)

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Endpoint:
        if self.scale == "log" and any(value <= 0 for value in self.thresholds.values()):
            raise ValueError("a log scale has no place for a threshold of zero or less")
        if self.scale == "sqrt" and any(value < 0 for value in self.thresholds.values()):
            raise ValueError("a square-root scale has no place for a threshold below zero")
        return self


class Characteristic(_Part):
    """A variable of the subject at the start: numeric, or, with categories, one of several."""

    label: Text
    """What readers read: Disease duration."""
    column: Cell | None = None
    """What the data call it. Without it: its name."""
    unit: Text = ""
    """Printed in the table of characteristics: years."""
    decimals: int = Field(default=0, ge=0, le=6)
    """Digits behind the decimal mark, as measured."""
    summary_decimals: int | None = Field(default=None, ge=0, le=6)
    """Digits of medians and means. Without it: as measured, and one more where a median falls between two values."""
    listed: bool = True
    """false: not in the table of characteristics, for the prose alone."""
    categories: dict[Name, Cells] | None = Field(None, min_length=1)
    """The name that prose uses: what the data say, one text or several. Without it the variable is numeric."""
    labels: dict[Name, Text] = Field(default={}, validate_default=True)
    """What readers read for a category, by its name. Without it: the name, in capitals where the data have them."""

    @field_validator("labels")
    @classmethod
    def _of_all_categories(cls, given: dict[str, str], others: ValidationInfo) -> dict[str, str]:
        categories = others.data.get("categories") or {}
        return {name: _as_spelt(name.replace("_", " "), cells) for name, cells in categories.items()} | given


class YesNoChange(_Part):
    """A yes/no question asked before and after: two characteristics."""

    label: Text
    """What readers read: On steroids."""
    before: Name
    """The characteristic with the answers before."""
    after: Name
    """The characteristic with the answers after."""
    yes: Name = "yes"
    """The category that means yes."""


class Response(_Part):
    """Who counts as a responder: reached a threshold, improved by a percentage, both, or a EULAR response."""

    label: Text
    """What readers read: CRP below 5 mg/l."""
    endpoint: Name
    """The endpoint that decides."""
    threshold: float | None = None
    """The value to be reached, on the better side."""
    strict: bool = False
    """true: the threshold itself does not count as reached."""
    improvement_percent: float | None = Field(default=None, gt=0, le=100)
    """The improvement since the baseline that is asked for, in percent."""
    eular: Literal["good", "good_or_moderate"] | None = None
    """The EULAR response that is asked for; the endpoint must be a DAS28."""

    @model_validator(mode="after")
    def _has_a_rule(self) -> Response:
        numeric = self.threshold is not None or self.improvement_percent is not None
        if numeric == (self.eular is not None):
            raise ValueError("a response needs a threshold, an improvement_percent or both, or else eular")
        return self


class Claim(_Part):
    """What the data must say for a statement of the prose to print: {% claim name %} ... {% endclaim %}."""

    endpoints: Names
    """The endpoint, or endpoints, of which it must hold."""
    visit: Name
    """The visit at which it must hold."""
    direction: Literal["decreased", "increased", "improved", "worsened"] = "improved"
    """Where the median change must point; improved and worsened ask for endpoints of which one side is better."""
    at_least_percent: float | None = Field(default=None, gt=0)
    """The least size of the median change, in percent of the baseline."""
    p_below: float | None = Field(default=None, gt=0, lt=1)
    """The limit below which p must lie."""
    by: Literal["exact", "asymptotic", "main"] = "exact"
    """Which p: the exact one, the normal approximation, or the one that the study reports."""
    in_at_least: int | None = Field(default=None, ge=1)
    """In how many of the endpoints it must hold. Without it: in all."""
    n_at_least: int | None = Field(default=None, ge=1)
    """How many subjects must have been measured."""
    in_all: bool = False
    """true: every subject measured at both visits must have changed that way, not the median alone."""

    @model_validator(mode="after")
    def _has_a_condition(self) -> Claim:
        conditions = "direction", "at_least_percent", "p_below", "n_at_least", "in_all"
        if self.model_fields_set.isdisjoint(conditions):
            raise ValueError(f"a claim needs a condition: {', '.join(conditions[:-1])} or {conditions[-1]}")
        return self


class Family(_Part):
    """The tests among which p values are adjusted."""

    method: Literal["holm", "benjamini_hochberg"] = "holm"
    """How."""
    endpoints: tuple[Name, ...]
    """The endpoints of the family."""
    visits: tuple[Name, ...]
    """The visits of the family."""


class Source(_Part):
    """The publication behind the study."""

    citation: Text
    """As a reference is written."""
    url: Address = ""
    """Where it can be read: https://..."""
    licence: Text = ""
    """Under which licence it was published."""


class File(_Part):
    """A data file. A text alone is its path; what is not said is found out."""

    file: InTheStudy
    """Its path, relative to the study's folder: .csv, .xlsx, .ods, .sav, .dta, .parquet and others."""
    sheet: str | None = None
    """The sheet of a spreadsheet. Without it: the first with a head that fits."""
    head_row: int | None = Field(default=None, ge=1)
    """The number of the row with the names of the columns."""
    separator: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    """What parts the fields of a text file: comma, semicolon or tab."""
    decimal: Literal[".", ","] | None = None
    """The decimal mark of a text file."""
    encoding: str | None = None
    """The encoding of a text file: utf-8, cp1252."""
    only: dict[str, Annotated[str, BeforeValidator(_as_text, json_schema_input_type=int | str)]] = {}
    """Keep only the rows that have this value in this column: {arm: treated}."""
    dictionary: InTheStudy | None = None
    """A data dictionary of REDCap, with the labels of columns and codes."""


AFile = Annotated[File, BeforeValidator(_as_file, json_schema_input_type=str | File)]


class Data(_Part):
    """The data files, and what their columns are called."""

    visits: AFile
    """The file with the measurements: a row a subject and visit, or a row a subject with a column a visit."""
    subjects: AFile | None = None
    """The file with a row a subject. Without it the file of the visits tells of them."""
    adverse_events: AFile | None = None
    """The file with a row an adverse event."""
    subject_id: Cell = "subject_id"
    """The column that tells the subjects apart, in all files."""
    visit: Cell = "visit"
    """The column that says which visit a row is."""
    date: Cell | None = None
    """The column with the date, or the day, of a row; visits then need 'days'."""
    start: Cell | None = None
    """The column of the subjects with the date of day 0. Without it: each one's first date."""
    parameter: Cell | None = None
    """Where a row holds one value of one variable: the column that names the variable."""
    value: Cell | None = None
    """Where a row holds one value of one variable: the column with the value."""
    missing: Cells = ()
    """Cells that say this count as empty: [-99, ND]."""
    skip_visits: Cells = ()
    """Rows of these visits are left out: [Screening]."""
    skip_subjects: Cells = ()
    """Rows of these subjects are left out, in all files: [Mean, SD], the withdrawn."""
    term: Cell = "term"
    """Of adverse events: the column that says which event."""
    onset: Cell = "onset"
    """Of adverse events: the column that says when it began."""
    onset_unit: Text = ""
    """Of adverse events: the unit of the onset. Without it: months."""
    exposure_years: Cell | None = None
    """The column of the subjects with the years observed; then events have rates."""

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
    """Wilcoxon's signed-rank test."""
    method: Literal["exact", "asymptotic"] = "exact"
    """The p that is reported: exact, or by the normal approximation (the exact one is printed beside it)."""
    correction: bool = False
    """Whether the normal approximation is corrected for continuity."""
    zero_method: Literal["wilcox", "pratt"] = "wilcox"
    """What becomes of pairs without a change: dropped (wilcox), or ranked with the others (pratt)."""
    alternative: Literal["two-sided", "less", "greater"] = "two-sided"
    """The sides of the test; less: values fell."""
    alpha: float = Field(default=0.05, gt=0, lt=1)
    """The level of significance."""
    conf_level: float = Field(default=0.95, gt=0, lt=1)
    """The level of confidence of all intervals."""
    family: Family | None = None
    """The tests among which p values are adjusted. Without it none is."""
    locf: bool = False
    """true: also with the last value carried forward, as a sensitivity analysis."""


class Privacy(_Part):
    """What counts as a small group, and columns that look like identifiers of people and are none."""

    smallest_group: int = Field(default=5, ge=0)
    """The build warns of groups of fewer subjects who share their traits; 0: of none."""
    traits: Names = ("sex", "age")
    """The characteristics by which a reader could know somebody."""
    band: int = Field(default=10, ge=1)
    """Numeric traits count in bands of this width: ten years of age."""
    allowed: Cells = ()
    """Columns of the data that look like identifiers of people and are none."""


class Press(_Part):
    """A further PDF for a print shop: poster-press.pdf (docs/printing.md)."""

    bleed_mm: float = Field(default=3, gt=0, le=50)
    """How far what reaches the edge of the page goes on beyond it, to be cut off."""
    crop_marks: bool = True
    """Whether lines beyond the bleed show where to cut."""
    profile: InTheStudy | None = None
    """The ICC profile of the shop's printing condition, a file of the study: CMYK and PDF/X-4. Without it: sRGB."""

class Document(_Part):
    """How a document is printed."""

    page: str
    """A4, Letter, A0, A0 landscape, 90x120cm, 48x36in, 900x1200mm ..."""
    press: Press | None = None
    """Also for a print shop, as poster-press.pdf: {bleed_mm: 3, crop_marks: true}."""
    archive: bool = False
    """true: also for an archive, as poster-archive.pdf: PDF/A-3 with results.json attached."""

    @property
    def further(self) -> tuple[str, ...]:
        """The kinds of PDF that are asked for beside the one for readers."""
        return tuple(kind for kind in ("press", "archive") if getattr(self, kind))


class Documents(_Part):
    """The pages."""

    abstract: Document = Document(page="A4")
    """The page of the abstract."""
    poster: Document = Document(page="A0")
    """The page of the poster."""

    def of(self, name: str) -> Document:
        """Return how a document is printed, by its name."""
        return {"abstract": self.abstract, "poster": self.poster}[name]


class Participants(_Part):
    """What those who were studied are called within a sentence, in the language of the study."""

    one: Text
    """A single one: chick."""
    many: Text
    """Several: chicks."""


class Study(_Part):
    """A whole study.yml. Names such as crp and month_6 are what prose calls things."""

    title: Text
    """The title of abstract and poster."""
    design: Text = ""
    """The design, as the title should say it too: retrospective single-centre cohort."""
    language: str = "en-GB"
    """How sentences and numbers are written: en-GB, nl, fr-BE, de ... (docs/languages.md). Also called locale."""
    participants: Participants | None = None
    """What those who were studied are called: {one: chick, many: chicks}. Without it: patients."""
    keywords: tuple[Text, ...] = ()
    """Printed below the abstract, and kept in HTML and PDF for those who search."""
    authors: tuple[Marked, ...] = ()
    """Printed below the title: ["A. Name^1^", "B. Name^1,2^"] raises the marks of their affiliations. HTML and PDF keep
    the names as who made them."""
    affiliations: tuple[Marked, ...] = ()
    """Printed below the authors: "^1^Department, Hospital, Country"."""
    logos: dict[Text, InTheStudy] = {}
    """At the head of the poster, by whose they are: {University Hospital: report/logo.png}."""
    poster_number: Text = ""
    """The number that the congress gave the poster, at its head: P137."""
    source: Source | None = None
    """The publication behind the study, printed at the foot."""
    notice: Text = ""
    """A line of warning on both documents, as of synthetic data."""
    address: Address = ""
    """A web address, printed on the poster as a QR code and in letters."""
    contact: Text = ""
    """Whom a reader may ask, printed at the foot."""
    funding: Text = ""
    """Who paid, printed at the foot."""
    data: Data
    """The data files, and what their columns are called."""
    visits: dict[Name, Visit] = Field(min_length=2)
    """The visits in their order, by name: month_6. The first is the baseline."""
    endpoints: dict[Name, Endpoint] = Field(min_length=1)
    """The variables measured at each visit, by name: crp. The order is that of tables."""
    characteristics: dict[Name, Characteristic] = {}
    """Who was studied: variables of the subject at the start, by name, in the order of the table."""
    yes_no_changes: dict[Name, YesNoChange] = {}
    """Yes/no questions asked before and after, by name."""
    responses: dict[Name, Response] = {}
    """Who counts as a responder, by name."""
    claims: dict[Name, Claim] = {}
    """What the prose says only as long as the data do, by name."""
    constants: dict[Name, Text | Number] = {}
    """Numbers and texts of the plan rather than of the data, by name, for prose: {{ constants.dose }}."""
    analysis: Analysis = Analysis()
    """How visits are compared with the baseline."""
    documents: Documents = Documents()
    """The pages."""
    theme: str = "classic"
    """A folder below templates/themes/: classic, billboard, mono, sidebar, or your own."""
    congress: str = "generic"
    """A file below templates/congress/ with the rules of the congress: generic, eular-2020, acr, pres, or your own."""
    publish: Literal["full", "aggregate"] = "full"
    """aggregate: nothing that tells of a single subject is published."""
    privacy: Privacy = Privacy()
    """What counts as a small group of subjects."""

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
        return where_of(self._file, self._lines, path)
