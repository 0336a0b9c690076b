"""The DAG `initial_load`: profile, question, load; in a real Airflow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.dags.test_approval import answers, live, meanwhile, questions
from tests.support.held import accounts
from tests.support.world import World

__all__ = ["live"]

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.filterwarnings("ignore:Using .httpx. with .starlette.testclient. is deprecated"),
]

RunDag = Callable[..., dict[str, str]]
TASKS = ("extract_erp", "extract_crm", "profile", "ask", "load")
ENTITIES = ["party", "contact", "address"]


def test_what_is_approved_is_written_on_both_sides(live: World, run_dag: RunDag) -> None:
    live.customer("Alpha Ltd", vat_no="GB123456789")
    live.account("Alpha Limited", tax_number="GB 123 4567 89")
    live.account("Beta GmbH")
    with meanwhile(answers(("Approve", {}), form={"comment": ""})):
        states = run_dag("initial_load", entities=ENTITIES)
    assert states == dict.fromkeys(("", *TASKS), "success")
    _, body = questions()[-1]
    assert "**3 records** of 3 entities" in body
    assert "1 to create" in body
    assert live.erp("SELECT name FROM customers ORDER BY 1") == [("Alpha Ltd",), ("Beta GmbH",)]
    assert live.ops("SELECT state, decided_by FROM ops.initial_load") == [("done", "airflow:Ann")]


def test_what_is_rejected_writes_nothing(live: World, run_dag: RunDag) -> None:
    live.customer("Alpha Ltd")
    with meanwhile(answers(("Reject", {}), form={"comment": ""})):
        states = run_dag("initial_load", entities=ENTITIES)
    assert states["load"] == "skipped"
    assert accounts(live) == []
    assert live.ops("SELECT state FROM ops.initial_load") == [("rejected",)]
