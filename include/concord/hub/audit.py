"""The audit trail: append-only, each row's hash covering the row before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.hub.sql import statement


def append(
    conn: Connection, actor: str, action: str, subject: str, detail: Mapping[str, Any]
) -> None:
    """Add one entry in the caller's transaction (READ COMMITTED).

    Entries are put in a chain, so a second writer waits until the first one's transaction ends:
    append last, then commit. `detail` holds keys and counts, no personal data.
    """
    conn.execute(
        "INSERT INTO ops.audit (actor, action, subject, detail) VALUES (%s, %s, %s, %s)",
        (actor, action, subject, Jsonb(dict(detail))),
    )


def verify(conn: Connection) -> int | None:
    """The first entry that does not follow from the one before it, or None when all do.

    Finds every changed, inserted and removed entry but a cut-off tail: for that, compare with a
    head kept outside the database.
    """
    row = conn.execute(statement("hub", "verify_audit")).fetchone()
    return None if row is None else int(row[0])
