"""`bench`: how fast Concord is on this machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from concord.cli.common import command
from concord.errors import ConcordError


def register(commands: Any) -> None:
    """Add this group's commands."""
    made = command(
        commands, "bench", bench, "Measure batches in scratch databases.",
        "./concord bench orders --lines 100000 --changed 500",
    )  # fmt: skip
    made.add_argument(
        "what", nargs="?", choices=("customers", "orders"), default="customers",
        help="customers alone (default), or the whole company with many orders",
    )  # fmt: skip
    made.add_argument("--lines", type=int, default=10_000, help="order lines (default 10000)")
    made.add_argument("--customers", type=int, default=10_000, help="a side (default 10000)")
    made.add_argument("--changed", type=int, default=1_000, help="records (default 1000)")
    made.add_argument("--repeat", type=int, default=3, help="the best of so many (default 3)")


def bench(options: argparse.Namespace) -> None:
    """Measure and print."""
    from concord.bench import change, orders

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    if options.what == "orders":
        if options.lines < 1_000 or options.changed < 10:
            raise ConcordError("bench orders needs --lines of at least 1000, --changed of 10")
        plans = Path(f"bench-orders-{options.lines}.plans.txt").absolute()
        measured = orders.bench(options.lines, options.changed, plans, say)
        print("\n".join(orders.report(measured)))
        return
    if not 1 < options.changed <= options.customers or options.repeat < 1:
        raise ConcordError("bench needs 1 < --changed <= --customers, and --repeat of at least 1")
    small, large = change.bench(options.customers, options.changed, options.repeat, say)
    print("\n".join(change.report(small, large)))
