"""References: from the key of a record in its system to the golden id, and back to a system's key.

What a business rule gives names golden records already; what these became since is followed.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from concord.model.spec import RULES, Config, Entity
from concord.pipeline.fields import Part, counts, ident, merged, partition, table


@dataclass(frozen=True)
class Reference:
    """A reference in SQL: the joins that it needs and the golden id that it gives."""

    joins: sql.Composed
    golden_id: Part


def incoming(
    config: Config, entity: Entity, to: str, name: str, key: Part, system: Part
) -> Reference:
    """The golden id of what `key` (text) names in `system`; NULL when it is not known or is gone.

    `entity` has the reference, `to` is the entity named, `name` makes the aliases unique.
    """
    parent = config.entity[to]
    image = "ref " + name
    joins = sql.SQL(
        "LEFT JOIN {image} AS {alias} ON {alias}.system = {system}"
        " AND {alias}.source_id = {key} AND {counts}"
    ).format(
        image=table("image", parent), alias=ident(image), system=system, key=key,
        counts=counts(parent, image),
    )  # fmt: skip
    if not any(rule.gives == entity.name for rule in config.rules):
        return Reference(joins, ident(image, "golden_id"))
    gold, moved = "gold " + name, "moved " + name
    given = sql.SQL(
        "CASE WHEN {system} = {rules} AND pg_input_is_valid({key}, 'uuid') THEN {key}::uuid END"
    ).format(system=system, rules=sql.Literal(RULES), key=key)
    joins += sql.SQL(
        " LEFT JOIN ops.redirect AS {moved} ON {moved}.entity = {to} AND {moved}.from_id = {given}"
        " LEFT JOIN {golden} AS {gold} ON {gold}.golden_id = coalesce({moved}.to_id, {given})"
    ).format(
        moved=ident(moved), to=sql.Literal(to), given=given, golden=table("golden", parent),
        gold=ident(gold),
    )  # fmt: skip
    value = sql.SQL("CASE WHEN {} = {} THEN {} ELSE {} END").format(
        system, sql.Literal(RULES), ident(gold, "golden_id"), ident(image, "golden_id")
    )
    return Reference(joins, value)


def known(config: Config, entity: Entity) -> sql.Composed:
    """True when what a parked row `p` waits for (`x.entity`, `x.source_id`) is there now."""
    cases = [
        sql.SQL(
            "(x.entity = {to} AND (EXISTS (SELECT FROM {image} AS t WHERE t.system = p.system"
            " AND t.source_id = x.source_id AND {counts}) OR p.system = {rules} AND EXISTS"
            " (SELECT FROM {golden} AS t WHERE t.golden_id::text = x.source_id)))"
        ).format(
            to=sql.Literal(to),
            image=ident("image", to),
            counts=counts(config.entity[to], "t"),
            rules=sql.Literal(RULES),
            golden=ident("golden", to),
        )
        for to in entity.refers_to
    ]
    return sql.SQL(" OR ").join([sql.SQL("false"), *cases])


def outgoing(config: Config, to: str, system: str, golden_id: Part) -> sql.Composed:
    """A lateral subquery with the one `source_id` that a golden record has in a system."""
    parent = config.entity[to]
    return sql.SQL(
        "(SELECT t.source_id FROM {image} AS t WHERE t.golden_id = {golden_id}"
        " AND t.deleted_at IS NULL AND NOT {merged} ORDER BY t.first_batch, t.source_id LIMIT 1)"
    ).format(
        image=partition(parent.by_system[system]), golden_id=golden_id, merged=merged(parent, "t")
    )


def there(to: str, system: str, golden_id: Part) -> sql.Composed:
    """True when a golden record (or nothing: NULL) is in the system, or about to be."""
    return sql.SQL(
        "({ref} IS NULL OR EXISTS (SELECT FROM {image} AS t WHERE t.golden_id = {ref}"
        " AND t.deleted_at IS NULL) OR EXISTS (SELECT FROM ops.intent"
        " AS t WHERE t.golden_id = {ref} AND t.system = {system} AND t.action = 'create'"
        " AND t.state IN ('waiting', 'sent', 'unknown')))"
    ).format(ref=golden_id, image=ident("image", f"{to}_{system}"), system=sql.Literal(system))
