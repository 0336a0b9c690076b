"""A CRM with a catalogue and some customers, and short ways to work in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from concord.sandbox.catalogue import fill_catalogue


class Crm:
    """One seller's connection to the CRM; each call is a transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = psycopg.connect(url, autocommit=True)

    @contextmanager
    def another(self) -> Iterator[Crm]:
        """Another seller."""
        made = Crm(self.url)
        try:
            yield made
        finally:
            made.connection.close()

    def fill(self, products: int = 12, stock: int = 100) -> None:
        """A catalogue and three customers."""
        fill_catalogue(self.connection, products, stock)
        self.connection.execute(
            "INSERT INTO account (account_name, country) "
            "SELECT 'Customer ' || n, 'Germany' FROM generate_series(1, 3) AS n"
        )

    def all(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, values).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        """The single value of a single row."""
        ((value,),) = self.all(query, *values)
        return value

    def do(self, query: str, *values: Any) -> int:
        return self.connection.execute(query, values).rowcount

    def account(self, number: int = 1) -> Any:
        return self.one("SELECT id FROM account WHERE account_name = %s", f"Customer {number}")

    def product(self, code: str = "P0001") -> Any:
        return self.one("SELECT id FROM product WHERE code = %s", code)

    def warehouse(self, code: str = "HAM") -> Any:
        return self.one("SELECT id FROM warehouse WHERE code = %s", code)

    def line(
        self, quantity: Any, code: str = "P0001", unit: str = "piece", **other: Any
    ) -> dict[str, Any]:
        made = {"product": str(self.product(code)), "quantity": quantity, "unit": unit}
        return {**made, "price": "9.5", **other}

    def room(self, code: str = "P0001") -> Any:
        query = "SELECT available_room(%s, %s)"
        return self.one(query, self.product(code), self.warehouse())

    def hold(self, quantity: Any, minutes: int = 30, code: str = "P0001") -> Any:
        """Hold stock; the id of the reservation."""
        query = "SELECT (hold_stock(%s, %s, %s, %s)).id"
        return self.one(query, self.product(code), self.warehouse(), quantity, minutes)

    def place(self, *lines: dict[str, Any], holds: list[Any] | None = None) -> Any:
        """Place an order of customer 1 on Hamburg; its id."""
        query = "SELECT place_order(%s, 'Hamburg', %s, 'EUR', %s, holds => %s::uuid[])"
        body = json.dumps(lines, default=str)
        return self.one(query, self.account(), self.warehouse(), body, holds or [])

    def change(self, order: Any, *lines: dict[str, Any]) -> None:
        self.do("SELECT change_order(%s, %s)", order, json.dumps(lines, default=str))

    def kept(self, order: Any) -> list[tuple[Any, ...]]:
        """Number and quantity of the reservations that an order holds, by product."""
        query = (
            "SELECT r.number, r.quantity FROM reservation r JOIN product p ON p.id = r.product_id "
            "WHERE r.order_id = %s AND r.status = 'Held' ORDER BY p.code, r.number"
        )
        return self.all(query, order)
