"""Quarantine for stewards: by cause, in bulk, tried first, and written back after approval."""

from __future__ import annotations

from typing import Any

import pytest

from concord.errors import AlreadyDecided, ChangedSince, ConcordError
from concord.quality import suites
from concord.stewardship import bulk, groups, quarantine, reviews, sight, trial, write_back
from concord.stewardship.deciding import decide
from concord.stewardship.effect import effect
from tests.support.world import World


@pytest.fixture
def world(checked_world: World) -> World:
    """Here the shipped suites are part of what is tested."""
    return checked_world


def _entries(world: World) -> list[quarantine.Entry]:
    with world.hub.connect() as conn:
        return quarantine.entries(conn)


def _broken(world: World, n: int = 3) -> list[quarantine.Entry]:
    """Accounts with a country that does not exist, the last with a bad address besides."""
    for i in range(n):
        mail = "foo@@bar" if i == n - 1 else f"a{i}@b.example"
        world.account(f"Broken {i} Ltd", country="Atlantis", email_address=mail)
    world.batch()
    found = _entries(world)
    assert len(found) == n
    return found


def test_groups_say_how_many_one_correction_clears(world: World) -> None:
    _broken(world)
    with world.hub.connect() as conn:
        found = {g.cause.column: g for g in groups.groups(conn)}
        country = found["country"]
        assert (country.entries, country.alone) == (3, 2)
        assert country.meaning["zh"]
        (same,) = groups.same_values(conn, world.config, country.cause)
        assert (same.value.text, same.entries) == ("Atlantis", 3)
        mail = found["email_address"].cause
        assert groups.same_values(conn, world.config, mail)[0].value.hidden
        assert groups.same_values(conn, world.config, mail, may_see=sight.ALL)[0].value.text


def test_one_correction_clears_its_group_and_leaves_what_was_changed_meanwhile(
    world: World,
) -> None:
    entries = _broken(world)
    with world.hub.connect() as conn:
        (group,) = [g for g in groups.groups(conn) if g.cause.column == "country"]
        seen = groups.members(conn, group.cause, value="Atlantis")
        assert sorted(seen) == [e.id for e in entries]
        quarantine.dismiss(conn, entries[0].id, "a test", actor="ben", code="test_data")
    with world.hub.connect() as conn:
        done = bulk.fix(conn, seen, {"country": "Germany"}, actor="anna")
    assert done.done == (entries[1].id, entries[2].id)
    (left,) = done.refused
    assert left.id == entries[0].id
    assert "dismissed by ben on 20" in left.why
    world.batch()
    assert [e.causes[0]["column"] for e in _entries(world)] == ["email_address"]
    assert world.ops("SELECT detail -> 'entries' FROM ops.audit WHERE actor = 'anna'") == [
        ([entries[1].id, entries[2].id],)
    ]


def test_bulk_refuses_columns_that_an_entry_lacks_and_says_so(world: World) -> None:
    entries = _broken(world, 1)
    seen = {entries[0].id: entries[0].version, 10**9: 1}
    with world.hub.connect() as conn:
        done = bulk.fix(conn, seen, {"fax": "1"}, actor="anna")
        assert done.done == ()
        assert ["has no column fax" in r.why for r in done.refused] == [True, False]
        assert "there is no quarantine entry" in done.refused[1].why
        with pytest.raises(ConcordError, match="0 entries are given"):
            bulk.replay(conn, {}, actor="anna")
        with pytest.raises(ConcordError, match="no reason code 'why'"):
            bulk.dismiss(conn, seen, "x", code="why", actor="anna")
        kept = bulk.dismiss(conn, seen, "typed to try", code="test_data", actor="anna")
        assert kept.done == (entries[0].id,)
    assert world.ops("SELECT state, reason_code, closed_by FROM ops.quarantine") == [
        ("dismissed", "test_data", "anna")
    ]


def test_the_second_steward_is_told_what_the_first_one_did(world: World) -> None:
    (entry,) = _broken(world, 1)
    with world.hub.connect() as conn:
        quarantine.fix(conn, entry.id, {"country": "Germany"}, actor="anna", version=entry.version)
        with pytest.raises(AlreadyDecided, match="was corrected by anna on 20"):
            quarantine.fix(conn, entry.id, {"country": "DE"}, actor="b", version=entry.version)
    world.batch()  # its address fails still
    with world.hub.connect() as conn, pytest.raises(ChangedSince, match="Look at it again"):
        quarantine.replay(conn, entry.id, actor="b", version=entry.version)


def test_an_entry_that_fails_again_as_before_is_still_what_was_seen(world: World) -> None:
    (entry,) = _broken(world, 1)
    world.ops("INSERT INTO ops.reread VALUES ('crm', 'party', %s, 'test')", entry.source_id)
    world.batch()
    (again,) = _entries(world)
    assert again.last_batch > entry.last_batch
    assert again.version == entry.version


def _try(world: World, entry: quarantine.Entry, **values: str | None) -> trial.Verdict:
    found = suites.load(world.expectations, world.config)
    return trial.attempt(world.hub, world.config, found, entry.id, values)


def test_a_correction_is_judged_by_the_suite_before_it_is_stored(world: World) -> None:
    (entry,) = _broken(world, 1)
    half = _try(world, entry, country="Germany")
    assert not half.passes
    assert {(f.rule, f.column) for f in half.failures if f.severity == "critical"} == {
        ("email_form", "email_address")
    }
    assert half.failures[0].meaning["en"]
    assert _try(world, entry, country="Germany", email_address="a@b.example").passes
    assert not _try(world, entry, country="Utopia", email_address="a@b.example").passes
    late = _try(world, entry, country="Germany", email_address="a@b.example", customer_since="soon")
    assert not late.passes
    nul = _try(world, entry, country="G\0B", email_address="a@b.example")
    assert [f.rule for f in nul.failures] == ["fix_readable"]
    with pytest.raises(ConcordError, match="has no column fax"):
        _try(world, entry, fax="1")
    assert world.ops("SELECT fix FROM ops.quarantine") == [({},)]
    assert world.ops("SELECT relname FROM pg_class WHERE relname LIKE '%%try%%'") == []


def _taken_then_broken(world: World) -> quarantine.Entry:
    """A customer of both sides whose account got a bad country, which the ERP decides."""
    world.customer(vat_no="GB123456789", country_code="GB", email="a@b.example")
    world.settle()
    world.crm("UPDATE account SET country = 'Atlantis'")
    world.settle()
    (entry,) = _entries(world)
    return entry


def _ask(world: World, entry: quarantine.Entry, **values: Any) -> int:
    with world.hub.connect() as conn:
        return write_back.ask(conn, world.config, entry.id, values, actor="anna")


def test_a_written_back_correction_reaches_the_source_after_approval(world: World) -> None:
    entry = _taken_then_broken(world)
    number = _ask(world, entry, country="Germany")
    world.settle()
    assert world.one("crm", "SELECT country FROM account") == "Atlantis"
    with world.hub.connect() as conn:
        (review,) = reviews.page(conn, kind="write_back").items
        assert review.id == number
        assert "fix" not in review.detail
        done = decide(conn, world.config, number, "approve", version=None, actor="ben")
    assert done.after["country"].text == "DE"
    world.settle()
    assert world.one("crm", "SELECT country FROM account") == "Germany"
    assert world.one("erp", "SELECT country_code FROM customers") == "DE"
    with world.hub.connect() as conn:
        told = effect(conn, world.config, number)
    assert {(w.system, w.state) for w in told.systems} == {
        ("crm", "confirmed"), ("erp", "confirmed")
    }  # fmt: skip
    assert _entries(world) == []
    assert world.batch("nightly")["planned"] == 0


def test_a_rejected_correction_changes_nothing(world: World) -> None:
    entry = _taken_then_broken(world)
    number = _ask(world, entry, country="Germany")
    with world.hub.connect() as conn:
        decide(conn, world.config, number, "reject", version=None, actor="ben")
    world.settle()
    assert _entries(world)[0].state == "open"
    assert world.ops("SELECT FROM ops.decision") == []


def test_what_has_no_golden_record_is_not_written_back_and_says_so(world: World) -> None:
    (entry,) = _broken(world, 1)
    with pytest.raises(ConcordError, match=r"was never taken in.*correct it in crm"):
        _ask(world, entry, country="GB")
    with pytest.raises(ConcordError, match="has no column fax"):
        _ask(world, entry, fax="1")


def test_pages_are_cut_by_key_in_either_order(world: World) -> None:
    entries = _broken(world, 5)
    world.ops("UPDATE ops.quarantine SET ordered = quarantine_id %% 2, exposed_at = now()")
    for order in ("age", "money"):
        seen: list[quarantine.Entry] = []
        after = None
        with world.hub.connect() as conn:
            while True:
                page = quarantine.page(conn, order=order, after=after, limit=2)
                seen += page.items
                after = page.after
                if after is None:
                    break
        assert sorted(e.id for e in seen) == [e.id for e in entries]
        key = (lambda e: e.id) if order == "age" else (lambda e: (-e.exposure, e.id))
        assert seen == sorted(seen, key=key)
    with world.hub.connect() as conn:
        for wrong in ("", "x", "1~2~3", "nan~1"):
            with pytest.raises(ConcordError, match="no mark of a page"):
                quarantine.page(conn, after=wrong)
        with pytest.raises(ConcordError, match="at least one line"):
            quarantine.page(conn, limit=0)
