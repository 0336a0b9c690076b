"""Records of a service, JSON to the text forms that the engine compares and hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from concord.systems.digest import row_hash
from concord.systems.protocol import ColumnType, Row

Record = Mapping[str, Any]


class Reshaped(Exception):
    """A record is not of the shape that was announced. The message names the column."""


def row(record: Record, source_id: str, columns: Sequence[str]) -> Row:
    """A record as a row of these columns.

    Raises:
        Reshaped: a column is not in the record. It is no null: the service has changed since its
            shape was asked for.
    """
    missing = [name for name in columns if name not in record]
    if missing:
        raise Reshaped(f"a record came without {', '.join(missing)}")
    values = {name: text(record[name]) for name in columns}
    return Row(source_id, "U", row_hash(values), values)


def gone(source_id: str, columns: Sequence[str]) -> Row:
    """The row of a record that is not there."""
    return Row(source_id, "D", None, dict.fromkeys(columns))


def text(value: Any) -> str | None:
    """A JSON value in PostgreSQL's text form; decimals keep their digits.

    Raises:
        Reshaped: it is an object or a list.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise Reshaped("a value came as an object or a list")
    return str(value).lower() if isinstance(value, bool) else str(value)


def value(given: str | None, kind: ColumnType) -> Any:
    """A text form as JSON: whole numbers and truth values typed, decimals as strings.

    Raises:
        ValueError: the text is not of this type.
    """
    if given is None:
        return None
    if kind == "integer":
        return int(given)
    return given == "true" if kind == "boolean" else given
