"""Finish: close a batch: balance its books, write its report, drop its stages. And prune."""

from __future__ import annotations

import os
from pathlib import Path

from concord.errors import NotBalanced
from concord.hub.database import Connection
from concord.pipeline import books, stage
from concord.pipeline.batch import Counts, step, stored_counts
from concord.pipeline.cursors import committed
from concord.pipeline.engine import Engine

SUMMARY = (
    "read", "unchanged", "accepted", "quarantined", "parked", "planned", "confirmed", "rejected",
    "superseded", "waiting", "unknown", "conflicts", "held", "held_writes", "woken",
    "set_back",
)  # fmt: skip
REPORTS_KEPT = 500


def finish(engine: Engine, batch_id: int, *, error: str | None = None) -> Counts:
    """Close the batch as done, or as failed with `error`. Returns the books' totals.

    Raises:
        NotBalanced: rows or writes are unaccounted for; the batch is failed.
        TooEarly: not all is loaded, and there is no error; the batch stays open.
    """
    with step(engine, batch_id, "finish", anyway=error is not None) as taken:
        if taken.past:
            return stored_counts(taken.conn, batch_id, SUMMARY)
        unbalanced = None if error else books.unbalanced(taken.conn, batch_id)
        state = "failed" if error or unbalanced else "done"
        stage.drop_all(taken.conn, batch_id)
        taken.conn.execute(
            "UPDATE ops.batch SET state = %s, ended_at = clock_timestamp(), error = %s"
            " WHERE batch_id = %s",
            (state, error or unbalanced, batch_id),
        )
        counts = stored_counts(taken.conn, batch_id, SUMMARY)
    report(engine, batch_id)
    if unbalanced:
        raise NotBalanced(unbalanced)
    return counts


def report(engine: Engine, batch_id: int) -> Path:
    """Write the batch's quality report and make it the latest."""
    from concord.report.render import batch_report

    with engine.hub.connect() as conn:
        return batch_report(conn, batch_id, reports_directory())


def home() -> Path:
    """Concord's own directory: `$CONCORD_HOME`, `.concord` by default."""
    return Path(os.environ.get("CONCORD_HOME") or Path(__file__).resolve().parents[3] / ".concord")


def reports_directory() -> Path:
    """Where reports are kept: `reports` in Concord's own directory."""
    return home() / "reports"


def prune(engine: Engine, keep_days: int) -> Counts:
    """Delete what is older than `keep_days` and no longer needed, here and in the change logs.

    Open work (quarantine, reviews, waiting writes) and the audit are never pruned.
    """
    with engine.hub.connect() as conn:
        old = [
            r[0]
            for r in conn.execute(
                "SELECT batch_id FROM ops.batch AS b WHERE state <> 'open'"
                " AND started_at < clock_timestamp() - make_interval(days => %s)"
                " AND NOT EXISTS (SELECT FROM ops.intent AS n WHERE n.batch_id = b.batch_id"
                " AND n.state IN ('waiting', 'sent', 'unknown', 'rejected'))"
                # Later batches may have put writes into a change set of this one.
                " AND NOT EXISTS (SELECT FROM ops.change_set AS c JOIN ops.intent AS n"
                " USING (change_set_id) WHERE c.batch_id = b.batch_id"
                " AND n.batch_id <> b.batch_id)",
                (keep_days,),
            )
        ]
        stale = conn.execute(
            "SELECT batch_id FROM ops.batch WHERE state = 'open'"
            " AND started_at < clock_timestamp() - interval '1 day'"
        ).fetchall()
        counts = {"batches": len(old), "stage_tables": 0}
        for batch_id in [*old, *(r[0] for r in stale)]:
            counts["stage_tables"] += stage.drop_all(conn, batch_id)
        for table, key in (
            ("intent", "batch_id"), ("attempt", "batch_id"), ("change_set", "batch_id"),
            ("validation", "batch_id"), ("batch_step", "batch_id"), ("extract", "batch_id"),
            ("batch_count", "batch_id"), ("batch", "batch_id"),
        ):  # fmt: skip
            counts[table] = _delete(conn, table, key, old)
        conn.execute(
            "UPDATE ops.batch SET state = 'failed', ended_at = clock_timestamp(),"
            " error = 'abandoned: not finished within a day' WHERE batch_id = ANY(%s)",
            ([r[0] for r in stale],),
        )
    counts["reports"] = _prune_reports()
    counts["change_log"] = sum(
        _trim(engine, spec.name, keep_days) for spec in engine.config.systems
    )
    return counts


def _trim(engine: Engine, system: str, keep_days: int) -> int:
    """Let a system forget the part of its change log that every entity has been read past."""
    with engine.hub.connect() as conn:
        positions = committed(conn, engine, system)
    return engine.system(system).trim(positions, keep_days) if positions else 0


def _delete(conn: Connection, table: str, key: str, batches: list[int]) -> int:
    from psycopg import sql

    statement = sql.SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(
        sql.Identifier("ops", table), sql.Identifier(key)
    )
    return conn.execute(statement, (batches,)).rowcount


def _prune_reports() -> int:
    pages = sorted(
        reports_directory().glob("batch-*.html"), key=lambda p: p.stat().st_mtime, reverse=True
    )
    for page in pages[REPORTS_KEPT:]:
        page.unlink(missing_ok=True)
    return len(pages[REPORTS_KEPT:])
