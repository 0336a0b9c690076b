"""A hub with the sandbox's ERP and CRM, and hands to change things there as people would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from concord.hub.database import SESSION, Hub
from concord.model.spec import Config
from concord.pipeline import Engine, run_batch
from concord.pipeline.batch import Counts

EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"


@dataclass
class World:
    """Two systems and a hub. `erp` and `crm` run SQL there in a transaction of its own."""

    config: Config
    hub: Hub
    urls: Mapping[str, str]
    expectations: Path = EXPECTATIONS
    engine: Engine = field(init=False)
    _runs: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.engine = self.fresh_engine()

    def fresh_engine(self, config: Config | None = None) -> Engine:
        """Another engine on the same world, as another process would have."""
        return Engine(config or self.config, self.hub, self.urls, self.expectations)

    def limit(self, system: str, **limits: Any) -> None:
        """Go on with other limits for one system, as after an edit of systems.yaml."""
        config = self.engine.config
        spec = config.system[system]
        other = spec.model_copy(update={"limits": spec.limits.model_copy(update=limits)})
        systems = tuple(other if s.name == system else s for s in config.systems)
        self.engine = self.fresh_engine(config.model_copy(update={"systems": systems}))

    def batch(self, lane: str = "fast", **options: Any) -> Counts:
        """Run one batch and return its counts."""
        _, counts = run_batch(
            self.engine, lane=lane, run_id=f"test/{lane}/{next(self._runs)}", **options
        )
        return counts

    def settle(self, most: int = 4) -> list[Counts]:
        """Run fast batches until one plans nothing; returns their counts."""
        done: list[Counts] = []
        for _ in range(most):
            done.append(self.batch())
            if done[-1].get("planned", 0) == 0:
                return done
        raise AssertionError(f"still planning after {most} batches: {done}")

    def erp(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run SQL in the ERP."""
        return run_sql(self.urls["erp"], statement, *values)

    def crm(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run SQL in the CRM."""
        return run_sql(self.urls["crm"], statement, *values)

    def ops(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run SQL in the hub."""
        return run_sql(self.hub.url, statement, *values)

    def one(self, system: str, statement: str, *values: Any) -> Any:
        """The single value that a query gives."""
        rows = {"erp": self.erp, "crm": self.crm, "hub": self.ops}[system](statement, *values)
        assert len(rows) == 1, rows
        return rows[0][0]

    def customer(self, name: str = "Alpha Trading Ltd", **more: Any) -> str:
        """Type a customer into the ERP; returns its code."""
        values = {"name": name, "kind": "O", "country_code": "GB", **more}
        return insert(self.urls["erp"], "customers", values, "customer_code")

    def account(self, name: str = "Alpha Trading Ltd", **more: Any) -> str:
        """Type an account into the CRM; returns its id."""
        values = {"account_name": name, "account_type": "Company", **more}
        return insert(self.urls["crm"], "account", values, "id::text")


def run_sql(url: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows."""
    with psycopg.connect(url, options=SESSION) as conn:
        cur = conn.execute(statement, values)
        if cur.description:
            return cur.fetchall()
        asked = (cur.statusmessage or "").startswith("SELECT")
        return [()] * cur.rowcount if asked else []  # a row without columns is a row


def insert(url: str, table: str, values: Mapping[str, Any], returning: str) -> str:
    """Insert one row and return its key."""
    names = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    text = f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING {returning}"
    return str(run_sql(url, text, *values.values())[0][0])
