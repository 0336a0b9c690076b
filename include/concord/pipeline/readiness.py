"""Readiness: what connecting two systems for the first time would mean, from a dry run's books.

Counts alone: how many records each side has, how many match, how many are there twice, how many
have each match key, what fails the suites, and what would be written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import RULES, Config, Entity, EntityMapping
from concord.pipeline.fields import ident, joined, partition, table


@dataclass(frozen=True)
class Planned:
    """What the dry run would write of one entity into one system."""

    creates: int = 0
    updates: int = 0
    deletes: int = 0
    money: Decimal = Decimal(0)

    @property
    def writes(self) -> int:
        """All of it."""
        return self.creates + self.updates + self.deletes


@dataclass(frozen=True)
class Side:
    """One entity in one system. `keys`: for each match key, how many records have all of it."""

    system: str
    entity: str
    records: int
    matched: int
    doubles: int
    quarantined: int
    parked: int
    keys: Sequence[tuple[str, int]]
    planned: Planned


@dataclass(frozen=True)
class Failing:
    """A rule of a suite that rows failed."""

    system: str
    entity: str
    rule: str
    severity: str
    failed: int
    checked: int


@dataclass(frozen=True)
class Readiness:
    """Everything that the dry run `batch` found, entities in the order in which they are loaded."""

    batch: int
    sides: Sequence[Side]
    failing: Sequence[Failing]

    @property
    def writes(self) -> int:
        """All writes that it would make."""
        return sum(side.planned.writes for side in self.sides)

    def total(self, name: str) -> int:
        """The sum of a count over all sides."""
        return sum(int(getattr(side, name)) for side in self.sides)


def kept(found: Readiness) -> Jsonb:
    """A profile as it is kept with its initial load; `read` is its inverse."""
    return Jsonb(asdict(found), dumps=lambda value: json.dumps(value, default=str))


def read(content: dict[str, Any]) -> Readiness:
    """A profile that was kept."""
    sides = [_side(**side) for side in content["sides"]]
    return Readiness(content["batch"], sides, [Failing(**one) for one in content["failing"]])


def _side(planned: dict[str, Any], keys: Sequence[tuple[str, int]], **rest: Any) -> Side:
    money = Decimal(planned.pop("money"))
    return Side(
        **rest, keys=[(name, n) for name, n in keys], planned=Planned(**planned, money=money)
    )


def collect(conn: Connection, config: Config, batch_id: int, entities: Sequence[str]) -> Readiness:
    """Read it from the hub, as it is now; `batch_id` is the dry run's."""
    planned = {
        (system, entity): Planned(*counts)
        for system, entity, *counts in conn.execute(
            "SELECT system, entity, creates, updates, deletes, money FROM ops.change_set"
            " WHERE batch_id = %s AND state = 'dry_run'",
            (batch_id,),
        )
    }
    aside = {
        (kind, system, entity): int(n)
        for kind, system, entity, n in conn.execute(statement("pipeline", "set_aside"))
    }
    sides = []
    for entity in config.entities:
        if entity.name not in entities:
            continue
        for mapping in entity.mappings:
            at = (mapping.system, entity.name)
            records, doubles, matched, *filled = _profile(conn, entity, mapping)
            keys = [" + ".join(key) for key in entity.keys]
            sides.append(
                Side(
                    *at, records, matched, doubles,
                    quarantined=aside.get(("quarantined", *at), 0),
                    parked=aside.get(("parked", *at), 0),
                    keys=list(zip(keys, filled, strict=True)),
                    planned=planned.get(at, Planned()),
                )
            )  # fmt: skip
    rows = conn.execute(statement("pipeline", "failing_rules"), {"batch": batch_id}).fetchall()
    return Readiness(batch_id, sides, [Failing(*row) for row in rows])


def _profile(conn: Connection, entity: Entity, mapping: EntityMapping) -> list[int]:
    filled = [
        sql.SQL("count(*) FILTER (WHERE {})").format(
            joined((sql.SQL("{} IS NOT NULL").format(ident("i", f)) for f in key), " AND ")
        )
        for key in entity.keys
    ]
    query = statement(
        "pipeline",
        "profile",
        filled=joined(filled),
        partition=partition(mapping),
        image=table("image", entity),
    )
    row = conn.execute(query, {"system": mapping.system, "rules": RULES}).fetchone()
    assert row
    return [int(n) for n in row]
