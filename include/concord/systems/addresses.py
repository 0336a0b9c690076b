"""Where systems are: connection names from systems.yaml turned into addresses."""

from __future__ import annotations

import os
from collections.abc import Mapping

from concord.errors import ConfigError, Problem
from concord.model.spec import Config


def variable(connection: str) -> str:
    """The environment variable of a connection: `concord_erp` -> `CONCORD_ERP_URL`."""
    return f"{connection.upper()}_URL"


def addresses(config: Config, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """System name -> libpq or API URL, from `given` first (Airflow's connections), then variables.

    Raises:
        ConfigError: a system has no address; all such systems are named.
    """
    found: dict[str, str] = dict(given or {})
    problems = []
    for spec in config.systems:
        url = found.get(spec.name) or os.environ.get(variable(spec.connection))
        if url:
            found[spec.name] = url
            continue
        problems.append(
            Problem(
                "systems.yaml",
                None,
                f"systems.{spec.name}",
                f"no address for connection {spec.connection}",
                f"Set {variable(spec.connection)} or make the Airflow connection.",
            )
        )
    if problems:
        raise ConfigError(problems)
    return found
