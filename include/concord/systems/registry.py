"""Which adapter serves which kind of system."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from concord.errors import ConfigError, Problem
from concord.model.spec import SystemSpec
from concord.systems.postgres import PostgresSystem, signal
from concord.systems.protocol import System

Opener = Callable[[SystemSpec, str], System]
Signal = Callable[[str, str, str], AsyncIterator[None]]  # of system, connection and address

KINDS: dict[str, Opener] = {"postgres": PostgresSystem}
SIGNALS: dict[str, Signal] = {"postgres": signal.changes}
"""Kinds that say at once when something has changed: one item a signal, and one when it listens."""


def open_system(spec: SystemSpec, url: str) -> System:
    """The system behind its adapter; nothing connects yet.

    Raises:
        ConfigError: no such kind, or an address that its adapter cannot read.
    """
    opener = KINDS.get(spec.kind)
    if opener is None:
        what = f"there is no adapter of kind {spec.kind}"
        hint = f"Known kinds: {', '.join(sorted(KINDS))}."
        raise ConfigError([Problem("systems.yaml", None, f"systems.{spec.name}.kind", what, hint)])
    return opener(spec, url)
