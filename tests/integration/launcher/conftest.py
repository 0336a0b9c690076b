"""A state directory in which the launcher finds PostgreSQL, and stops it in the end."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from concord.launcher import postgres, runtime
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


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """New data directories of tests need not survive a power cut."""
    usual = dict(postgres.SET_ONCE)
    postgres.SET_ONCE.update(fsync="off", full_page_writes="off")
    yield
    postgres.SET_ONCE.clear()
    postgres.SET_ONCE.update(usual)


@pytest.fixture(scope="session", autouse=True)
def nothing_is_said_about_ended_servers() -> Iterator[None]:
    """Servers that tests started and stopped are asked for, or Python's end would warn of them."""
    yield
    for process in (*postgres._outliving, *runtime._outliving):
        process.poll()


@pytest.fixture
def places() -> Iterator[Places]:
    """The real checkout with a state directory of its own."""
    home = new_home()
    yield Places(ROOT, home)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def one_cluster() -> Iterator[Cluster]:
    """A server whose data are made once, which is the slow part."""
    made = Cluster(Places(ROOT, new_home()), os.environ)
    try:
        made.start(Progress(io.StringIO()))
    finally:
        made.stop()
    yield made
    shutil.rmtree(made.places.home)


@pytest.fixture
def cluster(one_cluster: Cluster) -> Iterator[Cluster]:
    """The server, not running; stopped in the end."""
    yield Cluster(one_cluster.places, os.environ)
    one_cluster.stop()
