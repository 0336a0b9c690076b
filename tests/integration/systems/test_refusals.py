"""What a person is told when a system is away, refuses us, or hides something."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from concord.errors import EntityStopped, NotAuthorised, SystemUnavailable
from concord.systems.postgres import PostgresSystem
from concord.systems.postgres.connection import Target
from concord.systems.postgres.snapshot import PostgresSnapshot
from concord.systems.protocol import Fence
from tests.integration.systems.conftest import Shop, create, update


def look(shop: Shop) -> None:
    shop.everything()


def test_a_server_that_is_away_is_named_without_its_password(bare: Shop) -> None:
    url = "postgresql://joe:s3cret@127.0.0.1:1/erp"
    system = PostgresSystem(bare.spec, url)
    acts: list[Any] = [
        lambda: system.capabilities([bare.mapping]),
        lambda: system.snapshot().__enter__(),
        lambda: system.writer(Fence("x", 1)).__enter__(),
        lambda: system.prepare([bare.mapping]),
        lambda: system.execute("SELECT 1"),
        lambda: system.trim([], 30),
        system.measure,
    ]
    for act in acts:
        with pytest.raises(SystemUnavailable, match=r"erp at 127\.0\.0\.1:1/erp") as caught:
            act()
        assert "refused" in str(caught.value)
        assert "s3cret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_role_that_is_not_known_is_refused_and_not_tried_again(bare: Shop, pg: Any) -> None:
    bare.url = pg.url("postgres", "stranger")
    with pytest.raises(NotAuthorised, match=r"stranger.*Check the user and password"):
        look(bare)


@pytest.mark.parametrize(
    "words",
    [
        'connection failed: FATAL:  password authentication failed for user "joe"',
        "connection failed: fe_sendauth: no password supplied",
        'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "joe", database "erp"',
        'FATAL:  role "joe" is not permitted to log in',
        'FATAL:  permission denied for database "erp"',
    ],
)
def test_a_refused_log_in_is_told_from_a_server_that_is_away(words: str) -> None:
    target = Target.of("erp", "concord_erp", "postgresql://joe:s3cret@db/erp")
    refused = target.translate(psycopg.OperationalError(words), "connecting")
    assert isinstance(refused, NotAuthorised)
    assert "s3cret" not in str(refused)
    away = target.translate(psycopg.OperationalError("server closed the connection"), "x")
    assert isinstance(away, SystemUnavailable)
    assert target.translate(psycopg.ProgrammingError("a defect"), "x") is None


def test_a_missing_right_to_read_is_named(bare: Shop, role: Any) -> None:
    with pytest.raises(NotAuthorised, match=r"permission denied for table customers.*GRANT"):
        look(role())


def test_a_missing_right_to_write_is_named_and_nothing_is_written(shop: Shop, role: Any) -> None:
    reader = role("SELECT ON customers")
    with pytest.raises(NotAuthorised, match=r"not prepared|permission denied"):
        reader.apply(create(name="a"))
    shop.sql(f"GRANT USAGE ON SCHEMA concord TO {reader.sql('SELECT current_user')[0][0]}")
    with pytest.raises(NotAuthorised, match="permission denied for table"):
        reader.apply(create(name="a"))
    name = reader.sql("SELECT current_user")[0][0]
    shop.sql(f"GRANT ALL ON ALL TABLES IN SCHEMA concord TO {name}")
    shop.sql(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA concord TO {name}")
    code = shop.add("a")
    with pytest.raises(NotAuthorised, match=r"permission denied.*GRANT SELECT, INSERT ON"):
        reader.apply(create(name="b"), create(name="c"))
    with pytest.raises(NotAuthorised, match=r"permission denied.*GRANT SELECT, UPDATE ON"):
        reader.apply(update(code, {"name": "a"}, name="b"))
    assert shop.sql("SELECT name FROM customers") == [("a",)]


def test_rows_hidden_by_a_policy_stop_reading_instead_of_looking_deleted(
    bare: Shop, role: Any
) -> None:
    reader = role("SELECT ON customers")
    bare.add("a")
    bare.add("b")
    assert len(reader.everything()) == 2
    bare.sql(
        "ALTER TABLE customers ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY half ON customers USING (name = 'a')"
    )
    with pytest.raises(NotAuthorised, match=r"row-level security.*hidden records look deleted"):
        look(reader)


def test_a_table_locked_for_long_makes_the_system_busy_not_broken(shop: Shop) -> None:
    with shop.connect() as person:
        person.execute("LOCK customers IN ACCESS EXCLUSIVE MODE")
        target = shop.system.target
        with target.errors("x"), target.connect("test", "-c lock_timeout=100ms") as conn:
            snapshot = PostgresSnapshot(conn, target, shop.spec, {})
            with pytest.raises(SystemUnavailable, match="lock timeout"):
                snapshot.shape(shop.mapping)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE customers DROP COLUMN phone",
        "ALTER TABLE customers RENAME phone TO telephone",
    ],
)
def test_a_column_that_goes_while_we_look_stops_the_entity(shop: Shop, change: str) -> None:
    shop.add("a")
    shape = shop.shape()
    with shop.system.writer(Fence("load", 1)) as writer:
        shop.sql(change)
        (outcome,) = writer.apply(shop.mapping, [create(name="b", phone="1")], shape)
        assert outcome.state == "rejected"
    with shop.system.snapshot() as snapshot:
        assert "phone" in snapshot.shape(shop.mapping).missing
        reading = snapshot.everything(shop.mapping, shape)
        assert "phone" not in reading.columns


def test_a_column_dropped_between_the_look_and_the_reading_stops_the_entity(shop: Shop) -> None:
    shop.add("a")
    with shop.system.snapshot() as snapshot:
        shop.sql("ALTER TABLE customers DROP COLUMN phone")
        reading = snapshot.everything(shop.mapping, snapshot.shape(shop.mapping))
        with pytest.raises(EntityStopped, match="phone"):
            shop.rows(reading)


def test_a_connection_that_breaks_while_reading_is_a_system_away(shop: Shop) -> None:
    shop.add("a")
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'concord reader' AND datname = current_database()"
    )
    with shop.system.snapshot() as snapshot:
        reading = snapshot.everything(shop.mapping, snapshot.shape(shop.mapping))
        shop.sql(kill)
        threading.Event().wait(0.1)
        with pytest.raises(SystemUnavailable):
            shop.rows(reading)


def test_a_read_only_server_is_away_for_writing(shop: Shop) -> None:
    target = shop.system.target
    with shop.connect() as conn, pytest.raises(psycopg.errors.ReadOnlySqlTransaction) as caught:
        conn.execute("SET transaction_read_only = on; DELETE FROM customers")
    ours = target.translate(caught.value, "writing")
    assert isinstance(ours, SystemUnavailable)
    assert "read-only" in str(ours)


def test_a_failing_hub_is_not_taken_for_a_failing_system(shop: Shop) -> None:
    shop.add("a")
    hub_error = psycopg.OperationalError("the hub closed the connection")

    def hub(block: bytes) -> None:
        raise hub_error

    with shop.system.snapshot() as snapshot:
        reading = snapshot.everything(shop.mapping, snapshot.shape(shop.mapping))
        assert reading.copy is not None
        with pytest.raises(psycopg.OperationalError) as caught:
            reading.copy(hub)
    assert caught.value is hub_error
    with pytest.raises(psycopg.OperationalError) as caught, shop.system.snapshot():
        raise hub_error
    assert caught.value is hub_error
