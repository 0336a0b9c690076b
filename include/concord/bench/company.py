"""A company whose ERP and CRM hold the same customers, made quickly and taken in for real."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

from concord.bench.change import run
from concord.bench.scratch import superuser
from concord.bench.tables import summed, vacuum
from concord.hub.sql import statement
from concord.pipeline import Engine

SHARED = {
    "erp": ("customers", ("email", "phone", "name", "vat_no")),
    "crm": ("account", ("email_address", "phone_number", "account_name", "tax_number")),
}
"""What has to be the same on both sides, in the text forms that both have."""
MOST = 6  # batches after which nothing may be left to do


def make(engine: Engine, customers: int) -> None:
    """The same customers on both sides, past the vendors' triggers; the change logs see them."""
    for name in SHARED:
        with psycopg.connect(superuser(engine.urls[name])) as conn:
            conn.execute("SET session_replication_role = replica")
            conn.execute(statement("bench", f"company_{name}", rows=sql.Literal(customers)))
        vacuum(superuser(engine.urls[name]))


def take_in(engine: Engine, customers: int, say: Callable[[str], object]) -> bool:
    """Make the company and take it in, warm; whether soon nothing was left to do."""
    say("making a company and taking it in")
    run(engine)
    make(engine, customers)
    run(engine)
    return settle(engine)


def change(engine: Engine, accounts: int, salt: str) -> None:
    """People type new telephone numbers into so many accounts of the CRM."""
    parts = {"salt": sql.Literal(salt), "n": sql.Literal(accounts)}
    with psycopg.connect(engine.urls["crm"]) as conn:
        conn.execute(statement("bench", "company_change", **parts))


def agreed(engine: Engine) -> bool:
    """Whether both sides hold the same customers with the same values, every one of them."""
    erp, crm = (
        summed(engine.urls[name], sql.Identifier(table), columns)
        for name, (table, columns) in SHARED.items()
    )
    return erp == crm


def settle(engine: Engine) -> bool:
    """Run batches until one has nothing to read or write; whether that was soon."""
    for _ in range(MOST):
        counts = run(engine).counts
        if not any(counts.get(name, 0) for name in ("read", "planned")):
            return True
    return False
