from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from psycopg import errors

from tests.integration.sandbox.erp_shop import DAY, Shop
from tests.integration.sandbox.test_erp_orders import BOLT, GEAR, GREASE, together

HUB = 5


def requisition(erp: Shop, item: int = BOLT, origin: str | None = None) -> int:
    return int(
        erp.see(
            "INSERT INTO purchase_requisitions (origin, company_code, item_id, wh_id, qty)"
            " VALUES (%s, '1000', %s, 1, 30) RETURNING pr_id",
            *(origin, item),
        )
    )


def production(erp: Shop, item: int = GEAR, qty: int = 2) -> int:
    return int(
        erp.see(
            "INSERT INTO production_orders (company_code, item_id, wh_id, qty)"
            " VALUES ('1000', %s, 1, %s) RETURNING mo_id",
            *(item, qty),
        )
    )


def on_hand(erp: Shop, item: int) -> Decimal:
    found: Decimal = erp.see("SELECT on_hand FROM stock WHERE item_id = %s AND wh_id = 1", item)
    return found


def test_a_requisition_becomes_stock_in_parts(erp: Shop) -> None:
    pr_id = requisition(erp)
    with pytest.raises(errors.RaiseException, match="PR-000001 is a draft: it cannot be ordered"):
        erp.do("order_requisition", pr_id, DAY)
    erp.do("approve_requisition", pr_id)
    receipt = erp.do("order_requisition", pr_id, DAY)
    assert erp.see("SELECT qty_open, due_on, status, source_no FROM expected_receipts") == (
        *(30, DAY + timedelta(days=5), "E", "PR-000001"),
    )
    erp.do("receive", receipt, 10)
    assert (on_hand(erp, BOLT), erp.see("SELECT status FROM purchase_requisitions")) == (110, "O")
    with pytest.raises(errors.RaiseException, match=r"expects 20.*, not 21"):
        erp.do("receive", receipt, 21)
    erp.do("receive", receipt)
    assert (on_hand(erp, BOLT), erp.see("SELECT status FROM purchase_requisitions")) == (130, "R")
    with pytest.raises(errors.RaiseException, match="is not expected"):
        erp.do("receive", receipt)


def test_what_is_asked_for_may_change_until_it_is_ordered(erp: Shop) -> None:
    pr_id = requisition(erp, origin="order 1 / BOLT")
    with pytest.raises(errors.UniqueViolation):
        requisition(erp, origin="order 1 / BOLT")
    erp.see("UPDATE purchase_requisitions SET qty = 40 RETURNING 1")
    erp.do("cancel_requisition", pr_id)
    erp.see("UPDATE purchase_requisitions SET status = 'D' RETURNING 1")
    erp.do("approve_requisition", pr_id)
    erp.do("order_requisition", pr_id, DAY)
    for change in ("qty = 50", "status = 'X'", "status = 'D'"):
        with pytest.raises(errors.RaiseException, match="PR-000001 is ordered from the supplier"):
            erp.see(f"UPDATE purchase_requisitions SET {change} RETURNING 1")
    with pytest.raises(errors.RaiseException, match="is ordered: it cannot be cancelled"):
        erp.do("cancel_requisition", pr_id)


def test_bought_items_are_requested_and_made_ones_produced(erp: Shop) -> None:
    with pytest.raises(errors.RaiseException, match="GEAR is not bought"):
        requisition(erp, GEAR)
    with pytest.raises(errors.RaiseException, match="BOLT is not made"):
        production(erp, BOLT)


def test_components_are_those_of_the_recipes_of_all_levels(erp: Shop) -> None:
    mo_id = production(erp)  # a gear: 4 bolts, 0.25 kg, a hub of 2 bolts
    erp.do("release_production", mo_id, DAY)
    assert erp.see("SELECT item_id, qty FROM production_components ORDER BY 1") == [
        *((BOLT, 12), (GREASE, Decimal("0.5")))
    ]
    assert erp.see("SELECT due_on, source_no FROM expected_receipts") == (
        date(2026, 3, 5),
        "MO-000001",
    )
    with pytest.raises(errors.RaiseException, match="comes from production"):
        erp.do("receive", 1)
    erp.do("complete_production", mo_id)
    assert [on_hand(erp, i) for i in (BOLT, GEAR, GREASE)] == [88, 7, Decimal("19.5")]
    assert erp.see("SELECT status FROM production_orders") == "F"


def test_components_that_somebody_entered_are_taken_as_they_are(erp: Shop) -> None:
    mo_id = production(erp, HUB)
    erp.see("INSERT INTO production_components VALUES (%s, 1, %s, 3) RETURNING 1", mo_id, BOLT)
    erp.do("release_production", mo_id, DAY)
    for change in ("UPDATE production_components SET qty = 4", "DELETE FROM production_components"):
        with pytest.raises(errors.RaiseException, match="MO-000001 is released already"):
            erp.see(f"{change} RETURNING 1")
    with pytest.raises(errors.RaiseException, match="MO-000001 is released already"):
        erp.see("UPDATE production_orders SET status = 'X' RETURNING 1")
    erp.do("complete_production", mo_id)
    assert (on_hand(erp, BOLT), on_hand(erp, HUB)) == (97, 2)


def test_production_takes_nothing_that_is_reserved(erp: Shop) -> None:
    so_id = erp.order((BOLT, 95, "PC", 1))
    erp.do("confirm_order", so_id, DAY)
    erp.do("reserve_order", so_id)
    mo_id = production(erp, HUB, 3)
    erp.do("release_production", mo_id, DAY)
    with pytest.raises(
        errors.RaiseException, match=r"short of item BOLT: it needs 6.*, 5.* are free"
    ):
        erp.do("complete_production", mo_id)
    assert erp.see("SELECT status FROM production_orders") == "R"
    erp.do("put_stock", BOLT, 1, 1)
    erp.do("complete_production", mo_id)


def test_a_recipe_that_goes_round_in_a_circle_is_not_released(erp: Shop) -> None:
    erp.see("INSERT INTO bom_lines VALUES (2, 2, %s, 1, 'PC') RETURNING 1", GEAR)
    with pytest.raises(errors.RaiseException, match="item GEAR goes round in a circle"):
        erp.do("release_production", production(erp), DAY)
    erp.see("UPDATE boms SET status = 'E' RETURNING 1")
    with pytest.raises(errors.RaiseException, match="GEAR has no bill of materials"):
        erp.do("release_production", production(erp), DAY)


def test_productions_that_share_a_component_do_not_take_it_twice(erp: Shop) -> None:
    orders = [production(erp, HUB, 20) for _ in range(4)]  # 40 bolts each, 100 are there
    for mo_id in orders:
        erp.do("release_production", mo_id, DAY)
    with pytest.raises(errors.RaiseException, match="short of item BOLT"):
        together(erp, "complete_production", [(mo_id,) for mo_id in orders])
    assert (on_hand(erp, BOLT), on_hand(erp, HUB)) == (20, 40)


def test_a_new_price_ends_the_one_before(erp: Shop) -> None:
    erp.see(
        "INSERT INTO price_lists (list_code, name, company_code, currency)"
        " VALUES ('L', 'List', '1000', 'CNY') RETURNING 1"
    )
    for day, price in ((1, 10), (15, 12), (15, 13)):
        erp.do("set_price", 1, BOLT, "PC", price, date(2026, 3, day))
    erp.do("set_price", 1, BOLT, "PC", 9, date(2026, 3, 1), 100)
    days = ((1, 1), (14, 1), (15, 1), (15, 100))
    assert [erp.do("price_on", 1, BOLT, "PC", n, date(2026, 3, d)) for d, n in days] == [
        10,
        10,
        13,
        9,
    ]
    assert erp.do("price_on", 1, BOLT, "BX", 1, DAY) is None
