"""Completeness: what of each system and entity was compared, healed, and could not be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.pipeline.batch import Batch
from concord.pipeline.engine import Engine

NUMBERS = (
    "compared", "differing", "confirmed", "missing", "extra", "changed", "late", "incomparable",
    "rows_moved",
)  # fmt: skip


def body(conn: Connection, engine: Engine, batch: Batch) -> dict[str, Any]:
    """Everything that a completeness certificate says, as JSON: one row a system and entity."""
    compared = _by_place(conn, "comparisons", batch)
    waiting = _by_place(conn, "waiting", batch)
    rows = []
    for entity, mapping in batch.work(engine):
        place = (mapping.system, entity.name)
        rows.append(
            {
                "system": mapping.system,
                "entity": entity.name,
                "comparisons": compared.get(place, []),
                **waiting.get(place, [{"held": None, "quarantined": 0, "parked": 0}])[0],
            }
        )
    return {"tables": rows}


def verdict(body: Mapping[str, Any]) -> str:
    """good: all was compared; explained: some records could not be, and stand apart with their
    reasons; bad: a whole table was not compared.
    """
    tables = body["tables"]
    if any(not one["comparisons"] or one["held"] for one in tables):
        return "bad"
    apart = any(
        one["quarantined"] or one["parked"] or any(c["incomparable"] for c in one["comparisons"])
        for one in tables
    )
    return "explained" if apart else "good"


def _by_place(
    conn: Connection, name: str, batch: Batch
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    out: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for system, entity, row in conn.execute(
        statement("certify", name), {"batch": batch.id, "systems": list(batch.systems)}
    ):
        out.setdefault((system, entity), []).append(row)
    return out
