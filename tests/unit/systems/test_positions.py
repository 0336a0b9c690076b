"""From which positions a reader may go on."""

from __future__ import annotations

from typing import Any

import pytest

from concord.systems.postgres.position import Server, continues, floor

SERVER = Server("77", 1, "16384 erp")


def at(snapshot: str, **server: Any) -> dict[str, Any]:
    return {"kind": "postgres", "snapshot": snapshot, "server": {**SERVER.as_json(), **server}}


def test_an_earlier_moment_of_the_same_database_is_gone_on_from() -> None:
    assert continues(at("10:20:12"), at("15:25:"))
    assert continues(at("10:20:12"), at("10:20:12"))


@pytest.mark.parametrize(
    "since",
    [
        None,
        {"kind": "memory", "feed": 3},
        at("10:20:", system="78"),
        at("10:20:", timeline=2),
        at("10:20:", database="16999 erp"),
        at("10:26:"),
    ],
)
def test_no_position_another_server_or_a_moment_ahead_is_not(since: Any) -> None:
    assert not continues(since, at("15:25:"))


def test_the_log_is_kept_from_the_oldest_reader_on() -> None:
    assert floor([at("30:40:"), at("10:20:"), at("50:60:")], SERVER) == 10


def test_nothing_is_trimmed_for_readers_that_are_not_known() -> None:
    assert floor([], SERVER) == 0
    assert floor([at("30:40:"), {"kind": "memory"}], SERVER) == 0
    assert floor([at("30:40:", system="78")], SERVER) == 0
