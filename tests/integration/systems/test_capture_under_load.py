"""Capture beside other people's open transactions: nothing missed, nothing imagined, no waiting."""

from __future__ import annotations

import psycopg
import pytest

from concord.errors import SystemUnavailable
from tests.integration.systems.conftest import Shop


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
