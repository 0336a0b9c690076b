"""Batches that people, or a crash, get in between of."""

from __future__ import annotations

import pytest

from concord.pipeline import begin, confirm, extract, finish, load, unify, validate
from tests.support.world import World


class Gone(Exception):
    """The process ended here."""


def until_load(world: World, run_id: str) -> int:
    """A batch whose writes are planned and not sent yet; returns its id."""
    batch_id = begin(world.engine, lane="fast", run_id=run_id)
    for system in world.config.system:
        extract(world.engine, batch_id, system)
    validate(world.engine, batch_id)
    unify(world.engine, batch_id)
    return batch_id


def run_load(world: World, batch_id: int) -> None:
    """The rest of such a batch."""
    for system in world.config.system:
        load(world.engine, batch_id, system)
    finish(world.engine, batch_id)


def interrupted(world: World, batch_id: int, system: str) -> None:
    """The system does what is planned; whoever asked for it never hears of that."""

    def never(*_: object) -> None:
        raise Gone

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confirm, "store", never)
        with pytest.raises(Gone):
            load(world.engine, batch_id, system)
