"""Workloads: all of them in one list, with their sizes and what they are to beat.

A workload is a function in a module of its own, named here as text: the command line lists them
without importing what they need.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from concord.bench.page_list import PAGES
from concord.bench.results import Report

Size = Literal["quick", "default", "full"]


def say(line: str) -> None:
    """Tell whoever waits what is being done."""
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Job:
    """One run of a workload: how many rows, medians of how many runs, where peers are installed
    (None: without peers), how many of the records change where that is a question.
    """

    rows: int
    repeat: int
    peers: Path | None = None
    changed: int | None = None
    say: Callable[[str], object] = say


@dataclass(frozen=True)
class Workload:
    """What is measured, by `function` ("module:name") of this package.

    `goals`: the ratio to the limit that ours is to keep, by the results' workload names.
    """

    name: str
    summary: str
    sizes: dict[Size, tuple[int, ...]]
    function: str
    goals: dict[str, float]
    least: int = 100  # rows
    brief: bool = True  # part of --quick when nothing is named: all of these end in five minutes

    def measure(self, job: Job) -> Report:
        """Measure one size, in this process."""
        module, _, name = self.function.partition(":")
        function: Callable[[Job], Report] = getattr(
            importlib.import_module(f"concord.bench.{module}"), name
        )
        return function(job)


def _sizes(quick: int, default: int, full: int) -> dict[Size, tuple[int, ...]]:
    return {"quick": (quick,), "default": (default,), "full": (full,)}


WORKLOADS: dict[str, Workload] = {
    one.name: one
    for one in (
        Workload(
            "copy", "all rows of a system's table into stage",
            _sizes(50_000, 1_000_000, 1_000_000), "copy:bench", {"full copy": 1.6},
            least=1_000,
        ),
        Workload(
            "compare", "all rows of two databases, 0.1 % different",
            _sizes(50_000, 1_000_000, 5_000_000), "compare:bench", {"full compare": 1.8},
            least=2_000,
        ),
        Workload(
            "incremental", "1,000 and 10,000 changed records from one side to the other",
            _sizes(5_000, 100_000, 1_000_000), "incremental:bench",
            {"incremental 1,000": 7.0, "incremental 10,000": 2.6},
        ),
        Workload(
            "validation", "fifteen expectations on all rows, failing rows quarantined",
            _sizes(50_000, 1_000_000, 1_000_000), "validation:bench", {"validation": 3.0},
            least=1_000,
        ),
        Workload(
            "write", "planned changes written into a system, conditional and exactly once",
            _sizes(2_000, 100_000, 100_000), "write:bench", {"write": 2.0},
        ),
        Workload(
            "api", "updates sent to a web service with 5 ms latency",
            _sizes(500, 10_000, 10_000), "api:bench", {"api": 1.3},
        ),
        Workload(
            "initial", "a first load of two existing systems",
            _sizes(1_000, 100_000, 1_000_000), "initial:bench", {},
        ),
        Workload(
            "nightly", "a night over customers and five order lines for each, 0.1 % different",
            _sizes(500, 20_000, 1_000_000), "nightly:bench", {},
        ),
        Workload(
            "lanes", "changes by day, and beside nights that compare everything",
            _sizes(3_000, 100_000, 1_000_000), "lanes:bench", {"fast lane by night": 2.0},
            least=200,
        ),
        Workload(
            "growth", "copy and compare from 10,000 rows up to so many, times ten",
            _sizes(10_000, 1_000_000, 10_000_000), "growth:bench", {}, least=10_000,
        ),
        Workload(
            "customers", "a batch of few changes among many customers, a tenth of them beside it",
            _sizes(1_000, 10_000, 100_000), "change:workload", {}, least=300, brief=False,
        ),
        Workload(
            "orders", "a batch of mixed changes among many order lines",
            _sizes(1_000, 10_000, 1_000_000), "orders:workload", {}, least=1_000, brief=False,
        ),
        Workload(
            "pages", "every page of the desk over HTTP, 20 times, five order lines a customer",
            _sizes(20_000, 100_000, 1_000_000), "pages:bench",
            {f"page: {page.name}": 1.0 for page in PAGES}, least=12_000, brief=False,
        ),
    )
}  # fmt: skip


def chosen(named: Sequence[str], *, quick: bool) -> list[str]:
    """The workloads to measure: those named, else all, in a hurry without the long ones."""
    return list(named) or [one.name for one in WORKLOADS.values() if one.brief or not quick]


def goals() -> dict[str, float]:
    """The ratio that ours is to keep, by the results' workload names."""
    return {name: goal for one in WORKLOADS.values() for name, goal in one.goals.items()}
