"""The sandbox ERP's sales and delivery desks: orders by telephone, shipping, returns."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from psycopg import sql

from concord.sandbox.erp_desk import Desk
from concord.sandbox.world import base36, pick

CARRIERS = ("DHL", "SF Express", "DB Schenker", "UPS")
NEW_ORDER = sql.SQL(
    "INSERT INTO sales_orders"
    " (customer_code, company_code, wh_id, order_date, requested_on, currency)"
    " VALUES (%s, %s, %s, %s, %s, %s) RETURNING so_id"
)
NEW_LINE = sql.SQL(
    "INSERT INTO sales_order_lines (so_id, line_no, item_id, qty, uom, unit_price, discount_pct)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
CORRECT = sql.SQL("UPDATE sales_order_lines SET qty = %s WHERE so_id = %s AND line_no = 1")
DRAFTS = sql.SQL(
    "SELECT so_id, hold, order_date FROM sales_orders WHERE status = 'D' ORDER BY so_id"
)
TO_RESERVE = sql.SQL(
    "SELECT so_id FROM sales_orders o WHERE status = 'C' AND delivery_status IN ('-', 'P')"
    " AND EXISTS (SELECT FROM sales_order_lines l JOIN stock s USING (item_id)"
    " WHERE l.so_id = o.so_id AND s.wh_id = o.wh_id AND s.on_hand > s.reserved"
    " AND l.qty > l.qty_delivered + l.qty_returned + l.qty_reserved) ORDER BY so_id"
)
TO_SHIP = sql.SQL(
    "SELECT so_id FROM sales_orders o WHERE status = 'C' AND EXISTS ("
    " SELECT FROM sales_order_lines l JOIN items i USING (item_id) WHERE l.so_id = o.so_id"
    " AND (l.qty_reserved > 0 OR i.supply_kind = 'S' AND l.qty > l.qty_delivered + l.qty_returned)"
    ") ORDER BY so_id"
)
ON_THE_ROAD = sql.SQL(
    "SELECT shipment_id FROM shipments WHERE status = 'S' AND shipped_on < %s ORDER BY shipment_id"
)
ARRIVED = sql.SQL(
    "SELECT s.shipment_id, l.line_no, l.qty"
    " FROM shipments s JOIN shipment_lines l USING (shipment_id)"
    " WHERE s.status = 'D' AND s.delivered_on BETWEEN %s AND %s AND l.qty > 0 ORDER BY 1, 2"
)
UNDELIVERED = sql.SQL(
    "SELECT so_id FROM sales_orders WHERE status = 'C' AND delivery_status IN ('-', 'R')"
    " ORDER BY so_id"
)
BUYERS = sql.SQL(
    "SELECT customer_code FROM customer_company JOIN customers USING (customer_code)"
    " WHERE customer_code >= %s AND status = 'A' ORDER BY customer_code LIMIT 1"
)
SOLD = sql.SQL(
    "SELECT i.item_id, p.uom, p.price, p.currency FROM prices p JOIN items i USING (item_id)"
    " JOIN price_lists l USING (list_id)"
    " WHERE l.company_code = %s AND p.item_id = %s AND i.status = 'A' AND p.min_qty = 0"
    " AND %s BETWEEN p.valid_from AND coalesce(p.valid_to, 'infinity') ORDER BY p.price_id"
)
WAREHOUSES = sql.SQL("SELECT wh_id FROM warehouses WHERE company_code = %s ORDER BY wh_id")
BOUNDS = sql.SQL(
    "SELECT (SELECT max(item_id) FROM items), (SELECT min(customer_code) FROM customer_company),"
    " (SELECT max(customer_code) FROM customer_company)"
)
QUANTITIES = {"PC": 20, "BX": 5, "PAL": 1, "KG": 60, "TO": 1, "M": 80, "ROL": 4, "HR": 12}


class SalesDesk(Desk):
    """Takes orders, confirms them, ships them, takes goods back."""

    def take_orders(self, average: float) -> None:
        """Orders that customers give by telephone; one in thirty is mistyped and corrected."""
        items, first, last = self.find(BOUNDS)[0]
        if items is None or first is None:
            return
        low, high = int(first[1:]), int(last[1:])
        for _ in range(self.times(average)):
            start = f"C{low + int(self.rng.random() * (high - low + 1)):06d}"
            buyers = self.find(BUYERS, start)
            if buyers:
                self._order(buyers[0][0], items)

    def _order(self, customer: str, items: int) -> None:
        company = "1000" if self.rng.random() < 0.7 else "2000"
        lines = [line for _ in range(1 + int(self.rng.random() * 4))
                 if (line := self._line(company, items))]  # fmt: skip
        if not lines:
            return
        wh = pick(self.rng, self.find(WAREHOUSES, company))[0]
        wish = self.day + timedelta(days=2 + int(self.rng.random() * 20))
        with self.connection.transaction():
            header = (customer, company, wh, self.day, wish, lines[0][-1])
            row = self.connection.execute(NEW_ORDER, header).fetchone()
            so_id = row[0] if row else None
            for number, (item, uom, qty, price, _) in enumerate(lines, start=1):
                discount = pick(self.rng, (0, 0, 0, 5, 10))
                self.connection.execute(NEW_LINE, (so_id, number, item, qty, uom, price, discount))
        self.done["order"] += 1
        if self.rng.random() < 0.03:
            self.enter("mistyped", CORRECT, lines[0][2] * 10, so_id)
            self.enter("corrected", CORRECT, lines[0][2], so_id)

    def _line(self, company: str, items: int) -> tuple[Any, ...] | None:
        """Item, unit, quantity, price and currency; None for an item that is not on the list."""
        offers = self.find(SOLD, company, 1 + int(self.rng.random() * items), self.day)
        if not offers:
            return None
        item, uom, price, currency = (
            offers[0] if self.rng.random() < 0.8 else pick(self.rng, offers)
        )
        return item, uom, 1 + int(self.rng.random() * QUANTITIES.get(uom, 10)), price, currency

    def confirm(self) -> None:
        """Confirms drafts; those on hold are tried again now and then, later given up."""
        for so_id, hold, ordered_on in self.find(DRAFTS):
            if hold == "-":
                if self.likely(0.97):
                    self.press("confirm_order", so_id, self.day)
            elif (self.day - ordered_on).days > 15:
                if self.likely(0.2):
                    self.press("cancel_order", so_id)
            elif self.likely(0.3):
                self.press("confirm_order", so_id, self.day)

    def reserve(self) -> None:
        """Reserves stock for what waits for it, oldest first."""
        for (so_id,) in self.find(TO_RESERVE):
            self.press("reserve_order", so_id)

    def ship(self) -> None:
        """Ships what is reserved, now and then a part of it."""
        for (so_id,) in self.some(self.find(TO_SHIP), 0.8):
            part = Decimal("0.5") if self.rng.random() < 0.15 else Decimal(1)
            tracking = base36(self.rng.getrandbits(40)).upper()
            self.press("ship", so_id, part, pick(self.rng, CARRIERS), tracking, self.day)

    def deliver(self) -> None:
        """Notes what has arrived of what was shipped on days before."""
        for (shipment,) in self.some(self.find(ON_THE_ROAD, self.day), 0.5):
            self.press("deliver_shipment", shipment, self.day)

    def take_back(self) -> None:
        """Goods of some shipments of the last week come back."""
        week = self.day - timedelta(days=7)
        for shipment, line, qty in self.some(self.find(ARRIVED, week, self.day), 0.004):
            back = qty if qty < 2 else (qty / 2).to_integral_value()
            self.press("return_goods", shipment, line, back, self.day)

    def cancel(self) -> None:
        """Customers change their minds."""
        for (so_id,) in self.some(self.find(UNDELIVERED), 0.005):
            self.press("cancel_order", so_id)
