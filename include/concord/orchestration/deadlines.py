"""Deadline alerts: someone hears of a lane that is late.

The scheduler notices a run that has not succeeded `deadline_minutes` after it was queued; the
callback then runs in the triggerer, which needs no free worker slot, as a stuck lane may hold them
all. It writes one line to the triggerer's log and one row to the hub's audit. The run's page in
the UI shows the missed deadline too.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from concord.model.spec import Lane

log = logging.getLogger("concord.deadlines")


def deadline(lane: Lane) -> DeadlineAlert:
    """The alert of a lane's DAG."""
    return DeadlineAlert(
        name=f"{lane.dag} is over within {lane.deadline_minutes} minutes",
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=lane.deadline_minutes),
        callback=AsyncCallback(missed, {"lane": lane.name, "minutes": lane.deadline_minutes}),
    )


async def missed(lane: str, minutes: int, context: dict[str, Any]) -> str:
    """Say that a run is late: in the log, and in the hub if that can be reached.

    `context` comes from the scheduler and holds the run. Returns the line for Airflow to keep.
    """
    run = context["dag_run"]
    subject = f"{run['dag_id']}/{run['dag_run_id']}"
    line = (
        f"Lane {lane} is late: {subject} has not succeeded {minutes} minutes after it was queued, "
        f"it is {run['state']}. Look at its tasks; freshness is at stake, correctness is not."
    )
    log.error(line)
    return line + await asyncio.to_thread(_keep, subject, lane, minutes)


def _keep(subject: str, lane: str, minutes: int) -> str:
    """Write the miss into the hub's audit; the hub may be why the lane is late."""
    from concord.errors import ConcordError
    from concord.hub.audit import append
    from concord.hub.database import Hub

    detail = {"lane": lane, "minutes": minutes}
    try:
        with Hub.from_environment().connect() as conn:
            append(conn, "airflow", "deadline_missed", subject, detail)
    except ConcordError as error:
        log.error("The missed deadline could not be kept in the hub: %s", error)
        return " Not kept in the hub."
    return ""
