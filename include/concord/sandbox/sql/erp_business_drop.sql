-- The sandbox ERP's business, removed: tables first, then the functions that worked on them.
DROP VIEW erp_books;
DROP TABLE payment_allocations, payments, invoice_lines, invoices, production_components,
    production_orders, purchase_requisitions, expected_receipts, shipment_lines, shipments,
    sales_order_lines, sales_orders, contracts, stock, bom_lines, boms, customer_company, prices,
    price_lists, warehouses, item_units, items, units, exchange_rates, companies CASCADE;
-- Some of these have gone with the tables that PostgreSQL knows them to depend on.
DROP ROUTINE IF EXISTS erp_touch, erp_touch_header, erp_watch_lines, rate_of, to_base, price_on, set_price,
    stock_check, sales_order_line_defaults, sales_order_new, sales_order_change,
    sales_order_cancelled, sales_order_gone, sales_order_lines_changed, invoice_change,
    invoice_lines_changed, payment_change, payment_allocation_fixed, payment_allocated, paid_status,
    purchase_requisition_change, production_order_change, supply_kind_is,
    production_components_changed, order_state, refresh_order, credit_room, confirm_order,
    order_axes, set_reserved, reserve_order, free_order, cancel_order, plan_shipment, dispatch_shipment, ship,
    deliver_shipment, cancel_shipment, return_goods, due_day, post_invoice, bill_difference,
    invoice_order, credit_returns, billed_order, credit_note, settle_credit, cancel_invoice,
    allocate, pay, pay_advance, allocate_advance, refund, charge_back, reverse_payment,
    undo_payment, put_stock, count_stock, approve_requisition, cancel_requisition,
    order_requisition, receive, bom_parts, bom_of, release_production, cancel_production,
    complete_production CASCADE;
