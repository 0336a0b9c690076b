"""A catalogue for a sandbox CRM that no ERP gives one: to try it alone, and for tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from concord.sandbox.database import Connection, script


def fill_catalogue(
    crm: Connection, products: int = 50, stock: Decimal | int = 1000, valid_from: date | None = None
) -> None:
    """Fill an empty CRM with warehouses, products, units, prices and stock figures.

    `stock` is what may be promised of each stored product in each warehouse, in its own unit.
    The prices hold from `valid_from` on, or from the start of 2020.
    """
    values = {"products": products, "stock": stock, "valid_from": valid_from or date(2020, 1, 1)}
    crm.execute(script("crm_fill"), values)
