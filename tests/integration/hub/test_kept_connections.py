"""Connections that are used again are as if new, and those that cannot be are replaced."""

from __future__ import annotations

import gc
import os

import psycopg
import pytest
from psycopg import IsolationLevel

from concord.errors import HubUnavailable
from concord.hub.database import KEPT, Hub
from tests.conftest import TestHub

LOCK = "SELECT pg_try_advisory_lock(4711)"
PID = "SELECT pg_backend_pid()"


@pytest.fixture
def kept(hub: TestHub) -> Hub:
    """A hub of its own."""
    return Hub(hub.url)


def pid(hub: Hub) -> int:
    with hub.connect() as conn:
        row = conn.execute(PID).fetchone()
    assert row
    return int(row[0])


def test_a_connection_that_was_left_in_order_is_used_again_and_is_as_if_new(kept: Hub) -> None:
    with kept.connect(autocommit=True) as conn:
        first = conn.info.backend_pid
        conn.isolation_level = IsolationLevel.SERIALIZABLE
        conn.read_only = True
        conn.execute("SELECT set_config('lock_timeout', '7s', false)")
        conn.execute("SELECT set_config('application_name', 'concord step', false)")
        conn.execute("SELECT set_config('TimeZone', 'Asia/Shanghai', false)")
        conn.execute("CREATE TEMP TABLE left_over (x int)")
        conn.execute(LOCK)
    with kept.connect() as again, kept.connect() as other:
        assert again.info.backend_pid == first != other.info.backend_pid
        assert not again.autocommit
        assert again.isolation_level is None
        assert again.read_only is None
        shown = "SELECT current_setting('lock_timeout'), current_setting('application_name'),"
        shown += " current_setting('TimeZone'), to_regclass('pg_temp.left_over')"
        assert again.execute(shown).fetchone() == ("0", "concord", "UTC", None)
        assert other.execute(LOCK).fetchone() == (True,)


def test_what_was_done_is_committed_and_an_error_takes_it_back(kept: Hub) -> None:
    with kept.connect() as conn:
        conn.execute("INSERT INTO ops.reread (system, entity, source_id, reason)"
                     " VALUES ('erp', 'party', '1', 'a')")  # fmt: skip
    first = pid(kept)
    with pytest.raises(psycopg.errors.DivisionByZero), kept.connect() as conn:
        conn.execute("WITH gone AS (DELETE FROM ops.reread) SELECT 1 / 0")
    with kept.connect() as conn:
        assert conn.info.backend_pid != first
        assert conn.execute("SELECT source_id FROM ops.reread").fetchall() == [("1",)]


def test_one_that_the_server_ended_is_replaced(kept: Hub, hub: TestHub) -> None:
    gone = pid(kept)
    with Hub(hub.url).connect(autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (gone,))
    assert pid(kept) != gone


def test_one_that_is_lost_while_it_is_used_is_said_to_be_lost(kept: Hub, hub: TestHub) -> None:
    with kept.connect() as conn:
        with Hub(hub.url).connect(autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (conn.info.backend_pid,))
        with pytest.raises(HubUnavailable):
            conn.execute("SELECT 1")
    assert pid(kept)


def test_a_forked_child_opens_its_own(kept: Hub) -> None:
    mine = pid(kept)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(pid(kept)).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(read, 20)) != mine
    assert pid(kept) == mine


def test_no_more_are_kept_than_are_of_use_and_none_when_the_hub_is_let_go(hub: TestHub) -> None:
    kept = Hub(hub.url)
    open_ = [kept.connect() for _ in range(KEPT + 2)]
    for conn in open_:
        with conn:
            conn.execute("SELECT 1")
    assert [conn.closed for conn in open_] == [False] * KEPT + [True] * 2
    del kept
    gc.collect()
    assert all(conn.closed for conn in open_)


def test_a_closed_hub_has_no_connection_and_opens_another_when_asked(
    kept: Hub, hub: TestHub
) -> None:
    first = pid(kept)
    kept.close()
    with psycopg.connect(hub.admin_url) as conn:
        for _ in range(100):  # the server ends a session a moment after its client went
            left = conn.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (first,))
            if left.fetchone() is None:
                break
            conn.execute("SELECT pg_sleep(0.05), pg_stat_clear_snapshot()")
        else:
            pytest.fail("the connection is still there")
    assert pid(kept) != first
