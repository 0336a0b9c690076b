"""Set-up that is interrupted, moved, outdated or short of space, with a small stand-in for uv.

The stand-in makes a real virtual environment and puts one file where packages would go: what is
tried here is what the launcher does around it. tests/airflow/test_up.py has the real thing.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from concord.launcher import environment
from concord.launcher.faults import LaunchError
from concord.launcher.places import Places
from concord.launcher.processes import wait_until
from concord.launcher.progress import Progress

ROOT = Path(__file__).resolve().parents[3]

UV = """#!{python}
import os, pathlib, subprocess, sys, time
here = pathlib.Path(__file__).parent
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print("uv 0.13.9 (stand-in)")
    sys.exit()
with open(here / "calls", "a") as calls:
    calls.write(" ".join(arguments) + chr(10))
if arguments[0] == "venv":
    options = ["--without-pip", "--clear", arguments[-1]]
    sys.exit(subprocess.call([{python!r}, "-m", "venv", *options]))
if (here / "slow").exists():
    (here / "slow").unlink()
    (here / "began").touch()
    time.sleep(3)
if (here / "says").exists():
    sys.exit((here / "says").read_text())
target = pathlib.Path(arguments[arguments.index("--python") + 1]).parents[1]
(target / "installed").touch()
"""

# A shell lets its background jobs ignore interrupts, and what they start inherits that.
DRIVER = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from concord.launcher import commands, environment
from concord.launcher.places import Places
from concord.launcher.progress import Progress
def ensure(places, arguments):
    environment.ensure(Places(Path(sys.argv[1]), places.home), Progress(), os.environ, "up")
    return 0
commands._down = ensure
sys.exit(commands.main(["down"]))
"""


@pytest.fixture
def setup() -> Iterator[Setup]:
    base = Path(tempfile.mkdtemp(prefix="cl", dir="/tmp"))
    yield Setup(base)
    shutil.rmtree(base)


class Setup:
    """A checkout with two pinned files, a state directory, and the stand-in on PATH."""

    def __init__(self, base: Path) -> None:
        self.bin = base / "bin"
        self.bin.mkdir()
        (self.bin / "uv").write_text(UV.format(python=sys.executable))
        (self.bin / "uv").chmod(0o755)
        self.places = Places(base / "checkout", base / "home")
        self.places.root.mkdir()
        for name in ("requirements.txt", "constraints.txt"):
            (self.places.root / name).write_text("one==1\n")
        self.env = {
            **os.environ,
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "include"),
            "CONCORD_HOME": str(self.places.home),
        }

    def ensure(self) -> str:
        out = io.StringIO()
        environment.ensure(self.places, Progress(out), self.env, "up")
        return out.getvalue()

    def calls(self) -> list[str]:
        file = self.bin / "calls"
        said = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [line.split(" --")[0] for line in said]

    def whole(self) -> bool:
        return environment.ready(self.places) and (self.places.venv / "installed").exists()

    def begin(self) -> subprocess.Popen:
        """Start a set-up as a command of its own, and return while uv is installing."""
        (self.bin / "slow").touch()
        argv = [sys.executable, "-c", DRIVER, str(self.places.root)]
        process = subprocess.Popen(
            argv,
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert wait_until((self.bin / "began").exists, 20)
        return process


def test_it_is_made_once_and_then_left_alone(setup: Setup) -> None:
    setup.ensure()
    assert setup.whole()
    assert setup.calls() == ["venv", "pip install"]
    begun = time.monotonic()
    assert setup.ensure() == ""
    assert time.monotonic() - begun < 0.05
    assert setup.calls() == []


def test_changed_requirements_are_installed_into_what_is_there(setup: Setup) -> None:
    setup.ensure()
    setup.calls()
    (setup.places.root / "constraints.txt").write_text("one==1\ntwo==2\n")
    assert not environment.ready(setup.places)
    setup.ensure()
    assert setup.calls() == ["pip install"]
    assert setup.whole()


def test_an_interrupted_update_leaves_nothing_that_is_taken_for_whole(setup: Setup) -> None:
    setup.ensure()
    (setup.places.root / "constraints.txt").write_text("one==1\ntwo==2\n")
    process = setup.begin()
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=20)
    setup.calls()
    setup.ensure()
    assert setup.calls() == ["venv", "pip install"]
    assert setup.whole()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_set_up_that_was_interrupted_is_not_taken_for_whole_and_is_finished_next_time(
    setup: Setup, number: signal.Signals
) -> None:
    process = setup.begin()
    os.kill(process.pid, number)
    said = process.communicate(timeout=20)[1].decode()
    assert not environment.ready(setup.places)
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert said == "\nStopped. The same command goes on where this one stopped.\n"
    setup.calls()
    shown = setup.ensure()
    # An installer that outlived its command is waited for, not run against.
    assert ("Waiting for" in shown) == (number == signal.SIGKILL)
    assert setup.calls() == ["venv", "pip install"]
    assert setup.whole()


def test_two_at_once_do_the_work_once(setup: Setup) -> None:
    process = setup.begin()
    shown = setup.ensure()
    assert process.wait(20) == 0
    process.stderr.close()
    assert f"Waiting for ./concord up, process {process.pid}" in shown
    assert setup.calls() == ["venv", "pip install"]
    assert setup.whole()


def test_an_environment_that_was_moved_or_lost_its_python_is_made_anew(setup: Setup) -> None:
    setup.ensure()
    moved = setup.places.home.with_name("elsewhere")
    setup.places.home.rename(moved)
    setup.places = Places(setup.places.root, moved)
    assert not environment.ready(setup.places)
    setup.ensure()
    setup.calls()
    setup.places.python.unlink()
    setup.places.python.symlink_to("/no/such/python")
    setup.ensure()
    assert setup.calls() == ["venv", "pip install"]
    assert setup.whole()


@pytest.mark.parametrize(
    ("says", "shown"),
    [
        ("error: dns error: failed to lookup address information", "cannot be reached"),
        ("error: failed to write: No space left on device (os error 28)", "is full"),
        ("error: no solution found", "no solution found"),
    ],
)
def test_a_failed_installation_is_one_clear_error_and_the_next_try_works(
    setup: Setup, says: str, shown: str
) -> None:
    (setup.bin / "says").write_text(says)
    with pytest.raises(LaunchError, match=shown):
        setup.ensure()
    assert not environment.ready(setup.places)
    (setup.bin / "says").unlink()
    setup.ensure()
    assert setup.whole()


def test_without_enough_disk_nothing_is_begun(setup: Setup) -> None:
    with pytest.raises(LaunchError, match=r"needs \d+ MB of free disk, and \d+ MB are left"):
        environment.check_space(setup.places, 2**60)
    assert not setup.places.home.exists()


def test_an_installer_that_is_too_old_or_broken_is_not_used(setup: Setup) -> None:
    uv = setup.bin / "uv"
    assert environment._works(uv, setup.env)
    for text in ("#!/bin/sh\necho uv 0.7.9\n", "#!/bin/sh\nexit 1\n", "#!/no/such/shell\n"):
        uv.write_text(text)
        assert not environment._works(uv, setup.env)


def test_pips_index_reaches_uv_unless_uv_has_its_own() -> None:
    pip = {"PIP_INDEX_URL": "https://mirror.example.com/simple", "PIP_CERT": "/ca.pem"}
    env = environment.for_uv(pip)
    assert env["UV_DEFAULT_INDEX"] == pip["PIP_INDEX_URL"]
    assert env["SSL_CERT_FILE"] == "/ca.pem"
    own = environment.for_uv({**pip, "UV_DEFAULT_INDEX": "https://own.example.com/simple"})
    assert own["UV_DEFAULT_INDEX"] == "https://own.example.com/simple"
    assert "UV_DEFAULT_INDEX" not in environment.for_uv({"PATH": "/bin"})
