"""The desk in Airflow's web server: who is let in where, and what everybody else is told."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from concord.desk.routes import ROUTES
from concord.desk.web import Route
from concord.launcher.settings import connection
from concord.orchestration import pages
from tests.support.held import held, three_on_credit
from tests.support.world import World

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.filterwarnings("ignore:Using .httpx. with .starlette.testclient. is deprecated"),
]

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "concord_pages.py"
US = {"Sec-Fetch-Site": "same-origin"}
VALUES = {"{name}": "desk.css", "{path:path}": "nowhere"}
Get = Callable[..., Any]

# SimpleAuthManager's roles: a viewer reads DAGs, a user edits them, as FAB's Viewer and User do.
VIEWER, STEWARD, ADMIN = "viewer", "user", "admin"
LOOKERS, DECIDERS = {VIEWER, STEWARD, ADMIN}, {STEWARD, ADMIN}


@pytest.fixture
def plugin(airflow_database: None, dag_bag: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "a secret of this test alone" * 3)
    spec = importlib.util.spec_from_file_location("concord_pages", PLUGIN)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made.ConcordPages


@pytest.fixture
def get(plugin: Any) -> Iterator[Get]:
    """`get(path, role)` from the plugin's app, mounted as Airflow mounts it; no role: no token."""
    from airflow.api_fastapi.app import create_auth_manager, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    (mounted,) = plugin.fastapi_apps
    server = FastAPI()
    server.state.auth_manager = create_auth_manager()
    server.mount(mounted["url_prefix"], mounted["app"])
    client = TestClient(server, raise_server_exceptions=False, follow_redirects=False)

    def ask(path: str, role: str | None = None, method: str = "GET", **more: Any) -> Any:
        client.cookies.clear()
        if role is not None:
            user = SimpleAuthManagerUser(username=role, role=role)
            client.cookies.set("_token", get_auth_manager().generate_jwt(user))
        return client.request(method, f"/concord{path}", **more)

    yield ask
    pages.app.cache_clear()


@pytest.fixture
def number(world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """A held change set of a hub that the web server finds."""
    monkeypatch.setenv("CONCORD_HUB_URL", world.hub.url)
    return three_on_credit(world)


def address(route: Route, number: int) -> str:
    """A route's path with something in its places."""
    path = route.path
    for place, value in VALUES.items():
        path = path.replace(place, value)
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + str(number) + path[end + 1 :]
    return path


def test_each_route_lets_in_whom_its_right_names_and_nobody_else(get: Get, number: int) -> None:
    table = {
        f"{route.method} {route.path}": {
            role
            for role in (None, VIEWER, STEWARD, ADMIN)
            if get(address(route, number), role, route.method, headers=US).status_code
            not in (401, 403)
        }
        for route in ROUTES
    }
    assert table == {
        f"{route.method} {route.path}": DECIDERS if route.right == "decide" else LOOKERS
        for route in ROUTES
    }


def test_the_app_has_no_route_that_the_list_has_not(plugin: Any) -> None:
    listed = {(route.method, route.path) for route in ROUTES}
    served = {(method, r.path) for r in pages.app().routes for method in r.methods}
    assert served == listed


def test_without_a_token_every_page_says_how_to_sign_in_and_nothing_else(
    get: Get, number: int
) -> None:
    for path in ("/", f"/change-sets/{number}", "/no-such-page", "/static/desk.css"):
        answer = get(path)
        assert answer.status_code == 401
        assert "Sign in" in answer.text
        assert "<script" not in answer.text
        assert "Company" not in answer.text
        assert "script-src" not in answer.headers["content-security-policy"]


def test_a_token_that_is_broken_or_out_of_date_opens_nothing(get: Get, number: int) -> None:
    for token in ("", "nonsense", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."):
        answer = get("/", None, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (401, 403)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_what_no_page_of_ours_sent_changes_nothing(
    get: Get, number: int, headers: dict[str, str]
) -> None:
    for route in ROUTES:
        if route.method == "POST":
            answer = get(address(route, number), ADMIN, "POST", headers=headers)
            assert answer.status_code == 403


def test_a_page_of_ours_is_known_by_its_origin_where_the_browser_says_no_more(get: Get) -> None:
    sent = {"language": "zh", "back": "/runs"}
    answer = get("/language", VIEWER, "POST", headers={"Origin": "http://testserver"}, data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/concord/runs")


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://evil.example", "x"])
def test_the_way_back_never_leads_to_another_host(get: Get, back: str) -> None:
    sent = {"language": "zh", "back": back}
    answer = get("/language", VIEWER, "POST", headers=US, data=sent)
    assert answer.headers["location"] == "/concord/"


def test_a_form_that_is_too_long_is_refused(get: Get) -> None:
    answer = get("/language", VIEWER, "POST", headers=US, data={"back": "x" * (1 << 20)})
    assert answer.status_code == 413


def test_pages_allow_no_script_but_our_files_and_nobody_elses_frame(get: Get, number: int) -> None:
    policy = get("/", VIEWER).headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert get("/", VIEWER).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("role", ["user", "op", "admin"])
def test_who_may_answer_sees_the_page_of_a_change_set(get: Get, number: int, role: str) -> None:
    answer = get(f"/change-sets/{number}", role)
    assert answer.status_code == 200
    assert "Company 3" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]


def test_what_is_not_there_is_a_page_that_says_what_to_do(get: Get, number: int) -> None:
    for path in ("/change-sets/404", "/initial-loads/404", "/runs/404", "/certificates/404", "/x"):
        answer = get(path, ADMIN)
        assert answer.status_code == 404
        assert "There is no such page or record" in answer.text


def test_a_hub_that_is_away_is_said_and_not_an_error_page(
    get: Get, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCORD_HUB_URL", "postgresql://reader:hush@127.0.0.1:1/hub")
    for path in ("/", "/runs", f"/change-sets/{number}"):
        answer = get(path, ADMIN)
        assert answer.status_code == 503
        assert "hush" not in answer.text
        assert "The hub cannot be reached" in answer.text


def test_there_is_no_way_in_by_the_frameworks_own_pages(get: Get, number: int) -> None:
    for path in ("/docs", "/openapi.json", "/redoc"):
        assert get(path, ADMIN).status_code == 404


@pytest.mark.parametrize("kept", ["in Airflow's database", "in a variable of Airflow's"])
def test_taking_back_finds_the_systems_by_airflows_connections_as_the_dags_do(
    get: Get, world: World, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    world.customer("Alpha Ltd")
    world.settle()
    written = world.one("hub", "SELECT max(change_set_id) FROM ops.change_set WHERE creates = 1")
    monkeypatch.setenv("CONCORD_HUB_URL", world.hub.url)
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")  # set by Airflow's web server
    path = f"/change-sets/{written}/undo"
    assert "no address for connection concord_erp" in get(path, STEWARD).text
    made = {f"concord_{system}": connection(url) for system, url in world.urls.items()}
    if kept.startswith("in a variable"):
        for name, text in made.items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
        made = {}
    with stored(made):
        assert get(path, STEWARD).status_code == 200
        answer = get(path, STEWARD, "POST", headers=US, data={"comment": "by mistake"})
    assert answer.status_code == 200, answer.text.partition("<main")[2][:900]
    assert world.one("crm", "SELECT count(*) FROM account") == 0


@contextmanager
def stored(connections: Mapping[str, str]) -> Iterator[None]:
    """Connections as somebody makes them in Airflow's interface; gone afterwards."""
    from airflow.models import Connection
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    with create_session() as session:
        session.add_all(Connection.from_json(text, name) for name, text in connections.items())
    try:
        yield
    finally:
        with create_session() as session:
            session.execute(delete(Connection).where(Connection.conn_id.in_(connections)))


def test_the_page_is_of_now(get: Get, number: int, world: World) -> None:
    from tests.support.held import decide

    decide(world, held(world), approve=False)
    assert "were rejected" in get(f"/change-sets/{number}", ADMIN).text


def test_what_the_browser_loads_is_kept_and_named_by_its_content(get: Get, number: int) -> None:
    import re

    page = get("/", VIEWER).text
    loaded = set(re.findall(r'(?:src|href)="/concord(/static/[^"]+)"', page))
    assert len(loaded) >= 6
    for path in loaded:
        answer = get(path, VIEWER)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_airflow_shows_the_desk_in_its_navigation_and_on_dags_and_runs(plugin: Any) -> None:
    from airflow.api_fastapi.core_api.datamodels.plugins import ExternalViewResponse

    views = [ExternalViewResponse.model_validate(view) for view in plugin.external_views]
    assert [view.destination for view in views] == ["nav", "dag", "dag_run"]
    assert all(view.href.startswith("/concord/") for view in views)
    assert len({view.url_route for view in views}) == 3
