"""What a target says about a refused write, without the values that it was given."""

from __future__ import annotations

from collections.abc import Iterator

from concord.systems.digest import lines_of
from concord.systems.protocol import Write


def without_values(message: str, write: Write) -> str:
    """A target's message with the write's values, and those of lines in it, blanked out."""
    values = sorted({v for v in _values(write) if v}, key=len)
    for value in reversed(values):
        message = message.replace(f'"{value}"', "…").replace(f"'{value}'", "…")
        if len(value) > 3:
            message = message.replace(value, "…")
    return message


def _values(write: Write) -> Iterator[str | None]:
    for value in (*write.new.values(), *write.base.values()):
        yield value
        if value is not None and value.startswith("[{"):
            try:
                lines = lines_of(value)
            except ValueError:
                continue  # a text that only looks like lines
            for line in lines:
                yield from line.values()
