"""Questions about what was read: held deletions, and columns that changed. See questions.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from concord.errors import ConcordError
from concord.hub.database import Connection, Hub
from concord.model.spec import Config
from concord.orchestration.questions import APPROVE, PART, Asked, Counts, Unusable
from concord.pipeline import decisions

KINDS = ("mass_deletion", "schema")
"""Kinds of reviews that Airflow asks about."""

DELETIONS = """\
**{n} deletions** were read in {system}, entity {entity}: more than its limit, or most of what it \
held.

They are held: the records stay as they are everywhere else, and nothing else waits for them. \
*Approve* takes them for real, and the next batch passes on as many as these. *Reject* leaves them \
held until the records are back. From a terminal: \
`./concord approve --deletions {system}.{entity}`.

**中文** 在 {system} 的 {entity} 中读到 {n} 条删除，超出限额，已暂停。\
批准后由下一批次执行；拒绝则继续暂停，直到记录恢复。
"""

COLUMNS = """\
**The table of {entity} in {system} changed**: {why}.

What it concerns is not read and not written meanwhile; everything else goes on. *Approve* takes \
the columns as they are now: the next batch reads and compares all of this entity. A column that \
is gone cannot be taken, so it is asked about again. *Reject* leaves it stopped until it is as it \
was. From a terminal: `./concord systems accept {system}`.

**中文** {system} 的 {entity} 表结构已变化（{why}），相关字段已停用。\
批准即按现状采用，由下一批次重新比对；拒绝则保持停用，直到恢复原状。
"""


@dataclass(frozen=True)
class AboutReview:
    """May deletions be taken for real; are changed columns to be taken as they are?"""

    number: int

    def ask(self, hub: Hub, config: Config, base_url: str) -> Asked | None:
        """See `Question`."""
        with hub.connect() as conn:
            row = conn.execute(
                "UPDATE ops.review SET asked = (detail ->> 'deletions')::bigint"
                " WHERE review_id = %s AND state = 'open' AND kind = ANY (%s)"
                " RETURNING kind, system, entity, asked, detail ->> 'why'",
                (self.number, list(KINDS)),
            ).fetchone()
            if row is None:
                _require(conn, self.number)
                return None
        kind, system, entity, n, why = row
        title = f"Review {self.number}: {system}.{entity}"
        if kind == "schema":
            body = COLUMNS.format(system=system, entity=entity, why=why)
            return Asked(f"{title}, columns changed", body)
        body = DELETIONS.format(system=system, entity=entity, n=f"{n:,}")
        return Asked(f"{title}, {n:,} deletions", body)

    def over(self, hub: Hub) -> str | None:
        """See `Question`."""
        with hub.connect() as conn:
            _, _, _, state, who, _ = _require(conn, self.number)
        if state == "open":
            return None
        return f"Review {self.number} is {state}{f' by {who}' if who else ''}."

    def answer(self, hub: Hub, option: str, form: Mapping[str, Any], actor: str) -> Counts:
        """See `Question`."""
        if option == PART:
            raise Unusable("this is decided as a whole: answer Approve or Reject")
        approve = option == APPROVE
        comment = str(form.get("comment") or "") or None
        with hub.connect() as conn:
            kind, system, entity, state, _, asked = _require(conn, self.number)
            if state != "open":
                raise decisions.AlreadyDecided(f"review {self.number} is {state}")
            said: dict[str, Any] = {"approve": approve, "actor": actor, "comment": comment}
            if kind == "schema":
                decisions.decide_columns(conn, system, entity, **said)
            else:
                decisions.decide_deletions(conn, system, entity, most=asked, **said)
        return {"review": self.number, "approved" if approve else "rejected": 1}


def open_reviews(conn: Connection, most: int) -> list[int]:
    """Reviews that wait for a person, the newest first, `most` at most."""
    rows = conn.execute(
        "SELECT review_id FROM ops.review WHERE state = 'open' AND kind = ANY (%s)"
        " ORDER BY review_id DESC LIMIT %s",
        (list(KINDS), most),
    ).fetchall()
    return [int(number) for (number,) in rows]


def any_opened(conn: Connection, batch_id: int) -> bool:
    """Whether a batch opened one; one that it found open was asked about before."""
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM ops.review AS r JOIN ops.batch AS b USING (batch_id)"
        " WHERE r.batch_id = %s AND r.kind = ANY (%s) AND r.opened_at >= b.started_at)",
        (batch_id, list(KINDS)),
    ).fetchone()
    return bool(row and row[0])


def _require(conn: Connection, number: int) -> tuple[Any, ...]:
    row = conn.execute(
        "SELECT kind, system, entity, state, closed_by, asked FROM ops.review"
        " WHERE review_id = %s AND kind = ANY (%s) FOR NO KEY UPDATE",
        (number, list(KINDS)),
    ).fetchone()
    if row is None:
        raise ConcordError(f"there is no review {number} that Airflow asks about")
    return row
