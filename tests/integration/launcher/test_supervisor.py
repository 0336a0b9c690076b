"""The supervisor with small components in place of Airflow's: real processes, real signals."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from concord.launcher import runtime, supervisor
from concord.launcher.airflow import Interface
from concord.launcher.files import write_json
from concord.launcher.places import Places
from concord.launcher.postgres import Cluster
from concord.launcher.processes import Identity, send, wait_until, working_in

QUICK = {"first_pause": 0.1, "longest_pause": 0.2, "early_deaths": 3}

STEADY = "import time; time.sleep(60)"

WITH_WORKERS = """
    import os, signal, time
    for change_group in (False, True):
        if os.fork() == 0:
            if change_group:
                os.setpgid(0, 0)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(60)
            os._exit(0)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_GRACE", 1.0)


@pytest.fixture
def start(places: Places) -> Iterator:
    """Start the supervisor on Python snippets; everything is stopped in the end."""

    def begin(more: dict[str, Any] | None = None, embedded: bool = False, **code: str) -> None:
        components = {n: [sys.executable, "-c", textwrap.dedent(c)] for n, c in code.items()}
        brief = dict.fromkeys(components, 1.0)
        work = {"components": components, "policy": QUICK, "patience": brief, **(more or {})}
        env = {**os.environ, "PYTHONPATH": str(places.include), "CONCORD_HOME": str(places.home)}
        runtime.start(places, env, Interface(port=9999), work, embedded=embedded)

    yield begin
    runtime.stop(places)
    assert working_in(supervisor.home_of_components(places)) == []


def state(places: Places, name: str) -> runtime.ComponentState:
    return next(c for c in runtime.look(places).components if c.name == name)


def becomes(places: Places, name: str, wanted: str) -> runtime.ComponentState:
    assert wait_until(lambda: state(places, name).state == wanted, 10), state(places, name)
    return state(places, name)


def test_components_run_and_go_with_the_supervisor_and_all_their_workers(
    places: Places, start
) -> None:
    start(plain=STEADY, workers=WITH_WORKERS)
    home = supervisor.home_of_components(places)
    assert wait_until(lambda: len(working_in(home)) == 4, 10)
    running = runtime.look(places)
    assert running.up
    assert running.interface.port == 9999
    begun = time.monotonic()
    assert runtime.stop(places) is True
    assert time.monotonic() - begun < 20
    assert working_in(home) == []
    assert not runtime.look(places).up
    assert list(places.run.iterdir()) == [home]
    assert runtime.stop(places) is False


def test_workers_finish_what_they_do_while_the_others_still_serve_them(
    places: Places, start
) -> None:
    said = places.run / "said"
    tell = f"def tell(word): open({str(said)!r}, 'a').write(word + chr(10))\n"
    server = """
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: (tell("server ends"), sys.exit()))
        tell("server ready")
        time.sleep(60)
    """
    scheduler = """
        import os, signal, sys, time
        worker = os.fork()
        if worker == 0:
            time.sleep(1.5)
            tell("task done")
            os._exit(0)
        signal.signal(signal.SIGTERM, lambda *_: (os.waitpid(worker, 0), sys.exit()))
        tell("scheduler ready")
        time.sleep(60)
    """
    codes = {
        "scheduler": tell + textwrap.dedent(scheduler),
        "a_server": tell + textwrap.dedent(server),
    }
    start({"patience": {"scheduler": 10}, "last": ["a_server"]}, **codes)
    assert wait_until(lambda: said.exists() and len(said.read_text().split("\n")) == 3, 10)
    runtime.stop(places)
    assert said.read_text().splitlines()[2:] == ["task done", "server ends"]
    said.unlink()


def test_a_delayed_component_starts_later(places: Places, start) -> None:
    start({"delays": {"late": 1.0}}, plain=STEADY, late=STEADY)
    becomes(places, "plain", "running")
    assert state(places, "late").state == "waiting"
    assert becomes(places, "late", "running").restarts == 0


def test_a_killed_component_comes_back_and_its_orphans_do_not_stay(places: Places, start) -> None:
    start(plain=STEADY, workers=WITH_WORKERS)
    home = supervisor.home_of_components(places)
    assert wait_until(lambda: len(working_in(home)) == 4, 10)
    before, other = state(places, "workers"), state(places, "plain")
    assert before.pid is not None
    old = {process.pid for process in working_in(home)} - {other.pid}
    os.kill(before.pid, signal.SIGKILL)
    assert wait_until(lambda: state(places, "workers").restarts == 1, 15)
    assert wait_until(lambda: len(working_in(home)) == 4, 10)
    assert not old & {process.pid for process in working_in(home)}
    assert state(places, "plain").pid == other.pid
    assert state(places, "workers").exit == -signal.SIGKILL


def test_a_component_that_dies_at_once_is_given_up_and_tried_again_when_asked(
    places: Places, start
) -> None:
    flag = places.run / "mended"
    start(
        plain=STEADY,
        broken=f"""
            import pathlib, sys, time
            if not pathlib.Path({str(flag)!r}).exists():
                sys.exit("cannot work like this")
            time.sleep(60)
        """,
    )
    given_up = becomes(places, "broken", "failed")
    assert given_up.exit == 1
    assert "cannot work like this" in (places.logs / "broken.log").read_text()
    assert state(places, "plain").state == "running"
    flag.touch()
    identity = runtime.look(places).supervisor
    assert identity is not None
    send(identity, signal.SIGUSR1)
    becomes(places, "broken", "running")
    flag.unlink()


def test_a_program_that_is_not_there_is_given_up_and_the_rest_runs(places: Places, start) -> None:
    (places.logs / "gone.log").touch()
    missing = {"components": {"gone": ["/no/such/program"]}, "policy": QUICK}
    one = supervisor.Supervisor(places, missing, None)
    supervisor.home_of_components(places).mkdir(exist_ok=True)
    assert wait_until(lambda: one._look_after() or one.components[0].state == "failed", 5)
    assert one.components[0].exit == 127


def test_what_a_killed_supervisor_left_is_found_and_ended(places: Places, start) -> None:
    start(plain=STEADY, workers=WITH_WORKERS)
    home = supervisor.home_of_components(places)
    assert wait_until(lambda: len(working_in(home)) == 4, 10)
    identity = runtime.look(places).supervisor
    assert identity is not None
    os.kill(identity.pid, signal.SIGKILL)
    assert wait_until(lambda: not runtime._alive(identity), 5)
    assert not runtime.look(places).up
    assert state(places, "plain").state == "running"  # an orphan, but there
    assert runtime.stop(places) is True
    assert working_in(home) == []


def test_orphans_are_found_even_without_the_state_file(places: Places, start) -> None:
    start(workers=WITH_WORKERS)
    home = supervisor.home_of_components(places)
    assert wait_until(lambda: len(working_in(home)) == 3, 10)
    identity = runtime.look(places).supervisor
    assert identity is not None
    os.kill(identity.pid, signal.SIGKILL)
    assert wait_until(lambda: not runtime._alive(identity), 5)
    supervisor.state_file(places).unlink()
    assert runtime.stop(places) is True
    assert working_in(home) == []


def test_a_stale_state_file_never_harms_a_stranger(places: Places) -> None:
    own = Identity.of(os.getpid())
    assert own is not None
    stale = {"pid": own.pid, "started": "00000000:1"}
    component = {"state": "running", "process": stale, "restarts": 0, "exit": None}
    write_json(
        supervisor.state_file(places), {"supervisor": stale, "components": {"scheduler": component}}
    )
    running = runtime.look(places)
    assert not running.up
    assert running.components[0].state == "lost"
    assert running.components[0].pid is None
    assert runtime.stop(places) is False  # and this test is still here
    assert runtime.look(places).components == ()


def test_a_periodic_component_may_end_and_runs_again_after_its_rest(places: Places, start) -> None:
    count = places.run / "count"
    code = f"open({str(count)!r}, 'a').write('x')"
    job = {"argv": [sys.executable, "-c", code], "every": 0.3, "first": 0.1}
    start({"periodic": {"upkeep": job}}, plain=STEADY)
    assert wait_until(lambda: count.exists() and len(count.read_text()) >= 2, 15)
    assert becomes(places, "upkeep", "resting").exit == 0
    runtime.stop(places)
    count.unlink()


def test_a_database_that_died_is_started_again(cluster: Cluster, start, places: Places) -> None:
    from concord.launcher.progress import Progress

    # The supervisor of this state directory looks after the server in it.
    (places.pg).symlink_to(cluster.places.pg)
    here = Cluster(places, os.environ)
    here.start(Progress(quiet=True))
    start(embedded=True, plain=STEADY)
    first = here.postmaster()
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    assert wait_until(lambda: not first.alive() and here.ready(), 30)
    runtime.stop(places)
    assert here.stop() is True
    places.pg.unlink()


def test_a_log_that_grew_too_long_is_moved_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LOG_LIMIT", 10)
    log = tmp_path / "scheduler.log"
    with log.open("ab") as writer:
        writer.write(b"twelve bytes")
        writer.flush()
        supervisor._limit(log)
        writer.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "scheduler.old.log").read_bytes() == b"twelve bytes"
