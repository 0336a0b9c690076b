"""Reviews: the questions that wait for a person, listed and looked at one by one.

What can be decided about each kind is in choices.py, deciding is in deciding.py, and what became of
a decision in effect.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.stewardship import paging
from concord.stewardship.paging import Page

Order = Literal["age", "money", "closed"]
COLUMNS = sql.SQL(
    "review_id, kind, system, entity, golden_id, subject, state, opened_at, closed_at, closed_by,"
    " comment, version, ordered, receivable, exposure, detail - 'fix', decided, batch_id"
)
"""A correction (`fix`, of a write-back) holds values, which are shown by its quarantine entry."""


@dataclass(frozen=True)
class Review:
    """One question. Money is in the company's currency, None where it was not looked up yet.

    `detail` holds keys and counts. `decided` is what a person decided, with values: it is shown by
    `deciding.decision`, which hides what the reader may not see.
    """

    id: int
    kind: str
    system: str | None
    entity: str | None
    golden_id: UUID | None
    subject: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    comment: str | None
    version: int
    ordered: Decimal | None
    receivable: Decimal | None
    exposure: Decimal
    detail: Mapping[str, Any]
    decided: Mapping[str, Any] | None
    batch: int | None

    @property
    def open(self) -> bool:
        """Whether it still waits."""
        return self.state == "open"


def page(
    conn: Connection,
    *,
    kind: str | None = None,
    system: str | None = None,
    entity: str | None = None,
    order: Order = "age",
    after: str | None = None,
    limit: int = 50,
) -> Page[Review]:
    """Open reviews, oldest first (`age`) or by money at stake (`money`); or `closed` ones, newest
    first. `after`: the mark of the page before.

    Raises:
        ConcordError: `after` is no mark of such a list.
    """
    limit = paging.size(limit)
    filters: list[sql.Composable] = [_STATE[order]]
    values: dict[str, Any] = {"limit": limit + 1}
    for name, wanted in (("kind", kind), ("system", system), ("entity", entity)):
        if wanted is not None:
            filters.append(sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)))
            values[name] = wanted
    if after is not None:
        filters.append(_AFTER[order])
        read = paging.read_mark(after, *_KINDS[order])
        values |= dict(zip(("first", "second"), read, strict=False))
    query = sql.SQL(
        "SELECT {} FROM ops.review WHERE {} ORDER BY {} LIMIT %(limit)s"
    ).format(
        COLUMNS,
        sql.SQL(" AND ").join(filters),
        _ORDER[order],
    )  # fmt: skip
    rows = conn.execute(query, values).fetchall()
    return paging.page(rows, limit, lambda row: Review(*row), _MARK[order])


_STATE: Mapping[Order, sql.SQL] = {
    "age": sql.SQL("state = 'open'"),
    "money": sql.SQL("state = 'open'"),
    "closed": sql.SQL("state <> 'open'"),
}
_ORDER: Mapping[Order, sql.SQL] = {
    "age": sql.SQL("review_id"),
    "money": sql.SQL("exposure DESC, review_id"),
    "closed": sql.SQL("closed_at DESC, review_id DESC"),
}
_AFTER: Mapping[Order, sql.SQL] = {
    "age": sql.SQL("review_id > %(first)s"),
    "money": sql.SQL("exposure <= %(first)s AND (exposure < %(first)s OR review_id > %(second)s)"),
    "closed": sql.SQL("(closed_at, review_id) < (%(first)s, %(second)s)"),
}
_KINDS: Mapping[Order, Sequence[Any]] = {
    "age": (int,),
    "money": (paging.amount, int),
    "closed": (datetime.fromisoformat, int),
}
_MARK: Mapping[Order, Any] = {
    "age": lambda r: (r.id,),
    "money": lambda r: (r.exposure, r.id),
    "closed": lambda r: (r.closed_at, r.id),
}


def counts(conn: Connection) -> dict[str, int]:
    """How many reviews are open, by kind."""
    rows = conn.execute(
        "SELECT kind, count(*) FROM ops.review WHERE state = 'open' GROUP BY kind ORDER BY kind"
    ).fetchall()
    return {kind: int(n) for kind, n in rows}


def review(conn: Connection, review_id: int, *, lock: bool = False) -> Review:
    """One review; `lock`: nobody else decides it before this transaction ends.

    Raises:
        ConcordError: there is none with this number.
    """
    query = sql.SQL("SELECT {} FROM ops.review WHERE review_id = %s{}").format(
        COLUMNS,
        sql.SQL(" FOR UPDATE" if lock else ""),
    )
    row = conn.execute(query, (review_id,)).fetchone() if 0 < review_id < 2**63 else None
    if row is None:
        raise ConcordError(
            f"there is no review {review_id}; see the open ones: ./concord review list"
        )
    return Review(*row)
