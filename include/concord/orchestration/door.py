"""Who is let in to the desk, by Airflow's own rights: it does not ask for the apps of plugins.

Reading needs the right to read every lane's DAG and the DAG of approvals, deciding the right to
edit them and to answer their questions. What is imported from Airflow's web server for that is not
a public interface, so it stands here and nowhere else. Whatever goes wrong lets nobody in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.requests import Request

    from concord.desk.web import Reader

APPROVAL = "approve_change_set"


def doors() -> tuple[Callable[..., Reader], Callable[..., Reader]]:
    """The dependencies of routes that show, and of routes that decide.

    Each gives the `Reader`, or raises HTTPException: 401 for nobody, 403 for a right that lacks.
    """
    from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi import Depends, HTTPException
    from starlette.requests import Request

    from concord.desk.web import Reader

    signed_in = Depends(get_user)

    def reads(request: Request, user: BaseUser = signed_in) -> Reader:
        if not _may("GET", request, user):
            raise HTTPException(403, "Forbidden")
        return Reader(_name(user), _may("PUT", request, user), user)

    def decides(reader: Reader = Depends(reads)) -> Reader:  # noqa: B008
        if not reader.may_decide:
            raise HTTPException(403, "Forbidden")
        return reader

    # Annotations are read as text here, and name what only this function knows.
    reads.__annotations__.update(request=Request, user=BaseUser)
    decides.__annotations__.update(reader=Reader)
    return reads, decides


def sign_in_address() -> str:
    """Where Airflow's sign-in is."""
    from airflow.api_fastapi.app import get_auth_manager

    return get_auth_manager().get_url_login()


def _may(method: str, request: Request, user: Any) -> bool:
    from fastapi import HTTPException

    try:
        for check in _checks(method):
            check(request, user)
    except HTTPException as refused:
        if refused.status_code != 403:
            raise
        return False
    return True


def _checks(method: Any) -> Iterator[Callable[[Request, Any], None]]:
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import requires_access_dag

    from concord.desk.company import company

    for dag in (*(lane.dag for lane in company().lanes), APPROVAL):
        yield requires_access_dag(method, param_dag_id=dag)
    yield requires_access_dag(method, DagAccessEntity.HITL_DETAIL, param_dag_id=APPROVAL)


def _name(user: Any) -> str:
    return str(user.get_name())
