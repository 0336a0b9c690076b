"""What the command groups share: help with examples, tables, who is acting."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from concord.errors import ConcordError

Run = Callable[[argparse.Namespace], int | None]


def command(
    commands: Any, name: str, run: Run, summary: str, example: str
) -> argparse.ArgumentParser:
    """Add a command whose --help ends with an example."""
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=f"Example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(run=run)
    return made


def group(commands: Any, name: str, summary: str, example: str) -> Any:
    """Add a command that has commands of its own."""
    made = commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=f"Example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return made.add_subparsers(dest=f"{name}_command", required=True, metavar="COMMAND")


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as aligned columns; wide CJK characters count as two."""
    cells = [list(headers), *([_cell(c) for c in row] for row in rows)]
    widths = [max(_width(row[n]) for row in cells) for n in range(len(headers))]
    lines = []
    for row in cells:
        padded = [c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True)]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    # A control character in a record key must not steer the terminal.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _width(text: str) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def short(value: str | None) -> str:
    """A value in at most 200 characters."""
    if value is None:
        return "(empty)"
    return value if len(value) <= 200 else f"{value[:200]}… ({len(value)} characters)"


def pairs(texts: Iterable[str]) -> dict[str, str | None]:
    """`NAME=VALUE` by name; `NAME=` is None. Raises ConcordError for anything else."""
    values: dict[str, str | None] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConcordError(f"{text!r} is not NAME=VALUE")
        values[name] = value or None
    return values


def actor(options: argparse.Namespace) -> str:
    """Who decides: --as NAME, else the user of the shell."""
    return getattr(options, "actor", None) or getpass.getuser()


def add_actor(made: argparse.ArgumentParser) -> None:
    """Let a command be given the name of the person who acts."""
    made.add_argument("--as", dest="actor", metavar="NAME", help="who decides (default: you)")
