"""Settle: what became of writes that were sent and never answered.

Under a newer token than theirs, which no older writer can get past, the target is asked by key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from concord.errors import EntityStopped
from concord.hub.database import Connection
from concord.model.spec import Entity, EntityMapping
from concord.pipeline import confirm, drift
from concord.pipeline.engine import Engine
from concord.systems.protocol import Shape, Writer

LOOK_UP = 5_000  # keys a call


@dataclass(frozen=True)
class Intent:
    """One planned write, with what it refers to already named in the target's keys."""

    id: int
    key: UUID
    golden_id: UUID
    source_id: str | None
    action: str
    new: Mapping[str, str | None]
    base: Mapping[str, str | None]
    batch_id: int  # that planned it


def find_out(
    engine: Engine,
    conn: Connection,
    batch_id: int,
    entity: Entity,
    system: str,
    writer: Writer,
    shape: Shape,
) -> int:
    """Look up every sent or unknown intent of an entity; returns how many.

    Done means confirmed. Not done means waiting again where that is final (`Writer.fenced`).
    """
    settled = 0
    mapping = entity.by_system[system]
    for intents in _unanswered(conn, mapping):
        found = writer.look_up(mapping, [i.key for i in intents], shape)
        if writer.fenced:
            _not_done(conn, [i for i in intents if i.key not in found])
        done = [i for i in intents if i.key in found]
        outcomes = [replace(found[i.key], later=True) for i in done]
        confirm.store(engine, conn, batch_id, entity, mapping, done, outcomes)
        conn.commit()
        settled += len(intents)
    return settled


def shapes_of(
    engine: Engine, conn: Connection, entities: Iterable[Entity], system: str
) -> dict[str, Shape]:
    """Column shapes of the target's entities; one whose table is gone is left out.

    A column that changed its type since the target was read is left out of its shape.
    """
    shapes: dict[str, Shape] = {}
    with engine.system(system).snapshot() as snapshot:
        for entity in entities:
            mapping = entity.by_system[system]
            try:
                shapes[entity.name] = drift.accepted(conn, mapping, snapshot.shape(mapping))
            except EntityStopped:
                continue  # extract has opened the review for it; its intents stay waiting
    return shapes


def _unanswered(conn: Connection, mapping: EntityMapping) -> Iterator[list[Intent]]:
    """Intents that were sent and not answered, a slice at a time."""
    last = 0
    while True:
        rows = conn.execute(
            "SELECT intent_id, key, golden_id, source_id, action, new, base, batch_id"
            " FROM ops.intent"
            " WHERE system = %s AND entity = %s AND state IN ('sent', 'unknown')"
            " AND intent_id > %s ORDER BY intent_id LIMIT %s",
            (mapping.system, mapping.entity, last, LOOK_UP),
        ).fetchall()
        conn.commit()
        if not rows:
            return
        last = rows[-1][0]
        yield [Intent(*r) for r in rows]


def _not_done(conn: Connection, intents: list[Intent]) -> None:
    conn.execute(
        "UPDATE ops.intent SET state = 'waiting' WHERE intent_id = ANY(%s)"
        " AND state IN ('sent', 'unknown')",
        ([i.id for i in intents],),
    )
