"""Rehearse: what a rule would do now, compared with what is there from it. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config, Entity, Field, Rule
from concord.pipeline.fields import ident, joined, table
from concord.rules import due, evaluate
from concord.rules.query import reading_only, reason, relation

EXAMPLES = 5
SHOWN = ("public", "internal")
"""Sensitivities whose values a person may see here; others are told apart, not shown."""

Values = dict[str, str | None]


@dataclass(frozen=True)
class Total:
    """Money of one field in one currency over the records of one kind, before and after."""

    kind: str
    field: str
    currency: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Example:
    """One record: its key and the fields that the rule would set, as (before, after)."""

    kind: str
    key: str
    fields: dict[str, tuple[str | None, str | None]]


@dataclass(frozen=True)
class Rehearsal:
    """What a rule would do. `counts` by kind: new, changed, same, withdrawn."""

    subjects: int | None  # None: all
    counts: dict[str, int]
    totals: tuple[Total, ...]
    examples: tuple[Example, ...]


def rehearse(conn: Connection, config: Config, rule: Rule, since: timedelta | None) -> Rehearsal:
    """Evaluate a rule for the subjects that changes since then touch, or for all.

    Raises:
        ConcordError: a query of the rule fails.
    """
    entity = config.entity[rule.gives]
    images = sql.SQL("(SELECT * FROM {} WHERE system = 'rules')").format(table("image", entity))
    with conn.transaction(force_rollback=True):
        evaluate.create_wanted(conn, entity)
        conn.execute("CREATE TEMP TABLE touched (subject uuid) ON COMMIT DROP")
        conn.execute(statement("rules", "create_compared"))
        try:
            with reading_only(conn):
                subjects = None if since is None else _touched(conn, config, rule, since)
                one = evaluate.Asked(rule, subjects)
            evaluate.fill_wanted(conn, images, entity, one)
        except psycopg.Error as e:
            raise ConcordError(f"rule {rule.name} cannot be evaluated: {reason(e)}") from e
        with reading_only(conn):
            _compare(conn, entity, one, images)
            counts: dict[str, int] = dict(
                conn.execute("SELECT kind, count(*) FROM pg_temp.compared GROUP BY kind").fetchall()
            )
            return Rehearsal(
                None if one.subjects is None else len(one.subjects),
                {kind: counts.get(kind, 0) for kind in ("new", "changed", "same", "withdrawn")},
                tuple(t for f in entity.fields for t in _totals(conn, config, entity, f)),
                _examples(conn, entity),
            )


def _touched(conn: Connection, config: Config, rule: Rule, since: timedelta) -> list[Any]:
    """The subjects that changes of golden records since then touch."""
    for name, watch in rule.watches.items():
        entity = config.entity[name]
        touching = statement(
            "rules",
            "touched_since",
            golden=table("golden", entity),
            history=table("golden", entity, "_history"),
            columns=due.former(entity),
            watch=relation(watch),
        )
        conn.execute(touching, {"since": since})
    return [r[0] for r in conn.execute("SELECT DISTINCT subject FROM pg_temp.touched").fetchall()]


def _compare(conn: Connection, entity: Entity, one: evaluate.Asked, images: sql.Composable) -> None:
    said = [f.name for f in entity.fields if f.name != one.rule.stamp]
    new = [sql.SQL("({}, {}::text)").format(sql.Literal(n), ident("w", n)) for n in said]
    old = [sql.SQL("({}, i.raw ->> {})").format(sql.Literal(n), sql.Literal(n)) for n in said]
    compare = statement("rules", "compare", images=images, new=joined(new), old=joined(old))
    gone = None if one.rule.gone is None else Jsonb(one.rule.gone)
    conn.execute(compare, {**one.values, "gone": gone})


def _totals(conn: Connection, config: Config, entity: Entity, field: Field) -> list[Total]:
    if field.type != "money":
        return []
    named = _currency(entity, field)
    rows = conn.execute(
        statement("rules", "totals"),
        {"field": field.name, "named": named, "company": config.company.currency},
    ).fetchall()
    return [Total(kind, field.name, currency, a, b) for kind, currency, a, b in rows]


def _currency(entity: Entity, field: Field) -> str | None:
    """The field with the currency of a money field: in its group, or the only one there is."""
    currencies = [f.name for f in entity.fields if f.codes == "currency"]
    group = next((g for g in entity.groups if field.name in g.fields), None)
    beside = [c for c in currencies if group is not None and c in group.fields]
    return next(iter([*beside, *currencies]), None)


def _examples(conn: Connection, entity: Entity) -> tuple[Example, ...]:
    rows: list[tuple[str, str, Values | None, Values | None]] = conn.execute(
        statement("rules", "examples"), {"most": EXAMPLES}
    ).fetchall()
    return tuple(Example(k, key, _differences(entity, old, new)) for k, key, old, new in rows)


def _differences(
    entity: Entity, old: Values | None, new: Values | None
) -> dict[str, tuple[str | None, str | None]]:
    out = {}
    for f in entity.fields:
        before, after = (old or {}).get(f.name), (new or {}).get(f.name)
        if before != after:
            out[f.name] = (_shown(f, before), _shown(f, after))
    return out


def _shown(field: Field, value: str | None) -> str | None:
    return value if value is None or field.sensitivity in SHOWN else "***"
