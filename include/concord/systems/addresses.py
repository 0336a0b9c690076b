"""Where systems are: connection names from systems.yaml turned into addresses."""

from __future__ import annotations

import os
from collections.abc import Mapping

from concord.errors import ConfigError, Problem
from concord.model.spec import Config, SystemSpec


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
        try:
            found[spec.name] = found.get(spec.name) or address(spec)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def address(spec: SystemSpec) -> str:
    """The address of one system by its variable. Raises ConfigError when that is not set."""
    url = os.environ.get(variable(spec.connection))
    if not url:
        what = f"no address for connection {spec.connection}"
        hint = f"Set {variable(spec.connection)} or make the Airflow connection."
        raise ConfigError([Problem("systems.yaml", None, f"systems.{spec.name}", what, hint)])
    return url
