"""Logical decoding: what it sees, when it says that it cannot tell, and what it lets go."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest

from concord.errors import SystemUnavailable
from concord.systems.postgres import decoding, pgoutput
from concord.systems.postgres.decoding import Slot, Stretch, slot_of
from concord.systems.postgres.snapshot import PostgresSnapshot
from tests.support.shop import Shop, mapping_of


def ops(rows: dict[str, Any] | None) -> dict[str, str]:
    assert rows is not None
    return {i: r.op for i, r in rows.items()}


def slot(shop: Shop) -> Slot:
    with shop.connect() as conn:
        found = slot_of(conn)
    assert found is not None
    return found


def look(shop: Shop) -> Stretch:
    """What a look decodes."""
    with shop.system.snapshot() as snapshot:
        assert isinstance(snapshot, PostgresSnapshot)
        assert snapshot.decoded is not None
        return snapshot.decoded


@contextmanager
def setting(shop: Shop, name: str, value: str) -> Iterator[None]:
    """A setting of the whole server, for a while."""
    with shop.connect(autocommit=True) as conn:

        def reload(change: str) -> None:
            conn.execute(change)
            conn.execute("SELECT pg_reload_conf()")
            time.sleep(0.2)  # the server's processes read it in their own time

        reload(f"ALTER SYSTEM SET {name} = '{value}'")
        try:
            yield
        finally:
            reload(f"ALTER SYSTEM RESET {name}")


def test_every_kind_of_statement_is_decoded(decoded: Shop) -> None:
    shop = decoded
    shop.sql("INSERT INTO customers (code, name) SELECT 'K' || n, 'n' FROM generate_series(1, 9) n")
    since = shop.position()
    with shop.connect() as conn, conn.cursor().copy("COPY customers (code, name) FROM STDIN") as c:
        c.write_row(("P1", "p"))
    shop.sql(
        "INSERT INTO customers (code, name) VALUES ('K1', 'x'), ('N1', 'x')"
        " ON CONFLICT (code) DO UPDATE SET name = excluded.name"
    )
    shop.sql(
        "MERGE INTO customers c USING (VALUES ('K2'), ('K3'), ('N2')) v (k) ON c.code = v.k"
        " WHEN MATCHED AND k = 'K2' THEN DELETE WHEN MATCHED THEN UPDATE SET visits = 1"
        " WHEN NOT MATCHED THEN INSERT (code, name) VALUES (k, 'm')"
    )
    shop.sql("DELETE FROM customers WHERE code IN ('K4', 'K5')")
    shop.sql("INSERT INTO customers (code, name) VALUES ('K5', 'again')")
    assert ops(shop.changes(since)) == {
        "P1": "U", "K1": "U", "N1": "U", "K2": "D", "K3": "U", "N2": "U", "K4": "D", "K5": "U",
    }  # fmt: skip
    assert shop.changes(shop.position()) == {}


def test_a_changed_key_is_a_deletion_and_a_new_record(decoded: Shop) -> None:
    decoded.sql("INSERT INTO customers (code, name) VALUES ('A', 'a'), ('B', 'b')")
    since = decoded.position()
    decoded.sql("UPDATE customers SET code = 'C' WHERE code = 'A'")
    decoded.sql("UPDATE customers SET code = lower(code)")
    assert ops(decoded.changes(since)) == {"A": "D", "B": "D", "C": "D", "b": "U", "c": "U"}


def test_records_asked_for_come_beside_the_decoded_ones(decoded: Shop) -> None:
    same = decoded.add("a")
    since = decoded.position()
    code = decoded.add("b")
    assert ops(decoded.changes(since, [same, "no such"])) == {same: "U", code: "U", "no such": "D"}


def test_rows_of_replication_and_cascades_are_decoded(decoded: Shop) -> None:
    since = decoded.position()
    with decoded.connect() as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("INSERT INTO customers (code, name) VALUES ('R', 'r')")
    assert ops(decoded.changes(since)) == {"R": "U"}


def test_what_was_rolled_back_is_no_change_and_subtransactions_count_with_their_whole(
    decoded: Shop,
) -> None:
    since = decoded.position()
    with decoded.connect() as conn:
        for n in range(70):  # more than a snapshot lists one by one
            conn.execute("SAVEPOINT s")
            conn.execute("INSERT INTO customers (code, name) VALUES (%s, 'x')", (f"kept{n}",))
            conn.execute("RELEASE s")
        conn.execute("SAVEPOINT s")
        conn.execute("INSERT INTO customers (code, name) VALUES ('undone', 'x')")
        conn.execute("ROLLBACK TO s")
        assert decoded.changes(since) == {}
        between = decoded.position()
    with decoded.connect() as conn:
        conn.execute("INSERT INTO customers (code, name) VALUES ('never', 'x')")
        conn.rollback()
    assert ops(decoded.changes(between)) == {f"kept{n}": "U" for n in range(70)}


def test_many_changes_of_one_moment_are_all_seen_once(decoded: Shop) -> None:
    since = decoded.position()
    decoded.sql(
        "INSERT INTO customers (code, name, updated_at)"
        " SELECT 'T' || n, 'n', '2026-01-01' FROM generate_series(1, 2000) n"
    )
    assert len(ops(decoded.changes(since))) == 2000


def test_a_transaction_that_commits_late_is_not_missed(decoded: Shop) -> None:
    start = decoded.position()
    with decoded.connect() as late, decoded.connect() as never:
        late.execute("INSERT INTO customers (code, name) VALUES ('late', 'x')")
        never.execute("INSERT INTO customers (code, name) VALUES ('never', 'x')")
        decoded.sql("INSERT INTO customers (code, name) VALUES ('quick', 'x')")
        between = decoded.position()
        assert set(decoded.changes(start) or ()) == {"quick"}
        decoded.system.release([between])
        late.commit()
        never.rollback()
    assert set(decoded.changes(between) or ()) == {"late"}


def test_an_idle_transaction_does_not_hold_decoding_up(decoded: Shop) -> None:
    with decoded.connect() as idle:
        idle.execute("INSERT INTO customers (code, name) VALUES ('idle', 'x')")
        since = decoded.position()
        for n in range(3):
            code = decoded.add(f"n{n}")
            assert set(decoded.changes(since) or ()) == {code}
            since = decoded.position()
            decoded.system.release([since])
        idle.commit()
    assert set(decoded.changes(since) or ()) == {"idle"}


def test_a_commit_between_the_look_and_its_mark_is_seen_by_the_next(
    decoded: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = decoding.read
    with decoded.connect() as person:
        person.execute("INSERT INTO customers (code, name) VALUES ('between', 'x')")

        def read(*arguments: Any) -> Any:
            person.commit()
            decoded.sql("INSERT INTO customers (code, name) VALUES ('after', 'x')")
            return whole(*arguments)

        first = decoded.position()
        with monkeypatch.context() as patch:
            patch.setattr(decoding, "read", read)
            since = decoded.position()
    decoded.system.release([since])
    assert slot(decoded).confirmed > decoding.lsn_number(first["decoded"]["lsn"])
    assert set(decoded.changes(since) or ()) == {"between", "after"}


def test_a_commit_that_is_written_and_not_yet_visible_is_not_passed_by(decoded: Shop) -> None:
    since = decoded.position()
    with setting(decoded, "synchronous_standby_names", "nobody"), decoded.connect() as person:
        person.execute("SET synchronous_commit = on")
        person.execute("INSERT INTO customers (code, name) VALUES ('waiting', 'x')")
        commit = threading.Thread(target=person.commit)
        commit.start()
        try:
            waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            assert any(decoded.sql(waits) or time.sleep(0.01) for _ in range(200))
            assert decoded.changes(since) == {}
            between = decoded.position()
            decoded.system.release([between])
        finally:
            decoded.sql("SELECT pg_cancel_backend(%s)", person.info.backend_pid)
            commit.join()
        decoded.system.release([between, decoded.position()])
        assert set(decoded.changes(between) or ()) == {"waiting"}


def test_a_commit_that_is_visible_and_not_yet_on_disk_is_seen(decoded: Shop) -> None:
    with decoded.connect(autocommit=True) as person:
        person.execute("SET synchronous_commit = off")
        for n in range(20):
            since = decoded.position()
            person.execute("INSERT INTO customers (code, name) VALUES (%s, 'x')", (str(n),))
            assert set(decoded.changes(since) or ()) == {str(n)}


def truncated(shop: Shop) -> None:
    shop.sql("TRUNCATE customers")


def slot_dropped(shop: Shop) -> None:
    shop.sql("SELECT pg_drop_replication_slot(%s)", slot(shop).name)


def slot_made_anew(shop: Shop) -> None:
    slot_dropped(shop)
    shop.sql("UPDATE customers SET name = 'unseen'")
    shop.prepare()


def taken_out_and_put_back(shop: Shop) -> None:
    shop.sql("ALTER PUBLICATION concord DROP TABLE customers")
    shop.sql("UPDATE customers SET name = 'unseen'")
    shop.prepare()


def deletions_left_out(shop: Shop) -> None:
    shop.sql("ALTER PUBLICATION concord SET (publish = 'insert, update, truncate')")


def deletions_left_out_for_a_while(shop: Shop) -> None:
    deletions_left_out(shop)
    shop.sql("DELETE FROM customers")
    shop.sql("ALTER PUBLICATION concord SET (publish = 'insert, update, delete, truncate')")


def rewritten(shop: Shop) -> None:
    shop.sql("ALTER TABLE customers ALTER visits TYPE bigint USING 7")


def made_anew_and_prepared(shop: Shop) -> None:
    shop.sql("CREATE TABLE copy (LIKE customers INCLUDING ALL); DROP TABLE customers")
    shop.sql("ALTER TABLE copy RENAME TO customers")
    shop.prepare()


def moved_past(shop: Shop) -> None:
    shop.add("after")
    shop.system.release([shop.position()])
    shop.add("later")
    shop.system.release([shop.position()])


def key_renamed(shop: Shop) -> None:
    shop.add("under the old name")
    shop.sql("ALTER TABLE customers RENAME code TO id")
    shop.mapping = mapping_of("customers", "id", "name")


def another_key_mapped(shop: Shop) -> None:
    shop.mapping = mapping_of("customers", "phone", "name")


def way_changed(shop: Shop) -> None:
    shop.spec = shop.variant(capture="timestamp").spec
    shop.mapping = shop.mapping.model_copy(update={"modified": "updated_at"})


@pytest.mark.parametrize(
    "happening",
    [
        truncated, slot_dropped, slot_made_anew, taken_out_and_put_back, deletions_left_out,
        deletions_left_out_for_a_while, rewritten, made_anew_and_prepared, moved_past, key_renamed,
        another_key_mapped, way_changed,
    ],
)  # fmt: skip
def test_a_slot_that_cannot_tell_asks_for_a_full_comparison(
    decoded: Shop, happening: Callable[[Shop], None]
) -> None:
    decoded.add("before", "1")
    since = decoded.position()
    assert decoded.changes(since) == {}
    happening(decoded)
    assert decoded.changes(since) is None


def test_a_server_set_back_to_before_the_mark_asks_for_a_full_comparison(decoded: Shop) -> None:
    since = decoded.position()
    mark = {**since["decoded"], "mark": "00000000-0000-0000-0000-000000000000"}
    assert decoded.changes(since) == {}
    assert decoded.changes({**since, "decoded": mark}) is None


def test_a_server_set_back_is_told_from_one_whose_slot_went_on(decoded: Shop) -> None:
    passed = decoded.position()
    decoded.add("a")
    since = decoded.position()
    decoded.system.release([since])
    mark = {**since["decoded"], "mark": "00000000-0000-0000-0000-000000000000"}
    stretch = look(decoded)
    assert stretch.set_back({**since, "decoded": mark})
    assert not stretch.set_back(since)
    assert not stretch.set_back(passed)
    assert not stretch.set_back({k: v for k, v in since.items() if k != "decoded"})


def test_a_position_from_before_the_slot_is_not_gone_on_from(bare: Shop, decoded: Shop) -> None:
    logged = bare.position()
    assert "decoded" not in bare.variant(capture="log").position()
    assert decoded.changes({k: v for k, v in logged.items() if k != "decoded"}) is None


def test_after_a_truncate_the_next_position_is_good_again(decoded: Shop) -> None:
    decoded.sql("TRUNCATE customers")
    since = decoded.position()
    code = decoded.add("new")
    assert ops(decoded.changes(since)) == {code: "U"}


def test_more_changes_than_are_worth_decoding_ask_for_a_full_comparison(
    decoded: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = decoded.position()
    decoded.sql("INSERT INTO customers (name) SELECT 'n' FROM generate_series(1, 9)")
    monkeypatch.setattr(pgoutput, "MANY", 9)
    assert len(ops(decoded.changes(since))) == 9
    monkeypatch.setattr(pgoutput, "MANY", 8)
    assert decoded.changes(since) is None


@contextmanager
def held(shop: Shop) -> Iterator[psycopg.Connection[Any]]:
    """The slot in the hands of another reader."""
    command = (
        f"START_REPLICATION SLOT {slot(shop).name} LOGICAL 0/0"
        " (proto_version '1', publication_names 'concord')"
    )
    with closing(psycopg.connect(shop.url, replication="database", autocommit=True)) as other:
        other.pgconn.exec_(command.encode())
        yield other


def test_a_reader_waits_for_another_to_leave_the_slot(decoded: Shop) -> None:
    since = decoded.position()
    code = decoded.add("a")
    with held(decoded) as other:
        leave = threading.Timer(0.4, other.close)
        leave.start()
        assert ops(decoded.changes(since)) == {code: "U"}
        leave.join()


def test_a_slot_that_is_never_free_makes_the_system_busy_and_loses_nothing(
    decoded: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "PATIENCE", 0.3)
    since = decoded.position()
    code = decoded.add("a")
    with held(decoded):
        with pytest.raises(SystemUnavailable, match="another reader has held its replication slot"):
            decoded.position()
        decoded.system.release([since])
    assert ops(decoded.changes(since)) == {code: "U"}


def test_two_looks_at_once_both_see_everything(decoded: Shop) -> None:
    since = decoded.position()
    code = decoded.add("a")
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(decoded.changes(since))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [ops(rows) for rows in found] == [{code: "U"}] * 4


def test_a_look_during_which_the_slot_moves_on_misses_nothing(
    decoded: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = decoding.read

    def read(*arguments: Any) -> Any:
        decoded.sql("INSERT INTO customers (code, name) VALUES ('unseen by the look', 'x')")
        with monkeypatch.context() as patch:
            patch.setattr(decoding, "read", whole)
            decoded.system.release([decoded.position()])
        return whole(*arguments)

    first = decoded.position()
    decoded.add("a")
    decoded.system.release([first])
    with monkeypatch.context() as patch:
        patch.setattr(decoding, "read", read)
        since = decoded.position()
    assert decoded.changes(since) is None  # it was behind the slot from the start


def test_the_server_keeps_its_log_only_for_the_earliest_reader(decoded: Shop) -> None:
    older = decoded.position()
    first = decoded.add("between")
    newer = decoded.position()
    second = decoded.add("after both")
    decoded.system.release([newer, older, {"kind": "of another adapter"}])
    assert ops(decoded.changes(older)) == {first: "U", second: "U"}
    before = slot(decoded)
    elsewhere = {**newer, "server": {**newer["server"], "system": "1"}}
    decoded.system.release([])
    decoded.system.release([elsewhere])
    assert slot(decoded).confirmed == before.confirmed
    decoded.system.trim([newer], 30)
    assert slot(decoded).confirmed > before.confirmed
    assert ops(decoded.changes(newer)) == {second: "U"}
    assert decoded.changes(older) is None


def test_log_that_nobody_needs_is_let_go(decoded: Shop) -> None:
    for _ in range(4):
        decoded.sql("INSERT INTO customers (name) SELECT 'n' FROM generate_series(1, 5000)")
        decoded.sql("SELECT pg_log_standby_snapshot()")  # the server writes one every 15 s
    large = slot(decoded).retained
    for _ in range(3):
        since = decoded.position()
        decoded.sql("SELECT pg_log_standby_snapshot()")
        decoded.system.release([since])
    assert slot(decoded).retained < large / 5


def test_a_slot_whose_log_was_cleared_is_said_to_be_lost_and_made_anew(decoded: Shop) -> None:
    since = decoded.position()
    with setting(decoded, "max_slot_wal_keep_size", "1MB"):
        for _ in range(3):
            decoded.add("x")
            decoded.sql("SELECT pg_switch_wal()")
        with decoded.connect(autocommit=True) as conn:
            conn.execute("CHECKPOINT")
    assert decoded.changes(since) is None
    able = decoded.system.capabilities([decoded.mapping])
    assert able.changes == "full"
    assert any("its slot was invalidated" in note for note in able.notes)
    decoded.prepare()
    assert decoded.system.prepare([decoded.mapping]) == ""
    since = decoded.position()
    code = decoded.add("seen again")
    assert ops(decoded.changes(since)) == {code: "U"}
