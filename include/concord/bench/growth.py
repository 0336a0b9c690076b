"""How the engine's reading grows with size: copy and compare, from 10,000 rows up, times ten.

A step whose ratio to the limit grows with the rows does more than a row's work for each row.
"""

from __future__ import annotations

from concord.bench import compare, copy
from concord.bench.results import Report
from concord.bench.workloads import Job

SMALLEST, STEP = 10_000, 10


def bench(job: Job) -> Report:
    """Copy and compare 10,000 rows, 100,000 and so on up to `job.rows`."""
    report = Report()
    rows = SMALLEST
    while rows <= job.rows:
        one = Job(rows, job.repeat, say=job.say)
        for measure in (copy.bench, compare.bench):
            found = measure(one)
            for result in found.results:
                result["workload"] = f"growth, {result['workload']}"
            report.add(found)
        rows *= STEP
    return report
