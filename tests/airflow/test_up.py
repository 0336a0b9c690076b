"""`./concord up` and `down` for real: PostgreSQL, the sandbox, Airflow, both lanes."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from concord.launcher.api import Refused
from concord.launcher.postgres import Cluster
from concord.launcher.processes import wait_until
from tests.airflow.journeys import DeskJourneys, asking_company
from tests.faults.sandbox_people import Sandbox
from tests.faults.working_tasks import Run
from tests.support.launched import Concord, launcher, living

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def concord() -> Iterator[Concord]:
    with launcher() as made, pytest.MonkeyPatch.context() as env:
        env.setenv("CONCORD_CONFIG", str(asking_company(made.home)))
        yield made


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


class TestTheDesk(DeskJourneys):
    """Here, so that Airflow is started once for all of these tests."""


def test_a_killed_task_is_done_again_by_itself(concord: Concord, up) -> None:
    people = Sandbox(Cluster(concord.places, os.environ))
    people.work(0, newcomers=200)
    run = Run.begin(concord.api(), "micro_batch_fast")
    os.kill(run.catch("load_crm").task, signal.SIGKILL)
    assert run.end(180) == "success"
    assert run.tries() > 1
    assert (people.lost(), people.doubled()) == (0, 0)


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
