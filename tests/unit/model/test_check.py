"""Mappings against the tables that systems have: what would be lost is named with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concord.errors import Problem
from concord.model.check import check_shapes
from concord.model.read import load
from concord.systems.protocol import ColumnType, Shape
from tests.support.documents import ORDER, write_documents
from tests.unit.model.small import PARTY, change

GOOD: dict[str, ColumnType] = {
    "no": "text", "title": "text", "vat": "text", "tel": "text", "land": "text",
    "since": "text", "credit": "decimal", "cur": "text",
}  # fmt: skip
LENGTHS = {"title": 60, "vat": 20, "tel": 40, "land": 2, "since": 8, "cur": 3}


def check(
    root: Path, without: str = "", lengths: dict[str, int] | None = None, **types: ColumnType
) -> list[Problem]:
    columns = {n: t for n, t in {**GOOD, **types}.items() if n != without}
    shape = Shape(columns, dict(columns), max_length={**LENGTHS, **(lengths or {})})
    return check_shapes(load(root), {("erp", "party"): shape})


def line_of(text: str) -> int:
    return PARTY[: PARTY.index(text)].count("\n") + 1


def test_a_fitting_table_has_no_problems(small: Path) -> None:
    assert check(small) == []


@pytest.mark.parametrize(
    ("given", "words", "line"),
    [
        ({"without": "vat"}, "has no column `vat`", "tax_id: vat"),
        ({"without": "no"}, "has no key column `no`", "id: no"),
        ({"lengths": {"vat": 12}}, "Add `shorten: 12` and `rest:`", "tax_id: vat"),
        ({"lengths": {"title": 50}}, "Write `shorten: 50`", "name: {column: title"),
        ({"lengths": {"land": 1}}, "the code text `AT` has 2", "country: land"),
        ({"lengths": {"since": 6}}, "the format needs 8", "since: {column"),
        ({"tel": "integer"}, "cannot hold any text", "phone: tel"),
        ({"land": "date"}, "cannot carry a field of type code", "country: land"),
        ({"land": "integer"}, "not all codes have one", "country: land"),
        ({"land": "boolean"}, "the codes have other texts", "country: land"),
        ({"since": "boolean"}, "cannot carry a field of type date", "since: {column"),
        ({"since": "date"}, "the format has no meaning", "since: {column"),
        ({"credit": "date"}, "cannot carry a field of type money", "credit: {column"),
    ],
)
def test_what_does_not_fit_is_named_with_the_line_of_its_mapping(
    small: Path, given: dict[str, Any], words: str, line: str
) -> None:
    (problem,) = check(small, **given)
    assert words in str(problem)
    assert problem.file == str(small / "model/party.yaml")
    assert problem.line == line_of(line)


def test_a_read_only_column_may_hold_less(small: Path) -> None:
    assert check(small, credit="integer") == []
    change(small, "model/party.yaml", "phone: tel", "phone: {column: tel, write: false}")
    assert check(small, lengths={"tel": 5}) == []


def test_written_money_keeps_its_decimals(small: Path) -> None:
    change(small, "model/party.yaml", "{column: credit, write: false}", "credit")
    (problem,) = check(small, credit="integer")
    assert "decimal places would be lost" in problem.what


def test_a_text_without_a_longest_length_does_not_fit_a_short_column(small: Path) -> None:
    change(small, "model/party.yaml", "max: 20, authority", "authority")
    (problem,) = check(small)
    assert "the field is of any length" in problem.what


def test_a_date_read_from_an_instant_says_where_the_time_is_kept(small: Path) -> None:
    change(small, "model/party.yaml", ", format: YYYYMMDD", "")
    (problem,) = check(small, since="timestamp")
    assert "its time of day would be lost" in problem.what
    change(small, "model/party.yaml", "{column: since}", "{column: since, rest: ERP has the time}")
    assert check(small, since="timestamp") == []


def test_a_date_may_be_a_number(small: Path) -> None:
    assert check(small, since="integer") == []
    change(small, "model/party.yaml", ", format: YYYYMMDD", "")
    (problem,) = check(small, since="integer")
    assert "Add `format: YYYYMMDD`" in problem.hint


def test_a_system_that_could_not_be_asked_is_not_judged(small: Path) -> None:
    assert check_shapes(load(small), {}) == []


LINE_TYPES: dict[str, ColumnType] = {
    "pos": "integer", "item_code": "text", "qty": "decimal", "uom": "text", "descr": "text",
}  # fmt: skip


def check_lines(root: Path, *, there: bool = True, **types: ColumnType) -> list[Problem]:
    columns: dict[str, ColumnType] = dict.fromkeys(
        ("so_no", "reference", "status", "note", "remark"), "text"
    )
    if there:
        columns["so_line[lines]"] = "text"
    inner = {**LINE_TYPES, **types}
    lines = Shape(inner, dict(inner), max_length={"descr": 40, "uom": 3})
    shape = Shape(columns, dict(columns), lines={"so_line[lines]": lines})
    return check_shapes(load(root), {("erp", "sales_order"): shape})


def test_columns_of_lines_are_judged_as_other_columns_are(tmp_path: Path) -> None:
    root = write_documents(tmp_path / "config")
    assert check_lines(root) == []
    (problem,) = check_lines(root, qty="date")
    assert problem.what == ("erp's so_line.qty is date and cannot carry a field of type quantity")
    assert problem.line == ORDER[: ORDER.index("fields: {line_no: pos")].count("\n") + 1
    (problem,) = check_lines(root, qty="integer")
    assert "decimal places would be lost" in problem.what


def test_lines_whose_table_does_not_fit_are_named_with_it(tmp_path: Path) -> None:
    root = write_documents(tmp_path / "config")
    (problem,) = check_lines(root, there=False)
    assert "has no table `so_line` with all columns" in problem.what
    assert (
        problem.line == ORDER[: ORDER.index("      lines:\n        table: so_line")].count("\n") + 1
    )
