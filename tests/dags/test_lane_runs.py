"""Whole runs of the shipped DAGs, every task in a real Airflow against real databases."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from concord.launcher.settings import connection
from tests.support.world import World

pytestmark = [
    pytest.mark.airflow,
    # Airflow's own in-process API server, which DAG.test() talks to.
    pytest.mark.filterwarnings("ignore:Using .httpx. with .starlette.testclient. is deprecated"),
]

LANE_TASKS = ("extract_erp", "extract_crm", "validate", "unify", "load_erp", "load_crm", "finish")
GREEN = dict.fromkeys(("", *LANE_TASKS), "success")

RunDag = Callable[..., dict[str, str]]


@pytest.fixture
def live(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world as Airflow finds it: one system by a connection, the other by the environment."""
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    monkeypatch.setenv("CONCORD_HUB_URL", world.hub.url)
    monkeypatch.setenv("AIRFLOW_CONN_CONCORD_ERP", connection(world.urls["erp"]))
    monkeypatch.setenv("CONCORD_CRM_URL", world.urls["crm"])
    return world


@pytest.fixture
def events() -> Callable[[], list[str]]:
    """The asset events sent since the test began, by asset name."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import func, select

    with create_session() as session:
        before = session.scalar(select(func.max(AssetEvent.id))) or 0

    def since() -> list[str]:
        with create_session() as session:
            sent = session.scalars(select(AssetEvent).where(AssetEvent.id > before))
            return sorted(event.asset.name for event in sent)

    return since


def _xcoms(dag: str) -> list[Any]:
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    of_dag = select(XComModel).where(XComModel.dag_id == dag)
    with create_session() as session:
        return [XComModel.deserialize_value(x) for x in session.scalars(of_dag)]


def test_a_micro_batch_carries_a_customer_across_and_the_next_writes_nothing(
    live: World, run_dag: RunDag, events: Callable[[], list[str]], tmp_path: Path
) -> None:
    live.customer("Alpha Trading Ltd", vat_no="GB123456789", phone="020 7946 0000")
    assert run_dag("micro_batch_fast") == GREEN
    assert live.crm("SELECT account_name FROM account") == [("Alpha Trading Ltd",)]
    assert events() == ["concord_party"]
    assert (tmp_path / "reports" / "latest.html").is_file()

    assert run_dag("micro_batch_fast") == GREEN
    assert events() == ["concord_party"]
    planned = "SELECT n FROM ops.batch_count WHERE batch_id = 2 AND name = 'planned' AND n > 0"
    assert live.ops(planned) == []


def test_tasks_tell_each_other_the_batch_and_counts_alone(live: World, run_dag: RunDag) -> None:
    live.customer("Zhang San", phone="138 0013 8000", country_code="CN")
    run_dag("micro_batch_fast")
    told = _xcoms("micro_batch_fast")
    assert told
    for value in told:
        assert value["batch_id"] > 0
        assert all(isinstance(n, int) for n in value.values()), value


def test_the_nightly_lane_compares_everything_by_the_same_steps(
    live: World, run_dag: RunDag
) -> None:
    live.account("Beta GmbH")
    assert run_dag("nightly_reconcile") == {**GREEN, "certify": "success"}
    assert live.erp("SELECT name FROM customers") == [("Beta GmbH",)]
    assert live.ops("SELECT lane, scope, state FROM ops.batch") == [("nightly", "full", "done")]
    assert live.ops("SELECT kind FROM ops.certificate") == [("completeness",), ("tie",)]


def test_a_system_that_is_away_makes_a_red_run_and_the_next_one_repairs_it(
    live: World,
    run_dag: RunDag,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    live.customer()
    monkeypatch.setenv("CONCORD_CRM_URL", "postgresql://reader:hush@127.0.0.1:1/crm")
    with caplog.at_level(logging.INFO):
        states = run_dag("micro_batch_fast")
    assert states == {
        "": "failed",
        "extract_erp": "success",
        "extract_crm": "failed",
        "validate": "upstream_failed",
        "unify": "upstream_failed",
        "load_erp": "upstream_failed",
        "load_crm": "upstream_failed",
        "finish": "failed",
    }
    ((state, error),) = live.ops("SELECT state, error FROM ops.batch")
    assert state == "failed"
    assert error.startswith("extract_crm: crm at 127.0.0.1:1/crm cannot be reached")
    assert error in caplog.text
    assert "hush" not in caplog.text
    assert "Traceback" not in caplog.text

    monkeypatch.setenv("CONCORD_CRM_URL", live.urls["crm"])
    assert run_dag("micro_batch_fast") == GREEN
    assert live.one("crm", "SELECT count(*) FROM account") == 1


def test_a_dry_run_by_hand_on_chosen_entities_writes_nothing(live: World, run_dag: RunDag) -> None:
    live.customer()
    assert run_dag("micro_batch_fast", dry_run=True, entities=["party"]) == GREEN
    assert live.ops("SELECT dry_run, entities FROM ops.batch") == [(True, ["party"])]
    assert live.one("crm", "SELECT count(*) FROM account") == 0


def test_housekeeping_prunes_the_hub(live: World, run_dag: RunDag) -> None:
    live.customer()
    live.batch()
    live.batch()
    live.ops("UPDATE ops.batch SET started_at = started_at - interval '40 days' RETURNING 1")
    live.batch()
    assert run_dag("housekeeping") == {"": "success", "prune_hub": "success"}
    assert live.one("hub", "SELECT count(*) FROM ops.batch") == 1
