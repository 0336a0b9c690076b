"""A server on which the bench may make its scratch databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from concord.model.spec import Config
from tests.conftest import Postgres
from tests.support.configured import unlimited
from tests.support.copies import copied, gone_on
from tests.support.world import World


@pytest.fixture
def scratch(pg: Postgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The test server as the one that the hub is on; gives the state directory."""
    with psycopg.connect(pg.url("postgres"), autocommit=True) as conn:
        for role in ("erp_owner", "crm_owner"):
            found = conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            if found is None:
                conn.execute(f"CREATE ROLE {role} LOGIN".encode())
    monkeypatch.setenv("CONCORD_HUB_URL", pg.url("hub", "concord_engine"))
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def trading(pg: Postgres, business: Config, traders_template: dict[str, str]) -> Iterator[World]:
    """A company of this test alone that has customers and a catalogue, without limits."""
    with copied(pg, traders_template, "bench") as names:
        yield gone_on(pg, unlimited(business), names, World)
