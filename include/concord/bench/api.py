"""What it costs to write into a web service that takes its time: one request a record.

The ERP's customers get other telephone numbers; a real batch reads, merges and plans, and `load`
sends the updates to a service that answers after five milliseconds and refuses more requests at a
time than it allows. The limit is latency x updates / allowed requests, and nothing else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from concord.bench import company
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.scratch import alone, world
from concord.bench.service_system import ALLOWED, KIND, ServiceSystem, records
from concord.bench.workloads import Job
from concord.pipeline import Engine, begin, extract, finish, load, unify, validate
from concord.systems import registry
from concord.systems.http.client import Client

LATENCY = 0.005  # seconds
ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = (
    "SELECT id::text, account_name, account_type, tax_number, country, phone_number,"
    " email_address, web, payment_term, state, customer_since, annual_revenue, credit_limit,"
    " currency_code FROM account"
)
CHANGE = (
    "UPDATE customers SET phone = '+4420'"
    " || lpad(((right(phone, 8)::bigint + 7919) % 90000000)::text, 8, '0')"
)


def bench(job: Job) -> Report:
    """Send `job.rows` updates."""
    with world() as engine:
        job.say("building")
        company.make(engine, job.rows)
        with served(engine) as url:
            job.say("sending")
            ours = alone(engine, ours_of, url, job.rows, job.repeat)
    limit = Taken([LATENCY * job.rows / ALLOWED], True)
    return Report(compared("api", job.rows, {LIMIT: limit, OURS: ours}))


@contextmanager
def served(engine: Engine) -> Iterator[str]:
    """The service with the CRM's accounts, in a process of its own; its address."""
    with psycopg.connect(engine.urls["crm"], row_factory=dict_row) as conn:
        rows = conn.execute(ACCOUNTS).fetchall()
    argv = [sys.executable, "-m", "concord.bench.service", str(LATENCY), str(ALLOWED), "id"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as service:
        assert service.stdin
        assert service.stdout
        try:
            service.stdin.writelines(records(rows))
            service.stdin.close()
            yield f"http://127.0.0.1:{int(service.stdout.readline())}"
        finally:
            service.kill()


def ours_of(engine: Engine, url: str, rows: int, repeat: int) -> Taken:
    """Plan an update of every account, send them; the service has each of them, once."""
    engine = _through(engine, url)
    _batch(engine, "first", load_it=True)
    seconds, verified = [], True
    for n in range(repeat):
        with psycopg.connect(engine.urls["erp"]) as conn:
            conn.execute(CHANGE)
        before = _applied(url)
        batch = _batch(engine, str(n), load_it=False)
        begun = time.perf_counter()
        counts = load(engine, batch, "crm")
        seconds.append(time.perf_counter() - begun)
        finish(engine, batch)
        verified &= counts["confirmed"] == rows == _applied(url) - before
        verified &= _phones(engine, url) and _batch(engine, f"{n} again", load_it=True) > batch
    return Taken(seconds, verified, peak())


def _through(engine: Engine, url: str) -> Engine:
    """The engine with the service in place of the CRM."""
    registry.KINDS[KIND] = ServiceSystem
    systems = tuple(
        spec.model_copy(update={"kind": KIND}) if spec.name == "crm" else spec
        for spec in engine.config.systems
    )
    config = engine.config.model_copy(update={"systems": systems})
    return Engine(config, engine.hub, {**engine.urls, "crm": url}, engine.expectations)


def _batch(engine: Engine, name: str, *, load_it: bool) -> int:
    """A batch of customers alone, up to its plan or to its end."""
    run_id = f"bench/api/{name}/{time.time_ns()}"
    batch = begin(engine, lane="fast", run_id=run_id, entities=["party"])
    for system in ("erp", "crm"):
        extract(engine, batch, system)
    validate(engine, batch)
    unify(engine, batch)
    load(engine, batch, "erp")
    if load_it:
        load(engine, batch, "crm")
        finish(engine, batch)
    return batch


def _applied(url: str) -> int:
    with Client("service", url) as client:
        return int(client.read("/applied").body["n"])


def _phones(engine: Engine, url: str) -> bool:
    """Whether the service holds the very telephone numbers that the ERP has."""
    with psycopg.connect(engine.urls["erp"]) as conn:
        wanted = conn.execute("SELECT email, phone FROM customers ORDER BY email").fetchall()
    found, after = [], ""
    with Client("service", url) as client:
        while after is not None:
            page = client.read("/account", {"after": after, "limit": 1_000}).body
            found += [(r["email_address"], r["phone_number"]) for r in page["items"]]
            after = page["next"]
    return sorted(found) == sorted(wanted)
