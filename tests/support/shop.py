"""A small vendor's database, and hands to work in it beside the adapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier

from concord.hub.database import SESSION
from concord.model.spec import Column, EntityMapping, SystemSpec
from concord.systems.postgres import PostgresSystem
from concord.systems.protocol import Fence, Outcome, Position, Reading, Row, Shape, Write
from tests.support.readings import all_rows_of, rows_of

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

    def variant(self, **changes: Any) -> Shop:
        """The same database by another line in systems.yaml."""
        spec = SystemSpec.model_validate({**self.spec.model_dump(), **changes})
        return Shop(self.url, self.scratch, self.mapping, spec)

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

    def operations(self, since: Position) -> list[tuple[str, str]]:
        """What changed, as (code, op) of every row as it comes."""
        with self.system.snapshot() as snapshot:
            shape = snapshot.shape(self.mapping)
            reading = snapshot.changes(self.mapping, since, [], shape)
            return [(row.source_id, row.op) for row in all_rows_of(reading, self.scratch)]

    def everything(self) -> dict[str, Row]:
        with self.system.snapshot() as snapshot:
            return self.rows(snapshot.everything(self.mapping, snapshot.shape(self.mapping)))

    def read_on(self, since: Position, copy: dict[str, Row]) -> Position:
        """Bring a copy up to date as the engine would; returns where to go on from."""
        with self.system.snapshot() as snapshot:
            shape = snapshot.shape(self.mapping)
            for code, row in self.rows(snapshot.changes(self.mapping, since, [], shape)).items():
                if row.op == "U":
                    copy[code] = row
                else:
                    copy.pop(code, None)
            return snapshot.position

    def apply(self, *writes: Write, token: int = 1) -> list[Outcome]:
        with self.system.writer(Fence("load:erp", token)) as writer:
            return writer.apply(self.mapping, writes, self.shape())


def without_slot(url: str) -> None:
    """Drop the replication slot and publication that a test may have made."""
    with psycopg.connect(url, autocommit=True) as conn:
        for (name,) in conn.execute(
            "SELECT slot_name FROM pg_replication_slots WHERE database = current_database()"
        ).fetchall():
            conn.execute("SELECT pg_drop_replication_slot(%s)", (name,))
        for (name,) in conn.execute("SELECT pubname FROM pg_publication").fetchall():
            conn.execute(SQL("DROP PUBLICATION {}").format(Identifier(name)))


def update(source_id: str, base: dict[str, Any], **new: Any) -> Write:
    return Write(uuid4(), "update", source_id, new, base)


def create(**new: Any) -> Write:
    return Write(uuid4(), "create", None, new, {})
