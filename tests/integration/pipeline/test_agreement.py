"""What the spine promises about customers: both sides agree, and nobody's change is lost."""

from __future__ import annotations

import json

import pytest

from tests.support.world import World

PAIR = {"vat_no": "GB123456789"}


def _linked(world: World) -> tuple[str, str]:
    """One customer known to both sides and in agreement."""
    code = world.customer(vat_no="GB123456789", email="info@alpha.example", phone="020 7946 0000")
    account = world.account(
        tax_number="GB123456789", email_address="info@alpha.example", country="United Kingdom",
        phone_number="+44 20 7946 0000",
    )  # fmt: skip
    world.settle()
    return code, account


def test_a_customer_typed_into_the_erp_is_created_in_the_crm_once(world: World) -> None:
    world.customer("Alpha Trading Ltd", vat_no="GB123456789", phone="020 7946 0000")
    counts = world.batch()
    assert counts["planned"] == counts["confirmed"] == 1
    assert world.crm("SELECT account_name, phone_number, country, state FROM account") == [
        ("Alpha Trading Ltd", "+442079460000", "United Kingdom", "Active")
    ]
    assert world.batch()["planned"] == 0
    assert world.one("crm", "SELECT count(*) FROM account") == 1


def test_what_was_written_comes_back_as_unchanged(world: World) -> None:
    world.customer("Alpha Trading Ltd")
    world.batch()
    counts = world.batch()
    assert counts["read"] == counts["unchanged"] == 1
    assert counts["accepted"] == counts["planned"] == 0


def test_records_with_one_tax_number_become_one_customer(world: World) -> None:
    code, account = _linked(world)
    assert world.one("hub", "SELECT count(*) FROM golden.party") == 1
    assert world.ops("SELECT system, source_id FROM image.party ORDER BY system") == [
        ("crm", account), ("erp", code)
    ]  # fmt: skip


def test_a_phone_changed_in_the_crm_reaches_the_erp_with_the_next_batch(world: World) -> None:
    code, account = _linked(world)
    world.crm("UPDATE account SET phone_number = '+44 20 7946 0123' WHERE id = %s", account)
    world.batch()
    assert world.one("erp", "SELECT phone FROM customers WHERE customer_code = %s", code) == (
        "+442079460123"
    )


def test_a_legal_name_changed_in_the_crm_is_planned_back_and_kept_as_a_conflict(
    world: World,
) -> None:
    _, account = _linked(world)
    world.crm("UPDATE account SET account_name = 'Alpha Worldwide' WHERE id = %s", account)
    world.batch()
    assert world.one("crm", "SELECT account_name FROM account") == "Alpha Trading Ltd"
    kind, loser, winner, reason = world.ops(
        "SELECT kind, loser, winner, reason FROM ops.conflict WHERE unit = 'legal_name'"
    )[0]
    assert (kind, reason) == ("no_authority", "owner erp")
    assert loser["value"] == {"legal_name": "Alpha Worldwide"}
    assert winner["system"] == "erp"


def test_both_sides_changing_one_field_leaves_both_values_and_the_reason(world: World) -> None:
    code, account = _linked(world)
    world.erp("UPDATE customers SET phone = '+44 20 7946 0111' WHERE customer_code = %s", code)
    world.crm("UPDATE account SET phone_number = '+44 20 7946 0222' WHERE id = %s", account)
    world.batch()
    conflicts = world.ops(
        "SELECT kind, loser -> 'value' ->> 'phone', winner -> 'value' ->> 'phone', reason, state"
        " FROM ops.conflict WHERE unit = 'phone'"
    )
    assert conflicts == [("both_changed", "+442079460222", "+442079460111", "latest", "settled")]
    world.settle()
    assert world.one("crm", "SELECT phone_number FROM account") == "+442079460111"
    assert world.one("erp", "SELECT phone FROM customers").replace(" ", "") == "+442079460111"


def test_a_blank_does_not_erase(world: World) -> None:
    code, _ = _linked(world)
    world.erp("UPDATE customers SET phone = NULL WHERE customer_code = %s", code)
    world.settle()
    assert world.one("erp", "SELECT phone FROM customers") == "+442079460000"


def test_a_shortened_name_is_written_once_and_then_silent(world: World) -> None:
    _, account = _linked(world)
    street = "Very Long Street Name That Does Not Fit Into The Column Of The Other Vendor 1234567"
    world.crm(
        "INSERT INTO account_address (account_id, kind, line1, city, country)"
        " VALUES (%s, 'billing', %s, 'London', 'United Kingdom')", account, street,
    )  # fmt: skip
    world.settle()
    assert world.one("erp", "SELECT street FROM customer_addresses") == street[:60].rstrip()
    assert world.one("crm", "SELECT line1 FROM account_address") == street
    assert world.batch("nightly")["planned"] == 0


def test_contacts_follow_their_customer_in_one_batch(world: World) -> None:
    code = world.customer("Alpha Trading Ltd", vat_no="GB123456789")
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name, email)"
        " VALUES (%s, 'Ann Smith', 'ann@alpha.example')", code,
    )  # fmt: skip
    counts = world.batch()
    assert counts["confirmed"] == 2
    assert world.crm(
        "SELECT p.display_name, a.account_name FROM person p JOIN account a ON a.id = p.account_id"
    ) == [("Ann Smith", "Alpha Trading Ltd")]


def test_a_dry_run_plans_and_writes_nothing(world: World) -> None:
    world.customer("Alpha Trading Ltd")
    counts = world.batch(dry_run=True)
    assert counts["planned"] == 1
    assert counts.get("confirmed", 0) == 0
    assert world.one("crm", "SELECT count(*) FROM account") == 0
    assert world.batch()["confirmed"] == 1


def test_an_address_moves_as_a_whole(world: World) -> None:
    code, account = _linked(world)
    world.crm(
        "INSERT INTO account_address (account_id, kind, line1, city, state, postcode, country)"
        " VALUES (%s, 'billing', '1 Old Road', 'London', 'Greater London', 'N1 1AA',"
        " 'United Kingdom')", account,
    )  # fmt: skip
    world.settle()
    world.crm("UPDATE account_address SET line1 = '2 New Rd', city = 'Leeds', state = NULL")
    world.settle()
    assert world.erp("SELECT customer_code, street, city, region, zip FROM customer_addresses") == [
        (code, "2 New Rd", "Leeds", None, "N1 1AA")
    ]


def test_the_books_of_every_batch_balance(world: World) -> None:
    _linked(world)
    world.account("Broken Ltd", country="Atlantis")
    world.batch()
    rows = world.ops(
        "SELECT system, entity, jsonb_object_agg(name, n) FROM ops.batch_count"
        " WHERE batch_id = (SELECT max(batch_id) FROM ops.batch) GROUP BY system, entity"
    )
    for system, entity, n in rows:
        if system == "golden":
            continue
        parts = ("unchanged", "accepted", "quarantined", "parked", "duplicate_in_batch", "older")
        if n["read"] == 0 and "unchanged" not in n:
            continue  # nothing of it changed: it was booked without a stage
        assert n["read"] == sum(n[p] for p in parts) + n["held"], (system, entity, json.dumps(n))


def test_a_run_id_used_again_does_nothing(world: World) -> None:
    from concord.pipeline import run_batch

    world.customer("Alpha Trading Ltd")
    first, _ = run_batch(world.engine, lane="fast", run_id="same")
    world.customer("Beta Trading Ltd")
    again, counts = run_batch(world.engine, lane="fast", run_id="same")
    assert again == first
    assert counts.get("confirmed", 0) <= 1
    assert world.one("crm", "SELECT count(*) FROM account") == 1


@pytest.mark.parametrize("lane", ["fast", "nightly"])
def test_both_lanes_end_in_the_same_state(world: World, lane: str) -> None:
    for n in range(5):
        world.customer(f"Company {n}", vat_no=f"GB10000000{n}", phone=f"020 7946 000{n}")
        world.account(f"Company {n} Ltd", tax_number=f"GB10000000{n}")
    world.batch(lane)
    world.settle()
    assert world.one("hub", "SELECT count(*) FROM golden.party") == 5
    names = [f"Company {n}" for n in range(5)]
    assert [r[0] for r in world.crm("SELECT account_name FROM account ORDER BY 1")] == names
