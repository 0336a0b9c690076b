"""Each workload gives verified results, and a real defect in what it measures is not verified."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from concord.bench import api, copy, incremental, initial, nightly, validation, write
from concord.bench import company as companies
from concord.bench.scratch import superuser
from concord.bench.tables import COLUMNS, KEY, TABLE, make, summed
from concord.bench.upsert import Upsert
from tests.support.configured import unlimited
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


def opened(world: World, customers: int) -> None:
    companies.make(world.engine, customers)
    world.batch()
    assert companies.settle(world.engine)


def test_copy_brings_the_very_same_rows_by_the_engine_and_by_psql(traded: World) -> None:
    make(traded.urls["erp"], 1_200)
    wanted = summed(traded.urls["erp"], sql.Identifier(TABLE), (KEY, *COLUMNS))
    assert wanted[0] == 1_200
    assert copy.ours(traded.engine, 1, wanted).verified
    assert copy.piped(traded.engine, 1, wanted).verified
    traded.erp("UPDATE bench_customers SET revenue = revenue + 0.01 WHERE code = 'C00000003'")
    assert not copy.ours(traded.engine, 1, wanted).verified


def test_changed_records_arrive_and_the_limit_upserts_the_same(traded: World) -> None:
    opened(traded, 300)
    taken, steps = incremental.ours_of(traded.engine, 40, 1)
    assert taken.verified
    assert {"extract", "validate", "unify", "plan", "load"} <= steps.keys()
    plain = Upsert(traded.engine)
    companies.change(traded.engine, 40, "limit")
    assert not plain.right()
    assert plain.limit(2).verified


@pytest.mark.parametrize("body", [CHANGE_ONE, LOSE_ONE])
def test_a_write_that_the_target_spoils_is_not_verified(traded: World, body: str) -> None:
    opened(traded, 200)
    assert write.ours_of(traded.engine, 200, 1).verified
    when = "NEW.customer_code = 'B00000007' AND NEW.phone <> OLD.phone"
    spoil(traded.urls["erp"], "customers", when, body)
    assert not write.ours_of(traded.engine, 200, 1).verified


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


def test_a_night_heals_what_drifted(traded: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "FEWEST", 20)
    nightly.build(traded.engine, 120)
    taken, timed = nightly.ours_of(traded.engine, 120, 1)
    assert taken.verified
    assert timed.counts["confirmed"] >= 1


def test_sides_that_differ_in_one_value_do_not_agree(traded: World) -> None:
    companies.make(traded.engine, 50)
    assert companies.agreed(traded.engine)
    traded.crm("UPDATE account SET phone_number = '1' WHERE tax_number = 'GB000000001'")
    assert not companies.agreed(traded.engine)
