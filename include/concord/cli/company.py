"""`check`, `schema`: the company's files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from concord.cli.common import command, group
from concord.errors import ConcordError, ConfigError, Problem


def register(commands: Any) -> None:
    """Add this group's commands."""
    made = command(
        commands, "check", check, "Check configuration, suites, hub and systems; change nothing.",
        "./concord check",
    )  # fmt: skip
    made.add_argument("--offline", action="store_true", help="files only, connect to nothing")
    schema = group(
        commands, "schema", "JSON Schemas of the files, for editors.", "./concord schema export"
    )
    made = command(
        schema, "export", export, "Write the JSON Schemas into a directory.",
        "./concord schema export include/config/schema",
    )  # fmt: skip
    made.add_argument("directory", type=Path, nargs="?", default=Path("include/config/schema"))


def check(options: argparse.Namespace) -> int:
    """Report every problem found; exit 1 when there is one."""
    from concord.model.read import load
    from concord.quality import suites

    loaded = load()
    root = Path(__file__).resolve().parents[3] / "expectations"
    found = suites.load(root, loaded.config)
    rules = sum(len(s.rules) + len(s.volumes) for s in found)
    print(
        f"Configuration {loaded.config.version}: {len(loaded.config.entities)} entities,"
        f" {len(loaded.config.systems)} systems, {rules} rules in suites."
    )
    if options.offline:
        return 0
    problems = [*_hub(loaded), *_systems(loaded, found)]
    if problems:
        raise ConfigError(problems)
    print("Everything is in order.")
    return 0


def _hub(loaded: Any) -> list[Problem]:
    from concord.hub.database import Hub
    from concord.hub.migrate import pending
    from concord.quality import suites, trial
    from concord.rules.check import check as check_rules

    hub = Hub.from_environment()
    with hub.connect() as conn:
        behind = pending(conn, loaded.config)
        if not behind:
            root = Path(__file__).resolve().parents[3] / "expectations"
            trial.check(conn, suites.load(root, loaded.config))
            refused = check_rules(conn, loaded.config, loaded.documents)
    print(f"hub at {hub.address}: {'current' if not behind else 'behind'}")
    if behind:
        return [Problem("hub", None, "", text) for text in behind]
    return refused


def _systems(loaded: Any, found: Any) -> list[Problem]:
    """Connect to every system: reachable, columns as mapped, what is safe there and what not."""
    from concord.model.check import check_shapes
    from concord.systems.addresses import addresses
    from concord.systems.registry import open_system

    problems: list[Problem] = []
    shapes: dict[tuple[str, str], Any] = {}
    urls = addresses(loaded.config)
    for spec in loaded.config.systems:
        system = open_system(spec, urls[spec.name])
        mappings = [m for e in loaded.config.entities for m in e.mappings if m.system == spec.name]
        try:
            able = system.capabilities(mappings)
            with system.snapshot() as snapshot:
                for mapping in mappings:
                    shapes[spec.name, mapping.entity] = snapshot.shape(mapping)
        except ConcordError as e:
            problems.append(Problem("systems.yaml", None, f"systems.{spec.name}", str(e)))
            continue
        writes = "exactly once" if able.idempotency else "not prepared for writing"
        print(f"{spec.name} at {system.address}: changes by {able.changes}, writes {writes}")
        for note in able.notes:
            print(f"  note: {note}")
    problems += check_shapes(loaded, shapes)
    return problems


def export(options: argparse.Namespace) -> None:
    """Write the JSON Schemas."""
    from concord.model.schema import export as write

    for path in write(options.directory):
        print(path)
