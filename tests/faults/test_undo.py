"""Scenario 17: a loaded change set is taken back, and nothing that people changed since."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from concord.errors import ConcordError
from concord.stewardship.undo import Inverse, preview, undo
from tests.support.configured import mapped
from tests.support.world import World


def many(world: World, n: int) -> None:
    """Customers on both sides that agree."""
    for system in ("erp", "crm"):
        world.limit(system, count=10**6, share=1.0, first_load=10**6)
    world.erp(
        "INSERT INTO customers (name, kind, country_code, phone)"
        " SELECT 'Customer ' || n, 'O', 'GB', '+44207946' || lpad((n / 2)::text, 4, '0')"
        " FROM generate_series(1, %s) AS n", n,
    )  # fmt: skip
    world.settle()


def change_set(world: World, system: str, action: str = "update") -> int:
    """The newest change set of parties that writes there."""
    [(number,)] = world.ops(
        "SELECT max(change_set_id) FROM ops.intent WHERE system = %s AND entity = 'party'"
        " AND action = %s AND state = 'confirmed'", system, action,
    )  # fmt: skip
    return int(number)


def take_back(world: World, number: int) -> Inverse:
    world.batch()
    return undo(world.engine, number, actor="ann")


def phones(world: World) -> tuple[dict[str, str], dict[str, str]]:
    return (
        dict(world.erp("SELECT name, phone FROM customers")),
        dict(world.crm("SELECT account_name, phone_number FROM account")),
    )


def mass_change(world: World, edits: int, prefix: str, human: str) -> tuple[int, set[str]]:
    """All telephones change in the ERP and reach the CRM; then people change some on each side.

    Returns the change set's number and whose telephones people changed.
    """
    world.erp("UPDATE customers SET phone = %s || right(customer_code, 5)", prefix)
    world.settle()
    number = change_set(world, "crm")
    names = [f"Customer {k}" for k in range(1, edits + 1)]
    half = edits // 2
    world.erp("UPDATE customers SET phone = %s WHERE name = ANY(%s)", human, names[:half])
    world.crm(
        "UPDATE account SET phone_number = %s WHERE account_name = ANY(%s)", human, names[half:]
    )
    return number, set(names)


def blind(world: World, number: int) -> None:
    """The naive undo: every old value written back into the system, whatever is there now."""
    for source_id, phone in world.ops(
        "SELECT source_id, old ->> 'phone' FROM ops.intent WHERE change_set_id = %s", number
    ):
        world.crm("UPDATE account SET phone_number = %s WHERE id::text = %s", phone, source_id)


def test_what_people_changed_since_goes_to_review_and_all_else_is_restored(
    world: World, scale: Callable[[int, int], int], figure: Callable[..., None]
) -> None:
    n, edits, human = scale(200, 10_000), scale(10, 100), "+442080000001"
    many(world, n)
    before = phones(world)[1]
    number, edited = mass_change(world, edits, "+4420700", human)
    inverse = take_back(world, number)
    assert (inverse.restored, inverse.changed_since) == (n - edits, edits)
    world.settle()
    for side in phones(world):
        assert side == {**before, **dict.fromkeys(edited, human)}
    reviews = world.ops("SELECT count(*) FROM ops.review WHERE kind = 'undo' AND state = 'open'")
    assert reviews == [(edits,)]
    assert world.batch().get("planned", 0) == 0

    number, edited = mass_change(world, edits, "+4420711", "+442080000002")
    blind(world, number)
    overwritten = sum(phones(world)[1][name] != "+442080000002" for name in edited)
    assert overwritten > 0
    figure("17 undo", rows=n, later_edits=edits, restored=inverse.restored,
           in_review=inverse.changed_since, overwritten=0,
           naive_overwritten=overwritten)  # fmt: skip


def test_what_an_owner_had_decided_stays_undone(world: World) -> None:
    many(world, 5)
    world.erp("UPDATE customers SET name = 'Wrong ' || name")
    world.settle()
    take_back(world, change_set(world, "crm"))
    world.settle()
    right = {f"Customer {k}" for k in range(1, 6)}
    assert {n for (n,) in world.erp("SELECT name FROM customers")} == right
    assert {n for (n,) in world.crm("SELECT account_name FROM account")} == right
    world.erp("UPDATE customers SET name = 'Renamed Ltd' WHERE name = 'Customer 1'")
    world.settle()  # a later word of the owner counts again
    assert "Renamed Ltd" in {n for (n,) in world.crm("SELECT account_name FROM account")}


def test_a_value_that_filled_a_blank_is_taken_away_again(world: World) -> None:
    code = world.customer("Alpha Trading Ltd", website=None)
    world.settle()
    world.crm("UPDATE account SET web = 'https://wrong.example'")
    world.settle()
    assert world.one("erp", "SELECT website FROM customers") == "https://wrong.example"
    inverse = take_back(world, change_set(world, "erp"))
    assert inverse.restored == 1
    world.settle()
    assert world.erp("SELECT website FROM customers WHERE customer_code = %s", code) == [(None,)]
    assert world.crm("SELECT web FROM account") == [(None,)]


def test_records_that_it_made_are_deleted_unless_somebody_has_changed_them(world: World) -> None:
    for name in ("Alpha Trading Ltd", "Beta Trading Ltd"):
        world.customer(name)
    world.settle()
    number = change_set(world, "crm", "create")
    world.crm("UPDATE account SET web = 'https://beta.example' WHERE account_name LIKE 'Beta%%'")
    inverse = take_back(world, number)
    assert (inverse.deleted, inverse.kept) == (1, 1)
    world.settle()
    assert world.crm("SELECT account_name FROM account") == [("Beta Trading Ltd",)]
    assert len(world.erp("SELECT name FROM customers")) == 2


def test_records_that_it_deleted_are_made_again_and_stay(world: World) -> None:
    world.config = mapped(world.config, "party", "erp", on_delete="propagate")
    world.engine = world.fresh_engine()
    world.customer("Alpha Trading Ltd", phone="+442079460000")
    world.settle()
    world.erp("DELETE FROM customers")
    world.settle()
    assert world.crm("SELECT account_name FROM account") == []
    inverse = take_back(world, change_set(world, "crm", "delete"))
    assert inverse.made_again == 1
    world.settle()
    made = [("Alpha Trading Ltd", "+442079460000")]
    assert world.crm("SELECT account_name, phone_number FROM account") == made
    assert world.erp("SELECT name FROM customers") == []  # where a person deleted it
    assert world.one("hub", "SELECT count(*) FROM golden.party WHERE deleted_at IS NULL") == 1


def test_a_preview_changes_nothing_and_says_the_same(world: World) -> None:
    many(world, 4)
    world.erp("UPDATE customers SET phone = '+442070000009'")
    world.settle()
    number = change_set(world, "crm")
    with world.hub.connect() as conn:
        seen = preview(conn, world.engine, number)
    assert world.ops("SELECT count(*) FROM ops.decision") == [(0,)]
    assert take_back(world, number) == seen


def test_what_cannot_be_undone_is_said_in_one_line(world: World) -> None:
    many(world, 2)
    with pytest.raises(ConcordError, match="there is no change set 999"):
        undo(world.engine, 999, actor="ann")
    world.erp("UPDATE customers SET phone = '+442070000009'")
    world.settle()
    number = change_set(world, "crm")
    take_back(world, number)
    with pytest.raises(ConcordError, match="was undone by change set"):
        undo(world.engine, number, actor="ann")
