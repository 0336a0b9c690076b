"""Real Airflow loses its processes and its database; what people typed arrives all the same, once.

Airflow runs as `./concord up` starts it. While a micro-batch carries what people typed on both
sides of the sandbox, a process of it is killed: a task, its supervisor, the scheduler. Nobody
touches Airflow afterwards. Minutes long, so it runs with `--faults` alone; the normal tests kill a
task in tests/airflow/test_up.py.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from concord.launcher.api import Api
from concord.launcher.postgres import Cluster
from concord.launcher.processes import wait_until
from concord.launcher.settings import socket_url
from tests.faults.sandbox_people import Sandbox
from tests.faults.working_tasks import Run, Working
from tests.support.launched import Concord, launcher

pytestmark = pytest.mark.airflow

DAG, NAIVE = "micro_batch_fast", "naive_copy"
KINDS = ("task", "supervisor", "scheduler")
TASKS = ("load_crm", "unify", "extract_erp", "load_erp", "validate", "load_crm", "unify",
         "extract_crm", "load_crm")  # fmt: skip
PATIENCE = 300  # seconds that a run may take to end by itself, on a busy machine


@dataclass
class NaiveCopy:
    """The source and the copy of the naive DAG, in the CRM's database."""

    sandbox: Sandbox

    def __post_init__(self) -> None:
        self._sql("CREATE SCHEMA naive")
        self._sql("CREATE TABLE naive.source (id bigint GENERATED ALWAYS AS IDENTITY)")
        self._sql("CREATE TABLE naive.copied (id bigint)")
        self._sql("CREATE TABLE naive.noted AS SELECT 0::bigint AS last")

    def work(self) -> None:
        """Give it as much to copy as takes it some seconds."""
        self._sql("INSERT INTO naive.source SELECT FROM generate_series(1, 200)")

    def doubled(self) -> int:
        with self.sandbox.connect("crm") as conn:
            query = "SELECT count(*) - count(DISTINCT id) FROM naive.copied"
            return int(conn.execute(query).fetchone()[0])

    def _sql(self, text: str) -> None:
        with self.sandbox.connect("crm") as conn:
            conn.execute(text)


@pytest.fixture(scope="module")
def concord(pytestconfig: pytest.Config) -> Iterator[Concord]:
    """Concord up, with the naive DAG beside its own."""
    if not pytestconfig.getoption("--faults"):
        pytest.skip("runs with --faults")
    with launcher() as made:
        bundles = [
            {
                "name": name,
                "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
                "kwargs": {"path": str(path)},
            }
            for name, path in (
                ("dags-folder", made.places.root / "dags"),
                ("naive", Path(__file__).with_name("naive_dags")),
            )
        ]
        config = made.places.airflow / "airflow.cfg"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(f"[dag_processor]\ndag_bundle_config_list = {json.dumps(bundles)}\n")
        done = made("up", "--port", str(made.port))
        assert done.returncode == 0, done.stdout + done.stderr
        yield made


@pytest.fixture(scope="module")
def sandbox(concord: Concord) -> Sandbox:
    people = Sandbox(Cluster(concord.places, os.environ))
    people.work(0, newcomers=300)
    settled(people)
    return people


def struck(
    api: Api, task: str, rng: random.Random, strike: Callable[[Working], object]
) -> tuple[Run, float]:
    """A run that was struck at any moment of this task's work, and when."""
    while True:
        run = Run.begin(api, DAG)
        with suppress(TimeoutError, ProcessLookupError):  # it was too quick for us
            working = run.catch(task)
            time.sleep(rng.uniform(0, 0.4))
            begun = time.monotonic()
            strike(working)
            return run, begun


def settled(sandbox: Sandbox) -> None:
    """Let the scheduled runs go on until all that was typed has arrived, or time is up."""
    wait_until(lambda: sandbox.lost() == 0, PATIENCE, pause=2)


def test_what_people_typed_arrives_once_whatever_is_killed(
    concord: Concord, sandbox: Sandbox, figure: Callable[..., None]
) -> None:
    api, rng, naive = concord.api(), random.Random(16), NaiveCopy(sandbox)
    states: Counter[str] = Counter()
    slowest, copying = dict.fromkeys(KINDS, 0.0), []
    for n, task in enumerate(TASKS):
        kind = KINDS[n % 3]
        sandbox.work(250, newcomers=50)
        if n < 3:
            naive.work()
            copying.append(Run.begin(api, NAIVE))
            copier = copying[-1].catch("copy")
            time.sleep(2)
            if kind != "scheduler":  # which is that of both
                os.kill(copier._asdict()[kind], signal.SIGKILL)

        def kill(working: Working, kind: str = kind) -> None:
            pids = {**working._asdict(), "scheduler": concord.pids()["scheduler"]}
            os.kill(pids[kind], signal.SIGKILL)

        run, begun = struck(api, task, rng, kill)
        states[run.end(PATIENCE)] += 1
        slowest[kind] = max(slowest[kind], time.monotonic() - begun)
        settled(sandbox)
    for run in copying:
        run.end(PATIENCE)
    killed = states.total()
    figure(
        "16 Airflow killed", kills=killed, runs_green=states["success"], lost=sandbox.lost(),
        doubled=sandbox.doubled(), naive_doubled=naive.doubled(),
        slowest=", ".join(f"{kind} {s:.0f} s" for kind, s in slowest.items()),
    )  # fmt: skip
    assert (sandbox.lost(), sandbox.doubled()) == (0, 0)
    assert states == {"success": killed}
    assert naive.doubled() > 0


def refused(cluster: Cluster) -> None:
    """Airflow's database alone takes no connections for five seconds, and ends those it has."""
    allow = "ALTER DATABASE airflow WITH ALLOW_CONNECTIONS {}"
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'airflow'"
    superuser = socket_url("postgres", "postgres", cluster.socket)
    with psycopg.connect(superuser, autocommit=True) as conn:
        conn.execute(allow.format("false"))
        begun = time.monotonic()
        while time.monotonic() - begun < 5:
            conn.execute(end)
            time.sleep(0.1)
        conn.execute(allow.format("true"))


def crashed(cluster: Cluster) -> None:
    """The whole server dies: metadata, hub and both systems. The supervisor brings it back."""
    server = cluster.postmaster()
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)
    assert wait_until(lambda: cluster.postmaster() not in (None, server), 60)
    assert wait_until(cluster.ready, 60)


@pytest.mark.parametrize("outage", [refused, crashed])
def test_runs_go_on_by_themselves_after_an_outage_of_the_metadata(
    concord: Concord,
    sandbox: Sandbox,
    outage: Callable[[Cluster], None],
    figure: Callable[..., None],
) -> None:
    api, rng, slowest = concord.api(), random.Random(5), 0.0
    states: Counter[str] = Counter()
    for task in ("extract_crm", "unify", "load_crm"):
        sandbox.work(250, newcomers=50)
        run, begun = struck(api, task, rng, lambda _: outage(sandbox.cluster))
        states[run.end(PATIENCE)] += 1
        slowest = max(slowest, time.monotonic() - begun)
        settled(sandbox)
    figure(
        f"16 metadata {outage.__name__}", times=states.total(), runs_green=states["success"],
        lost=sandbox.lost(), doubled=sandbox.doubled(), slowest=f"{slowest:.0f} s",
    )  # fmt: skip
    assert (sandbox.lost(), sandbox.doubled()) == (0, 0)
    assert states == {"success": 3}
