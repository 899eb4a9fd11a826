"""One record a statistic, and the set of them that is results.json.

The shape follows the idea of CDISC's Analysis Results Standard: a result names what it is of, how it was
computed and from whom, so that a reader of results.json alone can ask where a number comes from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, Literal

from .errors import Fault, ResultError, did_you_mean

Value = float | int | str | None
# How a value prints; see formatting.
Kind = Literal[
    "exact", "count", "value", "summary", "spread", "percent", "percent_change", "p", "exact_p", "ratio", "rate",
    "level", "flag",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """A statistic with its origin.

    ``id`` is ``variable[.visit].measure``, stable, lower case: prose depends on it. ``value`` is never
    rounded and is None where the statistic does not exist; ``error`` then says why. ``text`` is the value as
    it prints. ``population`` names an entry of :attr:`ResultSet.populations`: who went in.
    ``kind`` says how it prints (see :mod:`formatting`).
    """

    id: str
    label: str
    variable: str
    measure: str
    value: Value
    visit: str | None = None
    baseline: str | None = None
    kind: Kind = "exact"
    unit: str = ""
    text: str | None = None
    n: int | None = None
    n_paired: int | None = None
    population: str | None = None
    method: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: str | None = None

    def record(self) -> dict[str, Any]:
        """Return the result as it stands in results.json, without fields that are empty and may be absent."""
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in given.items() if name in _ALWAYS or value not in _EMPTY}


# What a reader always finds in a record, even where it is empty.
_ALWAYS = {"id", "label", "variable", "visit", "measure", "value", "text"}
_EMPTY: tuple[object, ...] = (None, "", (), {})


@dataclass(frozen=True)
class Population:
    """The subjects who went into a result; ``subjects`` is None where the study publishes aggregates only.

    Either all of ``subjects``, or, where that is shorter, the whole cohort ``all_except`` some.
    """

    n: int
    subjects: tuple[str, ...] | None = None
    all_except: tuple[str, ...] | None = None


class ResultSet:
    """All results of a study, looked up by id: exactly one, or an error."""

    def __init__(
        self,
        results: Iterable[Result],
        *,
        populations: Mapping[str, Population] | None = None,
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        self._by_id: dict[str, Result] = {}
        for result in results:
            if result.id in self._by_id:
                raise ResultError(Fault(f"The result '{result.id}' was computed twice."))
            self._by_id[result.id] = result
        self.populations = dict(populations or {})
        self.provenance = dict(provenance or {})

    def __getitem__(self, id_: str) -> Result:
        try:
            return self._by_id[id_]
        except KeyError:
            raise ResultError(Fault(f"There is no result '{id_}'.", did_you_mean(id_, self._by_id))) from None

    def __contains__(self, id_: object) -> bool:
        return id_ in self._by_id

    def __iter__(self) -> Iterator[Result]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def map(self, change: Mapping[str, Result]) -> ResultSet:
        """Return the same set with some results replaced."""
        return ResultSet(
            (change.get(r.id, r) for r in self), populations=self.populations, provenance=self.provenance
        )

    def with_provenance(self, provenance: Mapping[str, Any]) -> ResultSet:
        """Return the same results with a note of what they were computed from and with."""
        return ResultSet(self, populations=self.populations, provenance=provenance)

    def to_json(self) -> str:
        """Return results.json: one line a result, so that a diff of two files reads well."""
        lines = ",\n".join(f"  {_dump(result.record())}" for result in self)
        people = ",\n".join(
            f"  {_dump(name)}: {_dump({k: v for k, v in vars(p).items() if v is not None})}"
            for name, p in self.populations.items()
        )
        return (
            f'{{\n"provenance": {_lines(self.provenance, 3)},\n'
            f'"populations": {{\n{people}\n}},\n"results": [\n{lines}\n]\n}}\n'
        )

    @staticmethod
    def from_json(text: str) -> ResultSet:
        """Read what :meth:`to_json` wrote; the same text gives the same set.

        Raises ResultError where the text is not such a file.
        """
        return _read(text)


@lru_cache(maxsize=2)  # a build reads those of the last one and its own, several times
def _read(text: str) -> ResultSet:
    try:
        raw = json.loads(text)
        return ResultSet(
            map(_result, raw["results"]),
            populations={name: _population(p) for name, p in raw["populations"].items()},
            provenance=raw["provenance"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultError(Fault(f"This is not a results.json of cohortpress ({error}).", "Build it again.")) from None


def _lines(value: Any, levels: int, indent: str = " ") -> str:
    """Return JSON with a line for each key of so many levels."""
    if not levels or not isinstance(value, dict) or not value:
        return _dump(value)
    lines = (f"{indent}{_dump(name)}: {_lines(inner, levels - 1, indent + ' ')}" for name, inner in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent[1:]}}}"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _result(record: dict[str, Any]) -> Result:
    return Result(**{**record, "warnings": tuple(record.get("warnings", ()))})


def _population(record: dict[str, Any]) -> Population:
    def ids(key: str) -> tuple[str, ...] | None:
        return tuple(record[key]) if key in record else None

    return Population(record["n"], ids("subjects"), ids("all_except"))
