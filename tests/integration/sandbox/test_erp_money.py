from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from psycopg import errors

from tests.integration.sandbox.erp_shop import DAY, Shop
from tests.integration.sandbox.test_erp_orders import BOLT, GEAR, together

LATER = DAY + timedelta(days=20)


def test_an_order_that_is_delivered_invoiced_and_paid_is_finished(erp: Shop) -> None:
    so_id = erp.shipped((BOLT, 10, "PC", "12.34", 5))
    invoice = erp.do("invoice_order", so_id, DAY)
    assert erp.axes(so_id) == "CDIO"
    assert erp.see(
        "SELECT invoice_no, net_total, tax_total, total, due_date, currency FROM invoices"
    ) == ("IN-000001", *map(Decimal, ("117.23", "15.24", "132.47")), date(2026, 4, 1), "CNY")
    erp.do("pay", [invoice], [Decimal("100")], DAY)
    assert erp.axes(so_id) == "CDIP"
    assert erp.open_of(invoice) == (Decimal("32.47"), "P")
    erp.do("pay", [invoice], [Decimal("32.47")], LATER)
    assert erp.open_of(invoice) == (0, "F")
    assert erp.axes(so_id) == "FDIF"


def test_invoices_of_partial_deliveries_add_up_to_the_order(erp: Shop) -> None:
    so_id = erp.order((BOLT, 9, "PC", "0.3333"), (BOLT, 7, "PC", "1.0050"))
    erp.do("confirm_order", so_id, DAY)
    erp.do("reserve_order", so_id)
    for _ in range(3):
        erp.do("ship", so_id, Decimal("0.4"), None, None, DAY)
        erp.do("invoice_order", so_id, DAY)
        assert erp.axes(so_id) == "CPPO"
    erp.do("ship", so_id)
    erp.do("invoice_order", so_id, DAY)
    net, ordered = erp.see(
        "SELECT sum(net_total), (SELECT net_total FROM sales_orders) FROM invoices"
    )
    assert net == ordered == Decimal("10.04")
    with pytest.raises(errors.RaiseException, match="Nothing of order SO-000001 is delivered"):
        erp.do("invoice_order", so_id, DAY)


def test_a_contract_goes_from_the_order_to_its_invoices_and_credit_notes(erp: Shop) -> None:
    contract = erp.see(
        "INSERT INTO contracts (contract_no, customer_code, company_code, currency)"
        " VALUES ('CT-1', 'C1', '1000', 'CNY') RETURNING contract_id"
    )
    so_id = erp.shipped((BOLT, 10, "PC", 1))
    erp.see("UPDATE sales_orders SET contract_id = %s RETURNING 1", contract)
    erp.do("credit_note", erp.do("invoice_order", so_id, DAY), Decimal("0.1"), DAY)
    assert erp.see("SELECT contract_id FROM invoices") == [contract, contract]


def test_a_posted_invoice_never_changes(erp: Shop) -> None:
    erp.invoiced((BOLT, 10, "PC", 1))
    for change in (
        "UPDATE invoices SET total = total + 1",
        "UPDATE invoices SET due_date = '2027-01-01'",
        "UPDATE invoices SET status = 'D'",
        "DELETE FROM invoices",
        "UPDATE invoice_lines SET net = 0",
        "DELETE FROM invoice_lines",
        "INSERT INTO invoice_lines VALUES (1, 2, 1, 1, 1, 'PC', 1, 1)",
    ):
        with pytest.raises(errors.RaiseException, match="IN-000001 is posted: correct it"):
            erp.see(f"{change} RETURNING 1")


def test_a_posted_payment_never_changes(erp: Shop) -> None:
    erp.do("pay", [erp.invoiced((BOLT, 10, "PC", 1))], [Decimal(5)], DAY)
    for change in (
        "UPDATE payments SET amount = 1",
        "UPDATE payments SET bank_ref = 'x'",
        "DELETE FROM payments",
        "UPDATE payment_allocations SET amount = 1",
        "DELETE FROM payment_allocations",
    ):
        with pytest.raises(errors.RaiseException, match="reverse"):
            erp.see(f"{change} RETURNING 1")


def test_one_payment_settles_several_invoices_and_keeps_the_rest(erp: Shop) -> None:
    first, second = (erp.invoiced((BOLT, 10, "PC", 1)) for _ in range(2))  # 11.30 each
    payment = erp.do("pay", [second, first], [Decimal("11.30"), Decimal(4)], DAY, "B1", Decimal(20))
    assert (erp.open_of(first), erp.open_of(second)) == ((Decimal("7.30"), "P"), (0, "F"))
    assert erp.see("SELECT amount, unallocated FROM payments") == (20, Decimal("4.70"))
    erp.do("allocate_advance", payment, [first], [Decimal("4.70")])
    assert erp.open_of(first) == (Decimal("2.60"), "P")
    with pytest.raises(errors.RaiseException, match=r"has 0\.00 left"):
        erp.do("allocate_advance", payment, [first], [Decimal(1)])


def test_no_more_is_allocated_than_is_open_even_by_many_at_once(erp: Shop) -> None:
    invoice = erp.invoiced((BOLT, 10, "PC", 1))
    with pytest.raises(errors.RaiseException, match=r"has 11\.30 open, so 12\.00 cannot"):
        erp.do("pay", [invoice], [Decimal(12)], DAY)
    calls = [([invoice], [Decimal(2)], DAY) for _ in range(8)]
    with pytest.raises(errors.RaiseException, match=r"has 1\.30 open"):
        together(erp, "pay", calls)
    assert erp.open_of(invoice) == (Decimal("1.30"), "P")
    assert len(erp.see("SELECT payment_id FROM payments")) == 5


def test_payments_that_fit_no_invoice_are_refused(erp: Shop) -> None:
    invoice = erp.invoiced((BOLT, 10, "PC", 1))
    euros = erp.invoiced((BOLT, 1, "PC", 1), currency="EUR")
    for args, why in (
        (([99], [Decimal(1)], DAY), "unknown or given twice"),
        (([invoice, invoice], [Decimal(1), Decimal(1)], DAY), "unknown or given twice"),
        (([invoice, euros], [Decimal(1), Decimal(1)], DAY), "not all of customer C1"),
        (([invoice], [Decimal(1)], DAY, None, None, "USD"), "in USD, invoice IN-000001 in CNY"),
        (([invoice], [Decimal(-1)], DAY), "cannot cover"),
        (([invoice], [Decimal(3)], DAY, None, Decimal(2)), "cannot cover"),
        (([invoice], [Decimal(3), Decimal(1)], DAY), "needs its amount"),
    ):
        with pytest.raises(errors.RaiseException, match=why):
            erp.do("pay", *args)
    erp.do("pay", [invoice], [Decimal(1)], DAY, "BANK-1")
    with pytest.raises(errors.UniqueViolation):
        erp.do("pay", [invoice], [Decimal(1)], DAY, "BANK-1")


def test_an_advance_waits_for_its_invoice(erp: Shop) -> None:
    advance = erp.do("pay_advance", "C1", "1000", "CNY", Decimal(50), DAY)
    invoice = erp.invoiced((BOLT, 10, "PC", 1))
    erp.do("allocate_advance", advance, [invoice], [Decimal("11.30")])
    assert erp.open_of(invoice) == (0, "F")
    assert erp.see("SELECT kind, amount, unallocated FROM payments") == ("A", 50, Decimal("38.70"))
    other = erp.invoiced((BOLT, 1, "PC", 1), customer="C2")
    with pytest.raises(errors.RaiseException, match="is of customer C1"):
        erp.do("allocate_advance", advance, [other], [Decimal(1)])


@pytest.mark.parametrize(("undo", "kind"), [("charge_back", "B"), ("reverse_payment", "V")])
def test_undoing_a_payment_reopens_all_that_it_settled(erp: Shop, undo: str, kind: str) -> None:
    so_id = erp.shipped((BOLT, 10, "PC", 1))
    invoices = [erp.do("invoice_order", so_id, DAY), erp.invoiced((BOLT, 20, "PC", 1))]
    payment = erp.do("pay", invoices, [Decimal("11.30"), Decimal(9)], DAY, "B1", Decimal(30))
    assert erp.axes(so_id) == "FDIF"
    undone = erp.do(undo, payment, LATER)
    assert [erp.open_of(i) for i in invoices] == [(Decimal("11.30"), "O"), (Decimal("22.60"), "O")]
    assert erp.axes(so_id) == "CDIO"
    assert erp.see(
        "SELECT kind, amount, unallocated FROM payments WHERE payment_id = %s", undone
    ) == (kind, -30, Decimal("-9.70"))
    for again in (payment, undone):
        with pytest.raises(errors.RaiseException, match="undone already"):
            erp.do(undo, again, LATER)
    with pytest.raises(errors.RaiseException, match="undone already"):
        erp.do("allocate_advance", payment, invoices[:1], [Decimal(1)])


def test_a_refund_reopens_its_invoice_and_gives_back_no_more_than_was_paid(erp: Shop) -> None:
    so_id = erp.shipped((BOLT, 10, "PC", 1))
    invoice = erp.do("invoice_order", so_id, DAY)
    erp.do("pay", [invoice], [Decimal("11.30")], DAY)
    assert erp.axes(so_id) == "FDIF"
    erp.do("refund", invoice, Decimal(3), LATER)
    assert erp.open_of(invoice) == (3, "P")
    assert erp.axes(so_id) == "CDIP"
    with pytest.raises(errors.RaiseException, match=r"has 8\.30 to pay back, not 9"):
        erp.do("refund", invoice, Decimal(9), LATER)


def test_a_credit_note_takes_from_what_is_open_and_the_rest_is_paid_back(erp: Shop) -> None:
    invoice = erp.invoiced((BOLT, 10, "PC", 1))
    erp.do("pay", [invoice], [Decimal("10.00")], DAY)
    note = erp.do("credit_note", invoice, Decimal("0.5"), LATER)
    assert erp.see("SELECT kind, corrects_no, total FROM invoices WHERE invoice_id = %s", note) == (
        "C",
        "IN-000001",
        Decimal("-5.65"),
    )
    assert erp.open_of(invoice) == (0, "F")
    assert erp.open_of(note) == (Decimal("-4.35"), "P")
    erp.do("refund", note, Decimal("4.35"), LATER)
    assert erp.open_of(note) == (0, "F")
    erp.do("credit_note", invoice, Decimal("0.5"), LATER)
    with pytest.raises(
        errors.RaiseException, match="More than invoice IN-000001 would be credited"
    ):
        erp.do("credit_note", invoice, Decimal("0.1"), LATER)


def test_what_came_back_is_credited_once(erp: Shop) -> None:
    so_id = erp.shipped((BOLT, 10, "PC", 1), (GEAR, 1, "PC", 5))
    invoice = erp.do("invoice_order", so_id, DAY)
    erp.do("return_goods", 1, 1, 4, DAY)
    assert erp.axes(so_id) == "CDPO"
    erp.do("credit_returns", so_id, DAY)
    assert erp.axes(so_id) == "CDIO"  # the rest is not paid
    assert erp.open_of(invoice) == (Decimal("12.43"), "P")
    with pytest.raises(errors.RaiseException, match="is invoiced and came back"):
        erp.do("credit_returns", so_id, DAY)
    erp.do("pay", [invoice], [Decimal("12.43")], DAY)
    assert erp.axes(so_id) == "FDIF"


def test_a_wrong_invoice_is_cancelled_and_billed_again(erp: Shop) -> None:
    so_id = erp.shipped((BOLT, 10, "PC", 1))
    wrong = erp.do("invoice_order", so_id, DAY)
    erp.do("cancel_invoice", wrong)
    assert erp.axes(so_id) == "CD-O"
    right = erp.do("invoice_order", so_id, DAY)
    with pytest.raises(errors.RaiseException, match="IN-000001 is not posted"):
        erp.do("pay", [wrong], [Decimal(1)], DAY)
    erp.do("pay", [right], [Decimal(1)], DAY)
    with pytest.raises(errors.RaiseException, match="IN-000002 is paid, credited or cancelled"):
        erp.do("cancel_invoice", right)


def test_a_bank_day_without_a_rate_is_refused(erp: Shop) -> None:
    with pytest.raises(errors.RaiseException, match="no exchange rate for GBP"):
        erp.do("pay_advance", "C1", "1000", "GBP", Decimal(50), DAY)
