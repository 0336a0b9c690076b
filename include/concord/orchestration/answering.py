"""Airflow's own question about what is held, answered as the person who decided it on the desk.

The hub has the decision by then, and is final. Airflow is told so that nobody is asked any more and
its Required Actions name who answered; its task finds it decided and ends. Where there
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
            for run_id in _waiting(session, told):
                update_hitl_detail(APPROVAL, run_id, ASK, payload, account, session)
                return True
    except HTTPException as error:
        log.info("Airflow's question about %s %s: %s", told.kind, told.number, error.detail)
    except Exception:
        log.exception("Airflow could not be told about %s %s", told.kind, told.number)
    return False


def _waiting(session: Any, told: Answered) -> list[str]:
    """The run that asks about it and has no answer; runs are named after what they ask about."""
    from airflow.models.hitl import HITLDetail
    from airflow.models.taskinstance import TaskInstance
    from sqlalchemy import select

    return list(
        session.scalars(
            select(TaskInstance.run_id)
            .join(HITLDetail, HITLDetail.ti_id == TaskInstance.id)
            .where(
                TaskInstance.dag_id == APPROVAL,
                TaskInstance.run_id == f"{told.kind}_{told.number}",
                TaskInstance.task_id == ASK,
                HITLDetail.responded_at.is_(None),
            )
        )
    )
