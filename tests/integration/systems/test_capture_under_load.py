"""Capture beside other people's open transactions: nothing missed, nothing imagined, no waiting."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

import psycopg
import pytest

from concord.errors import SystemUnavailable
from concord.systems.protocol import Position, Row
from tests.integration.systems.conftest import Shop

WRITERS, SECONDS = 4, 4.0


def test_a_transaction_that_commits_late_is_not_missed(shop: Shop) -> None:
    start = shop.position()
    with shop.connect() as late, shop.connect() as never:
        late.execute("INSERT INTO customers (code, name) VALUES ('late', 'x')")
        never.execute("INSERT INTO customers (code, name) VALUES ('never', 'x')")
        shop.sql("INSERT INTO customers (code, name) VALUES ('quick', 'x')")
        between = shop.position()
        assert set(shop.changes(start) or ()) == {"quick"}
        late.commit()
        never.rollback()
    assert set(shop.changes(between) or ()) == {"late"}
    assert set(shop.changes(start) or ()) == {"late", "quick"}


def test_an_idle_transaction_does_not_hold_capture_up(shop: Shop) -> None:
    with shop.connect() as idle:
        idle.execute("INSERT INTO customers (code, name) VALUES ('idle', 'x')")
        since = shop.position()
        for n in range(3):
            code = shop.add(f"n{n}")
            assert set(shop.changes(since) or ()) == {code}
            since = shop.position()


def test_a_change_between_two_looks_is_seen_exactly_by_the_second(shop: Shop) -> None:
    with shop.system.snapshot() as snapshot:
        code = shop.add("during")
        shape = snapshot.shape(shop.mapping)
        assert shop.rows(snapshot.everything(shop.mapping, shape)) == {}
        assert shop.rows(snapshot.records(shop.mapping, [code], shape))[code].op == "D"
        since = snapshot.position
    assert set(shop.changes(since) or ()) == {code}


def busy(shop: Shop, seed: int, until: float, done: list[tuple[str, str | None]]) -> None:
    """One person's transactions, of up to half a second; `done` are the committed last states."""
    rng, n = random.Random(seed), 0
    with psycopg.connect(shop.url) as conn:
        while time.monotonic() < until:
            mine: dict[str, str | None] = {}
            for _ in range(rng.randint(1, 4)):
                n += 1
                code, name = f"{seed}-{rng.randint(1, 40)}", f"v{n}"
                if rng.random() < 0.2:
                    conn.execute("DELETE FROM customers WHERE code = %s", (code,))
                    mine[code] = None
                else:
                    conn.execute(
                        "INSERT INTO customers (code, name) VALUES (%s, %s)"
                        " ON CONFLICT (code) DO UPDATE SET name = excluded.name",
                        (code, name),
                    )
                    mine[code] = name
                time.sleep(rng.random() * 0.12)
            if rng.random() < 0.1:
                conn.rollback()
            else:
                conn.commit()
                done += mine.items()


def read_on(shop: Shop, since: Position, copy: dict[str, Row]) -> Position:
    """Bring a copy up to date as the engine would."""
    with shop.system.snapshot() as snapshot:
        shape = snapshot.shape(shop.mapping)
        rows = shop.rows(snapshot.changes(shop.mapping, since, [], shape))
        for code, row in rows.items():
            if row.op == "U":
                copy[code] = row
            else:
                copy.pop(code, None)
        return snapshot.position


def naive_read_on(shop: Shop, since: Any, copy: dict[str, str]) -> Any:
    """The way that loses: everything with a later time stamp than the latest seen."""
    rows = shop.sql("SELECT code, name, updated_at FROM customers WHERE updated_at > %s", since)
    copy.update((code, name) for code, name, _ in rows)
    return max([since, *(at for _, _, at in rows)])


def test_nothing_is_lost_or_imagined_while_many_write(shop: Shop) -> None:
    shop.sql(
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.updated_at := now(); RETURN NEW; END$$"
    )
    shop.sql(
        "CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON customers"
        " FOR EACH ROW EXECUTE FUNCTION touch()"
    )
    copy: dict[str, Row] = {}
    naive: dict[str, str] = {}
    since, stamp = shop.position(), shop.sql("SELECT now()")[0][0]
    until = time.monotonic() + SECONDS
    committed: list[list[tuple[str, str | None]]] = [[] for _ in range(WRITERS)]
    writers = [
        threading.Thread(target=busy, args=(shop, seed, until, committed[seed]))
        for seed in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        since = read_on(shop, since, copy)
        stamp = naive_read_on(shop, stamp, naive)
    since = read_on(shop, since, copy)
    naive_read_on(shop, stamp, naive)
    truth = dict(shop.sql("SELECT code, name FROM customers"))
    assert {code: row.values["name"] for code, row in copy.items()} == truth
    assert shop.changes(since) == {}
    assert sum(map(len, committed)) > 50, "the writers did too little to prove anything"
    assert {c: n for c, n in naive.items() if c in truth} != truth, "the naive way lost nothing"


@pytest.mark.parametrize(
    "rebuild",
    [
        "ALTER TABLE customers ALTER visits TYPE bigint",
        "TRUNCATE customers",
        "ALTER TABLE customers RENAME TO gone; CREATE TABLE customers (LIKE gone INCLUDING ALL)",
    ],
)
def test_a_table_rebuilt_after_the_look_began_is_not_taken_for_empty(
    shop: Shop, rebuild: str
) -> None:
    shop.add("a")
    with shop.system.snapshot() as snapshot:
        shop.sql(rebuild)
        with pytest.raises(SystemUnavailable, match="just now"):
            snapshot.shape(shop.mapping)


def test_a_view_over_a_rebuilt_table_is_not_taken_for_empty(shop: Shop) -> None:
    shop.add("a")
    shop.sql("CREATE VIEW good AS SELECT * FROM customers WHERE name <> 'bad'")
    shop.mapping = shop.mapping.model_copy(update={"table": "good"})
    assert len(shop.everything()) == 1
    with shop.system.snapshot() as snapshot:
        shop.sql("TRUNCATE customers")
        with pytest.raises(SystemUnavailable, match="just now"):
            snapshot.shape(shop.mapping)


def test_a_table_cannot_be_rebuilt_while_it_is_read(shop: Shop) -> None:
    shop.add("a")
    with shop.system.snapshot() as snapshot:
        shape = snapshot.shape(shop.mapping)
        with shop.connect() as conn:
            conn.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                conn.execute("TRUNCATE customers")
        assert len(shop.rows(snapshot.everything(shop.mapping, shape))) == 1
