"""Money at stake: what depends on a record, also on one that was never taken in."""

from __future__ import annotations

from decimal import Decimal

from psycopg.types.json import Jsonb

from concord.model.spec import Config
from concord.stewardship import exposure, quarantine
from tests.conftest import TestHub


def test_orders_that_wait_for_a_quarantined_customer_count_for_it(
    hub: TestHub, business: Config
) -> None:
    party = business.entity["sales_order"].by_system["erp"].by_field
    total, rate = party["total"].column, party["rate"].column
    with hub.connect() as conn:
        for source_id, raw in (("C1", {"name": "x"}), ("C2", {"name": "y"})):
            conn.execute(
                "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch,"
                " last_batch) VALUES ('erp', 'party', %s, %s, '[]', 1, 1)",
                (source_id, Jsonb(raw)),
            )
        conn.execute(
            "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch,"
            " last_batch) VALUES ('erp', 'sales_order', '7', %s, '[]', 1, 1)",
            (Jsonb({total: "40", rate: None}),),
        )
        for number, value in (("1", "100.50"), ("2", "no number"), ("3", "9.50")):
            conn.execute(
                "INSERT INTO ops.parked (system, entity, source_id, raw, read_seq, batch_id,"
                " waits_for) VALUES ('erp', 'sales_order', %s, %s, 1, 1, %s)",
                (
                    number,
                    Jsonb({total: value, rate: "2"}),
                    Jsonb([{"entity": "party", "source_id": "C1"}]),
                ),
            )
        assert exposure.refresh(conn, business) == 3
        assert exposure.refresh(conn, business) == 0
        found = {e.source_id: e.ordered for e in quarantine.page(conn).items}
        assert found == {"C1": Decimal("220.00"), "C2": 0, "7": 40}
        assert [e.source_id for e in quarantine.page(conn).items] == ["C1", "7", "C2"]


def test_a_task_that_somebody_is_busy_with_is_not_waited_for(
    hub: TestHub, business: Config
) -> None:
    with hub.connect() as conn:
        conn.execute(
            "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch,"
            " last_batch) VALUES ('erp', 'party', 'C1', '{}', '[]', 1, 1)"
        )
        conn.commit()
        with hub.connect() as busy:
            busy.execute("SELECT FROM ops.quarantine FOR UPDATE")
            conn.execute("SET lock_timeout = '2s'")
            assert exposure.refresh(conn, business) == 0
        assert exposure.refresh(conn, business) == 1
