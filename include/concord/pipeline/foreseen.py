"""Foreseen: records for which rules or a plan of full scope have something to do, found beforehand.

Comparing every golden record with what every system holds, and with what rules want, takes minutes
among millions. A lane of minutes must not wait that long for the locks under which a batch plans.
So all are looked at while nothing is locked; under the locks, those that were found are looked at
again, as is what the batch has changed. What changes in between is seen to by the batch that
changes it.
"""

from __future__ import annotations

from psycopg import sql

from concord.hub import statistics
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity, EntityMapping
from concord.pipeline import stage
from concord.pipeline.batch import Batch, read_batch, step
from concord.pipeline.engine import Engine
from concord.pipeline.fields import partition, table
from concord.pipeline.plan import desired_writes
from concord.rules import behind


def foresee(engine: Engine, batch_id: int) -> None:
    """Keep, for a batch of full scope, whom the plan has to look at, and whom the rules."""
    with engine.hub.connect() as conn:
        if read_batch(conn, batch_id).scope != "full":
            return
    with step(engine, batch_id, "foresee") as taken:
        if not taken.past:
            _look_for_rules(engine, taken.batch)
            for entity, mapping in taken.batch.work(engine):
                _look(taken.conn, engine, batch_id, entity, mapping)


def _look_for_rules(engine: Engine, batch: Batch) -> None:
    """On a connection of its own: whoever notes the same subject must not wait for this step."""
    with engine.hub.connect() as conn:
        for entity in engine.config.entities:
            if entity.name in batch.entities and entity.name in engine.config.given:
                behind.note(conn, engine.config, batch.id, entity)


def _look(
    conn: Connection, engine: Engine, batch_id: int, entity: Entity, mapping: EntityMapping
) -> None:
    subject = f"{entity.name}_{mapping.system}"
    found, desired = (stage.work_table(batch_id, kind, subject) for kind in ("f", "p"))
    golden = table("golden", entity)
    everything = sql.SQL("(SELECT golden_id FROM {})").format(golden)
    values = {"system": mapping.system, "entity": entity.name}
    row = conn.execute(sql.SQL("SELECT count(*) FROM {}").format(golden)).fetchone()
    statistics.expect(conn, row[0] if row else 0, golden)
    conn.execute(desired_writes(conn, engine, entity, mapping, everything, desired), values)
    image = partition(mapping)
    conn.execute(
        statement("pipeline", "foreseen", foreseen=found, desired=desired, image=image), values
    )
    conn.execute(sql.SQL("DROP TABLE {}").format(desired))
