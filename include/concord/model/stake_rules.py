"""What must hold for the guard's limits and for the money that they count."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from concord.model.documents import Document, Findings, Where, closest
from concord.model.spec import Company, Entity, SystemSpec

RATE_FIELDS = {"currency": ("code", "text"), "valid_from": ("date",), "rate": ("decimal",)}
"""Fields of the entity that holds exchange rates, and the types that they may have."""


def check_stake(entity: Entity, doc: Document, findings: Findings) -> None:
    """The fields that a `stake` names exist and are of a type that can be counted."""
    stake = entity.stake
    if stake is None:
        return
    fields = {name: field.type for name, field in entity.field.items()}
    _typed(stake.field, fields, ("money",), "field", doc, findings)
    if stake.currency is not None:
        _typed(stake.currency, fields, ("code", "text"), "currency", doc, findings)
    by_lines = {"lines": stake.lines, "quantity": stake.quantity, "price": stake.price}
    missing = [key for key, name in by_lines.items() if name is None]
    if missing:
        if len(missing) < len(by_lines):
            what = f"{' and '.join(missing)} missing: lines count by all three keys or not at all"
            findings.add(doc, ("stake",), what, "Add `lines`, `quantity` and `price`.")
        return
    if _typed(stake.lines or "", fields, ("lines",), "lines", doc, findings):
        inner = {line.name: line.type for line in entity.field[stake.lines or ""].lines}
        numbers = ("quantity", "decimal", "integer")
        _typed(stake.quantity or "", inner, numbers, "quantity", doc, findings)
        _typed(stake.price or "", inner, ("money",), "price", doc, findings)


def _typed(
    name: str,
    types: Mapping[str, str],
    wanted: tuple[str, ...],
    key: str,
    doc: Document,
    findings: Findings,
) -> bool:
    where: Where = ("stake", key)
    if name not in types:
        findings.add(doc, where, f"unknown field `{name}`", closest(name, list(types)))
        return False
    if types[name] not in wanted:
        what = f"`{name}` is of type {types[name]}"
        findings.add(doc, where, what, f"Name a field of type {' or '.join(wanted)}.")
        return False
    return True


def check_rates(
    company: Company,
    entities: Mapping[str, Entity],
    named: Collection[str],
    doc: Document,
    findings: Findings,
) -> None:
    """The entity with exchange rates is there and has the fields by which money is converted.

    `named` has the entities that there are files of, those with other mistakes included.
    """
    if company.rates is None:
        return
    if company.rates not in named:
        what = f"unknown entity `{company.rates}`"
        findings.add(doc, ("rates",), what, closest(company.rates, sorted(named)))
        return
    entity = entities.get(company.rates)
    for name, types in RATE_FIELDS.items():
        field = entity.field.get(name) if entity else None
        if entity is not None and (field is None or field.type not in types):
            what = f"{entity.name} has no field `{name}` of type {' or '.join(types)}"
            hint = "Rates need `currency`, `valid_from` and `rate`."
            findings.add(doc, ("rates",), what, hint)


def check_limits(
    systems: tuple[SystemSpec, ...], entities: Collection[str], doc: Document, findings: Findings
) -> None:
    """Limits of their own are for entities that exist."""
    for system in systems:
        for name in system.entity_limits:
            if name not in entities:
                where = ("systems", system.name, "limits", "entities", name)
                what = f"unknown entity `{name}`"
                findings.add(doc, where, what, closest(name, sorted(entities)))
