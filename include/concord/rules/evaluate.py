"""Evaluate: ask the rules what they want for their due subjects, and stage it.

What a rule wants of a subject is compared with what is there from it. Each wanted record is staged
as the record of system `rules` under '<rule>:<key>'; one that is not wanted any more is staged as
deleted, or with the values that the rule's `gone` says. Rows whose hash is that of the image mean
nothing new, and are told apart by the pipeline as everybody's are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.rule_files import OWN_COLUMNS
from concord.model.spec import Config, Entity, Rule
from concord.pipeline import stage
from concord.pipeline.fields import ident, joined, partition, table
from concord.rules import due, failures
from concord.rules.query import columns, reading_only, relation

MARKS = ("_rule", "_version", "_subject", "_adds")
"""Columns of a rule's stage table beside the fields; the image keeps them in `raw`."""


@dataclass
class Asked:
    """One rule and the subjects that it is asked about: all of them when None."""

    rule: Rule
    subjects: list[UUID] | None
    waiting: list[UUID] = field(default_factory=list)  # in quarantine: nothing of theirs changes

    @property
    def values(self) -> dict[str, Any]:
        """Parameters of the statements."""
        return {
            "rule": self.rule.name,
            "version": self.rule.version,
            "prefix": f"{self.rule.name}:",
            "adds": self.rule.adds,
            "entity": self.rule.gives,
            "owner": self.rule.owner,
            "subjects": self.subjects,
            "waiting": self.waiting,
        }


def questions(conn: Connection, rules: Sequence[Rule], entity: Entity) -> list[Asked]:
    """What there is to ask of the rules that give an entity: those with due subjects.

    All subjects of a rule are asked about once for each of its versions.
    """
    out: list[Asked] = []
    waiting: list[UUID] | None = None
    for rule in rules:
        if rule.gives != entity.name:
            continue
        if not rule.on:  # when it is on again, all that it missed is asked about
            conn.execute("DELETE FROM ops.rule_version WHERE rule = %s", (rule.name,))
            continue
        if waiting is None:
            waiting = due.waiting(conn)
        if due.version_changed(conn, rule):
            out.append(Asked(rule, None, waiting))
        elif found := due.subjects(conn, rule, waiting):
            out.append(Asked(rule, found, waiting))
    return out


def stage_wanted(
    conn: Connection, config: Config, batch_id: int, entity: Entity, asked: Sequence[Asked]
) -> tuple[int, int]:
    """Fill the stage table of system `rules` for an entity.

    Returns how many rows are in it, and how many went to quarantine instead. A rule whose query
    fails gives nothing; its subjects stay due.
    """
    staged = stage.stage_table(batch_id, "rules", entity.name)
    create_stage(conn, entity, staged)
    images = partition(config.given[entity.name])
    refused = 0
    for one in asked:
        create_wanted(conn, entity)
        try:
            fill_wanted(conn, images, entity, one)
        except psycopg.Error as e:
            failures.note(conn, batch_id, one.rule, e)
            continue
        failures.over(conn, one.rule)
        refused += _take(conn, images, batch_id, entity, one, staged)
    conn.execute(sql.SQL("ANALYZE {}").format(staged))
    row = conn.execute(sql.SQL("SELECT count(*) FROM {}").format(staged)).fetchone()
    return (int(row[0]) if row else 0), refused


def create_stage(conn: Connection, entity: Entity, staged: sql.Identifier) -> None:
    """Make a table like the stage of a system for what rules want, in place of an earlier one."""
    texts = joined(sql.SQL("{} text").format(ident(n)) for n in (*MARKS, *_names(entity)))
    conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(staged))
    conn.execute(statement("rules", "create_stage", stage=staged, columns=texts))


def create_wanted(conn: Connection, entity: Entity) -> None:
    """Make the temporary table `wanted`, for what one rule wants in canonical types."""
    fields = joined(
        sql.SQL("{} {}").format(ident(f.name), sql.SQL(f.pg_type)) for f in entity.fields
    )
    conn.execute("DROP TABLE IF EXISTS pg_temp.wanted")
    conn.execute(statement("rules", "create_wanted", fields=fields))


def fill_wanted(conn: Connection, images: sql.Composable, entity: Entity, one: Asked) -> None:
    """Put what the rule wants into `wanted`.

    A key may have been another subject's so far: that one is asked about as well, so that the key
    is told from one that two subjects claim. `images`: what is there from rules.

    Raises:
        psycopg.Error: the query fails; nothing but temporary tables was written.
    """
    query = relation(one.rule.query)
    while True:
        conn.execute("TRUNCATE pg_temp.wanted")
        with reading_only(conn):
            names = columns(conn, query)
            conn.execute(filling(entity, one.rule, names), one.values)
        if one.subjects is None:
            return
        moved = conn.execute(statement("rules", "moved", partition=images), one.values).fetchall()
        if not moved:
            return
        one.subjects = [*one.subjects, *(row[0] for row in moved)]


def filling(entity: Entity, rule: Rule, names: Sequence[str]) -> sql.Composed:
    """The statement from the rule's query, which has columns `names`, to `wanted`."""
    present = [n for n in names if n not in OWN_COLUMNS]
    key = sql.SQL("q.subject::text") if rule.adds else sql.SQL("q.key")
    again = sql.SQL("q.again_at") if "again_at" in names else sql.SQL("NULL")
    return statement(
        "rules",
        "fill_wanted",
        fields=joined([sql.SQL("rule_key, rule_subject, rule_again"), *map(ident, present)]),
        values=joined([key, sql.SQL("q.subject"), again, *(ident("q", n) for n in present)]),
        query=relation(rule.query),
    )


def _take(
    conn: Connection,
    images: sql.Identifier,
    batch_id: int,
    entity: Entity,
    one: Asked,
    staged: sql.Identifier,
) -> int:
    """Stage what is in `wanted` and what is not any more; returns how many rows were refused."""
    values = {**one.values, "batch": batch_id}
    conn.execute(statement("rules", "keep_waiting", partition=images), values)
    _leave_out(conn, entity, one)
    known = table("golden", entity) if one.rule.adds else _anything()
    refused = conn.execute(statement("rules", "refuse", golden=known), values).rowcount
    conn.execute(statement("rules", "heal_unwanted"), values)
    _stage(conn, images, entity, one, staged)
    for name in ("settle_due", "look_again"):
        conn.execute(statement("rules", name), values)
    if one.subjects is None:
        conn.execute(statement("rules", "keep_version"), values)
    return refused


def stage_rows(
    conn: Connection, images: sql.Identifier, entity: Entity, one: Asked, staged: sql.Identifier
) -> None:
    """Stage what is in `wanted` and what is not any more, whether it will be refused or not."""
    _leave_out(conn, entity, one)
    _stage(conn, images, entity, one, staged)


def _leave_out(conn: Connection, entity: Entity, one: Asked) -> None:
    """Nothing is wanted of what is in quarantine, or of what has ended."""
    conn.execute(
        "DELETE FROM pg_temp.wanted WHERE rule_subject = ANY(%(waiting)s::uuid[])", one.values
    )
    if one.rule.adds:
        conn.execute(statement("rules", "drop_ended", golden=table("golden", entity)))


def _stage(
    conn: Connection, images: sql.Identifier, entity: Entity, one: Asked, staged: sql.Identifier
) -> None:
    if one.rule.gone is None:
        conn.execute(statement("rules", "withdraw", stage=staged, partition=images), one.values)
    else:
        conn.execute(_with_gone(entity, one.rule, images), one.values)
    conn.execute(_staging(entity, one.rule, staged), one.values)


def _anything() -> sql.Composable:
    """Every subject: a record of its own may be about a golden record of any entity."""
    return sql.SQL("(SELECT rule_subject AS golden_id FROM pg_temp.wanted)")


def _names(entity: Entity) -> list[str]:
    return [f.name for f in entity.fields]


def _with_gone(entity: Entity, rule: Rule, images: sql.Identifier) -> sql.Composed:
    """Records that are not wanted any more are wanted as they were, with the values of `gone`."""
    gone = rule.gone or {}
    values = [
        sql.SQL("{}::{}").format(sql.Literal(gone[f.name]), sql.SQL(f.pg_type))
        if f.name in gone
        else ident("i", f.name)
        for f in entity.fields
    ]
    return statement(
        "rules",
        "withdraw_gone",
        partition=images,
        fields=joined(map(ident, _names(entity))),
        values=joined(values),
    )


def _staging(entity: Entity, rule: Rule, staged: sql.Identifier) -> sql.Composed:
    said = [n for n in _names(entity) if n != rule.stamp]
    pairs = [sql.SQL("{}, {}::text").format(sql.Literal(n), ident("w", n)) for n in said]
    objects = [  # jsonb_build_object takes 100 arguments at most
        sql.SQL("jsonb_build_object({})").format(joined(pairs[n : n + 40]))
        for n in range(0, len(pairs), 40)
    ]
    texts = [
        sql.SQL("now()::text") if n == rule.stamp else sql.SQL("{}::text").format(ident("w", n))
        for n in _names(entity)
    ]
    return statement(
        "rules",
        "stage_wanted",
        stage=staged,
        fields=joined(map(ident, _names(entity))),
        texts=joined(texts),
        said=joined(objects, " || ") if objects else sql.SQL("'{}'::jsonb"),
    )
