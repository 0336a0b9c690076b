"""Days of business with both lanes at work and faults in them: in the end both sides agree.

An audit that knows only the two databases compares them, record by record and in sums. What
deviates must have a reason in the hub: a record that failed a rule, waits, or is to be decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from random import Random
from typing import Any

import psycopg
import pytest

from concord.sandbox.audit import audit
from concord.sandbox.deviation import Deviation
from concord.sandbox.explain import Reason, explain
from concord.sandbox.play_crm import WorkDay
from tests.conftest import Postgres
from tests.support.configured import changed
from tests.support.month import Month
from tests.support.world import World, run_sql

SELL_ONE = """
DO $$
DECLARE
    made    bigint;
    invoice bigint;
BEGIN
    INSERT INTO sales_orders (customer_code, company_code, wh_id, order_date, currency)
    SELECT c.customer_code, l.company_code, w.wh_id, current_date, l.currency
    FROM price_lists l JOIN warehouses w USING (company_code)
    JOIN customer_company c USING (company_code) JOIN customers USING (customer_code)
    WHERE customers.status = 'A'
      AND coalesce(credit_room(c.customer_code, c.company_code, current_date), 9999) > 2000
    ORDER BY l.list_id, c.customer_code LIMIT 1 RETURNING so_id INTO made;
    INSERT INTO sales_order_lines (so_id, line_no, item_id, qty, uom, unit_price)
    SELECT made, 1, item_id, 1, uom, 100 FROM items
    WHERE supply_kind = 'S' AND status = 'A' ORDER BY item_id LIMIT 1;
    PERFORM confirm_order(made), ship(made);
    invoice := invoice_order(made);
    PERFORM pay(ARRAY[invoice], ARRAY[open_amount], current_date, 'BK-TEST', open_amount)
    FROM invoices WHERE invoice_id = invoice;
END $$
"""
OTHER_HOLDER = """
UPDATE payment SET account_id = (SELECT a.id FROM account AS a
                                 WHERE a.id NOT IN (SELECT p.account_id FROM payment AS p) LIMIT 1)
WHERE number = (SELECT max(p.number) FROM payment AS p
                WHERE p.account_id IN (SELECT i.account_id FROM invoice AS i))
"""
ONE_TOO_MANY = """
INSERT INTO purchase_requisitions (pr_no, origin, company_code, item_id, wh_id, qty, status)
SELECT 'PR-X', 'by hand', w.company_code, s.item_id, s.wh_id, 1, 'A'
FROM stock AS s JOIN warehouses AS w USING (wh_id) JOIN items AS i USING (item_id)
WHERE i.supply_kind = 'B' LIMIT 1
"""
ASKED_FOR_NOTHING = """
SELECT entity, raw FROM ops.quarantine
WHERE entity IN ('purchase_requisition', 'production_order') AND side = 'read'
  AND causes @> '[{"rule": "quantity_positive"}]'
"""
OFF = "order_from_won_deal"  # the rule that the naive company does without

BROKEN_BY_HAND = {
    "won deal": ("crm", "DELETE FROM sales_order WHERE opportunity_id IS NOT NULL"),
    "order": ("erp", "UPDATE sales_order_lines SET unit_price = unit_price + 1"),
    "shipment": ("crm", "UPDATE shipment SET tracking = 'lost'"),
    "invoice": ("crm", "UPDATE invoice SET open_amount = open_amount + 0.01"),
    "payment": ("crm", "DELETE FROM payment_allocation"),
    "total": ("crm", "UPDATE invoice SET total = total + 0.01"),
    "customer": ("crm", OTHER_HOLDER),
    "balance": ("crm", "UPDATE account SET overdue = overdue + 0.01"),
    "contract": ("crm", "UPDATE contract SET settled = 1 WHERE settlement = 'No invoice'"),
    "availability": ("crm", "UPDATE availability SET available = available - 1"),
    "supply": ("erp", ONE_TOO_MANY),
}
"""What a check has to find: a change that bypasses all rules of the system that it is made in."""


@pytest.fixture(scope="module")
def month(
    traders: World, tmp_path_factory: pytest.TempPathFactory, scale: Callable[..., Any]
) -> Month:
    """Days that went by, and all that they left to carry over."""
    log = tmp_path_factory.mktemp("month") / "faults"
    month = Month(traders, chance=scale(0.04, 0.01), rng=Random(5), log=log)
    _sign_and_win(traders)
    traders.erp(SELL_ONE)
    month.go_by(
        scale(1, 30), scale(15, 120), rounds=2, pause_every=scale(1, 4), seed=1, mistakes=0.02
    )
    month.settle()
    return month


def test_days_with_faults_end_in_agreement(month: Month, figure: Callable[..., None]) -> None:
    world = month.world
    reasons = explained(world, audit(world.urls["erp"], world.urls["crm"]))
    kinds = Counter(f"{d.check} {r.kind}" for d, r in reasons.items() if r)
    figure(
        "31 days of business", orders=world.one("crm", "SELECT count(*) FROM sales_order"),
        invoices=world.one("crm", "SELECT count(*) FROM invoice"), batches=dict(month.batches),
        faults=dict(month.faults), deviations=len(reasons), explained=dict(kinds),
    )  # fmt: skip
    assert month.faults.total() > 0
    assert [str(d) for d, reason in reasons.items() if reason is None] == []


@pytest.mark.parametrize("check", BROKEN_BY_HAND)
def test_the_audit_finds_what_was_broken_by_hand(check: str, month: Month, pg: Postgres) -> None:
    system, statement = BROKEN_BY_HAND[check]
    before = set(audit(month.world.urls["erp"], month.world.urls["crm"]))
    urls, name = dict(month.world.urls), pg.name("broken")
    urls[system] = pg.create(name, month.world.one(system, "SELECT current_database()"))
    with psycopg.connect(urls[system], options="-c session_replication_role=replica") as conn:
        assert conn.execute(statement).rowcount > 0
    found = set(audit(urls["erp"], urls["crm"])) - before
    assert check in {d.check for d in found}
    pg.drop(name)


def test_nothing_is_asked_for_that_nobody_is_short_of(month: Month) -> None:
    assert month.world.ops(ASKED_FOR_NOTHING) == []


def test_a_deviation_that_the_hub_knows_nothing_of_is_not_explained(
    month: Month, pg: Postgres
) -> None:
    world, name = month.world, pg.name("broken")
    crm = pg.create(name, world.one("crm", "SELECT current_database()"))
    run_sql(crm, "UPDATE invoice SET open_amount = open_amount + 0.01")
    again = partial(audit, world.urls["erp"], crm)
    reasons = explain(world.hub, world.config, again(), again)
    unexplained = {d.check for d, reason in reasons.items() if reason is None}
    assert unexplained >= {"invoice", "total"}
    pg.drop(name)


def test_without_its_rule_won_deals_are_missed(month: Month, figure: Callable[..., None]) -> None:
    world = month.world
    rules = tuple(changed(r, on=r.name != OFF) for r in world.config.rules)
    world.engine = world.fresh_engine(changed(world.config, rules=rules))
    with psycopg.connect(world.urls["crm"], autocommit=True) as crm:
        WorkDay(Random(9), crm, date.today()).double_lead()
    world.settle()
    reasons = explained(world, audit(world.urls["erp"], world.urls["crm"]))
    missed = [d for d, reason in reasons.items() if reason is None and d.check == "won deal"]
    figure("31 days of business", rule_off=OFF, naive_missed=len(missed))
    assert len(missed) == 2


def explained(world: World, deviations: list[Deviation]) -> Mapping[Deviation, Reason | None]:
    """Each deviation with the hub's reason for it."""
    again = partial(audit, world.urls["erp"], world.urls["crm"])
    return explain(world.hub, world.config, deviations, again)


def _sign_and_win(world: World) -> None:
    """A signed contract and a won deal, however short the days are."""
    with psycopg.connect(world.urls["crm"], autocommit=True) as crm:
        desk = WorkDay(Random(1), crm, date.today())
        assert desk.contract()
        assert desk.sign()
        assert desk.double_lead()
