"""Slices on their way to a target: one ahead of the ledger, and none after one that failed."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from concord.errors import SystemUnavailable
from concord.pipeline import confirm
from concord.systems.postgres.writer import PostgresWriter
from tests.support.world import World

STATES = "SELECT state, count(*) FROM ops.intent WHERE system = 'crm' GROUP BY 1 ORDER BY 1"
PAIRS = property(lambda _: 2, lambda *_: None)  # for a field that is set when a writer is made


def customers(world: World, n: int) -> None:
    for place in range(n):
        world.customer(f"Customer {place}")


def test_nothing_is_sent_after_a_slice_that_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers(world, 8)
    act, calls = PostgresWriter.apply, []

    def failing(writer: PostgresWriter, *given: Any) -> Any:
        calls.append(len(given[1]))
        if len(calls) == 2:
            raise SystemUnavailable("crm", "here", "it went away")
        return act(writer, *given)

    with monkeypatch.context() as patch:
        patch.setattr(PostgresWriter, "at_once", PAIRS)
        patch.setattr(PostgresWriter, "apply", failing)
        with pytest.raises(SystemUnavailable):
            world.batch()
    assert calls == [2, 2]
    assert world.ops(STATES)[0] == ("confirmed", 2)
    world.settle()
    assert world.ops(STATES) == [("confirmed", 8)]
    assert world.one("crm", "SELECT count(*) FROM account") == 8


def test_the_target_does_the_next_slice_while_answers_are_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers(world, 4)
    act, store = PostgresWriter.apply, confirm.store
    second, calls, beside = threading.Event(), [], []

    def counted(writer: PostgresWriter, *given: Any) -> Any:
        calls.append(len(given[1]))
        if len(calls) == 2:
            second.set()
        return act(writer, *given)

    def waiting(*given: Any) -> None:
        beside.append(second.wait(10))
        store(*given)

    monkeypatch.setattr(PostgresWriter, "at_once", PAIRS)
    monkeypatch.setattr(PostgresWriter, "apply", counted)
    monkeypatch.setattr(confirm, "store", waiting)
    world.batch()
    assert (calls, beside) == ([2, 2], [True, True])
    assert world.ops(STATES) == [("confirmed", 4)]
