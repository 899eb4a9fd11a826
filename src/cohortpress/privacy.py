"""What a reader must not learn: who a subject is. Messages say where, never what."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .analysis.records import FEWEST_DESCRIBED, describes_few
from .cohort import Cohort
from .errors import DataError, Fault, OutputError
from .result import ResultSet
from .study import Study
from .tables.table import Table
from .verify import RESULTS
from .verify.files import Outputs, attachments, outputs, read_text

_DATE = r"\d{1,4}[-/. ]\w{1,9}[-/. ]\d{2,4}"
_WORD = r"[^\W\d_]"
NEVER = "(?!)"


@dataclass(frozen=True)
class _Kind:
    """A kind of identifier: its name, the names of columns that hold it, and what it looks like there.

    ``certain`` is what it looks like anywhere else: what nothing but an identifier looks like.
    """

    name: str
    columns: str
    there: str
    certain: str


# Columns as English, Dutch, French and German studies call them, in small letters without spaces and marks.
_KINDS = (
    _Kind(
        "a name",
        r"(patient|subject|participant|full|first|last|given|family|sur|fore|middle|maiden)?names?|initials|nom|"
        r"prenom|(voor|achter|familie)?naam|(vor|nach|familien)name",
        _WORD,
        rf"\b(Mr|Mrs|Mme|Mevr|Dhr|Herr|Frau)\b\.? [A-Z]{_WORD}",
    ),
    _Kind(
        "a date of birth",
        r".*(birth|geboorte|geburt|naissance).*|dob|geb(dat|datum)?",
        rf"{_DATE}|\b\d{{8}}\b",
        rf"(?i:\b(born|dob|geboren|geb|née?)\b)\W{{0,3}}((on|op|am|le)\W)?{_DATE}",
    ),
    _Kind(
        "a record number",
        r"mrn|((medical|hospital|patient)?record|hospital|nhs|national|passport|insurance|dossier)(no|nr|number|nummer|id)"
        r"|ssn|bsn|insz|niss|rijksregister(nummer)?|socialsecurity(no|nr|number)?",
        r"\d(\W?\d){4,}",
        r"(?i:\b(mrn|record (no|number)|dossier)\b)\W{0,3}\d{4,}|\b\d\d\.\d\d\.\d\d-\d{3}\.\d\d\b",
    ),
    _Kind("an e-mail address", r"e?mail(address)?", "@", r"[\w.+-]+@[\w-]+\.\w{2,}"),
    _Kind(
        "a phone number",
        r"(tele)?phone(no|number)?|tel|mobile|gsm|fax|telefoon|telefon|handy",
        r"\d(\D{0,2}\d){6,}",
        r"(?<!\w)\+\d{1,3}([ ./()-]{0,2}\d){7,12}(?!\d)",
    ),
    _Kind("an address", r"(home|street|postal)?address|street|adres|adresse|anschrift", _WORD, NEVER),
)
# The ids of a study may look like numbers of any kind, but not like "Doe, Jane".
_NO_NAME = r"^(?i:patient|subject|participant|case|control|group|site)\b"
_NAME_AS_ID = rf"(?!{_NO_NAME})^{_WORD}{{2,}}[ ,]+{_WORD}{{2,}}$"
FEWEST_NAMES = 3


def identifiers(tables: Iterable[Table], study: Study, *, allowed: Collection[str] = ()) -> None:
    """Look for direct identifiers in every column of the data, whether the study uses it or not.

    ``allowed`` are columns that look like one and are none. Raises DataError with the first place in each
    column, and never with what stands there.
    """
    mend = "Take it out: a number that means nothing elsewhere tells subjects apart as well."
    faults = [
        Fault(f"This looks like {what}.", mend, table.place(index, column))
        for table in tables
        for column in table.columns
        if column not in allowed
        for what, index in _suspicious(table, column, is_id=column == study.data.subject_id)
    ]
    if faults:
        raise DataError(*dict.fromkeys(faults))


def _suspicious(table: Table, column: str, *, is_id: bool) -> Iterator[tuple[str, int]]:
    """Yield what kinds of identifier a column seems to hold, and the first cell that does."""
    name = re.sub(r"[\W_]", "", unicodedata.normalize("NFKD", column)).casefold()
    for kind in _KINDS:
        is_named = re.fullmatch(kind.columns, name) is not None
        pattern = kind.there if is_named else kind.certain
        if is_id and kind.name != "an e-mail address":
            pattern = _NAME_AS_ID if kind.name == "a name" else NEVER
        # A plain decimal looks like an identifier only where the column is named after one.
        cells = table.codes(column) if is_named else table.no_decimals(column)[1]
        matching = {cell for cell in set(cells) if pattern != NEVER and re.search(pattern, cell)}
        if is_id and kind.name == "a name":
            matching |= _surnames(set(cells), headed=is_named)
        if matching:
            found = [index for index, cell in enumerate(table.codes(column)) if cell in matching]
            more = f" ({len(found)} in this column)" if len(found) > 1 else ""
            yield f"{kind.name}{more}", found[0]


def _surnames(ids: Collection[str], *, headed: bool) -> set[str]:
    """Return the ids that are words of three letters and more without a digit, where most look like names.

    Names are capitalised and not all of one length; below the head of a column of names one word is enough.
    """
    words = {id_ for id_ in ids if re.search(rf"{_WORD}{{3}}", id_) and not re.search(rf"\d|{_NO_NAME}", id_)}
    if headed:
        return words
    names = {word for word in words if word.istitle() or word.isupper()}
    varied = len({len(name) for name in names}) > 1
    return names if varied and len(names) >= FEWEST_NAMES and 2 * len(names) > len(ids) else set()


@dataclass(frozen=True)
class SmallGroup:
    """``n`` subjects who share ``traits`` (name, value) and were seen at a visit: fewer than should be."""

    visit: str
    traits: tuple[tuple[str, str], ...]
    n: int

    def __str__(self) -> str:
        traits = ", ".join(f"{name} {value}" for name, value in self.traits)
        return f"{self.n} at {self.visit}: {traits}"


def small_groups(study: Study, cohort: Cohort) -> list[SmallGroup]:
    """Return the groups of fewer subjects than ``study.privacy`` asks for who share traits at a visit, smallest first.

    Traits are characteristics; those that the study lacks are left out, numeric ones count in bands.
    """
    rules = study.privacy
    known = {trait: cohort.characteristics[trait] for trait in rules.traits if trait in cohort.characteristics}
    traits_of_all = ([(trait, _in_bands(value, rules.band)) for value in values] for trait, values in known.items())
    of_each = list(zip(*traits_of_all, strict=True))
    measured = np.logical_or.reduce([~np.isnan(values) for values in cohort.values.values()])
    found = []
    for column, visit in enumerate(study.visits.values() if known else ()):
        groups = Counter(itertools.compress(of_each, measured[:, column].tolist()))
        found += [SmallGroup(visit.label, group, n) for group, n in sorted(groups.items()) if n < rules.smallest_group]
    return sorted(found, key=lambda group: group.n)


def _in_bands(value: str | float, width: int) -> str:
    if isinstance(value, str):
        return value.replace("_", " ") or "unknown"
    if math.isnan(value):
        return "unknown"
    low = int(value // width) * width
    return f"{low} to {low + width - 1}"


def leaks(output: Outputs, cohort: Cohort) -> None:
    """Look through documents that are to publish aggregates only for what tells of single subjects.

    Raises OutputError with all of: ids of subjects in the text of any file or attachment, courses drawn in a
    figure, subjects named in results.json, and results that describe fewer than three subjects.
    """
    faults = [
        Fault(what, "", name) for name, path in outputs(output).items() for what in _told(name, path, cohort)
    ]
    if faults:
        raise OutputError(*faults)


def _told(name: str, path: Path, cohort: Cohort) -> Iterator[str]:
    if path.suffix not in (".html", ".pdf", ".docx", ".txt", ".csv", ".json"):
        return
    text = re.sub(r"data:[^\"')\s]+", "", "\n".join([read_text(path), *attachments(path)]))
    # A bare 7 is everywhere; what has a letter or many digits is an id.
    ids = [re.escape(id_) for id_ in cohort.subjects if len(id_) > 1 and (not id_.isdigit() or len(id_) > 3)]
    if ids and re.search(rf"(?<![\w.-])(?:{'|'.join(ids)})(?![\w-])", text):
        yield "The id of a subject stands in it."
    if path.suffix == ".html" and re.search(r'class="[^"]*-(?:course|worse)\b', text):
        yield "A figure draws the courses of single subjects."
    if name == RESULTS:
        results = ResultSet.from_json(text)
        if any(people.subjects or people.all_except for people in results.populations.values()):
            yield "It names the subjects of a result."
        few = (result for result in results if describes_few(result, results.populations))
        yield from (f"'{result.id}' describes fewer than {FEWEST_DESCRIBED} subjects." for result in few)
