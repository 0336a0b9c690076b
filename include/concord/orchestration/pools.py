"""Airflow pools for each system, so that no lane and no backfill can overrun it.

A lane with slots of its own has a pool of its own; the other lanes share what is left of the
system's slots. So a lane in a hurry never waits for one that is not.

A task whose pool does not exist is never started, and Airflow only warns. Whoever sets Airflow up
therefore makes them from what `python -m concord.orchestration.pools` prints:

    python -m concord.orchestration.pools > pools.json && airflow pools import pools.json
"""

from __future__ import annotations

import json
import sys

from concord.errors import ConfigError
from concord.model.read import load_config
from concord.model.spec import Config, Lane


def pool_name(system: str, lane: Lane) -> str:
    """The pool of a lane's tasks on a system."""
    return f"concord_{system}_{lane.name}" if lane.own_slots else f"concord_{system}"


def pools(config: Config) -> dict[str, dict[str, str | int | bool]]:
    """Pool name -> slots and description, in the form that `airflow pools import` reads."""
    made = {}
    for system in config.systems:
        shown = system.label or system.name
        own = [lane for lane in config.lanes if lane.own_slots]
        shared = system.slots - sum(lane.own_slots for lane in own)
        if len(own) < len(config.lanes):
            about = f"Tasks at once on {shown}, from systems.yaml"
            made[f"concord_{system.name}"] = _pool(shared, about)
        for lane in own:
            about = f"Tasks of lane {lane.name} at once on {shown}, from lanes.yaml"
            made[pool_name(system.name, lane)] = _pool(lane.own_slots, about)
    return made


def _pool(slots: int, description: str) -> dict[str, str | int | bool]:
    return {"slots": slots, "description": description, "include_deferred": False}


def main() -> int:
    """Print the pools as JSON. Returns the exit code: 2 when the configuration has errors."""
    try:
        print(json.dumps(pools(load_config()), indent=2))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
