"""The vendor's table that several workloads read: twelve columns, about 200 bytes a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from concord.bench.scratch import superuser
from concord.hub.database import SESSION
from concord.hub.sql import comma, statement
from concord.model.spec import Column, EntityMapping

TABLE, KEY = "bench_customers", "code"
COLUMNS = (
    "name", "vat_no", "country", "phone", "email", "website", "terms", "status", "since",
    "revenue", "credit", "currency",
)  # fmt: skip
AS_TEXT = sql.SQL("{}::text")
VALUES = {
    "since": sql.SQL("{}::date"),
    "revenue": sql.SQL("trim_scale({}::text::numeric)"),
    "credit": sql.SQL("trim_scale({}::text::numeric)"),
}
MAPPING = EntityMapping(
    system="erp",
    entity="party",
    table=TABLE,
    id=KEY,
    columns=tuple(Column(field=name, column=name) for name in COLUMNS),
)


def make(url: str, rows: int) -> None:
    """Make the table with so many rows in the database at `url`."""
    with psycopg.connect(url) as conn:
        conn.execute(statement("bench", "compare_source", rows=sql.Literal(rows)))
    vacuum(url)


def vacuum(url: str) -> None:
    """What autovacuum would have done after a while."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE")


def summed(url: str, table: sql.Identifier, columns: Sequence[str]) -> tuple[Any, ...]:
    """Count and order-independent sum of all rows: equal for equal values in every row, whatever
    types the columns have.
    """
    with psycopg.connect(superuser(url), options=SESSION) as conn:
        values = comma(VALUES.get(c, AS_TEXT).format(sql.Identifier(c)) for c in columns)
        query = statement("bench", "rows_sum", columns=values, table=table)
        row = conn.execute(query).fetchone()
        assert row
        return row
