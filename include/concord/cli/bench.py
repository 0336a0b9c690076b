"""`bench`: how fast Concord is on this machine."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from concord.cli.common import command
from concord.errors import ConcordError


def register(commands: Any) -> None:
    """Add this group's commands."""
    made = command(
        commands, "bench", bench, "Measure batches in scratch databases.",
        "./concord bench --customers 100000 --changed 1000",
    )  # fmt: skip
    made.add_argument("--customers", type=int, default=10_000, help="a side (default 10000)")
    made.add_argument("--changed", type=int, default=1_000, help="records (default 1000)")
    made.add_argument("--repeat", type=int, default=3, help="the best of so many (default 3)")


def bench(options: argparse.Namespace) -> None:
    """Measure and print."""
    from concord.bench import change

    if not 1 < options.changed <= options.customers or options.repeat < 1:
        raise ConcordError("bench needs 1 < --changed <= --customers, and --repeat of at least 1")

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    small, large = change.bench(options.customers, options.changed, options.repeat, say)
    print("\n".join(change.report(small, large)))
