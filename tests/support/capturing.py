"""A world in which one system's changes are found in another way."""

from __future__ import annotations

from typing import Any

from tests.support.world import World


def capture_by(world: World, system: str, **spec: Any) -> None:
    """Go on with other keys for a system, as after an edit of systems.yaml, and prepare it."""
    before = world.engine.config
    other = before.system[system].model_copy(update=spec)
    systems = tuple(other if s.name == system else s for s in before.systems)
    config = before.model_copy(update={"systems": systems})
    world.engine = world.fresh_engine(config)
    adapter = world.engine.system(system)
    adapter.execute(adapter.prepare([e.by_system[system] for e in config.entities]))
