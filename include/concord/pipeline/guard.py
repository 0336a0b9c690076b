"""Guard: limits on what a change set may do before a person has to say yes.

What a person says is taken by `decisions`. While a change set is held nothing else waits for it: a
later plan of one of its records replaces the held write, in the same change set, so that neither
time nor a second change lets it slip past the question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from concord.hub import statistics
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity, EntityMapping, Limits
from concord.pipeline import stake
from concord.pipeline.batch import Batch, Counts
from concord.pipeline.engine import Engine
from concord.pipeline.fields import ident, partition

Why = Mapping[str, Any]
"""A reason in parts: `limit` (what was passed), and the numbers of its sentence."""


@dataclass(frozen=True)
class Tally:
    """What a change set holds; `money` in the company's currency, `unpriced` writes apart."""

    creates: int
    updates: int
    deletes: int
    money: Decimal
    unpriced: int

    @property
    def writes(self) -> int:
        """All of them."""
        return self.creates + self.updates + self.deletes


def judge(
    conn: Connection,
    engine: Engine,
    batch: Batch,
    entity: Entity,
    mapping: EntityMapping,
    desired: sql.Identifier,
    replaced: Mapping[UUID, int],
) -> Counts:
    """Turn desired writes into intents of one change set: passed, held or a dry run.

    `replaced`: golden records whose held writes this plan replaces, with their change sets. Their
    new writes are held there.
    """
    values = {"replaced": list(replaced), "questions": list(replaced.values())}
    row = conn.execute(statement("pipeline", "count_fresh", desired=desired), values).fetchone()
    fresh = int(row[0]) if row else 0
    dry_run = batch.dry_run or engine.spec(mapping.system).dry_run
    number = (
        _new(conn, engine, batch, mapping, "dry_run" if dry_run else "passed") if fresh else None
    )
    stored = 0
    if fresh or replaced:
        stored = _store(conn, engine, batch, entity, mapping, desired, dry_run, number, values)
    if replaced:
        tally(conn, sorted(set(replaced.values())))
    held = stored - fresh
    if number is not None:
        whole = tally(conn, [number])[number]
        if not dry_run and not _passes(conn, engine, batch, mapping, desired, number, whole):
            held += fresh
    _close_emptied(conn, mapping)
    return {"planned": stored, "held_writes": held} if stored else {"planned": 0}


def _new(conn: Connection, engine: Engine, batch: Batch, mapping: EntityMapping, state: str) -> int:
    row = conn.execute(
        "INSERT INTO ops.change_set (batch_id, system, entity, state, rule_version)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING change_set_id",
        (batch.id, mapping.system, mapping.entity, state, engine.config.version),
    ).fetchone()
    assert row
    return int(row[0])


def _store(
    conn: Connection,
    engine: Engine,
    batch: Batch,
    entity: Entity,
    mapping: EntityMapping,
    desired: sql.Identifier,
    dry_run: bool,
    number: int | None,
    values: Mapping[str, Any],
) -> int:
    """Store the desired writes that are new as intents; returns how many."""
    count = stake.counted(engine.config, entity, mapping)
    done = conn.execute(
        statement(
            "pipeline", "store_intents", desired=desired, money=count.money, joins=count.joins
        ),
        {
            **values,
            "change_set": number,
            "batch": batch.id,
            "system": mapping.system,
            "entity": mapping.entity,
            "dry_run": dry_run,
        },
    )
    statistics.refresh(conn, ident("ops", "intent"), done.rowcount, statistics.INTENT)
    return done.rowcount


def tally(conn: Connection, change_sets: Sequence[int]) -> dict[int, Tally]:
    """Count what change sets hold now and keep it with them."""
    rows = conn.execute(statement("pipeline", "tally"), {"sets": list(change_sets)}).fetchall()
    return {int(number): Tally(*counts) for number, *counts in rows}


def _close_emptied(conn: Connection, mapping: EntityMapping) -> None:
    """Close questions about change sets of which nothing waits any more."""
    conn.execute(
        statement("pipeline", "close_emptied"),
        {"system": mapping.system, "entity": mapping.entity},
    )


def _passes(
    conn: Connection,
    engine: Engine,
    batch: Batch,
    mapping: EntityMapping,
    desired: sql.Identifier,
    number: int,
    whole: Tally,
) -> bool:
    """Let a new change set pass, or hold it and ask."""
    limits = engine.spec(mapping.system).limits_of(mapping.entity)
    why = _gives_back(conn, mapping, desired) or over(conn, mapping, limits, whole)
    if not why:
        open_up(conn, mapping.system, mapping.entity, number)
        return True
    if why["limit"] == "money":
        why = {**why, "currency": engine.config.company.currency}
    reason = sentence(why)
    conn.execute(
        "UPDATE ops.change_set SET state = 'held', reason = %s, why = %s WHERE change_set_id = %s",
        (reason, Jsonb(dict(why)), number),
    )
    ask(conn, batch.id, mapping.system, mapping.entity, number, reason)
    return False


def _gives_back(conn: Connection, mapping: EntityMapping, desired: sql.Identifier) -> Why | None:
    """After a system was set back somebody has to say whether that was meant."""
    row = conn.execute(
        statement("pipeline", "gives_back", desired=desired, image=partition(mapping)),
        {"system": mapping.system, "entity": mapping.entity},
    ).fetchone()
    if not row or not row[0]:
        return None
    return {"limit": "set_back", "system": mapping.system, "n": int(row[0])}


def over(conn: Connection, mapping: EntityMapping, limits: Limits, whole: Tally) -> Why | None:
    """Which limit the change set is over, the gravest first; None when under all of them."""
    if whole.deletes > limits.deletes:
        return {"limit": "deletes", "n": whole.deletes, "most": limits.deletes}
    if limits.money is not None and whole.money > limits.money:
        return {"limit": "money", "n": f"{whole.money:.2f}", "most": f"{limits.money:f}"}
    if limits.money is not None and whole.unpriced:
        return {"limit": "unpriced", "n": whole.unpriced}
    if whole.writes > limits.first_load and not _opened(conn, mapping):
        return {"limit": "first_load", "n": whole.writes, "most": limits.first_load}
    if whole.writes <= limits.count:
        return None
    row = conn.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE deleted_at IS NULL").format(partition(mapping))
    ).fetchone()
    live = int(row[0]) if row else 0
    if whole.writes <= limits.share * live:
        return None
    share = f"{limits.share:.0%}"
    return {"limit": "count", "n": whole.writes, "most": limits.count, "share": share, "of": live}


SENTENCES: Mapping[str, str] = {
    "deletes": "{n} deletions, more than {most}",
    "money": "{n} at stake, more than {most}",
    "unpriced": "{n} writes whose money is not known: there is no exchange rate",
    "first_load": "a first load of {n} writes: nothing was ever written there",
    "count": "{n} writes, more than {most} and more than {share} of {of} live records",
    "set_back": "{system} was set back; {n} records would get their newer values again",
}
"""What holds a change set, by limit; the page says it in every language."""


def sentence(why: Why) -> str:
    """A reason in words."""
    return SENTENCES[str(why["limit"])].format(**why)


def _opened(conn: Connection, mapping: EntityMapping) -> bool:
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM ops.opened WHERE system = %s AND entity = %s)",
        (mapping.system, mapping.entity),
    ).fetchone()
    return bool(row and row[0])


def open_up(conn: Connection, system: str, entity: str, change_set_id: int) -> None:
    """Keep that writes of an entity were let into a system: later ones are no first load."""
    conn.execute(
        "INSERT INTO ops.opened (system, entity, change_set_id) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (system, entity, change_set_id),
    )


def ask(
    conn: Connection, batch_id: int, system: str, entity: str, change_set_id: int, reason: str
) -> None:
    """Open the question about a held change set."""
    conn.execute(
        "INSERT INTO ops.review (kind, system, entity, subject, detail, batch_id)"
        " VALUES ('change_set', %s, %s, %s, %s, %s)"
        " ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject)"
        " WHERE state = 'open' DO NOTHING",
        (system, entity, str(change_set_id), Jsonb({"why": reason}), batch_id),
    )
