"""`status --wait`: until both sides agree, and what they agree on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import Connection, Hub
from concord.model.spec import Config

PAUSE = 0.5

SETTLED = """
SELECT EXISTS (
           SELECT FROM ops.batch b
           WHERE b.lane = %(lane)s AND b.state = 'done' AND b.started_at > %(since)s
             AND NOT EXISTS (SELECT FROM ops.intent i WHERE i.batch_id = b.batch_id))
   AND NOT EXISTS (
           SELECT FROM unnest(%(lanes)s::text[]) AS l (lane)
           WHERE NOT EXISTS (SELECT FROM ops.batch b WHERE b.lane = l.lane AND b.state = 'done'))
   AND NOT EXISTS (SELECT FROM ops.batch b WHERE b.state = 'open')
   AND NOT EXISTS (SELECT FROM ops.due d WHERE d.at <= now())
   AND NOT EXISTS (SELECT FROM ops.replan)
   AND NOT EXISTS (SELECT FROM ops.relinked r WHERE r.child = ANY(%(entities)s))
"""

RUNNING = "SELECT lane FROM ops.batch WHERE state = 'open' ORDER BY batch_id"


def wait(hub: Hub, config: Config, seconds: float) -> str:
    """Wait until both sides are `settled`, seen from now on.

    Returns:
        How many records of each entity are on both sides.

    Raises:
        ConcordError: they do not agree within `seconds`; says what runs.
    """
    with hub.connect(autocommit=True) as conn:
        since: datetime = _one(conn, "SELECT clock_timestamp()")
        until = time.monotonic() + seconds
        while not settled(conn, config, since):
            if time.monotonic() > until:
                running = ", ".join(row[0] for row in conn.execute(RUNNING).fetchall())
                raise ConcordError(
                    f"the two sides do not agree yet after {seconds:.0f} s; "
                    f"running now: {running or 'nothing'}. ./concord status says more"
                )
            time.sleep(PAUSE)
        return _agreed(conn, config)


def settled(conn: Connection, config: Config, since: datetime) -> bool:
    """Whether a batch of the first delta lane that began after `since` found nothing to write.

    No batch runs then, none has left work to the next one, and each delta lane has run once. What
    is in quarantine, parked or held is no reason to wait.

    Raises:
        ConcordError: there is no such lane.
    """
    lanes = [lane for lane in config.lanes if lane.scope == "delta"]
    if not lanes:
        raise ConcordError("lanes.yaml has no lane of scope delta to wait for.")
    values = {
        "lane": lanes[0].name,
        "entities": list(lanes[0].entities),
        "lanes": [lane.name for lane in lanes],
        "since": since,
    }
    return bool(_one(conn, SETTLED, values))


def _agreed(conn: Connection, config: Config) -> str:
    """Entities that both sides hold, with the number of golden records that are on both."""
    told = []
    for entity in config.entities:
        if len(entity.by_system) < 2:
            continue
        query = sql.SQL(
            "SELECT count(*) FROM (SELECT golden_id FROM image.{} WHERE system = ANY(%s)"
            " AND deleted_at IS NULL GROUP BY golden_id HAVING count(DISTINCT system) > 1) AS s"
        ).format(sql.Identifier(entity.name))
        number = _one(conn, query, (list(entity.by_system),))
        if number:
            told.append(f"{entity.name} {number:,}")
    return "On both sides: " + (", ".join(told) or "nothing yet")


def _one(conn: Connection, query: Any, values: Any = None) -> Any:
    row: Sequence[Any] | None = conn.execute(query, values).fetchone()
    return row[0] if row else None
