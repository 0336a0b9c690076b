from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from concord.errors import ConcordError
from concord.sandbox.business import seed_business, seed_days
from concord.sandbox.database import create
from concord.sandbox.northwind import import_northwind
from concord.sandbox.seed import seed
from concord.sandbox.tick import tick
from tests.integration.sandbox.pairs import Pair
from tests.integration.sandbox.test_play import bring_catalogue

NORTHWIND = Path(__file__).parents[2] / "unit" / "sandbox" / "northwind"
CHANGED = {
    "erp": "SELECT count(*) FROM customers WHERE updated_at > now() - interval '1 hour'",
    "crm": "SELECT count(*) FROM account WHERE modified_on > "
    "(now() AT TIME ZONE 'UTC') - interval '1 hour'",
}


def test_the_same_seed_on_the_same_state_does_the_same(
    empty_pair: Callable[[], Pair], tmp_path: Path
) -> None:
    one, two = empty_pair(), empty_pair()
    for made in (one, two):
        seed(*made.urls, 200, 1, tmp_path / "truth.csv")
    before = one.rows()
    assert tick(*one.urls, seed=3, minutes=4) == tick(*two.urls, seed=3, minutes=4)
    assert one.rows() == two.rows() != before


def test_the_same_seed_again_enters_other_customers(pair: Pair, tmp_path: Path) -> None:
    seed(*pair.urls, 50, 1, tmp_path / "truth.csv")
    for _ in range(3):
        tick(*pair.urls, seed=3)
    query = "SELECT count(*), count(DISTINCT name || coalesce(email, '')) FROM customers"
    count, names = pair.at("erp", query)[0]
    assert count == names


def test_what_is_counted_was_done(pair: Pair, tmp_path: Path) -> None:
    done = seed(*pair.urls, 300, 1, tmp_path / "truth.csv")
    counts = tick(*pair.urls, seed=1, minutes=12)
    assert counts.both > 0
    assert counts.changes >= 12 * 10
    assert f"ERP: address {counts.erp['address']}, contact" in str(counts)
    assert pair.at("erp", "SELECT count(*) FROM customers") == [
        (done.rows["customers"] + counts.erp["customer"],)
    ]
    assert pair.at("crm", "SELECT count(*) FROM account") == [
        (done.rows["account"] + counts.crm["customer"],)
    ]
    for side, kinds in (("erp", counts.erp), ("crm", counts.crm)):
        assert {"phone", "email", "address", "contact", "new_contact", "customer"} <= set(kinds)
        assert pair.at(side, CHANGED[side])[0][0] > kinds["customer"]


def test_business_goes_on_in_northwinds_countries_too(empty_pair: Callable[[], Pair]) -> None:
    made = empty_pair()
    import_northwind(NORTHWIND, *made.urls)
    counts = tick(*made.urls, seed=1, minutes=10)
    assert counts.changes >= 100


def test_without_a_seed_each_minute_differs(empty_pair: Callable[[], Pair], tmp_path: Path) -> None:
    one, two = empty_pair(), empty_pair()
    for made in (one, two):
        seed(*made.urls, 30, 1, tmp_path / "truth.csv")
        tick(*made.urls)
    assert one.rows() != two.rows()


def test_a_sandbox_without_tables_or_customers_is_named(
    empty_pair: Callable[[], Pair], pair: Pair
) -> None:
    with pytest.raises(ConcordError, match="no sandbox tables"):
        tick(*empty_pair().urls)
    with pytest.raises(ConcordError, match="has no customers"):
        tick(*pair.urls)


def test_where_there_are_products_both_sides_take_orders(
    empty_pair: Callable[[], Pair], tmp_path: Path
) -> None:
    made = empty_pair()
    create(*made.urls)
    seed(*made.urls, 60, 1, tmp_path / "truth.csv")
    seed_business(made.erp, products=20)
    before = tick(*made.urls, seed=1)
    assert before.erp["order"] > 0
    assert "order" not in before.crm  # its price books are empty so far
    bring_catalogue(made)
    counts = tick(*made.urls, seed=2, minutes=2)
    assert counts.erp["order"] > 0
    assert counts.crm["order"] > 0
    assert made.at("crm", "SELECT count(*) > 0 FROM sales_order") == [(True,)]
    ordered = made.at("erp", "SELECT count(*) FROM sales_orders")
    assert ordered == [(before.erp["order"] + counts.erp["order"],)]


def test_seeded_days_end_a_month_ago_and_leave_papers_of_every_kind(
    empty_pair: Callable[[], Pair], tmp_path: Path
) -> None:
    made = empty_pair()
    create(*made.urls)
    seed(*made.urls, 60, 1, tmp_path / "truth.csv")
    seed_business(made.erp, products=20)
    told = seed_days(made.erp, 7)
    orders, newest = made.at("erp", "SELECT count(*), max(order_date) FROM sales_orders")[0]
    assert f"7 days of business in the ERP: {orders} orders" in told
    assert newest <= date.today() - timedelta(days=31)
    for table in ("shipments", "invoices"):
        assert made.at("erp", f"SELECT count(*) > 0 FROM {table}") == [(True,)]
