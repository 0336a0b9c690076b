"""Books: every row that a batch read and every write that it planned is accounted for.

read    = unchanged + accepted + quarantined + parked + duplicate_in_batch + older + held + set_back
planned = confirmed + rejected + superseded + waiting + unknown
"""

from __future__ import annotations

from concord.errors import NotBalanced
from concord.hub.database import Connection
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
    out: Counts = {}
    for entity in batch.entities:
        counts = _of_entity(conn, batch_id, system, entity)
        add_counts(conn, batch_id, system, entity, counts)
        for name, n in counts.items():
            out[name] = out.get(name, 0) + n
    return out


def _of_entity(conn: Connection, batch_id: int, system: str, entity: str) -> Counts:
    rows = conn.execute(
        "SELECT CASE state WHEN 'sent' THEN 'unknown' ELSE state END, count(*) FROM ops.intent"
        " WHERE batch_id = %s AND system = %s AND entity = %s GROUP BY 1",
        (batch_id, system, entity),
    ).fetchall()
    counts = {**dict.fromkeys(STATES, 0), **{state: int(n) for state, n in rows}}
    planned = conn.execute(
        "SELECT coalesce(sum(n), 0) FROM ops.batch_count WHERE batch_id = %s AND system = %s"
        " AND entity = %s AND name = 'planned'",
        (batch_id, system, entity),
    ).fetchone()
    assert planned
    if planned[0] != sum(counts.values()):
        raise NotBalanced(
            f"batch {batch_id}, {system}.{entity}: planned {planned[0]}, accounted for"
            f" {sum(counts.values())}"
        )
    return counts
