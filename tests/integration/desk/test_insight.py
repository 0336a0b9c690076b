"""Key figures count what their definitions say, on records made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from concord.insight import kept, kpis
from concord.insight.now import freshness, now
from tests.support.world import World

DAYS = 30
ORDERS = """
WITH given (number, lifecycle, ordered, shipped, delivered, issued, received) AS (VALUES
    ('A', 'done',      10, 8, 7, 8, 4),
    ('B', 'confirmed', 10, 6, 4, 5, NULL),
    ('C', 'cancelled',  9, 8, 7, 8, 4),
    ('D', 'done',      99, 98, 97, 96, 95)
), orders AS (
    INSERT INTO golden.sales_order (golden_id, number, lifecycle, ordered_on, batch_id)
    SELECT gen_random_uuid(), number, lifecycle, current_date - ordered, 1 FROM given
    RETURNING golden_id, number
), sent AS (
    INSERT INTO golden.shipment
        (golden_id, number, "order", status, shipped_on, delivered_on, batch_id)
    SELECT gen_random_uuid(), g.number, o.golden_id, 'delivered', current_date - shipped,
           current_date - delivered, 1 FROM given AS g JOIN orders AS o USING (number)
), billed AS (
    INSERT INTO golden.invoice (golden_id, number, "order", lifecycle, payment, issued_on, batch_id)
    SELECT gen_random_uuid(), g.number, o.golden_id, 'posted',
           CASE WHEN received IS NULL THEN 'open' ELSE 'paid' END, current_date - issued, 1
    FROM given AS g JOIN orders AS o USING (number)
    RETURNING golden_id, number
), money AS (
    INSERT INTO golden.payment (golden_id, number, received_on, batch_id)
    SELECT gen_random_uuid(), number, current_date - received, 1
    FROM given WHERE received IS NOT NULL
    RETURNING golden_id, number
)
INSERT INTO golden.payment_allocations (golden_id, position, line_no, invoice)
SELECT m.golden_id, 1, 1, b.golden_id FROM money AS m JOIN billed AS b USING (number)
"""


def test_orders_are_timed_from_step_to_step_and_cancelled_or_old_ones_left_out(
    company: World,
) -> None:
    company.ops(ORDERS)
    with company.hub.connect() as conn:
        found = kpis.order_steps(conn, DAYS)
    steps = {row.of[0]: (row.n, row.values[0]) for row in found.rows}
    assert steps == {
        "shipped": (2, 3.0),  # A: 2 days, B: 4
        "delivered": (2, 1.5),  # A: 1, B: 2
        "invoiced": (2, 3.5),  # A: 2, B: 5
        "paid": (1, 4.0),  # A alone is paid
    }
    assert found.value == 3.0


def test_first_time_right_counts_who_healed_once_and_not_among_the_right_ones(
    world: World,
) -> None:
    world.batch()
    batch = world.one("hub", "SELECT max(batch_id) FROM ops.batch")
    world.ops(
        "INSERT INTO ops.batch_count (batch_id, system, entity, name, n)"
        " VALUES (%s, 'erp', 'party', 'accepted', 10) ON CONFLICT (batch_id, system, entity, name)"
        " DO UPDATE SET n = 10",
        batch,
    )
    for n, state in enumerate(("healed", "open", "open")):
        world.ops(
            "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, state,"
            " first_batch, last_batch) VALUES ('erp', 'party', %s, '{}', '[]', %s, 1, 1)",
            str(n), state,
        )  # fmt: skip
    with world.hub.connect() as conn:
        found = kpis.first_time_right(conn, world.config, DAYS)
    assert found.n == 12  # nine at once, and three by way of quarantine
    assert found.value == pytest.approx(9 / 12)


def test_what_a_person_decided_or_took_back_is_not_touchless(world: World) -> None:
    world.batch()
    batch = world.one("hub", "SELECT max(batch_id) FROM ops.batch")
    world.ops("DELETE FROM ops.change_set")
    for n, (state, writes) in enumerate(
        (("passed", 6), ("approved", 2), ("rejected", 1), ("held", 1), ("dry_run", 9))
    ):
        world.ops(
            "INSERT INTO ops.change_set (batch_id, system, entity, state, updates, rule_version)"
            " VALUES (%s, 'crm', %s, %s, %s, 'v')",
            batch, f"e{n}", state, writes,
        )  # fmt: skip
    with world.hub.connect() as conn:
        found = kpis.touchless(conn, DAYS)
    assert (found.n, found.value) == (10, 0.6)


def test_satisfaction_is_of_tickets_that_were_closed_and_answered(company: World) -> None:
    company.ops(
        "INSERT INTO golden.ticket "
        " (golden_id, number, opened_at, closed_at, satisfaction, batch_id)"
        " SELECT gen_random_uuid(), t, now() - interval '3 days', c, s, 1 FROM (VALUES"
        " ('1', now() - interval '2 days', 5), ('2', now() - interval '1 day', 2),"
        " ('3', now() - interval '1 day', NULL), ('4', NULL, 1),"
        " ('5', now() - interval '40 days', 1)) AS v(t, c, s)"
    )
    with company.hub.connect() as conn:
        found = kpis.satisfaction(conn, DAYS)
    assert (found.n, found.value) == (2, 3.5)
    assert found.rows[0].values[0] == 0.5


def test_a_lane_is_late_only_past_its_target_and_one_that_never_ran_is_not(world: World) -> None:
    world.batch()
    with world.hub.connect() as conn:
        at = datetime.now(UTC)
        soon = {(f.lane, f.system): f for f in freshness(conn, world.config, at)}
        late = {
            (f.lane, f.system): f for f in freshness(conn, world.config, at + timedelta(minutes=7))
        }
    assert not soon["fast", "erp"].late
    assert late["fast", "erp"].late
    assert late["nightly", "erp"].age is None
    assert not late["nightly", "erp"].late


def test_the_headline_tells_the_worst_that_is_known(world: World) -> None:
    def headline() -> str:
        with world.hub.connect() as conn:
            return now(conn, world.config).verdict[0]

    assert headline() == "now.nothing"
    world.batch()
    assert headline() == "now.agree"
    world.ops(
        "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch,"
        " last_batch) VALUES ('erp', 'party', '1', '{}', '[]', 1, 1)"
    )
    assert headline() == "now.except"
    world.limit("crm", count=0, share=0)
    world.customer()
    world.batch()
    assert headline() == "now.held"
    world.ops("UPDATE ops.batch SET started_at = started_at - interval '1 hour'")
    assert headline() == "now.late"
    world.ops("UPDATE ops.batch SET state = 'failed'")
    assert headline() == "now.failed"


def test_figures_are_kept_for_a_while_and_read_as_they_were_computed(company: World) -> None:
    company.ops(ORDERS)
    with company.hub.connect() as conn:
        live = kpis.kpis(conn, company.config, 30)
        assert kept.kept(conn, company.config, 30).figures == live  # nobody has kept any
        assert kept.refresh(conn, company.config) == 3
        assert kept.refresh(conn, company.config) == 0
        at = kept.kept(conn, company.config, 30).at
        conn.execute("DELETE FROM golden.sales_order")
        found = kept.kept(conn, company.config, 30)
        assert (found.at, found.figures) == (at, live)
        conn.execute("UPDATE ops.kept_figures SET at = at - interval '11 minutes'")
        assert kept.kept(conn, company.config, 30).figures == live
        assert kept.refresh(conn, company.config) == 3
        assert kept.kept(conn, company.config, 30).figures != live
        conn.execute("UPDATE ops.kept_figures SET at = at - interval '2 hours', content = '[]'")
        assert kept.kept(conn, company.config, 30).figures  # too old to be shown
