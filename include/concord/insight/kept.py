"""Key figures that were computed a while ago: sums over months take longer than a page may.

They are computed anew after a batch of a lane that only its schedule starts, at most every ten
minutes. Where that has not happened for an hour, whoever asks waits for figures of now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.insight.kpis import DAYS, Kpi, Row, kpis
from concord.model.spec import Config

FRESH = timedelta(minutes=10)
STALE = timedelta(hours=1)


@dataclass(frozen=True)
class Kept:
    """All figures over some days, as they were `at` a moment."""

    figures: Sequence[Kpi]
    at: datetime


def kept(conn: Connection, config: Config, days: int) -> Kept:
    """The figures over the last `days`, at most an hour old. Changes nothing."""
    row = conn.execute(
        "SELECT at, content FROM ops.kept_figures WHERE days = %s"
        " AND at > clock_timestamp() - %s::interval",
        (days, STALE),
    ).fetchone()
    if row is None:
        return Kept(kpis(conn, config, days), datetime.now(UTC))
    return Kept([_read(one) for one in row[1]], row[0])


def refresh(conn: Connection, config: Config) -> int:
    """Compute anew what is older than ten minutes. Returns how many periods that were."""
    rows = conn.execute(
        "SELECT days FROM ops.kept_figures WHERE at > clock_timestamp() - %s::interval", (FRESH,)
    ).fetchall()
    due = [days for days in DAYS if (days,) not in rows]
    for days in due:
        content = Jsonb([asdict(one) for one in kpis(conn, config, days)])
        conn.execute(
            "INSERT INTO ops.kept_figures (days, at, content) VALUES (%s, clock_timestamp(), %s)"
            " ON CONFLICT (days) DO UPDATE SET at = excluded.at, content = excluded.content",
            (days, content),
        )
    return len(due)


def _read(one: dict[str, Any]) -> Kpi:
    rows = [Row(tuple(row["of"]), row["n"], tuple(row["values"])) for row in one["rows"]]
    return Kpi(one["name"], one["unit"], one["value"], one["n"], rows)
