"""The shipped configuration cut down to customers: three entities and no rules.

What the engine promises, it promises for every entity; most tests need no more than these.
"""

from __future__ import annotations

from concord.model.spec import Config, Entity, Lane

ENTITIES = ("party", "contact", "address")
BUSINESS = {  # of a party: what documents and rules say of it
    "terms", "open_balance", "overdue", "credit_room", "balance_currency", "last_order_on",
    "orders_open",
}  # fmt: skip


def customers(config: Config, *also: str) -> Config:
    """The same company without its documents; `also` names further entities to keep."""
    kept = {*ENTITIES, *also}
    return config.model_copy(
        update={
            "entities": tuple(_own(e) for e in config.entities if e.name in kept),
            "lanes": tuple(_cut(lane, kept) for lane in config.lanes if kept & set(lane.entities)),
            "rules": (),
        }
    )


def _own(entity: Entity) -> Entity:
    return entity.model_copy(
        update={
            "fields": tuple(f for f in entity.fields if f.name not in BUSINESS),
            "groups": tuple(g for g in entity.groups if not BUSINESS & set(g.fields)),
            "mappings": tuple(
                m.model_copy(
                    update={"columns": tuple(c for c in m.columns if c.field not in BUSINESS)}
                )
                for m in entity.mappings
            ),
        }
    )


def _cut(lane: Lane, kept: set[str]) -> Lane:
    return lane.model_copy(update={"entities": tuple(n for n in lane.entities if n in kept)})
