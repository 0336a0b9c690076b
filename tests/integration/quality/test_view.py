"""The view that rules run on reads texts as the mapping reads them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL

from concord.hub.database import SESSION
from concord.mapping.codes import code_reader
from concord.mapping.faults import Fault
from concord.mapping.formats import FORMATS, date_reader, number_reader
from concord.model.spec import Code, CodeList
from concord.quality import view
from concord.quality.view import Reading

DATES = [
    "2024-02-29", "2023-02-29", "29/02/2024", "31/04/2024", "1/2/2024", "2024-1-2", "20240229",
    "20240230", "2024022", "29.02.2024", "02/29/2024", "today", "infinity", "1900-01-01",
    "2100-12-31", "０１／０２／２０２４", "２０２４０２２９", " 20240229 ",
    "2024-02-29x", "00/00/0000", "",
]  # fmt: skip
NUMBERS = [
    "1", "-1", "+1", "1,234.56", "1.234,56", "1234.56", "1234,56", "12,34", "1,2345",
    "1,234,567", "1.234.567", ".5", ",5", "5.", "5,", "1e3", "NaN", "Infinity", "--1", "１２３",
    "\u22125", " 7 ", "1 234", "0x10", "٣", "", "-", ".",
]  # fmt: skip


@pytest.fixture(scope="module")
def conn(pg: Any) -> Any:
    with psycopg.connect(pg.create(pg.name("view")), options=SESSION) as made:
        yield made


def read_in_sql(
    conn: psycopg.Connection[Any], one: Reading, texts: list[str], type_: str = "text"
) -> list[str | None]:
    conn.execute("DROP TABLE IF EXISTS pg_temp.t")
    conn.execute(
        SQL("CREATE TEMP TABLE t (source_id text, op text, {} {})").format(
            SQL(one.base), SQL(type_)
        )
    )
    for n, text in enumerate(texts):
        row = SQL("INSERT INTO t VALUES ({}, 'U', {})").format(f"{n:03}", text)
        conn.execute(row)
    query = view.select(("pg_temp", "t"), {one.base: type_}, {one.name: one})
    return [
        r[0]
        for r in conn.execute(
            SQL("SELECT {}::text FROM ({}) AS v ORDER BY source_id").format(SQL(one.name), query)
        )
    ]


@pytest.mark.parametrize("style", [None, *FORMATS["date"]])
def test_a_text_is_a_date_in_the_view_when_the_mapping_reads_one(
    conn: psycopg.Connection[Any], style: str | None
) -> None:
    wanted = [_plain(date_reader(style, None)(text)) for text in DATES]
    assert any(wanted)
    assert read_in_sql(conn, Reading("c__date", "c", "date", style), DATES) == wanted


@pytest.mark.parametrize("style", [None, *FORMATS["money"]])
def test_a_text_is_a_number_in_the_view_when_the_mapping_reads_one(
    conn: psycopg.Connection[Any], style: str | None
) -> None:
    wanted = [_plain(number_reader(style, None)(text)) for text in NUMBERS]
    found = read_in_sql(conn, Reading("c__number", "c", "number", style), NUMBERS)
    assert [_value(v) for v in found] == [_value(v) for v in wanted]
    assert any(wanted)


def test_dates_and_numbers_of_native_types_are_taken_as_they_are(
    conn: psycopg.Connection[Any],
) -> None:
    day = Reading("c__date", "c", "date", None)
    assert read_in_sql(conn, day, ["2024-02-29"], "date") == ["2024-02-29"]
    packed = Reading("c__date", "c", "date", "YYYYMMDD")
    assert read_in_sql(conn, packed, ["20240229", "20240230"], "bigint") == ["2024-02-29", None]
    number = Reading("c__number", "c", "number", "1,234.56")
    assert read_in_sql(conn, number, ["12.50"], "numeric") == ["12.50"]


def test_a_code_text_that_the_mapping_knows_is_in_the_folded_set(
    conn: psycopg.Connection[Any],
) -> None:
    codes = CodeList(
        name="c",
        codes=(
            Code(code="CN", systems={"crm": ("China", "PR China", "中国")}),
            Code(code="DE", systems={"crm": ("Straße",)}),
        ),
    )
    texts = ["China", "CHINA", " china ", "Ｃｈｉｎａ", "PR  China", "PR\u3000China", "中国",
             "straße", "STRASSE", "Atlantis", "Chin a", ""]  # fmt: skip
    read = code_reader(codes, "crm")
    known = {view.fold(t) for code in codes.codes for t in code.systems["crm"]}
    found = read_in_sql(conn, Reading("c__code", "c", "code", None), texts)
    for text, folded in zip(texts, found, strict=True):
        understood = not isinstance(read(text), Fault)
        if text != "STRASSE":  # ß against SS: the mapping folds further than small letters do
            assert (folded is None or folded in known) == understood, text


def test_blank_text_is_null_and_deletions_are_not_seen(conn: psycopg.Connection[Any]) -> None:
    conn.execute("DROP TABLE IF EXISTS pg_temp.t")
    conn.execute("CREATE TEMP TABLE t (source_id text, op text, raw_hash uuid, name text)")
    conn.execute(
        "INSERT INTO t (source_id, op, name) VALUES ('1', 'U', %s), ('2', 'U', ' x\u3000'),"
        " ('3', 'D', 'gone'), ('4', 'U', '\t \u200b')",
        (view.BLANKS,),
    )
    types = {"source_id": "text", "op": "text", "raw_hash": "uuid", "name": "text"}
    query = view.select(("pg_temp", "t"), types, {})
    rows = conn.execute(SQL("SELECT * FROM ({}) AS v ORDER BY 1").format(query)).fetchall()
    assert rows == [("1", None), ("2", "x"), ("4", None)]


def test_regex_special_signs_in_a_format_are_meant_literally(
    conn: psycopg.Connection[Any],
) -> None:
    one = Reading("c__date", "c", "date", "DD.MM.YYYY")
    assert read_in_sql(conn, one, ["01.02.2024", "01x02x2024"]) == ["2024-02-01", None]


def _plain(outcome: object) -> str | None:
    return None if isinstance(outcome, Fault) else outcome  # type: ignore[return-value]


def _value(text: str | None) -> float | None:
    return None if text is None else float(text)
