"""Airflow's own question about a change set, answered as the person who decided it on the desk.

The hub has the decision by then, and is final. Airflow is told so that nobody is asked any more and
its Required Actions name who answered; its task finds the change set decided and ends. Where there
is no question, or it was answered, nothing is left to tell.
"""

from __future__ import annotations

import logging
from typing import Any

from concord.desk.web import Answered

log = logging.getLogger("concord.desk")

APPROVAL, ASK = "approve_change_set", "ask"


def answer(told: Answered, account: Any) -> bool:
    """Answer the question; whether there was one. Failing to tell Airflow changes no decision."""
    from airflow.api_fastapi.core_api.datamodels.hitl import UpdateHITLDetailPayload
    from airflow.api_fastapi.core_api.routes.public.hitl import update_hitl_detail
    from airflow.utils.session import create_session
    from fastapi import HTTPException

    payload = UpdateHITLDetailPayload(chosen_options=[told.option], params_input=dict(told.form))
    try:
        with create_session(scoped=False) as session:
            for run_id in _waiting(session, told.change_set):
                update_hitl_detail(APPROVAL, run_id, ASK, payload, account, session)
                return True
    except HTTPException as error:
        log.info("Airflow's question about %s: %s", told.change_set, error.detail)
    except Exception:
        log.exception("Airflow could not be told of the decision on %s", told.change_set)
    return False


def _waiting(session: Any, change_set: int) -> list[str]:
    """Runs that ask about a change set and have no answer."""
    from airflow.models.dagrun import DagRun
    from airflow.models.hitl import HITLDetail
    from airflow.models.taskinstance import TaskInstance
    from sqlalchemy import select

    rows = session.execute(
        select(DagRun.run_id, DagRun.conf)
        .join(TaskInstance, TaskInstance.run_id == DagRun.run_id)
        .join(HITLDetail, HITLDetail.ti_id == TaskInstance.id)
        .where(
            DagRun.dag_id == APPROVAL,
            TaskInstance.dag_id == APPROVAL,
            TaskInstance.task_id == ASK,
            HITLDetail.responded_at.is_(None),
        )
    ).all()
    return [
        run_id for run_id, conf in rows if str((conf or {}).get("change_set")) == str(change_set)
    ]
