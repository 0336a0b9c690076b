"""Conflicts decided by a steward: one transaction, told to the second one, in effect with the next
batch.
"""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from concord.errors import AlreadyDecided, ChangedSince, ConcordError, MayNot
from concord.hub.audit import verify
from concord.model.spec import Authority, Config
from concord.stewardship import reviews, sight
from concord.stewardship.deciding import decide, decision
from concord.stewardship.effect import effect
from concord.stewardship.sides import detail
from tests.support.configured import changed, with_entities
from tests.support.world import World


def _steward(config: Config, name: str) -> Config:
    """The configuration with a field or group that only stewards change."""
    party = config.entity["party"]
    by = Authority(kind="steward")
    fields = tuple(changed(f, authority=by) if f.name == name else f for f in party.fields)
    groups = tuple(changed(g, authority=by) if g.name == name else g for g in party.groups)
    return with_entities(config, [changed(party, fields=fields, groups=groups)])


class Conflict:
    """A customer whose telephone number both sides changed at once; 2222 is golden."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.config = _steward(world.config, "phone")
        world.engine = world.fresh_engine()
        self.code = world.customer(vat_no="GB123456789", phone="+442079460001")
        world.settle()
        world.erp("UPDATE customers SET phone = '+442079461111'")
        world.crm("UPDATE account SET phone_number = '+442079462222'")
        world.settle()
        with world.hub.connect() as conn:
            (self.review,) = reviews.page(conn, kind="conflict").items

    def say(self, choice: str, **more: Any) -> Any:
        more = {"version": None, "actor": "anna", "may_see": sight.ALL, **more}
        with self.world.hub.connect() as conn:
            return decide(conn, self.world.config, self.review.id, choice, **more)

    def look(self) -> Any:
        with self.world.hub.connect() as conn:
            return detail(conn, self.world.config, self.review.id, may_see=sight.ALL)

    def phones(self) -> set[str]:
        erp = self.world.one("erp", "SELECT phone FROM customers")
        crm = self.world.one("crm", "SELECT phone_number FROM account")
        return {erp, crm, self.world.one("hub", "SELECT phone FROM golden.party")}


@pytest.fixture
def conflict(world: World) -> Conflict:
    return Conflict(world)


def test_what_each_side_typed_is_shown_although_it_was_overwritten(conflict: Conflict) -> None:
    seen = conflict.look()
    assert seen.unit == "phone"
    said = {s.system: s.said["phone"].text for s in seen.sides}
    assert said["erp"] == "+442079461111"
    assert said["crm"] == "+442079462222"
    assert said["golden"] == "+442079460001"
    now = {s.system: s.now["phone"].text for s in seen.sides}
    assert set(now.values()) == {"+442079460001"}
    bases = {s.base["phone"].text for s in seen.sides if s.base}
    assert bases == {"+442079460001"}
    assert [c.name for c in seen.choices] == ["crm", "erp", "golden", "own", "leave"]


def test_a_systems_value_is_in_effect_everywhere_after_the_next_batch(conflict: Conflict) -> None:
    done = conflict.say("erp", version=conflict.look().version, comment="asked the customer")
    assert done.after["phone"].text == "+442079461111"
    with conflict.world.hub.connect() as conn:
        assert effect(conn, conflict.world.config, conflict.review.id).state == "waiting"
    conflict.world.batch()
    assert conflict.phones() == {"+442079461111"}
    with conflict.world.hub.connect() as conn:
        told = effect(conn, conflict.world.config, conflict.review.id)
    batch = conflict.world.one("hub", "SELECT max(batch_id) FROM ops.batch")
    assert (told.state, told.batch) == ("applied", batch)
    assert {(w.system, w.state) for w in told.systems} == {
        ("erp", "confirmed"),
        ("crm", "confirmed"),
    }
    assert all(w.at for w in told.systems)
    assert conflict.world.batch()["planned"] == 0
    assert conflict.world.ops("SELECT DISTINCT state FROM ops.conflict") == [("decided",)]


def test_an_own_value_is_cleaned_like_any_other(conflict: Conflict) -> None:
    conflict.say("own", values={"phone": "020 7946 3333"})
    conflict.world.batch()
    assert conflict.phones() == {"+442079463333"}


@pytest.mark.parametrize(
    ("choice", "more", "words"),
    [
        ("both", {}, "has no choice 'both'; it has crm, erp, golden, own, leave"),
        ("own", {}, "needs a value"),
        ("own", {"values": {"fax": "1"}}, "party has no field fax"),
        ("own", {"values": {"email": "a@b.example"}}, "is about phone, not email"),
        ("own", {"values": {"phone": "1" * 31}}, "phone"),
        ("own", {"values": {"phone": "a\0b"}}, "phone"),
        ("erp", {"values": {"phone": "1"}}, "takes no values"),
        ("golden", {"always": True}, "only the choice of a system"),
        ("leave", {}, "needs a comment"),
        ("golden", {"actor": " "}, "of who decides is missing"),
        ("golden", {"comment": "x" * 2001}, "2001 characters"),
    ],
)
def test_what_cannot_be_said_is_refused_with_what_can(
    conflict: Conflict, choice: str, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConcordError) as caught:
        conflict.say(choice, **more)
    assert words in str(caught.value)
    assert "in the source" not in str(caught.value)
    assert conflict.world.ops("SELECT FROM ops.decision") == []
    assert (
        conflict.world.one("hub", "SELECT state FROM ops.review WHERE kind = 'conflict'") == "open"
    )


def test_of_two_stewards_at_once_the_second_is_told_who_was_quicker(conflict: Conflict) -> None:
    seen = conflict.look().version
    told: list[str] = []

    def second() -> None:
        try:
            conflict.say("crm", actor="ben", version=seen)
        except AlreadyDecided as e:
            told.append(str(e))

    with conflict.world.hub.connect() as conn:
        decide(
            conn, conflict.world.config, conflict.review.id, "erp", version=seen, actor="anna",
            comment="asked", may_see=sight.ALL,
        )  # fmt: skip
        conn.execute("SELECT 1")
        later = Thread(target=second)
        later.start()
    later.join()
    (words,) = told
    assert "was decided by anna on 20" in words
    assert "erp (asked)" in words
    assert conflict.world.ops("SELECT actor FROM ops.decision") == [("anna",)]


def test_who_saw_another_value_is_told_so(conflict: Conflict) -> None:
    seen = conflict.look().version
    conflict.world.crm("UPDATE account SET phone_number = '+442079464444'")
    conflict.world.batch()
    with pytest.raises(ChangedSince, match="Look at it again"):
        conflict.say("golden", version=seen)
    conflict.world.crm("UPDATE account SET web = 'https://other.example'")
    seen = conflict.look().version
    conflict.world.batch()
    conflict.say("golden", version=seen)  # another field is none of its business


def test_who_may_not_see_a_value_neither_sees_nor_decides_it(conflict: Conflict) -> None:
    with conflict.world.hub.connect() as conn:
        seen = detail(conn, conflict.world.config, conflict.review.id)
    assert all(s.said["phone"].hidden and s.said["phone"].text is None for s in seen.sides)
    with pytest.raises(MayNot, match=r"party\.phone, which you may not see"):
        conflict.say("golden", may_see=sight.PLAIN)


def test_the_audit_tells_the_choice_and_keeps_personal_values_out(conflict: Conflict) -> None:
    conflict.say("erp")
    told = conflict.world.one(
        "hub", "SELECT detail FROM ops.audit WHERE action = 'review.decide' AND actor = 'anna'"
    )
    assert told["choice"] == "erp"
    assert "7946" not in str(told)
    with conflict.world.hub.connect() as conn:
        assert verify(conn) is None
        kept = decision(conn, conflict.world.config, conflict.review.id, may_see=sight.ALL)
        assert kept.before["phone"].text == "+442079460001"
        assert kept.after["phone"].text == "+442079461111"
        hidden = decision(conn, conflict.world.config, conflict.review.id)
        assert hidden.after["phone"].hidden


def test_always_so_is_only_proposed(conflict: Conflict) -> None:
    done = conflict.say("erp", always=True)
    with conflict.world.hub.connect() as conn:
        (proposal,) = reviews.page(conn, kind="proposal").items
        assert proposal.id == done.proposal
        assert (proposal.detail["unit"], proposal.detail["authority"]) == ("phone", "erp")
        decide(conn, conflict.world.config, proposal.id, "accept", version=None, actor="ben")
    conflict.world.batch()
    conflict.world.crm("UPDATE account SET phone_number = '+442079465555'")
    conflict.world.erp("UPDATE customers SET phone = '+442079466666'")
    conflict.world.settle()
    assert conflict.world.ops(
        "SELECT count(*) FROM ops.review WHERE kind = 'conflict' AND state = 'open'"
    ) == [(1,)]


def test_a_record_that_vanished_is_said_to_be_gone(conflict: Conflict) -> None:
    conflict.world.erp("DELETE FROM customers")
    conflict.world.crm("DELETE FROM account")
    conflict.world.batch()
    with pytest.raises(ConcordError, match="the record is gone since"):
        conflict.say("golden")
    conflict.say("leave", comment="gone")
