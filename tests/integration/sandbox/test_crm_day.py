"""Days of business in the sandbox CRM, played on real customers and a catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from concord.errors import ConcordError
from concord.sandbox import database
from concord.sandbox.catalogue import fill_catalogue
from concord.sandbox.play_crm import DEEDS, MISTAKES, crm_day
from concord.sandbox.seed import seed
from tests.integration.sandbox.crm import Crm

MONDAY = date(2026, 3, 2)


Played = tuple[Crm, Counter[str]]


@pytest.fixture(scope="module")
def played(pg: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Fifteen days, 40 orders on an average one, with many mistakes; what was done."""
    erp, url = (pg.create(pg.name(f"played_{side}")) for side in ("erp", "crm"))
    database.create(erp, url)
    seed(erp, url, 200, 1, tmp_path_factory.mktemp("truth") / "truth.csv")
    crm, done = Crm(url), Counter[str]()
    fill_catalogue(crm.connection, 30, 300)
    for n in range(15):
        day = MONDAY + timedelta(days=n)
        done += crm_day(crm.connection, day, Random(n), orders_per_day=40, mistakes=0.1)
    yield crm, done
    crm.connection.close()


def test_every_deed_is_done_and_refusals_are_the_exception(played: Played) -> None:
    crm, done = played
    assert not ({*DEEDS, *MISTAKES, "correct"} - done.keys())
    assert done["refused"] < 0.15 * done.total()
    assert crm.one("SELECT count(*) FROM sales_order") > 250
    stages = dict(crm.all("SELECT stage, count(*) FROM opportunity GROUP BY stage"))
    assert stages["Closed won"] > 30
    assert stages["Closed lost"] > 10
    query = "SELECT count(*) FROM opportunity WHERE stage = 'Closed won' AND account_id IS NULL"
    assert crm.one(query) > 5


def test_dates_follow_the_business_day_and_not_the_clock(played: Played) -> None:
    crm, _ = played
    last = MONDAY + timedelta(days=14)
    query = (
        "SELECT min(ordered_on), max(ordered_on), min(requested_on - ordered_on) FROM sales_order"
    )
    first_day, last_day, least = crm.all(query)[0]
    assert (first_day, last_day) == (MONDAY, last)
    assert least >= 3
    query = (
        "SELECT min(opened_at)::date, max(closed_at)::date, bool_and(closed_at >= opened_at), "
        "min(satisfaction), max(satisfaction) FROM ticket"
    )
    assert crm.all(query) == [(MONDAY, last, True, 1, 5)]


def test_weekends_are_quiet(played: Played) -> None:
    crm, _ = played
    query = (
        "SELECT (count(*) FILTER (WHERE extract(isodow FROM ordered_on) > 5))::float / count(*) "
        "FROM sales_order"
    )
    assert crm.one(query) < 0.1


def test_nothing_is_promised_twice_by_the_order_form(played: Played) -> None:
    crm, _ = played
    query = "SELECT min(available_room(product_id, warehouse_id)) FROM availability"
    assert crm.one(query) >= 0


def test_a_contract_is_worth_its_orders_or_more(played: Played) -> None:
    crm, _ = played
    query = (
        "SELECT c.amount - coalesce((SELECT sum(l.net + round(l.net * CASE o.company "
        "    WHEN 'Shanghai' THEN 0.13 ELSE 0.19 END, 2)) FROM sales_order o, LATERAL ("
        "    SELECT sum(round(quantity * price * (1 - coalesce(discount, 0) / 100), 2)) AS net "
        "    FROM sales_order_line WHERE order_id = o.id) l WHERE o.contract_id = c.id "
        "    AND o.modified_on <= c.modified_on), 0) "
        "FROM contract c WHERE status = 'Active'"
    )
    changed = (
        "SELECT count(*) FROM sales_order o JOIN contract c ON c.id = o.contract_id "
        "WHERE o.modified_on > c.modified_on"
    )
    more = Counter(row[0] for row in crm.all(query))
    assert more[0] > 0
    assert more.total() - more[0] - more[500] <= crm.one(changed)


def test_mistakes_of_days_before_get_corrected(played: Played) -> None:
    crm, done = played
    crm_day(crm.connection, MONDAY + timedelta(days=20), Random(1), orders_per_day=0)
    wrong = (
        "SELECT count(*) FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id "
        "WHERE o.status = 'Draft' AND (l.quantity <= 0 OR o.currency NOT IN ('CNY', 'EUR') "
        "OR l.unit IN ('crate', 'dozen', 'Stk.'))"
    )
    left = crm.one(wrong)
    for n in range(21, 31):
        crm_day(crm.connection, MONDAY + timedelta(days=n), Random(n), orders_per_day=0)
    assert done["correct"] > 10
    assert crm.one(wrong) == 0
    assert left < 20


def test_a_doubled_lead_is_one_company_won_twice(played: Played) -> None:
    crm, done = played
    query = (
        "SELECT count(*) FROM (SELECT FROM lead WHERE status = 'Won' AND email IS NOT NULL "
        "GROUP BY email HAVING count(*) = 2) AS doubles"
    )
    assert crm.one(query) == done["double_lead"]


def test_a_day_without_prices_says_what_is_missing(crm: Crm) -> None:
    with pytest.raises(ConcordError, match="no prices for 2019-12-31"):
        crm_day(crm.connection, date(2019, 12, 31), Random(1))
