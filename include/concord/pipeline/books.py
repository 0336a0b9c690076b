"""Books: every row that a batch read and every write that it planned is accounted for.

read    = unchanged + accepted + quarantined + parked + duplicate_in_batch + older + held + set_back
planned = confirmed + rejected + superseded + waiting + unknown
"""

from __future__ import annotations

from concord.errors import NotBalanced
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.pipeline.batch import Counts, add_counts, read_batch

READ_PARTS = (
    "unchanged", "accepted", "quarantined", "parked", "duplicate_in_batch", "older", "held",
    "set_back",
)  # fmt: skip
STATES = ("confirmed", "rejected", "superseded", "waiting", "unknown")


def unbalanced(conn: Connection, batch_id: int) -> str | None:
    """Which entity's rows do not add up, in words."""
    rows = conn.execute(
        "SELECT system, entity, name, n FROM ops.batch_count WHERE batch_id = %s"
        " AND system <> 'golden'",
        (batch_id,),
    ).fetchall()
    books: dict[tuple[str, str], Counts] = {}
    for system, entity, name, n in rows:
        books.setdefault((system, entity), {})[name] = int(n)
    for (system, entity), n in books.items():
        accounted = sum(n.get(p, 0) for p in READ_PARTS)
        if n.get("read", 0) != accounted:
            return (
                f"the books of {system}.{entity} do not balance: read {n.get('read', 0)},"
                f" accounted for {accounted}"
            )
    return None


def of_writes(conn: Connection, batch_id: int, system: str) -> Counts:
    """The batch's own intents by state; the sum must be what was planned.

    Raises:
        NotBalanced: it is not.
    """
    batch = read_batch(conn, batch_id)
    values = {"batch": batch_id, "system": system, "entities": list(batch.entities)}
    out = dict.fromkeys(STATES, 0)
    books: dict[str, Counts] = {}
    for entity, state, n in conn.execute(statement("pipeline", "writes_by_state"), values):
        books.setdefault(entity, dict.fromkeys(STATES, 0))[state] = int(n)
    planned = conn.execute(
        "SELECT entity, n FROM ops.batch_count WHERE batch_id = %(batch)s AND system = %(system)s"
        " AND entity = ANY(%(entities)s) AND name = 'planned' AND n > 0",
        values,
    ).fetchall()
    for entity, n in {**dict.fromkeys(books, 0), **dict(planned)}.items():
        counts = books.get(entity, {})
        if n != sum(counts.values()):
            raise NotBalanced(
                f"batch {batch_id}, {system}.{entity}: planned {n}, accounted for"
                f" {sum(counts.values())}"
            )
        add_counts(conn, batch_id, system, entity, counts)
        for name, m in counts.items():
            out[name] += m
    return out
