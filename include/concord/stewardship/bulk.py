"""Bulk: one word about many quarantine entries, in one statement, each as it was seen.

Entries that were changed since, or that somebody else has dealt with, are left alone and told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from concord.errors import ConcordError, Said
from concord.hub import audit
from concord.hub.database import Connection
from concord.stewardship import quarantine
from concord.stewardship.groups import MOST

Seen = Mapping[int, int]
"""Number of an entry -> its version when the person saw it; see `groups.members`."""


@dataclass(frozen=True)
class Refused:
    """An entry that nothing was done about, and why."""

    id: int
    why: str


@dataclass(frozen=True)
class Bulk:
    """What was done: the numbers of the entries, and those that were left alone."""

    done: tuple[int, ...]
    refused: tuple[Refused, ...]


def fix(conn: Connection, seen: Seen, values: Mapping[str, str | None], *, actor: str) -> Bulk:
    """Correct the same columns of many records, and replay them; as `quarantine.fix`.

    Raises:
        ConcordError: no entry or no column is given, or too many entries.
    """
    if not values:
        raise ConcordError("a correction needs a column and its value")
    change = sql.SQL("fix = q.fix || %(fix)s, state = 'replay'")
    fit = sql.SQL(
        "AND q.side = 'read' AND q.system NOT IN ('rules', 'golden') AND q.raw ?& %(columns)s"
    )
    more = {"fix": Jsonb(dict(values)), "columns": sorted(values)}
    with conn.transaction():
        return _do(conn, seen, "fix", actor, change, fit, more, {"columns": sorted(values)})


def replay(conn: Connection, seen: Seen, *, actor: str) -> Bulk:
    """Send many records through again; as `quarantine.replay`. Raises as `fix`."""
    with conn.transaction():
        done = _do(conn, seen, "replay", actor, sql.SQL("state = 'replay'"), sql.SQL(""), {}, {})
        quarantine.send_again(conn, done.done)
    return done


def dismiss(conn: Connection, seen: Seen, reason: str, *, code: str, actor: str) -> Bulk:
    """Close many entries without taking the records; as `quarantine.dismiss`. Raises as that."""
    quarantine.check_reason(code, reason)
    change = sql.SQL(
        "state = 'dismissed', closed_at = clock_timestamp(), reason = %(reason)s,"
        " reason_code = %(code)s"
    )
    told = {"reason": reason, "code": code}
    with conn.transaction():
        return _do(conn, seen, "dismiss", actor, change, sql.SQL(""), told, told)


def _do(
    conn: Connection,
    seen: Seen,
    action: str,
    actor: str,
    change: sql.Composable,
    fit: sql.Composable,
    values: Mapping[str, Any],
    detail: Mapping[str, Any],
) -> Bulk:
    if not 0 < len(seen) <= MOST:
        why = f"{len(seen)} entries are given; at once it may be 1 to {MOST}"
        raise ConcordError(Said(why, "bulk.size", n=len(seen), most=MOST))
    wanted = {"ids": list(seen), "versions": list(seen.values()), "actor": actor}
    rows = conn.execute(
        sql.SQL(
            "UPDATE ops.quarantine AS q SET {change}, closed_by = %(actor)s,"
            " acted_at = clock_timestamp()"
            " FROM unnest(%(ids)s::bigint[], %(versions)s::bigint[]) AS w (id, version)"
            " WHERE q.quarantine_id = w.id AND q.version = w.version"
            " AND q.state IN ('open', 'replay') {fit} RETURNING q.quarantine_id"
        ).format(change=change, fit=fit),
        {**values, **wanted},
    ).fetchall()
    done = sorted(n for (n,) in rows)
    refused = _refused(conn, {n: v for n, v in seen.items() if n not in set(done)}, detail)
    told = {**detail, "entries": done, "refused": len(refused)}
    audit.append(conn, actor, f"quarantine.{action}", f"{len(done)} entries", told)
    return Bulk(tuple(done), tuple(refused))


def _refused(conn: Connection, left: Seen, detail: Mapping[str, Any]) -> list[Refused]:
    if not left:
        return []
    rows = conn.execute(
        quarantine.SELECT + sql.SQL(" WHERE quarantine_id = ANY(%s)"), (list(left),)
    ).fetchall()
    entries = {row[0]: quarantine.Entry(*row) for row in rows}
    out = []
    for number in left:
        found = entries.get(number)
        if found is None:
            why = f"there is no quarantine entry {number}"
            out.append(Refused(number, Said(why, "entry.none", id=number)))
            continue
        out.append(Refused(number, _why(found, left[number], detail).said))
    return out


def _why(found: quarantine.Entry, version: int, detail: Mapping[str, Any]) -> ConcordError:
    why = quarantine.refusal(found, version)
    if why is not None:
        return why
    try:
        quarantine.check_columns(found, detail.get("columns", ()))
    except ConcordError as e:
        return e
    text = f"entry {found.id} was being changed by somebody else; try it again"
    return ConcordError(Said(text, "entry.busy", id=found.id))
