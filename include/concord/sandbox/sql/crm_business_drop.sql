-- The sandbox CRM's business tables and functions, removed.
DROP FUNCTION setting, soft_reservation, unit_of, base_quantity, available_room, lock_stock, refuse_short,
    next_reservation, hold_stock, release_hold, expire_reservations, locked_order, order_needs,
    shrink_reservations, cover_order, write_lines, copy_lines, bind_holds, check_order, place_order,
    import_order, change_order, cancel_order, convert_lead, advance_lead, open_opportunity,
    write_opportunity_lines, open_opportunity_locked, win_opportunity, lose_opportunity, send_quote,
    accept_quote, sign_contract, open_ticket, close_ticket, reopen_ticket, utc_now;
DROP TABLE ticket, reservation_counter, reservation, payment_allocation, payment, invoice_line,
    invoice, shipment_line, shipment, sales_order_progress, sales_order_line, sales_order, contract,
    quote_line, quote, opportunity_line, opportunity, lead, availability_day, availability,
    price_book_entry, price_book, product_unit, product, warehouse, crm_setting;
DROP FUNCTION business_number, touch, touch_document, sum_opportunity, release_order;
