"""Remade: a key that was given to something else between two readings.

Its system deleted a record and made another one under the same key. Taken for a change, the new
thing's values would overwrite the old one's records in every other system.
"""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.matching.link import same_key
from concord.model.spec import Entity
from concord.pipeline import stage
from concord.pipeline.fields import ident, joined, table


def set_aside(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Put what was made again as something else into quarantine, before it is linked.

    Something else: it has another match key than before and shares none. Without a key to tell it
    is taken for the same thing.
    """
    same = [same_key(entity, key, "r", "i") for key in entity.keys]
    shared = [sql.SQL("coalesce({}, false)").format(test) for test in same]
    different = [
        sql.SQL("({} AND NOT ({}))").format(_there(key), test)
        for key, test in zip(entity.keys, same, strict=True)
    ]
    conn.execute(
        statement(
            "matching",
            "quarantine_remade",
            work=stage.work_table(batch_id, "w", entity.name),
            result=stage.work_table(batch_id, "r", entity.name),
            image=table("image", entity),
            shared=joined([sql.SQL("false"), *shared], " OR "),
            different=joined([sql.SQL("false"), *different], " OR "),
        ),
        {"entity": entity.name, "batch": batch_id},
    )


def _there(key: tuple[str, ...]) -> sql.Composed:
    """True when both states have every part of the key."""
    parts = [sql.SQL("{} IS NOT NULL").format(ident(a, f)) for a in ("r", "i") for f in key]
    return joined(parts, " AND ")
