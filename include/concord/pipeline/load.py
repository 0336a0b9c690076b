"""Load: bring one system to its desired state, one effect per intent or none.

An intent is stored as sent, with the fencing token, before anything is sent. What the target says
is stored after. Between the two its state is unknown to whoever comes later; `settle` then takes a
newer token, which no older writer can get past, and asks the target what really happened.

A target without a fence may still carry out what an older holder sent. There a write that is not
found stays unknown, so that no plan replaces it, until it was sent again as it is and answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from psycopg import sql

from concord.hub import statistics
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity, EntityMapping, Field
from concord.pipeline import books, lease, lines, references
from concord.pipeline.batch import Counts, read_batch, step
from concord.pipeline.engine import Engine
from concord.pipeline.fields import ident, joined, referred
from concord.pipeline.sending import Sending
from concord.pipeline.settle import Intent, find_out, shapes_of
from concord.systems.protocol import Fence, Shape, Writer

STANDSTILL = 60  # seconds that the ledger's transaction may wait for this process


def load(engine: Engine, batch_id: int, system: str) -> Counts:
    """Apply what waits of the batch's entities in a system, from this batch and earlier ones.

    Intents go in reference order (parents first). Each ends as confirmed, rejected, superseded or
    unknown; unknown ones are looked up in the target before anything is sent again. There is one
    lease a system and entity, so that a heavy load of one entity does not hold up another one's.

    Raises:
        LeaseLost: another holder has a newer fencing token; nothing was written after it.
        SystemUnavailable: the target could not be reached; waiting intents stay waiting.
    """
    with step(engine, batch_id, "load", system) as taken:
        if taken.past:
            return {}
        earlier = 0
        there = _mapped(engine, taken.batch.entities, system)
        shapes: dict[str, Shape] | None = None
        # What refers to something comes after it, and goes before it.
        order = [(e, False) for e in there] + [(e, True) for e in reversed(there)]
        waiting = _waiting(taken.conn, there, system)
        for entity, deletes in order:
            if (entity.name, deletes) not in waiting:
                continue
            # Asked by the step's own session, which thereby says that this attempt still works.
            if not _anything(taken.conn, entity.by_system[system], deletes):
                continue
            if shapes is None:
                written = [e for e in there if {(e.name, False), (e.name, True)} & waiting]
                shapes = shapes_of(engine, taken.conn, written, system)
            if entity.name in shapes:
                shape = shapes[entity.name]
                earlier += _load(engine, batch_id, entity, system, shape, deletes=deletes)
        return {**books.of_writes(taken.conn, batch_id, system), "confirmed_earlier": earlier}


def settle(engine: Engine, batch_id: int, system: str) -> int:
    """Find out what became of the batch's entities' writes that were never answered; how many.

    Runs before a system is read, so that a record made by us is known as ours when it is seen.
    """
    with engine.hub.connect() as conn:
        there = _mapped(engine, read_batch(conn, batch_id).entities, system)
        rows = conn.execute(
            "SELECT DISTINCT entity FROM ops.intent WHERE system = %s AND state IN"
            " ('sent', 'unknown')",
            (system,),
        ).fetchall()
        unanswered = [e for e in there if (e.name,) in rows]
        shapes = shapes_of(engine, conn, unanswered, system) if unanswered else {}
    settled = 0
    for entity in unanswered:
        if entity.name in shapes:
            with _writing(engine, entity, system) as (ledger, writer, _):
                settled += find_out(
                    engine, ledger, batch_id, entity, system, writer, shapes[entity.name]
                )
    return settled


def _mapped(engine: Engine, names: Sequence[str], system: str) -> list[Entity]:
    """Those of the named entities that the system has, in reference order."""
    return [e for e in engine.config.entities if e.name in names and system in e.by_system]


@contextmanager
def _writing(
    engine: Engine, entity: Entity, system: str
) -> Iterator[tuple[Connection, Writer, Fence]]:
    """The ledger and a writer, under the lease of an entity in a system."""
    with (
        lease.hold(engine, _lease(system, entity)) as fence,
        _ledger(engine) as conn,
        engine.system(system).writer(fence) as writer,
    ):
        yield conn, writer, fence


@contextmanager
def _ledger(engine: Engine) -> Iterator[Connection]:
    """A connection for the intents' states; the hub ends it when it stands still in a transaction.

    Whoever takes over from a load that hangs needs the rows that it has locked there.
    """
    with engine.hub.connect() as conn:
        conn.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', %s, false)",
            (f"{STANDSTILL}s",),
        )
        conn.commit()
        yield conn


def _waiting(conn: Connection, there: Sequence[Entity], system: str) -> set[tuple[str, bool]]:
    """Entities with anything to send, and whether that is deletions: in most batches none."""
    rows = conn.execute(
        statement("pipeline", "anything_waits"),
        {"system": system, "entities": [e.name for e in there]},
    ).fetchall()
    return {(entity, deletes) for entity, deletes in rows}


def _anything(conn: Connection, mapping: EntityMapping, deletes: bool) -> bool:
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM ops.intent AS n JOIN ops.change_set AS s USING (change_set_id)"
        " WHERE n.system = %s AND n.entity = %s AND n.state IN ('waiting', 'sent', 'unknown')"
        " AND (n.action = 'delete') = %s"
        " AND (n.state <> 'waiting' OR s.state IN ('passed', 'approved')))",
        (mapping.system, mapping.entity, deletes),
    ).fetchone()
    return bool(row and row[0])


def _load(
    engine: Engine, batch_id: int, entity: Entity, system: str, shape: Shape, *, deletes: bool
) -> int:
    """Send what may go of one entity; returns how many confirmed writes were planned earlier."""
    mapping = entity.by_system[system]
    with (
        _nobody_refers_anew(engine, entity, system, deletes) as others,
        _writing(engine, entity, system) as (conn, writer, fence),
    ):
        find_out(engine, conn, batch_id, entity, system, writer, shape)
        sending = Sending(engine, conn, batch_id, entity, mapping, writer, shape, (fence, *others))
        sending.send(_slices(conn, engine, entity, mapping, writer, deletes=deletes))
        # Or the planner goes on believing that they wait, and looks for one through all of them.
        statistics.refresh(conn, ident("ops", "intent"), sending.sent, statistics.INTENT)
        conn.commit()
    return sending.earlier


@contextmanager
def _nobody_refers_anew(
    engine: Engine, entity: Entity, system: str, deletes: bool
) -> Iterator[list[Fence]]:
    """The leases by which no load makes a record that refers to one of those being deleted.

    The target might delete these along with it. Deletions alone hold several leases at a time, and
    take them from the end of the reference order, so that no two wait for each other.
    """
    taken: list[Fence] = []
    with ExitStack() as held:
        for child in reversed(_mapped(engine, list(engine.config.entity), system)):
            refers = any(f.to == entity.name for f in child.references)
            if deletes and refers and child.name != entity.name:
                taken.append(held.enter_context(lease.hold(engine, _lease(system, child))))
        yield taken


def _lease(system: str, entity: Entity) -> str:
    return f"load:{system}:{entity.name}"


def _slices(
    conn: Connection,
    engine: Engine,
    entity: Entity,
    mapping: EntityMapping,
    writer: Writer,
    *,
    deletes: bool,
) -> Iterator[list[Intent]]:
    """Waiting intents of passed and approved change sets, a slice at a time.

    An intent whose references are not in the target yet is left waiting, and so is the deletion of
    a record that others there still refer to: the target might delete these along with it. Where
    the target has no fence, those that were sent, never answered and not found go again.
    """
    states = ["waiting"] if writer.fenced else ["waiting", "sent", "unknown"]
    last = 0
    fields = [f for f in entity.references if f.name in mapping.by_field]
    fields += lines.with_references(entity, mapping)
    refs = [f.name for f in fields]
    query = statement(
        "pipeline",
        "waiting_intents",
        joins=joined((_reference(engine, mapping, field) for field in fields), " "),
        keys=joined([sql.SQL("0"), *(ident("ref " + name, "source_id") for name in refs)]),
        resolved=joined(
            [_may_go(engine, entity, mapping, deletes), *map(_resolved, refs)], " AND "
        ),
        states=joined(map(sql.Literal, states)),
    )
    while True:
        rows = conn.execute(
            query,
            {
                "system": mapping.system,
                "entity": entity.name,
                "deletes": deletes,
                "last": last,
                "slice": writer.at_once,
            },
        ).fetchall()
        conn.commit()
        if not rows:
            return
        last = rows[-1][0]
        ready = [_intent(r, refs) for r in rows if r[8]]
        if ready:
            yield ready


def _intent(row: Sequence[Any], refs: Sequence[str]) -> Intent:
    id_, key, golden_id, source_id, action, new, base, batch_id, _, _, *keys = row
    for name, value in zip(refs, keys, strict=False):
        if name in new:
            new[name] = value
    return Intent(id_, key, golden_id, source_id, action, new, base, batch_id)


def _reference(engine: Engine, mapping: EntityMapping, field: Field) -> sql.Composed:
    """A join that names what a field of intent `n` refers to in the target's keys."""
    if field.type == "lines":
        return lines.keyed(engine.config, field, mapping)
    golden_id = sql.SQL("(n.new ->> {})::uuid").format(sql.Literal(field.name))
    return sql.SQL("LEFT JOIN LATERAL {} AS {} ON true").format(
        references.outgoing(engine.config, field.to or "", mapping.system, golden_id),
        ident("ref " + field.name),
    )


def _may_go(
    engine: Engine, entity: Entity, mapping: EntityMapping, deletes: bool
) -> sql.Composable:
    if not deletes:
        return sql.SQL("true")
    golden_id = ident("n", "golden_id")
    return sql.SQL("NOT {}").format(
        referred(engine.config.entities, entity, mapping.system, golden_id, leaving=True)
    )


def _resolved(name: str) -> sql.Composed:
    return sql.SQL("(n.new ->> {} IS NULL OR {} IS NOT NULL)").format(
        sql.Literal(name), ident("ref " + name, "source_id")
    )
