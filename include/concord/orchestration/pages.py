"""The pages that questions link to, served by Airflow's web server to those who may answer.

    /concord/change-sets/7       what a change set would write
    /concord/initial-loads/1     what an initial load found and would write

Airflow does not ask who calls an app of a plugin, so the whole app does: it lets in whoever may
answer the question of the DAG, by Airflow's own rights, and nobody else. What it imports from
Airflow's web server for that is not a public interface, so it stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from concord.errors import ConcordError, Transient

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.responses import Response

APPROVAL = "approve_change_set"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'self'",  # the rest is said by each page
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Pages:
    """The app, made when it is first asked: every component of Airflow loads its plugins."""

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        await app()(scope, receive, send)


@cache
def app() -> FastAPI:
    """The app with its two routes, both behind the same door."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends, FastAPI

    may_answer = requires_access_dag("PUT", DagAccessEntity.HITL_DETAIL, param_dag_id=APPROVAL)
    made = FastAPI(
        title="Concord",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(may_answer)],
    )
    made.add_api_route("/change-sets/{number}", change_set, methods=["GET"])
    made.add_api_route("/initial-loads/{number}", initial_load, methods=["GET"])
    return made


def change_set(number: int) -> Any:
    """The page of a change set as it is now."""
    return _page(_change_set, number)


def initial_load(number: int) -> Any:
    """The page of an initial load."""
    return _page(_initial_load, number)


def _change_set(number: int) -> str:
    from concord.hub.database import Hub
    from concord.model.read import load_config
    from concord.report import changes

    with Hub.from_environment().connect() as conn:
        return changes.render(changes.collect(conn, load_config(), number))


def _initial_load(number: int) -> str:
    from concord.hub.database import Hub
    from concord.model.read import load_config
    from concord.pipeline import initial
    from concord.report import readiness

    hub = Hub.from_environment()
    found = initial.report(hub, load_config(), initial.numbered(hub, number))
    return readiness.render(found, number)


def _page(made: Callable[[int], str], number: int) -> Response:
    from starlette.responses import HTMLResponse, PlainTextResponse

    try:
        return HTMLResponse(made(number), headers=HEADERS)
    except Transient as error:
        return PlainTextResponse(f"{error}\nTry again later.", 503, HEADERS)
    except ConcordError as error:
        return PlainTextResponse(str(error), 404, HEADERS)
