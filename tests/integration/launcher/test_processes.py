"""Real processes, real signals: whose process is it, and does everything end?"""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from concord.launcher.processes import Identity, end, offspring, send, wait_until, working_in


@pytest.fixture
def spawn() -> Iterator:
    """Start Python code in a session of its own; what is left of it is killed in the end."""
    started: list[subprocess.Popen] = []

    def start(code: str, **options) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            start_new_session=True,
            stdout=subprocess.PIPE,
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        leader = Identity(process.pid, "0:0")
        for member in offspring(leader):
            send(member, signal.SIGKILL)
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_reused_process_id_is_a_stranger_and_is_never_signalled(spawn) -> None:
    process = spawn("import time; time.sleep(60)")
    real = Identity.of(process.pid)
    stale = Identity(process.pid, "00000000:1")
    assert real is not None
    assert real.alive()
    assert not stale.alive()
    send(stale, signal.SIGKILL)
    assert not wait_until(lambda: process.poll() is not None, 0.3)
    send(real, signal.SIGKILL)
    assert process.wait(5) == -signal.SIGKILL


def test_a_zombie_counts_as_gone(spawn) -> None:
    process = spawn("pass")
    assert wait_until(lambda: Identity.of(process.pid) is None, 5)
    assert process.returncode is None  # nobody has asked for it yet


def test_an_identity_survives_being_written_down() -> None:
    own = Identity.of(os.getpid())
    assert own is not None
    assert Identity.load(own.dump()) == own
    for broken in (None, {}, {"pid": "1", "started": "x"}, {"pid": 1}):
        assert Identity.load(broken) is None


FAMILY = """
    import os, signal, time
    for change_group in (False, True):
        if os.fork() == 0:
            if change_group:
                os.setpgid(0, 0)  # as Airflow's task processes do
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as its idle workers do
            while True:
                time.sleep(60)
    print("ready", flush=True)
    time.sleep(60)
"""


def test_a_session_ends_whole_though_members_left_the_group_and_ignore_the_signal(spawn) -> None:
    process = spawn(FAMILY)
    process.stdout.readline()
    leader = Identity.of(process.pid)
    assert leader is not None
    assert len(offspring(leader)) == 3

    def members() -> list[Identity]:
        process.poll()
        return offspring(leader)

    assert end(members, grace=0.3) == []


def test_orphans_are_found_after_their_leader_was_killed(spawn) -> None:
    process = spawn(FAMILY)
    process.stdout.readline()
    leader = Identity.of(process.pid)
    assert leader is not None
    process.kill()
    process.wait()
    assert len(offspring(leader)) == 2
    assert end(lambda: offspring(leader), grace=0.1) == []


def test_the_session_of_a_later_process_with_that_id_is_not_ours(spawn) -> None:
    process = spawn(FAMILY)
    process.stdout.readline()
    now = Identity.of(process.pid)
    assert now is not None
    boot, _, ticks = now.started.rpartition(":")
    earlier_process_of_that_id = Identity(process.pid, f"{boot}:{int(ticks) - 500}")
    assert process.pid not in [p.pid for p in offspring(earlier_process_of_that_id)]
    later_process_of_that_id = Identity(process.pid, f"{boot}:{int(ticks) + 500}")
    assert offspring(later_process_of_that_id) == []


def test_processes_are_found_by_where_they_work(spawn, tmp_path: Path) -> None:
    process = spawn("import time; print(1, flush=True); time.sleep(60)", cwd=tmp_path)
    process.stdout.readline()
    assert [p.pid for p in working_in(tmp_path)] == [process.pid]
    assert working_in(tmp_path.parent / "elsewhere") == []
