"""A small company at work: seeded once, carried once, copied for every test."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from concord.model.spec import Config
from tests.business.people import People
from tests.conftest import Postgres, TestHub

SHOP = Path(__file__).with_name("shop.sql")


@pytest.fixture(scope="session")
def opened(
    pg: Postgres, business: Config, whole_template: str, business_templates: dict[str, str]
) -> dict[str, str]:
    """Names of a hub, an ERP and a CRM that agree on the shop's catalogue and customers."""
    names = {side: pg.name(f"opened_{side}") for side in ("hub", "erp", "crm")}
    pg.create(names["hub"], whole_template, "concord_owner")
    urls = {s: pg.create(names[s], template) for s, template in business_templates.items()}
    with psycopg.connect(urls["erp"]) as conn:
        conn.execute(SHOP.read_text())
    people = People(business, TestHub(pg, names["hub"]), urls)
    for lane in ("standard", "fast", "standard", "fast"):
        people.batch(lane)
    return names


def hand_over(hub: TestHub, system: str, url: str) -> None:
    """Tell the hub that a copy is the system it knows: else it takes it for one set back."""
    with psycopg.connect(url) as conn:
        row = conn.execute(
            "SELECT oid || ' ' || datname FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row
    with psycopg.connect(hub.url) as conn:
        moved = conn.execute(
            "UPDATE ops.cursor SET position = jsonb_set(position, '{server,database}', %s)"
            " WHERE system = %s AND position -> 'server' ? 'database'",
            (Jsonb(row[0]), system),
        )
        assert moved.rowcount


@pytest.fixture
def people(pg: Postgres, business: Config, opened: dict[str, str]) -> Iterator[People]:
    """The company on a morning on which all agrees: hub, ERP and CRM of this test alone."""
    names = {side: pg.name(side) for side in opened}
    owners = {"hub": "concord_owner"}
    urls = {s: pg.create(n, opened[s], owners.get(s, "postgres")) for s, n in names.items()}
    hub = TestHub(pg, names["hub"])
    for system in ("erp", "crm"):
        hand_over(hub, system, urls[system])
    yield People(business, hub, {s: urls[s] for s in ("erp", "crm")}, _runs=count(101))
    for name in names.values():
        pg.drop(name)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Concord's own directory of this test alone: certificates are anchored there."""
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def traded(people: People, home: Path) -> People:
    """A company with an invoice that is partly paid, an open one in euro, and an open order."""
    paid = people.billed(people.confirmed(("BOLT", 4, 100)))
    people.press("erp", "pay", [paid], [Decimal(52)])
    people.billed(people.confirmed(("BOLT", 1, 100), place="HH"))
    people.phone(("NUT", 2, 10))
    for _ in range(3):
        people.carry()
    return people
