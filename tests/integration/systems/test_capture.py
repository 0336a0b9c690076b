"""The change log: what it sees, and when it says that it cannot tell."""

from __future__ import annotations

from typing import Any

import pytest

from concord.model.spec import SystemSpec
from concord.systems.postgres.position import Server
from tests.integration.systems.conftest import Shop, mapping_of


def ops(rows: dict[str, Any] | None) -> dict[str, str]:
    assert rows is not None
    return {i: r.op for i, r in rows.items()}


def test_every_kind_of_statement_is_seen(shop: Shop) -> None:
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
    shop.sql("WITH gone AS (DELETE FROM customers WHERE code = 'K4' RETURNING 1) SELECT 1")
    shop.sql("UPDATE customers SET name = name WHERE code = 'no such'")
    assert ops(shop.changes(since)) == {
        "P1": "U", "K1": "U", "N1": "U", "K2": "D", "K3": "U", "N2": "U", "K4": "D",
    }  # fmt: skip


def test_a_changed_key_is_a_deletion_and_a_new_record(shop: Shop) -> None:
    shop.sql("INSERT INTO customers (code, name) VALUES ('A', 'a'), ('B', 'b')")
    since = shop.position()
    shop.sql("UPDATE customers SET code = 'C' WHERE code = 'A'")
    shop.sql("UPDATE customers SET code = lower(code)")
    assert ops(shop.changes(since)) == {"A": "D", "B": "D", "C": "D", "b": "U", "c": "U"}


def test_cascades_and_other_tables_triggers_are_seen(shop: Shop) -> None:
    child = mapping_of("contacts", "id", "name")
    shop.sql(
        "CREATE TABLE contacts (id int PRIMARY KEY, name text, customer text"
        " REFERENCES customers ON DELETE CASCADE)"
    )
    shop.system.execute(shop.system.prepare([child]))
    shop.sql("INSERT INTO customers (code, name) VALUES ('A', 'a')")
    shop.sql("INSERT INTO contacts VALUES (1, 'x', 'A'), (2, 'y', NULL)")
    shop.mapping, parent = child, shop.mapping
    since = shop.position()
    shop.sql("DELETE FROM customers")
    assert ops(shop.changes(since)) == {"1": "D"}
    shop.mapping = parent
    assert ops(shop.changes(since)) == {"A": "D"}


def test_replicated_and_restored_rows_are_seen(shop: Shop) -> None:
    since = shop.position()
    with shop.connect() as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("INSERT INTO customers (code, name) VALUES ('R', 'r')")
    assert ops(shop.changes(since)) == {"R": "U"}


def test_deleting_and_making_again_under_one_key_is_one_record(shop: Shop) -> None:
    shop.sql("INSERT INTO customers (code, name) VALUES ('A', 'old')")
    since = shop.position()
    shop.sql("DELETE FROM customers")
    shop.sql("INSERT INTO customers (code, name) VALUES ('A', 'new')")
    rows = shop.changes(since)
    assert rows is not None
    assert (rows["A"].op, rows["A"].values["name"]) == ("U", "new")


def test_a_record_made_again_comes_as_deleted_too_and_a_deleted_or_changed_one_once(
    shop: Shop,
) -> None:
    shop.sql("INSERT INTO customers (code, name) VALUES ('A', 'a'), ('B', 'b'), ('C', 'c')")
    since = shop.position()
    shop.sql("DELETE FROM customers WHERE code IN ('A', 'B')")
    shop.sql("INSERT INTO customers (code, name) VALUES ('A', 'again')")
    shop.sql("UPDATE customers SET name = 'changed' WHERE code = 'C'")
    assert sorted(shop.operations(since)) == [("A", "D"), ("A", "U"), ("B", "D"), ("C", "U")]


def test_what_was_rolled_back_is_no_change(shop: Shop) -> None:
    since = shop.position()
    with shop.connect() as conn:
        conn.execute("INSERT INTO customers (code, name) VALUES ('kept', 'x')")
        conn.execute("SAVEPOINT s")
        conn.execute("INSERT INTO customers (code, name) VALUES ('undone', 'x')")
        conn.execute("ROLLBACK TO s")
    with shop.connect() as conn:
        conn.execute("INSERT INTO customers (code, name) VALUES ('never', 'x')")
        conn.rollback()
    assert ops(shop.changes(since)) == {"kept": "U"}


def test_applications_without_rights_on_our_schema_are_not_disturbed(shop: Shop, role: Any) -> None:
    person = role("SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON customers", "USAGE ON SEQUENCE code")
    since = shop.position()
    with person.connect() as conn:
        conn.execute("SET search_path = pg_temp, public")
        conn.execute("CREATE TEMP TABLE change_log (relation oid, id text, op text)")
        conn.execute("INSERT INTO customers (code, name) VALUES ('P', 'p')")
    assert ops(shop.changes(since)) == {"P": "U"}


def truncated(shop: Shop) -> None:
    shop.sql("TRUNCATE customers")


def triggers_off(shop: Shop) -> None:
    shop.sql("ALTER TABLE customers DISABLE TRIGGER concord_update")


def triggers_renewed(shop: Shop) -> None:
    shop.sql("DROP TRIGGER concord_update ON customers")
    shop.sql("UPDATE customers SET name = 'unseen'")
    shop.prepare()


def removed_and_prepared(shop: Shop) -> None:
    shop.system.execute(shop.system.unprepare([shop.mapping]))
    shop.sql("UPDATE customers SET name = 'unseen'")
    shop.prepare()


def rewritten(shop: Shop) -> None:
    shop.sql("ALTER TABLE customers ALTER visits TYPE bigint USING 7")


def made_anew(shop: Shop) -> None:
    shop.sql("CREATE TABLE copy (LIKE customers INCLUDING ALL); DROP TABLE customers")
    shop.sql("ALTER TABLE copy RENAME TO customers")


def made_anew_and_prepared(shop: Shop) -> None:
    made_anew(shop)
    shop.prepare()


def trimmed_too_far(shop: Shop) -> None:
    shop.add("after")
    shop.system.trim([shop.position()], 30)


def set_back(shop: Shop) -> None:
    # A copy of the files of an hour ago: same identity, but the log's newest row is not there.
    shop.sql("DELETE FROM concord.change_log WHERE xid = (SELECT max(xid) FROM concord.change_log)")
    shop.add("in the new past")


def key_changed(shop: Shop) -> None:
    shop.mapping = mapping_of("customers", "phone", "name", "visits")


@pytest.mark.parametrize(
    "happening",
    [
        truncated, triggers_off, triggers_renewed, removed_and_prepared, rewritten, made_anew,
        made_anew_and_prepared, trimmed_too_far, set_back, key_changed,
    ],
)  # fmt: skip
def test_a_log_that_cannot_tell_asks_for_a_full_comparison(shop: Shop, happening: Any) -> None:
    shop.add("before", "1")
    since = shop.position()
    assert shop.changes(since) == {}
    happening(shop)
    assert shop.changes(since) is None


def test_after_a_truncate_the_next_position_is_good_again(shop: Shop) -> None:
    shop.sql("TRUNCATE customers")
    since = shop.position()
    code = shop.add("new")
    assert ops(shop.changes(since)) == {code: "U"}


def test_a_position_from_before_the_log_is_not_gone_on_from(bare: Shop) -> None:
    since = bare.position()
    bare.prepare()
    assert bare.changes(since) is None
    assert bare.changes(bare.position()) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"system": "1"},
        {"timeline": 99},
        {"database": "1 elsewhere"},
    ],
)
def test_another_server_behind_the_address_asks_for_a_full_comparison(
    shop: Shop, change: dict[str, Any]
) -> None:
    since = dict(shop.position())
    assert shop.changes(since) == {}
    with shop.connect(autocommit=True) as conn:
        server = Server.of(conn)
    assert None not in (server.system, server.timeline)
    assert shop.changes({**since, "server": {**server.as_json(), **change}}) is None


def test_a_cursor_ahead_of_the_server_asks_for_a_full_comparison(shop: Shop) -> None:
    assert shop.changes({**shop.position(), "snapshot": "9000000:9000000:"}) is None


def test_a_trimmed_log_still_serves_every_known_reader(shop: Shop) -> None:
    old_code = shop.add("before both")
    older = shop.position()
    first = shop.add("between")
    newer = shop.position()
    second = shop.add("after both")
    assert shop.sql("SELECT count(*) FROM concord.change_log") == [(3,)]
    assert shop.system.trim([older, newer], 30) == 0  # the oldest row is the older one's witness
    assert ops(shop.changes(older)) == {first: "U", second: "U"}
    assert shop.system.trim([newer], 30) == 1
    assert ops(shop.changes(newer)) == {second: "U"}
    assert shop.changes(older) is None
    assert shop.system.trim([], 30) == 0
    shop.sql("UPDATE customers SET visits = 1 WHERE code = %s", old_code)
    assert ops(shop.changes(newer)) == {second: "U", old_code: "U"}


def test_a_log_trimmed_since_it_was_empty_is_not_read_as_if_whole(shop: Shop) -> None:
    since = shop.position()
    shop.add("trimmed away")
    shop.add("kept as the witness")
    assert shop.system.trim([shop.position()], 30) == 1
    assert shop.changes(since) is None


def test_trimming_forgets_applied_keys_only_after_their_days(shop: Shop) -> None:
    shop.sql(
        "INSERT INTO concord.applied SELECT gen_random_uuid(), 't', id, now() - age::interval"
        " FROM (VALUES ('old', '31 days'), ('young', '29 days')) AS v (id, age)"
    )
    shop.system.trim([shop.position()], 30)
    assert shop.sql("SELECT source_id FROM concord.applied") == [("young",)]


def test_reading_changes_looks_at_no_row_that_did_not_change(shop: Shop) -> None:
    shop.sql("INSERT INTO customers (name) SELECT 'n' FROM generate_series(1, 30000)")
    shop.sql("ANALYZE")
    since = shop.position()
    shop.sql("UPDATE customers SET visits = 1 WHERE code IN ('C7', 'C8')")
    count = (
        "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'customers'"
    )
    shop.sql("SELECT pg_stat_force_next_flush()")
    ((before,),) = shop.sql(count)
    with shop.system.snapshot() as snapshot:
        shape = snapshot.shape(shop.mapping)
        assert ops(shop.rows(snapshot.changes(shop.mapping, since, [], shape))) == {
            "C7": "U", "C8": "U",
        }  # fmt: skip
        snapshot.conn.execute("SELECT pg_stat_force_next_flush()")  # type: ignore[attr-defined]
    ((after,),) = shop.sql(count)
    assert 0 < after - before <= 4


def stamped(shop: Shop, kind: str, **changes: Any) -> Shop:
    shop.sql(f"ALTER TABLE customers ALTER updated_at TYPE {kind} USING updated_at::{kind}")
    shop.mapping = shop.mapping.model_copy(update={"modified": "updated_at"})
    shop.spec = SystemSpec.model_validate({**shop.spec.model_dump(), **changes})
    return shop


@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "date"])
def test_time_stamps_find_what_is_younger_than_the_overlap(bare: Shop, kind: str) -> None:
    shop = stamped(bare, kind, capture="timestamp", overlap_minutes=30)
    shop.sql("ALTER TABLE customers ALTER updated_at DROP NOT NULL")
    for code, age in (("now", "0"), ("late", "25 minutes"), ("old", "3 days")):
        shop.sql(
            "INSERT INTO customers (code, name, updated_at) VALUES (%s, 'n', now() - %s::interval)",
            code,
            age,
        )
    shop.sql("INSERT INTO customers (code, name, updated_at) VALUES ('unstamped', 'n', NULL)")
    found = ops(shop.changes(shop.position(), ["old too"]))
    assert found.keys() >= {"now", "late", "unstamped", "old too"}
    assert "old" not in found
    assert found["old too"] == "D"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Shanghai"])
def test_a_naive_time_stamp_is_found_whatever_zone_its_clock_runs_in(bare: Shop, zone: str) -> None:
    shop = stamped(bare, "timestamp", capture="timestamp", overlap_minutes=1)
    since = shop.position()
    shop.sql(
        "INSERT INTO customers (code, name, updated_at) VALUES ('A', 'a', now() AT TIME ZONE %s)",
        zone,
    )
    assert ops(shop.changes(since)) == {"A": "U"}


def test_auto_takes_the_log_where_it_is_and_the_time_stamp_where_not(bare: Shop) -> None:
    shop = stamped(bare, "timestamptz")
    assert shop.system.capabilities([shop.mapping]).changes == "timestamp"
    before = shop.position()
    assert shop.changes(before) == {}
    shop.prepare()
    assert shop.system.capabilities([shop.mapping]).changes == "log"
    assert shop.changes(before) is None  # deletions in between would be missed
    logged = shop.position()
    shop.sql("DROP TRIGGER concord_insert ON customers")
    assert shop.system.capabilities([shop.mapping]).changes == "timestamp"
    assert shop.changes(logged) is None
    assert shop.changes(shop.position()) == {}


def test_capture_by_comparison_never_gives_changes(shop: Shop) -> None:
    full = stamped(shop, "timestamptz", capture="full")
    assert full.changes(full.position()) is None
    assert full.system.capabilities([full.mapping]).changes == "full"


def test_a_database_made_from_another_as_template_has_a_log_of_its_own(shop: Shop, pg: Any) -> None:
    since = shop.position()
    name = pg.name("copy")
    template = shop.sql("SELECT current_database()")[0][0]
    copy = Shop(pg.create(name, template=template), shop.scratch)
    assert copy.changes(since) is None
    since = copy.position()
    code = copy.add("in the copy")
    assert ops(copy.changes(since)) == {code: "U"}
    pg.drop(name)
