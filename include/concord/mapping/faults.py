"""Faults: why one value cannot be understood, in words that never repeat the value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from concord.errors import ConcordError


@dataclass(frozen=True)
class Fault:
    """Why a value cannot be used.

    `rule` is a stable name. `message` follows the name of the field or column in a sentence
    ("is not …; correct it in the source") and says what to do, never the value.
    """

    rule: str
    message: str


class Unmappable(ConcordError):
    """A canonical value has no form in a system: a person has to add one. Shows no value."""

    def __init__(self, field: str, column: str, message: str) -> None:
        self.field, self.column, self.message = field, column, message
        super().__init__(f"{field} (column {column}) {message}")


Outcome: TypeAlias = str | Fault | None
"""What became of one text: its new form, a fault, or None for blank."""

FAULT_COLUMNS = ("key", "field", "column", "rule", "message")

FaultRow: TypeAlias = tuple[Any, str, str, str, str]


def fault_frame(rows: Sequence[FaultRow]) -> pd.DataFrame:
    """One row a fault, columns FAULT_COLUMNS; `key` is the row's index value."""
    return pd.DataFrame(list(rows), columns=list(FAULT_COLUMNS), dtype=object)


def split(
    outcomes: list[Outcome], keys: Sequence[Any], field: str, column: str, found: list[FaultRow]
) -> list[str | None]:
    """The outcomes with None in place of every fault; the faults are added to `found`."""
    values: list[str | None] = []
    for key, outcome in zip(keys, outcomes, strict=True):
        if isinstance(outcome, Fault):
            found.append((key, field, column, outcome.rule, outcome.message))
            values.append(None)
        else:
            values.append(outcome)
    return values


def texts(column: pd.Series[Any]) -> list[str | None]:
    """A column's values with None for every kind of null.

    Raises:
        TypeError: a value is neither text nor null (a float has lost its exact digits already).
    """
    values: list[Any] = column.to_list()
    if all(type(v) is str or v is None for v in values):
        return values
    out: list[str | None] = []
    for value in values:
        if isinstance(value, str):
            out.append(str(value))
        elif pd.isna(value):
            out.append(None)
        else:
            kind = type(value).__name__
            raise TypeError(f"column {column.name} holds {kind}; every raw value must be text")
    return out
