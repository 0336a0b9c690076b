"""Following: what was written of a golden record and read back, and what refers to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config, Entity
from concord.pipeline.fields import ident, joined, table
from concord.stewardship import finding, paging, sight
from concord.stewardship.paging import Page
from concord.stewardship.record import entity_of
from concord.stewardship.sides import plain_object
from concord.stewardship.sight import Value

DOCUMENTS = ("sales_order", "shipment", "invoice", "payment", "ticket")
"""What a customer's page shows, where the model has them."""


@dataclass(frozen=True)
class Call:
    """One call to the system, for the write among others."""

    started_at: datetime
    ended_at: datetime | None
    outcome: str | None


@dataclass(frozen=True)
class Write:
    """A planned write, its fields old and new, and what became of it. `confirmed`: the system holds
    it, as read back at `ended_at`.
    """

    id: int
    system: str
    source_id: str | None
    action: str
    state: str
    batch: int
    change_set: int
    change_set_state: str
    planned_at: datetime
    ended_at: datetime | None
    tries: int
    error: str | None
    old: Mapping[str, Value]
    new: Mapping[str, Value]
    reason: Mapping[str, Any]  # field -> whose value it is, by which rule
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Document:
    """A golden record that refers to another one; `values`: its fields but for lines."""

    entity: str
    golden_id: UUID
    title: str | None
    values: Mapping[str, Value]


def writes(
    conn: Connection,
    config: Config,
    entity: str,
    golden_id: UUID,
    *,
    may_see: Collection[str] = sight.PLAIN,
    after: str | None = None,
    limit: int = 20,
) -> Page[Write]:
    """What was planned to be written of a golden record, newest first.

    Raises:
        ConcordError: no such entity, or `after` is no mark.
    """
    spec, limit = entity_of(config, entity), paging.size(limit)
    before = paging.read_mark(after, int)[0] if after is not None else None
    rows = conn.execute(
        statement("stewardship", "record_writes"),
        {"golden_id": golden_id, "entity": entity, "before": before, "limit": limit + 1},
    ).fetchall()
    return paging.page(rows, limit, lambda row: _write(spec, row, may_see), lambda w: (w.id,))


def _write(entity: Entity, row: Any, may_see: Collection[str]) -> Write:
    old, new, reason, calls = row[12:16]
    told = tuple(
        Call(
            datetime.fromisoformat(c["started"]),
            datetime.fromisoformat(c["ended"]) if c["ended"] else None,
            c["outcome"],
        )
        for c in calls or ()
    )
    seen = (sight.kept(entity, old, may_see), sight.kept(entity, new, may_see), reason, told)
    return Write(*(*row[:12], *seen))


def documents(
    conn: Connection,
    config: Config,
    entity: str,
    golden_id: UUID,
    document: str,
    *,
    may_see: Collection[str] = sight.PLAIN,
    after: str | None = None,
    limit: int = 20,
) -> Page[Document]:
    """Golden records of `document` that refer to one of `entity`, directly or, like a shipment to
    its customer, through one that does; those that came last first.

    Raises:
        ConcordError: no such entity, nothing of the kind refers to it, or `after` is no mark.
    """
    entity_of(config, entity)
    spec, limit = entity_of(config, document), paging.size(limit)
    before = paging.read_mark(after, UUID)[0] if after is not None else None
    query = sql.SQL(
        "SELECT d.golden_id, {title}, {values} FROM {documents} AS d WHERE {refers}"
        " AND d.deleted_at IS NULL AND (%(before)s::uuid IS NULL OR d.golden_id < %(before)s)"
        " ORDER BY d.golden_id DESC LIMIT %(limit)s"
    ).format(
        title=_title(spec, may_see),
        values=plain_object(spec, "d"),
        documents=table("golden", spec),
        refers=_refers(config, spec, entity),
    )
    rows = conn.execute(
        query, {"golden_id": golden_id, "before": before, "limit": limit + 1}
    ).fetchall()

    def made(row: Any) -> Document:
        return Document(document, row[0], row[1], sight.values(spec, row[2], may_see))

    return paging.page(rows, limit, made, lambda d: (d.golden_id,))


def _title(entity: Entity, may_see: Collection[str]) -> sql.Composable:
    return sql.SQL("(SELECT {} FROM (SELECT d.*) AS g)").format(finding.title(entity, may_see))


def _refers(config: Config, document: Entity, entity: str) -> sql.Composable:
    direct = [f.name for f in document.references if f.to == entity]
    if direct:
        tests = [sql.SQL("{} = %(golden_id)s").format(ident("d", f)) for f in direct]
        return sql.SQL("({})").format(joined(tests, " OR "))
    through = [
        # As an array, or all documents would be walked through to find the last ones.
        sql.SQL("{} = ANY(ARRAY(SELECT m.golden_id FROM {} AS m WHERE {} = %(golden_id)s))").format(
            ident("d", f.name), table("golden", config.entity[f.to]), ident("m", own.name)
        )
        for f in document.references
        if f.to is not None
        for own in config.entity[f.to].references
        if own.to == entity
    ]
    if not through:
        raise ConcordError(f"no {document.name} refers to a {entity}")
    return sql.SQL("({})").format(joined(through, " OR "))
