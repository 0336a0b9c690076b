"""The desk inside Airflow's web server, at /concord.

Every route is behind a door (see door.py), those that decide behind a narrower one, and what
changes anything must have been sent by a page of ours: Airflow's cookie goes along with requests
from elsewhere too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

from concord.desk.assets import address

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from concord.desk.serve import Sent
    from concord.desk.web import Answer, Route
    from concord.pipeline import Engine

PREFIX = "/concord"
YEAR = 31_536_000


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


def views(base: str) -> list[dict[str, Any]]:
    """Entries of Airflow's navigation, tabs on its DAGs and runs. `base`: Airflow's own path."""
    root = base.rstrip("/") + PREFIX
    icons = {"icon": root + address("icon.svg"), "icon_dark_mode": root + address("icon-dark.svg")}
    return [
        {
            "name": "Concord",
            "href": f"{root}/",
            "destination": "nav",
            "url_route": "concord",
            "nav_top_level": True,
            **icons,
        },
        {
            "name": "Concord",
            "href": f"{root}/of-dag?dag_id={{DAG_ID}}",
            "destination": "dag",
            "url_route": "concord_dag",
            **icons,
        },
        {
            "name": "Concord",
            "href": f"{root}/of-run?dag_id={{DAG_ID}}&run_id={{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "concord_run",
            **icons,
        },
    ]


@cache
def app() -> FastAPI:
    """The app with all routes of the desk."""
    from fastapi import Depends, FastAPI
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    from concord.desk.routes import ROUTES
    from concord.orchestration import door

    reads, decides = door.doors()
    made = FastAPI(
        title="Concord",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(reads)],
    )
    for route in ROUTES:
        who = Depends(decides if route.right == "decide" else reads)
        made.add_api_route(route.path, _endpoint(route, who), methods=[route.method])
    made.add_exception_handler(HTTPException, _refused)
    made.add_exception_handler(RequestValidationError, _refused)
    return made


def _endpoint(route: Route, who: Any) -> Callable[..., Awaitable[Response]]:
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request

    from concord.desk import serve
    from concord.desk.web import Reader
    from concord.orchestration import answering

    async def endpoint(request: Request, reader: Reader = who) -> Response:
        form: dict[str, tuple[str, ...]] = {}
        if route.method == "POST":
            sent = _sent(request, form)
            if not sent.from_us:
                return _response(serve.plain_error(403, sent))
            body = await _body(request)
            if body is None:
                return _response(serve.plain_error(413, sent))
            read = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
            form.update({name: tuple(values) for name, values in read.items()})
        sent = _sent(request, form)
        answer = await run_in_threadpool(serve.answer, route, sent, reader, _engine)
        if answer.answered is not None and reader.account is not None:
            await run_in_threadpool(answering.answer, answer.answered, reader.account)
        return _response(answer)

    endpoint.__annotations__.update(request=Request, reader=Reader)
    return endpoint


def _engine() -> Engine:
    """The engine with Airflow's connections, as the DAGs open it. Raises ConfigError."""
    from concord.desk import company
    from concord.orchestration import bridge

    config = company.company()
    bridge.hide_passwords(config)
    return company.engine(bridge.connection_urls(config))


async def _body(request: Request) -> bytes | None:
    """The whole body; None where it is longer than a form of ours can be."""
    from concord.desk import serve

    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > serve.MOST_SENT:
            return None
    return body


def _sent(request: Request, form: dict[str, tuple[str, ...]]) -> Sent:
    root = str(request.scope.get("root_path", "")).rstrip("/")
    path = request.scope["path"].removeprefix(root) or "/"
    query = request.url.query
    from concord.desk.serve import Sent

    return Sent(
        root=root,
        path=f"{path}?{query}" if query else path,
        params={name: str(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        form=form,
        cookies=request.cookies,
        headers=request.headers,
    )


def _response(answer: Answer) -> Response:
    from starlette.responses import Response

    made = Response(answer.body, answer.status, answer.all_headers)
    for name, value in answer.cookies.items():
        made.set_cookie(name, value, max_age=YEAR, path="/", httponly=True, samesite="lax")
    return made


async def _refused(request: Request, error: Exception) -> Response:
    """Whoever is not let in, and addresses that are none of ours."""
    from starlette.concurrency import run_in_threadpool

    from concord.desk import serve
    from concord.orchestration import door

    sent = _sent(request, {})
    status = int(getattr(error, "status_code", 404))
    if status == 401:
        back = quote(str(request.url), safe="")
        sign_in = f"{door.sign_in_address()}?next={back}"
        return _response(serve.plain_error(status, sent, sign_in))
    return _response(await run_in_threadpool(partial(serve.plain_error, status, sent)))
