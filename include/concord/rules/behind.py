"""Behind: subjects for which a rule wants something else than what is there from it.

All subjects of all rules, found while nothing is locked, and noted as due: a batch of full scope
then asks the rules, under its locks, about these alone.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config, Entity
from concord.pipeline import stage
from concord.pipeline.fields import partition
from concord.rules import due, failures
from concord.rules.evaluate import Asked, create_stage, create_wanted, fill_wanted, stage_rows


def note(conn: Connection, config: Config, batch_id: int, entity: Entity) -> None:
    """Note the subjects of the rules that give an entity, and commit after each rule.

    Not of rules that are asked about all their subjects anyway, since they are new or changed.
    """
    images = partition(config.given[entity.name])
    scratch = stage.work_table(batch_id, "q", entity.name)
    waiting = due.waiting(conn)
    for rule in config.rules:
        if rule.gives != entity.name or not rule.on or due.version_changed(conn, rule):
            continue
        one = Asked(rule, None, waiting)
        create_wanted(conn, entity)
        try:
            fill_wanted(conn, images, entity, one)
        except psycopg.Error as e:
            failures.note(conn, batch_id, rule, e)
            continue
        create_stage(conn, entity, scratch)
        stage_rows(conn, images, entity, one, scratch)
        noting = statement("rules", "note_behind", stage=scratch, partition=images)
        conn.execute(noting, {**one.values, "batch": batch_id})
        conn.execute(sql.SQL("DROP TABLE {}").format(scratch))
        conn.commit()
