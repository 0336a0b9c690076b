"""The pages in Airflow's web server: for who may answer, and for nobody else."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from concord.orchestration import pages
from tests.support.held import held, three_on_credit
from tests.support.world import World

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.filterwarnings("ignore:Using .httpx. with .starlette.testclient. is deprecated"),
]

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "concord_pages.py"
Get = Callable[..., Any]


@pytest.fixture
def get(airflow_database: None, dag_bag: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Get]:
    """`get(path, role)` from the plugin's app, mounted as Airflow mounts it; no role: no token."""
    from airflow.api_fastapi.app import create_auth_manager, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "a secret of this test alone" * 3)
    spec = importlib.util.spec_from_file_location("concord_pages", PLUGIN)
    assert spec is not None
    assert spec.loader is not None
    plugin = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plugin)
    (mounted,) = plugin.ConcordPages.fastapi_apps

    server = FastAPI()
    server.state.auth_manager = create_auth_manager()
    server.mount(mounted["url_prefix"], mounted["app"])
    client = TestClient(server, raise_server_exceptions=False)

    def ask(path: str, role: str | None = None) -> Any:
        client.cookies.clear()
        if role is not None:
            user = SimpleAuthManagerUser(username=role, role=role)
            client.cookies.set("_token", get_auth_manager().generate_jwt(user))
        return client.get(f"/concord{path}")

    yield ask
    pages.app.cache_clear()


@pytest.fixture
def number(world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """A held change set of a hub that the web server finds."""
    monkeypatch.setenv("CONCORD_HUB_URL", world.hub.url)
    return three_on_credit(world)


def test_without_a_token_nothing_is_shown(get: Get, number: int) -> None:
    for path in (f"/change-sets/{number}", "/initial-loads/1", "/change-sets/404"):
        answer = get(path)
        assert answer.status_code == 401
        assert "Company" not in answer.text


def test_who_may_only_look_sees_no_values(get: Get, number: int) -> None:
    assert get(f"/change-sets/{number}", "viewer").status_code == 403


@pytest.mark.parametrize("role", ["user", "op", "admin"])
def test_who_may_answer_sees_the_page(get: Get, number: int, role: str) -> None:
    answer = get(f"/change-sets/{number}", role)
    assert answer.status_code == 200
    assert "Company 3" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]


def test_what_is_not_there_is_one_line(get: Get, number: int) -> None:
    for path in ("/change-sets/404", "/initial-loads/404"):
        answer = get(path, "admin")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/plain")
    assert get("/change-sets/x", "admin").status_code == 422


def test_a_hub_that_is_away_is_said_and_not_an_error_page(
    get: Get, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCORD_HUB_URL", "postgresql://reader:hush@127.0.0.1:1/hub")
    answer = get(f"/change-sets/{number}", "admin")
    assert answer.status_code == 503
    assert "hush" not in answer.text


def test_there_is_no_way_in_but_the_two_pages(get: Get, number: int) -> None:
    for path in ("/docs", "/openapi.json", "/redoc", "/"):
        assert get(path, "admin").status_code == 404


def test_the_page_is_of_now(get: Get, number: int, world: World) -> None:
    from tests.support.held import decide

    decide(world, held(world), approve=False)
    assert "were rejected" in get(f"/change-sets/{number}", "admin").text
