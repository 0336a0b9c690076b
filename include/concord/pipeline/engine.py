"""Engine: configuration, hub and systems in one object that every step takes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from concord.hub.database import Hub
from concord.model.read import load_config
from concord.model.spec import Config, SystemSpec
from concord.quality import suites
from concord.systems.addresses import addresses
from concord.systems.protocol import System
from concord.systems.registry import open_system


@dataclass
class Engine:
    """What a step needs to run. Systems are opened when first asked for."""

    config: Config
    hub: Hub
    urls: Mapping[str, str]
    expectations: Path
    _systems: dict[str, System] = field(default_factory=dict)

    @classmethod
    def open(cls, given: Mapping[str, str] | None = None) -> Engine:
        """Read the configuration and find the hub; `given` has addresses by system name.

        Sets up the interpreter, see `tune_interpreter`.

        Raises:
            ConfigError: with every problem found, each with file and line.
        """
        config = load_config()
        tune_interpreter()
        root = Path(__file__).resolve().parents[3] / "expectations"
        suites.load(root, config)  # a suite that cannot be used is found before any batch
        return cls(config, Hub.from_environment(), addresses(config, given), root)

    def system(self, name: str) -> System:
        """The named system behind its adapter."""
        if name not in self._systems:
            self._systems[name] = open_system(self.spec(name), self.urls[name])
        return self._systems[name]

    def spec(self, name: str) -> SystemSpec:
        """What systems.yaml says about the named system."""
        return self.config.system[name]


def tune_interpreter() -> None:
    """Set up CPython for a process that carries batches.

    Cyclic garbage is looked for after every 50,000 new objects, not 700: a step makes thousands of
    rows at a time, which hold no cycles and go by their counts, and looking for them at all that
    Airflow and Great Expectations have in memory was half of a load's time. Threads take turns
    every 0.5 ms, not 5, so that requests to a service go on while answers are being stored.
    """
    gc.set_threshold(50_000, 20, 20)
    sys.setswitchinterval(0.0005)
