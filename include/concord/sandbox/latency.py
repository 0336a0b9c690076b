"""How long a change takes from one side to the other, as people there would see it.

Telephone numbers change in the CRM and are awaited in the ERP; stock is counted and orders are
cancelled in the ERP and are awaited in the CRM. The clock runs from the commit until a look at the
other side, five times a second, finds the change.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from statistics import median, quantiles
from typing import Any

from concord.errors import ConcordError
from concord.sandbox.database import CRM, ERP, Connection, opened, require, script

LOOK = 0.2
PATIENCE = 300.0
"""Seconds after which a change counts as not arrived."""
SPARE = 10
"""Orders made beyond those that are needed."""


@dataclass
class Probe:
    """One change: how it is made, and what it is on the other side then."""

    kind: str
    make: Callable[[], object]
    key: tuple[str, ...]
    expected: object
    made_at: float = 0.0
    seconds: float | None = None


@dataclass(frozen=True)
class Latency:
    """Seconds by kind of change, and how many changes did not arrive."""

    seconds: Mapping[str, list[float]]
    lost: int

    def __str__(self) -> str:
        lines = [_told(kind, found) for kind, found in sorted(self.seconds.items())]
        every = [seconds for found in self.seconds.values() for seconds in found]
        return "\n".join([*lines, _told("all", every), f"not arrived: {self.lost}"])


def latency(
    erp_url: str, crm_url: str, *, changes: int = 100, over: float = 300, seed: int = 1
) -> Latency:
    """Commit `changes` at random times within `over` seconds and wait for each on the other side.

    Somebody else has to run the batches.

    Raises:
        ConcordError: a side has no tables, or too few customers or products for so many changes.
        SystemUnavailable, NotAuthorised: see `database.opened`.
    """
    with opened(ERP, erp_url) as erp, opened(CRM, crm_url) as crm:
        for side, connection, url in ((ERP, erp, erp_url), (CRM, crm, crm_url)):
            require(connection, side, url)
            connection.commit()
            connection.autocommit = True
        rng = Random(f"latency:{seed}")
        probes = _probes(erp, crm, changes, rng)
        _measure(probes, erp, crm, sorted(rng.random() * over for _ in probes))
    found: dict[str, list[float]] = {}
    for probe in probes:
        if probe.seconds is not None:
            found.setdefault(probe.kind, []).append(probe.seconds)
    return Latency(found, sum(probe.seconds is None for probe in probes))


def _probes(erp: Connection, crm: Connection, changes: int, rng: Random) -> list[Probe]:
    """A third of each kind, in random order, each on a record of its own."""
    share = -(-changes // 3)
    accounts = {tax: key for key, tax in crm.execute(script("latency_accounts")).fetchall()}
    customers = [
        (code, accounts[tax])
        for code, tax in erp.execute(script("latency_customers")).fetchall()
        if tax in accounts
    ]
    if len(customers) < share + SPARE:
        raise ConcordError(
            f"{len(customers)} customers are on both sides; {share + SPARE} are needed."
        )
    chosen = rng.sample(customers, share + SPARE)
    ordered = erp.execute(
        script("latency_orders"), {"customers": [code for code, _ in chosen]}
    ).fetchall()
    if not ordered:
        raise ConcordError("The ERP has no product with a price of today.")
    stock = erp.execute(script("latency_stock"), {"but": ordered[0][2], "number": share}).fetchall()
    arrived = _await_orders(crm, [number for _, number, _ in ordered], share)
    made = [
        *(_phone(crm, code, account, rng) for code, account in chosen[:share]),
        *[_cancelled(erp, key, number) for key, number, _ in ordered if number in arrived][:share],
        *(_counted(erp, *row) for row in stock),
    ]
    rng.shuffle(made)
    if len(made) < changes:
        raise ConcordError(f"The sandbox is too small for {changes} changes; {len(made)} fit.")
    return made[:changes]


def _phone(crm: Connection, customer: str, account: str, rng: Random) -> Probe:
    digits = f"{100_000 + int(rng.random() * 900_000)}"
    query = "UPDATE account SET phone_number = %s WHERE id = %s::uuid"
    return Probe(
        "telephone, CRM to ERP",
        lambda: crm.execute(query, (f"+49 40 5{digits}", account)),
        ("phone", customer),
        f"+49405{digits}",
    )


def _cancelled(erp: Connection, key: int, number: str) -> Probe:
    query = "SELECT cancel_order(%s)"
    return Probe(
        "order status, ERP to CRM",
        lambda: erp.execute(query, (key,)),
        ("order", number),
        "Cancelled",
    )


def _counted(
    erp: Connection, item: int, house: int, item_code: str, house_code: str, there: Any
) -> Probe:
    query = "SELECT count_stock(%s, %s, %s)"
    return Probe(
        "stock, ERP to CRM",
        lambda: erp.execute(query, (item, house, there + 1)),
        ("stock", item_code, house_code),
        there + 1,
    )


def _await_orders(crm: Connection, numbers: list[str], enough: int) -> set[str]:
    """Wait until enough of the orders that will be cancelled are there; no part of the measure.

    Some may stay in quarantine: their customers have no credit left.
    """
    query = "SELECT erp_number FROM sales_order WHERE erp_number = ANY(%s)"
    until = time.monotonic() + PATIENCE
    while len(found := crm.execute(query, (numbers,)).fetchall()) < enough:
        if time.monotonic() > until:
            raise ConcordError(f"Of {len(numbers)} new orders, {len(found)} reached the CRM.")
        time.sleep(1)
    return {row[0] for row in found}


def _measure(probes: list[Probe], erp: Connection, crm: Connection, at: list[float]) -> None:
    begun = time.monotonic()
    last = begun + at[-1] + PATIENCE
    waiting = list(zip(at, probes, strict=True))
    open_ones: list[Probe] = []
    while (waiting or open_ones) and time.monotonic() < last:
        while waiting and time.monotonic() >= begun + waiting[0][0]:
            probe = waiting.pop(0)[1]
            probe.make()
            probe.made_at = time.monotonic()
            open_ones.append(probe)
        if open_ones:
            seen = dict(_seen(erp, crm))
            now = time.monotonic()
            for probe in open_ones:
                if seen.get(probe.key) == probe.expected:
                    probe.seconds = now - probe.made_at
            open_ones = [probe for probe in open_ones if probe.seconds is None]
        time.sleep(LOOK)


def _seen(erp: Connection, crm: Connection) -> Iterator[tuple[tuple[str, ...], object]]:
    """What stands on the side where changes are awaited now."""
    for code, phone in erp.execute("SELECT customer_code, phone FROM customers").fetchall():
        yield ("phone", code), phone
    for number, status in crm.execute("SELECT erp_number, status FROM sales_order").fetchall():
        yield ("order", number), status
    for product, house, on_hand in crm.execute(script("latency_on_hand")).fetchall():
        yield ("stock", product, house), on_hand


def _told(kind: str, seconds: list[float]) -> str:
    if len(seconds) < 2:
        return f"{kind}: {len(seconds)} changes"
    ninety_fifth = quantiles(seconds, n=20, method="inclusive")[-1]
    return (
        f"{kind}: {len(seconds)} changes, median {median(seconds):.1f} s, "
        f"p95 {ninety_fifth:.1f} s, longest {max(seconds):.1f} s"
    )
