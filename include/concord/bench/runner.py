"""Runner: workloads one after the other, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import platform
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from pathlib import Path

from concord.bench.results import Report
from concord.bench.workloads import WORKLOADS, Job
from concord.errors import ConcordError


def run(jobs: Sequence[tuple[str, Job]]) -> Report:
    """Measure; peak memory means something because nothing was done before in that process.

    Raises:
        ConcordError: a workload could not be measured at all; says which and why.
    """
    whole = Report()
    for name, job in jobs:
        job.say(f"{name}: {job.rows:,} rows")
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=spawn) as alone:
            try:
                whole.add(alone.submit(_measure, name, job).result())
            except BrokenProcessPool:
                raise ConcordError(
                    f"bench {name}: its process ended without a word; the machine may be short of"
                    " memory. Try fewer rows: --rows N."
                ) from None
    return whole


def _measure(name: str, job: Job) -> Report:
    return WORKLOADS[name].measure(job)


def machine(repeat: int) -> str:
    """What the figures were measured on, in a line."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    return (
        f"Measured {when} UTC on {os.cpu_count()} processors ({platform.machine()}), Python"
        f" {platform.python_version()}; medians of {repeat} runs; load average at the end {load}."
    )


def folder() -> Path:
    """Where results and peers are kept."""
    home = os.environ.get("CONCORD_HOME")
    root = Path(home).expanduser() if home else Path(__file__).resolve().parents[3] / ".concord"
    return root.absolute() / "bench"
