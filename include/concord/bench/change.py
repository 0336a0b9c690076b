"""What a batch costs when few of many records changed, and a first load when all are new.

The same change is measured on a tenth of the customers and on all of them: a step whose time
grows with the unchanged rows shows it by its ratio.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.scratch import world
from concord.bench.workloads import Job
from concord.pipeline import Engine, run_batch
from concord.pipeline.batch import Counts
from concord.sandbox.seed import seed

Say = Callable[[str], object]
SMALLER = 10

CHANGES = {
    "erp": "UPDATE customers SET phone = '+4420794' || lpad((random() * 99999)::int::text, 5, '0')"
    " WHERE customer_code IN (SELECT customer_code FROM customers WHERE status = 'A'"
    " ORDER BY md5(customer_code || %(salt)s) LIMIT %(n)s)",
    "crm": "UPDATE account SET web = 'https://www.' || left(md5(random()::text), 10) || '.example'"
    " WHERE id IN (SELECT id FROM account ORDER BY md5(id::text || %(salt)s) LIMIT %(n)s)",
}
"""What people do between two batches: half on each side, on records spread over the tables."""


SCANS = (
    "SELECT schemaname || '.' || relname, coalesce(seq_tup_read, 0)"
    " FROM pg_stat_user_tables WHERE schemaname <> 'stage'"
)
"""Rows that full scans of a table have read so far; stage tables hold the changed rows alone."""


@dataclass(frozen=True)
class Timed:
    """A batch's counts, seconds from start to end, seconds of each step, and `scanned`: rows read
    by full scans of tables that hold more than what changed, by system and table.
    """

    counts: Counts
    seconds: float
    steps: dict[str, float]
    scanned: dict[str, int]


@dataclass(frozen=True)
class Measured:
    """What one number of customers gave; `verified`: afterwards a full comparison of both sides
    with the hub, by digests, found nothing that differs and planned nothing.
    """

    customers: int
    load: Timed
    change: Timed
    idle: Timed
    verified: bool


def workload(job: Job) -> Report:
    """The same change among `job.rows` customers, and, as the limit, among a tenth of them."""
    changed = min(job.changed or 1_000, job.rows // 3)
    small, large = bench(job.rows, changed, job.repeat, job.say)
    subjects = {
        LIMIT: Taken([small.change.seconds], small.verified),
        OURS: Taken([large.change.seconds], large.verified, peak()),
    }
    return Report(compared("customers", job.rows, subjects), notes=report(small, large))


def bench(customers: int, changed: int, repeat: int, say: Say) -> tuple[Measured, Measured]:
    """Measure a tenth of the customers, then all of them; says what it does as it goes."""
    return tuple(  # type: ignore[return-value]
        _measure(n, changed, repeat, say) for n in (max(customers // SMALLER, changed), customers)
    )


def _measure(customers: int, changed: int, repeat: int, say: Say) -> Measured:
    with world() as engine, tempfile.TemporaryDirectory() as scratch:
        run(engine)  # imports, connections
        say(f"{customers:,} customers a side: seeding")
        seed(engine.urls["erp"], engine.urls["crm"], customers, truth_path=Path(scratch) / "truth")
        say(f"{customers:,} customers a side: first load")
        load = run(engine)
        while run(engine).counts.get("planned", 0):
            continue
        changes = [_change(engine, changed, salt) for salt in range(repeat)]
        idle = middle([run(engine) for _ in range(repeat)])
        return Measured(customers, load, middle(changes), idle, verified=quiet(engine))


def middle(runs: Sequence[Timed]) -> Timed:
    """The run whose time is the median."""
    return sorted(runs, key=lambda t: t.seconds)[len(runs) // 2]


def quiet(engine: Engine) -> bool:
    """Whether a full comparison finds nothing new and nothing to write."""
    counts = run(engine, "nightly").counts
    # Full scope reads again what is in quarantine, and all that the rules give.
    return not counts["accepted"] and not counts["planned"]


def _change(engine: Engine, changed: int, salt: int) -> Timed:
    for name, text in CHANGES.items():
        with psycopg.connect(engine.urls[name]) as conn:
            conn.execute(text, {"salt": str(salt), "n": changed // 2})
    timed = run(engine)
    while run(engine).counts.get("read", 0):
        continue  # echoes, so that the next measurement begins quiet
    return timed


def run(engine: Engine, lane: str = "fast") -> Timed:
    """One batch, timed by step."""
    before = _scanned(engine)
    started = time.perf_counter()
    batch_id, counts = run_batch(engine, lane=lane, run_id=f"bench/{time.time_ns()}")
    seconds = time.perf_counter() - started
    with engine.hub.connect() as conn:
        rows = conn.execute(
            "SELECT step, max(extract(epoch FROM ended_at - started_at))::float8"
            " FROM ops.batch_step WHERE batch_id = %s GROUP BY step ORDER BY min(started_at)",
            (batch_id,),
        ).fetchall()
    after = _scanned(engine)
    scanned = {name: n - before.get(name, 0) for name, n in after.items()}
    return Timed(counts, seconds, dict(rows), {name: n for name, n in scanned.items() if n})


def _scanned(engine: Engine) -> dict[str, int]:
    out: dict[str, int] = {}
    for name, url in {"hub": engine.hub.url, **engine.urls}.items():
        with psycopg.connect(url) as conn:
            out |= {f"{name} {table}": int(n) for table, n in conn.execute(SCANS).fetchall()}
    return out


def report(small: Measured, large: Measured) -> list[str]:
    """What was measured, as lines to print."""
    rows = large.load.counts
    moved = rows.get("read", 0) + rows.get("confirmed", 0)
    lines = [
        f"First load of {large.customers:,} customers a side: {large.load.seconds:.1f} s,"
        f" {rows.get('read', 0):,} rows read, {rows.get('confirmed', 0):,} written,"
        f" {moved / large.load.seconds:,.0f} rows a second, peak memory"
        f" {peak():.0f} MB",
        "  " + _steps(large.load),
        f"A batch with {large.change.counts.get('read', 0):,} changed records (seconds):",
        f"  {'step':<14}{small.customers:>12,}{large.customers:>12,}   ratio   share",
    ]
    for name in [*large.change.steps, "whole"]:
        a = small.change.steps.get(name, small.change.seconds)
        b = large.change.steps.get(name, large.change.seconds)
        share = b / large.change.seconds
        lines.append(f"  {name:<14}{a:>12.2f}{b:>12.2f}{b / max(a, 0.001):>8.2f}{share:>8.0%}")
    lines.append("Rows read by full scans of tables in that batch:")
    for name in sorted({*small.change.scanned, *large.change.scanned}):
        a, b = small.change.scanned.get(name, 0), large.change.scanned.get(name, 0)
        lines.append(f"  {name:<32}{a:>12,}{b:>12,}")
    lines.append(f"An idle batch: {small.idle.seconds:.2f} s and {large.idle.seconds:.2f} s")
    return lines


def _steps(timed: Timed) -> str:
    return ", ".join(f"{name} {s:.1f} s" for name, s in timed.steps.items())
