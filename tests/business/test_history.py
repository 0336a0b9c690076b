"""A customer's documents in the CRM, and their sum on the account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from concord.sandbox.audit import audit
from tests.business.people import MONEY, TODAY, People, in_days


def account(people: People) -> tuple[Any, ...]:
    """Open balance, overdue, credit room, currency, last order, open orders of Acme."""
    ((*summary,),) = people.crm(
        "SELECT open_balance, overdue, credit_room, balance_currency, last_order_on, orders_open"
        " FROM account WHERE account_name = 'Acme GmbH'"
    )
    return tuple(summary)


def test_documents_are_shown_with_their_lines_and_add_up_on_the_account(people: People) -> None:
    so = people.confirmed(("BOLT", 4, 100), ("NUT", 20, 10))
    shipment = people.press("erp", "ship", so, 1, "DHL", "JD0042", in_days(-41))
    people.press("erp", "deliver_shipment", shipment, in_days(-40))
    late = people.press("erp", "invoice_order", so, in_days(-40))
    people.press("erp", "pay", [late], [Decimal(65)])
    other = people.confirmed(("HOUR", 2, 500))
    people.billed(other, Decimal("0.5"))
    people.confirmed(("BOLT", 1, 200))
    people.phone(("BOLT", 1, 50))
    people.carry(*MONEY)

    assert people.crm(
        "SELECT total, status, delivery, billing, payment, hold FROM sales_order ORDER BY total"
    ) == [
        (56.5, "Draft", "Not delivered", "Not invoiced", "Open", "None"),
        (226, "Confirmed", "Reserved", "Not invoiced", "Open", "None"),
        (678, "Confirmed", "Partly delivered", "Partly invoiced", "Partly paid", "None"),
        (1130, "Confirmed", "Partly delivered", "Partly invoiced", "Open", "None"),
    ]
    assert people.crm(
        "SELECT s.status, carrier, tracking, shipped_on, delivered_on, p.code, quantity"
        " FROM shipment s JOIN shipment_line l ON l.shipment_id = s.id"
        " JOIN product p ON p.id = l.product_id WHERE carrier IS NOT NULL ORDER BY p.code"
    ) == [
        ("Delivered", "DHL", "JD0042", in_days(-41), in_days(-40), "BOLT", 4),
        ("Delivered", "DHL", "JD0042", in_days(-41), in_days(-40), "NUT", 10),
    ]
    assert people.crm(
        "SELECT kind, status, payment, due_on, total, open_amount,"
        " (SELECT sum(net) FROM invoice_line l WHERE l.invoice_id = i.id)"
        " FROM invoice i ORDER BY open_amount"
    ) == [
        ("Invoice", "Posted", "Partly paid", in_days(-10), 565, 500, 500),
        ("Invoice", "Posted", "Open", in_days(30), 565, 565, 500),
    ]
    assert people.crm(
        "SELECT p.kind, p.amount, a.amount, i.due_on FROM payment p"
        " JOIN payment_allocation a ON a.payment_id = p.id JOIN invoice i ON i.id = a.invoice_id"
    ) == [("Payment", 65, 65, in_days(-10))]
    not_invoiced = 113 + 565 + 226  # of the confirmed orders
    room = 200_000 - 1065 - not_invoiced
    assert account(people) == (1065, 500, room, "CNY", TODAY, 4)
    people.carry(*MONEY)  # the CRM's numbers of the orders go into the ERP
    assert people.carry(*MONEY)["planned"] == 0


def test_an_advance_lowers_the_balance_and_euro_count_at_the_rate_of_their_day(
    people: People,
) -> None:
    people.billed(people.confirmed(("BOLT", 1, 100), place="HH"))
    acme = people.one("erp", "SELECT customer_code FROM customers WHERE name = 'Acme GmbH'")
    people.press("erp", "pay_advance", acme, "1000", "CNY", 52)
    people.carry(*MONEY)
    owed = 8 * 119 - 52
    assert account(people)[:3] == (owed, 0, 200_000 - owed)


def test_a_posted_document_that_is_edited_in_the_crm_is_put_back_and_its_open_fields_are_not(
    people: People,
) -> None:
    people.billed(people.confirmed(("HOUR", 1, 100)))
    people.carry(*MONEY)
    people.crm("UPDATE invoice SET total = 1, open_amount = 1")
    people.crm("UPDATE sales_order_line SET price = 1")
    people.crm("UPDATE sales_order SET requested_on = %s", in_days(9))
    people.carry(*MONEY)
    people.carry(*MONEY)
    assert people.crm("SELECT total, open_amount FROM invoice") == [(113, 113)]
    assert people.crm("SELECT price FROM sales_order_line") == [(100,)]
    assert people.erp("SELECT requested_on, total FROM sales_orders") == [(in_days(9), 113)]
    fields = people.ops("SELECT DISTINCT entity, unit FROM ops.conflict ORDER BY 1, 2")
    assert {("invoice", "amounts"), ("sales_order", "lines")} <= set(fields)


def test_an_order_that_only_the_erp_shows_counts_on_the_account_and_in_the_audit(
    people: People,
) -> None:
    people.phone(("BOLT", 1, 10), customer="Small Ltd")
    people.carry(*MONEY)
    people.phone(("BOLT", 400, 10), customer="Small Ltd")
    for _ in range(2):
        people.carry(*MONEY)
    assert len(people.waiting("sales_order")) == 1
    counted = "SELECT orders_open FROM account WHERE account_name = 'Small Ltd'"
    assert people.one("crm", counted) == 2
    found = audit(people.urls["erp"], people.urls["crm"])
    assert [d for d in found if d.check == "balance"] == []
