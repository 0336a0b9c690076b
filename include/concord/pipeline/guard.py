"""Guard: limits on what a change set may do before a person has to say yes."""

from __future__ import annotations

from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from concord.errors import ConcordError
from concord.hub import audit, statistics
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping, Limits
from concord.pipeline.batch import Batch, Counts
from concord.pipeline.engine import Engine
from concord.pipeline.fields import ident, partition


def judge(
    conn: Connection,
    engine: Engine,
    batch: Batch,
    mapping: EntityMapping,
    desired: sql.Identifier,
) -> Counts:
    """Turn desired writes into intents of one change set: passed, held or a dry run."""
    by_action = _fresh(conn, desired)
    n = sum(by_action.values())
    if n == 0:
        return {"planned": 0}
    spec = engine.spec(mapping.system)
    dry_run = batch.dry_run or spec.dry_run
    reason = "" if dry_run else _gives_back(conn, mapping, desired)
    if not (dry_run or reason):
        reason = _over(conn, mapping, spec.limits, by_action)
    state = "dry_run" if dry_run else "held" if reason else "passed"
    row = conn.execute(
        "INSERT INTO ops.change_set (batch_id, system, entity, state, reason, creates, updates,"
        " deletes, rule_version) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " RETURNING change_set_id",
        (
            batch.id,
            mapping.system,
            mapping.entity,
            state,
            reason,
            by_action.get("create", 0),
            by_action.get("update", 0),
            by_action.get("delete", 0),
            engine.config.version,
        ),
    ).fetchone()
    assert row
    values = {
        "change_set": row[0],
        "batch": batch.id,
        "system": mapping.system,
        "entity": mapping.entity,
        "dry_run": dry_run,
    }
    conn.execute(statement("pipeline", "store_intents", desired=desired), values)
    statistics.refresh(conn, ident("ops", "intent"), n)
    if state == "held":
        _ask(conn, batch, mapping, row[0], reason)
    return {"planned": n, "held_writes": n if state == "held" else 0}


def _fresh(conn: Connection, desired: sql.Identifier) -> dict[str, int]:
    """How many desired writes are not planned already, by action."""
    rows = conn.execute(statement("pipeline", "count_fresh", desired=desired)).fetchall()
    return {action: int(n) for action, n in rows}


def _gives_back(conn: Connection, mapping: EntityMapping, desired: sql.Identifier) -> str:
    """After a system was set back somebody has to say whether that was meant; empty otherwise."""
    row = conn.execute(
        statement("pipeline", "gives_back", desired=desired, image=partition(mapping)),
        {"system": mapping.system, "entity": mapping.entity},
    ).fetchone()
    if not row or not row[0]:
        return ""
    return f"{mapping.system} was set back; {row[0]} records would get their newer values again"


def _over(
    conn: Connection, mapping: EntityMapping, limits: Limits, by_action: dict[str, int]
) -> str:
    """Which limit the change set is over, in words; empty when none."""
    deletes = by_action.get("delete", 0)
    if deletes > limits.deletes:
        return f"{deletes} deletions, more than {limits.deletes}"
    n = sum(by_action.values())
    if n <= limits.count:
        return ""
    row = conn.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE deleted_at IS NULL").format(
            ident("image", f"{mapping.entity}_{mapping.system}")
        )
    ).fetchone()
    live = int(row[0]) if row else 0
    if n <= limits.share * live:
        return ""
    return (
        f"{n} writes, more than {limits.count} and more than"
        f" {limits.share:.0%} of {live} live records"
    )


def _ask(
    conn: Connection, batch: Batch, mapping: EntityMapping, change_set_id: int, reason: str
) -> None:
    conn.execute(
        "INSERT INTO ops.review (kind, system, entity, subject, detail, batch_id)"
        " VALUES ('change_set', %s, %s, %s, %s, %s)"
        " ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject)"
        " WHERE state = 'open' DO NOTHING",
        (
            mapping.system,
            mapping.entity,
            str(change_set_id),
            Jsonb({"why": reason}),
            batch.id,
        ),
    )


def decide(
    conn: Connection, change_set_id: int, *, approve: bool, actor: str, comment: str | None
) -> dict[str, Any]:
    """A person's word on a held change set; approved writes go out with the next batch.

    Raises:
        ConcordError: there is no such change set, or it is not held (any more).
    """
    state = "approved" if approve else "rejected"
    row = conn.execute(
        "UPDATE ops.change_set SET state = %s, decided_at = clock_timestamp(), decided_by = %s,"
        " comment = %s WHERE change_set_id = %s AND state = 'held'"
        " RETURNING system, entity, creates, updates, deletes",
        (state, actor, comment, change_set_id),
    ).fetchone()
    if row is None:
        found = conn.execute(
            "SELECT state FROM ops.change_set WHERE change_set_id = %s", (change_set_id,)
        ).fetchone()
        why = f"it is {found[0]}, not held" if found else "there is no such change set"
        raise ConcordError(f"change set {change_set_id} cannot be decided: {why}")
    if not approve:
        conn.execute(
            "UPDATE ops.intent SET state = 'rejected', ended_at = clock_timestamp(),"
            " error = 'the change set was rejected' WHERE change_set_id = %s AND state = 'waiting'",
            (change_set_id,),
        )
    conn.execute(
        "UPDATE ops.review SET state = %s, closed_at = clock_timestamp(), closed_by = %s,"
        " comment = %s WHERE kind = 'change_set' AND subject = %s AND state = 'open'",
        (state, actor, comment, str(change_set_id)),
    )
    if approve:  # a system that was set back gets its newer values: that question is answered too
        conn.execute(
            "UPDATE ops.review SET state = 'done', closed_at = clock_timestamp(), closed_by = %s"
            " WHERE kind = 'set_back' AND state = 'open' AND system = %s AND entity = %s",
            (actor, row[0], row[1]),
        )
    audit.append(conn, actor, f"change_set.{state}", str(change_set_id), {"comment": comment})
    names = ("system", "entity", "creates", "updates", "deletes")
    return dict(zip(names, row, strict=True))


def decide_deletions(
    conn: Connection, system: str, entity: str, *, approve: bool, actor: str, comment: str | None
) -> None:
    """A person's word on deletions that were held back; the next batch acts on it.

    Refused ones stay held, and are not asked about again unless they become more; they can still be
    approved later.

    Raises:
        ConcordError: no deletions are held there.
    """
    row = conn.execute(
        "UPDATE ops.review SET state = %s, closed_at = clock_timestamp(), closed_by = %s,"
        " comment = %s WHERE kind = 'mass_deletion' AND system = %s AND entity = %s"
        " AND (state = 'open' OR state = 'rejected' AND %s) RETURNING review_id",
        ("approved" if approve else "rejected", actor, comment, system, entity, approve),
    ).fetchone()
    if row is None:
        raise ConcordError(f"no deletions are held in {system}.{entity}")
    verb = "approved" if approve else "rejected"
    audit.append(conn, actor, f"deletions.{verb}", f"{system}.{entity}", {"comment": comment})
