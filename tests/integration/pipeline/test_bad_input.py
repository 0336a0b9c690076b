"""Bad input: what is wrong stops only itself, is kept with its cause, and can be put right."""

from __future__ import annotations

import dataclasses

import pytest

from concord.errors import SystemUnavailable
from concord.pipeline import decisions
from concord.stewardship import quarantine
from tests.support.world import World


@pytest.fixture
def world(checked_world: World) -> World:
    """Here the shipped suites are part of what is tested."""
    return checked_world


def _entry(world: World, source_id: str) -> quarantine.Entry:
    with world.hub.connect() as conn:
        (found,) = [e for e in quarantine.entries(conn) if e.source_id == source_id]
        return found


def test_broken_rows_are_quarantined_with_their_cause_and_the_rest_goes_on(world: World) -> None:
    bad = world.account("Broken Ltd", email_address="foo@@bar")
    worse = world.account("Nowhere Ltd", country="Atlantis")
    world.account("Good Ltd", email_address="info@good.example")
    counts = world.batch()
    assert (counts["quarantined"], counts["accepted"], counts["confirmed"]) == (2, 1, 1)
    assert world.erp("SELECT name FROM customers") == [("Good Ltd",)]
    assert _entry(world, bad).causes[0]["column"] == "email_address"
    assert _entry(world, worse).causes[0]["column"] == "country"


def test_a_fix_is_validated_taken_and_written_back_to_its_system(world: World) -> None:
    bad = world.account("Broken Ltd", email_address="foo@@bar")
    world.batch()
    with world.hub.connect() as conn:
        quarantine.fix(conn, _entry(world, bad).id, {"email_address": "foo@bar.example"}, actor="t")
    world.settle()
    assert world.erp("SELECT name, email FROM customers") == [("Broken Ltd", "foo@bar.example")]
    assert world.one("crm", "SELECT email_address FROM account") == "foo@bar.example"
    assert world.one("hub", "SELECT state FROM ops.quarantine") == "healed"


def test_a_fix_that_is_wrong_too_stays_in_quarantine(world: World) -> None:
    bad = world.account("Broken Ltd", email_address="foo@@bar")
    world.batch()
    with world.hub.connect() as conn:
        quarantine.fix(conn, _entry(world, bad).id, {"email_address": "still wrong"}, actor="t")
    world.batch()
    assert _entry(world, bad).state == "open"
    assert world.one("erp", "SELECT count(*) FROM customers") == 0


def test_a_record_put_right_in_its_system_heals_by_itself(world: World) -> None:
    bad = world.account("Broken Ltd", email_address="foo@@bar")
    world.batch()
    world.crm("UPDATE account SET email_address = 'foo@bar.example' WHERE id = %s", bad)
    world.batch()
    assert world.one("hub", "SELECT state FROM ops.quarantine") == "healed"
    assert world.one("erp", "SELECT email FROM customers") == "foo@bar.example"


def test_a_record_in_quarantine_is_not_written_to(world: World) -> None:
    code = world.customer("Alpha Trading Ltd", vat_no="GB123456789", phone="+442079460000")
    world.settle()
    world.crm("UPDATE account SET country = 'Atlantis'")
    world.erp("UPDATE customers SET phone = '+442079460001' WHERE customer_code = %s", code)
    world.batch()
    assert world.one("crm", "SELECT phone_number FROM account") == "+442079460000"
    world.crm("UPDATE account SET country = 'UK'")
    world.settle()
    assert world.one("crm", "SELECT phone_number FROM account") == "+442079460001"


def test_a_ten_megabyte_text_is_quarantined(world: World) -> None:
    world.account("Endless Ltd", web="https://" + "x" * 10_000_000)
    world.account("Good Ltd")
    assert world.batch()["quarantined"] == 1
    assert world.one("erp", "SELECT count(*) FROM customers") == 1


def test_a_write_that_the_target_refuses_is_kept_with_its_words(world: World) -> None:
    world.erp("ALTER TABLE customers ADD CONSTRAINT no_x CHECK (name NOT LIKE 'X%%')")
    world.account("X Refused Ltd", email_address="x@x.example")
    world.account("Good Ltd", email_address="info@good.example", payment_term="Net 30")
    counts = world.batch()
    assert (counts["confirmed"], counts["rejected"]) == (1, 1)
    state, message = world.ops("SELECT side, causes -> 0 ->> 'message' FROM ops.quarantine")[0]
    assert state == "write"
    assert "no_x" in message
    assert "Refused" not in message
    assert world.batch()["planned"] == 0


def test_a_refused_write_heals_when_nothing_is_left_to_write(world: World) -> None:
    world.erp("ALTER TABLE customers ADD CONSTRAINT no_x CHECK (phone NOT LIKE '%%1')")
    code = world.customer(phone="+442079460000", vat_no="GB123456789")
    world.settle()
    other = world.customer("Beta Ltd", phone="+442079460000", vat_no="GB123456788")
    world.settle()
    world.crm("UPDATE account SET phone_number = '+442079460001'")
    assert world.batch()["rejected"] == 2
    open_ = "SELECT source_id FROM ops.quarantine WHERE side = 'write' AND state = 'open'"
    assert sorted(world.ops(open_)) == [(code,), (other,)]
    world.crm("UPDATE account SET phone_number = '+442079460000' WHERE tax_number = 'GB123456789'")
    assert world.batch()["planned"] == 0
    assert world.ops(open_) == [(other,)]
    world.crm("UPDATE account SET web = 'https://beta.example' WHERE tax_number = 'GB123456788'")
    world.crm("UPDATE account SET email_address = '@' WHERE tax_number = 'GB123456788'")
    world.batch()
    assert world.ops(open_) == [(other,)]


def test_an_emptied_table_is_held_and_nothing_is_passed_on(world: World) -> None:
    for n in range(80):
        world.customer(f"Company {n}")
    world.batch()
    world.crm("DELETE FROM account")
    counts = world.batch()
    assert counts["held"] == 80
    assert counts["planned"] == 0
    assert world.one("erp", "SELECT count(*) FROM customers") == 80
    assert world.one("hub", "SELECT count(*) FROM image.party WHERE deleted_at IS NULL") == 160
    assert world.ops("SELECT kind, system, entity FROM ops.review WHERE state = 'open'") == [
        ("mass_deletion", "crm", "party")
    ]
    with world.hub.connect() as conn:
        decisions.decide_deletions(conn, "crm", "party", approve=True, actor="t", comment=None)
    assert world.batch()["accepted"] == 80
    assert world.one("crm", "SELECT count(*) FROM account") == 0


def test_most_of_a_small_table_gone_is_held_until_it_is_back(world: World) -> None:
    for n in range(9):
        world.customer(f"Company {n}")
    world.batch()
    world.crm("CREATE TABLE kept AS TABLE account")
    world.crm("DELETE FROM account WHERE account_name < 'Company 5'")
    assert world.batch()["held"] == 5
    for n in range(9, 29):
        world.customer(f"Company {n}")
    assert world.batch()["held"] == 5  # though they are not most of the records any more
    world.crm("INSERT INTO account SELECT * FROM kept ON CONFLICT DO NOTHING")
    assert world.batch()["held"] == 0
    assert world.ops("SELECT kind, state, comment FROM ops.review") == [
        ("mass_deletion", "done", "the records are back")
    ]
    world.crm("DELETE FROM account WHERE account_name BETWEEN 'Company 24' AND 'Company 28'")
    assert world.batch()["held"] == 0  # a few of many are people's business


def test_a_lost_column_stops_its_field_and_writes_no_null(world: World) -> None:
    code = world.customer("Alpha Trading Ltd", vat_no="GB123456789", phone="+442079460000")
    world.settle()
    world.crm("ALTER TABLE account DROP COLUMN phone_number")
    world.crm("UPDATE account SET web = 'https://alpha.example'")
    world.settle()
    assert world.erp("SELECT phone, website FROM customers WHERE customer_code = %s", code) == [
        ("+442079460000", "https://alpha.example")
    ]
    assert world.ops("SELECT subject FROM ops.review WHERE kind = 'schema' AND state = 'open'") == [
        ("phone",)
    ]


def test_a_lost_key_stops_its_entity_and_no_other(world: World) -> None:
    world.customer("Alpha Trading Ltd", phone="+442079460000")
    world.settle()
    world.crm("ALTER TABLE account_address RENAME TO elsewhere")
    world.erp("UPDATE customers SET phone = '+442079460009'")
    world.settle()
    assert world.one("crm", "SELECT phone_number FROM account") == "+442079460009"
    assert world.ops("SELECT entity, subject FROM ops.review WHERE kind = 'schema'") == [
        ("address", "entity")
    ]


def test_an_unreachable_system_fails_the_batch_and_the_next_one_catches_up(world: World) -> None:
    world.customer("Alpha Trading Ltd")
    gone = "postgresql://sales:secret@127.0.0.1:1/crm"
    broken = dataclasses.replace(world.engine, urls={**world.urls, "crm": gone}, _systems={})
    whole, world.engine = world.engine, broken
    with pytest.raises(SystemUnavailable) as caught:
        world.batch()
    assert "crm" in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)
    state, error = world.ops("SELECT state, error FROM ops.batch ORDER BY batch_id DESC")[0]
    assert state == "failed"
    assert "secret" not in error
    assert (
        world.ops("SELECT relname FROM pg_class WHERE relnamespace = 'stage'::regnamespace") == []
    )
    world.engine = whole
    assert world.batch()["confirmed"] == 1


def test_a_change_set_over_a_limit_waits_for_a_person(world: World) -> None:
    world.limit("crm", count=3)
    for n in range(5):
        world.customer(f"Company {n}")
    counts = world.batch()
    assert (counts["planned"], counts["held_writes"], counts["waiting"]) == (5, 5, 5)
    assert world.batch()["planned"] == 0
    with world.hub.connect() as conn:
        number = conn.execute("SELECT change_set_id FROM ops.change_set").fetchone()
        assert number
        decisions.decide(conn, number[0], approve=True, actor="t", comment="first load")
    world.batch()
    assert world.one("crm", "SELECT count(*) FROM account") == 5


def test_a_record_that_refers_to_an_unknown_one_is_parked_and_wakes(world: World) -> None:
    world.crm("ALTER TABLE person DISABLE TRIGGER ALL")
    account = world.account("Broken Ltd", email_address="foo@@bar")
    world.crm("INSERT INTO person (account_id, display_name) VALUES (%s, 'Ann Smith')", account)
    assert world.batch()["parked"] == 1
    world.crm("UPDATE account SET email_address = 'foo@bar.example'")
    world.settle()
    assert world.one("hub", "SELECT count(*) FROM ops.parked") == 0
    assert world.one("erp", "SELECT full_name FROM customer_contacts") == "Ann Smith"


def test_a_record_in_quarantine_is_not_doubled_by_its_other_side(world: World) -> None:
    code = world.customer("Alpha Trading Ltd", vat_no="GB123456789")
    bad = world.account("Alpha Trading", tax_number="GB123456789", email_address="foo@@bar")
    world.settle()
    assert world.one("crm", "SELECT count(*) FROM account") == 1
    world.crm("UPDATE account SET email_address = 'foo@bar.example' WHERE id = %s", bad)
    world.settle()
    assert world.one("crm", "SELECT count(*) FROM account") == 1
    assert world.ops("SELECT count(DISTINCT golden_id), count(*) FROM image.party") == [(1, 2)]
    assert world.erp("SELECT customer_code, email FROM customers") == [(code, "foo@bar.example")]


def test_a_dismissed_record_stays_dismissed_until_it_changes(world: World) -> None:
    bad = world.account("Broken Ltd", email_address="foo@@bar")
    world.account("Good Ltd", email_address="info@good.example")
    world.batch()
    with world.hub.connect() as conn:
        quarantine.dismiss(conn, _entry(world, bad).id, "a test record", actor="t")
    assert world.batch("nightly")["read"] == 0
    assert world.ops("SELECT state FROM ops.quarantine") == [("dismissed",)]
    world.crm("UPDATE account SET email_address = 'foo@bar.example' WHERE id = %s", bad)
    world.settle()
    assert world.one("erp", "SELECT count(*) FROM customers") == 2
    assert world.batch("nightly")["read"] == 0
