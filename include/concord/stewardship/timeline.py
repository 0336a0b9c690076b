"""Timeline: what a golden record and its records were at any instant, and what changed when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config
from concord.pipeline.fields import table
from concord.stewardship import paging, sight
from concord.stewardship.paging import Page
from concord.stewardship.record import entity_of, objects
from concord.stewardship.sight import Value


@dataclass(frozen=True)
class State:
    """What a record was; `system` is `golden` for the golden one. `there`: it was not deleted."""

    system: str
    source_id: str
    version: int
    since: datetime | None  # known for golden records
    there: bool
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Change:
    """One version of a golden record and how it differs from the one before."""

    version: int
    at: datetime
    batch: int
    there: bool
    changed: Mapping[str, tuple[Value, Value]]  # field -> before, after


def as_of(
    conn: Connection,
    config: Config,
    entity: str,
    golden_id: UUID,
    at: datetime,
    *,
    may_see: Collection[str] = sight.PLAIN,
) -> tuple[State, ...]:
    """The golden record at an instant, then the records that belong to it now, as they were.

    Empty before the record was there. Of the systems' records the hub knows a state from when it
    was read, not from when it was typed.

    Raises:
        ConcordError: there is no such entity, or the instant has no zone.
    """
    if at.tzinfo is None:
        raise ConcordError(f"{at} has no zone; say for example {at}+00:00")
    spec = entity_of(config, entity)
    rows = conn.execute(
        statement(
            "stewardship",
            "states_as_of",
            golden=table("golden", spec),
            golden_history=table("golden", spec, "_history"),
            image=table("image", spec),
            image_history=table("image", spec, "_history"),
            of_golden=objects(spec, "g"),
            of_image=objects(spec, "i"),
        ),
        {"golden_id": golden_id, "at": at},
    ).fetchall()
    return tuple(State(*(*row[:5], sight.values(spec, row[5], may_see))) for row in rows)


def changes(
    conn: Connection,
    config: Config,
    entity: str,
    golden_id: UUID,
    *,
    may_see: Collection[str] = sight.PLAIN,
    after: str | None = None,
    limit: int = 20,
) -> Page[Change]:
    """The versions of a golden record, newest first. Raises ConcordError for a wrong mark."""
    spec, limit = entity_of(config, entity), paging.size(limit)
    before = paging.read_mark(after, int)[0] if after is not None else None
    rows = conn.execute(
        statement(
            "stewardship",
            "golden_versions",
            golden=table("golden", spec),
            history=table("golden", spec, "_history"),
            values=objects(spec, "g"),
        ),
        {"golden_id": golden_id, "before": before, "limit": limit + 2},
    ).fetchall()
    out = []
    for n, (version, at, batch, there, values) in enumerate(rows[: limit + 1]):
        earlier = rows[n + 1][4] if n + 1 < len(rows) else {}
        changed = {
            f.name: (
                sight.value(f, earlier.get(f.name), may_see),
                sight.value(f, values[f.name], may_see),
            )
            for f in spec.fields
            if earlier.get(f.name) != values[f.name]
        }
        out.append((version, at, batch, there, changed))
    return paging.page(out, limit, lambda row: Change(*row), lambda c: (c.version,))
