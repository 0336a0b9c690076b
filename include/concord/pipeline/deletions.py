"""Deletions: what a record that is gone from its system means for the others.

By the mapping's `on_delete`: `uncouple` leaves the other systems' records alone, `restore` makes it
anew (plan does, since no record of it is there), `ignore` lets its last state go on counting, and
`propagate` ends the golden record, which plan turns into deletions. A deletion is passed on only
where nobody changed the thing since the systems last agreed; else a person is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import RULES, Entity, EntityMapping
from concord.pipeline import stage
from concord.pipeline.fields import adds, joined, merged, partition, table, unit_blank, unit_differs
from concord.pipeline.plan import differs, writable_units


def settle(
    conn: Connection, batch_id: int, entity: Entity, mappings: Sequence[EntityMapping]
) -> None:
    """Decide which golden records end by a deletion of this batch, and which do not any more.

    After the images were taken and before golden records are computed: what a golden record was
    when the deletion happened tells whether the deleting system knew all of it. `mappings`: of
    those that gave something in this pass.
    """
    result = stage.work_table(batch_id, "r", entity.name)
    values = {"entity": entity.name, "batch": batch_id}
    conn.execute(
        statement("pipeline", "overtake_deletions", result=result, row_adds=adds("r")), values
    )
    for mapping in mappings:
        if mapping.on_delete != "propagate":
            continue
        parts: dict[str, sql.Composable] = {
            "work": stage.work_table(batch_id, "w", entity.name),
            "partition": partition(mapping),
            "image": table("image", entity),
            "merged": merged(entity, "i"),
            "other_merged": merged(entity, "o"),
            "adds": adds("i"),
            "other_adds": adds("o"),
        }
        conn.execute(
            statement(
                "pipeline",
                "pass_on_deletions",
                result=result,
                golden=table("golden", entity),
                pending=joined([sql.SQL("false"), *_pending(entity, mapping)], " OR "),
                row_adds=adds("r"),
                **parts,
            ),
            {**values, "system": mapping.system},
        )
        conn.execute(
            statement("pipeline", "ask_deletions", **parts), {**values, "system": mapping.system}
        )


def _pending(entity: Entity, mapping: EntityMapping) -> list[sql.Composed]:
    """What says of a unit that the thing moved on without the deleting record `i`.

    For a rule: somebody changed what the rule had said. What it never said does not matter.
    """
    if mapping.system == RULES:
        return [
            sql.SQL("(NOT {} AND {})").format(unit_blank(u, "i"), unit_differs(u, "i", "g"))
            for u in entity.units
        ]
    return [differs(entity, mapping, u) for u in writable_units(entity, mapping, stopped=set())]


def close_answered(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Close questions about deletions that people have answered in the systems themselves."""
    conn.execute(
        statement(
            "pipeline",
            "close_answered",
            affected=stage.work_table(batch_id, "g", entity.name),
            image=table("image", entity),
            adds=adds("i"),
        ),
        {"entity": entity.name},
    )
