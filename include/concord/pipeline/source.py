"""Source: what one system gave for one entity in a batch."""

from __future__ import annotations

from dataclasses import dataclass

from concord.model.spec import EntityMapping


@dataclass(frozen=True)
class Source:
    """What one system, or the business rules, gave for the entity in this batch."""

    mapping: EntityMapping
    columns: tuple[str, ...]
    seq: int
    stopped: tuple[str, ...]
    obsolete: bool  # a newer reading of the same records was stored first
    hold_deletes: bool
    set_back: bool = False  # an earlier state of the system was read
