"""A small vendor's database of each test, and hands to work in it beside the adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from concord.hub.database import SESSION
from concord.model.spec import Column, EntityMapping, SystemSpec
from concord.systems.postgres import PostgresSystem
from concord.systems.protocol import Fence, Outcome, Position, Reading, Row, Shape, Write
from tests.support.readings import rows_of
from tests.support.reset import empty

TABLE = """
CREATE SEQUENCE code;
CREATE TABLE customers (
    code       text PRIMARY KEY DEFAULT 'C' || nextval('code'),
    name       varchar(20) NOT NULL,
    phone      text UNIQUE,
    visits     integer CHECK (visits >= 0),
    updated_at timestamptz NOT NULL DEFAULT now()
);
"""
FIELDS = ("name", "phone", "visits")


def mapping_of(table: str = "customers", key: str = "code", *fields: str) -> EntityMapping:
    columns = tuple(Column(field=f, column=f) for f in fields or FIELDS)
    return EntityMapping(system="erp", entity="party", table=table, id=key, columns=columns)


@dataclass
class Shop:
    """One database with a table `customers`; `system` reads and writes it, `sql` is a person."""

    url: str
    scratch: str
    mapping: EntityMapping = field(default_factory=mapping_of)
    spec: SystemSpec = field(
        default_factory=lambda: SystemSpec(
            name="erp", role="erp", kind="postgres", connection="concord_erp"
        )
    )

    @property
    def system(self) -> PostgresSystem:
        return PostgresSystem(self.spec, self.url)

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url, options=SESSION, **options)

    def sql(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connect() as conn:
            cur = conn.execute(text, values or None)
            return cur.fetchall() if cur.description else []

    def add(self, name: str = "a", phone: str | None = None, visits: int | None = None) -> str:
        text = "INSERT INTO customers (name, phone, visits) VALUES (%s, %s, %s) RETURNING code"
        return str(self.sql(text, name, phone, visits)[0][0])

    def prepare(self) -> None:
        self.system.execute(self.system.prepare([self.mapping]))

    def position(self) -> Position:
        with self.system.snapshot() as snapshot:
            return snapshot.position

    def shape(self) -> Shape:
        with self.system.snapshot() as snapshot:
            return snapshot.shape(self.mapping)

    def rows(self, reading: Reading | None) -> dict[str, Row]:
        return rows_of(reading, self.scratch)

    def changes(self, since: Position | None, also: Sequence[str] = ()) -> dict[str, Row] | None:
        """What changed, or None when a full comparison is asked for."""
        with self.system.snapshot() as snapshot:
            shape = snapshot.shape(self.mapping)
            reading = snapshot.changes(self.mapping, since, also, shape)
            return None if reading is None else self.rows(reading)

    def everything(self) -> dict[str, Row]:
        with self.system.snapshot() as snapshot:
            return self.rows(snapshot.everything(self.mapping, snapshot.shape(self.mapping)))

    def apply(self, *writes: Write, token: int = 1) -> list[Outcome]:
        with self.system.writer(Fence("load:erp", token)) as writer:
            return writer.apply(self.mapping, writes, self.shape())


def update(source_id: str, base: dict[str, Any], **new: Any) -> Write:
    return Write(uuid4(), "update", source_id, new, base)


def create(**new: Any) -> Write:
    return Write(uuid4(), "create", None, new, {})


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
