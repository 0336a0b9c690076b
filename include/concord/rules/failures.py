"""Rules that cannot be evaluated: nothing of theirs changes, and a person is told."""

from __future__ import annotations

import psycopg
from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import RULES, Rule
from concord.rules.query import reason


def note(conn: Connection, batch_id: int, rule: Rule, error: psycopg.Error) -> None:
    """Open a review; the rule is evaluated for all its subjects once it works again.

    Raises:
        psycopg.OperationalError: it was not the rule's fault (a lock, a time limit, the server).
    """
    if isinstance(error, psycopg.OperationalError):
        raise error
    conn.execute("DELETE FROM ops.rule_version WHERE rule = %s", (rule.name,))
    conn.execute(
        statement("rules", "open_review"),
        {
            "system": RULES,
            "entity": rule.gives,
            "rule": rule.name,
            "detail": Jsonb({"version": rule.version, "why": reason(error), "owner": rule.owner}),
            "batch": batch_id,
        },
    )


def over(conn: Connection, rule: Rule) -> None:
    """Close the rule's review: it works."""
    conn.execute(
        "UPDATE ops.review SET state = 'done', closed_at = clock_timestamp(),"
        " closed_by = 'concord', comment = 'the rule works again'"
        " WHERE kind = 'rule' AND state = 'open' AND system = %s AND subject = %s",
        (RULES, rule.name),
    )
