"""A batch in an empty hub, and stage tables as extract makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from psycopg.sql import SQL, Identifier

from concord.hub.database import Connection, Hub
from concord.model.spec import Config
from concord.quality import suites
from concord.quality.rules import Suites
from concord.systems.digest import row_hash

TODAY = date(2026, 1, 31)
ROOT = Path(__file__).parents[3] / "expectations"

PARTY: Mapping[str, str | None] = {
    "account_name": "Acme GmbH", "account_type": "Company", "tax_number": "DE123456789",
    "country": "Germany", "phone_number": "+49 30 1234567", "email_address": "info@acme.example",
    "web": "acme.example", "payment_term": "Net 30", "state": "Active",
    "customer_since": "01/02/2020", "annual_revenue": "1,250,000.00", "credit_limit": "10,000.00",
    "currency_code": "EUR",
}  # fmt: skip
"""A CRM account without fault, as its system writes it."""

Stage = Callable[..., None]


@pytest.fixture
def batch(hub: Hub) -> int:
    """An open batch."""
    with hub.connect() as conn:
        row = conn.execute(
            "INSERT INTO ops.batch (run_id, lane, scope, systems, entities)"
            " VALUES ('r', 'fast', 'delta', '{erp,crm}', '{party,contact,address}')"
            " RETURNING batch_id"
        ).fetchone()
    assert row
    return int(row[0])


@pytest.fixture(scope="session")
def shipped(business: Config) -> Suites:
    """The suites that are shipped."""
    return suites.load(ROOT, business)


@pytest.fixture
def stage(hub: Hub, batch: int) -> Stage:
    """Make a stage table from rows of texts; the key `source_id`, `op` 'U' if it is not said."""

    def make(
        rows: Sequence[Mapping[str, Any]],
        *,
        system: str = "crm",
        entity: str = "party",
        types: Mapping[str, str] | None = None,
    ) -> None:
        names = [n for n in (rows[0] if rows else PARTY) if n not in ("source_id", "op")]
        columns = {n: (types or {}).get(n, "text") for n in names}
        table = Identifier("stage", f"b{batch}_{system}_{entity}")
        with hub.connect() as conn:
            create(conn, table, columns)
            for n, row in enumerate(rows):
                values = {c: row[c] for c in names}
                copy_row(conn, table, str(row.get("source_id", n)), row.get("op", "U"), values)

    return make


def create(conn: Connection, table: Identifier, columns: Mapping[str, str]) -> None:
    kinds = [SQL("{} {}").format(Identifier(n), SQL(t)) for n, t in columns.items()]
    conn.execute(SQL("DROP TABLE IF EXISTS {}").format(table))
    conn.execute(
        SQL("CREATE UNLOGGED TABLE {} (source_id text, op text, raw_hash uuid, {})").format(
            table, SQL(", ").join(kinds)
        )
    )


def copy_row(
    conn: Connection, table: Identifier, key: str, op: str, values: Mapping[str, str | None]
) -> None:
    digest = row_hash(values) if op == "U" else None
    if op == "D":
        values = dict.fromkeys(values)
    with conn.cursor().copy(SQL("COPY {} FROM STDIN").format(table)) as copy:
        copy.write_row((key, op, digest, *values.values()))
