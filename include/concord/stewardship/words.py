"""Words: what a steward says, written where the next batch computes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.model.spec import Entity


def decide(
    conn: Connection,
    entity: Entity,
    golden_id: UUID,
    unit: str,
    value: Mapping[str, str | None],
    actor: str,
    comment: str | None,
    correction: int | None = None,
) -> int:
    """A value for one unit of a golden record; returns the decision's number.

    It wins over every system until a person changes the field in one again. `correction`: the
    quarantine entry whose correction it belongs to, which is no such change.
    """
    row = conn.execute(
        "INSERT INTO ops.decision (entity, golden_id, unit, value, batch_id, actor, comment,"
        " quarantine_id) VALUES"
        " (%s, %s, %s, %s, (SELECT coalesce(max(batch_id), 0) FROM ops.batch), %s, %s, %s)"
        " RETURNING decision_id",
        (entity.name, golden_id, unit, Jsonb(dict(value)), actor, comment, correction),
    ).fetchone()
    assert row
    replan(conn, entity, [golden_id], "decided by a steward")
    return int(row[0])


def end(
    conn: Connection, entity: Entity, golden_id: UUID | None, detail: Mapping[str, Any]
) -> None:
    """End a golden record: its other records are deleted by the next batch, within the limits."""
    conn.execute(
        "INSERT INTO ops.deletion (entity, golden_id, system, source_id, batch_id) VALUES"
        " (%s, %s, %s, %s, (SELECT coalesce(max(batch_id), 0) FROM ops.batch))"
        " ON CONFLICT DO NOTHING",
        (entity.name, golden_id, detail.get("deleted_in"), detail.get("source_id")),
    )
    if golden_id is not None:
        replan(conn, entity, [golden_id], "ended by a steward")


def replan(conn: Connection, entity: Entity, ids: list[UUID], reason: str) -> None:
    """Let the next batch of the entity compute and plan these golden records."""
    conn.execute(
        "INSERT INTO ops.replan (entity, golden_id, reason) SELECT %s, x, %s"
        " FROM unnest(%s::uuid[]) AS x ON CONFLICT DO NOTHING",
        (entity.name, reason, ids),
    )
