"""The company's configuration, read again when one of its files was changed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from concord.model.read import config_root, load_config
from concord.model.spec import Config

_lock = threading.Lock()
_kept: dict[Path, tuple[frozenset[tuple[str, int, int]], Config]] = {}


def company() -> Config:
    """The configuration as its files say now. Raises ConfigError."""
    root = config_root()
    stamp = frozenset(_stamps(root))
    with _lock:
        kept = _kept.get(root)
        if kept is None or kept[0] != stamp:
            kept = _kept[root] = stamp, load_config()
        return kept[1]


def _stamps(root: Path) -> list[tuple[str, int, int]]:
    found = []
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith((".yaml", ".sql", ".csv")):
                status = os.stat(os.path.join(folder, name))
                found.append((os.path.join(folder, name), status.st_mtime_ns, status.st_size))
    return found


def expectations() -> Path:
    """The directory of the suites."""
    return Path(__file__).resolve().parents[3] / "expectations"
