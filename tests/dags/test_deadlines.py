"""A lane that is late is said to be, and kept where people look."""

from __future__ import annotations

import asyncio
import inspect
import logging
from pkgutil import resolve_name
from typing import Any

import pytest

from concord.model.spec import Config
from concord.orchestration import deadlines
from tests.conftest import TestHub

CONTEXT = {
    "dag_run": {"dag_id": "micro_batch_fast", "dag_run_id": "scheduled__1", "state": "running"},
    "deadline": {"id": "1", "deadline_time": "2026-01-01T00:05:00Z"},
}


def _miss() -> str:
    return asyncio.run(deadlines.missed("fast", 5, CONTEXT))


def test_airflow_can_find_and_await_the_callback(config: Config) -> None:
    callback = deadlines.deadline(config.lane["fast"]).callback
    assert resolve_name(callback.path) is deadlines.missed
    assert inspect.iscoroutinefunction(deadlines.missed)
    assert callback.kwargs == {"lane": "fast", "minutes": 5}


def test_a_missed_deadline_is_logged_and_kept_in_the_audit(
    hub: TestHub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CONCORD_HUB_URL", hub.url)
    with caplog.at_level(logging.INFO):
        line = _miss()
    assert "fast is late: micro_batch_fast/scheduled__1" in line
    assert line in caplog.text
    with hub.connect() as conn:
        rows = conn.execute("SELECT actor, action, subject, detail FROM ops.audit").fetchall()
    assert rows == [
        (
            "airflow",
            "deadline_missed",
            "micro_batch_fast/scheduled__1",
            {"lane": "fast", "minutes": 5},
        )
    ]


@pytest.mark.parametrize("url", [None, "postgresql://x:hush@127.0.0.1:1/hub"])
def test_a_hub_that_is_away_does_not_silence_the_alert(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, url: Any
) -> None:
    monkeypatch.delenv("CONCORD_HUB_URL", raising=False)
    if url:
        monkeypatch.setenv("CONCORD_HUB_URL", url)
    line = _miss()
    assert "fast is late" in line
    assert "Not kept in the hub" in line
    assert "hush" not in line + caplog.text
