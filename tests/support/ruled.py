"""A world with business rules of its own, as after an edit of config/rules and a migration."""

from __future__ import annotations

from typing import Any

from concord.hub.database import Hub
from concord.hub.model_migrations import plan
from concord.model.rule_files import CHANGED
from concord.model.spec import Authority, Config, Rule
from tests.conftest import TestHub
from tests.support.configured import with_entities
from tests.support.world import World

OFFICES = """
SELECT p.legal_name AS key, p.golden_id AS subject, p.golden_id AS party, 'billing' AS kind,
       p.website AS street, 'Leeds' AS city, 'GB' AS country
FROM golden.party AS p
WHERE p.deleted_at IS NULL AND p.website IS NOT NULL
"""
"""Each party with a web site has a billing address; its street is the site, for want of better."""


def rule(name: str = "office_of_party", **changes: Any) -> Rule:
    """A rule from parties to addresses."""
    values: dict[str, Any] = {
        "name": name,
        "version": 1,
        "owner": "sales-operations",
        "gives": "address",
        "watches": {"party": CHANGED},
        "query": OFFICES,
    }
    return Rule(**{**values, **changes})


def latest_place(config: Config) -> Config:
    """Addresses whose place is whatever was said last, by rules or people."""
    address = config.entity["address"]
    latest = Authority(kind="latest")
    place = address.groups[0].model_copy(update={"authority": latest})
    return with_entities(config, [address.model_copy(update={"groups": (place,)})])


def decided_by_rules(config: Config, field: str) -> Config:
    """Addresses one field of which is a unit of its own, and the rules'."""
    address = config.entity["address"]
    place = address.groups[0]
    rest = tuple(name for name in place.fields if name != field)
    owner = Authority(kind="owner", systems=("rules",))
    changes = {
        "groups": (place.model_copy(update={"fields": rest}),),
        "fields": tuple(
            f.model_copy(update={"authority": owner}) if f.name == field else f
            for f in address.fields
        ),
    }
    return with_entities(config, [address.model_copy(update=changes)])


def follow(world: World, *rules: Rule, config: Config | None = None) -> None:
    """Go on with these rules and no others; the hub gets the partitions that they need."""
    config = (config or world.engine.config).model_copy(update={"rules": rules})
    world.engine = world.fresh_engine(config)
    assert isinstance(world.hub, TestHub)
    with Hub(world.hub.owner_url).connect() as conn:
        for step in plan(conn, config):
            if step.sql:
                conn.execute(step.sql)  # type: ignore[call-overload]
