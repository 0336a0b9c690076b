"""Pairs of empty databases for the sandbox, a CRM with a catalogue, a small ERP with a shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from concord.sandbox import database
from tests.integration.sandbox.crm import Crm
from tests.integration.sandbox.erp_shop import Shop, opened, stock_up
from tests.integration.sandbox.pairs import Pair


@pytest.fixture(scope="session")
def databases(pg: Any) -> list[Pair]:
    """Pairs of databases made so far; making one takes a second, emptying one does not."""
    return []


@pytest.fixture
def empty_pair(pg: Any, databases: list[Pair]) -> Callable[[], Pair]:
    """Gives pairs of databases that hold nothing at all, each another one."""
    given = iter(databases[:])

    def give() -> Pair:
        made = next(given, None)
        if made is None:
            made = Pair(*(pg.create(pg.name(f"sandbox_{side}")) for side in ("erp", "crm")))
            databases.append(made)
        for side in ("erp", "crm"):
            made.at(
                side,
                "DROP SCHEMA public CASCADE; CREATE SCHEMA public; "
                "GRANT USAGE ON SCHEMA public TO PUBLIC",
            )
        return made

    return give


@pytest.fixture
def pair(empty_pair: Callable[[], Pair]) -> Pair:
    """Two databases with the sandbox's empty tables."""
    made = empty_pair()
    database.create(*made.urls)
    return made


@pytest.fixture(scope="session")
def standing_pair(pg: Any) -> Pair:
    """Two databases with the sandbox's tables that are emptied, not made anew, for each test."""
    made = Pair(*(pg.create(pg.name(f"standing_{side}")) for side in ("erp", "crm")))
    database.create(*made.urls)
    return made


@pytest.fixture
def crm(standing_pair: Pair) -> Iterator[Crm]:
    """A CRM of twelve products, 100 of each stored one in two warehouses, and three customers."""
    database.reset(*standing_pair.urls)
    made = Crm(standing_pair.crm)
    made.fill()
    yield made
    made.connection.close()


@pytest.fixture(scope="session")
def shop_template(pg: Any) -> str:
    """Name of a database with an ERP's shop, which each test's ERP is copied from."""
    names = [pg.name(f"shop_{side}") for side in ("erp", "crm")]
    urls = [pg.create(name) for name in names]
    database.create(*urls)
    stock_up(urls[0])
    pg.drop(names[1])
    return str(names[0])


@pytest.fixture
def erp(pg: Any, shop_template: str) -> Iterator[Shop]:
    """A small ERP of this test alone; its books are in order afterwards."""
    name = pg.name("shop")
    with opened(pg.create(name, shop_template)) as shop:
        yield shop
        assert shop.books() == []
    pg.drop(name)
