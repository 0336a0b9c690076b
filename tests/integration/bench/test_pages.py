"""The workload `pages`: a filled hub has what every page is asked about, and each shows it."""

from __future__ import annotations

import html

import httpx
import pytest

from concord.bench import pages
from concord.bench.desk_server import desk
from concord.bench.page_list import PAGES
from concord.pipeline import certify
from tests.integration.desk.conftest import STEWARD, opened_by
from tests.support.world import World

CUSTOMERS = 10_500


@pytest.fixture
def filled(company: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A company's night, and ten thousand customers made in the hub."""
    monkeypatch.setenv("CONCORD_HUB_URL", company.hub.url)
    for system, url in company.urls.items():
        monkeypatch.setenv(f"CONCORD_{system.upper()}_URL", url)
    company.customer("Alpha Ltd")
    pages.profile(company.engine)
    company.batch("nightly")
    batch = company.one("hub", "SELECT max(batch_id) FROM ops.batch")
    certify(company.engine, batch)
    pages.fill(company.engine, CUSTOMERS)
    return company


def test_every_page_shows_what_the_hub_was_filled_with(filled: World) -> None:
    things = pages.looked_up(filled.engine)
    wrong = []
    for page in PAGES:
        path = pages.filled(page.path, things, CUSTOMERS, 3)
        answer = opened_by(path, "GET", STEWARD, "en", {})
        if answer.status == 303:
            onward = answer.headers["Location"].removeprefix("/concord")
            answer = opened_by(onward, "GET", STEWARD, "en", {})
        seen = httpx.Response(
            answer.status, headers={"content-type": answer.kind}, content=answer.body
        )
        wanted = [pages.filled(text, things, CUSTOMERS, 3) for text in page.shows]
        if not pages.shows(page, seen, wanted):
            wrong.append((page.name, path, answer.status, html.unescape(seen.text)[-300:]))
    assert wrong == []


def test_pages_are_served_to_whom_airflow_knows_and_measured(
    filled: World, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--faults"):
        pytest.skip("making Airflow's own users takes half a minute: with --faults")
    things = pages.looked_up(filled.engine)
    with desk(filled.engine) as served:
        assert httpx.get(f"{served.url}/").status_code == 401
        taken = pages.ask(served, things, CUSTOMERS, 2)
    assert {page.name for page, one in taken.items() if not one.verified} == set()
    assert all(len(one.seconds) == 2 for one in taken.values())
