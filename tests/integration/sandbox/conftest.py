"""Pairs of empty databases for the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from concord.sandbox import database
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
