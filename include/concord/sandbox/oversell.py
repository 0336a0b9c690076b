"""Salesmen who sell the same scarce goods at the same time, and the audit of what they promised.

With the CRM's soft reservation on, no more is promised than exists; with it off, each looks at the
figure that the CRM shows and sells, and together they oversell.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

import psycopg

from concord.errors import ConcordError
from concord.hub.database import safe_address
from concord.sandbox.database import CRM, ERP, Connection, opened, script
from concord.sandbox.world import pick

SHORT = "SB001"
"""SQLSTATE of the CRM's refusal to promise more than there is."""


@dataclass(frozen=True)
class Outcome:
    """What the sellers did: attempts by how they ended, and how long it took, in seconds."""

    ended: Counter[str]
    seconds: float

    @property
    def attempts(self) -> int:
        """All attempts together."""
        return self.ended.total()

    def __str__(self) -> str:
        told = ", ".join(f"{kind} {n}" for kind, n in sorted(self.ended.items()))
        return f"{self.attempts} attempts in {self.seconds:.1f} s: {told}."


@dataclass(frozen=True)
class Promise:
    """What was promised of a product from a warehouse and what existed, in its own unit."""

    product: str
    warehouse: str
    promised: Decimal
    existed: Decimal

    @property
    def oversold(self) -> Decimal:
        """How much was promised that did not exist; 0 when all of it did."""
        return max(self.promised - self.existed, Decimal(0))


def oversell(
    crm_url: str,
    *,
    sellers: int = 8,
    attempts: int = 10_000,
    products: int = 50,
    soft: bool = True,
    most: int = 10,
    seed: int = 1,
    meanwhile: Callable[[], None] | None = None,
) -> Outcome:
    """Let `sellers` try `attempts` orders over the first `products` that have a stock figure.

    Each order wants 1 to `most` units of one to three products. Some sellers hold the goods first
    and then order, or give them back. `meanwhile` is called again and again until all are done.

    Raises:
        ConcordError: the CRM has no customer or no stock figure.
    """
    with opened(CRM, crm_url) as connection:
        connection.execute(
            "INSERT INTO crm_setting VALUES ('soft_reservation', %s) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            ("on" if soft else "off",),
        )
        goods, accounts = _goods(connection, products), _accounts(connection)
    if not goods or not accounts:
        raise ConcordError(
            f"crm at {safe_address(crm_url)} has no customers or no stock figures to sell by."
        )
    start = time.monotonic()
    shares = [attempts // sellers + (n < attempts % sellers) for n in range(sellers)]
    with ThreadPoolExecutor(sellers) as pool:
        running = [
            pool.submit(_sell, crm_url, Random(f"{seed}:{n}"), share, goods, accounts, most)
            for n, share in enumerate(shares)
        ]
        while meanwhile is not None and not all(one.done() for one in running):
            meanwhile()
        ended = sum((one.result() for one in running), Counter[str]())
    return Outcome(ended, time.monotonic() - start)


def audit(crm_url: str, erp_url: str) -> list[Promise]:
    """What the CRM promised beside what the ERP has or had, from the two databases alone."""
    with opened(ERP, erp_url) as erp:
        existed = {(row[0], row[1]): row[2] for row in erp.execute(script("erp_existed"))}
    promised, none = promises(crm_url), Decimal(0)
    return [
        Promise(
            product,
            place,
            promised.get((product, place), none),
            existed.get((product, place), none),
        )
        for product, place in sorted(promised.keys() | existed.keys())
    ]


def promises(crm_url: str) -> dict[tuple[str, str], Decimal]:
    """What the CRM has promised by product and warehouse code, in the product's own unit."""
    with opened(CRM, crm_url) as crm:
        return {(row[0], row[1]): row[2] for row in crm.execute(script("crm_promised"))}


@dataclass(frozen=True)
class _Good:
    product: str
    warehouse: str
    company: str
    unit: str


def _goods(connection: Connection, products: int) -> list[list[_Good]]:
    """The goods of each warehouse."""
    rows = connection.execute(script("crm_goods"), {"products": products}).fetchall()
    places: dict[str, list[_Good]] = {}
    for row in rows:
        places.setdefault(row[1], []).append(_Good(*row))
    return list(places.values())


def _accounts(connection: Connection) -> list[str]:
    query = "SELECT id::text FROM account WHERE state = 'Active' ORDER BY id LIMIT 1000"
    return [row[0] for row in connection.execute(query)]


def _sell(
    url: str, rng: Random, attempts: int, goods: list[list[_Good]], accounts: list[str], most: int
) -> Counter[str]:
    ended: Counter[str] = Counter()
    with opened(CRM, url) as connection:
        connection.autocommit = True
        for _ in range(attempts):
            place = pick(rng, goods)
            wanted = rng.sample(place, min(len(place), 1 + int(rng.random() * 3)))
            lines = [(good, 1 + int(rng.random() * most)) for good in wanted]
            try:
                ended[_attempt(connection, rng, pick(rng, accounts), lines)] += 1
            except psycopg.DatabaseError as e:
                if e.sqlstate != SHORT:
                    raise
                ended["refused"] += 1
    return ended


def _attempt(
    connection: Connection, rng: Random, account: str, lines: list[tuple[_Good, int]]
) -> str:
    """One order; three of ten sellers hold goods first, and one thinks better of it."""
    draw, holds = rng.random(), []
    first = lines[0][0]
    if draw < 0.3:
        good, quantity = lines[0]
        row = connection.execute(
            "SELECT (hold_stock(%s, %s, %s, 5)).id", (good.product, good.warehouse, quantity)
        ).fetchone()
        holds = [row[0]] if row and row[0] else []
    if draw < 0.1:
        for hold in holds:
            connection.execute("SELECT release_hold(%s)", (hold,))
        return "given back"
    try:
        _place(connection, account, first.company, first.warehouse, lines, holds)
    except psycopg.DatabaseError:
        for hold in holds:
            connection.execute("SELECT release_hold(%s)", (hold,))
        raise
    return "taken"


def _place(
    connection: Connection,
    account: str,
    company: str,
    warehouse: str,
    lines: list[tuple[_Good, int]],
    holds: list[Any],
) -> None:
    """An order for euros, each line in the product's own unit."""
    body = [
        {"product": good.product, "quantity": quantity, "unit": good.unit, "price": 10}
        for good, quantity in lines
    ]
    connection.execute(
        "SELECT place_order(%s, %s, %s, 'EUR', %s, holds => %s::uuid[])",
        (account, company, warehouse, json.dumps(body), holds),
    )
