"""The launcher with a state directory of its own: what `./concord` starts, and a hand on it.

Only the installed packages are borrowed from the environment that runs the tests.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from concord.launcher import environment
from concord.launcher.api import Api
from concord.launcher.files import read_json, write_json
from concord.launcher.places import Places

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


@contextmanager
def launcher() -> Iterator[Concord]:
    """A launcher that has not started anything; what it started is gone at the end."""
    home = Path(tempfile.mkdtemp(prefix="cu", dir="/tmp"))
    home.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made = Concord(home, free.getsockname()[1])
    borrow_packages(made.places)
    try:
        yield made
    finally:
        made("down")
        shutil.rmtree(home)
