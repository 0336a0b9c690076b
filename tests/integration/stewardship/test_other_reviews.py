"""The other kinds of reviews: undo items, restored systems, columns, held change sets, rules."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from concord.errors import AlreadyDecided, ConcordError
from concord.stewardship import reviews, sight
from concord.stewardship.deciding import decide
from concord.stewardship.effect import effect
from concord.stewardship.sides import detail
from concord.stewardship.undo import undo
from tests.conftest import Postgres
from tests.support.world import World


def open_one(world: World, kind: str) -> reviews.Review:
    with world.hub.connect() as conn:
        (found,) = reviews.page(conn, kind=kind).items
    return found


def say(world: World, review: reviews.Review, choice: str, **more: Any) -> Any:
    more = {"version": None, "actor": "anna", "may_see": sight.ALL, **more}
    with world.hub.connect() as conn:
        return decide(conn, world.config, review.id, choice, **more)


def _undone(world: World) -> reviews.Review:
    """A telephone that was changed since the change set that somebody took back."""
    world.customer(phone="+442079460000")
    world.settle()
    world.erp("UPDATE customers SET phone = '+442079460001'")
    world.settle()
    number = world.one("hub", "SELECT max(change_set_id) FROM ops.change_set")
    world.crm("UPDATE account SET phone_number = '+442079460002'")
    world.settle()
    undo(world.engine, number, actor="anna")
    return open_one(world, "undo")


@pytest.mark.parametrize(
    ("choice", "phone"),
    [("before", "+442079460000"), ("golden", "+442079460002"), ("leave", "+442079460002")],
)
def test_an_undo_item_gets_the_old_value_or_stays(world: World, choice: str, phone: str) -> None:
    review = _undone(world)
    with world.hub.connect() as conn:
        seen = detail(conn, world.config, review.id, may_see=sight.ALL)
    assert [c.name for c in seen.choices] == ["crm", "erp", "golden", "before", "own", "leave"]
    say(world, review, choice, version=seen.version, comment="as agreed")
    world.settle()
    assert world.one("erp", "SELECT phone FROM customers") == phone
    assert world.one("crm", "SELECT phone_number FROM account") == phone
    assert world.ops("SELECT state FROM ops.review WHERE kind = 'undo' AND state = 'open'") == []


@pytest.mark.parametrize(("choice", "phone"), [("accept", "0000"), ("give_back", "0001")])
def test_a_restored_system_is_taken_as_it_is_or_gets_its_newer_values(
    world: World, pg: Postgres, choice: str, phone: str
) -> None:
    world.customer(phone="+442079460000")
    world.settle()
    name = psycopg.conninfo.conninfo_to_dict(world.urls["erp"])["dbname"]
    backup = pg.name("backup")
    pg.create(backup, str(name))
    world.erp("UPDATE customers SET phone = '+442079460001'")
    world.settle()
    pg.drop(str(name))
    pg.create(str(name), backup)
    pg.drop(backup)
    world.batch()
    say(world, open_one(world, "set_back"), choice)
    world.settle()
    assert world.one("erp", "SELECT phone FROM customers") == f"+44207946{phone}"
    assert world.one("crm", "SELECT phone_number FROM account") == f"+44207946{phone}"
    assert world.ops("SELECT FROM ops.review WHERE state = 'open'") == []


def test_columns_are_accepted_for_one_entity_alone(world: World) -> None:
    world.customer(website="https://a.example")
    world.settle()
    world.erp("ALTER TABLE customers DROP COLUMN website")
    world.batch("nightly")
    review = open_one(world, "schema")
    assert (review.system, review.entity, review.subject) == ("erp", "party", "website")
    world.ops(
        "INSERT INTO ops.review (kind, system, entity, subject) VALUES"
        " ('schema', 'erp', 'contact', 'email')"
    )
    say(world, review, "accept")
    assert world.ops("SELECT entity FROM ops.review WHERE kind = 'schema' AND state = 'open'") == [
        ("contact",)
    ]
    told = world.ops("SELECT closed_by FROM ops.review WHERE kind = 'schema' AND entity = 'party'")
    assert told == [("anna",)]


@pytest.mark.parametrize(("choice", "name"), [("approve", "Beta"), ("reject", "Alpha Trading Ltd")])
def test_a_held_change_set_is_decided_from_its_review(world: World, choice: str, name: str) -> None:
    world.customer()
    world.settle()
    world.limit("crm", count=0, share=0)
    world.erp("UPDATE customers SET name = 'Beta'")
    world.batch()
    review = open_one(world, "change_set")
    done = say(world, review, choice, comment="checked")
    assert done.after["updates"].text == "1"
    with pytest.raises(AlreadyDecided, match=rf"by anna on .*: {choice} \(checked\)"):
        say(world, review, "approve")
    world.batch()
    assert world.one("crm", "SELECT account_name FROM account") == name
    if choice == "approve":
        with world.hub.connect() as conn:
            (write,) = effect(conn, world.config, review.id).systems
        assert (write.system, write.state) == ("crm", "confirmed")


def test_a_rule_that_is_not_there_any_more_is_named(world: World) -> None:
    world.ops(
        "INSERT INTO ops.review (kind, system, entity, subject) VALUES"
        " ('rule', 'rules', 'party', 'no_such_rule')"
    )
    with pytest.raises(ConcordError, match="there is no rule 'no_such_rule'"):
        say(world, open_one(world, "rule"), "again")


@pytest.mark.parametrize("number", [0, -1, 12, 2**70])
def test_a_review_that_is_not_there_is_said_to_be_missing(world: World, number: int) -> None:
    with world.hub.connect() as conn, pytest.raises(ConcordError, match=f"no review {number};"):
        decide(conn, world.config, number, "leave", version=None, actor="anna")


def test_reviews_are_listed_by_age_by_money_and_by_key(world: World) -> None:
    world.ops(
        "INSERT INTO ops.review (kind, entity, subject, ordered, exposed_at)"
        " SELECT 'double', 'party', n::text, n %% 3, now() FROM generate_series(1, 10) AS n"
    )
    for order in ("age", "money"):
        seen: list[reviews.Review] = []
        after = None
        with world.hub.connect() as conn:
            while True:
                page = reviews.page(conn, order=order, after=after, limit=3)
                seen += page.items
                after = page.after
                if after is None:
                    break
            assert reviews.counts(conn) == {"double": 10}
        key = (lambda r: r.id) if order == "age" else (lambda r: (-r.exposure, r.id))
        assert seen == sorted(seen, key=key)
        assert len({r.id for r in seen}) == 10
