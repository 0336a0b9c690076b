"""Two empty databases for the sandbox, and eyes to look into them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import sql

from concord.sandbox import database
from concord.sandbox.database import COLUMNS, CRM, ERP


@dataclass(frozen=True)
class Pair:
    """URLs of an ERP's and a CRM's database."""

    erp: str
    crm: str

    @property
    def urls(self) -> tuple[str, str]:
        return self.erp, self.crm

    def at(self, side: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement on a side and return its rows."""
        with psycopg.connect(getattr(self, side)) as conn:
            cursor = conn.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of both sides but for the times of change."""
        found = {}
        for side, url in ((ERP, self.erp), (CRM, self.crm)):
            with psycopg.connect(url) as conn:
                for table in side.tables:
                    names = sql.SQL(", ").join(map(sql.Identifier, COLUMNS[table][:-1]))
                    query = sql.SQL("SELECT {} FROM {} ORDER BY 1")
                    query = query.format(names, sql.Identifier(table))
                    found[table] = conn.execute(query).fetchall()
        return found


@pytest.fixture
def empty_pair(pg: Any) -> Iterator[Any]:
    """Makes pairs of databases that hold nothing at all."""
    made: list[str] = []

    def make() -> Pair:
        names = [pg.name("sandbox_erp"), pg.name("sandbox_crm")]
        made.extend(names)
        return Pair(*(pg.create(name) for name in names))

    yield make
    for name in made:
        pg.drop(name)


@pytest.fixture
def pair(empty_pair: Any) -> Pair:
    """Two databases with the sandbox's empty tables."""
    made: Pair = empty_pair()
    database.create(*made.urls)
    return made
