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
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from concord.launcher.postgres import Cluster
from concord.launcher.processes import wait_until
from concord.launcher.settings import socket_url
from tests.faults.working_tasks import Run
from tests.support.launched import Concord, launcher

pytestmark = pytest.mark.airflow

DAG, NAIVE = "micro_batch_fast", "naive_copy"
KINDS = ("task", "supervisor", "scheduler")
TASKS = ("load_crm", "unify", "extract_erp", "load_erp", "validate", "load_crm", "unify",
         "extract_crm", "load_crm")  # fmt: skip
PATIENCE = 300  # seconds that a run may take to end by itself, on a busy machine

PAIRS = """
SELECT vat_no FROM customers
WHERE vat_no IS NOT NULL AND status = 'A' GROUP BY vat_no HAVING count(*) = 1
"""
ACCOUNTS = """
SELECT tax_number FROM account
WHERE tax_number IS NOT NULL GROUP BY tax_number HAVING count(*) = 1
"""


@dataclass
class Sandbox:
    """The two systems, and the log of what people typed there; reads nothing else."""

    cluster: Cluster
    phones: dict[str, str] = field(default_factory=dict)
    entered: set[str] = field(default_factory=set)
    _typed: int = 0

    def sql(self, system: str, text: str, *values: object) -> list[tuple]:
        url = socket_url(f"{system}_owner", system, self.cluster.socket)
        with psycopg.connect(url) as conn:
            cursor = conn.execute(text, values)
            return cursor.fetchall() if cursor.description else []

    def work(self, changes: int) -> None:
        """People on both sides change telephone numbers and enter customers; no two of them the
        same one.
        """
        known = sorted(self.agreed())
        for n, number in enumerate(known[:changes]):
            self.phones[number] = self._phone()
            if n % 2:
                self.sql("erp", "UPDATE customers SET phone = %s WHERE vat_no = %s",
                         self.phones[number], number)  # fmt: skip
            else:
                self.sql("crm", "UPDATE account SET phone_number = %s WHERE tax_number = %s",
                         self.phones[number], number)  # fmt: skip
        for n in range(changes // 4):
            phone = self._phone()
            number = f"GB{phone[-9:]}"
            self.phones[number] = phone
            self.entered.add(number)
            if n % 2:
                self.sql("erp", "INSERT INTO customers (name, kind, vat_no, country_code, phone)"
                         " VALUES (%s, 'O', %s, 'GB', %s)",
                         f"Newcomer {number}", number, phone)  # fmt: skip
            else:
                self.sql("crm", "INSERT INTO account (account_name, tax_number, country,"
                         " phone_number) VALUES (%s, %s, 'United Kingdom', %s)",
                         f"Newcomer {number}", number, phone)  # fmt: skip

    def agreed(self) -> set[str]:
        """Tax numbers that each side has once, with one telephone number on both."""
        erp, crm = self.numbers()
        once = {row[0] for row in self.sql("erp", PAIRS)}
        once &= {row[0] for row in self.sql("crm", ACCOUNTS)}
        return {n for n in once if erp[n] and erp[n] == crm[n]}

    def numbers(self) -> tuple[dict[str, str], dict[str, str]]:
        erp = self.sql("erp", "SELECT vat_no, phone FROM customers WHERE vat_no IS NOT NULL")
        crm = self.sql("crm", "SELECT tax_number, phone_number FROM account"
                              " WHERE tax_number IS NOT NULL")  # fmt: skip
        return dict(erp), dict(crm)

    def lost(self) -> int:
        """Values typed that are not on both sides."""
        sides = self.numbers()
        return sum(any(side.get(n) != p for side in sides) for n, p in self.phones.items())

    def doubled(self) -> int:
        """Entered customers that one side has more than once, by their excess."""
        erp = Counter(row[0] for row in self.sql("erp", "SELECT vat_no FROM customers"))
        crm = Counter(row[0] for row in self.sql("crm", "SELECT tax_number FROM account"))
        return sum(max(0, side[n] - 1) for side in (erp, crm) for n in self.phones)

    def _phone(self) -> str:
        self._typed += 1
        return f"+4420{70_000_000 + self._typed}"


@dataclass
class NaiveCopy:
    """The source and the copy of the naive DAG, in the CRM's database."""

    sandbox: Sandbox

    def prepare(self) -> None:
        for text in (
            "CREATE SCHEMA naive",
            "CREATE TABLE naive.source (id bigint GENERATED ALWAYS AS IDENTITY)",
            "CREATE TABLE naive.copied (id bigint)",
            "CREATE TABLE naive.noted AS SELECT 0::bigint AS last",
        ):
            self.sandbox.sql("crm", text)

    def work(self) -> None:
        self.sandbox.sql("crm", "INSERT INTO naive.source SELECT FROM generate_series(1, 200)")

    def doubled(self) -> int:
        return int(self.sandbox.sql("crm", "SELECT count(*) - count(DISTINCT id)"
                                           " FROM naive.copied")[0][0])  # fmt: skip


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
    return Sandbox(Cluster(concord.places, os.environ))


def kill(concord: Concord, kind: str, run: Run, task: str, rng: random.Random) -> None:
    """Kill a process of the run while the task works, at any moment of it."""
    worker, supervisor = run.catch(task)
    time.sleep(rng.uniform(0, 0.4))
    pid = {"task": worker, "supervisor": supervisor}.get(kind) or concord.pids()["scheduler"]
    os.kill(pid, signal.SIGKILL)


def settled(concord: Concord, sandbox: Sandbox) -> None:
    """Let the scheduled runs go on until all that was typed has arrived, or time is up."""
    wait_until(lambda: sandbox.lost() == 0, PATIENCE, pause=2)


def test_what_people_typed_arrives_once_whatever_is_killed(
    concord: Concord, sandbox: Sandbox, figure: Callable[..., None]
) -> None:
    api, rng, naive = concord.api(), random.Random(16), NaiveCopy(sandbox)
    naive.prepare()
    states: Counter[str] = Counter()
    slowest, killed = dict.fromkeys(KINDS, 0.0), 0
    for kind, task in zip([k for k in KINDS for _ in range(3)], TASKS, strict=True):
        sandbox.work(400)
        naive.work()
        copying = Run.begin(api, NAIVE)
        copying.catch("copy")
        time.sleep(1)
        run = Run.begin(api, DAG)
        begun = time.monotonic()
        kill(concord, kind, run, task, rng)
        killed += 1
        if kind != "scheduler":  # which is that of both
            os.kill(copying.catch("copy")[kind == "supervisor"], signal.SIGKILL)
        states[run.end(PATIENCE)] += 1
        slowest[kind] = max(slowest[kind], time.monotonic() - begun)
        settled(concord, sandbox)
        copying.end(PATIENCE)
        print(
            kind, task, f"{time.monotonic() - begun:.0f} s", run.tries(), dict(states), flush=True
        )
    figure(
        "16 Airflow killed", kills=killed, runs_green=states["success"], lost=sandbox.lost(),
        doubled=sandbox.doubled(), naive_doubled=naive.doubled(),
        slowest=", ".join(f"{kind} {s:.0f} s" for kind, s in slowest.items()),
    )  # fmt: skip
    assert (sandbox.lost(), sandbox.doubled()) == (0, 0)
    assert states == {"success": killed}
    assert naive.doubled() > 0
