"""One Airflow pool a system, so that no lane and no backfill can overrun it.

A task whose pool does not exist is never started, and Airflow only warns. Whoever sets Airflow up
therefore makes them from what `python -m concord.orchestration.pools` prints:

    python -m concord.orchestration.pools > pools.json && airflow pools import pools.json
"""

from __future__ import annotations

import json
import sys

from concord.errors import ConfigError
from concord.model.read import load_config
from concord.model.spec import Config


def pool_name(system: str) -> str:
    """The pool of a system's tasks."""
    return f"concord_{system}"


def pools(config: Config) -> dict[str, dict[str, str | int | bool]]:
    """Pool name -> slots and description, in the form that `airflow pools import` reads."""
    return {
        pool_name(system.name): {
            "slots": system.slots,
            "description": f"Tasks at once on {system.label or system.name}, from systems.yaml",
            "include_deferred": False,
        }
        for system in config.systems
    }


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
