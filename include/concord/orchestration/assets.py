"""Assets, one per entity: how other DAGs follow Concord.

    @dag(schedule=[Asset(name="concord_party", uri="concord://golden/party")])

starts a DAG whenever golden parties changed. An event is sent only for an entity that changed: a
task's plain outlets would send one every minute. Airflow's way to that is an alias as the
outlet, to which the running task adds assets; the alias `concord_golden` follows all entities.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, AssetAlias, AssetWatcher

if TYPE_CHECKING:
    from airflow.triggers.base import BaseEventTrigger

GOLDEN = AssetAlias("concord_golden", group="concord")
HELD = AssetAlias("concord_held_alias", group="concord")


def golden_asset(entity: str) -> Asset:
    """The asset of an entity's golden records."""
    return Asset(name=f"concord_{entity}", uri=f"concord://golden/{entity}", group="concord")


def held_asset() -> Asset:
    """The asset of change sets that wait for a person; an event for each batch that holds one."""
    return Asset(name="concord_held", uri="concord://held", group="concord")


def changed_asset(lane: str, signal: BaseEventTrigger) -> Asset:
    """The asset of what a lane's systems hold, with an event for each change signal."""
    return Asset(
        name=f"concord_changed_{lane}",
        uri=f"concord://changed/{lane}",
        group="concord",
        watchers=[AssetWatcher(name="change_signal", trigger=signal)],
    )


def announce(outlet_events: Any, entities: Iterable[str], batch_id: int) -> None:
    """Send an event for each entity when the running task succeeds.

    `outlet_events` is the one of the task's context; GOLDEN must be among the task's outlets.
    """
    for entity in entities:
        outlet_events[GOLDEN].add(golden_asset(entity), extra={"batch_id": batch_id})


def announce_held(outlet_events: Any, batch_id: int) -> None:
    """Send an event that a batch holds a change set, when the running task succeeds.

    HELD must be among the task's outlets.
    """
    outlet_events[HELD].add(held_asset(), extra={"batch_id": batch_id})
