"""The company that records belong to: a comparison is counted by it, where a table says it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from psycopg import sql

from concord.mapping.faults import Fault
from concord.mapping.reading import field_reader, uses
from concord.model.spec import Column, Config, Entity, EntityMapping, Field
from concord.pipeline.fields import Part, ident
from concord.systems.protocol import Shape, Snapshot, Totalling

CODES = "company"
"""The code list that the company of a record is from: config/codes/company.yaml."""

UNREADABLE = "?"
"""Stands for a text that the mapping cannot read."""

Judged = tuple[str, int, int, str | None, str | None]
"""A kind of suspects, how many, how many copies; their company by the hub, else by the system."""


def nothing() -> dict[str, int]:
    """Counts of a company of which there is nothing."""
    return {"records": 0, "missing": 0, "extra": 0, "changed": 0}


@dataclass(frozen=True)
class Companies:
    """Where a table says which company a record is of: the canonical field and its column."""

    field: str
    column: str
    read: Callable[[str], str]

    def named(self, by_hub: str | None, by_system: str | None) -> str:
        """A record's company; the hub's word counts first. Blank where nobody says it."""
        if by_hub is not None:
            return by_hub
        return "" if by_system is None else self.read(by_system)

    def records(
        self, mapping: EntityMapping, snapshot: Snapshot, shape: Shape
    ) -> dict[str, dict[str, int]]:
        """How many records the system has of each company; nothing where it cannot count."""
        found: dict[str, dict[str, int]] = {}
        if isinstance(snapshot, Totalling):
            for total in snapshot.totals(mapping, [self.column], [], shape):
                one = found.setdefault(self.named(None, total.group[0]), nothing())
                one["records"] += total.count
        return found


def companies_of(
    config: Config, entity: Entity, mapping: EntityMapping, shape: Shape
) -> Companies | None:
    """How a table names its records' companies; None where it does not, or not by one column."""
    for field in entity.fields:
        column = mapping.by_field.get(field.name)
        if field.codes == CODES and column is not None and not uses(field):
            if column.column not in shape.columns:
                return None
            return Companies(field.name, column.column, _reader(config, field, column, mapping))
    return None


def _reader(
    config: Config, field: Field, column: Column, mapping: EntityMapping
) -> Callable[[str], str]:
    """From a system's text to the canonical code; each text is read once."""
    company = config.company
    canonical = field_reader(
        field,
        column,
        mapping.system,
        config.code_list,
        company.country,
        ZoneInfo(company.timezone),
    )

    @cache
    def read(text: str) -> str:
        done = canonical(text)
        return UNREADABLE if isinstance(done, Fault) else done or ""

    return read


def parts(companies: Companies | None) -> dict[str, Part]:
    """What judge_suspects.sql reads of a suspect's company, by the hub and by the system."""
    if companies is None:
        nobody = sql.SQL("NULL::text")
        return {"company": nobody, "company_there": nobody}
    return {
        "company": ident("i", companies.field),
        "company_there": sql.SQL("{}::text").format(ident("s", companies.column)),
    }


def share_out(
    companies: Companies,
    counts: dict[str, dict[str, int]],
    judged: Sequence[Judged],
    kinds: Sequence[str],
) -> None:
    """Add to `counts` what the suspects of each company turned out to be, of these kinds."""
    for kind, n, _, by_hub, by_system in judged:
        if kind in kinds:
            one = counts.setdefault(companies.named(by_hub, by_system), nothing())
            one[kind] += n
