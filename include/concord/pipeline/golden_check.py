"""Golden check: the golden suites over the golden records that a batch changed.

A golden record that fails a critical rule is put in quarantine and no write is planned from it
until it passes; the source records behind it stay as they are.
"""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity
from concord.pipeline import stage
from concord.pipeline.batch import Counts, step
from concord.pipeline.engine import Engine
from concord.pipeline.fields import columns

GOLDEN = "golden"  # stands in the place of a system's name


def check(engine: Engine, batch_id: int) -> Counts:
    """Validate changed golden records. Returns `golden_checked` rules and `golden_failed` ones."""
    from concord.quality import run, suites

    with step(engine, batch_id, "stage_golden") as taken:
        if not taken.past:
            for name in taken.batch.entities:
                _stage(taken.conn, batch_id, engine.config.entity[name])
    with step(engine, batch_id, "check_golden") as taken:
        if taken.past:
            return {}
        staged = [
            (GOLDEN, name)
            for name in taken.batch.entities
            if stage.exists(taken.conn, stage.stage_table(batch_id, GOLDEN, name))
        ]
        if not staged:
            return {}
        loaded = suites.load(engine.expectations, engine.config)
        results = run.validate_batch(engine.hub, loaded, batch_id, staged)
        for _, name in staged:
            taken.conn.execute(
                statement(
                    "pipeline", "heal_golden", stage=stage.stage_table(batch_id, GOLDEN, name)
                ),
                {"entity": name, "batch": batch_id},
            )
        rules = [rule for result in results for rule in result.rules]
        return {
            "golden_checked": len(rules),
            "golden_failed": sum(not r.success for r in rules),
        }


def _stage(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Lay out changed golden records as a stage table, so that suites read all tables alike."""
    new = stage.work_table(batch_id, "n", entity.name)
    if not stage.exists(conn, new):
        return
    table = stage.stage_table(batch_id, GOLDEN, entity.name)
    conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    done = conn.execute(
        sql.SQL(
            "CREATE UNLOGGED TABLE {} AS SELECT golden_id::text AS source_id, 'U'::text AS op,"
            " NULL::uuid AS raw_hash, {} FROM {} WHERE differs AND NOT gone"
        ).format(table, columns(entity), new)
    )
    if done.rowcount == 0:
        conn.execute(sql.SQL("DROP TABLE {}").format(table))
