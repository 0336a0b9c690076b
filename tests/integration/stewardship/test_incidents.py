"""Incidents live as long as their rule fails; scores say how much passes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from concord.errors import AlreadyDecided, ChangedSince, ConcordError
from concord.quality import suites
from concord.stewardship import incidents, quarantine, scores
from tests.support.world import World


@pytest.fixture
def world(checked_world: World) -> World:
    """Here the shipped suites are part of what is tested."""
    return checked_world


def _page(world: World, state: str = "open") -> tuple[incidents.Incident, ...]:
    with world.hub.connect() as conn:
        return incidents.page(conn, state=state).items


def _open(world: World) -> incidents.Incident:
    (found,) = [i for i in _page(world) if i.rule == "email_form"]
    return found


def _broken(world: World) -> str:
    bad = world.account("Broken Ltd", email_address="foo@@bar")
    world.account("Good Ltd", email_address="a@b.example")
    world.batch()
    return bad


def test_a_failing_rule_has_one_incident_that_closes_by_itself(world: World) -> None:
    bad = _broken(world)
    first = _open(world)
    assert (first.system, first.entity, first.failed, first.runs) == ("crm", "party", 1, 1)
    assert first.owner == "sales-operations"
    assert first.meaning["zh"]
    world.account("Broken Too Ltd", email_address="bar@@foo")
    world.batch()
    second = _open(world)
    assert (second.id, second.runs, second.opened_batch) == (first.id, 2, first.opened_batch)
    world.account("Fine Ltd", email_address="c@b.example")
    world.batch()  # the rule passes, but two records wait still
    assert _open(world).id == first.id
    world.crm("UPDATE account SET email_address = 'd@b.example' WHERE id = %s", bad)
    world.batch()
    assert _open(world).id == first.id
    world.crm("UPDATE account SET email_address = 'e@b.example' WHERE email_address LIKE '%%@@%%'")
    world.batch()
    assert [i for i in _page(world) if i.rule == "email_form"] == []
    (closed,) = [i for i in _page(world, "closed") if i.rule == "email_form"]
    assert (closed.id, closed.closed_by) == (first.id, "concord")
    world.account("Broken Again Ltd", email_address="x@@y")
    world.batch()
    assert _open(world).id != first.id


def test_an_incident_closes_when_a_correction_here_is_taken(world: World) -> None:
    _broken(world)
    with world.hub.connect() as conn:
        (entry,) = quarantine.entries(conn)
        quarantine.fix(conn, entry.id, {"email_address": "x@b.example"}, actor="anna")
    world.batch()
    assert [i for i in _page(world) if i.rule == "email_form"] == []


def test_an_incident_closes_when_a_record_is_again_what_it_was(world: World) -> None:
    world.account("Good Ltd", email_address="a@b.example")
    world.settle()
    world.crm("UPDATE account SET email_address = 'foo@@bar'")
    world.batch()
    assert _open(world)
    world.crm("UPDATE account SET email_address = 'a@b.example'")
    world.batch()
    assert [i for i in _page(world) if i.rule == "email_form"] == []


def test_who_takes_an_incident_over_is_told_to_the_second_one(world: World) -> None:
    bad = _broken(world)
    seen = _open(world)
    with world.hub.connect() as conn:
        done = incidents.explain(
            conn, seen.id, actor="anna", owner="anna", reason_code="source_data",
            version=seen.version,
        )  # fmt: skip
        assert (done.owner, done.reason_code) == ("anna", "source_data")
        with pytest.raises(ChangedSince, match="belongs to anna now, reason source_data"):
            incidents.explain(conn, seen.id, actor="ben", owner="ben", version=seen.version)
        with pytest.raises(ConcordError, match="no reason code 'why'"):
            incidents.explain(conn, seen.id, actor="ben", reason_code="why")
        with pytest.raises(ConcordError, match="say an owner"):
            incidents.explain(conn, seen.id, actor="ben")
        with pytest.raises(ConcordError, match="there is no incident 0"):
            incidents.incident(conn, 0)
    world.crm("UPDATE account SET email_address = 'd@b.example' WHERE id = %s", bad)
    world.batch()
    assert world.one("hub", "SELECT owner FROM ops.incident WHERE rule = 'email_form'") == "anna"
    with world.hub.connect() as conn, pytest.raises(AlreadyDecided, match="closed by concord"):
        incidents.explain(conn, seen.id, actor="ben", owner="ben")


def test_scores_tell_each_rule_in_words_with_its_last_run(world: World) -> None:
    _broken(world)
    world.account("Fine Ltd", email_address="c@b.example")
    world.batch()
    with world.hub.connect() as conn:
        found = scores.scores(conn, suites.load(world.expectations, world.config), system="crm")
        (mail,) = [s for s in found if (s.entity, s.rule) == ("party", "email_form")]
        assert (mail.checked, mail.failed, mail.value) == (1, 0, Decimal("1.0000"))
        assert (mail.waiting, mail.incident) == (1, _open(world).id)
        assert mail.meaning["en"]
        points = scores.trend(conn, "crm", "party", "email_form")
        assert [(p.checked, p.failed, p.value) for p in points] == [
            (2, 1, Decimal("0.5000")), (1, 0, Decimal("1.0000"))
        ]  # fmt: skip
        assert len(scores.trend(conn, "crm", "party", "email_form", points=1)) == 1
        assert {t.entity for t in scores.totals(found)} == {"party", "contact", "address"}
        (party,) = [t for t in scores.totals(found) if t.entity == "party"]
        assert party.value is not None
        assert 0 < party.value <= 1
