"""What it costs to carry few changed records of many from one side to the other, everything on.

People change telephone numbers in the CRM; a fast batch of the whole shipped company reads the
changes, validates, merges, checks, plans, guards, and writes them into the ERP, each conditionally
and exactly once, and reads them back. Warm: in a process that has run batches before, as the DAGs'
workers have. The limit is a psql script that upserts the rows into a plain table.
"""

from __future__ import annotations

from concord.bench import company
from concord.bench.change import run
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.scratch import alone, world
from concord.bench.upsert import Upsert
from concord.bench.workloads import Job
from concord.pipeline import Engine

SIZES = (1_000, 10_000)
PART = 2  # of the records at most one in so many changes


def bench(job: Job) -> Report:
    """Carry each number of changes among `job.rows` customers a side."""
    sizes = (job.changed,) if job.changed else SIZES
    report = Report()
    with world() as engine:
        settled = company.take_in(engine, job.rows, job.say)
        for changed in sizes:
            if changed * PART > job.rows:
                report.notes.append(
                    f"incremental: {changed:,} changed of {job.rows:,} left out: too many of them"
                )
                continue
            job.say(f"{changed:,} changed")
            report.add(_changed(engine, job, changed, settled=settled))
    return report


def _changed(engine: Engine, job: Job, changed: int, *, settled: bool) -> Report:
    report = Report()
    ours, steps = alone(engine, ours_of, changed, job.repeat)
    report.notes.append(
        f"incremental {changed:,} of {job.rows:,}, seconds by step: "
        + ", ".join(f"{name} {seconds:.2f}" for name, seconds in steps.items())
    )
    plain = Upsert(engine)
    company.change(engine, changed, "limit")
    subjects = {
        LIMIT: plain.limit(job.repeat),
        OURS: Taken(ours.seconds, ours.verified and settled, ours.peak_mb),
    }
    if job.peers:
        found, report.absent = plain.peers(job)
        subjects |= found
    report.results = compared(f"incremental {changed:,}", job.rows, subjects)
    run(engine)
    company.settle(engine)
    return report


def ours_of(engine: Engine, changed: int, repeat: int) -> tuple[Taken, dict[str, float]]:
    """Change, run a batch, look at both sides; also the seconds of each step, as medians."""
    company.change(engine, changed, "warm")
    run(engine)
    company.settle(engine)
    seconds, verified = [], True
    steps: dict[str, list[float]] = {}
    for n in range(repeat):
        company.change(engine, changed, f"{changed} {n}")
        timed = run(engine)
        seconds.append(timed.seconds)
        for name, took in timed.steps.items():
            steps.setdefault(name, []).append(took)
        verified &= timed.counts.get("confirmed", 0) == changed and company.agreed(engine)
        verified &= company.settle(engine)
    medians = {name: Taken(took, True).median for name, took in steps.items()}
    return Taken(seconds, verified, peak()), medians
