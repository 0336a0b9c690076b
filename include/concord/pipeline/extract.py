"""Extract: what changed in one system, into stage.

Delta scope reads what changed since the committed cursor. Full scope, or a cursor that the source
cannot continue from, compares digests and reads only what differs (compare.py), by a second look
(second_look.py). Cursors do not move here: they move when the images are stored (unify).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from concord.errors import EntityStopped
from concord.hub.database import Connection
from concord.model.spec import Entity, EntityMapping
from concord.pipeline import drift, second_look, stage, survey
from concord.pipeline.batch import Batch, Counts, add_counts, step, stored_counts, total
from concord.pipeline.companies import companies_of
from concord.pipeline.compare import FirstLook, first_look
from concord.pipeline.engine import Engine
from concord.pipeline.load import settle
from concord.pipeline.looks import Extracted, Look, look, staged
from concord.systems.protocol import Reading, Row


@dataclass
class Suspected:
    """An entity of which the first look of a comparison named records, to be looked at again."""

    mapping: EntityMapping
    first: FirstLook
    stopped: dict[str, str]


def extract(engine: Engine, batch_id: int, system: str) -> Counts:
    """Read the changes of one system's entities into stage tables.

    Returns counts: `read`, and `compared` in full scope.

    Raises:
        SystemUnavailable: nothing was staged; the cursor is where it was.
    """
    settle(engine, batch_id, system)
    with step(engine, batch_id, "extract", system) as taken:
        if taken.past:
            return stored_counts(taken.conn, batch_id, ("read", "compared"))
        work = [(e, m) for e, m in taken.batch.work(engine) if m.system == system]
        counts: list[Counts] = []
        suspected: list[Suspected] = []
        with look(engine, system) as first:
            mappings = [m for _, m in work] if taken.batch.scope == "delta" else []
            same = survey.unchanged(taken.conn, mappings, first.snapshot)
            survey.book(taken.conn, batch_id, mappings, first.snapshot, first.seq, same)
            for entity, mapping in work:
                if entity.name in same:
                    continue
                one = _entity(engine, taken.conn, taken.batch, entity, mapping, first)
                if isinstance(one, Suspected):
                    suspected.append(one)
                else:
                    counts.append(_book(taken.conn, batch_id, mapping, one))
        if suspected:
            with look(engine, system) as again:
                for each in suspected:
                    one = _again(taken.conn, batch_id, each, again)
                    counts.append(_book(taken.conn, batch_id, each.mapping, one))
        return total([{"read": 0}, *counts])


def _entity(
    engine: Engine,
    conn: Connection,
    batch: Batch,
    entity: Entity,
    mapping: EntityMapping,
    seen: Look,
) -> Extracted | Suspected:
    """Stage one entity, or name what differs; a missing table or key holds this entity alone."""
    try:
        shape = seen.snapshot.shape(mapping)
        stopped = drift.check(conn, batch.id, entity, mapping, shape)
    except EntityStopped as e:
        return _held(conn, batch.id, mapping, seen, e, full=batch.scope == "full")
    usable = drift.without(mapping, shape, stopped)
    wanted = _wanted(conn, mapping)
    if batch.scope == "delta":
        cursor = seen.cursors.get(mapping.entity)
        reading = seen.snapshot.changes(mapping, cursor, wanted, usable)
        if reading is not None:
            out = _staged(conn, batch.id, mapping, reading, seen)
            out.stopped = stopped
            return out
    first = first_look(conn, batch.id, mapping, seen, usable)
    first.by_company = companies_of(engine.config, entity, mapping, usable)
    if first.by_company is not None and first.live:
        first.companies = first.by_company.records(mapping, seen.snapshot, usable)
    if first.live and (first.named or first.everything):
        return Suspected(mapping, first, stopped)
    if first.live:
        reading = seen.snapshot.records(mapping, wanted, usable)
    else:
        reading = seen.snapshot.everything(mapping, usable)
    out = staged(conn, first.stage, reading, seen.seq, "full")
    out.stopped, out.compared, out.set_back = stopped, first.compared, seen.set_back(mapping)
    second_look.book(conn, batch.id, mapping, second_look.agreed(first, out.rows))
    return out


def _again(conn: Connection, batch_id: int, one: Suspected, seen: Look) -> Extracted:
    """Stage what differs still of an entity that was compared."""
    wanted = _wanted(conn, one.mapping)
    try:
        out, found = second_look.take(conn, one.mapping, seen, one.first, wanted, one.stopped)
    except EntityStopped as e:
        return _held(conn, batch_id, one.mapping, seen, e, full=True)
    second_look.book(conn, batch_id, one.mapping, found)
    return out


def _held(
    conn: Connection,
    batch_id: int,
    mapping: EntityMapping,
    seen: Look,
    why: EntityStopped,
    *,
    full: bool,
) -> Extracted:
    drift.open_review(conn, batch_id, mapping, "entity", why.said)
    if full:
        second_look.book(conn, batch_id, mapping, second_look.held(conn, mapping, seen.at))
    return Extracted(seen.seq, "delta", 0, {}, {}, held=str(why))


def _staged(
    conn: Connection, batch_id: int, mapping: EntityMapping, reading: Reading, seen: Look
) -> Extracted:
    table = stage.stage_table(batch_id, mapping.system, mapping.entity)
    return staged(conn, table, reading, seen.seq, "delta")


def _wanted(conn: Connection, mapping: EntityMapping) -> Sequence[str]:
    """Records to read whatever the change log says: asked for again, to be replayed, being written.

    The last may be as the hub knows them before our write, and after it again.
    """
    rows = conn.execute(
        "SELECT source_id FROM ops.reread WHERE system = %(s)s AND entity = %(e)s UNION"
        " SELECT source_id FROM ops.quarantine WHERE system = %(s)s AND entity = %(e)s"
        " AND side = 'read' AND state = 'replay' UNION"
        " SELECT source_id FROM ops.intent WHERE system = %(s)s AND entity = %(e)s"
        " AND source_id IS NOT NULL AND state IN ('sent', 'unknown')",
        {"s": mapping.system, "e": mapping.entity},
    ).fetchall()
    return [r[0] for r in rows]


def _book(conn: Connection, batch_id: int, mapping: EntityMapping, one: Extracted) -> Counts:
    """Store what was read, and quarantine what the stage could not hold."""
    conn.execute(
        "INSERT INTO ops.extract (batch_id, system, entity, read_seq, scope, position, columns,"
        " stopped, held, rows, set_back) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            batch_id,
            mapping.system,
            mapping.entity,
            one.seq,
            one.scope,
            Jsonb(dict(one.position)),
            Jsonb(one.columns),
            Jsonb(one.stopped),
            one.held,
            one.rows,
            one.set_back,
        ),
    )
    for row, column, why in one.refused:
        _quarantine(conn, batch_id, mapping, row, column, why)
    counts = {"read": one.rows}
    if one.refused:
        counts["refused_by_stage"] = len(one.refused)
    if one.scope == "full":
        counts["compared"] = one.compared
    add_counts(conn, batch_id, mapping.system, mapping.entity, counts)
    return counts


def _quarantine(
    conn: Connection, batch_id: int, mapping: EntityMapping, row: Row, column: str, why: str
) -> None:
    shown = {k: v if v is None else stage.storable(v) for k, v in row.values.items()}
    cause = {
        "rule": "storable",
        "column": column,
        "expectation": "storable",
        "severity": "critical",
        "owner": "data-engineering",
        "message": f"{column or mapping.id} {why}",
    }
    conn.execute(
        "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch,"
        " last_batch) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (system, entity, source_id, side) WHERE state IN ('open', 'replay')"
        " DO UPDATE SET raw = excluded.raw, raw_hash = NULL, causes = excluded.causes,"
        " last_batch = excluded.last_batch",
        (
            mapping.system,
            mapping.entity,
            stage.storable(row.source_id),
            Jsonb(shown),
            Jsonb([cause]),
            batch_id,
            batch_id,
        ),
    )
