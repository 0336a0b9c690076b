"""Nights of the small company: run one, read its certificates, and forge what they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import psycopg

from concord.certify import store
from concord.pipeline import begin, certify, extract, finish, load, unify, validate
from tests.business.people import People

Deed = Callable[[], object]
Difference = tuple[str, str, str, tuple[str, ...]]  # control, side, reason, records


def night(people: People, *, meanwhile: Deed | None = None) -> int:
    """A whole night; `meanwhile` happens after the last write and before the certificates."""
    number = next(people._runs)
    batch = begin(people.engine, lane="nightly", run_id=f"night/{number}")
    for system in ("erp", "crm"):
        extract(people.engine, batch, system)
    validate(people.engine, batch)
    unify(people.engine, batch)
    for system in ("erp", "crm"):
        load(people.engine, batch, system)
    finish(people.engine, batch)
    if meanwhile:
        meanwhile()
    certify(people.engine, batch)
    return batch


def tied(people: People, batch: int) -> store.Certificate:
    with people.hub.connect() as conn:
        return next(c for c in store.of_batch(conn, batch) if c.kind == "tie")


def differences(one: store.Certificate) -> set[Difference]:
    """Each reason of each difference, with the names of its records."""
    return {
        (control["name"], d["side"], reason["type"], tuple(r["name"] for r in reason["records"]))
        for control in one.content["controls"]
        for group in control["groups"]
        for d in group["differences"]
        for reason in d["reasons"]
    }


def adds_up(one: store.Certificate) -> Iterator[bool]:
    """Whether the reasons of each difference are the difference, to the last digit."""
    for control in one.content["controls"]:
        for group in control["groups"]:
            for d in group["differences"]:
                parts = [reason["figures"] for reason in d["reasons"]]
                for n in range(3):
                    yield sum(Decimal(p[n]) for p in parts) == Decimal(d["figures"][n])


def silently(people: People, system: str, statement: str, *values: Any) -> None:
    """Change a system as its administrator could: no rule of it looks, and no log keeps it."""
    with psycopg.connect(people.urls[system]) as conn:
        conn.execute("SET session_replication_role = replica")
        changed = conn.execute(statement.encode(), values)
        assert changed.rowcount > 0
        conn.execute("DELETE FROM concord.change_log WHERE xid = pg_current_xact_id()")


def newest_invoice(people: People) -> str:
    return str(people.one("erp", "SELECT max(invoice_no) FROM invoices"))
