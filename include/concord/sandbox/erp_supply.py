"""The sandbox ERP's buyers, shop floor and product managers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from psycopg import sql

from concord.sandbox.database import script
from concord.sandbox.erp_desk import Desk

REQUISITIONS = sql.SQL("SELECT pr_id FROM purchase_requisitions WHERE status = %s ORDER BY pr_id")
DUE = sql.SQL(
    "SELECT r.receipt_id, r.qty_open FROM expected_receipts r"
    " JOIN purchase_requisitions p ON p.pr_no = r.source_no"
    " WHERE r.status = 'E' AND r.due_on <= %s ORDER BY r.receipt_id"
)
PRODUCTION = sql.SQL("SELECT mo_id FROM production_orders WHERE status = %s ORDER BY mo_id")
MADE = sql.SQL(
    "SELECT m.mo_id FROM production_orders m JOIN expected_receipts r ON r.source_no = m.mo_no"
    " WHERE m.status = 'R' AND r.due_on <= %s ORDER BY m.mo_id"
)
LOW = script("erp_low_stock")
ASK = sql.SQL(
    "INSERT INTO purchase_requisitions (company_code, item_id, wh_id, qty, needed_on)"
    " VALUES (%s, %s, %s, %s, %s) RETURNING pr_id"
)
PLAN = sql.SQL(
    "INSERT INTO production_orders (company_code, item_id, wh_id, qty, needed_on)"
    " VALUES (%s, %s, %s, %s, %s) RETURNING mo_id"
)
PRICES = sql.SQL(
    "SELECT list_id, item_id, uom, price, min_qty FROM prices"
    " WHERE valid_from <= %(day)s AND coalesce(valid_to, 'infinity') >= %(day)s"
    " ORDER BY price_id"
)
STOCK = sql.SQL("SELECT item_id, wh_id, on_hand, reserved FROM stock ORDER BY stock_id")


class SupplyDesk(Desk):
    """Buys, makes, counts and sets prices."""

    def buy(self) -> None:
        """Approves requisitions, orders them, and takes in what is due; some comes in parts."""
        for (pr_id,) in self.some(self.find(REQUISITIONS, "A"), 0.85):
            self.press("order_requisition", pr_id, self.day)
        for (pr_id,) in self.some(self.find(REQUISITIONS, "D"), 0.9):
            self.press("approve_requisition", pr_id)
        for receipt, open_ in self.some(self.find(DUE, self.day), 0.85):
            part = (open_ / 2).to_integral_value() if self.rng.random() < 0.1 else open_
            self.press("receive", receipt, part or open_)

    def make(self) -> None:
        """Releases production and completes what is due, if its components are there."""
        for (mo_id,) in self.some(self.find(MADE, self.day), 0.9):
            self.press("complete_production", mo_id)
        for (mo_id,) in self.some(self.find(PRODUCTION, "D"), 0.9):
            self.press("release_production", mo_id, self.day)

    def replenish(self, most: int = 20) -> None:
        """Asks for what is low and nobody has asked for: at most `most` bought, fewer made."""
        wish = self.day + timedelta(days=14)
        for kind, form, deed, least, many in (
            ("B", ASK, "requisition", 200, most),
            ("M", PLAN, "production", 20, most // 4),
        ):
            for item, wh, company, missing in self.find(LOW, kind=kind)[: self.times(many)]:
                self.enter(deed, form, company, item, wh, least + missing, wish)

    def reprice(self) -> None:
        """Mondays some prices change from tomorrow on; one in ten is mistyped and put right."""
        if self.day.weekday() != 0:
            return
        day = self.day + timedelta(days=1)
        for number, item, uom, price, least in self.some(self.find(PRICES, day=self.day), 0.01):
            factor = Decimal(97 + int(self.rng.random() * 9)) / 100
            new = max((price * factor).quantize(Decimal("0.01")), Decimal("0.01"))
            if self.rng.random() < 0.1:
                self.press("set_price", number, item, uom, new * 10, day, least)
            self.press("set_price", number, item, uom, new, day, least)

    def count(self) -> None:
        """A few shelves are counted; what is found differs by little, never below the reserved."""
        rows = self.find(STOCK)
        for item, wh, on_hand, reserved in self.some(rows, min(1.0, 3 / max(len(rows), 1))):
            found = max(on_hand + int(self.rng.random() * 4) - 2, reserved, Decimal(0))
            self.press("count_stock", item, wh, found)
