"""A disagreement of the two sandbox systems."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Deviation:
    """What was checked, the record as people name it, and what each side says of it."""

    check: str
    record: str
    erp: str
    crm: str

    def __str__(self) -> str:
        return f"{self.check}: {self.record}: ERP {self.erp}, CRM {self.crm}"
