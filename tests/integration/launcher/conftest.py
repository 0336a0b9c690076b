"""A state directory in which the launcher finds PostgreSQL, and stops it in the end."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from concord.launcher.places import Places
from concord.launcher.postgres import Cluster

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def places() -> Iterator[Places]:
    """The real checkout with a state directory of its own, in a short path for the socket."""
    home = Path(tempfile.mkdtemp(prefix="cl", dir="/tmp"))
    home.chmod(0o755)
    for name in ("run", "logs"):
        (home / name).mkdir()
    yield Places(ROOT, home)
    shutil.rmtree(home)


@pytest.fixture
def cluster(places: Places) -> Iterator[Cluster]:
    """A server that is not started yet, with the programs of this environment."""
    places.venv.symlink_to(sys.prefix)
    made = Cluster(places, os.environ)
    yield made
    made.stop()
