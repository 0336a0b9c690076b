"""The guard: what has to wait for a person, and what never waits for it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from concord.hub.audit import verify
from concord.pipeline.finish import prune
from tests.support.configured import changed
from tests.support.held import accounts, decide, held, on_credit, state
from tests.support.world import World


def _why(world: World) -> dict[str, object]:
    why: dict[str, object] = world.one("hub", "SELECT why FROM ops.change_set WHERE state = 'held'")
    return why


def test_more_money_than_the_limit_waits_for_a_person(world: World) -> None:
    on_credit(world)
    world.limit("crm", money=Decimal(1000))
    world.customer("Alpha Ltd", credit_limit=600, currency="CNY")
    world.customer("Beta Ltd", credit_limit=400.01, currency="CNY")
    assert world.batch()["held_writes"] == 2
    assert _why(world) == {
        "limit": "money", "n": "1000.01", "most": "1000", "currency": "CNY",
    }  # fmt: skip
    assert accounts(world) == []
    decide(world, held(world))
    world.settle()
    assert accounts(world) == ["Alpha Ltd", "Beta Ltd"]


def test_of_a_change_the_difference_is_at_stake_whichever_way_it_goes(world: World) -> None:
    on_credit(world)
    codes = [world.customer(f"Company {n}", credit_limit=100_000, currency="CNY") for n in (1, 2)]
    world.settle()
    world.limit("crm", money=Decimal(1000))
    world.erp("UPDATE customers SET credit_limit = 100999 WHERE customer_code = %s", codes[0])
    counts = world.batch()
    assert (counts["confirmed"], counts["held_writes"]) == (1, 0)
    world.erp("UPDATE customers SET credit_limit = credit_limit - 501")
    assert world.batch()["held_writes"] == 2
    assert world.ops("SELECT money, updates FROM ops.change_set WHERE state = 'held'") == [
        (Decimal(1002), 2)
    ]


def test_a_change_of_another_field_puts_no_money_at_stake(world: World) -> None:
    on_credit(world)
    world.customer("Alpha Ltd", credit_limit=100_000, currency="CNY")
    world.settle()
    world.limit("crm", money=Decimal(1))
    world.erp("UPDATE customers SET phone = '+442079460000'")
    assert world.batch()["confirmed"] == 1


def test_money_is_counted_in_the_companys_currency_at_todays_rate(company: World) -> None:
    on_credit(company)
    company.limit("crm", money=Decimal(1000))
    company.erp(
        "INSERT INTO exchange_rates (currency, valid_from, rate) VALUES"
        " ('USD', current_date - 2, 1), ('USD', current_date - 1, 7), ('USD', current_date + 9, 90)"
    )
    company.batch("standard")
    company.customer("Alpha Ltd", credit_limit=100, currency="USD")
    company.batch()
    assert company.ops(
        "SELECT money, state FROM ops.change_set WHERE system = 'crm' AND entity = 'party'"
    ) == [(Decimal(700), "passed")]
    company.customer("Beta Ltd", credit_limit=143, currency="USD")
    company.batch()
    assert _why(company) == {
        "limit": "money", "n": "1001.00", "most": "1000", "currency": "CNY",
    }  # fmt: skip


def test_money_without_a_rate_is_not_taken_for_none(company: World) -> None:
    on_credit(company)
    company.limit("crm", money=Decimal(10**9))
    company.customer("Alpha Ltd", credit_limit=1, currency="USD")
    company.batch()
    assert _why(company) == {"limit": "unpriced", "n": 1}


def test_lines_count_where_a_system_is_not_given_the_total(company: World) -> None:
    """The ERP works out its own totals, so an order's lines say what it is worth."""
    from concord.pipeline import stake

    order = company.config.entity["sales_order"]
    into_erp = stake.counted(company.config, order, order.by_system["erp"])
    into_crm = stake.counted(company.config, order, order.by_system["crm"])
    with company.hub.connect() as conn:
        for counted, old, new, money in (
            (
                into_erp,
                {},
                {"lines": '[{"quantity": 3, "price": 10}, {"quantity": "2", "price": "0.5"}]'},
                31,
            ),
            (into_crm, {}, {"total": "12.50", "lines": "[]"}, Decimal("12.50")),
            (into_crm, {"total": "20"}, {"total": "12.50"}, Decimal("7.50")),
            (into_erp, {"note": "a"}, {"note": "b"}, 0),
        ):
            from psycopg import sql
            from psycopg.types.json import Jsonb

            query = sql.SQL(
                "SELECT {money} FROM (SELECT gen_random_uuid() AS golden_id, %s AS action,"
                " %s::jsonb AS old, %s::jsonb AS new) AS d {joins}"
            ).format(money=counted.money, joins=counted.joins)
            action = "update" if old else "create"
            assert conn.execute(query, (action, Jsonb(old), Jsonb(new))).fetchone() == (money,)


def test_an_entity_may_have_limits_of_its_own(world: World) -> None:
    crm = world.config.system["crm"]
    own = changed(crm, entity_limits={"party": changed(crm.limits, deletes=0, count=1, share=0)})
    config = changed(world.config, systems=(world.config.system["erp"], own))
    world.engine = world.fresh_engine(config)
    code = world.customer()
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name)"
        " SELECT %s, 'Ann ' || n FROM generate_series(1, 3) AS n", code,
    )  # fmt: skip
    world.settle()
    assert world.one("crm", "SELECT count(*) FROM person") == 3
    for n in (1, 2):
        world.customer(f"Company {n}")
    assert world.batch()["held_writes"] == 2


def test_the_first_load_of_an_entity_always_asks(world: World) -> None:
    world.limit("crm", first_load=0)
    world.customer("Alpha Ltd")
    assert world.batch()["held_writes"] == 1
    assert _why(world)["limit"] == "first_load"
    decide(world, held(world))
    world.settle()
    world.customer("Beta Ltd")
    assert world.batch()["confirmed"] == 1
    assert accounts(world) == ["Alpha Ltd", "Beta Ltd"]


def test_what_was_let_through_once_is_no_first_load_when_its_books_are_pruned(world: World) -> None:
    world.customer("Alpha Ltd")
    world.settle()
    world.ops("UPDATE ops.batch SET started_at = started_at - interval '40 days'")
    prune(world.engine, 30)
    assert world.ops("SELECT * FROM ops.change_set") == []
    world.limit("crm", first_load=0)
    world.customer("Beta Ltd")
    assert world.batch()["confirmed"] == 1


def test_what_is_held_keeps_nothing_else_waiting(world: World) -> None:
    world.limit("crm", count=2, share=0)
    for n in range(3):
        world.customer(f"Company {n}")
    assert world.batch()["held_writes"] == 3
    world.customer("Late Ltd")
    assert world.batch()["confirmed"] == 1
    assert world.batch("nightly")["planned"] == 0
    assert accounts(world) == ["Late Ltd"]
    decide(world, held(world))
    world.settle()
    assert len(accounts(world)) == 4


def test_a_held_record_that_changes_again_still_waits_for_the_same_answer(world: World) -> None:
    world.limit("crm", count=2, share=0)
    for n in range(3):
        world.customer(f"Company {n}")
    world.batch()
    number = held(world)
    world.erp("UPDATE customers SET phone = '+442079460001' WHERE name = 'Company 1'")
    counts = world.batch()
    assert (counts["planned"], counts["held_writes"], counts["waiting"]) == (1, 1, 1)
    assert held(world) == number
    assert world.ops("SELECT creates, updates FROM ops.change_set WHERE state = 'held'") == [(3, 0)]
    assert world.one("hub", "SELECT count(*) FROM ops.intent WHERE state = 'superseded'") == 1
    decide(world, number)
    world.settle()
    assert world.crm("SELECT phone_number FROM account WHERE account_name = 'Company 1'") == [
        ("+442079460001",)
    ]
    assert len(accounts(world)) == 3


def test_a_held_record_that_changes_does_not_slip_through_beside_others(world: World) -> None:
    world.limit("crm", count=2, share=0)
    for n in range(3):
        world.customer(f"Company {n}")
    world.batch()
    world.erp("UPDATE customers SET phone = '+442079460001' WHERE name = 'Company 1'")
    world.customer("Late Ltd")
    counts = world.batch()
    assert (counts["planned"], counts["held_writes"], counts["confirmed"]) == (2, 1, 1)
    assert accounts(world) == ["Late Ltd"]


def test_a_question_of_which_nothing_is_left_closes_itself(world: World) -> None:
    world.limit("crm", count=0, share=0)
    world.customer("Alpha Ltd")
    world.settle()
    decide(world, held(world))
    world.settle()
    world.erp("UPDATE customers SET phone = '+442079460001'")
    world.batch()
    number = held(world)
    world.erp("UPDATE customers SET phone = NULL")
    world.crm("UPDATE account SET phone_number = '+442079460001'")
    world.batch()
    assert state(world, number) == "superseded"
    assert world.ops("SELECT subject FROM ops.review WHERE state = 'open'") == []


def test_the_books_that_a_held_change_set_still_needs_are_not_pruned(world: World) -> None:
    world.limit("crm", count=0, share=0)
    world.customer("Alpha Ltd")
    world.batch()
    world.ops("UPDATE ops.batch SET started_at = started_at - interval '40 days'")
    world.erp("UPDATE customers SET phone = '+442079460001'")
    world.batch()
    prune(world.engine, 30)
    decide(world, held(world))
    world.batch()
    assert world.crm("SELECT phone_number FROM account") == [("+442079460001",)]


def test_a_dry_run_plans_what_refers_to_records_that_it_would_make(world: World) -> None:
    code = world.customer()
    world.erp("INSERT INTO customer_contacts (customer_code, full_name) VALUES (%s, 'Ann')", code)
    assert world.batch(dry_run=True)["planned"] == 2
    assert world.ops("SELECT DISTINCT state, error FROM ops.intent") == [("superseded", "dry run")]
    assert world.ops("SELECT entity, creates FROM ops.change_set ORDER BY 1") == [
        ("contact", 1), ("party", 1),
    ]  # fmt: skip
    assert accounts(world) == []
    assert world.batch()["confirmed"] == 2


@pytest.mark.parametrize("approve", [True, False])
def test_a_decision_is_in_the_audit_with_who_when_and_why(world: World, approve: bool) -> None:
    world.limit("crm", first_load=0)
    world.customer()
    world.batch()
    decide(world, held(world), approve=approve, comment="read the page")
    verb = "approved" if approve else "rejected"
    assert world.ops("SELECT actor, action, detail FROM ops.audit") == [
        ("ann", f"change_set.{verb}", {"comment": "read the page", "writes": 1})
    ]
    with world.hub.connect() as conn:
        assert verify(conn) is None
