from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cohortpress.errors import ResultError
from cohortpress.result import Population, Result, ResultSet

MEDIAN = Result(
    "pain.start.median",
    label="Pain",
    variable="pain",
    visit="start",
    measure="median",
    value=0.1 + 0.2,
    kind="summary",
    unit="mm",
    text="0.3",
    n=4,
    population="pain.start",
    method="median",
    options={"scale": "linear"},
    warnings=("few values",),
)
ABSENT = Result("pain.end.median", "Pain", "pain", "median", None, visit="end", n=0, error="nobody was measured")
RESULTS = ResultSet(
    [MEDIAN, ABSENT],
    populations={"pain.start": Population(2, subjects=("A", "B")), "all": Population(3, all_except=())},
    provenance={"study": "Ünicode", "inputs": {"a.csv": "0f"}},
)


def test_what_is_written_is_read_back_the_same() -> None:
    again = ResultSet.from_json(RESULTS.to_json())
    assert ResultSet.from_json(RESULTS.to_json()) is again, "parsed once"
    assert list(again) == [MEDIAN, ABSENT]
    assert again.populations == RESULTS.populations
    assert again.provenance == RESULTS.provenance
    assert again.to_json() == RESULTS.to_json()


def test_no_value_is_rounded_on_the_way() -> None:
    assert json.loads(RESULTS.to_json())["results"][0]["value"] == 0.30000000000000004


def test_a_missing_value_is_null_and_says_why() -> None:
    record = json.loads(RESULTS.to_json())["results"][1]
    assert (record["value"], record["text"], record["error"]) == (None, None, "nobody was measured")


@pytest.mark.parametrize("value", [0, 0.0, False])
def test_a_value_of_nothing_is_no_missing_value(value: float) -> None:
    results = ResultSet([replace(MEDIAN, value=value, n=0)])
    record = json.loads(results.to_json())["results"][0]
    assert record["value"] == value
    assert record["n"] == 0


def test_one_line_a_result_so_that_a_diff_reads_well() -> None:
    assert sum('"pain.' in line and '"id"' in line for line in RESULTS.to_json().splitlines()) == len(RESULTS)


def test_not_a_number_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        ResultSet([replace(MEDIAN, value=float("nan"))]).to_json()


def test_an_id_stands_for_exactly_one_result() -> None:
    with pytest.raises(ResultError, match=r"'pain\.start\.median' was computed twice"):
        ResultSet([MEDIAN, MEDIAN])
    assert RESULTS["pain.start.median"] is MEDIAN
    with pytest.raises(ResultError, match=r"no result 'pain\.start\.medain'.*'pain\.start\.median'"):
        RESULTS["pain.start.medain"]


def test_some_results_are_replaced_and_the_rest_stays() -> None:
    changed = RESULTS.map({"pain.start.median": replace(MEDIAN, text="0,3")})
    assert changed["pain.start.median"].text == "0,3"
    assert changed["pain.end.median"] is ABSENT
    assert (changed.populations, changed.provenance) == (RESULTS.populations, RESULTS.provenance)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"results": [{"id": "a"}], "populations": {}, "provenance": {}}',
        '{"results": [1], "populations": {}, "provenance": {}}',
        '{"results": [], "populations": [], "provenance": {}}',
        '{"results": [], "populations": {"a": 3}, "provenance": {}}',
    ],
)
def test_what_is_no_results_file_is_refused(text: str) -> None:
    with pytest.raises(ResultError, match=r"not a results\.json of cohortpress .* Build it again"):
        ResultSet.from_json(text)
