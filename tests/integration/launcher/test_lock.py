import io
import os
import signal
import subprocess
import sys
import time

import pytest

from concord.launcher.faults import LaunchError
from concord.launcher.lock import free, hold
from concord.launcher.places import Places
from concord.launcher.progress import Progress

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from concord.launcher.lock import hold
from concord.launcher.places import Places
from concord.launcher.progress import Progress
places = Places(Path("."), Path(sys.argv[1]))
with hold(places, "up", Progress()) as held:
    child = subprocess.Popen(["sleep", "2"], pass_fds=[held.fd] if sys.argv[2] == "tool" else [])
    print("held", flush=True)
    time.sleep(60)
"""


def holder(places: Places, kind: str) -> subprocess.Popen:
    argv = [sys.executable, "-c", HOLDER, str(places.home), kind]
    env = {**os.environ, "PYTHONPATH": str(places.include)}
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, env=env)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def finish(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_a_second_command_waits_names_the_first_and_gives_up_in_words(places: Places) -> None:
    process = holder(places, "alone")
    out = io.StringIO()
    assert not free(places)
    with (
        pytest.raises(LaunchError, match=f"./concord up, process {process.pid} is still at work"),
        hold(places, "down", Progress(out), patience=0.3),
    ):
        pass
    assert f"Waiting for ./concord up, process {process.pid}" in out.getvalue()
    finish(process)


def test_a_killed_command_leaves_no_lock(places: Places) -> None:
    finish(holder(places, "alone"))
    with hold(places, "down", Progress(io.StringIO()), patience=1):
        assert not free(places)
    assert free(places)


def test_a_tool_that_outlives_a_killed_command_keeps_the_lock_until_it_ends(
    places: Places,
) -> None:
    finish(holder(places, "tool"))
    begun = time.monotonic()
    assert not free(places)
    with hold(places, "up", Progress(io.StringIO()), patience=10):
        assert time.monotonic() - begun > 0.5
