"""Conflicts: changes by people that did not win, or that won over another person's change."""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity
from concord.pipeline import lines, stage
from concord.pipeline.fields import ident, joined, table, unit_blank
from concord.pipeline.golden import posted_words, posts, rule_words


def record(conn: Connection, batch_id: int, entity: Entity) -> int:
    """Record the batch's conflicts, settled by authority; those for a `steward` stay open.

    Returns how many there are.
    """
    values = joined(
        sql.SQL("({}, {}, {}, {})").format(
            sql.Literal(unit.name),
            lines.held_object(entity, unit, "r", ident("r", "system")),
            lines.held_object(entity, unit, "g", ident("r", "system")),
            unit_blank(unit, "r"),
        )
        for unit in entity.units
    )
    earlier = joined(
        sql.SQL("({}, {}, {})").format(
            sql.Literal(unit.name),
            lines.held_object(entity, unit, "h", ident("r", "system")),
            unit_blank(unit, "h"),
        )
        for unit in entity.units
    )
    rules = joined(
        sql.SQL("({}, {}, {}, {}::text[], {}::text)").format(
            sql.Literal(unit.name),
            sql.Literal(rule_words(unit.authority)),
            sql.Literal(unit.authority.kind),
            sql.Literal(writable_systems(entity, unit.fields)),
            sql.Literal(posted_words(entity) if posts(entity, unit) else None),
        )
        for unit in entity.units
    )
    done = conn.execute(
        statement(
            "pipeline",
            "record_conflicts",
            result=stage.work_table(batch_id, "r", entity.name),
            diff=stage.work_table(batch_id, "d", entity.name),
            golden=table("golden", entity),
            history=table("golden", entity, "_history"),
            values=values,
            earlier=earlier,
            rules=rules,
        ),
        {"batch": batch_id, "entity": entity.name},
    )
    return done.rowcount


def writable_systems(entity: Entity, fields: tuple[str, ...]) -> list[str]:
    """Systems into which all the mapped ones of these fields may be written."""
    out = []
    for mapping in entity.mappings:
        mapped = [mapping.by_field[f] for f in fields if f in mapping.by_field]
        if mapped and all(c.write for c in mapped):
            out.append(mapping.system)
    return out
