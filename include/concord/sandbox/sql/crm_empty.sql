-- The sandbox CRM's rows, removed; numbers start again. Its settings stay.
TRUNCATE ticket, reservation_counter, reservation, payment_allocation, payment, invoice_line,
    invoice, shipment_line, shipment, sales_order_progress, sales_order_line, sales_order, contract,
    quote_line, quote, opportunity_line, opportunity, lead, availability_day, availability,
    price_book_entry, price_book, product_unit, product, warehouse,
    account_address, person, account RESTART IDENTITY;
