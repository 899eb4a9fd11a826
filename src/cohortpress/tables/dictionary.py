"""A REDCap data dictionary: what the fields are called and what their codes mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import DataError, Fault
from ..study import File
from .delimited import read_delimited
from .table import Table

NAME, TITLE = "Variable / Field Name", "Field Label"
KIND, CHOICES, NOTE = "Field Type", "Choices, Calculations, OR Slider Labels", "Field Note"
YES_NO = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}


@dataclass(frozen=True)
class Dictionary:
    """The ``titles`` of fields and the ``labels`` of their codes, by field name."""

    titles: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]

    def explain(self, table: Table) -> Table:
        """Return an export with what its fields and codes mean; in an export with labels, its fields' names."""
        named = {title: name for name, title in self.titles.items()}
        head = tuple(column if column in self.titles else named.get(column, column) for column in table.head)
        renamed = dict(zip(table.head, head, strict=True))
        columns = {renamed[column]: cells for column, cells in table.columns.items()}
        return replace(table, head=head, columns=columns, titles=self.titles, labels=self.labels)


def read_dictionary(path: Path, file: str) -> Dictionary:
    """Read a data dictionary as REDCap exports it. Raises DataError."""
    faults: list[Fault] = []
    try:
        table = read_delimited(path, File(file=file)).table(file, NAME, None, faults)
    except OSError as error:
        raise DataError(Fault(f"The data dictionary cannot be read: {error.strerror}.", "", file)) from None
    faults += table.lacking([NAME, TITLE, KIND, CHOICES])
    if faults:
        raise DataError(*faults)
    fields = list(zip(*(table.text(column) for column in (NAME, TITLE, KIND, CHOICES)), strict=True))
    labels = {name: YES_NO.get(kind) or _choices(choices) for name, _, kind, choices in fields}
    titles = {name: re.sub(r"<[^>]*>", "", title) for name, title, *_ in fields}
    return Dictionary(titles, {name: codes for name, codes in labels.items() if codes})


def _choices(text: str) -> dict[str, str]:
    """Return what codes mean: ``1, Female | 2, Male``."""
    pairs = (choice.partition(",") for choice in text.split("|"))
    return {code.strip(): label.strip() for code, comma, label in pairs if comma}
