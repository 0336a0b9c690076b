"""The hub's server goes away in the middle of a batch: whoever comes next finishes it.

The hub has a server of its own here, which is ended at once, as by a crash. The tasks of a run are
tried again as Airflow would try them.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from concord.errors import Transient
from concord.hub.migrate import migrate
from concord.model.spec import Config
from concord.orchestration import steps
from concord.pipeline.unify import take_in
from tests.conftest import TEMPLATE, Postgres, TestHub
from tests.faults.processes import Child
from tests.support.world import World

CUSTOMERS = """
INSERT INTO customers (name, kind, vat_no, country_code)
SELECT 'Customer ' || n, 'O', 'GB' || lpad(n::text, 9, '0'), 'GB'
FROM generate_series(%s::integer, %s::integer) AS n
"""

TASKS: dict[str, Callable[..., object]] = {
    "extract_erp": lambda engine, run: steps.extract(engine, run, "erp"),
    "extract_crm": lambda engine, run: steps.extract(engine, run, "crm"),
    "validate": steps.validate,
    "unify": steps.unify,
    "load_erp": lambda engine, run: steps.load(engine, run, "erp"),
    "load_crm": lambda engine, run: steps.load(engine, run, "crm"),
    "finish": lambda engine, run: steps.finish(engine, run, []),
}


@pytest.fixture(scope="module")
def hub_server(config: Config) -> Iterator[Postgres]:
    """A server for the hub alone, which keeps what it has committed."""
    base = Path(tempfile.mkdtemp(prefix="cph", dir="/tmp"))
    base.chmod(0o755)
    server = Postgres(base)
    try:
        server.start()
        with psycopg.connect(server.url("postgres"), autocommit=True) as conn:
            conn.execute("ALTER SYSTEM SET synchronous_commit = on")
            conn.execute("SELECT pg_reload_conf()")
        server.create(TEMPLATE, owner="concord_owner")
        migrate(server.url(TEMPLATE, "concord_owner"), config)
        yield server
        server.stop()
    finally:
        shutil.rmtree(base)


@pytest.fixture
def apart(
    config: Config, hub_server: Postgres, sandbox_urls: dict[str, str], no_suites: Path
) -> World:
    """A world whose hub is in a server of its own."""
    dbname = hub_server.name("hub")
    hub_server.create(dbname, TEMPLATE, "concord_owner")
    return World(config, TestHub(hub_server, dbname), sandbox_urls, no_suites)


def finish_run(world: World, run: steps.Run, patience: float = 60) -> None:
    """Do the run's tasks in order, each until it is done."""
    for task in TASKS.values():
        end = time.monotonic() + patience
        while True:
            try:
                task(world.fresh_engine(world.engine.config), run)
                break
            except Transient:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)


@pytest.mark.parametrize("last", ["extract_crm", "take_in", "load_erp"])
def test_a_crash_of_the_hub_between_two_steps_loses_nothing(
    apart: World, hub_server: Postgres, last: str
) -> None:
    world, run = apart, steps.Run("fast", "one")
    world.customer("Alpha Trading Ltd", vat_no="GB123456789")
    world.account("Beta Trading Ltd", tax_number="GB987654321")
    for name, task in TASKS.items():
        if name == "unify" and last == "take_in":
            take_in(world.engine, steps.begin(world.engine, run))
            break
        task(world.engine, run)
        if name == last:
            break
    hub_server.stop()
    hub_server.start_again()
    finish_run(world, run)
    world.settle()
    both = [("Alpha Trading Ltd",), ("Beta Trading Ltd",)]
    assert world.crm("SELECT account_name FROM account ORDER BY 1") == both
    assert world.erp("SELECT name FROM customers ORDER BY 1") == both


def test_a_hub_that_restarts_while_batches_run_loses_and_doubles_nothing(
    apart: World,
    hub_server: Postgres,
    scale: Callable[[float, float], float],
    figure: Callable[..., None],
) -> None:
    world, rng = apart, random.Random(16)
    restarts, rows, away = int(scale(2, 20)), int(scale(200, 2_000)), scale(0.5, 5)
    for system in ("erp", "crm"):
        world.limit(system, count=10**9, share=1.0, first_load=10**9)
    for n in range(restarts):
        first = n * rows
        world.erp(CUSTOMERS, first + 1, first + rows)
        world.crm("UPDATE account SET web = 'https://www.' || lower(tax_number) || '.example'")
        run = steps.Run("fast", f"run/{n}")
        child = Child.run(lambda run=run: finish_run(world, run))
        time.sleep(rng.uniform(0, scale(0.6, 4)))
        hub_server.stop()
        time.sleep(away)
        hub_server.start_again()
        assert child.wait(120) == 0
    world.settle()
    erp = world.erp("SELECT vat_no, name, website FROM customers ORDER BY 1")
    crm = world.crm("SELECT tax_number, account_name, web FROM account ORDER BY 1")
    tax = [row[0] for row in crm]
    lost, doubled = restarts * rows - len(set(tax)), len(tax) - len(set(tax))
    figure("16 hub restarted", restarts=restarts, down=f"{away} s", lost=lost, doubled=doubled)
    assert (lost, doubled) == (0, 0)
    assert erp == crm
