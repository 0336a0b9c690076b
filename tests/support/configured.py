"""The shipped configuration with other settings, as after an edit of the model files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from concord.model.spec import Config, Entity, Limits


def mapped(config: Config, entity: str, system: str, **changes: Any) -> Config:
    """The configuration with other values in one system's mapping of one entity."""
    spec = config.entity[entity]
    mappings = tuple(changed(m, **changes) if m.system == system else m for m in spec.mappings)
    return with_entities(config, [changed(spec, mappings=mappings)])


def with_entities(config: Config, entities: Sequence[Entity]) -> Config:
    """The configuration with these entities in place of those of the same names."""
    new = {e.name: e for e in entities}
    return changed(config, entities=tuple(new.get(e.name, e) for e in config.entities))


def unlimited(config: Config) -> Config:
    """The configuration without limits that ask a person."""
    none = Limits(count=10**6, share=1, deletes=10**6, first_load=10**6)
    return changed(config, systems=tuple(changed(s, limits=none) for s in config.systems))


def changed(spec: Any, **changes: Any) -> Any:
    """A copy with other values."""
    return spec.model_copy(update=changes)
