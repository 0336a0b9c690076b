"""The sandbox's two databases: opening them, their tables, filling and emptying them.

Both sides are plain PostgreSQL databases that look like two vendors' systems. Nothing of
Concord's own stands in them; see README.md in this directory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import psycopg
from psycopg import errors, sql
from psycopg.rows import TupleRow

from concord.errors import ConcordError, NotAuthorised, SystemUnavailable
from concord.hub.database import first_line, safe_address
from concord.hub.sql import idents

Connection = psycopg.Connection[TupleRow]
Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Side:
    """One of the two systems: its name, and its tables with parents first.

    `tables` hold the customers, `business` all else; `scripts` make the latter.
    """

    name: str
    tables: tuple[str, ...]
    business: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


ERP = Side(
    "erp",
    ("customers", "customer_contacts", "customer_addresses"),
    (
        *("companies", "exchange_rates", "units", "items", "item_units", "price_lists", "prices"),
        *("warehouses", "customer_company", "boms", "bom_lines", "stock", "contracts"),
        *("sales_orders", "sales_order_lines", "shipments", "shipment_lines"),
        *("invoices", "invoice_lines", "payments", "payment_allocations"),
        *("expected_receipts", "purchase_requisitions"),
        *("production_orders", "production_components"),
    ),
    (
        *("erp_master", "erp_orders", "erp_invoices", "erp_supply", "erp_delivery"),
        *("erp_billing", "erp_payments", "erp_production", "erp_books"),
    ),
)
CRM = Side(
    "crm",
    ("account", "person", "account_address"),
    (
        *("crm_setting", "warehouse", "product", "product_unit", "price_book", "price_book_entry"),
        *("availability", "availability_day", "lead", "opportunity", "opportunity_line", "quote"),
        *("quote_line", "contract", "sales_order", "sales_order_line", "sales_order_progress"),
        *("reservation", "reservation_counter", "ticket", "shipment", "shipment_line", "invoice"),
        *("invoice_line", "payment", "payment_allocation"),
    ),
    ("crm_catalogue", "crm_sales", "crm_books", "crm_stock", "crm_orders", "crm_deals"),
)

COLUMNS: dict[str, tuple[str, ...]] = {
    "customers": (
        *("customer_code", "name", "kind", "vat_no", "country_code", "phone", "email", "website"),
        *("terms_code", "status", "customer_since", "credit_limit", "currency", "updated_at"),
    ),
    "customer_contacts": (
        *("contact_no", "customer_code", "full_name", "position", "tel", "email", "updated_at"),
    ),
    "customer_addresses": (
        *("address_no", "customer_code", "addr_type", "street", "city", "region", "zip"),
        *("country_code", "updated_at"),
    ),
    "account": (
        *("id", "account_name", "account_type", "tax_number", "country", "phone_number"),
        *("email_address", "web", "payment_term", "state", "customer_since", "annual_revenue"),
        *("credit_limit", "currency_code", "modified_on"),
    ),
    "person": (
        *("id", "account_id", "display_name", "title", "work_phone", "email_address"),
        "modified_on",
    ),
    "account_address": (
        *("id", "account_id", "kind", "line1", "city", "state", "postcode", "country"),
        "modified_on",
    ),
}
"""The columns that the sandbox fills, in the order of the rows it makes."""


@cache
def script(name: str) -> sql.SQL:
    """A statement or script of this room, as written in `sql/<name>.sql`."""
    text = files("concord.sandbox").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return sql.SQL(text)


@contextmanager
def opened(side: Side, url: str) -> Iterator[Connection]:
    """A connection to one side; commits at the end, rolls back on an error.

    Raises:
        SystemUnavailable: the database cannot be reached, or breaks off.
        NotAuthorised: the role may not do what was asked there.
        ConcordError: the address is none.
    """
    try:
        with _connect(side, url) as connection:
            yield connection
    except errors.InsufficientPrivilege as e:
        what = f"{side.name} at {safe_address(url)} refuses: {first_line(e)}"
        raise NotAuthorised(f"{what}. Make the sandbox's role the owner of that database.") from e
    except psycopg.OperationalError as e:
        raise SystemUnavailable(side.name, safe_address(url), first_line(e)) from e


def _connect(side: Side, url: str) -> Connection:
    try:
        return psycopg.connect(url, application_name="sandbox", connect_timeout=10)
    except psycopg.ProgrammingError:  # its message repeats parts of the address
        raise ConcordError(
            f"The address of the sandbox's {side.name} is not one of PostgreSQL. "
            "Write it as postgresql://user@host/database."
        ) from None


def create(erp_url: str, crm_url: str) -> None:
    """Make the tables of both sides where they are missing; what exists is left alone.

    Raises:
        ConcordError: a table of that name exists and is not the sandbox's.
        SystemUnavailable, NotAuthorised: see `opened`.
    """
    for side, url in _sides(erp_url, crm_url):
        with opened(side, url) as connection:
            if not exists(connection, side, url):
                connection.execute(script(f"{side.name}_schema"))
            if not _has_business(connection, side, url):
                for name in side.scripts:
                    connection.execute(script(name))


def drop(erp_url: str, crm_url: str) -> None:
    """Remove the sandbox's tables, with all rows, from both sides. Raises as `create` does."""
    for side, url in _sides(erp_url, crm_url):
        with opened(side, url) as connection:
            if exists(connection, side, url):
                if side.business and _has_business(connection, side, url):
                    connection.execute(script(f"{side.name}_business_drop"))
                connection.execute(script(f"{side.name}_drop"))


def reset(erp_url: str, crm_url: str) -> None:
    """Empty both sides, or make them where they are missing. Raises as `create` does.

    The tables themselves stay, and with them what an administrator has added to them, such as
    the triggers of a change log.
    """
    create(erp_url, crm_url)
    for side, url in _sides(erp_url, crm_url):
        with opened(side, url) as connection:
            connection.execute(
                sql.SQL("TRUNCATE {} RESTART IDENTITY").format(idents(side.tables + side.business))
            )


def is_empty(erp_url: str, crm_url: str) -> bool:
    """Whether neither side holds a customer; sides without tables are empty."""
    return not any(_has_rows(side, url) for side, url in _sides(erp_url, crm_url))


def exists(connection: Connection, side: Side, url: str) -> bool:
    """Whether this side's tables of customers are there.

    Raises:
        ConcordError: some of the side's names are taken by tables that are not the sandbox's.
    """
    return _are_there(connection, side, url, side.tables)


def _has_business(connection: Connection, side: Side, url: str) -> bool:
    return _are_there(connection, side, url, side.business)


def _are_there(connection: Connection, side: Side, url: str, names: tuple[str, ...]) -> bool:
    """Whether all of these tables are there; see `exists` for errors."""
    rows = connection.execute(script("tables_found"), {"names": list(names)}).fetchall()
    strange = sorted(name for name, comment in rows if not comment.startswith("Sandbox "))
    if strange or 0 < len(rows) < len(names):
        what = (
            f"has tables that are not the sandbox's: {', '.join(strange)}"
            if strange
            else "holds only a part of the sandbox's tables"
        )
        raise ConcordError(
            f"{side.name} at {safe_address(url)} {what}. Nothing was changed. "
            "Give the sandbox a database of its own."
        )
    return bool(rows)


def require(connection: Connection, side: Side, url: str) -> None:
    """Raise ConcordError unless this side's tables are there."""
    if not exists(connection, side, url):
        raise ConcordError(
            f"{side.name} at {safe_address(url)} has no sandbox tables. Make them first: "
            "./concord sandbox seed, or ./concord sandbox import DIR."
        )


def row(table: str, **values: str | None) -> Row:
    """A row for `copy_in` from its values by column; columns not named are NULL."""
    return tuple(values.get(column) for column in COLUMNS[table])


def copy_in(
    connection: Connection, table: str, rows: Iterable[Row], *, numbered: bool = True
) -> None:
    """COPY rows into a table, in the order of `COLUMNS`; without the key if not `numbered`."""
    columns = COLUMNS[table] if numbered else COLUMNS[table][1:]
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), idents(columns))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for one in rows:
            copy.write_row(one if numbered else one[1:])


def _sides(erp_url: str, crm_url: str) -> tuple[tuple[Side, str], tuple[Side, str]]:
    return (ERP, erp_url), (CRM, crm_url)


def _has_rows(side: Side, url: str) -> bool:
    with opened(side, url) as connection:
        if not exists(connection, side, url):
            return False
        query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(side.tables[0]))
        row = connection.execute(query).fetchone()
    return row is not None and bool(row[0])
