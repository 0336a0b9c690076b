"""Deletions where timing, references or an interruption make them hard; the plain ones are rows of
docs/outcomes.md and tested from that page (tests/faults/test_outcomes.py).
"""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from concord.pipeline import decisions
from tests.support.configured import changed, mapped
from tests.support.halfway import interrupted, run_load, until_load
from tests.support.world import World

TAX = "GB123456789"


def _deleting(world: World, **settings: str) -> World:
    """Go on with these `on_delete` settings: `party_erp="propagate"`."""
    for name, setting in settings.items():
        entity, system = name.split("_")
        world.config = mapped(world.config, entity, system, on_delete=setting)
    world.engine = world.fresh_engine()
    return world


def _agreed(world: World) -> str:
    """One customer known to both sides; returns its code in the ERP."""
    code = world.customer(vat_no=TAX, phone="+442079460000")
    world.settle()
    return code


def _questions(world: World) -> list[tuple[Any, ...]]:
    return world.ops("SELECT kind, detail ->> 'deleted_in' FROM ops.review WHERE state = 'open'")


def test_a_change_typed_while_the_deletion_is_on_its_way_is_kept_and_asked_about(
    world: World,
) -> None:
    code = _agreed(_deleting(world, party_erp="propagate"))
    world.erp("DELETE FROM customers WHERE customer_code = %s", code)
    batch_id = until_load(world, "late")
    world.crm("UPDATE account SET phone_number = '+442079462222'")
    run_load(world, batch_id)
    world.settle()
    assert world.crm("SELECT phone_number FROM account") == [("+442079462222",)]
    assert _questions(world) == [("conflict", "erp")]
    assert world.batch("nightly")["planned"] == 0
    world.crm("DELETE FROM account")
    world.settle()
    assert _questions(world) == []


def test_a_deletion_that_capture_cannot_see_is_found_by_the_nightly_comparison(
    world: World,
) -> None:
    systems = tuple(changed(s, capture="timestamp") for s in world.config.systems)
    world.config = changed(world.config, systems=systems)
    _agreed(_deleting(world, party_erp="propagate"))
    world.erp("DELETE FROM customers")
    world.batch()
    assert world.crm("SELECT count(*) FROM account") == [(1,)]
    world.batch("nightly")
    assert world.crm("SELECT count(*) FROM account") == [(0,)]


def test_a_change_that_the_deleting_system_never_got_is_kept_and_asked_about(world: World) -> None:
    code = _agreed(_deleting(world, party_erp="propagate"))
    world.crm("UPDATE account SET phone_number = '+442079462222'")
    batch_id = until_load(world, "unread")
    world.erp("DELETE FROM customers WHERE customer_code = %s", code)
    run_load(world, batch_id)
    world.settle()
    assert world.crm("SELECT phone_number FROM account") == [("+442079462222",)]
    assert _questions(world) == [("conflict", "erp")]


def test_a_change_that_waits_in_quarantine_is_not_deleted(checked_world: World) -> None:
    world = _deleting(checked_world, party_erp="propagate")
    code = _agreed(world)
    world.crm("UPDATE account SET country = 'Atlantis'")
    world.batch()
    world.erp("DELETE FROM customers WHERE customer_code = %s", code)
    world.settle()
    assert world.crm("SELECT country FROM account") == [("Atlantis",)]
    assert _questions(world) == [("conflict", "erp")]


def test_a_deletion_outlives_a_batch_that_never_came_to_planning(world: World) -> None:
    code = _agreed(_deleting(world, party_erp="propagate"))
    world.erp("DELETE FROM customers WHERE customer_code = %s", code)
    world.batch(dry_run=True)
    assert world.crm("SELECT count(*) FROM account") == [(1,)]
    world.batch()
    assert world.crm("SELECT count(*) FROM account") == [(0,)]


def test_deletions_over_the_limit_wait_for_a_person(world: World) -> None:
    _deleting(world, party_erp="propagate")
    for n in range(3):
        world.customer(f"Company {n}", vat_no=f"GB10000000{n}")
    world.settle()
    world.limit("crm", deletes=2)
    world.erp("DELETE FROM customers")
    assert world.batch()["held_writes"] == 3
    assert world.batch()["planned"] == 0
    assert world.crm("SELECT count(*) FROM account") == [(3,)]
    number = world.one("hub", "SELECT change_set_id FROM ops.change_set WHERE state = 'held'")
    world.crm("UPDATE account SET phone_number = '+442079462222' WHERE account_name = 'Company 1'")
    with world.hub.connect() as conn:
        decisions.decide(conn, number, approve=True, actor="ann", comment=None)
    world.settle()
    assert world.crm("SELECT account_name FROM account") == [("Company 1",)]


def test_people_of_a_deleted_account_are_deleted_before_their_customer(world: World) -> None:
    settings = dict.fromkeys(("party_crm", "contact_crm", "address_crm"), "propagate")
    code = _agreed(_deleting(world, **settings))
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name) VALUES (%s, 'Ann Smith')", code
    )
    world.settle()
    world.crm("DELETE FROM account")  # the CRM deletes its people with it
    counts = world.batch()
    assert counts["confirmed"] == counts["planned"] == 2
    assert world.erp("SELECT count(*) FROM customer_contacts") == [(0,)]
    assert world.erp("SELECT count(*) FROM customers") == [(0,)]
    assert world.ops("SELECT count(*) FROM ops.quarantine") == [(0,)]


def test_a_customer_is_not_deleted_from_under_a_person_that_stays(world: World) -> None:
    code = _agreed(_deleting(world, party_erp="propagate"))
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name) VALUES (%s, 'Ann Smith')", code
    )
    world.settle()
    world.erp("DELETE FROM customer_contacts")  # uncoupled: Ann stays in the CRM
    world.erp("DELETE FROM customers")
    world.settle()
    assert world.crm("SELECT display_name FROM person") == [("Ann Smith",)]
    assert world.crm("SELECT count(*) FROM account") == [(1,)]
    assert _questions(world) == [("conflict", "erp")]
    assert world.ops("SELECT count(*) FROM ops.intent WHERE state = 'waiting'") == [(0,)]
    world.crm("DELETE FROM person")
    world.batch("nightly")
    assert world.crm("SELECT count(*) FROM account") == [(0,)]


def test_a_person_changed_meanwhile_keeps_the_account_that_was_to_be_deleted(world: World) -> None:
    settings = dict.fromkeys(("party_erp", "contact_erp"), "propagate")
    code = _agreed(_deleting(world, **settings))
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name) VALUES (%s, 'Ann Smith')", code
    )
    world.settle()
    world.erp("DELETE FROM customer_contacts")
    world.erp("DELETE FROM customers")
    batch_id = until_load(world, "meanwhile")
    world.crm("UPDATE person SET title = 'Director'")
    run_load(world, batch_id)
    world.settle()
    assert world.crm("SELECT title FROM person") == [("Director",)]
    assert world.crm("SELECT count(*) FROM account") == [(1,)]


def test_one_of_two_records_of_a_thing_is_deleted_and_nothing_else(world: World) -> None:
    code = _agreed(_deleting(world, party_erp="propagate"))
    second = world.customer(vat_no=TAX, phone="+442079460000")
    world.settle()
    world.erp("DELETE FROM customers WHERE customer_code = %s", second)
    world.settle()
    assert world.crm("SELECT count(*) FROM account") == [(1,)]
    assert world.erp("SELECT customer_code FROM customers") == [(code,)]


def test_a_record_made_for_one_that_is_gone_by_then_stays_and_is_known(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = world.customer(vat_no=TAX)
    batch_id = until_load(world, "slow")
    interrupted(world, batch_id, "crm")
    world.erp("DELETE FROM customers WHERE customer_code = %s", code)
    with monkeypatch.context() as patch:  # as while the first load is still at work
        patch.setattr(importlib.import_module("concord.pipeline.extract"), "settle", lambda *_: 0)
        second = until_load(world, "meanwhile")
    run_load(world, second)
    world.settle()
    assert world.crm("SELECT count(*) FROM account") == [(1,)]
    assert world.ops("SELECT count(*) FROM golden.party WHERE deleted_at IS NULL") == [(1,)]
    assert world.batch("nightly")["planned"] == 0


def test_a_reference_to_what_a_system_no_longer_has_does_not_hold_other_values_back(
    world: World,
) -> None:
    first = world.customer("Alpha", vat_no=TAX)
    second = world.customer("Beta", vat_no="GB222222222")
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name, tel)"
        " VALUES (%s, 'Ann Smith', '+442079460000')", first,
    )  # fmt: skip
    world.settle()
    beta = world.one("crm", "SELECT id FROM account WHERE account_name = 'Beta'")
    world.crm("UPDATE person SET account_id = %s", beta)
    world.crm("DELETE FROM account WHERE account_name = 'Alpha'")
    world.settle()
    world.erp("UPDATE customer_contacts SET tel = '+442079463333'")
    world.settle()
    assert world.crm("SELECT work_phone FROM person") == [("+442079463333",)]
    assert world.erp("SELECT customer_code FROM customers ORDER BY 1") == [(first,), (second,)]


def test_a_person_of_an_archived_customer_still_belongs_to_it(world: World) -> None:
    _deleting(world, party_erp="ignore")
    world.erp("ALTER TABLE customer_contacts DROP CONSTRAINT customer_contacts_customer_code_fkey")
    code = _agreed(world)
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name) VALUES (%s, 'Ann Smith')", code
    )
    world.settle()
    world.erp("DELETE FROM customers")
    world.settle()
    world.erp("UPDATE customer_contacts SET tel = '+442079463333'")
    world.settle()
    assert world.crm("SELECT work_phone FROM person") == [("+442079463333",)]
    assert world.ops("SELECT count(*) FROM ops.parked") == [(0,)]


def test_an_archived_record_that_returns_does_not_bring_back_what_others_changed_since(
    world: World,
) -> None:
    _deleting(world, party_erp="ignore")
    code = world.customer(phone="+442079460000")  # with nothing else to know it by
    world.settle()
    ((kept,),) = world.erp("DELETE FROM customers AS c RETURNING to_jsonb(c)::text")
    world.settle()
    world.crm("UPDATE account SET phone_number = '+442079462222'")
    world.settle()
    world.erp(
        "INSERT INTO customers SELECT * FROM jsonb_populate_record(NULL::customers, %s::jsonb)",
        kept,
    )
    world.settle()
    assert world.erp("SELECT customer_code, phone FROM customers") == [(code, "+442079462222")]
    assert world.crm("SELECT phone_number FROM account") == [("+442079462222",)]
