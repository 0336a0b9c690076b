"""Parse the command line, run one command, and turn a user's mistake into one clear message."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from concord.cli import (
    approval,
    bench,
    certificate,
    company,
    hub,
    initial,
    quality,
    record,
    review,
    rules,
    runs,
    sandbox,
    steward,
    systems,
    undo,
)
from concord.errors import ConcordError

NO_TABLES = {"42P01", "3F000"}  # PostgreSQL: undefined table, invalid schema name

GROUPS = (
    runs, approval, initial, certificate, company, hub, systems, rules, steward, review, record,
    quality, undo, sandbox, bench,
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="./concord",
        description="Keeps a company's ERP and CRM in agreement.",
        epilog="Every command has --help with an example.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.register(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 done, 1 it could not be done, 2 wrong usage."""
    options = parser().parse_args(arguments)
    try:
        code = options.run(options)
        sys.stdout.flush()
        return int(code or 0)
    except ConcordError as e:
        print(e, file=sys.stderr)
        return 1
    except BrokenPipeError:  # what reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as e:
        if getattr(e, "sqlstate", None) not in NO_TABLES:
            raise
        print("The hub has no tables yet, or old ones. Run ./concord hub migrate.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Nothing is left half-done; run the command again.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
