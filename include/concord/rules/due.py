"""Due: which subjects a rule has to look at, noted with the change that touches them.

The note commits together with the golden records that changed, so no change is lost to a rule,
whatever happens to the batch afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import psycopg
from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config, Entity, Rule
from concord.model.vocabulary import GOLDEN_COLUMNS
from concord.pipeline import stage
from concord.pipeline.fields import ident, joined, table
from concord.rules import failures
from concord.rules.query import reading_only, relation


def note(conn: Connection, config: Config, batch_id: int, entity: Entity) -> None:
    """Note the subjects that the golden records of an entity touch which the batch just changed.

    They are those of table `n` that differ; what they were is in the golden history already.
    """
    watching = [rule for rule in config.rules if rule.on and entity.name in rule.watches]
    if watching and _any_changed(conn, batch_id, entity):
        for rule in watching:
            conn.execute("DROP TABLE IF EXISTS pg_temp.touched")
            conn.execute("CREATE TEMP TABLE touched (subject uuid) ON COMMIT DROP")
            try:
                with reading_only(conn):
                    new = stage.work_table(batch_id, "n", entity.name)
                    conn.execute(touching(new, entity, rule), {"batch": batch_id})
            except psycopg.Error as e:
                failures.note(conn, batch_id, rule, e)
            else:
                values = {"rule": rule.name, "batch": batch_id}
                conn.execute(statement("rules", "note_due"), values)


def _any_changed(conn: Connection, batch_id: int, entity: Entity) -> bool:
    new = stage.work_table(batch_id, "n", entity.name)
    row = conn.execute(
        sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE differs)").format(new)
    ).fetchone()
    return bool(row and row[0])


def touching(new: sql.Composable, entity: Entity, rule: Rule) -> sql.Composed:
    """The statement that puts the subjects a batch's changes touch into `pg_temp.touched`.

    `new`: a relation of (golden_id, differs).
    """
    return statement(
        "rules",
        "touched",
        new=new,
        history=table("golden", entity, "_history"),
        columns=former(entity),
        watch=relation(rule.watches[entity.name]),
    )


def former(entity: Entity) -> sql.Composed:
    """The columns of a golden record, from its history `h`."""
    own = [c for c in GOLDEN_COLUMNS if not c.startswith("replaced_")]
    return joined(ident("h", c) for c in [*own, *(f.name for f in entity.fields)])


def stirring(conn: Connection, rules: Sequence[Rule]) -> set[str]:
    """Rules that have anything to do, found for all of them at once."""
    versions = [str(rule.version) if rule.on else None for rule in rules]
    values = {"rules": [rule.name for rule in rules], "versions": versions}
    return {name for (name,) in conn.execute(statement("rules", "stirring"), values)}


def version_changed(conn: Connection, rule: Rule) -> bool:
    """Whether this version of the rule was never evaluated for all of its subjects."""
    row = conn.execute(
        "SELECT version FROM ops.rule_version WHERE rule = %s", (rule.name,)
    ).fetchone()
    return row is None or row[0] != rule.version


def waiting(conn: Connection) -> list[UUID]:
    """Golden records in quarantine: rules leave what they gave for these as it is."""
    rows = conn.execute(
        "SELECT source_id::uuid FROM ops.quarantine WHERE system = 'golden' AND side = 'read'"
        " AND state IN ('open', 'replay')"
    ).fetchall()
    return [row[0] for row in rows]


def subjects(conn: Connection, rule: Rule, besides: Sequence[UUID]) -> list[UUID]:
    """The rule's subjects that are due now, those in `besides` left to wait."""
    rows = conn.execute(
        "SELECT subject FROM ops.due WHERE rule = %s AND at <= now()"
        " AND NOT subject = ANY(%s::uuid[]) ORDER BY at, subject",
        (rule.name, list(besides)),
    ).fetchall()
    return [row[0] for row in rows]
