from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from concord.errors import ConcordError
from concord.sandbox.business import has_business, seed_business
from concord.sandbox.database import ERP, create, reset
from concord.sandbox.seed import seed
from tests.integration.sandbox.pairs import Pair

ROWS = {
    "items": "SELECT item_id, item_code, name, supply_kind, uom, lead_days FROM items ORDER BY 1",
    "prices": "SELECT list_id, item_id, uom, min_qty, valid_from, valid_to, price FROM prices"
    " ORDER BY 1, 2, 3, 4, 5",
    "stock": "SELECT item_id, wh_id, on_hand, reserved FROM stock ORDER BY 1, 2",
    "boms": "SELECT bom_no, l.* FROM boms JOIN bom_lines l USING (bom_id) ORDER BY 2, 3",
    "terms": "SELECT customer_code, company_code, terms_code, credit_limit FROM customer_company"
    " ORDER BY 1, 2",
}


@pytest.fixture
def filled(pair: Pair, tmp_path: Path) -> Pair:
    seed(*pair.urls, customers=50, truth_path=tmp_path / "truth.csv")
    seed_business(pair.erp, products=100)
    return pair


def test_the_same_seed_makes_the_same_business(filled: Pair, tmp_path: Path) -> None:
    before = {name: filled.at("erp", query) for name, query in ROWS.items()}
    reset(*filled.urls)
    seed(*filled.urls, customers=50, truth_path=tmp_path / "truth.csv")
    seed_business(filled.erp, products=100)
    assert {name: filled.at("erp", query) for name, query in ROWS.items()} == before
    reset(*filled.urls)
    seed_business(filled.erp, products=100, seed=2)
    assert filled.at("erp", ROWS["items"]) != before["items"]


def test_products_have_units_prices_stock_and_recipes(filled: Pair) -> None:
    kinds = "SELECT supply_kind, count(*) FROM items GROUP BY 1 ORDER BY 1"
    assert filled.at("erp", kinds) == [("B", 60), ("M", 30), ("S", 10)]
    for lacking in (
        "SELECT 1 FROM items i WHERE NOT EXISTS (SELECT FROM item_units u"
        " WHERE u.item_id = i.item_id AND u.uom = i.uom AND u.numerator = u.denominator)",
        "SELECT 1 FROM item_units u, price_lists l"
        " WHERE price_on(l.list_id, u.item_id, u.uom, 1, '2026-03-01') IS NULL",
        "SELECT 1 FROM items i, warehouses w WHERE supply_kind <> 'S' AND NOT EXISTS"
        " (SELECT FROM stock s WHERE s.item_id = i.item_id AND s.wh_id = w.wh_id)",
        "SELECT 1 FROM items WHERE supply_kind = 'M' AND bom_of(item_id, '2026-03-01') IS NULL",
        "SELECT 1 FROM items i, bom_parts(i.item_id, 1, '2026-03-01') p"
        " WHERE i.supply_kind = 'M' AND (p.round_trip OR p.leaf AND p.item_id NOT IN"
        " (SELECT item_id FROM items WHERE supply_kind = 'B'))",
        "SELECT 1 FROM customers c, companies k WHERE NOT EXISTS (SELECT FROM customer_company t"
        " WHERE t.customer_code = c.customer_code AND t.company_code = k.company_code)",
        "SELECT 1 FROM erp_books",
    ):
        assert filled.at("erp", lacking) == [], lacking
    made = "SELECT 1 FROM bom_lines l JOIN items i USING (item_id) WHERE i.supply_kind = 'M'"
    assert filled.at("erp", made)


def test_prices_of_one_thing_never_overlap(filled: Pair) -> None:
    twice = (
        "SELECT 1 FROM prices a JOIN prices b USING (list_id, item_id, uom, min_qty)"
        " WHERE a.price_id < b.price_id AND daterange(a.valid_from, a.valid_to, '[]')"
        " && daterange(b.valid_from, b.valid_to, '[]')"
    )
    assert filled.at("erp", twice) == []


def test_keys_go_on_after_the_seeded_ones(filled: Pair) -> None:
    new = (
        "INSERT INTO items (item_code, name, supply_kind, uom) VALUES ('X', 'X', 'B', 'PC')"
        " RETURNING item_id"
    )
    assert filled.at("erp", new) == [(101,)]


def test_a_business_is_not_seeded_twice(filled: Pair) -> None:
    assert has_business(filled.erp)
    with pytest.raises(ConcordError, match="holds products already"):
        seed_business(filled.erp)


@pytest.mark.parametrize("products", [9, 5001])
def test_how_many_products_there_can_be(pair: Pair, products: int) -> None:
    with pytest.raises(ConcordError, match="10 to 5000"):
        seed_business(pair.erp, products=products)
    assert not has_business(pair.erp)


def test_a_sandbox_from_before_gets_the_business_added(empty_pair: Callable[[], Pair]) -> None:
    made = empty_pair()
    create(*made.urls)
    made.at("erp", "INSERT INTO customers (customer_code, name, kind) VALUES ('C1', 'Acme', 'O')")
    made.at("erp", f"DROP TABLE {', '.join(ERP.business)} CASCADE")
    names = made.at(
        "erp", "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    for (name,) in names:
        if not name.startswith(("customer", "next_customer")):
            made.at("erp", f"DROP ROUTINE {name} CASCADE")
    create(*made.urls)
    assert made.at("erp", "SELECT count(*) FROM sales_orders") == [(0,)]
    assert made.at("erp", "SELECT customer_code FROM customers") == [("C1",)]


def test_every_table_is_known_to_reset_and_drop(pair: Pair) -> None:
    tables = (
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    assert {name for (name,) in pair.at("erp", tables)} == {*ERP.tables, *ERP.business}
