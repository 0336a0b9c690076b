"""What a target says about a refused write, without the values that it was given."""

from __future__ import annotations

from concord.systems.protocol import Write


def without_values(message: str, write: Write) -> str:
    """A target's message with the write's values blanked out."""
    values = sorted({v for v in (*write.new.values(), *write.base.values()) if v}, key=len)
    for value in reversed(values):
        message = message.replace(f'"{value}"', "…").replace(f"'{value}'", "…")
        if len(value) > 3:
            message = message.replace(value, "…")
    return message
