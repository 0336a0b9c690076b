"""Each workload gives verified results, and a real defect in what it measures is not verified."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from concord.bench import api, copy, incremental, initial, lanes, nightly, validation, write
from concord.bench import company as companies
from concord.bench.scratch import superuser
from concord.bench.tables import COLUMNS, KEY, TABLE, make, summed
from concord.bench.upsert import Upsert
from concord.model.spec import Config
from tests.conftest import Postgres
from tests.support.configured import unlimited
from tests.support.copies import copied, gone_on, world_on
from tests.support.world import World

CHANGE_ONE = "NEW.phone := NEW.phone || '0'; RETURN NEW;"
LOSE_ONE = "RETURN NULL;"


@pytest.fixture
def traded(company: World) -> World:
    """The whole company, without limits."""
    company.engine = company.fresh_engine(unlimited(company.config))
    return company


def spoil(url: str, table: str, when: str, body: str, event: str = "UPDATE") -> None:
    """Let a table of the vendor's, or of the hub, do something else to one row."""
    with psycopg.connect(superuser(url)) as conn:
        conn.execute(
            f"CREATE FUNCTION public.spoil() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN IF {when} THEN {body} END IF; RETURN NEW; END $$".encode()
        )
        conn.execute(
            f"CREATE TRIGGER zz_spoil BEFORE {event} ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION public.spoil()".encode()
        )


@pytest.fixture(scope="module")
def taken_in(
    pg: Postgres, business: Config, whole_template: str, business_templates: dict[str, str]
) -> Iterator[dict[str, str]]:
    """Names of a hub, an ERP and a CRM with the same 200 customers, which the hub knows."""
    with copied(pg, {"hub": whole_template, **business_templates}, "taken_in") as names:
        world = world_on(pg, unlimited(business), names, World)
        companies.make(world.engine, 200)
        world.batch()
        assert companies.settle(world.engine)
        world.hub.close()  # a database that is in use cannot be copied
        yield names


@pytest.fixture
def known(pg: Postgres, business: Config, taken_in: dict[str, str]) -> Iterator[World]:
    """A company of this test alone whose 200 customers have been taken in."""
    with copied(pg, taken_in, "known") as names:
        yield gone_on(pg, unlimited(business), names, World)


def test_copy_brings_the_very_same_rows_by_the_engine_and_by_psql(traded: World) -> None:
    make(traded.urls["erp"], 1_200)
    wanted = summed(traded.urls["erp"], sql.Identifier(TABLE), (KEY, *COLUMNS))
    assert wanted[0] == 1_200
    assert copy.ours(traded.engine, 1, wanted).verified
    assert copy.piped(traded.engine, 1, wanted).verified
    traded.erp("UPDATE bench_customers SET revenue = revenue + 0.01 WHERE code = 'C00000003'")
    assert not copy.ours(traded.engine, 1, wanted).verified


def test_changed_records_arrive_and_the_limit_upserts_the_same(known: World) -> None:
    taken, steps = incremental.ours_of(known.engine, 40, 1)
    assert taken.verified
    assert {"extract", "validate", "unify", "plan", "load"} <= steps.keys()
    plain = Upsert(known.engine)
    companies.change(known.engine, 40, "limit")
    assert not plain.right()
    assert plain.limit(2).verified


@pytest.mark.parametrize("body", [CHANGE_ONE, LOSE_ONE])
def test_a_write_that_the_target_spoils_is_not_verified(known: World, body: str) -> None:
    assert write.ours_of(known.engine, 200, 1).verified
    when = "NEW.customer_code = 'B00000007' AND NEW.phone <> OLD.phone"
    spoil(known.urls["erp"], "customers", when, body)
    assert not write.ours_of(known.engine, 200, 1).verified


def test_a_plain_write_that_loses_a_row_is_not_verified(traded: World) -> None:
    companies.make(traded.engine, 150)
    assert write.plain(traded.engine, 150, 1).verified
    spoil(traded.urls["erp"], "customers", "NEW.customer_code = 'B00000007'", LOSE_ONE)
    assert not write.plain(traded.engine, 150, 1).verified


def test_exactly_the_wrong_rows_are_in_quarantine(traded: World) -> None:
    validation.build(traded.engine, 1_000)
    with validation.suites(traded.engine):
        assert validation.ours_of(traded.engine, 1_000, 1).verified
        batch = validation.extracted(traded.engine, "limit")
        assert validation.passes(traded.engine, batch, 1_000, 1).verified
        spoil(traded.hub.url, "ops.quarantine", "NEW.source_id = 'B00000004'", LOSE_ONE, "INSERT")
        assert not validation.ours_of(traded.engine, 1_000, 1).verified


def test_a_first_load_finds_every_pair(traded: World) -> None:
    companies.make(traded.engine, 150)
    assert initial.piped(traded.engine, 1).verified
    taken, timed = initial.ours_of(traded.engine, 150)
    assert taken.verified
    assert timed.counts["accepted"] == 300


def test_a_first_load_of_sides_that_differ_is_not_verified(traded: World) -> None:
    companies.make(traded.engine, 100)
    traded.crm("UPDATE account SET account_name = 'Another' WHERE tax_number = 'GB000000005'")
    assert not initial.ours_of(traded.engine, 100)[0].verified


def test_updates_reach_a_slow_service_once_each(traded: World) -> None:
    companies.make(traded.engine, 60)
    with api.served(traded.engine) as url:
        assert api.ours_of(traded.engine, url, 60, 1).verified


def heals(world: World) -> None:
    taken, timed = nightly.ours_of(world.engine, 120, 1)
    assert taken.verified
    assert timed.counts["confirmed"] >= 1


def test_a_night_heals_what_drifted(trading: World) -> None:
    nightly.grow(trading.engine, 120)
    heals(trading)


def test_a_night_in_the_company_that_the_bench_makes_heals_it_too(
    traded: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--faults"):
        pytest.skip("runs with --faults")
    monkeypatch.setattr(nightly, "FEWEST", 20)
    nightly.build(traded.engine, 120)
    heals(traded)


def test_the_fast_lane_goes_on_beside_nights_which_name_what_drifted_alone(
    known: World, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--faults"):
        pytest.skip("runs with --faults")
    day, night, verified, nights, _ = lanes.both(known.engine, 3)
    assert verified
    assert day
    assert night
    assert nights


def test_people_change_none_of_the_accounts_that_a_seed_made(trading: World) -> None:
    asked = "SELECT count(*) FROM account WHERE phone_number IS DISTINCT FROM was"
    companies.make(trading.engine, 5)
    trading.crm("ALTER TABLE account ADD was text")
    trading.crm("UPDATE account SET was = phone_number")
    companies.change(trading.engine, 1_000, "x")
    assert trading.one("crm", asked) == 5
    assert trading.one("crm", f"{asked} AND account_name !~ '^Customer '") == 0


def test_sides_that_differ_in_one_value_do_not_agree(traded: World) -> None:
    companies.make(traded.engine, 50)
    assert companies.agreed(traded.engine)
    traded.crm("UPDATE account SET phone_number = '1' WHERE tax_number = 'GB000000001'")
    assert not companies.agreed(traded.engine)
