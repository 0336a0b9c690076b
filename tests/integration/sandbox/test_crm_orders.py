"""What the sandbox CRM's stock and order functions promise, one seller at a time."""

from __future__ import annotations

import json
from decimal import Decimal

import psycopg
import pytest

from tests.integration.sandbox.crm import Crm


def test_a_hold_takes_room_until_it_expires(crm: Crm) -> None:
    hold = crm.hold(30, minutes=5)
    assert crm.room() == 70
    crm.do("UPDATE reservation SET expires_at = utc_now() - interval '1 s' WHERE id = %s", hold)
    assert crm.room() == 100  # at once, before anybody marks it
    assert crm.one("SELECT expire_reservations()") == 1
    assert crm.all("SELECT status FROM reservation") == [("Released",)]
    assert crm.one("SELECT expire_reservations()") == 0


def test_a_hold_beyond_the_room_is_refused_with_figures(crm: Crm) -> None:
    crm.hold(60)
    with pytest.raises(psycopg.DatabaseError, match="only 40 can be promised from warehouse HAM"):
        crm.hold(41)
    assert crm.room() == 40
    crm.hold(40)
    assert crm.all("SELECT number FROM reservation ORDER BY number") == [(1,), (2,)]


def test_reservations_that_the_figure_counts_are_not_taken_off_twice(crm: Crm) -> None:
    crm.hold(10)
    crm.hold(20)
    crm.do("UPDATE availability SET available = 90, counted_to = 1")
    assert crm.room() == 70
    crm.do("UPDATE availability SET available = 70, counted_to = 2")
    assert crm.room() == 70


def test_without_a_stock_figure_nothing_is_promised(crm: Crm) -> None:
    crm.do("DELETE FROM availability")
    with pytest.raises(psycopg.DatabaseError, match="no stock figure of product P0001"):
        crm.hold(1)


def test_an_order_keeps_its_lines_in_the_products_own_unit(crm: Crm) -> None:
    order = crm.place(
        crm.line(2, unit="box"),
        crm.line(6, unit="pcs"),
        crm.line(3, "P0010", unit="hour"),
        crm.line("0.5", "P0006", unit="roll"),
    )
    assert crm.kept(order) == [(1, 30), (1, 25)]
    assert crm.room() == 70
    query = "SELECT number, status, erp_number FROM sales_order"
    assert crm.all(query) == [("CO-00001", "Draft", None)]
    query = "SELECT line_no, quantity, unit FROM sales_order_line ORDER BY 1"
    assert crm.all(query)[:2] == [(10, 2, "box"), (20, 6, "pcs")]


def test_an_order_short_of_one_product_leaves_nothing_behind(crm: Crm) -> None:
    with pytest.raises(psycopg.DatabaseError, match="Of product P0002 only 100"):
        crm.place(crm.line(5), crm.line(101, "P0002"))
    assert crm.all("SELECT 1 FROM sales_order UNION ALL SELECT 1 FROM reservation") == []
    assert (crm.room(), crm.room("P0002")) == (100, 100)
    order = crm.place(crm.line(5))
    assert crm.kept(order) == [(1, 5)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"unit": "crate"}, "P0001 is not sold by the crate"),
        ({"quantity": 0}, "quantity of product P0001 is 0"),
        ({"quantity": -3}, "quantity of product P0001 is -3"),
        ({"quantity": None}, "quantity of product P0001 is missing"),
        ({"price": -1}, "price or discount"),
        ({"discount": 101}, "price or discount"),
        ({"product": "00000000-0000-4000-8000-000000000000"}, "There is no product"),
    ],
)
def test_the_order_form_refuses_nonsense(crm: Crm, line: dict[str, object], words: str) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match=words):
        crm.place({**crm.line(1), **line})
    assert crm.all("SELECT 1 FROM sales_order") == []


def test_an_imported_order_is_neither_checked_nor_kept(crm: Crm) -> None:
    body = json.dumps([crm.line(-5, unit="crate")])
    query = "SELECT import_order(%s, 'Hamburg', %s, 'JPY', %s)"
    order = crm.one(query, crm.account(), crm.warehouse(), body)
    assert crm.all("SELECT quantity, unit FROM sales_order_line") == [(-5, "crate")]
    assert crm.kept(order) == []
    crm.change(order, crm.line(5))
    assert crm.kept(order) == [(1, 5)]


def test_holds_become_the_orders_and_are_topped_up_or_given_back(crm: Crm) -> None:
    exact, less = crm.hold(10), crm.hold(8, code="P0002")
    order = crm.place(crm.line(10), crm.line(10, "P0002"), holds=[exact, less])
    assert crm.kept(order) == [(1, 10), (1, 8), (2, 2)]
    query = "SELECT count(*) FROM reservation WHERE expires_at IS NOT NULL"
    assert crm.one(query) == 0
    more = crm.hold(50)
    order = crm.place(crm.line(20), holds=[more])
    assert crm.kept(order) == [(2, 20)]
    assert crm.room() == 70


def test_a_hold_that_expired_is_not_turned_into_an_order(crm: Crm) -> None:
    hold = crm.hold(10)
    crm.do("UPDATE reservation SET expires_at = utc_now() - interval '1 s'")
    with pytest.raises(psycopg.DatabaseError, match="no longer held"):
        crm.place(crm.line(10), holds=[hold])
    assert crm.room() == 100


def test_reservations_follow_the_change_of_a_draft(crm: Crm) -> None:
    order = crm.place(crm.line(40), crm.line(10, "P0002"))
    crm.do("UPDATE availability SET available = 60, counted_to = 1 WHERE product_id = %s",
           crm.product())  # fmt: skip
    crm.change(order, crm.line(90))  # 40 are its own already
    assert crm.kept(order) == [(1, 40), (2, 50)]
    assert (crm.room(), crm.room("P0002")) == (10, 100)
    with pytest.raises(psycopg.DatabaseError, match="only 10 can be promised"):
        crm.change(order, crm.line(101))
    crm.change(order, crm.line(45))
    assert crm.kept(order) == [(1, 40), (2, 5)]
    crm.change(order, crm.line(15))
    assert crm.kept(order) == [(1, 15)]


@pytest.mark.parametrize("status", ["Confirmed", "Done", "Cancelled"])
def test_only_a_draft_can_be_changed_by_people(crm: Crm, status: str) -> None:
    order = crm.place(crm.line(5))
    crm.do("UPDATE sales_order SET status = %s", status)
    with pytest.raises(psycopg.errors.RaiseException, match="only drafts can be changed"):
        crm.change(order, crm.line(6))
    assert crm.one("SELECT quantity FROM sales_order_line") == 5


def test_cancelling_gives_the_stock_back_and_is_refused_once_goods_left(crm: Crm) -> None:
    order = crm.place(crm.line(5))
    crm.do("SELECT cancel_order(%s)", order)
    assert crm.kept(order) == []
    assert crm.room() == 100
    with pytest.raises(psycopg.errors.RaiseException, match="cancelled any more"):
        crm.do("SELECT cancel_order(%s)", order)
    order = crm.place(crm.line(5))
    crm.do("UPDATE sales_order SET status = 'Confirmed', delivery = 'Partly delivered'")
    with pytest.raises(psycopg.errors.RaiseException, match="is partly delivered"):
        crm.do("SELECT cancel_order(%s)", order)


@pytest.mark.parametrize(
    ("column", "text", "left"),
    [
        ("delivery", "Not delivered", [(1, 5)]),
        ("delivery", "Reserved", []),
        ("delivery", "Partly delivered", []),
        ("delivery", "Delivered", []),
        ("status", "Confirmed", [(1, 5)]),
        ("status", "Cancelled", []),
        ("erp_number", "SO-000001", [(1, 5)]),
    ],
)
def test_stock_is_kept_until_the_warehouse_keeps_it(
    crm: Crm, column: str, text: str, left: list[tuple[int, Decimal]]
) -> None:
    order = crm.place(crm.line(5))
    crm.do(f"UPDATE sales_order SET {column} = %s WHERE id = %s", text, order)
    assert crm.kept(order) == left


def test_a_deleted_order_gives_its_stock_back(crm: Crm) -> None:
    crm.place(crm.line(5))
    crm.do("DELETE FROM sales_order")
    assert crm.all("SELECT status, order_id FROM reservation") == [("Released", None)]
    assert crm.room() == 100


def test_an_order_goes_from_a_warehouse_of_its_company_on_an_active_contract(crm: Crm) -> None:
    query = "SELECT place_order(%s, 'Shanghai', %s, 'EUR', %s)"
    body = json.dumps([crm.line(1)])
    with pytest.raises(psycopg.errors.RaiseException, match="HAM belongs to Hamburg"):
        crm.do(query, crm.account(), crm.warehouse(), body)
    contract = crm.one(
        "INSERT INTO contract (account_id, company, currency, ends_on) "
        "VALUES (%s, 'Hamburg', 'EUR', '2026-12-31') RETURNING id",
        crm.account(),
    )
    query = "SELECT place_order(%s, 'Hamburg', %s, 'EUR', %s, contract => %s)"
    with pytest.raises(psycopg.errors.RaiseException, match="CT-00001 is not an active one"):
        crm.do(query, crm.account(), crm.warehouse(), body, contract)
    crm.do("SELECT sign_contract(%s, '2026-01-05')", contract)
    crm.do(query, crm.account(), crm.warehouse(), body, contract)
    with pytest.raises(psycopg.errors.RaiseException, match="CT-00001 is not an active one"):
        crm.do(query, crm.account(2), crm.warehouse(), body, contract)


def test_a_line_moves_the_time_stamp_of_its_document(crm: Crm) -> None:
    crm.place(crm.line(5))
    changes = (
        "UPDATE sales_order_line SET quantity = 6",
        "INSERT INTO sales_order_progress SELECT order_id, line_no FROM sales_order_line",
        "UPDATE sales_order_progress SET delivered = 1",
        "DELETE FROM sales_order_line",
    )
    for change in changes:
        before = crm.one("SELECT modified_on FROM sales_order")
        crm.do(change)
        assert crm.one("SELECT modified_on FROM sales_order") > before
