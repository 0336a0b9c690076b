"""Record: one golden record with where each value comes from, and what lost against it.

Its earlier states are in timeline.py, what was written of it and its documents in following.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config, Entity, Group
from concord.pipeline.fields import as_text, joined, table
from concord.stewardship import finding, sight
from concord.stewardship.sight import Value


@dataclass(frozen=True)
class Loser:
    """What a record says where another one won."""

    system: str
    source_id: str
    value: Value
    changed_batch: int | None


@dataclass(frozen=True)
class FieldState:
    """A golden value with its provenance. `system` is `steward` where a person decided (his name is
    `source_id`) and `rules` for business rules; None where nothing ever gave a value.
    """

    name: str
    unit: str
    doc: str
    value: Value
    system: str | None
    source_id: str | None
    rule: str | None
    batch: int | None
    at: datetime | None
    losers: tuple[Loser, ...]


@dataclass(frozen=True)
class Link:
    """A record of a system, or of a rule, that belongs to the golden record."""

    system: str
    source_id: str
    live: bool
    first_batch: int
    seen_batch: int
    version: int


@dataclass(frozen=True)
class Task:
    """Something about the record that waits: a quarantine entry or a review."""

    kind: str  # quarantine, or the review's kind
    number: int
    system: str | None
    state: str
    opened_at: datetime


@dataclass(frozen=True)
class Record:
    """A golden record and everything that belongs to it."""

    entity: str
    golden_id: UUID
    title: str | None
    live: bool
    version: int
    batch: int
    created_at: datetime
    updated_at: datetime
    fields: tuple[FieldState, ...]
    links: tuple[Link, ...]
    merged: tuple[UUID, ...]  # golden ids that were merged into this one
    tasks: tuple[Task, ...]


def entity_of(config: Config, name: str) -> Entity:
    """The entity of this name. Raises ConcordError when there is none."""
    if name not in config.entity:
        raise ConcordError(f"there is no entity {name!r}; known: {', '.join(config.entity)}")
    return config.entity[name]


def show(
    conn: Connection,
    config: Config,
    entity: str,
    golden_id: UUID,
    *,
    may_see: Collection[str] = sight.PLAIN,
) -> Record:
    """A golden record; one that was merged away is shown as the one that it went into.

    Raises:
        ConcordError: there is no such entity or record.
    """
    spec = entity_of(config, entity)
    row = _golden(conn, spec, golden_id, may_see)
    if row is None:
        raise ConcordError(
            f"there is no {entity} {golden_id}; look for it: ./concord record find NAME"
        )
    living, name, live, version, batch, created, updated, values, provenance = row
    images = conn.execute(
        statement(
            "stewardship", "record_images", image=table("image", spec), values=objects(spec, "i")
        ),
        {"golden_id": living},
    ).fetchall()
    batches = _batches(conn, provenance)
    return Record(
        entity,
        living,
        name,
        live,
        version,
        batch,
        created,
        updated,
        tuple(_states(spec, values, provenance, batches, images, may_see)),
        tuple(Link(*image[:6]) for image in images),
        merged(conn, entity, living),
        _tasks(conn, entity, living, images),
    )


def objects(entity: Entity, alias: str) -> sql.Composed:
    """All fields as a jsonb object of texts."""
    pairs = [
        sql.SQL("{}, {}").format(sql.Literal(f.name), as_text(alias, f.name)) for f in entity.fields
    ]
    # jsonb_build_object takes 100 arguments at most.
    parts = [
        sql.SQL("jsonb_build_object({})").format(joined(pairs[n : n + 40]))
        for n in range(0, len(pairs), 40)
    ]
    return joined(parts, " || ")


def _golden(
    conn: Connection, entity: Entity, golden_id: UUID, may_see: Collection[str]
) -> tuple[Any, ...] | None:
    query = sql.SQL(
        "SELECT g.golden_id, {title}, g.deleted_at IS NULL, g.version, g.batch_id, g.created_at,"
        " g.updated_at, {values}, g.provenance FROM {golden} AS g WHERE g.golden_id = coalesce("
        "(SELECT d.to_id FROM ops.redirect AS d WHERE d.entity = %(entity)s"
        " AND d.from_id = %(id)s), %(id)s)"
    ).format(
        title=finding.title(entity, may_see),
        values=objects(entity, "g"),
        golden=table("golden", entity),
    )
    return conn.execute(query, {"entity": entity.name, "id": golden_id}).fetchone()


def _batches(conn: Connection, provenance: Mapping[str, Any]) -> dict[int, datetime]:
    """When the batches were that gave the values."""
    ids = {p["batch"] for p in provenance.values() if p and p.get("batch") is not None}
    rows = conn.execute(
        "SELECT batch_id, started_at FROM ops.batch WHERE batch_id = ANY(%s)", (list(ids),)
    ).fetchall()
    return dict(rows)


def _states(
    entity: Entity,
    values: Mapping[str, str | None],
    provenance: Mapping[str, Any],
    batches: Mapping[int, datetime],
    images: Sequence[Sequence[Any]],
    may_see: Collection[str],
) -> list[FieldState]:
    out = []
    for unit in entity.units:
        origin = provenance.get(unit.name) or {}
        for name in unit.fields:
            field = entity.field[name]
            out.append(
                FieldState(
                    name,
                    unit.name,
                    field.doc or unit.doc,
                    sight.value(field, values[name], may_see),
                    origin.get("system"),
                    origin.get("source_id"),
                    origin.get("rule"),
                    origin.get("batch"),
                    batches.get(origin.get("batch") or 0),
                    tuple(_losers(entity, unit, name, values, origin, images, may_see)),
                )
            )
    return out


def _losers(
    entity: Entity,
    unit: Group,
    name: str,
    values: Mapping[str, str | None],
    origin: Mapping[str, Any],
    images: Sequence[Sequence[Any]],
    may_see: Collection[str],
) -> list[Loser]:
    """Records that hold the field, are live, and say something else."""
    out = []
    for system, source_id, live, _, _, _, said, changed in images:
        mapping = entity.by_system.get(system)
        mapped = mapping is None or name in mapping.by_field
        won = (system, source_id) == (origin.get("system"), origin.get("source_id"))
        if not live or not mapped or won or said[name] == values[name]:
            continue
        batch = max((int(changed[f]) for f in (*unit.fields, "*") if f in changed), default=None)
        out.append(
            Loser(system, source_id, sight.value(entity.field[name], said[name], may_see), batch)
        )
    return out


def merged(conn: Connection, entity: str, golden_id: UUID) -> tuple[UUID, ...]:
    """Ids of golden records that were merged into one; at most 100."""
    rows = conn.execute(
        "SELECT from_id FROM ops.redirect WHERE entity = %s AND to_id = %s ORDER BY at LIMIT 100",
        (entity, golden_id),
    ).fetchall()
    return tuple(row[0] for row in rows)


def _tasks(
    conn: Connection, entity: str, golden_id: UUID, images: Sequence[Sequence[Any]]
) -> tuple[Task, ...]:
    rows = conn.execute(
        statement("stewardship", "record_tasks"),
        {
            "entity": entity,
            "golden_id": golden_id,
            "keys": [str(golden_id), *(image[1] for image in images)],
            "systems": ["golden", *(image[0] for image in images)],
        },
    ).fetchall()
    return tuple(Task(*row) for row in rows)
