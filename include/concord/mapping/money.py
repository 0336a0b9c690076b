"""Money: no amount has more decimals than its currency (ISO 4217 minor units) has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from concord.mapping.faults import Fault, FaultRow, split
from concord.model.spec import CodeList, Entity, EntityMapping


def check_minor_units(
    entity: Entity,
    mapping: EntityMapping,
    codes: Mapping[str, CodeList],
    values: dict[str, list[str | None]],
    keys: Sequence[Any],
    found: list[FaultRow],
) -> None:
    """Blank the amounts that are finer than the currency in their group, each with a fault.

    Args:
        entity: its groups say which amount is in which currency.
        mapping: names the columns in the faults.
        codes: code lists by name; one with `minor_unit` is a list of currencies.
        values: canonical texts by field, one list element a record; changed in place.
        keys: the records' keys, in that order.
        found: the faults are added here.
    """
    for group in entity.groups:
        currency = _currency(entity, group.fields, codes)
        if currency is None or currency[0] not in values:
            continue
        name, units = currency
        for field in group.fields:
            if entity.field[field].type == "money" and field in values:
                outcomes = [
                    _outcome(amount, code, units)
                    for amount, code in zip(values[field], values[name], strict=True)
                ]
                column = mapping.by_field[field].column
                values[field] = split(outcomes, keys, field, column, found)


def _currency(
    entity: Entity, fields: Sequence[str], codes: Mapping[str, CodeList]
) -> tuple[str, dict[str, int]] | None:
    """The group's currency field, and the decimals of each currency that says them."""
    for name in fields:
        listed = codes.get(entity.field[name].codes or "")
        units = {c.code: c.minor_unit for c in listed.codes} if listed else {}
        known = {code: n for code, n in units.items() if n is not None}
        if known:
            return name, known
    return None


def _outcome(amount: str | None, code: str | None, units: Mapping[str, int]) -> str | Fault | None:
    unit = units.get(code or "")
    if amount is None or unit is None:
        return amount
    decimals = len(amount.partition(".")[2].rstrip("0"))
    if decimals <= unit:
        return amount
    return Fault(
        "too_precise",
        f"has {decimals} decimal places, and {code} has {unit}; round it in the source",
    )
