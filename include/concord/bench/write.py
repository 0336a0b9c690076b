"""What it costs to write planned changes into a system: conditional, exactly once, read back.

Everything up to the plan is done before the clock starts; `load` is measured. The limit is plain
psycopg: COPY into a temporary table and one INSERT ... ON CONFLICT into the very same table, so the
vendor's own triggers cost both the same.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg

from concord.bench import company
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.scratch import alone, world
from concord.bench.workloads import Job
from concord.pipeline import Engine, begin, extract, finish, load, unify, validate

UPSERT = (
    "INSERT INTO customers AS c (customer_code, name, kind, phone)"
    " SELECT customer_code, name, kind, phone FROM taken"
    " ON CONFLICT (customer_code) DO UPDATE SET phone = excluded.phone"
)


def bench(job: Job) -> Report:
    """Write into `job.rows` customers of the ERP."""
    with world() as engine:
        settled = company.take_in(engine, job.rows, job.say)
        job.say("writing")
        ours = alone(engine, ours_of, job.rows, job.repeat)
        subjects = {
            LIMIT: plain(engine, job.rows, job.repeat),
            OURS: Taken(ours.seconds, ours.verified and settled, ours.peak_mb),
        }
    return Report(compared("write", job.rows, subjects))


def ours_of(engine: Engine, rows: int, repeat: int) -> Taken:
    """Plan a write of every customer, then load them; each is there once, its image with it."""
    seconds, verified = [], True
    for n in range(repeat):
        company.change(engine, rows, str(n))
        before = _applied(engine)
        batch = begin(engine, lane="fast", run_id=f"bench/write/{n}/{time.time_ns()}")
        for name in ("erp", "crm"):
            extract(engine, batch, name)
        validate(engine, batch)
        unify(engine, batch)
        begun = time.perf_counter()
        counts = load(engine, batch, "erp")
        seconds.append(time.perf_counter() - begun)
        load(engine, batch, "crm")
        finish(engine, batch)
        verified &= counts["confirmed"] == rows == _applied(engine) - before
        verified &= company.agreed(engine) and company.settle(engine)
    return Taken(seconds, verified, peak())


def _applied(engine: Engine) -> int:
    """How many writes the ERP has ever taken."""
    with psycopg.connect(engine.urls["erp"]) as conn:
        row = conn.execute("SELECT count(*) FROM concord.applied").fetchone()
    assert row
    return int(row[0])


def plain(engine: Engine, rows: int, repeat: int) -> Taken:
    """The limit: other telephone numbers for every customer, from memory into the table."""
    seconds, verified = [], True
    with psycopg.connect(engine.urls["erp"]) as conn:
        found = conn.execute("SELECT customer_code, name, kind, phone FROM customers").fetchall()
        for n in range(repeat):
            wanted: list[tuple[Any, ...]] = [(*row[:3], f"+{n}{row[0][1:]}") for row in found]
            begun = time.perf_counter()
            conn.execute(
                "CREATE TEMP TABLE taken (customer_code text, name text, kind text, phone text)"
                " ON COMMIT DROP"
            )
            with conn.cursor().copy("COPY taken FROM STDIN") as copy:
                for row in wanted:
                    copy.write_row(row)
            done = conn.execute(UPSERT)
            conn.commit()
            seconds.append(time.perf_counter() - begun)
            now = conn.execute("SELECT customer_code, name, kind, phone FROM customers").fetchall()
            verified &= done.rowcount == rows and sorted(now) == sorted(wanted)
            conn.commit()
    return Taken(seconds, verified)
