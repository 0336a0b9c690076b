"""Run by the launcher in the virtual environment: Airflow's tables, its first user, its pools.

One process, since each of Airflow's own commands takes seconds to start.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from concord.errors import ConfigError
from concord.model.read import load_config

READER, STEWARD = "Concord reader", "Concord steward"
"""Roles for people who may look at the desk, and who may decide there."""


def prepare(user: str, password: str, *, keep_password: bool) -> None:
    """Bring Airflow's database up to date, with a user `user` and one pool a system."""
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb
    from airflow.utils.providers_configuration_loader import providers_configuration_loaded
    from airflow.utils.session import create_session

    from concord.orchestration.pools import pools

    config = load_config()
    providers_configuration_loaded(initdb)()
    with create_session() as session:
        for name, pool in pools(config).items():
            Pool.create_or_update_pool(
                name=name,
                slots=int(pool["slots"]),
                description=str(pool["description"]),
                include_deferred=bool(pool["include_deferred"]),
                session=session,
            )
    _ensure_user(user, password, keep_password)


def _ensure_user(name: str, password: str, keep_password: bool) -> None:
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        security = builder.sm
        _ensure_roles(security)
        found = security.find_user(username=name)
        if found is None:
            role = security.find_role("Admin")
            email = f"{name}@localhost.localdomain"
            made = security.add_user(name, "Concord", "Administrator", email, role, password)
            if not made:
                raise SystemExit(f"the user {name} could not be made")
        elif not keep_password:
            security.reset_password(found.id, password)


def _ensure_roles(security: Any) -> None:
    """Airflow's own roles Viewer and User with the one right that they lack for the desk: without
    `can read on Plugins`, Airflow's interface shows no entry of a plugin.
    """
    from airflow.providers.fab.www.security import permissions

    see = (permissions.ACTION_CAN_READ, permissions.RESOURCE_PLUGIN)
    viewer = [*security.VIEWER_PERMISSIONS, see]
    steward = [*viewer, *security.USER_PERMISSIONS]
    security.bulk_sync_roles(
        [{"role": READER, "perms": viewer}, {"role": STEWARD, "perms": steward}]
    )


def lanes() -> dict[str, str]:
    """Scope -> the first DAG of that scope."""
    found: dict[str, str] = {}
    for lane in load_config().lanes:
        found.setdefault(lane.scope, lane.dag)
    return found


def main(arguments: list[str]) -> int:
    """`USER PASSWORD_FILE [--keep-password]`; prints the lanes. Returns the exit code."""
    user, file, *options = arguments
    password = Path(file).read_text(encoding="utf-8").strip()
    try:
        prepare(user, password, keep_password="--keep-password" in options)
        print(json.dumps(lanes()))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
