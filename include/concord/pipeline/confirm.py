"""Confirm: what a target said about a slice of writes, into intents, images and queues.

A confirmed write's record, as read back, becomes the actual image, so its echo is `unchanged`.
Only the written fields are taken from it: if another field differs from the image, a person
changed it in between, and the raw hash is left open so that the next batch reads it as a change.
A record that was read only later may hold a person's change of a written field: the image then
takes what was written, and the next batch reads the record again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd
from psycopg import sql
from psycopg.types.json import Jsonb

from concord.hub import statistics
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.mapping import canonical, read_along
from concord.model.spec import Config, Entity, EntityMapping, Field
from concord.pipeline import lines
from concord.pipeline.engine import Engine
from concord.pipeline.fields import columns, ident, joined, partition, table
from concord.pipeline.images import stored_columns
from concord.systems.protocol import Outcome

if TYPE_CHECKING:
    from concord.pipeline.settle import Intent


def store(
    engine: Engine,
    conn: Connection,
    batch_id: int,
    entity: Entity,
    mapping: EntityMapping,
    intents: Sequence[Intent],
    outcomes: Sequence[Outcome],
) -> None:
    """Store outcomes in one hub transaction; commits it."""
    if not outcomes:
        return
    seq = _sequence(conn, mapping.system)
    _outcomes_table(conn, entity, intents, outcomes)
    _copy_records(engine, conn, entity, mapping, intents, outcomes)
    conn.execute("ANALYZE outcome, read_back")  # or lines are resolved anew for every outcome
    values = {
        "system": mapping.system,
        "entity": entity.name,
        "batch": batch_id,
        "seq": seq,
        "field_columns": Jsonb({c.field: c.column for c in mapping.columns}),
    }
    parts = _parts(engine.config, entity, mapping)
    parts["golden"] = table("golden", entity)
    for name in _applying(entity, intents, outcomes):
        conn.execute(statement("pipeline", name, **parts), values)
    # Updates leave the table as large as it was; a slice of them need not sample all of it anew.
    made = {i.key for i in intents if i.action == "create"}
    statistics.refresh(conn, partition(mapping), sum(o.key in made for o in outcomes))
    conn.commit()


def _applying(
    entity: Entity, intents: Sequence[Intent], outcomes: Sequence[Outcome]
) -> Iterator[str]:
    """The statements that find anything in these outcomes, in their order."""
    states = {o.state for o in outcomes}
    action = {i.key: i.action for i in intents}
    done = {action[o.key] for o in outcomes if o.state == "confirmed"}
    applies = {
        "keep_written_history": bool(done),
        "take_written": "update" in done,
        "take_created": "create" in done,
        "take_deleted": "delete" in done,
        "replan_made": "create" in done or bool(done and entity.documents),
        "close_intents": True,
        "quarantine_rejected": "rejected" in states,
        "heal_written": bool(done),
        "ask_superseded": "superseded" in states,
        "reread_later": any(o.later for o in outcomes),
        "replan_created": "create" in done,
    }
    return (name for name, does in applies.items() if does)


def _sequence(conn: Connection, system: str) -> int:
    """A reading number for images that were read back, in order with extract's.

    Under extract's lock: a snapshot taken later than the write then always has the higher number.
    """
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"extract:{system}",))
    row = conn.execute("SELECT nextval('ops.read_seq')").fetchone()
    conn.commit()
    assert row
    return int(row[0])


def _outcomes_table(
    conn: Connection, entity: Entity, intents: Sequence[Intent], outcomes: Sequence[Outcome]
) -> None:
    kinds = [
        sql.SQL("{} {}").format(ident(f.name), sql.SQL(f.pg_type))
        for f in entity.fields
        if f.type != "ref"
    ]
    kinds += [sql.SQL("{} text").format(ident("ref_" + f.name)) for f in entity.references]
    conn.execute(
        sql.SQL(
            "CREATE TEMP TABLE outcome (key uuid PRIMARY KEY, state text, source_id text,"
            " error text, raw jsonb, raw_hash uuid, later boolean) ON COMMIT DROP"
        )
    )
    conn.execute(
        sql.SQL("CREATE TEMP TABLE read_back (key uuid PRIMARY KEY, {}) ON COMMIT DROP").format(
            joined(kinds)
        )
    )
    known = {i.key: i for i in intents}
    with conn.cursor().copy("COPY outcome FROM STDIN") as copy:
        for o in outcomes:
            raw = Jsonb(dict(o.row.values)) if o.row else None
            copy.write_row(
                (
                    o.key,
                    o.state,
                    o.source_id or known[o.key].source_id,
                    o.error,
                    raw,
                    o.row.raw_hash if o.row else None,
                    o.later,
                )
            )


def _copy_records(
    engine: Engine,
    conn: Connection,
    entity: Entity,
    mapping: EntityMapping,
    intents: Sequence[Intent],
    outcomes: Sequence[Outcome],
) -> None:
    """Clean the records that were read back, as unify would; of updates only what was written."""
    rows = [(o.key, o.row) for o in outcomes if o.row is not None and o.state == "confirmed"]
    if not rows:
        return
    fields = set(mapping.by_field)
    if all(i.action == "update" for i in intents):
        fields = read_along(entity, {name for i in intents for name in i.new})
    names = [
        c.column for c in mapping.columns if c.field in fields and c.column in rows[0][1].values
    ]
    frame = pd.DataFrame({n: [row.values.get(n) for _, row in rows] for n in names}, dtype=object)
    out = canonical(entity, mapping, engine.config.code_list, engine.config.company, frame)
    refs = {f.name for f in entity.references}
    present = list(out.values.columns)
    target = joined([ident("key"), *(ident("ref_" + c if c in refs else c) for c in present)])
    arrays = [out.values[c].to_list() for c in present]
    with conn.cursor().copy(sql.SQL("COPY read_back ({}) FROM STDIN").format(target)) as copy:
        for record in zip([key for key, _ in rows], *arrays, strict=True):
            copy.write_row(record)


def _parts(config: Config, entity: Entity, mapping: EntityMapping) -> dict[str, sql.Composable]:
    mapped = [f for f in entity.fields if f.name in mapping.by_field]
    return {
        "image": partition(mapping),
        "history": ident("image", entity.name + "_history"),
        "stored": stored_columns(entity),
        "stored_i": stored_columns(entity, "i"),
        "fields": columns(entity),
        "values": joined(
            sql.SQL("CASE WHEN o.later THEN (n.new ->> {})::{} ELSE {} END AS {}").format(
                sql.Literal(f.name), sql.SQL(f.pg_type), _read(entity, mapping, f), ident(f.name)
            )
            for f in entity.fields
        ),
        "differs": joined(
            (_differs(mapping, f, _read(entity, mapping, f)) for f in entity.fields), " OR "
        ),
        "made_more": joined(
            [
                sql.SQL("false"),
                *(_differs(mapping, f, _read(entity, mapping, f)) for f in entity.documents),
            ],
            " OR ",
        ),
        "joins": joined(
            [
                sql.SQL("LEFT JOIN {} AS {} ON {} = {} AND {} IS NULL").format(
                    ident("image", f"{f.to}_{mapping.system}"),
                    ident("ref " + f.name),
                    ident("ref " + f.name, "source_id"),
                    ident("b", "ref_" + f.name),
                    ident("ref " + f.name, "deleted_at"),
                )
                for f in entity.references
                if f.name in mapping.by_field
            ]
            + [_lines(config, entity, mapping, f) for f in _linked(entity, mapping)],
            " ",
        ),
        "written": joined(
            sql.SQL("{} = CASE WHEN x.new ? {} THEN {} ELSE {} END").format(
                ident(f.name), sql.Literal(f.name), ident("x", f.name), ident("i", f.name)
            )
            for f in mapped
        ),
        "settled": _settled(mapping, mapped),
        "filled_in": joined(
            [
                sql.SQL("false"),
                *(
                    sql.SQL("{} IS NOT NULL AND NOT n.new ? {}").format(
                        ident("b", f.name), sql.Literal(f.name)
                    )
                    for f in mapped
                    if f.type not in ("ref", "lines")
                ),
            ],
            " OR ",
        ),
    }


def _linked(entity: Entity, mapping: EntityMapping) -> list[Field]:
    """The system's fields whose lines refer to other records."""
    return [f for f in entity.documents if f.name in mapping.by_field and lines.refers(f)]


def _lines(config: Config, entity: Entity, mapping: EntityMapping, field: Field) -> sql.Composed:
    """A join to the lines that were read back, with golden ids."""
    rows = sql.SQL("(SELECT r.key AS id, {}::text AS system, r.{} AS lines FROM read_back AS r)")
    alias = ident("ref " + field.name)
    return sql.SQL("LEFT JOIN {} AS {alias} ON {alias}.id = b.key").format(
        lines.resolved(
            config, entity, field, rows.format(sql.Literal(mapping.system), ident(field.name))
        ),
        alias=alias,
    )


def _read(entity: Entity, mapping: EntityMapping, field: Field) -> sql.Composable:
    """A field as it was read back, references by their golden ids."""
    if field.type == "ref":
        there = field.name in mapping.by_field
        return ident("ref " + field.name, "golden_id") if there else sql.SQL("NULL::uuid")
    if field in _linked(entity, mapping):
        return ident("ref " + field.name, "value")
    return ident("b", field.name)


def _differs(mapping: EntityMapping, field: Field, read: sql.Composable) -> sql.Composed:
    """True when a written field reads differently from what intent `n` gave."""
    return sql.SQL("(n.new ? {name} AND n.new ->> {name} IS DISTINCT FROM ({read})::text)").format(
        name=sql.Literal(field.name), read=lines.written(field, mapping, read)
    )


def _settled(mapping: EntityMapping, fields: Sequence[Field]) -> sql.Composed:
    """Fields whose read-back value is the target's own rendering of what it was given."""
    parts = [
        sql.SQL(
            "CASE WHEN x.new ? {name} AND x.new ->> {name} IS DISTINCT FROM ({value})::text"
            " THEN jsonb_build_object({name}, x.new -> {name}) ELSE '{{}}'::jsonb END"
        ).format(name=sql.Literal(f.name), value=lines.given(f, mapping, "x"))
        for f in fields
    ]
    return joined([sql.SQL("'{}'::jsonb"), *parts], " || ")
