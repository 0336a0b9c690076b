"""Both sides at work, day by day, and the audit of what the CRM promised of the ERP's stock."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from concord.errors import ConcordError
from concord.sandbox import database
from concord.sandbox.business import seed_business
from concord.sandbox.oversell import audit, oversell
from concord.sandbox.play import play
from concord.sandbox.seed import seed
from tests.integration.sandbox.pairs import Pair

FRIDAY = date(2026, 3, 6)
STOCK = (
    "SELECT i.item_code, w.wh_code, s.on_hand - s.reserved FROM stock s "
    "JOIN items i USING (item_id) JOIN warehouses w USING (wh_id)"
)

NEWEST = """
INSERT INTO sales_order (account_id, company, warehouse_id, ordered_on, currency)
SELECT a.id, w.company, w.id, '2026-03-10', 'CNY'
FROM account AS a CROSS JOIN warehouse AS w LIMIT 1
"""


def bring_catalogue(pair: Pair) -> None:
    """The ERP's products, prices and stock in the CRM, all by the piece."""
    items = pair.at("erp", "SELECT item_code, name, supply_kind FROM items")
    houses = pair.at("erp", "SELECT wh_code, name, company_code FROM warehouses")
    kinds = {"B": "Trading good", "M": "Own product", "S": "Service"}
    companies = {"1000": ("Shanghai", "CNY"), "2000": ("Hamburg", "EUR")}
    with psycopg.connect(pair.crm) as crm, crm.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO product (code, name, kind, unit) VALUES (%s, %s, %s, 'piece')",
            [(code, name, kinds[kind]) for code, name, kind in items],
        )
        cursor.executemany(
            "INSERT INTO warehouse (code, name, company) VALUES (%s, %s, %s)",
            [(code, name, companies[company][0]) for code, name, company in houses],
        )
        cursor.executemany(
            "INSERT INTO price_book (code, name, company, currency) VALUES (%s, %s, %s, %s)",
            [(company, company, *names) for company, names in companies.items()],
        )
        cursor.execute(
            "INSERT INTO price_book_entry (price_book_id, product_id, unit, valid_from, price, "
            "currency) SELECT b.id, p.id, 'piece', '2024-01-01', 20, b.currency "
            "FROM price_book b CROSS JOIN product p"
        )
        cursor.executemany(
            "INSERT INTO availability (product_id, warehouse_id, available) SELECT p.id, w.id, %s "
            "FROM product p CROSS JOIN warehouse w WHERE p.code = %s AND w.code = %s",
            [(free, code, place) for code, place, free in pair.at("erp", STOCK)],
        )


@pytest.fixture(scope="module")
def company(pg: Any, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A company with 60 customers and 20 products, known on both sides."""
    made = Pair(*(pg.create(pg.name(f"company_{side}")) for side in ("erp", "crm")))
    database.create(*made.urls)
    seed(*made.urls, 60, 1, tmp_path_factory.mktemp("truth") / "truth.csv")
    seed_business(made.erp, products=20)
    bring_catalogue(made)
    return made


def test_both_sides_work_every_round_and_concord_comes_between(company: Pair) -> None:
    rounds: list[tuple[date, int]] = []
    days: list[date] = []
    summary = play(
        *company.urls,
        days=2,
        start=FRIDAY,
        orders_per_day=60,  # few of them come by telephone, which the ERP takes
        rounds=2,
        seed=1,
        between_rounds=lambda day, number: rounds.append((day, number)),
        between_days=days.append,
    )
    saturday = FRIDAY + timedelta(days=1)
    assert rounds == [(FRIDAY, 1), (FRIDAY, 2), (saturday, 1), (saturday, 2)]
    assert days == [FRIDAY, saturday]
    assert (summary.first, summary.last) == (FRIDAY, saturday)
    assert summary.crm["order"] > 2
    dates = "SELECT min({0}), max({0}) <= %s FROM {1}"
    ordered = company.at("crm", dates.format("ordered_on", "sales_order"), saturday)
    assert ordered == [(FRIDAY, True)]
    ordered = company.at("erp", dates.format("order_date", "sales_orders"), saturday)
    assert ordered == [(FRIDAY, True)]


def test_the_next_play_goes_on_after_the_newest_order(company: Pair) -> None:
    company.at("crm", NEWEST)
    summary = play(*company.urls, days=1, orders_per_day=2, rounds=1, seed=2)
    assert summary.first == summary.last == date(2026, 3, 11)


@pytest.mark.parametrize(("days", "rounds"), [(0, 1), (1, 0)])
def test_no_days_or_rounds_cannot_be_played(company: Pair, days: int, rounds: int) -> None:
    with pytest.raises(ConcordError, match="both begin at 1"):
        play(*company.urls, days=days, rounds=rounds)


def test_the_audit_finds_what_was_promised_and_never_existed(company: Pair) -> None:
    company.at("crm", "TRUNCATE sales_order, reservation, reservation_counter CASCADE")
    for code, place, free in company.at("erp", STOCK):
        company.at(
            "crm",
            "UPDATE availability SET available = %s, counted_to = NULL WHERE product_id = ("
            "SELECT id FROM product WHERE code = %s) AND warehouse_id = ("
            "SELECT id FROM warehouse WHERE code = %s)",
            *(free, code, place),
        )
    oversell(company.crm, attempts=80, products=3, most=1000)
    exact = audit(company.crm, company.erp)
    assert sum(p.promised for p in exact) > 0
    assert [p for p in exact if p.oversold] == []
    oversell(company.crm, attempts=80, products=3, most=1000, soft=False)
    assert [p for p in audit(company.crm, company.erp) if p.oversold]
