"""What a first load costs: two existing systems with the same customers, and a hub that is empty.

The limit is binary COPY of both tables into the hub's database: what has to be read in any case.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from concord.bench import company, programs
from concord.bench.change import Timed, run
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.scratch import alone, superuser, world
from concord.bench.tables import summed
from concord.bench.workloads import Job
from concord.pipeline import Engine


def bench(job: Job) -> Report:
    """Take in `job.rows` customers a side, each time into another hub."""
    ours: list[Taken] = []
    report = Report()
    for n in range(job.repeat):
        with world() as engine:
            job.say(f"making a company ({n + 1} of {job.repeat})")
            company.make(engine, job.rows)
            limit = piped(engine, job.repeat)
            job.say("taking it in")
            taken, timed = alone(engine, ours_of, job.rows)
            ours.append(taken)
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in timed.steps.items())
    report.notes.append(f"initial load of {job.rows:,} a side, seconds by step: {steps}")
    whole = Taken(
        [one.median for one in ours],
        all(one.verified for one in ours),
        max(one.peak_mb for one in ours),
    )
    report.results = compared("initial load", job.rows, {LIMIT: limit, OURS: whole})
    return report


def ours_of(engine: Engine, rows: int) -> tuple[Taken, Timed]:
    """The first full batch; every record is taken in, every pair is one golden record."""
    timed = run(engine, "nightly")
    counts = timed.counts
    with engine.hub.connect() as conn:
        row = conn.execute(
            "SELECT count(*), count(DISTINCT golden_id) FROM image.party WHERE deleted_at IS NULL"
        ).fetchone()
    verified = (
        row == (2 * rows, rows)
        and counts["accepted"] == 2 * rows
        and counts["planned"] == counts["confirmed"] == counts["quarantined"] == 0
        and company.agreed(engine)
    )
    return Taken([timed.seconds], verified, peak()), timed


def piped(engine: Engine, repeat: int) -> Taken:
    """Binary COPY of both tables into the hub's database, one after the other."""
    target = superuser(engine.hub.url)
    psql = [str(programs.psql()), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    seconds, verified = [], True
    for _ in range(repeat):
        took = 0.0
        for name, (table, columns) in company.SHARED.items():
            source, listed = engine.urls[name], ", ".join(columns)
            with psycopg.connect(target) as conn:
                conn.execute("DROP TABLE IF EXISTS public.bench_piped")
                made = [sql.SQL("{} text").format(sql.Identifier(column)) for column in columns]
                conn.execute(
                    sql.SQL("CREATE UNLOGGED TABLE public.bench_piped ({})").format(
                        sql.SQL(", ").join(made)
                    )
                )
            out = f"COPY {table} ({listed}) TO STDOUT (FORMAT BINARY)"
            into = "COPY public.bench_piped FROM STDIN (FORMAT BINARY)"
            took += programs.piped(
                [[*psql, "-c", out, source], [*psql, "-c", into, target]]
            ).seconds
            there = summed(target, sql.Identifier("public", "bench_piped"), columns)
            verified &= there == summed(source, sql.Identifier(table), columns)
        seconds.append(took)
    with psycopg.connect(target) as conn:
        conn.execute("DROP TABLE public.bench_piped")
    return Taken(seconds, verified)
