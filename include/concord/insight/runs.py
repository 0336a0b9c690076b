"""Batches, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from concord.hub.database import Connection
from concord.hub.sql import statement

PAGE = 50


@dataclass(frozen=True)
class Run:
    """One batch in the list."""

    batch: int
    run_id: str
    lane: str
    scope: str
    state: str
    dry_run: bool
    started: datetime
    ended: datetime | None
    error: str | None
    read: int
    accepted: int
    quarantined: int
    planned: int
    confirmed: int

    @property
    def took(self) -> timedelta | None:
        """How long it took, once it has ended."""
        return None if self.ended is None else self.ended - self.started

    @property
    def airflow(self) -> tuple[str, str] | None:
        """The DAG and the run that it belongs to; None for a batch of the command line."""
        dag, slash, run = self.run_id.partition("/")
        return (dag, run.rpartition("#")[0] or run) if slash else None


def runs(
    conn: Connection,
    *,
    before: int | None = None,
    lane: str | None = None,
    state: str | None = None,
    limit: int = PAGE,
) -> list[Run]:
    """The newest batches before number `before`, newest first."""
    values = {"before": before, "lane": lane, "state": state, "limit": limit}
    return [Run(*row) for row in conn.execute(statement("insight", "runs"), values).fetchall()]


def of_run(conn: Connection, run_id: str) -> int | None:
    """The newest batch of a run: one whose batch failed begins another, `<run>#2`."""
    row = conn.execute(
        "SELECT max(batch_id) FROM ops.batch WHERE run_id = %(run)s"
        " OR (run_id >= %(run)s || '#' AND run_id < %(run)s || '$')",
        {"run": run_id},
    ).fetchone()
    return None if row is None else row[0]
