"""The sandbox ERP's accounts: invoices, payments late and in part, credit notes, mistakes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from psycopg import sql

from concord.sandbox.erp_desk import Desk
from concord.sandbox.world import base36

CENT = Decimal("0.01")
TO_INVOICE = sql.SQL(
    "SELECT so_id FROM sales_orders o WHERE status IN ('C', 'F') AND billing_status IN ('-', 'P')"
    " AND EXISTS (SELECT FROM sales_order_lines l"
    " WHERE l.so_id = o.so_id AND l.qty_delivered > l.qty_invoiced) ORDER BY so_id"
)
TO_CREDIT = sql.SQL(
    "SELECT so_id FROM sales_orders o WHERE status IN ('C', 'F') AND billing_status = 'P'"
    " AND EXISTS (SELECT FROM sales_order_lines l"
    " WHERE l.so_id = o.so_id AND l.qty_delivered < l.qty_invoiced) ORDER BY so_id"
)
OWED = sql.SQL(
    "SELECT array_agg(invoice_id ORDER BY due_date, invoice_id),"
    " array_agg(open_amount ORDER BY due_date, invoice_id), max(%(day)s - due_date) AS late"
    " FROM invoices WHERE status = 'P' AND payment_status <> 'F' AND kind = 'I'"
    " AND invoice_date <= %(day)s"
    " GROUP BY customer_code, company_code, currency, due_date <= %(day)s"
    " ORDER BY min(invoice_id)"
)
NOT_INVOICED = sql.SQL(
    "SELECT customer_code, company_code, currency, total FROM sales_orders"
    " WHERE status = 'C' AND billing_status = '-' AND order_date = %s AND total > 0 ORDER BY so_id"
)
ADVANCES = sql.SQL(
    "SELECT p.payment_id, p.unallocated, i.invoice_id, i.open_amount FROM payments p, LATERAL ("
    " SELECT invoice_id, open_amount FROM invoices WHERE customer_code = p.customer_code"
    " AND company_code = p.company_code AND currency = p.currency AND status = 'P' AND kind = 'I'"
    " AND open_amount > 0 ORDER BY due_date, invoice_id LIMIT 1) i"
    " WHERE p.unallocated > 0 AND p.undone_by IS NULL AND p.kind IN ('P', 'A')"
    " ORDER BY p.payment_id"
)
OPEN_CREDITS = sql.SQL(
    "SELECT invoice_id, -open_amount FROM invoices WHERE status = 'P' AND kind = 'C'"
    " AND open_amount < 0 ORDER BY invoice_id"
)
NEW_INVOICES = sql.SQL(
    "SELECT invoice_id, open_amount, total FROM invoices"
    " WHERE status = 'P' AND kind = 'I' AND invoice_date BETWEEN %s AND %s ORDER BY invoice_id"
)
PAID = sql.SQL(
    "SELECT p.payment_id, a.invoice_id, a.amount FROM payments p"
    " JOIN payment_allocations a ON a.payment_id = p.payment_id AND a.line_no = 1"
    " WHERE p.kind = 'P' AND p.undone_by IS NULL AND p.amount > 0"
    " AND p.value_date BETWEEN %s AND %s ORDER BY p.payment_id"
)


class MoneyDesk(Desk):
    """Bills, collects, pays back and corrects."""

    def invoice(self) -> None:
        """Bills what was delivered and credits what came back."""
        for (so_id,) in self.some(self.find(TO_INVOICE), 0.85):
            self.press("invoice_order", so_id, self.day)
        for (so_id,) in self.some(self.find(TO_CREDIT), 0.6):
            self.press("credit_returns", so_id, self.day)

    def collect(self) -> None:
        """Customers pay: few before the day, many after it, some much later, some in part."""
        for invoices, amounts, late in self.find(OWED, day=self.day):
            chance = 0.03 if late < 0 else 0.3 if late < 5 else 0.12
            if self.likely(chance):
                self._pay(invoices, amounts)

    def _pay(self, invoices: list[int], amounts: list[Decimal]) -> None:
        style = self.rng.random()
        extra = Decimal(0)
        if style < 0.12:
            part = Decimal(30 + int(self.rng.random() * 40)) / 100
            invoices, amounts = invoices[:1], [max((amounts[0] * part).quantize(CENT), CENT)]
        elif style < 0.35:
            invoices, amounts = invoices[:1], amounts[:1]
        elif style < 0.38:
            extra = Decimal(100)
        self.press("pay", invoices, amounts, self.day, self._bank(), sum(amounts) + extra)

    def _bank(self) -> str:
        return f"BK{self.day:%y%m%d}-{base36(self.rng.getrandbits(48))}"

    def advances(self) -> None:
        """Some pay a part of a new order at once; what is left of a payment settles what comes."""
        for customer, company, currency, total in self.some(
            self.find(NOT_INVOICED, self.day), 0.04
        ):
            amount = max((total * Decimal("0.3")).quantize(CENT), CENT)
            bank = self._bank()
            self.press("pay_advance", customer, company, currency, amount, self.day, bank)
        for payment, left, invoice, due in self.some(self.find(ADVANCES), 0.7):
            self.press("allocate_advance", payment, [invoice], [min(left, due)])

    def pay_back(self) -> None:
        """What credit notes still owe, and now and then a part of a payment."""
        for note, amount in self.some(self.find(OPEN_CREDITS), 0.4):
            self.press("refund", note, amount, self.day)
        for _, invoice, amount in self.some(self._recent(PAID, 20), 0.001):
            part = max((amount * Decimal("0.2")).quantize(CENT), CENT)
            self.press("refund", invoice, part, self.day)

    def correct(self) -> None:
        """Price complaints, wrong invoices, banks that take money back, payments booked wrongly."""
        for invoice, *_ in self.some(self._recent(NEW_INVOICES, 30), 0.001):
            share = Decimal(5 + int(self.rng.random() * 20)) / 100
            self.press("credit_note", invoice, share, self.day)
        unpaid = [r for r in self._recent(NEW_INVOICES, 1) if r[1] == r[2]]
        for invoice, *_ in self.some(unpaid, 0.01):
            self.press("cancel_invoice", invoice)
        for payment, *_ in self.some(self._recent(PAID, 30), 0.0005):
            self.press("charge_back", payment, self.day)
        for payment, invoice, amount in self.some(self._recent(PAID, 3), 0.004):
            if self.press("reverse_payment", payment, self.day):
                self.press("pay", [invoice], [amount], self.day, self._bank())

    def _recent(self, query: sql.SQL, days: int) -> list[Any]:
        return self.find(query, self.day - timedelta(days=days), self.day)
