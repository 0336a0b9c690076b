"""Merges: records that were merged inside their own system, and taken apart again.

A system that keeps the loser with a pointer to the survivor says so by the mapping's `merged_into`.
The loser then counts no more, its golden id redirects to the survivor's, and all its other records
belong there: two records of one thing in their systems, which a person is asked about. Nothing is
deleted anywhere, and the values that lose are kept as conflicts. What refers to a record that moved
follows it (relinked.py).
"""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity
from concord.pipeline import stage
from concord.pipeline.fields import columns, pointer, table


def settle(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Give the new states in `r`, and what belongs to them, the golden ids that merges lead to.

    After linking and before images are taken. Chains end in one golden record, circles too.
    """
    if not any(m.merged_into for m in entity.mappings):
        return
    parts: dict[str, sql.Composable] = {
        "result": stage.work_table(batch_id, "r", entity.name),
        "work": stage.work_table(batch_id, "w", entity.name),
        "image": table("image", entity),
        "history": table("image", entity, "_history"),
        "pointer": pointer(entity, "r"),
        "fields": columns(entity),
        "image_fields": columns(entity, "i"),
    }
    values = {"entity": entity.name, "batch": batch_id}
    noted = conn.execute(statement("pipeline", "note_merged", **parts), values).rowcount
    conn.execute(statement("pipeline", "take_apart", **parts), values)
    conn.execute(statement("pipeline", "mark_survivors"), values)
    if noted == 0:
        return
    conn.execute(statement("pipeline", "find_moves", **parts), values)
    for name in ("move_rows", "move_images", "redirect"):
        conn.execute(statement("pipeline", name, **parts), values)
    conn.execute("DROP TABLE moved")
