"""Undo: take back what a change set wrote, and nothing that a person has changed since.

Writing old values alone would not last: the golden record still says otherwise, and the next batch
would write it again. So each unit that still holds what was written gets a steward's decision for
its old value; the plan that follows from it is the inverse change set, conditional like every
other. Units that were changed since go to review. Records that were made are deleted while they
are as they were made; records that were deleted are made again, under a new key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql

from concord.errors import ConcordError, Said
from concord.hub import audit
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity, EntityMapping, Group
from concord.pipeline import batch as batches
from concord.pipeline import decisions
from concord.pipeline.engine import Engine
from concord.pipeline.fields import joined, partition, table, unit_object
from concord.pipeline.finish import finish
from concord.pipeline.load import load
from concord.pipeline.plan import create_values, writable_units
from concord.pipeline.steps import unify
from concord.stewardship import finding, paging, sight
from concord.stewardship.paging import Page
from concord.stewardship.sight import Value

ROOM = "stewardship"


@dataclass(frozen=True)
class Inverse:
    """What undoing a change set would do; counts only."""

    change_set: int
    system: str
    entity: str
    restored: int  # units that get their old values back
    changed_since: int  # units that go to review
    deleted: int  # records that the change set made
    made_again: int  # records that it deleted
    kept: int  # made records that stay: changed since, or they would be restored


@dataclass(frozen=True)
class Step:
    """What becomes of one unit that was written, or of one record that was made or deleted.

    `becomes`: restored, asked (a person has changed it since), deleted, made_again or kept. `now`
    has the fields that would change as they are golden, `then` as they would be.
    """

    write: int
    unit: str  # empty for a record
    golden_id: UUID
    source_id: str | None
    becomes: str
    now: Mapping[str, Value]
    then: Mapping[str, Value]
    title: str | None


def look(
    conn: Connection,
    engine: Engine,
    change_set_id: int,
    *,
    may_see: Collection[str] = sight.PLAIN,
    after: str | None = None,
    limit: int = 20,
) -> tuple[Inverse, Page[Step]]:
    """As `preview`, with what would become of each write, in the order of the writes.

    Raises:
        ConcordError: as `preview`, or `after` is no mark of such a list.
    """
    entity, mapping = _target(conn, engine, change_set_id)
    limit = paging.size(limit)
    mark = paging.read_mark(after, int, str) if after is not None else [0, ""]
    _find_units(conn, entity, mapping, change_set_id)
    inverse = _counted(conn, entity, mapping, change_set_id)
    rows = _sample(conn, entity, mapping, change_set_id, may_see, mark, limit + 1)
    conn.rollback()

    def made(row: Sequence[Any]) -> Step:
        return _step(entity, row, may_see)

    return inverse, paging.page(rows, limit, made, lambda step: (step.write, step.unit))


def preview(conn: Connection, engine: Engine, change_set_id: int) -> Inverse:
    """What `undo` would do now. Changes nothing.

    Raises:
        ConcordError: there is no such change set, nothing of it was written, or it was undone.
    """
    entity, mapping = _target(conn, engine, change_set_id)
    _find_units(conn, entity, mapping, change_set_id)
    inverse = _counted(conn, entity, mapping, change_set_id)
    conn.rollback()
    return inverse


def _counted(
    conn: Connection, entity: Entity, mapping: EntityMapping, change_set_id: int
) -> Inverse:
    row = conn.execute(
        "SELECT count(*) FILTER (WHERE untouched), count(*) FILTER (WHERE NOT untouched) FROM undo"
    ).fetchone()
    assert row
    made = _made(conn, mapping, change_set_id)
    return Inverse(change_set_id, mapping.system, entity.name, *(*row, *made))


def _sample(
    conn: Connection,
    entity: Entity,
    mapping: EntityMapping,
    change_set_id: int,
    may_see: Collection[str],
    mark: Sequence[Any],
    limit: int,
) -> list[Sequence[Any]]:
    """Rows after a mark (write, unit)."""
    query = statement(
        ROOM, "undo_sample", image=partition(mapping), golden=table("golden", entity),
        title=finding.title(entity, may_see),
    )  # fmt: skip
    values = {
        "change_set": change_set_id,
        "restores": mapping.on_delete == "restore",
        "intent": mark[0],
        "unit": mark[1],
        "limit": limit,
    }
    return list(conn.execute(query, values).fetchall())


def _step(entity: Entity, row: Sequence[Any], may_see: Collection[str]) -> Step:
    *known, now, past, title = row
    now, past = now or {}, past or {}
    # A group is written whole; of what it held before, only that tells anything which differs.
    other = {f for f in now if f not in past or now[f] != past[f]} or set(now)
    seen = (
        sight.kept(entity, {f: v for f, v in texts.items() if f in other}, may_see)
        for texts in (now, past)
    )
    return Step(*(*known, *seen, title))


def undo(engine: Engine, change_set_id: int, *, actor: str, comment: str | None = None) -> Inverse:
    """Take a change set back; returns what was done.

    The images must be current: run a batch before. What a person changes between that batch and
    the writing is not overwritten either: such a write is superseded.

    Raises:
        ConcordError: as `preview`.
    """
    with engine.hub.connect() as conn:
        inverse = preview(conn, engine, change_set_id)
        entity, mapping = _target(conn, engine, change_set_id)
        _find_units(conn, entity, mapping, change_set_id)
        values = {
            "change_set": change_set_id,
            "system": mapping.system,
            "entity": entity.name,
            "actor": actor,
            "comment": comment or f"undo of change set {change_set_id}",
        }
        for name in ("undo_decide", "undo_ask"):
            conn.execute(statement(ROOM, name), values)
        audit.append(conn, actor, "change_set.undo", str(change_set_id), _detail(inverse, comment))
    if inverse.restored:
        _write_back(engine, entity, change_set_id, actor)
    if inverse.deleted or inverse.made_again:
        _records(engine, entity, mapping, change_set_id)
    return inverse


def _detail(inverse: Inverse, comment: str | None) -> dict[str, Any]:
    return {
        "restored": inverse.restored,
        "review": inverse.changed_since,
        "deleted": inverse.deleted,
        "made_again": inverse.made_again,
        "comment": comment,
    }


def _target(conn: Connection, engine: Engine, change_set_id: int) -> tuple[Entity, EntityMapping]:
    row = conn.execute(
        "SELECT s.system, s.entity, (SELECT u.change_set_id FROM ops.change_set AS u"
        " WHERE u.undoes = s.change_set_id ORDER BY 1 LIMIT 1),"
        " EXISTS (SELECT FROM ops.intent AS n WHERE n.change_set_id = s.change_set_id"
        " AND n.state = 'confirmed')"
        " FROM ops.change_set AS s WHERE s.change_set_id = %s",
        (change_set_id,),
    ).fetchone()
    if row is None:
        why = f"there is no change set {change_set_id}"
        raise ConcordError(Said(why, "set.none", id=change_set_id))
    system, name, undone_by, written = row
    if undone_by is not None:
        why = f"change set {change_set_id} was undone by change set {undone_by}"
        raise ConcordError(Said(why, "set.undone", id=change_set_id, by=undone_by))
    if not written:
        why = f"nothing of change set {change_set_id} was written"
        raise ConcordError(Said(why, "set.unwritten", id=change_set_id))
    entity = engine.config.entity.get(name)
    mapping = entity.by_system.get(system) if entity else None
    if entity is None or mapping is None:
        raise ConcordError(f"{system}.{name} of change set {change_set_id} is no longer mapped")
    return entity, mapping


def _find_units(
    conn: Connection, entity: Entity, mapping: EntityMapping, change_set_id: int
) -> None:
    units = joined(
        sql.SQL("({}, {fields}, {}, {})").format(
            sql.Literal(unit.name),
            _where_written(unit_object(unit, "g"), unit),
            _where_written(unit_object(unit, "i"), unit),
            fields=_fields(unit),
        )
        for unit in entity.units
    )
    conn.execute(
        statement(
            ROOM, "undo_units", golden=table("golden", entity), image=partition(mapping),
            units=units,
        ),
        {"change_set": change_set_id},
    )  # fmt: skip


def _fields(unit: Group) -> sql.Composed:
    return sql.SQL("{}::text[]").format(sql.Literal(list(unit.fields)))


def _where_written(value: sql.Composable, unit: Group) -> sql.Composed:
    """The value where the write is about the unit; the others would be made for nothing."""
    return sql.SQL("CASE WHEN n.new ?| {} THEN {} END").format(_fields(unit), value)


def _made(conn: Connection, mapping: EntityMapping, change_set_id: int) -> tuple[int, int, int]:
    """Records to delete, to make again, and made ones that are kept."""
    row = conn.execute(
        statement(ROOM, "undo_made", image=partition(mapping)), {"change_set": change_set_id}
    ).fetchone()
    assert row
    deleted, again, kept = row
    if mapping.on_delete == "restore":  # the next batch would make them anew
        return 0, again, kept + deleted
    return deleted, again, kept


def _write_back(engine: Engine, entity: Entity, change_set_id: int, actor: str) -> None:
    """Plan and write what follows from the decisions. A person has asked for it: nothing is held.

    Nothing is read, so that the batch holds what was decided and no other change.
    """
    batch_id = _begin(engine, entity, f"undo/{change_set_id}")
    unify(engine, batch_id)
    with engine.hub.connect() as conn:
        rows = conn.execute(
            "UPDATE ops.change_set SET undoes = %s WHERE batch_id = %s"
            " RETURNING change_set_id, state",
            (change_set_id, batch_id),
        ).fetchall()
        for number, state in rows:
            if state == "held":
                why = f"undo of change set {change_set_id}"
                decisions.decide(conn, number, approve=True, actor=actor, comment=why)
    _finish(engine, batch_id)


def _records(engine: Engine, entity: Entity, mapping: EntityMapping, change_set_id: int) -> None:
    """Delete what was made and make again what was deleted, in a batch of its own."""
    batch_id = _begin(engine, entity, f"undo/{change_set_id}/records")
    with batches.step(engine, batch_id, "plan", anyway=True) as taken:
        if not taken.past:
            n = _plan_records(taken.conn, engine, batch_id, entity, mapping, change_set_id)
            batches.add_counts(taken.conn, batch_id, mapping.system, entity.name, {"planned": n})
    _finish(engine, batch_id)


def _plan_records(
    conn: Connection,
    engine: Engine,
    batch_id: int,
    entity: Entity,
    mapping: EntityMapping,
    change_set_id: int,
) -> int:
    row = conn.execute(
        "INSERT INTO ops.change_set (batch_id, system, entity, state, rule_version, undoes)"
        " VALUES (%s, %s, %s, 'passed', %s, %s) RETURNING change_set_id",
        (batch_id, mapping.system, entity.name, engine.config.version, change_set_id),
    ).fetchone()
    assert row
    values = create_values(entity, mapping, writable_units(entity, mapping, set()), "i")
    values_by_name = {"target": row[0], "batch": batch_id, "change_set": change_set_id}
    done = conn.execute(
        statement(ROOM, "undo_records", image=partition(mapping), values=values), values_by_name
    )
    conn.execute(
        "UPDATE ops.change_set SET creates = n.made, deletes = n.gone FROM (SELECT count(*) FILTER"
        " (WHERE action = 'create') AS made, count(*) FILTER (WHERE action = 'delete') AS gone"
        " FROM ops.intent WHERE change_set_id = %s) AS n WHERE change_set_id = %s",
        (row[0], row[0]),
    )
    conn.execute(  # or what is made again would be deleted again
        "DELETE FROM ops.deletion AS d USING ops.intent AS n WHERE n.change_set_id = %s"
        " AND n.action = 'create' AND d.entity = n.entity AND d.golden_id = n.golden_id",
        (row[0],),
    )
    conn.execute(  # a record made again brings its golden record back
        "INSERT INTO ops.replan (entity, golden_id, reason) SELECT DISTINCT entity, golden_id,"
        " 'undone' FROM ops.intent WHERE change_set_id = %s ON CONFLICT DO NOTHING",
        (row[0],),
    )
    return done.rowcount


def _begin(engine: Engine, entity: Entity, run_id: str) -> int:
    lane = next(lane.name for lane in engine.config.lanes if entity.name in lane.entities)
    batch_id = batches.begin(engine, lane=lane, run_id=run_id, entities=[entity.name])
    batches.nothing_to_read(engine, batch_id)
    return batch_id


def _finish(engine: Engine, batch_id: int) -> None:
    for spec in engine.config.systems:
        load(engine, batch_id, spec.name)
    finish(engine, batch_id)
