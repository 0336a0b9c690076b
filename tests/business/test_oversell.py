"""Salesmen who sell the same scarce goods at once, while batches run and the ERP confirms.

Nothing is promised that does not exist, at no instant: an observer looks all the time at both
databases, and the history of promises, kept in the order in which they were made, is added up in
the end. The naive sellers go by the figure that the CRM shows.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from random import Random

import psycopg
import pytest

from concord.sandbox.erp_sales import SalesDesk
from concord.sandbox.oversell import Promise, audit, oversell
from tests.conftest import Postgres
from tests.support.world import World

SCARCE = "UPDATE stock SET on_hand = least(on_hand, %s)"
WITNESS = """
CREATE TABLE witness (seen bigint GENERATED ALWAYS AS IDENTITY, product uuid, warehouse uuid,
                      promised numeric);
CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO witness (product, warehouse, promised)
    SELECT NEW.product_id, NEW.warehouse_id, CASE
        WHEN TG_OP = 'INSERT' THEN NEW.quantity
        WHEN NEW.status = 'Released' AND OLD.status = 'Held' AND NEW.order_id IS NULL
            THEN -OLD.quantity
        ELSE NEW.quantity - OLD.quantity END;
    RETURN NULL;
END $$;
CREATE TRIGGER witness AFTER INSERT OR UPDATE ON reservation
    FOR EACH ROW EXECUTE FUNCTION witness();
"""
"""Every promise and every one given back, in the order of the stock's lock. What the ERP has
reserved by now stays promised: it is released here because it is taken off there.
"""
MOST = """
SELECT p.code, w.code, max(h.promised)
FROM (SELECT product, warehouse, sum(promised) OVER (PARTITION BY product, warehouse ORDER BY seen)
             AS promised FROM witness) AS h
JOIN product AS p ON p.id = h.product
JOIN warehouse AS w ON w.id = h.warehouse
GROUP BY p.code, w.code
"""


@pytest.fixture
def scarce(traders: World, scale: Callable[[int, int], int]) -> World:
    """The company with little of everything, which the CRM shows."""
    traders.erp(SCARCE, scale(40, 250))
    traders.settle()
    return traders


def test_nothing_is_promised_that_does_not_exist(
    scarce: World,
    pg: Postgres,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
) -> None:
    attempts, products = scale(300, 10_000), scale(10, 50)
    naive_crm = pg.create(pg.name("naive"), scarce.one("crm", "SELECT current_database()"))
    scarce.crm(WITNESS)
    work = Work(scarce)
    with observed(scarce) as looks:
        sold = oversell(
            scarce.urls["crm"], attempts=attempts, products=products, meanwhile=work.round
        )
    work.round()
    exact = audit(scarce.urls["crm"], scarce.urls["erp"])
    naive = oversell(naive_crm, attempts=attempts, products=products, soft=False)
    oversold = [p for p in audit(naive_crm, scarce.urls["erp"]) if p.oversold]
    figure(
        "32 oversell", attempts=attempts, **sold.ended, batches=work.batches, looks=len(looks),
        reserved_by_the_erp=work.done["reserve_order"],
        oversold=len([p for p in exact if p.oversold]),
        naive_taken=naive.ended["taken"], naive_oversold=len(oversold),
        naive_units=sum(p.oversold for p in oversold),
    )  # fmt: skip
    existed = {(p.product, p.warehouse): p.existed for p in exact}
    most = {(row[0], row[1]): row[2] for row in scarce.crm(MOST)}
    assert sold.attempts == attempts
    assert sold.ended["refused"] > attempts / 20
    assert work.batches > 0
    assert work.done["reserve_order"] > 0
    assert len(looks) > 3
    assert [worst for worst in looks if worst > 0] == []
    assert [p for p in exact if p.oversold] == []
    assert {key: n for key, n in most.items() if n > existed[key]} == {}
    assert sum(p.promised for p in exact) > 0
    assert oversold


class Work:
    """What goes on beside the sellers: the ERP's people, and batches."""

    def __init__(self, world: World) -> None:
        self.world, self.batches = world, 0
        self.done: Counter[str] = Counter()

    def round(self) -> None:
        """Everything that waits is confirmed and reserved; then a fast batch."""
        with psycopg.connect(self.world.urls["erp"], autocommit=True) as erp:
            desk = SalesDesk(erp, date.today(), Random(self.batches))
            desk.confirm()
            desk.reserve()
        self.done += desk.done
        self.world.batch()
        self.batches += 1


@contextmanager
def observed(world: World) -> Iterator[list[Decimal]]:
    """The largest overselling of each look, while the block runs."""
    looks: list[Decimal] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            looks.append(max(_oversold(audit(world.urls["crm"], world.urls["erp"]))))
            over.wait(0.05)

    observer = threading.Thread(target=look)
    observer.start()
    try:
        yield looks
    finally:
        over.set()
        observer.join()


def _oversold(promises: list[Promise]) -> list[Decimal]:
    return [p.oversold for p in promises]
