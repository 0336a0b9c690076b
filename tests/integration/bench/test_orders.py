"""The orders of the bench: the same on both sides, so that what is measured is not their repair."""

from __future__ import annotations

from pathlib import Path

from concord.bench.orders import make_changes, make_orders
from concord.sandbox.business import seed_business
from concord.sandbox.seed import seed
from tests.support.configured import unlimited
from tests.support.world import World


def test_orders_made_on_both_sides_agree_and_changes_of_every_kind_arrive(
    company: World, tmp_path: Path
) -> None:
    company.engine = company.fresh_engine(unlimited(company.config))
    seed(company.urls["erp"], company.urls["crm"], 30, truth_path=tmp_path / "truth")
    seed_business(company.urls["erp"], 20)
    company.batch("nightly")
    company.settle()
    make_orders(company.engine, 200)
    first = company.batch()
    orders = "SELECT count(*) FROM image.sales_order WHERE system = %s AND deleted_at IS NULL"
    assert [company.one("hub", orders, s) for s in ("erp", "crm")] == [200, 200]
    assert company.one("hub", "SELECT count(*) FROM golden.sales_order") == 200
    assert first["quarantined"] == 0
    company.settle(8)
    assert company.one("erp", "SELECT count(*) FROM sales_orders") == 200
    assert company.one("crm", "SELECT count(*) FROM sales_order") == 200

    make_changes(company.engine, 40, "x")
    company.batch()
    changed = company.ops(
        "SELECT DISTINCT entity FROM ops.extract WHERE rows > 0 AND batch_id ="
        " (SELECT max(batch_id) FROM ops.batch)"
    )
    wanted = {"party", "sales_order", "stock_level", "payment", "reservation"}
    assert wanted <= {name for (name,) in changed}
