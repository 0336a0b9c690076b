"""What stock does not cover is bought or made: as much as is lacking, once, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from concord.pipeline import finish
from tests.business.people import SUPPLY, People, in_days
from tests.support.halfway import interrupted, run_load, until_load


def requisitions(people: People) -> list[tuple[Any, ...]]:
    """(item, quantity, status) of the ERP's purchase requisitions."""
    return people.erp(
        "SELECT item_code, qty, p.status FROM purchase_requisitions p JOIN items USING (item_id)"
        " ORDER BY item_code, pr_id"
    )


def productions(people: People) -> list[tuple[Any, ...]]:
    """(item, quantity, status, components) of the ERP's production orders."""
    return people.erp(
        "SELECT i.item_code, m.qty, m.status,"
        " (SELECT jsonb_object_agg(p.item_code, trim_scale(c.qty)) FROM production_components c"
        " JOIN items p USING (item_id) WHERE c.mo_id = m.mo_id)"
        " FROM production_orders m JOIN items i USING (item_id) ORDER BY mo_id"
    )


@pytest.fixture
def wanting(people: People) -> Callable[..., Any]:
    """Sends an order of the mobile app, or other quantities of one; its id."""

    def want(order: Any = None, **quantities: int) -> Any:
        if order is None:
            return people.send(*(people.line(code, n) for code, n in quantities.items()))
        for code, n in quantities.items():
            of_order = "WHERE order_id = %s AND product_id = %s"
            text = f"UPDATE sales_order_line SET quantity = %s {of_order}"
            people.crm(text, n, order, people.product(code))
        return order

    return want


def test_it_follows_the_order_is_netted_and_stays_once_somebody_has_acted(
    people: People, wanting: Callable[..., Any]
) -> None:
    order = wanting(NUT=30, GEAR=12)
    people.carry(*SUPPLY)
    people.carry(*SUPPLY)
    assert requisitions(people) == [("NUT", 20, "D")]  # 10 are there
    # 5 gears are there; each of the other 7 has 4 bolts, and 2 more in its hub
    assert productions(people) == [("GEAR", 7, "D", {"BOLT": 42, "GREASE": 1.75})]

    wanting(order, NUT=25, GEAR=30)
    people.expect("NUT", 5, 3)
    people.carry(*SUPPLY)
    people.carry(*SUPPLY)
    assert productions(people) == [("GEAR", 25, "D", {"BOLT": 150, "GREASE": 6.25})]
    assert requisitions(people) == [("BOLT", 50, "D"), ("NUT", 10, "D")]

    nut = people.one("erp", "SELECT pr_id FROM purchase_requisitions WHERE qty = 10")
    people.press("erp", "approve_requisition", nut)
    people.press("erp", "order_requisition", nut)
    wanting(order, NUT=32)
    people.carry(*SUPPLY)
    people.carry(*SUPPLY)
    assert requisitions(people) == [("BOLT", 50, "D"), ("NUT", 10, "O"), ("NUT", 7, "D")]

    people.press("crm", "cancel_order", order)
    people.carry(*SUPPLY)
    people.carry(*SUPPLY)
    assert requisitions(people) == [("BOLT", 50, "X"), ("NUT", 10, "O"), ("NUT", 7, "X")]
    assert [status for _, _, status, _ in productions(people)] == ["X"]
    assert people.carry(*SUPPLY)["planned"] == 0


def test_stock_goes_to_the_orders_in_their_turn_and_a_released_production_stays(
    people: People, wanting: Callable[..., Any]
) -> None:
    first = wanting(GEAR=6)
    people.crm("UPDATE sales_order SET ordered_on = %s WHERE id = %s", in_days(-1), first)
    later = wanting(GEAR=2)
    people.carry(*SUPPLY)
    people.carry(*SUPPLY)
    made_first = sorted(row[:3] for row in productions(people))  # both in one batch
    assert made_first == [("GEAR", 1, "D"), ("GEAR", 2, "D")]
    of_later = "SELECT mo_id FROM production_orders WHERE so_id = %s"
    made = people.one("erp", of_later, people.so(later))
    people.press("erp", "release_production", made)
    people.press("crm", "cancel_order", first)
    wanting(later, GEAR=9)
    people.carry(*SUPPLY)
    people.carry(*SUPPLY)
    found = {row[:3] for row in productions(people)}
    # 5 there and 2 expected of the 9: 2 more, beside the released ones
    assert found == {("GEAR", 1, "X"), ("GEAR", 2, "R"), ("GEAR", 2, "D")}


def test_a_crash_between_plan_and_load_or_while_loading_makes_no_second_one(
    people: People, wanting: Callable[..., Any]
) -> None:
    wanting(NUT=30, GEAR=12)
    died = until_load(people, "died/1")
    people.engine = people.fresh_engine()
    finish(people.engine, died, error="the machine stopped")
    died = until_load(people, "died/2")
    interrupted(people, died, "erp")
    people.engine = people.fresh_engine()
    run_load(people, died)
    people.carry(*SUPPLY)
    people.carry(*SUPPLY)
    assert people.one("erp", "SELECT count(*) FROM sales_orders") == 1
    assert requisitions(people) == [("NUT", 20, "D")]
    assert [row[:3] for row in productions(people)] == [("GEAR", 7, "D")]
