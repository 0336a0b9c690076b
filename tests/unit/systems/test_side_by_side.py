"""Writes side by side: as many at a time as allowed, in order, and an error stops the rest."""

from __future__ import annotations

import time
from threading import Lock

import pytest

from concord.systems.http.side_by_side import side_by_side


def test_outcomes_keep_their_order_and_no_more_run_at_a_time_than_allowed() -> None:
    running, most, lock = 0, 0, Lock()

    def do(n: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002 * (n % 3))
        with lock:
            running -= 1
        return n * n

    assert side_by_side(do, range(40), 4) == [n * n for n in range(40)]
    assert most == 4


def test_an_error_stops_what_has_not_begun_and_is_raised() -> None:
    begun: list[int] = []

    def do(n: int) -> int:
        begun.append(n)
        if n == 3:
            raise ConnectionError("the service is away")
        time.sleep(0.01)
        return n

    with pytest.raises(ConnectionError, match="away"):
        side_by_side(do, range(1_000), 2)
    assert len(begun) < 20
