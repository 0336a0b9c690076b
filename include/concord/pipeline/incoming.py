"""Incoming: which of a batch's staged rows say something new, cleaned into canonical fields.

Two tables in `stage` are made for an entity, over all its systems:
`w` classifies every staged row (and parked ones that wake); `r` holds the new states of records
that are good: canonical fields, references as golden ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from psycopg import sql
from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.mapping import Cleaned, canonical
from concord.model.spec import RULES, Entity, EntityMapping, Field
from concord.pipeline import lines, parking, references, stage, wanted
from concord.pipeline.engine import Engine
from concord.pipeline.fields import ident, joined, key_text, partition, table
from concord.pipeline.source import Source
from concord.quality.run import failing_table

CHUNK = 20_000


def classify(
    conn: Connection, engine: Engine, batch_id: int, entity: Entity, sources: list[Source]
) -> None:
    """Make and fill `w`: every staged row with its class, and woken parked rows."""
    work = stage.work_table(batch_id, "w", entity.name)
    conn.execute(statement("pipeline", "create_incoming", work=work))
    for source in sources:
        staged = stage.stage_table(batch_id, source.mapping.system, entity.name)
        if not stage.exists(conn, staged):
            continue
        conn.execute(
            statement(
                "pipeline",
                "classify",
                work=work,
                stage=staged,
                failing=_failing(conn, batch_id, source.mapping),
                image=partition(source.mapping),
                history=table("image", entity, "_history"),
                raw=_raw(source),
            ),
            {
                "system": source.mapping.system,
                "entity": entity.name,
                "batch": batch_id,
                "seq": source.seq,
                "obsolete": source.obsolete,
                "hold_deletes": source.hold_deletes,
                "set_back": source.set_back,
                "ignores": source.mapping.on_delete == "ignore",
            },
        )
        if source.set_back:
            _ask_about_set_back(conn, batch_id, entity, source.mapping.system, work)
    conn.execute(
        statement(
            "pipeline",
            "wake_parked",
            work=work,
            image=table("image", entity),
            known=references.known(engine.config, entity),
            merged_known=_survivor_known(entity, work),
        ),
        {"entity": entity.name, "systems": [s.mapping.system for s in sources]},
    )
    conn.execute(sql.SQL("ANALYZE {}").format(work))


def _ask_about_set_back(
    conn: Connection, batch_id: int, entity: Entity, system: str, work: sql.Identifier
) -> None:
    """Put states that nobody can place into quarantine, and tell a person what was found."""
    values = {"system": system, "entity": entity.name, "batch": batch_id}
    for name in ("quarantine_doubtful", "review_set_back"):
        conn.execute(statement("pipeline", name, work=work), values)


def anything_to_do(conn: Connection, batch_id: int, entity: Entity) -> bool:
    """Whether `w` has more than echoes and older states, or golden records wait to be looked at.

    Most batches find nothing new of most entities; these then cost next to nothing.
    """
    row = conn.execute(
        sql.SQL(
            "SELECT EXISTS (SELECT FROM {} WHERE class IN"
            " ('new', 'unbound', 'quarantined', 'set_back', 'doubtful'))"
            " OR EXISTS (SELECT FROM ops.replan WHERE entity = %s)"
            " OR EXISTS (SELECT FROM ops.relinked WHERE child = %s)"
        ).format(stage.work_table(batch_id, "w", entity.name)),
        (entity.name, entity.name),
    ).fetchone()
    return bool(row and row[0])


def new_rows(conn: Connection, batch_id: int, entity: Entity) -> int:
    """How many rows of `w` say something new."""
    row = conn.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE class = 'new'").format(
            stage.work_table(batch_id, "w", entity.name)
        )
    ).fetchone()
    return int(row[0]) if row else 0


def _failing(conn: Connection, batch_id: int, mapping: EntityMapping) -> sql.Composable:
    """The keys of the rows that validation set aside; none when it had nothing to check."""
    table = failing_table(batch_id, mapping.system, mapping.entity)
    if stage.exists(conn, table):
        return table
    return sql.SQL("(SELECT NULL::text AS source_id WHERE false)")


def _raw(source: Source) -> sql.Composed:
    """The staged row as jsonb of texts."""
    pairs = [sql.SQL("{}, {}::text").format(sql.Literal(c), ident("s", c)) for c in source.columns]
    # jsonb_build_object takes 100 arguments at most.
    parts = [
        sql.SQL("jsonb_build_object({})").format(joined(pairs[i : i + 40]))
        for i in range(0, len(pairs), 40)
    ]
    return joined(parts, " || ") if parts else sql.Composed([sql.SQL("'{}'::jsonb")])


def _survivor_known(entity: Entity, work: sql.Identifier) -> sql.Composed:
    """True when the record that a parked one was merged into is there, or comes in this batch."""
    return sql.SQL(
        "(x.entity = {} AND (EXISTS (SELECT FROM {} AS t WHERE t.system = p.system"
        " AND t.source_id = x.source_id AND t.deleted_at IS NULL) OR EXISTS (SELECT FROM {} AS t"
        " WHERE t.system = p.system AND t.source_id = x.source_id AND t.op = 'U'"
        " AND t.class = 'new')))"
    ).format(sql.Literal(entity.name), table("image", entity), work)


def clean(
    conn: Connection, engine: Engine, batch_id: int, entity: Entity, sources: list[Source]
) -> None:
    """Make and fill `r` from the new rows in `w`; rows that cannot be understood are quarantined.

    References become golden ids; a row that refers to a record not yet known is parked.
    """
    work = stage.work_table(batch_id, "w", entity.name)
    cleaned = stage.work_table(batch_id, "c", entity.name)
    conn.execute(_create_cleaned(entity, cleaned))
    for source in sources:
        for ids, frame in _chunks(conn, work, source):
            out = _read(engine, entity, source, frame)
            _copy_cleaned(conn, entity, cleaned, out.values, ids)
            _quarantine(conn, batch_id, entity, source, work, out.errors)
    conn.execute(sql.SQL("ANALYZE {}").format(cleaned))
    _keep_keys(conn, engine, entity, work, cleaned)
    result = stage.work_table(batch_id, "r", entity.name)
    conn.execute(_create_result(entity, result))
    conn.execute(
        statement(
            "pipeline",
            "resolve",
            result=result,
            work=work,
            cleaned=cleaned,
            image=table("image", entity),
            fields=joined([*_names(entity), *_notes(entity)]),
            values=joined([*_values(engine, entity, sources), *_noted(entity)]),
            joins=joined(
                [_reference_joins(engine, entity), *_line_joins(engine, entity, work, cleaned)],
                " ",
            ),
        )
    )
    conn.execute(sql.SQL("CREATE INDEX ON {} (golden_id)").format(result))
    conn.execute(sql.SQL("ANALYZE {}").format(result))
    while parking.park(conn, batch_id, entity):
        pass  # what was merged into a record that is parked waits as well
    parking.park_unbound(conn, batch_id, entity)


def _read(engine: Engine, entity: Entity, source: Source, frame: pd.DataFrame) -> Cleaned:
    config = engine.config
    if source.mapping.system == RULES:
        return wanted.read(entity, source, config.code_list, config.company, frame)
    return canonical(entity, source.mapping, config.code_list, config.company, frame)


def _chunks(
    conn: Connection, work: sql.Identifier, source: Source
) -> Iterator[tuple[list[int], pd.DataFrame]]:
    names = [c.column for c in source.mapping.columns if c.column in source.columns]
    if source.mapping.system == RULES:
        names.append("_adds")
    select = sql.SQL(
        "SELECT id, raw FROM {} WHERE system = {} AND op = 'U' AND (class = 'new'"
        " OR class = 'quarantined' AND NOT known) ORDER BY id"
    ).format(work, sql.Literal(source.mapping.system))
    with conn.cursor(name="incoming") as cur:
        cur.itersize = CHUNK
        cur.execute(select)
        while rows := cur.fetchmany(CHUNK):
            ids = [r[0] for r in rows]
            data = {n: [r[1].get(n) for r in rows] for n in names}
            yield ids, pd.DataFrame(data, index=pd.Index(ids), dtype=object)


def _create_cleaned(entity: Entity, cleaned: sql.Identifier) -> sql.Composed:
    kinds = [
        sql.SQL("{} text").format(ident("ref_" + f.name))
        if f.type == "ref"
        else sql.SQL("{} {}").format(ident(f.name), sql.SQL(f.pg_type))
        for f in entity.fields
    ]
    return sql.SQL("CREATE UNLOGGED TABLE {} (id bigint, {})").format(cleaned, joined(kinds))


def _create_result(entity: Entity, result: sql.Identifier) -> sql.Composed:
    kinds = [sql.SQL("{} {}").format(ident(f.name), sql.SQL(f.pg_type)) for f in entity.fields]
    kinds += [sql.SQL("{} text").format(ident("ref_" + f.name)) for f in entity.references]
    kinds += [sql.SQL("{} jsonb").format(lines.missing(f)) for f in lines.linked(entity)]
    return statement("pipeline", "create_result", result=result, columns=joined(kinds))


def _names(entity: Entity) -> list[sql.Composable]:
    return [ident(f.name) for f in entity.fields]


def _notes(entity: Entity) -> list[sql.Composable]:
    """Columns of `r` beside the fields: source ids of references, and what lines lack."""
    return [
        *(ident("ref_" + f.name) for f in entity.references),
        *(lines.missing(f) for f in lines.linked(entity)),
    ]


def _noted(entity: Entity) -> list[sql.Composable]:
    return [
        *(ident("c", "ref_" + f.name) for f in entity.references),
        *(ident("lines " + f.name, "missing") for f in lines.linked(entity)),
    ]


def _copy_cleaned(
    conn: Connection, entity: Entity, cleaned: sql.Identifier, values: pd.DataFrame, ids: list[int]
) -> None:
    refs = {f.name for f in entity.references}
    present = list(values.columns)
    names = [ident("ref_" + c if c in refs else c) for c in present]
    copy_sql = sql.SQL("COPY {} ({}) FROM STDIN").format(cleaned, joined([ident("id"), *names]))
    arrays = [values[c].to_list() for c in present]
    with conn.cursor().copy(copy_sql) as copy:
        for record in zip(ids, *arrays, strict=True):
            copy.write_row(record)


def _quarantine(
    conn: Connection,
    batch_id: int,
    entity: Entity,
    source: Source,
    work: sql.Identifier,
    errors: pd.DataFrame,
) -> None:
    """Send rows that cleaning could not understand to quarantine, with every cause."""
    if errors.empty:
        return
    causes: dict[int, list[dict[str, Any]]] = {}
    for key, field, column, rule, message in errors.itertuples(index=False, name=None):
        causes.setdefault(int(key), []).append(
            {
                "rule": rule,
                "column": column,
                "field": field,
                "expectation": rule,
                "severity": "critical",
                "owner": "data-steward",
                "message": message,
            }
        )
    conn.execute(
        statement("pipeline", "quarantine_cleaned", work=work),
        {
            "ids": list(causes),
            "causes": [Jsonb(c) for c in causes.values()],
            "entity": entity.name,
            "batch": batch_id,
        },
    )


def _keep_keys(
    conn: Connection,
    engine: Engine,
    entity: Entity,
    work: sql.Identifier,
    cleaned: sql.Identifier,
) -> None:
    values = {
        f.name: _reference(engine, entity, f).golden_id if f.type == "ref" else ident("c", f.name)
        for f in entity.fields
    }
    conn.execute(
        statement(
            "pipeline",
            "quarantine_keys",
            work=work,
            cleaned=cleaned,
            keys=joined(key_text(entity, key, values) for key in entity.keys),
            joins=_reference_joins(engine, entity),
        ),
        {"entity": entity.name},
    )


def _values(engine: Engine, entity: Entity, sources: list[Source]) -> list[sql.Composable]:
    """The canonical values of a row: resolved references, kept values of stopped fields."""
    out: list[sql.Composable] = []
    for f in entity.fields:
        value: sql.Composable = ident("c", f.name)
        if f.type == "ref":
            value = _reference(engine, entity, f).golden_id
        elif f in lines.linked(entity):
            value = ident("lines " + f.name, "value")
        stopped = [s.mapping.system for s in sources if f.name in s.stopped]
        if stopped:
            value = sql.SQL("CASE WHEN w.system = ANY({}) THEN {} ELSE {} END").format(
                sql.Literal(stopped), ident("i", f.name), value
            )
        out.append(value)
    return out


def _reference(engine: Engine, entity: Entity, field: Field) -> references.Reference:
    key, system = ident("c", "ref_" + field.name), ident("w", "system")
    return references.incoming(engine.config, entity, field.to or "", field.name, key, system)


def _reference_joins(engine: Engine, entity: Entity) -> sql.Composed:
    return joined([_reference(engine, entity, f).joins for f in entity.references], " ")


def _line_joins(
    engine: Engine, entity: Entity, work: sql.Identifier, cleaned: sql.Identifier
) -> list[sql.Composed]:
    """Joins to the lines with golden ids, `lines <field>`, one a field whose lines refer."""
    rows = sql.SQL("(SELECT w.id, w.system, c.{} AS lines FROM {} AS w JOIN {} AS c USING (id))")
    return [
        sql.SQL("LEFT JOIN {} AS {alias} ON {alias}.id = w.id").format(
            lines.resolved(engine.config, entity, f, rows.format(ident(f.name), work, cleaned)),
            alias=ident("lines " + f.name),
        )
        for f in lines.linked(entity)
    ]


__all__ = ["Source", "classify", "clean"]
