"""One record: found, explained, as it was, what was written of it, what refers to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from concord.errors import ConcordError
from concord.model.spec import Config
from concord.stewardship import finding, following, record, sight, timeline
from tests.conftest import Postgres
from tests.support.copies import copied, gone_on, world_on
from tests.support.world import World


@pytest.fixture(scope="module")
def settled(
    pg: Postgres,
    config: Config,
    hub_template: str,
    sandbox_templates: dict[str, str],
    no_suites: Path,
) -> Iterator[dict[str, str]]:
    """Names of a hub, an ERP and a CRM that agree on two customers."""
    with copied(pg, {"hub": hub_template, **sandbox_templates}, "settled") as names:
        world = world_on(pg, config, names, World, no_suites)
        world.customer("Müller & Söhne", vat_no="GB123456789", phone="+442079460001")
        world.customer("Mueller Ltd", vat_no="GB987654321")
        world.settle()
        world.hub.close()  # a database that is in use cannot be copied
        yield names


@pytest.fixture
def world(
    pg: Postgres, config: Config, settled: dict[str, str], no_suites: Path
) -> Iterator[World]:
    """Two customers of both sides, in databases of this test alone."""
    with copied(pg, settled, "record") as names:
        yield gone_on(pg, config, names, World, no_suites)


def golden(world: World) -> UUID:
    return world.one("hub", "SELECT golden_id FROM golden.party WHERE tax_id = 'GB123456789'")


def find(world: World, text: str, **more: Any) -> list[finding.Found]:
    with world.hub.connect() as conn:
        return finding.find(conn, world.config, text, **more)


@pytest.mark.parametrize(
    "text", ["GB123456789", "gb 123 456 789", "C000001", "müller", " MÜLLER &", "Mu\u0308ller"]
)
def test_a_record_is_found_by_key_or_by_how_its_name_begins(world: World, text: str) -> None:
    (found,) = find(world, text)
    assert (found.golden_id, found.title, found.live) == (golden(world), "Müller & Söhne", True)


@pytest.mark.parametrize(
    "text", ["%", "M%", "_üller", "Söhne", "'; --", "\\", "GB12345678", "x" * 500]
)
def test_signs_that_mean_something_to_a_database_find_nothing(world: World, text: str) -> None:
    assert find(world, text) == []


@pytest.mark.parametrize("text", ["", "  ", "x" * 501, "a\0b"])
def test_what_cannot_be_looked_for_is_refused(world: World, text: str) -> None:
    with pytest.raises(ConcordError, match="look for 1 to 500 characters"):
        find(world, text)


def test_personal_values_are_searched_only_by_those_who_may_see_them(world: World) -> None:
    assert find(world, "+44 20 7946-0001") == []
    (found,) = find(world, "+44 20 7946-0001", may_see=sight.ALL)
    assert (found.golden_id, found.by) == (golden(world), "phone")


def test_an_id_finds_the_record_that_it_was_merged_into(world: World) -> None:
    gone = uuid4()
    world.ops(
        "INSERT INTO ops.redirect (entity, from_id, to_id, reason) VALUES ('party', %s, %s, 'x')",
        gone, golden(world),
    )  # fmt: skip
    assert [f.golden_id for f in find(world, str(gone))] == [golden(world)]
    with world.hub.connect() as conn:
        seen = record.show(conn, world.config, "party", gone)
    assert (seen.golden_id, seen.merged) == (golden(world), (gone,))


def show(world: World, **more: Any) -> record.Record:
    with world.hub.connect() as conn:
        return record.show(conn, world.config, "party", golden(world), **more)


def test_each_value_says_who_won_by_which_rule_and_what_lost(world: World) -> None:
    world.limit("crm", count=0, share=0)  # what is written back is held
    world.crm("UPDATE account SET account_name = 'Another Name' WHERE tax_number = 'GB123456789'")
    batch = world.batch()
    assert batch["held_writes"] == 1
    seen = show(world)
    name = {f.name: f for f in seen.fields}["legal_name"]
    assert name.value.text == "Müller & Söhne"
    assert (name.system, name.source_id, name.rule) == ("erp", "C000001", "owner erp")
    assert name.at
    (lost,) = name.losers
    assert (lost.system, lost.value.text) == ("crm", "Another Name")
    assert lost.changed_batch == world.one("hub", "SELECT max(batch_id) FROM ops.batch")
    assert {link.system for link in seen.links} == {"erp", "crm"}
    phone = {f.name: f for f in seen.fields}["phone"]
    assert phone.value.hidden
    assert phone.value.text is None
    assert {f.name: f for f in show(world, may_see=sight.ALL).fields}["phone"].value.text


def test_what_waits_about_a_record_is_named(checked_world: World) -> None:
    world = checked_world
    world.customer(vat_no="GB123456789")
    world.settle()
    world.crm("UPDATE account SET country = 'Atlantis'")
    world.batch()
    assert [(t.kind, t.system) for t in show(world).tasks] == [("quarantine", "crm")]


def test_the_state_at_any_instant_is_what_was_known_then(world: World) -> None:
    moments = [datetime.now(UTC)]
    for name in ("Second Name", "Third Name"):
        world.erp("UPDATE customers SET name = %s WHERE customer_code = 'C000001'", name)
        world.settle()
        moments.append(datetime.now(UTC))
    with world.hub.connect() as conn:
        known = []
        for at in moments:
            states = timeline.as_of(conn, world.config, "party", golden(world), at)
            known.append({s.system: s.values["legal_name"].text for s in states})
        names = ["Müller & Söhne", "Second Name", "Third Name"]
        assert known == [{"golden": n, "erp": n, "crm": n} for n in names]
        early = moments[0] - timedelta(days=1)
        assert timeline.as_of(conn, world.config, "party", golden(world), early) == ()
        with pytest.raises(ConcordError, match="has no zone"):
            timeline.as_of(conn, world.config, "party", golden(world), early.replace(tzinfo=None))
        first = timeline.changes(conn, world.config, "party", golden(world), limit=2)
        assert [set(c.changed) for c in first.items] == [{"legal_name"}, {"legal_name"}]
        assert [v.text for v in first.items[0].changed["legal_name"]] == names[1:]
        rest = timeline.changes(
            conn, world.config, "party", golden(world), limit=2, after=first.after
        )
        assert [c.version for c in rest.items] == [1]
        assert rest.after is None


def test_writes_say_what_was_sent_and_what_the_system_confirmed(world: World) -> None:
    world.erp("UPDATE customers SET phone = '+442079469999' WHERE customer_code = 'C000001'")
    world.settle()
    with world.hub.connect() as conn:
        page = following.writes(conn, world.config, "party", golden(world), limit=1)
        (write,) = page.items
        assert (write.system, write.action, write.state) == ("crm", "update", "confirmed")
        assert write.new["phone"].hidden
        assert write.calls
        assert write.calls[0].ended_at
        more = following.writes(conn, world.config, "party", golden(world), after=page.after)
        assert [w.action for w in more.items] == ["create"]
        seen = following.writes(
            conn, world.config, "party", golden(world), limit=1, may_see=sight.ALL
        )
        assert seen.items[0].old["phone"].text == "+442079460001"
        assert seen.items[0].new["phone"].text == "+442079469999"


def test_what_refers_to_a_record_is_listed_page_by_page(world: World) -> None:
    for n in range(3):
        world.erp(
            "INSERT INTO customer_contacts (customer_code, full_name, email)"
            " VALUES ('C000001', %s, %s)", f"Ann {n}", f"a{n}@b.example",
        )  # fmt: skip
    world.settle()
    with world.hub.connect() as conn:
        page = following.documents(conn, world.config, "party", golden(world), "contact", limit=2)
        rest = following.documents(
            conn, world.config, "party", golden(world), "contact", limit=2, after=page.after
        )
        assert (len(page.items), len(rest.items), rest.after) == (2, 1, None)
        assert page.items[0].values["full_name"].hidden
        assert page.items[0].title is None
        with pytest.raises(ConcordError, match="no party refers to a contact"):
            following.documents(conn, world.config, "contact", golden(world), "party")


def test_a_record_that_is_not_there_is_said_to_be_missing(world: World) -> None:
    with world.hub.connect() as conn:
        with pytest.raises(ConcordError, match=r"there is no party .*record find"):
            record.show(conn, world.config, "party", uuid4())
        with pytest.raises(ConcordError, match="there is no entity 'partie'; known: party"):
            record.show(conn, world.config, "partie", uuid4())
