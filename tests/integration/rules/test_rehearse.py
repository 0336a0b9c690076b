"""A rehearsal says what a rule would do, a check what is wrong with it; neither writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from concord.hub.database import Hub
from concord.hub.model_migrations import Statement, plan
from concord.model.documents import Document
from concord.model.spec import Config, Rule
from concord.rules.check import check
from concord.rules.rehearse import Rehearsal, rehearse
from tests.conftest import TestHub
from tests.support.ruled import OFFICES, follow, latest_place, rule
from tests.support.world import World

SITE = "https://alpha.example"
MONTH = timedelta(days=30)


def _rehearse(world: World, one: Rule, since: timedelta | None = None) -> Rehearsal:
    with world.hub.connect() as conn:
        return rehearse(conn, world.engine.config, one, since)


def _state(world: World) -> list[Any]:
    queries = (
        "SELECT * FROM ops.due",
        "SELECT * FROM ops.rule_version",
        "SELECT * FROM image.address",
    )
    return [world.ops(q) for q in queries]


def test_a_rehearsal_counts_and_shows_and_writes_nothing(world: World) -> None:
    follow(world, rule(), config=latest_place(world.config))
    world.customer("Alpha Ltd", website=SITE)
    world.customer("Beta Ltd", website="https://beta.example", status="C")
    world.settle()
    world.customer("Gamma Ltd", website="https://gamma.example")
    follow(world, rule(on=False))
    world.settle()
    before = _state(world)
    city = "CASE WHEN p.legal_name = 'Alpha Ltd' THEN 'York' ELSE 'Leeds' END"
    other = rule(query=OFFICES.replace("'Leeds'", city) + " AND p.status <> 'closed'")
    found = _rehearse(world, other)
    assert found.counts == {"new": 1, "changed": 1, "same": 0, "withdrawn": 1}
    shown = {(e.kind, e.key): e.fields for e in found.examples}
    assert shown["changed", "Alpha Ltd"] == {"city": ("Leeds", "York")}
    assert shown["new", "Gamma Ltd"]["street"] == (None, "https://gamma.example")
    assert shown["withdrawn", "Beta Ltd"]["city"] == ("Leeds", None)
    assert _state(world) == before


def test_a_rehearsal_of_a_time_is_of_what_changed_since(world: World) -> None:
    follow(world)
    world.customer("Alpha Ltd", website=SITE)
    world.settle()
    world.ops("UPDATE golden.party SET updated_at = now() - interval '40 days'")
    world.customer("Beta Ltd", website="https://beta.example")
    world.settle()
    found = _rehearse(world, rule(), MONTH)
    assert (found.subjects, found.counts["new"]) == (1, 1)
    assert _rehearse(world, rule()).counts["new"] == 2


def test_a_rehearsal_sums_money_and_hides_what_not_everybody_may_see(world: World) -> None:
    query = (
        "SELECT p.legal_name AS key, p.golden_id AS subject, 'New ' || p.legal_name AS legal_name,"
    )
    query += " '+442079460000' AS phone, p.credit_limit * 2 AS credit_limit, p.currency"
    query += " FROM golden.party AS p WHERE p.credit_limit > 0"
    follow(world)
    world.customer("Alpha Ltd", credit_limit=100, currency="EUR")
    world.customer("Beta Ltd", credit_limit=50, currency="USD")
    world.customer("Gamma Ltd", credit_limit=7, currency="EUR")
    world.settle()
    found = _rehearse(world, rule(gives="party", query=query))
    totals = {(t.currency, t.before, t.after) for t in found.totals if t.kind == "new"}
    assert totals == {("EUR", 0, 214), ("USD", 0, 100)}
    assert found.examples[0].fields["phone"] == (None, "***")
    assert found.examples[0].fields["credit_limit"] == (None, "***")
    assert found.examples[0].fields["legal_name"] == (None, "New Alpha Ltd")


def _problems(world: World, one: Rule) -> list[str]:
    config = world.engine.config.model_copy(update={"rules": (one,)})
    lines = {("query",): 7, ("watches", "party"): 6}
    with world.hub.connect() as conn:
        documents = {f"rules/{one.name}": Document("rules/office_of_party.yaml", {}, lines)}
        return [str(p) for p in check(conn, config, documents)]


MISTAKES = [
    ({"query": OFFICES.replace("p.website", "p.web")}, ":7: query: the hub refuses the query"),
    ({"query": OFFICES.replace("AS city", "AS town")}, "`town` is no field of address"),
    ({"query": OFFICES.replace("p.golden_id AS subject, ", "")}, "the query has no column subject"),
    ({"query": OFFICES.replace("p.golden_id AS party", "'x'::text AS party")},
     'column "party" is of type uuid but expression is of type text'),
    ({"query": "DELETE FROM golden.party RETURNING golden_id"}, "syntax error"),
    ({"watches": {"party": "SELECT legal_name FROM changed JOIN golden.party USING (golden_id)"}},
     ":6: watches.party: the hub refuses the query: column"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), MISTAKES)
def test_a_mistake_in_a_query_is_named_with_file_and_line(
    world: World, changes: dict[str, Any], words: str
) -> None:
    found = _problems(world, rule(**changes))
    assert len(found) == 1, found
    assert words in found[0]


def test_a_good_rule_passes_the_check(world: World) -> None:
    was = "SELECT w.golden_id FROM was AS w JOIN changed USING (golden_id) WHERE w.website <> ''"
    assert _problems(world, rule(watches={"party": was})) == []


def test_the_first_rule_that_gives_an_entity_is_one_migration(hub: TestHub, config: Config) -> None:
    def steps(*rules: Rule) -> list[Statement]:
        return [s for s in plan(conn, config.model_copy(update={"rules": rules})) if s.sql]

    with Hub(hub.owner_url).connect() as conn:
        assert [s.subject for s in steps(rule())] == ["address_rules", "address_rules"]
        for step in steps(rule()):
            conn.execute(step.sql)  # type: ignore[call-overload]
        assert steps(rule()) == []
        assert steps(rule(), rule("another")) == []
