-- Open orders and production orders among many that are done: business rules ask for these alone.
-- Written by hand. It is applied once, in one transaction, and not edited after that.

CREATE INDEX sales_order_open ON golden.sales_order (golden_id)
    WHERE lifecycle IN ('draft', 'confirmed') AND deleted_at IS NULL;

CREATE INDEX production_order_open ON golden.production_order (golden_id)
    WHERE lifecycle IN ('draft', 'released') AND deleted_at IS NULL;

CREATE INDEX purchase_requisition_ordered ON golden.purchase_requisition (product)
    WHERE lifecycle IN ('ordered', 'received') AND deleted_at IS NULL;
