"""`initial-load`: bring two systems that hold a company already together."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from concord.cli.common import actor, add_actor, command, table


def register(commands: Any) -> None:
    """Add this group's commands."""
    made = command(
        commands, "initial-load", initial_load,
        "Profile both sides, ask, and write all that differs; goes on where it stopped.",
        "./concord initial-load --entities party contact",
    )  # fmt: skip
    made.add_argument("--entities", nargs="+", metavar="ENTITY", help="only these (default: all)")
    made.add_argument("--yes", action="store_true", help="approve without asking")
    made.add_argument("--new", action="store_true", help="begin anew, though one is unfinished")
    made.add_argument("--comment", help="why; kept with the decision")
    add_actor(made)


def initial_load(options: argparse.Namespace) -> int:
    """Do the next steps of an initial load; exit 1 when it was not approved."""
    from concord.cli.runs import require_current
    from concord.pipeline import Engine, initial
    from concord.pipeline.finish import reports_directory
    from concord.report.readiness import readiness_page

    engine = Engine.open()
    require_current(engine)
    load = None if options.new else initial.unfinished(engine.hub)
    if load is None:
        moment = datetime.now(UTC).isoformat(timespec="microseconds")
        load = initial.begin(engine, f"cli/initial-load/{moment}", options.entities)
    else:
        _say(f"Going on with initial load {load.id}, which is {load.state}.")
    if load.state == "profiling":
        _say("Reading both sides. Nothing is written to any system.")
        load = initial.rehearse(engine, load)
    found = initial.report(engine.hub, engine.config, load)
    if load.state == "asked":
        print(_table(found))
        print(f"The whole profile: {readiness_page(found, load.id, reports_directory())}")
        if not (options.yes or _agreed(found.writes)):
            print("Nothing was written. To go on: ./concord initial-load --yes")
            return 1
        with engine.hub.connect() as conn:
            load = initial.decide(
                conn, load.run_id, approve=True, actor=actor(options), comment=options.comment
            )
    load = initial.write(engine, load, _say)
    print(f"Initial load {load.id} is done, in {load.rounds} batches. See ./concord status.")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _agreed(writes: int) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(f"Make these {writes:,} writes? [y/N] ").strip().lower() in ("y", "yes")


def _table(found: Any) -> str:
    headers = (
        "entity", "system", "records", "match", "twice", "quarantine", "parked", "keys",
        "to create", "to change", "to delete",
    )  # fmt: skip
    rows = [
        (
            s.entity, s.system, s.records, s.matched, s.doubles, s.quarantined, s.parked,
            ", ".join(f"{name} {n}" for name, n in s.keys), s.planned.creates, s.planned.updates,
            s.planned.deletes,
        )
        for s in found.sides
    ]  # fmt: skip
    failing = [
        f"  {f.system}.{f.entity} {f.rule}: {f.failed} of {f.checked} ({f.severity})"
        for f in found.failing
    ]
    shown = ["Rules of the suites that failed:", *failing] if failing else ["No rule failed."]
    return "\n".join([table(headers, rows), *shown])
