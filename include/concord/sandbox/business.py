"""Fill the sandbox ERP with what a business needs: products, prices, stock, customers' terms."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import safe_address
from concord.hub.sql import idents
from concord.sandbox import goods
from concord.sandbox.database import ERP, Connection, opened, require, script
from concord.sandbox.play_erp import erp_day

MAX_PRODUCTS = 5000
AGO = 31
"""The days that `seed_days` plays end so many days ago."""


@dataclass(frozen=True)
class BusinessSummary:
    """Rows made, by table. Equal for equal arguments and customers but for `seconds`."""

    rows: Mapping[str, int]
    seconds: float = field(compare=False)

    def __str__(self) -> str:
        return (
            f"{self.rows['items']:,} products with {self.rows['prices']:,} prices in "
            f"{self.rows['warehouses']} warehouses, {self.seconds:.1f} s."
        )


def seed_business(erp_url: str, products: int = 200, seed: int = 1) -> BusinessSummary:
    """Fill an ERP that has no products with master data and stock.

    Two companies, units, exchange rates, `products` (60 % bought, 30 % made, 10 % services) with
    units, recipes and prices, two warehouses a company with stock, and terms for the customers
    that are there. Equal arguments on equal customers give equal rows; all or nothing.

    Raises:
        ConcordError: there are no sandbox tables, or products already, or `products` is out of
            range (10 to 5,000).
        SystemUnavailable, NotAuthorised: see `database.opened`.
    """
    if not 10 <= products <= MAX_PRODUCTS:
        raise ConcordError(f"The sandbox makes 10 to {MAX_PRODUCTS} products, not {products}.")
    started = time.monotonic()
    with opened(ERP, erp_url) as connection:
        require(connection, ERP, erp_url)
        if _has_products(connection):
            raise ConcordError(
                f"The ERP at {safe_address(erp_url)} holds products already. "
                "Empty it first: ./concord sandbox seed --reset."
            )
        rows = {
            table: _copy(connection, table, columns, found)
            for table, columns, found in _tables(products, seed)
        }
        terms = connection.execute(script("erp_terms"), {"seed": seed})
        rows["customer_company"] = terms.rowcount
        connection.execute(script("erp_business_loaded"))
    return BusinessSummary(rows, time.monotonic() - started)


def seed_days(erp_url: str, days: int, seed: int = 1) -> str:
    """Play `days` of business in the ERP alone, the last of them `AGO` days ago, and tell of them.

    Later days are left for `play`, which goes on after the newest order.
    Raises as `seed_business` does.
    """
    started, done = time.monotonic(), Counter[str]()
    with opened(ERP, erp_url) as connection:
        require(connection, ERP, erp_url)
        connection.commit()
        connection.autocommit = True
        for ago in range(AGO + days - 1, AGO - 1, -1):
            day = date.today() - timedelta(days=ago)
            done.update(erp_day(connection, day, Random(f"{seed}:{day}")).done)
    seconds = time.monotonic() - started
    names = {"order": "orders", "ship": "shipments", "invoice_order": "invoices"}
    told = ", ".join(f"{done[deed]:,} {name}" for deed, name in names.items())
    return f"{days} days of business in the ERP: {told}, {seconds:.1f} s."


def has_business(erp_url: str) -> bool:
    """Whether the ERP has products; raises as `seed_business` does."""
    with opened(ERP, erp_url) as connection:
        require(connection, ERP, erp_url)
        return _has_products(connection)


def _has_products(connection: Connection) -> bool:
    return connection.execute("SELECT FROM items LIMIT 1").fetchone() is not None


def _tables(products: int, seed: int) -> Iterator[tuple[str, tuple[str, ...], Iterable[Any]]]:
    """Table, columns and rows, parents first. Each has a random stream of its own."""

    def rng(of: str) -> Random:
        return Random(f"{seed}:{of}")

    made = goods.items(rng("items"), products)
    recipes = [(n, *r) for n, r in enumerate(goods.recipes(rng("boms"), made), start=1)]
    yield "units", ("uom", "name", "decimals"), goods.UNITS
    yield "companies", ("company_code", "name", "currency", "tax_rate"), goods.COMPANIES
    yield "exchange_rates", ("currency", "valid_from", "rate"), goods.rates(rng("rates"))
    yield "warehouses", ("wh_id", "wh_code", "name", "company_code"), goods.WAREHOUSES
    columns: tuple[str, ...] = ("list_id", "list_code", "name", "company_code", "currency")
    yield "price_lists", columns, goods.PRICE_LISTS
    columns = ("item_id", "item_code", "name", "supply_kind", "uom", "lead_days")
    yield "items", columns, ((i.number, i.code, i.name, i.kind, i.unit, i.lead_days) for i in made)
    units = ((i.number, unit, times, 1) for i in made for unit, times in i.units())
    yield "item_units", ("item_id", "uom", "numerator", "denominator"), units
    columns = ("list_id", "item_id", "uom", "min_qty", "valid_from", "valid_to", "price")
    yield "prices", (*columns, "currency"), goods.prices(rng("prices"), made)
    heads = ((n, f"BOM-{n:05d}", item.number, goods.FIRST_DAY) for n, item, _ in recipes)
    yield "boms", ("bom_id", "bom_no", "item_id", "valid_from"), heads
    parts = (
        (n, line, part.number, count, part.unit)
        for n, _, found in recipes
        for line, (part, count) in enumerate(found, start=1)
    )
    yield "bom_lines", ("bom_id", "line_no", "item_id", "qty", "uom"), parts
    yield "stock", ("item_id", "wh_id", "on_hand"), goods.stock(rng("stock"), made)


def _copy(connection: Connection, table: str, columns: tuple[str, ...], rows: Iterable[Any]) -> int:
    """COPY rows into a table; how many."""
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), idents(columns))
    with connection.cursor() as cursor:
        with cursor.copy(query) as copy:
            for row in rows:
                copy.write_row(row)
        return cursor.rowcount
