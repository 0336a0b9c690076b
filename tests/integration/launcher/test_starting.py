"""`./concord` as a program, up to the point where packages would be needed."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def concord(home: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(ROOT / "concord"), *arguments],
        env={**os.environ, "CONCORD_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_taken_port_is_named_with_a_free_one_and_nothing_is_set_up(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = concord(tmp_path / "home", "up", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in done.stderr
    assert "./concord up --port " in done.stderr
    assert not (tmp_path / "home" / "venv").exists()


def test_an_address_that_is_not_this_machines_is_refused(tmp_path: Path) -> None:
    done = concord(tmp_path / "home", "up", "--host", "no.such.host.invalid")
    assert done.returncode == 1
    assert "There is no address no.such.host.invalid" in done.stderr


def test_down_of_nothing_is_no_error(tmp_path: Path) -> None:
    done = concord(tmp_path / "home", "down")
    assert (done.returncode, done.stdout) == (0, "Nothing was running.\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_somebody_elses_state_is_one_clear_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = concord(tmp_path / "home", "down")
    assert done.returncode == 1
    assert "Permission denied" in done.stderr
    tmp_path.chmod(0o700)
