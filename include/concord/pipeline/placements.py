"""Placements: records that a steward joined to another golden record, or parted from theirs.

Taken in as if the records had come anew under that golden id, so that history, conflicts, what
refers to them and the writes that follow go the way of every other merge (merges.py).
"""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity
from concord.pipeline import stage
from concord.pipeline.fields import columns, table


def settle(conn: Connection, batch_id: int, entity: Entity) -> bool:
    """Give records in `r`, and images, the golden ids that stewards gave them; each word once.

    After linking and merges, and before images are taken. Returns whether there were any.
    """
    parts: dict[str, sql.Composable] = {
        "result": stage.work_table(batch_id, "r", entity.name),
        "work": stage.work_table(batch_id, "w", entity.name),
        "image": table("image", entity),
        "fields": columns(entity),
        "image_fields": columns(entity, "i"),
    }
    values = {"entity": entity.name, "batch": batch_id}
    found = conn.execute(statement("pipeline", "take_placements", **parts), values)
    there = found.rowcount > 0
    if there:
        for name in ("place_rows", "place_images", "redirect_placed"):
            conn.execute(statement("pipeline", name, **parts), values)
    conn.execute("DROP TABLE placed")
    return there
