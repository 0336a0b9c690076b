"""Audit: do the two sandbox systems agree? Asked of their databases alone, never of a hub.

Records are paired by what people see on both sides: numbers of documents, codes of products and
warehouses. Every deviation is a line that names the record and both values.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

import psycopg

from concord.sandbox.audit_papers import Conn, balances, customers, papers, rows
from concord.sandbox.deviation import Deviation, shown, told

ZERO = Decimal(0)

# What the vendors call the same thing.
COMPANIES = {"1000": "Shanghai", "2000": "Hamburg"}
STATUS = {
    "order": {"D": "Draft", "C": "Confirmed", "F": "Done", "X": "Cancelled"},
    "invoice": {"D": "Draft", "P": "Posted", "X": "Cancelled"},
    "invoice open": {"O": "Open", "P": "Partly paid", "F": "Paid"},
    "payment": {"D": "Draft", "P": "Posted", "X": "Cancelled"},
    "allocated": {"D": "Draft", "P": "Posted", "X": "Cancelled"},
    "shipment": {"P": "Planned", "S": "Shipped", "D": "Delivered", "X": "Cancelled"},
    "delivery": {
        "-": "Not delivered",
        "R": "Reserved",
        "P": "Partly delivered",
        "D": "Delivered",
    },
    "billing": {"-": "Not invoiced", "P": "Partly invoiced", "I": "Invoiced"},
}
TOLERANCE = {"CNY": Decimal("1.00")}
SMALL = Decimal("0.10")  # the tolerance of the other currencies


def audit(erp_url: str, crm_url: str, without: Collection[str] = ()) -> list[Deviation]:
    """All deviations, by check; none when everything agrees.

    `without`: numbers of documents that totals, balances, availability and supply do as if they
    were not there.
    """
    leave = list(without)
    with psycopg.connect(erp_url) as erp, psycopg.connect(crm_url) as crm:
        for side in (erp, crm):
            side.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return [
            *_deals(erp, crm),
            *_orders(erp, crm),
            *papers(erp, crm),
            *_totals(erp, crm, leave),
            *customers(erp, crm),
            *balances(erp, crm, leave),
            *_contracts(erp, crm),
            *_availability(erp, crm, leave),
            *_supply(erp, crm, leave),
        ]


def _deals(erp: Conn, crm: Conn) -> Iterator[Deviation]:
    """Every won deal has exactly one order, on both sides."""
    numbers = Counter(row[0] for row in rows(erp, "erp_orders"))
    for number, orders in rows(crm, "crm_deals"):
        found = [o for o in orders or [] if numbers[o] == 1]
        if len(orders or []) != 1 or len(found) != 1:
            yield Deviation("won deal", number, f"{len(found)} orders", f"{len(orders or [])}")


def _orders(erp: Conn, crm: Conn) -> Iterator[Deviation]:
    """Every order is on both sides once, with the same statuses, total and lines."""
    ours: dict[str | None, list[tuple[Any, ...]]] = defaultdict(list)
    for number, *rest in rows(crm, "crm_orders"):
        ours[number].append(tuple(rest))
    for name, *_ in ours.pop(None, []):
        yield Deviation("order", name, "not there", "there")
    for number, reference, status, delivery, billing, payment, total, lines in rows(
        erp, "erp_orders"
    ):
        theirs = (
            reference,
            STATUS["order"][status],
            STATUS["delivery"][delivery],
            STATUS["billing"][billing],
            STATUS["invoice open"][payment],
            total,
            lines,
        )
        found = ours.pop(number, [])
        if found != [theirs]:
            says = " and ".join(map(shown, found)) or "not there"
            yield Deviation("order", number, shown(theirs), says)
    for number in ours:
        yield Deviation("order", str(number), "not there", "there")


def _totals(erp: Conn, crm: Conn, leave: list[str]) -> Iterator[Deviation]:
    """Count and total per company, currency and status, to the cent."""
    theirs = {
        (kind, COMPANIES[company], currency, STATUS[kind][status]): (n, total)
        for kind, company, currency, status, n, total in rows(erp, "erp_totals", leave)
    }
    ours = {tuple(row[:4]): tuple(row[4:]) for row in rows(crm, "crm_totals", leave)}
    for key in sorted(theirs.keys() | ours.keys()):
        a, b = theirs.get(key, (0, None)), ours.get(key, (0, None))
        if a != b:
            yield Deviation("total", " ".join(key), f"{a[0]} for {a[1]}", f"{b[0]} for {b[1]}")


def _contracts(erp: Conn, crm: Conn) -> Iterator[Deviation]:
    """A contract is completed when its invoices are settled and all is invoiced, and only then.

    It says why, and how much is invoiced and settled.
    """
    states = {row[0]: row[1:] for row in rows(crm, "crm_contracts")}
    for number, currency, amount, n, invoiced, settled, open_amount in rows(erp, "erp_contracts"):
        tolerance = TOLERANCE.get(currency, SMALL)
        paid, whole = open_amount <= tolerance, invoiced >= amount - tolerance
        right = (_settlement(n, paid, whole, settled), invoiced, settled)
        state, *says = states.pop(number, ("not there",))
        completed = right[0] == "Settled"
        if state != "Cancelled" and (completed != (state == "Completed") or tuple(says) != right):
            said = f"{shown(right)}, open at most {told(open_amount)}, agreed {told(amount)}"
            yield Deviation("contract", number, said, shown((state, *says)))
    for number, (state, *_) in states.items():
        if state != "Cancelled":
            yield Deviation("contract", number, "not there", state)


def _settlement(n: int, paid: bool, whole: bool, settled: Decimal) -> str:
    if n == 0:
        return "No invoice"
    if paid:
        return "Settled" if whole else "Not fully invoiced"
    return "Partly paid" if settled > 0 else "Open"


def _availability(erp: Conn, crm: Conn, leave: list[str]) -> Iterator[Deviation]:
    """What the CRM shows is on hand less reserved less what is promised and not reserved yet."""
    promised = _demand(erp, crm, leave)
    ours = {row[:2]: row[2:] for row in rows(crm, "crm_availability")}
    for item, place, on_hand, reserved, _ in rows(erp, "erp_stock"):
        need = promised.get((item, place), ZERO)
        right = (on_hand, reserved, need, on_hand - reserved - need)
        says = ours.pop((item, place), None)
        if says != right:
            found = "not there" if says is None else shown(says)
            yield Deviation("availability", f"{item} in {place}", shown(right), found)
    for item, place in ours:
        yield Deviation("availability", f"{item} in {place}", "not there", "there")


def _demand(erp: Conn, crm: Conn, leave: list[str]) -> dict[tuple[str, str], Decimal]:
    need: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for side, name in ((erp, "erp_demand"), (crm, "crm_demand")):
        for item, place, quantity in rows(side, name, leave):
            need[item, place] += quantity
    return need


def _supply(erp: Conn, crm: Conn, leave: list[str]) -> Iterator[Deviation]:
    """What is short is requisitioned or produced: as much as netting says, and no more."""
    need = _demand(erp, crm, leave)
    supply = {row[:2]: row[2:] for row in rows(erp, "erp_supply")}
    holds: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for item, place, quantity in rows(crm, "crm_holds"):
        holds[item, place] += quantity
    services = {r[0] for r in erp.execute("SELECT item_code FROM items WHERE supply_kind = 'S'")}
    for item, place, on_hand, reserved, inbound in rows(erp, "erp_stock"):
        open_, needed = supply.get((item, place), (ZERO, ZERO))
        wanted = need.get((item, place), ZERO) - holds[item, place] + needed
        short = max(wanted - max(on_hand - reserved + inbound, ZERO), ZERO)
        if item not in services and round(short - open_, 6) != 0:
            said = f"short of {told(short)}: {told(wanted)} wanted"
            yield Deviation("supply", f"{item} in {place}", said, f"{told(open_)} is on its way")
