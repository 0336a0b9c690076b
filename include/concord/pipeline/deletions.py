"""Deletions: what a record that is gone from its system means for the others.

By the mapping's `on_delete`: `uncouple` leaves the other systems' records alone, `restore` makes it
anew (plan does, since no record of it is there), `ignore` lets its last state go on counting, and
`propagate` ends the golden record, which plan turns into deletions. A deletion is passed on only
where nobody changed the thing since the systems last agreed; else a person is asked.
"""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity
from concord.pipeline import stage
from concord.pipeline.fields import joined, merged, partition, table
from concord.pipeline.plan import differs, writable_units


def settle(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Decide which golden records end by a deletion of this batch, and which do not any more.

    After the images were taken and before golden records are computed: what a golden record was
    when the deletion happened tells whether the deleting system knew all of it.
    """
    result = stage.work_table(batch_id, "r", entity.name)
    values = {"entity": entity.name, "batch": batch_id}
    conn.execute(statement("pipeline", "overtake_deletions", result=result), values)
    for mapping in entity.mappings:
        if mapping.on_delete != "propagate":
            continue
        units = [
            differs(entity, mapping, unit)
            for unit in writable_units(entity, mapping, stopped=set())
        ]
        parts: dict[str, sql.Composable] = {
            "work": stage.work_table(batch_id, "w", entity.name),
            "partition": partition(mapping),
            "image": table("image", entity),
            "merged": merged(entity, "i"),
            "other_merged": merged(entity, "o"),
        }
        conn.execute(
            statement(
                "pipeline",
                "pass_on_deletions",
                result=result,
                golden=table("golden", entity),
                pending=joined([sql.SQL("false"), *units], " OR "),
                **parts,
            ),
            {**values, "system": mapping.system},
        )
        conn.execute(
            statement("pipeline", "ask_deletions", **parts), {**values, "system": mapping.system}
        )


def close_answered(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Close questions about deletions that people have answered in the systems themselves."""
    conn.execute(
        statement(
            "pipeline",
            "close_answered",
            affected=stage.work_table(batch_id, "g", entity.name),
            image=table("image", entity),
        ),
        {"entity": entity.name},
    )
