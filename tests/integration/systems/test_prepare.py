"""Preparing a database: what is printed, who may run it, and that removing leaves no trace."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from concord.errors import ConfigError, EntityStopped, NotAuthorised, SystemUnavailable
from concord.model.spec import SystemSpec
from concord.systems.protocol import Fence
from tests.integration.systems.conftest import Shop, create, mapping_of

OBJECTS = (
    "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('concord')"
    " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace('concord')"
    " UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    " UNION ALL SELECT nspname FROM pg_namespace WHERE nspname = 'concord'"
)


def test_preparing_twice_needs_nothing_and_removing_leaves_nothing(bare: Shop) -> None:
    assert bare.sql(OBJECTS) == []
    text = bare.system.prepare([bare.mapping])
    assert "CREATE TRIGGER concord_truncate" in text
    bare.system.execute(text)
    assert bare.system.prepare([bare.mapping]) == ""
    bare.system.execute(text)
    assert bare.system.prepare([bare.mapping]) == ""
    bare.system.execute(bare.system.unprepare([bare.mapping]))
    assert bare.sql(OBJECTS) == []
    assert bare.system.unprepare([bare.mapping]) == ""


def test_only_what_is_missing_is_printed(shop: Shop) -> None:
    shop.sql("CREATE TABLE contacts (id int PRIMARY KEY, name text)")
    text = shop.system.prepare([shop.mapping, mapping_of("contacts", "id", "name")])
    assert '"contacts"' in text
    assert '"customers"' not in text


def test_the_database_owner_can_prepare_without_being_superuser(bare: Shop, role: Any) -> None:
    owner = role()
    name = owner.sql("SELECT current_user")[0][0]
    bare.sql(f"ALTER DATABASE {bare.sql('SELECT current_database()')[0][0]} OWNER TO {name}")
    bare.sql(f"ALTER TABLE customers OWNER TO {name}; ALTER SEQUENCE code OWNER TO {name}")
    owner.prepare()
    since = owner.position()
    (outcome,) = owner.apply(create(name="a"))
    assert owner.changes(since, []) == {outcome.source_id: outcome.row}
    assert owner.system.trim([owner.position()], 30) == 0
    assert owner.system.measure().log_rows >= 0
    owner.system.execute(owner.system.unprepare([owner.mapping]))
    assert bare.sql(OBJECTS) == []
    bare.sql(f"ALTER DATABASE {bare.sql('SELECT current_database()')[0][0]} OWNER TO postgres")


def test_an_administrator_can_run_the_text_for_a_role_with_few_rights(
    bare: Shop, role: Any
) -> None:
    engine = role("SELECT, INSERT, UPDATE, DELETE ON customers", "USAGE ON SEQUENCE code")
    text = engine.system.prepare([engine.mapping])
    with pytest.raises(NotAuthorised, match="preparing: permission denied for database"):
        engine.system.execute(text)
    assert bare.sql(OBJECTS) == []
    with psycopg.connect(bare.url, autocommit=True) as administrator:
        administrator.execute(text.encode())
    assert engine.system.prepare([engine.mapping]) == ""
    since = engine.position()
    (outcome,) = engine.apply(create(name="a"))
    assert engine.changes(since) == {outcome.source_id: outcome.row}
    assert engine.system.trim([engine.position()], 30) == 0


def test_a_busy_table_is_left_alone_after_some_seconds(bare: Shop) -> None:
    text = bare.system.prepare([bare.mapping]).replace("'5s'", "'200ms'")
    with bare.connect() as person:
        person.execute("UPDATE customers SET name = name")
        with pytest.raises(SystemUnavailable, match="lock timeout"):
            bare.system.execute(text)
    assert bare.sql(OBJECTS) == []


def test_a_schema_of_somebody_else_with_our_name_is_not_touched(bare: Shop) -> None:
    bare.sql("CREATE SCHEMA concord CREATE TABLE change_log (theirs text)")
    for act in (bare.system.prepare, bare.system.unprepare, bare.system.capabilities):
        with pytest.raises(ConfigError, match="schema named concord that is not ours"):
            act([bare.mapping])
    assert bare.sql("SELECT count(*) FROM concord.change_log") == [(0,)]


def test_what_others_put_into_our_schema_is_not_dropped(shop: Shop) -> None:
    shop.sql("CREATE TABLE concord.theirs (x int)")
    with pytest.raises(psycopg.errors.DependentObjectsStillExist):
        shop.system.execute(shop.system.unprepare([shop.mapping]))
    assert shop.sql("SELECT count(*) FROM concord.theirs") == [(0,)]
    assert shop.system.prepare([shop.mapping]) == ""


@pytest.mark.parametrize(
    ("ddl", "why"),
    [
        ("CREATE VIEW t AS SELECT code AS id, name FROM customers", "not an ordinary table"),
        ("CREATE TABLE t (id int, name text) PARTITION BY LIST (id)", "not an ordinary table"),
        ("CREATE TABLE p (id int, name text); CREATE TABLE t () INHERITS (p)", "inherits"),
        ("CREATE TABLE t (id int, name text); CREATE TABLE c () INHERITS (t)", "inherits"),
        ("CREATE TABLE t (id timestamptz PRIMARY KEY, name text)", "key has type timestamp"),
    ],
)
def test_a_table_whose_changes_triggers_cannot_all_see_says_so(
    bare: Shop, ddl: str, why: str
) -> None:
    bare.sql(ddl)
    bare.mapping = mapping_of("t", "id", "name")
    bare.prepare()
    able = bare.system.capabilities([bare.mapping])
    assert able.changes == "full"
    assert able.conditional_write
    assert any(why in note for note in able.notes)
    assert bare.changes(bare.position()) is None


def test_capture_by_time_stamp_gets_no_triggers(bare: Shop) -> None:
    bare.spec = SystemSpec.model_validate({**bare.spec.model_dump(), "capture": "timestamp"})
    bare.mapping = bare.mapping.model_copy(update={"modified": "updated_at"})
    text = bare.system.prepare([bare.mapping])
    assert "CREATE TRIGGER" not in text
    bare.system.execute(text)
    assert bare.system.prepare([bare.mapping]) == ""
    able = bare.system.capabilities([bare.mapping])
    assert (able.changes, able.deletes, able.idempotency) == ("timestamp", False, True)
    assert any("Deletions" in note and "60 minutes" in note for note in able.notes)


def test_a_table_that_is_not_there_is_named(bare: Shop) -> None:
    missing = mapping_of("nowhere")
    with pytest.raises(EntityStopped, match="no table nowhere"):
        bare.system.prepare([missing])
    able = bare.system.capabilities([bare.mapping, missing])
    assert any("no table nowhere" in note for note in able.notes)


def test_a_key_that_may_come_twice_is_pointed_out(bare: Shop) -> None:
    bare.sql("ALTER TABLE customers DROP CONSTRAINT customers_pkey")
    able = bare.system.capabilities([bare.mapping])
    assert any("customers.code is not declared unique" in note for note in able.notes)


def test_measures_show_the_longest_open_transaction_and_the_log(shop: Shop) -> None:
    shop.add("a")
    with shop.connect() as person:
        person.execute("INSERT INTO customers (name) VALUES ('open')")
        shop.sql("SELECT pg_sleep(0.2), pg_current_xact_id()")
        measured = shop.system.measure()
        notes = " ".join(shop.system.capabilities([shop.mapping]).notes)
    assert measured.longest_transaction >= 0.2
    assert measured.open_span >= 1
    assert measured.log_bytes > 0
    assert measured.log_age > 0
    assert f"PostgreSQL {measured.version}" in notes
    assert "change log:" in notes


def test_one_function_name_serves_tables_with_the_longest_names(bare: Shop) -> None:
    long = "t" * 59
    for name in (f"{long}_one", f"{long}_two", "Ünïcode tâble " + "ü" * 20):
        bare.sql(f'CREATE TABLE "{name}" (id int PRIMARY KEY, name text)')
    mappings = [
        mapping_of(name, "id", "name")
        for name in (f"{long}_one", f"{long}_two", "Ünïcode tâble " + "ü" * 20)
    ]
    bare.system.execute(bare.system.prepare(mappings))
    assert bare.system.prepare(mappings) == ""
    with bare.system.writer(Fence("load", 1)) as writer, bare.system.snapshot() as snapshot:
        for mapping in mappings:
            write = create(id="1", name="x")
            (outcome,) = writer.apply(mapping, [write], snapshot.shape(mapping))
            assert outcome.source_id == "1"


def test_what_an_earlier_version_prepared_is_prepared_again_and_goes_whole(shop: Shop) -> None:
    of_old = "(text, json, integer[], integer, text, bigint)"
    shop.sql(
        "DROP FUNCTION concord.write_each; DROP TABLE concord.watched_lines;"
        f"CREATE FUNCTION concord.write_each{of_old} RETURNS void LANGUAGE sql AS ''"
    )
    able = shop.system.capabilities([shop.mapping])
    assert (able.changes, able.conditional_write) == ("full", False)
    assert "not prepared for writing: Have `concord systems prepare erp` run." in able.notes
    shop.prepare()
    able = shop.system.capabilities([shop.mapping])
    assert (able.changes, able.conditional_write) == ("log", True)
    assert shop.apply(create(name="a"), create(name=None))[0].state == "confirmed"
    shop.system.execute(shop.system.unprepare([shop.mapping]))
    assert shop.sql(OBJECTS) == []
