"""Parking: rows that refer to something which the hub does not know wait until it does."""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity
from concord.pipeline import lines, stage
from concord.pipeline.fields import ident, joined, pointer, table


def park(conn: Connection, batch_id: int, entity: Entity) -> int:
    """Park rows that refer, or were merged, to a record which is not known; returns how many."""
    work = stage.work_table(batch_id, "w", entity.name)
    result = stage.work_table(batch_id, "r", entity.name)
    waits: list[sql.Composable] = [
        sql.SQL(
            "CASE WHEN {ref} IS NOT NULL AND {field} IS NULL THEN"
            " jsonb_build_array(jsonb_build_object('entity', {to}::text, 'source_id', {ref}))"
            " ELSE '[]'::jsonb END"
        ).format(ref=ident("r", "ref_" + f.name), field=ident("r", f.name), to=sql.Literal(f.to))
        for f in entity.references
    ]
    waits += [
        sql.SQL("coalesce({}, '[]')").format(ident("r", "missing " + f.name))
        for f in lines.linked(entity)
    ]
    if any(m.merged_into for m in entity.mappings):
        waits.append(
            statement(
                "pipeline",
                "waits_for_survivor",
                pointer=pointer(entity, "r"),
                image=table("image", entity),
                result=result,
            )
        )
    if not waits:
        return 0
    done = conn.execute(
        statement("pipeline", "park", work=work, result=result, waits=joined(waits, " || ")),
        {"entity": entity.name, "batch": batch_id},
    )
    return done.rowcount


def park_unbound(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Park new records while a create of ours is on its way there: one of them may be it."""
    conn.execute(
        statement("pipeline", "park_unbound", work=stage.work_table(batch_id, "w", entity.name)),
        {"entity": entity.name, "batch": batch_id},
    )
