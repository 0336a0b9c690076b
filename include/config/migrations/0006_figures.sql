-- Documents by their dates: for the key figures on the desk.
-- Written by hand. It is applied once, in one transaction, and not edited after that.

CREATE INDEX sales_order_ordered ON golden.sales_order (ordered_on) WHERE deleted_at IS NULL;

CREATE INDEX ticket_closed ON golden.ticket (closed_at) WHERE deleted_at IS NULL;
