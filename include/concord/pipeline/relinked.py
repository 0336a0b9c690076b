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

from collections.abc import Collection, Iterator

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config, Entity, EntityMapping, Field
from concord.pipeline import stage
from concord.pipeline.fields import ident, partition, table
from concord.pipeline.images import stored_columns

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
        refs = [f for f in child.references if f.to == entity.name]
        if refs and child.name not in held:
            values = {"child": child.name, "entity": entity.name, "batch": batch_id}
            conn.execute(statement("pipeline", "tell_linked", result=result), values)
            continue
        for ref in refs:
            _replan(conn, child, ref, result)


def moved(
    conn: Connection, config: Config, held: Collection[str], batch_id: int, entity: Entity
) -> None:
    """Let records that refer to a merged or separated one refer to its present golden record."""
    if not any(m.merged_into for m in entity.mappings):
        return
    result = stage.work_table(batch_id, "r", entity.name)
    history = table("image", entity, "_history")
    for child, mapping, ref in _referring(config, entity):
        if child.name in held:
            _follow(conn, batch_id, child, mapping, ref, result, history)
            continue
        values = {
            "child": child.name, "entity": entity.name, "system": mapping.system,
            "batch": batch_id,
        }  # fmt: skip
        told = statement("pipeline", "tell_moved", result=result, parent_history=history)
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
        if any(f.to == mapping.entity for f in child.references):
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
    for ref in child.references:
        parent = config.entity[ref.to or ""]
        parts: dict[str, sql.Composable] = {
            "child": sql.Literal(child.name),
            "parent": sql.Literal(parent.name),
            "image": table("image", parent),
        }
        _replan(conn, child, ref, _LINKED.format(**parts))
        for mapping in child.mappings:
            if ref.name in mapping.by_field:
                now, before = _MOVED.format(**parts), _BEFORE.format(**parts)
                _follow(conn, batch_id, child, mapping, ref, now, before)
    conn.execute("DELETE FROM ops.relinked WHERE taken AND child = %s", (child.name,))


def _referring(config: Config, entity: Entity) -> Iterator[tuple[Entity, EntityMapping, Field]]:
    for child in config.entities:
        for mapping in child.mappings:
            for ref in child.references:
                if ref.to == entity.name and ref.name in mapping.by_field:
                    yield child, mapping, ref


def _replan(conn: Connection, child: Entity, ref: Field, result: sql.Composable) -> None:
    conn.execute(
        statement(
            "pipeline",
            "replan_children",
            child=table("golden", child),
            ref=ident("c", ref.name),
            result=result,
        ),
        {"entity": child.name},
    )


def _follow(
    conn: Connection,
    batch_id: int,
    child: Entity,
    mapping: EntityMapping,
    ref: Field,
    result: sql.Composable,
    history: sql.Composable,
) -> None:
    conn.execute(
        statement(
            "pipeline",
            "follow_parents",
            result=result,
            parent_history=history,
            child=partition(mapping),
            child_history=table("image", child, "_history"),
            stored=stored_columns(child),
            stored_c=stored_columns(child, "c"),
            ref=ident("c", ref.name),
            ref_name=ident(ref.name),
            column=sql.Literal(mapping.by_field[ref.name].column),
        ),
        {"batch": batch_id, "system": mapping.system, "child": child.name},
    )
