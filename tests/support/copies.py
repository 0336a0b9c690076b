"""A company that has been at work, kept as three databases and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import psycopg
from psycopg.types.json import Jsonb

from concord.model.spec import Config
from tests.support.world import EXPECTATIONS, World

if TYPE_CHECKING:
    from tests.conftest import Postgres

W = TypeVar("W", bound=World)
SYSTEMS = ("erp", "crm")
OWNERS = {"hub": "concord_owner"}


@contextmanager
def copied(pg: Postgres, templates: Mapping[str, str], kind: str) -> Iterator[dict[str, str]]:
    """Copies of a hub, an ERP and a CRM by their names; `kind` begins those of the copies."""
    names = {side: pg.name(f"{kind}_{side}") for side in templates}
    for side, name in names.items():
        pg.create(name, templates[side], OWNERS.get(side, "postgres"))
    yield names
    for name in names.values():
        pg.drop(name)


def world_on(
    pg: Postgres,
    config: Config,
    names: Mapping[str, str],
    kind: type[W],
    expectations: Path = EXPECTATIONS,
) -> W:
    """A world on three databases of these names."""
    from tests.conftest import TestHub

    urls = {system: pg.url(names[system]) for system in SYSTEMS}
    return kind(config, TestHub(pg, names["hub"]), urls, expectations)


def gone_on(
    pg: Postgres,
    config: Config,
    names: Mapping[str, str],
    kind: type[W],
    expectations: Path = EXPECTATIONS,
) -> W:
    """A world on copies, whose hub knows the copied systems and has the template's batches."""
    world = world_on(pg, config, names, kind, expectations)
    for system in SYSTEMS:
        _hand_over(world, system)
    world._runs = count(1 + world.one("hub", "SELECT count(*) FROM ops.batch"))
    return world


def _hand_over(world: World, system: str) -> None:
    """Tell the hub that a copy is the system it knows: else it takes it for one set back."""
    with psycopg.connect(world.urls[system]) as conn:
        row = conn.execute(
            "SELECT oid || ' ' || datname FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row
    with psycopg.connect(world.hub.url) as conn:
        moved = conn.execute(
            "UPDATE ops.cursor SET position = jsonb_set(position, '{server,database}', %s)"
            " WHERE system = %s AND position -> 'server' ? 'database'",
            (Jsonb(row[0]), system),
        )
        assert moved.rowcount
