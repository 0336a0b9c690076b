"""Stake: the money that a planned write puts at stake, as an SQL expression.

It is the absolute difference between what the record is to say and what it says, each in the
company's currency at today's rate of the hub. A new record counts with its whole amount, a
deletion with that of its golden record. NULL means that it cannot be told: there is no rate.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from concord.model.spec import Config, Entity, EntityMapping, Stake
from concord.pipeline.fields import ident, joined, table

NOTHING = sql.SQL("0::numeric")


@dataclass(frozen=True)
class Counted:
    """The expression of an entity in a system, over planned writes `d`, and the joins it needs."""

    money: sql.Composable
    joins: sql.Composable


def counted(config: Config, entity: Entity, mapping: EntityMapping) -> Counted:
    """How money at stake is counted; nothing where no money is written."""
    stake = entity.stake
    by_field = stake is not None and _given(mapping, stake.field)
    by_lines = stake is not None and stake.lines is not None and _given(mapping, stake.lines)
    if stake is None or not (by_field or by_lines):
        return Counted(NOTHING, sql.SQL(""))
    amount = _field if by_field else _lines
    touched = [stake.field if by_field else str(stake.lines)]
    if stake.currency is not None and _given(mapping, stake.currency):
        touched.append(stake.currency)
    new = _converted(amount(stake, "new"), "now_at")
    old = _converted(amount(stake, "old"), "was_at")
    whole = _converted(amount(stake, None), "was_at")
    money = sql.SQL(
        "abs(CASE WHEN d.action = 'create' THEN {new} WHEN d.action = 'delete' THEN {whole}"
        " WHEN d.new ?| {touched}::text[] THEN {new} - {old} ELSE 0 END)"
    ).format(new=new, old=old, whole=whole, touched=sql.Literal(touched))
    return Counted(money, _joins(config, entity, stake))


def _given(mapping: EntityMapping, field: str) -> bool:
    """Whether the system is given the field."""
    return field in mapping.by_field and mapping.by_field[field].write


def _converted(amount: sql.Composable, rates: str) -> sql.Composed:
    """An amount in the company's currency; without a rate unknown, but for zero."""
    return sql.SQL("CASE WHEN {rate} IS NULL AND ({n}) = 0 THEN 0 ELSE ({n}) * {rate} END").format(
        n=amount, rate=ident(rates, "rate")
    )


def _field(stake: Stake, side: str | None) -> sql.Composable:
    """The amount of one side of a write: its own, else that of the golden record."""
    golden = sql.SQL("coalesce({}, 0)").format(ident("g", stake.field))
    if side is None:
        return golden
    name, value = sql.Literal(stake.field), ident("d", side)
    return sql.SQL(
        "CASE WHEN {value} ? {name} THEN coalesce(({value} ->> {name})::numeric, 0)"
        " WHEN d.action = 'create' THEN 0 ELSE {golden} END"
    ).format(value=value, name=name, golden=golden)


def _lines(stake: Stake, side: str | None) -> sql.Composable:
    """The sum of quantity times price of one side's lines, before discounts."""
    golden = ident("g", str(stake.lines))
    lines: sql.Composable = golden
    if side is not None:
        lines = sql.SQL(
            "CASE WHEN {value} ? {name} THEN ({value} ->> {name})::jsonb ELSE {golden} END"
        ).format(value=ident("d", side), name=sql.Literal(stake.lines), golden=golden)
    return sql.SQL(
        "SELECT coalesce(sum(({quantity})::numeric * ({price})::numeric), 0)"
        " FROM jsonb_array_elements({lines}) AS l(line)"
    ).format(
        quantity=sql.SQL("l.line ->> {}").format(sql.Literal(stake.quantity)),
        price=sql.SQL("l.line ->> {}").format(sql.Literal(stake.price)),
        lines=lines,
    )


def _joins(config: Config, entity: Entity, stake: Stake) -> sql.Composed:
    own = sql.Literal(config.company.currency)
    rates = [sql.SQL("SELECT {}::text AS currency, 1::numeric AS rate").format(own)]
    if config.company.rates in config.entity:
        rates.append(
            sql.SQL(
                "(SELECT DISTINCT ON (r.currency) r.currency, r.rate FROM {} AS r"
                " WHERE r.deleted_at IS NULL AND r.currency <> {}"
                " AND r.valid_from <= (now() AT TIME ZONE {})::date"
                " ORDER BY r.currency, r.valid_from DESC)"
            ).format(
                table("golden", config.entity[str(config.company.rates)]),
                own,
                sql.Literal(config.company.timezone),
            )
        )
    every = joined(rates, " UNION ALL ")
    return sql.SQL(
        "LEFT JOIN {golden} AS g USING (golden_id)"
        " LEFT JOIN ({rates}) AS now_at ON now_at.currency = {new}"
        " LEFT JOIN ({rates}) AS was_at ON was_at.currency = {old}"
    ).format(
        golden=table("golden", entity),
        rates=every,
        new=_currency(stake, "new", own),
        old=_currency(stake, "old", own),
    )


def _currency(stake: Stake, side: str, own: sql.Composable) -> sql.Composable:
    if stake.currency is None:
        return own
    name = sql.Literal(stake.currency)
    return sql.SQL("coalesce({} ->> {}, {}, {})").format(
        ident("d", side), name, ident("g", stake.currency), own
    )
