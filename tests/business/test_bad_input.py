"""What is wrong waits with its reason, stops nothing else, and goes on when it is mended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.business.people import MONEY, SUPPLY, TODAY, People, in_days

ORDERED = "SELECT l.quantity, o.erp_number IS NOT NULL FROM sales_order o"
ORDERED += " JOIN sales_order_line l ON l.order_id = o.id ORDER BY 1"

# By the quantity of its only line, what the steward reads of an order.
WRONG: dict[int, str] = {
    12: "The order's currency has an exchange rate on its day",
    13: "Every line is in a unit that can be counted in the product's own",
    -14: "Every line is for more than nothing",
    15: "A draft order is of a customer who is not blocked or closed",
    160: "A draft order is within what is left of its customer's credit limit",
    17: "unit is not in the code list unit",
    18: "The currency is in the code list",
}


@pytest.fixture
def wrong_orders(people: People) -> dict[int, Any]:
    """The orders by quantity, sent together with one of 11 that nothing is wrong with."""
    bolts = people.line
    return {
        11: people.send(bolts("BOLT", 11)),
        12: people.send(bolts("BOLT", 12), currency="USD"),
        13: people.send(bolts("NUT", 13, unit="box")),
        -14: people.send(bolts("BOLT", -14)),
        15: people.send(bolts("BOLT", 15), customer="Blocked Ltd"),
        160: people.send(bolts("BOLT", 160), customer="Small Ltd"),
        17: people.send(bolts("BOLT", 17, unit="gross")),
        18: people.send(bolts("BOLT", 18), currency="Taler"),
    }


def test_each_wrong_order_waits_with_its_reason_and_goes_on_when_it_is_mended(
    people: People, wrong_orders: dict[int, Any]
) -> None:
    new = people.one(
        "crm",
        "INSERT INTO product (code, name, kind, unit)"
        " VALUES ('NEW', 'New', 'Trading good', 'piece') RETURNING id",
    )
    people.send({"product": str(new), "quantity": 19, "unit": "piece", "price": 1})
    people.carry(*SUPPLY)
    assert people.erp("SELECT qty FROM sales_order_lines") == [(11,)]
    said = [why for _, entity, why in people.waiting() if entity == "sales_order"]
    assert len(said) == len(WRONG)
    for words in WRONG.values():
        assert sum(words in why for why in said) == 1, (words, said)
    assert people.parked() == [("crm", "sales_order", "product")]

    people.quote_rate("USD", 7)
    people.erp(
        "INSERT INTO item_units SELECT item_id, 'BX', 20, 1 FROM items WHERE item_code = 'NUT'"
    )
    people.new_item("NEW")
    people.erp("UPDATE customers SET status = 'A' WHERE name = 'Blocked Ltd'")
    people.erp("UPDATE customers SET credit_limit = 5000 WHERE name = 'Small Ltd'")
    people.crm("UPDATE sales_order_line SET quantity = 14 WHERE quantity = -14")
    people.crm("UPDATE sales_order_line SET unit = 'piece' WHERE unit = 'gross'")
    people.crm("UPDATE sales_order SET currency = 'CNY' WHERE currency = 'Taler'")
    people.carry(lane="standard")
    people.carry("party", *SUPPLY)
    people.carry("party", *SUPPLY)
    assert people.waiting() == []
    assert people.parked() == []
    assert people.crm(ORDERED) == [(n, True) for n in (11, 12, 13, 14, 15, 17, 18, 19, 160)]


@pytest.fixture
def careless(people: People) -> Callable[..., int]:
    """An ERP without the checks of ours: books what it is given; returns a payment's key."""
    people.erp(
        "DROP INDEX payments_bank_ref;"
        " ALTER TABLE payment_allocations DROP CONSTRAINT payment_allocations_invoice_id_fkey,"
        "   DISABLE TRIGGER payment_allocated;"
        " ALTER TABLE shipments DROP CONSTRAINT shipments_so_id_fkey"
    )

    def book(invoice: int, amount: int, currency: str = "CNY", **more: Any) -> int:
        values = {"status": "P", "bank_ref": None, "rate": 1, "left": 0, **more}
        payment = people.one(
            "erp",
            "INSERT INTO payments (company_code, customer_code, value_date, status, bank_ref,"
            " currency, rate, amount, unallocated)"
            " SELECT '1000', customer_code, %s, %s, %s, %s, %s, %s, %s FROM customers"
            " WHERE name = 'Acme GmbH' RETURNING payment_id",
            *(TODAY, values["status"], values["bank_ref"], currency, values["rate"], amount),
            values["left"],
        )
        text = "INSERT INTO payment_allocations VALUES (%s, 1, %s, %s)"
        people.erp(text, payment, invoice, values.get("settles", amount))
        return int(payment)

    return book


def test_money_for_no_invoice_twice_or_in_another_currency_waits_and_other_money_does_not(
    people: People, careless: Callable[..., int]
) -> None:
    so = people.confirmed(("HOUR", 4, 100))
    invoice, other, third = (people.billed(so, part) for part in ("0.25", "0.25", 1))
    ahead = third + 1
    careless(ahead, 7)
    twice = [careless(other, 50, bank_ref="B-1", status=status) for status in ("P", "D")]
    careless(invoice, 3, "USD", settles=21, rate=7)
    people.erp("UPDATE invoices SET open_amount = total - 50, payment_status = 'P'"
               " WHERE invoice_id = %s", other)  # fmt: skip
    people.erp("UPDATE invoices SET open_amount = total - 21, payment_status = 'P'"
               " WHERE invoice_id = %s", invoice)  # fmt: skip
    people.carry(*MONEY)
    paid = "SELECT amount FROM payment ORDER BY 1"
    assert people.crm(paid) == [(50,)]
    assert people.parked() == [("erp", "payment", "invoice")]
    said = sorted(why for _, entity, why in people.waiting() if entity == "payment")
    assert len(said) == 2, said
    assert any("exchange rate" in why for why in said)
    assert any("booked once" in why for why in said)

    people.erp(
        "INSERT INTO invoices (invoice_id, company_code, customer_code, invoice_date, currency,"
        " rate, net_total, total, open_amount, payment_status)"
        " SELECT %s, '1000', customer_code, %s, 'CNY', 1, 8, 8, 1, 'P' FROM customers"
        " WHERE name = 'Acme GmbH'",
        *(ahead, TODAY),
    )
    people.erp("INSERT INTO invoice_lines SELECT %s, 1, NULL, item_id, 1, 'HR', 8, 8 FROM items"
               " WHERE item_code = 'HOUR'", ahead)  # fmt: skip
    people.erp("UPDATE invoices SET status = 'P' WHERE invoice_id = %s", ahead)
    people.erp("UPDATE payments SET status = 'X' WHERE payment_id = %s", twice[1])
    people.quote_rate("USD", 7)
    people.carry(lane="standard")
    people.carry(*MONEY)
    people.carry(*MONEY)
    assert people.waiting() == []
    assert people.parked() == []
    assert people.crm(paid) == [(3,), (7,), (50,), (50,)]


def test_a_shipment_that_comes_before_its_order_waits_for_it(
    people: People, careless: Callable[..., int]
) -> None:
    ahead = people.confirmed(("HOUR", 1, 100)) + 1
    early = people.one(
        "erp",
        "INSERT INTO shipments (so_id, wh_id, status, shipped_on) VALUES (%s, %s, 'S', %s)"
        " RETURNING shipment_id",
        *(ahead, people.place_id(), TODAY),
    )
    people.erp("INSERT INTO shipment_lines SELECT %s, 1, 1, item_id, 2, 'PC' FROM items"
               " WHERE item_code = 'BOLT'", early)  # fmt: skip
    people.carry("sales_order", "shipment")
    assert people.parked() == [("erp", "shipment", "sales_order")]
    assert len(people.crm_orders()) == 1
    assert people.confirmed(("BOLT", 2, 100)) == ahead
    people.carry("sales_order", "shipment")
    assert people.parked() == []
    assert people.crm("SELECT number, status FROM shipment") == people.erp(
        "SELECT shipment_no, 'Shipped' FROM shipments"
    )


def test_a_contract_without_invoices_says_so_and_is_not_completed(people: People) -> None:
    people.crm(
        "INSERT INTO contract (name, account_id, company, amount, currency, status, signed_on)"
        " VALUES ('Idle', %s, 'Shanghai', 100, 'CNY', 'Active', %s)",
        *(people.account_of(), in_days(-91)),
    )
    people.carry(*MONEY)
    people.carry(*MONEY)
    assert people.crm("SELECT status, settlement FROM contract") == [("Active", "No invoice")]
    warned = "SELECT DISTINCT failed FROM ops.validation WHERE rule = 'contract_invoiced'"
    assert (1,) in people.ops(warned)


def test_from_bills_that_go_in_a_circle_nothing_is_made_until_they_are_mended(
    people: People,
) -> None:
    people.erp(
        "INSERT INTO bom_lines SELECT b.bom_id, 9, i.item_id, 1, i.uom FROM boms b, items i"
        " WHERE b.bom_no = 'B-HUB' AND i.item_code = 'GEAR'"
    )
    people.send(people.line("GEAR", 12))
    people.send(people.line("NUT", 30))
    people.carry(lane="standard")
    people.carry(*SUPPLY)
    people.carry(*SUPPLY)
    ((system, entity, why),) = people.waiting()
    assert (system, entity) == ("golden", "bill_of_materials")
    assert why == "No product is needed to make itself, through any level"
    made = "SELECT qty FROM production_orders"
    assert people.erp(made) == []
    assert people.erp("SELECT qty FROM purchase_requisitions") == [(20,)]
    people.erp("DELETE FROM bom_lines WHERE line_no = 9")
    people.carry(lane="standard")
    people.carry(*SUPPLY)
    people.carry(*SUPPLY)
    assert people.waiting() == []
    assert people.erp(made) == [(7,)]
