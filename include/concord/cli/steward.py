"""`quarantine list|show|fix|replay|dismiss|reviews`."""

from __future__ import annotations

import argparse
from typing import Any

from concord.cli.common import actor, add_actor, command, group, table
from concord.errors import ConcordError

ENTRY = "number from `quarantine list`"


def register(commands: Any) -> None:
    """Add this group's commands."""
    top = group(
        commands, "quarantine", "Records that failed, and what to do.", "./concord quarantine list"
    )
    made = command(
        top, "list", show_list, "Open entries with their causes; no values.",
        "./concord quarantine list --system crm",
    )  # fmt: skip
    made.add_argument("--system")
    made.add_argument("--entity")
    made.add_argument("--after", type=int, default=0, help="start after this number")
    made.add_argument("--limit", type=int, default=50)
    made = command(
        top, "show", show, "One entry with the record's values as its system has them.",
        "./concord quarantine show 3",
    )  # fmt: skip
    made.add_argument("entry", type=int, help=ENTRY)
    made = command(
        top, "fix", fix, "Correct columns and send the record through again.",
        "./concord quarantine fix 3 email_address=anna@example.com",
    )  # fmt: skip
    made.add_argument("entry", type=int, help=ENTRY)
    made.add_argument("value", nargs="+", help="COLUMN=VALUE; COLUMN= makes it empty")
    add_actor(made)
    made = command(
        top, "replay", replay, "Send the record through again as it is now.",
        "./concord quarantine replay 3",
    )  # fmt: skip
    made.add_argument("entry", type=int, nargs="+", help=ENTRY)
    add_actor(made)
    made = command(
        top, "dismiss", dismiss, "Close an entry without taking the record.",
        "./concord quarantine dismiss 3 --reason 'test record'",
    )  # fmt: skip
    made.add_argument("entry", type=int, help=ENTRY)
    made.add_argument("--reason", required=True)
    add_actor(made)
    command(top, "reviews", reviews, "Open questions about matches, doubles and conflicts.",
            "./concord quarantine reviews")  # fmt: skip


def _connect() -> Any:
    from concord.hub.database import Hub

    return Hub.from_environment().connect()


def show_list(options: argparse.Namespace) -> None:
    """Print open entries."""
    from concord.stewardship import quarantine

    with _connect() as conn:
        found = quarantine.entries(
            conn, system=options.system, entity=options.entity, after=options.after,
            limit=options.limit,
        )  # fmt: skip
    if not found:
        print("Nothing is in quarantine.")
        return
    rows = [
        (e.id, e.system, e.entity, e.source_id, "refused" if e.side == "write" else e.state, e.why)
        for e in found
    ]
    print(table(("entry", "system", "entity", "record", "state", "why"), rows))
    if len(found) == options.limit:
        print(f"More: ./concord quarantine list --after {found[-1].id}")


def show(options: argparse.Namespace) -> None:
    """Print one entry with its values."""
    from concord.stewardship import quarantine

    with _connect() as conn:
        found = quarantine.entry(conn, options.entry)
    print(f"Entry {found.id}: {found.system}.{found.entity} {found.source_id}, {found.state}")
    for cause in found.causes:
        print(f"  {cause.get('rule')}: {cause.get('message')} (owner: {cause.get('owner')})")
    rows = [
        (c, _short(v), _short(found.fix[c]) if c in found.fix else "") for c, v in found.raw.items()
    ]
    print(table(("column", "value", "correction"), rows))


def _short(value: str | None) -> str:
    if value is None:
        return "(empty)"
    return value if len(value) <= 200 else f"{value[:200]}… ({len(value)} characters)"


def fix(options: argparse.Namespace) -> None:
    """Store a correction and replay."""
    from concord.stewardship import quarantine

    values: dict[str, str | None] = {}
    for pair in options.value:
        column, equals, value = pair.partition("=")
        if not equals:
            raise ConcordError(f"{pair!r} is not COLUMN=VALUE")
        values[column] = value or None
    with _connect() as conn:
        found = quarantine.fix(conn, options.entry, values, actor=actor(options))
    print(f"Entry {found.id} is corrected; the next batch validates it again.")


def replay(options: argparse.Namespace) -> None:
    """Replay entries."""
    from concord.stewardship import quarantine

    with _connect() as conn:
        for number in options.entry:
            quarantine.replay(conn, number, actor=actor(options))
    print(f"{len(options.entry)} to be read again by the next batch.")


def dismiss(options: argparse.Namespace) -> None:
    """Dismiss an entry."""
    from concord.stewardship import quarantine

    with _connect() as conn:
        quarantine.dismiss(conn, options.entry, options.reason, actor=actor(options))
    print(f"Entry {options.entry} is dismissed.")


def reviews(_: argparse.Namespace) -> None:
    """Print open reviews."""
    with _connect() as conn:
        rows = conn.execute(
            "SELECT review_id, kind, system, entity, subject,"
            " to_char(opened_at, 'YYYY-MM-DD HH24:MI') FROM ops.review WHERE state = 'open'"
            " ORDER BY review_id LIMIT 200"
        ).fetchall()
    print(
        table(("review", "kind", "system", "entity", "subject", "opened (UTC)"), rows)
        if rows
        else "No question is open."
    )
