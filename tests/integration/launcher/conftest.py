"""A state directory in which the launcher finds PostgreSQL, and stops it in the end."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from concord.launcher import postgres
from concord.launcher.places import Places
from concord.launcher.postgres import Cluster
from concord.launcher.progress import Progress

ROOT = Path(__file__).resolve().parents[3]


def new_home() -> Path:
    """A state directory in a path that is short enough for a socket."""
    home = Path(tempfile.mkdtemp(prefix="cl", dir="/tmp"))
    home.chmod(0o755)
    for name in ("run", "logs"):
        (home / name).mkdir()
    (home / "venv").symlink_to(sys.prefix)
    return home


@pytest.fixture
def places() -> Iterator[Places]:
    """The real checkout with a state directory of its own."""
    home = new_home()
    yield Places(ROOT, home)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def fresh_data() -> Iterator[Path]:
    """A `pg` directory with data that were made once, and do not wait for the disk."""
    home = new_home()
    cluster = Cluster(Places(ROOT, home), os.environ)
    usual = dict(postgres.SET_ONCE)
    postgres.SET_ONCE.update(fsync="off", full_page_writes="off")
    try:
        cluster.start(Progress(io.StringIO()))
        cluster.stop()
    finally:
        postgres.SET_ONCE.clear()
        postgres.SET_ONCE.update(usual)
    yield home / "pg"
    shutil.rmtree(home)


@pytest.fixture
def cluster(places: Places, fresh_data: Path) -> Iterator[Cluster]:
    """A server that is not running yet."""
    subprocess.run(["cp", "-a", fresh_data, places.pg], check=True)
    made = Cluster(places, os.environ)
    yield made
    made.stop()
