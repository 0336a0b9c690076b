"""Groups: open quarantine entries by what caused them, so that one correction clears many."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg import sql
from psycopg.types.json import Jsonb

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config
from concord.stewardship import sight
from concord.stewardship.sight import Value

MOST = 10_000  # entries that are decided at once


@dataclass(frozen=True)
class Cause:
    """What entries of one group have in common."""

    side: str
    system: str
    entity: str
    rule: str
    column: str | None


@dataclass(frozen=True)
class Group:
    """All open entries with one cause. `alone`: those that have no other cause, which a correction
    of this one clears. Money is in the company's currency.
    """

    cause: Cause
    message: str
    owner: str
    meaning: Mapping[str, str]  # language -> the rule in words
    entries: int
    alone: int
    waiting: int  # of the entries: sent again, to be judged by the next batch
    exposure: Decimal
    oldest: datetime


@dataclass(frozen=True)
class Same:
    """How many entries of a group have one value in the column that failed."""

    value: Value
    entries: int


def groups(
    conn: Connection, *, system: str | None = None, entity: str | None = None, limit: int = 100
) -> list[Group]:
    """The causes of all open entries, those with most money at stake first."""
    rows = conn.execute(
        statement("stewardship", "groups"), {"system": system, "entity": entity, "limit": limit}
    ).fetchall()
    return [Group(Cause(*row[:5]), *row[5:]) for row in rows]


def members(conn: Connection, cause: Cause, *, value: str | None = None) -> dict[int, int]:
    """Number and version of the group's entries, for `bulk`; at most 10,000, oldest first.

    `value`: only those with this text in the column that failed.
    """
    of_value = sql.SQL("AND raw ->> %(column)s = %(value)s" if value is not None else "")
    rows = conn.execute(
        sql.SQL(
            "SELECT quarantine_id, version FROM ops.quarantine WHERE state IN ('open', 'replay')"
            " AND side = %(side)s AND system = %(system)s AND entity = %(entity)s"
            " AND causes @> %(cause)s {} ORDER BY quarantine_id LIMIT %(most)s"
        ).format(of_value),
        {
            "side": cause.side,
            "system": cause.system,
            "entity": cause.entity,
            "cause": Jsonb([_named(cause)]),
            "column": cause.column,
            "value": value,
            "most": MOST,
        },
    ).fetchall()
    return dict(rows)


def same_values(
    conn: Connection,
    config: Config,
    cause: Cause,
    *,
    may_see: Collection[str] = sight.PLAIN,
    limit: int = 20,
) -> list[Same]:
    """The commonest values of the column that failed. What the reader may not see is hidden.

    Raises:
        ConcordError: the cause is about no single column, or its entity is not in the model.
    """
    entity = config.entity.get(cause.entity)
    if entity is None or not about_one_column(cause) or cause.column is None:
        raise ConcordError(f"rule {cause.rule} is not about one column of an entity of the model")
    rows = conn.execute(
        "SELECT raw ->> %(column)s, count(*) FROM ops.quarantine"
        " WHERE state IN ('open', 'replay') AND side = %(side)s AND system = %(system)s"
        " AND entity = %(entity)s AND causes @> %(cause)s GROUP BY 1 ORDER BY 2 DESC, 1"
        " LIMIT %(limit)s",
        {
            "column": cause.column,
            "side": cause.side,
            "system": cause.system,
            "entity": cause.entity,
            "cause": Jsonb([_named(cause)]),
            "limit": limit,
        },
    ).fetchall()
    mapping = entity.by_system.get(cause.system)
    open_ = sight.column_is_open(entity, mapping, cause.column, may_see)
    return [Same(Value(v) if open_ or v is None else sight.HIDDEN, n) for v, n in rows]


def about_one_column(cause: Cause) -> bool:
    """Whether a cause is about a column, and about no other."""
    return bool(cause.column) and ", " not in (cause.column or "")


def _named(cause: Cause) -> dict[str, str]:
    return {"rule": cause.rule} | ({"column": cause.column} if cause.column else {})
