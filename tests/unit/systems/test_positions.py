"""From which positions a reader may go on."""

from __future__ import annotations

from typing import Any

import pytest

from concord.systems.postgres.position import (
    Moment,
    Server,
    continues,
    floor,
    full_xid,
    lsn_number,
    lsn_text,
)

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


def test_a_moment_sees_what_was_finished_then() -> None:
    moment = Moment.of("10:20:12,15")
    assert [xid for xid in range(8, 23) if not moment.sees(xid)] == [12, 15, 20, 21, 22]
    assert Moment.of("10:10:").running == frozenset()


@pytest.mark.parametrize(
    ("xid", "xmax", "whole"),
    [
        (5, 9, 5),
        (11, 9, 11),
        (2**32 - 3, 2**32 + 9, 2**32 - 3),  # begun before the numbers wrapped round
        (4, 2**32 - 1, 2**32 + 4),  # begun after, while the moment was before
        (7, 5 * 2**32 + 9, 5 * 2**32 + 7),
    ],
)
def test_a_short_transaction_id_is_the_one_nearest_to_the_moment(
    xid: int, xmax: int, whole: int
) -> None:
    assert full_xid(xid, Moment(xmax, xmax, frozenset())) == whole


@pytest.mark.parametrize(("text", "number"), [("0/0", 0), ("16/B374D848", 0x16B374D848)])
def test_an_lsn_is_a_number_of_bytes(text: str, number: int) -> None:
    assert lsn_number(text) == number
    assert lsn_text(number) == text
