"""A regular file, whose cells are left where they stand, reads as the csv module reads it: cells, numbers, faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cohortpress.errors import DataError, Fault
from cohortpress.study import File
from cohortpress.tables import delimited
from cohortpress.tables.packed import Packed
from cohortpress.tables.table import Table, read_number

DIGITS = st.text("0123456789", min_size=1, max_size=17)
NUMBERS = st.builds("{}{}{}{}".format, st.sampled_from(["", "", "-", "+"]), DIGITS, st.sampled_from(".,"), DIGITS)
ODD = [
    "", " 1.5 ", "<0.6", "< 0.6", "1e-3", "NA", "5.", ".5", ".", "-", "+", "--1", "1-2", "1.2.3", "0x1", "1_000", "inf",
    "-0", "-0.0", '"1"', '1"', "\t2", "1\x0b", "\N{ZERO WIDTH SPACE}", "\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}1",
    "\N{ARABIC-INDIC DIGIT THREE}",
]  # fmt: skip
CELLS = DIGITS | NUMBERS | st.sampled_from(ODD) | st.text("ab. \N{LATIN SMALL LETTER E WITH ACUTE}", max_size=3)


def read(text: str, separator: str, decimal: str) -> tuple[Table | list[str], object]:
    """Return what is read of a file, and all that can be asked of it; of one that cannot be read, why."""
    faults: list[Fault] = []
    spec = File(file="a.csv", separator=separator, decimal="," if decimal == "," else ".")
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "read_bytes", lambda self: text.encode())
            table = delimited.read_delimited(Path("a.csv"), spec).table("a.csv", "id", None, faults)
    except DataError as error:
        return [str(error)], faults
    asked: dict[str, object] = {}
    for name in table.columns:
        values, below = table.numbers(name, faults, limits=True)
        decimals = None if faults else table.decimals(name)
        asked[name] = table.columns[name], values.tobytes(), below.tolist(), decimals, list(map(str, faults))
    return table, (table.head, list(table.rows), asked, list(map(str, faults)))


@given(st.data(), st.sampled_from([",", ";", "\t"]), st.sampled_from(".,"), st.sampled_from(["\n", "\r\n", "\r"]))
def test_it_reads_as_any_other_file(data: st.DataObject, separator: str, decimal: str, end: str) -> None:
    width = data.draw(st.integers(1, 3))
    cells = CELLS.filter(lambda cell: separator not in cell)
    rows = data.draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6))
    lines = [separator.join(row) for row in [["id", "x", "y"][:width], *rows]]
    text = end.join(lines) + data.draw(st.sampled_from(["", end, end + end]))
    same(text, separator, decimal)


@example("")
@example("\n")
@example("\n\nid,x\n1,2\n")
@example("id,x\n1,2\n\n3,4\n")
@example("id,x\n1,2\n,\n3,4\n , \n")
@example("id,x\n1\n2,3,4\n")
@example("sep=,\nid,x\n1,2\n")
@example("id\n1\n\n2\n")
@example('"id","x"\n"a",1\n"b",""\n"",""\n')
@example('id,x\n"a,b",1\n"c,d",2\n')
@example('id,x\n"a\n",1\n"b""c",2\n')
@example('id,x\na"b",1\n"c"d,2\n')
@example("id,id\n1,2\n")
@given(st.text("id,\n1. \"", max_size=20))
def test_files_of_any_shape_do(text: str) -> None:
    same(text, ",", ".")


def same(text: str, separator: str, decimal: str) -> None:
    _, packed = read(text, separator, decimal)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "pack", lambda text, separator: None)
        assert read(text, separator, decimal)[1] == packed


@given(st.lists(DIGITS | NUMBERS, min_size=1, max_size=8))
def test_a_plain_number_is_the_float_that_python_reads(numbers: list[str]) -> None:
    numbers = [number.replace(",", ".") for number in numbers]
    table, _ = read("\n".join(["id,x", *(f"1,{number}" for number in numbers)]), ",", ".")
    assert isinstance(table, Table)
    assert isinstance(table.columns, Packed)
    values = table.numbers("x", [])[0].tolist()
    assert values == list(map(float, numbers)) == [read_number(number) for number in numbers]
    assert all("+" in cell or sum(map(str.isdigit, cell)) > 15 for cell in table.no_decimals("x")[1])


def test_rows_that_are_picked_keep_their_cells_and_numbers() -> None:
    table, _ = read("id,x\na,1.5\nb,\nc,<2\nd,4\n", ",", ".")
    assert isinstance(table, Table)
    assert isinstance(table.columns, Packed)
    picked = table.only("x", "<2")
    assert (picked.rows, picked.codes("id")) == ((4,), ("c",))
    values, below = picked.numbers("x", [], limits=True)
    assert (values.tolist(), below.tolist()) == ([2.0], [True])


def test_a_file_with_quotation_marks_around_its_texts_is_as_regular() -> None:
    table, _ = read('"id","x"\n"a",1.5\n"b",2\n', ",", ".")
    assert isinstance(table, Table)
    assert isinstance(table.columns, Packed)
    assert (table.codes("id"), table.numbers("x", [])[0].tolist()) == (("a", "b"), [1.5, 2.0])
