"""A world whose CRM is the hostile service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from concord.model.spec import Config
from concord.pipeline import Engine
from tests.faults.hostile.hands import Hostile
from tests.faults.hostile.system import HostileSystem
from tests.support.world import World


@dataclass
class HostileWorld(World):
    """The sandbox's ERP and the hostile CRM. `adapter` speaks to the latter."""

    service: Hostile | None = None
    adapter: type[HostileSystem] = HostileSystem

    def fresh_engine(self, config: Config | None = None) -> Engine:
        """Another engine on the same world, as another process would have."""
        engine = super().fresh_engine(config)
        assert self.service is not None
        engine._systems["crm"] = self.adapter(engine.spec("crm"), self.service.url)
        return engine

    def widen(self, **more: Any) -> None:
        """Limits that nothing here reaches, so that no change set waits for a person."""
        for system in ("erp", "crm"):
            self.limit(system, **{"count": 10**6, "share": 1.0, "first_load": 10**6, **more})

    def limit(self, system: str, **limits: Any) -> None:
        """As before, and for the engines to come."""
        super().limit(system, **limits)
        self.config = self.engine.config

    def unsettled(self) -> int:
        """Writes that nobody knows about."""
        return int(
            self.one("hub", "SELECT count(*) FROM ops.intent WHERE state IN ('sent', 'unknown')")
        )
