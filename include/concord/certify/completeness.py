"""Completeness: what of each system and entity was compared, healed, and could not be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.pipeline.batch import Batch
from concord.pipeline.engine import Engine

NOTHING_WAITS = {"held": None, "quarantined": 0, "parked": 0}


def body(conn: Connection, engine: Engine, batch: Batch) -> dict[str, Any]:
    """Everything that a completeness certificate says, as JSON: one row a system and entity."""
    compared = _by_place(conn, "comparisons", batch)
    waiting = _by_place(conn, "waiting", batch)
    return {
        "tables": [
            {
                "system": mapping.system,
                "entity": entity.name,
                "comparison": compared.get((mapping.system, entity.name)),
                **waiting.get((mapping.system, entity.name), NOTHING_WAITS),
            }
            for entity, mapping in batch.work(engine)
        ]
    }


def verdict(body: Mapping[str, Any]) -> str:
    """good: all was compared; explained: some records could not be, and stand apart with their
    reasons; bad: a whole table was not compared.
    """
    tables = body["tables"]
    if any(not compared(one) for one in tables):
        return "bad"
    apart = any(
        one["quarantined"] or one["parked"] or one["comparison"]["incomparable"] for one in tables
    )
    return "explained" if apart else "good"


def compared(table: Mapping[str, Any]) -> bool:
    """Whether a table of a certificate was compared at all."""
    return table["comparison"] is not None and not table["held"]


def _by_place(conn: Connection, name: str, batch: Batch) -> dict[tuple[str, str], dict[str, Any]]:
    rows = conn.execute(
        statement("certify", name), {"batch": batch.id, "systems": list(batch.systems)}
    )
    return {(system, entity): row for system, entity, row in rows}
