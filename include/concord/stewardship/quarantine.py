"""Quarantine: see what failed and why, correct it, send it again, or dismiss it with a reason.

Nothing here touches an image: a replayed record is read and validated again by the next batch,
which takes the correction only if the record still is what the steward saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from concord.errors import ConcordError
from concord.hub import audit
from concord.hub.database import Connection
from concord.model.spec import RULES

OPEN = ("open", "replay")


@dataclass(frozen=True)
class Entry:
    """One record in quarantine."""

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
        "SELECT quarantine_id, side, system, entity, source_id, state, causes, raw, fix, opened_at"
        " FROM ops.quarantine WHERE state = ANY(%(states)s) AND quarantine_id > %(after)s"
        " AND (%(system)s::text IS NULL OR system = %(system)s)"
        " AND (%(entity)s::text IS NULL OR entity = %(entity)s)"
        " ORDER BY quarantine_id LIMIT %(limit)s",
        {
            "states": list(states),
            "after": after,
            "system": system,
            "entity": entity,
            "limit": limit,
        },
    ).fetchall()
    return [Entry(*row) for row in rows]


def entry(conn: Connection, quarantine_id: int) -> Entry:
    """One entry. Raises ConcordError when there is none."""
    row = conn.execute(
        "SELECT quarantine_id, side, system, entity, source_id, state, causes, raw, fix, opened_at"
        " FROM ops.quarantine WHERE quarantine_id = %s",
        (quarantine_id,),
    ).fetchone()
    if row is None:
        raise ConcordError(f"there is no quarantine entry {quarantine_id}")
    return Entry(*row)


def fix(
    conn: Connection, quarantine_id: int, values: Mapping[str, str | None], *, actor: str
) -> Entry:
    """Correct columns of a record that failed, and replay it.

    The next batch validates the corrected record. If it passes, the correction is taken as that
    system's value and, where authority lets it win, is written back there.

    Raises:
        ConcordError: the entry is closed, is a refused write, or has no such column.
    """
    found = _open_entry(conn, quarantine_id)
    if found.side != "read":
        raise ConcordError(
            f"entry {quarantine_id} is a write that {found.system} refused: correct the record"
            " in its own system, then replay"
        )
    if found.system == RULES:
        raise ConcordError(
            f"entry {quarantine_id} is what a business rule wants: correct the rule, or the records"
            " that it reads, then replay"
        )
    unknown = [c for c in values if c not in found.raw]
    if unknown:
        raise ConcordError(
            f"entry {quarantine_id} has no column {', '.join(unknown)}; it has"
            f" {', '.join(sorted(found.raw))}"
        )
    conn.execute(
        "UPDATE ops.quarantine SET fix = fix || %s, state = 'replay', closed_by = %s"
        " WHERE quarantine_id = %s",
        (Jsonb(dict(values)), actor, quarantine_id),
    )
    audit.append(conn, actor, "quarantine.fix", str(quarantine_id), {"columns": sorted(values)})
    return entry(conn, quarantine_id)


def replay(conn: Connection, quarantine_id: int, *, actor: str) -> Entry:
    """Send a record through again as it is now in its system, or a refused write once more."""
    found = _open_entry(conn, quarantine_id)
    conn.execute(
        "UPDATE ops.quarantine SET state = 'replay' WHERE quarantine_id = %s", (quarantine_id,)
    )
    if found.system == RULES:
        conn.execute(  # the rule is asked about its subject again
            "INSERT INTO ops.due (rule, subject, at, batch_id) SELECT raw ->> '_rule',"
            " (raw ->> '_subject')::uuid, now(), last_batch FROM ops.quarantine"
            " WHERE quarantine_id = %s AND raw ->> '_subject' IS NOT NULL"
            " ON CONFLICT (rule, subject) DO UPDATE SET at = excluded.at",
            (quarantine_id,),
        )
    if found.side == "write":
        intents = [c["intent"] for c in found.causes if "intent" in c]
        conn.execute(
            "UPDATE ops.intent SET state = 'waiting', error = NULL, ended_at = NULL"
            " WHERE intent_id = ANY(%s) AND state = 'rejected'",
            (intents,),
        )
    audit.append(conn, actor, "quarantine.replay", str(quarantine_id), {})
    return entry(conn, quarantine_id)


def dismiss(conn: Connection, quarantine_id: int, reason: str, *, actor: str) -> Entry:
    """Close an entry without taking the record. It opens again when the record changes and fails.

    Raises:
        ConcordError: the entry is closed, or no reason is given.
    """
    if not reason.strip():
        raise ConcordError("a dismissal needs a reason: --reason TEXT")
    _open_entry(conn, quarantine_id)
    conn.execute(
        "UPDATE ops.quarantine SET state = 'dismissed', closed_at = clock_timestamp(),"
        " closed_by = %s, reason = %s WHERE quarantine_id = %s",
        (actor, reason, quarantine_id),
    )
    audit.append(conn, actor, "quarantine.dismiss", str(quarantine_id), {"reason": reason})
    return entry(conn, quarantine_id)


def _open_entry(conn: Connection, quarantine_id: int) -> Entry:
    found = entry(conn, quarantine_id)
    if found.state not in OPEN:
        raise ConcordError(f"entry {quarantine_id} is {found.state}; nothing is left to do")
    return found
