"""Conflicts: what stood against what, once a rule or a person has settled it.

A review shows what waits. What was settled without a question has no review, and of a question that
is answered the systems soon say the same; what each had said is kept here.
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
from concord.model.spec import Config
from concord.stewardship import paging, sides, sight
from concord.stewardship.paging import Page
from concord.stewardship.reviews import Review
from concord.stewardship.sight import Value

KINDS = ("both_changed", "no_authority", "first_link", "blank")


@dataclass(frozen=True)
class Said:
    """What one record said. `base`: what it had held before, None where that is not known."""

    system: str | None
    source_id: str | None
    values: Mapping[str, Value]
    base: Mapping[str, Value] | None


@dataclass(frozen=True)
class Conflict:
    """A person's change that did not win, beside what did. `rule`: by which rule. `review`: the
    number of the question that a steward answered, or has to, None where nobody was asked.
    """

    id: int
    batch: int
    at: datetime
    entity: str
    golden_id: UUID
    unit: str
    kind: str
    state: str
    rule: str
    loser: Said
    winner: Said
    review: int | None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the unit, as either side has them."""
        return tuple(dict.fromkeys((*self.loser.values, *self.winner.values)))


def page(
    conn: Connection,
    config: Config,
    *,
    batch: int | None = None,
    record: tuple[str, Sequence[UUID]] | None = None,
    entity: str | None = None,
    unit: str | None = None,
    kind: str | None = None,
    may_see: Collection[str] = sight.PLAIN,
    after: str | None = None,
    limit: int = 50,
) -> Page[Conflict]:
    """Conflicts of a batch, or of a golden record, newest first.

    `record`: its entity, its id and the ids that were merged into it.

    Raises:
        ConcordError: neither is given, or `after` is no mark of such a list.
    """
    if batch is None and record is None:
        raise ConcordError("say of which batch or record the conflicts are")
    entity = record[0] if record else entity
    given = {"batch_id": batch, "entity": entity, "unit": unit, "kind": kind}
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    filters: list[sql.Composable] = [
        sql.SQL("c.{} = {}").format(sql.Identifier(n), sql.Placeholder(n)) for n in values
    ]
    if record is not None:
        values["ids"] = list(record[1])
        filters.append(sql.SQL("c.golden_id = ANY(%(ids)s)"))
    limit = paging.size(limit)
    if after is not None:
        [values["before"]] = paging.read_mark(after, int)
        filters.append(sql.SQL("c.conflict_id < {}").format(sql.Placeholder("before")))
    rows = _read(conn, filters, {**values, "limit": limit + 1})
    return paging.page(rows, limit, lambda row: _made(config, row, may_see), lambda c: (c.id,))


def conflict(
    conn: Connection, config: Config, number: int, *, may_see: Collection[str] = sight.PLAIN
) -> Conflict:
    """One conflict. Raises ConcordError when there is none with this number."""
    rows = (
        _read(conn, [sql.SQL("c.conflict_id = %(number)s")], {"number": number, "limit": 1})
        if 0 < number < 2**63
        else []
    )
    if not rows:
        raise ConcordError(f"there is no conflict {number}; it may have been pruned")
    return _made(config, rows[0], may_see)


def met(
    conn: Connection, config: Config, one: Conflict, *, may_see: Collection[str] = sight.PLAIN
) -> tuple[Conflict, ...]:
    """All that gave way at once, a conflict itself among them, oldest first; at most 20."""
    values = {
        "id": one.golden_id,
        "entity": one.entity,
        "unit": one.unit,
        "batch": one.batch,
        "limit": 20,
    }
    same = sql.SQL(
        "c.golden_id = %(id)s AND c.entity = %(entity)s AND c.unit = %(unit)s"
        " AND c.batch_id = %(batch)s"
    )
    return tuple(_made(config, row, may_see) for row in reversed(_read(conn, [same], values)))


def of_review(
    conn: Connection, config: Config, review: Review, *, may_see: Collection[str] = sight.PLAIN
) -> tuple[Conflict, ...]:
    """What a closed question about a field was about, oldest first; at most 20."""
    if review.kind != "conflict" or review.golden_id is None or review.closed_at is None:
        return ()
    filters = [
        sql.SQL("c.golden_id = ANY(%(ids)s) AND c.entity = %(entity)s AND c.unit = %(unit)s"),
        sql.SQL("c.batch_id >= %(batch)s AND c.at <= %(closed)s AND c.state <> 'settled'"),
    ]
    values = {
        "ids": [review.golden_id, sides.lived(conn, review)],
        "entity": review.entity,
        "unit": review.detail.get("unit"),
        "batch": review.batch or 0,
        "closed": review.closed_at,
        "limit": 20,
    }
    return tuple(_made(config, row, may_see) for row in reversed(_read(conn, filters, values)))


def _read(
    conn: Connection, filters: Sequence[sql.Composable], values: Mapping[str, Any]
) -> list[Sequence[Any]]:
    query = statement("stewardship", "conflicts", filters=sql.SQL(" AND ").join(filters))
    return list(conn.execute(query, values).fetchall())


def _made(config: Config, row: Sequence[Any], may_see: Collection[str]) -> Conflict:
    *plain, loser, winner, review = row
    entity = config.entity.get(row[3])

    def seen(values: Mapping[str, str | None] | None) -> dict[str, Value] | None:
        return None if values is None else sight.kept(entity, values, may_see)

    def said(side: Mapping[str, Any]) -> Said:
        return Said(
            side.get("system"),
            side.get("source_id"),
            seen(side.get("value")) or {},
            seen(side.get("base")),
        )

    return Conflict(*(*plain, said(loser), said(winner), review))
