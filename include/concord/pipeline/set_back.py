"""A system that was set back: a backup was restored, or a copy that lags behind took over.

What differs there is either old or was changed since. A state that the hub has seen before is old:
the newer values stay golden, and giving them back is planned and held until a person agrees
(`concord approve`), or says that the earlier state is the right one (`concord systems accept`).
Unknown states wait in quarantine; missing records are not taken for deleted before that word.
"""

from __future__ import annotations

from concord.hub import audit
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping
from concord.pipeline import decisions
from concord.pipeline.fields import partition


def accept(conn: Connection, mapping: EntityMapping, *, actor: str) -> int:
    """Take a set-back entity of one system as it is now; returns how many records.

    The next batch reads them as changes made there. Nothing happens without an open question.
    """
    row = conn.execute(
        "UPDATE ops.review SET state = 'approved', closed_at = clock_timestamp(), closed_by = %s"
        " WHERE kind = 'set_back' AND state = 'open' AND system = %s AND entity = %s"
        " RETURNING batch_id",
        (actor, mapping.system, mapping.entity),
    ).fetchone()
    if row is None:
        return 0
    values = {"system": mapping.system, "entity": mapping.entity, "batch": row[0]}
    taken = conn.execute(
        statement("pipeline", "take_restored", image=partition(mapping)), values
    ).rowcount
    taken += conn.execute(
        "UPDATE ops.quarantine SET state = 'replay' WHERE system = %(system)s"
        " AND entity = %(entity)s AND side = 'read' AND state = 'open'"
        ' AND causes @> \'[{"rule": "set_back"}]\'',
        values,
    ).rowcount
    conn.execute(
        "UPDATE ops.review SET state = 'approved', closed_at = clock_timestamp(),"
        " closed_by = %(actor)s WHERE kind = 'mass_deletion' AND state IN ('open', 'rejected')"
        " AND system = %(system)s AND entity = %(entity)s",
        {**values, "actor": actor},
    )
    nothing_left = conn.execute(
        "SELECT change_set_id FROM ops.change_set AS s WHERE state = 'held' AND system = %(system)s"
        " AND entity = %(entity)s AND NOT EXISTS (SELECT FROM ops.intent AS n"
        " WHERE n.change_set_id = s.change_set_id AND n.state = 'waiting')",
        values,
    ).fetchall()
    for (number,) in nothing_left:  # what it would have given back is not wanted any more
        why = "the earlier state was accepted"
        decisions.decide(conn, number, approve=False, actor=actor, comment=why)
    detail = {"records": taken}
    audit.append(conn, actor, "set_back.accept", f"{mapping.system}.{mapping.entity}", detail)
    return taken
