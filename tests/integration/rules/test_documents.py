"""A rule gives a document with its lines: read, written and changed as one, once."""

from __future__ import annotations

from decimal import Decimal

from concord.model.rule_files import CHANGED
from concord.model.spec import Rule
from tests.support.documents import Documents
from tests.support.ruled import follow

QUERY = """
SELECT p.sku AS key, p.golden_id AS subject, 'R' || p.sku AS number, 'draft' AS state,
       jsonb_build_array(
           jsonb_build_object('line_no', 2, 'product', p.golden_id, 'quantity', 3, 'unit', 'box'),
           jsonb_build_object('line_no', 1, 'product', p.golden_id, 'unit', 'piece',
                              'quantity', length(p.title))) AS lines
FROM golden.product AS p
WHERE p.deleted_at IS NULL
"""
ORDER_OF_PRODUCT = Rule(
    name="order_of_product",
    version=1,
    owner="sales",
    gives="sales_order",
    watches={"product": CHANGED},
    query=QUERY,
)


def test_a_document_of_a_rule_goes_into_every_system_with_its_lines_and_changes_there(
    documents_world: Documents,
) -> None:
    world = documents_world
    follow(world, ORDER_OF_PRODUCT)
    world.item("A", "four")
    world.settle()
    assert world.agreed("RA") == [(1, "A", Decimal(4)), (2, "A", Decimal(3))]
    world.erp("UPDATE item SET title = 'sixsix'")
    world.settle()
    assert world.agreed("RA") == [(1, "A", Decimal(6)), (2, "A", Decimal(3))]
    assert world.one("crm", "SELECT count(*) FROM sales_order") == 1
    assert world.batch("nightly")["planned"] == 0
