from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from time import sleep

import psycopg
import pytest
from psycopg import errors

from tests.integration.sandbox.erp_shop import DAY, Shop

BOLT, GEAR, GREASE, HOUR = 1, 2, 3, 4


def test_an_order_that_an_interface_inserts_gets_number_currency_and_totals(erp: Shop) -> None:
    so_id = erp.order((BOLT, 3, "PC", "10.00"), (GREASE, "1.5", "KG", "7.35", 10), company="2000")
    assert erp.see("SELECT so_no, currency, net_total, tax_total, total FROM sales_orders") == (
        *("SO-000001", "EUR", Decimal("39.92"), Decimal("7.58"), Decimal("47.50")),
    )
    erp.see("UPDATE sales_order_lines SET qty = 4 WHERE line_no = 1 RETURNING 1")
    erp.see("DELETE FROM sales_order_lines WHERE line_no = 2 RETURNING 1")
    assert erp.see("SELECT total FROM sales_orders WHERE so_id = %s", so_id) == Decimal("47.60")


def test_the_sellers_own_number_is_taken_once(erp: Shop) -> None:
    first, second = erp.order(), erp.order()
    erp.see("UPDATE sales_orders SET crm_ref = 'CO-1' WHERE so_id = %s RETURNING 1", first)
    with pytest.raises(errors.UniqueViolation):
        erp.see("UPDATE sales_orders SET crm_ref = 'CO-1' WHERE so_id = %s RETURNING 1", second)


def test_a_change_of_lines_stamps_the_header(erp: Shop) -> None:
    so_id = erp.order((BOLT, 3, "PC", 10))
    before = erp.see("SELECT updated_at FROM sales_orders")
    erp.see("UPDATE sales_order_lines SET qty_invoiced = 0 WHERE so_id = %s RETURNING 1", so_id)
    between = erp.see("SELECT updated_at FROM sales_orders")
    erp.see("UPDATE item_units SET numerator = 13 WHERE uom = 'BX' RETURNING 1")
    assert before < between < erp.see("SELECT updated_at FROM items WHERE item_id = %s", BOLT)


def test_a_confirmed_order_keeps_its_lines_and_its_money(erp: Shop) -> None:
    so_id = erp.order((BOLT, 3, "PC", 10))
    assert erp.do("confirm_order", so_id, DAY) == "-"
    for change in (
        "UPDATE sales_order_lines SET qty = 4 RETURNING 1",
        "DELETE FROM sales_order_lines RETURNING 1",
        f"INSERT INTO sales_order_lines VALUES ({so_id}, 9, 1, 1, 'PC', 1) RETURNING 1",
        "UPDATE sales_orders SET customer_code = 'C2' RETURNING 1",
        "UPDATE sales_orders SET total = 1 RETURNING 1",
        "DELETE FROM sales_orders RETURNING 1",
    ):
        with pytest.raises(errors.RaiseException, match="SO-000001 is confirmed"):
            erp.see(change)
    erp.see("UPDATE sales_orders SET requested_on = '2026-04-01' RETURNING 1")


def test_only_confirming_makes_an_order_confirmed(erp: Shop) -> None:
    erp.order((BOLT, 3, "PC", 10))
    for status in "CF":
        with pytest.raises(errors.RaiseException, match="cannot go from status D"):
            erp.see("UPDATE sales_orders SET status = %s RETURNING 1", status)


@pytest.mark.parametrize(
    ("line", "currency", "why"),
    [
        ((BOLT, 1, "KG", 1), None, "Item BOLT has no ratio for unit KG"),
        ((BOLT, 1, "PC", 1), "GBP", "no exchange rate for GBP on 2026-03-02"),
    ],
)
def test_an_order_that_cannot_be_worked_is_not_confirmed(
    erp: Shop, line: tuple[object, ...], currency: str | None, why: str
) -> None:
    so_id = erp.order(line, currency=currency)
    with pytest.raises(errors.RaiseException, match=why):
        erp.do("confirm_order", so_id, DAY)
    assert erp.axes(so_id)[0] == "D"


def test_an_order_without_lines_or_of_an_ended_item_is_not_confirmed(erp: Shop) -> None:
    with pytest.raises(errors.RaiseException, match="has no lines"):
        erp.do("confirm_order", erp.order(), DAY)
    so_id = erp.order((GEAR, 1, "PC", 1))
    erp.see("UPDATE items SET status = 'E' WHERE item_id = %s RETURNING 1", GEAR)
    with pytest.raises(errors.RaiseException, match="GEAR of order SO-000002 is no longer sold"):
        erp.do("confirm_order", so_id, DAY)


def test_quantities_below_zero_and_foreign_warehouses_are_refused(erp: Shop) -> None:
    with pytest.raises(errors.CheckViolation, match="quantity_above_zero"):
        erp.order((BOLT, -1, "PC", 1))
    with pytest.raises(errors.RaiseException, match="belongs to company 2000, not to 1000"):
        erp.see("UPDATE sales_orders SET wh_id = 2 RETURNING 1")


def test_what_is_over_the_credit_limit_waits(erp: Shop) -> None:
    small = erp.order((BOLT, 8, "PC", 100), customer="C2")
    assert erp.do("confirm_order", small, DAY) == "-"  # 904.00 of 1,000
    more = erp.order((BOLT, 1, "PC", 100), customer="C2")
    assert erp.do("confirm_order", more, DAY) == "C"
    assert erp.see("SELECT status, hold FROM sales_orders WHERE so_id = %s", more) == ("D", "C")
    erp.do("cancel_order", small)
    assert erp.do("confirm_order", more, DAY) == "-"
    assert erp.see("SELECT hold FROM sales_orders WHERE so_id = %s", more) == "-"


def test_credit_is_per_company_and_at_the_days_rate(erp: Shop) -> None:
    erp.see(
        "INSERT INTO customer_company (customer_code, company_code, credit_limit, currency)"
        " VALUES ('C2', '2000', 100, 'EUR') RETURNING 1"
    )
    assert erp.do("credit_room", "C2", "2000", DAY) == 100
    assert erp.do("credit_room", "C2", "1000", DAY) == 1000
    assert erp.do("credit_room", "C1", "1000", DAY) is None
    so_id = erp.order((BOLT, 1, "PC", 50), customer="C2", company="2000", currency="USD")
    assert erp.do("confirm_order", so_id, DAY) == "-"
    assert erp.do("credit_room", "C2", "2000", DAY) == Decimal("44.47")  # 100 - 59.50 * 7 / 7.5
    assert erp.see("SELECT rate FROM sales_orders") == 7


def test_invoices_use_up_credit_until_they_are_paid(erp: Shop) -> None:
    invoice = erp.invoiced((BOLT, 5, "PC", 100), customer="C2")
    assert erp.do("credit_room", "C2", "1000", DAY) == Decimal("435.00")
    erp.do("pay", [invoice], [Decimal("65.00")], DAY)
    assert erp.do("credit_room", "C2", "1000", DAY) == Decimal("500.00")


def test_two_orders_at_once_do_not_share_one_credit_room(erp: Shop) -> None:
    first, second = (erp.order((BOLT, 6, "PC", 100), customer="C2") for _ in range(2))
    assert meanwhile(erp, "confirm_order", (first, DAY), (second, DAY)) == "C"


def test_a_blocked_customers_order_waits(erp: Shop) -> None:
    erp.see("UPDATE customers SET status = 'B' WHERE customer_code = 'C1' RETURNING 1")
    so_id = erp.order((BOLT, 1, "PC", 1))
    assert erp.do("confirm_order", so_id, DAY) == "B"
    assert erp.axes(so_id)[0] == "D"


def test_reserving_takes_what_there_is_in_whole_units(erp: Shop) -> None:
    so_id = erp.order((BOLT, 9, "BX", 10), (GEAR, 2, "PC", 10))  # 108 of 100
    erp.do("confirm_order", so_id, DAY)
    assert erp.do("reserve_order", so_id) == "-"
    assert erp.see("SELECT qty_reserved FROM sales_order_lines ORDER BY line_no") == [8, 2]
    assert erp.see("SELECT reserved FROM stock WHERE item_id = 1 AND wh_id = 1") == 96
    erp.do("put_stock", BOLT, 1, 8)
    assert erp.do("reserve_order", so_id) == "R"


def test_an_order_of_services_alone_waits_for_no_stock(erp: Shop) -> None:
    so_id = erp.order((HOUR, 2, "HR", 50))
    erp.do("confirm_order", so_id, DAY)
    assert erp.axes(so_id) == "CR-O"
    erp.do("ship", so_id, 1, None, None, DAY)
    assert erp.axes(so_id) == "CD-O"


def test_concurrent_orders_never_reserve_more_than_there_is(erp: Shop) -> None:
    lines = ((BOLT, 15, "PC", 1), (GEAR, 1, "PC", 1))
    ids = [erp.order(*(lines if n % 2 else lines[::-1])) for n in range(16)]
    for so_id in ids:
        erp.do("confirm_order", so_id, DAY)
    together(erp, "reserve_order", [(so_id,) for so_id in ids])
    assert erp.see("SELECT reserved FROM stock WHERE wh_id = 1 AND item_id < 3 ORDER BY 1") == [
        *(5, 100)
    ]


def test_stock_falls_neither_below_zero_nor_below_what_is_reserved(erp: Shop) -> None:
    so_id = erp.order((BOLT, 60, "PC", 1))
    erp.do("confirm_order", so_id, DAY)
    erp.do("reserve_order", so_id)
    with pytest.raises(errors.RaiseException, match="BOLT would fall below the 60"):
        erp.do("count_stock", BOLT, 1, 59)
    with pytest.raises(errors.RaiseException, match="GEAR would fall below zero"):
        erp.do("put_stock", GEAR, 1, -6)


def test_parts_are_shipped_until_all_is_delivered(erp: Shop) -> None:
    so_id = erp.order((BOLT, 10, "PC", 1), (HOUR, 2, "HR", 50))
    erp.do("confirm_order", so_id, DAY)
    with pytest.raises(errors.RaiseException, match="no shipment with id 99"):
        erp.do("dispatch_shipment", 99, None, None, DAY)
    assert erp.do("reserve_order", so_id) == "R"
    first = erp.do("ship", so_id, Decimal("0.5"), "DHL", "T1", DAY)
    assert erp.axes(so_id) == "CP-O"
    assert erp.see("SELECT on_hand, reserved FROM stock WHERE item_id = 1 AND wh_id = 1") == (95, 5)
    erp.do("deliver_shipment", first, DAY)
    erp.do("ship", so_id, 1, "DHL", "T2", DAY)
    assert erp.axes(so_id) == "CD-O"
    with pytest.raises(errors.RaiseException, match="nothing to ship"):
        erp.do("ship", so_id)
    assert erp.see("SELECT status, carrier, tracking_no FROM shipments ORDER BY 1") == [
        ("D", "DHL", "T1"),
        ("S", "DHL", "T2"),
    ]


def test_what_is_planned_twice_leaves_once(erp: Shop) -> None:
    so_id = erp.order((BOLT, 10, "PC", 1))
    erp.do("confirm_order", so_id, DAY)
    erp.do("reserve_order", so_id)
    erp.do("plan_shipment", so_id)
    with pytest.raises(errors.RaiseException, match="reserved and not planned"):
        erp.do("plan_shipment", so_id)


def test_returned_goods_are_stock_again_and_cannot_come_back_twice(erp: Shop) -> None:
    so_id = erp.shipped((BOLT, 10, "PC", 1))
    back = erp.do("return_goods", 1, 1, 4, DAY)
    assert erp.see("SELECT qty FROM shipment_lines WHERE shipment_id = %s", back) == -4
    assert erp.see("SELECT on_hand FROM stock WHERE item_id = 1 AND wh_id = 1") == 94
    assert erp.axes(so_id) == "CD-O"
    with pytest.raises(errors.RaiseException, match=r"has 6.* to come back, not 7"):
        erp.do("return_goods", 1, 1, 7, DAY)


def test_cancelling_frees_what_was_reserved_whoever_cancels(erp: Shop) -> None:
    for cancel in (
        "SELECT cancel_order(%s)",
        "UPDATE sales_orders SET status = 'X' WHERE so_id = %s",
    ):
        so_id = erp.order((BOLT, 10, "PC", 1))
        erp.do("confirm_order", so_id, DAY)
        erp.do("reserve_order", so_id)
        shipment = erp.do("plan_shipment", so_id)
        erp.conn.execute(cancel, (so_id,))  # type: ignore[call-overload]
        assert erp.axes(so_id) == "X--O"
        assert erp.see("SELECT reserved FROM stock WHERE item_id = 1 AND wh_id = 1") == 0
        assert erp.see("SELECT status FROM shipments WHERE shipment_id = %s", shipment) == "X"


def test_a_delivered_order_is_not_cancelled_by_anybody(erp: Shop) -> None:
    so_id = erp.shipped((BOLT, 10, "PC", 1))
    for cancel in (
        "SELECT cancel_order(%s)",
        "UPDATE sales_orders SET status = 'X' WHERE so_id = %s",
    ):
        with pytest.raises(errors.RaiseException, match="SO-000001 is delivered"):
            erp.conn.execute(cancel, (so_id,))  # type: ignore[call-overload]


def test_an_order_that_comes_in_cancelled_gets_its_lines_once(erp: Shop) -> None:
    so_id = erp.see(
        "INSERT INTO sales_orders (customer_code, company_code, wh_id, status)"
        " VALUES ('C1', '1000', 1, 'X') RETURNING so_id"
    )
    line = (
        "INSERT INTO sales_order_lines (so_id, line_no, item_id, qty, uom, unit_price)"
        " VALUES (%s, %s, 1, 2, 'PC', 50)"
    )
    erp.conn.execute(line, (so_id, 1))
    assert erp.see("SELECT status, total FROM sales_orders WHERE so_id = %s", so_id) == ("X", 113)
    with pytest.raises(errors.RaiseException, match="confirmed or closed"):
        erp.conn.execute(line, (so_id, 2))
    drafted = erp.order((BOLT, 1, "PC", 1))
    erp.do("cancel_order", drafted)
    with pytest.raises(errors.RaiseException, match="confirmed or closed"):
        erp.conn.execute(line, (drafted, 2))


def together(erp: Shop, name: str, calls: list[tuple[object, ...]]) -> list[object]:
    """The answers of calls that run at the same time."""

    def one(args: tuple[object, ...]) -> object:
        with psycopg.connect(erp.url, autocommit=True) as conn:
            return Shop(erp.url, conn).do(name, *args)

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(one, calls))


def meanwhile(
    erp: Shop, name: str, first: tuple[object, ...], second: tuple[object, ...]
) -> object:
    """The answer to a call that begins before the first one's transaction has ended."""
    with psycopg.connect(erp.url) as slow, ThreadPoolExecutor(1) as thread:
        Shop(erp.url, slow).do(name, *first)
        answer = thread.submit(erp.do, name, *second)
        waits = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
        for _ in range(500):
            row = slow.execute(waits, (erp.conn.info.backend_pid,)).fetchone()
            if answer.done() or row == (1,):
                break
            sleep(0.01)
        slow.commit()
        return answer.result(timeout=20)
