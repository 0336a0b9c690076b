"""Matches and doubles decided by a steward, and deletions: records are joined, parted or ended."""

from __future__ import annotations

from typing import Any

import pytest

from concord.errors import AlreadyDecided, ConcordError
from concord.stewardship import reviews
from concord.stewardship.deciding import decide
from concord.stewardship.effect import effect
from concord.stewardship.sides import detail
from tests.support.configured import mapped
from tests.support.world import World


def open_one(world: World, kind: str) -> reviews.Review:
    with world.hub.connect() as conn:
        (found,) = reviews.page(conn, kind=kind).items
    return found


def say(world: World, review: reviews.Review, choice: str, **more: Any) -> Any:
    with world.hub.connect() as conn:
        more = {"version": None, "actor": "anna", **more}
        return decide(conn, world.config, review.id, choice, **more)


def golden(world: World, system: str, key: str) -> Any:
    return world.one(
        "hub", "SELECT golden_id FROM image.party WHERE system = %s AND source_id = %s", system, key
    )


def _matched(world: World) -> tuple[str, str, str]:
    """Two things that share a key since they were known, and a new account that has it too."""
    one, two = world.customer("Alpha One"), world.customer("Alpha Two")
    world.settle()
    world.erp("UPDATE customers SET email = 'info@alpha.example'")
    world.crm("UPDATE account SET email_address = 'info@alpha.example'")
    world.settle()
    new = world.account("Alpha", email_address="info@alpha.example")
    world.settle()
    return one, two, new


def test_a_match_joins_all_records_and_redirects_the_golden_id(world: World) -> None:
    one, _, new = _matched(world)
    world.crm(
        "INSERT INTO person (account_id, display_name, email_address)"
        " VALUES (%s, 'Ann', 'a@b.example')",
        new,
    )
    world.settle()
    review = open_one(world, "match")
    assert review.subject == new
    with world.hub.connect() as conn:
        seen = detail(conn, world.config, review.id)
    targets = {s.source_id for s in seen.sides if s.system == "golden"}
    assert str(golden(world, "erp", one)) in targets
    assert len(targets) == 2
    before = golden(world, "crm", new)
    say(world, review, "same", version=seen.version, record=str(golden(world, "erp", one)))
    world.settle()
    assert golden(world, "crm", new) == golden(world, "erp", one)
    assert world.ops("SELECT DISTINCT party FROM image.contact") == [(golden(world, "erp", one),)]
    assert world.ops("SELECT from_id, to_id, reason FROM ops.redirect") == [
        (before, golden(world, "erp", one), "joined by a steward")
    ]
    assert world.batch("nightly")["planned"] == 0
    with world.hub.connect() as conn:
        told = effect(conn, world.config, review.id)
    assert told.state == "applied"
    # the account that belonged there is a double now, and so is what was made in the ERP for it
    assert {s for (s,) in world.ops(
        "SELECT system FROM ops.review WHERE kind = 'double' AND state = 'open'"
    )} == {"crm", "erp"}  # fmt: skip


def test_values_that_lose_by_a_join_are_kept_as_conflicts(world: World) -> None:
    one, _, new = _matched(world)
    say(world, open_one(world, "match"), "same", record=str(golden(world, "erp", one)))
    world.batch()
    kept = world.ops(
        "SELECT loser ->> 'source_id' FROM ops.conflict WHERE unit = 'legal_name'"
        " AND kind = 'first_link' AND loser -> 'value' ->> 'legal_name' = 'Alpha'"
    )
    assert (new,) in kept


def test_records_that_are_different_things_are_not_joined(world: World) -> None:
    one, two, new = _matched(world)
    world.erp("UPDATE customers SET vat_no = 'GB123456789' WHERE customer_code = %s", one)
    world.crm("UPDATE account SET tax_number = 'GB987654321' WHERE id = %s", new)
    world.settle()
    review = open_one(world, "match")
    with pytest.raises(ConcordError, match="they differ in tax_id"):
        say(world, review, "same", record=str(golden(world, "erp", one)))
    with pytest.raises(ConcordError, match="The candidates are"):
        say(world, review, "same", record=str(golden(world, "crm", new)))
    with pytest.raises(ConcordError, match="The candidates are"):
        say(world, review, "same", record="no uuid")
    say(world, review, "same", record=str(golden(world, "erp", two)))


def test_a_match_kept_apart_is_not_asked_about_again(world: World) -> None:
    one, _, new = _matched(world)
    review = open_one(world, "match")
    say(world, review, "apart")
    with pytest.raises(AlreadyDecided, match=r"by anna on .*: apart"):
        say(world, review, "same", record=str(golden(world, "erp", one)))
    # the hub forgets the record, as after a restored backup, and reads it anew
    world.ops("DELETE FROM image.party WHERE system = 'crm' AND source_id = %s", new)
    world.ops("INSERT INTO ops.reread VALUES ('crm', 'party', %s, 'test')", new)
    world.settle()
    assert golden(world, "crm", new) != golden(world, "erp", one)
    assert world.ops("SELECT count(*) FROM ops.review WHERE kind = 'match'") == [(1,)]


def _double(world: World) -> tuple[str, str]:
    first = world.account(tax_number="GB123456789")
    world.settle()
    second = world.account("Beta Ltd", tax_number="GB123456789")
    world.settle()
    return first, second


def test_a_double_that_is_something_else_gets_a_golden_record_of_its_own(world: World) -> None:
    first, second = _double(world)
    review = open_one(world, "double")
    assert sorted(review.detail["records"]) == sorted([first, second])
    with pytest.raises(ConcordError, match="is about the records"):
        say(world, review, "apart", record="999999")
    say(world, review, "apart", record=second)
    world.settle()
    assert golden(world, "crm", first) != golden(world, "crm", second)
    assert world.one("hub", "SELECT count(*) FROM golden.party WHERE deleted_at IS NULL") == 2
    assert {n for (n,) in world.erp("SELECT name FROM customers")} == {
        "Alpha Trading Ltd", "Beta Ltd"
    }  # fmt: skip
    assert world.batch("nightly")["planned"] == 0
    assert world.ops("SELECT count(*) FROM ops.review WHERE state = 'open'") == [(0,)]


def test_a_double_that_is_left_is_asked_about_again_only_with_other_records(world: World) -> None:
    _, second = _double(world)
    say(world, open_one(world, "double"), "leave")
    # the hub forgets the record, as after a restored backup, and links it anew
    world.ops("DELETE FROM image.party WHERE system = 'crm' AND source_id = %s", second)
    world.ops("INSERT INTO ops.reread VALUES ('crm', 'party', %s, 'test')", second)
    world.settle()
    assert world.ops("SELECT state FROM ops.review WHERE kind = 'double'") == [("approved",)]
    world.account("Gamma Ltd", tax_number="GB123456789")
    world.settle()
    assert len(open_one(world, "double").detail["records"]) == 3


def _deleted_and_changed(world: World) -> reviews.Review:
    world.config = mapped(world.config, "party", "crm", on_delete="propagate")
    world.engine = world.fresh_engine()
    world.customer(vat_no="GB123456789")
    world.settle()
    world.crm("DELETE FROM account")
    world.erp("UPDATE customers SET name = 'Alpha Renamed Ltd'")
    world.settle()
    return open_one(world, "conflict")


def test_a_deletion_that_a_person_confirms_ends_the_other_records(world: World) -> None:
    review = _deleted_and_changed(world)
    assert review.detail["unit"] == "deletion"
    done = say(world, review, "delete")
    assert done.before.keys() == {"erp"}
    world.settle()
    assert world.erp("SELECT FROM customers") == []
    with world.hub.connect() as conn:
        told = effect(conn, world.config, review.id)
    assert [(w.system, w.action, w.state) for w in told.systems] == [("erp", "delete", "confirmed")]


def test_a_deletion_that_is_not_meant_leaves_the_record_alive(world: World) -> None:
    review = _deleted_and_changed(world)
    say(world, review, "keep")
    world.settle()
    assert len(world.erp("SELECT FROM customers")) == 1
    assert world.one("hub", "SELECT count(*) FROM golden.party WHERE deleted_at IS NULL") == 1


def test_refused_deletions_stay_held_without_a_question_until_they_become_more(
    world: World,
) -> None:
    world.limit("crm", deletes=2)
    for n in range(8):
        world.customer(f"Customer {n}")
    world.settle()
    world.crm("DELETE FROM account WHERE account_name < 'Customer 4'")
    world.batch()
    review = open_one(world, "mass_deletion")
    say(world, review, "refuse")
    assert world.batch()["held"] == 4
    assert world.ops("SELECT count(*) FROM ops.review WHERE kind = 'mass_deletion'") == [(1,)]
    assert world.ops("SELECT count(*) FROM image.party WHERE deleted_at IS NOT NULL") == [(0,)]
    world.crm("DELETE FROM account WHERE account_name < 'Customer 5'")
    world.batch()
    again = open_one(world, "mass_deletion")
    say(world, again, "agree")
    world.settle()
    gone = "SELECT count(*) FROM image.party WHERE system = 'crm' AND deleted_at IS NOT NULL"
    assert world.ops(gone) == [(5,)]
