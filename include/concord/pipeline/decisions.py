"""Decisions: a person's word on what the guard holds, on all of a change set or on a part of it.

Each is kept with who, when and why: in the change set, in its review and in the audit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from psycopg import sql
from psycopg.types.json import Jsonb

from concord.errors import AlreadyDecided as AlreadyDecided
from concord.errors import ConcordError, Said
from concord.hub import audit
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.pipeline import drift, guard
from concord.pipeline.guard import Tally

Rest = Literal["held", "rejected"]


class NothingMeant(ConcordError):
    """No write of the change set meets the conditions of the answer; nothing was decided."""


@dataclass(frozen=True)
class Part:
    """Which writes of a change set are meant; every condition that is given must hold.

    `below`: less money at stake than this, in the company's currency. Writes whose money is not
    known are never below. `up_to`: stored before the question was asked (the greatest intent id).
    """

    intents: tuple[int, ...] = ()
    actions: tuple[str, ...] = ()
    below: Decimal | None = None
    up_to: int | None = None

    def described(self) -> dict[str, Any]:
        """The conditions for the books and the audit: no values of records."""
        given: dict[str, Any] = {}
        if self.intents:
            given["intents"] = list(self.intents)
        if self.actions:
            given["actions"] = list(self.actions)
        if self.below is not None:
            given["below"] = f"{self.below:f}"
        if self.up_to is not None:
            given["up_to"] = self.up_to
        return given


@dataclass(frozen=True)
class Decided:
    """What was decided, and where the rest is: `rest` is its change set, None when none is left."""

    change_set: int
    system: str
    entity: str
    state: str
    whole: Tally
    rest: int | None = None
    left: Tally | None = None


def decide(
    conn: Connection,
    change_set_id: int,
    *,
    approve: bool,
    actor: str,
    comment: str | None,
    part: Part | None = None,
    rest: Rest = "held",
) -> Decided:
    """A person's word on a held change set; approved writes go out with the next batch.

    With a `part` it is said of these writes alone. What is left moves to a change set of its own,
    which is `held` and asked about again, or `rejected`.

    Raises:
        AlreadyDecided: it is not held any more.
        NothingMeant: no write in it is meant by `part`.
        ConcordError: there is no such change set.
    """
    row = conn.execute(
        "SELECT batch_id, system, entity, state, reason, decided_by,"
        " to_char(decided_at, 'YYYY-MM-DD HH24:MI') FROM ops.change_set"
        " WHERE change_set_id = %s FOR NO KEY UPDATE",
        (change_set_id,),
    ).fetchone()
    _require_held(change_set_id, row)
    assert row
    batch_id, system, entity, _, reason, _, _ = row
    left = _split(conn, change_set_id, part) if part else None
    whole = guard.tally(conn, [change_set_id])[change_set_id]
    state = "approved" if approve else "rejected"
    _close(conn, change_set_id, state, actor, comment, part)
    if approve:
        guard.open_up(conn, system, entity, change_set_id)
        _answer_set_back(conn, system, entity, actor)
    if left is not None and rest == "held":
        guard.ask(conn, batch_id, system, entity, left, reason)
    done = Decided(
        change_set_id, system, entity, state, whole, left,
        guard.tally(conn, [left])[left] if left is not None else None,
    )  # fmt: skip
    if left is not None and rest == "rejected":
        _close(conn, left, "rejected", actor, comment, None)
    audit.append(
        conn, actor, f"change_set.{state}", str(change_set_id), _noted(done, part, comment)
    )
    return done


def _require_held(change_set_id: int, row: tuple[Any, ...] | None) -> None:
    if row is None:
        what = f"change set {change_set_id} cannot be decided: there is no such change set"
        raise ConcordError(what)
    state, who, when = row[3], row[5], row[6]
    if state == "held":
        return
    by = f" by {who} at {when} UTC" if who else ""
    why = (
        "all its writes were planned anew"
        if state == "superseded"
        else f"it is {state}{by}, not held"
    )
    raise AlreadyDecided(
        Said(
            f"change set {change_set_id} cannot be decided: {why}",
            "set.closed",
            id=change_set_id,
            set=state,
            who=who or "—",
            when=f"{when} UTC" if when else "—",
        )
    )


def _noted(done: Decided, part: Part | None, comment: str | None) -> Mapping[str, Any]:
    detail: dict[str, Any] = {"comment": comment, "writes": done.whole.writes}
    if part is not None:
        detail |= {"part": part.described(), "rest": done.rest}
    return detail


def _close(
    conn: Connection,
    change_set_id: int,
    state: str,
    actor: str,
    comment: str | None,
    part: Part | None,
) -> None:
    """Keep the answer with the change set and its review; rejected writes are over."""
    conn.execute(
        "UPDATE ops.change_set SET state = %s, decided_at = clock_timestamp(), decided_by = %s,"
        " comment = %s, part = %s WHERE change_set_id = %s",
        (state, actor, comment, Jsonb(part.described()) if part else None, change_set_id),
    )
    if state == "rejected":
        conn.execute(
            "UPDATE ops.intent SET state = 'rejected', ended_at = clock_timestamp(),"
            " error = 'the change set was rejected' WHERE change_set_id = %s AND state = 'waiting'",
            (change_set_id,),
        )
    conn.execute(
        "UPDATE ops.review SET state = %s, closed_at = clock_timestamp(), closed_by = %s,"
        " comment = %s WHERE kind = 'change_set' AND subject = %s AND state = 'open'",
        (state, actor, comment, str(change_set_id)),
    )


def _split(conn: Connection, change_set_id: int, part: Part) -> int | None:
    """Move what `part` does not mean into a change set of its own; None when it means all."""
    values = {
        "change_set": change_set_id,
        "intents": list(part.intents) or None,
        "actions": list(part.actions) or None,
        "below": part.below,
        "up_to": part.up_to,
    }
    meant = statement("pipeline", "meant")
    row = conn.execute(
        sql.SQL("SELECT count(*) FILTER (WHERE m.meant), count(*) FILTER (WHERE NOT m.meant)"
                " FROM ({}) AS m").format(meant),
        values,
    ).fetchone()  # fmt: skip
    chosen, others = row if row else (0, 0)
    if not chosen:
        raise NothingMeant(
            f"nothing was decided: none of the {others} writes of change set {change_set_id} is"
            " meant by what was asked for; its page lists them"
        )
    if not others:
        return None
    made = conn.execute(statement("pipeline", "split"), values).fetchone()
    assert made
    conn.execute(
        sql.SQL("UPDATE ops.intent AS n SET change_set_id = %(to)s FROM ({}) AS m"
                " WHERE n.intent_id = m.intent_id AND NOT m.meant").format(meant),
        {**values, "to": made[0]},
    )  # fmt: skip
    return int(made[0])


def _answer_set_back(conn: Connection, system: str, entity: str, actor: str) -> None:
    """A system that was set back gets its newer values: that question is answered too."""
    conn.execute(
        "UPDATE ops.review SET state = 'done', closed_at = clock_timestamp(), closed_by = %s"
        " WHERE kind = 'set_back' AND state = 'open' AND system = %s AND entity = %s",
        (actor, system, entity),
    )


def decide_deletions(
    conn: Connection,
    system: str,
    entity: str,
    *,
    approve: bool,
    actor: str,
    comment: str | None,
    most: int | None = None,
) -> None:
    """A person's word on deletions that were held back; the next batch acts on it.

    Approved is as many as are held now, or `most` when the person was told of fewer. Refused ones
    stay held, and their records everywhere else, until they are back; they are not asked about
    again, others are. Who refused may still approve after all.

    Raises:
        AlreadyDecided: no deletions are held there (any more), or they were refused already.
    """
    row = conn.execute(
        statement("pipeline", "decide_deletions"),
        {
            "approve": approve,
            "comment": comment,
            "actor": actor,
            "most": most if approve else None,
            "system": system,
            "entity": entity,
        },
    ).fetchone()
    if row is None:
        why = f"no deletions are held in {system}.{entity} that wait for a word"
        raise AlreadyDecided(Said(why, "deletions.none", system=system, entity=entity))
    verb = "approved" if approve else "rejected"
    detail = {"comment": comment, "deletions": row[0]}
    audit.append(conn, actor, f"deletions.{verb}", f"{system}.{entity}", detail)


def decide_columns(
    conn: Connection, system: str, entity: str, *, approve: bool, actor: str, comment: str | None
) -> None:
    """A person's word on columns that changed: taken as they are by the next batch, or stopped.

    Refused ones stay stopped, and their reviews open, until they are as they were.

    Raises:
        AlreadyDecided: no column is stopped there (any more).
    """
    values = (comment, system, entity)
    stopped = conn.execute(
        "UPDATE ops.review SET comment = %s WHERE kind = 'schema' AND state = 'open'"
        " AND system = %s AND entity = %s",
        values,
    ).rowcount
    if not stopped:
        why = f"no column is stopped in {system}.{entity}"
        raise AlreadyDecided(Said(why, "column.none", system=system, entity=entity))
    if approve:
        drift.accept(conn, system, entity, actor=actor, comment=comment)
    verb = "approved" if approve else "rejected"
    audit.append(conn, actor, f"columns.{verb}", f"{system}.{entity}", {"comment": comment})
