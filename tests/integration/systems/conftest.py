"""A small vendor's database of each test, and hands to work in it beside the adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.reset import empty
from tests.support.shop import TABLE, Shop, create, mapping_of, update, without_slot

__all__ = ["Shop", "create", "mapping_of", "update"]


@pytest.fixture(scope="session")
def shop_url(pg: Any) -> str:
    """The database that these tests take turns in."""
    return str(pg.create(pg.name("shop")))


@pytest.fixture
def bare(pg: Any, shop_url: str) -> Shop:
    """A database that Concord has not touched."""
    empty(shop_url)
    shop = Shop(shop_url, pg.url("postgres"))
    shop.sql(TABLE)
    return shop


@pytest.fixture
def shop(bare: Shop) -> Shop:
    """A database prepared for capture and writing."""
    bare.prepare()
    return bare


@pytest.fixture
def decoded(bare: Shop) -> Iterator[Shop]:
    """A database prepared for logical decoding."""
    shop = bare.variant(capture="logical")
    shop.prepare()
    yield shop
    without_slot(bare.url)


@pytest.fixture
def role(pg: Any, bare: Shop) -> Iterator[Callable[..., Shop]]:
    """Makes a role without rights and gives the shop as that role sees it."""
    made: list[str] = []

    def make(*grants: str) -> Shop:
        name = pg.name("role")
        made.append(name)
        bare.sql(f"CREATE ROLE {name} LOGIN")
        for grant in grants:
            bare.sql(f"GRANT {grant} TO {name}")
        dbname = bare.sql("SELECT current_database()")[0][0]
        return Shop(pg.url(dbname, name), bare.scratch, bare.mapping, bare.spec)

    yield make
    for name in made:
        bare.sql(f"DROP OWNED BY {name} CASCADE")
        bare.sql(f"DROP ROLE {name}")
