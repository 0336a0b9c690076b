"""Held deletions and changed columns: asked about once, with what they are about, and decided."""

from __future__ import annotations

from typing import Any

import pytest

from concord.errors import ConcordError
from concord.orchestration import questions, steps
from concord.orchestration.questions import APPROVE, PART, REJECT, Unusable
from concord.orchestration.review_questions import AboutReview
from concord.pipeline import decisions
from concord.pipeline.decisions import AlreadyDecided
from concord.stewardship import deciding
from tests.support.world import World

URL = "https://airflow.example"
GONE = 25  # of thirty customers: more than the limit


@pytest.fixture
def emptied(world: World) -> World:
    """Thirty customers on both sides, most of them deleted in the CRM at once, and held."""
    for n in range(30):
        world.customer(f"Company {n}")
    world.limit("crm", first_load=10**6)
    world.settle()
    drop_accounts(world, GONE)
    world.batch()
    return world


@pytest.fixture
def retyped(world: World) -> World:
    """A customer whose phone column in the CRM became a number."""
    world.customer("Alpha Ltd", phone="+44 20 7946 0000")
    world.settle()
    world.crm("ALTER TABLE account ALTER COLUMN phone_number TYPE bigint USING NULL")
    world.batch()
    return world


def drop_accounts(world: World, n: int) -> None:
    world.crm(f"DELETE FROM account WHERE id IN (SELECT id FROM account ORDER BY id LIMIT {n})")


def asked(world: World) -> AboutReview:
    """The one question that is open, as Airflow asks it: by its number."""
    [(kind, number)] = questions.held(world.hub, 500)
    made = questions.about_held({"change_set": 0, kind: number}, "any")
    assert isinstance(made, AboutReview)
    return made


def answered(world: World, option: str, **form: Any) -> dict[str, int]:
    question = asked(world)
    question.ask(world.hub, world.config, URL)
    return question.answer(world.hub, option, form, "airflow:Ann")


def customers(world: World) -> int:
    return int(world.one("erp", "SELECT count(*) FROM customers"))


def accounts(world: World) -> int:
    return int(world.one("hub", "SELECT count(*) FROM image.party_crm WHERE deleted_at IS NULL"))


def test_held_deletions_are_a_question_with_their_number_and_no_value(emptied: World) -> None:
    said = asked(emptied).ask(emptied.hub, emptied.config, URL)
    assert said is not None
    assert f"crm.party, {GONE} deletions" in said.subject
    assert f"**{GONE} deletions** were read in crm, entity party" in said.body
    assert "Company" not in said.body


def test_approved_deletions_are_taken_by_the_next_batch(emptied: World) -> None:
    question = asked(emptied)
    assert answered(emptied, APPROVE, comment="a cleaning") == {
        "review": question.number,
        "approved": 1,
    }
    assert question.over(emptied.hub) == f"Review {question.number} is approved by airflow:Ann."
    emptied.batch()
    assert accounts(emptied) == 30 - GONE
    assert emptied.ops(
        "SELECT actor, action, subject, detail ->> 'comment' FROM ops.audit"
        " WHERE action LIKE 'deletions.%%'"
    ) == [("airflow:Ann", "deletions.approved", "crm.party", "a cleaning")]


def test_refused_deletions_close_the_question_and_stay_held(emptied: World) -> None:
    question = asked(emptied)
    assert answered(emptied, REJECT, comment="a script")["rejected"] == 1
    assert question.over(emptied.hub) == f"Review {question.number} is rejected by airflow:Ann."
    for _ in range(2):
        assert emptied.batch()["held"] == GONE
    assert accounts(emptied) == 30
    assert customers(emptied) == 30
    assert questions.held(emptied.hub, 500) == []


def test_others_than_the_refused_deletions_are_asked_about_even_if_they_are_no_more(
    emptied: World,
) -> None:
    emptied.crm("CREATE TABLE aside AS SELECT * FROM account")
    drop_accounts(emptied, 2)
    emptied.batch()
    answered(emptied, REJECT)
    emptied.batch()
    assert questions.held(emptied.hub, 500) == []
    emptied.crm("INSERT INTO account SELECT * FROM aside ORDER BY id LIMIT 2")
    emptied.batch()
    assert questions.held(emptied.hub, 500) == []  # fewer, and none is new
    drop_accounts(emptied, 1)  # one of those that were back
    emptied.batch()
    again = asked(emptied).ask(emptied.hub, emptied.config, URL)
    assert again is not None
    assert f"{GONE + 1} deletions" in again.subject


def test_refused_deletions_can_be_taken_after_all(emptied: World) -> None:
    answered(emptied, REJECT)
    emptied.batch()
    with emptied.hub.connect() as conn:
        decisions.decide_deletions(
            conn, "crm", "party", approve=True, actor="bob", comment="they are"
        )
    emptied.batch()
    assert accounts(emptied) == 30 - GONE
    with (
        emptied.hub.connect() as conn,
        pytest.raises(AlreadyDecided, match="no deletions are held"),
    ):
        decisions.decide_deletions(conn, "crm", "party", approve=True, actor="bob", comment=None)
    assert emptied.ops("SELECT count(*) FROM ops.held_deletion") == [(0,)]


def test_refusing_on_the_desk_and_at_the_command_line_is_one_thing(emptied: World) -> None:
    """Whoever asks finds the same state, and the second one is told."""
    with emptied.hub.connect() as conn:
        decisions.decide_deletions(conn, "crm", "party", approve=False, actor="bob", comment=None)
    row = "SELECT state, closed_by, closed_at IS NOT NULL FROM ops.review"
    by_command = emptied.ops(row)
    with emptied.hub.connect() as conn:
        number = conn.execute("SELECT review_id FROM ops.review").fetchone()
        assert number
        with pytest.raises(AlreadyDecided, match="was decided by bob"):
            deciding.decide(conn, emptied.config, number[0], "refuse", version=None, actor="ann")
        conn.rollback()
        conn.execute("UPDATE ops.review SET state = 'open', closed_by = NULL, closed_at = NULL")
        deciding.decide(conn, emptied.config, number[0], "refuse", version=None, actor="bob")
    assert emptied.ops(row) == by_command == [("rejected", "bob", True)]


def test_deletions_that_came_after_the_question_are_asked_about_again(emptied: World) -> None:
    first = asked(emptied)
    first.ask(emptied.hub, emptied.config, URL)
    drop_accounts(emptied, 3)
    emptied.batch()
    first.answer(emptied.hub, APPROVE, {}, "airflow:Ann")
    emptied.batch()
    assert accounts(emptied) == 30
    again = asked(emptied)
    assert again.number != first.number
    said = again.ask(emptied.hub, emptied.config, URL)
    assert said is not None
    assert f"{GONE + 3} deletions" in said.subject
    states = "SELECT state FROM ops.review WHERE kind = 'mass_deletion' ORDER BY review_id"
    assert emptied.ops(states) == [("done",), ("open",)]


def test_a_word_on_deletions_that_were_taken_back_lets_no_later_ones_pass(world: World) -> None:
    for n in range(8):
        world.customer(f"Company {n}")
    world.settle()
    world.limit("crm", deletes=2)
    world.crm("CREATE TABLE aside AS SELECT * FROM account WHERE account_name < 'Company 5'")
    world.crm("DELETE FROM account WHERE account_name < 'Company 5'")
    world.batch()
    answered(world, APPROVE)
    world.crm("INSERT INTO account SELECT * FROM aside")
    world.batch()
    assert accounts(world) == 8
    world.crm("DELETE FROM account WHERE account_name < 'Company 5'")
    world.batch()
    assert accounts(world) == 8
    assert asked(world).over(world.hub) is None


def test_a_changed_column_is_a_question_that_says_what_changed(retyped: World) -> None:
    said = asked(retyped).ask(retyped.hub, retyped.config, URL)
    assert said is not None
    assert said.subject.endswith("crm.party, columns changed")
    assert "column account.phone_number was text and is now bigint" in said.body


def test_an_approved_column_is_used_again_by_the_next_batch(retyped: World) -> None:
    answered(retyped, APPROVE)
    retyped.crm("UPDATE account SET phone_number = 442079460001")
    retyped.batch()
    assert questions.held(retyped.hub, 500) == []
    assert retyped.one("hub", "SELECT phone FROM image.party_crm") is not None
    assert retyped.ops("SELECT state, closed_by FROM ops.review WHERE kind = 'schema'") == [
        ("approved", "airflow:Ann")
    ]


def test_a_refused_column_stays_stopped_until_it_is_as_it_was(retyped: World) -> None:
    before = questions.held(retyped.hub, 500)
    answered(retyped, REJECT, comment="no")
    retyped.batch()
    assert questions.held(retyped.hub, 500) == before
    retyped.crm("ALTER TABLE account ALTER COLUMN phone_number TYPE text")
    retyped.batch()
    assert questions.held(retyped.hub, 500) == []


def test_a_part_of_it_cannot_be_approved(emptied: World) -> None:
    with pytest.raises(Unusable, match="as a whole"):
        answered(emptied, PART, below=5)
    assert asked(emptied).over(emptied.hub) is None


def test_a_question_whose_records_came_back_is_over(emptied: World) -> None:
    question = asked(emptied)
    emptied.ops("UPDATE ops.review SET state = 'done', closed_by = 'concord'")
    assert question.ask(emptied.hub, emptied.config, URL) is None
    assert question.over(emptied.hub) == f"Review {question.number} is done by concord."
    with pytest.raises(AlreadyDecided):
        question.answer(emptied.hub, APPROVE, {}, "airflow:Ann")


def test_a_review_of_another_kind_is_no_question_of_airflow(world: World) -> None:
    world.ops("INSERT INTO ops.review (kind, subject) VALUES ('match', 'x')")
    number = world.one("hub", "SELECT review_id FROM ops.review")
    assert questions.held(world.hub, 500) == []
    with pytest.raises(ConcordError, match="no review"):
        AboutReview(number).over(world.hub)


def test_only_the_batch_that_opened_a_review_says_so(emptied: World) -> None:
    newest = "SELECT max(batch_id) FROM ops.batch"
    assert steps.asks(emptied.engine, emptied.one("hub", newest))
    emptied.batch()
    assert not steps.asks(emptied.engine, emptied.one("hub", newest))
