"""The audit trail: append-only for everybody, and a chain that shows every change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from concord.hub import audit
from tests.conftest import TestHub


def fill(hub: TestHub, count: int = 4) -> None:
    with hub.connect() as conn:
        for n in range(count):
            audit.append(conn, "anna", "decide", f"party/{n}", {"n": n, "text": "Größe"})


def broken(hub: TestHub, statement: str) -> int | None:
    """What verify finds after a superuser changed the table behind everybody's back."""
    with psycopg.connect(hub.admin_url) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute(statement.encode())
    with hub.connect() as conn:
        return audit.verify(conn)


def test_an_untouched_chain_verifies(hub: TestHub) -> None:
    with hub.connect() as conn:
        assert audit.verify(conn) is None
    fill(hub)
    with hub.connect() as conn:
        assert audit.verify(conn) is None
        rows = conn.execute("SELECT actor, detail FROM ops.audit ORDER BY audit_id").fetchall()
    assert rows[3] == ("anna", {"n": 3, "text": "Größe"})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ops.audit SET actor = 'x'",
        "DELETE FROM ops.audit",
        "TRUNCATE ops.audit",
    ],
)
def test_not_even_the_owner_changes_it(hub: TestHub, statement: str) -> None:
    fill(hub, 1)
    with (
        psycopg.connect(hub.owner_url) as conn,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        conn.execute(statement.encode())


@pytest.mark.parametrize(
    "change",
    [
        "SET actor = 'bob'",
        "SET action = 'undo'",
        "SET subject = 'party/9'",
        "SET detail = detail || '{\"n\": 9}'",
        "SET at = at + interval '1 microsecond'",
        "SET previous = '\\x00'",
        "SET hash = sha256('x')",
    ],
)
def test_every_change_of_an_entry_is_found(hub: TestHub, change: str) -> None:
    fill(hub)
    row = f"UPDATE ops.audit {change} WHERE audit_id = (SELECT max(audit_id) - 2 FROM ops.audit)"
    with hub.connect() as conn:
        last = conn.execute("SELECT max(audit_id) FROM ops.audit").fetchone()
    assert last is not None
    assert broken(hub, row) == last[0] - 2


def test_a_missing_entry_is_found_at_the_next(hub: TestHub) -> None:
    fill(hub)
    with hub.connect() as conn:
        ids = [r[0] for r in conn.execute("SELECT audit_id FROM ops.audit ORDER BY audit_id")]
    assert broken(hub, f"DELETE FROM ops.audit WHERE audit_id = {ids[1]}") == ids[2]


def test_writers_at_once_make_one_chain(hub: TestHub) -> None:
    def write(name: int) -> None:
        for n in range(15):
            with hub.connect() as conn:
                audit.append(conn, f"writer {name}", "count", str(n), {})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with hub.connect() as conn:
        assert conn.execute("SELECT count(*) FROM ops.audit").fetchone() == (60,)
        assert audit.verify(conn) is None


def test_an_old_snapshot_cannot_fork_the_chain(hub: TestHub) -> None:
    with hub.connect() as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.errors.RaiseException, match="READ COMMITTED"):
            audit.append(conn, "anna", "decide", "party/1", {})
