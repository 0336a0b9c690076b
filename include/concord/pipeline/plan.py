"""Plan: what each system should hold by the golden records, minus what it was last seen to hold.

Delta scope plans the golden records of the batch; full scope also all others of which a system
lacks something (foreseen.py), so whatever was lost or left waiting is repaired. Writes are intents
in one change set a system and entity; the guard then lets the change set pass or holds it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import sql

from concord.hub import statistics
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity, EntityMapping, Field, Group
from concord.pipeline import guard, lines, references, relinked, stage
from concord.pipeline.batch import Batch, Counts, add_counts, step, total
from concord.pipeline.engine import Engine
from concord.pipeline.fields import (
    decided,
    erases,
    ident,
    joined,
    key_text,
    merged,
    partition,
    referred,
    table,
    unit_blank,
    unit_object,
)


def plan(engine: Engine, batch_id: int) -> Counts:
    """Plan the batch's writes. Returns counts: `planned`, `held`, by change set."""
    with step(engine, batch_id, "plan") as taken:
        if taken.past:
            return {}
        affected = _affected(taken.conn, taken.batch)
        counts = [
            _change_set(taken.conn, engine, taken.batch, entity, mapping)
            for entity, mapping in taken.batch.work(engine)
            if taken.batch.scope == "full" or entity.name in affected
        ]
        counts.append({"planned": 0})
        taken.conn.execute(statement("pipeline", "end_dry_runs"), {"batch": batch_id})
        if taken.batch.dry_run or set(taken.batch.systems) < set(engine.config.system):
            return total(counts)  # something is left for the next batch to plan
        for name in affected:
            work = stage.work_table(batch_id, "g", name)
            taken.conn.execute(statement("pipeline", "planned", affected=work), {"entity": name})
        return total(counts)


def _affected(conn: Connection, batch: Batch) -> list[str]:
    """Entities of which this batch computed golden records, or found some to plan."""
    tables = {
        stage.work_table(batch.id, "g", name).as_string(conn): name for name in batch.entities
    }
    rows = conn.execute(
        "SELECT name FROM unnest(%s::text[]) AS t (name) WHERE to_regclass(name) IS NOT NULL",
        (list(tables),),
    ).fetchall()
    return [tables[table] for (table,) in rows]


def _change_set(
    conn: Connection, engine: Engine, batch: Batch, entity: Entity, mapping: EntityMapping
) -> Counts:
    """Plan one entity of one system into a change set of its own (none when nothing is planned)."""
    scope = _scope(conn, batch, entity, mapping)
    if scope is None:
        add_counts(conn, batch.id, mapping.system, entity.name, {"planned": 0})
        return {"planned": 0}
    row = conn.execute(sql.SQL("SELECT count(*) FROM {} AS s").format(scope)).fetchone()
    statistics.expect(conn, row[0] if row else 0, table("golden", entity))
    desired = stage.work_table(batch.id, "p", f"{entity.name}_{mapping.system}")
    values = {"system": mapping.system, "entity": entity.name, "batch": batch.id}
    conn.execute(desired_writes(conn, engine, entity, mapping, scope, desired), values)
    conn.execute(
        statement(
            "pipeline",
            "ask_kept",
            scope=scope,
            image=partition(mapping),
            referred=_kept(engine, entity, mapping),
        ),
        values,
    )
    replaced: dict[UUID, int] = {}
    dry_run = batch.dry_run or engine.spec(mapping.system).dry_run
    if not dry_run:
        replaced = _replaced(conn, desired, scope, values)
        there = {"golden": table("golden", entity), "image": partition(mapping)}
        conn.execute(
            statement("pipeline", "heal_unneeded", desired=desired, scope=scope, **there), values
        )
    counts = guard.judge(conn, engine, batch, entity, mapping, desired, replaced)
    if not dry_run:
        relinked.created(conn, engine.config, batch.entities, batch.id, mapping)
    add_counts(conn, batch.id, mapping.system, entity.name, counts)
    return counts


def _replaced(
    conn: Connection, desired: sql.Identifier, scope: sql.Composable, values: dict[str, Any]
) -> dict[UUID, int]:
    """End waiting writes that are not wanted any more; gives the golden records of held ones.

    Their change sets are locked first, as by whoever decides about one: what replaces a held write
    is there before anybody decides, or is judged as if it had never been held.
    """
    locked = conn.execute(
        "SELECT change_set_id FROM ops.change_set WHERE state = 'held' AND system = %(system)s"
        " AND entity = %(entity)s ORDER BY change_set_id FOR NO KEY UPDATE",
        values,
    ).fetchall()
    held = {number for (number,) in locked}
    ended = conn.execute(
        statement("pipeline", "supersede_waiting", desired=desired, scope=scope), values
    ).fetchall()
    return {golden_id: number for golden_id, number in ended if number in held}


def _scope(
    conn: Connection, batch: Batch, entity: Entity, mapping: EntityMapping
) -> sql.Composable | None:
    """A subquery of golden ids to plan, or None when there are none."""
    found = [stage.work_table(batch.id, "g", entity.name)]
    if batch.scope == "full":
        foreseen = stage.work_table(batch.id, "f", f"{entity.name}_{mapping.system}")
        if not stage.exists(conn, foreseen):
            return sql.SQL("(SELECT golden_id FROM {})").format(table("golden", entity))
        found.append(foreseen)
    some = [sql.SQL("SELECT golden_id FROM {}").format(one) for one in found if _any(conn, one)]
    return sql.SQL("({})").format(joined(some, " UNION ")) if some else None


def _any(conn: Connection, work: sql.Identifier) -> bool:
    if not stage.exists(conn, work):
        return False
    row = conn.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(work)).fetchone()
    return bool(row and row[0])


def _kept(engine: Engine, entity: Entity, mapping: EntityMapping) -> sql.Composable:
    """True when a record that stays in the system refers to record `i`."""
    golden_id = ident("i", "golden_id")
    return referred(engine.config.entities, entity, mapping.system, golden_id, leaving=False)


def desired_writes(
    conn: Connection,
    engine: Engine,
    entity: Entity,
    mapping: EntityMapping,
    scope: sql.Composable,
    desired: sql.Identifier,
) -> sql.Composed:
    """The statement that fills a new table with what a system lacks of an entity in `scope`.

    Parameters: `system` and `entity`.
    """
    units = writable_units(entity, mapping, _stopped(conn, mapping))
    flags = [differs(entity, mapping, unit) for unit in units]
    names = [f"u{n}" for n in range(len(units))]
    return statement(
        "pipeline",
        "desired",
        desired=desired,
        scope=scope,
        merged=merged(entity, "i"),
        referred=_kept(engine, entity, mapping),
        golden=table("golden", entity),
        image=partition(mapping),
        differs=joined(
            sql.SQL("{} AS {}").format(flag, ident(name))
            for flag, name in zip(flags, names, strict=True)
        )
        if units
        else sql.SQL("false AS u0"),
        any_differs=joined((ident("c", n) for n in names), " OR ") if units else sql.SQL("false"),
        update_new=_merged(units, names, "g", lambda u, a: _given(entity, mapping, u, a)),
        update_old=_merged(units, names, "i", unit_object),
        update_base=_merged(units, names, "i", lambda u, _: _base(mapping, u)),
        update_reason=_merged(units, names, "g", _reason),
        create_new=create_values(entity, mapping, units, "g"),
        create_reason=joined([sql.SQL("'{}'::jsonb"), *(_reason(u, "g") for u in units)], " || "),
        may_create=sql.Literal(mapping.create and bool(units)),
        restores=sql.Literal(mapping.on_delete == "restore"),
        placed=_placed(entity, mapping),
        suspected=_suspected(entity),
    )


def _stopped(conn: Connection, mapping: EntityMapping) -> set[str]:
    """Fields that schema drift has stopped (open reviews): they are not written either."""
    rows = conn.execute(
        "SELECT subject FROM ops.review WHERE kind = 'schema' AND state = 'open'"
        " AND system = %s AND entity = %s",
        (mapping.system, mapping.entity),
    ).fetchall()
    return {r[0] for r in rows}


def writable_units(entity: Entity, mapping: EntityMapping, stopped: set[str]) -> list[Group]:
    """The units that may be written into a system, each cut to the fields that it maps.

    A unit with a stopped or read-only field is left out whole: it is atomic.
    """
    if "entity" in stopped:
        return []
    out = []
    for unit in entity.units:
        mapped = tuple(f for f in unit.fields if f in mapping.by_field)
        fit = all(mapping.by_field[f].write and f not in stopped for f in mapped)
        if mapped and fit:
            out.append(unit.model_copy(update={"fields": mapped}))
    return out


def differs(entity: Entity, mapping: EntityMapping, unit: Group) -> sql.Composed:
    """True when record `i` should get the unit's values of golden `g`.

    Not when its own rendering of them was accepted before (`settled`), nor because a blank would
    have to erase where blanks do not, unless a steward decided for it.
    """
    fields = joined(
        (_field_differs(entity.field[f], mapping) for f in unit.fields),
        " OR ",
    )
    fixed = sql.SQL("i.fixed && {}").format(
        sql.Literal([mapping.by_field[f].column for f in unit.fields])
    )
    test = sql.SQL("({} OR {})").format(fields, fixed)
    if erases(entity, unit):
        return test
    may_blank = sql.SQL("(NOT {} OR {})").format(unit_blank(unit, "g"), decided(unit, "g"))
    return sql.SQL("({} AND {})").format(test, may_blank)


def _field_differs(field: Field, mapping: EntityMapping) -> sql.Composed:
    mine, whole = lines.given(field, mapping, "i"), lines.given(field, mapping, "g")
    value = whole
    shorten = mapping.by_field[field.name].shorten
    if shorten:
        value = sql.SQL("rtrim(left({}, {}))").format(value, sql.Literal(shorten))
    return sql.SQL(
        "({mine} IS DISTINCT FROM {value} AND {mine} IS DISTINCT FROM {whole} AND NOT"
        " (i.settled ? {name} AND i.settled ->> {name} IS NOT DISTINCT FROM {text}) AND {can})"
    ).format(
        can=_there(field, mapping),
        mine=mine,
        value=value,
        whole=whole,
        name=sql.Literal(field.name),
        text=sql.SQL("({})::text").format(whole),
    )


def _given(entity: Entity, mapping: EntityMapping, unit: Group, alias: str) -> sql.Composed:
    """The unit's values as they are written into the system."""
    pairs = joined(
        sql.SQL("{}, ({})::text").format(
            sql.Literal(f), lines.given(entity.field[f], mapping, alias)
        )
        for f in unit.fields
    )
    return sql.SQL("jsonb_build_object({})").format(pairs)


def _base(mapping: EntityMapping, unit: Group) -> sql.Composed:
    names = [mapping.by_field[f].column for f in unit.fields]
    pairs = joined(sql.SQL("{}, i.raw -> {}").format(sql.Literal(c), sql.Literal(c)) for c in names)
    return sql.SQL("jsonb_build_object({})").format(pairs)


def _reason(unit: Group, alias: str) -> sql.Composed:
    name = sql.Literal(unit.name)
    return sql.SQL("jsonb_build_object({}, {}.provenance -> {})").format(name, ident(alias), name)


def _merged(units: list[Group], flags: list[str], alias: str, part: object) -> sql.Composed:
    """The jsonb of the units whose flag is set."""
    assert callable(part)
    pieces = [
        sql.SQL("CASE WHEN {} THEN {} ELSE '{{}}'::jsonb END").format(
            ident("c", flag), part(unit, alias)
        )
        for unit, flag in zip(units, flags, strict=True)
    ]
    return joined([sql.SQL("'{}'::jsonb"), *pieces], " || ")


def create_values(
    entity: Entity, mapping: EntityMapping, units: list[Group], alias: str
) -> sql.Composed:
    """The jsonb of all the units' filled fields, for a new record."""
    parts = [
        sql.SQL("jsonb_strip_nulls({})").format(_given(entity, mapping, unit, alias))
        for unit in units
    ]
    return joined([sql.SQL("'{}'::jsonb"), *parts], " || ")


def _suspected(entity: Entity) -> sql.Composed:
    """True when a record in quarantine has a match key of golden `g`: it may be the same thing."""
    own = {f.name: ident("g", f.name) for f in entity.fields}
    tests = [
        sql.SQL("coalesce({} IN (SELECT s.key FROM suspect AS s), false)").format(
            key_text(entity, key, own)
        )
        for key in entity.keys
    ]
    return joined(tests, " OR ")


def _placed(entity: Entity, mapping: EntityMapping) -> sql.Composed:
    """True when all that golden `g` refers to is in the system, or is about to be created there."""
    refs = [f for f in entity.fields if f.type in ("ref", "lines") and f.name in mapping.by_field]
    return joined([sql.SQL("true"), *(_there(f, mapping) for f in refs)], " AND ")


def _there(field: Field, mapping: EntityMapping) -> sql.Composable:
    """True when what this field of golden `g` refers to is in the system, or about to be."""
    value = ident("g", field.name)
    if field.type == "lines":
        return lines.placed(field, mapping, value)
    if field.type == "ref":
        return references.there(field.to or "", mapping.system, value)
    return sql.SQL("true")
