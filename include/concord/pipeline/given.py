"""Given: what business rules want, taken in like the records of a system, after the real ones.

The step evaluates the rules that give the batch's entities for the subjects that are due, and runs
unify's way of one entity over what they want. Golden records that change by it make further
subjects due: of entities that come later in reference order in this same step, of others in the
next batch. Golden records of rules are checked after the step (golden_check.check_given).
"""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import RULES, Entity
from concord.pipeline import stage, unify
from concord.pipeline.batch import Batch, Counts, add_counts, step, stored_counts, total
from concord.pipeline.engine import Engine
from concord.pipeline.source import Source
from concord.rules import due
from concord.rules import evaluate as rules

PASSES = ("w", "c", "r", "d", "n")  # work tables of the systems' pass that the rules' pass replaces


def evaluate(engine: Engine, batch_id: int) -> Counts:
    """Bring what rules want into images and golden records, in one transaction.

    Returns counts: `given`, golden records that rules made or changed.
    """
    with step(engine, batch_id, "rules") as taken:
        if taken.past:
            return stored_counts(taken.conn, batch_id, ("given",))
        given = engine.config.rules
        counts = []
        stirring = due.stirring(taken.conn, given)
        for entity in engine.config.entities:
            if entity.name not in taken.batch.entities:
                continue
            if any(r.gives == entity.name and r.name in stirring for r in given):
                counts.append(_entity(taken.conn, engine, taken.batch, entity))
                stirring = due.stirring(taken.conn, given)  # what changed may concern other rules
        return total(counts)


def _entity(conn: Connection, engine: Engine, batch: Batch, entity: Entity) -> Counts:
    asked = rules.questions(conn, engine.config.rules, entity)
    if not asked:
        return {}
    rows, refused = rules.stage_wanted(conn, engine.config, batch.id, entity, asked)
    books = {"read": rows + refused, "refused_by_stage": refused}
    add_counts(conn, batch.id, RULES, entity.name, books)
    _put_aside(conn, batch.id, entity)
    changed = unify.take_given(conn, engine, batch, entity, _source(conn, engine, entity))
    _unite(conn, batch.id, entity)
    counts = {"given": changed}
    add_counts(conn, batch.id, RULES, entity.name, counts)
    return counts


def _source(conn: Connection, engine: Engine, entity: Entity) -> Source:
    row = conn.execute("SELECT nextval('ops.read_seq')").fetchone()
    assert row
    columns = (*rules.MARKS, *(f.name for f in entity.fields))
    return Source(engine.config.given[entity.name], columns, int(row[0]), (), False, False)


def _put_aside(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Make room for the rules' pass; the golden ids that the systems' pass computed become `o`."""
    for kind in PASSES:
        work = stage.work_table(batch_id, kind, entity.name)
        conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(work))
    affected = stage.work_table(batch_id, "g", entity.name)
    others = stage.work_table(batch_id, "o", entity.name)
    if stage.exists(conn, affected):
        conn.execute(
            sql.SQL("ALTER TABLE {} RENAME TO {}").format(
                affected, sql.Identifier(f"o{batch_id}_{entity.name}")
            )
        )
    else:
        conn.execute(sql.SQL("CREATE UNLOGGED TABLE {} (golden_id uuid)").format(others))


def _unite(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Let plan see the golden ids of both passes."""
    affected = stage.work_table(batch_id, "g", entity.name)
    others = stage.work_table(batch_id, "o", entity.name)
    if stage.exists(conn, affected):
        conn.execute(statement("pipeline", "unite", affected=affected, others=others))
        conn.execute(sql.SQL("DROP TABLE {}").format(others))
    else:
        conn.execute(
            sql.SQL("ALTER TABLE {} RENAME TO {}").format(
                others, sql.Identifier(f"g{batch_id}_{entity.name}")
            )
        )
