"""The people of a small trading company: they press the buttons of ERP and CRM, and look."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from concord.hub.database import SESSION
from concord.pipeline.batch import Counts
from concord.stewardship import quarantine
from tests.support.world import World

TODAY = date.today()
SALES = ("party", "contact", "lead", "opportunity", "quote", "sales_order")
STOCK = ("sales_order", "reservation", "stock_level", "inbound", "availability")
MONEY = ("party", "contract", "sales_order", "shipment", "invoice", "payment")
SUPPLY = ("sales_order", "stock_level", "inbound", "production_order", "purchase_requisition")

Line = dict[str, Any]


def in_days(days: int) -> date:
    """A day from today on, or before it."""
    return TODAY + timedelta(days=days)


class People(World):
    """A world with hands on both sides. Products, warehouses and customers go by their codes."""

    def carry(self, *entities: str, lane: str = "fast") -> Counts:
        """One batch of a lane, of these of its entities or of all."""
        return self.batch(lane, entities=entities or None)

    def press(self, system: str, button: str, *given: Any, **named: Any) -> Any:
        """Call a function of the ERP or the CRM in a transaction of its own."""
        marks: list[sql.Composable] = [sql.Placeholder()] * len(given)
        marks += [sql.SQL("{} => {}").format(sql.Identifier(n), sql.Placeholder()) for n in named]
        call = sql.SQL("SELECT {}({})").format(sql.Identifier(button), sql.SQL(", ").join(marks))
        with psycopg.connect(self.urls[system], options=SESSION) as conn:
            row = conn.execute(call, (*given, *named.values())).fetchone()
        return row[0] if row else None

    # The CRM.

    def product(self, code: str) -> Any:
        return self.one("crm", "SELECT id FROM product WHERE code = %s", code)

    def warehouse(self, code: str = "SH") -> Any:
        return self.one("crm", "SELECT id FROM warehouse WHERE code = %s", code)

    def account_of(self, name: str = "Acme GmbH") -> Any:
        return self.one("crm", "SELECT id FROM account WHERE account_name = %s", name)

    def line(self, code: str, quantity: Any, unit: str = "piece", price: Any = 10) -> Line:
        return {"product": str(self.product(code)), "quantity": quantity, "unit": unit,
                "price": price}  # fmt: skip

    def place(self, *lines: Line, customer: str = "Acme GmbH", **more: Any) -> Any:
        """Take an order at the form, with the stock that it needs; its id."""
        order = (self.account_of(customer), "Shanghai", self.warehouse(), "CNY", Jsonb(lines))
        return self.press("crm", "place_order", *order, **more)

    def send(self, *lines: Line, customer: str = "Acme GmbH", currency: str = "CNY") -> Any:
        """An order of the mobile app, which checks nothing; its id."""
        order = (self.account_of(customer), "Shanghai", self.warehouse(), currency, Jsonb(lines))
        return self.press("crm", "import_order", *order)

    def lead(self, company: str, **more: Any) -> Any:
        """A qualified lead; its id."""
        values = {"company": company, "status": "Qualified", "country": "Germany", **more}
        text = sql.SQL("INSERT INTO lead ({}) VALUES ({}) RETURNING id").format(
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join([sql.Placeholder()] * len(values)),
        )
        with psycopg.connect(self.urls["crm"], options=SESSION) as conn:
            ((made,),) = conn.execute(text, [*values.values()]).fetchall()
        return made

    def deal(self, *lines: Line, lead: Any = None, customer: str | None = None) -> Any:
        """An opportunity in Shanghai with a lead or a customer; its id."""
        who = None if customer is None else self.account_of(customer)
        where = ("Shanghai", self.warehouse(), "CNY", in_days(30), Jsonb(lines))
        return self.press("crm", "open_opportunity", "A deal", who, lead, *where)

    def crm_orders(self, where: str = "true", *values: Any) -> list[tuple[Any, ...]]:
        """(ERP's number, status, account) of orders in the CRM."""
        return self.crm(
            "SELECT o.erp_number, o.status, a.account_name FROM sales_order o"
            f" JOIN account a ON a.id = o.account_id WHERE {where} ORDER BY o.number",
            *values,
        )

    def shown(self, code: str, place: str = "SH") -> tuple[Decimal, ...]:
        """On hand, reserved, promised and available, as the CRM shows them."""
        ((*figures,),) = self.crm(
            "SELECT a.on_hand, a.reserved, a.promised, a.available FROM availability a"
            " JOIN product p ON p.id = a.product_id JOIN warehouse w ON w.id = a.warehouse_id"
            " WHERE p.code = %s AND w.code = %s",
            *(code, place),
        )
        return tuple(figures)

    # The ERP.

    def item(self, code: str) -> int:
        return int(self.one("erp", "SELECT item_id FROM items WHERE item_code = %s", code))

    def place_id(self, code: str = "SH") -> int:
        return int(self.one("erp", "SELECT wh_id FROM warehouses WHERE wh_code = %s", code))

    def so(self, order: Any) -> int:
        """The ERP's key of an order of the CRM."""
        number = self.one("crm", "SELECT number FROM sales_order WHERE id = %s", order)
        return int(self.one("erp", "SELECT so_id FROM sales_orders WHERE crm_ref = %s", number))

    def phone(
        self,
        *lines: tuple[str, int, int],
        customer: str = "Acme GmbH",
        place: str = "SH",
        contract: int | None = None,
    ) -> int:
        """Enter an order at the ERP's telephone with lines of (item, quantity, price); its key."""
        company = "1000" if place == "SH" else "2000"
        so = self.one(
            "erp",
            "INSERT INTO sales_orders (customer_code, company_code, wh_id, contract_id)"
            " SELECT customer_code, %s, %s, %s FROM customers WHERE name = %s RETURNING so_id",
            *(company, self.place_id(place), contract, customer),
        )
        for number, (code, quantity, price) in enumerate(lines, start=1):
            self.erp(
                "INSERT INTO sales_order_lines (so_id, line_no, item_id, qty, uom, unit_price)"
                " SELECT %s, %s, item_id, %s, uom, %s FROM items WHERE item_code = %s",
                *(so, number, quantity, price, code),
            )
        return int(so)

    def confirmed(self, *lines: tuple[str, int, int], **header: Any) -> int:
        """The same, confirmed and reserved as far as stock goes."""
        so = self.phone(*lines, **header)
        assert self.press("erp", "confirm_order", so) == "-"
        self.press("erp", "reserve_order", so)
        return so

    def billed(self, so: int, part: Any = 1, day: date = TODAY) -> int:
        """Ship and invoice a part of what is left of a confirmed order; the invoice's key."""
        self.press("erp", "ship", so, part)
        return int(self.press("erp", "invoice_order", so, day))

    def expect(self, code: str, quantity: int, days: int) -> None:
        """Goods are on their way to Shanghai."""
        self.erp(
            "INSERT INTO expected_receipts (item_id, wh_id, qty_open, due_on)"
            " VALUES (%s, %s, %s, %s)",
            *(self.item(code), self.place_id(), quantity, in_days(days)),
        )

    def quote_rate(self, currency: str, rate: int) -> None:
        """Enter an exchange rate that holds since long ago."""
        text = "INSERT INTO exchange_rates (currency, valid_from, rate) VALUES (%s, %s, %s)"
        self.erp(text, currency, date(2020, 1, 1), rate)

    def new_item(self, code: str, unit: str = "PC") -> int:
        """A bought item with its own unit; its key."""
        item = self.one(
            "erp",
            "INSERT INTO items (item_code, name, supply_kind, uom)"
            " VALUES (%s, initcap(%s), 'B', %s) RETURNING item_id",
            *(code, code, unit),
        )
        self.erp("INSERT INTO item_units VALUES (%s, %s, 1, 1)", item, unit)
        return int(item)

    # The steward.

    def waiting(self, entity: str | None = None) -> list[tuple[str, str, str]]:
        """(system, entity, why) of all that is in quarantine, in the words of the list."""
        with self.hub.connect() as conn:
            found = quarantine.entries(conn, entity=entity)
        return [(e.system, e.entity, e.why) for e in found]

    def parked(self) -> list[tuple[str, str, str]]:
        """(system, entity, entity that is waited for)."""
        return self.ops(
            "SELECT DISTINCT p.system, p.entity, w ->> 'entity' FROM ops.parked p,"
            " jsonb_array_elements(p.waits_for) w ORDER BY 1, 2, 3"
        )  # type: ignore[return-value]
