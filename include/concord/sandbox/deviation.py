"""A disagreement of the two sandbox systems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Deviation:
    """What was checked, the record as people name it, and what each side says of it."""

    check: str
    record: str
    erp: str
    crm: str

    def __str__(self) -> str:
        return f"{self.check}: {self.record}: ERP {self.erp}, CRM {self.crm}"


def shown(values: Iterable[Any]) -> str:
    """Values as people read them, side by side; a quantity or ratio without its trailing zeros."""
    return " | ".join(map(told, values))


def told(value: Any) -> str:
    """One value as people read it."""
    if value is None:
        return "–"
    if isinstance(value, Decimal):
        return f"{round(value, 6).normalize():f}"
    return str(value)
