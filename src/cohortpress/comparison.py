"""What changed between two sets of results, in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .result import Result, ResultSet

# Below this a difference is the noise of another machine's arithmetic.
RELATIVE_NOISE = 1e-12


@dataclass(frozen=True)
class Change:
    """A result in two sets; None where a set lacks it."""

    old: Result | None
    new: Result | None

    @property
    def result(self) -> Result:
        """The newer of the two."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def printed(self) -> bool:
        """Whether a reader sees the change: the text differs, not only digits that do not print."""
        return _text(self.old) != _text(self.new)

    @property
    def of_notation(self) -> bool:
        """Whether a value is merely written otherwise, as in another language: 63 % for 63%, 1,5 for 1.5."""
        old, new = self.old, self.new
        return old is not None and new is not None and same_value(old, new) and digits(old.text) == digits(new.text)


def compare(old: ResultSet, new: ResultSet) -> list[Change]:
    """Return the results that are new, those that differ, and those that are gone."""
    common = {result.id for result in old}
    changes = [Change(None, r) for r in new if r.id not in common]
    changes += [Change(old[r.id], r) for r in new if r.id in common and _differs(old[r.id], r)]
    return changes + [Change(r, None) for r in old if r.id not in new]


def same_value(old: Result, new: Result) -> bool:
    """Tell whether two results are one number, or lack one for the same reason, whatever their texts."""
    if isinstance(old.value, float) and isinstance(new.value, float):
        return math.isclose(old.value, new.value, rel_tol=RELATIVE_NOISE)
    return old.value == new.value and old.error == new.error


def digits(text: str | None) -> str:
    """Return the digits of a text, which are the same in all languages; of a number in words none."""
    return "".join(c for c in text or "" if c.isdecimal())


def _differs(old: Result, new: Result) -> bool:
    return not same_value(old, new) or old.text != new.text


def _text(result: Result | None) -> str:
    if result is None:
        return "(absent)"
    return result.text if result.text is not None else f"({result.error or result.value})"
