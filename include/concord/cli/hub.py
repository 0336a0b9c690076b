"""`hub migrate`, `hub plan`, `hub audit`."""

from __future__ import annotations

import argparse
from typing import Any

from concord.cli.common import command, group
from concord.errors import ConcordError


def register(commands: Any) -> None:
    """Add this group's commands."""
    hub = group(commands, "hub", "The hub database.", "./concord hub migrate")
    command(
        hub, "migrate", migrate, "Bring the hub's tables up to date; does nothing when they are.",
        "./concord hub migrate",
    )  # fmt: skip
    made = command(
        hub, "plan", plan, "Write the migration that the model files call for, to be reviewed.",
        "./concord hub plan",
    )  # fmt: skip
    made.add_argument("--show", action="store_true", help="print it, write no file")
    command(hub, "audit", audit, "Verify the hash chain of the audit.", "./concord hub audit")


def migrate(_: argparse.Namespace) -> None:
    """Apply fixed and model migrations as the hub's owner."""
    from concord.hub.database import Hub
    from concord.hub.migrate import migrate as run
    from concord.model.read import load_config

    report = run(Hub.from_environment("CONCORD_HUB_OWNER_URL").url, load_config())
    print(report)


def plan(options: argparse.Namespace) -> None:
    """Compare the model files with the hub and write the difference as a migration."""
    from concord.hub.database import Hub
    from concord.hub.model_migrations import plan as compare
    from concord.hub.model_migrations import write_migration
    from concord.model.read import load_config

    config = load_config()
    with Hub.from_environment("CONCORD_HUB_OWNER_URL").connect() as conn:
        statements = compare(conn, config)
    if not statements:
        print("The hub has all that the model files say.")
        return
    if options.show:
        print("\n".join(str(s) for s in statements))
        return
    print(f"{write_migration(config, statements)}\nReview it, then run ./concord hub migrate.")


def audit(_: argparse.Namespace) -> None:
    """Verify the audit chain."""
    from concord.hub.audit import verify
    from concord.hub.database import Hub

    with Hub.from_environment().connect() as conn:
        broken = verify(conn)
    if broken is not None:
        raise ConcordError(f"the audit is broken at entry {broken}: it was changed or removed")
    print("The audit is whole.")
