"""Histories in which a law was once broken, as short as they could be made."""

from __future__ import annotations

import pytest

from concord.errors import TooEarly
from concord.pipeline import begin, extract, finish, load, unify, validate
from tests.faults.checker import check, shown
from tests.faults.people import watch
from tests.support.world import World


def test_what_a_system_fills_in_by_itself_reaches_the_other_one(world: World) -> None:
    """The ERP gives a new customer payment terms, and decides them; the CRM has to hear of it."""
    world.account("Alpha Trading Ltd", payment_term=None)
    world.settle()
    assert world.one("erp", "SELECT terms_code FROM customers") == "N30"
    assert world.one("crm", "SELECT payment_term FROM account") == "Net 30"
    assert world.batch("nightly")["planned"] == 0


def test_a_value_that_gives_way_to_a_newly_linked_record_is_shown(world: World) -> None:
    """The CRM decides e-mail addresses, and a later account there has another one."""
    watch(world.config, world.urls)
    web = {"erp": "https://old.example", "crm": "https://new.example"}
    code = world.customer(vat_no="GB1", email="typed@erp.example", website=web["erp"])
    world.settle()
    world.crm("DELETE FROM account")
    world.settle()
    world.account(tax_number="GB1", email_address="typed@crm.example", web=web["crm"])
    world.settle()
    assert world.erp("SELECT email, website FROM customers") == [
        ("typed@crm.example", "https://new.example")
    ]
    conflicts = world.ops("SELECT kind, loser, winner FROM ops.conflict WHERE unit = 'email'")
    assert [(kind, loser["value"], winner["value"]) for kind, loser, winner in conflicts] == [
        ("first_link", {"email": "typed@erp.example"}, {"email": "typed@crm.example"})
    ]
    assert conflicts[0][1]["source_id"] in {code, *_accounts_ever(world)}
    assert check(world.config, world.urls, shown(world.hub.url)).words() == ""


def _accounts_ever(world: World) -> set[str]:
    rows = world.crm("SELECT DISTINCT key FROM people.log WHERE table_name = 'account'")
    return {key for (key,) in rows}


def test_a_step_before_those_that_it_builds_on_does_nothing(world: World) -> None:
    """Unify found nothing read, counted itself as done, and the batch lost what it read later."""
    world.customer("Alpha Trading Ltd")
    batch = begin(world.engine, lane="fast", run_id="early")
    for step in (validate, unify, finish):
        with pytest.raises(TooEarly):
            step(world.engine, batch)
    with pytest.raises(TooEarly):
        load(world.engine, batch, "crm")
    for system in ("erp", "crm"):
        extract(world.engine, batch, system)
    with pytest.raises(TooEarly):
        unify(world.engine, batch)
    validate(world.engine, batch)
    unify(world.engine, batch)
    load(world.engine, batch, "crm")
    with pytest.raises(TooEarly):
        finish(world.engine, batch)
    load(world.engine, batch, "erp")
    assert finish(world.engine, batch)["confirmed"] == 1
    assert world.one("crm", "SELECT count(*) FROM account") == 1
