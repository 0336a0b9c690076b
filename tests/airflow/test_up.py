"""`./concord up` and `down` for real: PostgreSQL, the sandbox, Airflow, both lanes.

Only the installed packages are borrowed from the environment that runs the tests.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from concord.launcher import environment
from concord.launcher.api import Api, Refused
from concord.launcher.files import read_json, write_json
from concord.launcher.places import Places
from concord.launcher.processes import wait_until

pytestmark = pytest.mark.airflow

ROOT = Path(__file__).resolve().parents[2]


def living() -> list[str]:
    """Session and command line of every process that is not a zombie."""
    done = subprocess.run(
        ["ps", "-eo", "sess=,stat=,args="], capture_output=True, text=True, check=True
    )
    return [row for row in done.stdout.splitlines() if not row.split()[1].startswith("Z")]


@dataclass
class Concord:
    """The launcher with a state directory of its own."""

    home: Path
    port: int
    places: Places = field(init=False)
    sessions: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.places = Places(ROOT, self.home)

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "concord"), *arguments],
            env={**os.environ, "CONCORD_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=540,
        )

    def pids(self) -> dict[str, int]:
        """Component -> process id, by the state file."""
        state = read_json(self.home / "run" / "components.json")
        found = {n: c["process"]["pid"] for n, c in state["components"].items() if c["process"]}
        return {**found, "supervisor": state["supervisor"]["pid"]}

    def processes(self) -> list[str]:
        """Living processes that name this state directory or are in a component's session."""
        names, sessions = str(self.home), {str(pid) for pid in self.sessions}
        return [row for row in living() if names in row or row.split()[0] in sessions]

    def api(self, password: str | None = None) -> Api:
        given = password or (self.home / "airflow" / "admin_password").read_text().strip()
        return Api(f"http://127.0.0.1:{self.port}", "admin", given)


def borrow_packages(places: Places) -> None:
    """A virtual environment whose packages are those of the environment that runs the tests."""
    packages = Path(sysconfig.get_path("purelib"))
    (places.venv / "bin").mkdir(parents=True)
    places.python.symlink_to(sys._base_executable)
    config = f"home = {Path(sys._base_executable).parent}\ninclude-system-site-packages = false\n"
    (places.venv / "pyvenv.cfg").write_text(config)
    library = places.venv / "lib" / packages.parent.name
    library.mkdir(parents=True)
    (library / "site-packages").symlink_to(packages)
    marker = {"digest": environment.digest(places), "place": str(places.venv)}
    write_json(places.venv / "concord.json", marker)


@pytest.fixture(scope="module")
def concord() -> Iterator[Concord]:
    home = Path(tempfile.mkdtemp(prefix="cu", dir="/tmp"))
    home.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made = Concord(home, free.getsockname()[1])
    borrow_packages(made.places)
    yield made
    made("down")
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def up(concord: Concord) -> subprocess.CompletedProcess[str]:
    """What the first `./concord up` said."""
    done = concord("up", "--port", str(concord.port))
    concord.sessions |= set(concord.pids().values()) if done.returncode == 0 else set()
    return done


def test_up_ends_with_both_lanes_green_and_says_where_to_look(concord: Concord, up) -> None:
    assert up.returncode == 0, up.stdout + up.stderr
    assert "micro_batch_fast succeeded" in up.stdout
    assert "nightly_reconcile succeeded" in up.stdout
    for shown in (f"http://localhost:{concord.port}", "latest.html", "./concord down"):
        assert shown in up.stdout
    assert (concord.home / "reports" / "latest.html").exists()


def test_status_shows_what_runs_and_the_last_batches(concord: Concord, up) -> None:
    assert wait_until(lambda: concord("status").returncode == 0, 60, pause=2)
    shown = concord("status").stdout
    for name in ("api-server", "scheduler", "dag-processor", "triggerer", "postgres"):
        assert f"{name} " in shown
    assert "fast" in shown


def test_the_interface_takes_the_kept_password_alone(concord: Concord, up) -> None:
    assert concord.api().dag("micro_batch_fast")
    with pytest.raises(Refused) as refused:
        concord.api("wrong").dag("micro_batch_fast")
    assert refused.value.status == 401
    assert (concord.home / "airflow" / "admin_password").stat().st_mode & 0o077 == 0


def test_a_second_up_changes_nothing(concord: Concord, up) -> None:
    before = concord.pids()
    again = concord("up", "--port", str(concord.port))
    assert again.returncode == 0
    assert "running already" in again.stdout
    assert concord.pids() == before
    refused = concord("up", "--once")
    assert refused.returncode == 1
    assert "./concord down" in refused.stderr


def test_a_killed_scheduler_comes_back_and_its_workers_do_not_stay(concord: Concord, up) -> None:
    old = concord.pids()["scheduler"]
    os.kill(old, signal.SIGKILL)
    assert wait_until(lambda: concord.pids()["scheduler"] != old, 30)
    concord.sessions |= set(concord.pids().values())
    assert str(old) not in {row.split()[0] for row in living()}


def test_down_leaves_no_process_and_no_socket(concord: Concord, up) -> None:
    assert concord.processes()
    done = concord("down")
    assert done.returncode == 0, done.stderr
    assert concord.processes() == []
    assert not list((concord.home / "pg").glob(".s.*"))
    assert not list(Path("/tmp").glob("concord-*/.s.*"))
    assert concord("status").returncode == 3


def test_once_runs_both_lanes_and_leaves_nothing_running(concord: Concord, up) -> None:
    done = concord("up", "--once", "--port", str(concord.port))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "micro_batch_fast succeeded" in done.stdout
    assert "nightly_reconcile succeeded" in done.stdout
    assert concord.processes() == []
