"""The audit of shipments, invoices and payments, record by record, and of what accounts show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import psycopg

from concord.hub.sql import statement
from concord.sandbox.deviation import Deviation, shown, told

ROOM = "sandbox"
ZERO = Decimal(0)
CENT = Decimal("0.01")
PAPERS = ("shipment", "invoice", "payment")
HOME = "CNY"
"""The group's currency."""

Conn = psycopg.Connection[Any]
Record = dict[str, Any]


def papers(erp: Conn, crm: Conn) -> Iterator[Deviation]:
    """Every shipment, invoice and payment is in both systems, the same in all that both show."""
    for kind in PAPERS:
        theirs, ours = _records(erp, f"erp_{kind}"), _records(crm, f"crm_{kind}")
        for number in sorted(theirs.keys() | ours.keys()):
            a, b = theirs.get(number), ours.get(number)
            if a is None or b is None:
                there = (
                    "not there" if a is None else "there",
                    "not there" if b is None else "there",
                )
                yield Deviation(kind, number, *there)
            elif differing := [name for name in a if a[name] != b[name]]:
                yield Deviation(kind, number, _told(a, differing), _told(b, differing))


def customers(erp: Conn, crm: Conn) -> Iterator[Deviation]:
    """All papers that the ERP made for one customer stand at one account in the CRM."""
    holder = {row[:2]: row[2] for row in rows(crm, "crm_holders")}
    seen: dict[str, dict[str, str]] = defaultdict(dict)
    for kind, number, customer in rows(erp, "erp_holders"):
        if kind != "order" and (account := holder.get((kind, number))):
            seen[customer].setdefault(account, number)
    for customer, accounts in sorted(seen.items()):
        if len(accounts) > 1:
            told = ", ".join(f"{number} at {account}" for account, number in accounts.items())
            yield Deviation("customer", customer, "one customer", told)


def balances(erp: Conn, crm: Conn, without: Sequence[str]) -> Iterator[Deviation]:
    """Every account with papers shows what is owed, overdue, open, and how much credit is left.

    Accounts and customers that share papers are one customer: some are in a system twice. An order
    counts that either side has.
    """
    owed = {row[0]: row[1:] for row in rows(erp, "erp_owed", without)}
    rates = {**dict(rows(erp, "erp_rates")), HOME: Decimal(1)}
    ordered = {row[0]: row[1:] for row in rows(crm, "crm_ordered", without)}
    alone = _orders_of_the_erp_alone(erp, crm, without)
    accounts_of = {row[0]: row[1:] for row in rows(crm, "crm_accounts")}
    for accounts, codes in _same(erp, crm):
        due = [sum((owed.get(c, (ZERO, ZERO))[n] for c in codes), ZERO) for n in (0, 1)]
        orders = [ordered[a] for a in accounts if a in ordered]
        orders += [order for code in codes for order in alone[code]]
        coming = sum((o[2] for o in orders), ZERO)
        last, open_ = max((o[0] for o in orders), default=None), sum(o[1] for o in orders)
        for account in sorted(accounts & accounts_of.keys()):
            name, limit, currency, *found = accounts_of[account]
            room = (
                None if limit is None else limit * rates.get(currency, Decimal(1)) - due[0] - coming
            )
            right = [*(_cents(v) for v in (*due, room)), last, open_]
            if found != right and (orders or codes & owed.keys()):
                yield Deviation("balance", account, f"of {name}: {shown(right)}", shown(found))


def _orders_of_the_erp_alone(
    erp: Conn, crm: Conn, without: Sequence[str]
) -> dict[str, list[tuple[Any, ...]]]:
    """Day, whether open, and value to come of the orders that the CRM has not, by customer."""
    known = {number for kind, number, _ in rows(crm, "crm_holders") if kind == "order"}
    out: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for customer, number, reference, *order in rows(erp, "erp_ordered", without):
        if not {number, reference} & known:
            out[customer].append(tuple(order))
    return out


def _same(erp: Conn, crm: Conn) -> list[tuple[set[str], set[str]]]:
    """Accounts and customer codes that are one customer, by the papers that they share."""
    accounts: dict[str, set[str]] = defaultdict(set)
    codes: dict[str, set[str]] = defaultdict(set)
    holder = {row[:2]: row[2] for row in rows(erp, "erp_holders")}
    for kind, number, account in rows(crm, "crm_holders"):
        code = holder.get((kind, number))
        accounts[account].update([code] if code else [])
        if code:
            codes[code].add(account)
    out: list[tuple[set[str], set[str]]] = []
    left = set(accounts)
    while left:
        group, known, queue = set[str](), set[str](), [left.pop()]
        while queue:
            account = queue.pop()
            group.add(account)
            known |= accounts[account]
            near = {other for code in accounts[account] for other in codes[code]}
            queue += near & left
            left -= near
        out.append((group, known))
    return out


def _records(conn: Conn, name: str) -> dict[str, Record]:
    cursor = conn.execute(statement(ROOM, f"audit_{name}"))
    names = [column.name for column in cursor.description or ()]
    return {row[0]: dict(zip(names, row, strict=True)) for row in cursor}


def rows(conn: Conn, name: str, without: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """The rows of one of the audit's queries, without the documents of these numbers."""
    query = statement(ROOM, f"audit_{name}")
    return conn.execute(query, {"without": list(without)}).fetchall()


def _presence(record: Record | None) -> str:
    return "not there" if record is None else "there"


def _told(record: Mapping[str, Any], names: list[str]) -> str:
    return ", ".join(f"{name} {told(record[name])}" for name in names)


def _cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(CENT, ROUND_HALF_UP)
