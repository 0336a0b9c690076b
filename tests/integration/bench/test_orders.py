"""The orders of the bench: the same on both sides, so that what is measured is not their repair."""

from __future__ import annotations

from concord.bench.orders import make_changes, make_orders
from tests.support.world import World


def test_orders_made_on_both_sides_agree_and_changes_of_every_kind_arrive(trading: World) -> None:
    make_orders(trading.engine, 200)
    first = trading.batch()
    orders = "SELECT count(*) FROM image.sales_order WHERE system = %s AND deleted_at IS NULL"
    assert [trading.one("hub", orders, s) for s in ("erp", "crm")] == [200, 200]
    assert trading.one("hub", "SELECT count(*) FROM golden.sales_order") == 200
    assert first["quarantined"] == 0
    trading.settle(8)
    assert trading.one("erp", "SELECT count(*) FROM sales_orders") == 200
    assert trading.one("crm", "SELECT count(*) FROM sales_order") == 200

    make_changes(trading.engine, 40, "x")
    trading.batch()
    changed = trading.ops(
        "SELECT DISTINCT entity FROM ops.extract WHERE rows > 0 AND batch_id ="
        " (SELECT max(batch_id) FROM ops.batch)"
    )
    wanted = {"party", "sales_order", "stock_level", "payment", "reservation"}
    assert wanted <= {name for (name,) in changed}
