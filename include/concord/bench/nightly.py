"""What a night costs: the whole company compared by digest, what drifted healed, written back.

Customers and five order lines for each, on both sides; between two nights a thousandth of the
customers and of the open orders change. The limit is one hashing scan of the tables of both sides.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from concord.bench import company
from concord.bench.change import Timed, quiet, run
from concord.bench.orders import make_orders
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.scratch import alone, superuser, world
from concord.bench.workloads import Job
from concord.hub.sql import statement
from concord.pipeline import Engine
from concord.sandbox.business import seed_business
from concord.sandbox.seed import seed

ONE_IN = 1_000
FEWEST = 200  # customers and products that the orders are about at least
SCANNED = (
    ("erp", ("customers", "sales_orders", "sales_order_lines")),
    ("crm", ("account", "sales_order", "sales_order_line")),
)
ORDERS = (
    "UPDATE sales_orders SET requested_on = requested_on + 1 WHERE so_id IN (SELECT so_id"
    " FROM sales_orders WHERE status = 'D' ORDER BY md5(so_id || %(salt)s) LIMIT %(n)s)"
)


def bench(job: Job) -> Report:
    """Run nights over `job.rows` customers and five times as many order lines a side."""
    with world() as engine:
        job.say("making a company with orders and taking it in")
        build(engine, job.rows)
        job.say("nights")
        taken, timed = alone(engine, ours_of, job.rows, job.repeat)
        subjects = {LIMIT: _scans(engine, job.repeat), OURS: taken}
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in timed.steps.items())
    moved = timed.counts["read"] - timed.counts["unchanged"]
    compared_rows = timed.counts.get("compared", 0)
    return Report(
        compared("nightly", job.rows, subjects),
        notes=[
            f"nightly, {job.rows:,} customers and {5 * job.rows:,} order lines a side:"
            f" {compared_rows:,} records compared, {moved:,} moved; seconds by step: {steps}"
        ],
    )


def build(engine: Engine, customers: int) -> None:
    """The company, its orders on both sides, everything taken in."""
    with tempfile.TemporaryDirectory() as scratch:
        seed(engine.urls["erp"], engine.urls["crm"], FEWEST, truth_path=Path(scratch) / "truth")
    seed_business(engine.urls["erp"], FEWEST)
    grow(engine, customers)


def grow(engine: Engine, customers: int) -> None:
    """More customers, and an order of each, in a company that sells something already."""
    company.make(engine, customers)
    run(engine, "nightly")
    company.settle(engine)
    make_orders(engine, customers)
    run(engine)
    company.settle(engine)


def ours_of(engine: Engine, rows: int, repeat: int) -> tuple[Taken, Timed]:
    """Drift, then a night; afterwards another night finds nothing that differs."""
    seconds, verified = [], True
    changed = max(rows // ONE_IN, 1)
    for n in range(repeat):
        company.change(engine, changed, f"night {n}")
        with psycopg.connect(engine.urls["erp"]) as conn:
            orders = conn.execute(ORDERS, {"salt": str(n), "n": changed}).rowcount
        timed = run(engine, "nightly")
        seconds.append(timed.seconds)
        verified &= timed.counts["read"] >= changed + orders
        verified &= timed.counts["confirmed"] >= changed and company.settle(engine)
    return Taken(seconds, verified and quiet(engine), peak()), timed


def _scans(engine: Engine, repeat: int) -> Taken:
    seconds, verified = [], True
    for _ in range(repeat):
        took = 0.0
        for name, tables in SCANNED:
            with psycopg.connect(superuser(engine.urls[name])) as conn:
                for table in tables:
                    scan = statement("bench", "compare_scan", table=sql.Identifier(table))
                    begun = time.perf_counter()
                    row = conn.execute(scan).fetchone()
                    took += time.perf_counter() - begun
                    verified &= bool(row and row[0])
        seconds.append(took)
    return Taken(seconds, verified)
