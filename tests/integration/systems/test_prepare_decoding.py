"""Preparing for logical decoding: what is made, where it cannot be had, and what is said then."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest

from concord.errors import ConfigError, NotAuthorised, SystemUnavailable
from tests.support.shop import Shop, mapping_of, without_slot

MADE = (
    "SELECT slot_name::text FROM pg_replication_slots WHERE database = current_database()"
    " UNION ALL SELECT pubname FROM pg_publication"
    " UNION ALL SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('concord')"
)


def notes(shop: Shop) -> str:
    return "\n".join(shop.system.capabilities([shop.mapping]).notes)


def test_preparing_twice_needs_nothing_and_removing_leaves_nothing(bare: Shop) -> None:
    shop = bare.variant(capture="logical")
    text = shop.system.prepare([shop.mapping])
    assert "CREATE TRIGGER" not in text
    shop.system.execute(text)
    assert shop.system.prepare([shop.mapping]) == ""
    since = shop.position()
    shop.system.execute(text)
    assert shop.changes(since) is None  # the publication is another one
    assert shop.system.prepare([shop.mapping]) == ""
    able = shop.system.capabilities([shop.mapping])
    assert (able.changes, able.deletes, able.idempotency) == ("logical", True, True)
    shop.system.execute(shop.system.unprepare([shop.mapping]))
    assert shop.sql(MADE) == []
    assert shop.system.unprepare([shop.mapping]) == ""


def test_a_table_that_is_mapped_later_is_added_and_the_others_go_on(decoded: Shop) -> None:
    decoded.sql("CREATE TABLE contacts (id int PRIMARY KEY, name text)")
    since = decoded.position()
    more = [decoded.mapping, mapping_of("contacts", "id", "name")]
    text = decoded.system.prepare(more)
    assert "pg_create_logical_replication_slot" not in text
    decoded.system.execute(text)
    assert decoded.system.prepare(more) == ""
    code = decoded.add("a")
    assert set(decoded.changes(since) or ()) == {code}
    decoded.mapping = more[1]
    assert decoded.changes(since) is None
    since = decoded.position()
    decoded.sql("INSERT INTO contacts VALUES (1, 'x')")
    assert set(decoded.changes(since) or ()) == {"1"}


def test_tables_that_are_captured_in_different_ways_are_told_apart(decoded: Shop) -> None:
    decoded.sql("CREATE VIEW good AS SELECT code AS id, name FROM customers")
    able = decoded.system.capabilities([decoded.mapping, mapping_of("good", "id", "name")])
    assert able.changes == "full"
    told = "changes are found table by table: customers by logical, good by full"
    assert told in able.notes


def test_a_table_is_not_published_while_somebody_has_changes_of_it_open(bare: Shop) -> None:
    shop = bare.variant(capture="logical")
    shop.sql("CREATE TABLE contacts (id int PRIMARY KEY, name text)")
    shop.prepare()
    try:
        contacts = mapping_of("contacts", "id", "name")
        text = shop.system.prepare([shop.mapping, contacts]).replace("'5s'", "'200ms'")
        with shop.connect() as person:
            person.execute("INSERT INTO contacts VALUES (1, 'would be missed')")
            with pytest.raises(SystemUnavailable, match="lock timeout"):
                shop.system.execute(text)
        assert shop.system.prepare([shop.mapping, contacts]) != ""
    finally:
        without_slot(shop.url)


def test_auto_uses_a_slot_that_is_there_and_makes_none(bare: Shop) -> None:
    assert "REPLICATION" not in bare.system.prepare([bare.mapping]).upper()
    logical = bare.variant(capture="logical")
    logical.prepare()
    try:
        assert bare.system.capabilities([bare.mapping]).changes == "logical"
        since = bare.position()
        code = bare.add("decoded")
        assert set(bare.changes(since) or ()) == {code}
        bare.prepare()
        assert bare.system.capabilities([bare.mapping]).changes == "log"
        assert bare.changes(since) is None
        since = bare.position()
        code = bare.add("logged")
        assert set(bare.changes(since) or ()) == {code}
        assert "Nothing is read from it (no table needs it)" in notes(bare)
    finally:
        without_slot(bare.url)


@pytest.mark.parametrize("capture", ["log", "timestamp", "full"])
def test_a_slot_that_another_way_of_capture_leaves_behind_is_pointed_out(
    decoded: Shop, capture: str
) -> None:
    other = decoded.variant(capture=capture)
    assert "decoded" not in other.position()
    assert "Nothing is read from it (see capture) and the log grows" in notes(other)
    assert "Nothing is read" not in notes(decoded)


def test_the_log_that_a_slot_retains_is_measured_and_shown(decoded: Shop) -> None:
    decoded.sql("INSERT INTO customers (name) SELECT 'n' FROM generate_series(1, 5000)")
    measured = decoded.system.measure().slot
    assert measured is not None
    assert measured.retained > 500_000
    assert f"replication slot {measured.name}: retains" in notes(decoded)
    assert "reserved" in notes(decoded)


@pytest.mark.parametrize(
    ("ddl", "why"),
    [
        ("CREATE VIEW t AS SELECT code AS id, name FROM customers", "not an ordinary table"),
        ("CREATE UNLOGGED TABLE t (id int PRIMARY KEY, name text)", "it is not logged"),
        ("CREATE TABLE t (id int, name text) PARTITION BY LIST (id)", "not an ordinary table"),
        ("CREATE TABLE p (id int PRIMARY KEY, name text); CREATE TABLE t () INHERITS (p)", "inh"),
        ("CREATE TABLE t (id int UNIQUE, name text, no int PRIMARY KEY)", "has not the key column"),
        ("CREATE TABLE t (id int, name text)", "has not the key column id"),
        (
            "CREATE TABLE t (id int PRIMARY KEY, name text);"
            "ALTER TABLE t REPLICA IDENTITY NOTHING",
            "has not the key column id",
        ),
        ("CREATE TABLE t (id timestamptz PRIMARY KEY, name text)", "key has type timestamp"),
        (
            "CREATE TABLE t (no int, name text,"
            " id int GENERATED ALWAYS AS (no) STORED PRIMARY KEY)",
            "its key is generated",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stamp", [None, "updated_at"])
def test_a_table_that_cannot_be_decoded_says_why_and_goes_the_next_way(
    decoded: Shop, ddl: str, why: str, stamp: str | None
) -> None:
    decoded.sql(ddl.replace("name text", "name text, updated_at timestamptz").replace(
        "name FROM", "name, updated_at FROM"))  # fmt: skip
    decoded.mapping = mapping_of("t", "id", "name").model_copy(update={"modified": stamp})
    decoded.prepare()
    able = decoded.system.capabilities([decoded.mapping])
    assert able.changes == ("full" if stamp is None else "timestamp")
    assert not able.deletes
    assert any("cannot be decoded" in note and why in note for note in able.notes)
    found = decoded.changes(decoded.position())
    assert found is None if stamp is None else found == {}
    assert decoded.sql("SELECT count(*) FROM pg_publication_rel") == [(1,)]


@pytest.mark.parametrize("identity", ["FULL", "USING INDEX other"])
def test_a_key_that_is_not_the_primary_one_is_decoded_when_the_identity_has_it(
    decoded: Shop, identity: str
) -> None:
    decoded.sql(
        "CREATE TABLE t (no int PRIMARY KEY, id char(6) NOT NULL, name text);"
        "CREATE UNIQUE INDEX other ON t (id)"
    )
    decoded.sql(f"ALTER TABLE t REPLICA IDENTITY {identity}")
    decoded.mapping = mapping_of("t", "id", "name")
    decoded.prepare()
    since = decoded.position()
    decoded.sql("INSERT INTO t VALUES (1, 'A', 'x'), (2, 'B', 'x'), (3, 'C', 'x')")
    decoded.sql("UPDATE t SET id = 'Z' WHERE no = 1")
    decoded.sql("DELETE FROM t WHERE no = 2")
    found = decoded.changes(since)
    assert {i: r.op for i, r in (found or {}).items()} == {"A": "D", "B": "D", "C": "U", "Z": "U"}


def test_an_identity_without_the_key_for_a_while_asks_for_a_full_comparison(decoded: Shop) -> None:
    decoded.sql("CREATE TABLE t (id int PRIMARY KEY, no int UNIQUE NOT NULL, name text)")
    decoded.mapping = mapping_of("t", "id", "name")
    decoded.prepare()
    decoded.sql("INSERT INTO t VALUES (1, 1, 'x')")
    since = decoded.position()
    assert decoded.changes(since) == {}
    decoded.sql("ALTER TABLE t REPLICA IDENTITY USING INDEX t_no_key")
    decoded.sql("UPDATE t SET id = 2")
    decoded.sql("ALTER TABLE t REPLICA IDENTITY DEFAULT")
    assert decoded.changes(since) is None


def test_a_role_that_may_not_replicate_falls_to_the_next_way_and_is_told(
    bare: Shop, role: Any
) -> None:
    reader = role("SELECT, INSERT, UPDATE, DELETE ON customers").variant(capture="logical")
    text = reader.system.prepare([reader.mapping])
    with pytest.raises(NotAuthorised):
        reader.system.execute(text)
    with psycopg.connect(bare.url, autocommit=True) as administrator:
        administrator.execute(text.encode())
    try:
        assert reader.system.prepare([reader.mapping]) == ""
        since = reader.position()
        code = bare.sql("INSERT INTO customers (name) VALUES ('a') RETURNING code")[0][0]
        assert set(reader.changes(since) or ()) == {code}
        reader.system.release([since])
        bare.add("b")
        newer = reader.position()
        name = reader.sql("SELECT current_user")[0][0]
        bare.sql(f"ALTER ROLE {name} NOREPLICATION")
        reader.system.release([newer])
        assert reader.changes(since) is None
        assert reader.system.capabilities([reader.mapping]).changes == "full"
        assert "has not the attribute REPLICATION" in notes(reader)
        auto = notes(reader.variant(capture="auto"))
        assert re.search(r"Nothing is read from it \(role .* has not the attribute", auto)
    finally:
        without_slot(bare.url)


def test_a_publication_of_somebody_else_with_our_name_is_not_touched(bare: Shop) -> None:
    bare.sql("CREATE PUBLICATION concord FOR TABLE customers")
    try:
        logical = bare.variant(capture="logical")
        with pytest.raises(ConfigError, match="publication named concord that is not ours"):
            logical.system.prepare([bare.mapping])
        assert logical.system.unprepare([bare.mapping]) == ""
        assert bare.sql("SELECT count(*) FROM pg_publication_rel") == [(1,)]
    finally:
        without_slot(bare.url)


def test_without_a_slot_logical_capture_says_what_is_to_be_done(bare: Shop) -> None:
    logical = bare.variant(capture="logical")
    assert logical.system.capabilities([bare.mapping]).changes == "full"
    assert "it has no replication slot. Have `concord systems prepare erp` run" in notes(logical)
    assert logical.changes(logical.position()) is None
