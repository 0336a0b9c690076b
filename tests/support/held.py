"""Worlds with change sets that wait for a person, and what is said about them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from concord.model.spec import Config, Stake
from concord.pipeline import decisions
from concord.pipeline.decisions import Decided, Part, Rest
from tests.support.configured import changed, with_entities
from tests.support.world import World

CREDIT = Stake(field="credit_limit", currency="currency")


def counting_credit(config: Config) -> Config:
    """The configuration with a customer's credit limit as the money at stake."""
    return with_entities(config, [changed(config.entity["party"], stake=CREDIT)])


def on_credit(world: World) -> World:
    """The same world, counting credit limits from here on."""
    world.config = counting_credit(world.config)
    world.engine = world.fresh_engine()
    return world


def held(world: World) -> int:
    """The number of the one change set that is held."""
    return int(world.one("hub", "SELECT change_set_id FROM ops.change_set WHERE state = 'held'"))


def state(world: World, number: int) -> str:
    """The state of a change set."""
    return str(
        world.one("hub", "SELECT state FROM ops.change_set WHERE change_set_id = %s", number)
    )


def decide(
    world: World,
    number: int,
    *,
    approve: bool = True,
    part: Part | None = None,
    rest: Rest = "held",
    actor: str = "ann",
    comment: str | None = None,
) -> Decided:
    """A person's word."""
    with world.hub.connect() as conn:
        return decisions.decide(
            conn, number, approve=approve, actor=actor, comment=comment, part=part, rest=rest
        )


def three_on_credit(world: World) -> int:
    """Customers with 100, 200 and 300 of credit, held on their way to the CRM; the number."""
    on_credit(world)
    world.limit("crm", money=Decimal(500))
    for n in (1, 2, 3):
        world.customer(f"Company {n}", credit_limit=100 * n, currency="CNY")
    world.batch()
    return held(world)


def accounts(world: World) -> list[Any]:
    """Names of the CRM's accounts."""
    return [name for (name,) in world.crm("SELECT account_name FROM account ORDER BY 1")]
