"""When a rule looks at a subject: after every change that touches it, and never for nothing."""

from __future__ import annotations

from time import sleep
from typing import Any

import pytest

from concord.model.spec import Authority, Field
from concord.pipeline import begin, extract, finish, given, load, unify, validate
from tests.support.configured import with_entities
from tests.support.ruled import OFFICES, follow, latest_place, rule
from tests.support.world import World

SITE = "https://alpha.example"
COUNT = "SELECT coalesce(sum(n), 0)::int FROM ops.batch_count WHERE system = 'rules' AND name = %s"
LIVE = "SELECT count(*) FROM image.address_rules WHERE deleted_at IS NULL"


def _count(world: World, name: str) -> int:
    """A count over all batches so far, of the rules' rows."""
    return int(world.one("hub", COUNT, name))


def test_a_quiet_batch_asks_no_rule_anything(world: World) -> None:
    follow(world, rule())
    world.customer(website=SITE)
    world.settle()
    asked = _count(world, "read")
    world.batch()
    assert _count(world, "read") == asked


def test_a_new_version_is_evaluated_once_for_all(world: World) -> None:
    follow(world, rule(), config=latest_place(world.config))
    world.customer("Alpha Trading Ltd", website=SITE)
    world.customer("Beta Ltd", website="https://beta.example")
    world.settle()
    follow(world, rule(version=2, query=OFFICES.replace("Leeds", "York")))
    world.settle()
    assert _count(world, "read") == 4
    cities = world.erp("SELECT city FROM customer_addresses")
    assert cities == [("York",), ("York",)]
    world.batch()
    assert _count(world, "read") == 4


def test_a_rule_that_was_off_gives_what_it_missed(world: World) -> None:
    follow(world, rule(on=False))
    world.customer(website=SITE)
    world.settle()
    assert world.one("hub", LIVE) == 0
    follow(world, rule())
    world.settle()
    assert world.one("hub", LIVE) == 1


def test_a_subject_is_looked_at_again_when_the_rule_asked_for(world: World) -> None:
    later = OFFICES.replace(
        "p.legal_name AS key",
        "CASE WHEN now() > p.created_at + interval '4 s' THEN p.legal_name END AS key,"
        " p.created_at + interval '4 s' AS again_at",
    )
    follow(world, rule(query=later))
    world.customer(website=SITE)
    world.batch()
    assert world.one("hub", LIVE) == 0
    assert world.one("hub", "SELECT at > now() FROM ops.due")
    sleep(4.1)
    world.batch()
    assert world.one("hub", LIVE) == 1
    assert world.ops("SELECT * FROM ops.due") == []


def test_a_subject_in_quarantine_waits_until_it_is_healed(world: World) -> None:
    follow(world, rule(), config=latest_place(world.config))
    world.customer(website=SITE)
    world.settle()
    world.ops(
        "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch,"
        " last_batch) SELECT 'golden', 'party', golden_id::text, '{}', '[]', 1, 1 FROM golden.party"
    )
    follow(world, rule(version=2, query=OFFICES.replace("Leeds", "York")))
    city = "SELECT city FROM image.address_rules WHERE deleted_at IS NULL"
    for lane in ("fast", "fast", "nightly"):
        world.batch(lane)
        assert world.one("hub", city) == "Leeds"
    world.ops("UPDATE ops.quarantine SET state = 'healed'")
    world.batch()
    assert world.one("hub", city) == "York"


def test_a_key_that_two_subjects_claim_is_quarantined_and_stops_nothing_else(
    world: World,
) -> None:
    by_country = OFFICES.replace("p.legal_name AS key", "p.country AS key")
    follow(world, rule(query=by_country))
    world.customer("Alpha Trading Ltd", website=SITE)
    world.settle()
    world.customer("Beta Ltd", website="https://beta.example")
    world.customer("Gamma SA", website="https://gamma.example", country_code="FR")
    world.batch()
    cause = world.one("hub", "SELECT causes -> 0 ->> 'message' FROM ops.quarantine")
    assert cause == "the rule gives this key 2 times: make its keys unique"
    assert world.ops("SELECT source_id, street FROM image.address_rules ORDER BY 1") == [
        ("office_of_party:FR", "https://gamma.example"),
        ("office_of_party:GB", SITE),
    ]
    world.crm("UPDATE account SET country = 'Germany' WHERE account_name = 'Beta Ltd'")
    world.erp("UPDATE customers SET country_code = 'DE' WHERE name = 'Beta Ltd'")
    world.settle()
    assert world.one("hub", LIVE) == 3
    world.batch(lane="nightly")
    assert world.ops("SELECT DISTINCT state FROM ops.quarantine") == [("healed",)]


def test_a_rule_that_fails_gives_nothing_until_it_is_mended(world: World) -> None:
    follow(world, rule(query=OFFICES + " AND 1 / (length(p.legal_name) - 17) > 0"))
    world.customer("Alpha Trading Ltd", website=SITE)
    counts = world.batch()
    assert (counts["given"], counts["confirmed"]) == (0, 1)
    why = world.one("hub", "SELECT detail ->> 'why' FROM ops.review WHERE kind = 'rule'")
    assert why == "DivisionByZero (22012)"
    follow(world, rule())
    world.settle()
    assert world.one("hub", LIVE) == 1
    assert world.ops("SELECT state FROM ops.review") == [("done",)]


def test_a_watch_that_fails_loses_nothing(world: World) -> None:
    broken = rule(watches={"party": "SELECT golden_id FROM changed WHERE 1 / 0 = 1"})
    follow(world, rule())
    world.batch()
    follow(world, broken)
    world.customer(website=SITE)
    world.batch()
    follow(world, rule())
    world.settle()
    assert world.one("hub", LIVE) == 1


@pytest.mark.parametrize(
    "text",
    [
        OFFICES.replace("'Leeds'", "nextval('ops.read_seq')::text"),
        "SELECT 1) AS q; DELETE FROM ops.due; SELECT * FROM (SELECT 1",
        "WITH gone AS (DELETE FROM ops.rule_version RETURNING 1) " + OFFICES,
    ],
)
def test_a_rule_can_write_nothing(world: World, text: str) -> None:
    follow(world, rule())
    world.customer(website=SITE)
    world.settle()
    follow(world, rule(version=2, query=text))
    world.ops("INSERT INTO ops.due SELECT 'other', golden_id, now(), 1 FROM golden.party")
    sequence = "SELECT last_value FROM ops.read_seq"
    before = world.one("hub", sequence)
    world.batch()
    assert world.one("hub", "SELECT count(*) FROM ops.review WHERE kind = 'rule'") == 1
    assert world.one("hub", "SELECT count(*) FROM ops.due WHERE rule = 'other'") == 1
    assert world.one("hub", sequence) == before + 3  # two systems' snapshots, and the rules' own
    assert world.one("hub", LIVE) == 1


def test_a_watch_sees_what_a_record_was(world: World) -> None:
    spoken_for = OFFICES + " AND EXISTS (SELECT FROM golden.contact AS c"
    spoken_for += " WHERE c.party = p.golden_id AND c.deleted_at IS NULL)"
    touched = "SELECT c.party FROM golden.contact AS c JOIN changed USING (golden_id)"
    touched += " UNION SELECT party FROM was"
    follow(world, rule(query=spoken_for, watches={"contact": touched}))
    codes = [world.customer(n, website=f"https://{n[:4]}.example") for n in ("Alpha", "Beta Ltd")]
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name) VALUES (%s, 'Ann Lee')", codes[0]
    )
    world.settle()
    key = "SELECT source_id FROM image.address_rules WHERE deleted_at IS NULL"
    assert world.one("hub", key) == "office_of_party:Alpha"
    world.erp("UPDATE customer_contacts SET customer_code = %s", codes[1])
    world.settle()
    assert world.one("hub", key) == "office_of_party:Beta Ltd"


def test_a_rule_on_what_a_rule_gave_follows_in_the_same_batch(world: World) -> None:
    names = [e.name for e in world.config.entities]
    assert names.index("party") < names.index("address") < names.index("contact")
    desk = rule(
        "desk_of_office",
        gives="contact",
        watches={"address": "SELECT golden_id FROM changed"},
        query="SELECT a.city AS key, a.golden_id AS subject, a.party, 'Front desk' AS full_name"
              " FROM golden.address AS a WHERE a.deleted_at IS NULL",
    )  # fmt: skip
    follow(world, desk, rule())
    world.customer(website=SITE)
    world.batch()
    assert world.erp("SELECT full_name FROM customer_contacts") == [("Front desk",)]


def test_a_rule_waits_for_a_batch_of_the_entity_that_it_gives(world: World) -> None:
    follow(world, rule())
    world.batch()
    world.customer(website=SITE)
    world.batch(entities=["party"])
    assert world.one("hub", LIVE) == 0
    world.batch(entities=["address"])
    assert world.one("hub", LIVE) == 1


class Killed(Exception):
    """Stands for the process dying at this line."""


def _until_unify(world: World, run_id: str) -> int:
    batch_id = begin(world.engine, lane="fast", run_id=run_id)
    for system in world.config.system:
        extract(world.engine, batch_id, system)
    validate(world.engine, batch_id)
    return batch_id


def _dying(*_: Any) -> None:
    raise Killed


def test_a_step_that_died_is_taken_again_with_one_effect(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(world, rule())
    world.customer(website=SITE)
    batch_id = _until_unify(world, "one")
    with monkeypatch.context() as patch:
        patch.setattr(given, "_unite", _dying)
        with pytest.raises(Killed):
            unify(world.engine, batch_id)
    assert world.one("hub", LIVE) == 0
    assert world.one("hub", "SELECT count(*) FROM ops.due") == 1
    unify(world.engine, batch_id)
    unify(world.engine, batch_id)
    for system in world.config.system:
        load(world.engine, batch_id, system)
    finish(world.engine, batch_id)
    assert world.one("erp", "SELECT count(*) FROM customer_addresses") == 1
    assert world.batch()["planned"] == 0


def test_what_a_failed_batch_left_due_is_given_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(world, rule())
    world.batch()
    world.customer(website=SITE)
    batch_id = _until_unify(world, "one")
    with monkeypatch.context() as patch:
        patch.setattr(given, "_unite", _dying)
        with pytest.raises(Killed):
            unify(world.engine, batch_id)
    finish(world.engine, batch_id, error="ended")
    world.settle()
    assert world.one("erp", "SELECT count(*) FROM customer_addresses") == 1


def test_a_full_batch_evaluates_every_subject(world: World) -> None:
    follow(world, rule())
    world.batch()
    world.customer(website=SITE)
    world.batch(entities=["party"])
    world.ops("DELETE FROM ops.due")
    world.batch()
    assert world.one("hub", LIVE) == 0
    world.batch(lane="nightly")
    assert world.one("hub", LIVE) == 1


def test_a_stamp_moves_with_other_values_and_never_alone(world: World) -> None:
    address = world.config.entity["address"]
    stamp = Field(name="as_of", type="timestamp", authority=Authority(kind="latest"))
    stamped = address.model_copy(update={"fields": (*address.fields, stamp)})
    config = latest_place(with_entities(world.config, [stamped]))
    query = OFFICES.replace("p.website AS street", "p.website AS street, now() AS as_of")
    follow(world, rule(stamp="as_of", query=query), config=config)
    world.customer(website=SITE)
    world.settle()
    of = "SELECT as_of FROM golden.address"
    first = world.one("hub", of)
    assert first is not None
    world.erp("UPDATE customers SET phone = '+442079460000'")  # the rule looks, and wants the same
    world.settle()
    world.batch(lane="nightly")
    assert world.one("hub", of) == first
    world.crm("UPDATE account SET web = 'https://beta.example'")
    world.settle()
    assert world.one("hub", of) > first
