"""The forms of the sandbox CRM, filled in by somebody: orders, leads, deals, and their lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

import psycopg
from psycopg import errors

from concord.errors import ConcordError
from concord.sandbox.database import Connection, script
from concord.sandbox.oversell import SHORT
from concord.sandbox.phones import international
from concord.sandbox.sides import COUNTRY_WORDS
from concord.sandbox.world import Customer, pick
from concord.sandbox.writing import uuid

Line = dict[str, Any]

TAX = {"Shanghai": Decimal("0.13"), "Hamburg": Decimal("0.19")}
"""What comes on top of a net price, by company; contracts are signed with it."""
SPELLINGS = {"piece": ("piece", "piece", "pcs", "pieces")}
SELLERS = ("a.berg", "li.na", "m.rossi", "wang.wei", "j.smith")
SOURCES = ("Web", "Trade fair", "Referral", "Cold call")
_LOWEST = "00000000-0000-0000-0000-000000000000"


class Offer(NamedTuple):
    """A product in a unit at the list price of a company, from its warehouse."""

    company: str
    warehouse: str
    currency: str
    product: str
    unit: str
    price: Decimal
    kind: str


class Refused(Exception):
    """The CRM did not do what a sales person wanted; what it said is the message."""


class CrmForms:
    """The CRM on somebody's screen, on a business day.

    What the CRM refuses, raises Refused.
    """

    def __init__(self, rng: Random, connection: Connection, day: date) -> None:
        self.rng, self.connection, self.day = rng, connection, day

    @cached_property
    def offers(self) -> list[list[Offer]]:
        """What is on offer today, by company, warehouse and currency.

        Raises:
            ConcordError: the CRM has no prices for that day.
        """
        found: dict[tuple[str, str, str], list[Offer]] = {}
        for row in self.connection.execute(script("crm_offer"), {"day": self.day}):
            found.setdefault(row[:3], []).append(Offer(*row))
        if not found:
            raise ConcordError(
                f"The CRM has no prices for {self.day}. Let Concord bring products and prices "
                "from the ERP first."
            )
        return list(found.values())

    @cached_property
    def services(self) -> set[str]:
        """Products that are work and not goods."""
        return {o.product for offers in self.offers for o in offers if o.kind == "Service"}

    def place(
        self, account: str, at: Offer, lines: list[Line], *,
        contract: str | None = None, hold: str | None = None,
    ) -> None:  # fmt: skip
        """Places an order of today through the order form."""
        wanted = self.day + timedelta(days=3 + int(self.rng.random() * 18))
        self.call(
            "SELECT place_order(%s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[])",
            *(account, at.company, at.warehouse, at.currency, body(lines), self.day, wanted),
            *(contract, [hold] if hold else []),
        )

    def import_order(
        self, account: str, at: Offer, lines: list[Line], currency: str | None = None
    ) -> None:
        """Sends an order of today from the mobile app, which checks nothing."""
        wanted = self.day + timedelta(days=3 + int(self.rng.random() * 18))
        self.call(
            "SELECT import_order(%s, %s, %s, %s, %s, %s, %s)",
            *(account, at.company, at.warehouse, currency or at.currency, body(lines)),
            *(self.day, wanted),
        )

    def enter_lead(self, new: Customer, company: str | None = None) -> str:
        """Enters a lead, by its company's name as somebody writes it; its key."""
        person = new.contacts[0].name if new.contacts else None
        found = self.connection.execute(
            script("crm_new_lead"),
            {
                "company": company or new.name,
                "person": person,
                "tax_number": new.tax,
                "country": COUNTRY_WORDS[new.country][0],
                "phone": international(new.phone, self.rng),
                "email": new.email,
                "source": pick(self.rng, SOURCES),
                "owner": pick(self.rng, SELLERS),
            },
        ).fetchone()
        assert found is not None
        return str(found[0])

    def open_deal(self, account: str | None, lead: str | None) -> str:
        """Opens a deal over some goods; its key."""
        offers = pick(self.rng, self.offers)
        closes = self.day + timedelta(days=7 + int(self.rng.random() * 40))
        row = self.call(
            "SELECT open_opportunity(%s, %s, %s, %s, %s, %s, %s, %s)::text",
            *(f"Supply of {self.day:%B %Y}", account, lead, offers[0].company),
            *(offers[0].warehouse, offers[0].currency, closes, body(self.lines(offers))),
        )
        return str(row)

    def account(self, state: str = "Active") -> str | None:
        """Some account in that state."""
        query = (
            "SELECT id::text FROM account WHERE state = %s AND merged_into IS NULL AND id >= %s "
            "ORDER BY id LIMIT 1"
        )
        for start in (uuid(self.rng), _LOWEST):
            row = self.connection.execute(query, (state, start)).fetchone()
            if row:
                return str(row[0])
        return None

    def lines(self, offers: Sequence[Offer], scale: int = 1) -> list[Line]:
        """One to four lines of goods on offer."""
        return [self.line(pick(self.rng, offers), scale) for _ in range(1 + int(self._skew() * 4))]

    def line(self, offer: Offer, scale: int = 1) -> Line:
        """A line over some of what is offered; one in five gets a discount."""
        made = {
            "product": offer.product,
            "quantity": scale * (1 + int(self._skew() * 20)),
            "unit": pick(self.rng, SPELLINGS.get(offer.unit, (offer.unit,))),
            "price": offer.price,
        }
        if self.rng.random() < 0.2:
            made["discount"] = pick(self.rng, (2, 5, 10))
        return made

    def offers_of(self, company: str, currency: str) -> list[Offer] | None:
        """What a company offers in a currency."""
        return next(
            (o for o in self.offers if (o[0].company, o[0].currency) == (company, currency)), None
        )

    def lines_of(self, order: str) -> list[Line]:
        """An order's lines as the order form takes them."""
        rows = self.connection.execute(
            "SELECT product_id::text, quantity, unit, price, discount FROM sales_order_line "
            "WHERE order_id = %s ORDER BY line_no",
            (order,),
        )
        names = ("product", "quantity", "unit", "price", "discount")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def one_of(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        """One of a query's rows."""
        rows = self.connection.execute(query, values).fetchall()
        return pick(self.rng, rows) if rows else None

    def call(self, query: str, *values: Any) -> Any:
        """Do something in the CRM; the first value that it answers.

        Raises:
            Refused: the CRM said no, or somebody else was faster.
        """
        try:
            cursor = self.connection.execute(query, values)
        except (errors.RaiseException, errors.DeadlockDetected) as e:
            raise Refused(str(e)) from e
        except psycopg.DatabaseError as e:
            if e.sqlstate == SHORT:
                raise Refused(str(e)) from e
            raise
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def hold(self, line: Line, warehouse: str) -> str | None:
        """Holds a line's goods for ten minutes; the key of the reservation."""
        held: str | None = self.call(
            "SELECT (hold_stock(%s, %s, base_quantity(%s, %s, %s), 10)).id::text",
            *(line["product"], warehouse, line["product"], line["quantity"], line["unit"]),
        )
        return held

    def _skew(self) -> float:
        """Between 0 and 1, small more often."""
        return self.rng.random() * self.rng.random()

    def moment(self, hour: int, minutes: int | None = None) -> datetime:
        """A time of today, within four hours of an hour."""
        later = int(self.rng.random() * 240) if minutes is None else minutes
        return datetime.combine(self.day, time(hour)) + timedelta(minutes=later)

    def tax_is_known(self, tax: str) -> bool:
        """Whether a customer or a lead has that tax number."""
        query = (
            "SELECT FROM account WHERE tax_number = %s "
            "UNION ALL SELECT FROM lead WHERE tax_number = %s LIMIT 1"
        )
        return self.connection.execute(query, (tax, tax)).fetchone() is not None


def body(lines: list[Line]) -> str:
    """Lines as the CRM's functions take them."""
    return json.dumps(lines, default=str)


def gross(lines: list[Line], company: str) -> Decimal:
    """What lines come to, with tax."""
    net = sum(
        (
            _cents(
                line["quantity"] * line["price"] * (1 - Decimal(line.get("discount") or 0) / 100)
            )
            for line in lines
        ),
        Decimal(0),
    )
    return net + _cents(net * TAX[company])


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
