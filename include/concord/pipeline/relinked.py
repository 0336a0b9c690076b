"""Relinked: what the batch of one entity has to tell an entity that refers to it.

A golden record that gets a place in another system lets what refers to it be placed there too; and
when its records move to another golden record (merges.py), what refers to them has to follow. In
one batch both happen at once, since it holds the lock of either entity. An entity that the batch
does not hold may be in the hands of another batch, whose rows cannot be seen before it commits: it
is left word in `ops.relinked`, and takes it in its own next batch.

Word is taken after the images: what this batch took in while the other one was at work counts too.
It is left in the transaction that makes it true, so none is lost, and taken only once it is seen.
"""

from __future__ import annotations

from collections.abc import Collection

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config, Entity, EntityMapping
from concord.pipeline import following, stage
from concord.pipeline.fields import table

_LINKED = sql.SQL(
    "(SELECT DISTINCT golden_id, false AS known FROM ops.relinked"
    " WHERE taken AND child = {child} AND entity = {parent})"
)
_MOVED = sql.SQL(
    "(SELECT DISTINCT i.system, i.source_id, i.golden_id, 'merged' AS matched_by"
    " FROM ops.relinked AS l JOIN {image} AS i USING (system, source_id)"
    " WHERE l.taken AND l.child = {child} AND l.entity = {parent})"
)
_BEFORE = sql.SQL(
    "(SELECT DISTINCT system, source_id, golden_id, batch_id AS replaced_batch FROM ops.relinked"
    " WHERE taken AND child = {child} AND entity = {parent} AND system IS NOT NULL)"
)


def linked(
    conn: Connection, config: Config, held: Collection[str], batch_id: int, entity: Entity
) -> None:
    """Plan anew what refers to records that a system has newly given; `held`: entities locked."""
    result = stage.work_table(batch_id, "r", entity.name)
    for child in config.entities:
        if entity.name not in child.refers_to:
            continue
        if child.name in held:
            following.replan(conn, entity, child, result)
        else:
            values = {"child": child.name, "entity": entity.name, "batch": batch_id}
            conn.execute(statement("pipeline", "tell_linked", result=result), values)


def moved(
    conn: Connection,
    config: Config,
    held: Collection[str],
    batch_id: int,
    entity: Entity,
    *,
    placed: bool,
) -> None:
    """Let records that refer to a merged or separated one refer to its present golden record.

    `placed`: whether stewards joined or parted records in this batch.
    """
    if not placed and not any(m.merged_into for m in entity.mappings):
        return
    result = stage.work_table(batch_id, "r", entity.name)
    history = table("image", entity, "_history")
    told = statement("pipeline", "tell_moved", result=result, parent_history=history)
    for child in config.entities:
        for mapping in child.mappings:
            if not following.refers(entity, child, mapping):
                continue
            if child.name in held:
                following.follow(conn, config, batch_id, entity, child, mapping, result, history)
                continue
            values = {
                "child": child.name, "entity": entity.name, "system": mapping.system,
                "batch": batch_id,
            }  # fmt: skip
            conn.execute(told, values)


def created(
    conn: Connection,
    config: Config,
    held: Collection[str],
    batch_id: int,
    mapping: EntityMapping,
) -> None:
    """Leave word of records that this batch has planned to make in the mapping's system."""
    for child in config.entities:
        if child.name in held or mapping.system not in child.by_system:
            continue
        if mapping.entity in child.refers_to:
            values = {
                "child": child.name, "entity": mapping.entity, "system": mapping.system,
                "batch": batch_id,
            }  # fmt: skip
            conn.execute(statement("pipeline", "tell_created"), values)


def take(conn: Connection, config: Config, batch_id: int, child: Entity) -> None:
    """Act on the word that was left for an entity; its own new images are in place."""
    marked = conn.execute(
        "UPDATE ops.relinked SET taken = true, batch_id = %s WHERE child = %s",
        (batch_id, child.name),
    )
    if marked.rowcount == 0:
        return
    for name in child.refers_to:
        parent = config.entity[name]
        parts: dict[str, sql.Composable] = {
            "child": sql.Literal(child.name),
            "parent": sql.Literal(parent.name),
            "image": table("image", parent),
        }
        following.replan(conn, parent, child, _LINKED.format(**parts))
        now, before = _MOVED.format(**parts), _BEFORE.format(**parts)
        for mapping in child.mappings:
            if following.refers(parent, child, mapping):
                following.follow(conn, config, batch_id, parent, child, mapping, now, before)
    conn.execute("DELETE FROM ops.relinked WHERE taken AND child = %s", (child.name,))
