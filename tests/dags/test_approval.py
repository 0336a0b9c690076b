"""Questions in a real Airflow: asked once, answered there or in a terminal, kept in the hub."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from airflow.providers.standard.triggers import hitl

from concord.launcher.settings import connection
from concord.orchestration import ask
from tests.integration.desk.conftest import STEWARD, opened_by
from tests.support.held import accounts, counting_credit, decide, held, state, three_on_credit
from tests.support.world import World

pytestmark = [
    pytest.mark.airflow,
    # Airflow's own in-process API server, which DAG.test() talks to.
    pytest.mark.filterwarnings("ignore:Using .httpx. with .starlette.testclient. is deprecated"),
]

RunDag = Callable[..., dict[str, str]]
FORM = {"below": None, "rest": "hold", "comment": ""}
LONGEST = 120.0  # seconds that a question may stay open here
WRONG: list[BaseException] = []
"""What went wrong beside the DAG that runs."""
ENDS = [0.0]
GREEN = {"": "success", "ask": "success"}


@pytest.fixture
def live(
    world: World, airflow_database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> World:
    """The world as Airflow finds it, with no question in it; what is asked is looked at often."""
    from airflow.models.hitl import HITLDetail
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    with create_session() as session:
        session.execute(delete(HITLDetail))
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    monkeypatch.setenv("CONCORD_HUB_URL", world.hub.url)
    for system in ("erp", "crm"):
        monkeypatch.setenv(f"AIRFLOW_CONN_CONCORD_{system.upper()}", connection(world.urls[system]))
    monkeypatch.setattr(ask, "LOOK", 0.1)
    # DAG.test() runs triggers without what the triggerer answers them with: this question.
    monkeypatch.setattr(hitl, "get_hitl_detail_content_detail", answer_of)
    return world


def answer_of(ti_id: UUID) -> Any:
    """The answer to a task's question, as Airflow's API gives it to the triggerer."""
    if WRONG:  # nobody will answer any more
        raise WRONG[0]
    if time.monotonic() > ENDS[0]:
        raise TimeoutError("the question is still open")
    from airflow.api_fastapi.execution_api.datamodels.hitl import HITLDetailResponse
    from airflow.models.hitl import HITLDetail
    from airflow.utils.session import create_session

    with create_session() as session:
        detail = session.get(HITLDetail, ti_id)
        return HITLDetailResponse.from_hitl_detail_orm(detail)


@contextmanager
def meanwhile(act: Callable[[], None]) -> Iterator[None]:
    """Do something beside a DAG that runs; what goes wrong there fails the test."""
    WRONG.clear()
    ENDS[0] = time.monotonic() + LONGEST

    def run() -> None:
        try:
            act()
        except BaseException as error:
            WRONG.append(error)

    thread = Thread(target=run)
    thread.start()
    yield
    thread.join(60)
    assert WRONG == []


def answers(*given: tuple[str, dict[str, Any]], form: dict[str, Any] = FORM) -> Callable[[], None]:
    """Answer open questions one after the other, as Airflow's interface does; Ann does it.

    `form` has what the interface sends for fields that are left as they are.
    """
    from airflow.models.hitl import HITLDetail
    from airflow.sdk.timezone import utcnow
    from airflow.utils.session import create_session
    from sqlalchemy import select

    def act() -> None:
        for option, typed in given:
            end = time.monotonic() + 50
            while time.monotonic() < end:
                with create_session() as session:
                    asked = session.scalar(
                        select(HITLDetail).where(HITLDetail.responded_at.is_(None))
                    )
                    if asked is not None:
                        asked.chosen_options = [option]
                        asked.params_input = {**form, **typed}
                        asked.responded_by = {"id": "7", "name": "Ann"}
                        asked.responded_at = utcnow()
                        break
                time.sleep(0.1)
            else:
                raise AssertionError("nothing was asked")
            time.sleep(0.5)

    return act


def questions() -> list[tuple[str, str]]:
    """Subject and body of everything that was ever asked."""
    from airflow.models.hitl import HITLDetail
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        return [(q.subject, q.body or "") for q in session.scalars(select(HITLDetail))]


def chosen() -> list[list[str] | None]:
    """What was answered to each question."""
    from airflow.models.hitl import HITLDetail
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        return [q.chosen_options for q in session.scalars(select(HITLDetail))]


def xcoms() -> list[Any]:
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        return [XComModel.deserialize_value(x) for x in session.scalars(select(XComModel))]


def test_an_answer_in_airflow_is_kept_in_the_hub_with_its_author(
    live: World, run_dag: RunDag
) -> None:
    number = three_on_credit(live)
    with meanwhile(answers(("Approve", {"comment": "read it"}))):
        assert run_dag("approve_change_set", change_set=number) == GREEN
    assert live.ops(
        "SELECT state, decided_by, comment FROM ops.change_set WHERE change_set_id = %s", number
    ) == [("approved", "airflow:Ann", "read it")]
    live.settle()
    assert len(accounts(live)) == 3


def test_the_question_has_counts_money_reason_and_link_and_no_value(
    live: World, run_dag: RunDag
) -> None:
    number = three_on_credit(live)
    with meanwhile(answers(("Reject", {}))):
        run_dag("approve_change_set", change_set=number)
    subject, body = questions()[-1]
    assert subject == f"Change set {number}: 3 writes to crm.party"
    assert "3 to create, 0 to change, 0 to delete" in body
    assert "600.00 CNY" in body
    assert "600.00 at stake, more than 500" in body
    assert f"/concord/change-sets/{number})" in body
    assert "Company" not in body
    assert {"change_set": number, "rejected": 3} in xcoms()
    assert all(isinstance(n, int) for n in xcoms()[-1].values())


def test_a_part_by_amount_leaves_the_rest_held(live: World, run_dag: RunDag) -> None:
    number = three_on_credit(live)
    with meanwhile(answers(("Approve in part", {"below": 300}))):
        assert run_dag("approve_change_set", change_set=number) == GREEN
    assert held(live) != number
    live.settle()
    assert accounts(live) == ["Company 1", "Company 2"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"below": "300", "rest": "rejected"}, {"below": 300.0, "rest": "reject"}),
        ({"action": "create", "comment": "all new"}, {"comment": "create: all new"}),
    ],
)
def test_a_part_that_was_approved_on_the_desk_is_a_part_in_airflow_too(
    live: World,
    run_dag: RunDag,
    said: dict[str, str],
    told: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    number = three_on_credit(live)

    def decide_on_the_desk() -> None:
        while not live.one("hub", "SELECT count(*) FROM ops.change_set WHERE asked_at IS NOT NULL"):
            time.sleep(0.1)
        review = live.one("hub", "SELECT review_id FROM ops.review WHERE kind = 'change_set'")
        form = {"choice": "part", **said}
        answer = opened_by(f"/reviews/{review}", "POST", STEWARD, "en", form)
        assert answer.status == 303
        assert answer.answered is not None
        assert answer.answered.form == {**FORM, **told}
        answers((answer.answered.option, dict(answer.answered.form)), form={})()

    with meanwhile(decide_on_the_desk):
        assert run_dag("approve_change_set", change_set=number) == GREEN
    assert state(live, number) == "approved"
    assert chosen() == [["Approve in part"]]
    assert "cannot be used" not in caplog.text  # it was carried out, by the desk
    live.settle()
    wanted = (
        ["Company 1", "Company 2"] if "below" in said else ["Company 1", "Company 2", "Company 3"]
    )
    assert accounts(live) == wanted


def test_an_answer_that_cannot_be_used_is_asked_for_again(live: World, run_dag: RunDag) -> None:
    number = three_on_credit(live)
    unusable = ("Approve in part", {"below": None})
    with meanwhile(answers(unusable, ("Approve in part", {"below": 150, "rest": "reject"}))):
        assert run_dag("approve_change_set", change_set=number) == GREEN
    live.settle()
    assert accounts(live) == ["Company 1"]
    assert live.ops("SELECT count(*) FROM ops.change_set WHERE state = 'held'") == [(0,)]


def test_a_decision_at_the_command_line_ends_the_question(
    live: World, run_dag: RunDag, caplog: pytest.LogCaptureFixture
) -> None:
    number = three_on_credit(live)
    asked = Event()

    def decide_elsewhere() -> None:
        while not live.one("hub", "SELECT count(*) FROM ops.change_set WHERE asked_at IS NOT NULL"):
            time.sleep(0.1)
        asked.set()
        decide(live, number, approve=False, actor="bob")

    with meanwhile(decide_elsewhere):
        assert run_dag("approve_change_set", change_set=number) == GREEN
    assert asked.is_set()
    assert f"Change set {number} is rejected by bob at" in caplog.text


def test_what_is_decided_already_is_not_asked(live: World, run_dag: RunDag) -> None:
    number = three_on_credit(live)
    decide(live, number, actor="bob")
    assert run_dag("approve_change_set", change_set=number) == GREEN
    assert questions() == []
    assert state(live, number) == "approved"


def test_a_change_set_that_is_not_there_is_a_red_run_with_one_line(
    live: World, run_dag: RunDag, caplog: pytest.LogCaptureFixture
) -> None:
    assert run_dag("approve_change_set", change_set=404)["ask"] == "failed"
    assert "there is no change set 404" in caplog.text


def test_what_is_planned_after_the_question_is_asked_about_again(
    live: World, run_dag: RunDag
) -> None:
    number = three_on_credit(live)

    def change_and_answer() -> None:
        while not live.one("hub", "SELECT count(*) FROM ops.change_set WHERE asked_at IS NOT NULL"):
            time.sleep(0.1)
        live.erp("UPDATE customers SET credit_limit = 9000 WHERE name = 'Company 1'")
        live.batch()
        answers(("Approve", {}))()

    with meanwhile(change_and_answer):
        assert run_dag("approve_change_set", change_set=number) == GREEN
    assert live.ops("SELECT creates, money FROM ops.change_set WHERE state = 'held'") == [
        (1, Decimal(9000))
    ]


def test_a_batch_that_holds_a_change_set_says_so(
    live: World, run_dag: RunDag, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    from concord.orchestration import bridge

    def events() -> list[str]:
        with create_session() as session:
            return [e.asset.name for e in session.scalars(select(AssetEvent))]

    live.limit("crm", count=0, share=0)
    monkeypatch.setattr(bridge, "open_engine", lambda: live.engine)
    before = events().count("concord_held")
    live.customer("Alpha Ltd")
    run_dag("micro_batch_fast", entities=["party"])
    assert events().count("concord_held") == before + 1
    run_dag("micro_batch_fast", entities=["party"])
    assert events().count("concord_held") == before + 1


def test_each_held_change_set_is_asked_about_once_however_often_it_is_looked_for(
    live: World, run_dag: RunDag, dag_bag: Any
) -> None:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import delete, select

    number = three_on_credit(live)
    decide(live, number, part=None)
    live.config = counting_credit(live.config)
    live.customer("Other Ltd", credit_limit=9000, currency="CNY")
    live.batch()
    number = held(live)
    stored(dag_bag, "approve_change_set")
    with create_session() as session:
        session.execute(delete(DagRun).where(DagRun.dag_id == "approve_change_set"))

    def runs() -> list[tuple[str, Any]]:
        with create_session() as session:
            found = session.scalars(select(DagRun).where(DagRun.dag_id == "approve_change_set"))
            return [(run.run_id, run.conf) for run in found]

    assert run_dag("ask_about_held")[""] == "success"
    assert runs() == [(f"change_set_{number}", {"change_set": number})]
    assert run_dag("ask_about_held")[""] == "success"
    assert len(runs()) == 1


def stored(dag_bag: Any, dag_id: str) -> None:
    """Put a DAG where Airflow looks for one that is to be started."""
    from airflow.dag_processing.dagbag import sync_bag_to_db

    assert dag_id in dag_bag.dags
    sync_bag_to_db(dag_bag, "dags-folder", None)


def test_deletions_that_were_read_are_asked_about_and_taken(live: World, run_dag: RunDag) -> None:
    for n in range(8):
        live.customer(f"Company {n}")
    live.settle()
    live.limit("crm", deletes=2)
    live.crm("DELETE FROM account WHERE account_name < 'Company 5'")
    live.batch()
    review = live.one("hub", "SELECT review_id FROM ops.review WHERE kind = 'mass_deletion'")
    with meanwhile(answers(("Approve", {}))):
        assert run_dag("approve_change_set", review=review) == GREEN
    assert "5 deletions" in questions()[-1][0]
    live.batch()
    assert live.one("hub", "SELECT count(*) FROM image.party_crm WHERE deleted_at IS NULL") == 3
