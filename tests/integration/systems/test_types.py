"""Columns of every type: one text for each value, wherever it is hashed, read or written."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from concord.systems.digest import row_hash
from concord.systems.protocol import Fence, Write
from tests.integration.systems.conftest import Shop, mapping_of

TYPES = [
    ("smallint", "integer", "7", ["-7", "0"]),
    ("bigint", "integer", "9223372036854775807", ["-1"]),
    ("numeric(12,2)", "decimal", "1200.50", ["0.00", "NaN"]),
    ("numeric", "decimal", "1.000", ["123456789012345678901234567890.5"]),
    ("real", "decimal", "0.1", ["3.5"]),
    ("double precision", "decimal", "0.1", ["100000000000000000000", "-2.5"]),
    ("boolean", "boolean", "true", ["false"]),
    ("date", "date", "2026-02-28", ["1066-10-14", "infinity"]),
    ("timestamptz", "timestamp", "2026-03-01 10:00:00.123456+00", ["1999-12-31 23:59:59+00"]),
    ("timestamp", "timestamp", "2026-03-01 10:00:00+00", ["2026-07-01 00:00:00+00"]),
    ("text", "text", "Straße 1", ["", "x" * 3000]),
    ("varchar(10)", "text", "ab ", ["0123456789"]),
    ("char(6)", "text", "ab", ["abcdef"]),
    ("uuid", "text", "00000000-0000-0000-0000-000000000001", []),
    ("jsonb", "text", '{"a": 1}', ["null", "[]"]),
    ("text[]", "text", '{a,"b c"}', ["{}"]),
    ("mood", "text", "glad", ["sad"]),
    ("short_text", "text", "abc", ["abcde"]),
    ("positive", "decimal", "1.5", ["2"]),
    ("bytea", "text", "\\x00ff", ["\\x"]),
    ("interval", "text", "1 day 02:00:00", []),
    ("time", "text", "10:00:00", []),
    ("inet", "text", "10.0.0.1/32", []),
]


@pytest.fixture
def typed(shop: Shop) -> Any:
    """Makes a table with one column `v` of a type."""

    def make(kind: str) -> Shop:
        shop.sql("CREATE TYPE mood AS ENUM ('glad', 'sad')")
        shop.sql("CREATE DOMAIN short_text AS varchar(5)")
        shop.sql("CREATE DOMAIN any_number AS numeric; CREATE DOMAIN positive AS any_number")
        shop.sql(f"CREATE TABLE typed (id int PRIMARY KEY, v {kind})")
        shop.mapping = mapping_of("typed", "id", "v")
        shop.prepare()
        return shop

    return make


@pytest.mark.parametrize(("kind", "canonical", "text", "more"), TYPES, ids=[t[0] for t in TYPES])
def test_a_value_has_one_text_however_it_is_read_and_that_text_can_be_written(
    typed: Any, kind: str, canonical: str, text: str, more: list[str]
) -> None:
    shop: Shop = typed(kind)
    shop.sql(f"INSERT INTO typed VALUES (1, NULL), (2, %s::text::{kind})", text)
    with shop.system.snapshot() as snapshot:
        shape = snapshot.shape(shop.mapping)
        assert shape.columns == {"id": "integer", "v": canonical}
        read = shop.rows(snapshot.everything(shop.mapping, shape))
        assert {h for _, h in snapshot.hashes(shop.mapping, 1, [0], shape)} == {
            r.raw_hash for r in read.values()
        }
    assert read["2"].values == {"v": text}
    assert read["2"].raw_hash == row_hash({"v": text})
    assert read["1"].raw_hash == row_hash({"v": None})
    now: str | None = text
    with shop.system.writer(Fence("load", 1)) as writer:
        for new in [*more, None, text]:
            write = Write(uuid4(), "update", "2", {"v": new}, {"v": now})
            (outcome,) = writer.apply(shop.mapping, [write], shape)
            assert (outcome.state, outcome.error) == ("confirmed", None)
            assert outcome.row is not None
            assert outcome.row.values == {"v": new}
            assert outcome.row.raw_hash == row_hash({"v": new})
            now = new
    assert shop.everything()["2"].raw_hash == row_hash({"v": text})


@pytest.mark.parametrize("kind", ["varchar(5)", "char(5)", "short_text"])
def test_a_text_that_is_too_long_is_refused_and_never_cut(typed: Any, kind: str) -> None:
    shop: Shop = typed(kind)
    shop.sql("INSERT INTO typed VALUES (1, 'a')")
    with shop.system.snapshot() as snapshot:
        shape = snapshot.shape(shop.mapping)
    assert shape.max_length == {"v": 5}
    writes = [
        Write(uuid4(), "update", "1", {"v": "abcdefgh"}, {"v": "a"}),
        Write(uuid4(), "create", None, {"id": "2", "v": "abcdefgh"}, {}),
    ]
    with shop.system.writer(Fence("load", 1)) as writer:
        outcomes = writer.apply(shop.mapping, writes, shape)
    assert [o.state for o in outcomes] == ["rejected", "rejected"]
    assert "too long" in (outcomes[0].error or "")
    assert shop.sql("SELECT * FROM typed") == [(1, "a" if kind != "char(5)" else "a    ")]


@pytest.mark.parametrize(
    ("kind", "ids", "strangers"),
    [
        ("int", ["7", "-7"], ["007", "7.0", "x", "", "99999999999999999999", " 7"]),
        ("bigint", ["9223372036854775807"], ["9223372036854775808", "nine"]),
        ("uuid", [str(uuid4())], ["00000000-0000-0000-0000-00000000000A", "x"]),
        ("numeric", ["1.50", "2"], ["1.5", "1e3", "NaN?"]),
        ("varchar(9)", ["a", "A", " a"], ["a ", "b"]),
        ("char(4)", ["ab"], ["ab  ", "abc"]),
        ("date", ["2026-01-01"], ["01/01/2026", "x"]),
        ("citext", ["Müller"], ["MÜLLER", "müller"]),
    ],
)
def test_a_key_finds_its_record_and_no_other(
    bare: Shop, kind: str, ids: list[str], strangers: list[str]
) -> None:
    shop = bare
    shop.sql("CREATE EXTENSION citext")
    shop.sql(f"CREATE TABLE keyed (k {kind} PRIMARY KEY, v text)")
    shop.mapping = mapping_of("keyed", "k", "v")
    shop.prepare()
    for key in ids:
        shop.sql(f"INSERT INTO keyed VALUES (%s::text::{kind}, 'old')", key)
    with shop.system.snapshot() as snapshot:
        shape = snapshot.shape(shop.mapping)
        rows = shop.rows(snapshot.records(shop.mapping, [*ids, *strangers], shape))
    assert {i: r.op for i, r in rows.items()} == {
        **dict.fromkeys(strangers, "D"),
        **dict.fromkeys(ids, "U"),
    }
    writes = [Write(uuid4(), "update", i, {"v": "new"}, {"v": "old"}) for i in [*strangers, *ids]]
    with shop.system.writer(Fence("load", 1)) as writer:
        outcomes = writer.apply(shop.mapping, writes, shape)
    states = ["superseded"] * len(strangers) + ["confirmed"] * len(ids)
    assert [o.state for o in outcomes] == states


def test_a_base_is_compared_byte_by_byte_in_a_case_blind_column(shop: Shop) -> None:
    shop.sql("CREATE EXTENSION citext")
    shop.sql("ALTER TABLE customers ALTER name TYPE citext")
    code = shop.add("ANNA")
    write = Write(uuid4(), "update", code, {"phone": "1"}, {"name": "anna"})
    assert shop.apply(write)[0].state == "superseded"


def test_odd_names_of_tables_and_columns_are_only_names(bare: Shop) -> None:
    shop = bare
    shop.sql('CREATE SCHEMA "Odd ""schema"""')
    shop.sql(
        'CREATE TABLE "Odd ""schema"""."Kunden %s; --" ("Schlüssel id" int PRIMARY KEY,'
        ' "rabatt_%" text, "{x}" text, "a\'b" text, "%(n)s" text)'
    )
    names = ("rabatt_%", "{x}", "a'b", "%(n)s")
    shop.mapping = mapping_of('Odd "schema".Kunden %s; --', "Schlüssel id", *names)
    shop.prepare()
    since = shop.position()
    key = Write(uuid4(), "create", None, {"Schlüssel id": "1", **dict.fromkeys(names, "x")}, {})
    assert shop.apply(key)[0].source_id == "1"
    change = Write(uuid4(), "update", "1", {"rabatt_%": "y"}, dict.fromkeys(names, "x"))
    assert shop.apply(change)[0].state == "confirmed"
    rows = shop.changes(since)
    assert rows is not None
    assert rows["1"].values == {**dict.fromkeys(names, "x"), "rabatt_%": "y"}
    with shop.system.snapshot() as snapshot:
        shape = snapshot.shape(shop.mapping)
        (digest,) = snapshot.digests(shop.mapping, 1, shape)
        assert digest.count == 1


@pytest.mark.parametrize("encoding", ["LATIN1", "EUC_CN"])
def test_a_database_in_another_encoding_has_the_same_hashes(pg: Any, encoding: str) -> None:
    name, text = pg.name("encoded"), {"LATIN1": "Müller é", "EUC_CN": "北京"}[encoding]
    with psycopg.connect(pg.url("postgres"), autocommit=True) as conn:
        conn.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}'"
            " LOCALE_PROVIDER libc LOCALE 'C'"
        )
    shop = Shop(pg.url(name), pg.url("postgres"))
    shop.sql("CREATE TABLE customers (code text PRIMARY KEY, name text, phone text, visits int)")
    shop.prepare()
    writes = [Write(uuid4(), "create", None, {"code": text, "name": text}, {})]
    writes.append(
        Write(uuid4(), "create", None, {"code": "B", "name": "🚀 not in this encoding"}, {})
    )
    outcomes = shop.apply(*writes)
    assert [o.state for o in outcomes] == ["confirmed", "rejected"]
    assert "🚀" not in (outcomes[1].error or "")
    values = {"name": text, "phone": None, "visits": None}
    read = shop.everything()
    assert read[text].values == values
    assert read[text].raw_hash == row_hash(values)
    pg.drop(name)
