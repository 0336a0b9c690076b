"""A key that is given to something else between two readings overwrites nobody."""

from __future__ import annotations

from tests.support.world import World


def again(world: World, code: str, **values: str) -> None:
    """Delete a customer in the ERP and type another one under its code."""
    world.erp("DELETE FROM customers WHERE customer_code = %s", code)
    world.customer(customer_code=code, **values)


def test_another_customer_under_an_old_code_waits_for_a_person(world: World) -> None:
    code = world.customer("Alpha Trading Ltd", vat_no="GB123456789", phone="+442079460000")
    world.settle()
    again(world, code, name="Beta Retail Ltd", vat_no="GB987654321", phone="+442079460009")
    counts = world.batch()
    assert counts["quarantined"] == 1
    assert counts["duplicate_in_batch"] == 1
    assert world.crm("SELECT account_name, phone_number FROM account") == [
        ("Alpha Trading Ltd", "+442079460000")
    ]
    assert world.ops("SELECT causes -> 0 ->> 'rule' FROM ops.quarantine") == [("remade",)]
    assert world.batch()["planned"] == 0


def test_it_is_taken_as_the_same_one_when_a_person_replays_it(world: World) -> None:
    from concord.stewardship import quarantine

    code = world.customer("Alpha Trading Ltd", vat_no="GB123456789")
    world.settle()
    again(world, code, name="Alpha Holdings Ltd", vat_no="GB987654321")
    world.batch()
    with world.hub.connect() as conn:
        [entry] = quarantine.entries(conn)
        quarantine.replay(conn, entry.id, actor="ann")
    world.settle()
    assert world.crm("SELECT account_name FROM account") == [("Alpha Holdings Ltd",)]


def test_an_application_that_deletes_and_inserts_to_change_is_read_as_changing(
    world: World,
) -> None:
    code = world.customer("Alpha Trading Ltd", vat_no="GB123456789", phone="+442079460000")
    world.settle()
    again(world, code, name="Alpha Trading Ltd", vat_no="GB123456789", phone="+442079460001")
    world.settle()
    assert world.crm("SELECT phone_number FROM account") == [("+442079460001",)]
    assert world.ops("SELECT count(*) FROM ops.quarantine") == [(0,)]


def test_without_a_key_to_tell_it_is_the_same(world: World) -> None:
    code = world.customer("Alpha Trading Ltd")
    world.settle()
    again(world, code, name="Alpha Trading Limited")
    world.settle()
    assert world.crm("SELECT account_name FROM account") == [("Alpha Trading Limited",)]


def test_a_record_made_again_unchanged_is_unchanged(world: World) -> None:
    code = world.customer("Alpha Trading Ltd", vat_no="GB123456789")
    world.settle()
    again(world, code, name="Alpha Trading Ltd", vat_no="GB123456789")
    assert world.batch()["planned"] == 0
    assert len(world.crm("SELECT account_name FROM account")) == 1


def test_records_made_again_are_no_deletions_to_be_held(world: World) -> None:
    codes = {n: world.customer(f"Customer {n}", vat_no=f"GB10000000{n}") for n in range(6)}
    world.settle()
    for n, code in codes.items():
        again(world, code, name=f"Customer {n}", vat_no=f"GB10000000{n}", phone="+442079460000")
    assert world.batch()["held"] == 0
    world.settle()
    assert world.one("crm", "SELECT count(*) FROM account WHERE phone_number IS NOT NULL") == 6


def test_a_deleted_record_stays_away_when_its_key_is_given_to_another(world: World) -> None:
    code = world.customer("Alpha Trading Ltd", vat_no="GB123456789")
    world.settle()
    world.erp("DELETE FROM customers")
    world.settle()
    world.customer(customer_code=code, name="Beta Retail Ltd", vat_no="GB987654321")
    world.settle()
    assert world.erp("SELECT name FROM customers") == [("Beta Retail Ltd",)]
    assert world.crm("SELECT account_name FROM account ORDER BY 1") == [
        ("Alpha Trading Ltd",),
        ("Beta Retail Ltd",),
    ]
