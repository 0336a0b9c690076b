"""The fence: of two holders only the newer one writes, and then it knows what the older one did."""

from __future__ import annotations

import threading
import time
from uuid import UUID

import psycopg
import pytest

from concord.errors import LeaseLost, NotAuthorised, SystemUnavailable
from concord.systems.postgres.table import load
from concord.systems.postgres.writer import open_writer
from concord.systems.postgres.writing import Group, update_statement
from concord.systems.protocol import Fence, Outcome, Write
from tests.integration.systems.conftest import Shop, create, update

NAME = "load:erp"


@pytest.fixture
def slow(shop: Shop) -> Shop:
    """A shop whose customers take a while to store, so that a holder can be met in the middle."""
    shop.sql(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END$$;"
        "CREATE TRIGGER slow AFTER INSERT ON customers EXECUTE FUNCTION slow()"
    )
    return shop


def in_background(
    shop: Shop, writes: list[Write], token: int
) -> tuple[threading.Thread, list[Outcome | Exception]]:
    """Apply in another thread; what it gave or raised lands in the list."""
    result: list[Outcome | Exception] = []

    def work() -> None:
        try:
            with shop.system.writer(Fence(NAME, token)) as writer:
                result.extend(writer.apply(shop.mapping, writes, shop.shape()))
        except Exception as e:
            result.append(e)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, result


def wait_for(shop: Shop, activity: str) -> int:
    """The process id of the session in whose current query a text occurs."""
    for _ in range(200):
        found = shop.sql(
            "SELECT pid FROM pg_stat_activity WHERE state <> 'idle' AND query LIKE %s"
            " AND pid <> pg_backend_pid() AND datname = current_database()",
            f"%{activity}%",
        )
        if found:
            return int(found[0][0])
        time.sleep(0.01)
    raise AssertionError(f"no session came to {activity}")


def truth(shop: Shop, keys: list[UUID], token: int) -> dict[UUID, Outcome]:
    with shop.system.writer(Fence(NAME, token)) as writer:
        return writer.look_up(shop.mapping, keys, shop.shape())


def test_taking_the_fence_waits_for_a_write_under_way_and_then_sees_it(slow: Shop) -> None:
    write = create(name="a")
    thread, result = in_background(slow, [write], 1)
    wait_for(slow, "MERGE INTO")
    found = truth(slow, [write.key], 2)
    thread.join()
    assert found.keys() == {write.key}
    assert slow.sql("SELECT name FROM customers") == [("a",)]
    assert isinstance(result[0], Outcome)


def test_a_holder_that_stands_still_inside_its_transaction_is_ended_by_the_next(
    shop: Shop,
) -> None:
    code = shop.add("a", "1")
    with open_writer(shop.system.target, Fence(NAME, 1)) as writer:
        writer.conn.execute("BEGIN")
        writer.conn.execute("SELECT FROM concord.fence WHERE name = %s FOR SHARE", (NAME,))
        writer.conn.execute("UPDATE customers SET phone = 'stale' WHERE code = %s", (code,))
        began = time.monotonic()
        assert truth(shop, [], 2) == {}
        assert time.monotonic() - began < 10
        with pytest.raises(psycopg.OperationalError):
            writer.conn.execute("COMMIT")
    assert shop.sql("SELECT phone FROM customers") == [("1",)]


def test_a_connection_killed_in_the_middle_leaves_nothing_and_the_next_holder_knows(
    slow: Shop,
) -> None:
    done, lost = create(name="done"), create(name="lost")
    with slow.system.writer(Fence(NAME, 1)) as writer:
        writer.apply(slow.mapping, [done], slow.shape())
    thread, result = in_background(slow, [lost], 2)
    slow.sql("SELECT pg_terminate_backend(%s)", wait_for(slow, "MERGE INTO"))
    thread.join()
    assert isinstance(result[0], SystemUnavailable)
    assert truth(slow, [done.key, lost.key], 3).keys() == {done.key}
    assert slow.sql("SELECT name FROM customers") == [("done",)]


def test_a_reply_lost_after_the_commit_is_found_by_look_up(shop: Shop) -> None:
    write = create(name="a")
    with shop.system.writer(Fence(NAME, 1)) as writer:
        (sent,) = writer.apply(shop.mapping, [write], shop.shape())
        shop.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'concord writer%'"
        )
        with pytest.raises(SystemUnavailable):
            writer.apply(shop.mapping, [write], shop.shape())
    assert truth(shop, [write.key], 1) == {write.key: sent}


def test_of_forty_paused_holders_none_writes_after_its_successor(shop: Shop) -> None:
    code = shop.add("a", "0")
    shape = shop.shape()
    stale_writes = naive = 0
    for turn in range(40):
        with shop.system.writer(Fence(NAME, 2 * turn)) as paused:
            write = update(code, {"phone": str(turn)}, phone="stale")
            with shop.system.writer(Fence(NAME, 2 * turn + 1)) as holder:
                new = update(code, {"phone": str(turn)}, phone=str(turn))
                assert holder.apply(shop.mapping, [new], shape)[0].state == "confirmed"
            # The base still holds, so that nothing but the fence can stop it.
            with pytest.raises(LeaseLost):
                paused.apply(shop.mapping, [write], shape)
            stale_writes += shop.sql("SELECT phone FROM customers") == [("stale",)]
            with shop.connect() as conn:  # the same without a fence
                conn.execute("UPDATE customers SET phone = 'naive' WHERE code = %s", (code,))
                naive += 1
        shop.sql("UPDATE customers SET phone = %s", str(turn + 1))
    assert (stale_writes, naive) == (0, 40)


def test_a_statement_of_a_stale_holder_writes_nothing_even_past_the_check(shop: Shop) -> None:
    """The token is in the write's own statement, not only in front of it."""
    code = shop.add("a", "1")
    group = Group("update", ((0, update(code, {"phone": "1"}, phone="2")),))
    with shop.system.writer(Fence(NAME, 5)), shop.connect(autocommit=True) as conn:
        table = load(conn, shop.system.target, shop.mapping)
        query = update_statement(table, group)
        for token, touched in ((4, 0), (6, 0), (5, 1)):
            with psycopg.RawCursor(conn) as cur:
                assert cur.execute(query, [group.payload(), NAME, token]).rowcount == touched


def test_leases_of_different_names_do_not_wait_for_each_other(slow: Shop) -> None:
    thread, result = in_background(slow, [create(name="a")], 1)
    wait_for(slow, "MERGE INTO")
    began = time.monotonic()
    with slow.system.writer(Fence("another", 1)):
        assert time.monotonic() - began < 0.25
    thread.join()
    assert isinstance(result[0], Outcome)


def test_a_database_that_is_not_prepared_is_not_written_to(bare: Shop) -> None:
    with (
        pytest.raises(NotAuthorised, match="concord systems prepare erp"),
        bare.system.writer(Fence(NAME, 1)),
    ):
        pass
    able = bare.system.capabilities([bare.mapping])
    assert (able.conditional_write, able.idempotency) == (False, False)
    assert any("concord systems prepare erp" in note for note in able.notes)
