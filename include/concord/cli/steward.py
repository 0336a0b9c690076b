"""`quarantine list|show|groups|try|fix|write-back|replay|dismiss|reviews`."""

from __future__ import annotations

import argparse
from typing import Any

from concord.cli.common import actor, add_actor, command, group, pairs, short, table

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
    made.add_argument("--code", default="other", help="a wrong one is answered with all of them")
    add_actor(made)
    _causes(top)
    command(top, "reviews", reviews, "Open questions about matches, doubles and conflicts.",
            "./concord quarantine reviews")  # fmt: skip


def _causes(top: Any) -> None:
    """Commands about causes, and about corrections before and beyond a fix."""
    made = command(
        top, "groups", show_groups, "Open entries by cause: what one correction clears.",
        "./concord quarantine groups --system crm",
    )  # fmt: skip
    made.add_argument("--system")
    made.add_argument("--entity")
    made = command(
        top, "fix-all", fix_all, "Correct a column of all entries with one cause, and replay them.",
        "./concord quarantine fix-all crm party country_known country Deutschland Germany",
    )  # fmt: skip
    for name in ("system", "entity", "rule", "column"):
        made.add_argument(name)
    made.add_argument("old", help="only records with this value there")
    made.add_argument("new")
    add_actor(made)
    for name, run, text in (
        ("try", try_fix, "What the rules would say to a correction; stores nothing."),
        ("write-back", write_back, "Ask for a correction that also goes into its own system."),
    ):
        example = f"./concord quarantine {name} 3 email_address=anna@example.com"
        made = command(top, name, run, text, example)
        made.add_argument("entry", type=int, help=ENTRY)
        made.add_argument("value", nargs="+", help="COLUMN=VALUE; COLUMN= makes it empty")
        if run is write_back:
            add_actor(made)


def show_groups(options: argparse.Namespace) -> None:
    """Print the causes of open entries."""
    from concord.model.read import load_config
    from concord.stewardship import exposure, groups

    with _connect() as conn:
        exposure.refresh(conn, load_config())
        found = groups.groups(conn, system=options.system, entity=options.entity)
    rows = [
        (
            g.cause.system, g.cause.entity, g.cause.rule, g.cause.column, g.entries, g.alone,
            f"{g.exposure:,.2f}", g.owner, g.message,
        )
        for g in found
    ]  # fmt: skip
    headers = (
        "system", "entity", "rule", "column", "entries", "only this", "at stake", "owner", "why",
    )  # fmt: skip
    print(table(headers, rows) if rows else "Nothing is in quarantine.")


def fix_all(options: argparse.Namespace) -> None:
    """Correct one column of a whole group."""
    from concord.stewardship import bulk, groups

    cause = groups.Cause("read", options.system, options.entity, options.rule, options.column)
    with _connect() as conn:
        seen = groups.members(conn, cause, value=options.old)
        if not seen:
            print("No open entry has this cause and this value.")
            return
        done = bulk.fix(conn, seen, {options.column: options.new or None}, actor=actor(options))
    print(f"{len(done.done)} entries are corrected; the next batch validates them again.")
    for left in done.refused:
        print(f"  {left.why}")


def try_fix(options: argparse.Namespace) -> None:
    """Print what the rules would say."""
    from pathlib import Path

    from concord.hub.database import Hub
    from concord.model.read import load_config
    from concord.quality import gx, suites
    from concord.stewardship import trial

    config = load_config()
    found = suites.load(Path(__file__).resolve().parents[3] / "expectations", config)
    hub = Hub.from_environment()
    try:
        verdict = trial.attempt(hub, config, found, options.entry, pairs(options.value))
    finally:
        gx.close()
    print("It would pass." if verdict.passes else "It would fail still:")
    for failure in verdict.failures:
        print(f"  {failure.severity}: {failure.rule}: {failure.message}")


def write_back(options: argparse.Namespace) -> None:
    """Ask for a correction to be written back."""
    from concord.model.read import load_config
    from concord.stewardship import write_back as room

    with _connect() as conn:
        number = room.ask(
            conn, load_config(), options.entry, pairs(options.value), actor=actor(options)
        )
    print(f"Asked: ./concord review decide {number} approve")


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
        (c, short(v), short(found.fix[c]) if c in found.fix else "") for c, v in found.raw.items()
    ]
    print(table(("column", "value", "correction"), rows))


def fix(options: argparse.Namespace) -> None:
    """Store a correction and replay."""
    from concord.stewardship import quarantine

    with _connect() as conn:
        found = quarantine.fix(conn, options.entry, pairs(options.value), actor=actor(options))
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
        quarantine.dismiss(
            conn, options.entry, options.reason, code=options.code, actor=actor(options)
        )
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
