"""One set of hands for every adapter: what people do in a system, without its language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Placeholder

from concord.model.spec import Column, EntityMapping, SystemSpec
from concord.systems.protocol import Reading, Row, System
from concord.systems.registry import open_system
from tests.faults.hostile.hands import Hostile
from tests.faults.hostile.store import Resource as HostileResource
from tests.faults.hostile.system import HostileSystem
from tests.support.memory_system import Api, MemorySystem, Resource, parsed
from tests.support.orders import LINES, ORDERS, order_mapping
from tests.support.readings import rows_of
from tests.support.reset import empty
from tests.support.shop import without_slot

COLUMNS = ("name", "phone", "credit", "active", "born", "visits")
TABLE = """
CREATE TABLE customers (
    code    text PRIMARY KEY DEFAULT 'C' || nextval('customer_code'),
    name    varchar(80) NOT NULL,
    phone   text,
    credit  numeric(12, 2),
    active  boolean,
    born    date,
    visits  integer,
    CONSTRAINT no_traitors CHECK (name <> 'Judas')
)
"""


@dataclass
class Hands:
    """A system under test, its mapping, and what a person does there."""

    system: System
    mapping: EntityMapping
    add: Callable[..., str]
    edit: Callable[..., None]
    remove: Callable[[str], None]
    rows: Callable[[Reading | None], dict[str, Row]]
    other: Callable[[], System]  # another server of the same kind
    fenced: bool = True  # the server knows a fence

    def variant(self, **changes: Any) -> EntityMapping:
        """The mapping with something else in it."""
        return self.mapping.model_copy(update=changes)

    def read(self) -> dict[str, Row]:
        """All records as they stand."""
        with self.system.snapshot() as snapshot:
            reading = snapshot.everything(self.mapping, snapshot.shape(self.mapping))
            return self.rows(reading)


def mapping_of(system: str) -> EntityMapping:
    return EntityMapping(
        system=system,
        entity="party",
        table="customers",
        id="code",
        columns=tuple(Column(field=c, column=c) for c in COLUMNS),
    )


def spec_of(kind: str, capture: str = "auto") -> SystemSpec:
    return SystemSpec.model_validate(
        {"name": "erp", "role": "erp", "kind": kind, "connection": "c", "capture": capture}
    )


def runner(url: str) -> Callable[..., list[Any]]:
    """A person at the prompt of a database."""

    def run(query: SQL | Any, values: dict[str, Any]) -> list[Any]:
        with psycopg.connect(url) as conn:
            cur = conn.execute(query, values)
            return cur.fetchall() if cur.description else []

    return run


def postgres(pg: Any, url: str, capture: str = "auto", *, papers: bool = False) -> Hands:
    """A prepared database with customers, or with orders, in an empty one."""
    system = open_system(spec_of("postgres", capture), url)
    mapping = order_mapping() if papers else mapping_of("erp")
    table, key, run = Identifier(mapping.table), Identifier(mapping.id), runner(url)
    with psycopg.connect(url) as conn:
        conn.execute("CREATE SEQUENCE customer_code")
        conn.execute(ORDERS if papers else TABLE)
    system.execute(system.prepare([mapping]))

    def add(**values: Any) -> str:
        query = SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}").format(
            table,
            SQL(", ").join(map(Identifier, values)),
            SQL(", ").join(map(Placeholder, values)),
            key,
        )
        return str(run(query, values)[0][0])

    def edit(source_id: str, **values: Any) -> None:
        query = SQL("UPDATE {} SET {} WHERE {} = {}").format(
            table,
            SQL(", ").join(SQL("{} = {}").format(Identifier(c), Placeholder(c)) for c in values),
            key,
            Placeholder("source_id"),
        )
        run(query, {**values, "source_id": source_id})

    def remove(source_id: str) -> None:
        run(SQL("DELETE FROM {} WHERE {} = %(id)s").format(table, key), {"id": source_id})

    def other() -> System:
        return postgres(pg, pg.create(pg.name("other"))).system

    scratch = pg.url("postgres")
    return Hands(system, mapping, add, edit, remove, lambda r: rows_of(r, scratch), other)


def customers() -> Resource:
    """What a web service knows of customers."""
    return Resource(
        columns={
            "name": "text",
            "phone": "text",
            "credit": "decimal",
            "active": "boolean",
            "born": "date",
            "visits": "integer",
        },
        limits={"name": 80},
        required=("name",),
    )


def orders() -> Resource:
    """Orders of a web service, which hold their lines."""
    return Resource(
        columns={"customer": "text", "note": "text", LINES: "text"},
        id="so_no",
        required=("customer",),
    )


def memory(*, papers: bool = False) -> Hands:
    """A web service with one resource."""
    api, mapping = Api(), order_mapping() if papers else mapping_of("erp")
    name = mapping.table
    api.resources[name] = orders() if papers else customers()
    kinds = api.resources[name].columns

    def add(**values: Any) -> str:
        return api.put(name, None, {c: parsed(v, kinds[c]) for c, v in values.items()})

    def edit(source_id: str, **values: Any) -> None:
        api.put(name, source_id, {c: parsed(v, kinds[c]) for c, v in values.items()})

    def remove(source_id: str) -> None:
        api.drop(name, source_id)

    return Hands(
        MemorySystem(spec_of("memory"), api),
        mapping,
        add,
        edit,
        remove,
        lambda r: rows_of(r, ""),
        lambda: memory().system,
    )


def hostile(started: list[Hostile]) -> Hands:
    """A web service in a process of its own; put into `started`, to be stopped."""
    resource = HostileResource(
        {"name": "text", "phone": "text", "credit": "decimal", "active": "boolean",
         "born": "date", "visits": "integer"},
        id="code",
        limits={"name": 80},
        required=("name",),
    )  # fmt: skip
    kinds: Any = resource.columns
    server = Hostile.start({"customers": resource})
    started.append(server)

    def add(**values: Any) -> str:
        (id_,) = server.add("customers", {c: parsed(v, kinds[c]) for c, v in values.items()})
        return id_

    def edit(source_id: str, **values: Any) -> None:
        typed = {c: parsed(v, kinds[c]) for c, v in values.items()}
        server.edit("customers", source_id, **typed)

    return Hands(
        HostileSystem(spec_of("hostile"), server.url),
        mapping_of("erp"),
        add,
        edit,
        lambda source_id: server.remove("customers", source_id),
        lambda r: rows_of(r, ""),
        lambda: hostile(started).system,
        fenced=False,
    )


def papers_of(hands: Hands, run: Callable[..., list[Any]] | None) -> Hands:
    """The same system with documents: people give and take lines as one text as well.

    `run`: where the lines are rows of a second table.
    """
    if run is None:
        return hands

    def put(source_id: str, raw: str | None) -> None:
        run("DELETE FROM so_line WHERE so_no = %(no)s", {"no": source_id})
        run(
            "INSERT INTO so_line (so_no, line_no, item, qty, due) SELECT %(no)s, l.*"
            " FROM json_to_recordset(%(raw)s::json)"
            " AS l (line_no integer, item text, qty numeric, due date)",
            {"no": source_id, "raw": raw or "[]"},
        )

    def add(**values: Any) -> str:
        raw = values.pop(LINES, None)
        source_id = hands.add(**values)
        put(source_id, raw)
        return source_id

    def edit(source_id: str, **values: Any) -> None:
        if LINES in values:
            put(source_id, values.pop(LINES))
        if values:
            hands.edit(source_id, **values)

    def remove(source_id: str) -> None:
        put(source_id, None)
        hands.remove(source_id)

    return replace(hands, add=add, edit=edit, remove=remove)


@pytest.fixture(scope="session")
def contract_url(pg: Any) -> str:
    """The database that the PostgreSQL adapter's turns take place in."""
    return str(pg.create(pg.name("contract")))


@pytest.fixture(params=["postgres", "postgres by decoding", "memory", "http"])
def hands(request: pytest.FixtureRequest) -> Iterator[Hands]:
    """Every adapter in turn, with an empty table `customers`."""
    started: list[Hostile] = []
    try:
        if request.param == "memory":
            yield memory()
        elif request.param == "http":
            yield hostile(started)
        else:
            url = request.getfixturevalue("contract_url")
            empty(url)
            capture = "auto" if request.param == "postgres" else "logical"
            yield postgres(request.getfixturevalue("pg"), url, capture)
            without_slot(url)
    finally:
        for server in started:
            server.stop()


@pytest.fixture(params=["postgres", "postgres by decoding", "memory"])
def papers(request: pytest.FixtureRequest) -> Iterator[Hands]:
    """Every adapter that carries documents, without any orders yet."""
    if request.param == "memory":
        yield papers_of(memory(papers=True), None)
        return
    url = request.getfixturevalue("contract_url")
    empty(url)
    capture = "auto" if request.param == "postgres" else "logical"
    pg = request.getfixturevalue("pg")
    yield papers_of(postgres(pg, url, capture, papers=True), runner(url))
    without_slot(url)
