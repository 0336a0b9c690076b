"""Salesmen at the same time: no gaps, no overselling, and what happens without reservations."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest

from concord.errors import ConcordError
from concord.sandbox.oversell import oversell, promises
from tests.integration.sandbox.crm import Crm

STOCK = 100
WAITING = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def test_eight_sellers_never_promise_more_than_there_is_and_the_naive_do(crm: Crm) -> None:
    reserved = oversell(crm.url, attempts=300, products=4, soft=True)
    exact = promises(crm.url)
    crm.do("DELETE FROM sales_order")
    naive = oversell(crm.url, attempts=300, products=4, soft=False)
    assert reserved.attempts == naive.attempts == 300
    assert reserved.ended["refused"] > 30
    assert max(exact.values()) <= STOCK
    assert sum(exact.values()) > 0.8 * STOCK * len(exact)
    assert max(promises(crm.url).values()) > STOCK


def test_room_is_never_negative_while_eight_sell(crm: Crm) -> None:
    query = "SELECT min(available_room(product_id, warehouse_id)) FROM availability"
    rooms: list[Decimal] = []
    oversell(crm.url, attempts=300, products=4, meanwhile=lambda: rooms.append(crm.one(query)))
    rooms.append(crm.one(query))
    assert len(rooms) > 5
    assert min(rooms) >= 0


def test_numbers_of_reservations_have_no_gaps_and_show_in_order(crm: Crm) -> None:
    query = (
        "SELECT count(*) FROM (SELECT count(*) AS n, max(number) AS last FROM reservation "
        "GROUP BY product_id, warehouse_id) AS s WHERE n <> last"
    )
    looks: list[int] = []
    oversell(crm.url, attempts=300, products=4, meanwhile=lambda: looks.append(crm.one(query)))
    looks.append(crm.one(query))
    assert len(looks) > 5
    assert set(looks) == {0}
    assert crm.one("SELECT max(number) FROM reservation") > 20
    query = (
        "SELECT count(*) FROM reservation_counter c WHERE last_number <> ("
        "SELECT max(number) FROM reservation r "
        "WHERE (r.product_id, r.warehouse_id) = (c.product_id, c.warehouse_id))"
    )
    assert crm.one(query) == 0


def _waits(crm: Crm, deed: Callable[[], object]) -> threading.Thread:
    """A thread that does something and waits for a lock."""
    thread = threading.Thread(target=deed)
    thread.start()
    end = time.monotonic() + 10
    while not crm.one(WAITING):
        assert time.monotonic() < end, "nobody waited for the other's order"
        time.sleep(0.01)
    return thread


def test_a_seller_waits_for_the_one_who_is_taking_the_same_stock(crm: Crm) -> None:
    refused: list[str] = []
    crm.hold(1)  # the counter is there

    def second() -> None:
        with crm.another() as other:
            try:
                other.hold(60)
            except psycopg.DatabaseError as e:
                refused.append(str(e))

    with crm.another() as first:
        first.connection.autocommit = False
        first.do("SELECT lock_stock(%s, %s)", first.product(), first.warehouse())
        thread = _waits(crm, second)
        first.hold(60)
        first.connection.commit()
        thread.join(10)
    assert len(refused) == 1
    assert "only 39 can be promised" in refused[0]


def test_a_rolled_back_hold_leaves_no_gap(crm: Crm) -> None:
    with crm.another() as first:
        first.connection.autocommit = False
        first.hold(10)
        first.connection.rollback()
    crm.hold(10)
    assert crm.all("SELECT number FROM reservation") == [(1,)]


def test_a_new_stock_figure_does_not_wait_for_sellers(crm: Crm) -> None:
    with crm.another() as first:
        first.connection.autocommit = False
        first.hold(10)
        crm.do("SET lock_timeout = '2s'")
        assert crm.do("UPDATE availability SET available = available - 1") == 22


def test_selling_without_stock_figures_says_so(crm: Crm) -> None:
    crm.do("DELETE FROM availability")
    with pytest.raises(ConcordError, match="no stock figures"):
        oversell(crm.url, attempts=1)
