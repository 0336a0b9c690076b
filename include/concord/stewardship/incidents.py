"""Incidents: a rule that fails, from its first failing run until nothing fails it any more.

Validation opens one a rule and closes it by itself (quality/run.py); a person takes it over, says
what it is about, and so tells the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import sql

from concord.errors import AlreadyDecided, ChangedSince, ConcordError
from concord.hub import audit
from concord.hub.database import Connection
from concord.stewardship import paging
from concord.stewardship.paging import Page

REASONS = ("source_data", "interface", "migration", "rule_wrong", "expected", "other")
"""What it is about: people type wrong values; a system sends them; data is being moved; the rule
asks for too much; known, and will pass; see the comment.
"""
LONGEST = 2_000
COLUMNS = sql.SQL(
    "incident_id, system, entity, rule, severity, owner, meaning, state, failed, runs,"
    " opened_batch, last_batch, opened_at, closed_at, closed_by, reason_code, comment, version"
)


@dataclass(frozen=True)
class Incident:
    """One incident. `failed`: rows in the last failing run, of which there were `runs`."""

    id: int
    system: str  # `golden` for the golden model
    entity: str
    rule: str
    severity: str
    owner: str
    meaning: Mapping[str, str]  # language -> the rule in words
    state: str
    failed: int
    runs: int
    opened_batch: int
    last_batch: int
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    reason_code: str | None
    comment: str | None
    version: int


def page(
    conn: Connection,
    *,
    state: Literal["open", "closed"] = "open",
    system: str | None = None,
    entity: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Incident]:
    """Open incidents, oldest first, or closed ones, newest first.

    Raises:
        ConcordError: `after` is no mark of such a list.
    """
    limit = paging.size(limit)
    filters: list[sql.Composable] = [sql.SQL("state = {}").format(sql.Literal(state))]
    values: dict[str, Any] = {"limit": limit + 1}
    for name, wanted in (("system", system), ("entity", entity)):
        if wanted is not None:
            filters.append(sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)))
            values[name] = wanted
    if after is not None and state == "open":
        [values["id"]] = paging.read_mark(after, int)
        filters.append(sql.SQL("incident_id > %(id)s"))
    elif after is not None:
        values["at"], values["id"] = paging.read_mark(after, datetime.fromisoformat, int)
        filters.append(sql.SQL("(closed_at, incident_id) < (%(at)s, %(id)s)"))
    by = "incident_id" if state == "open" else "closed_at DESC, incident_id DESC"
    query = sql.SQL("SELECT {} FROM ops.incident WHERE {} ORDER BY {} LIMIT %(limit)s").format(
        COLUMNS, sql.SQL(" AND ").join(filters), sql.SQL(by)
    )
    return paging.page(
        conn.execute(query, values).fetchall(),
        limit,
        lambda row: Incident(*row),
        lambda i: (i.id,) if state == "open" else (i.closed_at, i.id),
    )


def incident(conn: Connection, incident_id: int, *, lock: bool = False) -> Incident:
    """One incident. Raises ConcordError when there is none with this number."""
    query = sql.SQL("SELECT {} FROM ops.incident WHERE incident_id = %s{}").format(
        COLUMNS, sql.SQL(" FOR UPDATE" if lock else "")
    )
    row = conn.execute(query, (incident_id,)).fetchone() if 0 < incident_id < 2**63 else None
    if row is None:
        raise ConcordError(f"there is no incident {incident_id}")
    return Incident(*row)


def explain(
    conn: Connection,
    incident_id: int,
    *,
    actor: str,
    version: int | None = None,
    owner: str | None = None,
    reason_code: str | None = None,
    comment: str | None = None,
) -> Incident:
    """Take an incident over, or say what it is about; what is None stays as it is.

    Raises:
        AlreadyDecided: it is closed.
        ChangedSince: somebody else has said something about it since `version`.
        ConcordError: nothing is said, or an unknown reason code.
    """
    if owner is None and reason_code is None and comment is None:
        raise ConcordError("say an owner, a reason code or a comment")
    if reason_code is not None and reason_code not in REASONS:
        known = ", ".join(REASONS)
        raise ConcordError(f"there is no reason code {reason_code!r}; known: {known}")
    for text in (owner, comment):
        if text is not None and (not text.strip() or "\0" in text or len(text) > LONGEST):
            raise ConcordError(f"an owner or a comment has 1 to {LONGEST} characters")
    with conn.transaction():
        found = incident(conn, incident_id, lock=True)
        if found.state != "open":
            raise AlreadyDecided(
                f"incident {found.id} was closed by {found.closed_by} on"
                f" {found.closed_at:%Y-%m-%d %H:%M:%S} UTC ({found.comment})"
            )
        if version is not None and version != found.version:
            raise ChangedSince(
                f"incident {found.id} belongs to {found.owner} now, reason"
                f" {found.reason_code or 'not said'}: somebody has changed it since you looked"
            )
        conn.execute(
            "UPDATE ops.incident SET owner = coalesce(%s, owner),"
            " reason_code = coalesce(%s, reason_code), comment = coalesce(%s, comment)"
            " WHERE incident_id = %s",
            (owner, reason_code, comment, incident_id),
        )
        told = {
            "rule": f"{found.system}.{found.entity}.{found.rule}",
            "before": {"owner": found.owner, "reason": found.reason_code},
            "after": {"owner": owner, "reason": reason_code},
            "comment": comment,
        }
        audit.append(conn, actor, "incident.explain", str(incident_id), told)
    return incident(conn, incident_id)
