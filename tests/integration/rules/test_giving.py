"""What a rule wants becomes a record in every system, once, and goes the way the rule says."""

from __future__ import annotations

from tests.support.ruled import decided_by_rules, follow, latest_place, rule
from tests.support.world import World

SITE = "https://alpha.example"


def _streets(world: World) -> list[str | None]:
    rows = world.erp("SELECT street FROM customer_addresses ORDER BY address_no")
    return [row[0] for row in rows]


def test_a_rule_makes_a_record_in_every_system_in_the_batch_of_its_cause(world: World) -> None:
    follow(world, rule())
    code = world.customer(website=SITE)
    counts = world.batch()
    assert counts["given"] == 1
    assert world.erp("SELECT customer_code, street, city FROM customer_addresses") == [
        (code, SITE, "Leeds")
    ]
    assert world.one("crm", "SELECT city FROM account_address") == "Leeds"
    assert world.batch()["planned"] == 0
    assert len(_streets(world)) == 1


def test_provenance_names_the_rule_and_its_version(world: World) -> None:
    follow(world, rule(version=3))
    world.customer(website=SITE)
    world.batch()
    won = world.one("hub", "SELECT provenance -> 'kind' FROM golden.address")
    assert (won["system"], won["rule"]) == ("rules", "rule office_of_party v3")
    assert won["source_id"] == "office_of_party:Alpha Trading Ltd"


def test_what_a_rule_wants_otherwise_is_changed_everywhere(world: World) -> None:
    follow(world, rule(), config=latest_place(world.config))
    world.customer(website=SITE)
    world.settle()
    world.crm("UPDATE account SET web = 'https://beta.example'")
    world.settle()
    assert _streets(world) == ["https://beta.example"]
    assert world.one("hub", "SELECT count(*) FROM golden.address") == 1


def test_what_a_rule_wants_no_more_is_deleted_everywhere(world: World) -> None:
    follow(world, rule(query=rule().query + " AND p.status = 'active'"))
    world.customer(website=SITE, status="A")
    world.settle()
    assert len(_streets(world)) == 1
    world.erp("UPDATE customers SET status = 'C'")
    world.settle()
    assert _streets(world) == []
    assert world.one("crm", "SELECT count(*) FROM account_address") == 0


def test_a_person_is_asked_before_a_record_that_somebody_changed_is_deleted(world: World) -> None:
    follow(world, rule(query=rule().query + " AND p.status = 'active'"))
    world.customer(website=SITE, status="A")
    world.settle()
    world.crm("UPDATE account_address SET line1 = '1 Real Street'")
    world.settle()
    world.erp("UPDATE customers SET status = 'C'")
    world.settle()
    assert _streets(world) == ["1 Real Street"]
    asked = world.one("hub", "SELECT detail FROM ops.review WHERE state = 'open'")
    assert (asked["unit"], asked["deleted_in"]) == ("deletion", "rules")


def test_gone_says_what_a_record_becomes_that_is_not_wanted_any_more(world: World) -> None:
    query = rule().query + " AND p.status = 'active'"
    follow(world, rule(query=query, gone={"region": "closed"}), config=latest_place(world.config))
    world.customer(website=SITE, status="A")
    world.settle()
    world.erp("UPDATE customers SET status = 'C'")
    world.settle()
    assert world.erp("SELECT street, region FROM customer_addresses") == [(SITE, "closed")]
    assert world.batch(lane="nightly")["planned"] == 0
    world.erp("UPDATE customers SET status = 'A'")
    world.settle()
    assert world.one("hub", "SELECT count(*) FROM image.address_rules WHERE region IS NULL") == 1


def test_a_record_that_is_wanted_again_is_the_one_it_was(world: World) -> None:
    follow(world, rule(query=rule().query + " AND p.status = 'active'"))
    world.customer(website=SITE, status="A")
    world.settle()
    before = world.one("hub", "SELECT golden_id FROM golden.address")
    world.crm("UPDATE account_address SET line1 = '1 Real Street'")
    world.settle()
    world.erp("UPDATE customers SET status = 'C'")  # withdrawn; a person's change keeps the rest
    world.settle()
    shipping = rule().query.replace("'billing'", "'shipping'")  # no match key says that it is it
    follow(world, rule(version=2, query=shipping))
    world.settle()
    live = "SELECT golden_id, kind FROM image.address_rules WHERE deleted_at IS NULL"
    assert world.ops(live) == [(before, "shipping")]


def test_a_rule_that_adds_gives_a_value_and_no_record(world: World) -> None:
    adds = rule(
        "region_of_address",
        adds=True,
        watches={"party": "SELECT a.golden_id FROM golden.address AS a JOIN changed AS c"
                          " ON c.golden_id = a.party", "address": "SELECT golden_id FROM changed"},
        query="SELECT a.golden_id AS subject, 'VIP' AS region FROM golden.address AS a"
              " JOIN golden.party AS p ON p.golden_id = a.party"
              " WHERE a.deleted_at IS NULL AND p.website IS NOT NULL",
    )  # fmt: skip
    follow(world, adds, config=decided_by_rules(world.config, "region"))
    code = world.customer(website=SITE)
    world.erp("INSERT INTO customer_addresses (customer_code, addr_type, street, country_code)"
              " VALUES (%s, 'BI', '1 Old Road', 'GB')", code)  # fmt: skip
    world.settle()
    assert world.one("hub", "SELECT count(*) FROM golden.address") == 1
    assert world.one("erp", "SELECT region FROM customer_addresses") == "VIP"
    world.erp("DELETE FROM customer_addresses")
    world.crm("DELETE FROM account_address")
    world.settle()
    assert world.one("hub", "SELECT count(*) FROM golden.address WHERE deleted_at IS NULL") == 0
    world.settle()
    assert world.ops("SELECT count(*) FROM image.address_rules WHERE deleted_at IS NULL") == [(0,)]


def test_what_a_rule_added_goes_and_the_record_stays(world: World) -> None:
    adds = rule(
        "region_of_address",
        adds=True,
        watches={
            "party": "SELECT a.golden_id FROM golden.address AS a JOIN changed AS c"
            " ON c.golden_id = a.party",
            "address": "SELECT golden_id FROM changed",
        },
        query="SELECT a.golden_id AS subject, 'VIP' AS region FROM golden.address AS a"
        " JOIN golden.party AS p ON p.golden_id = a.party WHERE p.website IS NOT NULL"
        " AND p.status = 'active'",
    )
    follow(world, adds, config=decided_by_rules(world.config, "region"))
    code = world.customer(website=SITE)
    world.erp("INSERT INTO customer_addresses (customer_code, addr_type, street, country_code)"
              " VALUES (%s, 'BI', '1 Old Road', 'GB')", code)  # fmt: skip
    world.settle()
    world.erp("UPDATE customers SET status = 'C'")
    world.settle()
    assert world.ops("SELECT count(*) FROM image.address_rules WHERE deleted_at IS NULL") == [(0,)]
    assert world.one("erp", "SELECT street FROM customer_addresses") == "1 Old Road"
    assert world.one("hub", "SELECT deleted_at FROM golden.address") is None
    assert world.ops("SELECT * FROM ops.review") == []


def test_two_rules_that_want_one_thing_are_no_doubles(world: World) -> None:
    other = rule("office_of_site", query=rule().query.replace("p.legal_name AS", "p.website AS"))
    follow(world, rule(), other)
    world.customer(website=SITE)
    world.settle()
    assert len(_streets(world)) == 1
    assert world.ops("SELECT count(DISTINCT golden_id), count(*) FROM image.address_rules") == [
        (1, 2)
    ]
    assert world.ops("SELECT * FROM ops.review") == []
    follow(world, rule(), rule("office_of_site", version=2, query=other.query + " AND false"))
    world.settle()
    assert len(_streets(world)) == 1
