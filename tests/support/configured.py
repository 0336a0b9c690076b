"""The shipped configuration with other settings, as after an edit of the model files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from concord.model.spec import Config, Entity


def mapped(config: Config, entity: str, system: str, **changes: Any) -> Config:
    """The configuration with other values in one system's mapping of one entity."""
    spec = config.entity[entity]
    mappings = tuple(changed(m, **changes) if m.system == system else m for m in spec.mappings)
    return with_entities(config, [changed(spec, mappings=mappings)])


def with_entities(config: Config, entities: Sequence[Entity]) -> Config:
    """The configuration with these entities in place of those of the same names."""
    new = {e.name: e for e in entities}
    return changed(config, entities=tuple(new.get(e.name, e) for e in config.entities))


def changed(spec: Any, **changes: Any) -> Any:
    """A copy with other values."""
    return spec.model_copy(update=changes)
