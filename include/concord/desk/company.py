"""The company's configuration and suites, read again when one of their files was changed."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from concord.hub.database import Hub
from concord.model.read import config_root, load_config
from concord.model.spec import Config
from concord.pipeline import Engine
from concord.quality import suites
from concord.quality.rules import Suites
from concord.systems.addresses import addresses

ENDINGS = (".yaml", ".sql", ".csv")
Stamp = frozenset[tuple[str, int, int]]

_lock = threading.Lock()
_kept: dict[Path, tuple[Stamp, Config]] = {}


def company() -> Config:
    """The configuration as its files say now. Raises ConfigError."""
    root = config_root()
    with _lock:
        kept = _kept.get(root)
        stamp = _stamp(root)
        if kept is None or kept[0] != stamp:
            kept = _kept[root] = stamp, load_config()
        return kept[1]


def rules(config: Config) -> Suites:
    """All suites as their files say now. Raises ConfigError."""
    return suites.current(expectations(), config)


def expectations() -> Path:
    """The directory of the suites."""
    return Path(__file__).resolve().parents[3] / "expectations"


def engine(given: Mapping[str, str] | None = None) -> Engine:
    """The engine on that configuration, which need not be read again for it; `given` has addresses
    by system name. Raises ConfigError.
    """
    config = company()
    rules(config)
    return Engine(config, Hub.from_environment(), addresses(config, given), expectations())


def _stamp(root: Path) -> Stamp:
    found = []
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(ENDINGS):
                path = os.path.join(folder, name)
                status = os.stat(path)
                found.append((path, status.st_mtime_ns, status.st_size))
    return frozenset(found)
