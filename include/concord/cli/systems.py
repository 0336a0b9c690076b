"""`systems list|prepare|remove|accept`: the connected ERP and CRM."""

from __future__ import annotations

import argparse
from typing import Any

from concord.cli.common import actor, add_actor, command, group
from concord.errors import ConcordError


def register(commands: Any) -> None:
    """Add this group's commands."""
    systems = group(commands, "systems", "The connected systems.", "./concord systems list")
    command(
        systems, "list", show, "Where each system is and what it allows.", "./concord systems list"
    )
    for name, text in (
        ("prepare", "Print what must be installed in a system once; --run installs it."),
        ("remove", "Print what takes that away again; --run does it."),
    ):
        made = command(systems, name, change, text, f"./concord systems {name} erp")
        made.add_argument("system", nargs="?", help="its name (default: all)")
        made.add_argument("--run", dest="execute", action="store_true", help="do it now")
        made.set_defaults(remove=name == "remove")
    made = command(
        systems, "accept", accept,
        "Take a system as it is now, after its columns changed or a backup was restored.",
        "./concord systems accept erp",
    )  # fmt: skip
    made.add_argument("system")
    add_actor(made)


def _opened(options: argparse.Namespace) -> list[tuple[Any, list[Any]]]:
    from concord.model.read import load_config
    from concord.systems.addresses import addresses
    from concord.systems.registry import open_system

    config = load_config()
    name = getattr(options, "system", None)
    if name is not None and name not in config.system:
        raise ConcordError(f"there is no system {name!r}; known: {', '.join(config.system)}")
    urls = addresses(config)
    return [
        (
            open_system(spec, urls[spec.name]),
            [m for e in config.entities for m in e.mappings if m.system == spec.name],
        )
        for spec in config.systems
        if name in (None, spec.name)
    ]


def show(options: argparse.Namespace) -> None:
    """One line a system."""
    for system, mappings in _opened(options):
        able = system.capabilities(mappings)
        safe = "exactly once" if able.idempotency else "not prepared"
        print(f"{system.name}  {system.address}  changes by {able.changes}  writes {safe}")
        for note in able.notes:
            print(f"  {note}")


def change(options: argparse.Namespace) -> None:
    """Print or run the preparation of systems, or its removal."""
    for system, mappings in _opened(options):
        text = system.unprepare(mappings) if options.remove else system.prepare(mappings)
        if not text:
            print(f"-- {system.name}: nothing to do")
        elif options.execute:
            system.execute(text)
            print(
                f"{system.name} at {system.address}: {'removed' if options.remove else 'prepared'}"
            )
        else:
            print(f"-- {system.name} at {system.address}\n{text}")


def accept(options: argparse.Namespace) -> None:
    """Forget what the columns were, and agree to a restored state."""
    from concord.hub.database import Hub
    from concord.pipeline import set_back
    from concord.pipeline.drift import accept as forget

    [(_, mappings)] = _opened(options)
    with Hub.from_environment().connect() as conn:
        closed = forget(conn, options.system, actor=actor(options))
        taken = sum(set_back.accept(conn, m, actor=actor(options)) for m in mappings)
    print(f"{options.system}: columns taken as they are; {closed} reviews closed.")
    if taken:
        print(f"{taken} records that were set back are taken as they are by the next batch.")
