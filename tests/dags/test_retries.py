"""Which failures are tried again, and how a task says what went wrong."""

from __future__ import annotations

import logging
from datetime import timedelta

import psycopg
import pytest
from airflow.sdk import RetryAction

from concord.errors import (
    ConcordError,
    ConfigError,
    EntityStopped,
    HubUnavailable,
    LeaseLost,
    NotAuthorised,
    NotBalanced,
    Problem,
    SystemUnavailable,
    Transient,
)
from concord.model.spec import Config, Lane
from concord.orchestration.failures import Stopped, describe, said_plainly
from concord.orchestration.retries import Patience, RetryByKind

POLICY = RetryByKind(first=timedelta(seconds=5), longest=timedelta(seconds=30))
UNREACHABLE = SystemUnavailable("erp", "erp.example/erp", "connection refused")
MISTAKE = ConfigError([Problem("systems.yaml", 4, "systems.erp", "no address", "Set it.")])


@pytest.mark.parametrize(
    "error",
    [
        Transient("busy"),
        UNREACHABLE,
        HubUnavailable("gone"),
        LeaseLost("another holder"),
        psycopg.errors.DeadlockDetected(),
        OSError("broken pipe"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_what_passes_by_itself_is_tried_again(error: Exception) -> None:
    assert POLICY.evaluate(Stopped(error), 1, 3).action is RetryAction.RETRY


@pytest.mark.parametrize(
    "error",
    [
        MISTAKE,
        NotAuthorised("refused"),
        EntityStopped("no key"),
        NotBalanced("3 rows"),
        ConcordError("other"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_what_a_person_must_see_to_fails_at_once(error: Exception) -> None:
    assert POLICY.evaluate(Stopped(error), 1, 3).action is RetryAction.FAIL


def test_an_error_that_was_not_said_yet_is_judged_as_well() -> None:
    assert POLICY.evaluate(LeaseLost("x"), 1, 3).action is RetryAction.RETRY
    assert POLICY.evaluate(NotAuthorised("x"), 1, 3).action is RetryAction.FAIL


def test_the_waits_double_up_to_the_longest() -> None:
    waits = [POLICY.evaluate(UNREACHABLE, n, 99).retry_delay for n in range(1, 6)]
    assert waits == [timedelta(seconds=s) for s in (5, 10, 20, 30, 30)]
    assert POLICY.delay(5_000) == timedelta(seconds=30)


def test_a_lane_gives_up_within_its_deadline(config: Config) -> None:
    for lane in config.lanes:
        patience = Patience.of(lane)
        policy = RetryByKind(patience.first, patience.longest)
        waits = [policy.delay(n + 1) for n in range(patience.retries)]
        assert sum(waits, timedelta()) < timedelta(minutes=lane.deadline_minutes), lane.name


def test_a_slow_lane_has_more_patience_than_a_fast_one(config: Config) -> None:
    def patience(lane: Lane) -> timedelta:
        return Patience.of(lane).longest * Patience.of(lane).retries

    assert patience(config.lane["nightly"]) > 10 * patience(config.lane["fast"])


def test_a_users_mistake_is_one_line_without_a_stack(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.INFO, "concord"),
        pytest.raises(Stopped) as stopped,
        said_plainly(),
    ):
        raise MISTAKE
    assert [r.getMessage() for r in caplog.records] == [
        "systems.yaml:4: systems.erp: no address. Set it."
    ]
    assert caplog.records[0].exc_info is None
    assert stopped.value.error is MISTAKE


def test_a_defect_shows_where_it_is_and_no_value(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "concord"), pytest.raises(Stopped), said_plainly():
        int("+86 138 0013 8000")
    (message,) = [r.getMessage() for r in caplog.records]
    assert "ValueError" in message
    assert "test_retries.py" in message
    assert "138" not in message.replace(__file__, "")


def test_what_postgres_says_about_a_row_is_not_repeated(hub_error: psycopg.Error) -> None:
    assert "Zhang San" in str(hub_error)
    words = describe(hub_error)
    assert "Zhang" not in words
    assert words == "UniqueViolation, SQLSTATE 23505, table person, constraint person_pkey"


@pytest.fixture
def hub_error(pg: object) -> psycopg.Error:
    with psycopg.connect(pg.url("postgres")) as conn:  # type: ignore[attr-defined]
        conn.execute("CREATE TEMP TABLE person (name text PRIMARY KEY)")
        conn.execute("INSERT INTO person VALUES ('Zhang San')")
        with pytest.raises(psycopg.errors.UniqueViolation) as raised, conn.transaction():
            conn.execute("INSERT INTO person VALUES ('Zhang San')")
    return raised.value
