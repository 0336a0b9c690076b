"""Survey: which entities of a system hold nothing new, found for all of them at once.

Most batches find nothing new of most entities. What is told here is what extract would find for
each: the columns are as accepted, nothing changed, and nothing is asked for besides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping
from concord.pipeline import drift
from concord.systems.protocol import Shape, Snapshot, Surveying


def unchanged(
    conn: Connection, mappings: Sequence[EntityMapping], snapshot: Snapshot
) -> dict[str, Shape]:
    """The unchanged entities with their columns; none where the adapter cannot tell."""
    if not isinstance(snapshot, Surveying) or not mappings:
        return {}
    rows = conn.execute(
        statement("pipeline", "calm"),
        {"system": mappings[0].system, "entities": [m.entity for m in mappings]},
    ).fetchall()
    calm = {entity: (position, columns, native) for entity, position, columns, native in rows}
    shapes = snapshot.shapes(mappings)
    asked = [
        m
        for m in mappings
        if m.entity in calm and m.entity in shapes
        and drift.as_accepted(m, shapes[m.entity], *calm[m.entity][1:])
    ]  # fmt: skip
    found = snapshot.unchanged(asked, {m.entity: calm[m.entity][0] for m in asked})
    return {entity: shapes[entity] for entity in found}


def book(
    conn: Connection,
    batch_id: int,
    mappings: Sequence[EntityMapping],
    snapshot: Snapshot,
    seq: int,
    found: Mapping[str, Shape],
) -> None:
    """Store that these were read, and that there was nothing."""
    rows = [
        {
            "entity": m.entity,
            "columns": {
                c: found[m.entity].columns[c] for c in m.reads if c in found[m.entity].columns
            },
        }
        for m in mappings
        if m.entity in found
    ]
    if rows:
        values = {
            "batch": batch_id,
            "system": mappings[0].system,
            "seq": seq,
            "position": Jsonb(dict(snapshot.position)),
            "unchanged": Jsonb(rows),
        }
        conn.execute(statement("pipeline", "book_unchanged"), values)
