"""Planner statistics: where they are taken, and where they would only cost."""

from __future__ import annotations

import pytest
from psycopg import sql

from concord.hub import statistics
from tests.conftest import TestHub
from tests.support.world import World

TARGET = "SELECT current_setting('default_statistics_target')"


def test_a_sketch_knows_sizes_and_distinct_values_and_leaves_the_session_as_it_was(
    hub: TestHub,
) -> None:
    with hub.connect() as conn:
        usual = conn.execute(TARGET).fetchone()
        conn.execute("CREATE TABLE stage.sketched AS SELECT n, n % 7 AS few"
                     " FROM generate_series(1, 20000) AS g (n)")  # fmt: skip
        statistics.sketch(conn, sql.Identifier("stage", "sketched"))
        size = conn.execute(
            "SELECT reltuples FROM pg_class WHERE oid = 'stage.sketched'::regclass"
        ).fetchone()
        few = conn.execute(
            "SELECT n_distinct FROM pg_stats WHERE tablename = 'sketched' AND attname = 'few'"
        ).fetchone()
        assert size == (20_000,)
        assert few == (7,)
        assert conn.execute(TARGET).fetchone() == usual
        conn.rollback()


def _analyzed(world: World) -> int:
    return int(
        world.one(
            "hub", "SELECT analyze_count FROM pg_stat_user_tables WHERE relname = 'party_crm'"
        )
    )


def test_confirmed_creations_refresh_the_images_statistics_and_updates_do_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "FEWEST", 1)
    before = _analyzed(world)
    code = world.customer("Alpha Trading Ltd", phone="+442079460001")
    world.batch()
    created = _analyzed(world)
    assert created > before
    world.settle()
    created = _analyzed(world)
    world.erp("UPDATE customers SET phone = '+442079460002' WHERE customer_code = %s", code)
    assert world.batch()["confirmed"] == 1
    assert world.one("crm", "SELECT phone_number FROM account") == "+442079460002"
    assert _analyzed(world) == created
