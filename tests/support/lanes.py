"""The world with lanes of their own: parties in `standard`, what refers to them in `fast`."""

from __future__ import annotations

from concord.model.spec import Config, Lane
from tests.support.configured import changed
from tests.support.world import World

STANDARD = ("party",)
FAST = ("contact", "address")


def apart(config: Config) -> Config:
    """The configuration with a heavy lane beside the fast one."""
    fast, nightly = config.lane["fast"], config.lane["nightly"]
    standard = Lane(
        name="standard",
        dag="micro_batch_standard",
        schedule="*/15 * * * *",
        scope="delta",
        entities=STANDARD,
        deadline_minutes=15,
    )
    return changed(config, lanes=(changed(fast, entities=FAST), standard, nightly))


def in_lanes(world: World) -> World:
    """The same world, its batches in lanes of their own."""
    world.config = apart(world.config)
    world.engine = world.fresh_engine()
    return world


def settle(world: World, most: int = 4) -> None:
    """Batches of both lanes until neither plans anything."""
    for _ in range(most):
        counts = [world.batch(lane) for lane in ("standard", "fast")]
        if not any(c.get("planned", 0) for c in counts):
            return
    raise AssertionError(f"still planning after {most} batches of each lane")


def contact(world: World, customer: str, name: str, phone: str | None = None) -> None:
    """Type a customer's contact into the ERP."""
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name, tel, email)"
        " VALUES (%s, %s, %s, %s)",
        customer, name, phone, f"{name.lower().replace(' ', '.')}@example.com",
    )  # fmt: skip
