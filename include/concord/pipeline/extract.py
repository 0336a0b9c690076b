"""Extract: what changed in one system, into stage.

Delta scope reads what changed since the committed cursor. Full scope, or a cursor that the source
cannot continue from, compares digests and reads only what differs (compare.py). Cursors do not
move here: they move when the images are stored (unify).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from psycopg import sql
from psycopg.types.json import Jsonb

from concord.errors import EntityStopped
from concord.hub.database import Connection
from concord.model.spec import Entity, EntityMapping, Scope
from concord.pipeline import compare, drift, stage, survey
from concord.pipeline.batch import Batch, Counts, add_counts, step, stored_counts, total
from concord.pipeline.cursors import committed
from concord.pipeline.engine import Engine
from concord.pipeline.load import settle
from concord.systems.protocol import Position, Reading, Retaining, Row, Snapshot

HUB_WAIT = "2min"  # how long to wait for another extract of the same system to take its snapshot


@dataclass
class Extracted:
    """What one entity of one system gave."""

    scope: Scope
    rows: int
    columns: dict[str, str]
    position: Position
    stopped: dict[str, str] = field(default_factory=dict)
    held: str | None = None
    refused: list[tuple[Row, str, str]] = field(default_factory=list)
    compared: int = 0
    set_back: bool = False  # the system is in an earlier state than at the last reading


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
        counts = []
        with _snapshot(engine, system) as (snapshot, seq):
            mappings = [m for _, m in work] if taken.batch.scope == "delta" else []
            same = survey.unchanged(taken.conn, mappings, snapshot)
            survey.book(taken.conn, batch_id, mappings, snapshot, seq, same)
            for entity, mapping in work:
                if entity.name in same:
                    continue
                one = _entity(taken.conn, taken.batch, entity, mapping, snapshot)
                counts.append(_book(taken.conn, batch_id, mapping, seq, one))
        return total([{"read": 0}, *counts])


@contextmanager
def _snapshot(engine: Engine, system: str) -> Iterator[tuple[Snapshot, int]]:
    """A look at the system and its number; numbers stand in the order of the looks.

    A lock makes the two one act, so that of two readings the one with the higher number is never
    the older: unify keeps the newer and lets an older one change nothing.
    """
    lock = f"extract:{system}"
    with engine.hub.connect(autocommit=True) as conn:
        conn.execute("SELECT set_config('lock_timeout', %s, false)", (HUB_WAIT,))
        conn.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (lock,))
        source = engine.system(system)
        if isinstance(source, Retaining):
            source.release(committed(conn, engine, system))
        with source.snapshot() as snapshot:
            row = conn.execute("SELECT nextval('ops.read_seq')").fetchone()
            assert row
            conn.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (lock,))
            yield snapshot, int(row[0])


def _entity(
    conn: Connection, batch: Batch, entity: Entity, mapping: EntityMapping, snapshot: Snapshot
) -> Extracted:
    """Stage one entity; a missing table or key holds this entity and no other."""
    try:
        shape = snapshot.shape(mapping)
        stopped = drift.check(conn, batch.id, entity, mapping, shape)
    except EntityStopped as e:
        drift.open_review(conn, batch.id, mapping, "entity", str(e))
        return Extracted("delta", 0, {}, {}, held=str(e))
    usable = drift.without(mapping, shape, stopped)
    table = stage.stage_table(batch.id, mapping.system, mapping.entity)
    reading, cursor = None, _cursor(conn, mapping)
    if batch.scope == "delta":
        reading = snapshot.changes(mapping, cursor, _wanted(conn, mapping), usable)
    if reading is not None:
        return _staged(conn, table, reading, "delta", stopped)
    compared, reading = compare.differing(conn, mapping, snapshot, usable, _wanted(conn, mapping))
    out = _staged(conn, table, reading, "full", stopped)
    out.compared = compared
    # An empty position only asks for one full comparison (drift.py).
    out.set_back = snapshot.set_back(mapping, cursor) if cursor else False
    out.rows += compare.add_missing(conn, table, mapping, reading)
    return out


def _staged(
    conn: Connection,
    table: sql.Identifier,
    reading: Reading,
    scope: Scope,
    stopped: dict[str, str],
) -> Extracted:
    stage.create(conn, table, reading)
    rows, refused = stage.fill(conn, table, reading)
    if rows > len(refused):
        conn.execute(sql.SQL("ANALYZE {}").format(table))
    return Extracted(scope, rows, dict(reading.columns), reading.position, stopped, None, refused)


def _cursor(conn: Connection, mapping: EntityMapping) -> Position | None:
    row = conn.execute(
        "SELECT position FROM ops.cursor WHERE system = %s AND entity = %s",
        (mapping.system, mapping.entity),
    ).fetchone()
    return row[0] if row else None


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


def _book(
    conn: Connection, batch_id: int, mapping: EntityMapping, seq: int, one: Extracted
) -> Counts:
    """Store what was read, and quarantine what the stage could not hold."""
    conn.execute(
        "INSERT INTO ops.extract (batch_id, system, entity, read_seq, scope, position, columns,"
        " stopped, held, rows, set_back) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            batch_id,
            mapping.system,
            mapping.entity,
            seq,
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
    # U+2400 is the visible symbol for NUL: the row can be kept and read, and is not the original.
    shown = {k: _storable(v) for k, v in row.values.items()}
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
            _storable(row.source_id),
            Jsonb(shown),
            Jsonb([cause]),
            batch_id,
            batch_id,
        ),
    )


def _storable(value: str | None) -> str | None:
    if value is None:
        return None
    return value.replace("\0", "\u2400").encode("utf-8", "replace").decode()
