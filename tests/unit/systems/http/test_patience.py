"""Patience: pauses grow, are jittered and bounded, and never shorter than a service asks for."""

from __future__ import annotations

import pytest

from concord.systems.http.patience import Patience, retry_after


def test_pauses_double_from_the_first_and_are_drawn_from_their_upper_half() -> None:
    patience = Patience(tries=6, pause=1.0, longest=8.0)
    for tried, whole in enumerate([1.0, 2.0, 4.0, 8.0, 8.0], 1):
        drawn = [patience.wait(tried) or 0.0 for _ in range(200)]
        assert whole / 2 <= min(drawn)
        assert max(drawn) <= whole
        assert len(set(drawn)) > 100


def test_the_last_try_is_the_last() -> None:
    patience = Patience(tries=3)
    assert patience.wait(2) is not None
    assert patience.wait(3) is None


def test_what_a_service_asks_for_is_waited_unless_it_is_too_long() -> None:
    patience = Patience(pause=0.1, longest=5.0)
    assert patience.wait(1, asked=4.0) == 4.0
    assert patience.wait(1, asked=5.1) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        # A service whose clock is years off means ten seconds of its own time.
        (
            {
                "retry-after": "Sat, 01 Jan 2000 00:00:10 GMT",
                "date": "Sat, 01 Jan 2000 00:00:00 GMT",
            },
            10.0,
        ),
        ({"retry-after": "Sat, 01 Jan 2000 00:00:10 GMT"}, None),
        ({"retry-after": "Sat, 01 Jan 2000 00:00:10 GMT", "date": "today"}, None),
    ],
)
def test_retry_after_is_read_in_the_clock_of_the_service(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds
