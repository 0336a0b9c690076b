"""Effect: in which batch a decision came into effect, and what each system confirmed of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config
from concord.stewardship import choices, sides
from concord.stewardship.reviews import Review, review


@dataclass(frozen=True)
class Written:
    """One write that followed, or that none was needed (state `agrees`; `differs` when none was
    made although the system says something else).
    """

    system: str
    action: str
    state: str
    at: datetime | None
    batch: int | None
    error: str | None


@dataclass(frozen=True)
class Effect:
    """What became of a decision.

    state: `waiting` for the next batch of the entity, `applied` by `batch`, or `none` where the
    decision asks for nothing.
    """

    review: int
    state: Literal["waiting", "applied", "none"]
    batch: int | None
    at: datetime | None
    systems: tuple[Written, ...] = ()


SILENT = frozenset({"leave", "keep", "merge", "reject", "refuse"})
"""Choices from which nothing follows; so it is with `apart` of a match, and with proposals."""


def effect(conn: Connection, config: Config, review_id: int) -> Effect:
    """What became of the decision on a review.

    Raises:
        ConcordError: nobody has decided it.
    """
    found = review(conn, review_id)
    if found.decided is None or found.closed_at is None:
        raise ConcordError(f"nobody has decided review {review_id}: it is {found.state}")
    choice = found.decided["choice"]
    silent = choice in SILENT or found.kind == "proposal"
    if silent or (found.kind == "match" and choice == "apart"):
        return Effect(found.id, "none", None, None)
    row = conn.execute(
        statement("stewardship", "applied_by"),
        {"entity": found.entity, "at": found.closed_at, "batch": found.decided.get("batch") or 0},
    ).fetchone()
    if row is None:
        return Effect(found.id, "waiting", None, None)
    return Effect(found.id, "applied", row[0], row[1], _written(conn, config, found, row[0]))


def _written(conn: Connection, config: Config, found: Review, batch: int) -> tuple[Written, ...]:
    if found.kind == "change_set":
        return _of_change_set(conn, int(found.subject))
    ids = _golden_ids(conn, found)
    unit = sides.unit_of(config, found) if choices.about_a_unit(found) else None
    fields = list(unit.fields) if unit else list((found.decided or {}).get("after", {}))
    rows = conn.execute(
        statement("stewardship", "written_since"),
        {
            "ids": ids,
            "entity": found.entity,
            "at": found.closed_at,
            "fields": fields if unit or found.kind == "write_back" else None,
        },
    ).fetchall()
    written = [Written(*row) for row in rows]
    if unit and ids:
        written += _unwritten(conn, config, found, ids[0], {w.system for w in written})
    return tuple(written)


def _golden_ids(conn: Connection, found: Review) -> list[UUID]:
    if found.kind in ("match", "double"):
        told = found.decided or {}
        ids = (told["before"].get("golden_id"), told["after"].get("golden_id"))
        return [UUID(i) for i in ids if i]
    lived = sides.lived(conn, found)
    return [lived] if lived else []


def _unwritten(
    conn: Connection, config: Config, found: Review, golden_id: UUID, written: set[str]
) -> list[Written]:
    """Systems that needed no write, and whether they say the same."""
    unit = sides.unit_of(config, found)
    assert unit
    seen: Sequence[sides.Side] = sides.of_unit(
        conn, sides.entity_of(config, found), unit, golden_id
    )
    golden = next((s.now for s in seen if s.system == sides.GOLDEN), None)
    systems = {spec.name for spec in config.systems}  # rules are none
    return [
        Written(s.system, "", "agrees" if s.now == golden else "differs", None, None, None)
        for s in seen
        if s.system in systems - written and s.live
    ]


def _of_change_set(conn: Connection, change_set_id: int) -> tuple[Written, ...]:
    rows = conn.execute(
        "SELECT system, action, state, max(ended_at), max(batch_id), NULL FROM ops.intent"
        " WHERE change_set_id = %s GROUP BY system, action, state ORDER BY 1, 2, 3",
        (change_set_id,),
    ).fetchall()
    return tuple(Written(*row) for row in rows)
