"""Decisions on a part of what is held."""

from __future__ import annotations

from decimal import Decimal
from threading import Thread

import pytest

from concord.errors import ConcordError
from concord.pipeline.decisions import AlreadyDecided, Part
from tests.support.held import accounts, decide, held, state, three_on_credit
from tests.support.world import World


def test_what_is_below_an_amount_is_written_and_the_rest_is_asked_about_again(world: World) -> None:
    number = three_on_credit(world)
    done = decide(world, number, part=Part(below=Decimal(300)))
    assert (done.whole.writes, done.whole.money) == (2, Decimal(300))
    assert done.left is not None
    assert (done.rest, done.left.writes, done.left.money) == (held(world), 1, Decimal(300))
    world.settle()
    assert accounts(world) == ["Company 1", "Company 2"]
    assert world.ops(
        "SELECT subject FROM ops.review WHERE kind = 'change_set' AND state = 'open'"
    ) == [(str(done.rest),)]
    assert done.rest is not None
    decide(world, done.rest)
    world.settle()
    assert len(accounts(world)) == 3


def test_the_rest_can_be_rejected_and_is_not_planned_again(world: World) -> None:
    number = three_on_credit(world)
    done = decide(world, number, part=Part(below=Decimal(300)), rest="rejected")
    assert done.rest is not None
    assert (state(world, number), state(world, done.rest)) == ("approved", "rejected")
    world.settle()
    assert world.batch("nightly")["planned"] == 0
    assert accounts(world) == ["Company 1", "Company 2"]


def test_single_writes_can_be_rejected_while_the_others_stay_held(world: World) -> None:
    number = three_on_credit(world)
    ((bad,),) = world.ops("SELECT intent_id FROM ops.intent WHERE new ->> 'legal_name' LIKE '%%2'")
    done = decide(world, number, approve=False, part=Part(intents=(bad,)))
    assert state(world, number) == "rejected"
    decide(world, held(world))
    world.settle()
    assert done.rest is not None
    assert accounts(world) == ["Company 1", "Company 3"]


def test_writes_of_one_kind_can_be_approved_alone(world: World) -> None:
    world.customer("Alpha Ltd")
    world.settle()
    world.limit("crm", count=0, share=0)
    world.erp("UPDATE customers SET phone = '+442079460001'")
    world.customer("Beta Ltd")
    world.batch()
    done = decide(world, held(world), part=Part(actions=("update",)))
    assert (done.whole.updates, done.whole.creates) == (1, 0)
    world.settle()
    assert world.crm("SELECT account_name, phone_number FROM account") == [
        ("Alpha Ltd", "+442079460001")
    ]


def test_a_part_that_means_nothing_decides_nothing(world: World) -> None:
    number = three_on_credit(world)
    with pytest.raises(ConcordError, match="none of the 3 writes"):
        decide(world, number, part=Part(below=Decimal(1)))
    assert held(world) == number
    assert world.ops("SELECT * FROM ops.audit") == []


def test_a_part_that_means_everything_leaves_no_rest(world: World) -> None:
    number = three_on_credit(world)
    assert decide(world, number, part=Part(below=Decimal(301))).rest is None
    assert state(world, number) == "approved"


def test_a_write_whose_money_is_not_known_is_below_no_amount(world: World) -> None:
    number = three_on_credit(world)
    world.ops("UPDATE ops.intent SET money = NULL WHERE money = 100")
    assert decide(world, number, part=Part(below=Decimal(10**9))).whole.writes == 2


def test_what_was_planned_after_the_question_is_not_part_of_the_answer(world: World) -> None:
    number = three_on_credit(world)
    ((asked,),) = world.ops("SELECT max(intent_id) FROM ops.intent")
    world.erp("UPDATE customers SET credit_limit = 9000 WHERE name = 'Company 1'")
    world.batch()
    done = decide(world, number, part=Part(up_to=asked))
    assert (done.whole.writes, done.rest) == (2, held(world))
    world.settle()
    assert accounts(world) == ["Company 2", "Company 3"]


def test_a_second_answer_is_told_who_was_first(world: World) -> None:
    number = three_on_credit(world)
    decide(world, number, approve=False, actor="bob")
    with pytest.raises(AlreadyDecided, match=r"it is rejected by bob at .* UTC, not held"):
        decide(world, number)
    assert state(world, number) == "rejected"


def test_of_two_answers_at_once_one_counts(world: World) -> None:
    number = three_on_credit(world)
    said: list[str] = []

    def answer(approve: bool) -> None:
        try:
            decide(world, number, approve=approve)
            said.append("counted")
        except AlreadyDecided:
            said.append("too late")

    threads = [Thread(target=answer, args=(approve,)) for approve in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["counted", "too late"]
    assert len(world.ops("SELECT * FROM ops.audit")) == 1


def test_the_decision_keeps_what_it_was_said_about(world: World) -> None:
    number = three_on_credit(world)
    done = decide(world, number, part=Part(below=Decimal(300)), comment="small ones")
    assert world.ops(
        "SELECT decided_by, comment, part FROM ops.change_set WHERE change_set_id = %s", number
    ) == [("ann", "small ones", {"below": "300"})]
    assert world.ops("SELECT detail FROM ops.audit") == [
        ({"comment": "small ones", "writes": 2, "part": {"below": "300"}, "rest": done.rest},)
    ]
