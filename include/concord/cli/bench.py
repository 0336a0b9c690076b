"""`bench`: how fast Concord is on this machine, beside the limit and other tools."""

from __future__ import annotations

import argparse
from typing import Any

from concord.bench.workloads import WORKLOADS, Job, Size, chosen, say
from concord.cli.common import command, table
from concord.errors import ConcordError


def register(commands: Any) -> None:
    """Add this group's commands."""
    made = command(
        commands, "bench", bench, "Measure workloads in scratch databases.",
        "./concord bench copy compare --quick",
    )  # fmt: skip
    known = "; ".join(f"{one.name}: {one.summary}" for one in WORKLOADS.values())
    known = known.replace("%", "%%")  # argparse fills in its own
    made.add_argument(
        "workloads", nargs="*", metavar="WORKLOAD", help=f"which (default: all). {known}"
    )
    size = made.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small sizes, in five minutes")
    size.add_argument("--full", action="store_true", help="the sizes of the figures; takes hours")
    size.add_argument("--rows", type=int, metavar="N", help="this size for each")
    made.add_argument("--changed", type=int, metavar="N", help="records that change, where some do")
    made.add_argument(
        "--repeat", type=int, default=3, metavar="N", help="medians of so many runs (default 3)"
    )
    made.add_argument(
        "--peers", action=argparse.BooleanOptionalAction, default=True,
        help="other tools in the same run, installed when first asked for (default: yes)",
    )  # fmt: skip


def bench(options: argparse.Namespace) -> int:
    """Measure, print and keep the results. 1 when a result is not verified."""
    from concord.bench import results, runner, workloads

    jobs = _jobs(options)
    report = runner.run(jobs)
    goals = workloads.goals()
    machine = runner.machine(options.repeat)
    results.write(runner.folder(), report, goals, machine)
    print("\n".join([*report.notes, *([""] if report.notes else []), machine, ""]))
    print(table(results.HEADERS, [results.cells(r, goals) for r in report.results]))
    for line in report.absent:
        print(f"Not there: {line}")
    faulty = results.faulty(report.results)
    for line in faulty:
        print(f"NOT VERIFIED, so it does not count: {line}")
    return 1 if faulty else 0


def _jobs(options: argparse.Namespace) -> list[tuple[str, Job]]:
    from concord.bench import runner

    unknown = [name for name in options.workloads if name not in WORKLOADS]
    if unknown:
        raise ConcordError(
            f"bench has no workload {', '.join(unknown)}. It has: {', '.join(WORKLOADS)}."
        )
    if options.repeat < 1 or (options.changed is not None and options.changed < 10):
        raise ConcordError("bench needs --repeat of at least 1, --changed of at least 10.")
    size: Size = "quick" if options.quick else "full" if options.full else "default"
    peers = runner.folder() / "peers" if options.peers else None
    jobs = []
    for name in chosen(options.workloads, quick=options.quick):
        one = WORKLOADS[name]
        for rows in (options.rows,) if options.rows is not None else one.sizes[size]:
            if rows < one.least:
                raise ConcordError(f"bench {name} needs --rows of at least {one.least:,}.")
            jobs.append((name, Job(rows, options.repeat, peers, options.changed, say)))
    return jobs
