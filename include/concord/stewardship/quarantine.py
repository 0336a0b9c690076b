"""Quarantine: see what failed and why, correct it, send it again, or dismiss it with a reason.

Nothing here touches an image: a replayed record is read and validated again by the next batch,
which takes the correction only if the record still is what the steward saw.

Groups by cause and what is done to many at once are in groups.py and bulk.py; trying a correction
before it is stored in trial.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from psycopg import sql
from psycopg.types.json import Jsonb

from concord.errors import AlreadyDecided, ChangedSince, ConcordError, Said
from concord.hub import audit
from concord.hub.database import Connection
from concord.model.spec import RULES
from concord.stewardship import paging
from concord.stewardship.paging import Page

OPEN = ("open", "replay")
GOLDEN = "golden"
REASONS = ("test_data", "obsolete", "duplicate", "irrelevant", "accepted", "other")
"""Why a record is not taken: typed by mistake or to try things; no longer used; there already;
nothing that the other side needs; as it should be, whatever the rule says; see the comment.
"""
Order = Literal["age", "money"]
COLUMNS = (
    "quarantine_id", "side", "system", "entity", "source_id", "state", "causes", "raw", "fix",
    "opened_at", "version", "ordered", "receivable", "exposure", "first_batch", "last_batch",
    "acted_at", "closed_at", "closed_by", "reason_code", "reason",
)  # fmt: skip
SELECT = sql.SQL("SELECT {} FROM ops.quarantine").format(
    sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
)


@dataclass(frozen=True)
class Entry:
    """One record in quarantine. Money is in the company's currency, None until it was looked up.

    `version` goes back with what is done about it, and is refused when the entry has changed.
    """

    id: int
    side: str
    system: str
    entity: str
    source_id: str
    state: str
    causes: Sequence[Mapping[str, Any]]
    raw: Mapping[str, str | None]
    fix: Mapping[str, str | None]
    opened_at: datetime
    version: int
    ordered: Decimal | None
    receivable: Decimal | None
    exposure: Decimal
    first_batch: int
    last_batch: int
    acted_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    reason_code: str | None
    reason: str | None

    @property
    def why(self) -> str:
        """Its causes in one line, without values."""
        return "; ".join(str(c.get("message") or c.get("rule")) for c in self.causes)


def entries(
    conn: Connection,
    *,
    system: str | None = None,
    entity: str | None = None,
    states: Sequence[str] = OPEN,
    after: int = 0,
    limit: int = 100,
) -> list[Entry]:
    """Entries in order of their number, `limit` after number `after`."""
    rows = conn.execute(
        SELECT + sql.SQL(
            " WHERE state = ANY(%(states)s) AND quarantine_id > %(after)s"
            " AND (%(system)s::text IS NULL OR system = %(system)s)"
            " AND (%(entity)s::text IS NULL OR entity = %(entity)s)"
            " ORDER BY quarantine_id LIMIT %(limit)s"
        ),
        {
            "states": list(states),
            "after": after,
            "system": system,
            "entity": entity,
            "limit": limit,
        },
    ).fetchall()  # fmt: skip
    return [Entry(*row) for row in rows]


def page(
    conn: Connection,
    *,
    system: str | None = None,
    entity: str | None = None,
    rule: str | None = None,
    column: str | None = None,
    order: Order = "money",
    after: str | None = None,
    limit: int = 50,
) -> Page[Entry]:
    """Open entries, by money at stake (`money`) or oldest first (`age`); with a cause, when given.

    Raises:
        ConcordError: `after` is no mark of such a list.
    """
    limit = paging.size(limit)
    filters: list[sql.Composable] = [sql.SQL("state IN ('open', 'replay')")]
    values: dict[str, Any] = {"limit": limit + 1}
    for name, wanted in (("system", system), ("entity", entity)):
        if wanted is not None:
            filters.append(sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)))
            values[name] = wanted
    if rule is not None:
        filters.append(sql.SQL("causes @> %(cause)s"))
        cause = {"rule": rule} if column is None else {"rule": rule, "column": column}
        values["cause"] = Jsonb([cause])
    if after is not None and order == "age":
        [values["id"]] = paging.read_mark(after, int)
        filters.append(sql.SQL("quarantine_id > %(id)s"))
    elif after is not None:
        values["sum"], values["id"] = paging.read_mark(after, paging.amount, int)
        filters.append(
            sql.SQL("exposure <= %(sum)s AND (exposure < %(sum)s OR quarantine_id > %(id)s)")
        )
    by = "quarantine_id" if order == "age" else "exposure DESC, quarantine_id"
    query = SELECT + sql.SQL(" WHERE {} ORDER BY {} LIMIT %(limit)s").format(
        sql.SQL(" AND ").join(filters), sql.SQL(by)
    )
    return paging.page(
        conn.execute(query, values).fetchall(),
        limit,
        lambda row: Entry(*row),
        lambda e: (e.id,) if order == "age" else (e.exposure, e.id),
    )


def entry(conn: Connection, quarantine_id: int, *, lock: bool = False) -> Entry:
    """One entry; `lock`: nobody else changes it before this transaction ends.

    Raises:
        ConcordError: there is none with this number.
    """
    query = SELECT + sql.SQL(" WHERE quarantine_id = %s{}").format(
        sql.SQL(" FOR UPDATE" if lock else "")
    )
    there = 0 < quarantine_id < 2**63
    row = conn.execute(query, (quarantine_id,)).fetchone() if there else None
    if row is None:
        raise ConcordError(f"there is no quarantine entry {quarantine_id}")
    return Entry(*row)


def locked(conn: Connection, quarantine_id: int, version: int | None) -> Entry:
    """An open entry, locked, as the person saw it (`version`, None: as it is now).

    Raises:
        AlreadyDecided: it is closed, or another person has sent it again.
        ChangedSince: it has failed anew, with other values or causes.
        ConcordError: there is no such entry.
    """
    found = entry(conn, quarantine_id, lock=True)
    why = refusal(found, version)
    if why is not None:
        raise why
    return found


def refusal(found: Entry, version: int | None) -> ConcordError | None:
    """Why nothing can be done about an entry as somebody saw it; None when it can."""
    at = found.closed_at or found.acted_at
    when = f" on {at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
    who = f" by {found.closed_by}" if found.closed_by else ""
    if found.state not in OPEN:
        why = f" ({found.reason})" if found.reason else ""
        text = f"entry {found.id} is {found.state}{who}{when}{why}; nothing is left to do"
        return AlreadyDecided(
            Said(text, "entry.closed", id=found.id, entry=found.state, **_who(found), why=why)
        )
    if version is None or version == found.version:
        return None
    if found.state == "replay":
        done = "corrected" if found.fix else "sent again"
        text = (
            f"entry {found.id} was {done}{who}{when}; the next batch judges it. Nothing was"
            " changed by you"
        )
        return AlreadyDecided(Said(text, "entry.sent", id=found.id, **_who(found)))
    text = (
        f"entry {found.id} is not what it was when you looked at it. Look at it again, then decide"
    )
    return ChangedSince(Said(text, "entry.other", id=found.id))


def _who(found: Entry) -> dict[str, object]:
    at = found.closed_at or found.acted_at
    return {
        "who": found.closed_by or "concord",
        "when": f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "—",
    }


def check_columns(found: Entry, names: Iterable[str]) -> None:
    """That these columns of an entry can be corrected here. Raises ConcordError."""
    if found.side != "read":
        why = (
            f"entry {found.id} is a write that {found.system} refused: correct the record"
            " in its own system, then replay"
        )
        raise ConcordError(Said(why, "entry.a_write", id=found.id, system=found.system))
    if found.system == RULES:
        why = (
            f"entry {found.id} is what a business rule wants: correct the rule, or the records"
            " that it reads, then replay"
        )
        raise ConcordError(Said(why, "entry.a_rule", id=found.id))
    if found.system == GOLDEN:
        why = (
            f"entry {found.id} is a golden record: correct a record of it, or what it depends on;"
            " every batch asks again"
        )
        raise ConcordError(Said(why, "entry.golden", id=found.id))
    unknown = [c for c in names if c not in found.raw]
    if unknown:
        names, known = ", ".join(unknown), ", ".join(sorted(found.raw))
        why = f"entry {found.id} has no column {names}; it has {known}"
        raise ConcordError(Said(why, "entry.no_column", id=found.id, columns=names, known=known))


def fix(
    conn: Connection,
    quarantine_id: int,
    values: Mapping[str, str | None],
    *,
    actor: str,
    version: int | None = None,
) -> Entry:
    """Correct columns of a record that failed, and replay it.

    The next batch validates the corrected record. If it passes, the correction is taken as that
    system's value and, where authority lets it win, is written back there.

    Raises:
        AlreadyDecided, ChangedSince: see `locked`.
        ConcordError: the entry is a refused write, is no system's, or has no such column.
    """
    with conn.transaction():
        found = locked(conn, quarantine_id, version)
        check_columns(found, values)
        store_fix(conn, found, values, actor)
        detail = {"columns": sorted(values)}
        audit.append(conn, actor, "quarantine.fix", str(quarantine_id), detail)
    return entry(conn, quarantine_id)


def store_fix(conn: Connection, found: Entry, values: Mapping[str, str | None], actor: str) -> None:
    """Keep a correction of an entry that is locked; the next batch takes it."""
    conn.execute(
        "UPDATE ops.quarantine SET fix = fix || %s, state = 'replay', closed_by = %s,"
        " acted_at = clock_timestamp() WHERE quarantine_id = %s",
        (Jsonb(dict(values)), actor, found.id),
    )


def replay(
    conn: Connection, quarantine_id: int, *, actor: str, version: int | None = None
) -> Entry:
    """Send a record through again as it is now in its system, or a refused write once more.

    Raises:
        AlreadyDecided, ChangedSince, ConcordError: see `locked`.
    """
    with conn.transaction():
        locked(conn, quarantine_id, version)
        conn.execute(
            "UPDATE ops.quarantine SET state = 'replay', closed_by = %s,"
            " acted_at = clock_timestamp() WHERE quarantine_id = %s",
            (actor, quarantine_id),
        )
        send_again(conn, [quarantine_id])
        audit.append(conn, actor, "quarantine.replay", str(quarantine_id), {})
    return entry(conn, quarantine_id)


def send_again(conn: Connection, ids: Sequence[int]) -> None:
    """What a replay needs besides: rules asked about their subjects again, refused writes waiting
    once more.
    """
    conn.execute(
        "INSERT INTO ops.due (rule, subject, at, batch_id) SELECT DISTINCT ON (1, 2)"
        " raw ->> '_rule', (raw ->> '_subject')::uuid, now(), last_batch FROM ops.quarantine"
        " WHERE quarantine_id = ANY(%s) AND system = %s AND raw ->> '_subject' IS NOT NULL"
        " ON CONFLICT (rule, subject) DO UPDATE SET at = excluded.at",
        (list(ids), RULES),
    )
    conn.execute(
        "UPDATE ops.intent SET state = 'waiting', error = NULL, ended_at = NULL"
        " FROM (SELECT (c.cause ->> 'intent')::bigint AS id FROM ops.quarantine AS q"
        " CROSS JOIN LATERAL jsonb_array_elements(q.causes) AS c (cause)"
        " WHERE q.quarantine_id = ANY(%s) AND q.side = 'write' AND c.cause ? 'intent') AS w"
        " WHERE intent_id = w.id AND state = 'rejected'",
        (list(ids),),
    )


def dismiss(
    conn: Connection,
    quarantine_id: int,
    reason: str,
    *,
    actor: str,
    code: str = "other",
    version: int | None = None,
) -> Entry:
    """Close an entry without taking the record. It opens again when the record changes and fails.

    Raises:
        AlreadyDecided, ChangedSince: see `locked`.
        ConcordError: no reason is given, or an unknown code.
    """
    check_reason(code, reason)
    with conn.transaction():
        locked(conn, quarantine_id, version)
        conn.execute(
            "UPDATE ops.quarantine SET state = 'dismissed', closed_at = clock_timestamp(),"
            " acted_at = clock_timestamp(), closed_by = %s, reason = %s, reason_code = %s"
            " WHERE quarantine_id = %s",
            (actor, reason, code, quarantine_id),
        )
        detail = {"reason": reason, "code": code}
        audit.append(conn, actor, "quarantine.dismiss", str(quarantine_id), detail)
    return entry(conn, quarantine_id)


def check_reason(code: str, reason: str) -> None:
    """That a dismissal says why. Raises ConcordError."""
    if not reason.strip():
        raise ConcordError(Said("a dismissal needs a reason, in words", "dismissal.why"))
    if code not in REASONS:
        raise ConcordError(f"there is no reason code {code!r}; known: {', '.join(REASONS)}")
