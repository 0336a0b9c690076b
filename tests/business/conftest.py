"""A small company at work: seeded once, carried once, copied for every test."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from concord.model.spec import Config
from tests.business.people import People
from tests.conftest import Postgres
from tests.support.copies import copied, gone_on, world_on

SHOP = Path(__file__).with_name("shop.sql")


@pytest.fixture(scope="session")
def opened(
    pg: Postgres, business: Config, whole_template: str, business_templates: dict[str, str]
) -> Iterator[dict[str, str]]:
    """Names of a hub, an ERP and a CRM that agree on the shop's catalogue and customers."""
    with copied(pg, {"hub": whole_template, **business_templates}, "opened") as names:
        people = world_on(pg, business, names, People)
        with psycopg.connect(people.urls["erp"]) as conn:
            conn.execute(SHOP.read_text())
        for lane in ("standard", "fast", "standard", "fast"):
            people.batch(lane)
        people.hub.close()  # a database that is in use cannot be copied
        yield names


@pytest.fixture(scope="session")
def billed(pg: Postgres, business: Config, opened: dict[str, str]) -> Iterator[dict[str, str]]:
    """Names of the three when they agree on two invoices, a payment and an open order as well."""
    with copied(pg, opened, "billed") as names:
        people = gone_on(pg, business, names, People)
        paid = people.billed(people.confirmed(("BOLT", 4, 100)))
        people.press("erp", "pay", [paid], [Decimal(52)])
        people.billed(people.confirmed(("BOLT", 1, 100), place="HH"))
        people.phone(("NUT", 2, 10))
        for _ in range(3):
            people.carry()
        people.hub.close()
        yield names


@pytest.fixture
def people(pg: Postgres, business: Config, opened: dict[str, str]) -> Iterator[People]:
    """The company on a morning on which all agrees: hub, ERP and CRM of this test alone."""
    with copied(pg, opened, "shop") as names:
        yield gone_on(pg, business, names, People)


@pytest.fixture
def traded(pg: Postgres, business: Config, billed: dict[str, str], home: Path) -> Iterator[People]:
    """A company with an invoice that is partly paid, an open one in euro, and an open order."""
    with copied(pg, billed, "traded") as names:
        yield gone_on(pg, business, names, People)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Concord's own directory of this test alone: certificates are anchored there."""
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    return tmp_path
