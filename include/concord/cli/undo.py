"""`undo`: take a change set back."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from concord.cli.common import actor, add_actor, command


def register(commands: Any) -> None:
    """Add this group's commands."""
    made = command(
        commands, "undo", undo, "Show what taking a change set back would do; --run does it.",
        "./concord undo 7 --run",
    )  # fmt: skip
    made.add_argument("change_set", type=int, help="its number, as in the report")
    made.add_argument("--run", dest="execute", action="store_true", help="do it now")
    made.add_argument("--comment")
    add_actor(made)


def undo(options: argparse.Namespace) -> None:
    """Show or do it."""
    from concord.pipeline import Engine, run_batch
    from concord.stewardship import undo as room

    engine = Engine.open()
    with engine.hub.connect() as conn:
        inverse = room.preview(conn, engine, options.change_set)
    if options.execute:
        lane = next(n.name for n in engine.config.lanes if inverse.entity in n.entities)
        # What people changed since the last batch has to be known first.
        moment = datetime.now(UTC).isoformat(timespec="microseconds")
        run_batch(engine, lane=lane, run_id=f"before undo/{options.change_set}/{moment}")
        inverse = room.undo(
            engine, options.change_set, actor=actor(options), comment=options.comment
        )
    print(f"Change set {inverse.change_set}, {inverse.system}.{inverse.entity}:")
    for n, what in (
        (inverse.restored, "values get back what they were, on every side that may be written"),
        (inverse.changed_since, "were changed since: to review, not overwritten"),
        (inverse.deleted, "records that it made are deleted"),
        (inverse.made_again, "records that it deleted are made again, under new keys"),
        (inverse.kept, "records that it made stay: changed since, or restored when deleted"),
    ):
        if n:
            print(f"  {n} {what}")
    if options.execute:
        print("Done. See ./concord status and ./concord review list.")
    else:
        print(f"Nothing was changed. To do it: ./concord undo {options.change_set} --run")
