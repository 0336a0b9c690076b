"""Golden: which golden records a batch has to judge, staged as a system's rows would be.

Those that it made or changed, and of those in quarantine the ones that may pass now: sent again by
a steward, or of an entity with rules across tables, whose other tables may have changed.
"""

from __future__ import annotations

from datetime import date

from psycopg.sql import SQL, Identifier, Literal
from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.hub.sql import idents, statement
from concord.quality.rules import GOLDEN, Suite
from concord.quality.table import Table, find_failing


def stage(conn: Connection, table: Table, suite: Suite, batch_id: int, *, today: date) -> None:
    """Make the stage table of a golden suite, in place of one that an earlier try left.

    A waiting record that fails as its entry says is not asked again, so that a batch in which
    nothing changed costs one statement and not a run of the library.
    """
    conn.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(*table)))
    parts = {
        "stage": Identifier(*table),
        "golden": Identifier(GOLDEN, suite.entity),
        "fields": idents(suite.columns, "g"),
    }
    entity, across = Literal(suite.entity), Literal(suite.across)
    waiting = conn.execute(
        statement("quality", "stage_waiting", **parts, entity=entity, across=across)
    )
    if waiting.rowcount:
        find_failing(conn, table, suite, today=today)
        critical = [
            {"number": number, "name": rule.name}
            for number, rule in enumerate(suite.rules, 1)
            if rule.quarantines
        ]
        conn.execute(
            statement("quality", "leave_waiting", stage=parts["stage"]),
            {"entity": suite.entity, "critical": Jsonb(critical)},
        )
    conn.execute(statement("quality", "stage_changed", **parts, batch=Literal(batch_id)))
