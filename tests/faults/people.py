"""People at work in the two systems, and a log of every change to a row, kept by the systems.

The log is written by triggers, so it has the true order of what people and writers did to a row,
and nothing in it depends on what Concord believes. A writer is known by its session's name.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from concord.model.spec import Config, EntityMapping

PERSON = "person"
WRITER = "concord"  # Concord's sessions, and those of the naive variants, begin with it

_LOG = """
CREATE SCHEMA people;
CREATE TABLE people.log (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    human boolean NOT NULL,
    table_name text NOT NULL,
    key text NOT NULL,
    before jsonb,
    after jsonb
);
CREATE FUNCTION people.note() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO people.log (human, table_name, key, before, after) VALUES (
        NOT starts_with(current_setting('application_name'), 'concord'), TG_TABLE_NAME,
        coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> TG_ARGV[0], to_jsonb(OLD), to_jsonb(NEW));
    RETURN NULL;
END $$
"""


@dataclass(frozen=True)
class Event:
    """One change to one row: `before` is None for an insert, `after` for a deletion."""

    system: str
    n: int
    at: datetime
    human: bool
    table: str
    key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def watch(config: Config, urls: Mapping[str, str]) -> None:
    """Begin the log in every system, of every mapped table."""
    for system, url in urls.items():
        with psycopg.connect(url) as conn:
            conn.execute(_LOG)
            for mapping in _mappings(config, system):
                conn.execute(
                    sql.SQL(
                        "CREATE TRIGGER people_note AFTER INSERT OR UPDATE OR DELETE ON {}"
                        " FOR EACH ROW EXECUTE FUNCTION people.note({})"
                    ).format(sql.Identifier(mapping.table), sql.Literal(mapping.id))
                )


def log(urls: Mapping[str, str]) -> list[Event]:
    """All that happened in all systems, in order of time; of one row, in its true order."""
    out: list[Event] = []
    for system, url in urls.items():
        with psycopg.connect(url) as conn:
            rows = conn.execute(
                "SELECT n, at, human, table_name, key, before, after FROM people.log ORDER BY n"
            )
            out += [Event(system, *row) for row in rows]
    return sorted(out, key=lambda e: (e.at, e.system, e.n))


def _mappings(config: Config, system: str) -> list[EntityMapping]:
    return [e.by_system[system] for e in config.entities if system in e.by_system]


@contextmanager
def at_work(urls: Mapping[str, str], seed: int = 0) -> Iterator[People]:
    """Somebody with a session in each system; every statement commits by itself."""
    with (
        psycopg.connect(urls["erp"], autocommit=True, application_name=PERSON) as erp,
        psycopg.connect(urls["crm"], autocommit=True, application_name=PERSON) as crm,
    ):
        yield People({"erp": erp, "crm": crm}, random.Random(seed), seed * 10**6)


@dataclass
class People:
    """Hands on both systems. `edits` counts the statements that really changed a row."""

    sessions: Mapping[str, psycopg.Connection[TupleRow]]
    random: random.Random
    _typed: int
    edits: int = 0

    def run(self, system: str, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement there; its rows, if it gives any."""
        cur = self.sessions[system].execute(text, values)
        return cur.fetchall() if cur.description else []

    def edit(self, system: str, table: str, id_: str, key: str, values: Mapping[str, Any]) -> bool:
        """Type values into one record; False when it is not there or says all that already."""
        sets = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(c)) for c in values)
        old = sql.SQL(", ").join(sql.Identifier(c) for c in values)
        new = sql.SQL(", ").join(sql.SQL("%s") for _ in values)
        text = sql.SQL(
            "UPDATE {} SET {} WHERE {}::text = %s AND ROW({}) IS DISTINCT FROM ROW({})"
        ).format(sql.Identifier(table), sets, sql.Identifier(id_), old, new)
        cur = self.sessions[system].execute(text, [*values.values(), key, *values.values()])
        self.edits += cur.rowcount
        return cur.rowcount > 0

    def add(self, system: str, table: str, id_: str, values: Mapping[str, Any]) -> str:
        """Type in a new record; returns its key."""
        text = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}::text").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.SQL("%s") for _ in values),
            sql.Identifier(id_),
        )
        row = self.sessions[system].execute(text, list(values.values())).fetchone()
        assert row is not None
        self.edits += 1
        return str(row[0])

    def number(self) -> int:
        """A number that nobody has used: people differ by their seed."""
        self._typed += 1
        return self._typed


PARTY = {
    "erp": ("customers", "customer_code", {
        "legal_name": "name", "phone": "phone", "email": "email", "tax_id": "vat_no",
        "website": "website", "payment_terms": "terms_code", "kind": "kind",
    }),
    "crm": ("account", "id", {
        "legal_name": "account_name", "phone": "phone_number", "email": "email_address",
        "tax_id": "tax_number", "website": "web", "payment_terms": "payment_term",
        "kind": "account_type",
    }),
}  # fmt: skip
"""Table, key column, and the columns in which people keep a customer, by system."""

TERMS = {"erp": ("PRE", "COD", "N14", "N30", "N60"), "crm": (
    "Prepaid", "Cash on delivery", "Net 14", "Net 30", "Net 60")}  # fmt: skip


def pairs(urls: Mapping[str, str], n: int) -> list[str]:
    """Type `n` customers into both systems, alike; returns their web addresses, which stay."""
    tags = [f"https://c{i}.example" for i in range(n)]
    with at_work(urls) as people:
        for i, tag in enumerate(tags):
            for system, kind in (("erp", "O"), ("crm", "Company")):
                values = {
                    "legal_name": f"Company {i}", "phone": f"+4420794{i:05d}",
                    "email": f"info@c{i}.example", "tax_id": f"GB{i:09d}", "website": tag,
                    "payment_terms": TERMS[system][3], "kind": kind,
                }  # fmt: skip
                table, id_, columns = PARTY[system]
                people.add(system, table, id_, {columns[f]: v for f, v in values.items()})
    return tags


def change_something(people: People, tags: Sequence[str], system: str) -> bool:
    """One edit as people make them: one or two fields of one customer.

    No value is typed twice, so that each can be followed wherever it goes.
    """
    table, _, columns = PARTY[system]
    chance, n = people.random, people.number()
    values: dict[str, str | None] = {
        "legal_name": f"Name {system} {n}",
        "phone": f"+44 20 {'7' if system == 'erp' else '8'}{n % 10**7:07d}",
        "email": f"{system}{n}@mail.example",
    }
    fields = chance.sample(sorted(values), chance.choice((1, 1, 1, 2)))
    return people.edit(
        system, table, columns["website"], chance.choice(tags),
        {columns[f]: values[f] for f in fields},
    )  # fmt: skip
