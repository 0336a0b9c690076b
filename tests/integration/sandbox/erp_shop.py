"""A small ERP of one customer a company, and hands that press its buttons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

DAY = date(2026, 3, 2)
SHOP = """
INSERT INTO units VALUES ('PC', 'piece', 0), ('BX', 'box', 0), ('KG', 'kilogram', 3),
    ('HR', 'hour', 2);
INSERT INTO companies VALUES ('1000', 'China', 'CNY', 0.13), ('2000', 'Europe', 'EUR', 0.19);
INSERT INTO exchange_rates (currency, valid_from, rate)
VALUES ('EUR', '2026-01-01', 8), ('EUR', '2026-03-01', 7.5), ('USD', '2026-01-01', 7);
INSERT INTO warehouses (wh_code, name, company_code) VALUES ('SH', 'Shanghai', '1000'),
    ('HH', 'Hamburg', '2000');
INSERT INTO items (item_code, name, supply_kind, uom, lead_days) VALUES
    ('BOLT', 'Bolt', 'B', 'PC', 5), ('GEAR', 'Gear unit', 'M', 'PC', 3),
    ('GREASE', 'Grease', 'B', 'KG', 4),
    ('HOUR', 'Visit', 'S', 'HR', 0), ('HUB', 'Hub', 'M', 'PC', 2);
INSERT INTO item_units SELECT item_id, uom, 1, 1 FROM items;
INSERT INTO item_units VALUES (1, 'BX', 12, 1);
INSERT INTO stock (item_id, wh_id, on_hand) VALUES (1, 1, 100), (2, 1, 5), (3, 1, 20), (1, 2, 50);
INSERT INTO boms (bom_no, item_id) VALUES ('B1', 2), ('B2', 5);
INSERT INTO bom_lines VALUES (1, 1, 1, 4, 'PC'), (1, 2, 3, 0.25, 'KG'), (1, 3, 5, 1, 'PC'),
    (2, 1, 1, 2, 'PC');
INSERT INTO customers (customer_code, name, kind, credit_limit, currency, terms_code)
VALUES ('C1', 'Acme', 'O', NULL, 'CNY', 'N30'), ('C2', 'Small', 'O', 1000, 'CNY', 'PRE');
"""


@dataclass
class Shop:
    """The ERP: presses buttons, enters orders, looks."""

    url: str
    conn: psycopg.Connection[Any]

    def do(self, name: str, *args: Any) -> Any:
        """Call a function of the ERP."""
        query = sql.SQL("SELECT {}({})").format(
            sql.Identifier(name), sql.SQL(", ").join([sql.Placeholder()] * len(args))
        )
        row = self.conn.execute(query, args).fetchone()
        return row[0] if row else None

    def see(self, query: str, *args: Any) -> Any:
        """The rows of a query; of a single column its values; of a single value that."""
        rows = self.conn.execute(query, args).fetchall()
        found = [row[0] if len(row) == 1 else row for row in rows]
        return found[0] if len(found) == 1 else found

    def order(
        self,
        *lines: tuple[Any, ...],
        customer: str = "C1",
        company: str = "1000",
        currency: str | None = None,
    ) -> int:
        """Enters a draft with lines of (item, quantity, unit, price[, discount])."""
        so_id = self.see(
            "INSERT INTO sales_orders (customer_code, company_code, wh_id, order_date, currency)"
            " VALUES (%s, %s, %s, %s, %s) RETURNING so_id",
            *(customer, company, 1 if company == "1000" else 2, DAY, currency),
        )
        for number, line in enumerate(lines, start=1):
            self.conn.execute(
                "INSERT INTO sales_order_lines"
                " (so_id, line_no, item_id, qty, uom, unit_price, discount_pct)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (so_id, number, *line, *[0] * (5 - len(line))),
            )
        assert isinstance(so_id, int)
        return so_id

    def shipped(self, *lines: tuple[Any, ...], **header: Any) -> int:
        """An order that has left the house."""
        so_id = self.order(*lines, **header)
        assert self.do("confirm_order", so_id, DAY) == "-"
        self.do("reserve_order", so_id)
        self.do("ship", so_id, 1, None, None, DAY)
        return so_id

    def invoiced(self, *lines: tuple[Any, ...], **header: Any) -> int:
        """The invoice of an order that has left the house."""
        return int(self.do("invoice_order", self.shipped(*lines, **header), DAY))

    def open_of(self, invoice: int) -> tuple[Decimal, str]:
        """What is open of an invoice, and its payment status."""
        found: tuple[Decimal, str] = self.see(
            "SELECT open_amount, payment_status FROM invoices WHERE invoice_id = %s", invoice
        )
        return found

    def axes(self, so_id: int) -> str:
        """An order's lifecycle, delivery, billing and payment."""
        return "".join(
            self.see(
                "SELECT status, delivery_status, billing_status, payment_status"
                " FROM sales_orders WHERE so_id = %s",
                so_id,
            )
        )

    def books(self) -> Any:
        """Laws that are broken."""
        return self.see("SELECT * FROM erp_books")


def stock_up(url: str) -> None:
    """Put the shop into a database that has the sandbox's empty tables."""
    with psycopg.connect(url) as conn:
        conn.execute(SHOP)


@contextmanager
def opened(url: str) -> Iterator[Shop]:
    """Someone at the shop's desk."""
    with psycopg.connect(url, autocommit=True) as conn:
        yield Shop(url, conn)
